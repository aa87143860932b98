//! The entries of a bundle: each is there, in its place, signed, and in the log.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::{Files, Problem, Verdict};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::exchange::evidence::bundle::{
    self, Enclosed, PartsFile, envelope_name, parts_name, proof_name, read_lined,
};
use crate::exchange::evidence::model::{Evidence, Shown, StatementLine};
use crate::exchange::evidence::tables::Told;
use crate::exchange::evidence::trust::Trust;
use crate::log::{Hash, SignedCheckpoint, TlogPath};
use crate::statement::header::Parts;
use crate::statement::{Claim, UntrustedStatement};

/// What an entry is held to.
struct Held<'a> {
    files: &'a Files<'a>,
    trust: &'a Trust,
    head: &'a SignedCheckpoint,
}

/// What an entry says, it itself where it is good, and why it is not.
type Checked = (Told, Option<Enclosed>, Option<Error>);

/// Checks every entry, and returns what they say and those that are good, in order.
pub(super) fn check(
    files: &Files<'_>,
    evidence: &Evidence,
    trust: &Trust,
    head: &SignedCheckpoint,
    threads: usize,
    verdict: &mut Verdict,
) -> (Vec<Told>, Vec<Enclosed>) {
    range(files, evidence, verdict);
    let held = Held { files, trust, head };
    let lines = evidence.statements.as_slice();
    let share = lines.len().div_ceil(threads.max(1)).max(1);
    let checked: Vec<Vec<Checked>> = thread::scope(|scope| {
        let held = &held;
        let workers: Vec<_> = lines
            .chunks(share)
            .map(|lines| (lines, scope.spawn(|| held.all(lines))))
            .collect();
        workers
            .into_iter()
            .map(|(lines, worker)| worker.join().unwrap_or_else(|_| held.all(lines)))
            .collect()
    });
    let mut told = Vec::with_capacity(lines.len());
    let mut enclosed = Vec::with_capacity(lines.len());
    for (one, good, error) in checked.into_iter().flatten() {
        verdict.statements += 1;
        verdict.signatures += 1;
        if let Some(error) = error {
            verdict.add(Problem {
                file: None,
                seq: Some(one.seq),
                code: error.code().to_owned(),
                message: format!("entry {}: {error}", one.seq),
            });
        }
        told.push(one);
        enclosed.extend(good);
    }
    (told, enclosed)
}

/// The lines are one stretch of the log without a gap, and so are the files.
fn range(files: &Files<'_>, evidence: &Evidence, verdict: &mut Verdict) {
    let range = evidence.range;
    let whole = range.first..range.end;
    let length = u64::try_from(evidence.statements.len()).unwrap_or(u64::MAX);
    let gapless = whole
        .clone()
        .eq(evidence.statements.iter().map(|line| line.seq));
    let shown = |want: bool| {
        let lines = evidence.statements.iter();
        let count = lines.filter(|line| (line.shown != Shown::Header) == want);
        u64::try_from(count.count()).unwrap_or(u64::MAX)
    };
    if !gapless
        || range.end.checked_sub(range.first) != Some(length)
        || range.end > evidence.checkpoint.size
        || evidence
            .previous
            .is_some_and(|previous| range.first > previous.size)
        || range.disclosed != shown(true)
        || range.headers != shown(false)
    {
        verdict.file(
            bundle::EVIDENCE,
            "incomplete",
            format!(
                "its entries are not all those from {} to before {}, as it says",
                range.first, range.end
            ),
        );
    }
    let mut expected = BTreeMap::new();
    for line in &evidence.statements {
        expected.insert(envelope_name(line.seq), line.seq);
        expected.insert(proof_name(line.seq), line.seq);
        if line.shown != Shown::Header {
            expected.insert(parts_name(line.seq), line.seq);
        }
    }
    for name in files.keys() {
        let of_entry = name.starts_with("statements/") || name.starts_with("proofs/");
        if of_entry && !expected.contains_key(name) {
            verdict.file(
                name,
                "stray-file",
                format!("{name} is of no entry of the range"),
            );
        }
    }
}

