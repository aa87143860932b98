//! Which reviews are planned, due, overdue, running, passed, failed; what changed from one to the next; and
//! which struck names are open.
//!
//! As with drills, a plan has one open occasion at a time: the period after the one that was last passed.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::calendar::{Period, day_in, days_before, last_second, notice};
use super::drills::Standing;
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::state::Records;
use crate::state::records::list;
use crate::state::reviews::{
    LaidOut, LayoutRecord, ReviewPlanRecord, ReviewRecord, ReviewsRecord, StruckRecord,
};
use crate::statement::Time;
use crate::statement::reviews::Thing;

/// A review that was started, or what the plan asks for next.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// The review, with the leaf hash of its start.
    pub review: Option<(Digest, ReviewRecord)>,
    /// Of which month or quarter.
    pub period: Period,
    /// The time zone in which its days end.
    pub zone: Tz,
    /// How it stands.
    pub standing: Standing,
    /// Whether it was passed only after it was due.
    pub late: bool,
}

impl Occasion {
    /// The last second in which it is not overdue.
    #[must_use]
    pub fn until(&self) -> Option<Time> {
        last_second(self.zone, self.period.last)
    }
}

/// The time zone in which the plan's days end.
#[must_use]
pub fn zone(plan: Option<&ReviewPlanRecord>) -> Tz {
    let zone = plan.and_then(|plan| plan.facts.timezone.parse().ok());
    zone.unwrap_or(Tz::UTC)
}

/// Every review, in the order of their starts, and what the plan asks for at `now`.
///
/// # Errors
/// Verification where the state is damaged.
pub fn occasions(records: &dyn Records, now: Time) -> Result<Vec<Occasion>> {
    let reviews = ReviewsRecord::load(records)?;
    let zone = zone(reviews.plan.as_ref());
    let mut all = list::<ReviewRecord>(records, "")?
        .into_iter()
        .map(|(key, review)| Ok(started(Digest::parse(&key)?, review, zone, now)))
        .collect::<Result<Vec<_>>>()?;
    all.sort_by_key(|one| one.review.as_ref().map(|(_, review)| review.index));
    let plan = reviews.plan.filter(|plan| !plan.facts.ended);
    if let (Some(plan), None) = (plan, reviews.running) {
        let period = next_period(&plan, &all);
        let today = day_in(zone, now);
        let standing = if today > period.last {
            Standing::Overdue
        } else if today >= days_before(period.last, notice(plan.facts.every)) {
            Standing::Due
        } else {
            Standing::Planned
        };
        all.push(Occasion {
            review: None,
            period,
            zone,
            standing,
            late: false,
        });
    }
    Ok(all)
}

fn started(leaf: Digest, review: ReviewRecord, zone: Tz, now: Time) -> Occasion {
    let period = Period::of(review.every, review.first.0);
    let after_due = |time: Time| day_in(zone, time) > period.last;
    let (standing, late) = match &review.ended {
        None if after_due(now) => (Standing::Overdue, false),
        None => (Standing::Running, false),
        Some(ended) if review.is_passed() => (Standing::Passed, after_due(ended.at)),
        Some(ended) => (Standing::Failed, after_due(ended.at)),
    };
    Occasion {
        review: Some((leaf, review)),
        period,
        zone,
        standing,
        late,
    }
}

/// The period whose review is to be passed next: what was passed ahead of the end of its period covers no
/// later day than that.
#[must_use]
pub fn next_period(plan: &ReviewPlanRecord, all: &[Occasion]) -> Period {
    let first = Period::of(plan.facts.every, plan.facts.from.0);
    let zone = zone(Some(plan));
    let passed = all.iter().filter_map(|one| {
        let (_, review) = one.review.as_ref().filter(|(_, one)| one.is_passed())?;
        let day = day_in(zone, review.ended.as_ref()?.at).min(one.period.last);
        Some(Period::of(plan.facts.every, day).following())
    });
    passed.fold(first, Ord::max)
}

