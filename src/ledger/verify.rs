//! `verify`: everything that the ledger claims, checked again from the stored bytes; each problem is
//! named with its entry.
//!
//! One thread folds the log through the policy and reads the tables; the signatures it meets go to
//! all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::Session;
use super::copying::CopyMark;
use super::trusted::{charter_author, damaged};
use crate::crypto::ed25519::{PublicKey, SigningKey};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::part::PartName;
use crate::crypto::secret::Key32;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::log::{self, Checkpoint, Frontier, Hash};
use crate::policy::{self, SignatureCheck};
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::imports::ImportRecord;
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::records::{list, read};
use crate::state::shard::{self, Shard};
use crate::state::{Change, Memory, Records, Table};
use crate::statement::header::leaf_hash;
use crate::statement::people::Role;
use crate::statement::{Header, Kind, Parts, Statement, UntrustedStatement};
use crate::store::{Batch, Entry, StoredCosignature, UndoRow, View};

/// How many entries are read at once.
const CHUNK: u64 = 128;
/// How many times so many entries' signatures may wait for a core, about a MiB each: what is checked
/// after the fold is checked while they are.
const AHEAD: usize = 256;
/// How many problems are listed; the count goes on.
const LISTED: usize = 1000;

/// Something that is not as it ought to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyProblem {
    /// The entry, where it is one.
    pub seq: Option<u64>,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// What `verify` found.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many entries.
    pub entries: u64,
    /// How many signatures were checked.
    pub signatures: u64,
    /// The tree's root, made again from the entries.
    pub root: Digest,
    /// What is wrong.
    pub problems: Vec<VerifyProblem>,
    /// Entries whose time is before that of the entry before: recorded, no problem.
    pub clock_went_back: u64,
    /// What the log adds up to.
    state: Memory,
    /// What records were before each leaf.
    undo: Vec<UndoRow>,
}

/// Told how far the work is: entries done, entries in all.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64);

impl Session {
    /// Verifies the whole ledger.
    ///
    /// # Errors
    /// Failed where the database can't be read at all; what is merely wrong is in the report.
    pub fn verify(&self, progress: Progress<'_>) -> Result<Report> {
        let mut report = self.verify_log(progress)?;
        if let Some(pin) = self.pin()
            && let Err(error) = self.check_against_pin()
        {
            report.problems.push(VerifyProblem {
                seq: None,
                code: error.code().to_owned(),
                message: format!("against your pin at size {}: {error}", pin.size),
            });
        }
        Ok(report)
    }

    /// As [`Self::verify`], whatever the pin remembers.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn verify_log(&self, progress: Progress<'_>) -> Result<Report> {
        self.store.read_from_now()?;
        verify_all(self.store.view(), self.id, &self.log_key.public(), progress)
    }

    /// Writes the tables that are a cache of the log again, where they are all that is wrong.
    /// Returns whether anything was written.
    ///
    /// # Errors
    /// Refused, code `log-not-good`, where more is wrong than the tables; failed.
    pub fn rebuild(&mut self, report: &Report) -> Result<bool> {
        if report.problems.is_empty() {
            return Ok(false);
        }
        self.writable()?;
        if !report.only_tables_differ() {
            return Err(Error::refused(
                "log-not-good",
                "more is wrong than the tables that can be made again: nothing was written",
            )
            .hint("restore a good copy; rootkeep verify lists what is wrong with this one"));
        }
        let batch = self.store.begin()?;
        if batch.view().size()? != report.entries {
            return Err(
                Error::failed("busy", "somebody has written in the meantime").hint("do it again"),
            );
        }
        batch.replace_tables(&report.state, &report.undo)?;
        batch.commit()?;
        Ok(true)
    }
}

