//! `slip make KIND`: statements other than a yes, made on a slip.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::asked::Asked;
use super::attach;
use super::context::Context;
use super::fresh;
use super::output::Done;
use super::secret::unproven;
use super::{progress, review, slip};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::ledger::{Reading, Remote};
use crate::state::records::read;
use crate::state::reviews::ReviewRecord;
use crate::state::rules::Binding;
use crate::statement::decisions::{About, RejectPersonal};
use crate::statement::notes::CorrectPersonal;
use crate::statement::people::{Acknowledge, Away};
use crate::statement::secrets::{Confirm, ConfirmPersonal};
use crate::statement::text::Text;
use crate::statement::time::Date;
use crate::statement::{Claim, SecretName};

/// `slip make …`.
#[derive(Debug, Subcommand)]
pub enum MakeCommand {
    /// Accept your own enrolment
    #[command(
        after_help = "Examples:\n  rootkeep -i frank.key slip make accept for-frank.slip --out from-frank.slip"
    )]
    Accept {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
    },
    /// Say no
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make reject for-bob.slip --reason \"Not now\" --out no.slip"
    )]
    Reject {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// What to say no to; left out, what the slip asks
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Take your own statement back
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make withdraw for-bob.slip --id 4eb276f8 --out back.slip"
    )]
    Withdraw {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// What to take back; left out, what the slip asks
        #[arg(long, value_name = "ID")]
        id: Option<String>,
    },
    /// Say that an entry is wrong, and what is right
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make correct b.slip --id 4eb276f8 --reason R --text T --out c.slip"
    )]
    Correct {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// The entry that is wrong; left out, what the slip asks
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Why it is wrong
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// What it ought to say
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
    },
    /// Add a file to an entry
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make attach b.slip --id 4eb276f8 --file bag.jpg --out a.slip"
    )]
    Attach {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// The entry that the file belongs to; left out, what the slip asks
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// The file, at most 16 MiB
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Its media type
        #[arg(long, value_name = "TYPE", default_value = "application/octet-stream")]
        media: String,
    },
    /// Say when you are away
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make away b.slip --from 2026-12-24 --to 2027-01-02 --out a.slip"
    )]
    Away {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// First day, such as 2026-12-24
        #[arg(long, value_name = "DATE")]
        from: String,
        /// Last day
        #[arg(long, value_name = "DATE")]
        to: String,
    },
    /// Take the duties of a custodian on
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make acknowledge b.slip --out d.slip"
    )]
    Acknowledge {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// Your organisation's own words for the duties
        #[arg(long, value_name = "FILE")]
        duties: Option<PathBuf>,
    },
    /// Prove your shares: on a slip that was asked for without an ID
    #[command(after_help = "Examples:\n  rootkeep -i bob.key slip make prove b.slip --out p.slip")]
    Prove {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// Only of these secrets (repeatable) [default: all]
        #[arg(long, value_name = "SECRET")]
        secret: Vec<String>,
    },
    /// Answer the drill that the slip is about
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make drill b.slip --out d.slip\n  rootkeep -i bob.key slip make drill b.slip --sample 20 --out d.slip"
    )]
    Drill {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// Only so many, which the drill itself picks, where it asks for no more: for a token that is touched for each
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        sample: Option<u32>,
    },
    /// Confirm every name of the review that the slip is about, or strike one
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make review b.slip --out c.slip\n  rootkeep -i bob.key slip make review b.slip --strike dan --reason \"Left\" --out s.slip"
    )]
    Review {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// Only this group (repeatable) [default: all]
        #[arg(long, value_name = "N")]
        group: Vec<u32>,
        /// Strike this name, and confirm nothing
        #[arg(long, value_name = "NAME")]
        strike: Option<String>,
        /// Why a name is struck
        #[arg(long, value_name = "TEXT", requires = "strike")]
        reason: Option<String>,
    },
    /// Record that an epoch was found to work
    #[command(
        after_help = "Examples:\n  rootkeep -i bob.key slip make confirm b.slip 111122223333/password --epoch 2 --out c.slip"
    )]
    Confirm {
        /// The slip, and the answer's file
        #[command(flatten)]
        files: Files,
        /// SUBJECT/KIND[:LABEL]
        secret: String,
        /// Which epoch
        #[arg(long, value_name = "N")]
        epoch: u32,
        /// How it was found
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
}

