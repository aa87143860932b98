//! Policy, quorums and what waits for governance, as records.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, read};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::founding::PolicySettings;
use crate::statement::quorums::Group;
use crate::statement::{Claim, Time};

/// The policy in effect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// What it says.
    pub settings: PolicySettings,
    /// Index of the leaf that put it into effect.
    pub index: u64,
}

impl Record for PolicyRecord {
    const TABLE: Table = Table::Policy;
}

impl PolicyRecord {
    /// The policy in effect; the default before a genesis.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records) -> Result<Self> {
        Ok(read(records, super::people::ONE)?.unwrap_or(Self {
            settings: PolicySettings::default(),
            index: 0,
        }))
    }
}

/// A quorum as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quorum {
    /// What it is called.
    pub name: String,
    /// How many groups are needed.
    pub groups_needed: u8,
    /// The groups.
    pub groups: Vec<Group>,
    /// Index of the leaf that put this form into effect.
    pub index: u64,
}

impl Record for Quorum {
    const TABLE: Table = Table::Quorum;
}

impl Quorum {
    /// A quorum by id.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, id: &Id) -> Result<Option<Self>> {
        read(records, &id.to_hex())
    }

    /// Whether `custodian` is in one of its groups.
    #[must_use]
    pub fn has(&self, custodian: &Id) -> bool {
        self.groups
            .iter()
            .any(|group| group.members.contains(custodian))
    }
}

/// Which secret a name stands for, and to which quorum it is sealed. Both are for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The secret.
    pub secret: Id,
    /// Its quorum.
    pub quorum: Id,
}

impl Record for Binding {
    const TABLE: Table = Table::Binding;
}

/// A statement that waits for the governance quorum.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposal {
    /// Index of its leaf.
    pub index: u64,
    /// Its id.
    pub id: Id,
    /// Who made it.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// Its kind.
    pub kind: String,
    /// Its facts, as signed.
    pub facts: String,
    /// Index of the policy it stands under.
    pub policy_index: u64,
    /// Index of the governance seal it stands under.
    pub governance_index: u64,
    /// Who has said yes.
    pub yes: Vec<Id>,
    /// The latest time of it and of the yeses.
    pub latest: Time,
    /// Who has said no.
    pub no: Vec<Id>,
}

impl Record for Proposal {
    const TABLE: Table = Table::Proposal;
}

impl Proposal {
    /// What it proposes, without what names people.
    ///
    /// # Errors
    /// Verification, codes `unknown-kind`, `bad-json`.
    pub fn claim(&self) -> Result<Claim> {
        Claim::parse_facts(&self.kind, &self.facts)
    }
}

/// How what waited for governance ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// The quorum agreed.
    Effective,
    /// Too many said no.
    Rejected,
    /// The author took it back.
    Withdrawn,
    /// Another one has taken effect in its place.
    Lapsed,
}

/// The end of a proposal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Index of its leaf.
    pub index: u64,
    /// How it ended.
    pub ended: Ended,
    /// At which leaf.
    pub at: u64,
    /// Who agreed.
    pub yes: Vec<Id>,
}

impl Record for Outcome {
    const TABLE: Table = Table::Outcome;
}

/// A split's rule: which shares are enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitRule {
    /// How many groups are needed.
    pub groups_needed: u8,
    /// Each group's threshold.
    pub thresholds: Vec<u8>,
    /// Who holds which place: (group, member) to custodian.
    pub holders: BTreeMap<(u8, u8), Id>,
}

impl SplitRule {
    /// Whether the shares held by `people` are enough.
    #[must_use]
    pub fn met_by(&self, people: &BTreeSet<Id>) -> bool {
        let mut groups_met = 0usize;
        for (group, threshold) in (0u8..).zip(&self.thresholds) {
            let held = self
                .holders
                .iter()
                .filter(|((g, _), holder)| *g == group && people.contains(holder))
                .count();
            if held >= usize::from(*threshold) {
                groups_met += 1;
            }
        }
        groups_met >= usize::from(self.groups_needed)
    }

    /// Everyone who holds a share.
    #[must_use]
    pub fn people(&self) -> BTreeSet<Id> {
        self.holders.values().copied().collect()
    }
}

