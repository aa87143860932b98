//! A place for what is half made: beside what it is to become, so that one rename makes it that, and
//! gone with everything in it whatever happens.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::ledger;

/// A directory that only its owner may enter, and that goes when it is dropped.
#[derive(Debug)]
pub struct Staging(PathBuf);

impl Staging {
    /// Beside `path`, under a name that nothing has.
    ///
    /// # Errors
    /// Failed, code `cannot-write`.
    pub fn beside(path: &Path) -> Result<Self> {
        Self::at(ledger::temporary_beside(path)?)
    }

    /// Among the temporary files of this machine, for what is only to be looked at.
    ///
    /// # Errors
    /// Failed, code `cannot-write`.
    pub fn anywhere() -> Result<Self> {
        Self::beside(&std::env::temp_dir().join("rootkeep"))
    }

    fn at(path: PathBuf) -> Result<Self> {
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| {
                Error::failed("cannot-write", format!("cannot make {}", path.display()))
                    .because(error)
            })?;
        Ok(Self(path))
    }

    /// A place in it.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What can't be removed says by its name that it was temporary.
        let _left_behind = fs::remove_dir_all(&self.0);
    }
}
