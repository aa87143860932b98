//! Privileges, reviews and what has to follow a struck name, as records.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, read};
use super::rules::Ended;
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::account_id::AccountId;
use crate::statement::drills::Every;
use crate::statement::reviews::{
    Group, Named, Privilege, PrivilegePersonal, ReviewPlan, StrikeDone,
};
use crate::statement::text::Text;
use crate::statement::time::Date;
use crate::statement::{SecretKind, Time};

/// A privilege as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivilegeRecord {
    /// As it was last set.
    pub facts: Privilege,
    /// What can be erased; `None` once it was.
    pub personal: Option<PrivilegePersonal>,
    /// Indices of the entries that set it.
    pub events: Vec<u64>,
}

impl Record for PrivilegeRecord {
    const TABLE: Table = Table::Privilege;
}

/// The plan, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewPlanRecord {
    /// As it was last set.
    pub facts: ReviewPlan,
    /// Id of the statement that set it last.
    pub id: Id,
    /// Its index.
    pub index: u64,
}

/// The one record of reviews as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewsRecord {
    /// When they come round.
    pub plan: Option<ReviewPlanRecord>,
    /// Leaf hash of the start of the one that goes on.
    pub running: Option<Digest>,
    /// Leaf hash of the start of the one that was passed last.
    pub passed: Option<Digest>,
}

impl Record for ReviewsRecord {
    const TABLE: Table = Table::Reviews;
}

impl ReviewsRecord {
    /// The record; an empty one before anything was planned or started.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records) -> Result<Self> {
        Ok(read(records, super::people::ONE)?.unwrap_or_default())
    }
}

/// How a review ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedReview {
    /// How.
    pub how: Ended,
    /// Index of the leaf that ended it.
    pub index: u64,
    /// When.
    pub at: Time,
}

/// A review and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// Its statement's id.
    pub id: Id,
    /// Index of its leaf.
    pub index: u64,
    /// Who started it.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// Of a month or a quarter.
    pub every: Every,
    /// The first day of it.
    pub first: Date,
    /// Leaf hash of the start of the review that was passed last before.
    pub since: Option<Digest>,
    /// How many groups it has.
    pub groups: u32,
    /// Who has confirmed which group, counted from 1.
    pub confirmed: BTreeSet<(Id, u32)>,
    /// Who was struck out of which group, by whom.
    pub struck: BTreeSet<(u32, Named, Id)>,
    /// Who has signed.
    pub signed: Vec<Id>,
    /// How it ended.
    pub ended: Option<EndedReview>,
}

impl Record for ReviewRecord {
    const TABLE: Table = Table::Review;
}

impl ReviewRecord {
    /// A review by the leaf hash of its start.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, leaf: &Digest) -> Result<Option<Self>> {
        read(records, &leaf.to_hex())
    }

    /// Whether it was passed.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        let ended = self.ended.as_ref();
        ended.is_some_and(|ended| ended.how == Ended::Effective)
    }

    /// Whether somebody was struck out of a group, by whomever.
    #[must_use]
    pub fn is_struck(&self, group: u32, who: &Named) -> bool {
        self.struck
            .iter()
            .any(|(of, struck, _)| *of == group && struck == who)
    }
}

/// A group as a review has laid it out, with what its facts only count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaidOut {
    /// As the facts have it.
    pub facts: Group,
    /// The secrets of each kind, in order.
    pub secrets: Vec<(SecretKind, Vec<Id>)>,
    /// The accounts, in order.
    pub accounts: Vec<AccountId>,
    /// Names of those who are no custodians; `None` once erased.
    pub others: Option<Vec<Text>>,
}

impl LaidOut {
    /// Every name that is to be judged.
    pub fn names(&self) -> impl Iterator<Item = Named> {
        let people = self.facts.people.iter().copied().map(Named::Custodian);
        people.chain((1..=self.facts.others).map(Named::Other))
    }

    /// Whether it has this name.
    #[must_use]
    pub fn has(&self, who: &Named) -> bool {
        match who {
            Named::Custodian(id) => self.facts.people.binary_search(id).is_ok(),
            Named::Other(number) => (1..=self.facts.others).contains(number),
        }
    }

    /// What one of the others is called.
    #[must_use]
    pub fn other(&self, number: u32) -> Option<&Text> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        self.others.as_ref()?.get(place)
    }
}

/// The groups of a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutRecord {
    /// In the order of the facts.
    pub groups: Vec<LaidOut>,
}

impl Record for LayoutRecord {
    const TABLE: Table = Table::Layout;
}

impl LayoutRecord {
    /// The groups of a review, by the leaf hash of its start; none where there is no such review.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, leaf: &Digest) -> Result<Self> {
        Ok(read(records, &leaf.to_hex())?.unwrap_or(Self { groups: Vec::new() }))
    }

    /// A group by its number, counted from 1.
    #[must_use]
    pub fn group(&self, number: u32) -> Option<&LaidOut> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        self.groups.get(place)
    }

    /// The groups with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &LaidOut)> {
        (1u32..).zip(&self.groups)
    }
}

/// A name that was struck out of a group: open until what has to follow is recorded as done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StruckRecord {
    /// Leaf hash of the review's start.
    pub review: Digest,
    /// Out of which group, counted from 1.
    pub group: u32,
    /// Who.
    pub who: Named,
    /// By whom first.
    pub by: Id,
    /// Index of that leaf.
    pub index: u64,
    /// When.
    pub at: Time,
    /// That it was recorded as done.
    pub done: Option<DoneRecord>,
}

/// Somebody has recorded something as done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneRecord {
    /// Who.
    pub by: Id,
    /// When.
    pub at: Time,
    /// Index of the entry.
    pub index: u64,
}

impl Record for StruckRecord {
    const TABLE: Table = Table::Struck;
}

impl StruckRecord {
    /// What records it as done.
    #[must_use]
    pub fn followed(&self) -> StrikeDone {
        StrikeDone {
            review: self.review,
            group: self.group,
            who: self.who,
        }
    }

    /// The key of a struck name's record.
    #[must_use]
    pub fn key(review: &Digest, group: u32, who: &Named) -> String {
        format!("{review}/{group:010}/{who}")
    }
}
