//! `ceremony step`, `exception`, `leave`, `enter`, `absent`, `pause`, `resume`.

use clap::Args;
use serde_json::{Value as Json, json};

use super::guests::Guests;
use super::room::{Passed, Performed, Room};
use super::{WentArg, show};
use crate::cli::asked::Asked;
use crate::cli::context::Context;
use crate::cli::output::Done;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::statement::Claim;
use crate::statement::ceremonies::{ExceptionPersonal, Moved, Value};
use crate::statement::text::{Name, Text};

/// `ceremony step`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep ceremony step 4eb276f8 --value request=27c01d9a\n  rootkeep ceremony step 4eb276f8 fetch deviated --by bob --note \"The key stuck\""
)]
pub struct StepCeremony {
    /// The ceremony
    id: String,
    /// Its number, or its name [default: the first that is not recorded]
    #[arg(value_name = "STEP")]
    step: Option<String>,
    /// How it went
    #[arg(default_value = "done")]
    went: WentArg,
    /// A value that the step has written down; never a secret (repeatable)
    #[arg(long, value_name = "WHAT=TEXT")]
    value: Vec<String>,
    /// Who acted (repeatable) [default: those in the room who have the step's roles]
    #[arg(long, value_name = "NAME")]
    by: Vec<String>,
    /// Who else acted (repeatable)
    #[arg(long, value_name = "NAME")]
    guest: Vec<String>,
    /// When, and what else
    #[command(flatten)]
    said: Said,
}

/// When, and what else.
#[derive(Debug, Args)]
pub struct Said {
    /// When, by the clock that all can see, such as 14:03 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Said {
    fn note(&self) -> Result<Option<Text>> {
        self.note.clone().map(Text::new).transpose()
    }
}

/// `ceremony exception`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep ceremony exception 4eb276f8 --by alice --by carol --step fetch --expected \"Bag A-1\""
)]
pub struct ExceptionCeremony {
    /// The ceremony
    id: String,
    /// At which step [default: the first that is not recorded]
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// What was to happen
    #[arg(long, value_name = "TEXT")]
    expected: Option<String>,
    /// What happened instead
    #[arg(long, value_name = "TEXT")]
    happened: Option<String>,
    /// What was decided
    #[arg(long, value_name = "TEXT")]
    decided: Option<String>,
    /// Who decided it (repeatable)
    #[arg(long, value_name = "NAME", required = true)]
    by: Vec<String>,
    /// When it began, by the clock that all can see, such as 14:03 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// `ceremony leave`, `enter`, `absent`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep ceremony leave 4eb276f8 bob --note \"Fetches the second key\"\n  rootkeep ceremony leave 4eb276f8 --guest \"Jo Smith\" --carrying \"a notebook\""
)]
pub struct Passing {
    /// The ceremony
    id: String,
    /// Who
    #[arg(value_name = "NAME")]
    who: Vec<String>,
    /// Who else, being no custodian (repeatable)
    #[arg(long, value_name = "NAME")]
    guest: Vec<String>,
    /// What they carried: item:NAME of the register, or words (repeatable)
    #[arg(long, value_name = "WHAT")]
    carrying: Vec<String>,
    /// When, and what else
    #[command(flatten)]
    said: Said,
}

/// `ceremony pause`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep ceremony pause 4eb276f8 --stay bob --stay carol")]
pub struct PauseCeremony {
    /// The ceremony
    id: String,
    /// Who stays with what lies open: two at least (repeatable)
    #[arg(long, value_name = "NAME")]
    stay: Vec<String>,
    /// When, and what else
    #[command(flatten)]
    said: Said,
}

/// `ceremony resume`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep ceremony resume 4eb276f8")]
pub struct ResumeCeremony {
    /// The ceremony
    id: String,
    /// When, and what else
    #[command(flatten)]
    said: Said,
}

pub fn step(context: &Context, command: &StepCeremony) -> Result<Done> {
    let note = command.said.note()?;
    let others = texts(&command.guest)?;
    let mut values = command
        .value
        .iter()
        .map(|typed| value(typed))
        .collect::<Result<Vec<Value>>>()?;
    let session = context.open_to_act()?;
    let room = Room::find(context, &session, &command.id)?;
    let (number, step) = room.step(command.step.as_deref())?;
    let went = command.went.went();
    if context.terminal.interactive {
        for wanted in &step.record {
            if values.iter().all(|value| value.id != wanted.id) {
                let typed = context.terminal.ask(
                    &format!("{} (Enter: none)", wanted.what),
                    "--value WHAT=TEXT",
                )?;
                if !typed.is_empty() {
                    values.push(Value {
                        id: wanted.id.clone(),
                        value: Text::new(typed)?,
                    });
                }
            }
        }
    }
    let guests = Guests::load(&session, &room.record)?;
    let (by, others) = match command.by.as_slice() {
        [] if others.is_empty() => (room.takers(step), room.guests_of(step, &guests.there)),
        [] => (room.takers(step), others),
        names => (room.custodians(names).map_err(or_a_guest)?, others),
    };
    guests.are_there(&others)?;
    let name = step.id.clone();
    let claim = room.performed(
        number,
        Performed {
            went,
            at: room.time(command.said.at.as_deref(), session.now()?)?,
            by,
            others,
            values,
            note,
        },
    )?;
    let headline = format!("recorded step {number} {name}: {}", went.as_str());
    entered(
        context,
        session,
        &room,
        claim,
        &headline,
        json!({"step": number}),
    )
}

