//! Sealing, confirming and destroying secrets (docs/formats.md, sections 6 and 7).

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::decisions::Proof;
use super::names::{SecretKind, SecretName, Subject};
use super::text::{Name, Text};
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};

/// One holder's share of an epoch, as its seal lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
    /// The custodian that it is encrypted to.
    pub holder: Id,
    /// Verifies proofs that it was decrypted.
    pub key: PublicKey,
    /// Digest of the age file.
    pub blob: Digest,
}

/// Facts of `seal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The secret; random at its first epoch.
    pub secret: Id,
    /// What it belongs to.
    pub subject: Subject,
    /// What it is.
    pub kind: SecretKind,
    /// Which of several.
    pub label: Option<Name>,
    /// Other accounts that one MFA device serves.
    pub serves: Vec<AccountId>,
    /// Counted from 1.
    pub epoch: u32,
    /// To whom it is sealed.
    pub quorum: Id,
    /// Index of the leaf that put this form of the quorum into effect.
    pub quorum_index: u64,
    /// How many groups are needed.
    pub groups_needed: u8,
    /// Each group's threshold.
    pub thresholds: Vec<u8>,
    /// Digest of the payload's age file.
    pub payload: Digest,
    /// In order of group, then member.
    pub shares: Vec<Share>,
}

impl Seal {
    /// The secret's full name.
    #[must_use]
    pub fn name(&self) -> SecretName {
        SecretName {
            subject: self.subject.clone(),
            kind: self.kind,
            label: self.label.clone(),
        }
    }
}

/// Facts of `secret.confirm`: someone found that this epoch works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The secret.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
}

/// Personal part of `secret.confirm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPersonal {
    /// How it was found.
    pub note: Option<Text>,
}

/// Facts of `secret.destroy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destroy {
    /// The secret.
    pub secret: Id,
    /// One epoch, or all.
    pub epoch: Option<u32>,
}

/// Personal part of `secret.destroy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestroyPersonal {
    /// Why.
    pub reason: Text,
}

/// Facts of `reseal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reseal {
    /// Leaf hash of the `reshare` that is carried out.
    pub reshare: Digest,
    /// The next epoch.
    pub seal: Seal,
}

/// Facts of `secret.prove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prove {
    /// Leaf hash of the statement that the proofs are made for.
    pub subject: Digest,
    /// One for each share, in order of secret, epoch, group, member.
    pub proofs: Vec<Proof>,
}
