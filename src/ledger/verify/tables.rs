//! What lies beside the log: the ledger's own facts, the tables that are a cache of it, blobs, the schema.

use std::collections::BTreeSet;

use super::{Blob, Run};
use crate::crypto::ed25519::{PublicKey, SigningKey};
use crate::crypto::fixed::Digest;
use crate::crypto::secret::Key32;
use crate::error::Result;
use crate::ledger::copying::CopyMark;
use crate::policy;
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::records::{list, read};
use crate::state::shard::{self, Shard};
use crate::state::{Records, Table};
use crate::statement::blobs;

impl Run<'_> {
    /// What was read when the ledger was opened is still there, and nothing beside it.
    pub(super) fn check_meta(&mut self, log_key: &PublicKey) -> Result<()> {
        let names = self.view.meta_names()?;
        let seed: Option<[u8; 32]> = self.view.meta("log_seed")?.try_into().ok();
        let key = seed.and_then(|seed| SigningKey::from_seed(&Key32::new(seed)).ok());
        // A copy has a mark, which fits its log.
        let mark = CopyMark::load(&self.view)?;
        let mark_fits = match &mark {
            Some(mark) => mark.size <= self.size && mark.is_of(&self.view)?,
            None => true,
        };
        // What was erased may not be out of the file yet.
        let passing = ["copy", "erased"];
        let known = names
            .iter()
            .filter(|name| !passing.contains(&name.as_str()));
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

    /// The state tables are what the fold gave.
    pub(super) fn check_state(&mut self) -> Result<()> {
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
    pub(super) fn check_undo(&mut self) -> Result<()> {
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
    pub(super) fn check_shards(&mut self) -> Result<()> {
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
    pub(super) fn check_blobs(&mut self) -> Result<()> {
        let may_be_gone = self.blobs_that_may_be_gone()?;
        let expected = std::mem::take(&mut self.blobs);
        let mut stored = BTreeSet::new();
        let view = self.view;
        view.each_blob(|name, bytes| {
            let digest = Digest::from_slice(name);
            match digest.and_then(|digest| expected.get_key_value(&digest)) {
                Some((digest, blob)) => {
                    stored.insert(*digest);
                    self.check_blob(digest, *blob, bytes);
                }
                None => self.found(None, "stray-blob", "there is a blob that no entry names"),
            }
            Ok(())
        })?;
        for (digest, blob) in &expected {
            if !stored.contains(digest) && !may_be_gone.contains(digest) {
                self.found(
                    Some(blob.seq),
                    "blob-missing",
                    format!("the blob {digest} is missing"),
                );
            }
        }
        Ok(())
    }

    fn check_blob(&mut self, digest: &Digest, blob: Blob, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if Digest::of(bytes) != *digest {
            self.found(
                Some(blob.seq),
                "blob-mismatch",
                format!("the stored bytes of blob {digest} are others"),
            );
        } else if !blobs::fits(blob.length, length) {
            self.found(
                Some(blob.seq),
                "blob-size",
                format!(
                    "the blob {digest} has {length} bytes, which is not what its entry may bring"
                ),
            );
        } else if let Some(stamp) = self.tokens.get(digest)
            && let Err(error) = policy::check_token(&self.ledger, stamp, bytes)
        {
            self.found(Some(blob.seq), error.code(), error.to_string());
        }
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
    pub(super) fn check_outside(&mut self) -> Result<()> {
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
