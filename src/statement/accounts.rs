//! What AWS's own listing said of the organisation's accounts (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::names::Account;
use super::time::Time;
use crate::crypto::fixed::Digest;

/// Where an account is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Not yet usable.
    PendingActivation,
    /// In use.
    Active,
    /// Suspended by AWS.
    Suspended,
    /// Being closed.
    PendingClosure,
    /// Closed.
    Closed,
}

/// Which of AWS's separate clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// The commercial one.
    Aws,
    /// GovCloud.
    AwsUsGov,
    /// China.
    AwsCn,
}

/// One account, without names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFacts {
    /// Twelve digits.
    pub id: Account,
    /// Its state.
    pub state: AccountState,
    /// Its partition.
    pub partition: Partition,
    /// Whether it is the organisation's management account.
    pub management: bool,
    /// `INVITED` or `CREATED`, as AWS spells it.
    pub joined_method: Option<String>,
    /// When it joined.
    pub joined_at: Option<Time>,
}

/// Facts of `account.import`: what is new or changed, and what is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The organisation's id.
    pub organization: Option<String>,
    /// Added or changed.
    pub accounts: Vec<AccountFacts>,
    /// In the register and no longer in the listing.
    pub gone: Vec<Account>,
}

/// One account's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountNames {
    /// Twelve digits.
    pub id: Account,
    /// What the organisation calls it.
    pub name: String,
    /// The root user's e-mail address.
    pub email: String,
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
