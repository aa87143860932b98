//! Slips: what travels between the ledger and a machine that never sees it (docs/formats.md, section
//! 16). A request slip carries the log, so that the other machine can judge all of it by itself; an
//! answer slip carries one statement. Each is one canonical JSON inside one age file.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::founding::FiledCard;
use super::header::{Parts, UntrustedStatement};
use super::time::Time;
use crate::crypto::canonical;
use crate::crypto::dsse::{self, UntrustedEnvelope};
use crate::crypto::ed25519::{PublicKey, SigningKey};
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::part::Part;
use crate::error::{Error, Result};

/// The most bytes of a slip, decrypted.
pub const SLIP_LIMIT: usize = 64 << 20;
/// DSSE payload type of a request slip's head.
const HEAD_TYPE: &str = "application/vnd.rootkeep.slip.v1+json";
const REQUEST_SCHEMA: &str = "rootkeep/v1/slip.request";
const ANSWER_SCHEMA: &str = "rootkeep/v1/slip.answer";

/// Who asks whom about what: signed by the one who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipHead {
    /// Version of the format: 1.
    pub v: u8,
    /// The ledger.
    pub ledger: Digest,
    /// Who wrote the slip, and gets the answer.
    pub by: Id,
    /// Whom it is for.
    pub to: Id,
    /// When, by the writer's clock.
    pub made_at: Time,
    /// Leaf hash of what is asked about; null where only the log is handed over.
    pub subject: Option<Digest>,
    /// Digest of the body.
    pub body: Digest,
}

/// An entry of the log without its personal part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BareEntry {
    /// The leaf.
    pub envelope: Base64,
    /// Its facts.
    pub facts: Part,
}

/// The log, and what its reader needs besides to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipBody {
    /// Every entry, in order.
    pub entries: Vec<BareEntry>,
    /// The subject's personal part, where its kind has one.
    pub personal: Option<Part>,
    /// The personal part of everybody's card, in order of id: names that look alike are told apart.
    pub people: Vec<FiledCard>,
    /// The head's signed note, with its cosignatures.
    pub checkpoint: String,
    /// Ciphertexts of the reader's own shares that the subject concerns, in order.
    pub blobs: Vec<Base64>,
}

/// A request slip, of which nothing is believed yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UntrustedRequestSlip {
    schema: String,
    head: Base64,
    body: SlipBody,
}

/// The head of a request slip, of which nothing is believed yet.
pub struct UntrustedHead {
    envelope: UntrustedEnvelope,
    head: SlipHead,
}

impl UntrustedHead {
    /// What the head says.
    #[must_use]
    pub fn untrusted(&self) -> &SlipHead {
        &self.head
    }

    /// That this key has signed the head.
    ///
    /// # Errors
    /// Verification, codes `wrong-type`, `bad-signature`.
    pub fn verify(&self, key: &PublicKey) -> Result<()> {
        self.envelope.verify(HEAD_TYPE, key).map(|_| ())
    }
}

impl SlipBody {
    /// What the head signs of the body.
    ///
    /// # Errors
    /// Failed, code `internal`.
    pub fn digest(&self) -> Result<Digest> {
        Ok(Digest::of_all(&[
            b"rootkeep/slip/v1\n",
            &canonical::write(self)?,
        ]))
    }
}

/// Signs and writes a request slip.
///
/// # Errors
/// Refused, code `slip-too-large`, above [`SLIP_LIMIT`].
pub fn write_request(head: &SlipHead, body: SlipBody, key: &SigningKey) -> Result<Vec<u8>> {
    let slip = UntrustedRequestSlip {
        schema: REQUEST_SCHEMA.to_owned(),
        head: Base64(dsse::seal(HEAD_TYPE, &canonical::write(head)?, key)),
        body,
    };
    bounded(canonical::write(&slip)?)
}

