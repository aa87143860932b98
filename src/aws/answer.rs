//! What the small answers of AWS's tools have in common: which command wrote them, how their fields
//! are read, and how what is wrong is said.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::untrusted::{self, MAX_TEXT, Unreadable, steers_direction};
use crate::statement::Time;
use crate::statement::account_id::{AccountId, BadAccountId};
use crate::statement::accounts::Partition;
use crate::statement::estate::Source;
use crate::statement::text::Text;

/// The largest answer that is read, in bytes. A credential report of AWS's 5,000 users has 2 MiB.
pub const MAX_BYTES: usize = 16 << 20;

/// Why an answer was refused. Nothing is taken over from an answer with one bad field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerError {
    /// Not a text of bounded size and depth.
    Unreadable(Unreadable),
    /// Not the JSON that the command prints; the reason ends with line and column.
    Json {
        /// The command.
        command: &'static str,
        /// What the reader of JSON says.
        reason: String,
    },
    /// One page of several.
    NotWhole,
    /// A field breaks a rule.
    Field {
        /// Where: a line, an object or the like.
        place: String,
        /// Its name.
        field: String,
        /// The rule.
        fault: FieldFault,
    },
}

/// Which rule a field broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldFault {
    /// It is not there.
    Missing,
    /// It is there twice.
    Twice,
    /// It is empty.
    Blank,
    /// It is longer than [`MAX_TEXT`].
    TooLong,
    /// It holds a control or a text-direction character.
    Control,
    /// It is neither `true` nor `false`.
    NotBool,
    /// It is no number that it can be.
    Number,
    /// It is no time with a zone.
    Time,
    /// It is no account id.
    Account(BadAccountId),
    /// It names another account than the one that the file is of.
    OtherAccount(AccountId),
    /// It is no ARN of the kind that it ought to be.
    Arn,
    /// It is a device of a user, not of the root user.
    NotRoot,
    /// It is no organization's id.
    Organization,
    /// It is not base64 of CSV.
    Content,
    /// It holds a word that this version doesn't know.
    Unknown,
    /// There are more than so many.
    TooMany(usize),
    /// The row can't be taken apart.
    Row(String),
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "{why}"),
            Self::Json { command, reason } => {
                write!(f, "this is not what `{command}` prints: {reason}")
            }
            Self::NotWhole => f.write_str(
                "it is one page of several, so something is missing; run the command without \
                 --max-items, --no-paginate or --starting-token",
            ),
            Self::Field {
                place,
                field,
                fault,
            } => write!(f, "{place}, {field}: {fault}"),
        }
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is missing"),
            Self::Twice => f.write_str("it is there twice"),
            Self::Blank => f.write_str("it is empty"),
            Self::TooLong => write!(f, "it is longer than {MAX_TEXT} bytes"),
            Self::Control => f.write_str("it holds a control or text-direction character"),
            Self::NotBool => f.write_str("it is neither true nor false"),
            Self::Number => f.write_str("it is not a number from 0 to 255"),
            Self::Time => f.write_str("it is not a time with a zone"),
            Self::Account(bad) => write!(f, "{bad}"),
            Self::OtherAccount(account) => write!(f, "the file is not of account {account}"),
            Self::Arn => f.write_str("it is not such an ARN"),
            Self::NotRoot => f.write_str("it is a device of a user, not of the root user"),
            Self::Organization => f.write_str("it is not an organization's id (o-...)"),
            Self::Content => f.write_str("it is not base64 of a report"),
            Self::Unknown => {
                f.write_str("it holds a word that this version of rootkeep does not know")
            }
            Self::TooMany(most) => write!(f, "there are more than {most}"),
            Self::Row(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for AnswerError {}

/// A field of an object that is wrong.
pub(super) fn wrong(place: &str, field: &str, fault: FieldFault) -> AnswerError {
    AnswerError::Field {
        place: place.to_owned(),
        field: field.to_owned(),
        fault,
    }
}

/// Reads JSON as the form of one command's answer.
pub(super) fn json<T: DeserializeOwned>(
    untrusted: &[u8],
    command: &'static str,
) -> Result<T, AnswerError> {
    let text = untrusted::readable(untrusted, MAX_BYTES).map_err(AnswerError::Unreadable)?;
    serde_json::from_str(text).map_err(|error| AnswerError::Json {
        command,
        reason: error.to_string(),
    })
}

/// Refuses one page of several: by the CLI's own token, or by IAM's mark.
pub(super) fn whole(token: Option<&Value>, truncated: Option<bool>) -> Result<(), AnswerError> {
    let more = token.is_some_and(|token| !token.is_null() && token != "");
    if more || truncated == Some(true) {
        return Err(AnswerError::NotWhole);
    }
    Ok(())
}

/// A text that is kept and shown.
pub(super) fn text(place: &str, field: &str, text: &str) -> Result<Text, AnswerError> {
    let fault = if text.trim().is_empty() {
        FieldFault::Blank
    } else if text.len() > MAX_TEXT {
        FieldFault::TooLong
    } else if text.chars().any(|c| c.is_control() || steers_direction(c)) {
        FieldFault::Control
    } else {
        return Text::new(text).map_err(|_| wrong(place, field, FieldFault::Control));
    };
    Err(wrong(place, field, fault))
}

/// A time, to the second.
pub(super) fn time(place: &str, field: &str, value: &Value) -> Result<Time, AnswerError> {
    untrusted::time(value)
        .and_then(Time::from_chrono)
        .ok_or_else(|| wrong(place, field, FieldFault::Time))
}

/// The partition and account of an ARN of IAM, and what follows them.
pub(super) fn iam_arn(arn: &str) -> Option<(Partition, AccountId, &str)> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next();
    let (scheme, partition, service, region) = (next()?, next()?, next()?, next()?);
    let (account, rest) = (next()?, next()?);
    if scheme != "arn" || service != "iam" || !region.is_empty() {
        return None;
    }
    Some((
        Partition::from_name(partition)?,
        account.parse().ok()?,
        rest,
    ))
}

/// `^o-[a-z0-9]{10,32}$` (API reference, `Organization`, `Id`).
#[must_use]
pub fn is_organization_id(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|rest| {
        (10..=32).contains(&rest.len())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// The command whose output a file is.
#[must_use]
pub fn command(source: Source) -> &'static str {
    match source {
        Source::CredentialReport => "aws iam get-credential-report --output json",
        Source::AccountSummary => "aws iam get-account-summary --output json",
        Source::MfaDevices => "aws iam list-mfa-devices --output json",
        Source::VirtualMfaDevices => {
            "aws iam list-virtual-mfa-devices --assignment-status Assigned --output json"
        }
        Source::ContactInformation => "aws account get-contact-information --output json",
        Source::AlternateContact => {
            "aws account get-alternate-contact --alternate-contact-type SECURITY --output json"
        }
        Source::OrganizationsFeatures => "aws iam list-organizations-features --output json",
        Source::DelegatedAdministrators => {
            "aws organizations list-delegated-administrators --service-principal iam.amazonaws.com --output json"
        }
    }
}
