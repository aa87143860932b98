//! `ceremony …`.

mod finish;
pub mod guests;
mod record;
pub mod room;
mod runner;
pub mod show;
mod start;

use clap::{Subcommand, ValueEnum};

use super::context::Context;
use super::output::Done;
use crate::error::Result;
use crate::statement::ceremonies::{CeremonyOutcome, StepWent};

/// `ceremony …`.
#[derive(Debug, Subcommand)]
pub enum CeremonyCommand {
    /// Begin a ceremony: who is in the room, in which role of the runbook
    Start(start::StartCeremony),
    /// Lead the room through the script, full screen; goes on where it was left
    Run(runner::RunCeremony),
    /// Record a step: the next one, where none is named
    Step(record::StepCeremony),
    /// Record that it was carried on otherwise than the script says
    Exception(record::ExceptionCeremony),
    /// Record that somebody has left the room
    Leave(record::Passing),
    /// Record that somebody has come in, or come back
    #[command(
        after_help = "Examples:\n  rootkeep ceremony enter 4eb276f8 bob --carrying item:sheet-1"
    )]
    Enter(record::Passing),
    /// Record that somebody who was named at the start was not there
    #[command(after_help = "Examples:\n  rootkeep ceremony absent 4eb276f8 erin --note \"Ill\"")]
    Absent(record::Passing),
    /// Record that a break begins, and who stays
    Pause(record::PauseCeremony),
    /// Record that a break is over
    Resume(record::ResumeCeremony),
    /// End a ceremony; counts once everyone who took part has signed
    Finish(finish::FinishCeremony),
    /// Ceremonies, and how they stand
    #[command(after_help = "Examples:\n  rootkeep ceremony list")]
    List,
    /// The minutes of one ceremony
    Show(show::ShowCeremony),
}

/// How a step went, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WentArg {
    /// As written
    Done,
    /// Otherwise
    Deviated,
    /// It was left out
    Skipped,
}

impl WentArg {
    fn went(self) -> StepWent {
        match self {
            Self::Done => StepWent::Done,
            Self::Deviated => StepWent::Deviated,
            Self::Skipped => StepWent::Skipped,
        }
    }
}

/// How a ceremony went, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutcomeArg {
    /// To its end
    Completed,
    /// It was broken off
    Aborted,
}

impl OutcomeArg {
    fn outcome(self) -> CeremonyOutcome {
        match self {
            Self::Completed => CeremonyOutcome::Completed,
            Self::Aborted => CeremonyOutcome::Aborted,
        }
    }
}

pub fn run(context: &Context, command: &CeremonyCommand) -> Result<Done> {
    use crate::statement::ceremonies::Moved;
    match command {
        CeremonyCommand::Start(command) => start::run(context, command),
        CeremonyCommand::Run(command) => runner::run(context, command),
        CeremonyCommand::Step(command) => record::step(context, command),
        CeremonyCommand::Exception(command) => record::exception(context, command),
        CeremonyCommand::Leave(command) => record::pass(context, command, Moved::Left),
        CeremonyCommand::Enter(command) => record::pass(context, command, Moved::Entered),
        CeremonyCommand::Absent(command) => record::pass(context, command, Moved::Absent),
        CeremonyCommand::Pause(command) => record::pause(context, command),
        CeremonyCommand::Resume(command) => record::resume(context, command),
        CeremonyCommand::Finish(command) => finish::run(context, command),
        CeremonyCommand::List => show::list(context),
        CeremonyCommand::Show(command) => show::show(context, command),
    }
}