impl Report {
    /// Refuses a ledger with anything wrong with it.
    ///
    /// # Errors
    /// Verification, code `not-good`, with the first problems as causes.
    pub fn require_good(&self, what: &str) -> Result<()> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let error = Error::verification("not-good", format!("{what} does not verify"));
        let first = self.problems.iter().take(3);
        Err(first.fold(error, |error, problem| {
            error.because(format!("{} [{}]", problem.message, problem.code))
        }))
    }

    /// Whether nothing but tables that can be made again from the log is wrong.
    #[must_use]
    pub fn only_tables_differ(&self) -> bool {
        self.problems.iter().all(|problem| {
            matches!(
                problem.code.as_str(),
                "state-differs" | "undo-differs" | "shard-differs"
            )
        })
    }
}

/// Writes the tables that are a cache of the log, where nothing else is wrong with it.
pub(super) fn fill(batch: &Batch<'_>) -> Result<()> {
    let view = batch.view();
    let (ledger, log_key) = super::own_facts(&view)?;
    let report = verify_all(view, ledger, &log_key.public(), &mut |_, _| {})?;
    if report.only_tables_differ() {
        batch.replace_tables(&report.state, &report.undo)?;
    }
    Ok(())
}

/// Everything that a view shows, checked again from the stored bytes.
pub(super) fn verify_all(
    view: View<'_>,
    ledger: Digest,
    log_key: &PublicKey,
    progress: Progress<'_>,
) -> Result<Report> {
    let mut run = Run::new(view, ledger)?;
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let (receiver, failures) = (Arc::clone(&receiver), &failures);
            scope.spawn(move || work(&receiver, failures));
        }
        drop(receiver);
        run.check(|run| run.check_meta(log_key))?;
        // Moved in, so that the workers stop when they have done what the fold found.
        run.check(|run| run.fold(log_key, sender, progress))?;
        run.check(Run::check_state)?;
        run.check(Run::check_undo)?;
        run.check(Run::check_shards)?;
        run.check(Run::check_blobs)?;
        run.check(Run::check_outside)
    })?;
    run.name_failures(
        failures
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner),
    );
    run.report.state = run.state;
    run.report.undo = run.undo;
    Ok(run.report)
}

/// One signature to check, and how to name it.
struct Job {
    seq: u64,
    code: &'static str,
    what: &'static str,
    key: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Job {
    fn is_good(&self) -> bool {
        self.key.verify(&self.message, &self.signature).is_ok()
    }
}

/// A signature that is not good: its entry, and how to name it.
type Failure = (u64, &'static str, &'static str);

/// Gathers the policy's signatures for the workers.
struct Gather<'j> {
    seq: u64,
    jobs: &'j mut Vec<Job>,
}

impl SignatureCheck for Gather<'_> {
    fn check(&mut self, key: &PublicKey, message: Vec<u8>, signature: &[u8]) -> Result<()> {
        self.jobs.push(Job {
            seq: self.seq,
            code: "bad-proof",
            what: "a possession proof is false",
            key: *key,
            message,
            signature: signature.to_vec(),
        });
        Ok(())
    }
}

/// What an entry's row says of the checkpoint that it ends.
struct EntryCheckpoint {
    root: Digest,
    appended: StoredCosignature,
    cosigners: u64,
}

impl EntryCheckpoint {
    fn of(entry: &Entry) -> Self {
        Self {
            root: entry.root,
            appended: entry.cosignature.clone(),
            cosigners: entry.cosigners,
        }
    }
}

struct Run<'v> {
    view: View<'v>,
    ledger: Digest,
    size: u64,
    state: Memory,
    tree: Frontier,
    /// The tree's root at every size, from 0.
    roots: Vec<Digest>,
    undo: Vec<UndoRow>,
    ids: BTreeSet<Id>,
    blobs: BTreeMap<Digest, u64>,
    report: Report,
}

