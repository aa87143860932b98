//! Tasks on the root users of member accounts: governance agrees to each, and who does it says how it
//! ended. Where an address is changed, two people do, and both sign the end.

use super::governance::{not_overtaken, proposal_expired};
use super::releases::CLOCK_ERROR;
use super::reviews::is_same_person;
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Kind, Result};
use crate::state::Records;
use crate::state::custody::{AccountRecord, InEffect};
use crate::state::people::Custodian;
use crate::state::places::WitnessRecord;
use crate::state::records::{list, read};
use crate::state::rules::{Ended, Outcome, PolicyRecord, Proposal, leaf_key};
use crate::state::tasks::{ClosedTask, Left, LeftRecord, TaskRecord};
use crate::statement::accounts::Partition;
use crate::statement::people::Role;
use crate::statement::tasks::{
    CloseTask, Credentials, RequestTask, RequestTaskPersonal, Task, TaskOutcome, is_address,
};
use crate::statement::{Claim, Time};

/// Where a task stands at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Waits for governance.
    Waiting,
    /// May be done.
    Open,
    /// Put into effect by a clock that was ahead.
    Ahead,
    /// How it ended waits for the other's signature.
    Closing,
    /// Its time is over, and nobody has closed it.
    Unclosed,
    /// Closed.
    Closed,
    /// Waited too long.
    Expired,
    /// What it stood under was set anew while it waited.
    Lapsed,
    /// Declined by too many.
    Rejected,
    /// Taken back.
    Withdrawn,
}

