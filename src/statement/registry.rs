//! What people know of accounts that no file of AWS's says (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::register::words;
use super::text::{Name, Text};
use super::time::Date;
use crate::crypto::fixed::Digest;

words! {
    /// Whether an account's root user has credentials.
    CredentialState {
        /// It never had any.
        NeverSet "never-set",
        /// They were deleted, centrally.
        Deleted "deleted",
        /// It has them.
        Present "present",
    }
}

words! {
    /// What AWS Support may ask as security questions. They can no longer be set anew.
    Answers {
        /// None were ever set.
        NotSet "not-set",
        /// They are set, and the answers are recorded where the runbook says.
        Recorded "recorded",
    }
}

/// Whether an account's root user has credentials, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Whether it has them.
    pub state: CredentialState,
    /// Since when.
    pub since: Option<Date>,
    /// Digest of the file that shows it.
    pub evidence: Option<Digest>,
}

/// A service control policy that keeps an account's root user from acting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scp {
    /// What it is called here.
    pub name: Name,
    /// Whether it lets sessions of central root access through.
    pub exempts_assumed_root: bool,
    /// Since when it applies.
    pub since: Date,
}

/// What is known of one account; all of it, each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// Which.
    pub account: AccountId,
    /// Whether its root user has credentials.
    pub credentials: Option<Credentials>,
    /// The policy that keeps its root user from acting.
    pub scp: Option<Scp>,
    /// Its security questions.
    pub answers: Option<Answers>,
    /// When somebody last saw that its contacts at AWS are right.
    pub contacts_checked: Option<Date>,
}

/// Facts of `account.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAccounts {
    /// In order, each once.
    pub accounts: Vec<Registered>,
}

/// What is said of one account in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredWords {
    /// Which account.
    pub account: AccountId,
    /// What shows whether it has credentials.
    pub evidence: Option<Text>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// Personal part of `account.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAccountsPersonal {
    /// In the order of the facts.
    pub accounts: Vec<RegisteredWords>,
}
