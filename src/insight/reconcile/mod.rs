//! Whether each use of a root user was expected: what CloudTrail says, beside what the ledger says that
//! there was to be.
//!
//! Pure, and the same whatever the order of files and events. An event that something explains is one
//! that a release, drill or task of its account has in its window; a few are never explained by being
//! there at the right time, because they change who can come back.

mod expected;
mod judge;

use std::collections::{BTreeMap, BTreeSet};

pub use expected::{Cause, Estate, Expected};
use judge::{Judge, Verdict};

use crate::aws::cloudtrail::{Coverage, Event, Period, What};
use crate::crypto::fixed::Digest;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::trails::{EventName, GAPS, Gap, Missing, Traces, Unexplained};

/// So far clocks may differ.
pub const CLOCK_ERROR: u64 = 300;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// From when on.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// Events of people as root users, and of what reaches them, each once.
    pub events: u64,
    /// Those that something explains.
    pub explained: u64,
    /// Those of them that governance has explained before.
    pub settled: u64,
    /// How many events each release, drill or task explains.
    pub by: BTreeMap<Digest, u64>,
    /// Events of AWS's services under a root user's name.
    pub service: u64,
    /// What nothing explains, in order of time.
    pub unexplained: Vec<(Unexplained, Traces)>,
    /// What was to leave a trace, in a time that the files cover, and did not.
    pub missing: Vec<Missing>,
    /// Used in the period, in accounts of which there are no records at that time.
    pub not_covered: Vec<Missing>,
    /// The longest first; no more than a statement names.
    pub gaps: Vec<Gap>,
    /// How many more there are.
    pub more_gaps: u64,
}

/// Holds events against what was expected. Nothing, where there is no record within the period.
#[must_use]
pub fn reconcile(
    events: &BTreeSet<Event>,
    coverage: &Coverage,
    estate: &Estate,
    period: &Period,
    gap_hours: u32,
) -> Option<Outcome> {
    let (from, to) = covered(events, coverage, period)?;
    let judge = Judge::new(events, estate);
    let mut verdicts: BTreeMap<EventName, (&Event, Verdict)> = BTreeMap::new();
    let mut service = BTreeSet::new();
    for event in events.iter().filter(|event| period.has(event.at)) {
        let name = EventName {
            event: event.id.clone(),
            account: event.account,
        };
        if event.what == What::Service {
            service.insert(name);
            continue;
        }
        let settled = estate.settled.get(&name);
        let verdict = if settled.is_some_and(|was| *was == (event.at, event.name.clone())) {
            Verdict::Settled
        } else {
            judge.verdict(event)
        };
        // Where two records have one id and say different things, nobody hides one behind the other.
        let worse = |known: &(&Event, Verdict)| verdict.is_open() && !known.1.is_open();
        if verdicts.get(&name).is_none_or(worse) {
            verdicts.insert(name, (event, verdict));
        }
    }
    let mut outcome = Outcome {
        from,
        to,
        events: count(verdicts.len()),
        explained: 0,
        settled: 0,
        by: BTreeMap::new(),
        service: count(service.len()),
        unexplained: Vec::new(),
        missing: Vec::new(),
        not_covered: Vec::new(),
        gaps: Vec::new(),
        more_gaps: 0,
    };
    for (event, verdict) in verdicts.values() {
        outcome.take(event, verdict);
    }
    outcome.unexplained.sort();
    outcome.look_for_traces(events, coverage, estate);
    outcome.gaps = coverage.gaps(gap_hours, (from, to));
    let length = |gap: &Gap| gap.to.seconds().saturating_sub(gap.from.seconds());
    outcome
        .gaps
        .sort_by(|one, next| length(next).cmp(&length(one)).then(one.cmp(next)));
    outcome.more_gaps = count(outcome.gaps.len().saturating_sub(GAPS));
    outcome.gaps.truncate(GAPS);
    Some(outcome)
}

/// The period that is looked at: of what was asked for, what there are records of.
fn covered(events: &BTreeSet<Event>, coverage: &Coverage, period: &Period) -> Option<(Time, Time)> {
    let within = || {
        events
            .iter()
            .map(|event| event.at)
            .filter(|at| period.has(*at))
    };
    let whole = coverage.whole();
    let first = whole
        .map(|(first, _)| first)
        .into_iter()
        .chain(within())
        .min()?;
    let last = whole
        .map(|(_, last)| last)
        .into_iter()
        .chain(within())
        .max()?;
    let from = period.from.map_or(first, |from| from.max(first));
    let to = period.to.map_or(last, |to| to.min(last));
    (from <= to).then_some((from, to))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Outcome {
    fn take(&mut self, event: &Event, verdict: &Verdict) {
        match verdict {
            Verdict::Settled => {
                self.explained += 1;
                self.settled += 1;
            }
            Verdict::By(leaf) => {
                self.explained += 1;
                *self.by.entry(*leaf).or_default() += 1;
            }
            Verdict::Open(reason, off) => self.unexplained.push((
                Unexplained {
                    at: event.at,
                    event: event.id.clone(),
                    name: event.name.clone(),
                    account: event.account,
                    reason: *reason,
                    off: *off,
                },
                event.traces.clone(),
            )),
        }
    }

    /// What was used, as somebody says, and is in no record.
    fn look_for_traces(&mut self, events: &BTreeSet<Event>, coverage: &Coverage, estate: &Estate) {
        let mut traces: BTreeMap<AccountId, Vec<(Time, bool)>> = BTreeMap::new();
        for event in events {
            let session = match &event.what {
                What::Root(act) if !act.failed => false,
                What::AssumeRoot { failed: false, .. } => true,
                _ => continue,
            };
            if let Some(account) = event.account {
                traces.entry(account).or_default().push((event.at, session));
            }
        }
        for expected in estate.expected.iter().filter(|one| one.leaves_trace) {
            if expected.to < self.from || expected.from > self.to {
                continue;
            }
            let session = matches!(expected.cause, Cause::Task { .. });
            let left = traces.get(&expected.account).is_some_and(|own| {
                own.iter()
                    .any(|(at, of_session)| *of_session == session && expected.off(*at) == 0)
            });
            if left {
                continue;
            }
            let subject = Missing {
                subject: expected.leaf,
                account: expected.account,
            };
            let there = coverage
                .of(expected.account)
                .is_some_and(|(first, last)| first <= expected.from && expected.to <= last);
            if there {
                self.missing.push(subject);
            } else {
                self.not_covered.push(subject);
            }
        }
        for list in [&mut self.missing, &mut self.not_covered] {
            list.sort();
            list.dedup();
        }
    }
}

#[cfg(test)]
#[allow(clippy::as_conversions)]
mod tests;
