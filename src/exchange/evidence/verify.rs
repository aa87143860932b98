//! Verifying a bundle: everything that can be, without a ledger (docs/formats.md, section 18). Each problem names
//! its file or its entry, and the verifying goes on as far as it can.

mod bounds;
mod entries;
pub mod handed_over;
mod keys;
mod outsiders;
mod page;
pub mod unpacked;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use super::bundle::{self, read_lined};
use super::compared::Compared;
use super::model::{self, CounterLine, Evidence, Shown};
use super::tables::{self, Tables, Told};
use super::trust::{self, Trust};
use super::{container, gather, sums};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::sshsig;
use crate::error::{Error, Result};
use crate::log::{self, AddCheckpoint, Hash, SignedCheckpoint};
use crate::statement::{Claim, Kind, Seen};

pub use keys::{Demands, MakePage};

/// So many problems are listed; the count goes on.
pub const LISTED: usize = 1000;

/// The files of a bundle, by name.
pub type Files<'a> = BTreeMap<String, Cow<'a, [u8]>>;

/// Something that is not as it ought to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, where it is one.
    pub file: Option<String>,
    /// The entry, where it is one.
    pub seq: Option<u64>,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The digest of the file of digests: by it a bundle is on record in its ledger.
    pub sums: Option<Digest>,
    /// Whether this version made it, so that page, tables, guide and other views could be made again and compared.
    pub made_again: bool,
    /// How many entries were looked at.
    pub statements: u64,
    /// How many Ed25519 signatures.
    pub signatures: u64,
    /// The bundle's own data, where it could be read.
    pub evidence: Option<Evidence>,
    /// Whose keys the bundle goes by, where that could be read.
    pub trust: Option<Trust>,
    /// Custodians whose cosignatures of the checkpoint are good.
    pub cosigners: Vec<Id>,
    /// Custodians whose signatures of the whole bundle are good.
    pub signers: Vec<Id>,
    /// Custodians whose keys were held to what the reader brought.
    pub confirmed: Vec<Id>,
    /// How many of the cosigners count: of those whose keys the reader brought, if any.
    pub counted: usize,
    /// How many the ledger's governance asks for, by the bundle or by the keys that the reader brought.
    pub threshold: u8,
    /// What is wrong, the first [`LISTED`].
    pub problems: Vec<Problem>,
    /// How many problems there are.
    pub count: usize,
}

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.count == 0
    }

    /// That the files could not even be read as a bundle's.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        let mut verdict = Self::default();
        let hints = error.hints().iter().map(|hint| format!("; {hint}"));
        verdict.whole(
            error.code(),
            format!("{error}{}", hints.collect::<String>()),
        );
        verdict
    }

    /// Refuses a bundle with anything wrong with it.
    ///
    /// # Errors
    /// Verification, code `not-good`, with the first problems as causes.
    pub fn require_good(&self) -> Result<()> {
        if self.is_good() {
            return Ok(());
        }
        let error = Error::verification("not-good", "the bundle does not verify")
            .hint("rootkeep evidence verify FILE lists what is wrong");
        let first = self.problems.iter().take(3);
        Err(first.fold(error, |error, problem| {
            error.because(format!("{} [{}]", problem.message, problem.code))
        }))
    }

    fn add(&mut self, problem: Problem) {
        self.count += 1;
        if self.problems.len() < LISTED {
            self.problems.push(problem);
        }
    }

    /// Takes over the problems of another.
    fn absorb(&mut self, other: Self) {
        let listed = other.problems.len();
        other
            .problems
            .into_iter()
            .for_each(|problem| self.add(problem));
        self.count += other.count - listed;
    }

    fn file(&mut self, file: &str, code: &str, message: impl Into<String>) {
        self.add(Problem {
            file: Some(file.to_owned()),
            seq: None,
            code: code.to_owned(),
            message: message.into(),
        });
    }

    fn whole(&mut self, code: &str, message: impl Into<String>) {
        self.add(Problem {
            file: None,
            seq: None,
            code: code.to_owned(),
            message: message.into(),
        });
    }

    fn error(&mut self, file: &str, error: &Error) {
        self.file(file, error.code(), error.to_string());
    }
}

/// The files of an archive's bytes.
///
/// # Errors
/// Verification, code `bad-container`.
pub fn unpack(archive: &[u8]) -> Result<Files<'_>> {
    let members = container::read(archive)?.into_iter();
    Ok(members
        .map(|(name, bytes)| (name, Cow::Borrowed(bytes)))
        .collect())
}

