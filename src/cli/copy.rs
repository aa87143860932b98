//! `copy`, `copy promote`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use super::progress;
use crate::error::{Error, Result};
use crate::exchange::copy;

/// `copy`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    override_usage = "rootkeep copy [OPTIONS] --out <DIR>\n       rootkeep copy promote [OPTIONS]",
    after_help = "Examples:\n  rootkeep copy --out /mnt/stick/acme.ledger\n  rootkeep help copy promote"
)]
pub struct CopyCommand {
    /// Into a new directory, or over an older copy
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<CopySubcommand>,
}

/// What else is done with a copy.
#[derive(Debug, Subcommand)]
enum CopySubcommand {
    /// In a copy: propose that it becomes the writer, as the writer's machine is lost
    #[command(
        after_help = "Examples:\n  rootkeep -L copy.ledger copy promote\n  rootkeep -L copy.ledger copy promote --with bob.key --with carol.key"
    )]
    Promote,
}

pub fn run(context: &Context, command: &CopyCommand) -> Result<Done> {
    match (&command.command, &command.out) {
        (Some(CopySubcommand::Promote), _) => promote(context),
        (None, Some(out)) => make(context, out),
        (None, None) => Err(Error::usage("out-needed", "where to?").hint("copy --out DIR")),
    }
}

fn make(context: &Context, out: &Path) -> Result<Done> {
    if out.symlink_metadata().is_err() {
        fresh::check(out)?;
    }
    let session = context.open()?;
    let made = progress::verifying(context, |progress| copy::make(&session, out, progress))?;
    if context.global.json {
        output::object(
            "copy",
            json!({
                "directory": out, "ledger": session.id(), "before": made.before,
                "head": {"size": made.size, "root": made.root},
            }),
        )?;
        return Ok(Done::Yes);
    }
    let what = match made.before {
        Some(before) if before == made.size => {
            "the copy was up to date, and was made again".to_owned()
        }
        Some(before) => format!("the copy of {before} entries was brought up to date"),
        None => "a read-only copy was made, and verified".to_owned(),
    };
    output::data(&output::plain(&format!(
        "{what}: {}\n  entries  {}\n  root     {}\n",
        out.display(),
        made.size,
        made.root
    )))?;
    Ok(Done::Yes)
}

fn promote(context: &Context) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let entered = session.promote()?;
    context
        .warn("make sure that the old writer writes no more: what it enters from now on is a fork");
    context.report(
        session,
        &entered,
        "proposed that this copy becomes the writer",
        json!({}),
    )
}
