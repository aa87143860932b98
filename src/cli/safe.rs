//! `safe …`: the safe-access log.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::access_form::{Form, Typed};
use super::asked::Asked;
use super::context::Context;
use super::output::{self, Done};
use super::{location, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::present::custody;
use crate::state::places::{AccessRecord, LocationRecord, OpenAccess, WitnessRecord};
use crate::state::records::{list as records, read};
use crate::state::rules::leaf_key;
use crate::statement::accesses::{
    Closed, ClosedPersonal, Logged, LoggedPersonal, Opened, OpenedPersonal,
};
use crate::statement::{Claim, Kind};
use crate::store::LogFilter;

/// `safe …`.
#[derive(Debug, Subcommand)]
pub enum SafeCommand {
    /// Record that a location is being opened now
    Open(OpenSafe),
    /// Record what happened, and that it is closed; counts once the witness has signed
    Close(CloseSafe),
    /// Write down a whole access afterwards; counts once the witness has signed
    Log(LogSafe),
    /// Accesses, the newest first
    List(ListAccesses),
}

/// `safe open`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep safe open london-a --purpose \"Quarterly check\" --witness bob"
)]
pub struct OpenSafe {
    /// Which location
    location: String,
    /// What for
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// Who is there too, and will sign
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
    /// The release that it is for
    #[arg(long, value_name = "ID")]
    request: Option<String>,
}

/// What happened while it was open.
#[derive(Clone, Debug, Default, Args)]
pub struct HappenedFlags {
    /// An item that was taken out (repeatable)
    #[arg(long, value_name = "ITEM")]
    pub took: Vec<String>,
    /// An item that was put in (repeatable)
    #[arg(long, value_name = "ITEM")]
    pub put: Vec<String>,
    /// An item that was looked at and left (repeatable)
    #[arg(long, value_name = "ITEM")]
    pub saw: Vec<String>,
    /// How an item's seal was (repeatable)
    #[arg(long, value_name = "ITEM=intact|broken")]
    pub seal: Vec<String>,
    /// The number on an item's bag, as read from the bag (repeatable)
    #[arg(long, value_name = "ITEM=NUMBER")]
    pub bag: Vec<String>,
    /// What the lock's own counter says
    #[arg(long, value_name = "N")]
    pub counter: Option<u64>,
    /// Another custodian who was there, and when (repeatable)
    #[arg(long, value_name = "NAME=FROM-TO")]
    pub present: Vec<String>,
    /// Somebody else who was there (repeatable)
    #[arg(long, value_name = "TEXT")]
    pub other: Vec<String>,
    /// Something not as expected (repeatable)
    #[arg(long, value_name = "TIME|EXPECTED|HAPPENED|DECIDED BY")]
    pub exception: Vec<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// `safe close`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep safe close london-a --took sheet-1 --bag sheet-1=A1 --seal sheet-1=intact --counter 41"
)]
pub struct CloseSafe {
    /// The location, or the id of its opening
    id: String,
    /// What happened
    #[command(flatten)]
    happened: HappenedFlags,
}

/// `safe log`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep safe log\n  rootkeep safe log london-a --opened-at 14:03 --closed-at 14:10 --witness bob --purpose Check"
)]
pub struct LogSafe {
    /// Which location
    location: Option<String>,
    /// When it was opened: by the location's clock, or RFC 3339
    #[arg(long, value_name = "TIME")]
    opened_at: Option<String>,
    /// When it was closed
    #[arg(long, value_name = "TIME")]
    closed_at: Option<String>,
    /// What for
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// Who was there too, and will sign
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
    /// The release that it was for
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// What happened
    #[command(flatten)]
    happened: HappenedFlags,
}

