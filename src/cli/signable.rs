//! Whether the person who has opened a ledger can decide on something: told from the records before
//! anything is shown, asked or decrypted. What counts is the policy's judgement of the entry itself.

use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::policy;
use crate::state::Records;
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::records::read;
use crate::state::rules::{Ended, Outcome, PolicyRecord, Proposal, leaf_key};
use crate::statement::people::Role;
use crate::statement::{Kind, Time};

/// That a yes or a no of the person who has opened the ledger can count.
///
/// # Errors
/// Refused, with the code that the policy would give.
pub fn check(session: &Session, subject: &Digest) -> Result<()> {
    check_in(&session.view(), session.member(), session.now()?, subject)
}

/// As [`check`], for a member at a moment, wherever the records are.
///
/// # Errors
/// As [`check`].
pub fn check_in(view: &dyn Records, member: Id, now: Time, subject: &Digest) -> Result<()> {
    policy::author_key(view, Kind::Sign, &member)?;
    if Custodian::load(view, &member)?.is_some_and(|custodian| custodian.has(Role::Reader)) {
        return Err(Error::refused("reader", "a reader only reads"));
    }
    let ledger = LedgerRecord::load(view)?
        .ok_or_else(|| Error::verification("log-damaged", "the log has no genesis"))?;
    if ledger.genesis == *subject {
        return undecided(&ledger.signed, &[], &member).and_then(|()| {
            holds(
                ledger.founders.contains(&member),
                "only the founders sign the genesis",
            )
        });
    }
    if let Some(proposal) = read::<Proposal>(view, &leaf_key(subject))? {
        return check_proposal(view, member, now, &ledger, &proposal);
    }
    if let Some(request) = RequestRecord::load(view, subject)? {
        return check_request(view, member, now, &request);
    }
    Err(match read::<Outcome>(view, &leaf_key(subject))? {
        Some(outcome) => ended(&outcome),
        None => Error::refused(
            "unknown-subject",
            "that entry does not wait for anybody's sign-off",
        )
        .hint("see what waits: rootkeep status"),
    })
}

fn check_proposal(
    view: &dyn Records,
    member: Id,
    now: Time,
    ledger: &LedgerRecord,
    proposal: &Proposal,
) -> Result<()> {
    undecided(&proposal.yes, &proposal.no, &member)?;
    holds(
        ledger
            .governance
            .as_ref()
            .is_some_and(|seal| seal.shares.iter().any(|share| share.holder == member)),
        "you hold no share of the governance secret",
    )?;
    let days = PolicyRecord::load(view)?.settings.pending_days;
    if now > proposal.made_at.plus(u64::from(days) * 86_400) {
        return Err(Error::refused("expired", "the statement has expired").hint("propose it again"));
    }
    Ok(())
}

fn check_request(view: &dyn Records, member: Id, now: Time, request: &RequestRecord) -> Result<()> {
    undecided(&request.yes, &request.no, &member)?;
    policy::takes_decisions(view, request, &member, now)?;
    let mut held = false;
    for wanted in &request.secrets {
        let epoch = Epoch::load(view, &wanted.secret, wanted.epoch)?;
        held |= epoch.is_some_and(|epoch| epoch.rule().people().contains(&member));
    }
    holds(held, "you hold no share of what this request asks for").map_err(|error| {
        error.hint(format!(
            "see who can sign: rootkeep show {}",
            request.id.short()
        ))
    })
}

fn undecided(yes: &[Id], no: &[Id], member: &Id) -> Result<()> {
    let word = match (yes.contains(member), no.contains(member)) {
        (true, _) => "yes",
        (_, true) => "no",
        _ => return Ok(()),
    };
    Err(Error::refused(
        "already-decided",
        format!("you have said {word} to it already"),
    ))
}

fn holds(held: bool, otherwise: &str) -> Result<()> {
    if held {
        return Ok(());
    }
    Err(Error::refused("not-in-quorum", otherwise))
}

fn ended(outcome: &Outcome) -> Error {
    match outcome.ended {
        Ended::Effective => Error::refused(
            "already-effective",
            format!("it is in effect already, since entry #{}", outcome.at),
        ),
        Ended::Rejected => Error::refused(
            "rejected",
            "so many have said no that the others can't carry it",
        ),
        Ended::Withdrawn => Error::refused("withdrawn", "its author took it back"),
    }
}