impl<'v> Run<'v> {
    fn new(view: View<'v>, ledger: Digest) -> Result<Self> {
        let size = view.size()?;
        Ok(Self {
            view,
            ledger,
            size,
            state: Memory::default(),
            tree: Frontier::new(),
            roots: vec![Digest(log::empty_root().into())],
            undo: Vec::new(),
            ids: BTreeSet::new(),
            blobs: BTreeMap::new(),
            report: Report {
                entries: size,
                signatures: 0,
                root: Digest(log::empty_root().into()),
                problems: Vec::new(),
                clock_went_back: 0,
                state: Memory::default(),
                undo: Vec::new(),
            },
        })
    }

    fn found(&mut self, seq: Option<u64>, code: &str, message: impl Into<String>) {
        if self.report.problems.len() < LISTED {
            let problem = VerifyProblem {
                seq,
                code: code.to_owned(),
                message: message.into(),
            };
            if !self.report.problems.contains(&problem) {
                self.report.problems.push(problem);
            }
        }
    }

    /// Runs one of the checks; what keeps it from going on is a problem like the others, as long as
    /// the database can be read.
    fn check(&mut self, check: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match check(self) {
            Err(error) if error.kind() == ErrorKind::Verification => {
                self.found(None, error.code(), error.to_string());
                Ok(())
            }
            other => other,
        }
    }

    /// What was read when the ledger was opened is still there, and nothing beside it.
    fn check_meta(&mut self, log_key: &PublicKey) -> Result<()> {
        let names = self.view.meta_names()?;
        let seed: Option<[u8; 32]> = self.view.meta("log_seed")?.try_into().ok();
        let key = seed.and_then(|seed| SigningKey::from_seed(&Key32::new(seed)).ok());
        // A copy has a mark, which fits its log.
        let mark = CopyMark::load(&self.view)?;
        let mark_fits = match &mark {
            Some(mark) => mark.size <= self.size && mark.is_of(&self.view)?,
            None => true,
        };
        let known = names.iter().filter(|name| *name != "copy");
        let same = mark_fits
            && known.eq(&["ledger", "log_seed"])
            && self.view.meta("ledger")? == self.ledger.as_bytes()
            && key.is_some_and(|key| key.public() == *log_key);
        if !same {
            self.found(
                None,
                "meta",
                format!(
                    "the ledger's own facts ({}) are not those of its charter",
                    names.join(", ")
                ),
            );
        }
        Ok(())
    }

    /// Signatures that are not good, before what else was found, in the order of their entries.
    fn name_failures(&mut self, mut failures: Vec<Failure>) {
        failures.sort_unstable();
        let rest = std::mem::take(&mut self.report.problems);
        for (seq, code, what) in failures {
            self.found(Some(seq), code, what);
        }
        self.report.problems.extend(rest);
        self.report.problems.truncate(LISTED);
        let place = |problem: &VerifyProblem| problem.seq.unwrap_or(u64::MAX);
        self.report.problems.sort_by_key(place);
    }

    /// Every entry in order: bytes, signature, parts, rules, tree, checkpoint.
    fn fold(
        &mut self,
        log_key: &PublicKey,
        sender: SyncSender<Vec<Job>>,
        progress: Progress<'_>,
    ) -> Result<()> {
        let mut expected = 0u64;
        let mut before = i64::MIN;
        loop {
            let entries = self.readable_entries(expected)?;
            let Some(last) = entries.last().map(|entry| entry.seq) else {
                break;
            };
            let further = self.readable(last, |view| view.cosignatures(expected + 1, last + 1))?;
            let mut jobs = Vec::new();
            for entry in entries {
                let seq = entry.seq;
                if seq != expected {
                    self.found(
                        Some(expected),
                        "entry-missing",
                        format!("entry {expected} is missing"),
                    );
                }
                if entry.made_at < before {
                    self.report.clock_went_back += 1;
                }
                before = entry.made_at;
                let checkpoint = EntryCheckpoint::of(&entry);
                self.fold_entry(entry, log_key, &mut jobs);
                self.check_checkpoint(&checkpoint, &further, &mut jobs)?;
                expected = seq + 1;
            }
            self.report.signatures += u64::try_from(jobs.len()).unwrap_or(0);
            // Only fails where every worker is gone, and then the scope reports the panic.
            let _workers_gone = sender.send(jobs);
            progress(last + 1, self.size);
        }
        self.report.root = Digest(self.tree.root().into());
        if let Some(import) = ImportRecord::load(&self.state)? {
            self.found(
                Some(import.index),
                "import-incomplete",
                format!("the import has announced {} more", import.left.len()),
            );
        }
        Ok(())
    }

