//! `drill …`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::output::Done;
use super::{drill_finish, drill_list, drill_plan, drill_prove, drill_record, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::insight::drills::{self, Occasion};
use crate::ledger::{DrillRequest, Session};
use crate::present::{describe, drills as present};
use crate::state::drills::DrillRecord;
use crate::statement::Claim;
use crate::statement::drills::{DrillKind, Noted, Scope, Step, StepDone};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

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
    Start(StartDrill),
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

/// `drill start`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep drill start possession\n  rootkeep drill start sign-in --scope 111122223333 --unplanned"
)]
pub struct StartDrill {
    /// A plan's name, or a kind: possession, sign-in, qr-restore, phone, mailbox, ledger-restore
    #[arg(value_name = "PLAN|KIND")]
    what: String,
    /// About what: all, an account's 12 digits, quorum:NAME or location:NAME
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// Ask each holder for so many shares only, which the drill picks; the record says so
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// Somebody else who may record something in it (repeatable)
    #[arg(long, value_name = "NAME")]
    invite: Vec<String>,
    /// By no plan: what is due stays due
    #[arg(long)]
    unplanned: bool,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
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
        DrillCommand::Start(command) => start(context, &command),
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

fn start(context: &Context, command: &StartDrill) -> Result<Done> {
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let wanted = command
        .scope
        .as_ref()
        .map(|typed| scope(&session, typed))
        .transpose()?;
    let open = drills::occasions(&session.view(), session.now()?)?;
    let asked = planned(&open, command, wanted.as_ref())?;
    let (drill, scope, plan) = match asked {
        Some((occasion, due)) => {
            let plan = occasion.plan.as_ref().map(|plan| plan.facts.clone());
            let plan = plan.ok_or_else(|| no_plan(&command.what))?;
            (plan.drill, plan.scope, Some((plan.plan, due)))
        }
        None => {
            let kind = DrillKind::parse(&command.what).ok_or_else(|| no_plan(&command.what))?;
            (kind, wanted.unwrap_or(Scope::All), None)
        }
    };
    let of = present::scope(&session, &scope)?;
    let known = session.people()?;
    let invited: Result<Vec<Id>> = command.invite.iter().map(|name| known.find(name)).collect();
    let entered = session.start_drill(DrillRequest {
        drill,
        scope,
        plan: plan.clone(),
        sample: command.sample,
        people: invited?,
        note,
    })?;
    let id = entered.id.short();
    let record = DrillRecord::load(&session.view(), &entered.leaf)?;
    let people = session.people()?;
    let mut holders = Vec::new();
    for (holder, shares) in record.iter().flat_map(|record| &record.holders) {
        let name = people.name(holder);
        let what = describe::counted(asked_of(*shares, command.sample), "share");
        context.say(&format!(
            "{name} proves {what}: {} drill prove {id}",
            context.program(Some("THEIR.key"))
        ));
        holders.push(json!({"name": name, "shares": shares}));
    }
    let targets = record.map_or_else(Vec::new, |record| record.targets);
    for target in &targets {
        context.say(&format!("to be tried: {target}"));
    }
    let fields = json!({
        "drill": drill, "plan": plan.as_ref().map(|(plan, _)| plan), "due": plan.as_ref().map(|(_, due)| due),
        "holders": holders, "targets": targets, "sample": command.sample,
    });
    let headline = format!("a {} drill of {of} has begun", drill.as_str());
    context.report(session, &entered, &headline, fields)
}

/// How many shares of a holder's are asked for.
pub fn asked_of(shares: usize, sample: Option<u32>) -> usize {
    let most = sample.and_then(|sample| usize::try_from(sample).ok());
    most.map_or(shares, |most| shares.min(most))
}

/// What a plan asks for that fits what was typed; nothing, where the drill is by no plan.
fn planned<'o>(
    open: &'o [Occasion],
    command: &StartDrill,
    scope: Option<&Scope>,
) -> Result<Option<(&'o Occasion, Date)>> {
    if command.unplanned {
        return Ok(None);
    }
    let kind = DrillKind::parse(&command.what);
    let mut found = Vec::new();
    for occasion in open.iter().filter(|occasion| occasion.drill.is_none()) {
        let (Some(plan), Some(due)) = (&occasion.plan, occasion.due) else {
            continue;
        };
        let named = plan.facts.plan.as_str() == command.what;
        if named {
            return Ok(Some((occasion, due)));
        }
        if Some(plan.facts.drill) == kind && scope.is_none_or(|scope| *scope == plan.facts.scope) {
            found.push((occasion, due));
        }
    }
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        several => {
            let error = Error::usage("which-plan", "several plans ask for such a drill");
            Err(several.iter().fold(error, |error, (occasion, due)| {
                error.hint(format!(
                    "rootkeep drill start {}, due {due}",
                    occasion.name()
                ))
            }))
        }
    }
}

fn no_plan(typed: &str) -> Error {
    Error::not_found(
        "no-plan",
        format!(
            "`{}` is no kind of drill, and no plan that asks for one now",
            typed.escape_debug()
        ),
    )
    .hint("kinds: possession, sign-in, qr-restore, phone, mailbox, ledger-restore")
    .hint("plans: rootkeep drill list")
}

fn step(context: &Context, command: &StepDrill) -> Result<Done> {
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let (leaf, _) = find(context, &session, &command.id)?;
    let claim = Claim::DrillStep(
        Step {
            drill: leaf,
            step: command.step,
            went: match command.went {
                WentArg::Done => StepDone::Done,
                WentArg::Deviated => StepDone::Deviated,
            },
            at: when::typed_or_now(command.at.as_deref(), session.now()?)?,
        },
        Some(Noted { note }),
    );
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("recorded step {}", command.step);
    context.report(session, &entered, &headline, json!({"drill": leaf}))
}