pub fn exception(context: &Context, command: &ExceptionCeremony) -> Result<Done> {
    let terminal = &context.terminal;
    let ask = |given, question, flag| Asked::new(terminal, given, question, flag);
    let expected = ask(
        command.expected.as_ref(),
        "What was to happen",
        "--expected TEXT",
    )?;
    let happened = ask(
        command.happened.as_ref(),
        "What happened instead",
        "--happened TEXT",
    )?;
    let decided = ask(
        command.decided.as_ref(),
        "What was decided",
        "--decided TEXT",
    )?;
    let session = context.open_to_act()?;
    let room = Room::find(context, &session, &command.id)?;
    let step = match &command.step {
        Some(typed) => Some(room.step(Some(typed))?.0),
        None => room.record.next_step(),
    };
    let told = ExceptionPersonal {
        expected: expected.text(terminal)?,
        happened: happened.text(terminal)?,
        decided: decided.text(terminal)?,
    };
    let at = room.time(command.at.as_deref(), session.now()?)?;
    let claim = room.exception(step, at, room.custodians(&command.by)?, told);
    entered(
        context,
        session,
        &room,
        claim,
        "recorded an exception",
        json!({"step": step}),
    )
}

pub fn pass(context: &Context, command: &Passing, moved: Moved) -> Result<Done> {
    let note = command.said.note()?;
    let others = texts(&command.guest)?;
    let session = context.open_to_act()?;
    let room = Room::find(context, &session, &command.id)?;
    let guests = Guests::load(&session, &room.record)?;
    if moved == Moved::Entered {
        guests.may_enter(&room.people, &others)?;
    } else {
        guests.are_there(&others)?;
    }
    let claim = room.passed(Passed {
        moved,
        at: room.time(command.said.at.as_deref(), session.now()?)?,
        who: room.custodians(&command.who).map_err(or_a_guest)?,
        others,
        carrying: command.carrying.clone(),
        note,
    })?;
    let headline = match moved {
        Moved::Left => "recorded who left",
        Moved::Entered => "recorded who came in",
        Moved::Absent => "recorded who was not there",
    };
    entered(context, session, &room, claim, headline, json!({}))
}

pub fn pause(context: &Context, command: &PauseCeremony) -> Result<Done> {
    let note = command.said.note()?;
    let session = context.open_to_act()?;
    let room = Room::find(context, &session, &command.id)?;
    let at = room.time(command.said.at.as_deref(), session.now()?)?;
    let stay = room.custodians(&command.stay)?;
    let claim = room.pause(Some(stay), at, note);
    entered(
        context,
        session,
        &room,
        claim,
        "the break has begun",
        json!({}),
    )
}

pub fn resume(context: &Context, command: &ResumeCeremony) -> Result<Done> {
    let note = command.said.note()?;
    let session = context.open_to_act()?;
    let room = Room::find(context, &session, &command.id)?;
    let at = room.time(command.said.at.as_deref(), session.now()?)?;
    let claim = room.pause(None, at, note);
    entered(
        context,
        session,
        &room,
        claim,
        "the break is over",
        json!({}),
    )
}

/// Enters what was said, and says what comes next.
fn entered(
    context: &Context,
    mut session: Session,
    room: &Room,
    claim: Claim,
    headline: &str,
    fields: Json,
) -> Result<Done> {
    let entered = session.enter(claim, Vec::new())?;
    let room = Room::find(context, &session, &room.leaf.to_string())?;
    if let Some(warning) = room.warning(entered.seq) {
        context.warn(&warning);
    }
    context.say(&show::next(&room));
    let mut all = json!({"ceremony": room.leaf, "next": room.record.next_step()});
    all = crate::cli::output::merge(all, fields);
    context.report(session, &entered, headline, all)
}

/// Somebody who is not known may be meant as a guest.
fn or_a_guest(error: Error) -> Error {
    match error.code() {
        "no-custodian" => error.hint("somebody who is no custodian: --guest NAME"),
        _ => error,
    }
}

fn texts(typed: &[String]) -> Result<Vec<Text>> {
    typed.iter().map(|text| Text::new(text.as_str())).collect()
}

/// `WHAT=TEXT`.
fn value(typed: &str) -> Result<Value> {
    let (id, value) = typed.split_once('=').ok_or_else(|| {
        Error::usage(
            "bad-value",
            format!("`{}` does not say which value it is", typed.escape_debug()),
        )
        .hint("--value request=27c01d9a")
    })?;
    Ok(Value {
        id: Name::new(id.trim())?,
        value: Text::new(value.trim())?,
    })
}
