//! Whole copies of a ledger in another directory: what a backup is packed from, what a restored one
//! becomes, and the read-only copy for another site (docs/formats.md, sections 12 and 17).
//!
//! What makes a ledger a copy is a row in its database, the mark, with the writer's epoch at which it was
//! made. What makes it a writer again is in the log: a promotion in effect, with a later epoch.

use std::fs::File;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::other::Other;
use super::trusted::head;
use super::{Entered, Lock, Session, files, lock};
use crate::crypto::canonical;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::policy::LogView;
use crate::state::Records;
use crate::state::people::LedgerRecord;
use crate::statement::copies::Promote;
use crate::statement::{Claim, Kind, Seen};
use crate::store::{Access, Store, View};

/// The fact about a ledger as a whole that makes it a copy.
const MARK: &str = "copy";

/// What a copy remembers of being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyMark {
    /// The writer's epoch then.
    pub epoch: u32,
    /// How many entries there were.
    pub size: u64,
    /// The log's root then.
    pub root: Digest,
}

impl CopyMark {
    fn of_head(view: &View<'_>) -> Result<Self> {
        let (size, root) = head(view)?;
        Ok(Self {
            epoch: writer_epoch(view)?,
            size,
            root,
        })
    }

    /// The mark of a ledger that is, or once was, a copy.
    ///
    /// # Errors
    /// Verification, code `bad-json`, where it is no mark.
    pub fn load(view: &View<'_>) -> Result<Option<Self>> {
        view.meta_if_there(MARK)?
            .map(|bytes| canonical::read(&bytes, "the mark of a copy"))
            .transpose()
    }

    /// That the log still has what it had when the copy was made.
    ///
    /// # Errors
    /// Verification where the tree is damaged.
    pub fn is_of(&self, log: &dyn LogView) -> Result<bool> {
        Ok(log.root_at(self.size)? == self.root)
    }
}

/// How often a copy has become the writer, and one.
fn writer_epoch(records: &dyn Records) -> Result<u32> {
    Ok(LedgerRecord::load(records)?.map_or(1, |ledger| ledger.writer_epoch()))
}

/// Whether nothing but a promotion, and decisions about it, may be entered.
pub(super) fn is_copy(view: &View<'_>) -> Result<bool> {
    match CopyMark::load(view)? {
        Some(mark) => Ok(mark.epoch >= writer_epoch(view)?),
        None => Ok(false),
    }
}

/// That a claim may be entered into this ledger, as far as being a copy or not goes. An import may:
/// what it brings is held to this by itself.
///
/// # Errors
/// Refused, codes `copy`, `not-a-copy`.
pub(super) fn check_place(view: &View<'_>, claim: &Claim) -> Result<()> {
    let promotes = match claim {
        Claim::CopyPromote(_) | Claim::Import(_) => true,
        Claim::Sign(sign) => is_promotion(view, &sign.subject)?,
        Claim::Reject(about, _) | Claim::Withdraw(about) => is_promotion(view, &about.subject)?,
        _ => false,
    };
    match (is_copy(view)?, promotes) {
        (true, false) => Err(read_only()),
        (false, true) if claim.kind() == Kind::CopyPromote => Err(Error::refused(
            "not-a-copy",
            "this ledger is no copy: it is written to already",
        )),
        _ => Ok(()),
    }
}

/// Whether a leaf is a promotion.
pub(super) fn is_promotion(view: &View<'_>, leaf: &Digest) -> Result<bool> {
    Ok(view
        .find(leaf)?
        .is_some_and(|found| found.kind == Kind::CopyPromote))
}

/// A copy that has become the writer still has the journal mode of a copy. It works, but readers and
/// writers wait for each other.
pub(super) fn ready_for_many(store: &Store) -> Result<()> {
    let view = store.view();
    if CopyMark::load(&view)?.is_some() && !is_copy(&view)? {
        // Where somebody else has it open, the next one does it.
        let _as_it_was = store.use_wal();
    }
    Ok(())
}

