//! Drills: what is asked for is fixed when one starts, and a holder answers for all shares at once, on
//! all cores. One bad share stops no other.

use std::num::NonZeroUsize;
use std::thread::{self, Scope};

use super::Session;
use super::acts::Entered;
use super::resharing::Done;
use super::sealing::prove_share;
use super::signing::{Signer, context, open_share};
use super::workers;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::identity::Identity;
use crate::crypto::recipient::AgeHost;
use crate::error::{Error, Result};
use crate::policy::{self, AskedShare};
use crate::state::drills::SharePlace;
use crate::statement::Claim;
use crate::statement::decisions::Proof;
use crate::statement::drills::{
    Answer, BadShare, DrillKind, Fault, Noted, Scope as DrillScope, Start,
};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// How many shares a thread is handed at once.
const HANDFUL: usize = 32;
/// More than any share's plaintext has.
const SHARE_LIMIT: usize = 64 << 10;

/// What to start.
pub struct DrillRequest {
    /// What is tried.
    pub drill: DrillKind,
    /// About what.
    pub scope: DrillScope,
    /// By which plan, and for which day of it.
    pub plan: Option<(Name, Date)>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// What became of one share.
type Tried = (SharePlace, std::result::Result<Proof, Fault>);

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
            note,
        } = request;
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
            secrets: found.secrets,
            targets: found.targets,
        };
        self.enter(Claim::DrillStart(start, Some(Noted { note })), Vec::new())
    }

    /// How many shares of this person's a drill asks for, or its nonce picks, and whether a token is to be
    /// touched for each.
    ///
    /// # Errors
    /// Refused, code `not-in-quorum`; not found, code `not-a-drill`.
    pub fn asked_of_me(&mut self, drill: &Digest, sample: Option<u32>) -> Result<(usize, bool)> {
        let shares = self.on_verified(|session| session.signer()?.asked(drill, sample))?;
        Ok((shares.len(), self.is_on_hardware()))
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
            return Err(
                Error::not_found("not-a-drill", "that entry starts no drill")
                    .hint("see which there are: rootkeep drill list"),
            );
        };
        let asked = start.secrets.iter().map(|one| (one.secret, one.epoch));
        let records = self.source.records();
        let mut own = policy::asked_shares(records.as_ref(), asked, &self.member)?;
        if own.is_empty() {
            return Err(Error::refused(
                "not-in-quorum",
                "you hold no share of what this drill asks for",
            ));
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
        let prover = Prover {
            ledger: self.source.ledger(),
            drill: *drill,
            member: self.member,
            identity: self.identity.clone(),
            host: self.host.clone(),
        };
        let mut tried = thread::scope(|scope| self.prove_with(&prover, scope, own, done))?;
        tried.sort_by_key(|(place, _)| *place);
        let (mut proofs, mut bad) = (Vec::with_capacity(tried.len()), Vec::new());
        for (place, outcome) in tried {
            match outcome {
                Ok(proof) => proofs.push(proof),
                Err(why) => bad.push(BadShare {
                    secret: place.secret,
                    epoch: place.epoch,
                    group: place.group,
                    member: place.member,
                    why,
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

    /// All cores prove, while this thread reads what they need next. A token is asked for one share at a
    /// time.
    fn prove_with<'s>(
        &self,
        prover: &'s Prover,
        scope: &'s Scope<'s, '_>,
        own: Vec<AskedShare>,
        done: Done<'_>,
    ) -> Result<Vec<Tried>> {
        let all = own.len();
        let hardware = prover.identity.is_on_hardware();
        let (threads, handful) = if hardware {
            (1, 1)
        } else {
            let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            (cores, HANDFUL)
        };
        let (work, made) = workers::start(scope, threads, |some: Handful| {
            some.iter()
                .map(|(one, blob)| prover.prove(one, blob))
                .collect::<Result<Vec<Tried>>>()
        });
        let mut own = own.into_iter().peekable();
        let mut under_way = 0;
        let mut tried: Vec<Tried> = Vec::with_capacity(all);
        loop {
            while under_way < 2 * threads && own.peek().is_some() {
                let mut some = Vec::with_capacity(handful);
                for one in own.by_ref().take(handful) {
                    match self.ciphertext(&one)? {
                        Ok(blob) => some.push((one, blob)),
                        Err(why) => tried.push((one.place, Err(why))),
                    }
                }
                under_way += 1;
                // Fails only where nobody works any more, which is seen below.
                let _nobody_works = work.send(some);
            }
            if under_way == 0 {
                return Ok(tried);
            }
            let proven = made
                .recv()
                .map_err(|_| Error::failed("internal", "nobody proves shares any more"))??;
            under_way -= 1;
            tried.extend(proven);
            done(tried.len(), all);
        }
    }

    /// What was sealed to this person, where it is there as it was sealed.
    fn ciphertext(&self, share: &AskedShare) -> Result<std::result::Result<Vec<u8>, Fault>> {
        match self.source.blob(&share.share.blob) {
            Ok(Some(blob)) => Ok(Ok(blob)),
            Ok(None) => Ok(Err(Fault::BlobMissing)),
            Err(error) if error.code() == "blob-mismatch" => Ok(Err(Fault::ShareSwapped)),
            Err(error) => Err(error),
        }
    }
}

/// What proves shares, without the database.
struct Prover {
    ledger: Digest,
    drill: Digest,
    member: Id,
    identity: Identity,
    host: AgeHost,
}

/// Shares with their ciphertexts.
type Handful = Vec<(AskedShare, Vec<u8>)>;

impl Prover {
    /// Opens a share, holds it to its seal, and proves it.
    fn prove(&self, one: &AskedShare, blob: &[u8]) -> Result<Tried> {
        let fault = |why| Ok((one.place, Err(why)));
        let text = match self.identity.decrypt_up_to(SHARE_LIMIT, blob) {
            Ok(text) => text,
            // A token that was not touched says nothing of the share.
            Err(error) => match (self.host.declined(), error.code()) {
                (Some(declined), _) => return Err(declined),
                (None, "not-for-you") => return fault(Fault::WrongIdentity),
                (None, _) => return fault(Fault::ShareSwapped),
            },
        };
        let place = one.place;
        let context = context(self.ledger, place.secret, place.epoch, &one.share);
        match open_share(&text, &one.share, &context) {
            Ok(share) => Ok((
                place,
                Ok(prove_share(&share, &context, &self.member, &self.drill)?),
            )),
            Err(error) if error.code() == "wrong-share" => fault(Fault::ShareSwapped),
            Err(error) => Err(error),
        }
    }
}
