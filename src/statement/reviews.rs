//! Reviews of who has which access, and the register of privileges (docs/formats.md, section 6; docs/reviews.md).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account_id::AccountId;
use super::drills::Every;
use super::names::{SecretKind, as_text};
use super::register::words;
use super::text::{Name, Text};
use super::time::Date;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};

words! {
    /// What a privilege is held by.
    PrivilegeKind {
        /// A user.
        User "user",
        /// A role that people take on.
        Role "role",
        /// A role for when nothing else works.
        BreakGlass "break-glass",
        /// Anything else.
        Other "other",
    }
}

words! {
    /// What a privilege on a management account allows.
    Power {
        /// To change the root user's address.
        RootEmail "root-email",
        /// To act as the root user of a member account.
        AssumeRoot "assume-root",
        /// To switch central root access on and off.
        Features "features",
        /// To name delegated administrators.
        Delegation "delegation",
        /// To change service control policies.
        Scp "scp",
    }
}

words! {
    /// What a privilege is signed in to with, besides a password.
    Mfa {
        /// A device of its own.
        Hardware "hardware",
        /// A program that makes codes.
        Virtual "virtual",
        /// Nothing.
        None "none",
    }
}

/// Facts of `privilege.set`: all of them, each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privilege {
    /// Its name in the register, for good.
    pub privilege: Name,
    /// On which account.
    pub account: AccountId,
    /// What it is held by.
    pub kind: PrivilegeKind,
    /// What it allows, in the order above, each once.
    pub may: Vec<Power>,
    /// Custodians who have it, in order of id.
    pub people: Vec<Id>,
    /// What it is signed in to with.
    pub mfa: Mfa,
    /// When its keys were last changed.
    pub rotated: Option<Date>,
    /// Whether it is there no more.
    pub ended: bool,
}

/// Personal part of `privilege.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivilegePersonal {
    /// Others who have it.
    pub others: Vec<Text>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// Facts of `review.plan`: all of them, each time. A ledger has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewPlan {
    /// How often: monthly or quarterly.
    pub every: Every,
    /// In the month or quarter of this day for the first time.
    pub from: Date,
    /// IANA name of the time zone in which days end.
    pub timezone: String,
    /// Whether it is planned no more.
    pub ended: bool,
}

/// Something that people have access to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Thing {
    /// A location of the register: who can open it.
    Location(Name),
    /// A mailbox of the register: who reads it.
    Mailbox(Name),
    /// A phone of the register: who answers it.
    Phone(Name),
    /// A privilege of the register: who has it.
    Privilege(Name),
    /// A quorum: its members; of governance, its holders, where the id is all zero.
    Quorum(Id),
}

impl FromStr for Thing {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("location", name)) => Name::new(name).map(Self::Location),
            Some(("mailbox", name)) => Name::new(name).map(Self::Mailbox),
            Some(("phone", name)) => Name::new(name).map(Self::Phone),
            Some(("privilege", name)) => Name::new(name).map(Self::Privilege),
            Some(("quorum", id)) => Id::parse(id).map(Self::Quorum),
            _ => Err(Error::usage("bad-thing", "not something that is reviewed")),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Location(name) => write!(f, "location:{name}"),
            Self::Mailbox(name) => write!(f, "mailbox:{name}"),
            Self::Phone(name) => write!(f, "phone:{name}"),
            Self::Privilege(name) => write!(f, "privilege:{name}"),
            Self::Quorum(id) => write!(f, "quorum:{id}"),
        }
    }
}

/// A name that a group has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Named {
    /// A custodian.
    Custodian(Id),
    /// One of the others, counted from 1 as the personal part of the start has them.
    Other(u32),
}

impl FromStr for Named {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::usage("bad-name", "not a name of a group");
        match text.split_once(':') {
            Some(("custodian", id)) => Id::parse(id).map(Self::Custodian),
            Some(("other", number)) => match number.parse() {
                // In its one spelling.
                Ok(count) if count > 0 && format!("{count}") == number => Ok(Self::Other(count)),
                _ => Err(bad()),
            },
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custodian(id) => write!(f, "custodian:{id}"),
            Self::Other(number) => write!(f, "other:{number}"),
        }
    }
}

as_text!(Thing);
as_text!(Named);

/// How many there are of something, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// How many.
    pub count: u32,
    /// Digest over all of them, in order.
    pub digest: Digest,
}

impl Counted {
    /// Of things that stand in order.
    #[must_use]
    pub fn of<'t>(things: impl Iterator<Item = &'t [u8]>) -> Self {
        let mut bytes = b"rootkeep/review/v1\n".to_vec();
        let mut count = 0u32;
        for thing in things {
            bytes.extend_from_slice(thing);
            count = count.saturating_add(1);
        }
        Self {
            count,
            digest: Digest::of(&bytes),
        }
    }
}

/// Secrets of one kind whose shares the people of a group hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldSecrets {
    /// Of which kind.
    pub kind: SecretKind,
    /// Which: their ids, in order.
    pub of: Counted,
}

/// A distinct group of people, and everything that they have access to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Custodians, in order of id.
    pub people: Vec<Id>,
    /// How many others there are, whom the personal part names.
    pub others: u32,
    /// In order.
    pub things: Vec<Thing>,
    /// In order of kind.
    pub secrets: Vec<HeldSecrets>,
    /// The accounts that all of this is about, in order.
    pub accounts: Counted,
}

/// The most groups of a review.
pub const GROUPS: usize = 4_096;

/// Facts of `review.start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartReview {
    /// Of a month or a quarter.
    pub every: Every,
    /// The first day of it.
    pub first: Date,
    /// Leaf hash of the start of the review that was passed last.
    pub since: Option<Digest>,
    /// Every distinct group of people, in order of people, then of things.
    pub groups: Vec<Group>,
}

/// Personal part of `review.start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartReviewPersonal {
    /// Of each group, the names of those who are no custodians, in order.
    pub others: Vec<Vec<Text>>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// Facts of `review.confirm`: its author finds every name right that they don't strike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmGroups {
    /// Leaf hash of the review's start.
    pub review: Digest,
    /// Which groups, counted from 1, in order.
    pub groups: Vec<u32>,
}

/// Facts of `review.strike`. Its personal part is [`super::decisions::RejectPersonal`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strike {
    /// Leaf hash of the review's start.
    pub review: Digest,
    /// Out of which groups, counted from 1, in order.
    pub groups: Vec<u32>,
    /// Who is not to be in them.
    pub who: Named,
}

/// Facts of `review.done`: what had to follow a struck name was done. Its personal part is
/// [`super::register::Remark`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrikeDone {
    /// Leaf hash of the review's start.
    pub review: Digest,
    /// Out of which group, counted from 1.
    pub group: u32,
    /// Who was struck.
    pub who: Named,
}
