//! Moments as people type them: RFC 3339, or the clock on the wall of a place.

use chrono::{NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::error::{Error, Result};
use crate::insight::calendar;
use crate::statement::Time;
use crate::statement::time::Date;

/// Reads `2026-11-21T14:03:00Z`, `2026-11-21 14:03` or `14:03`; the latter two by the clock of `zone`,
/// and the last on the day that it is there at `now`.
///
/// # Errors
/// Usage, code `bad-time`.
pub fn parse(text: &str, zone: Tz, now: Time) -> Result<Time> {
    let bad = || {
        Error::usage(
            "bad-time",
            format!("`{}` is not a time", text.escape_debug()),
        )
        .hint(format!(
            "such as 14:03, \"2026-11-21 14:03\" (by the clock in {zone}) or 2026-11-21T14:03:00Z"
        ))
    };
    if let Ok(time) = Time::parse(text) {
        return Ok(time);
    }
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Time::from_chrono(time.to_utc()).ok_or_else(bad);
    }
    let (day, clock) = match text.split_once(' ') {
        Some((day, clock)) => (Date::parse(day).map_err(|_| bad())?.0, clock),
        None => (calendar::day_in(zone, now), text),
    };
    let clock = NaiveTime::parse_from_str(clock, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(clock, "%H:%M:%S"))
        .map_err(|_| bad())?;
    // An hour that the clocks skip is no time; of one that comes twice, the first.
    let local = zone
        .from_local_datetime(&day.and_time(clock))
        .earliest()
        .ok_or_else(bad)?;
    Time::from_chrono(local.to_utc()).ok_or_else(bad)
}

/// As [`parse`]; what is typed to the minute, and is the minute of `earliest`, is not before it.
///
/// # Errors
/// Usage, code `bad-time`.
pub fn to_the_minute(text: &str, zone: Tz, now: Time, earliest: Time) -> Result<Time> {
    let parsed = parse(text, zone, now)?;
    let same_minute = (0..60).contains(&(earliest.seconds() - parsed.seconds()));
    let has_seconds = text.matches(':').count() > 1;
    Ok(if same_minute && !has_seconds {
        earliest
    } else {
        parsed
    })
}

/// A time zone that somebody has typed.
///
/// # Errors
/// Usage, code `bad-timezone`.
pub fn zone(text: &str) -> Result<Tz> {
    text.parse().map_err(|_| {
        Error::usage(
            "bad-timezone",
            format!("`{}` is not an IANA time zone", text.escape_debug()),
        )
        .hint("such as Europe/London")
    })
}

/// The moment that due dates are held against: the end of a day in UTC, or now.
///
/// # Errors
/// Usage, code `bad-date`.
pub fn as_of(date: Option<&str>, now: Time) -> Result<Time> {
    let Some(date) = date else {
        return Ok(now);
    };
    let last_second = Date::parse(date)?.0.and_hms_opt(23, 59, 59);
    last_second
        .and_then(|time| Time::from_chrono(time.and_utc()))
        .ok_or_else(|| {
            Error::usage("bad-date", "that day is out of range").hint("such as 2027-03-31")
        })
}

/// A moment by the clock of a place.
#[must_use]
pub fn clock(time: Time, zone: Tz) -> String {
    let local = zone.from_utc_datetime(&time.to_chrono().naive_utc());
    local.format("%Y-%m-%d %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_on_the_wall_is_that_of_the_place() {
        let now = Time::parse("2026-11-21T23:30:00Z").unwrap();
        let read = |text: &str, zone: Tz| parse(text, zone, now).unwrap().to_string();
        assert_eq!(
            read("08:15", chrono_tz::Asia::Tokyo),
            "2026-11-21T23:15:00Z"
        );
        assert_eq!(read("08:15", chrono_tz::UTC), "2026-11-21T08:15:00Z");
        assert_eq!(
            read("2026-07-01 12:00", chrono_tz::Europe::London),
            "2026-07-01T11:00:00Z"
        );
        assert_eq!(
            read("2026-11-21T14:03:00+01:00", chrono_tz::UTC),
            "2026-11-21T13:03:00Z"
        );
    }

    #[test]
    fn a_minute_is_the_whole_of_it() {
        let now = Time::parse("2026-11-21T23:30:00Z").unwrap();
        let began = Time::parse("2026-11-21T22:31:42Z").unwrap();
        let read = |text: &str| {
            to_the_minute(text, Tz::UTC, now, began)
                .unwrap()
                .to_string()
        };
        assert_eq!(read("22:31"), "2026-11-21T22:31:42Z");
        assert_eq!(read("22:31:00"), "2026-11-21T22:31:00Z");
        assert_eq!(read("22:30"), "2026-11-21T22:30:00Z");
        assert_eq!(read("22:32"), "2026-11-21T22:32:00Z");
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_no_time() {
        let now = Time::parse("2026-03-29T12:00:00Z").unwrap();
        let london = chrono_tz::Europe::London;
        assert_eq!(parse("01:30", london, now).unwrap_err().code(), "bad-time");
        for text in ["", "25:00", "noon", "2026-02-30 12:00", "1 2 3"] {
            assert_eq!(
                parse(text, london, now).unwrap_err().code(),
                "bad-time",
                "{text}"
            );
        }
    }
}
