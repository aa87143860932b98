//! Another directory of the same ledger, beside the one that a session has open: a copy, what a backup
//! was unpacked to, or a fork.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::keys::{self, Keys};
use super::notes::note_of;
use super::trusted::head;
use super::verify::{Progress, Report, verify_all};
use super::{Lock, Session, access_of, lock, own_facts, rekeying};
use crate::crypto::ed25519::SigningKey;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::log::SignedCheckpoint;
use crate::policy::LogView;
use crate::store::{Entry, Store, View};

/// A ledger that was opened to be looked at, whatever the pin remembers.
pub struct Other {
    pub(super) directory: PathBuf,
    pub(super) store: Store,
    id: Digest,
    log_key: SigningKey,
    pub(super) lock: File,
}

impl Session {
    /// Opens another directory of this ledger with the own member key, as of one moment. Nothing is
    /// asked for, and nothing in it is verified.
    ///
    /// # Errors
    /// Not found, code `not-a-ledger`; refused, codes `not-a-member`, `newer-schema`, `older-schema`;
    /// verification, codes `other-ledger`, `wrong-member-key`, `wrong-data-key`.
    pub fn open_other(&self, directory: &Path) -> Result<Other> {
        let access = access_of(directory)?;
        let shared = lock(directory, Lock::Shared)?;
        let keys = Keys::of(directory);
        if !keys.members()?.contains(&self.member) {
            return Err(Error::refused(
                "not-a-member",
                format!("{} has no key for you", directory.display()),
            )
            .hint("it may be of another ledger, or of before you were in this one"));
        }
        if keys.sealed_member_key(&self.member)? != self.keys.sealed_member_key(&self.member)? {
            return Err(Error::verification(
                "wrong-member-key",
                format!("{} has another member key for you", directory.display()),
            ));
        }
        let wrapped = keys.wrapped_data_key(&self.member)?;
        let data_keys = keys::unwrap(&self.member_key.decrypt(&wrapped)?)?;
        let database = directory.join("ledger.db");
        let (store, _) = rekeying::open_with_any(&database, &data_keys, access)?;
        store.read_from_now()?;
        let (id, log_key) = own_facts(&store.view())?;
        if id != self.id {
            return Err(Error::verification(
                "other-ledger",
                format!("{} is another ledger", directory.display()),
            ));
        }
        Ok(Other {
            directory: directory.to_owned(),
            store,
            id,
            log_key,
            lock: shared,
        })
    }

    /// This ledger, to be compared: as of the moment in which the session last began to read, or of the
    /// present one.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn side(&self) -> Result<Side<'_>> {
        self.store.read_from_now()?;
        Ok(Side {
            view: self.store.view(),
            ledger: &self.id,
            log_key: &self.log_key,
        })
    }
}

impl Other {
    /// To be compared.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        Side {
            view: self.store.view(),
            ledger: &self.id,
            log_key: &self.log_key,
        }
    }
}

/// One of two ledgers that are compared. Nothing of it is believed before it was verified.
#[derive(Clone, Copy)]
pub struct Side<'s> {
    view: View<'s>,
    ledger: &'s Digest,
    log_key: &'s SigningKey,
}

impl Side<'_> {
    /// Verifies it whole.
    ///
    /// # Errors
    /// Failed where the database can't be read at all; what is merely wrong is in the report.
    pub fn verify(&self, progress: Progress<'_>) -> Result<Report> {
        verify_all(self.view, *self.ledger, &self.log_key.public(), progress)
    }

    /// Size and root.
    ///
    /// # Errors
    /// Verification where the tree is damaged.
    pub fn head(&self) -> Result<(u64, Digest)> {
        head(&self.view)
    }

    /// The root of the log at a size.
    ///
    /// # Errors
    /// Verification where the tree is damaged, or has fewer leaves.
    pub fn root_at(&self, size: u64) -> Result<Digest> {
        LogView::root_at(&self.view, size)
    }

    /// The stored checkpoint of a size, with all its cosignatures.
    ///
    /// # Errors
    /// Not found; verification where a stored cosignature is none.
    pub fn note(&self, size: u64) -> Result<SignedCheckpoint> {
        note_of(&self.view, self.ledger, self.log_key, size)
    }

    /// One entry.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        self.view.entry(seq)
    }
}