impl UntrustedRequestSlip {
    /// Reads a request slip's bytes.
    ///
    /// # Errors
    /// Verification, codes `not-a-slip`, `bad-json`; usage, code `wrong-slip`, for an answer.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        parse(bytes, REQUEST_SCHEMA)
    }

    /// Takes the head apart. The body is the one that the head names.
    ///
    /// # Errors
    /// Verification, codes `bad-envelope`, `bad-json`, `slip-altered`.
    pub fn head(&self) -> Result<UntrustedHead> {
        let envelope = UntrustedEnvelope::parse(&self.head.0)?;
        let head: SlipHead = canonical::read(envelope.untrusted_payload(), "a slip's head")?;
        if head.v != 1 {
            return Err(Error::verification(
                "not-a-slip",
                format!("a slip of version {}; this program knows version 1", head.v),
            ));
        }
        if head.body != self.body.digest()? {
            return Err(Error::verification(
                "slip-altered",
                "the slip's head and body don't belong together",
            )
            .hint("ask for a fresh one: rootkeep slip request"));
        }
        Ok(UntrustedHead { envelope, head })
    }

    /// The body.
    #[must_use]
    pub fn into_body(self) -> SlipBody {
        self.body
    }
}

/// An answer slip: one signed statement with its parts and blobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerSlip {
    schema: String,
    envelope: Base64,
    facts: Part,
    personal: Option<Part>,
    blobs: Vec<Base64>,
}

impl AnswerSlip {
    /// For a statement, with the blobs that it brings.
    #[must_use]
    pub fn new(envelope: &[u8], parts: &Parts, blobs: Vec<Vec<u8>>) -> Self {
        Self {
            schema: ANSWER_SCHEMA.to_owned(),
            envelope: Base64(envelope.to_vec()),
            facts: parts.facts.clone(),
            personal: parts.personal.clone(),
            blobs: blobs.into_iter().map(Base64).collect(),
        }
    }

    /// Writes the slip.
    ///
    /// # Errors
    /// Refused, code `slip-too-large`.
    pub fn write(&self) -> Result<Vec<u8>> {
        bounded(canonical::write(self)?)
    }

    /// Reads an answer slip's bytes.
    ///
    /// # Errors
    /// Verification, codes `not-a-slip`, `bad-json`; usage, code `wrong-slip`, for a request slip.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        parse(bytes, ANSWER_SCHEMA)
    }

    /// The statement, its parts and its blobs, none of which is believed yet.
    ///
    /// # Errors
    /// As [`UntrustedStatement::parse`].
    pub fn into_parts(self) -> Result<(UntrustedStatement, Parts, Vec<Vec<u8>>)> {
        let statement = UntrustedStatement::parse(&self.envelope.0)?;
        let parts = Parts {
            facts: self.facts,
            personal: self.personal,
        };
        let blobs = self.blobs.into_iter().map(|blob| blob.0).collect();
        Ok((statement, parts, blobs))
    }
}

fn bounded(bytes: Vec<u8>) -> Result<Vec<u8>> {
    if bytes.len() <= SLIP_LIMIT {
        return Ok(bytes);
    }
    Err(too_large(bytes.len()))
}

/// That a slip would have more bytes than anybody reads.
#[must_use]
pub fn too_large(bytes: usize) -> Error {
    Error::refused(
        "slip-too-large",
        format!("the slip would have {bytes} bytes or more; {SLIP_LIMIT} is the most"),
    )
    .hint("let the other person work on a copy of the ledger")
}

fn parse<T: Serialize + DeserializeOwned>(bytes: &[u8], schema: &str) -> Result<T> {
    let begins = |schema: &str| bytes.starts_with(format!("{{\"schema\":\"{schema}\",").as_bytes());
    if begins(schema) {
        return canonical::read(bytes, "the slip");
    }
    match [
        (REQUEST_SCHEMA, "slip sign"),
        (ANSWER_SCHEMA, "slip import"),
    ]
    .into_iter()
    .find(|(known, _)| begins(known))
    {
        Some((known, command)) => Err(Error::usage(
            "wrong-slip",
            format!("this is a {known}, and a {schema} is needed here"),
        )
        .hint(format!("rootkeep {command} FILE"))),
        None => Err(Error::verification(
            "not-a-slip",
            "what is in the file is not a slip that this version knows",
        )
        .hint("a newer rootkeep may have written it")),
    }
}
