//! Ed25519 (RFC 8032) keys: public ones checked when read, secret ones wiped and silent.

use std::fmt;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fixed::Digest;
use super::secret::Key32;
use crate::error::{Error, Result};

/// The encodings of the points of small order, sign bit cleared (order 1, 2, 4, 8, 8), and of
/// their non-canonical twins, which the canonical check refuses as well. A signature under such a
/// key fits many messages.
const SMALL_ORDER: [[u8; 32]; 5] = [
    *b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    *b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    [0; 32],
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
];

/// A public key that is canonical and not of small order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Checks 32 bytes.
    ///
    /// # Errors
    /// Verification, code `weak-key`: y is not below 2^255-19, or the point has small order.
    pub fn new(bytes: [u8; 32]) -> Result<Self> {
        let mut y = bytes;
        if let Some(last) = y.last_mut() {
            *last &= 0x7f;
        }
        // p = 2^255 - 19, little-endian: ed ff .. ff 7f.
        let middle_full = y.iter().skip(1).take(30).all(|byte| *byte == 0xff);
        let above = y.last() == Some(&0x7f) && middle_full && y.first() >= Some(&0xed);
        if above || SMALL_ORDER.contains(&y) {
            return Err(Error::verification(
                "weak-key",
                "an Ed25519 public key is not canonical or has small order",
            ));
        }
        Ok(Self(bytes))
    }

    /// Reads 64 lower-case hex digits.
    ///
    /// # Errors
    /// Usage where it is not hex; verification where it is not a good key.
    pub fn parse(text: &str) -> Result<Self> {
        Self::new(Digest::parse(text)?.0)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Verifies one signature, alone, never in a batch.
    ///
    /// # Errors
    /// Verification, code `bad-signature`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<()> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| {
                Error::verification("bad-signature", "an Ed25519 signature does not verify")
            })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Digest(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Digest(self.0))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        Digest(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Self::new(Digest::deserialize(deserializer)?.0)
            .map_err(|error| serde::de::Error::custom(error.message()))
    }
}

/// A secret signing key, made from its 32-byte seed.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// Derives the pair from its seed (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// Verification, code `weak-key`, where the seed is none of use.
    pub fn from_seed(seed: &Key32) -> Result<Self> {
        let weak = || Error::verification("weak-key", "a signing seed is of no use");
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| weak())?;
        let bytes: [u8; 32] = pair.public_key().as_ref().try_into().map_err(|_| weak())?;
        Ok(Self {
            public: PublicKey::new(bytes)?,
            pair,
        })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs; 64 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// The key pair, for the formats of the log room.
    #[must_use]
    pub fn pair(&self) -> &Ed25519KeyPair {
        &self.pair
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_small_order_are_refused_with_either_sign() {
        for mut key in SMALL_ORDER {
            assert!(PublicKey::new(key).is_err());
            key[31] |= 0x80;
            assert!(PublicKey::new(key).is_err());
        }
    }

    #[test]
    fn keys_that_are_not_canonical_are_refused() {
        let mut p = [0xff; 32];
        p[31] = 0x7f;
        for low in 0xed..=0xff {
            p[0] = low;
            assert!(PublicKey::new(p).is_err(), "{low:x}");
        }
        p[0] = 0xeb;
        assert!(
            PublicKey::new(p).is_ok(),
            "the last y that is neither p-1 nor above"
        );
    }

    #[test]
    fn a_signature_fits_its_message_and_key_only() {
        let key = SigningKey::from_seed(&Key32::new([1; 32])).unwrap();
        let other = SigningKey::from_seed(&Key32::new([2; 32])).unwrap();
        let signature = key.sign(b"message");
        assert!(key.public().verify(b"message", &signature).is_ok());
        assert!(key.public().verify(b"massage", &signature).is_err());
        assert!(other.public().verify(b"message", &signature).is_err());
    }
}
