//! What a file of a directory is by its name (docs/aws.md), and what it says.

use super::answer::{AnswerError, FieldFault, wrong};
use super::contacts::{self, Contact};
use super::mfa_devices::Devices;
use super::organizations_features::Enabled;
use super::{account_summary, credential_report, mfa_devices, organizations_features};
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::estate::{ContactKind, RootSaid, Source};

/// The name of the organisation's listing.
pub const LISTING: &str = "organizations.json";
/// The name of the file that says as of when files are that don't say it themselves.
pub const AS_OF: &str = "as-of.txt";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The organisation's listing.
    Listing,
    /// As of when the others are.
    AsOf,
    /// One of AWS's answers.
    Answer(Asked),
}

/// Which of AWS's answers a file is, as whoever brought it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which command wrote it.
    pub source: Source,
    /// Of which account; `None` where the answer is of the organisation, or says it itself.
    pub account: Option<AccountId>,
    /// Which alternate contact, where that is known.
    pub contact: Option<ContactKind>,
}

/// What a file's name says that it is; `None` where it says nothing.
#[must_use]
pub fn role(name: &str) -> Option<Role> {
    let organisation = |source| {
        Some(Role::Answer(Asked {
            source,
            account: None,
            contact: None,
        }))
    };
    match name {
        LISTING => return Some(Role::Listing),
        AS_OF => return Some(Role::AsOf),
        "organizations-features.json" => return organisation(Source::OrganizationsFeatures),
        "delegated-administrators.json" => return organisation(Source::DelegatedAdministrators),
        _ => {}
    }
    let (account, what) = name.split_once('-')?;
    let account = Some(account.parse::<AccountId>().ok()?);
    let (source, contact) = match what {
        "credential-report.csv" | "credential-report.json" => (Source::CredentialReport, None),
        "account-summary.json" => (Source::AccountSummary, None),
        "mfa-devices.json" => (Source::MfaDevices, None),
        "virtual-mfa-devices.json" => (Source::VirtualMfaDevices, None),
        "contact-information.json" => (Source::ContactInformation, Some(ContactKind::Primary)),
        "billing-contact.json" => (Source::AlternateContact, Some(ContactKind::Billing)),
        "operations-contact.json" => (Source::AlternateContact, Some(ContactKind::Operations)),
        "security-contact.json" => (Source::AlternateContact, Some(ContactKind::Security)),
        _ => return None,
    };
    Some(Role::Answer(Asked {
        source,
        account,
        contact,
    }))
}

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Of a root user.
    Root(AccountId, RootSaid),
    /// Of a root user's devices: those of all kinds, or the virtual ones.
    Devices(AccountId, Devices),
    /// Of a contact.
    Contact(AccountId, ContactKind, Contact),
    /// Which features of central root access are on.
    Features(Enabled),
    /// Who is a delegated administrator for IAM.
    Delegated(Vec<AccountId>),
}

/// Reads a file as what it is said to be; with the time that it gives itself.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
pub fn read(asked: Asked, untrusted: &[u8]) -> Result<(Said, Option<Time>), AnswerError> {
    let unnamed = || wrong("the answer", "account", FieldFault::Missing);
    let account = || asked.account.ok_or_else(unnamed);
    let said = match asked.source {
        Source::CredentialReport => {
            let report = credential_report::parse(untrusted)?;
            if let Some(account) = asked.account.filter(|account| *account != report.account) {
                let fault = FieldFault::OtherAccount(account);
                return Err(wrong("the report", "arn", fault));
            }
            return Ok((Said::Root(report.account, report.said), report.generated_at));
        }
        Source::AccountSummary => Said::Root(account()?, account_summary::parse(untrusted)?),
        Source::MfaDevices => {
            let account = account()?;
            Said::Devices(account, mfa_devices::parse(untrusted, account)?)
        }
        Source::VirtualMfaDevices => {
            let account = account()?;
            Said::Devices(account, mfa_devices::parse_virtual(untrusted, account)?)
        }
        Source::ContactInformation => {
            let contact = contacts::parse_information(untrusted)?;
            Said::Contact(account()?, ContactKind::Primary, contact)
        }
        Source::AlternateContact => {
            let contact = contacts::parse_alternate(untrusted)?;
            let kind = match (asked.contact, contact.kind) {
                (Some(asked), Some(is)) if asked != is => {
                    let fault = FieldFault::Unknown;
                    return Err(wrong("AlternateContact", "AlternateContactType", fault));
                }
                (asked, is) => is.or(asked),
            };
            let kind =
                kind.ok_or_else(|| wrong("the answer", "AlternateContact", FieldFault::Missing))?;
            Said::Contact(account()?, kind, contact)
        }
        Source::OrganizationsFeatures => Said::Features(organizations_features::parse(untrusted)?),
        Source::DelegatedAdministrators => {
            Said::Delegated(organizations_features::parse_administrators(untrusted)?)
        }
    };
    Ok((said, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str) -> Asked {
        match role(name) {
            Some(Role::Answer(asked)) => asked,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn names_say_what_files_are() {
        assert_eq!(role("organizations.json"), Some(Role::Listing));
        assert_eq!(role("as-of.txt"), Some(Role::AsOf));
        let report = asked("111122223333-credential-report.csv");
        assert_eq!(report.source, Source::CredentialReport);
        assert_eq!(report.account.unwrap().to_string(), "111122223333");
        assert_eq!(asked("111122223333-credential-report.json"), report);
        let contact = asked("111122223333-security-contact.json");
        assert_eq!(contact.contact, Some(ContactKind::Security));
        for other in [
            "",
            "notes.txt",
            "1111-account-summary.json",
            "111122223333-summary.json",
        ] {
            assert_eq!(role(other), None, "{other}");
        }
    }

    #[test]
    fn a_file_of_another_account_or_contact_is_refused() {
        let security = br#"{"AlternateContact":{"AlternateContactType":"SECURITY","EmailAddress":"a@b","Name":"n","PhoneNumber":"1","Title":"t"}}"#;
        assert!(read(asked("111122223333-security-contact.json"), security).is_ok());
        let error = read(asked("111122223333-billing-contact.json"), security).unwrap_err();
        assert!(
            error.to_string().contains("AlternateContactType"),
            "{error}"
        );
        let none = read(asked("111122223333-billing-contact.json"), b"{}")
            .unwrap()
            .0;
        assert!(matches!(
            none,
            Said::Contact(_, ContactKind::Billing, Contact { details: None, .. })
        ));
        let whose = Asked {
            contact: None,
            ..asked("111122223333-billing-contact.json")
        };
        assert!(read(whose, b"{}").is_err());
    }
}
