//! Months, quarters and years by the calendar, and the moments at which their days end where somebody
//! lives. Pure arithmetic.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::statement::Time;
use crate::statement::drills::Every;
use crate::statement::time::Date;

/// So many seconds clocks may differ: what is dated later than that from now has not happened yet.
pub const CLOCK_ERROR: u64 = 300;

/// A calendar month, quarter or year, by its first and last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    every: Every,
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl Period {
    /// The period that a day is in.
    #[must_use]
    pub fn of(every: Every, day: NaiveDate) -> Self {
        let months = months(every);
        let first_month = day.month0() / months * months;
        let first = day
            .with_day(1)
            .and_then(|day| day.with_month0(first_month))
            .unwrap_or(day);
        let (year, month) = match first_month + months {
            12 => (first.year() + 1, 1),
            next => (first.year(), next + 1),
        };
        let last = NaiveDate::from_ymd_opt(year, month, 1).and_then(|next| next.pred_opt());
        Self {
            every,
            first,
            last: last.unwrap_or(day),
        }
    }

    /// The one after it.
    #[must_use]
    pub fn following(self) -> Self {
        let next = self.last.succ_opt().unwrap_or(self.last);
        Self::of(self.every, next)
    }

    /// Its last day, on which what comes round in it is due.
    #[must_use]
    pub fn due(self) -> Date {
        Date(self.last)
    }
}

fn months(every: Every) -> u32 {
    match every {
        Every::Month => 1,
        Every::Quarter => 3,
        Every::Year => 12,
    }
}

/// How many days before its last one something that comes round is to be seen to.
#[must_use]
pub fn notice(every: Every) -> u64 {
    match every {
        Every::Month => 14,
        Every::Quarter | Every::Year => 31,
    }
}

/// So many days before another.
#[must_use]
pub fn days_before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// The day that it is somewhere at a moment.
#[must_use]
pub fn day_in(zone: Tz, time: Time) -> NaiveDate {
    zone.from_utc_datetime(&time.to_chrono().naive_utc())
        .date_naive()
}

/// Noon of a day somewhere: a moment that every zone has.
fn noon(zone: Tz, day: NaiveDate) -> Option<Time> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
    let local = zone.from_local_datetime(&day.and_time(noon)).earliest()?;
    Time::from_chrono(local.to_utc())
}

/// The moment at which a day is over somewhere: the first one that is not of it.
fn over(zone: Tz, day: NaiveDate) -> Option<Time> {
    let mut from = noon(zone, day)?;
    let mut to = Time::from_chrono(from.to_chrono() + TimeDelta::days(2))?;
    // Clocks are put forward and back at midnight too, so the end is looked for and not reckoned.
    while to.seconds() - from.seconds() > 1 {
        let middle = Time::from_seconds(from.seconds() + (to.seconds() - from.seconds()) / 2)?;
        if day_in(zone, middle) <= day {
            from = middle;
        } else {
            to = middle;
        }
    }
    Some(to)
}

