//! Erasing: a part goes with the entry that decides it, in the same transaction; then nothing of it may
//! be left in free pages, in the WAL or in a journal (docs/formats.md, section 12).

use std::time::Duration;

use super::append::Batch;
use super::database::Store;
use super::failed;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

/// The fact about a ledger as a whole that something was erased, and the file not yet made anew.
const MARK: &str = "erased";
/// How long to wait for whoever reads: a later act can do it as well.
const SOON: Duration = Duration::from_secs(2);

impl Batch<'_> {
    /// Takes the personal part and its salt away from a leaf, and leaves a mark that the file is to be
    /// made anew.
    pub(super) fn drop_personal(&self, leaf: &Digest) -> Result<()> {
        let gone = self.write(
            "UPDATE leaf SET personal_salt = NULL, personal = NULL WHERE hash = ?1",
            [leaf.as_bytes()],
        )?;
        if gone != 1 {
            return Err(Error::failed(
                "internal",
                "what is to be erased is not there",
            ));
        }
        self.replace_meta(MARK, &[])
    }

    /// Takes a blob away.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn drop_blob(&self, digest: &Digest) -> Result<()> {
        self.write("DELETE FROM blob WHERE digest = ?1", [digest.as_bytes()])?;
        Ok(())
    }
}

impl Store {
    /// Whether something was erased and the file not made anew since.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn has_remains(&self) -> Result<bool> {
        Ok(self.view().meta_if_there(MARK)?.is_some())
    }

    /// Makes the file anew where something was erased, and ends the WAL. The mark goes last: a process
    /// that is killed before has it done again by the next.
    ///
    /// # Errors
    /// Failed, code `busy`, where somebody still reads; failed where the disk fails.
    pub fn remove_remains(&mut self) -> Result<()> {
        if !self.has_remains()? {
            return Ok(());
        }
        self.end_read()?;
        self.check_schema()?;
        self.with_patience(SOON, |store| {
            store.connection().execute_batch("VACUUM").map_err(failed)?;
            store.settle()
        })?;
        let batch = self.begin()?;
        batch.write("DELETE FROM meta WHERE name = ?1", [MARK])?;
        batch.commit()
    }
}
