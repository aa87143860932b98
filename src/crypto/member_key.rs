//! A custodian's working keys: an Ed25519 seed to sign with and a native age identity to open the
//! ledger with, sealed together to the person's own identity (docs/formats.md, section 5).

use std::fmt;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::age_file;
use super::ed25519::SigningKey;
use super::fixed::Digest;
use super::identity::Identity;
use super::recipient::{AgeHost, Recipient};
use super::secret::{Key32, SecretBytes, SecretText};
use crate::error::{Error, Result};

/// First line of a member key's text.
const FIRST_LINE: &str = "# rootkeep member key v1";
/// What stands before the seed in the second line.
const SEED_PREFIX: &str = "# ed25519 seed: ";

/// The keys themselves, in memory.
pub struct MemberKey {
    seed: Key32,
    signing: SigningKey,
    age: age::x25519::Identity,
}

impl MemberKey {
    /// Makes fresh keys.
    ///
    /// # Errors
    /// Failed where there is no randomness.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self> {
        let seed = Key32::new(Digest::random(rng)?.0);
        Ok(Self {
            signing: SigningKey::from_seed(&seed)?,
            seed,
            age: age::x25519::Identity::generate(),
        })
    }

    /// Opens a sealed member key with the person's identity.
    ///
    /// # Errors
    /// Verification: `cannot-decrypt`, or `bad-member-key` where something else was inside.
    pub fn unseal(sealed: &[u8], identity: &Identity) -> Result<Self> {
        Self::from_text(&identity.decrypt(sealed)?)
    }

    /// Seals the keys to the person's own recipient.
    ///
    /// # Errors
    /// As [`age_file::encrypt`].
    pub fn seal(&self, recipient: &Recipient, host: &AgeHost) -> Result<Vec<u8>> {
        age_file::encrypt(recipient, self.to_text().expose().as_bytes(), host)
    }

    /// The signing half.
    #[must_use]
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The recipient of the age half.
    ///
    /// # Errors
    /// Never in practice: age prints what it reads.
    pub fn recipient(&self) -> Result<Recipient> {
        Recipient::parse_native(&self.age.to_public().to_string())
    }

    /// Decrypts what was encrypted to [`Self::recipient`].
    ///
    /// # Errors
    /// Verification, code `cannot-decrypt`.
    pub fn decrypt(&self, file: &[u8]) -> Result<SecretBytes> {
        let identity: &dyn age::Identity = &self.age;
        age_file::decrypt(std::iter::once(identity), file)
    }

    /// As [`Self::decrypt`], for what may have up to `limit` bytes.
    ///
    /// # Errors
    /// As [`age_file::decrypt_up_to`].
    pub fn decrypt_up_to(&self, limit: usize, file: &[u8]) -> Result<SecretBytes> {
        let identity: &dyn age::Identity = &self.age;
        age_file::decrypt_up_to(limit, std::iter::once(identity), file)
    }

    fn to_text(&self) -> SecretText {
        let age_line = self.age.to_string();
        SecretText::new(format!(
            "{FIRST_LINE}\n{SEED_PREFIX}{}\n{}\n",
            self.seed.to_hex().expose(),
            age_line.expose_secret()
        ))
    }

    fn from_text(bytes: &SecretBytes) -> Result<Self> {
        let bad = || {
            Error::verification(
                "bad-member-key",
                "what was sealed to you is not a member key",
            )
            .hint("somebody may have put another ciphertext in its place: run `rootkeep verify`")
        };
        let text = SecretText::from_utf8(bytes).ok_or_else(bad)?;
        let lines: Zeroizing<Vec<String>> =
            Zeroizing::new(text.expose().split('\n').map(str::to_owned).collect());
        let [first, second, third, last] = lines.as_slice() else {
            return Err(bad());
        };
        let seed = second
            .strip_prefix(SEED_PREFIX)
            .and_then(Key32::from_hex)
            .ok_or_else(bad)?;
        if first != FIRST_LINE || !last.is_empty() {
            return Err(bad());
        }
        let age = age::x25519::Identity::from_str(third).map_err(|_| bad())?;
        Ok(Self {
            signing: SigningKey::from_seed(&seed)?,
            seed,
            age,
        })
    }
}

impl fmt::Debug for MemberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_key_goes_there_and_back_as_text() {
        let key = MemberKey::generate(&ring::rand::SystemRandom::new()).unwrap();
        let text = SecretBytes::copy_of(key.to_text().expose().as_bytes());
        let again = MemberKey::from_text(&text).unwrap();
        assert_eq!(again.signing().public(), key.signing().public());
        assert_eq!(
            again.recipient().unwrap().as_str(),
            key.recipient().unwrap().as_str()
        );
    }

    #[test]
    fn anything_else_is_refused() {
        let key = MemberKey::generate(&ring::rand::SystemRandom::new()).unwrap();
        let text = key.to_text().expose().to_owned();
        for other in [
            text.trim_end().to_owned(),
            format!("{text}\n"),
            text.replace("v1", "v2"),
            text.replace("seed: ", "seed: 0"),
            "academic acid acne".to_owned(),
        ] {
            let error = MemberKey::from_text(&SecretBytes::copy_of(other.as_bytes())).unwrap_err();
            assert_eq!(error.code(), "bad-member-key");
        }
    }
}
