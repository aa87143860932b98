//! Answers to possession drills: every share that was asked for is proven, or said to be bad.

use std::collections::BTreeMap;

use super::drills::{AskedShare, asked_shares};
use super::governance::bad_proof;
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::possession::{self, ShareContext};
use crate::error::{Error, Result};
use crate::state::custody::Epoch;
use crate::state::drills::{AnswerRecord, AskedRecord, DrillRecord, SharePlace};
use crate::state::records::read;
use crate::state::rules::leaf_key;
use crate::statement::drills::Answer;

impl Judge<'_> {
    /// A holder answers with all shares at once: what is left out would look like an oversight.
    pub(super) fn drill_prove(&mut self, answer: &Answer) -> Result<Verdict> {
        let mut drill = self.recording_in(&answer.drill)?;
        let author = self.author();
        let asked = read::<AskedRecord>(&self.state, &leaf_key(&answer.drill))?
            .ok_or_else(|| refusal::malformed("this drill asks for no shares"))?;
        let own = asked_shares(&self.state, asked.secrets.into_iter(), &author)?;
        let mut own: BTreeMap<SharePlace, AskedShare> =
            own.into_iter().map(|one| (one.place, one)).collect();
        if own.is_empty() {
            return Err(nothing_left(&drill, &author));
        }
        check_size(&drill, answer.sample)?;
        if let Some(size) = answer.sample {
            let places = own.keys().copied().collect();
            let picked = picked(&drill.nonce, &author, places, size);
            own.retain(|place, _| picked.binary_search(place).is_ok());
        }
        let said = places(answer)?;
        let left_out = |(place, share): (&SharePlace, &AskedShare)| {
            share.live && said.binary_search(place).is_err()
        };
        if own.iter().any(left_out) || said.iter().any(|place| !own.contains_key(place)) {
            return Err(Error::refused(
                "not-all-shares",
                "the answer is not about each of the holder's shares that the drill asks for",
            ));
        }
        self.check_answer(answer, &own)?;
        let proven = answer.proofs.iter().map(|proof| SharePlace {
            secret: proof.secret,
            epoch: proof.epoch,
            group: proof.group,
            member: proof.member,
        });
        let proven: Vec<SharePlace> = proven.collect();
        for place in &proven {
            if let Some(epoch) = own.get(place).and_then(|share| share.unnoted.as_deref()) {
                let mut epoch = epoch.clone();
                epoch.proven.push(author);
                let key = Epoch::key(&place.secret, place.epoch);
                self.state.put(&key, &epoch)?;
            }
        }
        let bad = answer.bad.iter().map(|bad| {
            let place = SharePlace {
                secret: bad.secret,
                epoch: bad.epoch,
                group: bad.group,
                member: bad.member,
            };
            (place, bad.why)
        });
        drill.add_person(author);
        drill.answers.push(AnswerRecord {
            holder: author,
            index: self.index,
            at: self.time(),
            proven: proven.len(),
            bad: bad
                .filter(|(place, _)| own.get(place).is_some_and(|share| share.live))
                .collect(),
            sampled: answer.sample.map(|_| proven),
        });
        self.state.put(&leaf_key(&answer.drill), &drill)?;
        Ok(Verdict::AT_ONCE)
    }

    fn check_answer(
        &mut self,
        answer: &Answer,
        own: &BTreeMap<SharePlace, AskedShare>,
    ) -> Result<()> {
        let (author, ledger) = (self.author(), self.ledger()?.id);
        for proof in &answer.proofs {
            let place = SharePlace {
                secret: proof.secret,
                epoch: proof.epoch,
                group: proof.group,
                member: proof.member,
            };
            let share = own.get(&place).ok_or_else(refusal::no_such_secret)?;
            let context = ShareContext {
                ledger,
                secret: proof.secret,
                epoch: proof.epoch,
                group: proof.group,
                member: proof.member,
            };
            let message = possession::message(&context, &author, &answer.drill);
            self.signatures
                .check(&share.share.key, message, &proof.proof.0)
                .map_err(bad_proof)?;
        }
        Ok(())
    }
}

/// That an answer is about as many shares as the drill asks for, or more.
fn check_size(drill: &DrillRecord, sample: Option<u32>) -> Result<()> {
    let enough = match (sample, drill.sample) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(size), Some(least)) => size >= least,
    };
    if enough {
        return Ok(());
    }
    let least = match drill.sample {
        None => "all shares of each holder's".to_owned(),
        Some(least) => format!("{least} shares of each holder's"),
    };
    let id = drill.id.short();
    Err(Error::refused(
        "sample-too-small",
        format!("this drill asks for {least}, and an answer is about no fewer"),
    )
    .hint(format!("rootkeep drill prove {id}")))
}

/// Why somebody has no share to answer with.
#[must_use]
pub fn nothing_left(drill: &DrillRecord, author: &Id) -> Error {
    if !drill.holders.iter().any(|(holder, _)| holder == author) {
        return refusal::not_in_quorum("of what this drill asks for");
    }
    let id = drill.id.short();
    Error::refused(
        "nothing-left",
        "what this drill asked you for was given to others since: nothing of yours is left to prove",
    )
    .hint(format!(
        "where nothing else is asked for: rootkeep drill finish {id} --outcome failed, and start another"
    ))
}

/// Every share that an answer says something of, in order.
fn places(answer: &Answer) -> Result<Vec<SharePlace>> {
    let proofs = answer
        .proofs
        .iter()
        .map(|one| (one.secret, one.epoch, one.group, one.member));
    let bad = answer
        .bad
        .iter()
        .map(|one| (one.secret, one.epoch, one.group, one.member));
    let in_order = |places: &[(Id, u32, u8, u8)]| places.is_sorted_by(|one, next| one < next);
    let (proofs, bad): (Vec<_>, Vec<_>) = (proofs.collect(), bad.collect());
    let ordered = in_order(&proofs) && in_order(&bad);
    let mut all: Vec<SharePlace> = proofs
        .into_iter()
        .chain(bad)
        .map(|(secret, epoch, group, member)| SharePlace {
            secret,
            epoch,
            group,
            member,
        })
        .collect();
    all.sort();
    if ordered && !all.is_empty() && all.is_sorted_by(|one, next| one < next) {
        return Ok(all);
    }
    Err(refusal::malformed(
        "shares stand in order of secret, epoch, group and member, each once",
    ))
}

/// The shares that a drill's nonce picks out of a holder's, in order: nobody chooses them.
#[must_use]
pub fn picked(nonce: &Digest, holder: &Id, places: Vec<SharePlace>, size: u32) -> Vec<SharePlace> {
    let mut drawn: Vec<(Digest, SharePlace)> = places
        .into_iter()
        .map(|place| {
            let lot = Digest::of_all(&[
                b"rootkeep/drill-sample/v1\n",
                nonce.as_bytes(),
                holder.as_bytes(),
                place.secret.as_bytes(),
                &place.epoch.to_be_bytes(),
                &[place.group, place.member],
            ]);
            (lot, place)
        })
        .collect();
    drawn.sort();
    drawn.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let mut picked: Vec<SharePlace> = drawn.into_iter().map(|(_, place)| place).collect();
    picked.sort();
    picked
}
