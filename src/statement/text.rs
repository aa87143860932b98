//! Bounds of what people type: free texts and short names (docs/formats.md, sections 1 and 6).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// Free text: 1 to 4,096 bytes, no control character but a line feed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(String);

impl Text {
    /// Checks `text`.
    ///
    /// # Errors
    /// Usage, code `bad-text`.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let controlled = text.chars().any(|c| c.is_control() && c != '\n');
        if text.is_empty() || text.len() > 4096 || controlled {
            return Err(Error::usage(
                "bad-text",
                "a text has 1 to 4096 bytes and no control character but a line break",
            ));
        }
        Ok(Self(text))
    }

    /// As typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A short name: 1 to 63 of `a-z 0-9 -`, the first not `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Checks `text`.
    ///
    /// # Errors
    /// Usage, code `bad-name`.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty() || text.len() > 63 || !text.chars().all(good) || text.starts_with('-') {
            return Err(Error::usage(
                "bad-name",
                format!(
                    "`{}` is not a name: 1 to 63 of a-z, 0-9 and -, the first not -",
                    text.escape_debug()
                ),
            ));
        }
        Ok(Self(text))
    }

    /// As typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! textual {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(
                &self,
                serializer: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?)
                    .map_err(|error| serde::de::Error::custom(error.message()))
            }
        }
    };
}

textual!(Text);
textual!(Name);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_on_both_sides() {
        assert!(Name::new("a").is_ok());
        assert!(Name::new("a".repeat(63)).is_ok());
        assert!(Name::new("0-a").is_ok());
        for bad in ["", "-a", "A", "a_b", "a b", "é", &"a".repeat(64)] {
            assert!(Name::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn texts_are_bounded_on_both_sides() {
        assert!(Text::new("a\nb").is_ok());
        assert!(Text::new("a".repeat(4096)).is_ok());
        for bad in [
            "",
            "a\u{7}",
            "a\tb",
            "\u{1b}[31m",
            "\u{9b}31m",
            &"a".repeat(4097),
        ] {
            assert!(Text::new(bad).is_err(), "{bad:?}");
        }
    }
}
