//! `verify`: everything that the ledger claims, checked again from the stored bytes; each problem is
//! named with its entry.
//!
//! One thread folds the log through the policy and reads the tables; the signatures it meets go to
//! all cores.

mod erased;
mod fold;
mod signatures;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};

use super::Session;
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::log::{self, Frontier};
use crate::state::Memory;
use crate::statement::outside::Timestamp;
use crate::store::{Batch, UndoRow, View};
pub(super) use erased::make_again;
use signatures::{Failure, work};

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
    pub(super) state: Memory,
    /// What records were before each leaf.
    pub(super) undo: Vec<UndoRow>,
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
    run(view, ledger, log_key, progress, |run| {
        run.check(Run::check_state)?;
        run.check(Run::check_undo)?;
        run.check(Run::check_shards)?;
        run.check(Run::check_blobs)?;
        run.check(Run::check_outside)
    })
}

/// Checks the log on all cores, and `beside` what lies beside it.
fn run(
    view: View<'_>,
    ledger: Digest,
    log_key: &PublicKey,
    progress: Progress<'_>,
    beside: impl FnOnce(&mut Run<'_>) -> Result<()>,
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
        run.check(Run::check_erased)?;
        beside(&mut run)
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

/// What the log says of a blob.
#[derive(Clone, Copy)]
struct Blob {
    /// The entry that brought it.
    seq: u64,
    /// Its length, where the entry says so.
    length: Option<u64>,
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
    blobs: BTreeMap<Digest, Blob>,
    /// Entries that lack the personal part that they commit to.
    lacking: Vec<(u64, Digest)>,
    /// What is stated of time-stamp tokens.
    tokens: BTreeMap<Digest, Timestamp>,
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
            lacking: Vec::new(),
            tokens: BTreeMap::new(),
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
}
