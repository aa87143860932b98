//! The register of physical things: locations, items, mailboxes and phones (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::text::{Name, Text};
use super::time::{Date, Time};
use crate::crypto::fixed::Id;

macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word for it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

pub(super) use words;

words! {
    /// What a location is.
    LocationKind {
        /// A safe.
        Safe "safe",
        /// A box at a bank.
        BankBox "bank-box",
        /// A lockable cabinet or drawer.
        Cabinet "cabinet",
        /// A room that only some can enter.
        Room "room",
        /// Somewhere else.
        Other "other",
    }
}

words! {
    /// What an item is.
    ItemKind {
        /// A printed QR code of a virtual MFA device.
        QrSheet "qr-sheet",
        /// A hardware MFA device.
        MfaToken "mfa-token",
        /// A token that a custodian's identity is on.
        IdentityToken "identity-token",
        /// A share on paper.
        ShareCard "share-card",
        /// A key to a location.
        Key "key",
        /// A telephone.
        Phone "phone",
        /// A computer that touches no network.
        Laptop "laptop",
        /// A medium with files on it.
        Medium "medium",
        /// Anything on paper.
        Document "document",
        /// Anything else.
        Other "other",
    }
}

/// Facts of `location.set`: all of them, each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Its name, for good.
    pub location: Name,
    /// What it is.
    pub kind: LocationKind,
    /// Where: the building, say. Locations of one site fall together.
    pub site: Name,
    /// IANA name of its time zone.
    pub timezone: String,
    /// Who has its combination or key, in order of id.
    pub access: Vec<Id>,
    /// Whether two of them are needed to open it.
    pub dual_control: bool,
    /// Whether reaching it needs something that AWS hosts.
    pub depends_on_aws: bool,
}

/// Personal part of `location.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocationPersonal {
    /// How to find it.
    pub description: Option<Text>,
}

/// Facts of `location.retire`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetireLocation {
    /// Which.
    pub location: Name,
}

/// What an item holds or serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldSecret {
    /// The secret whose value is on it.
    pub secret: Id,
    /// In which epoch.
    pub epoch: u32,
}

/// Facts of `item.add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddItem {
    /// Its name, for good.
    pub item: Name,
    /// What it is.
    pub kind: ItemKind,
    /// What it holds the value of.
    pub holds: Option<HeldSecret>,
    /// Which account it serves, where that is no secret here.
    pub account: Option<AccountId>,
    /// Which of several copies.
    pub copy: Option<u32>,
    /// Where it is.
    pub location: Name,
    /// Number of the tamper-evident bag that it is in.
    pub bag: Option<Text>,
    /// Who sealed the bag.
    pub sealed_by: Option<Id>,
    /// Who watched.
    pub witness: Option<Id>,
    /// When.
    pub sealed_at: Option<Time>,
    /// When its battery was last checked.
    pub battery_checked: Option<Date>,
    /// When its battery is to be replaced.
    pub battery_expires: Option<Date>,
}

/// Personal part of `item.add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddItemPersonal {
    /// What is written on it.
    pub label: Option<Text>,
}

/// Facts of `item.check`: its battery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckItem {
    /// Which.
    pub item: Name,
    /// When its battery was checked.
    pub battery_checked: Date,
    /// When its battery is to be replaced.
    pub battery_expires: Option<Date>,
}

/// Facts of `item.move`: outside of an access that was logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveItem {
    /// Which.
    pub item: Name,
    /// Where it is now.
    pub location: Name,
    /// The bag that it is in now.
    pub bag: Option<Text>,
    /// Who watched, and signs.
    pub witness: Id,
}

/// Facts of `item.destroy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestroyItem {
    /// Which.
    pub item: Name,
    /// Who watched, and signs.
    pub witness: Id,
}

/// Personal part of statements that say why or how in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Why, or how.
    pub note: Text,
}

/// Facts of `mailbox.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// Its name in the register, for good.
    pub mailbox: Name,
    /// Custodians who can read it, in order of id.
    pub members: Vec<Id>,
    /// Accounts whose root user it is the address of, in order.
    pub accounts: Vec<AccountId>,
    /// Whether it is out of use.
    pub closed: bool,
}

/// Personal part of `mailbox.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxPersonal {
    /// The address.
    pub address: Text,
    /// Others who can read it.
    pub others: Vec<Text>,
}

/// Facts of `phone.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// Its name in the register, for good.
    pub phone: Name,
    /// Custodians who answer it, in order of id.
    pub holders: Vec<Id>,
    /// Accounts that carry its number, in order.
    pub accounts: Vec<AccountId>,
    /// When it was last called and answered.
    pub tested: Option<Date>,
    /// Whether it is out of use.
    pub closed: bool,
}

/// Personal part of `phone.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhonePersonal {
    /// The number.
    pub number: Text,
    /// Others who answer it.
    pub others: Vec<Text>,
}
