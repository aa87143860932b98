//! The digest that is shared beside the secret, and tells whether shares fit together.
//!
//! SLIP-39 "Sharing a secret": at index 255 lies the secret, at 254 four bytes of
//! HMAC-SHA-256(key = random, message = secret) and that random.

use ring::hmac;
use zeroize::Zeroizing;

use super::gf256::equal;

/// The index at which the secret lies.
pub(super) const SECRET_INDEX: u8 = 255;
/// The index at which the digest and its random lie.
pub(super) const DIGEST_INDEX: u8 = 254;
/// Bytes of digest; the rest of the value at [`DIGEST_INDEX`] is random.
pub(super) const DIGEST_BYTES: usize = 4;

/// The value at [`DIGEST_INDEX`] for a secret.
pub(super) fn seal(random: &[u8], secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut value = Zeroizing::new(Vec::with_capacity(DIGEST_BYTES + random.len()));
    value.extend(mac(random, secret).as_ref().iter().take(DIGEST_BYTES));
    value.extend_from_slice(random);
    value
}

/// Whether the value recovered at [`DIGEST_INDEX`] belongs to the secret recovered beside it.
pub(super) fn holds(value: &[u8], secret: &[u8]) -> bool {
    value
        .split_at_checked(DIGEST_BYTES)
        .is_some_and(|(_, random)| equal(&seal(random, secret), value))
}

fn mac(random: &[u8], secret: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, random), secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_byte_is_noticed() {
        let (random, secret) = ([3; 28], [5; 32]);
        let value = seal(&random, &secret);
        assert!(holds(&value, &secret));
        for place in 0..32 {
            let mut other = value.clone();
            other[place] ^= 1;
            assert!(!holds(&other, &secret));
            let mut other = secret;
            other[place] ^= 1;
            assert!(!holds(&value, &other));
        }
        assert!(!holds(&value[..3], &secret));
    }
}
