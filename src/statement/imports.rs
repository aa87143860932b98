//! Bringing in what was stated away from the ledger (docs/formats.md, sections 6 and 10).

use serde::{Deserialize, Serialize};

use crate::crypto::fixed::Digest;

/// The most statements that one import announces.
pub const IMPORT_LIMIT: usize = 256;

/// Facts of `import`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Leaf hashes of the statements that are the next entries, in their order.
    pub statements: Vec<Digest>,
}
