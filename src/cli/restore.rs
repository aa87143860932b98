//! `restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::backup::record;
use super::context::Context;
use super::fresh;
use super::looks;
use super::output::{self, Done};
use super::progress;
use crate::crypto::words;
use crate::error::{Error, Result};
use crate::exchange::compare::{self, Standing};
use crate::exchange::restore::{self, Restored};
use crate::exchange::staging::Staging;
use crate::ledger::{AgainstPin, Session};
use crate::statement::copies::RestoreTried;
use crate::statement::{Claim, Seen};

/// `restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep restore acme-2026-11-21.tar --out acme.ledger\n  rootkeep -L acme.ledger restore acme-2026-11-21.tar --drill"
)]
pub struct RestoreCommand {
    /// What `backup` made
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Into a new directory [default: the file's name with .ledger, here]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only try it: restore, verify, remove, and record in the ledger that it works
    #[arg(long, conflicts_with = "out")]
    drill: bool,
}

pub fn run(context: &Context, command: &RestoreCommand) -> Result<Done> {
    if command.drill {
        return drill(context, &command.file);
    }
    let out = match &command.out {
        Some(out) => out.clone(),
        None => beside(&command.file)?,
    };
    fresh::check(&out)?;
    let restored = restore(context, &command.file, &out)?;
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
                "head": {"size": restored.size, "root": restored.root},
                "signatures": restored.signatures, "digest": restored.file.digest,
                "pin": state, "missing": missing, "warnings": warnings,
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "restored {}: {}\nall good: {} checked\n  ledger  {}\n  code    {}\n  root    {}\n",
        output::count(restored.size, "entry", "entries"),
        out.display(),
        output::count(restored.signatures, "signature", "signatures"),
        restored.ledger,
        words::spell(&restored.ledger),
        restored.root,
    )))?;
    Ok(Done::Yes)
}

/// Restores a backup into a new directory.
fn restore(context: &Context, file: &Path, out: &Path) -> Result<Restored> {
    progress::verifying(context, |progress| {
        restore::restore(file, out, |made| context.open_any(made), progress)
    })
    .map_err(|error| looks::not_a_backup(error, file))
}

/// Restores a backup where nobody looks, holds it to the ledger that is in use, and records that.
fn drill(context: &Context, file: &Path) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let (restored, missing) = tried(context, &mut session, file)?;
    let claim = Claim::BackupConfirm(RestoreTried {
        at: Seen {
            size: restored.size,
            root: restored.root,
        },
        file: restored.file.digest,
    });
    let (entry, warnings) = record(context, &mut session, claim);
    if context.global.json {
        output::object(
            "restore.drill",
            json!({
                "ledger": restored.ledger, "head": {"size": restored.size, "root": restored.root},
                "signatures": restored.signatures, "digest": restored.file.digest, "missing": missing,
                "entry": entry.as_ref().map(output::entered_fields), "warnings": warnings,
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&format!(
        "the backup works: {}, {} checked; {} made since\n",
        output::count(restored.size, "entry", "entries"),
        output::count(restored.signatures, "signature", "signatures"),
        output::count(missing, "entry was", "entries were")
    ))?;
    Ok(Done::Yes)
}

/// Restores a backup where nobody looks and holds it to the ledger that is in use. What was restored, and
/// how many entries were made since.
pub fn tried(context: &Context, session: &mut Session, file: &Path) -> Result<(Restored, u64)> {
    let staging = Staging::anywhere()?;
    let out = staging.join("drill.ledger");
    let restored = restore(context, file, &out)?;
    let found = compare::heads(session.side()?, session.open_other(&out)?.side())?;
    let missing = match found.standing {
        Standing::Equal => 0,
        Standing::Ahead(entries) => entries,
        Standing::Behind(_) | Standing::Fork(_) => {
            return Err(Error::verification(
                "forked",
                "the backup has entries that this ledger lacks",
            )
            .hint("restore it into a directory of its own, and compare: rootkeep compare DIR"));
        }
    };
    Ok((restored, missing))
}

/// `NAME.ledger` in the current directory, for a file `NAME.tar`.
fn beside(file: &Path) -> Result<PathBuf> {
    match file.file_stem() {
        Some(name) => {
            let mut name = name.to_owned();
            name.push(".ledger");
            Ok(PathBuf::from(name))
        }
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

/// What follows from entries that are missing.
const OLDER: &str = "Look for a newer copy first. What is entered here makes a fork of whatever has them, and your pin keeps you from opening this one until you put it aside";

fn warnings(restored: &Restored) -> Vec<String> {
    let mut warnings = Vec::new();
    match restored.pin {
        AgainstPin::Nothing => warnings.push(
            "you have no pin of this ledger here: compare the genesis code with another custodian by voice, and the size with what they have seen"
                .to_owned(),
        ),
        AgainstPin::Continues => {}
        AgainstPin::Older { size, seen } if seen == size + 1 => warnings.push(format!(
            "THE BACKUP IS OLDER THAN WHAT YOU HAVE SEEN: entry #{size} is missing. {OLDER}"
        )),
        AgainstPin::Older { size, seen } => warnings.push(format!(
            "THE BACKUP IS OLDER THAN WHAT YOU HAVE SEEN: entries #{size} to #{} are missing. {OLDER}",
            seen.saturating_sub(1)
        )),
    }
    warnings
}
