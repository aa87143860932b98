//! `drill …`.

use chrono_tz::Tz;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::output::Done;
use super::{drill_finish, drill_list, drill_plan, drill_prove, drill_record, drill_start, when};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::{describe, drills as present};
use crate::state::drills::DrillRecord;
use crate::statement::Claim;
use crate::statement::Time;
use crate::statement::drills::{DrillKind, Noted, Scope, Step, StepDone};
use crate::statement::text::{Name, Text};

/// `drill …`.
#[derive(Debug, Subcommand)]
pub enum DrillCommand {
    /// Plan a drill that comes round, or change its plan
    Plan(drill_plan::PlanDrill),
    /// End a plan
    #[command(after_help = "Examples:\n  rootkeep drill unplan phone")]
    Unplan {
        /// The plan's name
        #[arg(value_name = "PLAN")]
        plan: String,
    },
    /// Start a drill; what it asks for is fixed from then on
    Start(drill_start::StartDrill),
    /// Answer a possession drill: prove every share of yours that it asks for
    Prove(drill_prove::ProveDrill),
    /// Record how a step went
    Step(StepDrill),
    /// Record what was found out: sign-in, alarm, call, sheet, restore
    #[command(subcommand)]
    Record(drill_record::RecordCommand),
    /// End a drill; counts once everyone who took part has signed
    Finish(drill_finish::FinishDrill),
    /// Drills, and what is planned, due or overdue
    List(drill_list::ListDrills),
    /// One drill: who answered what, what is missing
    Show(drill_list::ShowDrill),
}

/// What is tried, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// Holders show that they can still decrypt their shares
    Possession,
    /// Somebody signs in as a root user
    SignIn,
    /// A printed QR code makes an MFA device again
    QrRestore,
    /// A phone is called
    Phone,
    /// A mailbox is written to
    Mailbox,
    /// A backup becomes a ledger again
    LedgerRestore,
}

impl KindArg {
    /// As statements have it.
    pub fn kind(self) -> DrillKind {
        match self {
            Self::Possession => DrillKind::Possession,
            Self::SignIn => DrillKind::SignIn,
            Self::QrRestore => DrillKind::QrRestore,
            Self::Phone => DrillKind::Phone,
            Self::Mailbox => DrillKind::Mailbox,
            Self::LedgerRestore => DrillKind::LedgerRestore,
        }
    }
}

/// How a step went, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum WentArg {
    /// As it was to go
    Done,
    /// Otherwise
    Deviated,
}

/// `drill step`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep drill step 4eb276f8 1 done\n  rootkeep drill step 4eb276f8 2 deviated --note \"The door was locked\""
)]
pub struct StepDrill {
    /// The drill
    id: String,
    /// Which step, counted from 1
    #[arg(value_name = "N")]
    step: u32,
    /// How it went
    went: WentArg,
    /// When, such as 14:03 (UTC) or 2026-11-21T14:03:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(context: &Context, command: DrillCommand) -> Result<Done> {
    match command {
        DrillCommand::Plan(command) => drill_plan::plan(context, &command),
        DrillCommand::Unplan { plan } => drill_plan::unplan(context, &plan),
        DrillCommand::Start(command) => drill_start::run(context, &command),
        DrillCommand::Prove(command) => drill_prove::run(context, &command),
        DrillCommand::Step(command) => step(context, &command),
        DrillCommand::Record(command) => drill_record::run(context, &command),
        DrillCommand::Finish(command) => drill_finish::run(context, &command),
        DrillCommand::List(command) => drill_list::list(context, &command),
        DrillCommand::Show(command) => drill_list::show(context, &command),
    }
}

/// A scope as people type it.
pub fn scope(session: &Session, typed: &str) -> Result<Scope> {
    if let Some(name) = typed.strip_prefix("quorum:") {
        if name == "governance" {
            return Ok(Scope::Quorum(crate::policy::GOVERNANCE_SECRET));
        }
        return Ok(Scope::Quorum(session.find_quorum(name)?.0));
    }
    if let Some(name) = typed.strip_prefix("location:") {
        return Ok(Scope::Location(Name::new(name)?));
    }
    if typed == "all" {
        return Ok(Scope::All);
    }
    typed.parse().map(Scope::Account).map_err(|_| {
        Error::usage(
            "bad-scope",
            format!("`{}` is not a scope", typed.escape_debug()),
        )
        .hint("all, an account's 12 digits, quorum:NAME or location:NAME")
    })
}

/// A scope as [`scope`] reads it.
pub fn scope_typed(session: &Session, scope: &Scope) -> Result<String> {
    Ok(match scope {
        Scope::All => "all".to_owned(),
        Scope::Account(account) => account.to_string(),
        Scope::Quorum(_) | Scope::Location(_) => {
            present::scope(session, scope)?.replacen(' ', ":", 1)
        }
    })
}

/// When something of a drill happened, as typed: not before the drill began.
///
/// # Errors
/// Usage, code `bad-time`; refused, code `out-of-order`.
pub fn time(drill: &DrillRecord, typed: Option<&str>, now: Time) -> Result<Time> {
    let Some(typed) = typed else { return Ok(now) };
    let at = when::to_the_minute(typed, Tz::UTC, now, drill.made_at)?;
    if at < drill.made_at {
        let began = describe::time(drill.made_at);
        return Err(Error::refused(
            "out-of-order",
            format!("{} is before the drill began, {began}", describe::time(at)),
        )
        .hint(
            "when it happened, in UTC: --at TIME; what happened before is no part of this drill",
        ));
    }
    Ok(at)
}

/// A drill by the id of its start.
pub fn find(context: &Context, session: &Session, typed: &str) -> Result<(Digest, DrillRecord)> {
    let entry = context.entry(session, typed)?;
    let drill = DrillRecord::load(&session.view(), &entry.hash)?;
    let drill = drill.ok_or_else(|| {
        Error::not_found(
            "not-a-drill",
            format!("#{} {} starts no drill", entry.seq, entry.kind),
        )
        .hint("see which there are: rootkeep drill list")
    })?;
    Ok((entry.hash, drill))
}

/// How many shares of a holder's are asked for.
pub fn asked_of(shares: usize, sample: Option<u32>) -> usize {
    let most = sample.and_then(|sample| usize::try_from(sample).ok());
    most.map_or(shares, |most| shares.min(most))
}

fn step(context: &Context, command: &StepDrill) -> Result<Done> {
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let (leaf, drill) = find(context, &session, &command.id)?;
    let claim = Claim::DrillStep(
        Step {
            drill: leaf,
            step: command.step,
            went: match command.went {
                WentArg::Done => StepDone::Done,
                WentArg::Deviated => StepDone::Deviated,
            },
            at: time(&drill, command.at.as_deref(), session.now()?)?,
        },
        Some(Noted { note }),
    );
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("recorded step {}", command.step);
    context.report(session, &entered, &headline, json!({"drill": leaf}))
}
