//! All that lies in the file, for whoever holds it against what ought to.

use rusqlite::types::FromSqlError;

use super::View;
use super::rows::{signed, unsigned};
use crate::error::Result;
use crate::store::{damaged, failed};

impl View<'_> {
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

    /// Everything that the database's schema holds, in order.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub(in crate::store) fn schema(&self) -> Result<Vec<String>> {
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
    pub(in crate::store) fn counts(&self) -> Result<Vec<String>> {
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
        Ok(self.schema()? == crate::store::database::expected_schema()?)
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
