//! `runbook …`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::exchange::runbook::{LIMIT, Runbook};
use crate::ledger::{Session, read_bounded, write_private_new};
use crate::present::runbooks as present;
use crate::state::records::{list as records, read};
use crate::state::rules::Proposal;
use crate::state::runbooks::RunbookRecord;
use crate::statement::Claim;
use crate::statement::drills::Noted;
use crate::statement::runbooks::AddRunbook;
use crate::statement::text::{Name, Text};

/// `runbook …`.
#[derive(Debug, Subcommand)]
pub enum RunbookCommand {
    /// Propose a runbook, or its next version, from a TOML file; it counts once governance has signed
    #[command(
        after_help = "Examples:\n  rootkeep runbook add lost-mfa.toml\n  rootkeep runbook add lost-mfa.toml --note \"The desk in Tokyo is asked first\""
    )]
    Add {
        /// The file, at most 256 KiB
        file: PathBuf,
        /// What is new in it, for those who sign
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Read a file as `add` would, without a ledger
    #[command(after_help = "Examples:\n  rootkeep runbook check lost-mfa.toml")]
    Check {
        /// The file
        file: PathBuf,
    },
    /// Every version in effect, and what waits for governance
    #[command(after_help = "Examples:\n  rootkeep runbook list")]
    List,
    /// A runbook as a script, or its file
    #[command(
        after_help = "Examples:\n  rootkeep runbook show lost-mfa --version 1 --out lost-mfa.toml\n  rootkeep runbook show 4eb276f8"
    )]
    Show {
        /// What it is called: the version in effect; or the id of what proposed a version
        #[arg(value_name = "RUNBOOK")]
        runbook: String,
        /// An earlier version
        #[arg(long = "version", value_name = "N")]
        number: Option<u32>,
        /// Its file, as it was added, into a new file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub fn run(context: &Context, command: &RunbookCommand) -> Result<Done> {
    match command {
        RunbookCommand::Add { file, note } => add(context, file, note.as_deref()),
        RunbookCommand::Check { file } => check(context, file),
        RunbookCommand::List => list(context),
        RunbookCommand::Show {
            runbook,
            number,
            out,
        } => show(context, runbook, *number, out.as_deref()),
    }
}

fn read_file(file: &Path) -> Result<(Runbook, Vec<u8>)> {
    let bytes = read_bounded(file, u64::try_from(LIMIT).unwrap_or(u64::MAX))?;
    let runbook = Runbook::parse(&bytes, &file.display().to_string())?;
    Ok((runbook, bytes))
}

fn add(context: &Context, file: &Path, note: Option<&str>) -> Result<Done> {
    let (runbook, bytes) = read_file(file)?;
    let note = note.map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let record = read::<RunbookRecord>(&session.view(), runbook.name.as_str())?;
    let facts = AddRunbook {
        runbook: runbook.name.clone(),
        version: record.unwrap_or_default().next(),
        file: runbook.digest(),
    };
    let headline = format!("proposed version {} of {}", facts.version, facts.runbook);
    let fields = json!({"runbook": facts.runbook, "version": facts.version, "file": facts.file});
    let claim = Claim::RunbookAdd(facts, Some(Noted { note }));
    let entered = session.enter(claim, vec![bytes])?;
    context.report(session, &entered, &headline, fields)
}

fn check(context: &Context, file: &Path) -> Result<Done> {
    let (runbook, _) = read_file(file)?;
    if context.global.json {
        output::object("runbook.check", script(&runbook))?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "{} is a runbook, {}: {} roles, {} steps\n",
        file.display(),
        runbook.name,
        runbook.roles.len(),
        runbook.steps.len()
    )))?;
    Ok(Done::Yes)
}

/// A version of a runbook in a ledger.
struct Found {
    facts: AddRunbook,
    id: Id,
    seq: u64,
    /// The entry that put it in effect; nothing where it waits, or was never in effect.
    since: Option<u64>,
    state: &'static str,
}

impl Found {
    fn fields(&self) -> Value {
        json!({
            "runbook": self.facts.runbook, "version": self.facts.version, "file": self.facts.file,
            "id": self.id, "seq": self.seq, "state": self.state, "since": self.since,
        })
    }
}

