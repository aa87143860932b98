//! Statements about ceremonies, in words.

use super::describe::{free, time};
use super::drills::{left_out, lessons, remark};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::exchange::runbook::Runbook;
use crate::ledger::{People, Reading};
use crate::state::ceremonies::CeremonyRecord;
use crate::statement::Claim;
use crate::statement::ceremonies::{BreakEnd, Moved, Presence, PresencePersonal, StepWent};
use crate::statement::text::{Name, Text};

/// In one line; nothing for kinds that are about something else.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, claim: &Claim, people: &People) -> Result<Option<String>> {
    Ok(Some(match claim {
        Claim::CeremonyStart(start, personal) => format!(
            "starts a ceremony, {}: {} version {}{}",
            start.performance.as_str(),
            start.runbook,
            start.version,
            remark(personal.as_ref().and_then(|told| told.note.as_ref()))
        ),
        Claim::CeremonyStep(step, personal) => {
            let (name, ceremony) = step_of(source, &step.ceremony, step.step)?;
            let others = personal.as_ref().map_or(&[][..], |told| &told.others);
            format!(
                "{} {name} of {ceremony}: {}{}",
                match step.went {
                    StepWent::Done => "has recorded",
                    StepWent::Deviated => "has recorded, otherwise than written,",
                    StepWent::Skipped => "has left out",
                },
                names(people, &step.by, others),
                remark(personal.as_ref().and_then(|told| told.note.as_ref()))
            )
        }
        Claim::CeremonyException(exception, personal) => {
            let ceremony = ceremony(source, &exception.ceremony)?;
            let happened = personal.as_ref().map(|told| &told.happened);
            format!("records an exception in {ceremony}{}", remark(happened))
        }
        Claim::CeremonyPresence(presence, personal) => format!(
            "records in {}: {}",
            ceremony(source, &presence.ceremony)?,
            moved(people, presence, personal.as_ref())
        ),
        Claim::CeremonyBreak(pause, personal) => format!(
            "records in {}: a break {}{}",
            ceremony(source, &pause.ceremony)?,
            pause.pause.as_str(),
            remark(personal.as_ref().and_then(|told| told.note.as_ref()))
        ),
        Claim::CeremonyFinish(finish, _) => format!(
            "ends {}: {}",
            ceremony(source, &finish.ceremony)?,
            finish.outcome.as_str()
        ),
        _ => return Ok(None),
    }))
}

/// What else a signer ought to read.
///
/// # Errors
/// Verification where the state is damaged.
pub fn details(
    source: &dyn Reading,
    claim: &Claim,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    match claim {
        Claim::CeremonyStart(start, personal) => {
            lines.push(format!("  file      {}", start.file));
            lines.push(format!(
                "  began     {} ({})",
                time(start.at),
                start.timezone
            ));
            if let Some(location) = &start.location {
                lines.push(format!("  location  {location}"));
            }
            for one in &start.participants {
                let who = people.name(&one.custodian);
                lines.push(format!("  takes part {who}: {}", roles(&one.roles)));
            }
            if let Some(told) = personal {
                if let Some(place) = &told.place {
                    lines.push(format!("  place     {}", free(place.as_str())));
                }
                for guest in &told.guests {
                    lines.push(format!(
                        "  guest     {} ({}){}",
                        free(guest.name.as_str()),
                        free(guest.affiliation.as_str()),
                        if guest.roles.is_empty() {
                            String::new()
                        } else {
                            format!(": {}", roles(&guest.roles))
                        }
                    ));
                }
            }
            for leaf in &start.about {
                let place = source.place(leaf)?;
                let about = place.map_or_else(
                    || leaf.to_hex(),
                    |place| format!("#{} {} {}", place.seq, place.kind, place.id.short()),
                );
                lines.push(format!("  about     {about}"));
            }
            lines.push(format!("  steps     {}", start.steps.len()));
        }
        Claim::CeremonyStep(step, personal) => {
            lines.push(format!("  at        {}", time(step.at)));
            for value in personal.iter().flat_map(|told| &told.values) {
                let text = free(value.value.as_str());
                lines.push(format!("  value     {}: {text}", value.id));
            }
        }
        Claim::CeremonyException(exception, personal) => {
            lines.push(format!("  at        {}", time(exception.at)));
            if let Some(step) = exception.step {
                let (name, _) = step_of(source, &exception.ceremony, step)?;
                lines.push(format!("  step      {name}"));
            }
            if let Some(told) = personal {
                lines.push(format!("  expected  {}", free(told.expected.as_str())));
                lines.push(format!("  happened  {}", free(told.happened.as_str())));
                lines.push(format!("  decided   {}", free(told.decided.as_str())));
            }
            lines.push(format!(
                "  by        {}",
                people.names(&exception.decided_by)
            ));
        }
        Claim::CeremonyPresence(presence, _) => {
            lines.push(format!("  at        {}", time(presence.at)));
        }
        Claim::CeremonyBreak(pause, _) => {
            lines.push(format!("  at        {}", time(pause.at)));
            if pause.pause == BreakEnd::Began {
                let stay = names(people, &pause.stay, &[]);
                lines.push(format!("  stay      {stay}"));
            }
        }
        Claim::CeremonyFinish(finish, personal) => {
            lines.push(format!("  at        {}", time(finish.at)));
            lines.push(format!(
                "  took part {}",
                names(people, &finish.people, &[])
            ));
            if let Some(record) = CeremonyRecord::load(source.records().as_ref(), &finish.ceremony)?
            {
                lines.extend(left_out(people, &record.people, &finish.people));
                performed(&record, people, lines);
                lines.extend(other_steps(source, &record)?);
            }
            lessons(&finish.lessons, personal.as_ref(), people, lines);
        }
        _ => {}
    }
    Ok(())
}

