//! `find`.

use clap::Args;

use super::context::Context;
use super::log;
use super::output::Done;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::store::Entry;

/// `find`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep find \"support plan\"\n  rootkeep find alice")]
pub struct FindCommand {
    /// What to look for, in any case: a text, or the name of a custodian
    text: String,
    /// Only the newest so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u64,
}

/// The entries that have brought the cards of people with such a name or contact: these stand in base64 there.
fn enrolled(session: &Session, text: &str) -> Result<Vec<Entry>> {
    let text = text.to_lowercase();
    let has = |word: &str| word.to_lowercase().contains(&text);
    let view = session.view();
    let mut found = Vec::new();
    for (_, custodian, card) in session.people()?.iter() {
        let named =
            card.is_some_and(|card| has(&card.name) || card.contact.as_deref().is_some_and(has));
        if named {
            found.extend(view.entry_by_hash(&custodian.enrolment)?);
        }
    }
    Ok(found)
}

pub fn run(context: &Context, command: &FindCommand) -> Result<Done> {
    if command.text.trim().is_empty() {
        return Err(Error::usage("empty-text", "look for what?"));
    }
    let session = context.open()?;
    let mut found = session.view().containing(&command.text, command.limit)?;
    found.extend(enrolled(&session, &command.text)?);
    found.sort_by_key(|entry| entry.seq);
    found.dedup_by_key(|entry| entry.seq);
    let limit = usize::try_from(command.limit).unwrap_or(usize::MAX);
    found.drain(..found.len().saturating_sub(limit));
    if found.is_empty() {
        return Err(Error::not_found(
            "nothing-found",
            format!("no entry contains `{}`", command.text.escape_debug()),
        ));
    }
    log::listing(context, &session, &found, "find")
}
