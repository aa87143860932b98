//! Accesses of one location in the order in which they were opened, whenever each was written down:
//! what a lock's own counter says is held to its neighbours in time.

use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::places::{AccessRecord, Finding, LocationRecord};
use crate::state::records::read;
use crate::state::rules::leaf_key;
use crate::statement::Time;

/// What lies around a moment at one location.
pub(super) struct Neighbours {
    /// The next access.
    next: Option<(Digest, AccessRecord)>,
    /// The next one at which the counter was read, and how many lie between.
    next_read: Option<(Digest, AccessRecord, u64)>,
    /// The last access before.
    before: Option<Digest>,
    /// What the counter last said before, with one for each access since.
    last_read: Option<u64>,
    /// What it says at the newest of all accesses at which it was read.
    newest_read: Option<u64>,
}

impl Neighbours {
    /// Finds the place of an access opened at `opened_at`. Reads no more than what was opened later, and
    /// the accesses since the counter was last read.
    pub(super) fn of(
        records: &dyn Records,
        location: &LocationRecord,
        opened_at: Time,
    ) -> Result<Self> {
        let mut found = Self {
            next: None,
            next_read: None,
            before: location.last,
            last_read: None,
            newest_read: location.counter,
        };
        while let Some((leaf, access)) = load(records, found.before)? {
            if access.opened.opened_at <= opened_at {
                break;
            }
            found.before = access.previous;
            found.next_read = match found.next_read {
                _ if access.happened.counter.is_some() => Some((leaf, access.clone(), 0)),
                Some((leaf, read, between)) => Some((leaf, read, between + 1)),
                None => None,
            };
            found.next = Some((leaf, access));
        }
        // Where none was ever read, nothing is to be looked for.
        let (mut at, mut since) = (found.before.filter(|_| location.counter.is_some()), 0u64);
        while let Some((_, access)) = load(records, at)? {
            if let Some(counter) = access.happened.counter {
                found.last_read = Some(counter.saturating_add(since));
                break;
            }
            since += 1;
            at = access.previous;
        }
        Ok(found)
    }

    /// The access before it.
    pub(super) fn before(&self) -> Option<Digest> {
        self.before
    }

    /// Whether nothing was opened later.
    pub(super) fn is_newest(&self) -> bool {
        self.next.is_none()
    }

    /// What the counter of an access there is to be.
    pub(super) fn expected(&self) -> Option<u64> {
        self.last_read.and_then(|last| last.checked_add(1))
    }

    /// What is wrong with the counter of an access there.
    pub(super) fn gap(&self, counter: Option<u64>) -> Option<Finding> {
        gap(self.last_read, counter)
    }

    /// The counter that is the newest with an access there.
    pub(super) fn newest_counter(&self, counter: Option<u64>) -> Option<u64> {
        match &self.next_read {
            Some(_) => self.newest_read,
            None => counter.or(self.newest_read),
        }
    }

    /// The later accesses, as an access there changes them: what comes before them, and whether their
    /// counter fits.
    pub(super) fn after(
        self,
        subject: Digest,
        counter: Option<u64>,
    ) -> impl Iterator<Item = (String, AccessRecord)> {
        let mut read = self.next_read;
        let mut next = self.next;
        if let Some((leaf, after)) = &mut next {
            after.previous = Some(subject);
            // One and the same is written once.
            if let Some((_, same, _)) = read.as_mut().filter(|(other, ..)| other == leaf) {
                same.previous = Some(subject);
            }
        }
        let last = counter.or_else(|| self.last_read.and_then(|last| last.checked_add(1)));
        if let Some((_, after, between)) = &mut read {
            let last = last.map(|last| last.saturating_add(*between));
            after
                .findings
                .retain(|finding| !matches!(finding, Finding::CounterGap { .. }));
            after.findings.extend(gap(last, after.happened.counter));
        }
        let same = |leaf: &Digest| read.as_ref().is_some_and(|(other, ..)| other == leaf);
        let next = next.filter(|(leaf, _)| !same(leaf));
        let read = read.map(|(leaf, access, _)| (leaf, access));
        next.into_iter()
            .chain(read)
            .map(|(leaf, access)| (leaf_key(&leaf), access))
    }
}

fn load(records: &dyn Records, leaf: Option<Digest>) -> Result<Option<(Digest, AccessRecord)>> {
    let Some(leaf) = leaf else { return Ok(None) };
    let access = read::<AccessRecord>(records, &leaf_key(&leaf))?
        .ok_or_else(|| Error::verification("bad-state", "an access has no record"))?;
    Ok(Some((leaf, access)))
}

fn gap(last: Option<u64>, counter: Option<u64>) -> Option<Finding> {
    let (expected, was) = (last?.saturating_add(1), counter?);
    (expected != was).then_some(Finding::CounterGap { expected, was })
}

/// What the lock's own counter is to say at an access opened at `opened_at`, where that is known.
///
/// # Errors
/// Verification where a record is damaged.
pub fn expected_counter(
    records: &dyn Records,
    location: &LocationRecord,
    opened_at: Time,
) -> Result<Option<u64>> {
    Ok(Neighbours::of(records, location, opened_at)?.expected())
}
