//! Backups, and the promotion of a copy to writer (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::header::Seen;
use crate::crypto::fixed::Digest;

/// Facts of `copy.promote`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promote {
    /// The copy's head: what the old writer has entered after it is a fork.
    pub at: Seen,
    /// The writer's epoch from here on.
    pub epoch: u32,
}

/// Facts of `backup`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackedUp {
    /// The backup's head.
    pub at: Seen,
    /// SHA-256 of its file.
    pub file: Digest,
    /// The file's length.
    pub bytes: u64,
}

/// Facts of `backup.confirm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreTried {
    /// The head of what was restored.
    pub at: Seen,
    /// SHA-256 of the backup's file.
    pub file: Digest,
}