/// The fewest further people, out of `candidates`, with whom every rule is met; `None` where not
/// even all of them suffice. Exact while the number of combinations stays below a bound that
/// covers the sizes this is built for; above it, the count of a greedy choice.
#[must_use]
pub fn fewest_missing(
    rules: &[SplitRule],
    have: &BTreeSet<Id>,
    candidates: &BTreeSet<Id>,
) -> Option<usize> {
    let met = |extra: &[Id]| {
        let mut people = have.clone();
        people.extend(extra);
        rules.iter().all(|rule| rule.met_by(&people))
    };
    let candidates: Vec<Id> = candidates.difference(have).copied().collect();
    if !met(&candidates) {
        return None;
    }
    let mut tries = 0usize;
    for size in 0..=candidates.len() {
        let mut chosen = Vec::with_capacity(size);
        if search(&candidates, size, &mut chosen, &met, &mut tries) {
            return Some(size);
        }
        if tries > 20_000 {
            break;
        }
    }
    Some(greedy(&candidates, &met))
}

fn search(
    rest: &[Id],
    size: usize,
    chosen: &mut Vec<Id>,
    met: &dyn Fn(&[Id]) -> bool,
    tries: &mut usize,
) -> bool {
    if size == 0 {
        *tries += 1;
        return met(chosen);
    }
    let mut rest = rest;
    while let Some((first, others)) = rest.split_first() {
        if rest.len() < size || *tries > 20_000 {
            return false;
        }
        chosen.push(*first);
        if search(others, size - 1, chosen, met, tries) {
            return true;
        }
        chosen.pop();
        rest = others;
    }
    false
}

/// Leaves out whoever can be left out, one after another.
fn greedy(candidates: &[Id], met: &dyn Fn(&[Id]) -> bool) -> usize {
    let mut kept = candidates.to_vec();
    for candidate in candidates {
        let without: Vec<Id> = kept.iter().filter(|id| *id != candidate).copied().collect();
        if met(&without) {
            kept = without;
        }
    }
    kept.len()
}

/// Leaf hash as a record's key.
#[must_use]
pub fn leaf_key(leaf: &Digest) -> String {
    leaf.to_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> Id {
        Id([n; 16])
    }

    fn plain(threshold: u8, members: &[u8]) -> SplitRule {
        SplitRule {
            groups_needed: 1,
            thresholds: vec![threshold],
            holders: (0u8..)
                .zip(members)
                .map(|(m, who)| ((0, m), id(*who)))
                .collect(),
        }
    }

    #[test]
    fn a_threshold_is_met_at_k_and_not_below() {
        let rule = plain(3, &[1, 2, 3, 4, 5]);
        assert!(!rule.met_by(&[id(1), id(2)].into()));
        assert!(rule.met_by(&[id(1), id(2), id(5)].into()));
        assert!(!rule.met_by(&[id(1), id(2), id(9)].into()));
    }

    #[test]
    fn people_who_serve_two_rules_are_counted_once() {
        let rules = [plain(2, &[1, 2, 3]), plain(2, &[2, 3, 4])];
        let all = (1..=4).map(id).collect();
        assert_eq!(fewest_missing(&rules, &BTreeSet::new(), &all), Some(2));
        assert_eq!(fewest_missing(&rules, &[id(1)].into(), &all), Some(2));
        assert_eq!(
            fewest_missing(&rules, &[id(2), id(3)].into(), &all),
            Some(0)
        );
        assert_eq!(
            fewest_missing(&rules, &BTreeSet::new(), &[id(1), id(2)].into()),
            None
        );
    }

    #[test]
    fn groups_count_only_when_full() {
        let rule = SplitRule {
            groups_needed: 2,
            thresholds: vec![2, 1, 2],
            holders: [
                ((0, 0), id(1)),
                ((0, 1), id(2)),
                ((1, 0), id(3)),
                ((2, 0), id(4)),
                ((2, 1), id(5)),
            ]
            .into(),
        };
        assert!(!rule.met_by(&[id(1), id(3)].into()));
        assert!(rule.met_by(&[id(1), id(2), id(3)].into()));
        let all = (1..=5).map(id).collect();
        assert_eq!(fewest_missing(&[rule], &BTreeSet::new(), &all), Some(3));
    }
}
