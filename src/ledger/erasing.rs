//! Erasing, seen from the file: nothing of what is gone stays in it.

use std::path::PathBuf;

use super::Session;
use crate::error::{Error, Result};
use crate::store::Access;

impl Session {
    /// Databases that were kept beside this one when it was brought to a newer schema version.
    #[must_use]
    pub fn older_databases(&self) -> Vec<PathBuf> {
        let Ok(files) = std::fs::read_dir(&self.directory) else {
            return Vec::new();
        };
        let is_one = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("before-schema-"))
        };
        let mut found: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
        found.retain(is_one);
        found.sort();
        found
    }

    /// Makes the database's file anew where something was erased and this has not been done since.
    ///
    /// # Errors
    /// Failed, code `erased-remains`, where another program reads the ledger, or the disk fails: the part
    /// is erased, but its bytes may be left in the file.
    pub fn remove_remains(&mut self) -> Result<()> {
        if self.access != Access::Write || !self.store.has_remains()? {
            return Ok(());
        }
        self.store.remove_remains().map_err(|error| {
            Error::failed(
                "erased-remains",
                "what was erased may be left in free pages of the file",
            )
            .because(error)
            .hint("let others close the ledger; the next act makes the file anew")
        })
    }
}
