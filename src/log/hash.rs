//! SHA-256 as the log uses it: RFC 6962 section 2.1.
//!
//! Leaves and nodes are hashed with different first bytes, so that no leaf can pass for a node.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ring::digest::{Context, SHA256};

use super::lines::base64;

/// The first byte of what is hashed for a leaf (RFC 6962 section 2.1).
const LEAF_PREFIX: [u8; 1] = [0x00];
/// The first byte of what is hashed for a node (RFC 6962 section 2.1).
const NODE_PREFIX: [u8; 1] = [0x01];

/// A SHA-256 digest: of a leaf, of a subtree, or a root. 32 bytes; shown as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard padded base64, 44 characters: how C2SP formats write a hash.
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.0)
    }

    /// Reads [`Hash::to_base64`]; anything but that one spelling is refused.
    pub fn from_base64(text: &str) -> Result<Self, HashTextError> {
        let bytes = base64(text).ok_or(HashTextError::NotBase64)?;
        Self::try_from(bytes.as_slice())
    }

    /// Reads 64 lower-case hex digits, as `Display` writes them.
    pub fn from_hex(text: &str) -> Result<Self, HashTextError> {
        let bytes = HEXLOWER
            .decode(text.as_bytes())
            .map_err(|_| HashTextError::NotHex)?;
        Self::try_from(bytes.as_slice())
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<Hash> for [u8; 32] {
    fn from(hash: Hash) -> Self {
        hash.0
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashTextError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashTextError> {
        let exact = bytes
            .try_into()
            .map_err(|_| HashTextError::NotThirtyTwoBytes)?;
        Ok(Self(exact))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Why bytes or text are no [`struct@Hash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashTextError {
    /// Not canonical, padded, standard base64 (RFC 4648 section 4).
    NotBase64,
    /// Not lower-case hex.
    NotHex,
    /// Decodes, but not to 32 bytes.
    NotThirtyTwoBytes,
}

impl fmt::Display for HashTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotBase64 => "a hash is not canonical base64",
            Self::NotHex => "a hash is not lower-case hex",
            Self::NotThirtyTwoBytes => "a hash is not 32 bytes long",
        })
    }
}

impl std::error::Error for HashTextError {}

/// The hash of a leaf: `SHA-256(0x00 || bytes)`.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    sha256(&[&LEAF_PREFIX, bytes])
}

/// The hash of a node over its two children: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&NODE_PREFIX, &left.0, &right.0])
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// SHA-256 over the parts, one after another.
pub(super) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    Hash(first_32(context.finish().as_ref()))
}

/// Copies what `ring` hands out as a slice, though its length is 32 by definition, without a
/// path that could fail.
pub(super) fn first_32(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The values that Certificate Transparency implementations share.
    #[test]
    fn known_values_of_rfc_6962() {
        assert_eq!(
            empty_root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            leaf_hash(b"").to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            node_hash(&leaf_hash(b""), &leaf_hash(&[0])).to_string(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    #[test]
    fn one_spelling_in_each_alphabet() {
        let hash = leaf_hash(b"x");
        assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
        assert_eq!(Hash::from_hex(&hash.to_string()), Ok(hash));
        assert_eq!(
            Hash::from_hex(&hash.to_string().to_uppercase()),
            Err(HashTextError::NotHex)
        );
        assert_eq!(Hash::from_hex("00"), Err(HashTextError::NotThirtyTwoBytes));
        assert_eq!(
            Hash::from_base64("AAAA"),
            Err(HashTextError::NotThirtyTwoBytes)
        );
        let zeros = Hash::from([0; 32]).to_base64();
        assert!(zeros.ends_with("AA="));
        // The same 32 bytes with stray bits after them, without padding, and with a line break.
        for odd in [
            zeros.replace("AA=", "AB="),
            zeros.replace('=', ""),
            format!("{zeros}\n"),
        ] {
            assert_eq!(
                Hash::from_base64(&odd),
                Err(HashTextError::NotBase64),
                "{odd}"
            );
        }
    }
}
