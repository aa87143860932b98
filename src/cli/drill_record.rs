//! `drill record …`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::output::Done;
use super::{drill, restore};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::ledger::{People, Session};
use crate::present::drills as present;
use crate::state::drills::DrillRecord;
use crate::statement::account_id::AccountId;
use crate::statement::drills::{Found, Record, RecordPersonal, Target};
use crate::statement::text::{Name, Text};
use crate::statement::{Claim, Seen};

/// `drill record …`.
#[derive(Debug, Subcommand)]
pub enum RecordCommand {
    /// The operator of a release has signed in as a root user, or could not
    #[command(
        after_help = "Examples:\n  rootkeep drill record sign-in 4eb276f8 111122223333 --request 27c01d9a --at 14:03"
    )]
    SignIn {
        /// The drill
        id: String,
        /// As the root user of which account
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// The release that the password and MFA code are from
        #[arg(long, value_name = "ID")]
        request: String,
        /// It did not work
        #[arg(long)]
        failed: bool,
        /// When, and what else
        #[command(flatten)]
        said: Said,
    },
    /// Somebody has seen the alarm that signing in set off, or nobody has
    #[command(
        after_help = "Examples:\n  rootkeep drill record alarm 4eb276f8 111122223333 --by carol --at 14:07\n  rootkeep drill record alarm 4eb276f8 111122223333 --unseen"
    )]
    Alarm {
        /// The drill
        id: String,
        /// Of which account
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// Who saw it
        #[command(flatten)]
        by: By,
        /// Nobody saw one
        #[arg(long, conflicts_with_all = ["by", "other"])]
        unseen: bool,
        /// When, and what else
        #[command(flatten)]
        said: Said,
    },
    /// A phone was called or a mailbox written to
    #[command(
        after_help = "Examples:\n  rootkeep drill record call 4eb276f8 phone:desk --by bob --code-read-back\n  rootkeep drill record call 4eb276f8 mailbox:root --unreached"
    )]
    Call {
        /// The drill
        id: String,
        /// phone:NAME or mailbox:NAME
        #[arg(value_name = "TARGET")]
        target: String,
        /// Who answered
        #[command(flatten)]
        by: By,
        /// They read the code back that was sent there
        #[arg(long)]
        code_read_back: bool,
        /// Nobody answered
        #[arg(long, conflicts_with_all = ["by", "other", "code_read_back"])]
        unreached: bool,
        /// When, and what else
        #[command(flatten)]
        said: Said,
    },
    /// A printed QR code was read back and compared with what was sealed
    #[command(after_help = "Examples:\n  rootkeep drill record sheet 4eb276f8 sheet-1 good")]
    Sheet {
        /// The drill
        id: String,
        /// Which
        #[arg(value_name = "ITEM")]
        item: String,
        /// Whether it is what was sealed
        result: GoodArg,
        /// When, and what else
        #[command(flatten)]
        said: Said,
    },
    /// Restore a backup where nobody looks, verify it, compare it with this ledger, and record that
    #[command(
        after_help = "Examples:\n  rootkeep drill record restore 4eb276f8 acme-2026-11-21.tar"
    )]
    Restore {
        /// The drill
        id: String,
        /// What `backup` made
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// When, and what else
        #[command(flatten)]
        said: Said,
    },
}

/// Whether something is what it ought to be, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GoodArg {
    /// It is
    Good,
    /// It is not, or could not be read
    Bad,
}

/// Who answered or saw something.
#[derive(Debug, Args)]
pub struct By {
    /// The custodian; who signs the drill's end with the others
    #[arg(long, value_name = "NAME", conflicts_with = "other")]
    by: Option<String>,
    /// Who, where that is no custodian
    #[arg(long, value_name = "TEXT")]
    other: Option<String>,
}

impl By {
    fn custodian(&self, people: &People) -> Result<Option<Id>> {
        self.by.as_ref().map(|name| people.find(name)).transpose()
    }

    /// Somebody is named, unless nobody was there.
    fn check(&self, nobody: bool, flag: &str) -> Result<()> {
        if nobody || self.by.is_some() || self.other.is_some() {
            return Ok(());
        }
        Err(Error::usage("who-needed", "who was it?")
            .hint(format!("--by NAME, --other TEXT or {flag}")))
    }
}

