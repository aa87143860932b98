//! Whether a copy of an MFA seed is the sealed one: by a keyed fingerprint that whoever sealed it has
//! attached to the seal, so that nothing is rebuilt and nobody has to agree.

use super::Session;
use super::acts::Entered;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::secret::SecretBytes;
use crate::error::{Error, Result};
use crate::state::custody::{Epoch, NoteRecord};
use crate::state::records::list;
use crate::statement::Claim;
use crate::statement::decisions::About;
use crate::statement::notes::AttachPersonal;
use crate::statement::text::Text;

/// By its media type an attachment is known as a fingerprint.
const MEDIA: &str = "application/vnd.rootkeep.seed-fingerprint";

impl Session {
    /// Attaches the fingerprint of a seed to its own seal. `seed` is what nobody can guess.
    ///
    /// # Errors
    /// As [`Self::enter`].
    pub fn keep_fingerprint(&mut self, seal: Digest, seed: &SecretBytes) -> Result<Entered> {
        let bytes = Fingerprint::new(&self.rng, seed)?.to_bytes();
        let personal = AttachPersonal {
            name: Text::new("seed-fingerprint")?,
            digest: Digest::of(&bytes),
            bytes: u64::try_from(bytes.len()).unwrap_or(0),
            media: Text::new(MEDIA)?,
        };
        self.enter(
            Claim::Attach(About { subject: seal }, Some(personal)),
            vec![bytes],
        )
    }

    /// Whether `seed` is the one that was sealed.
    ///
    /// # Errors
    /// Not found, codes `no-epoch`, `no-fingerprint`; verification.
    pub fn is_sealed_seed(&self, secret: &Id, epoch: u32, seed: &SecretBytes) -> Result<bool> {
        Ok(self.fingerprint(secret, epoch)?.is_of(seed))
    }

    /// The fingerprint of an epoch, or of the one that it was split anew from: the value is the same.
    fn fingerprint(&self, secret: &Id, epoch: u32) -> Result<Fingerprint> {
        let mut at = Some(epoch);
        while let Some(number) = at {
            let record = Epoch::load(&self.view(), secret, number)?.ok_or_else(|| {
                Error::not_found(
                    "no-epoch",
                    format!("there is no epoch {number} of that secret"),
                )
            })?;
            if let Some(found) = self.attached(&record)? {
                return Ok(found);
            }
            at = record.reshared_from;
        }
        Err(Error::not_found(
            "no-fingerprint",
            "whoever sealed it has left nothing to compare with",
        )
        .hint("it has one from the next time on that it is sealed; until then a release shows its codes"))
    }

    /// Only the sealer knew what was sealed: nobody else's counts.
    fn attached(&self, epoch: &Epoch) -> Result<Option<Fingerprint>> {
        let view = self.view();
        for (_, note) in list::<NoteRecord>(&view, &format!("{}/", epoch.seal))? {
            if note.kind != "attach" || note.author != epoch.sealer {
                continue;
            }
            let statement = self.proven(note.index)?;
            let Claim::Attach(about, Some(file)) = statement.claim() else {
                continue;
            };
            let is_it = file.media.as_str() == MEDIA
                && about.subject == epoch.seal
                && statement.header().author == epoch.sealer;
            if let Some(bytes) = is_it
                .then(|| view.blob(&file.digest))
                .transpose()?
                .flatten()
            {
                return Ok(Fingerprint::parse(&bytes));
            }
        }
        Ok(None)
    }
}
