//! The Feistel cipher between a key and what is split.
//!
//! SLIP-39 "Encryption of the master secret": four rounds, PBKDF2-HMAC-SHA-256 as the round function.
//! It makes every bit of a share depend on every bit of the key, so that the first bytes of enough
//! shares are not the first bytes of the key.

use std::num::NonZeroU32;

use ring::pbkdf2;
use zeroize::Zeroizing;

/// Iterations of one round at exponent 0: a quarter of the specification's 10,000.
const ROUND_ITERATIONS: u32 = 2500;

/// What the cipher takes from a share's header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// The 15-bit identifier: salt where the shares are not extendable.
    pub(super) identifier: u16,
    /// The extendable flag.
    pub(super) extendable: bool,
    /// The iteration exponent, bounded by whoever parsed it.
    pub(super) iteration_exponent: u8,
}

/// Encrypts a key of an even number of bytes.
pub(super) fn encrypt(key: &[u8], passphrase: &[u8], settings: Settings) -> Zeroizing<Vec<u8>> {
    feistel([0, 1, 2, 3], key, passphrase, settings)
}

/// Decrypts what [`encrypt`] made.
pub(super) fn decrypt(
    encrypted: &[u8],
    passphrase: &[u8],
    settings: Settings,
) -> Zeroizing<Vec<u8>> {
    feistel([3, 2, 1, 0], encrypted, passphrase, settings)
}

fn feistel(
    rounds: [u8; 4],
    data: &[u8],
    passphrase: &[u8],
    settings: Settings,
) -> Zeroizing<Vec<u8>> {
    let (left, right) = data.split_at(data.len() / 2);
    let mut left = Zeroizing::new(left.to_vec());
    let mut right = Zeroizing::new(right.to_vec());
    for round in rounds {
        let stream = round_function(round, passphrase, settings, &right);
        for (byte, key) in left.iter_mut().zip(stream.iter()) {
            *byte ^= key;
        }
        std::mem::swap(&mut left, &mut right);
    }
    let mut result = Zeroizing::new(Vec::with_capacity(data.len()));
    result.extend_from_slice(&right);
    result.extend_from_slice(&left);
    result
}

fn round_function(
    round: u8,
    passphrase: &[u8],
    settings: Settings,
    half: &[u8],
) -> Zeroizing<Vec<u8>> {
    let mut password = Zeroizing::new(Vec::with_capacity(1 + passphrase.len()));
    password.push(round);
    password.extend_from_slice(passphrase);

    let mut salt = Zeroizing::new(Vec::with_capacity(8 + half.len()));
    if !settings.extendable {
        salt.extend_from_slice(b"shamir");
        salt.extend_from_slice(&settings.identifier.to_be_bytes());
    }
    salt.extend_from_slice(half);

    let iterations = ROUND_ITERATIONS.saturating_mul(1 << settings.iteration_exponent.min(15));
    let iterations = NonZeroU32::new(iterations).unwrap_or(NonZeroU32::MAX);
    let mut stream = Zeroizing::new(vec![0; half.len()]);
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        iterations,
        &salt,
        &password,
        &mut stream,
    );
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Settings = Settings {
        identifier: 0x7abc,
        extendable: true,
        iteration_exponent: 0,
    };

    #[test]
    fn decryption_undoes_encryption() {
        for length in [16, 18, 32, 64] {
            let key: Vec<u8> = (0..length).collect();
            let encrypted = encrypt(&key, b"", OURS);
            assert_ne!(*encrypted, key);
            assert_eq!(*decrypt(&encrypted, b"", OURS), key);
        }
    }

    #[test]
    fn each_setting_changes_the_result() {
        let key = [9; 32];
        let ours = encrypt(&key, b"", OURS);
        assert_eq!(
            ours,
            encrypt(
                &key,
                b"",
                Settings {
                    identifier: 1,
                    ..OURS
                }
            ),
            "extendable: no salt"
        );
        let salted = Settings {
            extendable: false,
            ..OURS
        };
        assert_ne!(ours, encrypt(&key, b"", salted));
        assert_ne!(
            encrypt(&key, b"", salted),
            encrypt(
                &key,
                b"",
                Settings {
                    identifier: 1,
                    ..salted
                }
            )
        );
        assert_ne!(
            ours,
            encrypt(
                &key,
                b"",
                Settings {
                    iteration_exponent: 1,
                    ..OURS
                }
            )
        );
        assert_ne!(ours, encrypt(&key, b"TREZOR", OURS));
    }
}
