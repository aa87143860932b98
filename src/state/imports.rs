//! An import whose statements have not all followed yet, as a record.

use serde::{Deserialize, Serialize};

use super::people::ONE;
use super::records::{Record, Records, Table, read};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::Time;

/// The import that the next entries belong to. There is none at the end of a good log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// Index of the import's leaf.
    pub index: u64,
    /// Who brings them in.
    pub importer: Id,
    /// When: the time by which they are judged.
    pub made_at: Time,
    /// Leaf hashes of those that are still to follow, in their order.
    pub left: Vec<Digest>,
}

impl Record for ImportRecord {
    const TABLE: Table = Table::Import;
}

impl ImportRecord {
    /// The import that is not complete, if there is one.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records) -> Result<Option<Self>> {
        read(records, ONE)
    }
}
