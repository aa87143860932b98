//! Writing: one `BEGIN IMMEDIATE` transaction takes what the policy ruled and nothing else.

use std::collections::BTreeSet;

use rusqlite::{Params, params};

use super::checked::Checker;
use super::database::Store;
use super::failed;
use super::view::{UndoRow, View, signed, tree_error};
use crate::crypto::ed25519::SigningKey;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::log::{self, Checkpoint};
use crate::policy::{self, Ruled};
use crate::state::shard::{self, Shard, Shards};
use crate::state::{Change, Memory, Records};
use crate::statement::Time;

/// Whoever appends cosigns.
pub struct Cosigner<'k> {
    /// The ledger.
    pub ledger: Digest,
    /// The custodian.
    pub custodian: Id,
    /// Their signing key.
    pub key: &'k SigningKey,
    /// The time of the cosignature.
    pub time: Time,
}

impl Cosigner<'_> {
    /// The Ed25519 signature of this custodian's cosignature/v1 line under a checkpoint.
    fn sign(&self, size: u64, root: &Digest) -> Result<Vec<u8>> {
        let internal = |error: &dyn std::fmt::Display| {
            Error::failed("internal", "cannot cosign").because(error.to_string())
        };
        let origin = log::origin(&self.ledger.0);
        let checkpoint = Checkpoint::new(origin, size, log::Hash::from(root.0))
            .map_err(|error| internal(&error))?;
        let name = log::custodian_name(&self.ledger.0, &self.custodian.0);
        let time = u64::try_from(self.time.seconds()).unwrap_or(0);
        let signature = log::cosign(&checkpoint, &name, time, self.key.pair())
            .map_err(|error| internal(&error))?;
        Ok(signature.bytes().get(8..).unwrap_or_default().to_vec())
    }
}

/// An append that is in the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Index of the leaf.
    pub seq: u64,
    /// The tree's root with it.
    pub root: Digest,
    /// The new hashes of the shards that it changed; `None` where nothing is left in one.
    pub shards: Vec<(Shard, Option<Digest>)>,
}

/// An open write transaction. Dropped without [`Batch::commit`], it leaves nothing behind.
pub struct Batch<'s> {
    store: &'s Store,
    open: bool,
}

impl<'s> Batch<'s> {
    /// A transaction that was begun on the store's connection.
    pub(super) fn begun(store: &'s Store) -> Self {
        Self { store, open: true }
    }
}

impl Store {
    /// Begins a write transaction, waiting for other writers.
    ///
    /// # Errors
    /// Failed, codes `busy`, `read-only`, `database`; verification, code `schema-changed`.
    pub fn begin(&mut self) -> Result<Batch<'_>> {
        self.end_read()?;
        self.connection()
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(failed)?;
        let batch = Batch::begun(self);
        batch.store.check_schema()?;
        Ok(batch)
    }

    /// Begins a transaction that sees the log without its entries from `size` on. The tables beside the log
    /// are still those of all of it.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn forget_from(&self, size: u64) -> Result<()> {
        self.end_read()?;
        self.connection()
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(failed)?;
        self.check_schema()?;
        let size = signed(size)?;
        self.write("DELETE FROM leaf WHERE seq >= ?1", [size])?;
        self.write("DELETE FROM cosignature WHERE size > ?1", [size])?;
        Ok(())
    }

    /// Ends what [`Self::forget_from`] began: everything is as before.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn remember(&self) -> Result<()> {
        self.end_read()
    }

    pub(super) fn write(&self, sql: &str, params: impl Params) -> Result<usize> {
        let mut statement = self.connection().prepare_cached(sql).map_err(failed)?;
        statement.execute(params).map_err(failed)
    }

    /// Replaces the tables that are a cache of the log.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn replace_tables(&self, state: &Memory, undo: &[UndoRow]) -> Result<()> {
        self.write("DELETE FROM state", [])?;
        self.write("DELETE FROM undo", [])?;
        self.write("DELETE FROM shard", [])?;
        for (shard, hash) in shard::all(state.iter()) {
            self.write(
                "INSERT INTO shard (kind, prefix, hash) VALUES (?1, ?2, ?3)",
                params![shard.table.as_str(), shard.prefix, hash.as_bytes()],
            )?;
        }
        for (table, key, value) in state.iter() {
            self.write(
                "INSERT INTO state (kind, key, value) VALUES (?1, ?2, ?3)",
                params![table.as_str(), key, value],
            )?;
        }
        for row in undo {
            self.write(
                "INSERT INTO undo (seq, kind, key, old) VALUES (?1, ?2, ?3, ?4)",
                params![signed(row.seq)?, row.table.as_str(), row.key, row.old],
            )?;
        }
        Ok(())
    }
}

