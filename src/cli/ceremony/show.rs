//! `ceremony list`, `ceremony show`.

use clap::Args;
use serde_json::{Value, json};

use super::guests::Guests;
use super::room::{Room, zone};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::when;
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::exchange::runbook::Step;
use crate::ledger::Session;
use crate::present::ceremonies as present;
use crate::present::minutes::{Minute, minutes};
use crate::state::ceremonies::CeremonyRecord;
use crate::state::drills::JointRecord;
use crate::state::records::{list as records, read};
use crate::state::rules::leaf_key;
use crate::statement::ceremonies::CeremonyOutcome;
use crate::statement::text::Text;

/// `ceremony show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep ceremony show 4eb276f8")]
pub struct ShowCeremony {
    /// The ceremony
    id: String,
}

/// Every ceremony with the leaf hash of its start, the first first.
pub fn all(session: &Session) -> Result<Vec<(Digest, CeremonyRecord)>> {
    let mut all = records::<CeremonyRecord>(&session.view(), "")?
        .into_iter()
        .map(|(key, record)| Ok((Digest::parse(&key)?, record)))
        .collect::<Result<Vec<_>>>()?;
    all.sort_by_key(|(_, record)| record.index);
    Ok(all)
}

/// How a ceremony stands, in a word.
pub fn state(record: &CeremonyRecord) -> &'static str {
    match (&record.finished, record.finishing, record.resting) {
        (Some(ended), ..) => match ended.outcome {
            CeremonyOutcome::Completed => "completed",
            CeremonyOutcome::Aborted => "aborted",
        },
        (None, Some(_), _) => "to-be-signed",
        (None, None, Some(_)) => "on-break",
        (None, None, None) => "running",
    }
}

/// Who has yet to sign how it went.
fn missing(session: &Session, record: &CeremonyRecord) -> Result<Vec<Id>> {
    let Some(finish) = &record.finishing else {
        return Ok(Vec::new());
    };
    let joint = read::<JointRecord>(&session.view(), &leaf_key(finish))?;
    Ok(joint.map_or_else(Vec::new, |joint| joint.missing().copied().collect()))
}

/// The step that comes next, and who acts; or what else is to be done.
pub fn next(room: &Room) -> String {
    let id = room.record.id.short();
    if room.record.finished.is_some() {
        return "the ceremony is over".to_owned();
    }
    if room.record.finishing.is_some() {
        return "waits for those who took part to sign".to_owned();
    }
    if room.record.resting.is_some() {
        return format!("a break: rootkeep ceremony resume {id}");
    }
    match room.step(None) {
        Ok((number, step)) => {
            format!("next: step {number} {}, {}", step.id, who_acts(room, step))
        }
        Err(_) => format!("every step is recorded: rootkeep ceremony finish {id}"),
    }
}

/// The roles that act in a step, and who has them.
pub fn who_acts(room: &Room, step: &Step) -> String {
    let roles = step
        .by
        .iter()
        .map(|role| match room.who_has(role).as_slice() {
            [] => role.to_string(),
            names => format!("{role} ({})", names.join(", ")),
        });
    roles.collect::<Vec<_>>().join(", ")
}

pub fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let (mut rows, mut fields) = (Vec::new(), Vec::new());
    for (_, record) in all(&session)? {
        let waits = missing(&session, &record)?;
        let waits: Vec<String> = waits.iter().map(|id| people.name(id)).collect();
        fields.push(json!({
            "id": record.id, "seq": record.index, "runbook": record.runbook,
            "version": record.version, "performance": record.performance,
            "state": state(&record), "began": record.at, "waits_for": waits,
            "exceptions": record.exceptions.len(),
        }));
        rows.push(vec![
            record.id.short(),
            when::clock(record.at, zone(&record)),
            record.performance.as_str().to_owned(),
            state(&record).to_owned(),
            format!("{} v{}", record.runbook, record.version),
            output::plain(&match waits.as_slice() {
                [] => String::new(),
                waits => format!("to be signed by {}", waits.join(", ")),
            }),
        ]);
    }
    if context.global.json {
        output::object("ceremony.list", json!({"ceremonies": fields}))?;
    } else if rows.is_empty() {
        output::data("there was none: rootkeep ceremony start RUNBOOK\n")?;
    } else {
        let headings = ["ID", "BEGAN", "", "STATE", "RUNBOOK", ""];
        output::data(&output::table(&headings, &rows))?;
    }
    Ok(Done::Yes)
}