/// Files that are in memory already.
#[must_use]
pub fn borrowed(files: &BTreeMap<String, Vec<u8>>) -> Files<'_> {
    files
        .iter()
        .map(|(name, bytes)| (name.clone(), Cow::Borrowed(bytes.as_slice())))
        .collect()
}

/// Verifies a bundle's files, on so many threads.
#[must_use]
pub fn verify(files: &Files<'_>, demands: &Demands, threads: usize) -> Verdict {
    let mut read_as = Verdict::default();
    let (mut verdict, evidence, trust) = thread::scope(|scope| {
        let listed = scope.spawn(|| digests(files));
        let evidence: Option<Evidence> = read(files, bundle::EVIDENCE, &mut read_as);
        let trust: Option<Trust> = read(files, bundle::TRUST, &mut read_as);
        let listed = listed.join().unwrap_or_else(|_| digests(files));
        (listed, evidence, trust)
    });
    verdict.absorb(read_as);
    let (Some(evidence), Some(trust)) = (evidence, trust) else {
        return verdict;
    };
    if evidence.schema != model::SCHEMA {
        verdict.file(bundle::EVIDENCE, "wrong-schema", "it is of another schema");
    }
    if trust.schema != trust::SCHEMA {
        verdict.file(bundle::TRUST, "wrong-schema", "it is of another schema");
    }
    if trust.ledger != evidence.ledger.id || trust.threshold != evidence.ledger.threshold {
        verdict.file(
            bundle::TRUST,
            "other-ledger",
            "its ledger is not the one that evidence.json speaks of",
        );
    }
    keys::check(&trust, demands, &mut verdict);
    made_again(files, &trust, &mut verdict);
    signatures(files, &evidence, &trust, &mut verdict);
    words::check(files, &evidence, &trust, &mut verdict);
    bounds::check(&evidence, &mut verdict);
    let head = checkpoint(files, &evidence, &trust, &mut verdict);
    if let Some(head) = &head {
        consistency(files, &evidence, head, &mut verdict);
        let vouched = outsiders::check(files, &evidence, &trust, head, &mut verdict);
        let (told, enclosed) =
            entries::check(files, &evidence, &trust, head, threads, &mut verdict);
        summary(&evidence, &told, &mut verdict);
        vouched.held_to(&evidence, &told, &mut verdict);
        if let Some(make) = demands.page {
            page::check(files, (&evidence, &trust), enclosed, make, &mut verdict);
        }
    }
    keys::enough(&evidence, &trust, demands, &mut verdict);
    verdict.made_again = evidence.program == gather::program();
    words::views(files, &evidence, &trust, &mut verdict);
    verdict.evidence = Some(evidence);
    verdict.trust = Some(trust);
    verdict
}

/// That a newer bundle goes on from an older one of the same ledger, both of which are good: nothing between
/// them was written anew.
pub fn continues(older: &Verdict, newer: &mut Verdict) {
    let (Some(old), Some(new)) = (&older.evidence, newer.evidence.clone()) else {
        return;
    };
    let (was, is) = (&old.checkpoint, &new.checkpoint);
    if old.ledger.id != new.ledger.id {
        newer.whole("other-ledger", "the two bundles are of different ledgers");
        return;
    }
    if is.size < was.size {
        newer.whole(
            "rolled-back",
            format!(
                "the bundle before was made at {} entries, this one at {}: an older state is shown as a newer",
                was.size, is.size
            ),
        );
        return;
    }
    let at = Seen {
        size: was.size,
        root: was.root,
    };
    let same = is.size == was.size && is.root == was.root;
    if !same && new.previous != Some(at) {
        newer.whole(
            "does-not-continue",
            format!(
                "it does not prove that its log continues the bundle before, of {} entries with root {}; it continues {}. Another export may lie between the two: ask for that bundle, or for this one anew with --since {}",
                was.size,
                was.root,
                new.previous.map_or_else(
                    || "none".to_owned(),
                    |at| format!("the one of {} entries", at.size)
                ),
                was.size
            ),
        );
    }
    if old.ledger.name != new.ledger.name && old.ledger.name.is_some() && new.ledger.name.is_some()
    {
        newer.whole(
            "other-name",
            "the bundle before gives the ledger another name",
        );
    }
    if let (Some(before), Some(now)) = (&older.trust, newer.trust.clone()) {
        let since = |kinds: &[Kind]| {
            let mut lines = new.statements.iter().filter(|line| line.seq >= was.size);
            lines.any(|line| kinds.iter().any(|kind| kind.as_str() == line.kind))
        };
        keys::same(before, &now, was.size, &since, newer);
    }
    if new.range.first > old.range.end {
        newer.whole(
            "gap",
            format!(
                "entries {} to {} are in neither bundle",
                old.range.end,
                new.range.first - 1
            ),
        );
    }
    let known: BTreeMap<u64, &Digest> = old
        .statements
        .iter()
        .map(|line| (line.seq, &line.leaf))
        .collect();
    for line in &new.statements {
        if known.get(&line.seq).is_some_and(|leaf| **leaf != line.leaf) {
            newer.add(Problem {
                file: None,
                seq: Some(line.seq),
                code: "rewritten".to_owned(),
                message: format!("entry {} is another in the bundle before", line.seq),
            });
        }
    }
}

