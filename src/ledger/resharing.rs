//! Splitting secrets anew, unseen: a release whose operator's program recovers each value in memory
//! and seals it to the quorum as it stands now (docs/formats.md, sections 7 and 9). And proving
//! shares without a release.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::{self, Scope};

use ring::rand::SystemRandom;

use super::Session;
use super::acts::Entered;
use super::releasing::{Delivery, Received};
use super::sealing::{Split, scheme_of};
use super::signing::{self, Unproven};
use super::workers;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::member_key::MemberKey;
use crate::crypto::recipient::{AgeHost, Recipient};
use crate::crypto::slip39::Scheme;
use crate::error::{Error, Result};
use crate::state::custody::{RequestRecord, SecretRecord};
use crate::state::records::read;
use crate::state::rules::Quorum;
use crate::statement::releases::{Request, RequestPersonal, Wanted};
use crate::statement::secrets::{Reseal, Seal};
use crate::statement::{Claim, Draft};

/// Told how far a resharing is: secrets done, secrets in all.
pub type Done<'p> = &'p mut dyn FnMut(usize, usize);

/// How many secrets are entered in one transaction.
const BATCH: usize = 16;

/// A secret's next epoch, with its ciphertexts.
type Resealed = (Seal, Vec<Vec<u8>>);

/// One secret, with everything that splitting it anew takes.
struct Work {
    old: Seal,
    sent: Vec<Delivery>,
    payload: Vec<u8>,
    secret: SecretRecord,
    target: Arc<Target>,
}

/// A quorum as it stands, and the recipients of its members.
struct Target {
    quorum: Quorum,
    scheme: Scheme,
    places: Vec<(u8, u8, Id, Recipient)>,
}

/// What splits secrets anew, without the database.
struct Splitter {
    ledger: Digest,
    member_key: Arc<MemberKey>,
    one_time: age::x25519::Identity,
    rng: SystemRandom,
    host: AgeHost,
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
    /// Refused by the policy; verification, code `too-few-good-shares`, once all others are entered. What
    /// was entered stays.
    pub fn carry_out_reshare(&mut self, reshare: &Digest, done: Done<'_>) -> Result<Vec<Entered>> {
        self.writable()?;
        let (asked, left) = self.on_verified(|session| session.left_to_reshare(reshare))?;
        if left.is_empty() {
            return Ok(Vec::new());
        }
        let splitter = Splitter {
            ledger: self.id,
            member_key: Arc::clone(&self.member_key),
            // Once for all secrets: a token is touched for it.
            one_time: self.on_verified(|session| session.one_time_identity(&asked))?,
            rng: self.rng.clone(),
            host: self.host.clone(),
        };
        thread::scope(|scope| self.reshare_with(&splitter, scope, reshare, &left, done))
    }