    /// The next entries; one by one where a row among them can't be read, so that it can be named.
    fn readable_entries(&mut self, from: u64) -> Result<Vec<Entry>> {
        match self.view.entries(from, CHUNK) {
            Err(error) if error.kind() == ErrorKind::Verification => {}
            other => return other,
        }
        let mut good = Vec::new();
        for seq in from..self.size {
            match self.view.entry(seq) {
                Ok(Some(entry)) => good.push(entry),
                Ok(None) => {}
                Err(error) => self.found(Some(seq), error.code(), format!("entry {seq}: {error}")),
            }
            if good.len() >= usize::try_from(CHUNK).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(good)
    }

    /// Rows of the entries up to `last`; none where one of them can't be read.
    fn readable<T>(
        &mut self,
        last: u64,
        read: impl FnOnce(&View<'_>) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        match read(&self.view) {
            Err(error) if error.kind() == ErrorKind::Verification => {
                self.found(
                    Some(last),
                    error.code(),
                    format!("up to entry {last}: {error}"),
                );
                Ok(Vec::new())
            }
            other => other,
        }
    }

    fn fold_entry(&mut self, entry: Entry, log_key: &PublicKey, jobs: &mut Vec<Job>) {
        let seq = entry.seq;
        // The tree is over the envelope, whatever else is wrong with the entry.
        let leaf = leaf_hash(&entry.envelope);
        let mut complete = Vec::new();
        let pushed = self.tree.push_into(Hash::from(leaf.0), &mut complete);
        if pushed.is_err() {
            self.found(Some(seq), "log-damaged", "the tree is full");
        }
        let above = complete.iter().filter(|node| node.level > 0);
        if !above.flat_map(|node| node.hash.as_bytes()).eq(&entry.nodes) {
            self.found(
                Some(seq),
                "wrong-node",
                "the subtrees that the entry completes have other hashes",
            );
        }
        self.roots.push(Digest(self.tree.root().into()));
        if let Err(error) = self.judge_entry(entry, &leaf, log_key, jobs) {
            self.found(Some(seq), error.code(), error.to_string());
        }
    }

    fn judge_entry(
        &mut self,
        entry: Entry,
        leaf: &Digest,
        log_key: &PublicKey,
        jobs: &mut Vec<Job>,
    ) -> Result<()> {
        let seq = entry.seq;
        let untrusted = UntrustedStatement::parse(&entry.envelope)?;
        if !columns_fit(&entry, leaf, untrusted.untrusted_header()) {
            self.found(
                Some(seq),
                "columns",
                "the row's columns are not what its envelope says",
            );
        }
        let parts = entry.into_parts();
        let key = match untrusted.kind() {
            Kind::Genesis => charter_author(&parts.facts.bytes.0)?,
            kind => policy::author_key(&self.state, kind, &untrusted.claimed_author())?,
        };
        let (message, signature) = untrusted.signature_of(&key)?;
        jobs.push(Job {
            seq,
            code: "bad-signature",
            what: "the statement's signature does not verify",
            key,
            message,
            signature,
        });
        let parts = self.personal_or_none(seq, untrusted.untrusted_header(), parts);
        let statement = untrusted.with_parts(parts)?;
        self.judge_statement(seq, &statement, jobs)?;
        if statement.kind() == Kind::Genesis {
            self.check_genesis(log_key)?;
        }
        Ok(())
    }

    /// A personal part that is missing or not the one signed is a problem of its own entry; the
    /// fold goes on without it, so that what follows is judged by the facts.
    fn personal_or_none(&mut self, seq: u64, header: &Header, mut parts: Parts) -> Parts {
        let Some(expected) = &header.personal else {
            return parts;
        };
        match &parts.personal {
            None => self.found(
                Some(seq),
                "personal-missing",
                "a personal part is missing that nobody has erased",
            ),
            Some(part) => {
                if let Err(error) = part.check(PartName::Personal, expected) {
                    self.found(Some(seq), error.code(), error.to_string());
                    parts.personal = None;
                }
            }
        }
        parts
    }

    fn judge_statement(
        &mut self,
        seq: u64,
        statement: &Statement,
        jobs: &mut Vec<Job>,
    ) -> Result<()> {
        let log = Past {
            view: self.view.before(seq)?,
            ids: &self.ids,
            blobs: &self.blobs,
            roots: &self.roots,
        };
        let ruled = policy::judge(&self.state, &log, &mut Gather { seq, jobs }, statement, seq)?;
        self.ids.insert(statement.header().id);
        for digest in statement.claim().blobs() {
            self.blobs.entry(digest).or_insert(seq);
        }
        let changes = ruled.into_changes();
        self.expect_undo(seq, &changes)?;
        self.state.apply(changes);
        Ok(())
    }

    fn expect_undo(&mut self, seq: u64, changes: &[Change]) -> Result<()> {
        for change in changes {
            let old = self.state.get(change.table, &change.key)?;
            if old != change.value {
                self.undo.push(UndoRow {
                    seq,
                    table: change.table,
                    key: change.key.clone(),
                    old,
                });
            }
        }
        Ok(())
    }

    fn check_genesis(&self, log_key: &PublicKey) -> Result<()> {
        let ledger = LedgerRecord::load(&self.state)?.ok_or_else(|| damaged("no genesis"))?;
        if ledger.id != self.ledger || ledger.log_key != *log_key {
            return Err(Error::verification(
                "meta",
                "the ledger's own facts are not those of its charter",
            ));
        }
        Ok(())
    }

    /// The entry's root is the tree's, and its cosignatures are good and as many as there ought to be.
    fn check_checkpoint(
        &mut self,
        stored: &EntryCheckpoint,
        further: &[StoredCosignature],
        jobs: &mut Vec<Job>,
    ) -> Result<()> {
        let size = stored.appended.size;
        let seq = size.saturating_sub(1);
        let root = self.roots.last().copied().unwrap_or(stored.root);
        if stored.root != root {
            self.found(
                Some(seq),
                "wrong-root",
                format!("the checkpoint of size {size} has another root"),
            );
        }
        let checkpoint = Checkpoint::new(log::origin(&self.ledger.0), size, Hash::from(root.0))
            .map_err(damaged)?;
        let body = checkpoint.body();
        let further = of_size(further, size);
        if u64::try_from(further.len()).ok() != Some(stored.cosigners) {
            self.found(
                Some(seq),
                "cosignature-missing",
                format!(
                    "the checkpoint of size {size} has {} further cosignatures, it ought to have {}",
                    further.len(),
                    stored.cosigners
                ),
            );
        }
        let mut in_force = false;
        for cosignature in std::iter::once(&stored.appended).chain(further) {
            match Custodian::load(&self.state, &cosignature.custodian)? {
                Some(custodian) => {
                    // Who goes by this very leaf may have appended it.
                    let began = custodian.from.is_some() || custodian.accepted == Some(seq);
                    let still = custodian.retired.is_none_or(|index| index >= seq);
                    in_force |= began && still && !custodian.has(Role::Reader);
                    jobs.push(Job {
                        seq,
                        code: "bad-cosignature",
                        what: "a cosignature does not verify",
                        key: custodian.sign,
                        message: format!("cosignature/v1\ntime {}\n{body}", cosignature.time)
                            .into_bytes(),
                        signature: cosignature.sig.clone(),
                    });
                }
                None => self.found(
                    Some(seq),
                    "bad-cosignature",
                    "a cosignature of nobody in the ledger",
                ),
            }
        }
        let twice = further
            .iter()
            .any(|more| more.custodian == stored.appended.custodian);
        if twice {
            self.found(
                Some(seq),
                "bad-cosignature",
                "two cosignatures of one custodian",
            );
        }
        if !in_force {
            self.found(
                Some(seq),
                "cosignature-missing",
                "no custodian in force has cosigned the checkpoint",
            );
        }
        Ok(())
    }

    /// The state tables are what the fold gave.
    fn check_state(&mut self) -> Result<()> {
        let (view, state) = (self.view, &self.state);
        let mut wrong = Vec::new();
        let mut there = 0;
        view.each_record(|kind, key, value| {
            let known = Table::parse(kind).and_then(|table| state.peek(table, key));
            there += usize::from(known.is_some());
            if known != Some(value) {
                wrong.push(format!("{kind} {key}"));
            }
            Ok(())
        })?;
        if there < state.iter().count() {
            for (table, key, _) in state.iter() {
                if view.get(table, key)?.is_none() {
                    wrong.push(format!("{} {key}", table.as_str()));
                }
            }
        }
        for name in wrong {
            self.found(
                None,
                "state-differs",
                format!("the record `{name}` is not what the log says"),
            );
        }
        Ok(())
    }

    /// The undo table is what the fold gave.
    fn check_undo(&mut self) -> Result<()> {
        let mut stored = self.view.undo_back_to(0)?;
        stored.sort_by(|a, b| {
            (a.seq, a.table.as_str(), &a.key).cmp(&(b.seq, b.table.as_str(), &b.key))
        });
        let mut expected = self.undo.clone();
        expected.sort_by(|a, b| {
            (a.seq, a.table.as_str(), &a.key).cmp(&(b.seq, b.table.as_str(), &b.key))
        });
        if stored != expected {
            let at = stored
                .iter()
                .zip(&expected)
                .find(|(a, b)| a != b)
                .map(|(a, b)| a.seq.min(b.seq))
                .or_else(|| stored.iter().skip(expected.len()).map(|row| row.seq).next())
                .or_else(|| expected.iter().skip(stored.len()).map(|row| row.seq).next());
            self.found(
                at,
                "undo-differs",
                "what the records were before is not what the log says",
            );
        }
        Ok(())
    }

    /// The shards' hashes are those of the state that the fold gave.
    fn check_shards(&mut self) -> Result<()> {
        let expected = shard::all(self.state.iter());
        let stored = self.view.shards()?;
        let differs = |(shard, hash): (&Shard, &Digest)| {
            (expected.get(shard) != Some(hash) || stored.get(shard) != Some(hash))
                .then(|| shard.clone())
        };
        let wrong: BTreeSet<Shard> = expected.iter().chain(&stored).filter_map(differs).collect();
        for shard in wrong {
            self.found(
                None,
                "shard-differs",
                format!(
                    "the hash of the records `{} {}` is not what the log says",
                    shard.table.as_str(),
                    shard.prefix
                ),
            );
        }
        Ok(())
    }

    /// Every blob that ought to be there is, with its own bytes, and no other.
    fn check_blobs(&mut self) -> Result<()> {
        let may_be_gone = self.blobs_that_may_be_gone()?;
        let expected = std::mem::take(&mut self.blobs);
        let mut stored = BTreeSet::new();
        let mut wrong = Vec::new();
        let view = self.view;
        view.each_blob(|name, bytes| {
            match Digest::from_slice(name).filter(|digest| expected.contains_key(digest)) {
                Some(digest) => {
                    stored.insert(digest);
                    if Digest::of(bytes) != digest {
                        wrong.push(digest);
                    }
                }
                None => self.found(None, "stray-blob", "there is a blob that no entry names"),
            }
            Ok(())
        })?;
        for digest in wrong {
            self.found(
                expected.get(&digest).copied(),
                "blob-mismatch",
                format!("the stored bytes of blob {digest} are others"),
            );
        }
        for (digest, seq) in &expected {
            if !stored.contains(digest) && !may_be_gone.contains(digest) {
                self.found(
                    Some(*seq),
                    "blob-missing",
                    format!("the blob {digest} is missing"),
                );
            }
        }
        Ok(())
    }

    fn blobs_that_may_be_gone(&self) -> Result<BTreeSet<Digest>> {
        let mut gone = BTreeSet::new();
        for (_, epoch) in list::<Epoch>(&self.state, "")? {
            if epoch.destroyed.is_some() {
                gone.insert(epoch.payload);
                gone.extend(epoch.shares.iter().map(|share| share.blob));
            }
        }
        for (key, request) in list::<RequestRecord>(&self.state, "")? {
            let kept = read::<crate::state::custody::OpenRecord>(&self.state, &key)?
                .is_some_and(|open| open.kept);
            if !kept {
                gone.extend(request.passing_blobs());
            }
        }
        Ok(gone)
    }

    /// Nothing lies outside what was checked entry by entry.
    fn check_outside(&mut self) -> Result<()> {
        if self.view.rows_below_zero()? > 0 {
            self.found(
                None,
                "stray-row",
                "there are rows of entries that the log can't have",
            );
        }
        if !self.view.has_own_schema()? {
            self.found(
                None,
                "schema-changed",
                "the database has other tables, indexes, views or triggers",
            );
        }
        if self.view.cosignatures_outside(self.size)? > 0 {
            self.found(
                Some(self.size),
                "stray-cosignature",
                "there are cosignatures of sizes that the log does not have",
            );
        }
        if self.view.count(Table::Ledger)? != 1 && self.size > 0 {
            self.found(None, "state-differs", "the ledger's own record is missing");
        }
        for line in self.view.integrity()? {
            self.found(None, "database-damaged", line);
        }
        Ok(())
    }
}

/// The log before one entry, as the rules ask for it: all of it from the fold, but for the columns of
/// earlier leaves, each of which was compared with its envelope.
struct Past<'p> {
    view: View<'p>,
    ids: &'p BTreeSet<Id>,
    blobs: &'p BTreeMap<Digest, u64>,
    roots: &'p [Digest],
}

