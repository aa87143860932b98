//! What a ceremony's annotated script says: gathered from the entries about it, each proven to be in
//! the log.

mod signed;

use self::signed::End;
use crate::cli::ceremony::room::Room;
use crate::cli::ceremony::show;
use crate::cli::when;
use crate::error::Result;
use crate::ledger::Session;
use crate::present::describe::{self, free};
use crate::present::minutes::{Minute, minutes};
use crate::present::print::annotated::{Annotated, Entry, Place, Proof};
use crate::state::custody::NoteRecord;
use crate::state::records::list;
use crate::statement::ceremonies::StepWent;
use crate::statement::{Claim, Kind};

/// Gathers it.
///
/// # Errors
/// Verification, where an entry is not what its leaf says.
pub fn gather<'a>(session: &Session, room: &'a Room) -> Result<Annotated<'a>> {
    let record = &room.record;
    let end = signed::end(session, room)?;
    let minutes = minutes(session, record, &room.people)?;
    Ok(Annotated {
        runbook: &room.runbook,
        standing: signed::standing(room, end.as_ref()),
        called: format!(
            "{}, {}, {}",
            record.runbook,
            record.performance.as_str(),
            record.id.short()
        ),
        facts: facts(session, room, end.as_ref())?,
        in_short: in_short(room, &minutes),
        people: signed::people(room, end.as_ref()),
        entries: entries(session, room, &minutes, end.as_ref())?,
        end: told(room, end.as_ref()),
        proof: proof(session, room, end.as_ref())?,
    })
}

fn facts(session: &Session, room: &Room, end: Option<&End>) -> Result<Vec<(&'static str, String)>> {
    let record = &room.record;
    let mut facts = vec![
        ("this was", record.performance.as_str().to_owned()),
        (
            "ceremony",
            format!("{}, entry #{}", record.id, record.index),
        ),
        (
            "began",
            format!(
                "{} ({}, the time zone of the clock that all could see)",
                when::clock(record.at, room.zone),
                record.timezone
            ),
        ),
    ];
    if let Some(end) = end {
        facts.push(("ended", when::clock(end.facts.at, room.zone)));
    }
    facts.extend(show::places(room));
    for leaf in &record.about {
        let (seq, statement) = session.proven_by_hash(leaf)?;
        let header = statement.header();
        facts.push((
            "about",
            format!("{} {}, entry #{seq}", header.kind, header.id.short()),
        ));
    }
    facts.push(("runbook", record.runbook.to_string()));
    facts.push(("version", record.version.to_string()));
    Ok(facts)
}

/// What an auditor looks for first.
fn in_short(room: &Room, minutes: &[Minute]) -> Vec<String> {
    let record = &room.record;
    let mut counts = vec![describe::counted(record.steps.len(), "step")];
    for (went, word) in [
        (Some(StepWent::Done), "done"),
        (Some(StepWent::Deviated), "otherwise than written"),
        (Some(StepWent::Skipped), "left out"),
        (None, "without a record"),
    ] {
        let which: Vec<String> = (1u32..)
            .zip(&record.steps)
            .map(|(number, _)| number)
            .filter(|number| record.newest(*number).map(|done| done.went) == went)
            .map(|number| number.to_string())
            .collect();
        if went == Some(StepWent::Done) {
            counts.push(format!("{} {word}", which.len()));
        } else if !which.is_empty() {
            counts.push(format!("{} {word} ({})", which.len(), which.join(", ")));
        }
    }
    let seqs = |seqs: &[u64]| {
        let words: Vec<String> = seqs.iter().map(|seq| format!("#{seq}")).collect();
        words.join(", ")
    };
    let mut lines = vec![format!("{}.", counts.join(", "))];
    lines.push(if record.exceptions.is_empty() {
        "No exception was recorded.".to_owned()
    } else {
        format!("Exceptions: {}.", seqs(&record.exceptions))
    });
    if !record.alone.is_empty() {
        lines.push(format!(
            "Fewer than two custodians were left with what lay open: {}.",
            seqs(&record.alone)
        ));
    }
    let late: Vec<u64> = minutes
        .iter()
        .filter(|minute| minute.late)
        .map(|minute| minute.seq)
        .collect();
    if !late.is_empty() {
        lines.push(format!(
            "Written down later than it happened: {}.",
            seqs(&late)
        ));
    }
    lines
}