/// Reads one of the two files that the rest goes by.
fn read<T: serde::Serialize + serde::de::DeserializeOwned>(
    files: &Files<'_>,
    name: &str,
    verdict: &mut Verdict,
) -> Option<T> {
    let bytes = files.get(name)?;
    match read_lined(bytes, name) {
        Ok(value) => Some(value),
        Err(error) => {
            verdict.error(name, &error);
            None
        }
    }
}

/// Every file is there and is the one that `SHA256SUMS` has.
fn digests(files: &Files<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(bytes) = files.get(bundle::SUMS) else {
        verdict.file(
            bundle::SUMS,
            "file-missing",
            "the file of digests is missing",
        );
        return verdict;
    };
    verdict.sums = Some(Digest::of(bytes));
    let sums = match sums::read(bytes) {
        Ok(sums) => sums,
        Err(error) => {
            verdict.error(bundle::SUMS, &error);
            return verdict;
        }
    };
    for (name, digest) in &sums {
        match files.get(*name) {
            None => verdict.file(name, "file-missing", format!("{name} is missing")),
            Some(bytes) if Digest::of(bytes) != *digest => verdict.file(
                name,
                "digest-mismatch",
                format!("{name} is not the file that SHA256SUMS has"),
            ),
            Some(_) => {}
        }
    }
    for name in files.keys() {
        let apart = name == bundle::SUMS || name.starts_with(bundle::SIGNATURES);
        if !apart && !sums.contains_key(name.as_str()) {
            verdict.file(
                name,
                "file-added",
                format!("{name} is not among the files of SHA256SUMS"),
            );
        }
    }
    for name in [
        bundle::EVIDENCE,
        bundle::TRUST,
        bundle::CHECKPOINT,
        bundle::PAGE,
    ] {
        if !sums.contains_key(name) {
            verdict.file(name, "file-missing", format!("SHA256SUMS lists no {name}"));
        }
    }
    verdict
}

/// The files that are nothing but `trust.json` in another form.
fn made_again(files: &Files<'_>, trust: &Trust, verdict: &mut Verdict) {
    let signers = trust.allowed_signers().unwrap_or_default();
    for (name, text) in [("policy", trust.policy()), ("allowed_signers", signers)] {
        if files.get(name).map(AsRef::as_ref) != Some(text.as_bytes()) {
            verdict.file(
                name,
                "not-as-trust",
                format!("{name} has other keys than trust.json"),
            );
        }
    }
}

/// Signatures of the whole bundle.
fn signatures(files: &Files<'_>, evidence: &Evidence, trust: &Trust, verdict: &mut Verdict) {
    let nothing = Cow::Borrowed(&[][..]);
    let sums = files.get(bundle::SUMS).unwrap_or(&nothing);
    for (name, armoured) in files.range(bundle::SIGNATURES.to_owned()..) {
        let Some(rest) = name.strip_prefix(bundle::SIGNATURES) else {
            break;
        };
        let id = rest
            .strip_suffix(".sshsig")
            .and_then(|id| Id::parse(id).ok());
        let Some(key) = id.and_then(|id| trust.key(&id)) else {
            verdict.file(
                name,
                "unknown-signer",
                format!("{name} is by nobody in trust.json"),
            );
            continue;
        };
        verdict.signatures += 1;
        match sshsig::verify(&key.sign, sshsig::EVIDENCE, sums, armoured) {
            Ok(()) => verdict.signers.push(key.id),
            Err(error) => verdict.error(name, &error),
        }
    }
    let own = bundle::signature_name(&evidence.exporter);
    if !files.contains_key(&own) {
        verdict.file(&own, "file-missing", "the exporter's signature is missing");
    }
}

