//! `ceremony finish`.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::json;

use super::OutcomeArg;
use super::room::{Room, zone};
use crate::cli::context::Context;
use crate::cli::lessons::Learnt;
use crate::cli::output::Done;
use crate::cli::when;
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::ledger::{People, Session};
use crate::present::{ceremonies as present, describe};
use crate::state::ceremonies::CeremonyRecord;
use crate::statement::Claim;
use crate::statement::ceremonies::{CeremonyOutcome, Finish};

/// `ceremony finish`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep ceremony finish 4eb276f8 --outcome completed\n  rootkeep ceremony finish 4eb276f8 --outcome aborted --lesson \"Order a spare token|bob|2027-01-31\""
)]
pub struct FinishCeremony {
    /// The ceremony
    id: String,
    /// How it went
    #[arg(long)]
    pub(super) outcome: OutcomeArg,
    /// When it ended, by the clock that all can see, such as 14:03 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Somebody else who signs (repeatable)
    #[arg(long, value_name = "NAME")]
    participant: Vec<String>,
    /// Somebody who took part and doesn't sign: of what is aborted, where a keeper says so and another signs
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    /// What was learnt
    #[command(flatten)]
    learnt: Learnt,
}

impl FinishCeremony {
    /// As the runner asks for it.
    pub(super) fn of(id: String, outcome: OutcomeArg, learnt: Learnt) -> Self {
        Self {
            id,
            outcome,
            at: None,
            participant: Vec::new(),
            without: Vec::new(),
            learnt,
        }
    }
}

pub fn run(context: &Context, command: &FinishCeremony) -> Result<Done> {
    let learnt = command.learnt.read()?;
    let mut session = context.open_to_act()?;
    let (ceremony, record) = Room::record(context, &session, &command.id)?;
    let outcome = command.outcome.outcome();
    if outcome == CeremonyOutcome::Completed {
        // One whose steps are not its script's can be aborted, and nothing else.
        Room::of(&session, ceremony, record.clone())?.may_end(outcome)?;
    }
    let people = session.people()?;
    let (lessons, personal) = learnt.resolve(&session, &people)?;
    let now = session.now()?;
    let at = command.at.as_deref();
    let zone = zone(&record);
    let finish = Finish {
        ceremony,
        outcome,
        at: at.map_or(Ok(now), |at| {
            when::to_the_minute(at, zone, now, record.latest)
        })?,
        people: everyone(&session, &record, &people, command)?,
        lessons,
    };
    let claim = Claim::CeremonyFinish(finish, Some(personal));
    let mut lines = vec![describe::claim(&session, &claim, &people)?];
    present::details(&session, &claim, &people, &mut lines)?;
    context.show_before_asking(&lines);
    context.terminal.confirm("Is this how the ceremony went?")?;
    let entered = session.enter(claim, Vec::new())?;
    let headline = if entered.effective {
        format!("the ceremony is {}", outcome.as_str())
    } else {
        let outcome = outcome.as_str();
        format!("the ceremony counts as {outcome} once the others have signed")
    };
    let fields = json!({"ceremony": ceremony, "outcome": outcome});
    context.report(session, &entered, &headline, fields)
}

/// Everyone who took part and is still there, who is named here, and the person at the keyboard.
fn everyone(
    session: &Session,
    record: &CeremonyRecord,
    people: &People,
    command: &FinishCeremony,
) -> Result<Vec<Id>> {
    let there = |id: &&Id| {
        let known = people.get(id);
        known.is_some_and(|(who, ..)| who.in_force())
    };
    let mut all: BTreeSet<Id> = record.people.iter().filter(there).copied().collect();
    for name in &command.without {
        all.remove(&people.find(name)?);
    }
    for name in &command.participant {
        all.insert(people.find(name)?);
    }
    all.insert(session.member());
    Ok(all.into_iter().collect())
}
