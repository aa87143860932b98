//! Ceremonies: a runbook is performed by people in a room, and written down as it happens
//! (docs/formats.md, section 6; docs/ceremonies.md).

use serde::{Deserialize, Serialize};

use super::drills::Lesson;
use super::register::words;
use super::text::{Name, Text};
use super::time::Time;
use crate::crypto::fixed::{Digest, Id};

words! {
    /// Whether anything real is done.
    Performance {
        /// For practice.
        Practice "practice",
        /// In earnest.
        Production "production",
    }
}

/// A custodian who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// Who.
    pub custodian: Id,
    /// In which of the runbook's roles, in order, each once.
    pub roles: Vec<Name>,
}

/// Facts of `ceremony.start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Which runbook.
    pub runbook: Name,
    /// In which version.
    pub version: u32,
    /// Digest of its file.
    pub file: Digest,
    /// Whether anything real is done.
    pub performance: Performance,
    /// When, by the clock that all can see.
    pub at: Time,
    /// IANA name of the time zone of that clock.
    pub timezone: String,
    /// Where, if that is a location of the register.
    pub location: Option<Name>,
    /// The custodians in the room, in order of id, each once.
    pub participants: Vec<Participant>,
    /// The steps of the runbook, in its order.
    pub steps: Vec<Name>,
    /// Leaf hashes of the drills and requests that it is about, in order, each once.
    pub about: Vec<Digest>,
}

/// Somebody in the room who is no custodian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// Who.
    pub name: Text,
    /// Of which organisation.
    pub affiliation: Text,
    /// In which of the runbook's roles, in order, each once.
    pub roles: Vec<Name>,
}

/// Personal part of `ceremony.start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartPersonal {
    /// Where.
    pub place: Option<Text>,
    /// Who else is in the room.
    pub guests: Vec<Guest>,
    /// What else is to be said.
    pub note: Option<Text>,
}

words! {
    /// How a step went.
    StepWent {
        /// As it was to go.
        Done "done",
        /// Otherwise.
        Deviated "deviated",
        /// It was left out.
        Skipped "skipped",
    }
}

/// Facts of `ceremony.step`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Leaf hash of the ceremony's start.
    pub ceremony: Digest,
    /// Which, counted from 1.
    pub step: u32,
    /// How it went.
    pub went: StepWent,
    /// When.
    pub at: Time,
    /// The custodians who acted, in order of id, each once.
    pub by: Vec<Id>,
}

/// A value that a step has written down; never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// What the runbook calls it.
    pub id: Name,
    /// What it was.
    pub value: Text,
}

/// Personal part of `ceremony.step`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepPersonal {
    /// What was written down.
    pub values: Vec<Value>,
    /// Who else acted.
    pub others: Vec<Text>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// Facts of `ceremony.exception`: it was carried on otherwise than the script says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Leaf hash of the ceremony's start.
    pub ceremony: Digest,
    /// At which step, counted from 1.
    pub step: Option<u32>,
    /// When it began.
    pub at: Time,
    /// The custodians who decided how to go on, in order of id, each once.
    pub decided_by: Vec<Id>,
}

/// Personal part of `ceremony.exception`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionPersonal {
    /// What was to happen.
    pub expected: Text,
    /// What happened instead.
    pub happened: Text,
    /// What was decided.
    pub decided: Text,
}

words! {
    /// Who goes through the door.
    Moved {
        /// Somebody leaves the room.
        Left "left",
        /// Somebody comes in, or comes back.
        Entered "entered",
        /// Somebody was named at the start, and was not there.
        Absent "absent",
    }
}

/// Facts of `ceremony.presence`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    /// Leaf hash of the ceremony's start.
    pub ceremony: Digest,
    /// What they did.
    pub moved: Moved,
    /// When.
    pub at: Time,
    /// Which custodians, in order of id, each once; none, where it was somebody else.
    pub who: Vec<Id>,
    /// Items of the register that they carried, in order, each once.
    pub items: Vec<Name>,
}

/// Personal part of `ceremony.presence`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresencePersonal {
    /// Who else.
    pub others: Vec<Text>,
    /// What else they carried.
    pub carried: Vec<Text>,
    /// Why, or what else is to be said.
    pub note: Option<Text>,
}

words! {
    /// Which end of a break.
    BreakEnd {
        /// The work rests.
        Began "began",
        /// It goes on.
        Ended "ended",
    }
}

/// Facts of `ceremony.break`. Its personal part is [`super::drills::Noted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Leaf hash of the ceremony's start.
    pub ceremony: Digest,
    /// Whether it begins or ends.
    pub pause: BreakEnd,
    /// When.
    pub at: Time,
    /// At its beginning: who stays with what lies open, in order of id, each once.
    pub stay: Vec<Id>,
}

words! {
    /// How a ceremony went.
    CeremonyOutcome {
        /// To its end.
        Completed "completed",
        /// It was broken off.
        Aborted "aborted",
    }
}

/// Facts of `ceremony.finish`. Its personal part is [`super::drills::FinishPersonal`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finish {
    /// Leaf hash of the ceremony's start.
    pub ceremony: Digest,
    /// How it went.
    pub outcome: CeremonyOutcome,
    /// When it ended.
    pub at: Time,
    /// Everyone who took part, in order of id; all of them sign.
    pub people: Vec<Id>,
    /// What is to be made better.
    pub lessons: Vec<Lesson>,
}
