//! What CloudTrail's files were found to say, and what an event was (docs/formats.md, section 6).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account_id::AccountId;
use super::register::words;
use super::text::Text;
use super::time::Time;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

/// A word as AWS writes it, such as an event's id or name: 1 to 128 of `A-Z a-z 0-9 . : _ -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word(String);

impl Word {
    /// Checks `text`.
    ///
    /// # Errors
    /// Usage, code `bad-word`.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let good = |c: char| c.is_ascii_alphanumeric() || ".:_-".contains(c);
        if text.is_empty() || text.len() > 128 || !text.chars().all(good) {
            return Err(Error::usage(
                "bad-word",
                "this has 1 to 128 letters, digits and .:_-",
            ));
        }
        Ok(Self(text))
    }

    /// As AWS writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?)
            .map_err(|error| serde::de::Error::custom(error.message()))
    }
}

words! {
    /// Why an event is not explained.
    Reason {
        /// Nothing in the ledger was to use this root user at all.
        NoRelease "no-release",
        /// Something was, at another time.
        OutsideWindow "outside-window",
        /// A release was in effect, and not of the password.
        OtherSecret "other-secret",
        /// It was signed in without MFA, and the account has one.
        NoMfa "no-mfa",
        /// It failed, or was denied.
        Failed "failed",
        /// The root user's password, address, MFA or phone changes; or somebody asks for that.
        CredentialChange "credential-change",
        /// An access key of the root user was made or used.
        AccessKey "access-key",
        /// A member's root user was taken on, and no task was to.
        NoTask "no-task",
        /// A task was in effect, and for something else.
        OtherTask "other-task",
        /// It was done in a session that is not explained itself.
        Session "session",
        /// It was done in a session whose beginning is in none of the files.
        SessionUnknown "session-unknown",
        /// It was done with a session's key after the session's 900 seconds.
        SessionOver "session-over",
        /// A release was in effect, and was closed as not used.
        ClosedUnused "closed-unused",
        /// Who can reach root users was changed.
        Management "management",
        /// It names no account.
        NoAccount "no-account",
        /// It was changed in a release and sealed anew, and nobody but the sealer has found that this works.
        SealedAlone "sealed-alone",
    }
}

words! {
    /// What an event was.
    Was {
        /// Work of this organisation that nobody had announced.
        Ours "ours",
        /// Somebody's mistake.
        Mistake "mistake",
        /// AWS itself, or its Support.
        Aws "aws",
        /// A trial.
        Test "test",
        /// An attack.
        Attack "attack",
        /// Something else.
        Other "other",
    }
}

/// One of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailFile {
    /// SHA-256 of the file as it came, packed or not.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// How many records it has.
    pub records: u64,
}

/// The files together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailFiles {
    /// How many, the same one counted once.
    pub count: u64,
    /// Their length.
    pub bytes: u64,
    /// SHA-256 over their digests in hex, in order, each with a line feed.
    pub digest: Digest,
    /// Each, in order of digest; none where there are more than [`LISTED_FILES`].
    pub listed: Vec<TrailFile>,
}

/// The most files that are named one by one.
pub const LISTED_FILES: usize = 256;
/// The most events that are not explained, in one statement.
pub const EVENTS: usize = 1_024;
/// The most gaps that are named.
pub const GAPS: usize = 256;
/// The most releases that left no trace, in one statement.
pub const MISSING: usize = 256;

/// Hours in which a region of an account has no record, though it has before and after.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Whose records.
    pub account: AccountId,
    /// Of which region.
    pub region: Word,
    /// From when on.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

/// Something that was to leave a trace, and did not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// Leaf hash of the request, or of the drill's start.
    pub subject: Digest,
    /// In which account.
    pub account: AccountId,
}

/// An event that is not explained.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unexplained {
    /// When it happened.
    pub at: Time,
    /// AWS's id of it.
    pub event: Word,
    /// What it is called.
    pub name: Word,
    /// Whose root user, or where.
    pub account: Option<AccountId>,
    /// Why nothing explains it.
    pub reason: Reason,
    /// Where it is outside a window: by how many seconds.
    pub off: Option<u64>,
}

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Records in the files.
    pub records: u64,
    /// Events of root users by people, and of what reaches them, within the period; each once.
    pub events: u64,
    /// Those of them that something explains.
    pub explained: u64,
    /// Events that AWS's services made under a root user's name; they are apart.
    pub service: u64,
}

/// Facts of `reconcile`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconcile {
    /// What was read.
    pub files: TrailFiles,
    /// From when on.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// How many.
    pub counts: Counts,
    /// From how many hours on a gap is one.
    pub gap_hours: u32,
    /// The longest first.
    pub gaps: Vec<Gap>,
    /// How many gaps more there are.
    pub more_gaps: u64,
    /// In order, each once.
    pub missing: Vec<Missing>,
    /// In order, each once.
    pub unexplained: Vec<Unexplained>,
}

/// Who and where from, as a record has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// Where from.
    pub address: Option<Text>,
    /// With what.
    pub agent: Option<Text>,
    /// As whom.
    pub who: Option<Text>,
}

/// Personal part of `reconcile`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReconcilePersonal {
    /// In the order of what is not explained.
    pub traces: Vec<Traces>,
}

/// An event by what names it: AWS's ids alone are only as unique as their files are honest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventName {
    /// AWS's id of it.
    pub event: Word,
    /// Whose root user, or where.
    pub account: Option<AccountId>,
}

/// Facts of `event.explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// Which, in order, each once.
    pub events: Vec<EventName>,
    /// What they were.
    pub was: Was,
}

/// Personal part of `event.explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainPersonal {
    /// How that is known.
    pub text: Text,
}

/// Facts of `reconcile.void`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoidReconcile {
    /// Leaf hash of the `reconcile`.
    pub reconcile: Digest,
}

/// Personal part of `reconcile.void`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoidReconcilePersonal {
    /// Why nothing of it is to count.
    pub reason: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_bounded_on_both_sides() {
        for good in ["1111", "ConsoleLogin", "us-east-1", &"a".repeat(128)] {
            assert!(Word::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "é", "a\n", &"a".repeat(129)] {
            assert!(Word::new(bad).is_err(), "{bad:?}");
        }
    }
}
