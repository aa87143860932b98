//! `shares export`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::{Session, write_private_new};
use crate::present::describe;

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

/// A share's file name with the secret's name in the place of its id. `/` and `:` are none for files;
/// what stands for them is in no name, so that no two secrets share one.
fn file_name(session: &Session, name: &str) -> Result<String> {
    let damaged = || Error::failed("internal", "a share's file has no secret's id in its name");
    let (secret, rest) = name.split_once('-').ok_or_else(damaged)?;
    let secret = describe::secret_name(session, &Id::parse(secret)?)?;
    Ok(format!(
        "{}-{rest}",
        secret.replace('/', "_").replace(':', ".")
    ))
}

pub fn run(context: &Context, command: SharesCommand) -> Result<Done> {
    let SharesCommand::Export { out } = command;
    if !out.is_dir() {
        fresh::check(&out)?;
    }
    let session = context.open()?;
    let mut files = session
        .own_shares()?
        .into_iter()
        .map(|(name, bytes)| Ok((file_name(&session, &name)?, bytes)))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
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
