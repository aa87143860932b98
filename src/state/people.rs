//! The ledger itself and its people, as records.

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, list, read, read_part};
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::error::Result;
use crate::statement::Time;
use crate::statement::people::{Away, Cause, Role};
use crate::statement::secrets::Share;

/// Key of a table that has one record.
pub const ONE: &str = "one";

/// The ledger: its founding and its governance secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// The ledger's id.
    pub id: Digest,
    /// Leaf hash of the genesis.
    pub genesis: Digest,
    /// Verifies the checkpoint's 0x01 line.
    pub log_key: PublicKey,
    /// How many holders make a governance decision.
    pub threshold: u8,
    /// In the order of the charter.
    pub founders: Vec<Id>,
    /// Founders who have signed the genesis.
    pub signed: Vec<Id>,
    /// Index of the leaf that put the genesis into effect.
    pub active: Option<u64>,
    /// The governance secret's seal, once it is there.
    pub governance: Option<GovernanceRecord>,
    /// Indices of the leaves that say that it got a new data key.
    pub rekeys: Vec<u64>,
    /// The last promotion of a copy to writer; ledgers of before there were any have no such field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer: Option<WriterRecord>,
    /// As of when the last listing of accounts is; none, where none has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Time>,
}

/// A copy became the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriterRecord {
    /// Counted from 1, the founders' writer.
    pub epoch: u32,
    /// Index of the leaf that put it into effect.
    pub index: u64,
}

impl Record for LedgerRecord {
    const TABLE: Table = Table::Ledger;
}

impl LedgerRecord {
    /// The record, if a genesis is in the log.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records) -> Result<Option<Self>> {
        read(records, ONE)
    }

    /// The writer's epoch: 1 until a copy has become the writer.
    #[must_use]
    pub fn writer_epoch(&self) -> u32 {
        self.writer.map_or(1, |writer| writer.epoch)
    }
}

/// Of the ledger's record, what every statement is held to.
#[derive(Clone, Debug, Deserialize)]
pub struct LedgerInBrief {
    /// The ledger's id.
    pub id: Digest,
    /// Leaf hash of the genesis.
    pub genesis: Digest,
    /// Index of the leaf that put the genesis into effect.
    pub active: Option<u64>,
}

impl LedgerInBrief {
    /// As [`LedgerRecord::load`].
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records) -> Result<Option<Self>> {
        read_part(records, Table::Ledger, ONE)
    }
}

/// The governance secret's sealing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GovernanceRecord {
    /// Counted from 1.
    pub epoch: u32,
    /// Index of the leaf that put it into effect.
    pub index: u64,
    /// Who made the recovery identity, and may have kept it; the first founder where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<Id>,
    /// Recipient of the recovery identity.
    pub recovery: String,
    /// Digest of the payload.
    pub payload: Digest,
    /// In order of member.
    pub shares: Vec<Share>,
}

/// A custodian, without names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custodian {
    /// Own recipient.
    pub recipient: String,
    /// Verifies what they sign.
    pub sign: PublicKey,
    /// Recipient of the member key.
    pub age: String,
    /// Commitment of the card's personal part: binds the name.
    pub personal: Digest,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Leaf hash of the enrolment; for founders, of the genesis.
    pub enrolment: Digest,
    /// Index at which governance was in.
    pub approved: Option<u64>,
    /// Index of the own acceptance.
    pub accepted: Option<u64>,
    /// Index from which their key counts.
    pub from: Option<u64>,
    /// Index at which it ceased to.
    pub retired: Option<u64>,
    /// Why they were retired.
    pub cause: Option<Cause>,
    /// Leaves of theirs from here on are flagged.
    pub distrust_from: Option<u64>,
    /// The identity with which this person was here before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Id>,
    /// When they last took the duties on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Time>,
}

impl Record for Custodian {
    const TABLE: Table = Table::Custodian;
}

impl Custodian {
    /// A custodian by id.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, id: &Id) -> Result<Option<Self>> {
        read(records, &id.to_hex())
    }

    /// All, in order of id.
    ///
    /// # Errors
    /// As [`read`].
    pub fn all(records: &dyn Records) -> Result<Vec<(Id, Self)>> {
        list::<Self>(records, "")?
            .into_iter()
            .map(|(key, custodian)| Ok((Id::parse(&key)?, custodian)))
            .collect()
    }

    /// Whether their key counts now.
    #[must_use]
    pub fn in_force(&self) -> bool {
        self.from.is_some() && self.retired.is_none()
    }

    /// Whether they have this role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they may open the ledger: in force, or approved and yet to accept.
    #[must_use]
    pub fn may_open(&self) -> bool {
        (self.from.is_some() || self.approved.is_some()) && self.retired.is_none()
    }
}

/// What of a custodian can be erased, and where they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Salt of the card's personal part; `None` once erased.
    pub salt: Option<Base64>,
    /// Its bytes.
    pub bytes: Option<Base64>,
    /// By whom and how they were identified.
    pub identified_by: Option<String>,
    /// When they can't be reached.
    pub away: Vec<Away>,
}

impl Record for Person {
    const TABLE: Table = Table::Person;
}

/// The card in force: what `keys/` is made from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CardRecord {
    /// The card's envelope.
    pub envelope: Base64,
}

impl Record for CardRecord {
    const TABLE: Table = Table::Card;
}
