//! `slip …`: decisions on a stick, for people who never see the ledger.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::{Context, read_slip};
use super::fresh;
use super::output::{self, Done};
use super::shell::words;
use super::slip_import::{self, ImportSlips};
use super::slip_make::{self, MakeCommand};
use super::slip_qr::Pictures;
use crate::crypto::fixed::Id;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::ledger::{Made, Reading, Remote, Session, write_private_new};
use crate::policy;
use crate::present::{describe, reviews};
use crate::state::drills::DrillRecord;
use crate::state::people::Custodian;
use crate::statement::{Claim, Kind};
use crate::store::Entry;

/// `slip …`.
#[derive(Debug, Subcommand)]
pub enum SlipCommand {
    /// Pack what somebody who is away needs to decide, encrypted to them
    Request(RequestSlip),
    /// What a slip is
    #[command(after_help = "Examples:\n  rootkeep -i bob.key slip show for-bob.slip")]
    Show {
        /// The slip
        file: PathBuf,
    },
    /// Agree to what a slip asks, away from the ledger
    Sign(SignSlip),
    /// State something else on a slip, away from the ledger
    #[command(subcommand)]
    Make(MakeCommand),
    /// Bring answers in, in any order
    Import(ImportSlips),
}

/// `slip request`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep slip request 4eb276f8 --for bob --out for-bob.slip\n  rootkeep slip request --for frank --out for-frank.slip"
)]
pub struct RequestSlip {
    /// What is to be decided: an id or its first digits, or `genesis`; left out, only the log is packed
    id: Option<String>,
    /// Whom the slip is for
    #[arg(long = "for", value_name = "NAME")]
    to: String,
    /// The slip's file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw it as QR codes beside the file too, where it has at most 12 KiB
    #[arg(long)]
    qr: bool,
}

/// `slip sign`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep -i bob.key slip sign for-bob.slip --out from-bob.slip\n  rootkeep -i bob.key slip sign for-bob.slip --out from-bob.slip --batch --confirm ID"
)]
pub struct SignSlip {
    /// The slip
    file: PathBuf,
    /// The answer's file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The whole id of what you agree to, instead of typing it
    #[arg(long, value_name = "ID")]
    confirm: Option<String>,
    /// The newcomer's fingerprint, as read aloud, where an enrolment is signed
    #[arg(long, value_name = "WORDS")]
    fingerprint: Option<String>,
    /// Draw it as QR codes beside the file too, where it has at most 12 KiB
    #[arg(long)]
    qr: bool,
}

pub fn run(context: &Context, command: SlipCommand) -> Result<Done> {
    match command {
        SlipCommand::Request(command) => request(context, &command),
        SlipCommand::Show { file } => show(context, &file),
        SlipCommand::Sign(command) => sign(context, &command),
        SlipCommand::Make(command) => slip_make::run(context, command),
        SlipCommand::Import(command) => slip_import::run(context, &command),
    }
}

fn request(context: &Context, command: &RequestSlip) -> Result<Done> {
    fresh::check(&command.out)?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let to = people.find(&command.to)?;
    let subject = match &command.id {
        Some(id) => Some(context.entry(&session, id)?),
        None => None,
    };
    let slip = session.write_slip(to, subject.as_ref().map(|entry| entry.hash))?;
    let (size, root) = session.head()?;
    let answer = match &subject {
        Some(entry) => answered_by(&session, &to, entry)?,
        None => "make KIND",
    };
    let pictures = Pictures::draw(&command.out, &slip, command.qr)?;
    write_private_new(&command.out, &slip)?;
    let pictures = pictures.write()?;
    let name = people.name(&to);
    if context.global.json {
        output::object(
            "slip.request",
            json!({
                "file": command.out.display().to_string(),
                "for": name,
                "bytes": slip.len(),
                "pictures": pictures,
                "id": subject.as_ref().map(|entry| entry.id),
                "kind": subject.as_ref().map(|entry| &entry.kind),
                "subject": subject.as_ref().map(|entry| entry.hash),
                "checkpoint": {"size": size, "root": root},
            }),
        )?;
        return Ok(Done::Yes);
    }
    let file = command.out.display();
    output::data(&output::plain(&format!(
        "wrote {file} for {name}: {} bytes, the log up to #{}\n",
        slip.len(),
        size.saturating_sub(1)
    )))?;
    for picture in &pictures {
        output::data(&output::plain(&format!("drew {picture}\n")))?;
    }
    context.say(&format!(
        "{name}, away from the ledger: rootkeep -i IDENTITY slip {answer} {file} --out ANSWER"
    ));
    match (answer, subject) {
        ("sign", Some(entry)) => context.say(&format!("The id to agree to: {}", entry.id)),
        ("make review", Some(entry)) => context.say(&format!(
            "Once that is brought in, a second slip is signed: rootkeep slip request {} --for {} --out SECOND",
            entry.id.short(),
            words::quoted(&name)
        )),
        _ => {}
    }
    Ok(Done::Yes)
}

