//! Splitting secrets anew without showing them, and proving shares outside releases.

use super::governance::bad_proof;
use super::releases::{RequestState, request_state};
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::Digest;
use crate::crypto::possession::{self, ShareContext};
use crate::error::{Error, Result};
use crate::state::custody::{Epoch, RequestRecord, SecretRecord};
use crate::state::records::read;
use crate::state::rules::Quorum;
use crate::statement::decisions::Proof;
use crate::statement::releases::Request;
use crate::statement::secrets::{Prove, Reseal};

/// The most secrets that one resharing names.
const RESHARE_SECRETS: usize = 4096;

impl Judge<'_> {
    pub(super) fn reshare(&mut self, request: &Request) -> Result<Verdict> {
        if request.secrets.len() > RESHARE_SECRETS {
            return Err(refusal::malformed("a resharing names 1 to 4,096 secrets"));
        }
        for wanted in &request.secrets {
            let secret = read::<SecretRecord>(&self.state, &wanted.secret.to_hex())?
                .ok_or_else(refusal::no_such_secret)?;
            if secret.epoch != wanted.epoch {
                return Err(Error::refused(
                    "not-newest",
                    "only a secret's newest epoch is split anew",
                ));
            }
        }
        self.ask(request, true)
    }

    /// The operator carries a resharing out, one secret at a time.
    pub(super) fn reseal(&mut self, reseal: &Reseal) -> Result<Verdict> {
        let request = RequestRecord::load(&self.state, &reseal.reshare)?
            .filter(|request| request.reshare)
            .ok_or_else(refusal::unknown_subject)?;
        if request.operator != self.author() {
            return Err(Error::refused(
                "not-operator",
                "only the resharing's operator carries it out",
            ));
        }
        match request_state(&request, self.time()) {
            RequestState::Effective => {}
            RequestState::Waiting => {
                return Err(Error::refused(
                    "not-signed-off",
                    "the resharing is not in effect: sign-offs are missing",
                ));
            }
            RequestState::Ahead => return Err(refusal::dated_ahead("the resharing")),
            RequestState::Expired | RequestState::Lapsed => {
                return Err(refusal::expired("the resharing"));
            }
            RequestState::Closed => return Err(refusal::closed()),
            RequestState::Withdrawn => return Err(refusal::withdrawn()),
            RequestState::Rejected => return Err(refusal::rejected()),
        }
        let seal = &reseal.seal;
        let wanted = request
            .secrets
            .iter()
            .find(|wanted| wanted.secret == seal.secret)
            .ok_or_else(|| {
                Error::refused("unknown-secret", "the resharing does not name that secret")
            })?;
        let secret = read::<SecretRecord>(&self.state, &seal.secret.to_hex())?
            .ok_or_else(refusal::no_such_secret)?;
        let old = Epoch::load(&self.state, &seal.secret, wanted.epoch)?
            .filter(|epoch| epoch.destroyed.is_none())
            .ok_or_else(refusal::no_such_secret)?;
        if secret.epoch != wanted.epoch {
            return Err(Error::refused(
                "not-newest",
                "the secret was sealed or split anew since",
            ));
        }
        if secret.name != seal.name() || secret.serves != seal.serves {
            return Err(refusal::malformed(
                "splitting anew changes nothing but the shares",
            ));
        }
        let quorum =
            Quorum::load(&self.state, &seal.quorum)?.ok_or_else(refusal::unknown_subject)?;
        self.check_seal(seal, &quorum)?;
        let mut knowers = old.knowers;
        if !knowers.contains(&self.author()) {
            knowers.push(self.author());
        }
        self.put_epoch(seal, Some(wanted.epoch), knowers)?;
        Ok(Verdict::AT_ONCE)
    }

    /// A holder shows that shares can still be decrypted; nothing is rebuilt.
    pub(super) fn secret_prove(&mut self, prove: &Prove) -> Result<Verdict> {
        let subject = self
            .log
            .find(&prove.subject)?
            .filter(|leaf| leaf.index < self.index)
            .ok_or_else(refusal::unknown_subject)?;
        self.has_seen(subject.index)?;
        let place = |proof: &Proof| (proof.secret, proof.epoch, proof.group, proof.member);
        let ordered = prove
            .proofs
            .windows(2)
            .all(|pair| matches!(pair, [one, next] if place(one) < place(next)));
        if prove.proofs.is_empty() || !ordered {
            return Err(refusal::malformed(
                "proofs stand in order of secret, epoch, group and member, each once",
            ));
        }
        let ledger = self.ledger()?.id;
        for proof in &prove.proofs {
            self.prove_one(ledger, &prove.subject, proof)?;
        }
        Ok(Verdict::AT_ONCE)
    }

    fn prove_one(&mut self, ledger: Digest, subject: &Digest, proof: &Proof) -> Result<()> {
        let author = self.author();
        let key = Epoch::key(&proof.secret, proof.epoch);
        let mut epoch = Epoch::load(&self.state, &proof.secret, proof.epoch)?
            .filter(|epoch| epoch.destroyed.is_none())
            .ok_or_else(refusal::no_such_secret)?;
        let share = epoch
            .shares
            .iter()
            .find(|share| (share.group, share.member) == (proof.group, proof.member))
            .filter(|share| share.holder == author)
            .ok_or_else(|| refusal::not_in_quorum("at that place of the epoch"))?;
        let context = ShareContext {
            ledger,
            secret: proof.secret,
            epoch: proof.epoch,
            group: proof.group,
            member: proof.member,
        };
        let message = possession::message(&context, &author, subject);
        self.signatures
            .check(&share.key, message, &proof.proof.0)
            .map_err(bad_proof)?;
        if !epoch.proven.contains(&author) {
            epoch.proven.push(author);
            self.state.put(&key, &epoch)?;
        }
        Ok(())
    }
}
