//! The end of a ceremony, and who has signed it.

use std::collections::BTreeMap;

use crate::cli::ceremony::room::Room;
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::ledger::Session;
use crate::present::ceremonies::roles;
use crate::present::describe::free;
use crate::present::print::annotated::Person;
use crate::state::records::read;
use crate::state::rules::{Outcome, leaf_key};
use crate::statement::ceremonies::{CeremonyOutcome, Finish};
use crate::statement::drills::FinishPersonal;
use crate::statement::{Claim, Kind};

/// The end of a ceremony that is signed, or waits for that.
pub struct End {
    /// Index of its entry.
    pub seq: u64,
    author: Id,
    /// What it says.
    pub facts: Finish,
    /// What else it says, where that was not erased.
    pub told: Option<FinishPersonal>,
    /// The entries by which those who took part have signed it.
    signed: BTreeMap<Id, u64>,
}

/// The finish that counts, or waits for sign-offs; one that was turned down is none.
///
/// # Errors
/// Verification, where an entry is not what its leaf says.
pub fn end(session: &Session, room: &Room) -> Result<Option<End>> {
    let record = &room.record;
    let finished = record.finished.as_ref().map(|ended| ended.finish);
    let Some(leaf) = finished.or(record.finishing) else {
        return Ok(None);
    };
    let (seq, statement) = session.proven_by_hash(&leaf)?;
    let Claim::CeremonyFinish(facts, told) = statement.claim() else {
        return Ok(None);
    };
    let mut signed = BTreeMap::new();
    // Once it counts, nobody signs it any more.
    let last = read::<Outcome>(&session.view(), &leaf_key(&leaf))?.map(|outcome| outcome.at);
    for at in session.view().indices_of_kind(Kind::Sign, seq)? {
        if last.is_some_and(|last| at > last) {
            break;
        }
        let sign = session.proven(at)?;
        if matches!(sign.claim(), Claim::Sign(sign) if sign.subject == leaf) {
            signed.insert(sign.header().author, at);
        }
    }
    Ok(Some(End {
        seq,
        author: statement.header().author,
        facts: facts.clone(),
        told: told.clone(),
        signed,
    }))
}

/// How it stands, for the title.
pub fn standing(room: &Room, end: Option<&End>) -> String {
    let record = &room.record;
    let Some(end) = end else {
        let goes_on = match record.resting {
            Some(_) => "not complete, it rests",
            None => "not complete, it goes on",
        };
        return goes_on.to_owned();
    };
    let what = match end.facts.outcome {
        CeremonyOutcome::Completed => "complete",
        CeremonyOutcome::Aborted => "broken off",
    };
    if record.finished.is_none() {
        return format!("{what}, but not signed by everyone yet");
    }
    let has_signed = |who: &Id| *who == end.author || end.signed.contains_key(who);
    if end.facts.people.iter().all(has_signed) {
        format!("{what}, and signed by everyone")
    } else {
        format!("{what}, and signed by everyone who is still a custodian")
    }
}

/// Custodians in the order of their names, then the others.
pub fn people(room: &Room, end: Option<&End>) -> Vec<Person> {
    let record = &room.record;
    let mut ids = record.named.clone();
    ids.extend(end.iter().flat_map(|end| &end.facts.people));
    ids.extend(end.map(|end| end.author));
    ids.sort();
    ids.dedup();
    let mut people: Vec<Person> = ids
        .iter()
        .map(|id| {
            let participant = record.participants.iter().find(|one| one.custodian == *id);
            let roles = match participant {
                Some(one) => roles(&one.roles),
                None if record.named.contains(id) => "came in later".to_owned(),
                None => "named at its end".to_owned(),
            };
            Person {
                name: room.people.name(id),
                roles,
                signed: signed(room, end, id),
            }
        })
        .collect();
    people.sort_by(|one, other| one.name.cmp(&other.name));
    for guest in room.told.iter().flat_map(|told| &told.guests) {
        people.push(Person {
            name: format!(
                "{} ({})",
                free(guest.name.as_str()),
                free(guest.affiliation.as_str())
            ),
            roles: if guest.roles.is_empty() {
                "guest".to_owned()
            } else {
                roles(&guest.roles)
            },
            signed: "no custodian: signs on paper only".to_owned(),
        });
    }
    people
}

fn signed(room: &Room, end: Option<&End>, id: &Id) -> String {
    let took_part = room.record.people.contains(id);
    let Some(end) = end else {
        return if took_part {
            "signs once it is over"
        } else {
            "was not there"
        }
        .to_owned();
    };
    if end.author == *id {
        return format!("entry #{}, who wrote it down", end.seq);
    }
    if let Some(at) = end.signed.get(id) {
        return format!("entry #{at}");
    }
    match (
        end.facts.people.contains(id),
        room.record.finished.is_some(),
    ) {
        (true, false) => "HAS NOT SIGNED YET",
        (true, true) => "has not signed: no custodian any more",
        (false, _) if took_part => "not asked: no custodian any more",
        (false, _) => "was not there",
    }
    .to_owned()
}
