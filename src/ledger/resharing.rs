//! Splitting secrets anew, unseen: a release whose operator's program recovers each value in memory
//! and seals it to the quorum as it stands now (docs/formats.md, sections 7 and 9). And proving
//! shares without a release.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::sync_channel;

use super::Session;
use super::acts::Entered;
use super::sealing::{Split, scheme_of};
use super::signing;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::recipient::Recipient;
use crate::error::{Error, Result};
use crate::state::custody::SecretRecord;
use crate::state::records::read;
use crate::state::rules::Quorum;
use crate::statement::releases::{RequestPersonal, Wanted};
use crate::statement::secrets::{Reseal, Seal};
use crate::statement::{Claim, Draft};

/// Told how far a resharing is: secrets done, secrets in all.
pub type Done<'p> = &'p mut dyn FnMut(usize, usize);

/// A secret's next epoch, with its ciphertexts.
type Resealed = (Seal, Vec<Vec<u8>>);

/// One secret, with everything that splitting it anew takes.
struct Work {
    old: Seal,
    sent: super::releasing::Received,
    payload: Vec<u8>,
    secret: SecretRecord,
    quorum: Quorum,
    places: Vec<(u8, u8, Id, Recipient)>,
}

impl Session {
    /// Asks to split the newest epochs of some secrets anew; in effect once their holders agree.
    ///
    /// # Errors
    /// As [`Session::request`].
    pub fn reshare(
        &mut self,
        secrets: &[Id],
        operator: Id,
        window_secs: u32,
        personal: RequestPersonal,
    ) -> Result<Entered> {
        self.writable()?;
        let (request, identity) = self.on_verified(|session| {
            let newest = secrets
                .iter()
                .map(|secret| {
                    read::<SecretRecord>(&session.view(), &secret.to_hex())?
                        .map(|record| (*secret, record.epoch))
                        .ok_or_else(|| {
                            Error::not_found("no-secret", format!("there is no secret {secret}"))
                        })
                })
                .collect::<Result<Vec<_>>>()?;
            session.draw_up(&newest, operator, window_secs)
        })?;
        let claim = Claim::Reshare(request, Some(personal));
        let draft = Draft::new(&self.rng, claim, vec![identity])?;
        self.enter_draft(draft)
    }

    /// Carries a resharing out, as its operator: every secret that it names and that was not sealed since.
    /// What was done before it was interrupted stays done. Returns the entries.
    ///
    /// # Errors
    /// Refused by the policy; verification, code `too-few-good-shares`. What was entered before stays.
    pub fn carry_out_reshare(&mut self, reshare: &Digest, done: Done<'_>) -> Result<Vec<Entered>> {
        self.writable()?;
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let left = self.on_verified(|session| session.left_to_reshare(reshare))?;
        let all = left.len();
        let mut entered = Vec::with_capacity(all);
        // A few at a time, so that what is decrypted is never more than is worked on.
        for some in left.chunks(cores * 4) {
            let work = self.on_verified(|session| {
                some.iter()
                    .map(|wanted| session.work_on(reshare, wanted))
                    .collect::<Result<Vec<_>>>()
            })?;
            for (seal, blobs) in self.split_all(work, cores)? {
                let claim = Claim::Reseal(Reseal {
                    reshare: *reshare,
                    seal,
                });
                let draft = Draft::new(&self.rng, claim, blobs)?;
                entered.push(self.enter_draft(draft)?);
                done(entered.len(), all);
            }
        }
        Ok(entered)
    }

    /// What a resharing names and nobody has sealed or split since.
    fn left_to_reshare(&self, reshare: &Digest) -> Result<Vec<Wanted>> {
        let (asked, record) = signing::requested(self, reshare)?;
        self.may_carry_out(&asked, &record)?;
        let view = self.view();
        let mut left = Vec::new();
        for wanted in &asked.secrets {
            let newest = read::<SecretRecord>(&view, &wanted.secret.to_hex())?;
            if newest.is_some_and(|record| record.epoch == wanted.epoch) {
                left.push(wanted.clone());
            }
        }
        Ok(left)
    }

