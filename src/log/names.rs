//! Key names: what C2SP signed-note allows, and those a ledger uses.

use std::fmt;

use data_encoding::HEXLOWER;

/// The longest key name read, in bytes. C2SP signed-note sets no bound; a ledger's own names have
/// at most 106 bytes, and tlog-cosignature's newer format allows 255.
pub const MAX_NAME_BYTES: usize = 255;

/// What all names of ledgers begin with.
const PREFIX: &str = "rootkeep/";

/// The name of a key in a signed note: not empty, without Unicode spaces, plus signs or ASCII
/// control characters. Also the form of a checkpoint's origin, whose log key has the same name.
///
/// A name from a file may hold any other Unicode characters: quote it before showing it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Checks a name against C2SP signed-note, "Format".
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(NameError::TooLong);
        }
        for character in name.chars() {
            match character {
                '+' => return Err(NameError::Plus),
                c if c < ' ' => return Err(NameError::ControlCharacter),
                c if c.is_whitespace() => return Err(NameError::Space),
                _ => {}
            }
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why text is no key name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// No character at all.
    Empty,
    /// More than [`MAX_NAME_BYTES`].
    TooLong,
    /// A plus sign, which separates the parts of a verifier key.
    Plus,
    /// A character that Unicode calls white space.
    Space,
    /// An ASCII control character.
    ControlCharacter,
    /// A valid name, but not of the form `rootkeep/<64 hex>`.
    NotALedger,
    /// A valid name, but not of the form `rootkeep/<64 hex>/<32 hex>`.
    NotACustodian,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key name is empty"),
            Self::TooLong => write!(f, "a key name is longer than {MAX_NAME_BYTES} bytes"),
            Self::Plus => f.write_str("a key name contains a plus sign"),
            Self::Space => f.write_str("a key name contains a space"),
            Self::ControlCharacter => f.write_str("a key name contains a control character"),
            Self::NotALedger => f.write_str("a key name is not a ledger's"),
            Self::NotACustodian => f.write_str("a key name is not a custodian's"),
        }
    }
}

impl std::error::Error for NameError {}

/// The origin of a ledger's checkpoints, and the name of its log key: `rootkeep/<ledger id>`.
pub fn origin(ledger: &[u8; 32]) -> KeyName {
    KeyName(format!("{PREFIX}{}", HEXLOWER.encode(ledger)))
}

/// The name under which a custodian cosigns: `rootkeep/<ledger id>/<custodian id>`.
pub fn custodian_name(ledger: &[u8; 32], custodian: &[u8; 16]) -> KeyName {
    KeyName(format!(
        "{PREFIX}{}/{}",
        HEXLOWER.encode(ledger),
        HEXLOWER.encode(custodian)
    ))
}

/// The ledger id in an [`origin`].
pub fn parse_origin(name: &KeyName) -> Result<[u8; 32], NameError> {
    name.0
        .strip_prefix(PREFIX)
        .and_then(ledger_id)
        .ok_or(NameError::NotALedger)
}

/// The ledger id and the custodian id in a [`custodian_name`].
pub fn parse_custodian_name(name: &KeyName) -> Result<([u8; 32], [u8; 16]), NameError> {
    let ids = name
        .0
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('/'));
    let (ledger, custodian) = ids.ok_or(NameError::NotACustodian)?;
    ledger_id(ledger)
        .zip(custodian_id(custodian))
        .ok_or(NameError::NotACustodian)
}

fn ledger_id(hex: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

fn custodian_id(hex: &str) -> Option<[u8; 16]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_signed_note() {
        for good in ["a", "example.com/log42", "rootkeep/00", "grüße", "a\u{7f}b"] {
            assert_eq!(KeyName::new(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("", NameError::Empty),
            ("a+b", NameError::Plus),
            ("a b", NameError::Space),
            ("a\u{a0}b", NameError::Space),
            ("a\u{2003}b", NameError::Space),
            ("a\u{85}b", NameError::Space),
            ("a\nb", NameError::ControlCharacter),
            ("a\0b", NameError::ControlCharacter),
        ] {
            assert_eq!(KeyName::new(bad), Err(why), "{bad:?}");
        }
        assert!(KeyName::new(&"x".repeat(MAX_NAME_BYTES)).is_ok());
        assert_eq!(
            KeyName::new(&"x".repeat(MAX_NAME_BYTES + 1)),
            Err(NameError::TooLong)
        );
    }

    #[test]
    fn a_ledgers_names_read_back() {
        let (ledger, custodian) = ([0xab; 32], [0x01; 16]);
        let log = origin(&ledger);
        let person = custodian_name(&ledger, &custodian);
        assert_eq!(log.as_str(), format!("rootkeep/{}", "ab".repeat(32)));
        assert_eq!(
            person.as_str(),
            format!("rootkeep/{}/{}", "ab".repeat(32), "01".repeat(16))
        );
        assert_eq!(KeyName::new(person.as_str()).unwrap(), person);
        assert_eq!(parse_origin(&log), Ok(ledger));
        assert_eq!(parse_custodian_name(&person), Ok((ledger, custodian)));
        assert_eq!(parse_origin(&person), Err(NameError::NotALedger));
        assert_eq!(parse_custodian_name(&log), Err(NameError::NotACustodian));
        for odd in [
            "rootkeep/",
            &log.as_str().to_uppercase(),
            &format!("{log}00"),
            &format!("example.com/{}", "ab".repeat(32)),
            &format!("rootkeep/{}", "AB".repeat(32)),
        ] {
            assert_eq!(
                parse_origin(&KeyName::new(odd).unwrap()),
                Err(NameError::NotALedger)
            );
        }
        for odd in [
            format!("{person}/x"),
            format!("{person}00"),
            format!("{log}/"),
        ] {
            let odd = KeyName::new(&odd).unwrap();
            assert_eq!(parse_custodian_name(&odd), Err(NameError::NotACustodian));
        }
    }
}
