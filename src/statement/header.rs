//! Headers, drafts and statements: from untrusted bytes to a checked one, and from a draft to a
//! signed one (docs/formats.md, sections 2 and 3).

use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};

use super::claim::{Claim, Kind};
use super::time::Time;
use crate::crypto::canonical;
use crate::crypto::dsse::{self, UntrustedEnvelope};
use crate::crypto::ed25519::{PublicKey, SigningKey};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::part::{Part, PartName};
use crate::error::{Error, Result};

/// DSSE payload type of a header.
pub const STATEMENT_TYPE: &str = "application/vnd.rootkeep.statement.v1+json";
/// The most bytes of an envelope.
pub const LEAF_LIMIT: usize = 65_535;

/// The log as the author saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// How many leaves.
    pub size: u64,
    /// The tree's root over them.
    pub root: Digest,
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of the format: 1.
    pub v: u8,
    /// The ledger.
    pub ledger: Digest,
    /// Of this statement.
    pub id: Id,
    /// Who claims it.
    pub author: Id,
    /// The kind's word.
    pub kind: String,
    /// By the author's clock.
    pub made_at: Time,
    /// What the author saw.
    pub seen: Seen,
    /// Commitment of the facts.
    pub facts: Digest,
    /// Commitment of the personal part.
    pub personal: Option<Digest>,
}

/// The parts of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Kept for ever.
    pub facts: Part,
    /// `None` where the kind has none, or it was erased or withheld.
    pub personal: Option<Part>,
}

/// Something to say, not yet signed: a claim with its salted parts and the blobs that go with it.
#[derive(Clone, Debug)]
pub struct Draft {
    claim: Claim,
    id: Id,
    parts: Parts,
    blobs: Vec<Vec<u8>>,
}

impl Draft {
    /// Salts the parts of `claim` and gives it a random id.
    ///
    /// # Errors
    /// Failed without randomness; usage, codes `part-too-large`, `out-of-bounds`.
    pub fn new(rng: &dyn SecureRandom, claim: Claim, blobs: Vec<Vec<u8>>) -> Result<Self> {
        let facts = Part::new(rng, claim.facts_bytes()?)?;
        if let Some(why) = claim.out_of_bounds(facts.bytes.0.len()) {
            return Err(
                Error::usage("out-of-bounds", "a statement can't say so much").because(why),
            );
        }
        let personal = claim
            .personal_bytes()?
            .map(|bytes| Part::new(rng, bytes))
            .transpose()?;
        Ok(Self {
            id: Id::random(rng)?,
            parts: Parts { facts, personal },
            claim,
            blobs,
        })
    }

    /// The claim.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// The bytes of the facts: for a genesis, the charter.
    #[must_use]
    pub fn facts_bytes(&self) -> &[u8] {
        &self.parts.facts.bytes.0
    }

    /// Signs the draft into a statement.
    ///
    /// # Errors
    /// Failed, code `internal`; usage, code `leaf-too-large`.
    pub fn sign(
        self,
        ledger: Digest,
        author: Id,
        key: &SigningKey,
        made_at: Time,
        seen: Seen,
    ) -> Result<(Statement, Vec<Vec<u8>>)> {
        let header = Header {
            v: 1,
            ledger,
            id: self.id,
            author,
            kind: self.claim.kind().as_str().to_owned(),
            made_at,
            seen,
            facts: self.parts.facts.commitment(PartName::Facts),
            personal: self
                .parts
                .personal
                .as_ref()
                .map(|part| part.commitment(PartName::Personal)),
        };
        let envelope = dsse::seal(STATEMENT_TYPE, &canonical::write(&header)?, key);
        if envelope.len() > LEAF_LIMIT {
            return Err(Error::usage(
                "leaf-too-large",
                "a statement's header is too large",
            ));
        }
        let statement = Statement {
            leaf: leaf_hash(&envelope),
            kind: self.claim.kind(),
            envelope,
            header,
            claim: self.claim,
            parts: self.parts,
        };
        Ok((statement, self.blobs))
    }
}

/// An envelope that was read but whose signature is not checked yet.
#[derive(Clone, Debug)]
pub struct UntrustedStatement {
    bytes: Vec<u8>,
    envelope: UntrustedEnvelope,
    header: Header,
    kind: Kind,
}