/// What whoever a slip is for types to answer it, behind `slip`.
fn answered_by(session: &Session, to: &Id, subject: &Entry) -> Result<&'static str> {
    let view = session.view();
    let hash = &subject.hash;
    match policy::may_decide(&view, to, session.now()?, hash) {
        Ok(()) => return Ok("sign"),
        Err(error) if error.code() == "not-judged" => return Ok("make review"),
        Err(error) if error.kind() == ErrorKind::Refused => {}
        Err(error) => return Err(error),
    }
    let drill = DrillRecord::load(&view, hash)?;
    if drill.is_some_and(|drill| drill.holders.iter().any(|(holder, _)| holder == to)) {
        return Ok("make drill");
    }
    let newcomer = Custodian::load(&view, to)?;
    if newcomer.is_some_and(|who| who.enrolment == *hash && who.from.is_none()) {
        return Ok("make accept");
    }
    Ok("make KIND")
}

fn sign(context: &Context, command: &SignSlip) -> Result<Done> {
    fresh::check(&command.out)?;
    if command.confirm.is_none()
        && let Err(missing) = context.terminal.askable(CONFIRM_QUESTION, CONFIRM_FLAG)
    {
        // A slip that asks for nothing needs no id either.
        context.look_into_slip(&command.file)?.subject()?;
        return Err(missing);
    }
    let mut remote = context.open_slip(&command.file)?;
    let (subject, statement) = remote.subject()?;
    let statement = statement.clone();
    // What was confirmed by voice is not asked for again because of a mistyped id.
    remote.keep_pin()?;
    let now = remote.now()?;
    policy::may_decide(remote.records().as_ref(), &remote.member(), now, &subject)?;
    let people = remote.people()?;
    let mut lines = describe::statement(&remote, &statement, &people)?;
    lines.push(standing(&remote)?);
    context.show_before_asking(&lines);
    context.confirm_card(&statement, command.fingerprint.as_ref())?;
    confirm(context, command, &statement.header().id.to_hex())?;
    let made = remote.sign()?;
    wrote(context, &remote, &made, (&command.out, command.qr))
}

const CONFIRM_QUESTION: &str = "To agree to exactly this, type its id";
const CONFIRM_FLAG: &str = "--confirm ID";

/// Agreeing takes the exact id: what was typed for another slip is no yes to this one.
fn confirm(context: &Context, command: &SignSlip, id: &str) -> Result<()> {
    let check = |typed: &str| {
        if typed.to_lowercase() == id {
            return Ok(());
        }
        Err(Error::refused(
            "id-differs",
            "what was typed is not the id of what the slip asks: nothing was signed",
        )
        .hint("the id stands above, 32 digits: compare it with what you were told to expect"))
    };
    if let Some(typed) = &command.confirm {
        return check(typed);
    }
    let terminal = &context.terminal;
    terminal.retry(
        |error| error.code() == "id-differs",
        || check(&terminal.ask(CONFIRM_QUESTION, CONFIRM_FLAG)?),
    )
}

/// Who wrote the slip, when, and how much of the log it knows.
fn standing(remote: &Remote) -> Result<String> {
    let head = remote.head();
    Ok(format!(
        "  slip      by {}, {}, with the log up to #{}",
        remote.people()?.name(&head.by),
        describe::time(head.made_at),
        remote.seen().size.saturating_sub(1)
    ))
}