impl policy::LogView for Past<'_> {
    fn find(&self, leaf: &Digest) -> Result<Option<policy::LeafInfo>> {
        self.view.find(leaf)
    }

    fn knows(&self, id: &Id) -> Result<bool> {
        Ok(self.ids.contains(id))
    }

    fn knows_blob(&self, digest: &Digest) -> Result<bool> {
        Ok(self.blobs.contains_key(digest))
    }

    fn root_at(&self, size: u64) -> Result<Digest> {
        let at = usize::try_from(size).ok();
        at.and_then(|at| self.roots.get(at))
            .copied()
            .ok_or_else(|| damaged(format!("there are fewer than {size} entries")))
    }
}

fn work(receiver: &Mutex<Receiver<Vec<Job>>>, failures: &Mutex<Vec<Failure>>) {
    loop {
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(jobs) = next else { return };
        for job in jobs.iter().filter(|job| !job.is_good()) {
            failures
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((job.seq, job.code, job.what));
        }
    }
}

/// The columns beside the envelope are what the envelope says.
fn columns_fit(entry: &Entry, leaf: &Digest, header: &Header) -> bool {
    *leaf == entry.hash
        && header.id == entry.id
        && header.author == entry.author
        && header.kind == entry.kind
        && header.made_at.seconds() == entry.made_at
}

/// The cosignatures of one size, out of many in order of size.
fn of_size(rows: &[StoredCosignature], size: u64) -> &[StoredCosignature] {
    let from = rows.partition_point(|row| row.size < size);
    let to = rows.partition_point(|row| row.size <= size);
    rows.get(from..to).unwrap_or_default()
}
