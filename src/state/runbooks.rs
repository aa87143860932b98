//! Runbooks as records.

use serde::{Deserialize, Serialize};

use super::records::{Record, Table};
use crate::crypto::fixed::Digest;

/// A version that governance has agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedVersion {
    /// Leaf hash of what proposed it.
    pub leaf: Digest,
    /// Digest of the file.
    pub file: Digest,
    /// Index of the entry that put it in effect.
    pub since: u64,
}

/// A runbook, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookRecord {
    /// The first version first; the last is the one in effect.
    pub versions: Vec<PublishedVersion>,
}

impl RunbookRecord {
    /// The number that the next version has.
    #[must_use]
    pub fn next(&self) -> u32 {
        u32::try_from(self.versions.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1)
    }
}

impl Record for RunbookRecord {
    const TABLE: Table = Table::Runbook;
}