/// The checkpoint is the one that everything goes by, and cosigned as `evidence.json` says.
fn checkpoint(
    files: &Files<'_>,
    evidence: &Evidence,
    trust: &Trust,
    verdict: &mut Verdict,
) -> Option<SignedCheckpoint> {
    let name = bundle::CHECKPOINT;
    let bytes = files.get(name)?;
    let note = match SignedCheckpoint::parse(bytes) {
        Ok(note) => note,
        Err(error) => {
            verdict.file(
                name,
                "bad-checkpoint",
                format!("the checkpoint is none: {error}"),
            );
            return None;
        }
    };
    let head = note.unverified();
    if *head.origin() != log::origin(&trust.ledger.0) {
        verdict.file(name, "other-ledger", "the checkpoint is of another ledger");
    }
    let root = Digest((*head.root()).into());
    if head.size() != evidence.checkpoint.size || root != evidence.checkpoint.root {
        verdict.file(
            name,
            "other-checkpoint",
            "the checkpoint is not the one that evidence.json was made at",
        );
    }
    if note.verify_log(&trust.log()).is_err() {
        verdict.file(
            name,
            "bad-cosignature",
            "the log's own line does not verify",
        );
    }
    let mut cosigned: Vec<(Id, Option<i64>)> = Vec::new();
    for line in note.signatures() {
        let Some(custodian) = trust.named(line.name()) else {
            if log::parse_custodian_name(line.name()).is_ok() {
                verdict.file(
                    name,
                    "unknown-cosigner",
                    format!("{} is nobody in trust.json", line.name()),
                );
            }
            continue;
        };
        let key = trust.cosigner(custodian);
        // The very line: another one by the same name says nothing of it.
        if line.key_id() != key.key_id() || cosigned.iter().any(|(id, _)| *id == custodian.id) {
            verdict.file(
                name,
                "unknown-cosigner",
                format!("a line by {} is not by that custodian's key", custodian.id),
            );
            continue;
        }
        verdict.signatures += 1;
        match note.verify_cosignature(&key) {
            Ok(at) => {
                if custodian.counts_at(head.size()) {
                    verdict.cosigners.push(custodian.id);
                }
                cosigned.push((custodian.id, i64::try_from(at).ok()));
            }
            Err(error) => verdict.file(
                name,
                "bad-cosignature",
                format!(
                    "the cosignature by {} does not verify: {error}",
                    custodian.id
                ),
            ),
        }
    }
    let said = evidence.checkpoint.cosigned.iter();
    let said = said.map(|one| (one.custodian, Some(one.at.seconds())));
    if !said.eq(cosigned) {
        verdict.file(
            bundle::EVIDENCE,
            "cosigners-differ",
            "evidence.json names other cosigners than the checkpoint has",
        );
    }
    Some(note)
}

/// The proof that the log continues the one of the bundle before.
fn consistency(
    files: &Files<'_>,
    evidence: &Evidence,
    head: &SignedCheckpoint,
    verdict: &mut Verdict,
) {
    let name = bundle::CONSISTENCY;
    match (&evidence.previous, files.get(name)) {
        (None, None) => {}
        (None, Some(_)) => verdict.file(
            name,
            "stray-file",
            "there is a proof, but evidence.json names no bundle before",
        ),
        (Some(_), None) => verdict.file(
            name,
            "file-missing",
            "the proof that the log continues the bundle before is missing",
        ),
        (Some(previous), Some(_)) => {
            continues_from(files, name, previous, head, verdict);
        }
    }
}