    /// All cores split, while this thread reads what they need next and enters what they have made.
    fn reshare_with<'s>(
        &mut self,
        splitter: &'s Splitter,
        scope: &'s Scope<'s, '_>,
        reshare: &Digest,
        left: &[Wanted],
        done: Done<'_>,
    ) -> Result<Vec<Entered>> {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (work, made) = workers::start(scope, cores, |work| splitter.split(work));
        let mut batches = left.chunks(BATCH);
        let mut under_way = 0;
        let mut entered = Vec::with_capacity(left.len());
        let mut failed = None;
        loop {
            while under_way < BATCH + 2 * cores
                && let Some(batch) = batches.next()
            {
                for one in self.on_verified(|session| session.work_on(reshare, batch))? {
                    under_way += 1;
                    // Fails only where nobody works any more, which is seen below.
                    let _nobody_works = work.send(one);
                }
            }
            if under_way == 0 {
                return failed.map_or(Ok(entered), Err);
            }
            let batch: Vec<_> = made.iter().take(under_way.min(BATCH)).collect();
            if batch.is_empty() {
                return Err(Error::failed("internal", "nobody splits secrets any more"));
            }
            under_way -= batch.len();
            let (good, bad): (Vec<_>, Vec<_>) = batch.into_iter().partition(Result::is_ok);
            // A secret that can't be split anew holds up no other.
            failed = failed.or_else(|| bad.into_iter().find_map(Result::err));
            for one in self.enter_resealed(reshare, good.into_iter().flatten())? {
                entered.push(one);
                done(entered.len(), left.len());
            }
        }
    }

    fn enter_resealed(
        &mut self,
        reshare: &Digest,
        all: impl Iterator<Item = Resealed>,
    ) -> Result<Vec<Entered>> {
        let reshare = *reshare;
        let drafts = all
            .map(|(seal, blobs)| {
                Draft::new(&self.rng, Claim::Reseal(Reseal { reshare, seal }), blobs)
            })
            .collect::<Result<Vec<_>>>()?;
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        self.enter_drafts(drafts, |_, error| error)
    }

    /// A resharing, and what it names and nobody has sealed or split since.
    fn left_to_reshare(&self, reshare: &Digest) -> Result<(Request, Vec<Wanted>)> {
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
        Ok((asked, left))
    }

    /// Everything that splitting some secrets anew takes, out of the ledger.
    fn work_on(&self, reshare: &Digest, some: &[Wanted]) -> Result<Vec<Work>> {
        let view = self.view();
        let record = RequestRecord::load(&view, reshare)?
            .ok_or_else(|| Error::not_found("no-entry", "the resharing has no record"))?;
        let mut targets: BTreeMap<Id, Arc<Target>> = BTreeMap::new();
        let mut all = Vec::with_capacity(some.len());
        for wanted in some {
            let secret = read::<SecretRecord>(&view, &wanted.secret.to_hex())?
                .ok_or_else(|| Error::not_found("no-secret", "a secret has no record"))?;
            let target = match targets.get(&secret.quorum) {
                Some(target) => Arc::clone(target),
                None => Arc::new(self.target(&secret.quorum)?),
            };
            targets.insert(secret.quorum, Arc::clone(&target));
            let old = signing::proven_seal(self, wanted)?;
            all.push(Work {
                sent: self.sent_shares(&record, &old.secret),
                payload: self.payload_of(&old)?,
                old,
                secret,
                target,
            });
        }
        Ok(all)
    }

    fn target(&self, quorum: &Id) -> Result<Target> {
        let quorum = Quorum::load(&self.view(), quorum)?.ok_or_else(|| {
            Error::not_found("no-quorum", "the secret's quorum is not in the ledger")
        })?;
        Ok(Target {
            scheme: scheme_of(&quorum)?,
            places: self.places_of(&quorum)?,
            quorum,
        })
    }

    /// Proves every share of some secrets that this person holds, or of all where none is named, for one
    /// subject: each is decrypted, held to its seal, and nothing else. What could not be proven is told.
    ///
    /// # Errors
    /// Refused, code `not-in-quorum`, where this person holds none; verification, code `wrong-share` and
    /// others, where none can be proven.
    pub fn prove_shares(
        &mut self,
        subject: Digest,
        secrets: &[Id],
    ) -> Result<(Entered, Vec<Unproven>)> {
        self.writable()?;
        let (prove, bad) =
            self.on_verified(|session| session.signer()?.prove_all(&subject, secrets))?;
        Ok((self.enter(Claim::SecretProve(prove), Vec::new())?, bad))
    }
}

impl Splitter {
    /// Recovers the value, and seals it as the next epoch to the quorum as it stands.
    fn split(&self, work: Work) -> Result<Resealed> {
        let Work { old, target, .. } = work;
        let key = &self.member_key;
        let plaintext = Received::open(work.sent, &old, self.ledger, key, &self.one_time)
            .recover(&work.payload)?;
        let places: Vec<_> = target
            .places
            .iter()
            .map(|(g, m, id, recipient)| (*g, *m, *id, recipient))
            .collect();
        let epoch = old.epoch.saturating_add(1);
        let (_, sealed) = Split::seal(
            &self.rng,
            (self.ledger, old.secret, epoch),
            &target.scheme,
            &plaintext,
            &places,
            &self.host,
        )?;
        let quorum = &target.quorum;
        let seal = Seal {
            secret: old.secret,
            subject: work.secret.name.subject,
            kind: work.secret.name.kind,
            label: work.secret.name.label,
            serves: work.secret.serves,
            epoch,
            quorum: work.secret.quorum,
            quorum_index: quorum.index,
            groups_needed: quorum.groups_needed,
            thresholds: quorum.groups.iter().map(|group| group.threshold).collect(),
            payload: sealed.payload,
            shares: sealed.shares,
        };
        Ok((seal, sealed.blobs))
    }
}
