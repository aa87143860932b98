//! Keyed fingerprints: whether two values are the same, without either (docs/formats.md, section 7).
//!
//! The key lies beside the tag, so whoever has the fingerprint can try values. It is for what nobody can
//! guess, as an MFA seed drawn by a machine; never for a password.

use ring::hmac;
use ring::rand::SecureRandom;

use super::fixed::Digest;
use super::secret::SecretBytes;
use crate::error::Result;

/// Bytes of a key, and of a tag.
const HALF: usize = 32;

/// A random key, and what HMAC-SHA-256 makes of a value under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    key: Digest,
    tag: Digest,
}

impl Fingerprint {
    /// Of a value that nobody can guess, under a fresh key.
    ///
    /// # Errors
    /// Failed where there is no randomness.
    pub fn new(rng: &dyn SecureRandom, value: &SecretBytes) -> Result<Self> {
        let key = Digest::random(rng)?;
        let tag = hmac::sign(&hmac_key(&key), value.expose());
        Ok(Self {
            key,
            tag: Digest::from_slice(tag.as_ref()).unwrap_or(key),
        })
    }

    /// Whether it is of this value.
    #[must_use]
    pub fn is_of(&self, value: &SecretBytes) -> bool {
        hmac::verify(&hmac_key(&self.key), value.expose(), self.tag.as_bytes()).is_ok()
    }

    /// Key, then tag: 64 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.key.as_bytes(), self.tag.as_bytes()].concat()
    }

    /// Reads 64 bytes.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (key, tag) = bytes.split_at_checked(HALF)?;
        Some(Self {
            key: Digest::from_slice(key)?,
            tag: Digest::from_slice(tag)?,
        })
    }
}

fn hmac_key(key: &Digest) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes())
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;

    fn of(text: &[u8]) -> SecretBytes {
        SecretBytes::copy_of(text)
    }

    #[test]
    fn it_is_of_one_value_and_no_other() {
        let rng = SystemRandom::new();
        let one = Fingerprint::new(&rng, &of(b"seed one")).unwrap();
        assert!(one.is_of(&of(b"seed one")));
        assert!(!one.is_of(&of(b"seed two")));
        let again = Fingerprint::new(&rng, &of(b"seed one")).unwrap();
        assert_ne!(one, again, "each has a key of its own");
        assert_eq!(Fingerprint::parse(&one.to_bytes()), Some(one));
    }

    #[test]
    fn it_has_64_bytes() {
        for length in [0, 32, 63, 65] {
            assert_eq!(Fingerprint::parse(&vec![0; length]), None, "{length}");
        }
        assert!(Fingerprint::parse(&[0; 64]).is_some());
    }

    /// The tag is HMAC-SHA-256 of RFC 4231, test case 2's data under this key.
    #[test]
    fn the_tag_is_hmac_sha_256() {
        let mut bytes = vec![0u8; 64];
        bytes[..4].copy_from_slice(b"Jefe");
        let tag = data_encoding::HEXLOWER
            .decode(b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
            .unwrap();
        bytes[32..].copy_from_slice(&tag);
        let known = Fingerprint::parse(&bytes).unwrap();
        assert!(known.is_of(&of(b"what do ya want for nothing?")));
    }
}
