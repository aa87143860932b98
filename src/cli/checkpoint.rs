//! `checkpoint`.

pub mod timestamp;
mod witness;

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use crate::crypto::fixed::Digest;
use crate::crypto::paper_pin::PaperPin;
use crate::crypto::secret::SecretText;
use crate::error::{Error, Result};
use crate::ledger::{Session, write_private_new};
use crate::present::{describe, qr};
use crate::statement::Claim;

/// `checkpoint`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep checkpoint --cosign --out today.checkpoint\n  rootkeep checkpoint --timestamp-query log.tsq"
)]
pub struct CheckpointCommand {
    /// Add your own cosignature first
    #[arg(long)]
    cosign: bool,
    /// Into a new file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The checkpoint of so many entries [default: of all]
    #[arg(long, value_name = "N", conflicts_with_all = ["cosign", "mode"])]
    at: Option<u64>,
    /// A pin for paper instead: words, and a QR code of them, for `verify --against-words`
    #[arg(long, group = "mode", conflicts_with = "out")]
    words: bool,
    /// The verifier key of the log's own line instead of the checkpoint
    #[arg(long, group = "mode", conflicts_with_all = ["cosign", "out"])]
    vkey: bool,
    /// A query for a time-stamp (RFC 3161), into a new file, to be carried to an authority
    #[arg(long, group = "mode", value_name = "FILE", conflicts_with_all = ["cosign", "out"])]
    timestamp_query: Option<PathBuf>,
    /// Check what the authority has answered, and record it
    #[arg(long, group = "mode", value_name = "FILE", conflicts_with_all = ["cosign", "out"])]
    timestamp_response: Option<PathBuf>,
    /// The newest time-stamp's token, into a new file, for `openssl ts -verify`
    #[arg(long, group = "mode", value_name = "FILE", conflicts_with_all = ["cosign", "out"])]
    timestamp_token: Option<PathBuf>,
    /// What an outside witness is asked with: the body of an add-checkpoint request (C2SP tlog-witness)
    #[arg(long, group = "mode", conflicts_with_all = ["cosign", "out"])]
    request: bool,
    /// So many entries the witness has seen [default: as its last cosignature here says]
    #[arg(long, value_name = "N", requires = "request")]
    old: Option<u64>,
    /// Check what an outside witness has answered, and record it
    #[arg(long, group = "mode", value_name = "FILE", requires = "witness", conflicts_with_all = ["cosign", "out"])]
    cosignature: Option<PathBuf>,
    /// The verifier key that the witness publishes
    #[arg(long, value_name = "VKEY")]
    witness: Option<String>,
}

pub fn run(context: &Context, command: &CheckpointCommand) -> Result<Done> {
    let outside = [&command.timestamp_query, &command.timestamp_token];
    for path in outside.into_iter().chain([&command.out]).flatten() {
        fresh::check(path)?;
    }
    if let Some(path) = &command.timestamp_query {
        return timestamp::query(context, path);
    }
    if let Some(path) = &command.timestamp_response {
        return timestamp::response(context, path);
    }
    if let Some(path) = &command.timestamp_token {
        return timestamp::token(context, path);
    }
    if command.request {
        return witness::request(context, command.witness.as_deref(), command.old);
    }
    if let Some(path) = &command.cosignature {
        return witness::cosignature(context, command.witness.as_deref(), path);
    }
    if command.witness.is_some() {
        return Err(Error::usage(
            "missing",
            "a witness is asked with --request, and its answer brought with --cosignature FILE",
        ));
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
    let (mut size, mut root) = session.head()?;
    if command.words {
        let words = PaperPin::new(&session.id(), size, root).words();
        return print_words(context, &session, (size, &root), &words);
    }
    if let Some(at) = command.at {
        let note = session.note(at)?;
        (size, root) = (at, Digest((*note.unverified().root()).into()));
    }
    let note = session.note(size)?.to_string();
    if let Some(path) = &command.out {
        write_private_new(path, note.as_bytes())?;
    }
    if context.global.json {
        output::object(
            "checkpoint",
            json!({
                "checkpoint": {"size": size, "root": root}, "note": note,
                "timestamp": timestamp::newest(&session)?, "witnesses": witness::newest(&session)?,
            }),
        )?;
        return Ok(Done::Yes);
    }
    let outside = [timestamp::line(&session)?, witness::line(&session)?];
    for line in outside.iter().flatten() {
        context.say(line);
    }
    let entries = output::count(size, "entry", "entries");
    if command.cosign {
        context.say(&format!(
            "you have cosigned the checkpoint of {entries}; the ledger keeps that"
        ));
    }
    if let Some(path) = &command.out {
        let path = path.display();
        context.say(&format!(
            "the checkpoint of {entries} is in {path}: kept elsewhere, it shows whether the ledger still goes on from there: rootkeep verify --against {path}"
        ));
    } else {
        if command.cosign {
            context.say(
                "to keep it elsewhere, or to hand it on: --out FILE; this is what would be in it:",
            );
        }
        output::data(&note)?;
    }
    Ok(Done::Yes)
}

/// Words in numbered lines, to be written down, and the same words as a QR code.
fn print_words(
    context: &Context,
    session: &Session,
    (size, root): (u64, &Digest),
    words: &str,
) -> Result<Done> {
    if context.global.json {
        output::object(
            "checkpoint.words",
            json!({"checkpoint": {"size": size, "root": root}, "words": words}),
        )?;
        return Ok(Done::Yes);
    }
    let ground = if std::io::stdout().is_terminal() {
        qr::Ground::Painted
    } else {
        qr::Ground::Light
    };
    let picture = qr::Drawing::new(&SecretText::new(words.to_owned()), qr::Medium::Paper)
        .and_then(|drawing| drawing.terminal(ground))
        .map_err(|error| {
            Error::failed("cannot-draw", "no QR code can be drawn of it").because(error)
        })?;
    let name = match session.proven(0)?.claim() {
        Claim::Genesis(_, Some(personal)) => personal.name.to_string(),
        _ => session.directory().display().to_string(),
    };
    let mut text = format!(
        "{}, {}: pin of {}, root {root}\n",
        output::one_line(&output::plain(&name)),
        describe::day(session.now()?),
        output::count(size, "entry", "entries")
    );
    let words: Vec<&str> = words.split(' ').collect();
    for (line, five) in words.chunks(5).enumerate() {
        text.push_str(&format!("{:>3}  {}\n", line * 5 + 1, five.join(" ")));
    }
    output::data(&format!(
        "{text}{}to check any copy of it against these words: rootkeep -L DIR verify --against-words \"WORDS\"\n",
        picture.expose()
    ))?;
    Ok(Done::Yes)
}
