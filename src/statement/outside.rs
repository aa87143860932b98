//! What outsiders say of the log: time-stamps and witnesses' cosignatures (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::header::Seen;
use super::text::Text;
use super::time::Time;
use super::trails::Word;
use crate::crypto::fixed::Digest;
use crate::crypto::timestamp::Token;
use crate::error::{Error, Result};

/// Facts of `timestamp`: what its token says, which is its blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    /// The checkpoint.
    pub at: Seen,
    /// When, by the authority's clock.
    pub time: Time,
    /// SHA-256 of the token.
    pub token: Digest,
    /// The policy that the authority works by: an object identifier.
    pub policy: Word,
    /// The token's number, in hex.
    pub serial: Word,
    /// SHA-256 of the certificate that has signed it.
    pub certificate: Digest,
    /// The certificate's subject.
    pub authority: Text,
}

impl Timestamp {
    /// What is stated of a token that was checked.
    ///
    /// # Errors
    /// Usage, code `bad-timestamp`, where it says what no statement can.
    pub fn of(at: Seen, token: &Token, bytes: &[u8]) -> Result<Self> {
        let bad = |why: &dyn std::fmt::Display| {
            Error::usage("bad-timestamp", "the time-stamp can't be stated").because(why)
        };
        Ok(Self {
            at,
            time: Time::from_seconds(token.time)
                .ok_or_else(|| bad(&"its time is not of the years 1970 to 9999"))?,
            token: Digest::of(bytes),
            policy: Word::new(&token.policy).map_err(|error| bad(&error))?,
            serial: Word::new(&token.serial).map_err(|error| bad(&error))?,
            certificate: token.certificate,
            authority: Text::new(token.authority.as_str()).map_err(|error| bad(&error))?,
        })
    }
}

/// Facts of `witness`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The checkpoint.
    pub at: Seen,
    /// The verifier key of the witness, as C2SP signed-note writes it.
    pub vkey: Text,
    /// The signature line, without its line break.
    pub line: Text,
}
