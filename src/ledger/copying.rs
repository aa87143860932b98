//! Whole copies of a ledger in another directory: what a backup is packed from, what a restored one
//! becomes (docs/formats.md, sections 12 and 17).

use std::fs::File;
use std::path::Path;

use super::keys::Keys;
use super::trusted::head;
use super::{Lock, Session, files, lock};
use crate::crypto::fixed::Digest;
use crate::error::Result;
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
