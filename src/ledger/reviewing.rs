//! Starting a review: what it lays out is what the ledger has at that moment.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Session;
use super::acts::Entered;
use crate::crypto::fixed::Id;
use crate::crypto::part::PART_LIMIT;
use crate::error::{Error, Result};
use crate::policy::Reviewed;
use crate::state::Records;
use crate::state::places::{LocationRecord, MailboxRecord, PhoneRecord};
use crate::state::records::read;
use crate::state::reviews::{LaidOut, PrivilegeRecord, ReviewsRecord};
use crate::statement::Claim;
use crate::statement::drills::Every;
use crate::statement::reviews::{GROUPS, StartReview, StartReviewPersonal, Thing};
use crate::statement::text::Text;
use crate::statement::time::Date;

impl Session {
    /// Starts a review of every group of people that has access to something now.
    ///
    /// # Errors
    /// Refused by the policy, or with code `withheld` where names were erased.
    pub fn start_review(
        &mut self,
        every: Every,
        first: Date,
        note: Option<Text>,
    ) -> Result<Entered> {
        self.writable()?;
        let (groups, since) = self.on_verified(|session| {
            let view = session.view();
            let since = ReviewsRecord::load(&view)?.passed;
            let groups = Reviewed::load(&view)?.groups()?;
            if groups.len() > GROUPS {
                return Err(session.too_much(&groups, format!("{} groups", groups.len()))?);
            }
            Ok((groups, since))
        })?;
        let (mut facts, mut others) = (Vec::new(), Vec::new());
        for group in groups.iter().cloned() {
            facts.push(group.facts);
            others.push(group.others.unwrap_or_default());
        }
        let start = StartReview {
            every,
            first,
            since,
            groups: facts,
        };
        let personal = StartReviewPersonal { others, note };
        let bytes = size(&start)?.max(size(&personal)?);
        if bytes > PART_LIMIT {
            return Err(self.too_much(&groups, format!("{bytes} bytes"))?);
        }
        self.enter(Claim::ReviewStart(start, Some(personal)), Vec::new())
    }

    /// That a review can't lay all of it out, and whose entries make most of it.
    fn too_much(&self, groups: &[LaidOut], what: String) -> Result<Error> {
        let view = self.view();
        let mut authors = Vec::with_capacity(groups.len());
        for group in groups {
            let mut own = BTreeSet::new();
            for thing in &group.facts.things {
                let entry = set_by(&view, thing)?.map(|seq| view.entry(seq));
                own.extend(entry.transpose()?.flatten().map(|entry| entry.author));
            }
            authors.push(own);
        }
        let error = Error::refused(
            "too-much-to-review",
            format!("there is more to lay out than one review holds: {what}"),
        )
        .because(format!(
            "at most {GROUPS} distinct groups of people, in {} MiB",
            PART_LIMIT >> 20
        ));
        Ok(match most_often(&authors) {
            Some((who, of)) => error.hint(format!(
                "{of} of {} groups have something that {} has set: mailbox list, phone list, privilege list, location list",
                groups.len(),
                self.people()?.name(&who)
            )),
            None => error,
        })
    }
}

fn size(part: &impl Serialize) -> Result<usize> {
    let bytes = serde_json::to_vec(part);
    bytes
        .map(|bytes| bytes.len())
        .map_err(|error| Error::failed("internal", "a part can't be spelt").because(error))
}

/// Index of the entry that has set a thing of the register last.
fn set_by(records: &dyn Records, thing: &Thing) -> Result<Option<u64>> {
    let events = match thing {
        Thing::Mailbox(name) => {
            read::<MailboxRecord>(records, name.as_str())?.map(|record| record.events)
        }
        Thing::Phone(name) => {
            read::<PhoneRecord>(records, name.as_str())?.map(|record| record.events)
        }
        Thing::Privilege(name) => {
            read::<PrivilegeRecord>(records, name.as_str())?.map(|record| record.events)
        }
        Thing::Location(name) => LocationRecord::load(records, name)?.map(|record| record.events),
        Thing::Quorum(_) => None,
    };
    Ok(events.and_then(|events| events.last().copied()))
}

/// Who stands in most of the sets, and in how many.
fn most_often(sets: &[BTreeSet<Id>]) -> Option<(Id, usize)> {
    let mut counts: BTreeMap<Id, usize> = BTreeMap::new();
    for who in sets.iter().flatten() {
        *counts.entry(*who).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_makes_most_of_a_review_is_named() {
        let [ada, bea] = [[1; 16], [2; 16]].map(Id);
        assert_eq!(most_often(&[]), None);
        let sets = [vec![ada], vec![bea, ada], vec![bea], vec![bea], Vec::new()];
        let sets = sets.map(|set| set.into_iter().collect());
        assert_eq!(most_often(&sets), Some((bea, 3)));
    }
}
