//! The erasing of what a statement says of people (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::register::words;
use crate::crypto::fixed::Digest;

words! {
    /// On what ground something is erased: this stays, whatever becomes of the reason.
    Ground {
        /// Whom it is about has asked for it.
        Asked "asked",
        /// It ought never to have been written.
        Mistake "mistake",
        /// It has been kept for as long as it was needed.
        Expired "expired",
        /// An authority or a court has ordered it.
        Ordered "ordered",
    }
}

/// Facts of `erase`. Its personal part is [`super::decisions::RejectPersonal`]: why, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// Leaf hash of the statement whose personal part goes.
    pub subject: Digest,
    /// On what ground.
    pub ground: Ground,
}
