//! What CloudTrail was found to say, and events that are open or explained, as records.

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, list, read};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::trails::{EventName, Gap, Missing, Reason, Was, Word};

/// One comparing of CloudTrail with the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconcileRecord {
    /// Its statement's id.
    pub id: Id,
    /// Index of its leaf.
    pub index: u64,
    /// Who did it.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// Over all its facts: doing the same again says nothing new.
    pub facts: Digest,
    /// From when on it looked.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// How many events nothing explained.
    pub unexplained: u64,
    /// What left no trace.
    pub missing: Vec<Missing>,
    /// Of what there were no records: the longest gaps.
    pub gaps: Vec<Gap>,
    /// How many gaps more there were.
    pub more_gaps: u64,
    /// That governance has set it aside.
    pub void: Option<Voided>,
}

/// A comparing that counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voided {
    /// Leaf hash of the `reconcile.void`.
    pub leaf: Digest,
    /// Index of the leaf that put it into effect.
    pub index: u64,
}

impl Record for ReconcileRecord {
    const TABLE: Table = Table::Reconcile;
}

impl ReconcileRecord {
    /// The newest that was not set aside.
    ///
    /// # Errors
    /// As [`read`].
    pub fn newest(records: &dyn Records) -> Result<Option<Self>> {
        let mut all = Self::all(records)?;
        all.retain(|(_, record)| record.void.is_none());
        Ok(all.pop().map(|(_, record)| record))
    }

    /// All, by leaf hash, in the order of the log.
    ///
    /// # Errors
    /// As [`read`].
    pub fn all(records: &dyn Records) -> Result<Vec<(Digest, Self)>> {
        let mut all = Vec::new();
        for (leaf, record) in list::<Self>(records, "")? {
            all.push((Digest::parse(&leaf)?, record));
        }
        all.sort_by_key(|(_, record)| record.index);
        Ok(all)
    }
}

/// An event that nothing explained when it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// AWS's id of it.
    pub event: Word,
    /// Whose root user, or where.
    pub account: Option<AccountId>,
    /// When it happened.
    pub at: Time,
    /// What it is called.
    pub name: Word,
    /// Why nothing explained it, as it was found first.
    pub reason: Reason,
    /// By how many seconds it is outside a window.
    pub off: Option<u64>,
    /// Leaf hash of the `reconcile` that found it first.
    pub found: Digest,
    /// Its index.
    pub index: u64,
    /// As it was found again since, each time otherwise or not.
    pub again: Vec<FoundAgain>,
    /// What it was.
    pub explained: Option<Explained>,
}

impl Record for EventRecord {
    const TABLE: Table = Table::Event;
}

/// An event as another `reconcile` found it later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundAgain {
    /// When it happened.
    pub at: Time,
    /// What it is called.
    pub name: Word,
    /// Why nothing explained it.
    pub reason: Reason,
    /// By how many seconds it is outside a window.
    pub off: Option<u64>,
    /// Leaf hash of the `reconcile`.
    pub found: Digest,
    /// Its index.
    pub index: u64,
}

/// What an event was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// What.
    pub was: Was,
    /// Leaf hash of the `event.explain`.
    pub leaf: Digest,
    /// Index of the leaf that put it into effect.
    pub index: u64,
}

impl EventRecord {
    /// The key of an event's record.
    #[must_use]
    pub fn key(event: &EventName) -> String {
        match event.account {
            Some(account) => format!("{}/{account}", event.event),
            None => format!("{}/", event.event),
        }
    }

    /// What names it.
    #[must_use]
    pub fn event_name(&self) -> EventName {
        EventName {
            event: self.event.clone(),
            account: self.account,
        }
    }

    /// An event by what names it.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, event: &EventName) -> Result<Option<Self>> {
        read(records, &Self::key(event))
    }

    /// What is known of it without one `reconcile`: as the next one found it, or nothing. What is explained
    /// stays as governance has signed it.
    #[must_use]
    pub fn without(mut self, reconcile: &Digest) -> Option<Self> {
        self.again.retain(|again| again.found != *reconcile);
        if self.found != *reconcile || self.explained.is_some() {
            return Some(self);
        }
        if self.again.is_empty() {
            return None;
        }
        let next = self.again.remove(0);
        Some(Self {
            at: next.at,
            name: next.name,
            reason: next.reason,
            off: next.off,
            found: next.found,
            index: next.index,
            ..self
        })
    }

    /// All events that were ever found, in order of time.
    ///
    /// # Errors
    /// As [`read`].
    pub fn all(records: &dyn Records) -> Result<Vec<Self>> {
        let mut all: Vec<Self> = list::<Self>(records, "")?
            .into_iter()
            .map(|(_, record)| record)
            .collect();
        all.sort_by(|one, next| (one.at, &one.event).cmp(&(next.at, &next.event)));
        Ok(all)
    }
}
