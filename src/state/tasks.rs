//! Tasks on the root users of member accounts, and what they left there, as records.

use serde::{Deserialize, Serialize};

use super::custody::InEffect;
use super::estate::gives_way;
use super::records::{Record, Records, Table, read};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::tasks::{Credentials, Task, TaskOutcome};

/// A task and what became of it, by the leaf hash of its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Its statement's id.
    pub id: Id,
    /// Index of its leaf.
    pub index: u64,
    /// Who asked.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// The member account.
    pub account: AccountId,
    /// What is to be done.
    pub task: Task,
    /// Who does it.
    pub operator: Id,
    /// Who else is needed for it.
    pub second: Option<Id>,
    /// How long it takes at most.
    pub seconds: u32,
    /// How long it may be begun.
    pub window_hours: u32,
    /// The leaf that put it into effect.
    pub effect: Option<InEffect>,
    /// How it ended.
    pub closed: Option<ClosedTask>,
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedTask {
    /// Leaf hash of what says so.
    pub leaf: Digest,
    /// Its index.
    pub index: u64,
    /// Who wrote it.
    pub by: Id,
    /// When it was written.
    pub at: Time,
    /// Who else signed it.
    pub witness: Option<Id>,
    /// How.
    pub outcome: TaskOutcome,
    /// When the task was begun, as they say.
    pub began: Option<Time>,
    /// When it was over.
    pub ended: Option<Time>,
    /// What is there after it.
    pub credentials: Option<Credentials>,
}

impl Record for TaskRecord {
    const TABLE: Table = Table::Task;
}

impl TaskRecord {
    /// A task by the leaf hash of its request.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, leaf: &Digest) -> Result<Option<Self>> {
        read(records, &leaf.to_hex())
    }

    /// Until when it may be begun.
    #[must_use]
    pub fn begin_by(&self) -> Option<Time> {
        let effect = self.effect?;
        Some(effect.at.plus(u64::from(self.window_hours) * 3600))
    }

    /// When the last session that is begun in time is over.
    #[must_use]
    pub fn expires(&self) -> Option<Time> {
        Some(self.begin_by()?.plus(u64::from(self.seconds)))
    }

    /// From when to when what AWS has logged can be explained by it: from the leaf that put it into effect
    /// until it was closed, or the last session is over. Nothing, where it was never in effect or never begun.
    #[must_use]
    pub fn window(&self) -> Option<(Time, Time)> {
        let from = self.effect?.at;
        let last = self.expires()?;
        match &self.closed {
            Some(closed) if closed.outcome == TaskOutcome::Unused => None,
            Some(closed) => Some((from, last.min(closed.at).max(from))),
            None => Some((from, last)),
        }
    }

    /// Whether, by those who did it, it was begun before it was in effect, or too late, or took too long.
    #[must_use]
    pub fn strayed(&self) -> bool {
        let closed = self.closed.as_ref();
        closed.is_some_and(|closed| self.strays(closed.began, closed.ended))
    }

    /// As [`Self::strayed`], by the times of some closing.
    #[must_use]
    pub fn strays(&self, began: Option<Time>, ended: Option<Time>) -> bool {
        let early = began.is_some_and(|began| self.effect.is_none_or(|effect| began < effect.at));
        early || began > self.begin_by() || ended > self.expires()
    }
}

/// What a task left at the root user of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// What is there.
    pub credentials: Credentials,
    /// Since when, as those say who did it.
    pub at: Time,
    /// Leaf hash of the task's request.
    pub task: Digest,
    /// Index of the entry that put it on record.
    pub index: u64,
}

impl Left {
    /// Whether there is nothing left to sign in with.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.credentials != Credentials::Present
    }
}

/// What tasks left at the root user of an account, by account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftRecord {
    /// Leaf hashes of the tasks that took effect, the first one first.
    pub tasks: Vec<Digest>,
    /// The first recovery since they were deleted last: it can be signed in to, and should not be for long.
    pub recovered: Option<Left>,
    /// The last deletion.
    pub deleted: Option<Left>,
    /// What somebody last looked at and found.
    pub audited: Option<Left>,
}

impl Record for LeftRecord {
    const TABLE: Table = Table::Left;
}

