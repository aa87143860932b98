//! Corrections and attachments.

use super::{Judge, Verdict};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::custody::NoteRecord;
use crate::statement::people::Role;

impl Judge<'_> {
    pub(super) fn correct(&mut self, subject: &Digest) -> Result<Verdict> {
        let about = self.found(subject)?;
        if about.author != self.author() {
            self.needs_role(Role::Keeper, "correcting another's statement")?;
        }
        self.note(subject)
    }

    pub(super) fn attach(&mut self, subject: &Digest) -> Result<Verdict> {
        self.found(subject)?;
        self.note(subject)
    }

    pub(super) fn found(&self, subject: &Digest) -> Result<super::LeafInfo> {
        self.log.find(subject)?.ok_or_else(|| {
            Error::refused(
                "unknown-subject",
                "the statement that this is about is not in the log",
            )
        })
    }

    fn note(&mut self, subject: &Digest) -> Result<Verdict> {
        let record = NoteRecord {
            index: self.index,
            kind: self.statement.header().kind.clone(),
            author: self.author(),
        };
        self.state
            .put(&format!("{subject}/{:020}", self.index), &record)?;
        Ok(Verdict::AT_ONCE)
    }
}
