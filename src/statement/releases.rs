//! Request, reveal, close (docs/formats.md, sections 6 and 9).

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::crypto::fixed::{Digest, Id};

/// One secret that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The secret.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// Leaf hash of that epoch's seal.
    pub seal: Digest,
}

/// Facts of `request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What is asked for.
    pub secrets: Vec<Wanted>,
    /// Who will reveal and use it.
    pub operator: Id,
    /// One-time recipient of the re-encrypted shares.
    pub recipient: String,
    /// Digest of its identity, encrypted to the operator.
    pub identity: Digest,
    /// How long it may be revealed, from the leaf that puts it into effect.
    pub window_secs: u32,
}

/// Personal part of `request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestPersonal {
    /// Why.
    pub purpose: Text,
    /// What will be done.
    pub task: Option<Text>,
    /// Where it was agreed.
    pub ticket: Option<Text>,
}

/// How a secret was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// On the screen.
    Text,
    /// Into a file.
    File,
    /// As one-time codes.
    Totp,
    /// As a QR code.
    Qr,
    /// On paper, which stays.
    Paper,
}

/// A place in a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
}

/// Facts of `reveal`; durable before anything is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    /// Leaf hash of the request.
    pub request: Digest,
    /// The secret.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// How it was shown.
    pub form: Form,
    /// Shares that were sent and were not what they ought to be.
    pub bad: Vec<Place>,
}

/// How a release ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was used at AWS.
    Used,
    /// It was not needed.
    Unused,
    /// Something stopped it.
    Aborted,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Aborted => "aborted",
        }
    }
}

/// Facts of `close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Leaf hash of the request.
    pub request: Digest,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether what was revealed was changed at AWS afterwards.
    pub rotated: bool,
}

/// Personal part of `close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosePersonal {
    /// What was done.
    pub note: Text,
}