impl Held<'_> {
    fn all(&self, lines: &[StatementLine]) -> Vec<Checked> {
        lines
            .iter()
            .map(|line| {
                let checked = catch_unwind(AssertUnwindSafe(|| self.one(line)))
                    .unwrap_or_else(|_| Err(Error::failed("internal", "it can't be read")));
                let (claim, good, error) = match checked {
                    Ok((claim, good)) => (claim, Some(good), None),
                    Err(error) => (None, None, Some(error)),
                };
                let told = Told {
                    seq: line.seq,
                    leaf: line.leaf,
                    author: line.author,
                    made_at: line.made_at,
                    claim,
                };
                (told, good, error)
            })
            .collect()
    }

    fn file(&self, name: &str) -> Result<&[u8]> {
        self.files
            .get(name)
            .map(AsRef::as_ref)
            .ok_or_else(|| Error::verification("file-missing", format!("{name} is missing")))
    }

    /// One entry: envelope, signature, header, parts, proof.
    fn one(&self, line: &StatementLine) -> Result<(Option<Claim>, Enclosed)> {
        let envelope = self.file(&envelope_name(line.seq))?;
        let untrusted = UntrustedStatement::parse(envelope)?;
        let leaf = untrusted.leaf();
        let author = untrusted.claimed_author();
        let known = self.trust.key(&author);
        let key = known.ok_or_else(|| {
            Error::verification("unknown-author", "its author is nobody in trust.json")
        })?;
        if !key.is_known_at(line.seq) {
            return Err(Error::verification(
                "retired-author",
                format!("its author {author} was no custodian any more"),
            ));
        }
        untrusted.verify_signature(&key.sign)?;
        let header = untrusted.untrusted_header();
        let fits = header.ledger == self.trust.ledger
            && header.seen.size <= line.seq
            && leaf == line.leaf
            && header.kind == line.kind
            && author == line.author
            && header.made_at == line.made_at;
        if header.ledger != self.trust.ledger {
            return Err(Error::verification(
                "other-ledger",
                "it is of another ledger",
            ));
        }
        if !fits {
            return Err(Error::verification(
                "line-differs",
                "its envelope is not what evidence.json says of it",
            ));
        }
        let path = self.proof(line.seq, &leaf)?;
        let (claim, parts) = self.parts(line, untrusted)?;
        let (facts, personal) =
            parts.map_or((None, None), |parts| (Some(parts.facts), parts.personal));
        let enclosed = Enclosed {
            seq: line.seq,
            envelope: envelope.to_vec(),
            facts,
            personal,
            path,
        };
        Ok((claim, enclosed))
    }

    fn proof(&self, seq: u64, leaf: &Digest) -> Result<Vec<Hash>> {
        let bad =
            |why: &str| Error::verification("bad-proof", format!("its proof is not good: {why}"));
        let (path, checkpoint) = TlogPath::parse(self.file(&proof_name(seq))?)
            .map_err(|error| bad(&error.to_string()))?;
        if path.index != seq {
            return Err(bad("it is of another index"));
        }
        // A checkpoint has one spelling.
        if checkpoint.as_bytes() != self.file(bundle::CHECKPOINT)? {
            return Err(bad("it leads to another checkpoint"));
        }
        path.verify_inclusion(&Hash::from(leaf.0), self.head.unverified())
            .map_err(|_| bad("it does not lead from this entry to the checkpoint"))?;
        Ok(path.hashes)
    }

    fn parts(
        &self,
        line: &StatementLine,
        untrusted: UntrustedStatement,
    ) -> Result<(Option<Claim>, Option<PartsFile>)> {
        let has_personal = untrusted.untrusted_header().personal.is_some();
        if line.shown == Shown::Header {
            return Ok((None, None));
        }
        let name = parts_name(line.seq);
        let parts: PartsFile = read_lined(self.file(&name)?, &name)?;
        let whole = !has_personal || parts.personal.is_some();
        if whole != (line.shown == Shown::All) {
            return Err(Error::verification(
                "line-differs",
                "evidence.json says otherwise which of its parts are here",
            ));
        }
        let statement = untrusted.with_parts(Parts {
            facts: parts.facts.clone(),
            personal: parts.personal.clone(),
        })?;
        Ok((Some(statement.claim().clone()), Some(parts)))
    }
}
