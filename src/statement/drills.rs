//! Drills: the plan, the start, what came of it, the end (docs/formats.md, section 6).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account_id::AccountId;
use super::decisions::Proof;
use super::header::Seen;
use super::names::as_text;
use super::register::words;
use super::text::{Name, Text};
use super::time::{Date, Time};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};

words! {
    /// What is tried.
    DrillKind {
        /// Holders show that they can still decrypt their shares.
        Possession "possession",
        /// Somebody signs in as a root user.
        SignIn "sign-in",
        /// A printed QR code makes an MFA device again.
        QrRestore "qr-restore",
        /// A phone is called.
        Phone "phone",
        /// A mailbox is written to.
        Mailbox "mailbox",
        /// A backup becomes a ledger again.
        LedgerRestore "ledger-restore",
    }
}

words! {
    /// How often.
    Every {
        /// Once in each calendar month.
        Month "month",
        /// Once in each calendar quarter.
        Quarter "quarter",
        /// Once in each calendar year.
        Year "year",
    }
}

/// What a drill is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// All that there is.
    All,
    /// An account.
    Account(AccountId),
    /// What is sealed to a quorum; of the governance secret, where the id is all zero.
    Quorum(Id),
    /// What is in a location.
    Location(Name),
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("account", id)) => AccountId::new(id).map(Self::Account),
            Some(("quorum", id)) => Id::parse(id).map(Self::Quorum),
            Some(("location", name)) => Name::new(name).map(Self::Location),
            None if text == "all" => Ok(Self::All),
            _ => Err(Error::usage("bad-scope", "not a scope")),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Quorum(id) => write!(f, "quorum:{id}"),
            Self::Location(name) => write!(f, "location:{name}"),
        }
    }
}

/// One thing that a drill has to try.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Target {
    /// The root user of an account.
    Account(AccountId),
    /// An item of the register.
    Item(Name),
    /// The ledger itself.
    Ledger,
    /// A mailbox of the register.
    Mailbox(Name),
    /// A phone of the register.
    Phone(Name),
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("account", id)) => AccountId::new(id).map(Self::Account),
            Some(("item", name)) => Name::new(name).map(Self::Item),
            Some(("mailbox", name)) => Name::new(name).map(Self::Mailbox),
            Some(("phone", name)) => Name::new(name).map(Self::Phone),
            None if text == "ledger" => Ok(Self::Ledger),
            _ => Err(Error::usage("bad-target", "not something that is tried")),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Item(name) => write!(f, "item:{name}"),
            Self::Ledger => f.write_str("ledger"),
            Self::Mailbox(name) => write!(f, "mailbox:{name}"),
            Self::Phone(name) => write!(f, "phone:{name}"),
        }
    }
}

as_text!(Scope);
as_text!(Target);

/// Facts of `drill.plan`: all of them, each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it is called.
    pub plan: Name,
    /// What is tried.
    pub drill: DrillKind,
    /// How often.
    pub every: Every,
    /// About what.
    pub scope: Scope,
    /// In the month, quarter or year of this day for the first time.
    pub from: Date,
    /// IANA name of the time zone in which days end.
    pub timezone: String,
    /// Whether it is planned no more.
    pub ended: bool,
}

/// A sealing whose shares are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedEpoch {
    /// The secret; all zero for governance.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
}

/// Facts of `drill.start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// What is tried.
    pub drill: DrillKind,
    /// By which plan.
    pub plan: Option<Name>,
    /// For which day of it.
    pub due: Option<Date>,
    /// Fresh and random: nobody could answer before.
    pub nonce: Digest,
    /// About what.
    pub scope: Scope,
    /// How many shares of each holder's the nonce picks; all, where there is no number. Of a possession
    /// drill alone.
    pub sample: Option<u32>,
    /// Whose shares are asked for: of a possession drill alone.
    pub secrets: Vec<AskedEpoch>,
    /// What is to be tried: of every other.
    pub targets: Vec<Target>,
    /// Who may take part beside its author and the holders, in order of id.
    pub people: Vec<Id>,
}

/// Personal part of what takes an optional note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    /// What else is to be said.
    pub note: Option<Text>,
}

