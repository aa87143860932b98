//! What waits for the governance quorum: proposing, agreeing, declining, taking back, and the
//! effect at the leaf that completes it.

use super::founding::{GOVERNANCE_SECRET, check_settings};
use super::governance_secret::all_new_holders;
use super::people::enrolment_stands;
use super::posture::check_posture;
use super::releases::CLOCK_ERROR;
use super::{Judge, Verdict, may, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::possession::{self, ShareContext};
use crate::error::{Error, Result};
use crate::state::custody::RequestRecord;
use crate::state::drills::JointRecord;
use crate::state::people::{Custodian, LedgerRecord, ONE};
use crate::state::places::WitnessRecord;
use crate::state::records::{Records, Table, read};
use crate::state::reviews::ReviewRecord;
use crate::state::rules::{
    Ended, Outcome, PolicyRecord, Proposal, Quorum, SplitRule, fewest_missing, leaf_key,
};
use crate::statement::decisions::SignOff;
use crate::statement::people::Role;
use crate::statement::secrets::Share;
use crate::statement::{Claim, Time};

impl Judge<'_> {
    /// Files a statement that takes effect once governance agrees.
    pub(super) fn propose(&mut self) -> Result<Verdict> {
        let claim = self.statement.claim();
        self.may_propose(claim)?;
        self.check_proposed(claim)?;
        let ledger = self.ledger()?;
        let header = self.statement.header();
        let proposal = Proposal {
            index: self.index,
            id: header.id,
            author: header.author,
            made_at: self.time(),
            kind: header.kind.clone(),
            facts: self.facts_text()?,
            policy_index: PolicyRecord::load(&self.state)?.index,
            governance_index: ledger.governance.as_ref().map_or(0, |seal| seal.index),
            yes: Vec::new(),
            latest: self.time(),
            no: Vec::new(),
        };
        self.state.put(&leaf_key(&self.leaf()), &proposal)?;
        Ok(Verdict::waits_for(
            self.governance_needs(&ledger, &proposal, claim)?
                .unwrap_or(0)
                .max(1),
        ))
    }

    fn may_propose(&self, claim: &Claim) -> Result<()> {
        match claim {
            Claim::CustodianRetire(retire, _) if retire.custodian == self.author() => Ok(()),
            Claim::CustodianReplace(replace, _) if replace.old == self.author() => Ok(()),
            Claim::SecretDestroy(destroy, _) => match self.quorum_of(&destroy.secret)? {
                Some(quorum) => self.may_seal(&quorum),
                None => Err(refusal::no_such_secret()),
            },
            Claim::CopyPromote(promote) => {
                self.needs_role(Role::Keeper, "proposing this")?;
                self.check_promoted_head(promote)
            }
            Claim::FindingAccept(accept, _) => {
                self.needs_role(Role::Keeper, "proposing this")?;
                self.check_accepted(accept)
            }
            Claim::TaskRequest(..) => {
                self.needs_one_of(&[Role::Keeper, Role::Operator], "asking for a task")
            }
            _ => self.needs_role(Role::Keeper, "proposing this"),
        }
    }

    /// What must hold when a statement is proposed, and still when it takes effect.
    fn check_proposed(&self, claim: &Claim) -> Result<()> {
        match claim {
            Claim::CustodianRetire(retire, _) => self.check_retire(retire),
            Claim::CustodianReplace(replace, _) => self.check_replace(replace),
            Claim::GovernanceSet(set) => self.check_governance_set(set),
            Claim::QuorumDefine(define) => self.check_define(define),
            Claim::PolicySet(set) => check_settings(&set.policy),
            Claim::CopyPromote(promote) => self.check_promote(promote),
            Claim::RunbookAdd(add, _) => self.check_runbook(add),
            Claim::CustodianAdd(..) | Claim::FindingAccept(..) => Ok(()),
            Claim::SecretDestroy(destroy, _) => self.check_destroy(destroy),
            Claim::PostureSet(set) => check_posture(&set.posture),
            Claim::TaskRequest(request, _) => self.check_task(request),
            Claim::EventExplain(explain, _) => self.check_explain(explain),
            Claim::ReconcileVoid(void, _) => self.check_void(void),
            Claim::Erase(erase, _) => self.check_erase(erase),
            _ => Err(refusal::malformed(
                "statements of this kind don't wait for governance",
            )),
        }
    }

    /// How many more people must say yes at least; `None` where not even all that are left suffice.
    fn governance_needs(
        &self,
        ledger: &LedgerRecord,
        proposal: &Proposal,
        claim: &Claim,
    ) -> Result<Option<usize>> {
        let Some(rule) = may::governance_rule(ledger) else {
            return Ok(None);
        };
        let mut rules = vec![rule];
        rules.extend(all_new_holders(claim));
        let people = rules.iter().flat_map(SplitRule::people).collect();
        let able = self.in_force(&people)?;
        let yes = proposal
            .yes
            .iter()
            .copied()
            .filter(|id| able.contains(id))
            .collect();
        let open = able
            .into_iter()
            .filter(|id| !proposal.no.contains(id))
            .collect();
        Ok(fewest_missing(&rules, &yes, &open))
    }

    pub(super) fn sign(&mut self, sign: &SignOff) -> Result<Verdict> {
        if sign.subject == self.ledger()?.genesis {
            return self.sign_genesis(sign);
        }
        if let Some(proposal) = read::<Proposal>(&self.state, &leaf_key(&sign.subject))? {
            return self.sign_proposal(sign, proposal);
        }
        if let Some(request) = RequestRecord::load(&self.state, &sign.subject)? {
            return self.sign_request(sign, request);
        }
        if let Some(waits) = read::<WitnessRecord>(&self.state, &leaf_key(&sign.subject))? {
            return self.sign_as_witness(sign, &waits);
        }
        if let Some(joint) = read::<JointRecord>(&self.state, &leaf_key(&sign.subject))? {
            return self.sign_joint(sign, joint);
        }
        if let Some(review) = self.open_review(&sign.subject)? {
            return self.sign_review(sign, review);
        }
        Err(self.no_longer_waits(&sign.subject)?)
    }

    fn sign_proposal(&mut self, sign: &SignOff, mut proposal: Proposal) -> Result<Verdict> {
        let ledger = self.ledger()?;
        let claim = self.still_waits(&sign.subject, &ledger, &proposal)?;
        self.check_governance_proofs(&ledger, Some(&claim), sign)?;
        proposal.yes.push(self.author());
        proposal.latest = proposal.latest.max(self.time());
        let needs = self
            .governance_needs(&ledger, &proposal, &claim)?
            .ok_or_else(refusal::rejected)?;
        let key = leaf_key(&sign.subject);
        if needs > 0 {
            self.state.put(&key, &proposal)?;
            return Ok(Verdict::waits_for(needs));
        }
        self.end(&sign.subject, &proposal, Ended::Effective)?;
        self.take_effect(&sign.subject, &proposal, &claim)
    }

    /// Whether a proposal can still be decided by this author at this leaf.
    fn still_waits(
        &self,
        subject: &Digest,
        ledger: &LedgerRecord,
        proposal: &Proposal,
    ) -> Result<Claim> {
        let author = self.author();
        if self.statement.header().seen.size <= proposal.index {
            return Err(refusal::not_seen());
        }
        let claim = proposal.claim()?;
        if governance_shares(ledger, Some(&claim), &author).is_empty() {
            return Err(refusal::not_in_quorum("of the governance secret"));
        }
        if proposal.yes.contains(&author) || proposal.no.contains(&author) {
            return Err(refusal::twice());
        }
        if proposal_expired(&self.state, proposal, self.time())? {
            return Err(refusal::expired("the statement"));
        }
        if proposal.made_at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the statement"));
        }
        not_overtaken(&self.state, proposal)?;
        self.check_proposed(&claim)
            .map_err(|why| refusal::lapsed("what it proposes can't be any more").because(why))?;
        enrolment_stands(&self.state, subject, &claim)?;
        Ok(claim)
    }

    fn take_effect(
        &mut self,
        subject: &Digest,
        proposal: &Proposal,
        claim: &Claim,
    ) -> Result<Verdict> {
        match claim {
            Claim::CustodianAdd(add, _) => return self.approve(subject, &add.card),
            Claim::CustodianReplace(replace, _) => {
                let verdict = self.replace(subject, replace)?;
                self.somebody_left()?;
                return Ok(verdict);
            }
            Claim::CustodianRetire(retire, _) => {
                self.retire(retire)?;
                self.somebody_left()?;
            }
            Claim::GovernanceSet(set) => self.set_governance(set, proposal.author)?,
            Claim::QuorumDefine(define) => self.define(define)?,
            Claim::PolicySet(set) => self.state.put(
                ONE,
                &PolicyRecord {
                    settings: set.policy,
                    index: self.index,
                },
            )?,
            Claim::SecretDestroy(destroy, _) => self.destroy(destroy)?,
            Claim::CopyPromote(promote) => self.promote(promote)?,
            Claim::RunbookAdd(add, _) => self.publish(subject, add)?,
            Claim::FindingAccept(accept, _) => self.accept_finding(subject, accept)?,
            Claim::PostureSet(set) => self.hold_to(&set.posture)?,
            Claim::TaskRequest(..) => self.open_task(subject, proposal.latest)?,
            Claim::EventExplain(explain, _) => self.explain(subject, explain)?,
            Claim::ReconcileVoid(void, _) => self.void(subject, void)?,
            Claim::Erase(erase, _) => self.erase(subject, erase)?,
            _ => {
                return Err(refusal::malformed(
                    "statements of this kind don't wait for governance",
                ));
            }
        }
        Ok(Verdict::AT_ONCE)
    }

    /// What waited for somebody who is there no more is judged again: nobody else may be left to do it.
    fn somebody_left(&mut self) -> Result<()> {
        self.joints_again()?;
        self.review_again()
    }

    fn end(&mut self, subject: &Digest, proposal: &Proposal, ended: Ended) -> Result<()> {
        let key = leaf_key(subject);
        self.state.remove(Table::Proposal, &key);
        let outcome = Outcome {
            index: proposal.index,
            ended,
            at: self.index,
            yes: proposal.yes.clone(),
        };
        self.state.put(&key, &outcome)
    }

    pub(super) fn reject(&mut self, subject: &Digest) -> Result<Verdict> {
        if let Some(mut proposal) = read::<Proposal>(&self.state, &leaf_key(subject))? {
            let ledger = self.ledger()?;
            self.still_waits(subject, &ledger, &proposal)?;
            proposal.no.push(self.author());
            if self
                .governance_needs(&ledger, &proposal, &proposal.claim()?)?
                .is_none()
            {
                self.end(subject, &proposal, Ended::Rejected)?;
            } else {
                self.state.put(&leaf_key(subject), &proposal)?;
            }
            return Ok(Verdict::AT_ONCE);
        }
        if let Some(waits) = read::<WitnessRecord>(&self.state, &leaf_key(subject))? {
            return self.reject_as_witness(subject, &waits);
        }
        if let Some(joint) = read::<JointRecord>(&self.state, &leaf_key(subject))? {
            return self.reject_joint(subject, &joint);
        }
        if let Some(review) = self.open_review(subject)? {
            return self.reject_review(subject, review);
        }
        match RequestRecord::load(&self.state, subject)? {
            Some(request) => self.reject_request(subject, request),
            None => Err(self.no_longer_waits(subject)?),
        }
    }

    pub(super) fn withdraw(&mut self, subject: &Digest) -> Result<Verdict> {
        if let Some(proposal) = read::<Proposal>(&self.state, &leaf_key(subject))? {
            self.withdraws_own(&proposal.author)?;
            self.has_seen(proposal.index)?;
            self.end(subject, &proposal, Ended::Withdrawn)?;
            return Ok(Verdict::AT_ONCE);
        }
        if let Some(waits) = read::<WitnessRecord>(&self.state, &leaf_key(subject))? {
            return self.withdraw_witnessed(subject, &waits);
        }
        if let Some(joint) = read::<JointRecord>(&self.state, &leaf_key(subject))? {
            return self.withdraw_joint(subject, &joint);
        }
        if let Some(review) = self.open_review(subject)? {
            return self.withdraw_review(subject, review);
        }
        match RequestRecord::load(&self.state, subject)? {
            Some(request) => self.withdraw_request(subject, request),
            None => Err(self.no_longer_waits(subject)?),
        }
    }

    /// A decision names what its author had seen.
    pub(super) fn has_seen(&self, index: u64) -> Result<()> {
        if self.statement.header().seen.size > index {
            Ok(())
        } else {
            Err(refusal::not_seen())
        }
    }

    pub(super) fn withdraws_own(&self, author: &Id) -> Result<()> {
        if *author == self.author() {
            Ok(())
        } else {
            Err(
                Error::refused("not-author", "only its author takes a statement back")
                    .hint("to say no: rootkeep reject ID --reason TEXT"),
            )
        }
    }

    /// A review that goes on.
    fn open_review(&self, subject: &Digest) -> Result<Option<ReviewRecord>> {
        let review = ReviewRecord::load(&self.state, subject)?;
        Ok(review.filter(|review| review.ended.is_none()))
    }

    /// Why a subject takes no decision: how it ended, or that there is none.
    fn no_longer_waits(&self, subject: &Digest) -> Result<Error> {
        Ok(match read::<Outcome>(&self.state, &leaf_key(subject))? {
            Some(outcome) => match outcome.ended {
                Ended::Effective => refusal::already_effective(),
                Ended::Rejected => refusal::rejected(),
                Ended::Withdrawn => refusal::withdrawn(),
                Ended::Lapsed => refusal::overtaken(),
            },
            None => refusal::unknown_subject(),
        })
    }

    /// One proof for each governance share of the author's own that the subject is about, in order of
    /// epoch, and nothing sent.
    pub(super) fn check_governance_proofs(
        &mut self,
        ledger: &LedgerRecord,
        claim: Option<&Claim>,
        sign: &SignOff,
    ) -> Result<()> {
        let author = self.author();
        let own = governance_shares(ledger, claim, &author);
        if own.is_empty() {
            return Err(refusal::not_in_quorum("of the governance secret"));
        }
        if sign.proofs.len() != own.len() || !sign.shares.is_empty() {
            return Err(refusal::malformed(
                "a governance sign-off carries one proof for each share that it proves",
            ));
        }
        for (proof, (epoch, share)) in sign.proofs.iter().zip(own) {
            let fits = proof.secret == GOVERNANCE_SECRET
                && proof.epoch == epoch
                && (proof.group, proof.member) == (share.group, share.member);
            if !fits {
                return Err(refusal::malformed(
                    "a governance sign-off proves the author's own share",
                ));
            }
            let context = ShareContext {
                ledger: ledger.id,
                secret: proof.secret,
                epoch: proof.epoch,
                group: proof.group,
                member: proof.member,
            };
            let message = possession::message(&context, &author, &sign.subject);
            self.signatures
                .check(&share.key, message, &proof.proof.0)
                .map_err(bad_proof)?;
        }
        Ok(())
    }
}

