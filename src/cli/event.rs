//! `event …`: what nothing explained, and what it was.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::steps::Step;
use crate::error::{Error, Result};
use crate::ledger::{Reading, Session};
use crate::present::{describe, trails as present};
use crate::state::trails::EventRecord;
use crate::statement::Claim;
use crate::statement::text::Text;
use crate::statement::trails::{EventName, Explain, ExplainPersonal, Traces, Was};

/// How many open events `status` names.
const NAMED: usize = 20;

/// `event …`.
#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// Events that nothing explained, and nobody has yet
    #[command(after_help = "Examples:\n  rootkeep event list\n  rootkeep --json event list --all")]
    List {
        /// Explained ones too
        #[arg(long)]
        all: bool,
    },
    /// One event: what it is, where it came from, what it was
    #[command(after_help = "Examples:\n  rootkeep event show a1b2c3d4")]
    Show {
        /// AWS's id of it, or how it begins; ID@ACCOUNT where several begin so
        #[arg(value_name = "EVENT")]
        event: String,
    },
    /// Propose what events were; governance signs
    Explain(ExplainEvents),
}

/// `event explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep event explain a1b2c3d4 --was ours --text \"Ticket OPS-7: tried the new token\""
)]
pub struct ExplainEvents {
    /// AWS's ids of them, or how they begin
    #[arg(value_name = "EVENT", required = true)]
    events: Vec<String>,
    /// What they were
    #[arg(long)]
    was: WasArg,
    /// How that is known
    #[arg(long, value_name = "TEXT")]
    text: String,
}

/// What events were, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum WasArg {
    /// Work of this organisation that nobody had announced
    Ours,
    /// Somebody's mistake
    Mistake,
    /// AWS itself, or its Support
    Aws,
    /// A trial
    Test,
    /// An attack
    Attack,
    /// Something else
    Other,
}

impl WasArg {
    fn was(self) -> Was {
        match self {
            Self::Ours => Was::Ours,
            Self::Mistake => Was::Mistake,
            Self::Aws => Was::Aws,
            Self::Test => Was::Test,
            Self::Attack => Was::Attack,
            Self::Other => Was::Other,
        }
    }
}

pub fn run(context: &Context, command: &EventCommand) -> Result<Done> {
    match command {
        EventCommand::List { all } => list(context, *all),
        EventCommand::Show { event } => show(context, event),
        EventCommand::Explain(command) => explain(context, command),
    }
}

fn find(session: &Session, typed: &str) -> Result<EventRecord> {
    let fits = |record: &EventRecord| match typed.split_once('@') {
        Some((event, account)) => {
            record.event.as_str().starts_with(event)
                && record.account.is_some_and(|own| own.to_string() == account)
        }
        None => record.event.as_str().starts_with(typed),
    };
    let all = EventRecord::all(&session.view())?;
    let exact = all.iter().filter(|record| record.event.as_str() == typed);
    let mut found: Vec<&EventRecord> = exact.collect();
    if found.len() != 1 {
        found = all.iter().filter(|record| fits(record)).collect();
    }
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(Error::not_found(
            "no-event",
            format!("no event `{}` was found unexplained", typed.escape_debug()),
        )
        .hint("rootkeep event list --all")),
        many => {
            let mut error = Error::usage(
                "ambiguous",
                format!("`{}` fits several events", typed.escape_debug()),
            );
            for one in many.iter().take(3) {
                let account = one
                    .account
                    .map_or_else(String::new, |account| format!("@{account}"));
                error = error.hint(format!("{}{account}", one.event));
            }
            Err(error)
        }
    }
}

/// Where it came from, as the entry that found it has it.
fn traces(session: &Session, record: &EventRecord) -> Result<Option<Traces>> {
    let (_, statement) = session.statement(&record.found)?;
    let Claim::Reconcile(found, Some(personal)) = statement.claim() else {
        return Ok(None);
    };
    let place = found
        .unexplained
        .iter()
        .position(|one| one.event == record.event && one.account == record.account);
    Ok(place.and_then(|place| personal.traces.get(place).cloned()))
}

fn fields(record: &EventRecord) -> Value {
    json!({
        "event_id": record.event, "time": record.at, "name": record.name, "account": record.account,
        "reason": record.reason, "off": record.off, "found": record.index,
        "state": state(record), "was": record.explained.as_ref().map(|one| one.was),
        "explained": record.explained.as_ref().map(|one| one.index),
    })
}

fn state(record: &EventRecord) -> &'static str {
    if record.explained.is_some() {
        "explained"
    } else {
        "open"
    }
}