impl UntrustedStatement {
    /// Takes an envelope apart.
    ///
    /// # Errors
    /// Verification: `leaf-too-large`, `bad-envelope`, `bad-json`, `unknown-kind`, `bad-header`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > LEAF_LIMIT {
            return Err(Error::verification(
                "leaf-too-large",
                "a leaf has more than 65,535 bytes",
            ));
        }
        let envelope = UntrustedEnvelope::parse(bytes)?;
        let header: Header = canonical::read(envelope.untrusted_payload(), "a header")?;
        if header.v != 1 {
            return Err(Error::verification(
                "bad-header",
                format!(
                    "a header is of version {}; this program knows version 1",
                    header.v
                ),
            ));
        }
        let kind = Kind::parse(&header.kind)?;
        if header.personal.is_some() != Claim::has_personal(kind) {
            return Err(Error::verification(
                "bad-header",
                "a header's personal commitment does not fit its kind",
            ));
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            envelope,
            header,
            kind,
        })
    }

    /// Who claims to be the author.
    #[must_use]
    pub fn claimed_author(&self) -> Id {
        self.header.author
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The leaf's hash.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        leaf_hash(&self.bytes)
    }

    /// The header, not yet believed.
    #[must_use]
    pub fn untrusted_header(&self) -> &Header {
        &self.header
    }

    /// What was signed, and the signature, where both are checked elsewhere: `verify` does that on
    /// all cores.
    ///
    /// # Errors
    /// Verification, codes `wrong-type`, `bad-signature` where type or key id don't fit.
    pub fn signature_of(&self, key: &PublicKey) -> Result<(Vec<u8>, Vec<u8>)> {
        self.envelope.signature_of(STATEMENT_TYPE, key)
    }

    /// Checks the signature only.
    ///
    /// # Errors
    /// Verification, code `bad-signature`, `wrong-type`.
    pub fn verify_signature(&self, key: &PublicKey) -> Result<()> {
        self.envelope.verify(STATEMENT_TYPE, key).map(|_| ())
    }

    /// Checks the signature and the parts, and reads the claim. `parts.personal` may be missing
    /// (erased, withheld): whether it may, is for the caller.
    ///
    /// # Errors
    /// Verification: `bad-signature`, `wrong-type`, `part-mismatch`, `bad-json`, `stray-part`,
    /// `out-of-bounds`.
    pub fn verify(self, key: &PublicKey, parts: Parts) -> Result<Statement> {
        self.verify_signature(key)?;
        self.with_parts(parts)
    }

    /// Checks the parts and reads the claim, where the signature is checked elsewhere: `verify`
    /// does that on all cores.
    ///
    /// # Errors
    /// As [`Self::verify`], but for signatures.
    pub fn with_parts(self, parts: Parts) -> Result<Statement> {
        parts.facts.check(PartName::Facts, &self.header.facts)?;
        match (&parts.personal, &self.header.personal) {
            (Some(part), Some(expected)) => part.check(PartName::Personal, expected)?,
            (Some(_), None) => {
                return Err(Error::verification(
                    "stray-part",
                    "a personal part that nobody signed",
                ));
            }
            (None, _) => {}
        }
        let claim = Claim::parse(
            self.kind,
            &parts.facts.bytes.0,
            parts.personal.as_ref().map(|part| part.bytes.0.as_slice()),
        )?;
        if let Some(why) = claim.out_of_bounds(parts.facts.bytes.0.len()) {
            return Err(Error::verification(
                "out-of-bounds",
                "a statement says more than statements may",
            )
            .because(why));
        }
        Ok(Statement {
            leaf: leaf_hash(&self.bytes),
            kind: self.kind,
            envelope: self.bytes,
            header: self.header,
            claim,
            parts,
        })
    }
}

/// A statement whose signature and parts were checked, or that was just signed here.
#[derive(Clone, Debug)]
pub struct Statement {
    envelope: Vec<u8>,
    leaf: Digest,
    kind: Kind,
    header: Header,
    claim: Claim,
    parts: Parts,
}

impl Statement {
    /// The bytes of the leaf.
    #[must_use]
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// The leaf's hash: what others refer to.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        self.leaf
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The content.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.parts
    }
}

/// RFC 6962 section 2.1: the hash of a leaf.
#[must_use]
pub fn leaf_hash(envelope: &[u8]) -> Digest {
    Digest::of_all(&[&[0x00], envelope])
}