/// The last second of a day somewhere.
#[must_use]
pub fn last_second(zone: Tz, day: NaiveDate) -> Option<Time> {
    over(zone, day).and_then(|end| Time::from_seconds(end.seconds() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        Date::parse(text).unwrap().0
    }

    fn spelt(every: Every, text: &str) -> String {
        let period = Period::of(every, day(text));
        format!("{} {}", period.first, period.last)
    }

    #[test]
    fn periods_are_those_of_the_calendar() {
        for (every, of, wanted) in [
            (Every::Month, "2026-11-21", "2026-11-01 2026-11-30"),
            (Every::Month, "2026-12-31", "2026-12-01 2026-12-31"),
            (Every::Month, "2024-02-29", "2024-02-01 2024-02-29"),
            (Every::Month, "2026-02-01", "2026-02-01 2026-02-28"),
            (Every::Month, "2100-02-28", "2100-02-01 2100-02-28"),
            (Every::Quarter, "2026-01-01", "2026-01-01 2026-03-31"),
            (Every::Quarter, "2026-03-31", "2026-01-01 2026-03-31"),
            (Every::Quarter, "2026-04-01", "2026-04-01 2026-06-30"),
            (Every::Quarter, "2026-08-31", "2026-07-01 2026-09-30"),
            (Every::Quarter, "2026-12-31", "2026-10-01 2026-12-31"),
            (Every::Year, "2024-02-29", "2024-01-01 2024-12-31"),
            (Every::Year, "2026-12-31", "2026-01-01 2026-12-31"),
        ] {
            assert_eq!(spelt(every, of), wanted, "{of}");
        }
    }

    #[test]
    fn a_day_ends_at_midnight_where_somebody_lives() {
        let of = |zone: Tz, text: &str| over(zone, day(text)).unwrap().to_string();
        assert_eq!(of(Tz::UTC, "2026-12-31"), "2027-01-01T00:00:00Z");
        assert_eq!(
            of(chrono_tz::Asia::Tokyo, "2026-12-31"),
            "2026-12-31T15:00:00Z"
        );
        assert_eq!(
            of(chrono_tz::America::New_York, "2026-12-31"),
            "2027-01-01T05:00:00Z"
        );
        // Kiritimati is a day ahead of Pago Pago, and an hour.
        assert_eq!(
            of(chrono_tz::Pacific::Kiritimati, "2026-12-31"),
            "2026-12-31T10:00:00Z"
        );
        assert_eq!(
            of(chrono_tz::Pacific::Pago_Pago, "2026-12-31"),
            "2027-01-01T11:00:00Z"
        );
        // In Santiago clocks go forward at midnight: that day begins at one.
        assert_eq!(
            of(chrono_tz::America::Santiago, "2026-09-05"),
            "2026-09-06T04:00:00Z"
        );
        // Apia had no 30 December 2011: the 29th is followed by the 31st.
        assert_eq!(
            of(chrono_tz::Pacific::Apia, "2011-12-29"),
            "2011-12-30T10:00:00Z"
        );
    }

    fn every() -> impl Strategy<Value = Every> {
        prop::sample::select(Every::ALL)
    }

    fn a_day() -> impl Strategy<Value = NaiveDate> {
        (1970..2200i32, 1..=366u32).prop_filter_map("a day that there is", |(year, ordinal)| {
            NaiveDate::from_yo_opt(year, ordinal)
        })
    }

    proptest! {
        #[test]
        fn every_day_is_in_one_period(every in every(), day in a_day()) {
            let period = Period::of(every, day);
            prop_assert!(period.first <= day && day <= period.last);
            prop_assert_eq!(period.first.day(), 1);
            prop_assert_eq!(Period::of(every, period.first), period);
            prop_assert_eq!(Period::of(every, period.last), period);
        }

        #[test]
        fn periods_follow_one_another_without_a_gap(every in every(), day in a_day()) {
            let period = Period::of(every, day);
            let next = period.following();
            prop_assert_eq!(period.last.succ_opt(), Some(next.first));
            let days = (next.last - next.first).num_days() + 1;
            let bounds = match every {
                Every::Month => 28..=31,
                Every::Quarter => 90..=92,
                Every::Year => 365..=366,
            };
            prop_assert!(bounds.contains(&days), "{}", days);
        }

        #[test]
        fn a_day_is_over_when_the_next_begins(day in a_day(), place in 0..chrono_tz::TZ_VARIANTS.len()) {
            let zone = chrono_tz::TZ_VARIANTS[place];
            prop_assume!(day > NaiveDate::from_ymd_opt(1970, 1, 2).unwrap());
            let end = over(zone, day).unwrap();
            prop_assert!(day_in(zone, end) > day);
            prop_assert_eq!(day_in(zone, Time::from_seconds(end.seconds() - 1).unwrap()), day);
        }
    }
}
