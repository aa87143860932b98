//! `improvement …`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::asked::Asked;
use super::context::Context;
use super::output::{self, Done};
use super::when;
use crate::error::{Error, Result};
use crate::insight::drills;
use crate::ledger::Session;
use crate::present::{describe, drills as present};
use crate::state::drills::ImprovementRecord;
use crate::state::records::list as records;
use crate::statement::Claim;
use crate::statement::drills::{CloseImprovement, Improved};
use crate::statement::register::Remark;

/// `improvement …`.
#[derive(Debug, Subcommand)]
pub enum ImprovementCommand {
    /// What drills have taught and nobody has seen to yet
    List(ListImprovements),
    /// Record that an improvement is there, or not wanted any more
    Close(CloseOne),
}

/// `improvement list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep improvement list\n  rootkeep --json improvement list --all --as-of 2027-03-31"
)]
pub struct ListImprovements {
    /// Closed ones too
    #[arg(long)]
    all: bool,
    /// What is late by the end of that day (UTC) [default: now]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

/// What became of an improvement, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ImprovedArg {
    /// It is there
    Done,
    /// It is not wanted any more
    Dropped,
}

/// `improvement close`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep improvement close 4eb276f8.1 --outcome done --note \"Bought, and in the safe\""
)]
pub struct CloseOne {
    /// Which, as the list has it
    #[arg(value_name = "ID.N")]
    id: String,
    /// What became of it
    #[arg(long)]
    outcome: ImprovedArg,
    /// What was done, or why not
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(context: &Context, command: &ImprovementCommand) -> Result<Done> {
    match command {
        ImprovementCommand::List(command) => list(context, command),
        ImprovementCommand::Close(command) => close(context, command),
    }
}

fn list(context: &Context, command: &ListImprovements) -> Result<Done> {
    let session = context.open()?;
    let now = when::as_of(command.as_of.as_deref(), session.now()?)?;
    let people = session.people()?;
    let mut all = if command.all {
        let all = records::<ImprovementRecord>(&session.view(), "")?;
        all.into_iter().map(|(_, one)| one).collect()
    } else {
        drills::open_improvements(&session.view())?
    };
    all.sort_by_key(|one| (one.due, one.index, one.number));
    let (mut fields, mut rows, mut any_late): (Vec<Value>, _, _) = (Vec::new(), Vec::new(), false);
    for one in &all {
        let late = drills::is_late(one, now);
        any_late |= late && one.closed.is_none();
        let state = match &one.closed {
            Some(closed) => closed.outcome.as_str(),
            None if late => "overdue",
            None => "open",
        };
        let id = present::improvement(&session, &one.subject, one.number)?;
        let text = text(&session, one)?;
        let owner = people.name(&one.owner);
        fields.push(json!({
            "id": id, "owner": owner, "due": one.due, "state": state, "text": text,
            "late": late, "since": one.since, "closed_at": one.closed.as_ref().map(|closed| closed.at),
        }));
        let text = text.unwrap_or_else(|| "withheld".to_owned());
        rows.push(vec![
            id,
            state.to_owned(),
            one.due.to_string(),
            output::plain(&owner),
            output::plain(&text),
            late_remark(one, late),
        ]);
    }
    if context.global.json {
        output::object("improvement.list", json!({"improvements": fields}))?;
    } else {
        let table = output::table(&["ID", "STATE", "DUE", "OWNER", "WHAT", ""], &rows);
        output::data(&table)?;
    }
    Ok(if any_late { Done::Attention } else { Done::Yes })
}

fn late_remark(improvement: &ImprovementRecord, late: bool) -> String {
    match &improvement.closed {
        Some(closed) if late => format!("late, on {}", describe::day(closed.at)),
        _ => String::new(),
    }
}

/// What is to be made better, where it was not erased.
pub fn text(session: &Session, improvement: &ImprovementRecord) -> Result<Option<String>> {
    let statement = session.proven(improvement.index)?;
    let (Claim::DrillFinish(_, Some(personal)) | Claim::CeremonyFinish(_, Some(personal))) =
        statement.claim()
    else {
        return Ok(None);
    };
    let place = usize::try_from(improvement.number.saturating_sub(1)).unwrap_or(usize::MAX);
    Ok(personal
        .lessons
        .get(place)
        .map(|text| text.as_str().to_owned()))
}

fn close(context: &Context, command: &CloseOne) -> Result<Done> {
    let terminal = &context.terminal;
    let unknown = || {
        Error::not_found(
            "no-improvement",
            format!("there is no improvement `{}`", command.id.escape_debug()),
        )
        .hint("rootkeep improvement list")
    };
    let (id, number) = command.id.rsplit_once('.').ok_or_else(unknown)?;
    let number: u32 = number.parse().map_err(|_| unknown())?;
    let note = Asked::new(
        terminal,
        command.note.as_ref(),
        "What was done",
        "--note TEXT",
    )?;
    let mut session = context.open_to_act()?;
    let subject = context.entry(&session, id)?.hash;
    let claim = Claim::ImprovementClose(
        CloseImprovement {
            subject,
            number,
            outcome: match command.outcome {
                ImprovedArg::Done => Improved::Done,
                ImprovedArg::Dropped => Improved::Dropped,
            },
        },
        Some(Remark {
            note: note.text(terminal)?,
        }),
    );
    let entered = session.enter(claim, Vec::new())?;
    let id = present::improvement(&session, &subject, number)?;
    let headline = format!("closed improvement {id}");
    context.report(session, &entered, &headline, json!({"improvement": id}))
}
