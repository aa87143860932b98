//! `safe …`: the safe-access log.

use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::access_form::Form;
use super::context::Context;
use super::output::{self, Done};
use super::{location, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::present::{custody, describe};
use crate::state::places::{AccessRecord, LocationRecord, OpenAccess, WitnessRecord};
use crate::state::records::{list as records, read};
use crate::state::rules::leaf_key;
use crate::statement::accesses::{
    Closed, ClosedPersonal, Logged, LoggedPersonal, Opened, OpenedPersonal,
};
use crate::statement::people::Role;
use crate::statement::{Claim, Kind, Time};
use crate::store::LogFilter;

/// What is written down within so many seconds is written down at once.
const AT_ONCE: u64 = 15 * 60;

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
    location: Option<String>,
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
    id: Option<String>,
    /// Who was there and will sign, where it is not who was named at the opening
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
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

/// Refuses what is missing, before anything is unlocked, where nobody can be asked.
fn askable(context: &Context, needed: &[(&Option<String>, &str, &str)]) -> Result<()> {
    for (given, question, flag) in needed {
        if given.is_none() {
            context.terminal.askable(question, flag)?;
        }
    }
    Ok(())
}

fn open(context: &Context, command: &OpenSafe) -> Result<Done> {
    let needed = [
        (&command.location, "Which location", "LOCATION"),
        (&command.purpose, "What for", "--purpose TEXT"),
        (&command.witness, "Who witnesses", "--witness NAME"),
    ];
    askable(context, &needed)?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let location = match &command.location {
        Some(name) => location::find(&session, name)?,
        None => Form::ask_location(context, &session, |location| location.open.is_none())?,
    };
    let name = location.facts.location.clone();
    if let Some(open) = &location.open {
        return Err(Error::refused(
            "still-open",
            format!(
                "{} has opened {name}, and not closed it",
                people.name(&open.author)
            ),
        )
        .hint(format!("rootkeep safe close {name}")));
    }
    let form = Form::new(context, &session, &people, &location)?;
    let witness = form.witness(command.witness.as_ref())?;
    let purpose = form.purpose(command.purpose.as_ref())?;
    let whole_form = command.purpose.is_none() && command.witness.is_none();
    let request = match &command.request {
        Some(id) => Some(form.request(id)?),
        None if whole_form && !form.in_effect()?.is_empty() => form.ask_request()?,
        None => None,
    };
    let opened = Opened {
        location: name.clone(),
        opened_at: session.now()?,
        witness,
        request,
    };
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

fn close(context: &Context, command: &CloseSafe) -> Result<Done> {
    command.happened.check()?;
    askable(context, &[(&command.id, "Which location", "LOCATION")])?;
    let session = context.open_to_act()?;
    let me = session.member();
    let people = session.people()?;
    let keeper = people
        .get(&me)
        .is_some_and(|(custodian, ..)| custodian.has(Role::Keeper));
    let (location, open) = match &command.id {
        Some(id) => opening(context, &session, id)?,
        None => {
            let mine = |open: &OpenAccess| keeper || open.author == me;
            let location = Form::ask_location(context, &session, |location| {
                location.open.as_ref().is_some_and(mine)
            })?;
            let name = location.facts.location.clone();
            let open = location.open.clone();
            (location, open.ok_or_else(|| not_open(name.as_str()))?)
        }
    };
    if open.author != me && !keeper {
        let who = people.name(&open.author);
        return Err(Error::refused(
            "not-author",
            format!("{who} has opened it, says what happened, and closes it; or a keeper does"),
        )
        .hint(format!(
            "{who} types: rootkeep safe close {}",
            location.facts.location
        )));
    }
    let witness = match &command.witness {
        Some(name) => people.find(name)?,
        None => open.opened.witness,
    };
    let form = Form::new(context, &session, &people, &location)?;
    let told = form.happened(&command.happened, open.opened.opened_at, session.now()?)?;
    let claim = Claim::SafeClose(
        Closed {
            access: open.access,
            witness,
            happened: told.happened,
        },
        Some(told.personal),
    );
    let access = Access {
        event: format!("{} was closed", location.facts.location),
        opened: open.opened,
        witness,
        zone: location::zone(&location),
    };
    enter(context, session, claim, &access)
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
    command.happened.check()?;
    let needed = [
        (&command.location, "Which location", "LOCATION"),
        (&command.opened_at, "Opened at", "--opened-at TIME"),
        (&command.closed_at, "Closed at", "--closed-at TIME"),
        (&command.witness, "Who witnesses", "--witness NAME"),
        (&command.purpose, "What for", "--purpose TEXT"),
    ];
    askable(context, &needed)?;
    let session = context.open_to_act()?;
    let people = session.people()?;
    let location = match &command.location {
        Some(name) => location::find(&session, name)?,
        None => Form::ask_location(context, &session, |_| true)?,
    };
    let form = Form::new(context, &session, &people, &location)?;
    let opened_at = form.time(
        command.opened_at.as_ref(),
        None,
        "Opened at",
        "--opened-at TIME",
    )?;
    let closed_at = form.time(
        command.closed_at.as_ref(),
        Some(opened_at),
        "Closed at",
        "--closed-at TIME",
    )?;
    let witness = form.witness(command.witness.as_ref())?;
    let purpose = form.purpose(command.purpose.as_ref())?;
    let asked = command.happened.is_empty() && context.terminal.interactive;
    let told = form.happened(&command.happened, opened_at, closed_at)?;
    let request = match &command.request {
        Some(id) => Some(form.request(id)?),
        None if asked && form.wants_release(&told.happened) => form.ask_request()?,
        None => None,
    };
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
    } = told.personal;
    let claim = Claim::SafeLog(
        Logged {
            opened: opened.clone(),
            happened: told.happened,
        },
        Some(LoggedPersonal {
            purpose,
            others,
            exceptions,
            note,
        }),
    );
    let access = Access {
        event: format!("{} was opened and closed", location.facts.location),
        opened,
        witness,
        zone: location::zone(&location),
    };
    enter(context, session, claim, &access)
}

/// What a finished entry is about.
struct Access {
    /// What happened, in a line.
    event: String,
    opened: Opened,
    witness: Id,
    zone: Tz,
}

/// Shows the finished entry, asks for an exact Yes, enters it, and gives a line to initial.
fn enter(context: &Context, mut session: Session, claim: Claim, access: &Access) -> Result<Done> {
    let people = session.people()?;
    let mut lines = vec![custody::claim(&claim, &people)];
    custody::details(&claim, &people, &mut lines);
    let closed_at = match &claim {
        Claim::SafeClose(closed, _) => Some(closed.happened.closed_at),
        Claim::SafeLog(logged, _) => Some(logged.happened.closed_at),
        _ => None,
    };
    if let Some(closed_at) = closed_at {
        let clock = |time| when::clock(time, access.zone);
        let (from, to) = (clock(access.opened.opened_at), clock(closed_at));
        lines.push(format!("  the clock there: from {from} to {to}"));
        if let Some(lag) = lag(closed_at, session.now()?) {
            lines.push(format!("  written down {lag} after it was closed"));
        }
    }
    context.show_before_asking(&lines);
    context.terminal.confirm("Is this what happened?")?;
    let entered = session.enter(claim, Vec::new())?;
    context.say(&format!(
        "to initial: {}, #{} {}, {} ____ witness {} ____",
        access.event,
        entered.seq,
        entered.id.short(),
        people.name(&session.member()),
        people.name(&access.witness)
    ));
    let fields = json!({"location": access.opened.location});
    let headline = format!("written down: {}", access.event);
    context.report(session, &entered, &headline, fields)
}

/// How much later something was written down than it happened, where it was not at once.
fn lag(happened: Time, written: Time) -> Option<String> {
    let seconds = u64::try_from(written.seconds() - happened.seconds()).unwrap_or(0);
    (seconds >= AT_ONCE).then(|| describe::duration(seconds - seconds % 60))
}

/// What did not fit in an access that its witness has just signed.
pub fn to_look_at(session: &Session, subject: &Digest) -> Result<Vec<String>> {
    let access = read::<AccessRecord>(&session.view(), &leaf_key(subject))?;
    let findings = access.map_or_else(Vec::new, |access| access.findings);
    let people = session.people()?;
    Ok(findings
        .iter()
        .map(|finding| format!("to look at: {}", custody::finding(finding, &people)))
        .collect())
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
        let zone = record.as_ref().map_or(Tz::UTC, location::zone);
        let closed_at = access.happened.closed_at;
        let seconds = closed_at.seconds() - access.opened.opened_at.seconds();
        let minutes = u64::try_from(seconds).unwrap_or(0).div_ceil(60).max(1);
        rows.push(vec![
            format!("#{}", one.seq),
            access.opened.location.to_string(),
            when::clock(access.opened.opened_at, zone),
            describe::duration(minutes * 60),
            lag(closed_at, access.recorded_at)
                .map_or_else(|| "at once".to_owned(), |lag| format!("{lag} later")),
            output::plain(&people.name(&access.author)),
            output::plain(&people.name(&access.witness)),
            match access.findings.len() {
                0 => String::new(),
                many => format!("{many} to look at"),
            },
        ]);
    }
    output::data(&output::table(
        &[
            "ENTRY", "LOCATION", "OPENED", "OPEN FOR", "WRITTEN", "BY", "WITNESS", "",
        ],
        &rows,
    ))?;
    for one in &found {
        for finding in &one.access.findings {
            let line = format!(
                "#{}  {}\n",
                one.seq,
                output::one_line(&custody::finding(finding, &people))
            );
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
        "opener": people.name(&access.opener), "by": people.name(&access.author), "witness": people.name(&access.witness),
        "witnessed": access.witnessed, "counter": access.happened.counter,
        "items": access.happened.items.iter().map(|handled| json!({
            "item": handled.item, "went": handled.went, "seal": handled.seal, "bag": handled.bag,
        })).collect::<Vec<_>>(),
        "findings": access.findings.iter().map(|finding| json!({
            "finding": finding, "words": custody::finding(finding, people),
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
    // What waits for its witness, or was declined, is no access: then some more have to be looked at.
    let mut look_at = u64::try_from(limit).unwrap_or(u64::MAX);
    loop {
        let (mut entries, mut known_from) = (Vec::new(), 0);
        for kind in [Kind::SafeLog, Kind::SafeClose] {
            let some = view.filtered(&LogFilter {
                kind: Some(kind),
                limit: Some(look_at),
                ..LogFilter::default()
            })?;
            // Below the oldest of those that were looked at, there may be more of the kind.
            if let Some(oldest) = some.first()
                && u64::try_from(some.len()).is_ok_and(|some| some >= look_at)
            {
                known_from = oldest.seq.max(known_from);
            }
            entries.extend(some);
        }
        entries.retain(|entry| entry.seq >= known_from);
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
        let mut found = Vec::new();
        for entry in entries {
            if found.len() == limit {
                break;
            }
            if let Some(access) = read::<AccessRecord>(&view, &leaf_key(&entry.hash))? {
                found.push(Listed {
                    seq: entry.seq,
                    access,
                });
            }
        }
        if known_from == 0 || found.len() == limit {
            return Ok(found);
        }
        look_at = look_at.saturating_mul(4);
    }
}
