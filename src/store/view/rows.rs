//! Rows as they are stored, and how each is read from the database.

use rusqlite::Row;

use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::part::Part;
use crate::error::Result;
use crate::state::Table;
use crate::statement::Parts;
use crate::store::damaged;

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

/// Who made a leaf, and when, as it is stored.
#[derive(Clone, Debug)]
pub struct Dated {
    /// Its index.
    pub seq: u64,
    /// Its author.
    pub author: Id,
    /// Its time.
    pub made_at: i64,
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

/// Selects what [`entry`] reads.
pub(super) const ENTRY: &str = "SELECT seq, hash, id, author, kind, made_at, envelope, facts_salt, facts, \
     personal_salt, personal, nodes, root, appender, cosigned_at, cosignature, cosigners FROM leaf";

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
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

pub(super) fn fixed_row<T>(
    row: &Row<'_>,
    at: usize,
    read: fn(&[u8]) -> Option<T>,
) -> rusqlite::Result<T> {
    let bytes: Vec<u8> = row.get(at)?;
    read(&bytes).ok_or_else(|| unreadable(at, "a value of another length".to_owned()))
}

/// A value that this program never wrote.
pub(super) fn unreadable(at: usize, why: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Blob, why.into())
}

pub(super) fn unsigned_row(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(at)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, value))
}

pub(super) fn unsigned(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| damaged("a number below zero"))
}

pub(in crate::store) fn signed(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| damaged("a number too large"))
}
