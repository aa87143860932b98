//! The estate as far as it says who reaches what: people, places, what is in them, what is sealed, whose
//! mail is read by whom. Plain data, read from the records by [`super::read`].

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::fixed::Id;
use crate::statement::SecretName;
use crate::statement::account_id::AccountId;
use crate::statement::accounts::Partition;
use crate::statement::register::ItemKind;
use crate::statement::text::Name;

/// Somebody, by their place in [`Estate::people`].
pub type Whom = usize;

/// Who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A custodian, by the newest of their identities.
    Custodian(Id),
    /// Somebody who is none, as the register calls them: the same words are the same person.
    Other(String),
    /// Somebody else of this thing, whose name was erased.
    Unnamed(String),
}

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub who: Who,
    /// Whether they can be counted on: not where they have left, or nobody knows who they are.
    pub here: bool,
}

/// One share of a split.
#[derive(Clone, Debug)]
pub struct Held {
    /// Whose it is.
    pub holder: Whom,
    /// Whether the identity that it is encrypted to is in force.
    pub in_force: bool,
    /// To whom its holder has sent it, over all requests.
    pub sent_to: Vec<Whom>,
}

/// One group of a split.
#[derive(Clone, Debug)]
pub struct Group {
    /// How many shares are needed.
    pub threshold: usize,
    /// The shares.
    pub shares: Vec<Held>,
}

/// Which shares are enough for a value.
#[derive(Clone, Debug)]
pub struct Split {
    /// How many groups are needed.
    pub groups_needed: usize,
    /// The groups.
    pub groups: Vec<Group>,
}

/// A value that was sealed, however often it was split anew.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// Whether it is the one that is asked for: the newest that was found to work, or else the newest.
    pub usual: bool,
    /// Every split of it that is not destroyed.
    pub splits: Vec<Split>,
    /// Who may know it.
    pub knowers: BTreeSet<Whom>,
    /// What it is written on, by place in [`Estate::items`].
    pub items: Vec<usize>,
}

/// A secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its full name.
    pub name: SecretName,
    /// Its values that may be the right one: the usual one, and a newer one that nobody has confirmed yet.
    /// None where all are destroyed.
    pub values: Vec<Value>,
}

/// A location.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name.
    pub name: Name,
    /// Its site, by place in [`Estate::sites`].
    pub site: usize,
    /// Who has its combination or key.
    pub access: BTreeSet<Whom>,
    /// Whether two of them are needed.
    pub two: bool,
    /// Whether it is still used.
    pub in_use: bool,
    /// The secrets that open it, by place in [`Estate::secrets`].
    pub combinations: Vec<usize>,
}

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// In a place.
    In(usize),
    /// Taken out, and not put back: who has taken it, where that is known.
    Out(Option<Whom>),
    /// Nowhere any more.
    Gone,
}

/// A thing that holds a value or serves an account.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: ItemKind,
    /// Where it is.
    pub at: Whereabouts,
}

/// A mailbox in use.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// Its name.
    pub name: Name,
    /// Who reads it.
    pub readers: BTreeSet<Whom>,
    /// Its own passwords, by place in [`Estate::secrets`].
    pub passwords: Vec<usize>,
    /// Its own MFA.
    pub mfa: Vec<usize>,
}

/// A phone in use.
#[derive(Clone, Debug)]
pub struct Phone {
    /// Its name.
    pub name: Name,
    /// Who answers it.
    pub answered_by: BTreeSet<Whom>,
}

/// A privilege on a management account that makes its people reach the root users of members.
#[derive(Clone, Debug)]
pub struct Privilege {
    /// Its name.
    pub name: Name,
    /// On which account.
    pub account: AccountId,
    /// Whether it changes the address of a root user.
    pub root_email: bool,
    /// Whether it acts as the root user.
    pub assume_root: bool,
    /// Who has it.
    pub people: BTreeSet<Whom>,
}

/// What is known of an account's root credentials, beside what is sealed here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RootCredentials {
    /// Whether it has a password.
    pub password: Option<bool>,
    /// Whether it has any MFA device.
    pub mfa: Option<bool>,
    /// Whether the credentials were deleted, or never set, by central root access: then nothing but the
    /// management account brings them back.
    pub central: bool,
}

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Twelve digits.
    pub id: AccountId,
    /// What it is called.
    pub name: Option<String>,
    /// Whether the register has it.
    pub registered: bool,
    /// Whether it is in use.
    pub in_use: bool,
    /// Whether it is a management account.
    pub management: bool,
    /// Its partition.
    pub partition: Partition,
    /// What is known of its credentials.
    pub credentials: RootCredentials,
    /// Its passwords, by place in [`Estate::secrets`].
    pub passwords: Vec<usize>,
    /// Its MFA.
    pub mfa: Vec<usize>,
    /// Security answers.
    pub answers: Vec<usize>,
    /// Devices whose seed is no secret here, by place in [`Estate::items`].
    pub tokens: Vec<usize>,
    /// Telephones in a place.
    pub telephones: Vec<usize>,
    /// Things of which nobody has recorded what is on them.
    pub unclear: Vec<usize>,
    /// Its mailboxes, by place in [`Estate::mailboxes`].
    pub mailboxes: Vec<usize>,
    /// Its phones, by place in [`Estate::phones`].
    pub phones: Vec<usize>,
}

impl Account {
    /// One of which nothing is known.
    #[must_use]
    pub fn new(id: AccountId) -> Self {
        Self {
            id,
            name: None,
            registered: false,
            in_use: true,
            management: false,
            partition: Partition::Aws,
            credentials: RootCredentials::default(),
            passwords: Vec::new(),
            mfa: Vec::new(),
            answers: Vec::new(),
            tokens: Vec::new(),
            telephones: Vec::new(),
            unclear: Vec::new(),
            mailboxes: Vec::new(),
            phones: Vec::new(),
        }
    }
}

/// Everything together.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// People.
    pub people: Vec<Person>,
    /// Names of sites.
    pub sites: Vec<Name>,
    /// Locations.
    pub places: Vec<Place>,
    /// Secrets.
    pub secrets: Vec<Secret>,
    /// Items.
    pub items: Vec<Item>,
    /// Mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Phones.
    pub phones: Vec<Phone>,
    /// Privileges.
    pub privileges: Vec<Privilege>,
    /// Accounts, in order of id.
    pub accounts: Vec<Account>,
    /// Which management accounts there are, in each partition, by place among the accounts.
    pub managers: BTreeMap<&'static str, Vec<usize>>,
}

impl Estate {
    /// An account's place.
    #[must_use]
    pub fn account(&self, id: &AccountId) -> Option<usize> {
        self.accounts
            .binary_search_by(|account| account.id.cmp(id))
            .ok()
    }

    /// The management accounts that a member belongs to; none of a management account.
    #[must_use]
    pub fn managers_of(&self, account: &Account) -> &[usize] {
        let of_partition = self.managers.get(account.partition.name());
        match of_partition {
            Some(managers) if !account.management => managers,
            _ => &[],
        }
    }

    /// Notes which accounts manage others.
    pub fn note_managers(&mut self) {
        self.managers.clear();
        for (place, account) in self.accounts.iter().enumerate() {
            if account.management && account.in_use {
                let managers = self.managers.entry(account.partition.name());
                managers.or_default().push(place);
            }
        }
    }

    /// Privileges on an account, that reach its members' root users.
    pub fn privileges_on(&self, account: AccountId) -> impl Iterator<Item = &Privilege> {
        let on = move |privilege: &&Privilege| privilege.account == account;
        self.privileges.iter().filter(on)
    }
}
