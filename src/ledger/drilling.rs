//! Drills: what is asked for is fixed when one starts, and a holder answers for all shares at once, on
//! all cores. One bad share stops no other.

use super::Session;
use super::acts::Entered;
use super::proving::OwnShare;
use super::resharing::Done;
use super::signing::Signer;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::policy::{self, AskedShare};
use crate::state::drills::DrillRecord;
use crate::statement::Claim;
use crate::statement::drills::{Answer, BadShare, DrillKind, Noted, Scope as DrillScope, Start};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// What to start.
pub struct DrillRequest {
    /// What is tried.
    pub drill: DrillKind,
    /// About what.
    pub scope: DrillScope,
    /// By which plan, and for which day of it.
    pub plan: Option<(Name, Date)>,
    /// How many shares of each holder's are asked for; all, where there is no number.
    pub sample: Option<u32>,
    /// Who may take part beside this person and the holders.
    pub people: Vec<Id>,
    /// What else is to be said.
    pub note: Option<Text>,
}

impl Session {
    /// Starts a drill of what its scope has at this moment.
    ///
    /// # Errors
    /// Refused, code `nothing-in-scope`, and by the policy.
    pub fn start_drill(&mut self, request: DrillRequest) -> Result<Entered> {
        self.writable()?;
        let DrillRequest {
            drill,
            scope,
            plan,
            sample,
            mut people,
            note,
        } = request;
        people.sort();
        people.dedup();
        let found = self.on_verified(|session| policy::in_scope(&session.view(), drill, &scope))?;
        if found.secrets.is_empty() && found.targets.is_empty() {
            return Err(Error::refused(
                "nothing-in-scope",
                format!(
                    "there is nothing for a {} drill to try there",
                    drill.as_str()
                ),
            ));
        }
        let (plan, due) = plan.unzip();
        let start = Start {
            drill,
            plan,
            due,
            nonce: Digest::random(&self.rng)?,
            scope,
            sample,
            secrets: found.secrets,
            targets: found.targets,
            people,
        };
        self.enter(Claim::DrillStart(start, Some(Noted { note })), Vec::new())
    }

    /// How many shares of this person's a drill asks for, or its nonce picks.
    ///
    /// # Errors
    /// Refused, code `not-in-quorum`; not found, code `not-a-drill`.
    pub fn asked_of_me(&mut self, drill: &Digest, sample: Option<u32>) -> Result<usize> {
        let shares = self.on_verified(|session| session.signer()?.asked(drill, sample))?;
        Ok(shares.len())
    }

    /// Answers a possession drill: with a proof of each share that it asks for, or that the nonce picks, and
    /// with what is wrong with the others.
    ///
    /// # Errors
    /// Refused by the policy, code `not-in-quorum` where this person holds none.
    pub fn answer_drill(
        &mut self,
        drill: Digest,
        sample: Option<u32>,
        done: Done<'_>,
    ) -> Result<(Entered, Vec<BadShare>)> {
        self.writable()?;
        let answer = self.on_verified(|session| session.signer()?.answer(&drill, sample, done))?;
        let bad = answer.bad.clone();
        let entered = self.enter(Claim::DrillProve(answer), Vec::new())?;
        Ok((entered, bad))
    }
}

impl Signer<'_> {
    /// The own live shares that a drill asks for, or that its nonce picks, in order.
    pub(super) fn asked(&self, drill: &Digest, sample: Option<u32>) -> Result<Vec<AskedShare>> {
        let (_, statement) = self.source.statement(drill)?;
        let Claim::DrillStart(start, _) = statement.claim() else {
            return Err(not_a_drill());
        };
        let asked = start.secrets.iter().map(|one| (one.secret, one.epoch));
        let records = self.source.records();
        let mut own = policy::asked_shares(records.as_ref(), asked, &self.member)?;
        if own.is_empty() {
            let record = DrillRecord::load(records.as_ref(), drill)?;
            return Err(match record {
                Some(record) => policy::nothing_left(&record, &self.member),
                None => not_a_drill(),
            });
        }
        if let Some(size) = sample {
            let places = own.iter().map(|one| one.place).collect();
            let picked = policy::picked(&start.nonce, &self.member, places, size);
            own.retain(|one| picked.binary_search(&one.place).is_ok());
        }
        own.retain(|one| one.live);
        Ok(own)
    }

    /// Proves each of them, or says what is wrong with it.
    pub(super) fn answer(
        &self,
        drill: &Digest,
        sample: Option<u32>,
        done: Done<'_>,
    ) -> Result<Answer> {
        let own = self.asked(drill, sample)?;
        let (mut proofs, mut bad) = (Vec::with_capacity(own.len()), Vec::new());
        let own = own.into_iter().map(|one| OwnShare {
            place: one.place,
            share: one.share,
        });
        for (place, outcome) in self.try_all(drill, own.collect(), done)? {
            match outcome {
                Ok(proof) => proofs.push(proof),
                Err(unprovable) => bad.push(BadShare {
                    secret: place.secret,
                    epoch: place.epoch,
                    group: place.group,
                    member: place.member,
                    why: unprovable.fault,
                }),
            }
        }
        Ok(Answer {
            drill: *drill,
            sample,
            proofs,
            bad,
        })
    }
}

fn not_a_drill() -> Error {
    Error::not_found("not-a-drill", "that entry starts no drill")
        .hint("see which there are: rootkeep drill list")
}
