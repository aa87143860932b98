//! The minutes of a ceremony: what its entries say, in the order in which they were entered.

use super::ceremonies::{moved, names, roles};
use super::describe::{duration, free};
use crate::error::Result;
use crate::ledger::{People, Session};
use crate::state::ceremonies::CeremonyRecord;
use crate::statement::ceremonies::{BreakEnd, StepWent};
use crate::statement::{Claim, Kind, Statement, Time};

/// From so many seconds on it is said that something was written down later than it happened.
const LATE: i64 = 900;

/// What one entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minute {
    /// Index of the entry.
    pub seq: u64,
    /// What kind of entry it is.
    pub kind: Kind,
    /// When it happened, by the clock that all could see.
    pub at: Time,
    /// The step that it is about, counted from 1.
    pub step: Option<u32>,
    /// In one line.
    pub line: String,
    /// What belongs to it: values, what was decided, a note.
    pub more: Vec<String>,
    /// Whether it is not as the script has it: an exception, a deviation, a step left out.
    pub other: bool,
    /// Whether it was written down later than it happened.
    pub late: bool,
}

/// The minutes of a ceremony.
///
/// # Errors
/// Verification, where an entry is not what its leaf says.
pub fn minutes(session: &Session, record: &CeremonyRecord, people: &People) -> Result<Vec<Minute>> {
    let mut minutes = Vec::with_capacity(record.events.len());
    for seq in &record.events {
        let statement = session.proven(*seq)?;
        if let Some(mut minute) = minute(*seq, &statement, record, people) {
            let late = statement.header().made_at.seconds() - minute.at.seconds();
            if late >= LATE {
                let late = duration(u64::try_from(late).unwrap_or(0));
                minute.late = true;
                minute.more.push(format!("written down {late} later"));
            }
            if record.alone.contains(seq) {
                minute.other = true;
                minute
                    .more
                    .push("fewer than two custodians were left with what lay open".to_owned());
            }
            minutes.push(minute);
        }
    }
    Ok(minutes)
}

fn minute(
    seq: u64,
    statement: &Statement,
    record: &CeremonyRecord,
    people: &People,
) -> Option<Minute> {
    let (at, step, line, more, other) = match statement.claim() {
        Claim::CeremonyStart(start, told) => {
            let mut more: Vec<String> = start
                .participants
                .iter()
                .map(|one| format!("{}: {}", people.name(&one.custodian), roles(&one.roles)))
                .collect();
            more.sort();
            for guest in told.iter().flat_map(|told| &told.guests) {
                let name = free(guest.name.as_str());
                let affiliation = free(guest.affiliation.as_str());
                let roles = if guest.roles.is_empty() {
                    "guest".to_owned()
                } else {
                    roles(&guest.roles)
                };
                more.push(format!("{name} ({affiliation}): {roles}"));
            }
            noted(told.as_ref().and_then(|told| told.note.as_ref()), &mut more);
            (start.at, None, "the ceremony began".to_owned(), more, false)
        }
        Claim::CeremonyStep(step, told) => {
            let others = told.as_ref().map_or(&[][..], |told| &told.others);
            let mut more: Vec<String> = told
                .iter()
                .flat_map(|told| &told.values)
                .map(|value| format!("{} = {}", value.id, free(value.value.as_str())))
                .collect();
            noted(told.as_ref().and_then(|told| told.note.as_ref()), &mut more);
            let again = record
                .done
                .iter()
                .any(|one| one.step == step.step && one.index < seq);
            let line = format!(
                "{}{}, by {}",
                step.went.as_str(),
                if again { " again" } else { "" },
                names(people, &step.by, others)
            );
            let other = step.went != StepWent::Done;
            (step.at, Some(step.step), line, more, other)
        }
        Claim::CeremonyException(exception, told) => {
            let mut more = Vec::new();
            if let Some(told) = told {
                more.push(format!("expected: {}", free(told.expected.as_str())));
                more.push(format!("happened: {}", free(told.happened.as_str())));
                more.push(format!("decided: {}", free(told.decided.as_str())));
            }
            let by = names(people, &exception.decided_by, &[]);
            let line = format!("EXCEPTION, decided by {by}");
            (exception.at, exception.step, line, more, true)
        }
        Claim::CeremonyPresence(presence, told) => {
            let line = moved(people, presence, told.as_ref());
            (presence.at, None, line, Vec::new(), false)
        }
        Claim::CeremonyBreak(pause, told) => {
            let mut more = Vec::new();
            noted(told.as_ref().and_then(|told| told.note.as_ref()), &mut more);
            let line = match pause.pause {
                BreakEnd::Began => {
                    format!("a break began; {} stay", names(people, &pause.stay, &[]))
                }
                BreakEnd::Ended => "the break ended".to_owned(),
            };
            (pause.at, None, line, more, false)
        }
        Claim::CeremonyFinish(finish, told) => {
            let mut more = Vec::new();
            for surprise in told.iter().flat_map(|told| &told.surprises) {
                more.push(format!("surprise: {}", free(surprise.as_str())));
            }
            for lesson in told.iter().flat_map(|told| &told.lessons) {
                more.push(format!("lesson: {}", free(lesson.as_str())));
            }
            noted(told.as_ref().and_then(|told| told.note.as_ref()), &mut more);
            let line = format!("the ceremony ended, {}", finish.outcome.as_str());
            (finish.at, None, line, more, false)
        }
        _ => return None,
    };
    Some(Minute {
        seq,
        kind: statement.claim().kind(),
        at,
        step,
        line,
        more,
        other,
        late: false,
    })
}

fn noted(note: Option<&crate::statement::text::Text>, more: &mut Vec<String>) {
    more.extend(note.map(|note| format!("note: {}", free(note.as_str()))));
}