/// When something was found out, and what else is to be said.
#[derive(Debug, Args)]
pub struct Said {
    /// When, such as 14:03 (UTC) or 2026-11-21T14:03:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(context: &Context, command: &RecordCommand) -> Result<Done> {
    match command {
        RecordCommand::SignIn {
            id,
            account,
            request,
            failed,
            said,
        } => {
            let account = AccountId::new(account.as_str())?;
            enter(context, id, said, None, |session| {
                Ok(Found::SignIn {
                    account,
                    request: context.entry(session, request)?.hash,
                    worked: !failed,
                })
            })
        }
        RecordCommand::Alarm {
            id,
            account,
            by,
            unseen,
            said,
        } => {
            by.check(*unseen, "--unseen")?;
            let account = AccountId::new(account.as_str())?;
            enter(context, id, said, by.other.as_ref(), |session| {
                Ok(Found::Alarm {
                    account,
                    seen: !unseen,
                    by: by.custodian(&session.people()?)?,
                })
            })
        }
        RecordCommand::Call {
            id,
            target,
            by,
            code_read_back,
            unreached,
            said,
        } => {
            by.check(*unreached, "--unreached")?;
            let target = called(target)?;
            enter(context, id, said, by.other.as_ref(), |session| {
                Ok(Found::Call {
                    target,
                    reached: !unreached,
                    by: by.custodian(&session.people()?)?,
                    code: *code_read_back,
                })
            })
        }
        RecordCommand::Sheet {
            id,
            item,
            result,
            said,
        } => {
            let item = Name::new(item.as_str())?;
            let good = *result == GoodArg::Good;
            enter(context, id, said, None, |_| Ok(Found::Sheet { item, good }))
        }
        RecordCommand::Restore { id, file, said } => restored(context, id, file, said),
    }
}

fn called(typed: &str) -> Result<Target> {
    typed
        .parse()
        .ok()
        .filter(|target| matches!(target, Target::Phone(_) | Target::Mailbox(_)))
        .ok_or_else(|| {
            Error::usage(
                "bad-target",
                format!("`{}` is no phone or mailbox", typed.escape_debug()),
            )
            .hint("phone:NAME or mailbox:NAME")
        })
}

fn enter(
    context: &Context,
    id: &str,
    said: &Said,
    who: Option<&String>,
    found: impl FnOnce(&Session) -> Result<Found>,
) -> Result<Done> {
    let personal = personal(said, who)?;
    let session = context.open_to_act()?;
    let drill = drill::find(context, &session, id)?;
    let found = found(&session)?;
    record(context, session, &drill, found, said, personal)
}

fn personal(said: &Said, who: Option<&String>) -> Result<RecordPersonal> {
    Ok(RecordPersonal {
        who: who.cloned().map(Text::new).transpose()?,
        note: said.note.clone().map(Text::new).transpose()?,
    })
}

fn record(
    context: &Context,
    mut session: Session,
    (drill, started): &(Digest, DrillRecord),
    found: Found,
    said: &Said,
    personal: RecordPersonal,
) -> Result<Done> {
    let at = drill::time(started, said.at.as_deref(), session.now()?)?;
    let headline = present::found(&found, Some(&personal), &session.people()?);
    let fields = json!({"drill": drill, "found": found});
    let about = Record {
        drill: *drill,
        at,
        found,
    };
    let claim = Claim::DrillRecord(about, Some(personal));
    let entered = session.enter(claim, Vec::new())?;
    context.report(session, &entered, &headline, fields)
}

/// What is wrong with a backup is a result too: it is recorded, and said.
fn restored(context: &Context, id: &str, file: &Path, said: &Said) -> Result<Done> {
    let personal = personal(said, None)?;
    let mut session = context.open_to_act()?;
    let drill = drill::find(context, &session, id)?;
    let tried = restore::tried(context, &mut session, file);
    let (found, wrong) = match tried {
        Ok((restored, _)) => (
            Found::Restore {
                file: restored.file.digest,
                at: Some(Seen {
                    size: restored.size,
                    root: restored.root,
                }),
            },
            None,
        ),
        Err(error) if error.kind() == ErrorKind::Verification => {
            let file = std::fs::File::open(file).and_then(|mut file| Digest::of_reader(&mut file));
            let cannot = |why| Error::failed("cannot-read", "cannot read the backup").because(why);
            let file = file.map_err(cannot)?;
            (Found::Restore { file, at: None }, Some(error))
        }
        Err(error) => return Err(error),
    };
    if let Some(error) = &wrong {
        context.warn(&error.to_string());
    }
    let done = record(context, session, &drill, found, said, personal)?;
    Ok(match wrong {
        Some(error) => Done::InPart(error.exit_code()),
        None => done,
    })
}
