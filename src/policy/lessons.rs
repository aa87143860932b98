//! Lessons of what is over: improvements that stay open until somebody has seen to them.

use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::drills::{ClosedImprovement, ImprovementRecord, JointRecord};
use crate::state::records::read;
use crate::statement::drills::{CloseImprovement, FinishPersonal, Lesson};
use crate::statement::people::Role;

/// The most lessons at once.
const LESSONS: usize = 64;

impl Judge<'_> {
    pub(super) fn check_lessons(
        &self,
        lessons: &[Lesson],
        personal: Option<&FinishPersonal>,
    ) -> Result<()> {
        let texts = personal.map_or(lessons.len(), |personal| personal.lessons.len());
        if lessons.len() > LESSONS || texts != lessons.len() {
            return Err(refusal::malformed(
                "there are at most 64 lessons, each with its text",
            ));
        }
        for lesson in lessons {
            self.can_sign(&lesson.owner)?;
        }
        Ok(())
    }

    /// Opens an improvement for each, and says how many there are.
    pub(super) fn open_lessons(
        &mut self,
        leaf: &Digest,
        joint: &JointRecord,
        lessons: &[Lesson],
    ) -> Result<u32> {
        let mut count = 0;
        for (number, lesson) in (1u32..).zip(lessons) {
            let improvement = ImprovementRecord {
                subject: *leaf,
                index: joint.index,
                number,
                owner: lesson.owner,
                due: lesson.due,
                since: joint.made_at,
                closed: None,
            };
            let key = ImprovementRecord::key(leaf, number);
            self.state.put(&key, &improvement)?;
            count = number;
        }
        Ok(count)
    }

    pub(super) fn improvement_close(&mut self, close: &CloseImprovement) -> Result<Verdict> {
        let key = ImprovementRecord::key(&close.subject, close.number);
        let mut record = read::<ImprovementRecord>(&self.state, &key)?.ok_or_else(|| {
            Error::refused("unknown-improvement", "there is no such improvement")
                .hint("see what there is: rootkeep improvement list")
        })?;
        self.has_seen(record.index)?;
        if record.closed.is_some() {
            return Err(Error::refused(
                "closed",
                "the improvement is closed already",
            ));
        }
        if record.owner != self.author() {
            self.needs_role(Role::Keeper, "closing another's improvement")?;
        }
        record.closed = Some(ClosedImprovement {
            outcome: close.outcome,
            at: self.time(),
            by: self.author(),
            index: self.index,
        });
        self.state.put(&key, &record)?;
        Ok(Verdict::AT_ONCE)
    }
}