impl LeftRecord {
    /// Of an account; an empty one before there was a task.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, account: &AccountId) -> Result<Self> {
        Ok(read(records, &account.to_string())?.unwrap_or_default())
    }

    /// Takes in what a task left, by an entry of the time `now`. Closings are entered in any order: what
    /// happened later counts, but for what is dated ahead.
    pub fn left(&mut self, task: Task, left: Left, now: Time) {
        let newer = |known: &Option<Left>| {
            known
                .as_ref()
                .is_none_or(|known| gives_way(known.at, left.at, now))
        };
        match (task, left.credentials) {
            (Task::CreatePassword, Credentials::Present) => {
                if self.recovered.is_none()
                    && newer(&self.deleted)
                    && self.seen_gone_before(&left, now)
                {
                    self.recovered = Some(left);
                }
            }
            (_, credentials) => {
                if credentials != Credentials::Present && newer(&self.recovered) {
                    self.recovered = None;
                }
                if credentials == Credentials::Deleted {
                    if newer(&self.deleted) {
                        self.deleted = Some(left);
                    }
                } else if newer(&self.audited) {
                    self.audited = Some(left);
                }
            }
        }
    }

    /// Whether nobody has found the account without credentials after `left`.
    fn seen_gone_before(&self, left: &Left, now: Time) -> bool {
        self.audited.as_ref().is_none_or(|seen| {
            seen.credentials == Credentials::Present || gives_way(seen.at, left.at, now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(seconds).unwrap()
    }

    fn left(credentials: Credentials, seconds: i64) -> Left {
        Left {
            credentials,
            at: at(seconds),
            task: Digest::of(b""),
            index: 0,
        }
    }

    fn recovered(story: &[(Task, Credentials, i64)]) -> Option<i64> {
        let mut root = LeftRecord::default();
        for (task, credentials, seconds) in story {
            root.left(*task, left(*credentials, *seconds), at(1000));
        }
        root.recovered.map(|left| left.at.seconds())
    }

    const CREATED: (Task, Credentials, i64) = (Task::CreatePassword, Credentials::Present, 20);
    const DELETED: (Task, Credentials, i64) = (Task::DeleteCredentials, Credentials::Deleted, 30);
    const ABSENT: (Task, Credentials, i64) = (Task::AuditCredentials, Credentials::Absent, 30);
    const PRESENT: (Task, Credentials, i64) = (Task::AuditCredentials, Credentials::Present, 30);

    #[test]
    fn recovered_is_what_was_not_deleted_since_in_whatever_order_it_is_entered() {
        assert_eq!(recovered(&[CREATED]), Some(20));
        assert_eq!(recovered(&[CREATED, PRESENT]), Some(20));
        assert_eq!(recovered(&[PRESENT]), None);
        for end in [DELETED, ABSENT] {
            assert_eq!(recovered(&[CREATED, end]), None);
            assert_eq!(recovered(&[end, CREATED]), None);
            let again = (CREATED.0, CREATED.1, 40);
            assert_eq!(recovered(&[CREATED, end, again]), Some(40));
            assert_eq!(recovered(&[again, end]), Some(40));
        }
        // The first of two recoveries is since when.
        let again = (CREATED.0, CREATED.1, 25);
        assert_eq!(recovered(&[CREATED, again]), Some(20));
    }

    #[test]
    fn a_deletion_that_is_dated_ahead_hides_no_recovery() {
        let mut root = LeftRecord::default();
        let deleted = left(Credentials::Deleted, 2000);
        root.left(Task::DeleteCredentials, deleted, at(1999));
        let created = left(Credentials::Present, 1000);
        root.left(Task::CreatePassword, created, at(1000));
        assert_eq!(root.recovered.map(|left| left.at), Some(at(1000)));
    }

    fn task(closed: Option<ClosedTask>) -> TaskRecord {
        TaskRecord {
            id: Id([0; 16]),
            index: 5,
            author: Id([1; 16]),
            made_at: at(900),
            account: AccountId::new("444455556666").unwrap(),
            task: Task::AuditCredentials,
            operator: Id([1; 16]),
            second: None,
            seconds: 900,
            window_hours: 1,
            effect: Some(InEffect {
                index: 9,
                at: at(1000),
            }),
            closed,
        }
    }

    fn ended(outcome: TaskOutcome, written: i64, times: Option<(i64, i64)>) -> Option<ClosedTask> {
        Some(ClosedTask {
            leaf: Digest::of(b""),
            index: 12,
            by: Id([1; 16]),
            at: at(written),
            witness: None,
            outcome,
            began: times.map(|times| at(times.0)),
            ended: times.map(|times| at(times.1)),
            credentials: None,
        })
    }

    #[test]
    fn what_is_explained_ends_with_the_task() {
        assert_eq!(task(None).window(), Some((at(1000), at(5500))));
        let done = ended(TaskOutcome::Done, 1700, Some((1100, 1600)));
        assert_eq!(task(done).window(), Some((at(1000), at(1700))));
        let late = ended(TaskOutcome::Done, 9000, Some((1100, 1600)));
        assert_eq!(task(late).window(), Some((at(1000), at(5500))));
        assert_eq!(task(ended(TaskOutcome::Unused, 1700, None)).window(), None);
        let mut waiting = task(None);
        waiting.effect = None;
        assert_eq!(waiting.window(), None);
    }

    #[test]
    fn who_began_too_soon_or_too_late_has_strayed() {
        let strayed =
            |began, over| task(ended(TaskOutcome::Done, 9000, Some((began, over)))).strayed();
        assert!(!strayed(1000, 1000));
        assert!(!strayed(4600, 5500));
        assert!(strayed(999, 1500));
        assert!(strayed(4601, 4700));
        assert!(strayed(4600, 5501));
    }
}
