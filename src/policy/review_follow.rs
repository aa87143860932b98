//! What has to follow a struck name, and whether it has: told from the records, whatever anybody says.

use std::collections::BTreeSet;

use super::founding::GOVERNANCE_SECRET;
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::state::Records;
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::places::{LocationRecord, MailboxRecord, PhoneRecord};
use crate::state::records::{list, read};
use crate::state::reviews::{
    LaidOut, LayoutRecord, PrivilegeRecord, ReviewRecord, ReviewsRecord, StruckRecord,
};
use crate::state::rules::{Binding, Quorum};
use crate::statement::SecretKind;
use crate::statement::reviews::{Named, Thing};
use crate::statement::text::{Name, Text};

/// Something that a struck name still has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remains {
    /// A place in something of the register, or in a quorum.
    In(Thing),
    /// What opens a location: the combination that is sealed is none that came after the strike.
    Combination(Name),
    /// Shares of secrets of a kind: how many secrets.
    Shares(SecretKind, usize),
}

/// What a struck name still has of what its group had.
///
/// # Errors
/// Verification where the state is damaged.
pub fn remains(
    records: &dyn Records,
    group: &LaidOut,
    struck: &StruckRecord,
) -> Result<Vec<Remains>> {
    let mut left = Vec::new();
    match &struck.who {
        Named::Custodian(who) => {
            for thing in &group.facts.things {
                if has(records, thing, who)? {
                    left.push(Remains::In(thing.clone()));
                }
                if let Thing::Location(location) = thing
                    && keeps_combination(records, location, struck.index)?
                {
                    left.push(Remains::Combination(location.clone()));
                }
            }
            if !is_retired(records, who)? {
                shares(records, group, who, &mut left)?;
            }
        }
        Named::Other(number) => {
            let name = group.other(*number);
            for thing in &group.facts.things {
                if names_other(records, thing, name)? {
                    left.push(Remains::In(thing.clone()));
                }
            }
        }
    }
    Ok(left)
}

fn is_retired(records: &dyn Records, who: &Id) -> Result<bool> {
    Ok(Custodian::load(records, who)?.is_none_or(|who| who.retired.is_some()))
}

/// Whether a custodian has a place in something.
fn has(records: &dyn Records, thing: &Thing, who: &Id) -> Result<bool> {
    Ok(match thing {
        Thing::Location(name) => LocationRecord::load(records, name)?
            .is_some_and(|one| !one.retired && one.facts.access.contains(who)),
        Thing::Mailbox(name) => read::<MailboxRecord>(records, name.as_str())?
            .is_some_and(|one| !one.facts.closed && one.facts.members.contains(who)),
        Thing::Phone(name) => read::<PhoneRecord>(records, name.as_str())?
            .is_some_and(|one| !one.facts.closed && one.facts.holders.contains(who)),
        Thing::Privilege(name) => read::<PrivilegeRecord>(records, name.as_str())?
            .is_some_and(|one| !one.facts.ended && one.facts.people.contains(who)),
        Thing::Quorum(_) if is_retired(records, who)? => false,
        Thing::Quorum(quorum) if *quorum == GOVERNANCE_SECRET => LedgerRecord::load(records)?
            .and_then(|ledger| ledger.governance)
            .is_some_and(|governance| governance.shares.iter().any(|one| one.holder == *who)),
        Thing::Quorum(quorum) => {
            Quorum::load(records, quorum)?.is_some_and(|quorum| quorum.has(who))
        }
    })
}

/// Whether somebody else is named by something. Where names are withheld, nobody can tell.
fn names_other(records: &dyn Records, thing: &Thing, name: Option<&Text>) -> Result<bool> {
    let Some(name) = name else { return Ok(false) };
    let others: Option<Vec<Text>> = match thing {
        Thing::Mailbox(of) => read::<MailboxRecord>(records, of.as_str())?
            .filter(|one| !one.facts.closed)
            .and_then(|one| Some(one.personal?.others)),
        Thing::Phone(of) => read::<PhoneRecord>(records, of.as_str())?
            .filter(|one| !one.facts.closed)
            .and_then(|one| Some(one.personal?.others)),
        Thing::Privilege(of) => read::<PrivilegeRecord>(records, of.as_str())?
            .filter(|one| !one.facts.ended)
            .and_then(|one| Some(one.personal?.others)),
        Thing::Location(_) | Thing::Quorum(_) => None,
    };
    Ok(others.is_some_and(|others| others.contains(name)))
}

