//! Whether somebody can decide on something: told from the records before anything is shown, asked or
//! decrypted. What counts is the judgement of the entry itself.

use super::accesses::may_witness;
use super::joint::may_join;
use super::people::enrolment_stands;
use super::reviews::may_sign_review;
use super::{
    governance_shares, in_force_author, not_overtaken, proposal_expired, refusal, takes_decisions,
};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::drills::JointRecord;
use crate::state::people::LedgerRecord;
use crate::state::places::WitnessRecord;
use crate::state::records::read;
use crate::state::reviews::ReviewRecord;
use crate::state::rules::{Ended, Outcome, Proposal, leaf_key};
use crate::statement::people::Role;
use crate::statement::{Kind, Time};

/// That a yes or a no of `member` to `subject` can count at `now`.
///
/// # Errors
/// Refused, with the code that [`super::judge`] would give.
pub fn may_decide(records: &dyn Records, member: &Id, now: Time, subject: &Digest) -> Result<()> {
    if in_force_author(records, Kind::Sign, member)?.has(Role::Reader) {
        return Err(refusal::reader());
    }
    let ledger = LedgerRecord::load(records)?.ok_or_else(refusal::no_genesis)?;
    if ledger.genesis == *subject {
        undecided(&ledger.signed, &[], member)?;
        return holds(
            ledger.founders.contains(member),
            "only the founders sign the genesis",
        );
    }
    if let Some(proposal) = read::<Proposal>(records, &leaf_key(subject))? {
        return check_proposal(records, member, now, &ledger, subject, &proposal);
    }
    if let Some(request) = RequestRecord::load(records, subject)? {
        return check_request(records, member, now, &request);
    }
    if let Some(waits) = read::<WitnessRecord>(records, &leaf_key(subject))? {
        return may_witness(records, &waits, member);
    }
    if let Some(joint) = read::<JointRecord>(records, &leaf_key(subject))? {
        return may_join(&joint, member);
    }
    if let Some(review) = ReviewRecord::load(records, subject)?
        && review.ended.is_none()
    {
        return may_sign_review(records, subject, &review, member);
    }
    Err(match read::<Outcome>(records, &leaf_key(subject))? {
        Some(outcome) => ended(&outcome),
        None => refusal::unknown_subject().hint("see what waits: rootkeep status"),
    })
}

fn check_proposal(
    records: &dyn Records,
    member: &Id,
    now: Time,
    ledger: &LedgerRecord,
    subject: &Digest,
    proposal: &Proposal,
) -> Result<()> {
    let claim = proposal.claim()?;
    undecided(&proposal.yes, &proposal.no, member)?;
    holds(
        !governance_shares(ledger, Some(&claim), member).is_empty(),
        "you hold no share of the governance secret",
    )?;
    enrolment_stands(records, subject, &claim)?;
    if proposal_expired(records, proposal, now)? {
        return Err(refusal::expired("the statement"));
    }
    not_overtaken(records, proposal)
}

fn check_request(
    records: &dyn Records,
    member: &Id,
    now: Time,
    request: &RequestRecord,
) -> Result<()> {
    undecided(&request.yes, &request.no, member)?;
    takes_decisions(records, request, member, now)?;
    let mut held = false;
    for wanted in &request.secrets {
        let epoch = Epoch::load(records, &wanted.secret, wanted.epoch)?;
        held |= epoch.is_some_and(|epoch| epoch.rule().people().contains(member));
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
        Ended::Rejected => refusal::rejected(),
        Ended::Withdrawn => refusal::withdrawn(),
        Ended::Lapsed => refusal::overtaken(),
    }
}