impl Batch<'_> {
    /// The rows as the transaction sees them.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        self.store.view()
    }

    pub(super) fn write(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.store.write(sql, params)
    }

    /// Sets a fact about the ledger as a whole, once.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn set_meta(&self, name: &str, value: &[u8]) -> Result<()> {
        self.write(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)",
            params![name, value],
        )?;
        Ok(())
    }

    /// Sets a fact about the ledger as a whole, whatever it was before.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn replace_meta(&self, name: &str, value: &[u8]) -> Result<()> {
        self.write(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) \
             ON CONFLICT DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }

    /// Appends one ruled statement with its blobs, and cosigns the log with it.
    ///
    /// # Errors
    /// Failed where the database fails; verification where the blobs are not those of the statement.
    pub fn append(
        &mut self,
        ruled: Ruled<'_>,
        blobs: &[Vec<u8>],
        cosigner: &Cosigner<'_>,
    ) -> Result<Appended> {
        let seq = ruled.index();
        if self.view().size()? != seq {
            return Err(Error::failed(
                "internal",
                "the statement was ruled for another index",
            ));
        }
        let root = self.put_leaf(&ruled, cosigner)?;
        self.put_blobs(&ruled, blobs)?;
        for digest in ruled.drops() {
            self.drop_blob(digest)?;
        }
        if let Some(leaf) = ruled.erases() {
            self.drop_personal(leaf)?;
        }
        let changes = ruled.into_changes();
        let shards = shard::touched(
            changes
                .iter()
                .map(|change| (change.table, change.key.as_str())),
        );
        self.check_shards(&shards)?;
        for change in &changes {
            self.put_change(seq, change)?;
        }
        let shards = shards
            .into_iter()
            .map(|shard| self.put_shard(&shard).map(|hash| (shard, hash)))
            .collect::<Result<_>>()?;
        Ok(Appended { seq, root, shards })
    }

    fn put_leaf(&self, ruled: &Ruled<'_>, cosigner: &Cosigner<'_>) -> Result<Digest> {
        let statement = ruled.statement();
        let (header, parts) = (statement.header(), statement.parts());
        let leaf = log::Hash::from(statement.leaf().0);
        let tree = log::append(&self.view(), ruled.index(), leaf).map_err(tree_error)?;
        let above = tree.nodes.iter().filter(|node| node.level > 0);
        let nodes: Vec<u8> = above.flat_map(|node| *node.hash.as_bytes()).collect();
        let root = Digest(tree.root.into());
        let cosignature = cosigner.sign(ruled.index() + 1, &root)?;
        let personal = parts.personal.as_ref();
        self.write(
            "INSERT INTO leaf VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0)",
            params![
                signed(ruled.index())?,
                statement.leaf().as_bytes(),
                header.id.as_bytes(),
                header.author.as_bytes(),
                header.kind,
                header.made_at.seconds(),
                statement.envelope(),
                parts.facts.salt.0,
                parts.facts.bytes.0,
                personal.map(|part| &part.salt.0),
                personal.map(|part| &part.bytes.0),
                nodes,
                root.as_bytes(),
                cosigner.custodian.as_bytes(),
                cosigner.time.seconds(),
                cosignature,
            ],
        )?;
        Ok(root)
    }

    fn put_blobs(&self, ruled: &Ruled<'_>, blobs: &[Vec<u8>]) -> Result<()> {
        policy::check_blobs(ruled.statement(), blobs)?;
        for bytes in blobs {
            let digest = Digest::of(bytes);
            self.write(
                "INSERT INTO blob (digest, bytes) VALUES (?1, ?2) \
                 ON CONFLICT DO UPDATE SET bytes = excluded.bytes",
                params![digest.as_bytes(), bytes],
            )?;
        }
        Ok(())
    }

    fn put_change(&self, seq: u64, change: &Change) -> Result<()> {
        let kind = change.table.as_str();
        let old = self.view().get(change.table, &change.key)?;
        if old == change.value {
            return Ok(());
        }
        self.write(
            "INSERT INTO undo (seq, kind, key, old) VALUES (?1, ?2, ?3, ?4)",
            params![signed(seq)?, kind, change.key, old],
        )?;
        match &change.value {
            Some(value) => self.write(
                "INSERT INTO state (kind, key, value) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO UPDATE SET value = excluded.value",
                params![kind, change.key, value],
            )?,
            None => self.write(
                "DELETE FROM state WHERE kind = ?1 AND key = ?2",
                params![kind, change.key],
            )?,
        };
        Ok(())
    }

    /// That the records beside those that change are the ones that were hashed: a changed shard's new
    /// hash must not vouch for what somebody else has put there.
    fn check_shards(&self, shards: &BTreeSet<Shard>) -> Result<()> {
        let mut stored = Shards::new();
        for shard in shards {
            if let Some(hash) = self.view().shard_hash(shard)? {
                stored.insert(shard.clone(), hash);
            }
        }
        let checker = Checker::new(stored, BTreeSet::new());
        shards
            .iter()
            .try_for_each(|shard| checker.check_shard(&self.view(), shard.clone()))
    }

    fn put_shard(&self, shard: &Shard) -> Result<Option<Digest>> {
        let kind = shard.table.as_str();
        let hash = shard::hash(&self.view().list(shard.table, &shard.prefix)?);
        match hash {
            Some(hash) => self.write(
                "INSERT INTO shard (kind, prefix, hash) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO UPDATE SET hash = excluded.hash",
                params![kind, shard.prefix, hash.as_bytes()],
            )?,
            None => self.write(
                "DELETE FROM shard WHERE kind = ?1 AND prefix = ?2",
                params![kind, shard.prefix],
            )?,
        };
        Ok(hash)
    }

    /// Adds a cosignature of the head; a second one by the same custodian changes nothing.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn cosign(&self, size: u64, root: Digest, cosigner: &Cosigner<'_>) -> Result<()> {
        let sig = cosigner.sign(size, &root)?;
        let added = self.write(
            "INSERT INTO cosignature (size, custodian, time, sig) \
             SELECT ?1, ?2, ?3, ?4 FROM leaf WHERE seq = ?1 - 1 AND appender <> ?2 \
             ON CONFLICT DO NOTHING",
            params![
                signed(size)?,
                cosigner.custodian.as_bytes(),
                cosigner.time.seconds(),
                sig
            ],
        )?;
        if added > 0 {
            self.write(
                "UPDATE leaf SET cosigners = cosigners + 1 WHERE seq = ?1 - 1",
                [signed(size)?],
            )?;
        }
        Ok(())
    }

    /// As [`Store::replace_tables`].
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn replace_tables(&self, state: &Memory, undo: &[UndoRow]) -> Result<()> {
        self.store.replace_tables(state, undo)
    }

    /// Makes everything of this transaction durable.
    ///
    /// # Errors
    /// Failed, code `disk-full` among others; then nothing of it is there.
    pub fn commit(mut self) -> Result<()> {
        self.store
            .connection()
            .execute_batch("COMMIT")
            .map_err(failed)?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if self.open {
            // A rollback that fails leaves the transaction to the closing of the connection.
            let _closed_anyway = self.store.connection().execute_batch("ROLLBACK");
        }
    }
}
