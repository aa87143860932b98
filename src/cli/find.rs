//! `find`.

use clap::Args;

use super::context::Context;
use super::log;
use super::output::Done;
use crate::error::{Error, Result};

/// `find`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep find \"support plan\"")]
pub struct FindCommand {
    /// What to look for, in any case
    text: String,
    /// Only the newest so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u64,
}

pub fn run(context: &Context, command: &FindCommand) -> Result<Done> {
    if command.text.trim().is_empty() {
        return Err(Error::usage("empty-text", "look for what?"));
    }
    let session = context.open()?;
    let found = session.view().containing(&command.text, command.limit)?;
    if found.is_empty() {
        return Err(Error::not_found(
            "nothing-found",
            format!("no entry contains `{}`", command.text.escape_debug()),
        ));
    }
    log::listing(context, &session, &found, "find")
}
