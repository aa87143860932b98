//! The log, entry by entry: bytes, signature, parts, rules, tree, checkpoint.

use std::collections::BTreeSet;
use std::sync::mpsc::SyncSender;

use super::signatures::{Gather, Job};
use super::{Blob, CHUNK, Progress, Run};
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::part::PartName;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::ledger::trusted::{charter_author, damaged};
use crate::log::{self, Checkpoint, Hash};
use crate::policy;
use crate::state::imports::ImportRecord;
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::{Change, Records};
use crate::statement::header::leaf_hash;
use crate::statement::people::Role;
use crate::statement::{Claim, Header, Kind, Parts, Statement, UntrustedStatement};
use crate::store::{Entry, StoredCosignature, UndoRow, View};

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

impl Run<'_> {
    /// Every entry in order: bytes, signature, parts, rules, tree, checkpoint.
    pub(super) fn fold(
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
                // What a slip brought is as old as it is: the rules go by the time of its import.
                if ImportRecord::load(&self.state)?.is_none() {
                    self.report.clock_went_back += u64::from(entry.made_at < before);
                    before = entry.made_at;
                }
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
        let parts = self.personal_or_none((seq, leaf), untrusted.untrusted_header(), parts);
        let statement = untrusted.with_parts(parts)?;
        self.judge_statement(seq, &statement, jobs)?;
        if statement.kind() == Kind::Genesis {
            self.check_genesis(log_key)?;
        }
        Ok(())
    }

    /// A personal part that is not the one signed is a problem of its own entry; the fold goes on
    /// without it, so that what follows is judged by the facts. Whether one that is missing was erased,
    /// the end of the log tells.
    fn personal_or_none(
        &mut self,
        (seq, leaf): (u64, &Digest),
        header: &Header,
        mut parts: Parts,
    ) -> Parts {
        let Some(expected) = &header.personal else {
            return parts;
        };
        match &parts.personal {
            None => self.lacking.push((seq, *leaf)),
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
            roots: &self.roots,
        };
        let ruled = policy::judge(&self.state, &log, &mut Gather { seq, jobs }, statement, seq)?;
        self.ids.insert(statement.header().id);
        let length = statement.claim().blob_length();
        for digest in statement.claim().blobs() {
            self.blobs.entry(digest).or_insert(Blob { seq, length });
        }
        if let Claim::Timestamp(stamp) = statement.claim() {
            self.tokens.entry(stamp.token).or_insert(stamp.clone());
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
}

/// The log before one entry, as the rules ask for it: all of it from the fold, but for the columns of
/// earlier leaves, each of which was compared with its envelope.
struct Past<'p> {
    view: View<'p>,
    ids: &'p BTreeSet<Id>,
    roots: &'p [Digest],
}

impl policy::LogView for Past<'_> {
    fn find(&self, leaf: &Digest) -> Result<Option<policy::LeafInfo>> {
        self.view.find(leaf)
    }

    fn knows(&self, id: &Id) -> Result<bool> {
        Ok(self.ids.contains(id))
    }

    fn root_at(&self, size: u64) -> Result<Digest> {
        let at = usize::try_from(size).ok();
        at.and_then(|at| self.roots.get(at))
            .copied()
            .ok_or_else(|| damaged(format!("there are fewer than {size} entries")))
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