fn list(context: &Context, all: bool) -> Result<Done> {
    let session = context.open()?;
    let mut events = EventRecord::all(&session.view())?;
    events.retain(|event| all || event.explained.is_none());
    if context.global.json {
        let fields: Vec<Value> = events.iter().map(fields).collect();
        output::object("event.list", json!({"events": fields}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = events
        .iter()
        .map(|event| {
            vec![
                event.event.to_string(),
                event.at.to_string(),
                event
                    .account
                    .map_or_else(String::new, |account| account.to_string()),
                event.name.to_string(),
                event.reason.as_str().to_owned(),
                event
                    .explained
                    .as_ref()
                    .map_or("open", |one| one.was.as_str())
                    .to_owned(),
            ]
        })
        .collect();
    let headings = ["EVENT", "TIME", "ACCOUNT", "NAME", "WHY", "WAS"];
    output::data(&output::table(&headings, &rows))?;
    Ok(Done::Yes)
}

fn show(context: &Context, typed: &str) -> Result<Done> {
    let session = context.open()?;
    let record = find(&session, typed)?;
    let traces = traces(&session, &record)?;
    let explained = match &record.explained {
        Some(one) => Some(session.statement(&one.leaf)?.1),
        None => None,
    };
    let text = explained
        .as_ref()
        .and_then(|statement| match statement.claim() {
            Claim::EventExplain(_, personal) => personal.as_ref().map(|told| told.text.clone()),
            _ => None,
        });
    if context.global.json {
        let traces = traces.unwrap_or_default();
        let more = json!({"address": traces.address, "agent": traces.agent, "who": traces.who, "text": text});
        output::object("event", output::merge(fields(&record), more))?;
        return Ok(Done::Yes);
    }
    let account = record
        .account
        .map_or_else(|| "none".to_owned(), |account| account.to_string());
    let mut lines = vec![
        format!("{}  {}", record.event, state(&record)),
        format!("  name      {}", record.name),
        format!("  time      {}", describe::time(record.at)),
        format!("  account   {account}"),
        format!("  why       {}", present::reason(record.reason, record.off)),
    ];
    if let Some(traces) = traces {
        for (label, text) in [
            ("from", traces.address),
            ("with", traces.agent),
            ("as", traces.who),
        ] {
            if let Some(text) = text {
                lines.push(format!("  {label:<9} {text}"));
            }
        }
    }
    lines.push(format!("  found     entry #{}", record.index));
    match &record.explained {
        Some(one) => {
            lines.push(format!(
                "  was       {}, by entry #{}",
                one.was.as_str(),
                one.index
            ));
            if let Some(text) = text {
                lines.push(format!("  how known {text}"));
            }
        }
        None => lines.push(format!(
            "  to explain it: {} event explain {} --was WHAT --text TEXT",
            context.program(None),
            record.event
        )),
    }
    for line in lines {
        output::data(&format!("{}\n", output::item(&line)))?;
    }
    Ok(Done::Yes)
}

fn explain(context: &Context, command: &ExplainEvents) -> Result<Done> {
    let text = Text::new(command.text.as_str())?;
    let mut session = context.open_to_act()?;
    let mut events: Vec<EventName> = Vec::new();
    for typed in &command.events {
        events.push(find(&session, typed)?.event_name());
    }
    events.sort();
    events.dedup();
    let claim = Claim::EventExplain(
        Explain {
            events: events.clone(),
            was: command.was.was(),
        },
        Some(ExplainPersonal { text }),
    );
    let entered = session.enter(claim, Vec::new())?;
    let count = u64::try_from(events.len()).unwrap_or(0);
    let headline = format!(
        "proposed what {} was",
        output::count(count, "event", "events")
    );
    context.report(session, &entered, &headline, json!({"events": events}))
}

/// Events that are open, as `status` lists them.
pub fn steps(context: &Context, session: &Session) -> Result<Vec<Step>> {
    let mut open = EventRecord::all(&session.view())?;
    open.retain(|event| event.explained.is_none());
    let all = open.len();
    let mut steps: Vec<Step> = open
        .into_iter()
        .take(NAMED)
        .map(|event| {
            Step::new(
                format!(
                    "{} {} {}, {}",
                    event.at,
                    event.account.map_or_else(String::new, |account| account.to_string()),
                    event.name,
                    event.reason.as_str()
                ),
                format!("{} event show {}", context.program(None), event.event),
                json!({"event_id": event.event, "account": event.account, "time": event.at, "name": event.name, "reason": event.reason}),
            )
        })
        .collect();
    if let Some(last) = steps.last_mut().filter(|_| all > NAMED) {
        last.about.push_str(&format!("; and {} more", all - NAMED));
    }
    Ok(steps)
}
