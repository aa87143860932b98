//! `sign`, `reject`, `withdraw`.

use clap::Args;
use serde_json::json;

use super::asked::Asked;
use super::context::Context;
use super::output::Done;
use super::waiting;
use crate::error::{Error, Result};
use crate::insight::reviews;
use crate::ledger::Session;
use crate::present::{describe, reviews as present};
use crate::state::ceremonies::CeremonyRecord;
use crate::state::drills::DrillRecord;
use crate::state::reviews::ReviewRecord;
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
    may_decide(&session, &entry, "sign")?;
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
    for line in super::erase::still_held(&session, &entry.hash)? {
        context.warn(&line);
    }
    let subject = format!("#{} {} (id {})", entry.seq, entry.kind, entry.id.short());
    let own = format!("this sign-off is entry #{}", entered.seq);
    let headline = match passed(&session, &entry)? {
        Some(passed) => format!("signed; {passed}; {own}"),
        None if entered.effective => format!("signed; {subject} is in effect; {own}"),
        None => format!("signed {subject}; {own}"),
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

/// What becomes of a review that the last signature has passed.
fn passed(session: &Session, entry: &Entry) -> Result<Option<String>> {
    let view = session.view();
    let review = ReviewRecord::load(&view, &entry.hash)?;
    let Some(review) = review.filter(ReviewRecord::is_passed) else {
        return Ok(None);
    };
    let open = reviews::open_strikes(&view)?.into_iter();
    let open = open.filter(|struck| struck.review == entry.hash).count();
    let period = present::period(review.every, review.first);
    Ok(Some(match open {
        0 => format!("the review of {period} is passed"),
        1 => format!(
            "the review of {period} is passed; 1 struck name stays open: rootkeep review list"
        ),
        open => format!(
            "the review of {period} is passed; {open} struck names stay open: rootkeep review list"
        ),
    }))
}

/// What is signed of a drill or ceremony is its end, and not its start.
fn its_end(session: &Session, entry: &Entry, verb: &str) -> Result<Option<Error>> {
    let view = session.view();
    let (what, finishing, finished) = if let Some(one) = DrillRecord::load(&view, &entry.hash)? {
        ("drill", one.finishing, one.finished.map(|end| end.finish))
    } else if let Some(one) = CeremonyRecord::load(&view, &entry.hash)? {
        (
            "ceremony",
            one.finishing,
            one.finished.map(|end| end.finish),
        )
    } else {
        return Ok(None);
    };
    let id = entry.id.short();
    let error = |how: &str| {
        Error::refused(
            "unknown-subject",
            format!("#{} starts a {what}, and {how}", entry.seq),
        )
    };
    let end = match (finishing, finished) {
        (Some(end), _) => view.entry_by_hash(&end)?,
        (None, Some(_)) => {
            return Ok(Some(
                error("everyone has signed its end").hint(format!("rootkeep {what} show {id}")),
            ));
        }
        (None, None) => {
            return Ok(Some(
                error("it goes on: there is nothing to sign yet")
                    .hint(format!("see what is missing: rootkeep {what} show {id}")),
            ));
        }
    };
    Ok(end.map(|end| {
        error("what is signed is its end").hint(format!(
            "its end is #{}: rootkeep {verb} {}",
            end.seq,
            end.id.short()
        ))
    }))
}

/// That a yes or a no to an entry can count; a refusal says who has a say instead.
fn may_decide(session: &Session, entry: &Entry, verb: &str) -> Result<()> {
    let Err(error) = session.may_decide(&entry.hash) else {
        return Ok(());
    };
    if error.code() == "unknown-subject"
        && let Some(error) = its_end(session, entry, verb)?
    {
        return Err(error);
    }
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
    match may_decide(&session, &entry, "reject") {
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
