//! What the log's text formats share: numbers and base64 with one spelling each.

use std::fmt;

use data_encoding::BASE64;

/// Why text is no number of the log's formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// Something other than the digits 0 to 9, or nothing at all.
    NotDecimal,
    /// A zero before other digits.
    LeadingZero,
    /// Beyond `2^63 - 1`.
    TooLarge,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDecimal => "not a decimal number",
            Self::LeadingZero => "a number with a leading zero",
            Self::TooLarge => "a number beyond 2^63 - 1",
        })
    }
}

impl std::error::Error for NumberError {}

/// Reads an ASCII decimal without sign, spaces or leading zeros, at most `2^63 - 1`.
pub(super) fn decimal(text: &str) -> Result<u64, NumberError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::NotDecimal);
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(NumberError::LeadingZero);
    }
    // Only digits are left, so that a failure to parse is an overflow.
    let number: i64 = text.parse().map_err(|_| NumberError::TooLarge)?;
    u64::try_from(number).map_err(|_| NumberError::NotDecimal)
}

/// Reads standard base64 (RFC 4648 section 4) in the one spelling that its bytes have.
///
/// `data_encoding` alone is not enough: it also accepts several padded texts in a row.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    (BASE64.encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(decimal("0"), Ok(0));
        assert_eq!(decimal("10"), Ok(10));
        assert_eq!(decimal("9223372036854775807"), Ok(u64::MAX >> 1));
        assert_eq!(decimal("9223372036854775808"), Err(NumberError::TooLarge));
        assert_eq!(
            decimal("99999999999999999999999"),
            Err(NumberError::TooLarge)
        );
        for text in ["00", "01", "007"] {
            assert_eq!(decimal(text), Err(NumberError::LeadingZero), "{text}");
        }
        for text in ["", "+1", "-1", " 1", "1 ", "1_0", "0x1", "١"] {
            assert_eq!(decimal(text), Err(NumberError::NotDecimal), "{text}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(base64(""), Some(vec![]));
        assert_eq!(base64("AAECAw=="), Some(vec![0, 1, 2, 3]));
        // Stray bits, padding missing or in the middle, the other alphabet, white space.
        for text in [
            "AAECAx==", "AAECAw", "AAECAw=", "AA==AQ==", "AAE=Ag==", "__==", "AAEC\n", "AA EC",
        ] {
            assert_eq!(base64(text), None, "{text:?}");
        }
    }
}
