//! `init`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::context::{Context, state_dir};
use super::fresh;
use super::output::{self, Done};
use crate::crypto::card::{Card, CardPersonal};
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::part::Part;
use crate::crypto::words;
use crate::error::{Error, Result};
use crate::ledger::{Founding, Opening, Session, SystemClock, found};
use crate::policy;
use crate::statement::founding::{Charter, Founder, PolicySettings};
use crate::statement::text::Text;

/// `init`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep -i alice.key init a.ledger --name Acme --threshold 2 --card alice.card --card bob.card"
)]
pub struct InitCommand {
    /// The ledger's directory, such as acme.ledger
    dir: PathBuf,
    /// What the ledger is called
    #[arg(long)]
    name: String,
    /// How many founders make a governance decision
    #[arg(long, value_name = "K")]
    threshold: u8,
    /// Every founder's card, yours among them (repeatable)
    #[arg(long, required = true, value_name = "FILE")]
    card: Vec<PathBuf>,
}

/// A threshold that nobody can meet, or a card that is there twice, by name.
fn check_numbers(command: &InitCommand, cards: &[(Card, Part, CardPersonal)]) -> Result<()> {
    let mut seen: Vec<(&Id, &PathBuf)> = Vec::new();
    for ((card, ..), path) in cards.iter().zip(&command.card) {
        if let Some((_, other)) = seen.iter().find(|(id, _)| **id == card.id) {
            return Err(Error::refused(
                "malformed",
                format!("{} is the same card as {}", path.display(), other.display()),
            )
            .hint("name each founder's card once: one person holds one card"));
        }
        seen.push((&card.id, path));
    }
    let threshold = usize::from(command.threshold);
    if cards.len() >= 2 && threshold > cards.len() {
        return Err(Error::refused(
            "malformed",
            format!(
                "{threshold} of {} founders can never agree: there are not so many",
                cards.len()
            ),
        )
        .hint(format!("--threshold K, with K from 2 to {}", cards.len())));
    }
    Ok(())
}

/// What needs no key to be refused: the rule on founders, and a card of one's own that is missing.
fn check(threshold: u8, cards: &[(Card, Part, CardPersonal)], identity: &Path) -> Result<()> {
    let founders: Vec<Founder> = cards
        .iter()
        .map(|(card, ..)| Founder {
            card: Base64(card.envelope().to_vec()),
        })
        .collect();
    if let Some((first, ..)) = cards.first() {
        // Nonce and log key are drawn later; the rule on founders does not look at them.
        policy::founders_cards(&Charter {
            nonce: Digest([0; 32]),
            log_key: first.sign,
            threshold,
            founders,
            policy: PolicySettings::default(),
        })?;
    }
    let beside = identity.with_extension("card");
    if beside.exists() {
        let (own, ..) = super::card::read(&beside)?;
        if cards.iter().all(|(card, ..)| card.id != own.id) {
            return Err(Error::usage(
                "own-card-missing",
                format!("your own card, {}, is not among them", beside.display()),
            )
            .hint(format!("add --card {}", beside.display())));
        }
    }
    Ok(())
}

pub fn run(context: &Context, command: &InitCommand) -> Result<Done> {
    let name = Text::new(command.name.clone())?;
    fresh::check(&command.dir)?;
    let mut cards = Vec::new();
    for path in &command.card {
        cards.push(super::card::read(path)?);
    }
    let path = context.identity_path()?;
    check_numbers(command, &cards)?;
    check(command.threshold, &cards, &path)?;
    let (identity, host) = context.unlock(&path)?;
    if context.terminal.interactive {
        output::talk("Each founder reads the fingerprint of their own card aloud:");
        for (card, _, personal) in &cards {
            output::talk(&format!(
                "  {:<20} {}",
                output::plain(&personal.name),
                card.words()
            ));
        }
        context
            .terminal
            .confirm("Have you heard each of these from the person?")?;
    }
    let founders: Vec<String> = cards
        .iter()
        .map(|(_, _, personal)| personal.name.clone())
        .collect();
    let id = found(Founding {
        directory: &command.dir,
        name,
        threshold: command.threshold,
        cards,
        identity: &identity,
        host: &host,
        state_dir: state_dir(),
        clock: &SystemClock,
    })?;
    let code = words::spell(&id);
    if context.global.json {
        let session = Session::open(
            &command.dir,
            Opening {
                identity,
                host,
                state_dir: state_dir(),
                card: context.global.own_card.clone(),
                clock: Box::new(SystemClock),
            },
        )?;
        let (size, root) = session.head()?;
        let genesis = session.proven(0)?;
        output::object(
            "init",
            json!({
                "id": genesis.header().id, "seq": 0, "kind": genesis.header().kind, "leaf": genesis.leaf(),
                "effective": false, "needs": founders.len().saturating_sub(1),
                "checkpoint": {"size": size, "root": root},
                "ledger": id, "code": code, "directory": command.dir.display().to_string(),
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&format!(
        "founded {} in {}\n",
        output::plain(&command.name),
        command.dir.display()
    ))?;
    output::data(&format!("genesis code: {code}\n"))?;
    context.say(&format!(
        "Read the genesis code aloud to every other founder. Each of them then runs\n  rootkeep -L {} -i THEIR.key sign genesis\nand types it. The ledger is active once all {} have signed.",
        command.dir.display(),
        founders.len()
    ));
    Ok(Done::Yes)
}