fn read_only() -> Error {
    Error::refused(
        "copy",
        "this is a read-only copy of the ledger: nothing is entered here",
    )
    .hint("work on the writer's ledger, and make the copy again from it: rootkeep copy --out DIR")
    .hint("if the writer's machine is lost, governance can make this copy the writer: rootkeep copy promote")
}

/// A ledger's directory that nobody else has open, and nobody can open, until this is dropped.
pub struct Alone {
    _lock: File,
}

impl Session {
    /// Makes a whole copy of this ledger, as it is at this moment, in a new directory. Its `keys/` are
    /// made from its own log: what somebody may have put into this ledger's does not get there. With
    /// `read_only`, it is marked as a copy. Nothing is verified. Returns the copy's head.
    ///
    /// # Errors
    /// Failed where the disk, the database or age fails; what was begun is left to the caller.
    pub fn copy_into(&self, directory: &Path, read_only: bool) -> Result<(u64, Digest)> {
        files::lay_out(directory)?;
        let database = directory.join("ledger.db");
        self.store.copy_to(&database, &self.data_key)?;
        let mut copy = Store::open(&database, &self.data_key, Access::Write)?;
        copy.remove_remains()?;
        if read_only {
            let mark = canonical::write(&CopyMark::of_head(&copy.view())?)?;
            let batch = copy.begin()?;
            batch.replace_meta(MARK, &mark)?;
            batch.commit()?;
        }
        Keys::of(directory).repair(&copy.view(), &self.data_key, &self.host)?;
        head(&copy.view())
    }

    /// Whether this is a read-only copy.
    ///
    /// # Errors
    /// Verification where its mark, or the ledger's record, is damaged.
    pub fn is_copy(&self) -> Result<bool> {
        is_copy(&self.view())
    }

    /// Proposes that this copy becomes the writer, from its head on. It does once governance has signed
    /// that, here.
    ///
    /// # Errors
    /// Refused, code `not-a-copy`, or by the policy; as [`Self::enter`].
    pub fn promote(&mut self) -> Result<Entered> {
        let claim = self.on_verified(|session| {
            let (size, root) = session.head()?;
            let epoch = writer_epoch(&session.view())?.saturating_add(1);
            let at = Seen { size, root };
            Ok(Claim::CopyPromote(Promote { at, epoch }))
        })?;
        self.enter(claim, Vec::new())
    }

    pub(super) fn no_copy(&self) -> Result<()> {
        if self.is_copy()? {
            return Err(read_only());
        }
        Ok(())
    }

    /// Makes `keys/` anew from the log, which must have been verified: in a directory whose files come
    /// from elsewhere.
    ///
    /// # Errors
    /// Failed where the disk or age fails.
    pub fn renew_keys(&self) -> Result<()> {
        self.keys
            .renew(&self.store.view(), &self.data_key, &self.host)
    }

    /// Ends the session and keeps its directory from everybody else; a ledger that is written to is made
    /// ready for many who write.
    ///
    /// # Errors
    /// Failed, code `locked`; failed where the database fails.
    pub fn settle(self) -> Result<Alone> {
        let writes = !self.is_copy()?;
        let Self {
            directory,
            store,
            lock: shared,
            ..
        } = self;
        drop(shared);
        let alone = lock(&directory, Lock::Exclusive)?;
        if writes {
            store.use_wal()?;
        }
        Ok(Alone { _lock: alone })
    }
}

impl Other {
    /// Whether it is a read-only copy.
    ///
    /// # Errors
    /// Verification where its mark, or the ledger's record, is damaged.
    pub fn is_copy(&self) -> Result<bool> {
        is_copy(&self.store.view())
    }

    /// Keeps its directory from everybody else. Of a copy nothing has changed since it was opened: its
    /// journal lets nobody write who is read from.
    ///
    /// # Errors
    /// Failed, code `locked`.
    pub fn alone(self) -> Result<Alone> {
        match self.lock.try_lock() {
            Ok(()) => Ok(Alone { _lock: self.lock }),
            Err(error) => Err(Error::failed(
                "locked",
                format!("somebody has {} open", self.directory.display()),
            )
            .because(error)
            .hint("let the others finish, then do it again")),
        }
    }
}
