//! Reading: leaves, parts, blobs, nodes, checkpoints, records.

mod as_log;
mod rows;
mod whole;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::checked::Checker;
use super::{damaged, failed};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::state::Table;
use crate::state::shard::{Shard, Shards};
use crate::statement::Kind;
use rows::{ENTRY, entry, fixed_row, unreadable, unsigned, unsigned_row};

pub(super) use as_log::tree_error;
pub(super) use rows::signed;
pub use rows::{Dated, Entry, StoredCosignature, UndoRow};

/// The rows of an open database, to read from. Inside a transaction it sees the transaction.
#[derive(Clone, Copy)]
pub struct View<'c> {
    connection: &'c Connection,
    /// As a log, it shows only leaves below this index.
    below: i64,
    /// What the records are held to, where anything is decided on them.
    checker: Option<&'c Checker>,
}

/// Which leaves a listing wants.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this author.
    pub author: Option<Id>,
    /// Only made at or after, seconds.
    pub from: Option<i64>,
    /// Only made at or before, seconds.
    pub to: Option<i64>,
    /// At most so many, the newest.
    pub limit: Option<u64>,
}

impl<'c> View<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            below: i64::MAX,
            checker: None,
        }
    }

    /// The same rows, but records that are not what `checker` expects are refused.
    #[must_use]
    pub fn checked_by(mut self, checker: &'c Checker) -> Self {
        self.checker = Some(checker);
        self
    }

    pub(super) fn unchecked(mut self) -> Self {
        self.checker = None;
        self
    }

    pub(super) fn shard_hash(&self, shard: &Shard) -> Result<Option<Digest>> {
        self.one(
            "SELECT hash FROM shard WHERE kind = ?1 AND prefix = ?2",
            [shard.table.as_str(), &shard.prefix],
            |row| fixed_row(row, 0, Digest::from_slice),
        )
    }

    /// The stored hash of every shard of the state.
    ///
    /// # Errors
    /// Verification where one is no hash.
    pub fn shards(&self) -> Result<Shards> {
        let rows = self.many("SELECT kind, prefix, hash FROM shard", [], |row| {
            let word: String = row.get(0)?;
            let table = Table::parse(&word)
                .ok_or_else(|| unreadable(0, "a shard of no known kind".to_owned()))?;
            let prefix = row.get(1)?;
            Ok((
                Shard { table, prefix },
                fixed_row(row, 2, Digest::from_slice)?,
            ))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The same rows, but as a log only the leaves before `index`: what the rules saw there.
    ///
    /// # Errors
    /// Verification where the index is out of all bounds.
    pub fn before(mut self, index: u64) -> Result<Self> {
        self.below = signed(index)?;
        Ok(self)
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        statement.query_row(params, read).optional().map_err(failed)
    }

    fn many<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(row).map_err(failed)?);
        }
        Ok(found)
    }

    /// How many leaves there are.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn size(&self) -> Result<u64> {
        let last: Option<i64> = self.one(
            "SELECT seq FROM leaf ORDER BY seq DESC LIMIT 1",
            [],
            |row| row.get(0),
        )?;
        last.map_or(Ok(0), |seq| unsigned(seq).map(|seq| seq + 1))
    }

    /// A fact about the ledger as a whole.
    ///
    /// # Errors
    /// Verification, code `database-damaged`, where it is missing.
    pub fn meta(&self, name: &str) -> Result<Vec<u8>> {
        self.meta_if_there(name)?
            .ok_or_else(|| damaged(&format!("it has no `{name}`")))
    }

    /// As [`Self::meta`], of a fact that not every ledger has.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn meta_if_there(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.one("SELECT value FROM meta WHERE name = ?1", [name], |row| {
            row.get(0)
        })
    }

    /// Every name in `meta`.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn meta_names(&self) -> Result<Vec<String>> {
        self.many("SELECT name FROM meta ORDER BY name", [], |row| row.get(0))
    }

    /// One leaf with its parts.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        self.one(&format!("{ENTRY} WHERE seq = ?1"), [signed(seq)?], entry)
    }

    /// Leaves from `from` on, at most `limit`.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn entries(&self, from: u64, limit: u64) -> Result<Vec<Entry>> {
        self.many(
            &format!("{ENTRY} WHERE seq >= ?1 ORDER BY seq LIMIT ?2"),
            [signed(from)?, signed(limit)?],
            entry,
        )
    }

    /// The leaf with this hash.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn entry_by_hash(&self, hash: &Digest) -> Result<Option<Entry>> {
        self.one(
            &format!("{ENTRY} WHERE hash = ?1"),
            [hash.as_bytes()],
            entry,
        )
    }

    /// Leaves whose statement id begins with these hex digits; at most `limit`.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn entries_by_id_prefix(&self, hex: &str, limit: u64) -> Result<Vec<Entry>> {
        let low = format!("{hex:0<32}");
        let high = format!("{hex:f<32}");
        let (Ok(low), Ok(high)) = (Id::parse(&low), Id::parse(&high)) else {
            return Ok(Vec::new());
        };
        self.many(
            &format!("{ENTRY} WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3"),
            params![low.as_bytes(), high.as_bytes(), signed(limit)?],
            entry,
        )
    }

    /// The first and the last leaf below `size` that were made at or after `from` and before `to`, in seconds.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn span(&self, from: i64, to: i64, size: u64) -> Result<Option<(u64, u64)>> {
        // Without a word, SQLite would go through the entries themselves, by their indices.
        let found: Option<(Option<i64>, Option<i64>)> = self.one(
            "SELECT min(seq), max(seq) FROM leaf INDEXED BY leaf_dated
             WHERE made_at >= ?1 AND made_at < ?2 AND seq < ?3",
            [from, to, signed(size)?],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        match found {
            Some((Some(first), Some(last))) => Ok(Some((unsigned(first)?, unsigned(last)?))),
            _ => Ok(None),
        }
    }

    /// Leaves that fit a filter, in log order; with a limit, the newest ones.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn filtered(&self, filter: &LogFilter) -> Result<Vec<Entry>> {
        let mut conditions: Vec<&str> = vec!["1"];
        let mut values: Vec<Box<dyn rusqlite::ToSql>> = Vec::new();
        if let Some(kind) = filter.kind {
            conditions.push("kind = ?");
            values.push(Box::new(kind.as_str()));
        }
        if let Some(author) = filter.author {
            conditions.push("author = ?");
            values.push(Box::new(author.0.to_vec()));
        }
        if let Some(from) = filter.from {
            conditions.push("made_at >= ?");
            values.push(Box::new(from));
        }
        if let Some(to) = filter.to {
            conditions.push("made_at <= ?");
            values.push(Box::new(to));
        }
        let limit = filter.limit.map_or(Ok(-1), signed)?;
        values.push(Box::new(limit));
        let sql = format!(
            "{ENTRY} WHERE {} ORDER BY seq DESC LIMIT ?",
            conditions.join(" AND ")
        );
        let mut found = self.many(&sql, rusqlite::params_from_iter(values), entry)?;
        found.reverse();
        Ok(found)
    }

    /// Who made which leaf when, the newest first: those below `below`, at most `limit`.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn dated(&self, below: u64, limit: u64) -> Result<Vec<Dated>> {
        self.many(
            "SELECT seq, author, made_at FROM leaf INDEXED BY leaf_dated
             WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
            [signed(below)?, signed(limit)?],
            |row| {
                Ok(Dated {
                    seq: unsigned_row(row, 0)?,
                    author: fixed_row(row, 1, Id::from_slice)?,
                    made_at: row.get(2)?,
                })
            },
        )
    }

    /// The log's size and stored root after each leaf, the newest first: those below `below`, at most
    /// `limit`.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn roots(&self, below: u64, limit: u64) -> Result<Vec<(u64, Digest)>> {
        self.many(
            "SELECT seq, root FROM leaf WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
            [signed(below)?, signed(limit)?],
            |row| {
                let size = unsigned_row(row, 0)?.saturating_add(1);
                Ok((size, fixed_row(row, 1, Digest::from_slice)?))
            },
        )
    }

    /// Indices of the leaves of a kind, from `from` on.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn indices_of_kind(&self, kind: Kind, from: u64) -> Result<Vec<u64>> {
        self.many(
            "SELECT seq FROM leaf WHERE kind = ?1 AND seq >= ?2 ORDER BY seq",
            params![kind.as_str(), signed(from)?],
            |row| unsigned_row(row, 0),
        )
    }

    /// Leaves whose parts contain `text`, in any case (ASCII); the newest `limit`, in log order.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn containing(&self, text: &str, limit: u64) -> Result<Vec<Entry>> {
        let escaped = text
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let mut found = self.many(
            &format!(
                "{ENTRY} WHERE CAST(facts AS TEXT) LIKE ?1 ESCAPE '\\' \
                 OR CAST(personal AS TEXT) LIKE ?1 ESCAPE '\\' ORDER BY seq DESC LIMIT ?2"
            ),
            params![format!("%{escaped}%"), signed(limit)?],
            entry,
        )?;
        found.reverse();
        Ok(found)
    }

    /// A blob's bytes.
    ///
    /// # Errors
    /// Failed where the database fails; verification, code `blob-mismatch`, where the bytes are not
    /// those of the digest.
    pub fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        let bytes: Option<Vec<u8>> = self.one(
            "SELECT bytes FROM blob WHERE digest = ?1",
            [digest.as_bytes()],
            |row| row.get(0),
        )?;
        if bytes
            .as_ref()
            .is_some_and(|bytes| Digest::of(bytes) != *digest)
        {
            return Err(Error::verification(
                "blob-mismatch",
                format!("the stored bytes of blob {digest} are others"),
            ));
        }
        Ok(bytes)
    }

    /// The cosignatures of sizes `from..=to` but for those of whoever appended, in order.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn cosignatures(&self, from: u64, to: u64) -> Result<Vec<StoredCosignature>> {
        self.many(
            "SELECT size, custodian, time, sig FROM cosignature WHERE size BETWEEN ?1 AND ?2 ORDER BY size, custodian",
            [signed(from)?, signed(to)?],
            |row| {
                Ok(StoredCosignature {
                    size: unsigned_row(row, 0)?,
                    custodian: fixed_row(row, 1, Id::from_slice)?,
                    time: row.get(2)?,
                    sig: row.get(3)?,
                })
            },
        )
    }

    /// What records were before each leaf from `from` on, newest first.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn undo_back_to(&self, from: u64) -> Result<Vec<UndoRow>> {
        self.many(
            "SELECT seq, kind, key, old FROM undo WHERE seq >= ?1 ORDER BY seq DESC, kind, key",
            [signed(from)?],
            |row| {
                let seq = unsigned_row(row, 0)?;
                let word: String = row.get(1)?;
                Ok(UndoRow {
                    seq,
                    table: Table::parse(&word).ok_or_else(|| {
                        unreadable(1, format!("an undo row of entry {seq} has no known kind"))
                    })?,
                    key: row.get(2)?,
                    old: row.get(3)?,
                })
            },
        )
    }

    /// Counts of a state table.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn count(&self, table: Table) -> Result<u64> {
        let count: Option<i64> = self.one(
            "SELECT count(*) FROM state WHERE kind = ?1",
            [table.as_str()],
            |row| row.get(0),
        )?;
        unsigned(count.unwrap_or(0))
    }

    /// A number that changes when another connection has changed the database.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn data_version(&self) -> Result<i64> {
        self.one("PRAGMA data_version", [], |row| row.get(0))
            .map(Option::unwrap_or_default)
    }

    /// A number that changes when the schema has changed.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub(super) fn schema_version(&self) -> Result<i64> {
        self.one("PRAGMA schema_version", [], |row| row.get(0))
            .map(Option::unwrap_or_default)
    }
}
