//! Corrections and attachments: a wrong entry is never edited (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::crypto::fixed::Digest;

/// Personal part of `correct`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectPersonal {
    /// Why the entry is wrong.
    pub reason: Text,
    /// What it ought to say.
    pub text: Text,
}

/// Personal part of `attach`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachPersonal {
    /// The file's name, without folders.
    pub name: Text,
    /// Of the blob.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// Media type.
    pub media: Text,
}
