//! What AWS's own listing said of the organisation's accounts (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::text::Text;
use super::time::Time;
use crate::crypto::fixed::Digest;

/// Where an account is in its life (API reference, `AccountState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Made, not yet usable.
    PendingActivation,
    /// In use.
    Active,
    /// Suspended by AWS, or closed and within its 90 days where only `Status` says so.
    Suspended,
    /// Being closed.
    PendingClosure,
    /// Closed, within the 90 days in which AWS Support can reopen it.
    Closed,
}

impl AccountState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::PendingActivation,
        Self::Active,
        Self::Suspended,
        Self::PendingClosure,
        Self::Closed,
    ];

    /// The name as AWS writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
        }
    }

    /// The state that AWS writes as `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How an account came into the organization (API reference, `Account`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JoinedMethod {
    /// It existed and accepted an invitation: its root user is older than the organization's say.
    Invited,
    /// It was made inside the organization: its root user never had a password unless one was set.
    Created,
}

impl JoinedMethod {
    /// The name as AWS writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "INVITED",
            Self::Created => "CREATED",
        }
    }

    /// The method that AWS writes as `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Invited, Self::Created]
            .into_iter()
            .find(|method| method.name() == name)
    }
}

/// A partition of AWS (AWS General Reference, "Amazon Resource Names"). Central root access exists
/// in the first alone, so rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// Commercial regions.
    Aws,
    /// GovCloud (US).
    AwsUsGov,
    /// China.
    AwsCn,
}

impl Partition {
    /// The name as an ARN writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsCn => "aws-cn",
        }
    }

    /// The partition that an ARN writes as `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Aws, Self::AwsUsGov, Self::AwsCn]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// One account, without names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFacts {
    /// Twelve digits.
    pub id: AccountId,
    /// Its state.
    pub state: AccountState,
    /// Its partition.
    pub partition: Partition,
    /// Whether it is the organisation's management account.
    pub management: bool,
    /// How it came into the organization, as AWS spells it.
    pub joined_method: Option<JoinedMethod>,
    /// When it joined.
    pub joined_at: Option<Time>,
}

/// Facts of `account.import`: what is new or changed, and what is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The organisation's id.
    pub organization: Option<Text>,
    /// As of when the listing is; ledgers of before there was this have no such key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Added or changed.
    pub accounts: Vec<AccountFacts>,
    /// In the register and no longer in the listing.
    pub gone: Vec<AccountId>,
}

/// One account's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountNames {
    /// Twelve digits.
    pub id: AccountId,
    /// What the organisation calls it.
    pub name: Text,
    /// The root user's e-mail address.
    pub email: Text,
}

/// Personal part of `account.import`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportPersonal {
    /// Of the file as it came.
    pub file_digest: Digest,
    /// Its length.
    pub file_bytes: u64,
    /// In the order of the facts.
    pub accounts: Vec<AccountNames>,
}
