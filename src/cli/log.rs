//! `log`.

use clap::Args;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::part::Part;
use crate::error::Result;
use crate::ledger::Session;
use crate::present::describe;
use crate::statement::time::Date;
use crate::statement::{Kind, Time};
use crate::store::{Entry, LogFilter};

/// How many entries are read at once when all are written.
const CHUNK: u64 = 512;

/// Kinds whose facts hold a card.
const CARDS: [Kind; 3] = [Kind::Genesis, Kind::CustodianAdd, Kind::CustodianReplace];

/// `log`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep log --kind request --author alice --from 2026-01-01 --limit 20\n  rootkeep log --raw --entry 4eb276f8 --redact"
)]
pub struct LogCommand {
    /// Only this kind, such as seal or request
    #[arg(long)]
    kind: Option<String>,
    /// Only this author
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Only from this day or time on
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// Only up to this day or time
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    /// Only the newest so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Envelopes and parts as they were signed, one JSON object a line
    #[arg(long, conflicts_with_all = ["kind", "author", "from", "to", "limit", "checkpoints"])]
    raw: bool,
    /// With --raw: this entry alone, for whoever has its header in a bundle (repeatable)
    #[arg(long, value_name = "ENTRY", requires = "raw")]
    entry: Vec<String>,
    /// With --raw: without what entries say of people
    #[arg(long, requires = "raw")]
    redact: bool,
    /// Every stored checkpoint with its cosignatures, one JSON object a line
    #[arg(long, conflicts_with_all = ["kind", "author", "from", "to", "limit"])]
    checkpoints: bool,
}

pub fn run(context: &Context, command: &LogCommand) -> Result<Done> {
    let kind = command.kind.as_deref().map(kind).transpose()?;
    let moment =
        |when: &Option<String>, end| when.as_deref().map(|when| moment(when, end)).transpose();
    let (from, to) = (moment(&command.from, false)?, moment(&command.to, true)?);
    let session = context.open()?;
    if command.raw {
        return raw(context, &session, command);
    }
    if command.checkpoints {
        return checkpoints(&session);
    }
    let filter = LogFilter {
        kind,
        author: command
            .author
            .as_deref()
            .map(|name| session.people()?.find(name))
            .transpose()?,
        from,
        to,
        limit: command.limit,
    };
    let entries = session.view().filtered(&filter)?;
    listing(context, &session, &entries, "log")
}

fn kind(word: &str) -> Result<Kind> {
    Kind::parse(word).map_err(|_| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        crate::error::Error::usage(
            "unknown-kind",
            format!("there is no kind `{}`", word.escape_debug()),
        )
        .hint(known.join(", "))
    })
}

/// A day, or a moment; a day's end where it bounds from above.
fn moment(text: &str, end: bool) -> Result<i64> {
    if let Ok(time) = Time::parse(text) {
        return Ok(time.seconds());
    }
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(time.timestamp());
    }
    let day = Date::parse(text)?;
    let start = day.0.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    Ok(if end { start + 86_399 } else { start })
}

/// Entries as a listing, for `log` and `find`.
pub fn listing(
    context: &Context,
    session: &Session,
    entries: &[Entry],
    schema: &str,
) -> Result<Done> {
    let people = session.people()?;
    let mut fields = Vec::new();
    let mut rows = Vec::new();
    for entry in entries {
        let statement = session.proven(entry.seq)?;
        let header = statement.header();
        let line = describe::line(session, &statement, &people)?;
        if context.global.json {
            fields.push(json!({
                "seq": entry.seq, "id": header.id, "kind": header.kind, "author": people.name(&header.author),
                "made_at": header.made_at, "summary": line,
            }));
        } else {
            rows.push(vec![
                format!("#{}", entry.seq),
                header.id.short(),
                header.made_at.to_string(),
                output::plain(&people.name(&header.author)),
                output::plain(&line).replace('\n', " "),
            ]);
        }
    }
    if context.global.json {
        output::object(schema, json!({"entries": fields}))?;
    } else {
        output::data(&output::table(
            &["ENTRY", "ID", "MADE AT", "BY", "WHAT"],
            &rows,
        ))?;
    }
    Ok(Done::Yes)
}

fn part(part: Option<&Part>) -> Value {
    match part {
        Some(part) => json!({"salt": part.salt, "bytes": part.bytes}),
        None => Value::Null,
    }
}

/// docs/formats.md, section 13.
fn raw(context: &Context, session: &Session, command: &LogCommand) -> Result<Done> {
    let view = session.view();
    if !command.entry.is_empty() {
        for typed in &command.entry {
            let entry = context.entry(session, typed)?;
            if CARDS.contains(&Kind::parse(&entry.kind)?) {
                context.warn(&format!(
                    "#{} has its owner's key in it, encrypted to the owner: hand it to nobody who need not have it",
                    entry.seq
                ));
            }
            raw_line(&entry, command.redact)?;
        }
        return Ok(Done::Yes);
    }
    let mut next = 0;
    loop {
        let entries = view.entries(next, CHUNK)?;
        let Some(last) = entries.last() else {
            return Ok(Done::Yes);
        };
        next = last.seq + 1;
        for entry in &entries {
            raw_line(entry, command.redact)?;
        }
    }
}

fn raw_line(entry: &Entry, redact: bool) -> Result<()> {
    let personal = entry.personal.as_ref().filter(|_| !redact);
    let object = json!({
        "seq": entry.seq,
        "envelope": BASE64.encode(&entry.envelope),
        "facts": part(Some(&entry.facts)),
        "personal": part(personal),
    });
    output::data(&format!("{object}\n"))
}

fn checkpoints(session: &Session) -> Result<Done> {
    let (size, _) = session.head()?;
    for size in 1..=size {
        let note = session.note(size)?;
        output::data(&format!(
            "{}\n",
            json!({"size": size, "note": note.to_string()})
        ))?;
    }
    Ok(Done::Yes)
}