/// Writes an answer, as QR codes too where that is asked for, and says where it goes.
pub fn wrote(
    context: &Context,
    remote: &Remote,
    made: &Made,
    (out, qr): (&Path, bool),
) -> Result<Done> {
    let pictures = Pictures::draw(out, &made.file, qr)?;
    write_private_new(out, &made.file)?;
    let pictures = pictures.write()?;
    let name = remote.people()?.name(&made.answer_to);
    let seen = remote.seen();
    if context.global.json {
        output::object(
            "slip.answer",
            json!({
                "file": out.display().to_string(),
                "for": name,
                "bytes": made.file.len(),
                "pictures": pictures,
                "id": made.id,
                "leaf": made.leaf,
                "kind": made.kind.as_str(),
                "checkpoint": {"size": seen.size, "root": seen.root},
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "wrote {} for {name}: {}\nid {}  leaf {}\n",
        out.display(),
        made.kind.as_str(),
        made.id,
        made.leaf
    )))?;
    for picture in &pictures {
        output::data(&output::plain(&format!("drew {picture}\n")))?;
    }
    context.say(&format!(
        "It counts once {name} has brought it in: rootkeep slip import {}\nThe receipt that you then get proves this leaf.",
        out.display()
    ));
    Ok(Done::Yes)
}

fn show(context: &Context, file: &Path) -> Result<Done> {
    match context.open_slip(file) {
        Ok(remote) => show_request(context, &remote),
        Err(error) if matches!(error.code(), "not-for-you" | "wrong-slip") => {
            show_answer(context, file).map_err(|also| {
                // Without a ledger at hand, what is wrong with the slip is the reason.
                if also.code() == "not-a-ledger" {
                    error
                } else {
                    also
                }
            })
        }
        Err(error) => Err(error),
    }
}

fn show_request(context: &Context, remote: &Remote) -> Result<Done> {
    let people = remote.people()?;
    let head = remote.head();
    let seen = remote.seen();
    let subject = match head.subject {
        Some(_) => Some(remote.subject()?.1),
        None => None,
    };
    let mut lines = match subject {
        Some(statement) => describe::statement(remote, statement, &people)?,
        None => vec!["the log, to state something of your own on it".to_owned()],
    };
    if context.global.json {
        output::object(
            "slip.show",
            json!({
                "slip": "request",
                "by": people.name(&head.by),
                "for": people.name(&head.to),
                "made_at": head.made_at,
                "id": subject.map(|statement| statement.header().id),
                "kind": subject.map(|statement| statement.kind().as_str()),
                "summary": lines,
                "in_log": Value::Null,
                "checkpoint": {"size": seen.size, "root": seen.root},
            }),
        )?;
        return Ok(Done::Yes);
    }
    lines.push(standing(remote)?);
    for line in lines {
        output::data(&format!("{}\n", output::item(&line)))?;
    }
    Ok(Done::Yes)
}

/// An answer, by whom it was written for: nothing of it is checked before it is brought in.
fn show_answer(context: &Context, file: &Path) -> Result<Done> {
    let session = context.open()?;
    let (header, seq) = session.read_answer(&read_slip(file)?)?;
    let people = session.people()?;
    let author = people.name(&header.author);
    if context.global.json {
        output::object(
            "slip.show",
            json!({
                "slip": "answer",
                "by": author,
                "for": people.name(&session.member()),
                "made_at": header.made_at,
                "id": header.id,
                "kind": header.kind,
                "summary": [format!("{author}: {}", header.kind)],
                "in_log": seq,
                "checkpoint": {"size": header.seen.size, "root": header.seen.root},
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "an answer that says it is by {author}: {}\n  made at   {}\n  id        {}\n",
        header.kind,
        describe::time(header.made_at),
        header.id
    )))?;
    output::data(&match seq {
        Some(seq) => format!("  in the log as #{seq}\n"),
        None => "  not in the log: nothing of it is checked before slip import\n".to_owned(),
    })?;
    Ok(Done::Yes)
}

/// Shows a claim before it is made, and what it is about: the subject of a no or of a correction.
pub fn show_claim(context: &Context, remote: &Remote, claim: &Claim) -> Result<()> {
    let people = remote.people()?;
    let mut lines = match claim {
        Claim::Reject(about, _)
        | Claim::Withdraw(about)
        | Claim::Correct(about, _)
        | Claim::Attach(about, _) => {
            let (_, statement) = remote.statement(&about.subject)?;
            match statement.kind() {
                Kind::Genesis => Vec::new(),
                _ => describe::statement(remote, &statement, &people)?,
            }
        }
        Claim::CustodianAcknowledge(taken) => {
            taken.duties.as_str().lines().map(str::to_owned).collect()
        }
        Claim::ReviewConfirm(_) => {
            let mut lines = Vec::new();
            reviews::details(remote, claim, &people, &mut lines)?;
            lines
        }
        _ => Vec::new(),
    };
    lines.push(standing(remote)?);
    let name = people.name(&remote.member());
    let claimed = describe::claim(remote, claim, &people)?;
    lines.push(format!("{name} {claimed}"));
    context.show_before_asking(&lines);
    Ok(())
}
