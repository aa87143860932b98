//! `correct` and `attach`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::asked::Asked;
use super::context::Context;
use super::output::Done;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::{Session, read_bounded};
use crate::state::custody::BroughtRecord;
use crate::state::records::read as read_record;
use crate::statement::blobs::BLOB_LIMIT;
use crate::statement::decisions::About;
use crate::statement::notes::{AttachPersonal, CorrectPersonal};
use crate::statement::text::Text;
use crate::statement::{Claim, Kind};

/// `correct`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep correct 4eb276f8 --reason \"Wrong ticket\" --text \"OPS-1235\""
)]
pub struct CorrectCommand {
    /// The entry that is wrong
    id: String,
    /// Why it is wrong
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// What it ought to say
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

/// `attach`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep attach 4eb276f8 minutes.pdf --media application/pdf")]
pub struct AttachCommand {
    /// The entry that the file belongs to
    id: String,
    /// The file, at most 16 MiB
    file: PathBuf,
    /// Its media type
    #[arg(long, value_name = "TYPE", default_value = "application/octet-stream")]
    media: String,
}

pub fn correct(context: &Context, command: &CorrectCommand) -> Result<Done> {
    let terminal = &context.terminal;
    let reason = command.reason.as_ref();
    let reason = Asked::new(terminal, reason, "Why is it wrong", "--reason TEXT")?;
    let text = command.text.as_ref();
    let text = Asked::new(terminal, text, "What ought it to say", "--text TEXT")?;
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    let claim = Claim::Correct(
        About {
            subject: entry.hash,
        },
        Some(CorrectPersonal {
            reason: reason.text(terminal)?,
            text: text.text(terminal)?,
        }),
    );
    let entered = session.enter(claim, Vec::new())?;
    context.report(
        session,
        &entered,
        &format!("corrected #{}; both stay visible", entry.seq),
        json!({"subject": entry.id}),
    )
}

/// Reads a file to attach, and says what it is.
pub fn read(file: &Path, media: &str) -> Result<(AttachPersonal, Vec<u8>)> {
    let bytes = read_bounded(file, BLOB_LIMIT)?;
    Ok((described(file, &bytes, media)?, bytes))
}

/// What a file is that has these bytes.
pub fn described(file: &Path, bytes: &[u8], media: &str) -> Result<AttachPersonal> {
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Error::usage("bad-name", "the file's name is not UTF-8"))?;
    if bytes.is_empty() {
        return Err(Error::usage(
            "empty-file",
            format!("{} is empty: there is nothing to attach", file.display()),
        ));
    }
    Ok(AttachPersonal {
        name: Text::new(name)?,
        digest: Digest::of(bytes),
        bytes: u64::try_from(bytes.len()).unwrap_or(0),
        media: Text::new(media)?,
    })
}

/// That no entry has brought the same bytes before.
pub fn is_new(session: &Session, file: &AttachPersonal) -> Result<()> {
    let Some(before) = read_record::<BroughtRecord>(&session.view(), &file.digest.to_hex())? else {
        return Ok(());
    };
    let seq = before.index;
    let kind = session.proven(seq)?.kind();
    let error = Error::refused(
        "already-attached",
        format!("#{seq} has brought a file with the same bytes: they are there once, for good"),
    );
    Err(if kind == Kind::Attach {
        error
            .hint(format!("get it: rootkeep attachment get '#{seq}' --out FILE"))
            .hint(format!("say that it belongs here too: rootkeep correct ID --reason TEXT --text 'see #{seq}'"))
    } else {
        error.hint("attach it in a zip, say, so that its bytes are others")
    })
}

pub fn attach(context: &Context, command: &AttachCommand) -> Result<Done> {
    let (personal, bytes) = read(&command.file, &command.media)?;
    let name = personal.name.as_str().to_owned();
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    is_new(&session, &personal)?;
    let claim = Claim::Attach(
        About {
            subject: entry.hash,
        },
        Some(personal),
    );
    let entered = session.enter(claim, vec![bytes])?;
    context.report(
        session,
        &entered,
        &format!("attached {name} to #{}", entry.seq),
        json!({"subject": entry.id}),
    )
}
