//! Exports of evidence (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

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
    /// Whether personal parts were left out.
    pub redacted: bool,
    /// SHA-256 of its `SHA256SUMS`.
    pub sums: Digest,
}
