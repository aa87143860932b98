//! Memory that holds secrets: wiped when dropped, never printed, compared in constant time.
//!
//! Nothing here implements `Display`, `Serialize` or a revealing `Debug`: to let a secret out a
//! caller must write [`SecretBytes::expose`], which is what a reviewer searches for.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// Bytes that must not be printed, copied carelessly or left in memory.
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes the bytes over; the caller's vector becomes the secret, no copy stays behind.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Copies `bytes` into memory that will be wiped.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self::new(bytes.to_vec())
    }

    /// The bytes themselves. Every call is a place where a secret could leave.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Text that must not be printed, copied carelessly or left in memory.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Reads UTF-8 out of secret bytes.
    ///
    /// # Errors
    /// `None` where the bytes are not UTF-8; they are wiped all the same.
    #[must_use]
    pub fn from_utf8(bytes: &SecretBytes) -> Option<Self> {
        std::str::from_utf8(bytes.expose())
            .ok()
            .map(|text| Self::new(text.to_owned()))
    }

    /// The text itself. Every call is a place where a secret could leave.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A 32-byte key: an epoch's key, the ledger's data key, an Ed25519 seed.
#[derive(Clone)]
pub struct Key32(Zeroizing<[u8; 32]>);

impl Key32 {
    /// Takes the key over and wipes the array it came in.
    #[must_use]
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// The key itself. Every call is a place where a secret could leave.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key as 64 lower-case hex digits, made by arithmetic: no table is indexed by the key.
    #[must_use]
    pub fn to_hex(&self) -> SecretText {
        let mut text = String::with_capacity(64);
        for byte in self.0.iter() {
            text.push(hex_digit(byte >> 4));
            text.push(hex_digit(byte & 0x0f));
        }
        SecretText::new(text)
    }

    /// Reads 64 lower-case hex digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut key = Zeroizing::new([0u8; 32]);
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut good = 0xffu8;
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let mut value = 0u8;
            for digit in pair {
                let (nibble, ok) = hex_value(*digit);
                value = (value << 4) | nibble;
                good &= ok;
            }
            *byte = value;
        }
        (good == 0xff).then(|| Self(key))
    }
}

impl fmt::Debug for Key32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// 0..=15 to its digit without a look-up: adds 39 more where the nibble is above 9.
fn hex_digit(nibble: u8) -> char {
    let above_nine = (9u8.wrapping_sub(nibble)) >> 7;
    char::from(nibble + b'0' + above_nine * 39)
}

/// A digit's value, and 0xff where it was a lower-case hex digit at all.
fn hex_value(digit: u8) -> (u8, u8) {
    let within = |value: u8, low: u8, high: u8| {
        let below = u16::from(value).wrapping_sub(u16::from(low)) >> 8;
        let above = u16::from(high).wrapping_sub(u16::from(value)) >> 8;
        u8::from((below | above) == 0).wrapping_neg()
    };
    let decimal = within(digit, b'0', b'9');
    let letter = within(digit, b'a', b'f');
    let value = (digit.wrapping_sub(b'0') & decimal) | (digit.wrapping_sub(b'a' - 10) & letter);
    (value & 0x0f, decimal | letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_print_as_redacted() {
        let key = Key32::new([7; 32]);
        assert_eq!(format!("{key:?}"), "[redacted]");
        assert_eq!(
            format!("{:?}", SecretBytes::copy_of(b"hunter2")),
            "[redacted]"
        );
        assert_eq!(
            format!("{:?}", SecretText::new("hunter2".into())),
            "[redacted]"
        );
    }

    #[test]
    fn hex_goes_there_and_back_for_every_byte() {
        for byte in 0..=255u8 {
            let key = Key32::new([byte; 32]);
            let hex = key.to_hex();
            assert_eq!(hex.expose(), format!("{byte:02x}").repeat(32));
            assert_eq!(
                Key32::from_hex(hex.expose()).map(|k| *k.expose()),
                Some([byte; 32])
            );
        }
    }

    #[test]
    fn hex_of_another_length_or_alphabet_is_refused() {
        assert!(Key32::from_hex(&"0".repeat(63)).is_none());
        assert!(Key32::from_hex(&"0".repeat(65)).is_none());
        for bad in ['g', 'A', '/', ':', '`', ' ', '\u{7f}'] {
            assert!(
                Key32::from_hex(&format!("{}{bad}", "0".repeat(63))).is_none(),
                "{bad:?}"
            );
        }
    }
}
