//! Checkpoints and proofs of this ledger, in the formats that other tools read (docs/formats.md,
//! section 11).

use super::Session;
use super::trusted::damaged;
use crate::crypto::ed25519::SigningKey;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::paper_pin::PaperPin;
use crate::error::{Error, Result};
use crate::log::{
    self, Algorithm, Checkpoint, Hash, NoteSignature, SignedCheckpoint, TlogProof, VerifierKey,
};
use crate::state::people::Custodian;
use crate::store::View;

/// Verifier keys in C2SP's text form.
pub struct VerifierKeys {
    /// Of the log's own line.
    pub log: String,
    /// Of the custodians in force.
    pub custodians: Vec<String>,
}

impl Session {
    /// The stored checkpoint of a size, with all its cosignatures.
    ///
    /// # Errors
    /// Not found; verification where a stored cosignature is none.
    pub fn note(&self, size: u64) -> Result<SignedCheckpoint> {
        note_of(&self.view(), &self.id(), &self.log_key, size)
    }

    /// The custodians of this ledger whose cosignatures under a checkpoint are good, whoever else has
    /// signed it.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn cosigners(&self, note: &SignedCheckpoint) -> Result<Vec<Id>> {
        let good = |(id, custodian): &(Id, Custodian)| {
            let name = log::custodian_name(&self.id().0, &id.0);
            let key = VerifierKey::new(name, Algorithm::CosignatureV1, *custodian.sign.as_bytes());
            note.verify_cosignature(&key).is_ok()
        };
        let all = Custodian::all(&self.view())?.into_iter();
        Ok(all.filter(good).map(|(id, _)| id).collect())
    }

    /// A proof that an entry is in the log, under the head's checkpoint.
    ///
    /// # Errors
    /// As [`Self::note`].
    pub fn proof(&self, seq: u64) -> Result<TlogProof> {
        let (size, _) = self.head()?;
        let hashes = log::inclusion_proof(&self.view(), seq, size).map_err(damaged)?;
        Ok(TlogProof::new(seq, hashes, self.note(size)?))
    }

    /// The keys that verify this ledger's checkpoints.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn verifier_keys(&self) -> Result<VerifierKeys> {
        let origin = log::origin(&self.id().0);
        let log_key = VerifierKey::new(
            origin,
            Algorithm::Ed25519,
            *self.log_public_key().as_bytes(),
        );
        let custodians = Custodian::all(&self.view())?
            .into_iter()
            .filter(|(_, custodian)| custodian.in_force())
            .map(|(id, custodian)| {
                let name = log::custodian_name(&self.id().0, &id.0);
                VerifierKey::new(name, Algorithm::CosignatureV1, *custodian.sign.as_bytes())
                    .to_string()
            })
            .collect();
        Ok(VerifierKeys {
            log: log_key.to_string(),
            custodians,
        })
    }

    /// That the log continues a checkpoint that somebody kept elsewhere.
    ///
    /// # Errors
    /// Verification, codes `bad-checkpoint`, `other-ledger`, `rolled-back`, `forked`.
    pub fn check_against(&self, note: &[u8]) -> Result<()> {
        let kept = SignedCheckpoint::parse(note).map_err(|error| {
            Error::verification("bad-checkpoint", "the file is not a checkpoint").because(error)
        })?;
        let kept = kept.unverified();
        if *kept.origin() != log::origin(&self.id().0) {
            return Err(Error::verification(
                "other-ledger",
                "the checkpoint is of another ledger",
            ));
        }
        let (size, root) = self.head()?;
        if kept.size() > size {
            return Err(Error::verification(
                "rolled-back",
                format!(
                    "the checkpoint has {} entries, the ledger {size}: it was rolled back",
                    kept.size()
                ),
            ));
        }
        let forked = || {
            Error::verification(
                "forked",
                "the ledger is not a continuation of the checkpoint",
            )
            .hint("they are forks: keep both, and find out who made the other")
        };
        let proof = log::consistency_proof(&self.view(), kept.size(), size)
            .map_err(|error| forked().because(error))?;
        log::verify_consistency(kept.size(), size, &proof, kept.root(), &Hash::from(root.0))
            .map_err(|error| forked().because(error))
    }

    /// That the log continues what a pin on paper says.
    ///
    /// # Errors
    /// Verification, codes `other-ledger`, `rolled-back`, `forked`.
    pub fn check_against_paper(&self, pin: &PaperPin) -> Result<()> {
        if !pin.is_of(&self.id()) {
            return Err(Error::verification(
                "other-ledger",
                "the words are of another ledger",
            ));
        }
        let (size, _) = self.head()?;
        if pin.size > size {
            return Err(Error::verification(
                "rolled-back",
                format!(
                    "the words are of {} entries, the ledger has {size}: it was rolled back",
                    pin.size
                ),
            ));
        }
        if self.root_at(pin.size)? == pin.root {
            return Ok(());
        }
        Err(Error::verification(
            "forked",
            "the ledger is not a continuation of what the words say",
        )
        .hint("they are forks: keep this one, and find the one that the words are of"))
    }

    /// The root of the log at a size.
    ///
    /// # Errors
    /// Verification where the tree is damaged.
    pub fn root_at(&self, size: u64) -> Result<Digest> {
        crate::policy::LogView::root_at(&self.view(), size)
    }
}

/// The stored checkpoint of a size, with all its cosignatures.
pub(super) fn note_of(
    view: &View<'_>,
    ledger: &Digest,
    log_key: &SigningKey,
    size: u64,
) -> Result<SignedCheckpoint> {
    let none = || {
        Error::not_found(
            "no-checkpoint",
            format!("there is no checkpoint of size {size}"),
        )
    };
    let last = size.checked_sub(1).ok_or_else(none)?;
    let entry = view.entry(last)?.ok_or_else(none)?;
    let checkpoint =
        Checkpoint::new(log::origin(&ledger.0), size, Hash::from(entry.root.0)).map_err(damaged)?;
    let signature = checkpoint.sign(log_key.pair());
    let mut note = SignedCheckpoint::new(checkpoint, signature).map_err(damaged)?;
    let further = view.cosignatures(size, size)?;
    for cosignature in std::iter::once(entry.cosignature).chain(further) {
        let Some(custodian) = Custodian::load(view, &cosignature.custodian)? else {
            continue;
        };
        let name = log::custodian_name(&ledger.0, &cosignature.custodian.0);
        let key = VerifierKey::new(name, Algorithm::CosignatureV1, *custodian.sign.as_bytes());
        let time = u64::try_from(cosignature.time).map_err(damaged)?;
        let bytes = [time.to_be_bytes().as_slice(), &cosignature.sig].concat();
        note.add(line(&key, &bytes)?).map_err(damaged)?;
    }
    Ok(note)
}

fn line(key: &VerifierKey, signature: &[u8]) -> Result<NoteSignature> {
    let bytes = [key.key_id().as_slice(), signature].concat();
    NoteSignature::parse(&format!(
        "\u{2014} {} {}",
        key.name(),
        data_encoding::BASE64.encode(&bytes)
    ))
    .map_err(damaged)
}
