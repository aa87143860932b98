//! Times as they are signed: UTC, to the second, in one spelling (docs/formats.md, section 1).

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;

/// A moment, in whole seconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// From seconds since 1970; between the years 1970 and 9999.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        (0..=LAST).contains(&seconds).then_some(Self(seconds))
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
        Self::read(text.as_bytes())
            .ok_or_else(|| Error::usage("bad-time", "not a time of the form 2026-11-21T09:30:00Z"))
    }

    // Every entry has times, and chrono reads its own pattern anew for each.
    fn read(text: &[u8]) -> Option<Self> {
        let (date, time) = text.split_at_checked(10)?;
        let [b'T', h, hh, b':', m, mm, b':', s, ss, b'Z'] = time else {
            return None;
        };
        let (hour, minute) = (number(&[*h, *hh])?, number(&[*m, *mm])?);
        let time = Date::read(date)?
            .0
            .and_hms_opt(hour, minute, number(&[*s, *ss])?)?;
        Self::from_seconds(time.and_utc().timestamp())
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
        let time = self.to_chrono();
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        let date = Date(time.date_naive());
        write!(f, "{date}T{hour:02}:{minute:02}:{second:02}Z")
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
        Self::read(text.as_bytes()).ok_or_else(|| {
            Error::usage(
                "bad-date",
                format!("`{}` is not a date", text.escape_debug()),
            )
            .hint("year, month and day, such as 2026-11-21")
        })
    }

    fn read(text: &[u8]) -> Option<Self> {
        let [a, b, c, d, b'-', m, mm, b'-', t, tt] = text else {
            return None;
        };
        let year = i32::try_from(number(&[*a, *b, *c, *d])?).ok()?;
        NaiveDate::from_ymd_opt(year, number(&[*m, *mm])?, number(&[*t, *tt])?).map(Self)
    }
}

/// A few decimal digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        Some(number * 10 + digit)
    })
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        write!(f, "{year:04}-{month:02}-{day:02}")
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
            "2026-11-21T24:00:00Z",
            "2026-11-21T09:30:00Z ",
            "2026-11-21T09:30:00",
            "2026-11-21",
            "2026-11-21T+9:30:00Z",
            "2026-11-\u{0662}1T09:30Z",
            "",
        ] {
            assert!(Time::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn it_is_spelt_as_chrono_spells_it() {
        for seconds in (0..=LAST).step_by(86_400 * 29 + 12_345) {
            let time = Time::from_seconds(seconds).unwrap();
            let chrono = time.to_chrono().format("%Y-%m-%dT%H:%M:%SZ").to_string();
            assert_eq!(time.to_string(), chrono);
            assert_eq!(Time::parse(&chrono).unwrap(), time);
        }
        assert!(Time::from_seconds(LAST + 1).is_none() && Time::from_seconds(-1).is_none());
    }

    #[test]
    fn a_date_has_one_spelling() {
        assert!(Date::parse("2024-02-29").is_ok());
        assert!(Date::parse("0000-01-01").is_ok() && Date::parse("9999-12-31").is_ok());
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
