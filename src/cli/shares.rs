//! `shares export`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use crate::error::{Error, Result};
use crate::ledger::write_private_new;

/// `shares …`.
#[derive(Debug, Subcommand)]
pub enum SharesCommand {
    /// Write your own encrypted shares, and the payloads under them, as age files
    #[command(after_help = "Examples:\n  rootkeep shares export --out my-shares")]
    Export {
        /// A directory; made where it is missing
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

pub fn run(context: &Context, command: SharesCommand) -> Result<Done> {
    let SharesCommand::Export { out } = command;
    if !out.is_dir() {
        fresh::check(&out)?;
    }
    let session = context.open()?;
    let files = session.own_shares()?;
    if files.is_empty() {
        return Err(Error::not_found(
            "no-shares",
            "you hold no share of any secret",
        ));
    }
    std::fs::create_dir_all(&out).map_err(|error| {
        Error::failed("cannot-write", format!("cannot make {}", out.display())).because(error)
    })?;
    // All or none: an export that stops half-way would pass for a whole one.
    for (name, _) in &files {
        fresh::check(&out.join(name))?;
    }
    for (name, bytes) in &files {
        write_private_new(&out.join(name), bytes)?;
    }
    if context.global.json {
        let names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
        output::object("shares.export", json!({"files": names}))?;
    } else {
        output::data(&format!("{} files in {}\n", files.len(), out.display()))?;
        context.say("The shares are encrypted to your identity: age -d -i YOUR.key SHARE.age shows the words.");
    }
    Ok(Done::Yes)
}
