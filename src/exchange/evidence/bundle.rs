//! A bundle in memory, and the files it consists of (docs/formats.md, section 18).

use super::model::Evidence;
use super::trust::Trust;
use crate::crypto::part::Part;
use crate::log::Hash;

/// What a bundle is made of; its other files are made from this.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it says.
    pub evidence: Evidence,
    /// The checkpoint with its cosignatures, as a signed note.
    pub checkpoint: String,
    /// The proof that the checkpoint continues the one of the bundle before, as `add-checkpoint` of C2SP
    /// tlog-witness.
    pub consistency: Option<String>,
    /// Whose keys count.
    pub trust: Trust,
    /// Each entry of the range, in order of index.
    pub statements: Vec<Enclosed>,
    /// Time-stamp tokens: name of the file, bytes.
    pub timestamps: Vec<(String, Vec<u8>)>,
}

/// One entry with its proof.
#[derive(Clone, Debug)]
pub struct Enclosed {
    /// Its index.
    pub seq: u64,
    /// Its envelope, as signed.
    pub envelope: Vec<u8>,
    /// Its facts, where they are disclosed.
    pub facts: Option<Part>,
    /// Its personal part, where that is there and disclosed.
    pub personal: Option<Part>,
    /// The audit path from its leaf to the checkpoint's root.
    pub path: Vec<Hash>,
}

/// The name of an entry's file, without what kind of file it is.
#[must_use]
pub fn stem(seq: u64) -> String {
    format!("{seq:08}")
}
