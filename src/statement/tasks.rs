//! What the management account does to the root user of a member account, instead of a sign-in: the
//! five tasks of `sts:AssumeRoot`, and the change of the root address (docs/formats.md, section 6;
//! docs/central-root.md).

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::accounts::Partition;
use super::register::words;
use super::text::Text;
use super::time::Time;
use crate::crypto::fixed::{Digest, Id};

/// The longest session of `sts:AssumeRoot`, seconds (AWS STS API reference, "AssumeRoot").
pub const SESSION_SECONDS: u32 = 900;
/// The longest that a change of the address may take, seconds.
pub const EMAIL_SECONDS: u32 = 86_400;

/// The bytes of a root address (AWS Account Management API reference, "StartPrimaryEmailUpdate").
const ADDRESS_BYTES: std::ops::RangeInclusive<usize> = 5..=64;

words! {
    /// What is to be done.
    Task {
        /// To read which credentials the root user has.
        AuditCredentials "audit-credentials",
        /// To let the root user have a password again.
        CreatePassword "create-password",
        /// To delete what the root user signs in with.
        DeleteCredentials "delete-credentials",
        /// To change or delete the policy of a bucket.
        UnlockBucket "unlock-bucket",
        /// To change or delete the policy of a queue.
        UnlockQueue "unlock-queue",
        /// To change the root user's address.
        ChangeEmail "change-email",
    }
}

impl Task {
    /// The AWS policy that scopes the session; none where there is no session.
    #[must_use]
    pub fn policy(self) -> Option<&'static str> {
        match self {
            Self::AuditCredentials => Some("IAMAuditRootUserCredentials"),
            Self::CreatePassword => Some("IAMCreateRootUserPassword"),
            Self::DeleteCredentials => Some("IAMDeleteRootUserCredentials"),
            Self::UnlockBucket => Some("S3UnlockBucketPolicy"),
            Self::UnlockQueue => Some("SQSUnlockQueuePolicy"),
            Self::ChangeEmail => None,
        }
    }

    /// The ARN of that policy.
    #[must_use]
    pub fn policy_arn(self, partition: Partition) -> Option<String> {
        let policy = self.policy()?;
        let partition = partition.name();
        Some(format!(
            "arn:{partition}:iam::aws:policy/root-task/{policy}"
        ))
    }

    /// The longest that it may take, seconds.
    #[must_use]
    pub fn most_seconds(self) -> u32 {
        match self.policy() {
            Some(_) => SESSION_SECONDS,
            None => EMAIL_SECONDS,
        }
    }

    /// Whether it is about one bucket or queue.
    #[must_use]
    pub fn has_resource(self) -> bool {
        matches!(self, Self::UnlockBucket | Self::UnlockQueue)
    }

    /// Whether the ARN of a bucket or queue is one that this task on `account` can be about.
    #[must_use]
    pub fn fits(self, account: AccountId, resource: &str) -> bool {
        let parts: Vec<&str> = resource.splitn(6, ':').collect();
        let named = |name: &str, more: &str| {
            let good = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            !name.is_empty() && name.chars().all(good)
        };
        match (self, parts.as_slice()) {
            (Self::UnlockBucket, ["arn", "aws", "s3", "", "", name]) => named(name, ".-_"),
            (Self::UnlockQueue, ["arn", "aws", "sqs", region, owner, name]) => {
                named(region, "-") && *owner == account.to_string() && named(name, ".-_")
            }
            _ => false,
        }
    }
}

/// Whether a root address can be this: one `@`, and nothing that is not printable ASCII.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let printable = text.chars().all(|c| c.is_ascii_graphic());
    let around = text
        .split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && domain.len() > 2);
    ADDRESS_BYTES.contains(&text.len()) && printable && around && text.matches('@').count() == 1
}

/// Facts of `task.request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestTask {
    /// The member account.
    pub account: AccountId,
    /// What is to be done.
    pub task: Task,
    /// Who does it.
    pub operator: Id,
    /// Who reads the code in the new mailbox, where the address is changed.
    pub second: Option<Id>,
    /// How long it takes at most.
    pub seconds: u32,
    /// How long it may be begun, from the leaf that puts it into effect.
    pub window_hours: u32,
}

/// Personal part of `task.request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestTaskPersonal {
    /// Why.
    pub purpose: Text,
    /// Where it was agreed.
    pub ticket: Option<Text>,
    /// ARN of the bucket or queue.
    pub resource: Option<Text>,
    /// What the root address is to be.
    pub new_address: Option<Text>,
}

words! {
    /// How a task ended.
    TaskOutcome {
        /// It was done.
        Done "done",
        /// It was not begun.
        Unused "unused",
        /// It was begun, and did not come to its end.
        Failed "failed",
    }
}

words! {
    /// What the root user of an account signs in with, after a task.
    Credentials {
        /// There is something.
        Present "present",
        /// All was deleted.
        Deleted "deleted",
        /// There was nothing.
        Absent "absent",
    }
}

/// Facts of `task.close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseTask {
    /// Leaf hash of the request.
    pub task: Digest,
    /// How it ended.
    pub outcome: TaskOutcome,
    /// When it was begun; nothing where it was not.
    pub began: Option<Time>,
    /// When it was over.
    pub ended: Option<Time>,
    /// What is there after it, where it is about that.
    pub credentials: Option<Credentials>,
    /// Who was there and signs it, where two people are needed.
    pub witness: Option<Id>,
}

/// Personal part of `task.close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseTaskPersonal {
    /// What was done.
    pub note: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_or_queue_is_one_of_the_account() {
        let account = AccountId::new("444455556666").unwrap();
        let fits = |task: Task, arn: &str| task.fits(account, arn);
        assert!(fits(Task::UnlockBucket, "arn:aws:s3:::acme-logs.2026"));
        let queue = "arn:aws:sqs:eu-west-1:444455556666:orders.fifo";
        assert!(fits(Task::UnlockQueue, queue));
        assert!(!fits(Task::UnlockBucket, queue));
        assert!(!fits(Task::AuditCredentials, queue));
        for bad in [
            "",
            "acme-logs",
            "arn:aws:s3:::",
            "arn:aws:s3:::acme-logs/*",
            "arn:aws:s3:::a;id",
            "arn:aws:s3:::a b",
            "arn:aws-cn:s3:::acme-logs",
            "arn:aws:s3:eu-west-1::acme-logs",
        ] {
            assert!(!fits(Task::UnlockBucket, bad), "{bad}");
        }
        for bad in [
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            "arn:aws:sqs::444455556666:orders",
            "arn:aws:sqs:eu-west-1:444455556666:",
        ] {
            assert!(!fits(Task::UnlockQueue, bad), "{bad}");
        }
    }

    #[test]
    fn an_address_is_bounded_on_both_sides() {
        let long = format!("{}@example.com", "a".repeat(52));
        for good in ["a@b.c", "aws+root-1@example.com", &long] {
            assert!(is_address(good), "{good}");
        }
        let longer = format!("a{long}");
        for bad in [
            "", "a@b", "@b.com", "a@@b.c", "a@b@c.d", "a b@c.d", "a@b.c\n", "ä@b.c", &longer,
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn each_session_has_the_policy_that_aws_names() {
        let arn = |task: Task| task.policy_arn(Partition::Aws);
        assert_eq!(
            arn(Task::UnlockQueue).as_deref(),
            Some("arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy")
        );
        assert_eq!(arn(Task::ChangeEmail), None);
        for task in Task::ALL {
            let most = if arn(*task).is_some() { 900 } else { 86_400 };
            assert_eq!(task.most_seconds(), most);
        }
    }
}
