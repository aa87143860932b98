//! A bundle in memory, and the files it consists of (docs/formats.md, section 18).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::Evidence;
use super::trust::Trust;
use super::{guide, sums};
use crate::crypto::canonical;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::part::Part;
use crate::error::{Error, Result};
use crate::log::{Hash, SignedCheckpoint, TlogProof};

/// The file that says everything as data.
pub const EVIDENCE: &str = "evidence.json";
/// The file of digests.
pub const SUMS: &str = "SHA256SUMS";
/// The file of keys.
pub const TRUST: &str = "trust.json";
/// The file of the checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The file of the consistency proof.
pub const CONSISTENCY: &str = "consistency";
/// The folder of signatures of [`SUMS`], which it does not cover.
pub const SIGNATURES: &str = "signatures/";
/// The page to read.
pub const PAGE: &str = "index.html";

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
    /// Files by which outsiders vouch for checkpoints: name, bytes.
    pub outside: Vec<(String, Vec<u8>)>,
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

/// The file of an entry's parts, where its facts are disclosed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartsFile {
    /// Its facts.
    pub facts: Part,
    /// Its personal part, where that is there and disclosed.
    pub personal: Option<Part>,
}

/// The name of an entry's envelope.
#[must_use]
pub fn envelope_name(seq: u64) -> String {
    format!("statements/{seq:08}.dsse.json")
}

/// The name of an entry's parts.
#[must_use]
pub fn parts_name(seq: u64) -> String {
    format!("statements/{seq:08}.parts.json")
}

/// The name of an entry's proof.
#[must_use]
pub fn proof_name(seq: u64) -> String {
    format!("proofs/{seq:08}.tlog-proof")
}

/// The name of somebody's signature of [`SUMS`].
#[must_use]
pub fn signature_name(custodian: &Id) -> String {
    format!("{SIGNATURES}{custodian}.sshsig")
}

/// The name of a file of a time-stamp: its `token`, the `body` it is over, or the `consistency` of that with
/// the checkpoint.
#[must_use]
pub fn timestamp_name(seq: u64, what: &str) -> String {
    format!("timestamps/{seq:08}.{what}")
}

/// The name of a file of a witness's cosignature: the `checkpoint` with its line, or the `consistency` of that
/// with the bundle's.
#[must_use]
pub fn witness_name(seq: u64, what: &str) -> String {
    format!("witnesses/{seq:08}.{what}")
}

impl Bundle {
    /// Every file but digests and signatures. `views` are those that are made from this for people and for
    /// other programs: the page, tables, other formats.
    ///
    /// # Errors
    /// Failed, code `internal`.
    pub fn files(&self, views: Vec<(String, Vec<u8>)>) -> Result<BTreeMap<String, Vec<u8>>> {
        let mut files: BTreeMap<String, Vec<u8>> = views.into_iter().collect();
        let mut put = |name: String, bytes: Vec<u8>| files.insert(name, bytes);
        put(EVIDENCE.to_owned(), lined(&self.evidence)?);
        put(TRUST.to_owned(), lined(&self.trust)?);
        put("policy".to_owned(), self.trust.policy().into_bytes());
        put(
            "allowed_signers".to_owned(),
            self.trust.allowed_signers()?.into_bytes(),
        );
        put(CHECKPOINT.to_owned(), self.checkpoint.clone().into_bytes());
        if let Some(proof) = &self.consistency {
            put(CONSISTENCY.to_owned(), proof.clone().into_bytes());
        }
        put(
            "VERIFY.md".to_owned(),
            guide::text(&self.evidence, &self.trust).into_bytes(),
        );
        for (name, bytes) in &self.outside {
            put(name.clone(), bytes.clone());
        }
        let checkpoint = SignedCheckpoint::parse(self.checkpoint.as_bytes())
            .map_err(|error| Error::failed("internal", "the checkpoint is none").because(error))?;
        for one in &self.statements {
            put(envelope_name(one.seq), one.envelope.clone());
            if let Some(facts) = &one.facts {
                let parts = PartsFile {
                    facts: facts.clone(),
                    personal: one.personal.clone(),
                };
                put(parts_name(one.seq), lined(&parts)?);
            }
            let proof = TlogProof::new(one.seq, one.path.clone(), checkpoint.clone());
            put(proof_name(one.seq), proof.to_string().into_bytes());
        }
        Ok(files)
    }
}

/// Adds the digests of all files, and the first signature of them; returns the digests' digest.
///
/// # Errors
/// What `sign` says.
pub fn close(
    files: &mut BTreeMap<String, Vec<u8>>,
    exporter: &Id,
    sign: impl FnOnce(&[u8]) -> Result<String>,
) -> Result<Digest> {
    let sums = sums::of(files.iter().map(|(name, bytes)| (name.as_str(), &**bytes)));
    let digest = Digest::of(sums.as_bytes());
    let signature = sign(sums.as_bytes())?;
    files.insert(SUMS.to_owned(), sums.into_bytes());
    files.insert(signature_name(exporter), signature.into_bytes());
    Ok(digest)
}

/// A value in its one spelling, and a line's end.
fn lined<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    let mut bytes = canonical::write(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads what [`lined`] writes.
///
/// # Errors
/// Verification, code `bad-json`.
pub fn read_lined<T: Serialize + serde::de::DeserializeOwned>(
    bytes: &[u8],
    what: &str,
) -> Result<T> {
    let line = bytes.strip_suffix(b"\n").ok_or_else(|| {
        Error::verification("bad-json", format!("{what} does not end with a line's end"))
    })?;
    canonical::read(line, what)
}
