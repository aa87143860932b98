//! Times as they are signed: UTC, to the second, in one spelling (docs/formats.md, section 1).

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

const FORM: &str = "%Y-%m-%dT%H:%M:%SZ";

/// A moment, in whole seconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// From seconds since 1970; between the years 1970 and 9999.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let time = DateTime::<Utc>::from_timestamp(seconds, 0)?;
        (seconds >= 0 && time.format("%Y").to_string().len() == 4).then_some(Self(seconds))
    }

    /// From chrono, cut to the second.
    #[must_use]
    pub fn from_chrono(time: DateTime<Utc>) -> Option<Self> {
        Self::from_seconds(time.timestamp())
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ`.
    ///
    /// # Errors
    /// Usage, code `bad-time`.
    pub fn parse(text: &str) -> Result<Self> {
        NaiveDateTime::parse_from_str(text, FORM)
            .ok()
            .and_then(|naive| Self::from_seconds(naive.and_utc().timestamp()))
            .filter(|time| time.to_string() == text)
            .ok_or_else(|| Error::usage("bad-time", "not a time of the form 2026-11-21T09:30:00Z"))
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// This time and `seconds` more.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX)),
        )
    }

    /// As chrono has it.
    #[must_use]
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_chrono().format(FORM))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| serde::de::Error::custom(error.message()))
    }
}

/// A day: `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

impl Date {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Usage, code `bad-date`.
    pub fn parse(text: &str) -> Result<Self> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .map(Self)
            .filter(|date| text.len() == 10 && date.to_string() == text)
            .ok_or_else(|| {
                Error::usage(
                    "bad-date",
                    format!("`{}` is not a date", text.escape_debug()),
                )
                .hint("year, month and day, such as 2026-11-21")
            })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| serde::de::Error::custom(error.message()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_spelling() {
        for good in [
            "1970-01-01T00:00:00Z",
            "2026-11-21T09:30:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(Time::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "2026-11-21T09:30:00+00:00",
            "2026-11-21T09:30:00.0Z",
            "2026-11-21 09:30:00Z",
            "2026-11-21T9:30:00Z",
            "2026-11-21T09:30:60Z",
            "2026-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "10000-01-01T00:00:00Z",
            "+2026-11-21T09:30:00Z",
        ] {
            assert!(Time::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_has_one_spelling() {
        assert!(Date::parse("2024-02-29").is_ok());
        for bad in [
            "2026-02-29",
            "2026-2-01",
            "2026-02-01 ",
            "26-02-01",
            "+12345-01-01",
            "-0001-01-01",
        ] {
            assert!(Date::parse(bad).is_err(), "{bad}");
        }
    }
}
