//! `drill finish`.

use chrono::Days;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::drill;
use super::output::Done;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::insight::calendar::day_in;
use crate::ledger::{People, Session};
use crate::present::describe;
use crate::state::drills::DrillRecord;
use crate::statement::Claim;
use crate::statement::drills::{DrillOutcome, Finish, FinishPersonal, Lesson};
use crate::statement::text::Text;
use crate::statement::time::Date;

/// So many days a lesson has where nobody says how many.
const LESSON_DAYS: u64 = 90;

/// How a drill went, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OutcomeArg {
    /// Everything worked
    Passed,
    /// Something did not
    Failed,
}

/// `drill finish`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep drill finish 4eb276f8 --outcome passed\n  rootkeep drill finish 4eb276f8 --outcome failed --lesson \"Order a spare token|bob|2027-01-31\""
)]
pub struct FinishDrill {
    /// The drill
    id: String,
    /// How it went
    #[arg(long)]
    outcome: OutcomeArg,
    /// What is to be made better; by you and within 90 days, unless |NAME and |DATE follow (repeatable)
    #[arg(long, value_name = "TEXT[|NAME[|DATE]]")]
    lesson: Vec<String>,
    /// A step that was incorrect, or surprised (repeatable)
    #[arg(long, value_name = "TEXT")]
    surprise: Vec<String>,
    /// Somebody else who took part, and signs too (repeatable)
    #[arg(long, value_name = "NAME")]
    participant: Vec<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// A lesson as typed.
struct Typed {
    text: Text,
    owner: Option<String>,
    due: Option<Date>,
}

pub fn run(context: &Context, command: &FinishDrill) -> Result<Done> {
    let typed = command
        .lesson
        .iter()
        .map(|text| lesson(text))
        .collect::<Result<Vec<Typed>>>()?;
    let surprises = command.surprise.iter();
    let surprises: Vec<Text> = surprises
        .map(|text| Text::new(text.as_str()))
        .collect::<Result<_>>()?;
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let (leaf, record) = drill::find(context, &session, &command.id)?;
    let people = session.people()?;
    let in_90_days = day_in(Tz::UTC, session.now()?)
        .checked_add_days(Days::new(LESSON_DAYS))
        .ok_or_else(|| Error::usage("bad-date", "that day is out of range"))?;
    let mut lessons = Vec::new();
    for one in &typed {
        lessons.push(Lesson {
            owner: match &one.owner {
                Some(name) => people.find(name)?,
                None => session.member(),
            },
            due: one.due.unwrap_or(Date(in_90_days)),
        });
    }
    let finish = Finish {
        drill: leaf,
        outcome: match command.outcome {
            OutcomeArg::Passed => DrillOutcome::Passed,
            OutcomeArg::Failed => DrillOutcome::Failed,
        },
        people: participants(&session, &people, &record, &command.participant)?,
        lessons,
    };
    let outcome = finish.outcome;
    let personal = FinishPersonal {
        lessons: typed.into_iter().map(|one| one.text).collect(),
        surprises,
        note,
    };
    let claim = Claim::DrillFinish(finish, Some(personal));
    let mut lines = vec![describe::claim(&session, &claim, &people)?];
    crate::present::drills::details(&session, &claim, &people, &mut lines)?;
    context.show_before_asking(&lines);
    context.terminal.confirm("Is this how the drill went?")?;
    let entered = session.enter(claim, Vec::new())?;
    let headline = if entered.effective {
        format!("the drill {}", outcome.as_str())
    } else {
        let outcome = outcome.as_str();
        format!("the drill counts as {outcome} once the others have signed")
    };
    context.report(
        session,
        &entered,
        &headline,
        json!({"drill": leaf, "outcome": outcome}),
    )
}

/// `TEXT|OWNER|DATE`, of which the last two may be missing.
fn lesson(typed: &str) -> Result<Typed> {
    let mut parts = typed.splitn(3, '|').map(str::trim);
    let text = Text::new(parts.next().unwrap_or_default())?;
    let owner = parts.next().filter(|name| !name.is_empty());
    Ok(Typed {
        text,
        owner: owner.map(str::to_owned),
        due: parts.next().map(Date::parse).transpose()?,
    })
}

/// Everyone who is on record as having taken part and is still there, and who is named.
fn participants(
    session: &Session,
    people: &People,
    record: &DrillRecord,
    named: &[String],
) -> Result<Vec<Id>> {
    let there = |id: &&Id| people.get(id).is_some_and(|(who, ..)| who.in_force());
    let mut all: Vec<Id> = record.people.iter().filter(there).copied().collect();
    for name in named {
        all.push(people.find(name)?);
    }
    all.push(session.member());
    all.sort();
    all.dedup();
    Ok(all)
}
