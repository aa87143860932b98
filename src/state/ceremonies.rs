//! Ceremonies as records.

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, read};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::Time;
use crate::statement::ceremonies::{CeremonyOutcome, Participant, Performance, StepWent};
use crate::statement::text::Name;

/// A step that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedStep {
    /// Counted from 1.
    pub step: u32,
    /// How it went.
    pub went: StepWent,
    /// When.
    pub at: Time,
    /// Which custodians acted.
    pub by: Vec<Id>,
    /// Index of the entry.
    pub index: u64,
}

/// How a ceremony ended, once everyone who took part has signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Leaf hash of the finish.
    pub finish: Digest,
    /// Its index.
    pub index: u64,
    /// When, by the clock that all could see.
    pub at: Time,
    /// How.
    pub outcome: CeremonyOutcome,
    /// How many lessons it has.
    pub lessons: u32,
}

/// A ceremony and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CeremonyRecord {
    /// Its statement's id.
    pub id: Id,
    /// Index of its leaf.
    pub index: u64,
    /// Who started it.
    pub author: Id,
    /// When, by the statement.
    pub made_at: Time,
    /// Which runbook.
    pub runbook: Name,
    /// In which version.
    pub version: u32,
    /// Digest of its file.
    pub file: Digest,
    /// Whether anything real is done.
    pub performance: Performance,
    /// When it began, by the clock that all can see.
    pub at: Time,
    /// IANA name of that clock's time zone.
    pub timezone: String,
    /// Where, if that is a location of the register.
    pub location: Option<Name>,
    /// Who was named at the start, in which roles.
    pub participants: Vec<Participant>,
    /// The steps of the runbook.
    pub steps: Vec<Name>,
    /// Drills and requests that it is about.
    pub about: Vec<Digest>,
    /// Every custodian who was ever named, in order of id: they may record.
    pub named: Vec<Id>,
    /// Everyone who has taken part, in order of id: they sign.
    pub people: Vec<Id>,
    /// Those who have recorded anything: they were there.
    pub acted: Vec<Id>,
    /// Custodians who are in the room, in order of id.
    pub present: Vec<Id>,
    /// Those who are in the room during a break, in order of id.
    pub staying: Vec<Id>,
    /// Since when the work rests.
    pub resting: Option<Time>,
    /// The latest time of anything that is recorded, by the clock that all can see.
    pub latest: Time,
    /// What was done.
    pub done: Vec<RecordedStep>,
    /// Indices of the entries about it, in order.
    pub events: Vec<u64>,
    /// Indices of those that are exceptions.
    pub exceptions: Vec<u64>,
    /// Indices of the entries with which fewer than two custodians were left with the work.
    pub alone: Vec<u64>,
    /// The finish that waits for sign-offs.
    pub finishing: Option<Digest>,
    /// How it ended.
    pub finished: Option<Ended>,
}

impl Record for CeremonyRecord {
    const TABLE: Table = Table::Ceremony;
}

impl CeremonyRecord {
    /// A ceremony by the leaf hash of its start.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, leaf: &Digest) -> Result<Option<Self>> {
        read(records, &leaf.to_hex())
    }

    /// The newest record of a step, counted from 1.
    #[must_use]
    pub fn newest(&self, step: u32) -> Option<&RecordedStep> {
        self.done.iter().rev().find(|done| done.step == step)
    }

    /// The first step that nothing is recorded of, counted from 1; `None` where there is none.
    #[must_use]
    pub fn next_step(&self) -> Option<u32> {
        (1u32..)
            .zip(&self.steps)
            .map(|(number, _)| number)
            .find(|number| self.newest(*number).is_none())
    }
}