/// The slip that a statement is made on, and the answer.
#[derive(Debug, Args)]
pub struct Files {
    /// The slip
    slip: PathBuf,
    /// The answer's file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw it as QR codes beside the file too, where it has at most 12 KiB
    #[arg(long)]
    qr: bool,
}

/// A claim, and the blobs that it brings.
type Made = (Claim, Vec<Vec<u8>>);

pub fn run(context: &Context, command: MakeCommand) -> Result<Done> {
    let terminal = &context.terminal;
    match command {
        MakeCommand::Accept { files } => make(context, &files, |remote| {
            let subject = remote.own_enrolment()?;
            Ok((Claim::CustodianAccept(About { subject }), Vec::new()))
        }),
        MakeCommand::Reject { files, id, reason } => {
            let reason = Asked::new(terminal, reason.as_ref(), "Why", "--reason TEXT")?;
            make(context, &files, |remote| {
                let subject = subject(remote, id.as_ref())?;
                let reason = reason.text(terminal)?;
                let personal = Some(RejectPersonal { reason });
                Ok((Claim::Reject(About { subject }, personal), Vec::new()))
            })
        }
        MakeCommand::Withdraw { files, id } => make(context, &files, |remote| {
            let subject = subject(remote, id.as_ref())?;
            Ok((Claim::Withdraw(About { subject }), Vec::new()))
        }),
        MakeCommand::Correct {
            files,
            id,
            reason,
            text,
        } => {
            let reason = reason.as_ref();
            let reason = Asked::new(terminal, reason, "Why is it wrong", "--reason TEXT")?;
            let text = Asked::new(
                terminal,
                text.as_ref(),
                "What ought it to say",
                "--text TEXT",
            )?;
            make(context, &files, |remote| {
                let subject = subject(remote, id.as_ref())?;
                let personal = CorrectPersonal {
                    reason: reason.text(terminal)?,
                    text: text.text(terminal)?,
                };
                Ok((
                    Claim::Correct(About { subject }, Some(personal)),
                    Vec::new(),
                ))
            })
        }
        MakeCommand::Attach {
            files,
            id,
            file,
            media,
        } => {
            let (personal, bytes) = attach::read(&file, &media)?;
            make(context, &files, |remote| {
                let subject = subject(remote, id.as_ref())?;
                Ok((
                    Claim::Attach(About { subject }, Some(personal)),
                    vec![bytes],
                ))
            })
        }
        MakeCommand::Away { files, from, to } => {
            let (from, to) = (Date::parse(&from)?, Date::parse(&to)?);
            make(context, &files, |remote| {
                let custodian = remote.member();
                let away = Away {
                    custodian,
                    from,
                    to,
                };
                Ok((Claim::CustodianAway(away), Vec::new()))
            })
        }
        MakeCommand::Acknowledge { files, duties } => {
            let duties = super::custodian::duties(duties.as_deref())?;
            make(context, &files, |_| {
                Ok((
                    Claim::CustodianAcknowledge(Acknowledge { duties }),
                    Vec::new(),
                ))
            })
        }
        MakeCommand::Prove { files, secret } => {
            let names = secret
                .iter()
                .map(|name| name.parse())
                .collect::<Result<Vec<SecretName>>>()?;
            let mut all_proven = true;
            let done = make(context, &files, |remote| {
                let secrets = names
                    .iter()
                    .map(|name| secret_id(remote, name))
                    .collect::<Result<Vec<Id>>>()?;
                let (prove, bad) = remote.prove(&secrets)?;
                for bad in &bad {
                    context.warn(&unproven(remote.records().as_ref(), bad)?);
                }
                all_proven = bad.is_empty();
                Ok((Claim::SecretProve(prove), Vec::new()))
            })?;
            Ok(if all_proven { done } else { Done::Problems })
        }
        MakeCommand::Drill { files, sample } => make(context, &files, |remote| {
            let bar = progress::bar(context, "proving", "shares");
            let answer = remote.answer_drill(sample, &mut |done, all| {
                bar.set_length(u64::try_from(all).unwrap_or(0));
                bar.set_position(u64::try_from(done).unwrap_or(0));
            })?;
            bar.finish_and_clear();
            Ok((Claim::DrillProve(answer), Vec::new()))
        }),
        MakeCommand::Review {
            files,
            group,
            strike,
            reason,
        } => {
            let reason = strike
                .is_some()
                .then(|| Asked::new(terminal, reason.as_ref(), "Why", "--reason TEXT"))
                .transpose()?;
            make(context, &files, |remote| {
                let (leaf, record) = reviewed(remote)?;
                let (Some(name), Some(reason)) = (&strike, reason) else {
                    let who = remote.member();
                    let claim = review::confirmation(remote, &who, (&leaf, &record), &group)?;
                    return Ok((claim, Vec::new()));
                };
                let people = remote.people()?;
                let strike = review::struck(remote, &people, leaf, name, &group)?;
                let reason = reason.text(terminal)?;
                let personal = Some(RejectPersonal { reason });
                Ok((Claim::ReviewStrike(strike, personal), Vec::new()))
            })
        }
        MakeCommand::Confirm {
            files,
            secret,
            epoch,
            note,
        } => {
            let name: SecretName = secret.parse()?;
            let note = note.map(Text::new).transpose()?;
            make(context, &files, |remote| {
                let secret = secret_id(remote, &name)?;
                let personal = Some(ConfirmPersonal { note });
                Ok((
                    Claim::SecretConfirm(Confirm { secret, epoch }, personal),
                    Vec::new(),
                ))
            })
        }
    }
}

