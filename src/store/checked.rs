//! State records that are held to the shards' hashes before anything is decided on them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::view::View;
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::state::shard::{self, Shard, Shards};
use crate::state::{Records, Table};

/// What the state ought to hash to. Good for one transaction: what was read once is not read again.
#[derive(Debug)]
pub struct Checker {
    expected: Shards,
    good: RefCell<BTreeSet<Shard>>,
}

impl Checker {
    /// With the shards' expected hashes, and those that are known to be good.
    #[must_use]
    pub fn new(expected: Shards, good: BTreeSet<Shard>) -> Self {
        Self {
            expected,
            good: RefCell::new(good),
        }
    }

    /// The expected hashes.
    #[must_use]
    pub fn into_expected(self) -> Shards {
        self.expected
    }

    /// Takes over what the transaction itself has made of some shards. Those that it had found good are
    /// so still: nobody else writes in it.
    pub fn update(&mut self, shards: Vec<(Shard, Option<Digest>)>) {
        for (shard, hash) in shards {
            match hash {
                Some(hash) => self.expected.insert(shard, hash),
                None => self.expected.remove(&shard),
            };
        }
    }

    /// Refuses records of a shard that are not the expected ones.
    pub(super) fn check(&self, view: &View<'_>, table: Table, prefix: &str) -> Result<()> {
        match Shard::covering(table, prefix) {
            Some(shard) => self.check_shard(view, shard),
            None => self.check_table(view, table),
        }
    }

    pub(super) fn check_shard(&self, view: &View<'_>, shard: Shard) -> Result<()> {
        if self.good.borrow().contains(&shard) {
            return Ok(());
        }
        let records = view.unchecked().list(shard.table, &shard.prefix)?;
        if shard::hash(&records) != self.expected.get(&shard).copied() {
            return Err(shard::mismatch().because(format!(
                "records of the table `{}` were changed from outside",
                shard.table.as_str()
            )));
        }
        self.good.borrow_mut().insert(shard);
        Ok(())
    }

    fn check_table(&self, view: &View<'_>, table: Table) -> Result<()> {
        let records = view.unchecked().list(table, "")?;
        let mut shards = shard::touched(records.iter().map(|(key, _)| (table, key.as_str())));
        shards.extend(
            self.expected
                .keys()
                .filter(|shard| shard.table == table)
                .cloned(),
        );
        for shard in shards {
            self.check_shard(view, shard)?;
        }
        Ok(())
    }
}
