//! Changes on top of records that stay as they are, and records in memory.

use std::collections::{BTreeMap, BTreeSet};

use super::records::{Record, Records, Table};
use super::shard::{self, Shard};
use crate::crypto::canonical;
use crate::error::Result;

/// One record set or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub table: Table,
    /// The key in it.
    pub key: String,
    /// The record's bytes, or `None` where it is removed.
    pub value: Option<Vec<u8>>,
}

/// Records with changes on top that nothing below knows of yet.
pub struct Overlay<'a> {
    base: &'a dyn Records,
    changes: BTreeMap<(Table, String), Option<Vec<u8>>>,
}

impl<'a> Overlay<'a> {
    /// No change yet.
    #[must_use]
    pub fn new(base: &'a dyn Records) -> Self {
        Self {
            base,
            changes: BTreeMap::new(),
        }
    }

    /// Sets a record.
    ///
    /// # Errors
    /// Failed, code `internal`.
    pub fn put<R: Record>(&mut self, key: &str, record: &R) -> Result<()> {
        self.changes
            .insert((R::TABLE, key.to_owned()), Some(canonical::write(record)?));
        Ok(())
    }

    /// Removes a record.
    pub fn remove(&mut self, table: Table, key: &str) {
        self.changes.insert((table, key.to_owned()), None);
    }

    /// Applies a change made elsewhere.
    pub fn apply(&mut self, change: Change) {
        self.changes
            .insert((change.table, change.key), change.value);
    }

    /// The shards that a record above lies in.
    #[must_use]
    pub fn touched(&self) -> BTreeSet<Shard> {
        shard::touched(
            self.changes
                .keys()
                .map(|(table, key)| (*table, key.as_str())),
        )
    }

    /// The changes, in order of table and key.
    #[must_use]
    pub fn into_changes(self) -> Vec<Change> {
        self.changes
            .into_iter()
            .map(|((table, key), value)| Change { table, key, value })
            .collect()
    }
}

impl Records for Overlay<'_> {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        match self.changes.get(&(table, key.to_owned())) {
            Some(value) => Ok(value.clone()),
            None => self.base.get(table, key),
        }
    }

    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        let mut found: BTreeMap<String, Vec<u8>> =
            self.base.list(table, prefix)?.into_iter().collect();
        let changed = self
            .changes
            .range((table, prefix.to_owned())..)
            .take_while(|((t, key), _)| *t == table && key.starts_with(prefix));
        for ((_, key), value) in changed {
            match value {
                Some(bytes) => found.insert(key.clone(), bytes.clone()),
                None => found.remove(key),
            };
        }
        Ok(found.into_iter().collect())
    }
}

/// Records in memory: for folding a log again, and for judging without storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory(BTreeMap<(Table, String), Vec<u8>>);

impl Memory {
    /// Takes changes over.
    pub fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change.value {
                Some(bytes) => self.0.insert((change.table, change.key), bytes),
                None => self.0.remove(&(change.table, change.key)),
            };
        }
    }

    /// One record's bytes, as they lie there.
    #[must_use]
    pub fn peek(&self, table: Table, key: &str) -> Option<&[u8]> {
        self.0.get(&(table, key.to_owned())).map(Vec::as_slice)
    }

    /// Every record, in order of table and key.
    pub fn iter(&self) -> impl Iterator<Item = (Table, &str, &[u8])> {
        self.0
            .iter()
            .map(|((table, key), value)| (*table, key.as_str(), value.as_slice()))
    }
}

impl Records for Memory {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.peek(table, key).map(<[u8]>::to_vec))
    }

    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        Ok(self
            .0
            .range((table, prefix.to_owned())..)
            .take_while(|((t, key), _)| *t == table && key.starts_with(prefix))
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }
}