/// Whether a proposal has waited too long at `now`.
///
/// # Errors
/// Verification where the state is damaged.
pub fn proposal_expired(records: &dyn Records, proposal: &Proposal, now: Time) -> Result<bool> {
    let days = u64::from(PolicyRecord::load(records)?.settings.pending_days);
    Ok(now > proposal.made_at.plus(days * 86_400))
}

/// That neither the policy nor the governance secret was set anew since a proposal was made, and that its
/// author was not distrusted since, from then or from before, nor the quorum that it defines.
///
/// # Errors
/// Refused, code `lapsed`.
pub fn not_overtaken(records: &dyn Records, proposal: &Proposal) -> Result<()> {
    let ledger = LedgerRecord::load(records)?.ok_or_else(refusal::no_genesis)?;
    let governance_index = ledger.governance.as_ref().map_or(0, |seal| seal.index);
    let policy_index = PolicyRecord::load(records)?.index;
    if (policy_index, governance_index) != (proposal.policy_index, proposal.governance_index) {
        return Err(refusal::lapsed(
            "the policy or the governance quorum was set anew since",
        ));
    }
    if let Claim::QuorumDefine(define) = proposal.claim()?
        && Quorum::load(records, &define.quorum)?
            .is_some_and(|quorum| quorum.index > proposal.index)
    {
        return Err(refusal::lapsed("that quorum was set anew since"));
    }
    let author = Custodian::load(records, &proposal.author)?;
    let distrusted = author.and_then(|author| author.distrust_from);
    if distrusted.is_some_and(|from| from <= proposal.index) {
        return Err(refusal::lapsed("what its author said is distrusted since"));
    }
    Ok(())
}

/// The governance shares that `member` proves by signing: of the epoch in force, and, where the subject
/// proposes another epoch, of that.
#[must_use]
pub fn governance_shares(
    ledger: &LedgerRecord,
    claim: Option<&Claim>,
    member: &Id,
) -> Vec<(u32, Share)> {
    let now = ledger.governance.as_ref();
    let next = match claim {
        Some(Claim::GovernanceSet(set)) => Some((set.seal.epoch, &set.seal.shares)),
        _ => None,
    };
    now.map(|now| (now.epoch, &now.shares))
        .into_iter()
        .chain(next)
        .flat_map(|(epoch, shares)| shares.iter().map(move |share| (epoch, share)))
        .filter(|(_, share)| share.holder == *member)
        .map(|(epoch, share)| (epoch, share.clone()))
        .collect()
}

/// What a false possession proof is, by the error of its signature.
#[must_use]
pub fn bad_proof(error: Error) -> Error {
    Error::verification("bad-proof", "a possession proof is false").because(error.message())
}
