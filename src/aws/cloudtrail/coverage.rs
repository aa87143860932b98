//! Of which hours there are records, for each account and region.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::trails::{Gap, Word};

/// The most days of all regions of all accounts together that are remembered.
const MAX_DAYS: usize = 400_000;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The records of one region of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// When the first was written.
    pub first: Time,
    /// When the last was.
    pub last: Time,
    /// For each day since 1970, a bit for each hour.
    days: BTreeMap<i64, u32>,
}

/// Of which hours there are records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    spans: BTreeMap<(AccountId, Word), Span>,
    days: usize,
}

impl Coverage {
    /// Notes that there is a record.
    ///
    /// # Errors
    /// Usage, code `too-long-a-period`.
    pub fn note(&mut self, account: AccountId, region: &Word, at: Time) -> Result<()> {
        let day = at.seconds().div_euclid(DAY);
        let bit = 1 << (at.seconds().rem_euclid(DAY) / HOUR);
        self.add(account, region, (at, at), day, bit)
    }

    /// Adds what another part of the files covers.
    ///
    /// # Errors
    /// As [`Self::note`].
    pub fn merge(&mut self, other: Self) -> Result<()> {
        for ((account, region), span) in other.spans {
            for (day, bits) in span.days {
                self.add(account, &region, (span.first, span.last), day, bits)?;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        account: AccountId,
        region: &Word,
        (first, last): (Time, Time),
        day: i64,
        bits: u32,
    ) -> Result<()> {
        let span = self
            .spans
            .entry((account, region.clone()))
            .or_insert_with(|| Span {
                first,
                last,
                days: BTreeMap::new(),
            });
        span.first = span.first.min(first);
        span.last = span.last.max(last);
        let known = span.days.len();
        *span.days.entry(day).or_default() |= bits;
        self.days += span.days.len() - known;
        if self.days > MAX_DAYS {
            return Err(Error::usage(
                "too-long-a-period",
                "the files cover too many days of too many regions to keep in memory",
            )
            .hint("reconcile by a shorter period: --from DATE --to DATE"));
        }
        Ok(())
    }

    /// When the first and the last record of all were written.
    #[must_use]
    pub fn whole(&self) -> Option<(Time, Time)> {
        let first = self.spans.values().map(|span| span.first).min()?;
        let last = self.spans.values().map(|span| span.last).max()?;
        Some((first, last))
    }

    /// The same of one account.
    #[must_use]
    pub fn of(&self, account: AccountId) -> Option<(Time, Time)> {
        let own = || {
            let own = self.spans.iter().filter(move |((of, _), _)| *of == account);
            own.map(|(_, span)| span)
        };
        let first = own().map(|span| span.first).min()?;
        Some((first, own().map(|span| span.last).max()?))
    }

    /// Accounts of which there are records.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        let mut before = None;
        self.spans.keys().filter_map(move |(account, _)| {
            let new = before.replace(*account) != Some(*account);
            new.then_some(*account)
        })
    }

    /// Stretches of more than so many hours without any record of a region that has some: between two of
    /// them, from the beginning of a period to the first, and from the last to its end.
    #[must_use]
    pub fn gaps(&self, hours: u32, (from, to): (Time, Time)) -> Vec<Gap> {
        let least = i64::from(hours) * HOUR;
        let mut gaps = Vec::new();
        for ((account, region), span) in &self.spans {
            let mut before = from.seconds();
            let ends = span.hours().map(|hour| (hour * HOUR, (hour + 1) * HOUR));
            let end = to.seconds();
            for (begins, over) in ends.chain([(end, end)]) {
                let begins = begins.min(end);
                if begins - before > least
                    && let (Some(from), Some(to)) =
                        (Time::from_seconds(before), Time::from_seconds(begins))
                {
                    gaps.push(Gap {
                        account: *account,
                        region: region.clone(),
                        from,
                        to,
                    });
                }
                before = before.max(over);
            }
        }
        gaps
    }
}

impl Span {
    /// The hours since 1970 that have a record, in order.
    fn hours(&self) -> impl Iterator<Item = i64> {
        self.days.iter().flat_map(|(day, bits)| {
            (0..24)
                .filter(move |hour| *bits >> hour & 1 == 1)
                .map(move |hour| day * 24 + hour)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(times: &[&str]) -> Coverage {
        let mut coverage = Coverage::default();
        let account = AccountId::new("111122223333").unwrap();
        let region = Word::new("us-east-1").unwrap();
        for time in times {
            let at = Time::parse(time).unwrap();
            coverage.note(account, &region, at).unwrap();
        }
        coverage
    }

    #[test]
    fn a_gap_is_longer_than_its_bound() {
        let coverage = noted(&["2026-01-01T00:59:59Z", "2026-01-02T01:00:00Z"]);
        let whole = coverage.whole().unwrap();
        assert_eq!(coverage.gaps(23, whole).len(), 1);
        assert_eq!(coverage.gaps(24, whole), []);
        let gap = &coverage.gaps(0, whole)[0];
        assert_eq!(gap.from.to_string(), "2026-01-01T01:00:00Z");
        assert_eq!(gap.to.to_string(), "2026-01-02T01:00:00Z");
        let two_hours = noted(&["2026-01-01T00:00:00Z", "2026-01-01T01:59:00Z"]);
        let whole = two_hours.whole().unwrap();
        assert_eq!(two_hours.gaps(0, whole), []);
    }

    #[test]
    fn what_is_missing_at_the_edges_of_the_period_is_a_gap() {
        let coverage = noted(&["2026-01-02T12:30:00Z"]);
        let at = |text: &str| Time::parse(text).unwrap();
        let gaps = |from: &str, to: &str| coverage.gaps(24, (at(from), at(to)));
        assert_eq!(gaps("2026-01-01T12:00:00Z", "2026-01-03T13:00:00Z"), []);
        let both = gaps("2026-01-01T11:59:59Z", "2026-01-03T13:00:01Z");
        let edges: Vec<(String, String)> = both
            .iter()
            .map(|gap| (gap.from.to_string(), gap.to.to_string()))
            .collect();
        let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            edges,
            [
                edge("2026-01-01T11:59:59Z", "2026-01-02T12:00:00Z"),
                edge("2026-01-02T13:00:00Z", "2026-01-03T13:00:01Z")
            ]
        );
    }

    #[test]
    fn what_is_noted_in_parts_is_the_same_as_noted_at_once() {
        let times = [
            "2026-01-03T05:00:00Z",
            "2026-01-01T00:10:00Z",
            "2026-01-02T23:00:00Z",
        ];
        let mut parts = noted(&times[2..]);
        parts.merge(noted(&times[..2])).unwrap();
        assert_eq!(parts, noted(&times));
        let (first, last) = parts.whole().unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            (times[1].to_owned(), times[0].to_owned())
        );
        assert_eq!(parts.accounts().count(), 1);
    }
}
