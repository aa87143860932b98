//! `card show`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::card;
use crate::error::Result;
use crate::ledger::read_bounded;

/// `card …`.
#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Speak a card's fingerprint in words
    Show {
        /// The card
        file: PathBuf,
    },
}

pub fn run(context: &Context, command: &CardCommand) -> Result<Done> {
    let CardCommand::Show { file } = command;
    let (card, _, personal) = card::read_file(&read_bounded(file, 1 << 20)?)?;
    if context.global.json {
        output::object(
            "card",
            json!({
                "id": card.id,
                "name": personal.name,
                "contact": personal.contact,
                "timezone": personal.timezone,
                "recipient": card.recipient.as_str(),
                "fingerprint": card.words(),
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&format!(
        "claims to be {}\nrecipient     {}\nfingerprint   {}\n",
        output::plain(&personal.name),
        card.recipient,
        card.words()
    ))?;
    context
        .say("Let the person read you these words by voice. If one differs, it is not their card.");
    Ok(Done::Yes)
}
