//! The rows as the rules ask for them: a tree, a log, and its records.

use rusqlite::params;

use super::View;
use super::rows::{signed, unsigned};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::log::{self, Hash, Nodes};
use crate::policy::{LeafInfo, LogView};
use crate::state::shard::Shard;
use crate::state::{Records, Table};
use crate::statement::UntrustedStatement;
use crate::statement::header::leaf_hash;
use crate::store::damaged;

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
                made_at: statement.untrusted_header().made_at,
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
pub(in crate::store) fn tree_error(error: log::TreeError<Error>) -> Error {
    match error {
        log::TreeError::Storage(error) => error,
        other => damaged(&other.to_string()),
    }
}