/// `safe list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep safe list --limit 20\n  rootkeep safe list --location london-a"
)]
pub struct ListAccesses {
    /// Only of one location
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

pub fn run(context: &Context, command: SafeCommand) -> Result<Done> {
    match command {
        SafeCommand::Open(open) => self::open(context, &open),
        SafeCommand::Close(close) => self::close(context, &close),
        SafeCommand::Log(log) => self::log(context, &log),
        SafeCommand::List(list) => self::list(context, &list),
    }
}

fn open(context: &Context, command: &OpenSafe) -> Result<Done> {
    let terminal = &context.terminal;
    let purpose = Asked::new(
        terminal,
        command.purpose.as_ref(),
        "What for",
        "--purpose TEXT",
    )?;
    let witness = Asked::new(
        terminal,
        command.witness.as_ref(),
        "Who witnesses",
        "--witness NAME",
    )?;
    let mut session = context.open_to_act()?;
    let location = location::find(&session, &command.location)?;
    let opened = Opened {
        location: location.facts.location.clone(),
        opened_at: session.now()?,
        witness: session.people()?.find(witness.text(terminal)?.as_str())?,
        request: request(context, &session, command.request.as_ref())?,
    };
    let purpose = purpose.text(terminal)?;
    let name = opened.location.clone();
    let claim = Claim::SafeOpen(opened, Some(OpenedPersonal { purpose }));
    let entered = session.enter(claim, Vec::new())?;
    context.say(&format!(
        "when it is shut: {} safe close {name}",
        context.program(None)
    ));
    context.report(
        session,
        &entered,
        &format!("{name} is open"),
        json!({"location": name}),
    )
}

fn request(context: &Context, session: &Session, typed: Option<&String>) -> Result<Option<Digest>> {
    typed
        .map(|id| context.entry(session, id).map(|entry| entry.hash))
        .transpose()
}

fn close(context: &Context, command: &CloseSafe) -> Result<Done> {
    let session = context.open_to_act()?;
    let (location, open) = opening(context, &session, &command.id)?;
    let people = session.people()?;
    let form = Form::new(context, &session, &people, &location)?;
    let (happened, personal) = form.happened(Typed {
        flags: &command.happened,
        closed_at: Some(session.now()?),
        asked: command.happened.is_empty(),
    })?;
    let claim = Claim::SafeClose(
        Closed {
            access: open.access,
            happened,
        },
        Some(personal),
    );
    let name = location.facts.location.clone();
    enter(
        context,
        session,
        claim,
        &format!("{name} was closed"),
        &open.opened.witness,
    )
}

/// The opening that is meant: by its location's name, or by its id.
fn opening(
    context: &Context,
    session: &Session,
    typed: &str,
) -> Result<(LocationRecord, OpenAccess)> {
    let leaf = match location::find(session, typed) {
        Ok(location) => {
            let open = location.open.clone().ok_or_else(|| not_open(typed))?;
            return Ok((location, open));
        }
        Err(_) => context.entry(session, typed)?.hash,
    };
    for (_, location) in records::<LocationRecord>(&session.view(), "")? {
        if let Some(open) = location.open.clone().filter(|open| open.access == leaf) {
            return Ok((location, open));
        }
    }
    Err(not_open(typed))
}

fn not_open(typed: &str) -> Error {
    Error::refused(
        "not-open",
        format!(
            "`{}` was not opened, or was closed since",
            typed.escape_debug()
        ),
    )
    .hint("afterwards, in one go: rootkeep safe log")
}

fn log(context: &Context, command: &LogSafe) -> Result<Done> {
    let session = context.open_to_act()?;
    let people = session.people()?;
    let location = match &command.location {
        Some(name) => location::find(&session, name)?,
        None => Form::ask_location(context, &session)?,
    };
    let form = Form::new(context, &session, &people, &location)?;
    let asked = command.opened_at.is_none() && command.happened.is_empty();
    let opened_at = form.time(command.opened_at.as_ref(), "Opened at", "--opened-at TIME")?;
    let closed_at = form.time(command.closed_at.as_ref(), "Closed at", "--closed-at TIME")?;
    let witness = form.witness(command.witness.as_ref())?;
    let purpose = form.purpose(command.purpose.as_ref())?;
    let request = request(context, &session, command.request.as_ref())?;
    let (happened, personal) = form.happened(Typed {
        flags: &command.happened,
        closed_at: Some(closed_at),
        asked,
    })?;
    let opened = Opened {
        location: location.facts.location.clone(),
        opened_at,
        witness,
        request,
    };
    let ClosedPersonal {
        others,
        exceptions,
        note,
    } = personal;
    let claim = Claim::SafeLog(
        Logged { opened, happened },
        Some(LoggedPersonal {
            purpose,
            others,
            exceptions,
            note,
        }),
    );
    let name = location.facts.location.clone();
    enter(
        context,
        session,
        claim,
        &format!("{name} was opened and closed"),
        &witness,
    )
}

/// Shows the finished entry, asks for an exact Yes, enters it, and gives a line to initial.
fn enter(
    context: &Context,
    mut session: Session,
    claim: Claim,
    headline: &str,
    witness: &Id,
) -> Result<Done> {
    let people = session.people()?;
    let mut lines = vec![custody::claim(&claim, &people)];
    custody::details(&claim, &people, &mut lines);
    context.show_before_asking(&lines);
    context.terminal.confirm("Is this what happened?")?;
    let entered = session.enter(claim, Vec::new())?;
    context.say(&format!(
        "to initial: {headline}, #{} {}, {} ____ witness {} ____",
        entered.seq,
        entered.id.short(),
        people.name(&session.member()),
        people.name(witness)
    ));
    context.report(session, &entered, headline, json!({}))
}

/// An access, as a list has it.
struct Listed {
    seq: u64,
    access: AccessRecord,
}

fn list(context: &Context, command: &ListAccesses) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let only = command
        .location
        .as_ref()
        .map(|name| location::find(&session, name))
        .transpose()?;
    let found = match &only {
        Some(location) => of_location(&session, location, command.limit)?,
        None => newest(&session, command.limit)?,
    };
    let waiting = records::<WitnessRecord>(&session.view(), "")?;
    if context.global.json {
        let all: Vec<Value> = found.iter().map(|one| fields(one, &people)).collect();
        let waits: Vec<Value> = waiting
            .iter()
            .map(|(_, one)| {
                json!({
                    "id": one.id, "seq": one.index, "kind": one.kind,
                    "witness": people.name(&one.witness),
                })
            })
            .collect();
        output::object("safe.list", json!({"accesses": all, "waiting": waits}))?;
        return Ok(Done::Yes);
    }
    let mut rows = Vec::new();
    for one in &found {
        let access = &one.access;
        let record = LocationRecord::load(&session.view(), &access.opened.location)?;
        let zone = record.as_ref().map_or(chrono_tz::UTC, location::zone);
        let minutes = access.happened.closed_at.seconds() - access.opened.opened_at.seconds();
        rows.push(vec![
            format!("#{}", one.seq),
            access.opened.location.to_string(),
            when::there(access.opened.opened_at, zone),
            format!("{} min", (minutes + 59) / 60),
            output::plain(&people.name(&access.author)),
            output::plain(&people.name(&access.opened.witness)),
            match access.findings.len() {
                0 => String::new(),
                many => format!("{many} to look at"),
            },
        ]);
    }
    output::data(&output::table(
        &["ENTRY", "LOCATION", "OPENED", "FOR", "BY", "WITNESS", ""],
        &rows,
    ))?;
    for one in &found {
        for finding in &one.access.findings {
            let line = format!("#{}  {}\n", one.seq, custody::finding(finding));
            output::data(&output::plain(&line))?;
        }
    }
    for (_, one) in &waiting {
        let line = format!(
            "#{} {} waits for {}: {} sign {}\n",
            one.index,
            one.kind,
            people.name(&one.witness),
            context.program(Some("THEIR.key")),
            one.id.short()
        );
        output::data(&output::plain(&line))?;
    }
    Ok(Done::Yes)
}

