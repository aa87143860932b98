//! `card show`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::card::{self, Card, CardPersonal};
use crate::crypto::part::Part;
use crate::error::Result;
use crate::ledger::read_bounded;

/// `card …`.
#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Speak a card's fingerprint in words
    #[command(after_help = "Examples:\n  rootkeep card show bob.card")]
    Show {
        /// The card
        file: PathBuf,
    },
}

/// Reads the card in a file; an error says which file.
pub fn read(path: &Path) -> Result<(Card, Part, CardPersonal)> {
    card::read_file(&read_bounded(path, 1 << 20)?).map_err(|error| {
        error
            .because(format!("it was read from {}", path.display()))
            .hint("a card is the NAME.card that `rootkeep identity new` writes")
    })
}

pub fn run(context: &Context, command: &CardCommand) -> Result<Done> {
    let CardCommand::Show { file } = command;
    let (card, _, personal) = read(file)?;
    if context.global.json {
        output::object(
            "card.show",
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
