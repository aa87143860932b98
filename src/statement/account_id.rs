//! The number that names an AWS account: exactly twelve decimal digits, leading zeros included
//! (AWS Account Management reference guide, "View AWS account identifiers").

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

const DIGITS: usize = 12;

/// An account's twelve-digit number. It is public, no credential.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

/// What was given isn't twelve decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAccountId {
    /// How many characters were given.
    pub length: usize,
}

impl fmt::Display for BadAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.length == DIGITS {
            return f
                .write_str("an account id is 12 digits; one of these characters is no digit 0-9");
        }
        write!(
            f,
            "an account id is 12 digits; this has {} characters",
            self.length
        )?;
        if self.length < DIGITS {
            f.write_str(" (a spreadsheet may have dropped leading zeros)")?;
        }
        Ok(())
    }
}

impl std::error::Error for BadAccountId {}

impl AccountId {
    /// Reads an account id as a person typed it.
    ///
    /// # Errors
    /// Usage, code `bad-account`.
    pub fn new(text: impl AsRef<str>) -> crate::error::Result<Self> {
        let text = text.as_ref();
        text.parse().map_err(|why: BadAccountId| {
            crate::error::Error::usage(
                "bad-account",
                format!("`{}` is not an account id", text.escape_debug()),
            )
            .because(why)
        })
    }
}

#[cfg(test)]
impl AccountId {
    /// The account with that number.
    pub const fn of(number: u64) -> Self {
        Self(number)
    }
}

impl FromStr for AccountId {
    type Err = BadAccountId;

    fn from_str(text: &str) -> Result<Self, BadAccountId> {
        let bad = BadAccountId {
            length: text.chars().count(),
        };
        if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad);
        }
        text.parse().map(Self).map_err(|_| bad)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.0, width = DIGITS)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_go_there_and_back_with_their_leading_zeros() {
        for text in ["111122223333", "000000000001", "999999999999"] {
            let id: AccountId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
            assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
            assert_eq!(
                serde_json::from_str::<AccountId>(&format!("\"{text}\"")).unwrap(),
                id
            );
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "11112222333",
            "1111222233334",
            "+11122223333",
            "11112222333x",
            "１１１１２２２２３３３３",
            " 11112222333",
        ] {
            assert!(text.parse::<AccountId>().is_err(), "{text:?}");
        }
        assert!(serde_json::from_str::<AccountId>("111122223333").is_err());
    }
}
