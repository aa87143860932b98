//! `restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use super::progress;
use crate::crypto::words;
use crate::error::{Error, Result};
use crate::exchange::restore::{self, Restored};
use crate::ledger::AgainstPin;

/// `restore`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep restore acme-2026-11-21.tar --out acme.ledger")]
pub struct RestoreCommand {
    /// What `backup` made
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Into a new directory [default: the file's name with .ledger, here]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(context: &Context, command: &RestoreCommand) -> Result<Done> {
    let out = match &command.out {
        Some(out) => out.clone(),
        None => beside(&command.file)?,
    };
    fresh::check(&out)?;
    let bar = progress::bar(context, "verifying", "entries");
    let restored = restore::restore(
        &command.file,
        &out,
        |directory| context.open_any(directory),
        &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        },
    )?;
    bar.finish_and_clear();
    let warnings = warnings(&restored);
    for warning in &warnings {
        context.warn(warning);
    }
    if context.global.json {
        let (state, missing) = standing(&restored);
        output::object(
            "restore",
            json!({
                "directory": out, "ledger": restored.ledger, "code": words::spell(&restored.ledger),
                "checkpoint": {"size": restored.size, "root": restored.root},
                "signatures": restored.signatures, "digest": restored.file.digest,
                "pin": state, "missing": missing, "warnings": warnings,
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "restored {} entries: {}\nall good: {} signatures checked\n  ledger  {}\n  code    {}\n  root    {}\n",
        restored.size,
        out.display(),
        restored.signatures,
        restored.ledger,
        words::spell(&restored.ledger),
        restored.root,
    )))?;
    Ok(Done::Yes)
}

/// `NAME.ledger` in the current directory, for a file `NAME.tar`.
fn beside(file: &Path) -> Result<PathBuf> {
    match file.file_stem() {
        Some(name) => Ok(PathBuf::from(name).with_extension("ledger")),
        None => Err(Error::usage("not-a-file", "that names no file").hint("--out DIR")),
    }
}

/// How the backup stands to what the person has seen, as a word, and how much of that it lacks.
fn standing(restored: &Restored) -> (&'static str, u64) {
    match restored.pin {
        AgainstPin::Nothing => ("none", 0),
        AgainstPin::Continues => ("continues", 0),
        AgainstPin::Older { size, seen } => ("older", seen.saturating_sub(size)),
    }
}

fn warnings(restored: &Restored) -> Vec<String> {
    let mut warnings = Vec::new();
    match restored.pin {
        AgainstPin::Nothing => warnings.push(
            "you have no pin of this ledger here: compare the genesis code with another custodian by voice, and the size with what they have seen"
                .to_owned(),
        ),
        AgainstPin::Continues => {}
        AgainstPin::Older { size, seen } => warnings.push(format!(
            "THE BACKUP IS OLDER THAN WHAT YOU HAVE SEEN: entries #{size} to #{} are missing. Look for a newer copy first. What is entered here makes a fork of whatever has them, and your pin keeps you from opening this one until you put it aside",
            seen.saturating_sub(1)
        )),
    }
    warnings
}