/// What was done, for those who sign that it was.
fn performed(record: &CeremonyRecord, people: &People, lines: &mut Vec<String>) {
    lines.push(format!(
        "  script    {} version {}, {}, file {}",
        record.runbook,
        record.version,
        record.performance.as_str(),
        record.file
    ));
    for (number, name) in (1u32..).zip(&record.steps) {
        let mut recorded = record
            .done
            .iter()
            .filter(|done| done.step == number)
            .peekable();
        if recorded.peek().is_none() {
            lines.push(format!("  step {number:<4} {name}: nothing is recorded"));
        }
        // What was recorded again is shown as often: a deviation is not hidden by what came after.
        for done in recorded {
            lines.push(format!(
                "  step {number:<4} {name}: {} {}, by {} (#{})",
                done.went.as_str(),
                time(done.at),
                names(people, &done.by, &[]),
                done.index
            ));
        }
    }
    for (what, entries) in [
        ("exceptions", &record.exceptions),
        ("fewer than two with what lay open", &record.alone),
    ] {
        if !entries.is_empty() {
            let entries: Vec<String> = entries.iter().map(|seq| format!("#{seq}")).collect();
            lines.push(format!("  {what}: {}", entries.join(", ")));
        }
    }
    lines.push(format!(
        "  to read it whole: rootkeep ceremony show {}",
        record.id.short()
    ));
}

/// What whoever signs has to know of the steps, where they are not shown to be those of the script: no rule
/// of the log holds a start to it.
fn other_steps(source: &dyn Reading, record: &CeremonyRecord) -> Result<Option<String>> {
    let called = format!("{} version {}", record.runbook, record.version);
    let file = source.blob(&record.file)?;
    let Some(file) = file.filter(|file| Digest::of(file) == record.file) else {
        return Ok(Some(format!(
            "! the file of {called} is not at hand: whether these are its steps is not shown here"
        )));
    };
    let same = Runbook::parse(&file, &called).is_ok_and(|script| {
        let steps = script.steps.iter().map(|step| &step.id);
        script.name == record.runbook && steps.eq(&record.steps)
    });
    Ok((!same).then(|| {
        format!(
            "! these are NOT the steps of {called}: whoever started it has not used this program"
        )
    }))
}

/// Who went where with what.
#[must_use]
pub fn moved(people: &People, presence: &Presence, personal: Option<&PresencePersonal>) -> String {
    let others = personal.map_or(&[][..], |told| &told.others);
    let mut carried: Vec<String> = presence.items.iter().map(ToString::to_string).collect();
    carried.extend(
        personal
            .iter()
            .flat_map(|told| &told.carried)
            .map(|text| free(text.as_str())),
    );
    let carrying = if carried.is_empty() {
        String::new()
    } else {
        format!(", with {}", carried.join(", "))
    };
    format!(
        "{} {}{carrying}{}",
        names(people, &presence.who, others),
        match presence.moved {
            Moved::Left => "left",
            Moved::Entered => "came in",
            Moved::Absent => "was not there",
        },
        remark(personal.and_then(|told| told.note.as_ref()))
    )
}

/// Custodians, and others.
#[must_use]
pub fn names(people: &People, custodians: &[Id], others: &[Text]) -> String {
    let mut known: Vec<String> = custodians.iter().map(|id| people.name(id)).collect();
    known.sort();
    let all: Vec<String> = known.into_iter().chain(others.iter().map(guest)).collect();
    if all.is_empty() {
        return "nobody".to_owned();
    }
    all.join(", ")
}

/// Somebody who is no custodian, in one line, so that nobody takes them for one.
#[must_use]
pub fn guest(name: &Text) -> String {
    let name = free(name.as_str()).replace('\n', " / ").replace('"', "'");
    format!("guest \"{name}\"")
}

/// Roles in a row.
#[must_use]
pub fn roles(roles: &[Name]) -> String {
    let words: Vec<&str> = roles.iter().map(Name::as_str).collect();
    words.join(", ")
}

fn ceremony(source: &dyn Reading, leaf: &Digest) -> Result<String> {
    Ok(
        match CeremonyRecord::load(source.records().as_ref(), leaf)? {
            Some(record) => called(&record),
            None => "a ceremony".to_owned(),
        },
    )
}

fn called(record: &CeremonyRecord) -> String {
    format!("the ceremony {} ({})", record.id.short(), record.runbook)
}

fn step_of(source: &dyn Reading, leaf: &Digest, step: u32) -> Result<(String, String)> {
    let Some(record) = CeremonyRecord::load(source.records().as_ref(), leaf)? else {
        return Ok((format!("step {step}"), "a ceremony".to_owned()));
    };
    let name = usize::try_from(step)
        .ok()
        .and_then(|step| step.checked_sub(1))
        .and_then(|place| record.steps.get(place));
    let name = name.map_or_else(String::new, |name| format!(" {name}"));
    Ok((format!("step {step}{name}"), called(&record)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_a_guest_for_a_custodian_or_for_another_line() {
        let name = Text::new("bob, carol\n  waits for \"nobody\"").unwrap();
        assert_eq!(guest(&name), "guest \"bob, carol / waits for 'nobody'\"");
    }
}
