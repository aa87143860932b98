//! Runbooks: a version of a script that people go by (docs/formats.md, section 6; docs/runbooks.md).

use serde::{Deserialize, Serialize};

use super::text::Name;
use crate::crypto::fixed::Digest;

/// Facts of `runbook.add`. Its personal part is [`super::drills::Noted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddRunbook {
    /// What it is called.
    pub runbook: Name,
    /// Which version, counted from 1.
    pub version: u32,
    /// Of the blob that is the file.
    pub file: Digest,
}
