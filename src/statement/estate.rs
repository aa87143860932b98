//! What AWS's own files said of the estate: root users, contacts, central root access
//! (docs/formats.md, section 6; docs/aws.md says which commands write the files).

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::register::words;
use super::text::Text;
use super::time::Time;
use crate::crypto::fixed::Digest;

words! {
    /// Which of AWS's answers a file is.
    Source {
        /// `iam get-credential-report`.
        CredentialReport "credential-report",
        /// `iam get-account-summary`.
        AccountSummary "account-summary",
        /// `iam list-mfa-devices`, of the root user: all its devices.
        MfaDevices "mfa-devices",
        /// `iam list-virtual-mfa-devices`: of the root user's devices the virtual ones alone.
        VirtualMfaDevices "virtual-mfa-devices",
        /// `account get-contact-information`.
        ContactInformation "contact-information",
        /// `account get-alternate-contact`.
        AlternateContact "alternate-contact",
        /// `iam list-organizations-features`.
        OrganizationsFeatures "organizations-features",
        /// `organizations list-delegated-administrators`, for IAM.
        DelegatedAdministrators "delegated-administrators",
    }
}

words! {
    /// What an MFA device is, as far as its serial number tells.
    Device {
        /// A device that shows codes.
        Hardware "hardware",
        /// A program that makes codes.
        Virtual "virtual",
        /// A passkey or security key (FIDO2).
        Passkey "passkey",
        /// Something else.
        Unknown "unknown",
    }
}

words! {
    /// Whom AWS turns to about an account.
    ContactKind {
        /// The account's own contact.
        Primary "primary",
        /// About bills.
        Billing "billing",
        /// About what runs.
        Operations "operations",
        /// About security.
        Security "security",
    }
}

/// A file that was read. Files that are the same to the byte are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// Which of AWS's answers it is.
    pub source: Source,
    /// Of its bytes.
    pub digest: Digest,
    /// As of when it says so: its own word where it has one, else that of who took it over.
    pub at: Time,
    /// Its length.
    pub bytes: u64,
}

/// What one file says of one account's root user; `null` is what it says nothing about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootSeen {
    /// The account.
    pub account: AccountId,
    /// The file's place in `files`, from 0.
    pub file: u32,
    /// What it says.
    pub said: RootSaid,
}

/// What a file says of a root user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootSaid {
    /// Whether it has a password.
    pub password: Option<bool>,
    /// When that was last used; of a credential report, `null` is never, as far as AWS knows.
    pub password_last_used: Option<Time>,
    /// When it was last changed.
    pub password_last_changed: Option<Time>,
    /// Whether it has any MFA device.
    pub mfa: Option<bool>,
    /// How many access keys it has, in use or not.
    pub access_keys: Option<u8>,
    /// How many signing certificates it has, in use or not.
    pub signing_certificates: Option<u8>,
    /// Its MFA devices, in the order of their kinds.
    pub devices: Option<Vec<Device>>,
}

/// Whether an account has a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactSeen {
    /// The account.
    pub account: AccountId,
    /// Which contact.
    pub contact: ContactKind,
    /// The file's place in `files`, from 0.
    pub file: u32,
    /// Whether there is one.
    pub present: bool,
}

/// Which features of central root access are switched on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeaturesSeen {
    /// The file's place in `files`, from 0.
    pub file: u32,
    /// The organization's id.
    pub organization: Text,
    /// `RootCredentialsManagement`.
    pub root_credentials_management: bool,
    /// `RootSessions`.
    pub root_sessions: bool,
}

/// Who besides the management account manages IAM for the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegatedSeen {
    /// The file's place in `files`, from 0.
    pub file: u32,
    /// In order, each once; often none.
    pub administrators: Vec<AccountId>,
}

/// Facts of `estate.import`: what AWS's files said that the register did not have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstateImport {
    /// In order, each once, each named below.
    pub files: Vec<SourceFile>,
    /// Central root access.
    pub features: Option<FeaturesSeen>,
    /// Delegated administrators.
    pub delegated: Option<DelegatedSeen>,
    /// In order of account and source, each once.
    pub roots: Vec<RootSeen>,
    /// In order of account and kind, each once.
    pub contacts: Vec<ContactSeen>,
}

/// Who a contact is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactDetails {
    /// The name.
    pub name: Text,
    /// What they are there; alternate contacts have one.
    pub title: Option<Text>,
    /// E-mail address; alternate contacts have one.
    pub email: Option<Text>,
    /// Number.
    pub phone: Option<Text>,
    /// Company and postal address in lines; the primary contact has one.
    pub address: Option<Text>,
}

/// Personal part of `estate.import`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstateImportPersonal {
    /// What the files were called, in the order of `files`; the first, where several were the same.
    pub files: Vec<Text>,
    /// Serial numbers of the devices: a list for each entry of `roots` that has `devices`, in the order
    /// of both.
    pub serials: Vec<Vec<Text>>,
    /// In the order of `contacts`; `null` where there is none.
    pub contacts: Vec<Option<ContactDetails>>,
}