words! {
    /// Why a share was not proven.
    Fault {
        /// The identity does not open its ciphertext.
        WrongIdentity "wrong-identity",
        /// What the ciphertext holds is not the share that was sealed.
        ShareSwapped "share-swapped",
        /// The ciphertext is not there.
        BlobMissing "blob-missing",
    }
}

/// A share that could not be proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadShare {
    /// The secret; all zero for governance.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
    /// Why.
    pub why: Fault,
}

/// Facts of `drill.prove`: one for all shares of a holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Leaf hash of the drill's start, which the proofs are made for.
    pub drill: Digest,
    /// How many the drill's nonce has picked, at least as many as it asks for; all, where there is no number.
    pub sample: Option<u32>,
    /// In order of secret, epoch, group, member.
    pub proofs: Vec<Proof>,
    /// In the same order.
    pub bad: Vec<BadShare>,
}

words! {
    /// How a step went.
    StepDone {
        /// As it was to go.
        Done "done",
        /// Otherwise.
        Deviated "deviated",
    }
}

/// Facts of `drill.step`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Leaf hash of the drill's start.
    pub drill: Digest,
    /// Counted from 1.
    pub step: u32,
    /// How it went.
    pub went: StepDone,
    /// When.
    pub at: Time,
}

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Found {
    /// The operator of a release has signed in, or could not.
    SignIn {
        /// As the root user of which account.
        account: AccountId,
        /// Leaf hash of the request that the release is of.
        request: Digest,
        /// Whether it worked.
        worked: bool,
    },
    /// Somebody has seen the alarm on the use of a root user, or nobody has.
    Alarm {
        /// Of which account.
        account: AccountId,
        /// Whether it was seen.
        seen: bool,
        /// The custodian who saw it.
        by: Option<Id>,
    },
    /// A phone or mailbox was tried.
    Call {
        /// Which.
        target: Target,
        /// Whether somebody answered.
        reached: bool,
        /// The custodian who did.
        by: Option<Id>,
        /// Whether they read the code back that was sent to them.
        code: bool,
    },
    /// A sheet was read back and compared.
    Sheet {
        /// Which.
        item: Name,
        /// Whether it was the one that was sealed.
        good: bool,
    },
    /// A backup was restored.
    Restore {
        /// Digest of its file.
        file: Digest,
        /// The log in it, where it was good and this one goes on from it.
        at: Option<Seen>,
    },
}

/// Facts of `drill.record`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Leaf hash of the drill's start.
    pub drill: Digest,
    /// When: of a sign-in or an alarm, by the clock of whoever saw it.
    pub at: Time,
    /// What.
    pub found: Found,
}

/// Personal part of `drill.record`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordPersonal {
    /// Who answered or saw it, where that is no custodian.
    pub who: Option<Text>,
    /// What else is to be said.
    pub note: Option<Text>,
}

words! {
    /// How a drill went.
    DrillOutcome {
        /// Everything worked.
        Passed "passed",
        /// Something did not.
        Failed "failed",
    }
}

/// Who is to see to a lesson, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Who.
    pub owner: Id,
    /// Until when.
    pub due: Date,
}

/// Facts of `drill.finish`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finish {
    /// Leaf hash of the drill's start.
    pub drill: Digest,
    /// How it went.
    pub outcome: DrillOutcome,
    /// Who signs, in order of id: everyone who took part.
    pub people: Vec<Id>,
    /// What is to be made better.
    pub lessons: Vec<Lesson>,
}

/// Personal part of `drill.finish`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishPersonal {
    /// What each lesson is, in their order.
    pub lessons: Vec<Text>,
    /// Steps that were incorrect, or surprised.
    pub surprises: Vec<Text>,
    /// What else is to be said.
    pub note: Option<Text>,
}

words! {
    /// What became of an improvement.
    Improved {
        /// It is there.
        Done "done",
        /// It is not wanted any more.
        Dropped "dropped",
    }
}

/// Facts of `improvement.close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseImprovement {
    /// Leaf hash of what has the lesson.
    pub subject: Digest,
    /// Which of its lessons, counted from 1.
    pub number: u32,
    /// What became of it.
    pub outcome: Improved,
}
