//! What the disclosed entries say was compared with the world outside the log. A verifier makes it again.

use super::model::{CounterLine, TrailLine};
use super::tables::Told;
use crate::statement::Claim;
use crate::statement::accesses::Happened;

/// Reconcilings with CloudTrail, and what accesses wrote down. How many numbers did not fit is not here: that takes
/// the entries before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Each reconciling, in order.
    pub trails: Vec<TrailLine>,
    /// Lock counters.
    pub counters: CounterLine,
    /// Numbers of bags.
    pub bags: CounterLine,
}

impl Compared {
    /// Of entries, in order.
    #[must_use]
    pub fn of(told: &[Told]) -> Self {
        let mut all = Self::default();
        for one in told {
            if let Some(Claim::Reconcile(found, _)) = &one.claim {
                let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
                all.trails.push(TrailLine {
                    seq: one.seq,
                    from: found.from,
                    to: found.to,
                    files: found.files.count,
                    events: found.counts.events,
                    explained: found.counts.explained,
                    unexplained: count(found.unexplained.len()),
                    gaps: found.more_gaps.saturating_add(count(found.gaps.len())),
                });
            }
            let Some(happened) = happened(one) else {
                continue;
            };
            all.counters.seen += 1;
            all.counters.recorded += u64::from(happened.counter.is_some());
            for item in &happened.items {
                all.bags.seen += 1;
                all.bags.recorded += u64::from(item.bag.is_some());
            }
        }
        all
    }
}

/// What happened at an access, by the entry that ends or logs it.
#[must_use]
pub fn happened(told: &Told) -> Option<&Happened> {
    match &told.claim {
        Some(Claim::SafeClose(closed, _)) => Some(&closed.happened),
        Some(Claim::SafeLog(logged, _)) => Some(&logged.happened),
        _ => None,
    }
}
