//! `sign`, `reject`, `withdraw`.

use clap::Args;
use serde_json::json;

use super::asked::Asked;
use super::context::Context;
use super::output::Done;
use super::waiting;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::describe;
use crate::statement::Claim;
use crate::store::Entry;

/// `sign`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep -i bob.key sign genesis\n  rootkeep -i bob.key sign 4eb276f8"
)]
pub struct SignCommand {
    /// What to agree to: an id or its first digits, or `genesis`
    id: String,
    /// The newcomer's fingerprint, as read aloud, where an enrolment is signed
    #[arg(long, value_name = "WORDS")]
    fingerprint: Option<String>,
}

/// `reject`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep -i bob.key reject 4eb276f8 --reason \"Not during the freeze\""
)]
pub struct RejectCommand {
    /// What to say no to
    id: String,
    /// Why
    #[arg(long)]
    reason: Option<String>,
}

/// `withdraw`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep -i alice.key withdraw 4eb276f8")]
pub struct WithdrawCommand {
    /// What to take back
    id: String,
}

pub fn sign(context: &Context, command: &SignCommand) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    may_decide(&session, &entry)?;
    let preview = session.preview(&entry.hash)?;
    let people = session.people()?;
    context.show_before_asking(&describe::statement(&session, &preview.statement, &people)?);
    context.confirm_card(&preview.statement, command.fingerprint.as_ref())?;
    let name = people.name(&session.member());
    context
        .terminal
        .confirm(&format!("{name}, do you agree to exactly this?"))?;
    let entered = session.sign_off(entry.hash)?;
    for line in super::safe::to_look_at(&session, &entry.hash)? {
        context.warn(&line);
    }
    let subject = format!("#{} {} (id {})", entry.seq, entry.kind, entry.id.short());
    let own = format!("this sign-off is entry #{}", entered.seq);
    let headline = if entered.effective {
        format!("signed; {subject} is in effect; {own}")
    } else {
        format!("signed {subject}; {own}")
    };
    // A sign-off's `needs` and `effective` are its subject's: others at the keyboard sign the subject.
    context.report_about(
        session,
        &entered,
        &entry.hash,
        &headline,
        json!({"subject": entry.hash}),
    )
}

/// That a yes or a no to an entry can count; a refusal says who has a say instead.
fn may_decide(session: &Session, entry: &Entry) -> Result<()> {
    let Err(error) = session.may_decide(&entry.hash) else {
        return Ok(());
    };
    if let Claim::Sign(sign) = session.proven(entry.seq)?.claim()
        && let Some(subject) = session.view().entry_by_hash(&sign.subject)?
    {
        return Err(Error::refused(
            "unknown-subject",
            format!(
                "#{} is a sign-off of #{} {}",
                entry.seq, subject.seq, subject.kind
            ),
        )
        .hint(format!(
            "to sign that: rootkeep sign {}",
            subject.id.short()
        )));
    }
    Err(waiting::explained(session, entry, error))
}

pub fn reject(context: &Context, command: &RejectCommand) -> Result<Done> {
    let terminal = &context.terminal;
    let reason = Asked::new(terminal, command.reason.as_ref(), "Why", "--reason TEXT")?;
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    match may_decide(&session, &entry) {
        // A no needs no judgement of each name.
        Err(error) if error.code() == "not-judged" => {}
        may => may?,
    }
    let entered = session
        .reject(entry.hash, reason.text(terminal)?)
        .map_err(|error| waiting::explained(&session, &entry, error))?;
    context.report(
        session,
        &entered,
        &format!("said no to #{}", entry.seq),
        json!({"subject": entry.hash}),
    )
}

pub fn withdraw(context: &Context, command: &WithdrawCommand) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    let entered = session
        .withdraw(entry.hash)
        .map_err(|error| match error.code() {
            "not-author" => error.hint(format!(
                "to say no: rootkeep reject {} --reason TEXT",
                command.id
            )),
            _ => error,
        })?;
    context.report(
        session,
        &entered,
        &format!("took back #{}", entry.seq),
        json!({"subject": entry.hash}),
    )
}