    fn work_on(&self, reshare: &Digest, wanted: &Wanted) -> Result<Work> {
        let (asked, record) = signing::requested(self, reshare)?;
        let old = signing::proven_seal(self, wanted)?;
        let view = self.view();
        let secret = read::<SecretRecord>(&view, &wanted.secret.to_hex())?
            .ok_or_else(|| Error::not_found("no-secret", "a secret has no record"))?;
        let quorum = Quorum::load(&view, &secret.quorum)?.ok_or_else(|| {
            Error::not_found("no-quorum", "the secret's quorum is not in the ledger")
        })?;
        let places = self.places_of(&quorum)?;
        let one_time = self.one_time_identity(&asked)?;
        Ok(Work {
            sent: self.received_shares(&record, &old, &one_time)?,
            payload: self.payload_of(&old)?,
            old,
            secret,
            quorum,
            places,
        })
    }

    /// Splits on all cores; the seals come in the order of the work.
    fn split_all(&self, work: Vec<Work>, cores: usize) -> Result<Vec<Resealed>> {
        let count = work.len();
        let queue = Mutex::new(work.into_iter().enumerate());
        let (ledger, host, rng) = (self.id, &self.host, &self.rng);
        let mut all: Vec<(usize, Result<Resealed>)> = std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(count.max(1));
            for _ in 0..cores.min(count) {
                let (queue, sender) = (&queue, sender.clone());
                scope.spawn(move || {
                    loop {
                        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some((place, work)) = next else { return };
                        let split = work.split(ledger, rng, host);
                        // Only fails where nobody waits any more.
                        let _nobody_waits = sender.send((place, split));
                    }
                });
            }
            drop(sender);
            receiver.into_iter().collect()
        });
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, split)| split).collect()
    }

    /// Proves every share of some secrets that this person holds, or of all where none is named, for one
    /// subject: each is decrypted, held to its seal, and nothing else.
    ///
    /// # Errors
    /// Refused, code `not-in-quorum`, where this person holds none; verification, code `wrong-share`.
    pub fn prove_shares(&mut self, subject: Digest, secrets: &[Id]) -> Result<Entered> {
        self.writable()?;
        let prove = self.on_verified(|session| session.signer()?.prove_all(&subject, secrets))?;
        self.enter(Claim::SecretProve(prove), Vec::new())
    }
}

impl Work {
    /// Recovers the value, and seals it as the next epoch to the quorum as it stands.
    fn split(
        self,
        ledger: Digest,
        rng: &ring::rand::SystemRandom,
        host: &crate::crypto::recipient::AgeHost,
    ) -> Result<Resealed> {
        let plaintext = self.sent.open(&self.payload)?;
        let borrowed: Vec<_> = self
            .places
            .iter()
            .map(|(g, m, id, recipient)| (*g, *m, *id, recipient))
            .collect();
        let epoch = self.old.epoch.saturating_add(1);
        let (_, sealed) = Split::seal(
            rng,
            (ledger, self.old.secret, epoch),
            &scheme_of(&self.quorum)?,
            &plaintext,
            &borrowed,
            host,
        )?;
        let quorum = &self.quorum;
        let seal = Seal {
            secret: self.old.secret,
            subject: self.secret.name.subject.clone(),
            kind: self.secret.name.kind,
            label: self.secret.name.label.clone(),
            serves: self.secret.serves.clone(),
            epoch,
            quorum: self.secret.quorum,
            quorum_index: quorum.index,
            groups_needed: quorum.groups_needed,
            thresholds: quorum.groups.iter().map(|group| group.threshold).collect(),
            payload: sealed.payload,
            shares: sealed.shares,
        };
        Ok((seal, sealed.blobs))
    }
}
