//! Openings of locations, as the safe-access log has them (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::text::{Name, Text};
use super::time::Time;
use crate::crypto::fixed::{Digest, Id};

/// Facts of `safe.open`: a location is being opened now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// Which.
    pub location: Name,
    /// By the clock on the wall.
    pub opened_at: Time,
    /// Who is there too, and will sign.
    pub witness: Id,
    /// The release or resharing that it is for.
    pub request: Option<Digest>,
}

/// Personal part of `safe.open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedPersonal {
    /// What for.
    pub purpose: Text,
}

/// Where an item went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Went {
    /// Taken out.
    Out,
    /// Put in.
    In,
    /// Looked at, and left.
    Stayed,
}

impl Went {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
            Self::Stayed => "stayed",
        }
    }
}

/// How a bag's seal was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SealState {
    /// Untouched.
    Intact,
    /// Open, or opened here.
    Broken,
}

impl SealState {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Broken => "broken",
        }
    }
}

/// An item, as an access has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handled {
    /// Which.
    pub item: Name,
    /// Where it went.
    pub went: Went,
    /// How its seal was.
    pub seal: Option<SealState>,
    /// The number on its bag, as typed from the bag.
    pub bag: Option<Text>,
}

/// A custodian in the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Present {
    /// Who.
    pub custodian: Id,
    /// Came in.
    pub entered: Time,
    /// Left.
    pub left: Time,
}

/// What happened while it was open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happened {
    /// When it was closed.
    pub closed_at: Time,
    /// In order of name, each once.
    pub items: Vec<Handled>,
    /// The lock's own counter, where it has one.
    pub counter: Option<u64>,
    /// Custodians who were there besides author and witness, or came or left in between.
    pub present: Vec<Present>,
}

/// Facts of `safe.close`: an access that was opened in the ledger is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// Leaf hash of the opening.
    pub access: Digest,
    /// Who was there, and will sign.
    pub witness: Id,
    /// What happened.
    pub happened: Happened,
}

/// Facts of `safe.log`: a whole access, written down afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logged {
    /// How it began.
    pub opened: Opened,
    /// What happened.
    pub happened: Happened,
}

/// Something that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// When.
    pub at: Time,
    /// What was expected.
    pub expected: Text,
    /// What happened.
    pub happened: Text,
    /// Who decided what to do.
    pub decided_by: Text,
}

/// Personal part of `safe.close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedPersonal {
    /// Others who were there.
    pub others: Vec<Text>,
    /// What was not as expected.
    pub exceptions: Vec<Exception>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// Personal part of `safe.log`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoggedPersonal {
    /// What for.
    pub purpose: Text,
    /// Others who were there.
    pub others: Vec<Text>,
    /// What was not as expected.
    pub exceptions: Vec<Exception>,
    /// What else is to be said.
    pub note: Option<Text>,
}
