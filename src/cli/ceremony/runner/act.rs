//! From a key to a form, and from a form to what is recorded.

use chrono::TimeZone;

use super::form::{Form, Key, Purpose};
use super::view::Screen;
use crate::cli::ceremony::OutcomeArg;
use crate::cli::ceremony::finish::FinishCeremony;
use crate::cli::ceremony::guests::Guests;
use crate::cli::ceremony::room::{Passed, Performed, Room};
use crate::cli::lessons::Learnt;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::statement::ceremonies::{ExceptionPersonal, Moved, StepWent, Value};
use crate::statement::text::Text;
use crate::statement::{Claim, Time};

/// The form that a key opens, with what is known already.
///
/// # Errors
/// Refused, code `no-step-left`.
pub fn form(screen: &Screen, purpose: Purpose) -> Result<Form> {
    let room = &screen.room;
    let names = |ids: &[Id]| {
        let names: Vec<String> = ids.iter().map(|id| room.people.name(id)).collect();
        names.join(", ")
    };
    let local = room
        .zone
        .from_utc_datetime(&screen.now.to_chrono().naive_utc());
    let clock = local.format("%H:%M:%S").to_string();
    let at = |form: Form| {
        form.with(
            Key::At,
            &format!("When, by the clock ({})", room.zone),
            &clock,
        )
    };
    let note = |form: Form| form.with(Key::Note, "Note, if any", "");
    let who = "custodians, with commas between";
    Ok(match purpose {
        Purpose::Done | Purpose::Deviated | Purpose::Skipped => {
            let looked_at = screen.looked_at.map(|number| number.to_string());
            let (number, step) = room.step(looked_at.as_deref())?;
            let guests = room.guests_of(step, &screen.guests).into_iter();
            let guests: Vec<String> = guests.map(|guest| guest.to_string()).collect();
            let mut form = Form::new(purpose, Some(number));
            if purpose != Purpose::Skipped {
                for value in &step.record {
                    let key = Key::Value(value.id.clone());
                    form = form.with(key, value.what.as_str(), "");
                }
            }
            form = form
                .with(
                    Key::People,
                    &format!("Who acted: {who}"),
                    &names(&room.takers(step)),
                )
                .with(Key::Others, "Who else, if anybody", &guests.join(", "));
            let why = if purpose == Purpose::Done {
                "Note, if any"
            } else {
                "Why"
            };
            at(form).with(Key::Note, why, "")
        }
        Purpose::Exception => {
            let step = screen.looked_at.or(room.record.next_step());
            at(Form::new(purpose, step)
                .with(Key::Expected, "What was to happen", "")
                .with(Key::Happened, "What happened instead", "")
                .with(Key::Decided, "What was decided", "")
                .with(Key::People, &format!("Who decided: {who}"), ""))
        }
        Purpose::Leave | Purpose::Enter => note(at(Form::new(purpose, None)
            .with(Key::People, &format!("Who: {who}"), "")
            .with(Key::Others, "Who else, if anybody", "")
            .with(
                Key::Carrying,
                "With what, if anything: item:NAME, or words, with commas between",
                "",
            ))),
        Purpose::Pause => note(at(Form::new(purpose, None).with(
            Key::People,
            &format!("Who stays with what lies open, two at least: {who}"),
            &names(&room.record.present),
        ))),
        Purpose::Resume => note(at(Form::new(purpose, None))),
        Purpose::Finish => {
            let outcome = match room.record.next_step() {
                None => "completed",
                Some(_) => "aborted",
            };
            let lesson = "A lesson, if any: TEXT, or TEXT|OWNER|DATE";
            let surprise = "What surprised, if anything";
            note(
                Form::new(purpose, None)
                    .with(Key::Outcome, "completed or aborted", outcome)
                    .with(Key::Surprise, surprise, "")
                    .with(Key::Surprise, surprise, "")
                    .with(Key::Lesson, lesson, "")
                    .with(Key::Lesson, lesson, "")
                    .with(Key::Lesson, lesson, ""),
            )
        }
    })
}

/// What a form has to be recorded.
///
/// # Errors
/// Usage, where something is missing or wrong.
pub fn claim(room: &Room, guests: &Guests, form: &Form, now: Time) -> Result<Claim> {
    let at = room.time(form.one(&Key::At), now)?;
    let people = room.custodians(&form.list(&Key::People))?;
    let others = form.list(&Key::Others).into_iter();
    let others: Vec<Text> = others.map(Text::new).collect::<Result<_>>()?;
    match form.purpose {
        Purpose::Enter => guests.may_enter(&room.people, &others)?,
        _ => guests.are_there(&others)?,
    }
    let note = form.text(&Key::Note)?;
    let performed = |went| {
        let step = form.step.ok_or_else(no_step)?;
        let values = form.values().into_iter();
        let values: Vec<Value> = values
            .map(|(id, value)| Text::new(value).map(|value| Value { id, value }))
            .collect::<Result<_>>()?;
        let said = Performed {
            went,
            at,
            by: people.clone(),
            others: others.clone(),
            values,
            note: note.clone(),
        };
        room.performed(step, said)
    };
    let passed = |moved| {
        room.passed(Passed {
            moved,
            at,
            who: people.clone(),
            others: others.clone(),
            carrying: form.list(&Key::Carrying),
            note: note.clone(),
        })
    };
    match form.purpose {
        Purpose::Done => performed(StepWent::Done),
        Purpose::Deviated => performed(StepWent::Deviated),
        Purpose::Skipped => performed(StepWent::Skipped),
        Purpose::Exception => {
            let told = ExceptionPersonal {
                expected: form.needed(&Key::Expected)?,
                happened: form.needed(&Key::Happened)?,
                decided: form.needed(&Key::Decided)?,
            };
            Ok(room.exception(form.step, at, people, told))
        }
        Purpose::Leave => passed(Moved::Left),
        Purpose::Enter => passed(Moved::Entered),
        Purpose::Pause => Ok(room.pause(Some(people), at, note)),
        Purpose::Resume => Ok(room.pause(None, at, note)),
        Purpose::Finish => Err(Error::failed("internal", "the end is not recorded here")),
    }
}

/// The end, as the form says it.
///
/// # Errors
/// Usage, code `bad-outcome`, and where a lesson is wrong; refused, where it can't end so.
pub fn finish(room: &Room, now: Time, form: &Form, id: &str) -> Result<FinishCeremony> {
    let outcome = match form.one(&Key::Outcome) {
        Some("completed") => OutcomeArg::Completed,
        Some("aborted") => OutcomeArg::Aborted,
        _ => {
            return Err(Error::usage(
                "bad-outcome",
                "a ceremony is completed or aborted",
            ));
        }
    };
    let learnt = Learnt {
        lesson: form.each(&Key::Lesson),
        surprise: form.each(&Key::Surprise),
        note: form.one(&Key::Note).map(str::to_owned),
    };
    // What is wrong is said while it can be mended.
    learnt.read()?.check(&room.people, now)?;
    room.may_end(outcome.outcome())?;
    Ok(FinishCeremony::of(id.to_owned(), outcome, learnt))
}

fn no_step() -> Error {
    Error::refused("no-step-left", "every step is recorded")
}
