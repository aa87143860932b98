//! `backup`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use super::progress;
use crate::error::Result;
use crate::exchange::backup;
use crate::ledger::{Entered, Session};
use crate::state::people::LedgerRecord;
use crate::statement::copies::BackedUp;
use crate::statement::{Claim, Seen};

/// `backup`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep backup --out /mnt/stick/acme-2026-11-21.tar")]
pub struct BackupCommand {
    /// Into a new file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Enter nothing: `status` will not know of it
    #[arg(long)]
    unrecorded: bool,
}

pub fn run(context: &Context, command: &BackupCommand) -> Result<Done> {
    fresh::check(&command.out)?;
    let mut session = if command.unrecorded {
        context.open()?
    } else {
        context.open_to_act()?
    };
    let made = progress::verifying(context, |progress| {
        backup::make(&session, &command.out, progress)
    })?;
    let needs = Needs::of(&session)?;
    let claim = Claim::Backup(BackedUp {
        at: Seen {
            size: made.size,
            root: made.root,
        },
        file: made.file.digest,
        bytes: made.file.bytes,
    });
    let (entry, warnings) = if command.unrecorded {
        (None, Vec::new())
    } else {
        record(context, &mut session, claim)
    };
    if context.global.json {
        output::object(
            "backup",
            json!({
                "file": command.out, "bytes": made.file.bytes, "digest": made.file.digest,
                "ledger": session.id(), "head": {"size": made.size, "root": made.root},
                "opens_with": needs.members,
                "recovery": {"threshold": needs.threshold, "holders": needs.holders},
                "entry": entry.as_ref().map(output::entered_fields), "warnings": warnings,
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "backup of {}: {}\nopened again from the file, and verified\n  bytes    {}\n  sha-256  {}\n  root     {}\nTo restore it, besides the file: the identity of one of {};\nor the shares of {} of {}, as docs/recovery.md says.\n",
        output::count(made.size, "entry", "entries"),
        command.out.display(),
        made.file.bytes,
        made.file.digest,
        made.root,
        needs.members.join(", "),
        needs.threshold,
        needs.holders.join(", "),
    )))?;
    Ok(Done::Yes)
}

/// Enters that something was done to a file. It was, whatever comes of the entry.
pub fn record(
    context: &Context,
    session: &mut Session,
    claim: Claim,
) -> (Option<Entered>, Vec<String>) {
    let (entered, warnings) = match session.enter(claim, Vec::new()) {
        Ok(entered) => {
            let warnings = entered.warnings.iter().map(ToString::to_string).collect();
            (Some(entered), warnings)
        }
        Err(error) => (
            None,
            vec![format!("it is not on record in the ledger: {error}")],
        ),
    };
    for warning in &warnings {
        context.warn(warning);
    }
    (entered, warnings)
}

/// What is needed beside a backup to restore it.
struct Needs {
    /// Whose identities open it.
    members: Vec<String>,
    /// How many holders of the governance secret do.
    threshold: u8,
    /// Who these are.
    holders: Vec<String>,
}

impl Needs {
    fn of(session: &Session) -> Result<Self> {
        let people = session.people()?;
        let mut members: Vec<String> = people
            .iter()
            .filter(|(_, who, _)| who.may_open())
            .map(|(id, ..)| people.name(id))
            .collect();
        members.sort();
        let ledger = LedgerRecord::load(&session.view())?;
        let governance = ledger
            .as_ref()
            .and_then(|ledger| ledger.governance.as_ref());
        let holders = governance
            .into_iter()
            .flat_map(|seal| &seal.shares)
            .map(|share| people.name(&share.holder))
            .collect();
        Ok(Self {
            members,
            threshold: ledger.as_ref().map_or(0, |ledger| ledger.threshold),
            holders,
        })
    }
}
