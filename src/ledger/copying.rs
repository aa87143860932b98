//! Whole copies of a ledger in another directory: what a backup is packed from, what a restored one
//! becomes (docs/formats.md, sections 12 and 17).

use std::fs::File;
use std::path::Path;

use super::keys::{self, Keys};
use super::trusted::head;
use super::verify::{Progress, Report, verify_all};
use super::{Lock, Session, files, lock, own_facts, rekeying};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::store::{Access, Store};

/// A restored ledger that nobody else can open yet: it is let go when this is dropped.
pub struct Settled {
    _alone: File,
}

impl Session {
    /// Makes a whole copy of this ledger, as it is at this moment, in a new directory. Its `keys/` are
    /// made from its own log: what somebody may have put into this ledger's does not get there. Nothing
    /// is verified. Returns the copy's head.
    ///
    /// # Errors
    /// Failed where the disk, the database or age fails; what was begun is left to the caller.
    pub fn copy_into(&self, directory: &Path) -> Result<(u64, Digest)> {
        files::lay_out(directory)?;
        let database = directory.join("ledger.db");
        self.store.copy_to(&database, &self.data_key, None)?;
        let copy = Store::open(&database, &self.data_key, Access::Write)?;
        Keys::of(directory).repair(&copy.view(), &self.data_key, &self.host)?;
        head(&copy.view())
    }

    /// Opens a copy of this ledger with the own member key, as anybody else would have to, and verifies
    /// it whole.
    ///
    /// # Errors
    /// Verification where it doesn't open, is another ledger's, or has problems.
    pub fn verify_copy(&self, directory: &Path, progress: Progress<'_>) -> Result<Report> {
        let keys = Keys::of(directory);
        let sealed = keys.sealed_member_key(&self.member)?;
        if sealed != self.keys.sealed_member_key(&self.member)? {
            return Err(Error::verification(
                "wrong-member-key",
                "the copy has another member key for you",
            ));
        }
        let wrapped = keys.wrapped_data_key(&self.member)?;
        let data_keys = keys::unwrap(&self.member_key.decrypt(&wrapped)?)?;
        let database = directory.join("ledger.db");
        let (store, _) = rekeying::open_with_any(&database, &data_keys, Access::Write)?;
        let (id, log_key) = own_facts(&store.view())?;
        if id != self.id {
            return Err(Error::verification(
                "other-ledger",
                "the copy is of another ledger",
            ));
        }
        let report = verify_all(store.view(), id, &log_key.public(), progress)?;
        report.require_good("the copy")?;
        Ok(report)
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

    /// Ends the session and makes the ledger, which nobody else may have open, ready for many who
    /// write.
    ///
    /// # Errors
    /// Failed, code `locked`; failed where the database fails.
    pub fn settle(self) -> Result<Settled> {
        let Self {
            directory,
            store,
            data_key,
            lock: shared,
            ..
        } = self;
        drop((store, shared));
        let alone = lock(&directory, Lock::Exclusive)?;
        Store::use_wal(&directory.join("ledger.db"), &data_key)?;
        Ok(Settled { _alone: alone })
    }
}
