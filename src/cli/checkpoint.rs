//! `checkpoint`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use crate::error::Result;
use crate::ledger::write_private_new;

/// `checkpoint`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep checkpoint --cosign --out today.checkpoint")]
pub struct CheckpointCommand {
    /// Add your own cosignature first
    #[arg(long)]
    cosign: bool,
    /// Into a new file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The verifier key of the log's own line instead of the checkpoint
    #[arg(long, conflicts_with_all = ["cosign", "out"])]
    vkey: bool,
}

pub fn run(context: &Context, command: &CheckpointCommand) -> Result<Done> {
    if let Some(path) = &command.out {
        fresh::check(path)?;
    }
    let session = if command.cosign {
        let mut session = context.open_to_act()?;
        session.cosign_head()?;
        session
    } else {
        context.open()?
    };
    if command.vkey {
        let keys = session.verifier_keys()?;
        if context.global.json {
            output::object(
                "checkpoint.vkeys",
                json!({"log": keys.log, "custodians": keys.custodians}),
            )?;
        } else {
            output::data(&format!("{}\n", keys.log))?;
            for key in &keys.custodians {
                output::data(&format!("{key}\n"))?;
            }
        }
        return Ok(Done::Yes);
    }
    let (size, root) = session.head()?;
    let note = session.note(size)?.to_string();
    if let Some(path) = &command.out {
        write_private_new(path, note.as_bytes())?;
    }
    if context.global.json {
        output::object(
            "checkpoint",
            json!({"checkpoint": {"size": size, "root": root}, "note": note}),
        )?;
    } else if command.out.is_none() {
        output::data(&note)?;
    } else {
        context.say(&format!("checkpoint of size {size} written"));
    }
    Ok(Done::Yes)
}
