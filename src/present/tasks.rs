//! Tasks on the root users of member accounts, in words; and the commands of AWS's CLI that do them, to be
//! typed on the machine that is connected. No credential is in any of them.

use super::describe::{duration, free, time};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::{People, Reading};
use crate::state::custody::AccountRecord;
use crate::state::records::{list, read};
use crate::state::tasks::TaskRecord;
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::accounts::Partition;
use crate::statement::tasks::{
    CloseTask, Credentials, RequestTask, RequestTaskPersonal, Task, TaskOutcome,
};

/// What is wrong with a task whose times are not within its window.
pub const STRAYED: &str =
    "by these times it was begun before it was in effect, or too late, or took too long";

/// How many other accounts with the same address are named.
const NAMED: usize = 5;

/// In one line; nothing for kinds that are about something else.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, claim: &Claim) -> Result<Option<String>> {
    Ok(Some(match claim {
        Claim::TaskRequest(request, personal) => format!(
            "asks for the task {} on account {}{}",
            request.task.as_str(),
            request.account,
            personal.as_ref().map_or_else(String::new, |told| format!(
                ": {}",
                free(told.purpose.as_str())
            ))
        ),
        Claim::TaskClose(close, personal) => format!(
            "closes {}, {}{}",
            subject(source, &close.task)?,
            close.outcome.as_str(),
            personal.as_ref().map_or_else(String::new, |told| format!(
                ": {}",
                free(told.note.as_str())
            ))
        ),
        _ => return Ok(None),
    }))
}

fn subject(source: &dyn Reading, leaf: &Digest) -> Result<String> {
    let task = TaskRecord::load(source.records().as_ref(), leaf)?;
    Ok(task.map_or_else(
        || "a task".to_owned(),
        |task| {
            let (what, account) = (task.task.as_str(), task.account);
            format!("the task {what} on account {account} ({})", task.id.short())
        },
    ))
}

/// What else a signer ought to read.
///
/// # Errors
/// Verification where the state is damaged.
pub fn details(
    source: &dyn Reading,
    claim: &Claim,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    match claim {
        Claim::TaskRequest(request, personal) => {
            asked(source, request, personal.as_ref(), people, lines)
        }
        Claim::TaskClose(close, _) => ended(source, close, people, lines),
        _ => Ok(()),
    }
}

fn asked(
    source: &dyn Reading,
    request: &RequestTask,
    personal: Option<&RequestTaskPersonal>,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    let account = account(source, request.account)?;
    let names = account.as_ref().and_then(|account| account.names.as_ref());
    lines.push(match names {
        Some(names) => format!(
            "  account   {}, {}, root address {}",
            request.account,
            free(names.name.as_str()),
            free(names.email.as_str())
        ),
        None => format!("  account   {}", request.account),
    });
    lines.push(format!("  it can    {}", meaning(request.task)));
    if let Some(arn) = request.task.policy_arn(partition(account.as_ref())) {
        lines.push(format!("  policy    {arn}"));
    }
    if let Some(resource) = personal.and_then(|told| told.resource.as_ref()) {
        lines.push(format!("  for       {}", free(resource.as_str())));
    }
    if let Some(address) = personal.and_then(|told| told.new_address.as_ref()) {
        let address = free(address.as_str());
        lines.push(format!("  to be     {address}"));
        let others = with_address(source, &address)?;
        if !others.is_empty() {
            lines.push(format!(
                "  !         this is the root address of {} already: each account has one of its own",
                others.join(", ")
            ));
        }
    }
    lines.push(format!("  operator  {}", people.name(&request.operator)));
    if let Some(second) = &request.second {
        lines.push(format!(
            "  second    {}, who reads the code in the new mailbox and signs the end",
            people.name(second)
        ));
    }
    lines.push(format!(
        "  takes     {} at most; may be begun for {} from when it takes effect",
        duration(u64::from(request.seconds)),
        duration(u64::from(request.window_hours) * 3600)
    ));
    if let Some(told) = personal {
        lines.push(format!("  purpose   {}", free(told.purpose.as_str())));
        if let Some(ticket) = &told.ticket {
            lines.push(format!("  ticket    {}", free(ticket.as_str())));
        }
    }
    lines.extend(warning(request.task).map(|warning| format!("  !         {warning}")));
    Ok(())
}

