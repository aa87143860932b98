//! Two codes in a row, as AWS asks for them when a virtual MFA device is registered: whoever types
//! them has a device that holds the same seed.
//!
//! Pure: the time comes in as an argument.

use std::fmt;

use super::otpauth::OtpAuth;
use crate::crypto::secret::SecretText;
use crate::crypto::totp::{self, Period};

/// How many periods a device's clock may be behind, what it takes to type a code among it.
const BEHIND: u64 = 2;
/// How many periods a device's clock may be ahead.
const AHEAD: u64 = 1;

/// Why what was typed is not a code of the seed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// Not as many digits as a code of this seed has.
    NotACode {
        /// How many it has.
        digits: usize,
    },
    /// None of the seed's codes of now.
    Other,
    /// The first code once more.
    Same,
    /// A code of the seed, but not the one that follows the first.
    NotTheNext,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACode { digits } => write!(f, "a code of this seed has {digits} digits"),
            Self::Other => f.write_str(
                "that is not a code of this seed: another seed is in the device, or its clock is wrong",
            ),
            Self::Same => f.write_str("that is the first code once more; the second is the one after it"),
            Self::NotTheNext => f.write_str("that is not the code that follows the first"),
        }
    }
}

impl std::error::Error for CodeError {}

/// The first of the two codes, found among those of the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstCode {
    /// Which period it belongs to, counted from 1970.
    step: u64,
}

impl FirstCode {
    /// Finds what was typed at `unix_time` among the seed's codes of about that time.
    ///
    /// # Errors
    /// [`CodeError::NotACode`], [`CodeError::Other`].
    pub fn find(otp: &OtpAuth, typed: &SecretText, unix_time: u64) -> Result<Self, CodeError> {
        let typed = digits(otp, typed)?;
        steps(otp.period, unix_time)
            .find(|step| is_code(otp, &typed, *step))
            .map(|step| Self { step })
            .ok_or(CodeError::Other)
    }

    /// That what was typed at `unix_time` is the code that follows.
    ///
    /// # Errors
    /// [`CodeError`]: which of its rules broke.
    pub fn followed_by(
        self,
        otp: &OtpAuth,
        typed: &SecretText,
        unix_time: u64,
    ) -> Result<(), CodeError> {
        let typed = digits(otp, typed)?;
        if is_code(otp, &typed, self.step.saturating_add(1)) {
            return Ok(());
        }
        if is_code(otp, &typed, self.step) {
            return Err(CodeError::Same);
        }
        let known = steps(otp.period, unix_time).any(|step| is_code(otp, &typed, step));
        Err(if known {
            CodeError::NotTheNext
        } else {
            CodeError::Other
        })
    }
}

/// What was typed without the spaces that devices show between groups.
fn digits(otp: &OtpAuth, typed: &SecretText) -> Result<SecretText, CodeError> {
    let text: String = typed.expose().split_whitespace().collect();
    let text = SecretText::new(text);
    let count = otp.digits.count();
    let fits = text.expose().len() == count && text.expose().bytes().all(|b| b.is_ascii_digit());
    fits.then_some(text)
        .ok_or(CodeError::NotACode { digits: count })
}

/// The periods whose codes are taken at `unix_time`.
fn steps(period: Period, unix_time: u64) -> impl Iterator<Item = u64> {
    let now = unix_time / u64::from(period.seconds());
    now.saturating_sub(BEHIND)..=now.saturating_add(AHEAD)
}

fn is_code(otp: &OtpAuth, typed: &SecretText, step: u64) -> bool {
    let time = step.saturating_mul(u64::from(otp.period.seconds()));
    let code = totp::code(&otp.seed, otp.algorithm, otp.digits, otp.period, time);
    code.expose() == typed.expose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_010;

    fn otp(more: &str) -> OtpAuth {
        let uri = format!("otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP{more}");
        OtpAuth::parse(&SecretText::new(uri)).unwrap()
    }

    /// The code of the period that is so many after that of [`NOW`].
    fn code(otp: &OtpAuth, away: i64) -> SecretText {
        let time = NOW.saturating_add_signed(away * i64::from(otp.period.seconds()));
        totp::code(&otp.seed, otp.algorithm, otp.digits, otp.period, time)
    }

    #[test]
    fn two_codes_in_a_row_are_taken_for_every_kind_of_seed() {
        for more in [
            "",
            "&algorithm=SHA256",
            "&algorithm=SHA512&digits=8",
            "&period=60",
        ] {
            let otp = otp(more);
            let first = FirstCode::find(&otp, &code(&otp, 0), NOW).unwrap();
            let later = NOW + u64::from(otp.period.seconds());
            assert_eq!(
                first.followed_by(&otp, &code(&otp, 1), later),
                Ok(()),
                "{more}"
            );
        }
    }

    #[test]
    fn a_clock_is_two_periods_behind_or_one_ahead_and_no_more() {
        let otp = otp("");
        for (away, taken) in [
            (-3, false),
            (-2, true),
            (-1, true),
            (0, true),
            (1, true),
            (2, false),
        ] {
            let found = FirstCode::find(&otp, &code(&otp, away), NOW);
            assert_eq!(found.is_ok(), taken, "{away}");
        }
    }

    #[test]
    fn the_second_code_is_the_one_after_the_first() {
        let otp = otp("");
        let first = FirstCode::find(&otp, &code(&otp, -1), NOW).unwrap();
        let second = |away| first.followed_by(&otp, &code(&otp, away), NOW);
        assert_eq!(second(0), Ok(()));
        assert_eq!(second(-1), Err(CodeError::Same));
        assert_eq!(second(1), Err(CodeError::NotTheNext));
        assert_eq!(second(-2), Err(CodeError::NotTheNext));
        assert_eq!(second(5), Err(CodeError::Other));
    }

    #[test]
    fn codes_of_another_seed_and_what_is_no_code_are_refused() {
        let (one, other) = (otp(""), otp("GEZDGNBV"));
        let of = |text: &str| FirstCode::find(&one, &SecretText::new(text.to_owned()), NOW);
        assert_eq!(
            FirstCode::find(&one, &code(&other, 0), NOW),
            Err(CodeError::Other)
        );
        for text in ["", "12345", "1234567", "12345x", "-12345"] {
            assert_eq!(of(text), Err(CodeError::NotACode { digits: 6 }), "{text}");
        }
        let grouped = code(&one, 0);
        let (a, b) = grouped.expose().split_at(3);
        assert!(of(&format!(" {a} {b} ")).is_ok());
    }
}
