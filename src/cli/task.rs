//! `task …`: what the management account does to the root user of a member account.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::asked::Asked;
use super::context::Context;
use super::custodian::{is_away, local_hour};
use super::output::{self, Done};
use super::request::parse_duration;
use super::task_list::{self, ListTasks};
use super::{waiting, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::policy;
use crate::present::tasks as present;
use crate::state::people::LedgerRecord;
use crate::state::rules::PolicyRecord;
use crate::state::tasks::TaskRecord;
use crate::statement::account_id::AccountId;
use crate::statement::tasks::{
    CloseTask, CloseTaskPersonal, Credentials, RequestTask, RequestTaskPersonal, SESSION_SECONDS,
    Task, TaskOutcome,
};
use crate::statement::text::Text;
use crate::statement::{Claim, Time};
use crate::store::Entry;

/// For how long a task may be begun where nothing else is said, hours.
const WINDOW_HOURS: u32 = 8;
/// How long a change of the address takes where nothing else is said, seconds.
const EMAIL_SECONDS: u32 = 3_600;

/// `task …`.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// Ask governance for a task on the root user of a member account
    #[command(
        after_help = "Examples:\n  rootkeep task request 444455556666 audit-credentials --purpose \"Yearly look\" --operator bob\n  rootkeep task request 444455556666 change-email --new-address a@b.example --second carol"
    )]
    Request(RequestCommand),
    /// Say how a task ended
    #[command(
        after_help = "Examples:\n  rootkeep task close 4eb276f8 --outcome done --began 14:03 --note \"Bucket policy deleted\"\n  rootkeep task close 4eb276f8 --outcome unused --note \"The owner has found the key\""
    )]
    Close(CloseCommand),
    /// Every task, and accounts whose root credentials were recovered and not deleted again
    #[command(
        after_help = "Examples:\n  rootkeep task list\n  rootkeep task list --account 444455556666 --state open --state unclosed"
    )]
    List(ListTasks),
    /// One task; once it is in effect, what is typed at AWS to do it
    #[command(after_help = "Examples:\n  rootkeep task show 4eb276f8")]
    Show {
        /// The task
        id: String,
    },
}

/// What is to be done, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TaskArg {
    /// Read which credentials the root user has
    AuditCredentials,
    /// Allow the root user a password again
    CreatePassword,
    /// Delete the root user's credentials
    DeleteCredentials,
    /// Change or delete the policy of a bucket
    UnlockBucket,
    /// Change or delete the policy of a queue
    UnlockQueue,
    /// Change the root user's address
    ChangeEmail,
}

/// How a task ended, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OutcomeArg {
    /// It was done
    Done,
    /// It was not begun
    Unused,
    /// It was begun, and did not come to its end
    Failed,
}

/// What is there after it, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum CredentialsArg {
    /// The root user has something to sign in with
    Present,
    /// All was deleted
    Deleted,
    /// There was nothing
    Absent,
}

/// `task request`.
#[derive(Debug, Args)]
pub struct RequestCommand {
    /// The member account
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// What is to be done there
    task: TaskArg,
    /// Why
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// Where it was agreed
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
    /// Who does it [default: you]
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// change-email: who reads the code in the new mailbox, and signs the end
    #[arg(long, value_name = "NAME")]
    second: Option<String>,
    /// unlock-bucket, unlock-queue: which, by its ARN
    #[arg(long, value_name = "ARN")]
    resource: Option<String>,
    /// change-email: what the root address is to be
    #[arg(long, value_name = "ADDRESS")]
    new_address: Option<String>,
    /// How long it may be begun once in effect, whole hours such as 8h [default: 8h, or what the policy allows]
    #[arg(long, value_name = "DURATION")]
    window: Option<String>,
    /// How long it takes at most [default: 15m, the most of a session; change-email: 1h]
    #[arg(long, value_name = "DURATION")]
    takes: Option<String>,
}