fn make(
    context: &Context,
    files: &Files,
    claim: impl FnOnce(&Remote) -> Result<Made>,
) -> Result<Done> {
    fresh::check(&files.out)?;
    let mut remote = context.open_slip(&files.slip)?;
    let (claim, blobs) = claim(&remote)?;
    slip::show_claim(context, &remote, &claim)?;
    let name = remote.people()?.name(&remote.member());
    context
        .terminal
        .confirm(&format!("{name}, do you state exactly this?"))?;
    let made = remote.make(claim, blobs)?;
    slip::wrote(context, &remote, &made, (&files.out, files.qr))
}

/// What is named, or what the slip asks about.
fn subject(remote: &Remote, id: Option<&String>) -> Result<Digest> {
    match id {
        Some(id) => remote.find(id),
        None => Ok(remote
            .subject()
            .map_err(|error| error.hint("or name the entry: --id ID"))?
            .0),
    }
}

/// The review that the slip is about.
fn reviewed(remote: &Remote) -> Result<(Digest, ReviewRecord)> {
    let (leaf, _) = remote.subject()?;
    let record = ReviewRecord::load(remote.records().as_ref(), &leaf)?;
    let record = record.ok_or_else(|| {
        Error::not_found("not-a-review", "what the slip is about starts no review")
            .hint("ask for a slip of the review: rootkeep slip request ID --for NAME")
    })?;
    Ok((leaf, record))
}

fn secret_id(remote: &Remote, name: &SecretName) -> Result<Id> {
    let binding = read::<Binding>(remote.records().as_ref(), &name.to_string())?;
    binding.map(|binding| binding.secret).ok_or_else(|| {
        Error::not_found("no-secret", format!("the slip's log has no secret {name}"))
    })
}
