//! `print script`: a runbook to be performed, or a ceremony as it was recorded.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::imprint::Foot;
use super::onto::{Onto, not_drawn, notices};
use super::performed;
use crate::cli::ceremony::room::Room;
use crate::cli::ceremony::show;
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::{fresh, runbook};
use crate::error::{Error, Result};
use crate::ledger::{Session, write_private_new};
use crate::present::print::script::{self, Script};
use crate::present::print::{Paper, Printed, annotated};
use crate::state::records::read;
use crate::state::runbooks::RunbookRecord;
use crate::statement::text::Name;

/// What a printer's queue shows of it.
const TITLE: &str = "Script of a ceremony";

/// `print script`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep print script lost-mfa --out lost-mfa.pdf\n  rootkeep print script 4eb276f8 --out performed.pdf --proof performed.tlog-proof"
)]
pub struct PrintScript {
    /// A runbook: its version in effect; or the id of a ceremony
    #[arg(value_name = "RUNBOOK|CEREMONY")]
    what: String,
    /// Of a ceremony: the log's proof into a new file too (C2SP tlog-proof)
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    #[command(flatten)]
    onto: Onto,
}

/// A script that is drawn.
struct Drawn {
    printed: Printed,
    /// What it is, for people.
    called: String,
    /// What it is, for scripts.
    fields: Value,
    /// The log's proof, of a ceremony.
    proof: Option<String>,
    /// What to type next.
    next: String,
}

pub fn run(context: &Context, command: &PrintScript) -> Result<Done> {
    let target = command.onto.target()?;
    if let Some(proof) = &command.proof {
        fresh::check(proof)?;
        if target.is_file(proof) {
            return Err(Error::usage(
                "same-file",
                "script and proof can't be in one file",
            ));
        }
    }
    let paper = command.onto.paper();
    let session = context.open()?;
    let drawn = match in_effect(&session, &command.what)? {
        Some(since) => before(&session, &command.what, since, paper)?,
        None => after(&session, &find(context, &session, &command.what)?, paper)?,
    };
    if let Some(file) = &command.proof {
        write_proof(file, &drawn)?;
    }
    target.deliver(TITLE, paper, &drawn.printed)?;
    let warnings = notices(&drawn.printed);
    for warning in &warnings {
        context.warn(warning);
    }
    if context.global.json {
        let fields = json!({
            "pages": drawn.printed.pages, "warnings": warnings, "proof_file": command.proof,
        });
        let fields = output::merge(drawn.fields, fields);
        output::object("print.script", output::merge(fields, target.fields()))?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "{}, {} pages: {}\n",
        drawn.called,
        drawn.printed.pages,
        target.done()
    )))?;
    if let Some(file) = &command.proof {
        output::data(&output::plain(&format!(
            "its proof: written to {} (only you can read it)\n",
            file.display()
        )))?;
    }
    context.say(&drawn.next);
    Ok(Done::Yes)
}

/// The entry that put a runbook's newest version in effect, where there is such a runbook.
fn in_effect(session: &Session, typed: &str) -> Result<Option<u64>> {
    let Ok(name) = Name::new(typed) else {
        return Ok(None);
    };
    let record = read::<RunbookRecord>(&session.view(), name.as_str())?;
    Ok(record.and_then(|record| record.versions.last().map(|version| version.since)))
}

fn find(context: &Context, session: &Session, typed: &str) -> Result<Room> {
    Room::find(context, session, typed).map_err(|error| match error.code() {
        "no-entry" => Error::not_found(
            "no-script",
            format!(
                "there is no runbook in effect, and no ceremony, called `{}`",
                typed.escape_debug()
            ),
        )
        .hint("rootkeep runbook list; rootkeep ceremony list"),
        _ => error,
    })
}

fn before(session: &Session, typed: &str, since: u64, paper: Paper) -> Result<Drawn> {
    let (facts, runbook) = runbook::in_effect(session, typed)?;
    let foot = Foot::new(session)?.of_entry(since);
    let script = Script {
        runbook: &runbook,
        version: facts.version,
        since: &format!("entry #{since}"),
    };
    Ok(Drawn {
        printed: script::draw(&script, &foot.imprint(), paper).map_err(not_drawn)?,
        called: format!("script of {} version {}", facts.runbook, facts.version),
        fields: json!({
            "runbook": facts.runbook, "version": facts.version, "digest": facts.file,
            "ceremony": null, "state": null, "proof": null,
        }),
        proof: None,
        next: format!(
            "When you are in the room: rootkeep ceremony start {}",
            facts.runbook
        ),
    })
}

fn after(session: &Session, room: &Room, paper: Paper) -> Result<Drawn> {
    let record = &room.record;
    let ceremony = performed::gather(session, room)?;
    let foot = Foot::new(session)?.of_entry(record.index);
    let id = record.id.short();
    let next = if record.finished.is_some() {
        format!("To check it against the log: rootkeep ceremony show {id}")
    } else {
        format!("It is not the last word: {}", show::next(room))
    };
    Ok(Drawn {
        printed: annotated::draw(&ceremony, &foot.imprint(), paper).map_err(not_drawn)?,
        called: format!(
            "record of the ceremony {id} ({} version {}), {}",
            record.runbook,
            record.version,
            show::state(record)
        ),
        fields: json!({
            "runbook": record.runbook, "version": record.version, "digest": record.file,
            "ceremony": record.id, "state": show::state(record),
            "proof": {"seq": ceremony.proof.seq, "leaf": ceremony.proof.leaf},
        }),
        proof: Some(ceremony.proof.text),
        next,
    })
}

fn write_proof(file: &Path, drawn: &Drawn) -> Result<()> {
    let proof = drawn.proof.as_ref().ok_or_else(|| {
        Error::usage(
            "no-proof",
            "a script that is yet to be performed has no proof",
        )
        .hint("leave --proof out; or name a ceremony: rootkeep ceremony list")
    })?;
    write_private_new(file, proof.as_bytes())
}
