//! Backups, and the promotion of a copy to writer. That a statement is made in a copy is no rule of the
//! log, which doesn't know where it lies.

use super::{Judge, Verdict, refusal};
use crate::crypto::canonical::INTEGERS_END;
use crate::error::{Error, Result};
use crate::state::people::{ONE, WriterRecord};
use crate::statement::copies::{BackedUp, Promote};
use crate::statement::evidence::Exported;
use crate::statement::{Kind, Seen};

impl Judge<'_> {
    /// The head that a promotion names is the one before it.
    pub(super) fn check_promoted_head(&self, promote: &Promote) -> Result<()> {
        if promote.at.size == self.index {
            return self.check_seen(&promote.at);
        }
        Err(Error::refused(
            "not-the-head",
            "the copy has more entries than the promotion names",
        )
        .hint("propose it again"))
    }

    pub(super) fn check_promote(&self, promote: &Promote) -> Result<()> {
        if Some(promote.epoch) == self.ledger()?.writer_epoch().checked_add(1) {
            return Ok(());
        }
        Err(Error::refused(
            "wrong-epoch",
            "the writer's epochs count up by one, and this promotion names another",
        )
        .hint("another copy has become the writer since; compare with it"))
    }

    pub(super) fn promote(&mut self, promote: &Promote) -> Result<()> {
        let mut ledger = self.ledger()?;
        ledger.writer = Some(WriterRecord {
            epoch: promote.epoch,
            index: self.index,
        });
        self.state.put(ONE, &ledger)
    }

    pub(super) fn backup(&mut self, made: &BackedUp) -> Result<Verdict> {
        if made.bytes >= INTEGERS_END {
            return Err(refusal::malformed("a backup is shorter than 2^53 bytes"));
        }
        self.backed_up(&made.at)
    }

    /// A backup, or one that was restored, is of this log.
    pub(super) fn backed_up(&mut self, at: &Seen) -> Result<Verdict> {
        self.check_seen(at).map(|()| Verdict::AT_ONCE)
    }

    /// Evidence is of a stretch of this log, up to a state that it had.
    pub(super) fn evidence_export(&mut self, made: &Exported) -> Result<Verdict> {
        self.check_seen(&made.at)?;
        if let Some(since) = &made.since {
            self.check_seen(since)?;
        }
        let in_order = made.first <= made.end && made.end <= made.at.size;
        let since_before = made
            .since
            .as_ref()
            .is_none_or(|since| since.size <= made.at.size);
        if !in_order || !since_before || made.from > made.to {
            return Err(refusal::malformed(
                "evidence is of days in order, and of entries before its checkpoint",
            ));
        }
        let in_order =
            |kinds: &[Kind]| kinds.is_sorted_by(|one, other| one.as_str() < other.as_str());
        if !in_order(&made.scope) || !in_order(&made.withheld) {
            return Err(refusal::malformed(
                "the kinds that evidence has or withholds are in order, each once",
            ));
        }
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn check_seen(&self, at: &Seen) -> Result<()> {
        if at.size <= self.index && self.log.root_at(at.size)? == at.root {
            return Ok(());
        }
        Err(Error::verification(
            "false-checkpoint",
            "it names a state that this log never had",
        )
        .hint("the copy that it is about is a fork: rootkeep compare"))
    }
}
