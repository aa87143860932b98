//! Which secrets those in force can still open.

use std::collections::{BTreeMap, BTreeSet};

use super::reviews::is_same_person;
use super::{may, not_overtaken};
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::state::Records;
use crate::state::custody::Epoch;
use crate::state::records::list;
use crate::state::rules::Proposal;
use crate::statement::Claim;

/// The secrets of which an epoch that counts can be opened by those in force, and could not without
/// `leaving` and all whose departure waits to be agreed to; each with that epoch, in order. The epochs that
/// count are the newest live one, and the newest that somebody has found to work.
///
/// # Errors
/// Verification where the state is damaged.
pub fn out_of_reach_without(records: &dyn Records, leaving: &Id) -> Result<Vec<(Id, u32)>> {
    let mut leaving: BTreeSet<Id> = [*leaving].into();
    for (_, proposal) in list::<Proposal>(records, "")? {
        let who = match proposal.claim()? {
            Claim::CustodianRetire(retire, _) => retire.custodian,
            Claim::CustodianReplace(replace, _) => replace.old,
            _ => continue,
        };
        if not_overtaken(records, &proposal).is_ok() {
            leaving.insert(who);
        }
    }
    let mut lost = Vec::new();
    for (secret, epochs) in live_epochs(records)? {
        let newest = epochs.keys().next_back();
        let mut confirmed = None;
        for (number, epoch) in &epochs {
            if found_to_work(records, epoch)? {
                confirmed = Some(number);
            }
        }
        for (number, epoch) in &epochs {
            let counts = Some(number) == newest || Some(number) == confirmed;
            let rule = epoch.rule();
            if !counts || rule.people().is_disjoint(&leaving) {
                continue;
            }
            let able = may::in_force(records, &rule.people())?;
            let left = able.difference(&leaving).copied().collect();
            if rule.met_by(&able) && !rule.met_by(&left) {
                lost.push((secret, *number));
            }
        }
    }
    Ok(lost)
}

/// Whether somebody has found that an epoch works, besides whoever sealed it: one person alone makes no
/// epoch the one that is asked for.
///
/// # Errors
/// Verification where the state is damaged.
pub fn found_to_work(records: &dyn Records, epoch: &Epoch) -> Result<bool> {
    for who in &epoch.confirmed {
        let one = is_same_person(records, who, std::slice::from_ref(&epoch.sealer))?;
        let other = is_same_person(records, &epoch.sealer, std::slice::from_ref(who))?;
        if !one && !other {
            return Ok(true);
        }
    }
    Ok(false)
}

fn live_epochs(records: &dyn Records) -> Result<BTreeMap<Id, BTreeMap<u32, Epoch>>> {
    let mut live: BTreeMap<Id, BTreeMap<u32, Epoch>> = BTreeMap::new();
    for (key, epoch) in list::<Epoch>(records, "")? {
        let (secret, number) = Epoch::parse_key(&key)?;
        if epoch.destroyed.is_none() {
            live.entry(secret).or_default().insert(number, epoch);
        }
    }
    Ok(live)
}

/// Whether epoch `number` of a secret was split anew from epoch `from`, or from one that was, and so on.
#[must_use]
pub fn descends(all: &[(u32, Epoch)], number: u32, from: u32) -> bool {
    let before = all
        .iter()
        .find(|(other, _)| *other == number)
        .and_then(|(_, epoch)| epoch.reshared_from);
    // An epoch is always split from an earlier one.
    before.is_some_and(|before| before == from || before > from && descends(all, before, from))
}