fn fields(one: &Listed, people: &People) -> Value {
    let access = &one.access;
    json!({
        "seq": one.seq, "location": access.opened.location, "opened_at": access.opened.opened_at,
        "closed_at": access.happened.closed_at, "recorded_at": access.recorded_at,
        "by": people.name(&access.author), "witness": people.name(&access.opened.witness),
        "witnessed": access.witnessed, "counter": access.happened.counter,
        "items": access.happened.items.iter().map(|handled| json!({
            "item": handled.item, "went": handled.went, "seal": handled.seal, "bag": handled.bag,
        })).collect::<Vec<_>>(),
        "findings": access.findings.iter().map(|finding| json!({
            "finding": finding, "words": custody::finding(finding),
        })).collect::<Vec<_>>(),
    })
}

/// The newest accesses of one location.
fn of_location(session: &Session, location: &LocationRecord, limit: usize) -> Result<Vec<Listed>> {
    let accesses = location::newest(session, location, limit)?;
    Ok(accesses
        .into_iter()
        .map(|access| Listed {
            seq: access.index,
            access,
        })
        .collect())
}

/// The newest accesses of all locations that their witnesses have signed, the newest entry first.
fn newest(session: &Session, limit: usize) -> Result<Vec<Listed>> {
    let view = session.view();
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut entries = Vec::new();
    for kind in [Kind::SafeLog, Kind::SafeClose] {
        entries.extend(view.filtered(&LogFilter {
            kind: Some(kind),
            limit: Some(most),
            ..LogFilter::default()
        })?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    let mut found = Vec::new();
    for entry in entries {
        if let Some(access) = read::<AccessRecord>(&view, &leaf_key(&entry.hash))? {
            found.push(Listed {
                seq: entry.seq,
                access,
            });
        }
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}
