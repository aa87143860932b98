//! Salted commitments to the parts of a statement (docs/formats.md, section 2).

use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};

use super::fixed::{Base64, Digest};
use crate::error::{Error, Result};

/// The most bytes that a part may have.
pub const PART_LIMIT: usize = 8 << 20;

/// Which part; its name is in the commitment, so that one can't stand for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartName {
    /// Kept for ever.
    Facts,
    /// Can be erased.
    Personal,
    /// The erasable part of a card.
    Card,
}

impl PartName {
    /// The name in the commitment.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Personal => "personal",
            Self::Card => "card",
        }
    }
}

/// A part: its salt and its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// 32 random bytes.
    pub salt: Base64,
    /// JSON, as it was hashed.
    pub bytes: Base64,
}

impl Part {
    /// Salts `bytes`.
    ///
    /// # Errors
    /// Failed where there is no randomness; usage, code `part-too-large`, above [`PART_LIMIT`].
    pub fn new(rng: &dyn SecureRandom, bytes: Vec<u8>) -> Result<Self> {
        if bytes.len() > PART_LIMIT {
            return Err(Error::usage(
                "part-too-large",
                format!(
                    "a statement's part has {} bytes; {PART_LIMIT} is the most",
                    bytes.len()
                ),
            ));
        }
        Ok(Self {
            salt: Base64(Digest::random(rng)?.0.to_vec()),
            bytes: Base64(bytes),
        })
    }

    /// The commitment under `name`.
    #[must_use]
    pub fn commitment(&self, name: PartName) -> Digest {
        commitment(name, &self.salt.0, &self.bytes.0)
    }

    /// Holds the part to the commitment that a signed header carries.
    ///
    /// # Errors
    /// Verification, code `part-mismatch`.
    pub fn check(&self, name: PartName, expected: &Digest) -> Result<()> {
        if self.salt.0.len() != 32
            || self.bytes.0.len() > PART_LIMIT
            || self.commitment(name) != *expected
        {
            return Err(Error::verification(
                "part-mismatch",
                format!("the {} part is not the one that was signed", name.as_str()),
            ));
        }
        Ok(())
    }
}

/// `SHA-256("rootkeep/" || part || "/v1\n" || salt || bytes)`.
#[must_use]
pub fn commitment(name: PartName, salt: &[u8], bytes: &[u8]) -> Digest {
    Digest::of_all(&[
        b"rootkeep/",
        name.as_str().as_bytes(),
        b"/v1\n",
        salt,
        bytes,
    ])
}