pub fn show(context: &Context, command: &ShowCeremony) -> Result<Done> {
    let session = context.open()?;
    let room = Room::find(context, &session, &command.id)?;
    let minutes = minutes(&session, &room.record, &room.people)?;
    let waits = missing(&session, &room.record)?;
    let waits: Vec<String> = waits.iter().map(|id| room.people.name(id)).collect();
    let guests = Guests::load(&session, &room.record)?.there;
    if context.global.json {
        let there = json!({"guests_in_the_room": guests});
        let fields = output::merge(fields(&room, &minutes, &waits), there);
        output::object("ceremony", fields)?;
        return Ok(Done::Yes);
    }
    let record = &room.record;
    let mut text = format!(
        "{} ({} version {}), {}: {}\n",
        output::one_line(room.runbook.title.as_str()),
        record.runbook,
        record.version,
        record.performance.as_str(),
        state(record)
    );
    text.push_str(&format!("  script    {}\n", record.file));
    text.push_str(&format!(
        "  began     {} ({}), entry #{}\n",
        when::clock(record.at, room.zone),
        record.at,
        record.index
    ));
    for (label, value) in places(&room) {
        text.push_str(&format!("  {label:<9} {}\n", output::one_line(&value)));
    }
    if record.finished.is_none() {
        let there = present::names(&room.people, &record.present, &guests);
        text.push_str(&format!("  in the room {there}\n"));
        text.push_str(&format!("  {}\n", next(&room)));
    }
    if !waits.is_empty() {
        text.push_str(&format!("  waits for {}\n", waits.join(", ")));
    }
    text.push('\n');
    for minute in &minutes {
        text.push_str(&told(&room, minute));
    }
    output::data(&output::plain(&text))?;
    Ok(Done::Yes)
}

/// Where it is.
pub fn places(room: &Room) -> Vec<(&'static str, String)> {
    let mut places = Vec::new();
    if let Some(location) = &room.record.location {
        places.push(("location", location.to_string()));
    }
    let place = room.told.as_ref().and_then(|told| told.place.as_ref());
    places.extend(place.map(|place: &Text| ("place", place.to_string())));
    places
}

/// One line of the minutes, with what belongs to it under it.
fn told(room: &Room, minute: &Minute) -> String {
    let clock = when::clock(minute.at, room.zone);
    let step = minute.step.map_or_else(String::new, |number| {
        let name = room.at(number).map_or("", |step| step.id.as_str());
        format!("step {number} {name}: ")
    });
    let mark = if minute.other { "!" } else { " " };
    let mut text = format!(
        "{mark} {clock}  {step}{} (#{})\n",
        output::one_line(&minute.line),
        minute.seq
    );
    for more in &minute.more {
        text.push_str(&format!("      {}\n", output::one_line(more)));
    }
    text
}

fn fields(room: &Room, minutes: &[Minute], waits: &[String]) -> Value {
    let record = &room.record;
    let name = |id: &Id| room.people.name(id);
    let names = |ids: &[Id]| ids.iter().map(name).collect::<Vec<_>>();
    json!({
        "id": record.id, "seq": record.index, "runbook": record.runbook,
        "version": record.version, "file": record.file, "performance": record.performance,
        "state": state(record), "began": record.at, "timezone": record.timezone,
        "location": record.location,
        "place": room.told.as_ref().and_then(|told| told.place.as_ref()),
        "participants": record.participants.iter().map(|one| json!({
            "name": name(&one.custodian), "roles": one.roles,
        })).collect::<Vec<_>>(),
        "guests": room.told.as_ref().map(|told| &told.guests),
        "people": names(&record.people), "in_the_room": names(&record.present),
        "next": record.next_step(), "waits_for": waits,
        "steps": (1u32..).zip(&record.steps).map(|(number, id)| {
            let done = record.newest(number);
            json!({
                "step": number, "id": id, "went": done.map(|done| done.went),
                "at": done.map(|done| done.at), "by": done.map(|done| names(&done.by)),
            })
        }).collect::<Vec<_>>(),
        "exceptions": record.exceptions, "alone": record.alone,
        "minutes": minutes.iter().map(|minute| json!({
            "seq": minute.seq, "at": minute.at, "step": minute.step, "text": minute.line,
            "more": minute.more,
        })).collect::<Vec<_>>(),
        "ended": record.finished.as_ref().map(|ended| json!({
            "seq": ended.index, "at": ended.at, "outcome": ended.outcome,
        })),
    })
}

/// The names of those in some roles, for a heading.
pub fn cast(room: &Room) -> Vec<(String, String)> {
    let mut cast: Vec<(String, String)> = room
        .record
        .participants
        .iter()
        .map(|one| (room.people.name(&one.custodian), present::roles(&one.roles)))
        .collect();
    for guest in room.told.iter().flat_map(|told| &told.guests) {
        let roles = present::roles(&guest.roles);
        cast.push((format!("{} ({})", guest.name, guest.affiliation), roles));
    }
    cast
}
