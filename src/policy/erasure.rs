//! Erasing what a statement says of people. No rule reads what is gone: whatever was admitted with it is
//! admitted without it, so that the log can be judged again from its beginning. What people still have to
//! read before they decide, and what the register says now, is not erased until something else is said.

use super::{Judge, LeafInfo, RequestState, not_overtaken, proposal_expired, request_state};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::custody::RequestRecord;
use crate::state::drills::JointRecord;
use crate::state::erasure::ErasedRecord;
use crate::state::estate::{AlarmRecord, PostureRecord};
use crate::state::people::Custodian;
use crate::state::places::{MailboxRecord, PhoneRecord, WitnessRecord};
use crate::state::records::{list, read};
use crate::state::reviews::{PrivilegeRecord, ReviewRecord, StruckRecord};
use crate::state::rules::{Ended, Proposal, leaf_key};
use crate::statement::erasure::Erase;
use crate::statement::{Claim, Kind, Time};

impl Judge<'_> {
    /// What must hold when an erasure is proposed, and still when it takes effect.
    pub(super) fn check_erase(&self, erase: &Erase) -> Result<()> {
        let found = self.found(&erase.subject)?;
        self.has_seen(found.index)?;
        if !Claim::has_personal(found.kind) {
            return Err(Error::refused(
                "nothing-to-erase",
                format!(
                    "a statement of kind `{}` says nothing of people that could be erased",
                    found.kind.as_str()
                ),
            ));
        }
        if let Some(erased) = ErasedRecord::load(&self.state, &erase.subject)? {
            return Err(Error::refused(
                "already-erased",
                format!("it was erased at entry #{}", erased.index),
            ));
        }
        if self.is_awaited(&erase.subject)? {
            return Err(Error::refused(
                "still-waits",
                "somebody has yet to decide on it, and reads it before",
            )
            .hint("wait until it is decided, or take it back: rootkeep withdraw ID"));
        }
        if is_in_use(&self.state, &erase.subject, &found)? {
            return Err(Error::refused(
                "still-needed",
                "it is what the ledger says now of somebody or something in use",
            )
            .hint("say it anew first, or end what it is about; a custodian's name goes when nobody goes by it any more"));
        }
        self.check_retention(&found)
    }

    fn check_retention(&self, found: &LeafInfo) -> Result<()> {
        let days = PostureRecord::load(&self.state)?.posture.retention_days;
        let until = kept_until(found.made_at, days);
        if self.time() >= until {
            return Ok(());
        }
        Err(Error::refused(
            "retained",
            format!("what statements say of people is kept for {days} days: this until {until}"),
        )
        .hint("how long, is governance's to say: rootkeep posture set --retention-days DAYS"))
    }

    /// Whether a statement waits for somebody's decision.
    fn is_awaited(&self, subject: &Digest) -> Result<bool> {
        let key = leaf_key(subject);
        if let Some(proposal) = read::<Proposal>(&self.state, &key)? {
            let over = proposal_expired(&self.state, &proposal, self.time())?
                || not_overtaken(&self.state, &proposal).is_err();
            return Ok(!over);
        }
        if let Some(request) = RequestRecord::load(&self.state, subject)? {
            return Ok(matches!(
                request_state(&request, self.time()),
                RequestState::Waiting | RequestState::Effective | RequestState::Ahead
            ));
        }
        let review = ReviewRecord::load(&self.state, subject)?;
        Ok(read::<WitnessRecord>(&self.state, &key)?.is_some()
            || read::<JointRecord>(&self.state, &key)?.is_some()
            || review.is_some_and(|review| review.ended.is_none()))
    }

    pub(super) fn erase(&mut self, by: &Digest, erase: &Erase) -> Result<()> {
        let record = ErasedRecord {
            by: *by,
            index: self.index,
        };
        self.state.put(&leaf_key(&erase.subject), &record)?;
        self.erases = Some(erase.subject);
        Ok(())
    }
}

/// The first moment at which a statement of `made_at` can be erased.
fn kept_until(made_at: Time, days: u32) -> Time {
    made_at.plus(u64::from(days) * 86_400)
}

/// Whether a statement is what the records say at the moment: the name of a custodian who is one, who has
/// access to something in use, or whose name has yet to be taken out of something.
fn is_in_use(records: &dyn Records, subject: &Digest, found: &LeafInfo) -> Result<bool> {
    let last = |events: &[u64]| events.last() == Some(&found.index);
    Ok(match found.kind {
        Kind::Genesis | Kind::CustodianAdd | Kind::CustodianReplace => {
            let all = Custodian::all(records)?;
            all.iter().any(|(_, one)| {
                one.enrolment == *subject && one.approved.is_some() && one.retired.is_none()
            })
        }
        Kind::MailboxSet => list::<MailboxRecord>(records, "")?
            .iter()
            .any(|(_, one)| !one.facts.closed && last(&one.events)),
        Kind::PhoneSet => list::<PhoneRecord>(records, "")?
            .iter()
            .any(|(_, one)| !one.facts.closed && last(&one.events)),
        Kind::AlarmSet => list::<AlarmRecord>(records, "")?
            .iter()
            .any(|(_, one)| !one.facts.closed && last(&one.events)),
        Kind::PrivilegeSet => list::<PrivilegeRecord>(records, "")?
            .iter()
            .any(|(_, one)| !one.facts.ended && last(&one.events)),
        Kind::ReviewStart => {
            let review = ReviewRecord::load(records, subject)?;
            let passed = review
                .and_then(|review| review.ended)
                .is_some_and(|ended| ended.how == Ended::Effective);
            let struck = list::<StruckRecord>(records, &leaf_key(subject))?;
            passed && struck.iter().any(|(_, struck)| struck.done.is_none())
        }
        _ => false,
    })
}
