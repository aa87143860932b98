//! What takes effect once everyone who took part has signed.

use super::releases::CLOCK_ERROR;
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{self, Error, Result};
use crate::state::drills::JointRecord;
use crate::state::people::Custodian;
use crate::state::records::{Table, list};
use crate::state::rules::{Ended, Outcome, PolicyRecord, leaf_key};
use crate::statement::Claim;
use crate::statement::decisions::SignOff;
use crate::statement::people::Role;

impl Judge<'_> {
    /// Files a statement that takes effect once `people`, its author apart, have signed.
    pub(super) fn wait_for_all(&mut self, people: &[Id]) -> Result<Verdict> {
        let author = self.author();
        let header = self.statement.header();
        let joint = JointRecord {
            index: self.index,
            id: header.id,
            author,
            made_at: self.time(),
            kind: header.kind.clone(),
            facts: self.facts_text()?,
            people: people.iter().copied().filter(|id| *id != author).collect(),
            yes: Vec::new(),
        };
        let leaf = self.leaf();
        self.decided_by_all(&leaf, joint)
    }

    /// In force, and no reader.
    pub(super) fn can_sign(&self, who: &Id) -> Result<()> {
        let custodian =
            Custodian::load(&self.state, who)?.ok_or_else(|| refusal::unknown_author(who))?;
        if custodian.in_force() && !custodian.has(Role::Reader) {
            return Ok(());
        }
        Err(Error::refused(
            "not-in-force",
            "somebody who is named is not in force, or only reads",
        )
        .because(format!("custodian {who}")))
    }

    /// That everyone who took part and is still there is among those who are to sign. What is given up ends
    /// without some of them, where a keeper says so and somebody else signs: nobody keeps it from ending.
    pub(super) fn check_took_part(
        &self,
        took_part: &[Id],
        people: &[Id],
        given_up: bool,
    ) -> Result<()> {
        if !people.is_sorted_by(|one, next| one < next) {
            return Err(refusal::malformed("people stand in order of id, each once"));
        }
        for who in people {
            self.can_sign(who)?;
        }
        let Some(missing) = self.left_out(took_part, people)? else {
            return Ok(());
        };
        let error = Error::refused("participant-missing", "somebody who took part is not named")
            .because(format!("custodian {missing}"));
        if !given_up {
            return Err(error);
        }
        if people.iter().all(|who| *who == self.author()) {
            return Err(error.hint("without them, somebody beside you signs: --participant NAME"));
        }
        self.needs_role(Role::Keeper, "ending this without somebody who took part")
    }

    /// Somebody who took part, is still there, and is not among those who sign.
    fn left_out(&self, took_part: &[Id], people: &[Id]) -> Result<Option<Id>> {
        for who in took_part {
            let there = Custodian::load(&self.state, who)?.is_some_and(|who| who.in_force());
            if there && people.binary_search(who).is_err() {
                return Ok(Some(*who));
            }
        }
        Ok(None)
    }

    /// That what ends without somebody who took part is signed by somebody beside its author.
    pub(super) fn check_given_up(
        &self,
        joint: &JointRecord,
        took_part: &[Id],
        people: &[Id],
    ) -> Result<()> {
        if !joint.yes.is_empty() || self.left_out(took_part, people)?.is_none() {
            return Ok(());
        }
        Err(Error::refused(
            "alone",
            "nobody alone ends it without those who took part",
        ))
    }

    pub(super) fn sign_joint(&mut self, sign: &SignOff, mut joint: JointRecord) -> Result<Verdict> {
        self.has_seen(joint.index)?;
        may_join(&joint, &self.author())?;
        if joint.made_at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the statement")
                .hint("to say no: rootkeep reject ID --reason TEXT"));
        }
        if !sign.proofs.is_empty() || !sign.shares.is_empty() {
            return Err(refusal::malformed(
                "who took part proves no share and sends none",
            ));
        }
        joint.yes.push(self.author());
        self.decided_by_all(&sign.subject, joint)
    }

    /// Who was retired since is waited for no more.
    fn decided_by_all(&mut self, subject: &Digest, joint: JointRecord) -> Result<Verdict> {
        let missing = joint.missing().copied().collect();
        let needs = self.in_force(&missing)?.len();
        if needs > 0 {
            self.state.put(&leaf_key(subject), &joint)?;
            return Ok(Verdict::waits_for(needs));
        }
        self.check_end(&joint)?;
        match joint.claim()? {
            Claim::DrillFinish(finish, _) => self.drill_finished(subject, &joint, &finish)?,
            Claim::CeremonyFinish(finish, _) => {
                self.ceremony_finished(subject, &joint, &finish)?;
            }
            _ => {
                return Err(refusal::malformed(
                    "statements of this kind don't wait for those who took part",
                ));
            }
        }
        self.end_joint(subject, &joint, Ended::Effective)?;
        Ok(Verdict::AT_ONCE)
    }

    /// What has to hold where it takes effect, once nobody is waited for.
    fn check_end(&self, joint: &JointRecord) -> Result<()> {
        match joint.claim()? {
            Claim::DrillFinish(finish, _) => self.check_drill_end(joint, &finish),
            Claim::CeremonyFinish(finish, _) => self.check_ceremony_end(joint, &finish),
            _ => Ok(()),
        }
        .map_err(|error| error.hint("to go on instead: rootkeep reject ID --reason TEXT"))
    }

    /// Where somebody was retired: what waited for them alone takes effect, or, where it can't any more, is
    /// as good as rejected.
    pub(super) fn joints_again(&mut self) -> Result<()> {
        for (key, joint) in list::<JointRecord>(&self.state, "")? {
            let missing = joint.missing().copied().collect();
            if !self.in_force(&missing)?.is_empty() {
                continue;
            }
            let subject = Digest::parse(&key)?;
            match self.check_end(&joint) {
                Ok(()) => self.decided_by_all(&subject, joint)?,
                Err(error) if error.kind() == error::Kind::Refused => {
                    self.drop_joint(&subject, &joint, Ended::Rejected)?
                }
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }

    /// One no ends it, whatever its date: else a clock set forward could make it wait for years.
    pub(super) fn reject_joint(
        &mut self,
        subject: &Digest,
        joint: &JointRecord,
    ) -> Result<Verdict> {
        self.has_seen(joint.index)?;
        may_join(joint, &self.author())?;
        self.drop_joint(subject, joint, Ended::Rejected)
    }

    pub(super) fn withdraw_joint(
        &mut self,
        subject: &Digest,
        joint: &JointRecord,
    ) -> Result<Verdict> {
        let left = Custodian::load(&self.state, &joint.author)?
            .is_none_or(|author| author.retired.is_some());
        // Else it would wait for ever: for whom its author has named and nobody can reach, too.
        if left || (joint.author != self.author() && self.waits_too_long(joint)?) {
            self.needs_role(Role::Keeper, "taking back what another has made")?;
        } else {
            self.withdraws_own(&joint.author)?;
        }
        self.has_seen(joint.index)?;
        self.drop_joint(subject, joint, Ended::Withdrawn)
    }

    /// Whether a statement has waited for longer than a proposal may, or is of a day to come.
    fn waits_too_long(&self, joint: &JointRecord) -> Result<bool> {
        let days = u64::from(PolicyRecord::load(&self.state)?.settings.pending_days);
        let now = self.time();
        Ok(now > joint.made_at.plus(days * 86_400) || joint.made_at > now.plus(CLOCK_ERROR))
    }

    fn drop_joint(
        &mut self,
        subject: &Digest,
        joint: &JointRecord,
        ended: Ended,
    ) -> Result<Verdict> {
        match joint.claim()? {
            Claim::DrillFinish(finish, _) => self.drill_goes_on(&finish)?,
            Claim::CeremonyFinish(finish, _) => self.ceremony_goes_on(&finish)?,
            _ => {}
        }
        self.end_joint(subject, joint, ended)?;
        Ok(Verdict::AT_ONCE)
    }

    fn end_joint(&mut self, subject: &Digest, joint: &JointRecord, ended: Ended) -> Result<()> {
        let key = leaf_key(subject);
        let outcome = Outcome {
            index: joint.index,
            ended,
            at: self.index,
            yes: joint.yes.clone(),
        };
        self.state.remove(Table::Joint, &key);
        self.state.put(&key, &outcome)
    }
}

/// That `member` is one of those whom a statement waits for.
pub(super) fn may_join(joint: &JointRecord, member: &Id) -> Result<()> {
    if !joint.people.contains(member) {
        return Err(Error::refused(
            "not-a-participant",
            "only those whom it names as having taken part sign this",
        ));
    }
    if joint.yes.contains(member) {
        return Err(refusal::twice());
    }
    Ok(())
}