/// What an entry proposes, read from its envelope, and what became of it.
fn found(session: &Session, leaf: &Digest) -> Result<Found> {
    let entry = session.find_entry(&leaf.to_string())?;
    let statement = session.proven(entry.seq)?;
    let Claim::RunbookAdd(facts, _) = statement.claim() else {
        return Err(
            Error::not_found("no-runbook", format!("#{} proposes no runbook", entry.seq))
                .hint("rootkeep runbook list"),
        );
    };
    let view = session.view();
    let versions = read::<RunbookRecord>(&view, facts.runbook.as_str())?
        .unwrap_or_default()
        .versions;
    let published = versions.iter().find(|version| version.leaf == *leaf);
    let waits = read::<Proposal>(&view, &leaf.to_string())?.is_some();
    let newest = versions.last().map(|version| version.leaf);
    Ok(Found {
        facts: facts.clone(),
        id: statement.header().id,
        seq: entry.seq,
        since: published.map(|version| version.since),
        state: match published {
            Some(_) if newest == Some(*leaf) => "in-effect",
            Some(_) => "superseded",
            None if waits => "waiting",
            None => "over",
        },
    })
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let view = session.view();
    let mut all = Vec::new();
    for (_, record) in records::<RunbookRecord>(&view, "")? {
        if let Some(last) = record.versions.last() {
            all.push(found(&session, &last.leaf)?);
        }
    }
    for (leaf, proposal) in records::<Proposal>(&view, "")? {
        if proposal.kind == "runbook.add" {
            all.push(found(&session, &Digest::parse(&leaf)?)?);
        }
    }
    all.sort_by_key(|found| (found.facts.runbook.clone(), found.facts.version, found.seq));
    if context.global.json {
        let fields: Vec<Value> = all.iter().map(Found::fields).collect();
        output::object("runbook.list", json!({"runbooks": fields}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|found| {
            vec![
                found.facts.runbook.to_string(),
                found.facts.version.to_string(),
                match found.since {
                    Some(seq) => format!("in effect since #{seq}"),
                    None => "waits for governance".to_owned(),
                },
                found.id.short(),
                found.facts.file.to_string(),
            ]
        })
        .collect();
    output::data(&output::table(
        &["RUNBOOK", "VERSION", "STATE", "ID", "FILE"],
        &rows,
    ))?;
    Ok(Done::Yes)
}

/// The version that somebody means.
fn meant(context: &Context, session: &Session, typed: &str, number: Option<u32>) -> Result<Found> {
    let record = match Name::new(typed) {
        Ok(name) => read::<RunbookRecord>(&session.view(), name.as_str())?,
        Err(_) => None,
    };
    let Some(record) = record else {
        let entry = context.entry(session, typed).map_err(|error| {
            Error::not_found(
                "no-runbook",
                format!("there is no runbook `{}`", typed.escape_debug()),
            )
            .because(error)
            .hint("rootkeep runbook list")
        })?;
        return found(session, &entry.hash);
    };
    let version = match number {
        None => record.versions.last(),
        Some(number) => usize::try_from(number)
            .ok()
            .and_then(|number| number.checked_sub(1))
            .and_then(|place| record.versions.get(place)),
    };
    let version = version.ok_or_else(|| {
        Error::not_found(
            "no-version",
            format!("this version of {typed} was never in effect"),
        )
        .hint("what waits is shown by its id: rootkeep runbook list")
    })?;
    found(session, &version.leaf)
}

fn show(context: &Context, typed: &str, number: Option<u32>, out: Option<&Path>) -> Result<Done> {
    out.map(fresh::check).transpose()?;
    let session = context.open()?;
    let found = meant(context, &session, typed, number)?;
    let bytes = file(&session, &found.facts.file)?;
    let called = format!("{} version {}", found.facts.runbook, found.facts.version);
    if let Some(out) = out {
        write_private_new(out, &bytes)?;
        if context.global.json {
            let out = json!({"out": out.display().to_string()});
            output::object("runbook.out", output::merge(found.fields(), out))?;
        } else {
            output::data(&output::plain(&format!(
                "{called} ({}) is in {}\n",
                found.state,
                out.display()
            )))?;
        }
        return Ok(Done::Yes);
    }
    let runbook = Runbook::parse(&bytes, &called)?;
    if runbook.name != found.facts.runbook {
        return Err(Error::verification(
            "other-runbook",
            format!("the file of {called} calls itself {}", runbook.name),
        ));
    }
    if context.global.json {
        let fields = output::merge(found.fields(), script(&runbook));
        output::object("runbook", fields)?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "{}\n{called}, {}\nfile {}\n",
        present::text(&runbook),
        found.state,
        found.facts.file
    )))?;
    Ok(Done::Yes)
}

fn file(session: &Session, digest: &Digest) -> Result<Vec<u8>> {
    session.view().blob(digest)?.ok_or_else(|| {
        Error::verification("blob-missing", "the runbook's file is not in the ledger")
    })
}

/// A runbook by the digest of its file; `called` is what errors call it.
///
/// # Errors
/// Verification, code `blob-missing`; usage, where it is no runbook.
pub fn by_file(session: &Session, digest: &Digest, called: &str) -> Result<Runbook> {
    Runbook::parse(&file(session, digest)?, called)
}

/// The version of a runbook that is in effect.
///
/// # Errors
/// Not found, code `no-runbook`; as [`by_file`].
pub fn in_effect(session: &Session, typed: &str) -> Result<(AddRunbook, Runbook)> {
    let record = match Name::new(typed) {
        Ok(name) => read::<RunbookRecord>(&session.view(), name.as_str())?,
        Err(_) => None,
    };
    let version = record.and_then(|record| record.versions.last().cloned());
    let version = version.ok_or_else(|| {
        Error::not_found(
            "no-runbook",
            format!(
                "no version of a runbook `{}` is in effect",
                typed.escape_debug()
            ),
        )
        .hint("rootkeep runbook list; rootkeep runbook add FILE")
    })?;
    let found = found(session, &version.leaf)?;
    let called = format!("{} version {}", found.facts.runbook, found.facts.version);
    let runbook = by_file(session, &found.facts.file, &called)?;
    Ok((found.facts, runbook))
}

/// What is in a file.
fn script(runbook: &Runbook) -> Value {
    json!({
        "name": runbook.name,
        "title": runbook.title,
        "scenario": runbook.scenario,
        "written": runbook.written,
        "aws_confirmed": runbook.aws_confirmed,
        "sources": runbook.sources,
        "before": runbook.before,
        "roles": runbook.roles.iter().map(|role| json!({
            "id": role.id, "who": role.who, "people": role.people, "apart_from": role.apart_from,
        })).collect::<Vec<_>>(),
        "steps": runbook.steps.iter().map(|step| json!({
            "id": step.id, "by": step.by, "do": step.act, "observe": step.observe,
            "record": step.record.iter().map(|value| json!({"id": value.id, "what": value.what})).collect::<Vec<_>>(),
            "stop": step.stop,
        })).collect::<Vec<_>>(),
    })
}
