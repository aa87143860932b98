//! All rules at once, and what governance has accepted of their findings.

use std::collections::BTreeMap;

use super::rule::{Rule, Severity};
use super::world::World;
use super::{ALL, Looked};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::state::findings::AcceptedRecord;
use crate::statement::findings::{About, RuleId};
use crate::statement::time::Date;

/// That governance has accepted a finding, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The last day (UTC).
    pub until: Date,
    /// Leaf hash of what proposed it: there is the reason.
    pub leaf: Digest,
    /// Index of the entry that put it into effect.
    pub since: u64,
}

/// What a rule has found.
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// Its id.
    pub id: RuleId,
    /// About what.
    pub about: About,
    /// What is wrong.
    pub message: String,
    /// Whether that is accepted at the moment.
    pub accepted: Option<Accepted>,
}

/// What all rules have found.
#[derive(Default)]
pub struct Report {
    /// The gravest first, then by rule.
    pub findings: Vec<Finding>,
    /// Findings that were accepted, in the same order.
    pub accepted: Vec<Finding>,
    /// How many rules were held to something.
    pub rules: usize,
    /// How many of them found nothing, or nothing that is not accepted.
    pub passed: usize,
    /// Rules that say nothing, of everything or of some things: why, and of how many.
    pub not_applicable: Vec<(&'static Rule, String, usize)>,
}

impl Report {
    /// Looks by all rules, or by one.
    ///
    /// # Errors
    /// Usage, code `bad-rule`, where there is none with that id.
    pub fn of(world: &World, accepted: &[AcceptedRecord], only: Option<RuleId>) -> Result<Self> {
        let today = world.now.to_chrono().date_naive();
        let accepted: BTreeMap<(RuleId, &About), &AcceptedRecord> = accepted
            .iter()
            .filter(|record| record.facts.until.0 >= today)
            .map(|record| ((record.facts.rule, &record.facts.about), record))
            .collect();
        let mut report = Self::default();
        for rule in ALL {
            let id = rule.id()?;
            if only.is_some_and(|only| only != id) {
                continue;
            }
            let looked = (rule.look)(world);
            report.add(rule, id, looked, &accepted);
        }
        report.findings.sort_by(Finding::order);
        report.accepted.sort_by(Finding::order);
        Ok(report)
    }

    fn add(
        &mut self,
        rule: &'static Rule,
        id: RuleId,
        looked: Looked,
        accepted: &BTreeMap<(RuleId, &About), &AcceptedRecord>,
    ) {
        for (reason, count) in looked.not_applicable {
            self.not_applicable.push((rule, reason, count));
        }
        if looked.at > 0 {
            self.rules += 1;
        }
        let before = self.findings.len();
        for found in looked.found {
            let record = accepted.get(&(id, &found.about));
            let accepted = record.map(|record| Accepted {
                until: record.facts.until,
                leaf: record.leaf,
                since: record.since,
            });
            let finding = Finding {
                rule,
                id,
                about: found.about,
                message: found.message,
                accepted,
            };
            if finding.accepted.is_some() {
                self.accepted.push(finding);
            } else {
                self.findings.push(finding);
            }
        }
        if looked.at > 0 && self.findings.len() == before {
            self.passed += 1;
        }
    }

    /// How many findings weigh so much.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let so_grave = |finding: &&Finding| finding.rule.severity == severity;
        self.findings.iter().filter(so_grave).count()
    }
}

impl Finding {
    fn order(one: &Self, other: &Self) -> std::cmp::Ordering {
        let key = |finding: &Self| (finding.rule.severity, finding.id);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.about.cmp(&other.about))
            .then_with(|| one.message.cmp(&other.message))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::statement::findings::AcceptFinding;

    fn accepted(until: &str) -> AcceptedRecord {
        AcceptedRecord {
            facts: AcceptFinding {
                rule: "RK018".parse().unwrap(),
                about: About::Account(B),
                until: date(until),
            },
            leaf: Digest([9; 32]),
            since: 3,
        }
    }

    #[test]
    fn a_ledger_in_order_passes_every_rule_that_says_something() {
        let report = Report::of(&good(), &[], None).unwrap();
        let found: Vec<_> = report.findings.iter().map(|one| &one.message).collect();
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(report.passed, report.rules);
        assert!(report.rules > 40, "{}", report.rules);
    }

    #[test]
    fn what_is_accepted_is_no_finding_until_its_last_day_is_over() {
        let mut world = good();
        root(&mut world, B).access_keys = Some(1);
        let open = |records: &[AcceptedRecord]| {
            let report = Report::of(&world, records, None).unwrap();
            (report.findings.len(), report.accepted.len())
        };
        let (found, _) = open(&[]);
        assert!(found > 0);
        let today = world.now.to_chrono().date_naive().to_string();
        assert_eq!(open(&[accepted(&today)]), (found - 1, 1));
        assert_eq!(open(&[accepted("2026-12-09")]), (found, 0));
    }

    #[test]
    fn rules_have_their_own_numbers_and_names_in_order() {
        let numbers: Vec<u16> = ALL.iter().map(|rule| rule.number).collect();
        assert!(numbers.is_sorted_by(|one, other| one < other));
        for rule in ALL {
            assert!(rule.id().is_ok());
            let same = ALL.iter().filter(|other| other.name == rule.name).count();
            assert_eq!(same, 1, "{}", rule.name);
        }
    }

    #[test]
    fn the_gravest_come_first() {
        let report = Report::of(&World::empty(good().now), &[], None).unwrap();
        let severities: Vec<_> = report
            .findings
            .iter()
            .map(|one| one.rule.severity)
            .collect();
        assert!(severities.is_sorted());
    }
}
