//! Runbooks: governance agrees to each version. What is in the file is no rule of the log.

use super::Judge;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::records::read;
use crate::state::runbooks::{PublishedVersion, RunbookRecord};
use crate::statement::runbooks::AddRunbook;

impl Judge<'_> {
    pub(super) fn check_runbook(&self, add: &AddRunbook) -> Result<()> {
        let record = self.runbook(add)?;
        if add.version != record.next() {
            return Err(Error::refused(
                "runbook-version",
                format!(
                    "the next version of the runbook {} is {}, not {}",
                    add.runbook,
                    record.next(),
                    add.version
                ),
            )
            .hint("add it again: rootkeep runbook add FILE"));
        }
        if record
            .versions
            .last()
            .is_some_and(|last| last.file == add.file)
        {
            return Err(Error::refused(
                "runbook-unchanged",
                format!("this file is the version of {} in effect", add.runbook),
            ));
        }
        Ok(())
    }

    pub(super) fn publish(&mut self, subject: &Digest, add: &AddRunbook) -> Result<()> {
        let mut record = self.runbook(add)?;
        record.versions.push(PublishedVersion {
            leaf: *subject,
            file: add.file,
            since: self.index,
        });
        self.state.put(add.runbook.as_str(), &record)
    }

    fn runbook(&self, add: &AddRunbook) -> Result<RunbookRecord> {
        Ok(read(&self.state, add.runbook.as_str())?.unwrap_or_default())
    }
}
