//! What was erased, as records.

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, read};
use super::rules::leaf_key;
use crate::crypto::fixed::Digest;
use crate::error::Result;

/// The erasing of one statement's personal part, by that statement's leaf hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedRecord {
    /// Leaf hash of what proposed it.
    pub by: Digest,
    /// Index of the entry that put it into effect.
    pub index: u64,
}

impl Record for ErasedRecord {
    const TABLE: Table = Table::Erased;
}

impl ErasedRecord {
    /// How a statement's personal part was erased, if it was.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, subject: &Digest) -> Result<Option<Self>> {
        read(records, &leaf_key(subject))
    }
}