fn ended(
    source: &dyn Reading,
    close: &CloseTask,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    let task = TaskRecord::load(source.records().as_ref(), &close.task)?;
    if let Some(task) = &task {
        lines.push(format!("  operator  {}", people.name(&task.operator)));
    }
    let strays = task
        .as_ref()
        .is_some_and(|task| task.strays(close.began, close.ended));
    if task.is_some_and(|task| task.task == Task::ChangeEmail)
        && source.place(&close.task)?.is_some()
        && let Claim::TaskRequest(_, Some(told)) = source.statement(&close.task)?.1.claim()
        && let Some(address) = &told.new_address
    {
        lines.push(format!("  to be     {}", free(address.as_str())));
    }
    for (label, at) in [("began", close.began), ("ended", close.ended)] {
        if let Some(at) = at {
            lines.push(format!("  {label:<9} {}", time(at)));
        }
    }
    if let Some(credentials) = close.credentials {
        lines.push(format!("  left      {}", left(credentials)));
    }
    if let Some(witness) = &close.witness {
        lines.push(format!("  second    {}", people.name(witness)));
    }
    if close.outcome == TaskOutcome::Unused {
        lines.push("  nothing was begun at AWS".to_owned());
    }
    if strays {
        lines.push(format!("  !         {STRAYED}"));
    }
    Ok(())
}

/// What is there after a task, in words.
#[must_use]
pub fn left(credentials: Credentials) -> &'static str {
    match credentials {
        Credentials::Present => "the root user has credentials",
        Credentials::Deleted => "the root user's credentials were deleted",
        Credentials::Absent => "the root user has no credentials",
    }
}

/// What whoever does it can do to the account.
#[must_use]
pub fn meaning(task: Task) -> &'static str {
    match task {
        Task::AuditCredentials => {
            "read which credentials the root user has, and when its access keys were last used; change nothing"
        }
        Task::CreatePassword => {
            "allow the root user a password again, which whoever reads the root mailbox then sets"
        }
        Task::DeleteCredentials => {
            "delete password, access keys and signing certificates of the root user, and take its MFA devices off"
        }
        Task::UnlockBucket => {
            "list the account's buckets, and read, replace or delete the policy of any of them"
        }
        Task::UnlockQueue => {
            "list the account's queues, and read or change the attributes of any of them, the policy too"
        }
        Task::ChangeEmail => {
            "make another mailbox the root user's: whoever reads it can reset the password, and take the account"
        }
    }
}

fn warning(task: Task) -> Option<&'static str> {
    match task {
        Task::AuditCredentials => None,
        Task::CreatePassword => Some(
            "from then on the account can be taken by its mailbox, until delete-credentials is done: set a day for that",
        ),
        Task::DeleteCredentials => Some(
            "what runs with an access key of the root user stops; a sign-in then needs create-password first",
        ),
        Task::UnlockBucket => Some("AWS does not hold the session to the one bucket"),
        Task::UnlockQueue => Some("AWS does not hold the session to the one queue"),
        Task::ChangeEmail => Some(
            "compare the new address with the ticket letter by letter: one wrong letter is a stranger's mailbox",
        ),
    }
}

fn account(source: &dyn Reading, id: AccountId) -> Result<Option<AccountRecord>> {
    read(source.records().as_ref(), &id.to_string())
}

fn partition(account: Option<&AccountRecord>) -> Partition {
    account.map_or(Partition::Aws, |account| account.facts.partition)
}

/// Accounts of the register with an address, in whatever case.
fn with_address(source: &dyn Reading, address: &str) -> Result<Vec<String>> {
    let all = list::<AccountRecord>(source.records().as_ref(), "")?;
    let same = all.into_iter().filter(|(_, account)| {
        let names = account.names.as_ref();
        !account.gone
            && names.is_some_and(|names| names.email.as_str().eq_ignore_ascii_case(address))
    });
    Ok(same.map(|(id, _)| id).take(NAMED).collect())
}

