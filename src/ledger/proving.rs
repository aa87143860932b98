//! Proving own shares: each is opened, held to its seal before anything leaves, and proven with the key
//! that only who has read it can derive (docs/formats.md, section 8). Many are proven on all cores.

use std::num::NonZeroUsize;
use std::thread::{self, Scope};

use super::resharing::Done;
use super::signing::Signer;
use super::workers;
use crate::crypto::ed25519::SigningKey;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::identity::Identity;
use crate::crypto::possession::{self, ShareContext};
use crate::crypto::recipient::AgeHost;
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::crypto::slip39::Mnemonic;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::state::drills::SharePlace;
use crate::statement::decisions::Proof;
use crate::statement::drills::Fault;
use crate::statement::secrets::Share;

/// How many shares a thread is handed at once.
const HANDFUL: usize = 32;
/// More than any share's plaintext has.
const SHARE_LIMIT: usize = 64 << 10;

/// A share of one's own, as its seal has it.
pub(super) struct OwnShare {
    pub(super) place: SharePlace,
    pub(super) share: Share,
}

impl OwnShare {
    /// What its possession key is bound to.
    fn context(&self, ledger: Digest) -> ShareContext {
        context(ledger, self.place.secret, self.place.epoch, &self.share)
    }
}

/// A share that could not be proven.
pub(super) struct Unprovable {
    /// What is wrong with it, as a drill's answer says it.
    pub(super) fault: Fault,
    /// The same, in full.
    pub(super) why: Error,
}

/// What became of one share.
pub(super) type Tried = (SharePlace, std::result::Result<Proof, Unprovable>);

/// Shares with their ciphertexts.
type Handful = Vec<(OwnShare, Vec<u8>)>;

impl Signer<'_> {
    /// Proves each of some own shares for a subject, or says what is wrong with it; in order. All cores
    /// prove, while this thread reads what they need next. A token is asked for one share at a time.
    ///
    /// # Errors
    /// What is not a share's fault: refused, where a token was not touched; failed.
    pub(super) fn try_all(
        &self,
        subject: &Digest,
        own: Vec<OwnShare>,
        done: Done<'_>,
    ) -> Result<Vec<Tried>> {
        let prover = Prover {
            ledger: self.source.ledger(),
            subject: *subject,
            member: self.member,
            identity: self.identity.clone(),
            host: self.host.clone(),
        };
        let mut tried = thread::scope(|scope| self.try_with(&prover, scope, own, done))?;
        tried.sort_by_key(|(place, _)| *place);
        Ok(tried)
    }

    fn try_with<'s>(
        &self,
        prover: &'s Prover,
        scope: &'s Scope<'s, '_>,
        own: Vec<OwnShare>,
        done: Done<'_>,
    ) -> Result<Vec<Tried>> {
        let all = own.len();
        let (threads, handful) = if prover.identity.is_on_hardware() {
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
                    match self.ciphertext(&one.share)? {
                        Ok(blob) => some.push((one, blob)),
                        Err(unprovable) => tried.push((one.place, Err(unprovable))),
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
    fn ciphertext(&self, share: &Share) -> Result<std::result::Result<Vec<u8>, Unprovable>> {
        let unprovable = |fault, why| Ok(Err(Unprovable { fault, why }));
        match self.source.blob(&share.blob) {
            Ok(Some(blob)) => Ok(Ok(blob)),
            Ok(None) => unprovable(Fault::BlobMissing, blob_missing()),
            Err(why) if why.code() == "blob-mismatch" => unprovable(Fault::ShareSwapped, why),
            Err(error) => Err(error),
        }
    }

    /// Opens one own share.
    ///
    /// # Errors
    /// Verification, codes `wrong-share`, `cannot-decrypt`, `blob-missing`.
    pub(super) fn open(&self, secret: Id, epoch: u32, share: &Share) -> Result<OpenShare> {
        let blob = self.source.blob(&share.blob)?.ok_or_else(blob_missing)?;
        let context = context(self.source.ledger(), secret, epoch, share);
        OpenShare::of(&self.identity.decrypt(&blob)?, share, context)
    }
}

/// What proves shares, without the database.
struct Prover {
    ledger: Digest,
    subject: Digest,
    member: Id,
    identity: Identity,
    host: AgeHost,
}

impl Prover {
    fn prove(&self, one: &OwnShare, blob: &[u8]) -> Result<Tried> {
        let place = one.place;
        let unprovable = |fault, why| Ok((place, Err(Unprovable { fault, why })));
        let text = match self.identity.decrypt_up_to(SHARE_LIMIT, blob) {
            Ok(text) => text,
            // A token that was not touched says nothing of the share.
            Err(why) => match (self.host.declined(), why.code()) {
                (Some(declined), _) => return Err(declined),
                (None, "not-for-you") => return unprovable(Fault::WrongIdentity, not_for_you()),
                (None, _) => return unprovable(Fault::ShareSwapped, why),
            },
        };
        match OpenShare::of(&text, &one.share, one.context(self.ledger)) {
            Ok(share) => Ok((place, Ok(share.prove(&self.member, &self.subject)))),
            Err(why) if why.kind() == ErrorKind::Verification => {
                unprovable(Fault::ShareSwapped, why)
            }
            Err(error) => Err(error),
        }
    }
}

/// A share that was decrypted and is the one of its seal.
pub(super) struct OpenShare {
    pub(super) mnemonic: Mnemonic,
    key: SigningKey,
    context: ShareContext,
}

impl OpenShare {
    /// Holds a decrypted share to its seal: it must be one canonical mnemonic whose possession key, in
    /// this very context, is the one that the seal carries. Otherwise this program would decrypt anything
    /// for anyone who can write a seal.
    ///
    /// # Errors
    /// Verification, code `wrong-share`.
    pub(super) fn of(text: &SecretBytes, share: &Share, context: ShareContext) -> Result<Self> {
        let wrong = || {
            Error::verification(
                "wrong-share",
                format!(
                    "what was sealed to you as share {} of group {} is not that share; nothing has left this program",
                    share.member, share.group
                ),
            )
            .hint("somebody may have put another ciphertext in its place: tell the others, and run rootkeep verify")
        };
        let text = SecretText::from_utf8(text).ok_or_else(wrong)?;
        let mnemonic = Mnemonic::parse(text.expose()).map_err(|error| wrong().because(error))?;
        let key = possession::key(mnemonic.text(), &context)?;
        if key.public() != share.key {
            return Err(wrong());
        }
        Ok(Self {
            mnemonic,
            key,
            context,
        })
    }

    /// Proves its possession to the statement with leaf hash `subject`.
    pub(super) fn prove(&self, custodian: &Id, subject: &Digest) -> Proof {
        proof(&self.key, &self.context, custodian, subject)
    }
}

/// The proof that a possession key makes.
pub(super) fn proof(
    key: &SigningKey,
    context: &ShareContext,
    custodian: &Id,
    subject: &Digest,
) -> Proof {
    Proof {
        secret: context.secret,
        epoch: context.epoch,
        group: context.group,
        member: context.member,
        proof: Base64(possession::prove(key, context, custodian, subject)),
    }
}

/// The context of a share's possession key.
pub(super) fn context(ledger: Digest, secret: Id, epoch: u32, share: &Share) -> ShareContext {
    ShareContext {
        ledger,
        secret,
        epoch,
        group: share.group,
        member: share.member,
    }
}

fn blob_missing() -> Error {
    Error::verification(
        "blob-missing",
        "the ciphertext of your share is not in the ledger",
    )
}

fn not_for_you() -> Error {
    Error::verification("cannot-decrypt", "an age file is not for this identity")
}