/// When a review was last passed.
#[must_use]
pub fn last_passed(all: &[Occasion]) -> Option<Time> {
    let reviews = all.iter().filter_map(|one| one.review.as_ref());
    let passed = reviews.filter(|(_, review)| review.is_passed());
    passed
        .filter_map(|(_, review)| Some(review.ended.as_ref()?.at))
        .max()
}

/// What is otherwise in a group than it was in the review that was passed before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether nothing that it is about, nor the same people, was in any group then.
    pub new: bool,
    /// Custodians who were not there.
    pub came: Vec<Id>,
    /// Custodians who were.
    pub went: Vec<Id>,
    /// Others who were not there, by name.
    pub others_came: Vec<String>,
    /// Others who were.
    pub others_went: Vec<String>,
    /// Things that no group or another group had.
    pub added: Vec<Thing>,
    /// Things that the group had.
    pub removed: Vec<Thing>,
    /// How many secrets there were.
    pub secrets_before: usize,
    /// How many accounts it covered.
    pub accounts_before: usize,
}

/// What changed in each group, in their order; nothing, where there is no review to compare with.
#[must_use]
pub fn changes(before: &LayoutRecord, now: &LayoutRecord) -> Vec<Changes> {
    now.groups
        .iter()
        .map(|group| match closest(before, group) {
            Some(old) => compared(old, group),
            None => Changes {
                new: true,
                ..Changes::default()
            },
        })
        .collect()
}

/// The group with the same people, or else the one that had most of the same things.
fn closest<'l>(before: &'l LayoutRecord, group: &LaidOut) -> Option<&'l LaidOut> {
    let common = |old: &LaidOut| {
        let things = &group.facts.things;
        let same = old.facts.things.iter().filter(|one| things.contains(one));
        same.count()
    };
    let same_people =
        |old: &&LaidOut| old.facts.people == group.facts.people && old.others == group.others;
    let found = before.groups.iter().find(same_people);
    found.or_else(|| {
        let most = before.groups.iter().max_by_key(|old| common(old));
        most.filter(|old| common(old) > 0)
    })
}

fn compared(old: &LaidOut, new: &LaidOut) -> Changes {
    let names = |group: &LaidOut| -> BTreeSet<String> {
        let others = group.others.iter().flatten();
        others.map(ToString::to_string).collect()
    };
    let (others_before, others_now) = (names(old), names(new));
    Changes {
        new: false,
        came: without(&new.facts.people, &old.facts.people),
        went: without(&old.facts.people, &new.facts.people),
        others_came: others_now.difference(&others_before).cloned().collect(),
        others_went: others_before.difference(&others_now).cloned().collect(),
        added: without(&new.facts.things, &old.facts.things),
        removed: without(&old.facts.things, &new.facts.things),
        secrets_before: secrets(old),
        accounts_before: old.accounts.len(),
    }
}

fn without<T: Clone + PartialEq>(all: &[T], those: &[T]) -> Vec<T> {
    let rest = all.iter().filter(|one| !those.contains(one));
    rest.cloned().collect()
}

/// How many secrets the people of a group hold shares of.
#[must_use]
pub fn secrets(group: &LaidOut) -> usize {
    group.secrets.iter().map(|(_, ids)| ids.len()).sum()
}

/// Groups of the review before that no group of this one is what became of, by number.
#[must_use]
pub fn gone(before: &LayoutRecord, now: &LayoutRecord) -> Vec<u32> {
    let kept: Vec<&LaidOut> = now
        .groups
        .iter()
        .filter_map(|group| closest(before, group))
        .collect();
    before
        .numbered()
        .filter(|(_, old)| !kept.iter().any(|kept| std::ptr::eq(*kept, *old)))
        .map(|(number, _)| number)
        .collect()
}

/// Struck names whose follow-up nobody has recorded as done, the earliest first.
///
/// # Errors
/// Verification where the state is damaged.
pub fn open_strikes(records: &dyn Records) -> Result<Vec<StruckRecord>> {
    let all = list::<StruckRecord>(records, "")?.into_iter();
    let mut open: Vec<StruckRecord> = all
        .map(|(_, struck)| struck)
        .filter(|struck| struck.done.is_none())
        .collect();
    open.sort_by_key(|struck| (struck.index, struck.group));
    Ok(open)
}
