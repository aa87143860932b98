//! `recover`: share words to key, without any ledger.

use std::io::{IsTerminal, Read};

use clap::Args;
use serde_json::json;
use zeroize::Zeroizing;

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::slip39::{self, Mnemonic};
use crate::error::{Error, Result};

/// The most that is read.
const LIMIT: u64 = 1 << 20;

/// `recover`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep recover < words.txt")]
pub struct RecoverCommand {}

pub fn run(context: &Context, _command: &RecoverCommand) -> Result<Done> {
    if std::io::stdin().is_terminal() {
        output::talk("Type each share's 33 words on a line of its own; Ctrl-D ends.");
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(LIMIT + 1)
        .read_to_string(&mut text)
        .map_err(|error| {
            Error::usage("bad-share", "what came on standard input is not text").because(error)
        })?;
    if u64::try_from(text.len()).map_or(true, |length| length > LIMIT) {
        return Err(Error::usage(
            "too-much-input",
            format!("more than {LIMIT} bytes came on standard input"),
        )
        .hint("one share of 33 words a line, and nothing else"));
    }
    let mut shares = Vec::new();
    for (number, line) in text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
    {
        let share = Mnemonic::parse_typed(line).map_err(|error| {
            Error::verification(
                "bad-share",
                format!("share {} is not a SLIP-39 share", number + 1),
            )
            .because(error)
        })?;
        shares.push(share);
    }
    if shares.is_empty() {
        return Err(
            Error::usage("no-shares", "no shares came on standard input")
                .hint("one share of 33 words a line"),
        );
    }
    let combined = slip39::combine(&shares).map_err(|error| {
        Error::verification("cannot-combine", "these shares do not give a key").because(error)
    })?;
    for wrong in &combined.wrong {
        context.warn(&wrong.to_string());
    }
    let hex = combined.key.to_hex();
    if context.global.json {
        let wrong: Vec<String> = combined.wrong.iter().map(ToString::to_string).collect();
        output::object(
            "recover",
            json!({"key": hex.expose(), "shares": shares.len(), "wrong": wrong}),
        )?;
    } else {
        output::data(&format!("{}\n", hex.expose()))?;
        context.say("This is the passphrase of the secret's payload: age -d payload.age");
    }
    Ok(Done::Yes)
}
