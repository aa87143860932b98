//! A new data key for the database and everyone who may open it (docs/formats.md, section 12).
//!
//! The database is written anew beside the old one, every key file gets both keys, one rename swaps
//! the databases, and the key files then get the new key alone. Wherever it is interrupted, whoever
//! opens the ledger finds the key of the database that is there.

use std::fs;
use std::path::Path;

use super::Session;
use super::acts::Entered;
use super::keys;
use crate::crypto::fixed::Digest;
use crate::crypto::secret::Key32;
use crate::error::{Error, Result};
use crate::state::people::{Custodian, LedgerRecord};
use crate::statement::Claim;
use crate::statement::people::Role;
use crate::statement::quorums::Rekey;
use crate::store::{Access, Store};

/// The database under the new key, until it takes the old one's place.
const FRESH: &str = "ledger.db.rekey";

impl Session {
    /// Gives the ledger a new data key. Whoever was retired and has kept the old one opens nothing that
    /// is written from here on. Nobody else may have the ledger open.
    ///
    /// # Errors
    /// Failed, code `locked`; refused for whoever is no keeper; failed where the disk fails: then the
    /// ledger is as it was.
    pub fn rekey(mut self) -> Result<(Self, Entered)> {
        self.writable()?;
        self.on_verified(
            |session| match Custodian::load(&session.view(), &session.member)? {
                Some(custodian) if custodian.in_force() && custodian.has(Role::Keeper) => Ok(()),
                _ => Err(Error::refused(
                    "no-role",
                    "only a keeper gives the ledger a new key",
                )),
            },
        )?;
        self.alone()?;
        self.keys.remove_half_written()?;
        let new_key = Key32::new(Digest::random(&self.rng)?.0);
        let database = self.store.path().to_owned();
        let fresh = database.with_file_name(FRESH);
        let swapped = self.swap(&fresh, &new_key);
        if swapped.is_err() {
            // What is left of it is in nobody's way.
            let _gone = fs::remove_file(&fresh);
        }
        swapped?;
        drop(self.store);
        remove_wal(&database)?;
        rename(&fresh, &database)?;
        self.store = Store::open(&database, &new_key, Access::Write)?;
        self.data_key = new_key;
        (self.checker, self.known) = (None, None);
        self.finish_rekey()?;
        self.lock.lock_shared().map_err(|error| {
            Error::failed("locked", "the ledger's lock can't be given back").because(error)
        })?;
        let number = self.on_verified(|session| {
            Ok(LedgerRecord::load(&session.view())?.map_or(1, |ledger| ledger.rekeys.len() + 1))
        })?;
        let number = u32::try_from(number)
            .map_err(|_| Error::failed("internal", "there were too many keys"))?;
        let entered = self.enter(Claim::Rekey(Rekey { number }), Vec::new())?;
        Ok((self, entered))
    }

    /// Takes the lock for this process alone, or leaves it as it was.
    fn alone(&self) -> Result<()> {
        self.lock.try_lock().map_err(|_| {
            // Trying may have given up what there was.
            let _shared = self.lock.try_lock_shared();
            Error::failed(
                "locked",
                "somebody else has the ledger open, and this needs it alone",
            )
            .hint("let the others finish, then do it again")
        })
    }

    /// Everything up to the rename: the fresh database, read back, and key files with both keys.
    fn swap(&mut self, fresh: &Path, new_key: &Key32) -> Result<()> {
        match fs::remove_file(fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(cannot_write(fresh, &error));
            }
            _ => {}
        }
        self.store.copy_to(fresh, new_key)?;
        let written = Store::open(fresh, new_key, Access::Write)?;
        if written.contents()? != self.store.contents()? {
            return Err(Error::failed(
                "read-back",
                "the database under the new key does not read back; nothing was changed",
            ));
        }
        written.use_wal()?;
        drop(written);
        remove_wal(fresh)?;
        sync(fresh)?;
        self.on_verified(|session| {
            let both = [new_key, &session.data_key];
            session.keys.rewrap(&session.view(), &both, &session.host)
        })?;
        self.store.settle()
    }

    /// Leaves the key files with the key of the database that is there.
    pub(super) fn finish_rekey(&mut self) -> Result<()> {
        self.on_verified(|session| {
            let one = [&session.data_key];
            session.keys.rewrap(&session.view(), &one, &session.host)
        })?;
        match fs::remove_file(self.store.path().with_file_name(FRESH)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(cannot_write(self.store.path(), &error))
            }
            _ => Ok(()),
        }
    }
}

/// Opens the database with whichever of the keys is its own; says which.
pub(super) fn open_with_any(
    database: &Path,
    candidates: &[Key32],
    access: Access,
) -> Result<(Store, usize)> {
    let mut last = keys::no_data_key();
    for (place, key) in candidates.iter().enumerate() {
        match Store::open(database, key, access) {
            Ok(store) => return Ok((store, place)),
            Err(error) if error.code() == "wrong-data-key" => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// A WAL of the database before would be read into the one after.
fn remove_wal(database: &Path) -> Result<()> {
    for end in ["-wal", "-shm"] {
        let mut path = database.as_os_str().to_owned();
        path.push(end);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(cannot_write(Path::new(&path), &error));
            }
            _ => {}
        }
    }
    sync_directory(database)
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| cannot_write(to, &error))?;
    sync_directory(to)
}

fn sync(path: &Path) -> Result<()> {
    fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| cannot_write(path, &error))
}

fn sync_directory(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), sync)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::failed("cannot-write", format!("cannot write {}", path.display())).because(error)
}
