//! `attachment get`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use crate::error::{Error, Result};
use crate::ledger::{Session, write_private_new};
use crate::state::custody::NoteRecord;
use crate::state::records::list;
use crate::statement::Claim;
use crate::store::Entry;

/// `attachment …`.
#[derive(Debug, Subcommand)]
pub enum AttachmentCommand {
    /// Get an attached file back out
    #[command(after_help = "Examples:\n  rootkeep attachment get '#31' --out minutes.pdf")]
    Get {
        /// The entry that attached it, or the one that it belongs to
        id: String,
        /// Into a new file that only you can read
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

pub fn run(context: &Context, command: &AttachmentCommand) -> Result<Done> {
    let AttachmentCommand::Get { id, out } = command;
    fresh::check(out)?;
    let session = context.open()?;
    let entry = context.entry(&session, id)?;
    let seq = attaching(&session, &entry)?;
    get(context, &session, seq, out)
}

/// The entry that attached a file: this one, or the only one that is about it.
fn attaching(session: &Session, entry: &Entry) -> Result<u64> {
    if entry.kind == "attach" {
        return Ok(entry.seq);
    }
    let notes = list::<NoteRecord>(&session.view(), &format!("{}/", entry.hash))?;
    let found: Vec<u64> = notes
        .iter()
        .filter(|(_, note)| note.kind == "attach")
        .map(|(_, note)| note.index)
        .collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Error::not_found(
            "no-attachment",
            format!("nothing is attached to #{}", entry.seq),
        )
        .hint("rootkeep log --kind attach")),
        several => {
            let error = Error::usage("ambiguous", format!("#{} has several files", entry.seq));
            Err(several.iter().fold(error, |error, seq| {
                error.hint(format!("rootkeep attachment get '#{seq}' --out FILE"))
            }))
        }
    }
}

fn get(context: &Context, session: &Session, seq: u64, out: &Path) -> Result<Done> {
    let statement = session.proven(seq)?;
    let Claim::Attach(_, personal) = statement.claim() else {
        return Err(Error::verification(
            "bad-state",
            format!("#{seq} attaches nothing"),
        ));
    };
    let file = personal.as_ref().ok_or_else(|| {
        Error::not_found("erased", format!("what #{seq} says of its file was erased"))
    })?;
    let bytes = session.view().blob(&file.digest)?.ok_or_else(|| {
        Error::verification("blob-missing", "the attached file is not in the ledger")
    })?;
    write_private_new(out, &bytes)?;
    if context.global.json {
        output::object(
            "attachment",
            json!({
                "seq": seq, "id": statement.header().id, "name": file.name, "media": file.media,
                "bytes": file.bytes, "digest": file.digest, "file": out.display().to_string(),
            }),
        )?;
    } else {
        output::data(&output::plain(&format!(
            "{} ({} bytes, {}) is in {}\n",
            file.name,
            file.bytes,
            file.media,
            out.display()
        )))?;
    }
    Ok(Done::Yes)
}
