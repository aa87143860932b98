//! Verifier keys ("vkeys"): a public key with the name and the algorithm it signs under.
//!
//! C2SP signed-note, "Signature types" and "Verifier keys"; C2SP tlog-cosignature for type 0x04.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::hash::{first_32, sha256};
use super::lines::base64;
use super::names::{KeyName, NameError};
use super::note::{NoteSignature, SignatureError};

/// The signature types that a ledger uses: C2SP signed-note, "Signature types".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// 0x01: Ed25519 over the note's text.
    Ed25519,
    /// 0x04: Ed25519 cosignature with a time, C2SP tlog-cosignature.
    CosignatureV1,
}

impl Algorithm {
    /// The signature type identifier byte.
    pub const fn identifier(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    fn from_identifier(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::CosignatureV1]
            .into_iter()
            .find(|known| known.identifier() == byte)
    }
}

/// A public key with the name and the algorithm it signs under: a "vkey".
///
/// Written `<name>+<8 hex digits of key id>+<base64 of algorithm byte and key>`: C2SP signed-note,
/// "Verifier keys". Not checked for small order: that is done where keys are enrolled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifierKey {
    name: KeyName,
    algorithm: Algorithm,
    public_key: [u8; 32],
}

impl VerifierKey {
    /// A key known from elsewhere.
    pub fn new(name: KeyName, algorithm: Algorithm, public_key: [u8; 32]) -> Self {
        Self {
            name,
            algorithm,
            public_key,
        }
    }

    /// The verifier of a log's own signatures (type 0x01).
    pub fn of_log(origin: KeyName, key: &Ed25519KeyPair) -> Self {
        Self::new(origin, Algorithm::Ed25519, public_half(key))
    }

    /// The verifier of a cosigner's signatures (type 0x04).
    pub fn of_cosigner(name: KeyName, key: &Ed25519KeyPair) -> Self {
        Self::new(name, Algorithm::CosignatureV1, public_half(key))
    }

    /// Reads the one line that `Display` writes. The key id in it must be the right one.
    pub fn parse(vkey: &str) -> Result<Self, VkeyError> {
        // Base64 may itself contain plus signs; names and hex don't.
        let (name, rest) = vkey.split_once('+').ok_or(VkeyError::NotThreeParts)?;
        let (id, key) = rest.split_once('+').ok_or(VkeyError::NotThreeParts)?;
        let name = KeyName::new(name).map_err(VkeyError::Name)?;
        let key = base64(key).ok_or(VkeyError::NotBase64)?;
        let (algorithm, public_key) = key.split_first().ok_or(VkeyError::WrongLength)?;
        let algorithm =
            Algorithm::from_identifier(*algorithm).ok_or(VkeyError::UnknownAlgorithm)?;
        let public_key = public_key.try_into().map_err(|_| VkeyError::WrongLength)?;
        let parsed = Self::new(name, algorithm, public_key);
        if id == HEXLOWER.encode(&parsed.key_id()) {
            Ok(parsed)
        } else {
            Err(VkeyError::WrongKeyId)
        }
    }

    /// The name its signature lines bear.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// What kind of signature it verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The Ed25519 public key: RFC 8032 encoding.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.public_key
    }

    /// `SHA-256(name || 0x0A || algorithm || public key)[:4]`: tells keys apart, proves nothing.
    pub fn key_id(&self) -> [u8; 4] {
        let name = self.name.as_str().as_bytes();
        let digest = sha256(&[
            name,
            b"\n",
            &[self.algorithm.identifier()],
            &self.public_key,
        ]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        [a, b, c, d]
    }

    /// Checks that the key has the wanted algorithm and the signature line names this key.
    pub(super) fn claims(
        &self,
        algorithm: Algorithm,
        signature: &NoteSignature,
    ) -> Result<(), SignatureError> {
        if self.algorithm != algorithm {
            return Err(SignatureError::WrongAlgorithm);
        }
        if *signature.name() != self.name || signature.key_id() != self.key_id() {
            return Err(SignatureError::AnotherKey);
        }
        Ok(())
    }

    /// One Ed25519 verification (RFC 8032, cofactorless, as `ring` does it).
    pub(super) fn verify_ed25519(
        &self,
        message: &[u8],
        bytes: &[u8],
    ) -> Result<(), SignatureError> {
        if bytes.len() != 64 {
            return Err(SignatureError::WrongLength);
        }
        UnparsedPublicKey::new(&ED25519, &self.public_key)
            .verify(message, bytes)
            .map_err(|_| SignatureError::Invalid)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.algorithm.identifier()];
        key.extend_from_slice(&self.public_key);
        write!(
            f,
            "{}+{}+{}",
            self.name,
            HEXLOWER.encode(&self.key_id()),
            BASE64.encode(&key)
        )
    }
}

/// The 32 bytes of a key pair's public half.
fn public_half(key: &Ed25519KeyPair) -> [u8; 32] {
    first_32(key.public_key().as_ref())
}

/// Why text is no [`VerifierKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VkeyError {
    /// Not `name+key id+key`.
    NotThreeParts,
    /// The name is not allowed.
    Name(NameError),
    /// The key is not canonical base64.
    NotBase64,
    /// The key is not one byte and a 32-byte public key.
    WrongLength,
    /// An algorithm other than 0x01 and 0x04.
    UnknownAlgorithm,
    /// The key id is not that of this name, algorithm and key, in 8 lower-case hex digits.
    WrongKeyId,
}

impl fmt::Display for VkeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThreeParts => f.write_str("a verifier key is not name+id+key"),
            Self::Name(cause) => cause.fmt(f),
            Self::NotBase64 => f.write_str("a verifier key is not canonical base64"),
            Self::WrongLength => f.write_str("a verifier key has the wrong length"),
            Self::UnknownAlgorithm => f.write_str("a verifier key has an unknown algorithm"),
            Self::WrongKeyId => f.write_str("a verifier key's id does not belong to it"),
        }
    }
}

impl std::error::Error for VkeyError {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The worked example of C2SP signed-note, "Verifier keys".
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn a_verifier_key_has_one_spelling() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let cosigner = VerifierKey::of_cosigner(KeyName::new("rootkeep/x").unwrap(), &key);
        assert_eq!(VerifierKey::parse(&cosigner.to_string()), Ok(cosigner));
        let without = VKEY.rsplit_once('+').unwrap().0;
        for (bad, why) in [
            ("example.com/foo", VkeyError::NotThreeParts),
            ("example.com/foo+530d903a", VkeyError::NotThreeParts),
            (
                &VKEY.replace("example.com/foo", ""),
                VkeyError::Name(NameError::Empty),
            ),
            (&VKEY.replace("530d903a", "530D903A"), VkeyError::WrongKeyId),
            (&VKEY.replace("530d903a", "530d903b"), VkeyError::WrongKeyId),
            (
                &VKEY.replace("example.com", "example.org"),
                VkeyError::WrongKeyId,
            ),
            (&VKEY.replace("+Aek", "+BOk"), VkeyError::WrongKeyId),
            (&VKEY.replace("+Aek", "+Auk"), VkeyError::UnknownAlgorithm),
            (&VKEY.replace("3U2k", ""), VkeyError::WrongLength),
            (&format!("{without}+"), VkeyError::WrongLength),
            (&format!("{VKEY}="), VkeyError::NotBase64),
            (&format!("{VKEY}\n"), VkeyError::NotBase64),
        ] {
            assert_eq!(VerifierKey::parse(bad), Err(why), "{bad}");
        }
    }
}
