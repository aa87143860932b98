//! Locations, items, accesses, mailboxes and phones, as records.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, read};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::accesses::{Handled, Happened, Opened, SealState, Went};
use crate::statement::register::{
    AddItem, AddItemPersonal, Location, LocationPersonal, Mailbox, MailboxPersonal, Phone,
    PhonePersonal,
};
use crate::statement::text::{Name, Text};
use crate::statement::{Claim, Time};

/// An opening that was not closed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAccess {
    /// Leaf hash of the opening.
    pub access: Digest,
    /// Its index.
    pub index: u64,
    /// Who opened.
    pub author: Id,
    /// What it says.
    pub opened: Opened,
}

/// A location as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationRecord {
    /// As it was last set.
    pub facts: Location,
    /// What can be erased; `None` once it was.
    pub personal: Option<LocationPersonal>,
    /// Indices of the entries that set it, and of the one that retired it.
    pub events: Vec<u64>,
    /// Whether it is used no more.
    pub retired: bool,
    /// What is in it.
    pub items: BTreeSet<Name>,
    /// What was taken out of it, and is nowhere since.
    pub out: BTreeSet<Name>,
    /// The opening that was not closed yet.
    pub open: Option<OpenAccess>,
    /// The access that was opened last, of those that are in effect.
    pub last: Option<Digest>,
    /// How many there are.
    pub accesses: u64,
    /// What the lock's own counter said when it was last read.
    pub counter: Option<u64>,
}

impl Record for LocationRecord {
    const TABLE: Table = Table::Location;
}

impl LocationRecord {
    /// A location by name.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, name: &Name) -> Result<Option<Self>> {
        read(records, name.as_str())
    }
}

/// Where an item is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In a location.
    At(Name),
    /// Taken out of one, and not put back.
    Out {
        /// Out of which.
        from: Name,
        /// By which access.
        access: Digest,
        /// When that closed.
        since: Time,
        /// Whether a later access of the same location has not brought it back.
        missed: bool,
    },
    /// Destroyed.
    Destroyed,
}

/// An item as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// As it was added, with the bag and battery of now.
    pub facts: AddItem,
    /// What can be erased; `None` once it was.
    pub personal: Option<AddItemPersonal>,
    /// Where it is.
    pub place: Place,
    /// Whether its seal was found or left broken.
    pub broken: bool,
    /// Indices of all entries about it, in order.
    pub events: Vec<u64>,
    /// Index of the leaf by which it was moved or handled last.
    pub changed: u64,
}

impl Record for ItemRecord {
    const TABLE: Table = Table::Item;
}

impl Place {
    /// The location that it is in, if it is in one.
    #[must_use]
    pub fn location(&self) -> Option<&Name> {
        match self {
            Self::At(location) => Some(location),
            Self::Out { .. } | Self::Destroyed => None,
        }
    }

    /// The location that it was taken out of, if it is in none since.
    #[must_use]
    pub fn out_of(&self) -> Option<&Name> {
        match self {
            Self::Out { from, .. } => Some(from),
            Self::At(_) | Self::Destroyed => None,
        }
    }
}

impl ItemRecord {
    /// The key of an item's record: names that begin alike are spread over shards.
    #[must_use]
    pub fn key(name: &Name) -> String {
        let hash = Digest::of(name.as_str().as_bytes()).to_hex();
        format!("{}/{name}", hash.get(..2).unwrap_or_default())
    }

    /// An item by name.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, name: &Name) -> Result<Option<Self>> {
        read(records, &Self::key(name))
    }

    /// What an access of `location` that closed at `closed_at` has made of it.
    pub fn after(&mut self, handled: &Handled, location: &Name, access: Digest, closed_at: Time) {
        match (handled.went, &self.place) {
            (_, Place::Destroyed) | (Went::Stayed, _) => {}
            (Went::In, _) => self.place = Place::At(location.clone()),
            (Went::Out, _) => {
                self.place = Place::Out {
                    from: location.clone(),
                    access,
                    since: closed_at,
                    missed: false,
                };
            }
        }
        if handled.went == Went::In && handled.bag.is_some() {
            self.facts.bag.clone_from(&handled.bag);
            self.broken = false;
        }
        self.broken |= handled.seal == Some(SealState::Broken);
    }
}