/// Whether a combination of a location, under any label, that was sealed at the strike still is, and none
/// under that label since: an epoch that was split anew has the value of the one before, and one under
/// another label says nothing of it.
fn keeps_combination(records: &dyn Records, location: &Name, since: u64) -> Result<bool> {
    if LocationRecord::load(records, location)?.is_none_or(|one| one.retired) {
        return Ok(false);
    }
    let prefix = format!("location:{location}/combination");
    for (_, binding) in list::<Binding>(records, &prefix)? {
        let (mut then, mut now, mut changed) = (false, false, false);
        for (_, epoch) in list::<Epoch>(records, &format!("{}/", binding.secret))? {
            then |= epoch.index <= since && epoch.destroyed.is_none_or(|at| at > since);
            now |= epoch.destroyed.is_none();
            changed |= epoch.index > since && epoch.reshared_from.is_none();
        }
        if then && now && !changed {
            return Ok(true);
        }
    }
    Ok(false)
}

fn shares(records: &dyn Records, group: &LaidOut, who: &Id, left: &mut Vec<Remains>) -> Result<()> {
    if group.secrets.is_empty() {
        return Ok(());
    }
    let mut held = BTreeSet::new();
    for (key, epoch) in list::<Epoch>(records, "")? {
        let live = epoch.destroyed.is_none();
        if live && epoch.shares.iter().any(|share| share.holder == *who) {
            held.insert(Epoch::parse_key(&key)?.0);
        }
    }
    for (kind, secrets) in &group.secrets {
        let count = secrets.iter().filter(|id| held.contains(id)).count();
        if count > 0 {
            left.push(Remains::Shares(*kind, count));
        }
    }
    Ok(())
}

/// Whether a review that began after the strike and was passed has found that all of it is right after all:
/// the name stood in it with each, and nobody struck it.
///
/// # Errors
/// Verification where the state is damaged.
pub fn found_right_since(
    records: &dyn Records,
    group: &LaidOut,
    struck: &StruckRecord,
    left: &[Remains],
) -> Result<bool> {
    let Some(leaf) = ReviewsRecord::load(records)?.passed else {
        return Ok(false);
    };
    let Some(review) = ReviewRecord::load(records, &leaf)? else {
        return Ok(false);
    };
    if review.index <= struck.index {
        return Ok(false);
    }
    let layout = LayoutRecord::load(records, &leaf)?;
    let stood = |left: &Remains| {
        layout.numbered().any(|(number, later)| {
            // Where its names are withheld, nobody can tell that it was not found right.
            let withheld = matches!(struck.who, Named::Other(_)) && later.others.is_none();
            let who = name_in(later, group, &struck.who);
            let right = who.is_some_and(|who| later.has(&who) && !review.is_struck(number, &who));
            (right || withheld && later.facts.others > 0) && covers(later, group, left)
        })
    };
    Ok(left.iter().all(stood))
}

/// The same person, as a later group names them.
fn name_in(later: &LaidOut, group: &LaidOut, who: &Named) -> Option<Named> {
    match who {
        Named::Custodian(_) => Some(*who),
        Named::Other(number) => {
            let name = group.other(*number)?;
            let mut others = (1u32..).zip(later.others.iter().flatten());
            others
                .find(|(_, other)| *other == name)
                .map(|(number, _)| Named::Other(number))
        }
    }
}

fn covers(later: &LaidOut, group: &LaidOut, left: &Remains) -> bool {
    match left {
        Remains::In(thing) => later.facts.things.contains(thing),
        Remains::Combination(location) => {
            let location = Thing::Location(location.clone());
            later.facts.things.contains(&location)
        }
        Remains::Shares(kind, _) => {
            let of = |group: &LaidOut| -> BTreeSet<Id> {
                let own = group.secrets.iter().filter(|(own, _)| own == kind);
                own.flat_map(|(_, ids)| ids.iter().copied()).collect()
            };
            of(group).is_subset(&of(later))
        }
    }
}

/// The names of the secrets among those of a group of which a custodian still holds a share, at most so
/// many.
///
/// # Errors
/// Verification where the state is damaged.
pub fn still_shared(
    records: &dyn Records,
    group: &LaidOut,
    who: &Id,
    most: usize,
) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for id in group.secrets.iter().flat_map(|(_, ids)| ids) {
        if names.len() >= most {
            break;
        }
        for (_, epoch) in list::<Epoch>(records, &format!("{id}/"))? {
            let live = epoch.destroyed.is_none();
            if live && epoch.shares.iter().any(|share| share.holder == *who) {
                let record = read::<SecretRecord>(records, &id.to_hex())?;
                names.extend(record.map(|record| record.name.to_string()));
                break;
            }
        }
    }
    Ok(names)
}
