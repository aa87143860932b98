//! Reading: leaves, parts, blobs, nodes, checkpoints, records.

use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::checked::Checker;
use super::{damaged, failed};
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::part::Part;
use crate::error::{Error, Result};
use crate::log::{self, Hash, Nodes};
use crate::policy::{LeafInfo, LogView};
use crate::state::shard::{Shard, Shards};
use crate::state::{Records, Table};
use crate::statement::header::leaf_hash;
use crate::statement::{Kind, Parts, UntrustedStatement};

/// The rows of an open database, to read from. Inside a transaction it sees the transaction.
#[derive(Clone, Copy)]
pub struct View<'c> {
    connection: &'c Connection,
    /// As a log, it shows only leaves below this index.
    below: i64,
    /// What the records are held to, where anything is decided on them.
    checker: Option<&'c Checker>,
}

/// A leaf as it is stored, with its parts; nothing of it is checked yet.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its index.
    pub seq: u64,
    /// The stored hash.
    pub hash: Digest,
    /// The stored statement id.
    pub id: Id,
    /// The stored author.
    pub author: Id,
    /// The stored kind.
    pub kind: String,
    /// The stored time.
    pub made_at: i64,
    /// The envelope.
    pub envelope: Vec<u8>,
    /// The facts part.
    pub facts: Part,
    /// The personal part.
    pub personal: Option<Part>,
    /// The stored hashes of the complete subtrees that this leaf is the last of, above the leaf, the
    /// smallest first, 32 bytes each.
    pub nodes: Vec<u8>,
    /// The stored root of the tree with this leaf.
    pub root: Digest,
    /// The cosignature of whoever appended it.
    pub cosignature: StoredCosignature,
    /// How many further cosignatures there ought to be.
    pub cosigners: u64,
}

impl Entry {
    /// The parts.
    #[must_use]
    pub fn parts(&self) -> Parts {
        Parts {
            facts: self.facts.clone(),
            personal: self.personal.clone(),
        }
    }

    /// As [`Self::parts`], for whoever needs the rest no more.
    #[must_use]
    pub fn into_parts(self) -> Parts {
        Parts {
            facts: self.facts,
            personal: self.personal,
        }
    }
}

/// A cosignature as it is stored.
#[derive(Clone, Debug)]
pub struct StoredCosignature {
    /// Of which size.
    pub size: u64,
    /// Whose.
    pub custodian: Id,
    /// Its time.
    pub time: i64,
    /// Its Ed25519 signature.
    pub sig: Vec<u8>,
}

/// What a record was before a leaf changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRow {
    /// The leaf.
    pub seq: u64,
    /// The table.
    pub table: Table,
    /// The key.
    pub key: String,
    /// The record before; `None` where there was none.
    pub old: Option<Vec<u8>>,
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

const ENTRY: &str = "SELECT seq, hash, id, author, kind, made_at, envelope, facts_salt, facts, \
     personal_salt, personal, nodes, root, appender, cosigned_at, cosignature, cosigners FROM leaf";

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

    /// Every blob, as it lies there: digest and bytes.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn each_blob(&self, mut see: impl FnMut(&[u8], &[u8]) -> Result<()>) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT digest, bytes FROM blob ORDER BY rowid")
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let (digest, bytes) = (row.get_ref(0), row.get_ref(1));
            let unfit = |error: FromSqlError| damaged(&error.to_string());
            see(
                digest.map_err(failed)?.as_blob().map_err(unfit)?,
                bytes.map_err(failed)?.as_blob().map_err(unfit)?,
            )?;
        }
        Ok(())
    }

    /// How many rows of `leaf` and `undo` have an index below zero.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn rows_below_zero(&self) -> Result<u64> {
        let count: Option<i64> = self.one(
            "SELECT (SELECT count(*) FROM leaf WHERE seq < 0) + (SELECT count(*) FROM undo WHERE seq < 0)",
            [],
            |row| row.get(0),
        )?;
        unsigned(count.unwrap_or(0))
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

    /// How many rows `cosignature` has outside sizes 1..=`size`.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn cosignatures_outside(&self, size: u64) -> Result<u64> {
        let count: Option<i64> = self.one(
            "SELECT count(*) FROM cosignature WHERE size NOT BETWEEN 1 AND ?1",
            [signed(size)?],
            |row| row.get(0),
        )?;
        unsigned(count.unwrap_or(0))
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

    /// Every record of the state, in order of table word and key.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn each_record(&self, mut see: impl FnMut(&str, &str, &[u8]) -> Result<()>) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT kind, key, value FROM state ORDER BY kind, key")
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let kind: String = row.get(0).map_err(failed)?;
            let key: String = row.get(1).map_err(failed)?;
            let value: Vec<u8> = row.get(2).map_err(failed)?;
            see(&kind, &key, &value)?;
        }
        Ok(())
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

    /// Everything that the database's schema holds, in order.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub(super) fn schema(&self) -> Result<Vec<String>> {
        self.many(
            "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') \
             FROM sqlite_schema ORDER BY type, name",
            [],
            |row| row.get(0),
        )
    }

    /// Every table with how many rows it has.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub(super) fn counts(&self) -> Result<Vec<String>> {
        [
            "meta",
            "leaf",
            "blob",
            "cosignature",
            "state",
            "shard",
            "undo",
        ]
        .into_iter()
        .map(|table| {
            let count: Option<i64> =
                self.one(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get(0)
                })?;
            Ok(format!("{table} {}", count.unwrap_or(0)))
        })
        .collect()
    }

    /// Whether the schema is the one that this program makes.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn has_own_schema(&self) -> Result<bool> {
        Ok(self.schema()? == super::database::expected_schema()?)
    }

    /// SQLite's and SQLCipher's own checks of the file; empty where all is well.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn integrity(&self) -> Result<Vec<String>> {
        let mut found: Vec<String> =
            self.many("PRAGMA cipher_integrity_check", [], |row| row.get(0))?;
        let quick: Vec<String> = self.many("PRAGMA integrity_check(10)", [], |row| row.get(0))?;
        found.extend(quick.into_iter().filter(|line| line != "ok"));
        Ok(found)
    }
}

