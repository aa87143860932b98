//! Genesis and the governance secret's seal (docs/formats.md, sections 4, 6 and 7).

use serde::{Deserialize, Serialize};

use super::secrets::Share;
use super::text::Text;
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::part::Part;

/// The revision of the rules that this program writes; it keeps every older one.
pub const POLICY_REVISION: u32 = 1;

/// What the policy leaves to a ledger's own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    /// Which revision of the rules judges the log from here on.
    pub revision: u32,
    /// Days after which a statement that waits for governance expires.
    pub pending_days: u32,
    /// Hours after which a request that is not in effect expires.
    pub request_hours: u32,
    /// The longest window of a request, in seconds.
    pub window_max_secs: u32,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self {
            revision: POLICY_REVISION,
            pending_days: 30,
            request_hours: 72,
            window_max_secs: 86_400,
        }
    }
}

/// A founder, as the charter names one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founder {
    /// The card's envelope.
    pub card: Base64,
}

/// The charter: facts of the genesis; its digest is the ledger's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// Random, so that no two ledgers are one.
    pub nonce: Digest,
    /// Verifies the checkpoint's 0x01 line.
    pub log_key: PublicKey,
    /// How many founders make a governance decision.
    pub threshold: u8,
    /// In order; their places are the members of the governance split.
    pub founders: Vec<Founder>,
    /// The policy to begin with.
    pub policy: PolicySettings,
}

/// The personal part of a custodian's card, filed under the custodian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiledCard {
    /// Whose.
    pub custodian: Id,
    /// Salt of the card's personal part.
    pub salt: Base64,
    /// Its bytes.
    pub bytes: Base64,
}

impl FiledCard {
    /// The card's personal part.
    #[must_use]
    pub fn part(&self) -> Part {
        Part {
            salt: self.salt.clone(),
            bytes: self.bytes.clone(),
        }
    }
}

/// Names: of the ledger, and on the founders' cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisPersonal {
    /// What the ledger is called.
    pub name: Text,
    /// The founders' personal parts.
    pub people: Vec<FiledCard>,
}

/// The governance secret's sealing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GovernanceSeal {
    /// Counted from 1.
    pub epoch: u32,
    /// Recipient of the recovery identity that is the payload.
    pub recovery: String,
    /// Digest of the payload's age file.
    pub payload: Digest,
    /// One for each holder; at first, the founders.
    pub shares: Vec<Share>,
}

/// Facts of `governance.set`: the governance secret for other people, or another threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GovernanceSet {
    /// How many of the new holders make a decision.
    pub threshold: u8,
    /// The next epoch, one share for each new holder.
    pub seal: GovernanceSeal,
}
