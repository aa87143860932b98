//! age files in memory: to one recipient, or under an epoch's key as passphrase
//! (docs/formats.md, sections 5, 7 and 9).

use std::io::{Read, Write};
use std::iter;

use age::secrecy::SecretString;

use super::recipient::{AgeHost, Recipient};
use super::secret::{Key32, SecretBytes, SecretText};
use crate::error::{Error, Result};

/// scrypt work factor of a payload: its passphrase has 256 bits already, so that the factor adds
/// nothing and is age's own test value; fixed, so that no machine refuses another's files.
pub const PAYLOAD_WORK_FACTOR: u8 = 10;
/// The most that a payload read from a ledger may ask for.
const PAYLOAD_WORK_FACTOR_LIMIT: u8 = 12;
/// scrypt work factor of a passphrase-encrypted identity: about a second, 256 MiB.
pub const IDENTITY_WORK_FACTOR: u8 = 18;
/// The most that an identity file may ask for: 1 GiB.
pub const IDENTITY_WORK_FACTOR_LIMIT: u8 = 20;
/// The most plaintext that is read out of any age file here.
const PLAINTEXT_LIMIT: usize = 16 << 20;

/// Encrypts to one recipient.
///
/// # Errors
/// Refused for a plugin that is not allowed; failed where age or the plugin fails.
pub fn encrypt(recipient: &Recipient, plaintext: &[u8], host: &AgeHost) -> Result<Vec<u8>> {
    write(recipient.to_age(host)?.as_ref(), plaintext)
        .map_err(|error| error.because(format!("recipient {recipient}")))
}

/// Encrypts under a passphrase with a fixed work factor.
///
/// # Errors
/// Failed where age fails.
pub fn encrypt_with_passphrase(
    passphrase: &SecretText,
    work_factor: u8,
    plaintext: &[u8],
) -> Result<Vec<u8>> {
    let mut recipient = age::scrypt::Recipient::new(age_text(passphrase));
    recipient.set_work_factor(work_factor);
    write(&recipient, plaintext)
}

/// Encrypts a payload under an epoch's key.
///
/// # Errors
/// Failed where age fails.
pub fn encrypt_payload(key: &Key32, plaintext: &[u8]) -> Result<Vec<u8>> {
    encrypt_with_passphrase(&key.to_hex(), PAYLOAD_WORK_FACTOR, plaintext)
}

/// Decrypts a payload with an epoch's key.
///
/// # Errors
/// Verification, code `cannot-decrypt`.
pub fn decrypt_payload(key: &Key32, file: &[u8]) -> Result<SecretBytes> {
    PayloadOpener::new(key).open(file)
}

/// Decrypts payloads with one epoch's key. Making one is half the work, because age measures how
/// fast scrypt is here each time: it can be made while something else is done.
pub struct PayloadOpener(age::scrypt::Identity);

impl PayloadOpener {
    /// For an epoch's key.
    #[must_use]
    pub fn new(key: &Key32) -> Self {
        Self(passphrase_identity(
            &key.to_hex(),
            PAYLOAD_WORK_FACTOR_LIMIT,
        ))
    }

    /// Decrypts a payload.
    ///
    /// # Errors
    /// Verification, code `cannot-decrypt`.
    pub fn open(&self, file: &[u8]) -> Result<SecretBytes> {
        let identity: &dyn age::Identity = &self.0;
        decrypt(iter::once(identity), file)
    }
}

/// Decrypts a passphrase-encrypted file that asks for no more work than `limit`.
///
/// # Errors
/// Verification, code `cannot-decrypt`.
pub fn decrypt_with_passphrase(
    passphrase: &SecretText,
    limit: u8,
    file: &[u8],
) -> Result<SecretBytes> {
    let identity = passphrase_identity(passphrase, limit);
    let identity: &dyn age::Identity = &identity;
    decrypt(iter::once(identity), file)
}

fn passphrase_identity(passphrase: &SecretText, limit: u8) -> age::scrypt::Identity {
    let mut identity = age::scrypt::Identity::new(age_text(passphrase));
    identity.set_max_work_factor(limit);
    identity
}