/// `task close`.
#[derive(Debug, Args)]
pub struct CloseCommand {
    /// The task
    id: String,
    /// How it ended
    #[arg(long)]
    outcome: OutcomeArg,
    /// When it was begun: 14:03 (UTC), or 2026-11-21T14:03:00Z
    #[arg(long, value_name = "TIME", required_if_eq_any = [("outcome", "done"), ("outcome", "failed")])]
    began: Option<String>,
    /// When it was over [default: now]
    #[arg(long, value_name = "TIME", requires = "began")]
    ended: Option<String>,
    /// What the root user has after it, where the task does not say it
    #[arg(long)]
    credentials: Option<CredentialsArg>,
    /// Who signs with you, where the second person of the request has left
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
    /// What was done
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(context: &Context, command: &TaskCommand) -> Result<Done> {
    match command {
        TaskCommand::Request(command) => request(context, command),
        TaskCommand::Close(command) => close(context, command),
        TaskCommand::List(command) => task_list::list(context, command),
        TaskCommand::Show { id } => task_list::show(context, id),
    }
}

/// A task by what somebody typed.
pub fn find(context: &Context, session: &Session, typed: &str) -> Result<(Entry, TaskRecord)> {
    let entry = context.entry(session, typed)?;
    let task = TaskRecord::load(&session.view(), &entry.hash)?.ok_or_else(|| {
        Error::not_found("no-task", format!("#{} asks for no task", entry.seq))
            .hint("rootkeep task list")
    })?;
    Ok((entry, task))
}

fn request(context: &Context, command: &RequestCommand) -> Result<Done> {
    let terminal = &context.terminal;
    let account = AccountId::new(&command.account)?;
    let task = command.task.task();
    let window = command.window.as_deref().map(hours).transpose()?;
    let takes = command.takes.as_deref().map(parse_duration).transpose()?;
    let optional = |text: &Option<String>| text.clone().map(Text::new).transpose();
    let (ticket, resource, new_address) = (
        optional(&command.ticket)?,
        optional(&command.resource)?,
        optional(&command.new_address)?,
    );
    let purpose = Asked::new(
        terminal,
        command.purpose.as_ref(),
        "What for",
        "--purpose TEXT",
    )?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let operator = match &command.operator {
        Some(name) => people.find(name)?,
        None => session.member(),
    };
    let second = command.second.as_ref().map(|name| people.find(name));
    let facts = RequestTask {
        account,
        task,
        operator,
        second: second.transpose()?,
        seconds: takes.unwrap_or(match task.policy() {
            Some(_) => SESSION_SECONDS,
            None => EMAIL_SECONDS,
        }),
        window_hours: match window {
            Some(hours) => hours,
            None => default_window(&session)?,
        },
    };
    let personal = RequestTaskPersonal {
        purpose: purpose.text(terminal)?,
        ticket,
        resource,
        new_address,
    };
    let entered = session.enter(Claim::TaskRequest(facts, Some(personal)), Vec::new())?;
    let calls = whom_to_call(&session, &people, &entered.leaf)?;
    if !context.global.json {
        for line in call_lines(&calls) {
            context.say(&line);
        }
        context.say(&format!(
            "Once it is in effect, what is typed at AWS: rootkeep task show {}",
            entered.id.short()
        ));
    }
    let headline = format!(
        "asked for the task {} on {account}: {}",
        task.as_str(),
        entered.id.short()
    );
    let call: Vec<Value> = calls.iter().map(Call::json).collect();
    context.report(
        session,
        &entered,
        &headline,
        json!({"account": account, "task": task, "operator": operator, "call": call}),
    )
}

/// Whole hours.
fn hours(text: &str) -> Result<u32> {
    let seconds = parse_duration(text)?;
    if seconds.is_multiple_of(3600) {
        return Ok(seconds / 3600);
    }
    Err(Error::usage(
        "bad-duration",
        format!("`{}` is not a number of whole hours", text.escape_debug()),
    )
    .hint("such as 8h or 1d"))
}

fn default_window(session: &Session) -> Result<u32> {
    let policy = PolicyRecord::load(&session.view())?.settings;
    Ok((policy.window_max_secs / 3600).clamp(1, WINDOW_HOURS))
}

/// Somebody of governance who can sign.
struct Call {
    name: String,
    contact: Option<String>,
    hour: Option<String>,
    away: Option<String>,
}

impl Call {
    fn json(&self) -> Value {
        json!({"name": self.name, "contact": self.contact, "local_time": self.hour, "away_until": self.away})
    }
}

fn whom_to_call(session: &Session, people: &People, subject: &Digest) -> Result<Vec<Call>> {
    let view = session.view();
    let Some(ledger) = LedgerRecord::load(&view)? else {
        return Ok(Vec::new());
    };
    let holders = ledger.governance.into_iter().flat_map(|seal| seal.shares);
    let holders: std::collections::BTreeSet<Id> = holders.map(|share| share.holder).collect();
    let now = session.now()?;
    let mut calls = Vec::new();
    for who in holders {
        let Some((custodian, card, _)) = people.get(&who) else {
            continue;
        };
        if custodian.in_force() && policy::may_decide(&view, &who, now, subject).is_ok() {
            calls.push(Call {
                name: people.name(&who),
                contact: card.and_then(|card| card.contact.clone()),
                hour: card.and_then(local_hour),
                away: is_away(people, &who),
            });
        }
    }
    // Those who are there first, then by name.
    calls.sort_by_key(|call| (call.away.is_some(), call.name.clone()));
    Ok(calls)
}

fn call_lines(calls: &[Call]) -> Vec<String> {
    let mut lines = vec!["Call, to sign:".to_owned()];
    for call in calls {
        let mut line = format!("  {:<20}", call.name);
        for text in [&call.hour, &call.contact].into_iter().flatten() {
            line.push_str(&format!("  {text}"));
        }
        if let Some(until) = &call.away {
            line.push_str(&format!("  away until {until}"));
        }
        lines.push(output::plain(&line));
    }
    lines
}

fn close(context: &Context, command: &CloseCommand) -> Result<Done> {
    let terminal = &context.terminal;
    let note = Asked::new(
        terminal,
        command.note.as_ref(),
        "What was done",
        "--note TEXT",
    )?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let (entry, task) = find(context, &session, &command.id)?;
    let outcome = command.outcome.outcome();
    let now = session.now()?;
    let began = match &command.began {
        Some(typed) => Some(began(typed, now, &task)?),
        None => None,
    };
    let ended = match (&command.ended, began) {
        (Some(typed), Some(began)) => Some(when::to_the_minute(typed, chrono_tz::UTC, now, began)?),
        (None, Some(_)) => Some(now),
        (_, None) => None,
    };
    let witness = match &command.witness {
        Some(name) => Some(people.find(name)?),
        None => task.second,
    };
    let credentials = command.credentials.map(CredentialsArg::credentials);
    let claim = Claim::TaskClose(
        CloseTask {
            task: entry.hash,
            outcome,
            began,
            ended,
            credentials: credentials.or(follows(task.task, outcome)),
            witness,
        },
        Some(CloseTaskPersonal {
            note: note.text(terminal)?,
        }),
    );
    let entered = session
        .enter(claim, Vec::new())
        .map_err(|error| explained(&session, &people, &entry, &task, error))?;
    if task.strays(began, ended) {
        context.warn(present::STRAYED);
    }
    let headline = match witness {
        Some(witness) => format!(
            "closes the task #{} once {} has signed",
            entry.seq,
            people.name(&witness)
        ),
        None => format!("closed the task #{}", entry.seq),
    };
    context.report(session, &entered, &headline, json!({"task": entry.id}))
}

/// By the clock in UTC; a minute in which it took effect is not before it.
fn began(typed: &str, now: Time, task: &TaskRecord) -> Result<Time> {
    let earliest = task.effect.map_or(task.made_at, |effect| effect.at);
    when::to_the_minute(typed, chrono_tz::UTC, now, earliest)
}

/// What is there after it, where the task says it.
fn follows(task: Task, outcome: TaskOutcome) -> Option<Credentials> {
    match (task, outcome) {
        (Task::CreatePassword, TaskOutcome::Done) => Some(Credentials::Present),
        (Task::DeleteCredentials, TaskOutcome::Done) => Some(Credentials::Deleted),
        _ => None,
    }
}

fn explained(
    session: &Session,
    people: &People,
    entry: &Entry,
    task: &TaskRecord,
    error: Error,
) -> Error {
    match error.code() {
        "not-operator" => error.hint(format!("{} is its operator", people.name(&task.operator))),
        "task-credentials" if task.task == Task::AuditCredentials => {
            error.hint("what was found: --credentials present, or --credentials absent")
        }
        "closing-waits" => error,
        "not-the-second" => match &task.second {
            Some(second) => error.hint(format!("that is {}", people.name(second))),
            None => error,
        },
        _ => waiting::explained(session, entry, error),
    }
}

impl TaskArg {
    fn task(self) -> Task {
        match self {
            Self::AuditCredentials => Task::AuditCredentials,
            Self::CreatePassword => Task::CreatePassword,
            Self::DeleteCredentials => Task::DeleteCredentials,
            Self::UnlockBucket => Task::UnlockBucket,
            Self::UnlockQueue => Task::UnlockQueue,
            Self::ChangeEmail => Task::ChangeEmail,
        }
    }
}

impl OutcomeArg {
    fn outcome(self) -> TaskOutcome {
        match self {
            Self::Done => TaskOutcome::Done,
            Self::Unused => TaskOutcome::Unused,
            Self::Failed => TaskOutcome::Failed,
        }
    }
}

impl CredentialsArg {
    fn credentials(self) -> Credentials {
        match self {
            Self::Present => Credentials::Present,
            Self::Deleted => Credentials::Deleted,
            Self::Absent => Credentials::Absent,
        }
    }
}