impl Nodes for View<'_> {
    type Error = Error;

    fn node(&self, level: u8, index: u64) -> Result<Option<Hash>> {
        let bytes: Option<Vec<u8>> = if level == 0 {
            self.one(
                "SELECT hash FROM leaf WHERE seq = ?1",
                [signed(index)?],
                |row| row.get(0),
            )?
        } else {
            // It lies with the last leaf of the subtree.
            let last = index
                .checked_add(1)
                .and_then(|next| next.checked_mul(1u64.checked_shl(u32::from(level))?))
                .ok_or_else(|| damaged("a node beyond all bounds"))?;
            let at = (i64::from(level) - 1) * 32 + 1;
            self.one(
                "SELECT substr(nodes, ?2, 32) FROM leaf WHERE seq = ?1",
                [signed(last)? - 1, at],
                |row| row.get(0),
            )?
        };
        bytes
            .map(|bytes| {
                Hash::try_from(bytes.as_slice()).map_err(|_| damaged("a node has another length"))
            })
            .transpose()
    }
}

impl LogView for View<'_> {
    fn find(&self, leaf: &Digest) -> Result<Option<LeafInfo>> {
        let row: Option<(i64, Vec<u8>)> = self.one(
            "SELECT seq, envelope FROM leaf WHERE hash = ?1 AND seq < ?2",
            params![leaf.as_bytes(), self.below],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        row.map(|(seq, envelope)| {
            // The columns beside the envelope say what they please.
            if leaf_hash(&envelope) != *leaf {
                return Err(damaged("an entry's hash is not its own"));
            }
            let statement = UntrustedStatement::parse(&envelope)?;
            Ok(LeafInfo {
                index: unsigned(seq)?,
                author: statement.claimed_author(),
                kind: statement.kind(),
            })
        })
        .transpose()
    }

    fn knows(&self, id: &Id) -> Result<bool> {
        Ok(self
            .one(
                "SELECT 1 FROM leaf WHERE id = ?1 AND seq < ?2",
                params![id.as_bytes(), self.below],
                |row| row.get::<_, i64>(0),
            )?
            .is_some())
    }

    fn knows_blob(&self, digest: &Digest) -> Result<bool> {
        Ok(self
            .one(
                "SELECT 1 FROM blob WHERE digest = ?1",
                [digest.as_bytes()],
                |row| row.get::<_, i64>(0),
            )?
            .is_some())
    }

    fn root_at(&self, size: u64) -> Result<Digest> {
        log::root(self, size)
            .map(|root| Digest(root.into()))
            .map_err(tree_error)
    }
}

impl Records for View<'_> {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        if let Some(checker) = self.checker {
            checker.check(self, table, &Shard::of(table, key).prefix)?;
        }
        self.one(
            "SELECT value FROM state WHERE kind = ?1 AND key = ?2",
            [table.as_str(), key],
            |row| row.get(0),
        )
    }

    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        if let Some(checker) = self.checker {
            checker.check(self, table, prefix)?;
        }
        // Keys are ASCII, so that the character after `~` ends every prefix.
        self.many(
            "SELECT key, value FROM state WHERE kind = ?1 AND key >= ?2 AND key < ?2 || x'7f' ORDER BY key",
            [table.as_str(), prefix],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

/// What is wrong with a stored tree, in the words of the ledger.
pub(super) fn tree_error(error: log::TreeError<Error>) -> Error {
    match error {
        log::TreeError::Storage(error) => error,
        other => damaged(&other.to_string()),
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let part = |salt: Vec<u8>, bytes: Vec<u8>| Part {
        salt: Base64(salt),
        bytes: Base64(bytes),
    };
    let personal = match (row.get(9)?, row.get(10)?) {
        (Some(salt), Some(bytes)) => Some(part(salt, bytes)),
        (None, None) => None,
        _ => return Err(unreadable(9, "half of a personal part".to_owned())),
    };
    let seq = unsigned_row(row, 0)?;
    Ok(Entry {
        seq,
        hash: fixed_row(row, 1, Digest::from_slice)?,
        id: fixed_row(row, 2, Id::from_slice)?,
        author: fixed_row(row, 3, Id::from_slice)?,
        kind: row.get(4)?,
        made_at: row.get(5)?,
        envelope: row.get(6)?,
        facts: part(row.get(7)?, row.get(8)?),
        personal,
        nodes: row.get(11)?,
        root: fixed_row(row, 12, Digest::from_slice)?,
        cosignature: StoredCosignature {
            size: seq.saturating_add(1),
            custodian: fixed_row(row, 13, Id::from_slice)?,
            time: row.get(14)?,
            sig: row.get(15)?,
        },
        cosigners: unsigned_row(row, 16)?,
    })
}

fn fixed_row<T>(row: &Row<'_>, at: usize, read: fn(&[u8]) -> Option<T>) -> rusqlite::Result<T> {
    let bytes: Vec<u8> = row.get(at)?;
    read(&bytes).ok_or_else(|| unreadable(at, "a value of another length".to_owned()))
}

/// A value that this program never wrote.
fn unreadable(at: usize, why: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Blob, why.into())
}

fn unsigned_row(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(at)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, value))
}

fn unsigned(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| damaged("a number below zero"))
}

pub(super) fn signed(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| damaged("a number too large"))
}