/// What is typed at AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// With the own role, in the management or the delegated account.
    pub first: Vec<String>,
    /// In the session that the first one gives.
    pub then: Vec<String>,
}

/// The commands of AWS's CLI for a task.
///
/// # Errors
/// Verification where the state is damaged.
pub fn commands(
    source: &dyn Reading,
    request: &RequestTask,
    personal: Option<&RequestTaskPersonal>,
) -> Result<Commands> {
    let account = account(source, request.account)?;
    let Some(arn) = request.task.policy_arn(partition(account.as_ref())) else {
        return Ok(Commands {
            first: email_commands(request, personal),
            then: Vec::new(),
        });
    };
    let session = format!(
        "aws sts assume-root --target-principal {} --task-policy-arn arn={arn} --duration-seconds {}",
        request.account, request.seconds
    );
    Ok(Commands {
        first: vec![session],
        then: session_commands(request.task, personal),
    })
}

fn email_commands(request: &RequestTask, personal: Option<&RequestTaskPersonal>) -> Vec<String> {
    let account = request.account;
    let address = personal
        .and_then(|told| told.new_address.as_ref())
        .map_or_else(|| "ADDRESS".to_owned(), |address| quoted(address.as_str()));
    vec![
        format!("aws account get-primary-email --account-id {account}"),
        format!(
            "aws account start-primary-email-update --account-id {account} --primary-email {address}"
        ),
        format!(
            "aws account accept-primary-email-update --account-id {account} --primary-email {address} --otp CODE"
        ),
    ]
}

fn session_commands(task: Task, personal: Option<&RequestTaskPersonal>) -> Vec<String> {
    let resource = personal.and_then(|told| told.resource.as_ref());
    let parts: Vec<&str> = resource.map_or_else(Vec::new, |arn| arn.as_str().split(':').collect());
    let words: Vec<String> = match (task, parts.as_slice()) {
        (Task::AuditCredentials, _) => vec![
            "iam get-account-summary".to_owned(),
            "iam get-login-profile".to_owned(),
            "iam list-mfa-devices".to_owned(),
            "iam list-access-keys".to_owned(),
            "iam list-signing-certificates".to_owned(),
        ],
        (Task::CreatePassword, _) => vec!["iam create-login-profile".to_owned()],
        (Task::DeleteCredentials, _) => vec![
            "iam list-mfa-devices".to_owned(),
            "iam list-access-keys".to_owned(),
            "iam list-signing-certificates".to_owned(),
            "iam delete-login-profile".to_owned(),
            "iam deactivate-mfa-device --serial-number SERIAL".to_owned(),
            "iam delete-access-key --access-key-id KEY".to_owned(),
            "iam delete-signing-certificate --certificate-id ID".to_owned(),
        ],
        (Task::UnlockBucket, [.., bucket]) => vec![
            format!("s3api get-bucket-policy --bucket {bucket}"),
            format!("s3api delete-bucket-policy --bucket {bucket}"),
        ],
        (Task::UnlockQueue, [_, _, _, region, _, queue]) => vec![
            format!("sqs get-queue-url --queue-name {queue} --region {region}"),
            format!(
                "sqs set-queue-attributes --queue-url URL --attributes '{{\"Policy\":\"\"}}' --region {region}"
            ),
        ],
        _ => Vec::new(),
    };
    let all = std::iter::once("sts get-caller-identity".to_owned()).chain(words);
    all.map(|words| format!("aws {words}")).collect()
}

/// A word as a shell reads it: what somebody else has typed is never obeyed where it is pasted.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@.+-_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_is_pasted_into_a_shell_is_one_word() {
        assert_eq!(quoted("aws+root@example.com"), "aws+root@example.com");
        assert_eq!(quoted("a$(id)@b.c"), "'a$(id)@b.c'");
        assert_eq!(quoted("o'neil@b.c"), "'o'\\''neil@b.c'");
        assert_eq!(quoted("a`id`@b.c"), "'a`id`@b.c'");
        assert_eq!(quoted(""), "''");
    }
}
