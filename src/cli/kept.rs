//! What a shell keeps from one command to the next: the person's unlocked identity, and what completion
//! reads names with. Nothing else is kept, and without a shell nothing at all.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::crypto::identity::Identity;
use crate::crypto::recipient::AgeHost;
use crate::error::Result;
use crate::ledger::{Glance, Session};
use crate::state::Records;

/// One person in one ledger, locked or unlocked.
pub struct Kept {
    identity: PathBuf,
    directory: PathBuf,
    unlocked: RefCell<Option<Unlocked>>,
}

struct Unlocked {
    identity: Identity,
    host: AgeHost,
    glance: Glance,
}

impl Kept {
    /// Still locked.
    pub fn locked(identity: PathBuf, directory: PathBuf) -> Self {
        Self {
            identity,
            directory,
            unlocked: RefCell::default(),
        }
    }

    /// The identity of that file, once it was unlocked. What it asks is asked by its own host, which
    /// may run what `host` may.
    pub fn identity(&self, file: &Path, host: &AgeHost) -> Option<(Identity, AgeHost)> {
        let unlocked = self.unlocked.borrow();
        let unlocked = unlocked.as_ref().filter(|_| file == self.identity)?;
        let host = unlocked.host.again_with_plugins_of(host);
        Some((unlocked.identity.clone(), host))
    }

    /// Keeps what a session was opened with, where it is this person's in this ledger.
    pub fn keep(&self, identity: &Identity, host: &AgeHost, session: &Session) {
        if identity.path() == self.identity && session.directory() == self.directory {
            *self.unlocked.borrow_mut() = Some(Unlocked {
                identity: identity.clone(),
                host: host.clone(),
                glance: session.glance(),
            });
        }
    }

    /// Wipes it from memory.
    pub fn lock(&self) {
        *self.unlocked.borrow_mut() = None;
    }

    /// Reads names to complete with; `None` while locked.
    pub fn glance<T>(&self, read: impl FnOnce(&dyn Records) -> Result<T>) -> Option<Result<T>> {
        let unlocked = self.unlocked.borrow();
        unlocked.as_ref().map(|unlocked| unlocked.glance.read(read))
    }
}
