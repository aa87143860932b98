//! Reading a ledger's records again after a session, without the identity: for what only helps with
//! typing. Nothing that is read so is held to the log or to a pin.

use std::path::PathBuf;

use super::{Lock, Session, lock};
use crate::crypto::secret::Key32;
use crate::error::Result;
use crate::state::Records;
use crate::store::{Access, Store};

/// Where a ledger's database is, and its key.
pub struct Glance {
    directory: PathBuf,
    database: PathBuf,
    access: Access,
    key: Key32,
}

impl Glance {
    /// Reads the records as they are now, and lets go of the ledger.
    ///
    /// # Errors
    /// Failed, code `locked`; verification, code `wrong-data-key`, where the ledger was re-keyed since.
    pub fn read<T>(&self, read: impl FnOnce(&dyn Records) -> Result<T>) -> Result<T> {
        let _held = lock(&self.directory, Lock::Shared)?;
        let store = Store::open(&self.database, &self.key, self.access)?;
        read(&store.view())
    }
}

impl Session {
    /// What reads this ledger's records again when the session is over.
    #[must_use]
    pub fn glance(&self) -> Glance {
        Glance {
            directory: self.directory.clone(),
            database: self.store.path().to_owned(),
            access: self.access,
            key: self.data_key.clone(),
        }
    }
}
