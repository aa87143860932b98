//! Agreeing, declining, taking back (docs/formats.md, sections 6, 8 and 9).

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::crypto::fixed::{Base64, Digest, Id};

/// A possession proof for one share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The secret; all zero for governance.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
    /// 64 bytes.
    pub proof: Base64,
}

/// A share re-encrypted for a request's operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentShare {
    /// The secret.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
    /// Digest of the age file.
    pub blob: Digest,
}

/// Facts of `sign`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// Leaf hash of what is agreed to.
    pub subject: Digest,
    /// One for each share that counts.
    pub proofs: Vec<Proof>,
    /// For a request: the same shares, re-encrypted.
    pub shares: Vec<SentShare>,
}

/// Facts of `reject`, `withdraw`, `custodian.accept`, `correct` and `attach`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Leaf hash of the statement that this one is about.
    pub subject: Digest,
}

/// Personal part of `reject`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectPersonal {
    /// Why.
    pub reason: Text,
}
