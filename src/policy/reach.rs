//! Which secrets those in force can still open.

use std::collections::{BTreeMap, BTreeSet};

use super::may;
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::state::Records;
use crate::state::custody::Epoch;
use crate::state::records::list;

/// The secrets whose newest live epoch those in force can open, and could not without `leaving`; each with
/// that epoch, in order of secret.
///
/// # Errors
/// Verification where the state is damaged.
pub fn out_of_reach_without(records: &dyn Records, leaving: &Id) -> Result<Vec<(Id, u32)>> {
    let mut newest: BTreeMap<Id, (u32, Epoch)> = BTreeMap::new();
    for (key, epoch) in list::<Epoch>(records, "")? {
        let (secret, number) = Epoch::parse_key(&key)?;
        let newer = newest.get(&secret).is_none_or(|(known, _)| number > *known);
        if epoch.destroyed.is_none() && newer {
            newest.insert(secret, (number, epoch));
        }
    }
    let mut lost = Vec::new();
    for (secret, (number, epoch)) in newest {
        let rule = epoch.rule();
        if !rule.people().contains(leaving) {
            continue;
        }
        let mut left: BTreeSet<Id> = may::in_force(records, &rule.people())?;
        let before = rule.met_by(&left);
        left.remove(leaving);
        if before && !rule.met_by(&left) {
            lost.push((secret, number));
        }
    }
    Ok(lost)
}
