//! `close`.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::asked::Asked;
use super::context::Context;
use super::output::Done;
use super::waiting;
use crate::error::Result;
use crate::statement::Claim;
use crate::statement::releases::{Close, ClosePersonal, Outcome};

/// `close`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep close 4eb276f8 --outcome used --note \"Support plan changed, signed out\" --rotated"
)]
pub struct CloseCommand {
    /// The request
    id: String,
    /// How it ended
    #[arg(long)]
    outcome: OutcomeArg,
    /// What was done
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// What was revealed was changed at AWS afterwards
    #[arg(long)]
    rotated: bool,
}

/// An outcome, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OutcomeArg {
    /// It was used at AWS
    Used,
    /// It was not needed
    Unused,
    /// Something stopped it
    Aborted,
}

pub fn run(context: &Context, command: &CloseCommand) -> Result<Done> {
    let terminal = &context.terminal;
    let note = Asked::new(
        terminal,
        command.note.as_ref(),
        "What was done",
        "--note TEXT",
    )?;
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    let outcome = match command.outcome {
        OutcomeArg::Used => Outcome::Used,
        OutcomeArg::Unused => Outcome::Unused,
        OutcomeArg::Aborted => Outcome::Aborted,
    };
    let claim = Claim::Close(
        Close {
            request: entry.hash,
            outcome,
            rotated: command.rotated,
        },
        Some(ClosePersonal {
            note: note.text(terminal)?,
        }),
    );
    let entered = session
        .enter(claim, Vec::new())
        .map_err(|error| waiting::explained(&session, &entry, error))?;
    context.report(
        session,
        &entered,
        &format!("closed #{}", entry.seq),
        json!({"request": entry.id}),
    )
}