impl TaskState {
    /// All, in order.
    pub const ALL: [Self; 10] = [
        Self::Waiting,
        Self::Open,
        Self::Ahead,
        Self::Closing,
        Self::Unclosed,
        Self::Closed,
        Self::Expired,
        Self::Lapsed,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Ahead => "dated-ahead",
            Self::Closing => "closing",
            Self::Unclosed => "unclosed",
            Self::Closed => "closed",
            Self::Expired => "expired",
            Self::Lapsed => "lapsed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Where the task with this leaf hash stands at `now`.
///
/// # Errors
/// Verification where the state is damaged.
pub fn task_state(
    records: &dyn Records,
    leaf: &Digest,
    task: &TaskRecord,
    now: Time,
) -> Result<TaskState> {
    if task.closed.is_some() {
        return Ok(TaskState::Closed);
    }
    let Some(effect) = &task.effect else {
        return undecided(records, leaf, now);
    };
    Ok(if task_closing(records, leaf)?.is_some() {
        TaskState::Closing
    } else if effect.at > now.plus(CLOCK_ERROR) {
        TaskState::Ahead
    } else if task.expires().is_some_and(|end| now > end) {
        TaskState::Unclosed
    } else {
        TaskState::Open
    })
}

fn undecided(records: &dyn Records, leaf: &Digest, now: Time) -> Result<TaskState> {
    let key = leaf_key(leaf);
    if let Some(proposal) = read::<Proposal>(records, &key)? {
        if proposal_expired(records, &proposal, now)? {
            return Ok(TaskState::Expired);
        }
        return match not_overtaken(records, &proposal) {
            Ok(()) => Ok(TaskState::Waiting),
            Err(error) if error.kind() == Kind::Refused => Ok(TaskState::Lapsed),
            Err(error) => Err(error),
        };
    }
    let outcome = read::<Outcome>(records, &key)?;
    Ok(match outcome.map(|outcome| outcome.ended) {
        Some(Ended::Rejected) => TaskState::Rejected,
        _ => TaskState::Withdrawn,
    })
}

/// The closing of a task that waits for its witness; of several, any.
///
/// # Errors
/// Verification where the state is damaged.
pub fn task_closing(records: &dyn Records, task: &Digest) -> Result<Option<WitnessRecord>> {
    let mut all = task_closings(records, task)?.into_iter();
    Ok(all.next().map(|(_, waits)| waits))
}

/// All that wait, by leaf hash.
fn task_closings(records: &dyn Records, task: &Digest) -> Result<Vec<(Digest, WitnessRecord)>> {
    let mut all = Vec::new();
    for (leaf, waits) in list::<WitnessRecord>(records, "")? {
        if matches!(waits.claim()?, Claim::TaskClose(close, _) if close.task == *task) {
            all.push((Digest::parse(&leaf)?, waits));
        }
    }
    Ok(all)
}

impl Judge<'_> {
    pub(super) fn task_request(
        &mut self,
        request: &RequestTask,
        personal: Option<&RequestTaskPersonal>,
    ) -> Result<Verdict> {
        if let Some(personal) = personal {
            check_told(request, personal)?;
        }
        let verdict = self.propose()?;
        let header = self.statement.header();
        let record = TaskRecord {
            id: header.id,
            index: self.index,
            author: header.author,
            made_at: self.time(),
            account: request.account,
            task: request.task,
            operator: request.operator,
            second: request.second,
            seconds: request.seconds,
            window_hours: request.window_hours,
            effect: None,
            closed: None,
        };
        self.state.put(&leaf_key(&self.leaf()), &record)?;
        Ok(verdict)
    }

    /// What must hold when a task is asked for, and still when it takes effect.
    pub(super) fn check_task(&self, request: &RequestTask) -> Result<()> {
        self.check_task_account(request)?;
        let operator = Custodian::load(&self.state, &request.operator)?;
        if !operator.is_some_and(|operator| operator.in_force() && operator.has(Role::Operator)) {
            return Err(refusal::lacks_roles(&[Role::Operator], "doing a task"));
        }
        match (request.task, &request.second) {
            (Task::ChangeEmail, None) => return Err(second_needed()),
            (Task::ChangeEmail, Some(second)) if *second == request.operator => {
                return Err(second_is_operator());
            }
            (Task::ChangeEmail, Some(second)) => self.can_witness(second)?,
            (_, None) => {}
            (_, Some(_)) => {
                return Err(refusal::malformed(
                    "only a change of the address names a second person",
                ));
            }
        }
        let most = request.task.most_seconds();
        if !(1..=most).contains(&request.seconds) {
            return Err(Error::refused(
                "task-seconds",
                format!("this takes 1 to {most} seconds, not {}", request.seconds),
            ));
        }
        let policy = PolicyRecord::load(&self.state)?.settings;
        let most = (policy.window_max_secs / 3600).max(1);
        if !(1..=most).contains(&request.window_hours) {
            return Err(Error::refused(
                "task-window",
                format!(
                    "a task may be begun for 1 to {most} hours here, not {}",
                    request.window_hours
                ),
            )
            .hint("see what the policy allows: rootkeep policy show"));
        }
        Ok(())
    }

    fn check_task_account(&self, request: &RequestTask) -> Result<()> {
        let id = request.account;
        let account = read::<AccountRecord>(&self.state, &id.to_string())?.ok_or_else(|| {
            Error::refused("unknown-account", format!("{id} is not in the register"))
                .hint("rootkeep account import --organizations FILE")
        })?;
        if account.gone {
            return Err(Error::refused(
                "account-gone",
                format!("{id} is no longer in the organization, by its last listing"),
            ));
        }
        if account.facts.management {
            return Err(Error::refused(
                "management-account",
                "the management account does this to its member accounts, never to itself",
            )
            .hint("its own root user signs in: rootkeep request"));
        }
        if request.task.policy().is_some() && account.facts.partition != Partition::Aws {
            return Err(Error::refused(
                "no-central-root",
                format!(
                    "{id} is in the partition {}, and central root access does not exist there",
                    account.facts.partition.name()
                ),
            )
            .hint("its own root user signs in: rootkeep request"));
        }
        Ok(())
    }

    /// Governance has agreed to it.
    pub(super) fn open_task(&mut self, subject: &Digest, at: Time) -> Result<()> {
        let mut task =
            TaskRecord::load(&self.state, subject)?.ok_or_else(refusal::unknown_subject)?;
        task.effect = Some(InEffect {
            index: self.index,
            at,
        });
        let mut root = LeftRecord::load(&self.state, &task.account)?;
        root.tasks.push(*subject);
        self.state.put(&task.account.to_string(), &root)?;
        self.state.put(&leaf_key(subject), &task)
    }

    pub(super) fn task_close(&mut self, close: &CloseTask) -> Result<Verdict> {
        let task = self.task_to_close(&close.task)?;
        self.has_seen(task.index)?;
        let author = self.author();
        let keeper =
            Custodian::load(&self.state, &author)?.is_some_and(|who| who.has(Role::Keeper));
        if task.operator != author && !keeper {
            return Err(Error::refused(
                "not-operator",
                "only its operator or a keeper closes a task",
            ));
        }
        self.check_end_of(&task, close)?;
        match (&task.second, close.witness) {
            (None, None) => {
                let (leaf, index, at) = (self.leaf(), self.index, self.time());
                self.task_closed(leaf, index, (author, at), close)?;
                Ok(Verdict::AT_ONCE)
            }
            (None, Some(_)) => Err(refusal::malformed(
                "what one person does has no witness who signs it",
            )),
            (Some(_), None) => Err(second_needed()),
            (Some(second), Some(witness)) => {
                if *second != witness && !self.may_pass_over(&task, second, close)? {
                    return Err(Error::refused(
                        "not-the-second",
                        "the second person whom the request has named signs how it ended",
                    )
                    .hint("once its time is over, a keeper who did not do it and anybody who witnesses close it as failed"));
                }
                if self.are_one(&task.operator, &witness)? {
                    return Err(second_is_operator());
                }
                self.check_none_waits(&close.task)?;
                self.wait_for(witness)
            }
        }
    }

    /// A task in effect that was not closed.
    fn task_to_close(&self, leaf: &Digest) -> Result<TaskRecord> {
        let task = TaskRecord::load(&self.state, leaf)?.ok_or_else(refusal::unknown_subject)?;
        if task.effect.is_none() {
            return Err(
                Error::refused("not-signed-off", "the task was never in effect")
                    .hint("to take it back: rootkeep withdraw ID"),
            );
        }
        if task.closed.is_some() {
            return Err(Error::refused("closed", "the task is closed")
                .hint("make a new one: rootkeep task request"));
        }
        Ok(task)
    }

    /// Whether somebody else than the named second person may sign: where that one has left; and, so that
    /// nobody keeps it open for ever, that it came to nothing, by a keeper who did not do it, once its time
    /// is over.
    fn may_pass_over(&self, task: &TaskRecord, second: &Id, close: &CloseTask) -> Result<bool> {
        if !Custodian::load(&self.state, second)?.is_some_and(|who| who.in_force()) {
            return Ok(true);
        }
        let author = self.author();
        let keeper =
            Custodian::load(&self.state, &author)?.is_some_and(|who| who.has(Role::Keeper));
        Ok(close.outcome != TaskOutcome::Done
            && task.expires().is_some_and(|end| self.time() > end)
            && keeper
            && !self.are_one(&task.operator, &author)?)
    }

    /// Whether two identities are of one person, whichever went on as the other.
    fn are_one(&self, one: &Id, other: &Id) -> Result<bool> {
        Ok(
            is_same_person(&self.state, one, std::slice::from_ref(other))?
                || is_same_person(&self.state, other, std::slice::from_ref(one))?,
        )
    }

    /// Nobody says twice how it ended, and leaves the one who is to sign with both.
    fn check_none_waits(&self, task: &Digest) -> Result<()> {
        let own = |(_, waits): &(Digest, WitnessRecord)| waits.author == self.author();
        match task_closings(&self.state, task)?.into_iter().find(own) {
            None => Ok(()),
            Some((_, waits)) => Err(Error::refused(
                "closing-waits",
                "you have said how it ended, and that is not signed yet",
            )
            .hint(format!(
                "to say something else: rootkeep withdraw {}",
                waits.id.short()
            ))),
        }
    }

    fn check_end_of(&self, task: &TaskRecord, close: &CloseTask) -> Result<()> {
        match (close.outcome, close.began, close.ended) {
            (TaskOutcome::Unused, None, None) => {}
            (TaskOutcome::Done | TaskOutcome::Failed, Some(began), Some(ended)) => {
                if ended < began {
                    return Err(refusal::malformed("it was over before it was begun"));
                }
                if ended > self.time().plus(CLOCK_ERROR) {
                    return Err(refusal::dated_ahead("the end of the task"));
                }
            }
            _ => {
                return Err(refusal::malformed(
                    "a task that was begun has both its times, and one that was not has none",
                ));
            }
        }
        if can_leave(task.task, close.outcome, close.credentials) {
            return Ok(());
        }
        Err(Error::refused(
            "task-credentials",
            "what is said of the root user's credentials does not follow from this task",
        )
        .hint("create-password, done: present; delete-credentials, done: deleted; audit-credentials, done: present or absent"))
    }

    /// A witness has signed how it ended.
    pub(super) fn witnessed_task(
        &mut self,
        subject: &Digest,
        waits: &WitnessRecord,
        close: &CloseTask,
    ) -> Result<()> {
        self.task_to_close(&close.task)
            .map_err(|why| refusal::lapsed("it can't be any more").because(why))?;
        self.task_closed(*subject, waits.index, (waits.author, waits.made_at), close)?;
        // What others have said of its end waits for nothing any more.
        for (leaf, other) in task_closings(&self.state, &close.task)? {
            if leaf != *subject {
                self.end_witnessed(&leaf, &other, Ended::Lapsed)?;
            }
        }
        Ok(())
    }

    fn task_closed(
        &mut self,
        leaf: Digest,
        index: u64,
        (by, at): (Id, Time),
        close: &CloseTask,
    ) -> Result<()> {
        let mut task = self.task_to_close(&close.task)?;
        task.closed = Some(ClosedTask {
            leaf,
            index,
            by,
            at,
            witness: close.witness,
            outcome: close.outcome,
            began: close.began,
            ended: close.ended,
            credentials: close.credentials,
        });
        if let (Some(credentials), Some(at)) = (close.credentials, close.ended) {
            let mut root = LeftRecord::load(&self.state, &task.account)?;
            root.left(
                task.task,
                Left {
                    credentials,
                    at,
                    task: close.task,
                    index: self.index,
                },
                self.time(),
            );
            self.state.put(&task.account.to_string(), &root)?;
        }
        self.state.put(&leaf_key(&close.task), &task)
    }
}

/// Whether a task that ended so can have left that.
fn can_leave(task: Task, outcome: TaskOutcome, credentials: Option<Credentials>) -> bool {
    match (task, outcome) {
        (Task::CreatePassword, TaskOutcome::Done) => credentials == Some(Credentials::Present),
        (Task::DeleteCredentials, TaskOutcome::Done) => credentials == Some(Credentials::Deleted),
        (Task::AuditCredentials, TaskOutcome::Done) => matches!(
            credentials,
            Some(Credentials::Present | Credentials::Absent)
        ),
        (Task::CreatePassword | Task::DeleteCredentials, TaskOutcome::Failed) => {
            matches!(credentials, None | Some(Credentials::Present))
        }
        _ => credentials.is_none(),
    }
}

/// What a task is about is said where it is about something, and nowhere else.
fn check_told(request: &RequestTask, personal: &RequestTaskPersonal) -> Result<()> {
    let task = request.task;
    let resource = match &personal.resource {
        Some(resource) => task.fits(request.account, resource.as_str()),
        None => !task.has_resource(),
    };
    if !resource {
        return Err(Error::refused(
            "task-resource",
            "a bucket or queue is unlocked by its ARN, and nothing else has one",
        )
        .hint("such as arn:aws:s3:::BUCKET, or arn:aws:sqs:REGION:ACCOUNT:QUEUE of that account"));
    }
    let address = match &personal.new_address {
        Some(address) => task == Task::ChangeEmail && is_address(address.as_str()),
        None => task != Task::ChangeEmail,
    };
    if !address {
        return Err(Error::refused(
            "task-address",
            "a change of the address names the new one, and nothing else does: 5 to 64 characters of ASCII with one @",
        ));
    }
    Ok(())
}

fn second_needed() -> Error {
    Error::refused(
        "second-needed",
        "whoever changes the root address can take the account: two people do it, and both sign the end",
    )
    .hint("--second NAME: who reads the code in the new mailbox, and is not the operator")
}

fn second_is_operator() -> Error {
    Error::refused(
        "second-is-operator",
        "who reads the code in the new mailbox is somebody else than the operator",
    )
    .hint("--second NAME")
}
