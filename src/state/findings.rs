//! Accepted findings, as records.

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, read};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::statement::findings::{About, AcceptFinding, RuleId};

/// A finding that governance has accepted for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedRecord {
    /// What was accepted, and until when.
    pub facts: AcceptFinding,
    /// Leaf hash of what proposed it.
    pub leaf: Digest,
    /// Index of the entry that put it into effect.
    pub since: u64,
}

impl Record for AcceptedRecord {
    const TABLE: Table = Table::Accepted;
}

impl AcceptedRecord {
    /// The key of a record.
    #[must_use]
    pub fn key(rule: &RuleId, about: &About) -> String {
        format!("{rule}/{about}")
    }

    /// What was last accepted of a rule about something.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, rule: &RuleId, about: &About) -> Result<Option<Self>> {
        read(records, &Self::key(rule, about))
    }
}
