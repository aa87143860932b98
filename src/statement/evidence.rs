//! Exports of evidence (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::Kind;
use super::header::Seen;
use super::time::Date;
use crate::crypto::fixed::Digest;

/// Facts of `evidence.export`: a bundle was made and signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exported {
    /// The checkpoint that it was made at.
    pub at: Seen,
    /// The checkpoint of the bundle before, which it continues.
    pub since: Option<Seen>,
    /// First day of its period (UTC).
    pub from: Date,
    /// Last day of its period (UTC).
    pub to: Date,
    /// Index of the first entry in it.
    pub first: u64,
    /// Index after the last entry in it.
    pub end: u64,
    /// Kinds of entries that it discloses, in order of their words; none: every kind.
    pub scope: Vec<Kind>,
    /// Kinds that it withholds though they are in scope, in order of their words.
    pub withheld: Vec<Kind>,
    /// Whether personal parts were left out.
    pub redacted: bool,
    /// SHA-256 of its `SHA256SUMS`.
    pub sums: Digest,
}

impl Exported {
    /// Whether it has what entries of a kind say of people.
    #[must_use]
    pub fn tells(&self, kind: Kind) -> bool {
        let in_scope = self.scope.is_empty() || self.scope.contains(&kind);
        !self.redacted && in_scope && !self.withheld.contains(&kind)
    }
}
