//! What the ledger doesn't record of an account, so that an answer can't be read as more than it is.

use super::estate::{Account, Estate};
use crate::statement::account_id::AccountId;
use crate::statement::accounts::Partition;

/// Something that is not known, or that shuts a route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// The account is not in the register.
    NotRegistered,
    /// It has no root credentials: central root access keeps them away.
    NoCredentials,
    /// It has no password.
    NoPassword,
    /// No password is sealed: nobody is counted who knows it.
    PasswordNotSealed,
    /// Neither an MFA device is recorded nor that there is none: none is asked for.
    MfaNotRecorded,
    /// It has an MFA device, and none is recorded: nobody is counted who has it.
    MfaNotHere,
    /// No mailbox is registered for it.
    MailboxNotRegistered,
    /// No phone is.
    PhoneNotRegistered,
    /// No security answers are sealed: none are asked for.
    AnswersNotSealed,
    /// No management account is registered.
    ManagerNotRegistered,
    /// No privilege on its management account is registered that reaches root users.
    PrivilegesNotRegistered(AccountId),
    /// A privilege to act as root is registered, which isn't there in this partition.
    NotInPartition(AccountId),
    /// A thing serves it, by place among the items, and nobody has recorded what is on it.
    Unclear(usize),
}

/// What is not known of an account, in order.
#[must_use]
pub fn of(estate: &Estate, account: &Account) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut note = |is: bool, gap: Gap| {
        if is {
            gaps.push(gap);
        }
    };
    let credentials = account.credentials;
    let no_password = credentials.password == Some(false);
    let none = no_password && credentials.central;
    note(!account.registered, Gap::NotRegistered);
    note(none, Gap::NoCredentials);
    if !none {
        let recorded = !account.mfa.is_empty() || !account.tokens.is_empty();
        let is_sealed = !account.passwords.is_empty();
        note(no_password, Gap::NoPassword);
        note(!no_password && !is_sealed, Gap::PasswordNotSealed);
        let mfa = credentials.mfa;
        note(mfa.is_none() && !recorded, Gap::MfaNotRecorded);
        note(mfa == Some(true) && !recorded, Gap::MfaNotHere);
        note(account.mailboxes.is_empty(), Gap::MailboxNotRegistered);
        let phones = account.phones.is_empty() && account.telephones.is_empty();
        note(phones, Gap::PhoneNotRegistered);
        note(account.answers.is_empty(), Gap::AnswersNotSealed);
    }
    let managers = estate.managers_of(account);
    let known = account.management || !managers.is_empty();
    note(!known, Gap::ManagerNotRegistered);
    for manager in managers.iter().filter_map(|one| estate.accounts.get(*one)) {
        let mut on = estate.privileges_on(manager.id).peekable();
        let id = manager.id;
        note(on.peek().is_none(), Gap::PrivilegesNotRegistered(id));
        let assumes = on.any(|privilege| privilege.assume_root);
        let elsewhere = account.partition != Partition::Aws;
        note(assumes && elsewhere, Gap::NotInPartition(id));
    }
    gaps.extend(account.unclear.iter().map(|item| Gap::Unclear(*item)));
    gaps
}