/// Decrypts with any of `identities`; binary or armoured; a plaintext of at most 16 MiB.
///
/// # Errors
/// Verification, code `cannot-decrypt`; the cause says whether it is for somebody else or damaged.
pub fn decrypt<'a>(
    identities: impl Iterator<Item = &'a dyn age::Identity>,
    file: &[u8],
) -> Result<SecretBytes> {
    read_out(PLAINTEXT_LIMIT, identities, file, cannot_decrypt)
}

/// As [`decrypt`], with a plaintext of at most `limit` bytes; what is for somebody else is told apart.
///
/// # Errors
/// Refused, code `not-for-you`; verification, code `cannot-decrypt`.
pub fn decrypt_up_to<'a>(
    limit: usize,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
    file: &[u8],
) -> Result<SecretBytes> {
    read_out(limit, identities, file, |error| match error {
        age::DecryptError::NoMatchingKeys => Error::refused(
            "not-for-you",
            "the file is encrypted to somebody else, or to another identity of yours",
        )
        .hint("name the identity that it is for with -i FILE"),
        other => cannot_decrypt(other),
    })
}

fn read_out<'a>(
    limit: usize,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
    file: &[u8],
    cannot: fn(age::DecryptError) -> Error,
) -> Result<SecretBytes> {
    let decryptor = age::Decryptor::new_buffered(age::armor::ArmoredReader::new(file))
        .map_err(cannot_decrypt)?;
    let stream = decryptor.decrypt(identities).map_err(cannot)?;
    // Reserved at once, so that no half-filled copy is left behind by growing.
    let mut plaintext = zeroize::Zeroizing::new(Vec::with_capacity(file.len()));
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    stream
        .take(most.saturating_add(1))
        .read_to_end(&mut plaintext)
        .map_err(|error| {
            Error::verification("cannot-decrypt", "an age file is damaged").because(error)
        })?;
    if plaintext.len() > limit {
        return Err(Error::verification(
            "cannot-decrypt",
            format!("an age file is larger than {} MiB", limit >> 20),
        ));
    }
    Ok(SecretBytes::new(std::mem::take(&mut *plaintext)))
}

fn write(recipient: &dyn age::Recipient, plaintext: &[u8]) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::failed("cannot-encrypt", "age could not encrypt").because(error)
    };
    let encryptor =
        age::Encryptor::with_recipients(iter::once(recipient)).map_err(|e| failed(&e))?;
    let mut file = Vec::with_capacity(plaintext.len() + 512);
    let mut writer = encryptor.wrap_output(&mut file).map_err(|e| failed(&e))?;
    writer.write_all(plaintext).map_err(|e| failed(&e))?;
    writer.finish().map_err(|e| failed(&e))?;
    Ok(file)
}

fn cannot_decrypt(error: age::DecryptError) -> Error {
    let refused = |message: &str| Error::verification("cannot-decrypt", message);
    match error {
        age::DecryptError::NoMatchingKeys => refused("an age file is not for this identity"),
        // age's own words for it subtract this machine's speed from the factor, and may panic.
        age::DecryptError::ExcessiveWork { required, .. } => {
            refused("an age file asks for too much scrypt work")
                .because(format!("its work factor is {required}"))
        }
        other => refused("an age file does not decrypt").because(other),
    }
}

fn age_text(text: &SecretText) -> SecretString {
    SecretString::from(text.expose().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_opens_with_its_key_and_no_other() {
        let file = encrypt_payload(&Key32::new([1; 32]), b"the password").unwrap();
        let plain = decrypt_payload(&Key32::new([1; 32]), &file).unwrap();
        assert_eq!(plain.expose(), b"the password");
        assert_eq!(
            decrypt_payload(&Key32::new([2; 32]), &file)
                .unwrap_err()
                .code(),
            "cannot-decrypt"
        );
    }

    #[test]
    fn a_work_factor_is_read_up_to_its_bound() {
        let text = SecretText::new("p".into());
        let at = encrypt_with_passphrase(&text, 12, b"x").unwrap();
        let above = encrypt_with_passphrase(&text, 13, b"x").unwrap();
        assert!(decrypt_with_passphrase(&text, 12, &at).is_ok());
        assert!(decrypt_with_passphrase(&text, 12, &above).is_err());
    }
}
