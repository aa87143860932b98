//! SSHSIG signatures of files (OpenSSH, PROTOCOL.sshsig), by Ed25519 keys, so that `ssh-keygen -Y verify` can check
//! them. Signed is `"SSHSIG" || string namespace || string "" || string "sha512" || string SHA-512(file)`.

use data_encoding::{BASE64, BASE64_NOPAD};
use ring::digest::{SHA512, digest};

use super::ed25519::{PublicKey, SigningKey};
use super::fixed::Digest;
use crate::error::{Error, Result};

/// The namespace of signatures of evidence (docs/formats.md, section 18): nothing else is signed so.
pub const EVIDENCE: &str = "evidence@rootkeep";

const MAGIC: &[u8] = b"SSHSIG";
const KEY_TYPE: &[u8] = b"ssh-ed25519";
const HASH: &[u8] = b"sha512";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
const END: &str = "-----END SSH SIGNATURE-----\n";
/// OpenSSH writes so many characters a line.
const LINE: usize = 70;

/// Signs a file's bytes; the armoured text as `ssh-keygen -Y sign` writes it.
///
/// # Errors
/// Failed, code `internal`.
pub fn sign(key: &SigningKey, namespace: &str, file: &[u8]) -> Result<String> {
    let signature = key.sign(&signed_bytes(namespace, file)?);
    armour(&key.public(), namespace, &signature)
}

/// Checks an armoured signature of a file's bytes. Only the one spelling that [`sign`] has is taken.
///
/// # Errors
/// Verification, code `bad-signature`.
pub fn verify(key: &PublicKey, namespace: &str, file: &[u8], armoured: &[u8]) -> Result<()> {
    let bad = |why: &str| {
        Error::verification(
            "bad-signature",
            format!("an SSH signature is not good: {why}"),
        )
    };
    let signature = signature_in(armoured).ok_or_else(|| bad("it has another form"))?;
    // Key and namespace are taken from the caller, and the rest has one spelling: so all bytes are checked.
    if armour(key, namespace, &signature)?.as_bytes() != armoured {
        return Err(bad(
            "it is by another key, for another purpose, or spelt otherwise",
        ));
    }
    key.verify(&signed_bytes(namespace, file)?, &signature)
        .map_err(|_| bad("it does not fit the file"))
}

/// A key as OpenSSH's `authorized_keys` and `allowed_signers` have it: type and base64.
///
/// # Errors
/// Failed, code `internal`.
pub fn public_key_text(key: &PublicKey) -> Result<String> {
    Ok(format!("ssh-ed25519 {}", BASE64.encode(&key_blob(key)?)))
}

/// A key's fingerprint as `ssh-keygen -l` shows it.
///
/// # Errors
/// Failed, code `internal`.
pub fn fingerprint(key: &PublicKey) -> Result<String> {
    let digest = Digest::of(&key_blob(key)?);
    Ok(format!("SHA256:{}", BASE64_NOPAD.encode(digest.as_bytes())))
}

/// A length-prefixed string of RFC 4251 section 5.
fn string(into: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    let length = u32::try_from(bytes.len())
        .map_err(|error| Error::failed("internal", "too long to be signed").because(error))?;
    into.extend(length.to_be_bytes());
    into.extend(bytes);
    Ok(())
}

/// RFC 8709 section 4.
fn key_blob(key: &PublicKey) -> Result<Vec<u8>> {
    let mut blob = Vec::new();
    string(&mut blob, KEY_TYPE)?;
    string(&mut blob, key.as_bytes())?;
    Ok(blob)
}

fn signed_bytes(namespace: &str, file: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = MAGIC.to_vec();
    string(&mut bytes, namespace.as_bytes())?;
    string(&mut bytes, b"")?;
    string(&mut bytes, HASH)?;
    string(&mut bytes, digest(&SHA512, file).as_ref())?;
    Ok(bytes)
}

fn armour(key: &PublicKey, namespace: &str, signature: &[u8]) -> Result<String> {
    let mut inner = Vec::new();
    string(&mut inner, KEY_TYPE)?;
    string(&mut inner, signature)?;
    let mut blob = MAGIC.to_vec();
    blob.extend(1u32.to_be_bytes());
    string(&mut blob, &key_blob(key)?)?;
    string(&mut blob, namespace.as_bytes())?;
    string(&mut blob, b"")?;
    string(&mut blob, HASH)?;
    string(&mut blob, &inner)?;
    let text = BASE64.encode(&blob);
    let mut armoured = BEGIN.to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        armoured.push_str(line);
        armoured.push('\n');
        rest = after;
    }
    armoured.push_str(END);
    Ok(armoured)
}

/// The 64 bytes at the end of the blob.
fn signature_in(armoured: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(armoured).ok()?;
    let lines = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let blob = BASE64.decode(lines.replace('\n', "").as_bytes()).ok()?;
    let at = blob.len().checked_sub(64)?;
    blob.get(at..).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::secret::Key32;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&Key32::new([seed; 32])).unwrap()
    }

    #[test]
    fn a_signature_fits_its_file_its_key_and_its_purpose_only() {
        let signed = sign(&key(1), "a@b", b"file").unwrap();
        let good = |key: &SigningKey, purpose: &str, file: &[u8]| {
            verify(&key.public(), purpose, file, signed.as_bytes()).is_ok()
        };
        assert!(good(&key(1), "a@b", b"file"));
        assert!(!good(&key(2), "a@b", b"file"));
        assert!(!good(&key(1), "a@c", b"file"));
        assert!(!good(&key(1), "a@b", b"fine"));
    }

    #[test]
    fn no_byte_of_a_signature_can_be_changed() {
        let signed = sign(&key(1), "a@b", b"file").unwrap();
        for at in 0..signed.len() {
            for bit in [1, 0x20, 0x80] {
                let mut other = signed.clone().into_bytes();
                other[at] ^= bit;
                assert!(verify(&key(1).public(), "a@b", b"file", &other).is_err());
            }
        }
        let longer = format!("{signed}\n");
        assert!(verify(&key(1).public(), "a@b", b"file", longer.as_bytes()).is_err());
        assert!(verify(&key(1).public(), "a@b", b"file", b"").is_err());
    }

    #[test]
    fn nothing_but_sshsig_is_signed() {
        // The other two kinds of message that a member key signs begin otherwise.
        assert!(signed_bytes("x", b"y").unwrap().starts_with(b"SSHSIG"));
    }
}
