//! `sign`, `reject`, `withdraw`.

use clap::Args;
use serde_json::json;

use super::asked::Asked;
use super::context::Context;
use super::output::Done;
use crate::error::Result;
use crate::ledger::Session;
use crate::present::describe;

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
    session.may_decide(&entry.hash)?;
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
    let headline = if entered.effective {
        format!("signed; #{} {} is in effect", entry.seq, entry.kind)
    } else {
        format!("signed #{} {}", entry.seq, entry.kind)
    };
    finish(context, session, &entered, &headline, &entry.hash)
}

/// A sign-off's `needs` and `effective` are its subject's: others at the keyboard sign the subject.
fn finish(
    context: &Context,
    session: Session,
    entered: &crate::ledger::Entered,
    headline: &str,
    subject: &crate::crypto::fixed::Digest,
) -> Result<Done> {
    context.report_about(
        session,
        entered,
        subject,
        headline,
        json!({"subject": subject}),
    )
}

pub fn reject(context: &Context, command: &RejectCommand) -> Result<Done> {
    let terminal = &context.terminal;
    let reason = Asked::new(terminal, command.reason.as_ref(), "Why", "--reason TEXT")?;
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    session.may_decide(&entry.hash)?;
    let entered = session.reject(entry.hash, reason.text(terminal)?)?;
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