/// That a file proves that the bundle's log continues a state that it had.
fn continues_from(
    files: &Files<'_>,
    name: &str,
    from: &Seen,
    head: &SignedCheckpoint,
    verdict: &mut Verdict,
) {
    let Some(bytes) = files.get(name) else {
        verdict.file(name, "file-missing", format!("{name} is missing"));
        return;
    };
    let proof = match AddCheckpoint::parse(bytes) {
        Ok(proof) => proof,
        Err(error) => {
            verdict.file(name, "bad-proof", error.to_string());
            return;
        }
    };
    let fits = proof.old_size() == from.size && proof.checkpoint() == head;
    let proven = proof.verify_consistency(&Hash::from(from.root.0));
    if !fits || proven.is_err() {
        verdict.file(
            name,
            "bad-proof",
            format!(
                "it does not prove that the log continues the one of {} entries",
                from.size
            ),
        );
    }
}

/// An erasure that the bundle has is of the entry that it is said to be of.
fn erasures(evidence: &Evidence, told: &[Told], verdict: &mut Verdict) {
    let mut named_before = BTreeSet::new();
    for line in &evidence.statements {
        let Some(erased) = &line.erased else { continue };
        let place = told.binary_search_by_key(&erased.seq, |one| one.seq);
        let named = place.ok().and_then(|place| told.get(place));
        let good = match named {
            Some(one) => {
                one.author == erased.by
                    && match &one.claim {
                        Some(Claim::Erase(erase, told)) => {
                            let why = told.as_ref().map(|told| told.reason.as_str());
                            erase.subject == line.leaf && why == erased.why.as_deref()
                        }
                        Some(_) => false,
                        None => is_header(evidence, one.seq, Kind::Erase) && erased.why.is_none(),
                    }
            }
            None => {
                erased.seq < evidence.checkpoint.size
                    && evidence.people.iter().any(|one| one.id == erased.by)
            }
        };
        if !good || erased.seq <= line.seq || !named_before.insert(erased.seq) {
            verdict.add(Problem {
                file: Some(bundle::EVIDENCE.to_owned()),
                seq: Some(line.seq),
                code: "line-differs".to_owned(),
                message: format!(
                    "entry {} is said to be erased by entry {}, which does not do that",
                    line.seq, erased.seq
                ),
            });
        }
    }
}

/// Whether an entry is a header alone, of this kind.
fn is_header(evidence: &Evidence, seq: u64, kind: Kind) -> bool {
    let place = evidence
        .statements
        .binary_search_by_key(&seq, |line| line.seq);
    let line = place.ok().and_then(|place| evidence.statements.get(place));
    line.is_some_and(|line| line.kind == kind.as_str() && line.shown == Shown::Header)
}

/// What `evidence.json` says of entries, ranges and tables is what the entries say.
fn summary(evidence: &Evidence, told: &[Told], verdict: &mut Verdict) {
    let name = bundle::EVIDENCE;
    let last = told
        .last()
        .filter(|_| evidence.range.end == evidence.checkpoint.size);
    if last.is_some_and(|last| last.made_at != evidence.as_of) {
        verdict.file(
            name,
            "line-differs",
            "it is not as of the time of the checkpoint's last entry",
        );
    }
    let (compared, outside) = (Compared::of(told), &evidence.outside);
    let counted = |said: &CounterLine, made: &CounterLine| {
        said.seen == made.seen && said.recorded == made.recorded
    };
    if compared.trails != outside.trails
        || !counted(&outside.counters, &compared.counters)
        || !counted(&outside.bags, &compared.bags)
    {
        verdict.file(
            name,
            "tables-differ",
            "what it says was compared with the world is not what the disclosed entries say",
        );
    }
    erasures(evidence, told, verdict);
    if Tables::of(told) != evidence.tables {
        verdict.file(
            name,
            "tables-differ",
            "its tables are not what the disclosed entries add up to",
        );
    }
    let said = tables::said(told);
    let nothing = tables::Said::default();
    for (line, told) in evidence.statements.iter().zip(told) {
        let said = said.get(&told.leaf).unwrap_or(&nothing);
        let lines = |list: &[(Id, u64)]| -> Vec<model::SignedLine> {
            list.iter()
                .map(|&(custodian, seq)| model::SignedLine { custodian, seq })
                .collect()
        };
        let happened = told.claim.as_ref().and_then(tables::happened_at);
        if line.signed != lines(&said.yes)
            || line.rejected != lines(&said.no)
            || line.corrected != said.corrected
            || line.happened_at != happened
        {
            verdict.add(Problem {
                file: Some(name.to_owned()),
                seq: Some(line.seq),
                code: "line-differs".to_owned(),
                message: format!(
                    "what it says of entry {} is not what the entries say",
                    line.seq
                ),
            });
        }
    }
}
