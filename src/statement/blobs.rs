//! What a statement brings beside its parts: ciphertexts and files that it names by their digest
//! (docs/formats.md, section 2).

use std::collections::BTreeSet;

use super::claim::Claim;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

/// The most bytes of a blob; the fewest are one.
pub const BLOB_LIMIT: u64 = 16 << 20;

impl Claim {
    /// That the blobs are those that the statement names, none missing and none besides, each within
    /// the bounds and as long as the statement says.
    ///
    /// # Errors
    /// Verification, codes `blob-size`, `stray-blob`, `blob-missing`.
    pub fn check_blobs(&self, blobs: &[Vec<u8>]) -> Result<()> {
        let mut wanted: BTreeSet<Digest> = self.blobs().into_iter().collect();
        for bytes in blobs {
            if !wanted.remove(&Digest::of(bytes)) {
                return Err(Error::verification(
                    "stray-blob",
                    "a blob that the statement does not name",
                ));
            }
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if !fits(self.blob_length(), length) {
                return Err(Error::verification(
                    "blob-size",
                    "a blob is not as long as the statement says, or longer than 16 MiB",
                ));
            }
        }
        if wanted.is_empty() {
            Ok(())
        } else {
            Err(Error::verification(
                "blob-missing",
                "a blob that the statement names did not come with it",
            ))
        }
    }

    /// How long its blob is, where it says so.
    #[must_use]
    pub fn blob_length(&self) -> Option<u64> {
        match self {
            Self::Attach(_, Some(personal)) => Some(personal.bytes),
            _ => None,
        }
    }
}

/// Whether a blob is as long as its statement says, and within the bounds.
#[must_use]
pub fn fits(said: Option<u64>, length: u64) -> bool {
    (1..=BLOB_LIMIT).contains(&length) && said.is_none_or(|said| said == length)
}
