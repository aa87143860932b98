//! The digest of the state, in two levels: records that are near to one another are hashed
//! together as a shard, and the shards' hashes together as the root, which a pin holds. So one record
//! is checked, or changed, without reading all of them (docs/formats.md, section 14).

use std::collections::{BTreeMap, BTreeSet};

use ring::digest::{Context, SHA256};

use super::records::Table;
use crate::crypto::fixed::Digest;
use crate::error::Error;

/// How many characters of a key say which shard of a large table it is in.
const PREFIX: usize = 2;

/// Records that are hashed together: those of one table whose keys begin alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// The table.
    pub table: Table,
    /// How the keys begin; empty in a table that is one shard.
    pub prefix: String,
}

/// The hash of every shard that is not empty.
pub type Shards = BTreeMap<Shard, Digest>;

impl Shard {
    /// The shard that a record is in.
    #[must_use]
    pub fn of(table: Table, key: &str) -> Self {
        let length = if is_small(table) { 0 } else { PREFIX };
        Self {
            table,
            prefix: key.chars().take(length).collect(),
        }
    }

    /// The one shard that has all records of a table whose keys begin with `prefix`, if there is one.
    #[must_use]
    pub fn covering(table: Table, prefix: &str) -> Option<Self> {
        (is_small(table) || prefix.chars().count() >= PREFIX).then(|| Self::of(table, prefix))
    }
}

/// Tables that stay small, or are read as a whole.
fn is_small(table: Table) -> bool {
    match table {
        Table::Ledger
        | Table::Policy
        | Table::Custodian
        | Table::Quorum
        | Table::Proposal
        | Table::Person
        | Table::Card
        | Table::Open
        | Table::Import
        | Table::Witness
        | Table::Location
        | Table::Mailbox
        | Table::Phone
        | Table::Plan
        | Table::Joint
        | Table::Runbook
        | Table::Privilege
        | Table::Reviews
        | Table::Accepted
        | Table::Features
        | Table::Posture
        | Table::Alarm => true,
        Table::Binding
        | Table::Outcome
        | Table::Account
        | Table::Secret
        | Table::Epoch
        | Table::Request
        | Table::Note
        | Table::Item
        | Table::Access
        | Table::Drill
        | Table::Asked
        | Table::Improvement
        | Table::Brought
        | Table::Ceremony
        | Table::Review
        | Table::Layout
        | Table::Struck
        | Table::Root
        | Table::Registry
        | Table::Task
        | Table::Left
        | Table::Reconcile
        | Table::Event
        | Table::Erased
        | Table::Timestamp
        | Table::Witnessed => false,
    }
}

/// The hash of a shard's records, in the order of keys; `None` where there are none.
#[must_use]
pub fn hash(records: &[(String, Vec<u8>)]) -> Option<Digest> {
    if records.is_empty() {
        return None;
    }
    let mut context = Context::new(&SHA256);
    context.update(b"rootkeep/shard/v1\n");
    for (key, value) in records {
        update(&mut context, key.as_bytes());
        update(&mut context, value);
    }
    finish(context)
}

/// The hashes of all shards that records in the order of tables and keys are in.
#[must_use]
pub fn all<'r>(records: impl Iterator<Item = (Table, &'r str, &'r [u8])>) -> Shards {
    let mut groups: BTreeMap<Shard, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for (table, key, value) in records {
        groups
            .entry(Shard::of(table, key))
            .or_default()
            .push((key.to_owned(), value.to_vec()));
    }
    groups
        .into_iter()
        .filter_map(|(shard, records)| Some((shard, hash(&records)?)))
        .collect()
}

/// The root over all shards, in the order of [`Table::ALL`] and of prefixes.
#[must_use]
pub fn root(shards: &Shards) -> Digest {
    let mut bytes = b"rootkeep/state/v1\n".to_vec();
    for (shard, hash) in shards {
        for field in [shard.table.as_str(), &shard.prefix] {
            let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
            bytes.extend(length.to_be_bytes());
            bytes.extend(field.as_bytes());
        }
        bytes.extend(hash.as_bytes());
    }
    Digest::of(&bytes)
}

/// The records are not those that were hashed.
#[must_use]
pub fn mismatch() -> Error {
    Error::verification(
        "state-mismatch",
        "the ledger's tables are not what its log says",
    )
    .hint("somebody has edited them: rootkeep verify --rebuild names what differs and mends it")
}

/// The shards that hold some records.
pub fn touched<'r>(keys: impl Iterator<Item = (Table, &'r str)>) -> BTreeSet<Shard> {
    keys.map(|(table, key)| Shard::of(table, key)).collect()
}

fn update(context: &mut Context, field: &[u8]) {
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    context.update(&length.to_be_bytes());
    context.update(field);
}

fn finish(context: Context) -> Option<Digest> {
    Digest::from_slice(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<(Table, &'static str, &'static [u8])> {
        vec![
            (Table::Custodian, "aa", b"1"),
            (Table::Custodian, "bb", b"2"),
            (Table::Secret, "aa1", b"3"),
            (Table::Secret, "aa2", b"4"),
            (Table::Secret, "ab1", b"5"),
        ]
    }

    #[test]
    fn large_tables_are_sharded_by_how_keys_begin() {
        let shards = all(records().into_iter());
        let names: Vec<_> = shards
            .keys()
            .map(|shard| (shard.table.as_str(), shard.prefix.as_str()))
            .collect();
        assert_eq!(
            names,
            [("custodian", ""), ("secret", "aa"), ("secret", "ab")]
        );
        assert_eq!(Shard::covering(Table::Secret, "a"), None);
        assert!(Shard::covering(Table::Secret, "aa1").is_some());
        assert!(Shard::covering(Table::Custodian, "").is_some());
    }

    #[test]
    fn every_change_of_a_record_changes_the_root() {
        let good = root(&all(records().into_iter()));
        let mut roots = BTreeSet::from([good]);
        for at in 0..5 {
            let mut other = records();
            other.remove(at);
            assert!(roots.insert(root(&all(other.into_iter()))));
            let mut other = records();
            other[at].2 = b"x";
            assert!(roots.insert(root(&all(other.into_iter()))));
            let mut other = records();
            other[at].1 = "aax";
            other.sort_by_key(|record| (record.0, record.1));
            assert!(roots.insert(root(&all(other.into_iter()))));
        }
        // Where one field ends and the next begins is part of it.
        let one = hash(&[("ab".to_owned(), b"c".to_vec())]);
        assert_ne!(one, hash(&[("a".to_owned(), b"bc".to_vec())]));
        assert_eq!(hash(&[]), None);
    }
}
