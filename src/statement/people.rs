//! Custodians who come, are away and go (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::text::Text;
use super::time::Date;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::part::Part;

/// What a custodian may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Keeps the register and proposes changes.
    Keeper,
    /// Holds shares.
    Holder,
    /// Requests releases and reveals.
    Operator,
    /// Witnesses accesses.
    Witness,
    /// Reviews who has access.
    Reviewer,
    /// Only reads.
    Reader,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::Keeper,
        Self::Holder,
        Self::Operator,
        Self::Witness,
        Self::Reviewer,
        Self::Reader,
    ];

    /// What a founder has: all but reader.
    pub const FOUNDER: [Self; 5] = [
        Self::Keeper,
        Self::Holder,
        Self::Operator,
        Self::Witness,
        Self::Reviewer,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keeper => "keeper",
            Self::Holder => "holder",
            Self::Operator => "operator",
            Self::Witness => "witness",
            Self::Reviewer => "reviewer",
            Self::Reader => "reader",
        }
    }
}

/// Facts of `custodian.add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The card's envelope.
    pub card: Base64,
    /// Distinct, in the order of [`Role`].
    pub roles: Vec<Role>,
}

/// Personal part of `custodian.add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddPersonal {
    /// Salt of the card's personal part.
    pub salt: Base64,
    /// Its bytes.
    pub bytes: Base64,
    /// By whom and how the person was identified.
    pub identified_by: Option<Text>,
}

impl AddPersonal {
    /// The card's personal part.
    #[must_use]
    pub fn part(&self) -> Part {
        Part {
            salt: self.salt.clone(),
            bytes: self.bytes.clone(),
        }
    }
}

/// Why a custodian is retired, or an identity replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Left the company or the duty.
    Left,
    /// Lost the identity.
    Lost,
    /// Somebody else may have the identity.
    Compromised,
    /// Moves to a new identity; the old one is at hand and nobody else's.
    Renewed,
}

impl Cause {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Lost => "lost",
            Self::Compromised => "compromised",
            Self::Renewed => "renewed",
        }
    }
}

/// Facts of `custodian.retire`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// Who.
    pub custodian: Id,
    /// Why.
    pub cause: Cause,
    /// Leaves of theirs from this index on are flagged.
    pub distrust_from: Option<u64>,
}

/// Personal part of `custodian.retire`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetirePersonal {
    /// What else is to be said.
    pub note: Option<Text>,
}

/// Facts of `custodian.replace`; its personal part is [`AddPersonal`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    /// Whose identity.
    pub old: Id,
    /// Why.
    pub cause: Cause,
    /// Leaves by the old identity from this index on are flagged.
    pub distrust_from: Option<u64>,
    /// The new card's envelope.
    pub card: Base64,
}

/// Facts of `custodian.acknowledge`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// What the author has read and takes on.
    pub duties: Text,
}

/// Facts of `leavers.compare`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leavers {
    /// How many people it lists.
    pub rows: u32,
    /// Custodians whom it lists, in order of id, each once.
    pub found: Vec<Id>,
}

/// Personal part of `leavers.compare`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaversPersonal {
    /// SHA-256 of the list's file.
    pub file: Digest,
}

/// Facts of `custodian.away`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// Who.
    pub custodian: Id,
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Date,
}
