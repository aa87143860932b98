//! Parts that were handed over later, of entries that a bundle shows as less: they have to be those of the very
//! envelope that is in the bundle (docs/formats.md, section 18).

use serde::Deserialize;
use serde_json::Value;

use super::{Files, Problem, Verdict};
use crate::crypto::fixed::Base64;
use crate::crypto::part::Part;
use crate::error::{Error, Result};
use crate::exchange::evidence::bundle::envelope_name;
use crate::statement::UntrustedStatement;
use crate::statement::header::Parts;

/// A line of what `rootkeep log --raw` writes (section 13).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: u64,
    envelope: Base64,
    facts: Part,
    personal: Option<Part>,
}

/// An entry whose parts fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Its index.
    pub seq: u64,
    /// Its kind's word.
    pub kind: String,
    /// What its facts say.
    pub facts: Value,
    /// What its personal part says, where that was handed over.
    pub personal: Option<Value>,
    /// Whether it has a personal part that was not.
    pub lacks_personal: bool,
}

/// Holds the lines of a file to a bundle's envelopes. What does not fit is a problem of the bundle's verdict; what
/// fits is returned, in the order of the lines.
pub fn check(files: &Files<'_>, name: &str, bytes: &[u8], verdict: &mut Verdict) -> Vec<Handed> {
    let mut all = Vec::new();
    let lines = bytes.split(|byte| *byte == b'\n');
    for (number, line) in (1u64..).zip(lines).filter(|(_, line)| !line.is_empty()) {
        let line: Line = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(error) => {
                let what = format!("line {number} is none of `rootkeep log --raw`: {error}");
                verdict.file(name, "bad-json", what);
                continue;
            }
        };
        let seq = line.seq;
        match one(files, line) {
            Ok(handed) => all.push(handed),
            Err(error) => verdict.add(Problem {
                file: Some(name.to_owned()),
                seq: Some(seq),
                code: error.code().to_owned(),
                message: format!("line {number}, of entry {seq}: {error}"),
            }),
        }
    }
    if bytes.iter().all(|byte| *byte == b'\n') {
        verdict.file(name, "nothing-handed-over", "there is no entry in it");
    }
    all
}

fn one(files: &Files<'_>, line: Line) -> Result<Handed> {
    let envelope = files.get(&envelope_name(line.seq)).ok_or_else(|| {
        Error::verification("not-in-bundle", "the bundle has no entry of that number")
    })?;
    if envelope.as_ref() != line.envelope.0.as_slice() {
        return Err(Error::verification(
            "other-statement",
            "it is another statement than the one in the bundle",
        ));
    }
    let untrusted = UntrustedStatement::parse(envelope)?;
    let has_personal = untrusted.untrusted_header().personal.is_some();
    let statement = untrusted.with_parts(Parts {
        facts: line.facts,
        personal: line.personal,
    })?;
    let parts = statement.parts();
    Ok(Handed {
        seq: line.seq,
        kind: statement.kind().as_str().to_owned(),
        facts: value(&parts.facts)?,
        lacks_personal: has_personal && parts.personal.is_none(),
        personal: parts.personal.as_ref().map(value).transpose()?,
    })
}

fn value(part: &Part) -> Result<Value> {
    serde_json::from_slice(&part.bytes.0)
        .map_err(|error| Error::verification("bad-json", "a part is not JSON").because(error))
}