/// What did not fit when an access took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "finding")]
pub enum Finding {
    /// An item was taken out or looked at where the register does not have it.
    NotThere {
        /// Which.
        item: Name,
    },
    /// An item was put in that the register has in another place.
    TwoPlaces {
        /// Which.
        item: Name,
        /// Where the register has it.
        at: Name,
    },
    /// The number on the bag is not the registered one.
    BagMismatch {
        /// Which.
        item: Name,
        /// The registered one.
        registered: Option<Text>,
        /// As typed.
        typed: Text,
    },
    /// Nobody read the number of a bag that has one.
    BagNotRead {
        /// Which.
        item: Name,
    },
    /// A seal was broken.
    SealBroken {
        /// Which.
        item: Name,
    },
    /// The lock's counter is not the next.
    CounterGap {
        /// What it ought to be.
        expected: u64,
        /// What it was.
        was: u64,
    },
    /// Who opened is not among those who have its combination or key.
    Unlisted {
        /// Who.
        custodian: Id,
    },
    /// Two of those are needed to open it, and fewer were there.
    NotTwo,
    /// There is something in it that makes sign-in codes, and no release was in effect.
    NoRequest,
    /// What gives access to an account was handled, and no release was in effect for it.
    NoRelease {
        /// Which.
        item: Name,
    },
    /// Password and MFA of one account were handled in one access.
    BothFactors {
        /// Of what.
        subject: String,
    },
    /// An item was moved or handled after this was written down, and before it took effect.
    Overtaken {
        /// Which.
        item: Name,
    },
    /// An item that was destroyed was handled.
    Destroyed {
        /// Which.
        item: Name,
    },
    /// An item that an earlier access had taken out was not brought back.
    StillOut {
        /// Which.
        item: Name,
        /// When that access was closed.
        since: Time,
    },
}

impl Finding {
    /// Whether it is about this item alone.
    #[must_use]
    pub fn is_about(&self, name: &Name) -> bool {
        match self {
            Self::NotThere { item }
            | Self::TwoPlaces { item, .. }
            | Self::BagMismatch { item, .. }
            | Self::BagNotRead { item }
            | Self::SealBroken { item }
            | Self::NoRelease { item }
            | Self::Destroyed { item }
            | Self::Overtaken { item }
            | Self::StillOut { item, .. } => item == name,
            Self::CounterGap { .. }
            | Self::BothFactors { .. }
            | Self::Unlisted { .. }
            | Self::NotTwo
            | Self::NoRequest => false,
        }
    }
}

/// An access that its witness has signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRecord {
    /// Index of the entry that says what happened: `safe.close` or `safe.log`.
    pub index: u64,
    /// Who opened.
    pub opener: Id,
    /// Who says it.
    pub author: Id,
    /// How it began.
    pub opened: Opened,
    /// What happened.
    pub happened: Happened,
    /// When it was written down.
    pub recorded_at: Time,
    /// Who watched.
    pub witness: Id,
    /// Index of their sign-off.
    pub witnessed: u64,
    /// What did not fit.
    pub findings: Vec<Finding>,
    /// The access of the same location that was opened before it, however late either was written down.
    pub previous: Option<Digest>,
}

impl Record for AccessRecord {
    const TABLE: Table = Table::Access;
}

/// Something that waits for the witness that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessRecord {
    /// Index of its leaf.
    pub index: u64,
    /// Its id.
    pub id: Id,
    /// Who made it.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// Its kind.
    pub kind: String,
    /// Its facts, as signed.
    pub facts: String,
    /// Who has to sign.
    pub witness: Id,
}

impl Record for WitnessRecord {
    const TABLE: Table = Table::Witness;
}

impl WitnessRecord {
    /// What it claims, without what names people.
    ///
    /// # Errors
    /// Verification, codes `unknown-kind`, `bad-json`.
    pub fn claim(&self) -> Result<Claim> {
        Claim::parse_facts(&self.kind, &self.facts)
    }
}

/// A mailbox as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxRecord {
    /// As it was last set.
    pub facts: Mailbox,
    /// What can be erased; `None` once it was.
    pub personal: Option<MailboxPersonal>,
    /// Indices of the entries that set it.
    pub events: Vec<u64>,
}

impl Record for MailboxRecord {
    const TABLE: Table = Table::Mailbox;
}

/// A phone as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneRecord {
    /// As it was last set.
    pub facts: Phone,
    /// What can be erased; `None` once it was.
    pub personal: Option<PhonePersonal>,
    /// Indices of the entries that set it.
    pub events: Vec<u64>,
}

impl Record for PhoneRecord {
    const TABLE: Table = Table::Phone;
}
