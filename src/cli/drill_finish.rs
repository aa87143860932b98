//! `drill finish`.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::drill;
use super::lessons::Learnt;
use super::output::Done;
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::ledger::{People, Session};
use crate::present::describe;
use crate::state::drills::DrillRecord;
use crate::statement::Claim;
use crate::statement::drills::{DrillOutcome, Finish};

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
    /// Somebody else who took part, and signs too (repeatable)
    #[arg(long, value_name = "NAME")]
    participant: Vec<String>,
    /// Somebody on record who doesn't sign: who was only named by others; of what failed, with a keeper, anybody
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    /// What was learnt
    #[command(flatten)]
    learnt: Learnt,
}

pub fn run(context: &Context, command: &FinishDrill) -> Result<Done> {
    let learnt = command.learnt.read()?;
    let mut session = context.open_to_act()?;
    let (leaf, record) = drill::find(context, &session, &command.id)?;
    let people = session.people()?;
    let (lessons, personal) = learnt.resolve(&session, &people)?;
    let finish = Finish {
        drill: leaf,
        outcome: match command.outcome {
            OutcomeArg::Passed => DrillOutcome::Passed,
            OutcomeArg::Failed => DrillOutcome::Failed,
        },
        people: participants(&session, &people, &record, command)?,
        lessons,
    };
    let outcome = finish.outcome;
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

/// Everyone who is on record as having taken part, or was named by those, and is still there; and who is
/// named here.
fn participants(
    session: &Session,
    people: &People,
    record: &DrillRecord,
    command: &FinishDrill,
) -> Result<Vec<Id>> {
    let there = |id: &&Id| people.get(id).is_some_and(|(who, ..)| who.in_force());
    let on_record = record.people.iter().chain(&record.named);
    let mut all: BTreeSet<Id> = on_record.filter(there).copied().collect();
    for name in &command.without {
        all.remove(&people.find(name)?);
    }
    for name in &command.participant {
        all.insert(people.find(name)?);
    }
    all.insert(session.member());
    Ok(all.into_iter().collect())
}
