//! Time-based one-time passwords, so that a sealed MFA seed can be proven and used offline.
//!
//! Follows RFC 6238 (TOTP) over RFC 4226 (HOTP), with T0 = 0. HMAC is ring's; ring does not wipe
//! its HMAC keys, so a seed's inner and outer state stays in freed memory until it is reused.
//! Pure: the clock comes in as an argument.

use std::num::NonZeroU32;

use ring::hmac;

use super::secret::{SecretBytes, SecretText};

/// The hash under the HMAC (RFC 6238, section 1.2). AWS and most services use SHA-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC-SHA-1, what a key URI means when it names none.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

impl Algorithm {
    /// The name as a key URI writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// How long a code is. RFC 4226, section 5.3, asks for at least six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// Six, what AWS asks for and what a key URI means when it says nothing.
    Six,
    /// Eight.
    Eight,
}

impl Digits {
    /// The number of digits.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Six => 6,
            Self::Eight => 8,
        }
    }

    /// Ten to the number of digits: what the truncated HMAC is reduced by.
    fn modulus(self) -> u32 {
        match self {
            Self::Six => 1_000_000,
            Self::Eight => 100_000_000,
        }
    }
}

/// How many seconds a code lasts, 10 to 300. RFC 6238, section 5.2, recommends 30.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(NonZeroU32);

impl Period {
    /// The shortest that a person can type within.
    pub const SHORTEST: u32 = 10;
    /// The longest: beyond five minutes a code is no longer a one-time password.
    pub const LONGEST: u32 = 300;

    /// A period of that many seconds, or `None` outside 10 to 300.
    #[must_use]
    pub fn new(seconds: u32) -> Option<Self> {
        if !(Self::SHORTEST..=Self::LONGEST).contains(&seconds) {
            return None;
        }
        NonZeroU32::new(seconds).map(Self)
    }

    /// Thirty seconds, as RFC 6238 recommends and AWS uses.
    #[must_use]
    pub fn thirty() -> Self {
        Self(NonZeroU32::MIN.saturating_add(29))
    }

    /// The period in seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0.get()
    }
}

/// The code for `unix_time` (seconds since 1970, UTC), padded with zeros to its full length.
#[must_use]
pub fn code(
    seed: &SecretBytes,
    algorithm: Algorithm,
    digits: Digits,
    period: Period,
    unix_time: u64,
) -> SecretText {
    // RFC 6238, section 4.2: T = (current time - T0) / X, rounded down.
    let counter = unix_time / u64::from(period.seconds());
    let key = hmac::Key::new(algorithm.hmac(), seed.expose());
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let value = truncate(tag.as_ref()) % digits.modulus();
    SecretText::new(format!("{value:0width$}", width = digits.count()))
}

/// How many seconds the code for `unix_time` still lasts: from the whole period down to 1.
#[must_use]
pub fn seconds_left(period: Period, unix_time: u64) -> u64 {
    let period = u64::from(period.seconds());
    period - unix_time % period
}

/// Dynamic truncation, RFC 4226, section 5.3: the last nibble says where the 31 bits begin.
/// The shortest tag has 20 bytes, so four are always there.
fn truncate(tag: &[u8]) -> u32 {
    let start = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
    let word = tag
        .iter()
        .skip(start)
        .take(4)
        .fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
    word & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: [u64; 6] = [
        59,
        1_111_111_109,
        1_111_111_111,
        1_234_567_890,
        2_000_000_000,
        20_000_000_000,
    ];

    /// RFC 6238, appendix B, with the seeds of erratum 2866 (20, 32 and 64 bytes).
    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        let table = [
            (
                Algorithm::Sha1,
                20,
                [
                    "94287082", "07081804", "14050471", "89005924", "69279037", "65353130",
                ],
            ),
            (
                Algorithm::Sha256,
                32,
                [
                    "46119246", "68084774", "67062674", "91819424", "90698825", "77737706",
                ],
            ),
            (
                Algorithm::Sha512,
                64,
                [
                    "90693936", "25091201", "99943326", "93441116", "38618901", "47863826",
                ],
            ),
        ];
        for (algorithm, length, codes) in table {
            let seed =
                SecretBytes::new(b"1234567890".iter().copied().cycle().take(length).collect());
            for (time, expected) in TIMES.into_iter().zip(codes) {
                let eight = code(&seed, algorithm, Digits::Eight, Period::thirty(), time);
                assert_eq!(eight.expose(), expected, "{algorithm:?} at {time}");
                let six = code(&seed, algorithm, Digits::Six, Period::thirty(), time);
                assert_eq!(six.expose(), &expected[2..], "{algorithm:?} at {time}");
            }
        }
    }

    /// RFC 4226, appendix D: a period of 30 s turns the counter 0..=9 into times 0, 30, ... 270.
    #[test]
    fn codes_are_those_of_rfc_4226_appendix_d() {
        let seed = SecretBytes::copy_of(b"12345678901234567890");
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (step, expected) in (0u64..).zip(expected) {
            let made = code(
                &seed,
                Algorithm::Sha1,
                Digits::Six,
                Period::thirty(),
                step * 30,
            );
            assert_eq!(made.expose(), expected);
        }
    }

    #[test]
    fn a_code_changes_with_the_period_and_not_within_it() {
        let seed = SecretBytes::copy_of(b"12345678901234567890");
        let at = |time| code(&seed, Algorithm::Sha1, Digits::Six, Period::thirty(), time);
        assert_eq!(at(30).expose(), at(59).expose());
        assert_ne!(at(29).expose(), at(30).expose());
        assert_ne!(at(59).expose(), at(60).expose());
    }

    #[test]
    fn seconds_left_run_from_the_whole_period_to_one() {
        let left: Vec<u64> = [0, 1, 29, 30, 59]
            .into_iter()
            .map(|t| seconds_left(Period::thirty(), t))
            .collect();
        assert_eq!(left, [30, 29, 1, 30, 1]);
    }

    #[test]
    fn a_period_is_bound_on_both_sides() {
        assert_eq!(Period::new(9), None);
        assert_eq!(Period::new(10).map(Period::seconds), Some(10));
        assert_eq!(Period::new(300).map(Period::seconds), Some(300));
        assert_eq!(Period::new(301), None);
        assert_eq!(Period::thirty().seconds(), 30);
    }

    #[test]
    fn a_code_prints_as_redacted() {
        let seed = SecretBytes::copy_of(b"12345678901234567890");
        let made = code(&seed, Algorithm::Sha1, Digits::Six, Period::thirty(), 0);
        assert_eq!(format!("{made:?}"), "[redacted]");
    }
}
