//! What a statement waits for: who could still sign it, by name, and what comes after governance.

use std::collections::BTreeSet;

use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Kind, Result};
use crate::ledger::{People, Session};
use crate::policy;
use crate::present::describe;
use crate::state::custody::RequestRecord;
use crate::state::people::Custodian;
use crate::state::places::WitnessRecord;
use crate::state::records::read;
use crate::state::rules::leaf_key;
use crate::store::Entry;

/// Who could still sign a statement.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Each once.
    pub names: Vec<String>,
    /// The same in words; of a request for several secrets, the holders of each.
    pub words: String,
    /// Of an enrolment: how far it is.
    pub enrolment: Option<Enrolment>,
}

/// How far an enrolment is.
#[derive(Debug)]
pub enum Enrolment {
    /// Governance has yet to agree, and the newcomer to accept.
    Proposed,
    /// The newcomer has accepted; governance has yet to agree.
    Accepted,
    /// Governance has agreed; who is named has yet to accept.
    Approved(String),
}

impl Waiting {
    /// For the statement with this leaf hash.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn of(session: &Session, people: &People, subject: &Digest) -> Result<Self> {
        let (view, now) = (session.view(), session.now()?);
        let mut able = BTreeSet::new();
        for (id, ..) in people.iter().filter(|(_, who, _)| who.in_force()) {
            match policy::may_decide(&view, id, now, subject) {
                Ok(()) => {
                    able.insert(*id);
                }
                Err(error) if error.kind() == Kind::Refused => {}
                Err(error) => return Err(error),
            }
        }
        let mut names: Vec<String> = able.iter().map(|id| people.name(id)).collect();
        names.sort();
        Ok(Self {
            words: match of_each_secret(session, people, subject, &able)? {
                Some(words) => words,
                None => names.join(", "),
            },
            names,
            enrolment: enrolment(people, subject),
        })
    }
}

/// The holders of each secret that a request names, where they are not the same people.
fn of_each_secret(
    session: &Session,
    people: &People,
    subject: &Digest,
    able: &BTreeSet<Id>,
) -> Result<Option<String>> {
    let view = session.view();
    let Some(request) = RequestRecord::load(&view, subject)? else {
        return Ok(None);
    };
    let mut each = Vec::new();
    for (wanted, rule) in request
        .secrets
        .iter()
        .zip(policy::split_rules(&view, &request)?)
    {
        let holders: BTreeSet<Id> = rule.people().intersection(able).copied().collect();
        each.push((wanted.secret, holders));
    }
    let apart = each.windows(2).any(|pair| match pair {
        [(_, one), (_, other)] => one != other,
        _ => false,
    });
    if !apart {
        return Ok(None);
    }
    let mut words = Vec::new();
    for (secret, holders) in each {
        let mut names: Vec<String> = holders.iter().map(|id| people.name(id)).collect();
        names.sort();
        let names = if names.is_empty() {
            "nobody more".to_owned()
        } else {
            names.join(", ")
        };
        words.push(format!(
            "for {}: {names}",
            describe::secret_name(session, &secret)?
        ));
    }
    Ok(Some(words.join("; ")))
}

fn enrolment(people: &People, subject: &Digest) -> Option<Enrolment> {
    let (id, who): (&Id, &Custodian) = people
        .iter()
        .map(|(id, who, _)| (id, who))
        .find(|(_, who)| who.enrolment == *subject && who.from.is_none())?;
    Some(match (who.approved, who.accepted) {
        (Some(_), _) => Enrolment::Approved(people.name(id)),
        (None, Some(_)) => Enrolment::Accepted,
        (None, None) => Enrolment::Proposed,
    })
}

/// Adds to a refusal who has a say in an entry instead, by name. What fails on the way leaves the
/// refusal as it is.
pub fn explained(session: &Session, entry: &Entry, error: Error) -> Error {
    match hint(session, entry, error.code()) {
        Ok(Some(hint)) => error.hint(hint),
        _ => error,
    }
}

fn hint(session: &Session, entry: &Entry, code: &str) -> Result<Option<String>> {
    let (view, people) = (session.view(), session.people()?);
    let id = entry.id.short();
    Ok(match code {
        "already-decided" | "not-in-quorum" => {
            let waiting = Waiting::of(session, &people, &entry.hash)?;
            Some(match waiting.names.as_slice() {
                [] => format!("to see where it stands: rootkeep show {id}"),
                _ => format!("who can still sign: {}", waiting.words),
            })
        }
        "already-effective" => Some(match RequestRecord::load(&view, &entry.hash)? {
            Some(request) => format!(
                "{} carries it out; to see where it stands: rootkeep show {id}",
                people.name(&request.operator)
            ),
            None => format!("nothing more is to be signed; who agreed: rootkeep show {id}"),
        }),
        "not-the-witness" => read::<WitnessRecord>(&view, &leaf_key(&entry.hash))?.map(|waits| {
            format!(
                "{} witnesses it: rootkeep -i THEIR.key sign {id}",
                people.name(&waits.witness)
            )
        }),
        "not-operator" => RequestRecord::load(&view, &entry.hash)?
            .map(|request| format!("{} is its operator", people.name(&request.operator))),
        _ => None,
    })
}