fn entries(
    session: &Session,
    room: &Room,
    minutes: &[Minute],
    end: Option<&End>,
) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for minute in minutes {
        let place = match (minute.kind, minute.step) {
            (Kind::CeremonyException, step) => Place::Exception(step),
            (_, Some(step)) => Place::Step(step),
            (_, None) => Place::Room,
        };
        // Its place says so already.
        let line = minute.line.strip_prefix("EXCEPTION, ");
        let mut line = line.unwrap_or(&minute.line).to_owned();
        if minute.kind == Kind::CeremonyFinish && end.is_none_or(|end| end.seq != minute.seq) {
            line.push_str("; but this was turned down or taken back, and it went on");
        }
        // What the end says stands under that title.
        let mut more = if minute.kind == Kind::CeremonyFinish {
            Vec::new()
        } else {
            minute.more.clone()
        };
        notes(session, minute.seq, &mut more)?;
        entries.push(Entry {
            place,
            when: when::clock(minute.at, room.zone),
            seq: minute.seq,
            line,
            more,
        });
    }
    Ok(entries)
}

/// What was said of an entry later.
fn notes(session: &Session, seq: u64, more: &mut Vec<String>) -> Result<()> {
    let leaf = session.proven(seq)?.leaf();
    for (_, note) in list::<NoteRecord>(&session.view(), &format!("{leaf}/"))? {
        let at = note.index;
        more.push(match session.proven(at)?.claim() {
            Claim::Correct(_, Some(said)) => {
                let (text, reason) = (free(said.text.as_str()), free(said.reason.as_str()));
                format!("corrected at #{at}: {text} ({reason})")
            }
            Claim::Attach(_, Some(file)) => {
                let name = free(file.name.as_str());
                format!("a file is attached at #{at}: {name}, {}", file.digest)
            }
            Claim::Attach(..) => format!("a file is attached at #{at}"),
            _ => format!("corrected at #{at}"),
        });
    }
    Ok(())
}

fn told(room: &Room, end: Option<&End>) -> Vec<(&'static str, String)> {
    let Some(end) = end else {
        return vec![("", show::next(room))];
    };
    let mut told = vec![(
        "OUTCOME",
        format!(
            "{}, {}, entry #{}",
            end.facts.outcome.as_str(),
            when::clock(end.facts.at, room.zone),
            end.seq
        ),
    )];
    let personal = end.told.as_ref();
    for surprise in personal.iter().flat_map(|told| &told.surprises) {
        told.push(("SURPRISE", free(surprise.as_str())));
    }
    for (place, lesson) in end.facts.lessons.iter().enumerate() {
        let text = personal.and_then(|told| told.lessons.get(place));
        let text = text.map_or_else(|| "withheld".to_owned(), |text| free(text.as_str()));
        let owner = room.people.name(&lesson.owner);
        told.push(("LESSON", format!("{text} ({owner}, until {})", lesson.due)));
    }
    let note = personal.and_then(|told| told.note.as_ref());
    told.extend(note.map(|note| ("NOTE", free(note.as_str()))));
    told
}

/// Of the end, or of the newest entry where there is none yet.
fn proof(session: &Session, room: &Room, end: Option<&End>) -> Result<Proof> {
    let newest = || room.record.events.last().copied();
    let seq = end
        .map(|end| end.seq)
        .or_else(newest)
        .unwrap_or(room.record.index);
    let statement = session.proven(seq)?;
    Ok(Proof {
        kind: statement.header().kind.clone(),
        seq,
        leaf: statement.leaf().to_string(),
        text: session.proof(seq)?.to_string(),
        key: session.verifier_keys()?.log,
    })
}
