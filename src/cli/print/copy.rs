//! Copies of an MFA seed on paper: what stands on them, what the register must have room for, and
//! their registration as items.

use std::collections::BTreeSet;

use super::imprint::Foot;
use super::onto::not_drawn;
use crate::aws::otpauth::OtpAuth;
use crate::cli::context::Context;
use crate::cli::shell::words;
use crate::cli::{location, when};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::print::sheet::{self, QrSheet};
use crate::present::print::{Paper, Printed};
use crate::state::custody::AccountRecord;
use crate::state::people::Custodian;
use crate::state::places::{ItemRecord, LocationRecord, Place};
use crate::state::records::{list, read};
use crate::statement::account_id::AccountId;
use crate::statement::names::Subject;
use crate::statement::people::Role;
use crate::statement::register::{AddItem, AddItemPersonal, HeldSecret, ItemKind};
use crate::statement::text::{Name, Text};
use crate::statement::{Claim, SecretKind, SecretName};

/// What a printer's queue shows of a copy.
pub const TITLE: &str = "Sealed MFA backup";

/// How a copy is made, as typed.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Who watches, and closes the bag together with whoever prints.
    pub witness: Option<String>,
    /// Whom to call when it is found.
    pub call: Option<String>,
    /// Whether the seed stands on it in letters too.
    pub seed_text: bool,
}

/// What every copy of one seed says.
pub struct Seed {
    name: SecretName,
    account: AccountId,
    alias: Option<String>,
    serves: Vec<String>,
    epoch: u32,
    author: (Id, String),
    witness: Option<(Id, String)>,
    manner: Manner,
}

/// One copy.
pub struct Copy {
    /// What the item is called.
    pub item: Name,
    /// Where it goes.
    pub location: LocationRecord,
    /// In which bag.
    pub bag: Text,
    /// Which of the copies it is, from 1, and how many there are.
    pub number: (u16, u16),
}

/// The account whose root user a seed signs in; refused for what is no such seed.
pub fn account_of(name: &SecretName) -> Result<&AccountId> {
    match (&name.subject, name.kind) {
        (Subject::Account(account), SecretKind::MfaSeed) => Ok(account),
        _ => Err(Error::usage(
            "not-a-seed",
            format!("{name} is not the MFA seed of an account: only that is printed as a sheet"),
        )
        .hint("ACCOUNT/mfa-seed, such as 111122223333/mfa-seed")),
    }
}

/// What an item is called where nobody has said so: after the account, the label, the epoch.
pub fn item_name(name: &SecretName, epoch: u32, number: u16) -> Result<Name> {
    let mut text = account_of(name)?.to_string();
    if let Some(label) = &name.label {
        text.push_str(&format!("-{label}"));
    }
    if epoch > 1 {
        text.push_str(&format!("-e{epoch}"));
    }
    Name::new(format!("{text}-qr-{number}"))
}

/// The location that a copy goes to: one in use.
pub fn destination(session: &Session, name: &str) -> Result<LocationRecord> {
    let location = location::find(session, name)?;
    if location.retired {
        return Err(Error::refused(
            "location-retired",
            format!("`{}` is used no more", location.facts.location),
        )
        .hint("rootkeep location list"));
    }
    Ok(location)
}

/// The moment at which a copy is made, by the clock of where it goes.
pub fn made_at(session: &Session, copy: &Copy) -> Result<String> {
    Ok(when::clock(session.now()?, location::zone(&copy.location)))
}

/// That the register has room for these copies of an epoch: nothing is said twice on paper, or says
/// something else there than in the register.
pub fn check(session: &Session, held: Option<&HeldSecret>, copies: &[Copy]) -> Result<()> {
    let (mut items, mut bags) = (BTreeSet::new(), BTreeSet::new());
    for copy in copies {
        if !items.insert(&copy.item) {
            return Err(item_known(&copy.item));
        }
        if !bags.insert(copy.bag.as_str()) {
            return Err(bag_known(&copy.bag, "of another copy"));
        }
    }
    for (_, item) in list::<ItemRecord>(&session.view(), "")? {
        if items.contains(&item.facts.item) {
            return Err(item_known(&item.facts.item));
        }
        if item.place == Place::Destroyed {
            continue;
        }
        if let Some(bag) = &item.facts.bag
            && bags.contains(bag.as_str())
        {
            return Err(bag_known(bag, &format!("of {}", item.facts.item)));
        }
        let same_epoch = held.is_some() && item.facts.holds.as_ref() == held;
        let number = |copy: &Copy| item.facts.copy == Some(u32::from(copy.number.0));
        if same_epoch && copies.iter().any(number) {
            return Err(Error::refused(
                "copy-known",
                format!("{} is that copy already", item.facts.item),
            )
            .hint("give this one the next number: --copy N"));
        }
    }
    Ok(())
}

fn item_known(item: &Name) -> Error {
    Error::refused(
        "item-known",
        format!("there is an item `{item}`, or there was"),
    )
    .hint("names are for good: choose another with --item")
}

fn bag_known(bag: &Text, whose: &str) -> Error {
    Error::refused("bag-known", format!("the bag {bag} is that {whose}"))
        .hint("each copy has a bag of its own: read the number from the bag")
}

/// The highest number that a copy of an epoch has in the register.
pub fn highest(session: &Session, held: &HeldSecret) -> Result<u16> {
    let items = list::<ItemRecord>(&session.view(), "")?;
    let copies = items
        .iter()
        .filter(|(_, item)| item.facts.holds.as_ref() == Some(held))
        .filter_map(|(_, item)| item.facts.copy);
    Ok(u16::try_from(copies.max().unwrap_or(0)).unwrap_or(u16::MAX))
}

impl Seed {
    /// Reads what the sheet says of a secret's epoch from the ledger.
    pub fn new(
        session: &Session,
        name: &SecretName,
        (epoch, serves): (u32, &[AccountId]),
        manner: Manner,
    ) -> Result<Self> {
        let account = *account_of(name)?;
        let people = session.people()?;
        let record = read::<AccountRecord>(&session.view(), &account.to_string())?;
        let witness = match &manner.witness {
            Some(typed) => {
                let id = people.find(typed)?;
                if id == session.member() {
                    return Err(Error::refused(
                        "own-witness",
                        "nobody watches the own sealing of a bag",
                    )
                    .hint("name somebody else: --witness NAME"));
                }
                Some((id, people.name(&id)))
            }
            None => None,
        };
        Ok(Self {
            name: name.clone(),
            account,
            alias: record
                .and_then(|record| record.names)
                .map(|names| names.name.to_string()),
            serves: serves.iter().map(ToString::to_string).collect(),
            epoch,
            author: (session.member(), people.name(&session.member())),
            witness,
            manner,
        })
    }

    /// The same of another epoch.
    pub fn of_epoch(self, epoch: u32) -> Self {
        Self { epoch, ..self }
    }

    /// Draws a copy, and reads its code back. `made_at` is by the clock of where it goes.
    pub fn draw(
        &self,
        made_at: &str,
        device: &OtpAuth,
        copy: &Copy,
        foot: &Foot,
        paper: Paper,
    ) -> Result<Printed> {
        let serves: Vec<&str> = self.serves.iter().map(String::as_str).collect();
        let facts = &copy.location.facts;
        let drawn = QrSheet {
            device,
            account: &self.account.to_string(),
            alias: self.alias.as_deref(),
            serves: &serves,
            secret: &self.name.to_string(),
            epoch: self.epoch,
            location: facts.location.as_str(),
            site: facts.site.as_str(),
            bag: copy.bag.as_str(),
            copy: copy.number,
            made_at,
            made_by: &self.author.1,
            witness: self.witness.as_ref().map(|(_, name)| name.as_str()),
            call: self.manner.call.as_deref(),
            with_text: self.manner.seed_text,
        };
        sheet::draw(&drawn, &foot.imprint(), paper).map_err(not_drawn)
    }

    /// Registers copies that are printed, where whoever printed keeps the register. The entries'
    /// numbers, one for each copy; else a warning that says what a keeper types. The paper is there,
    /// whatever comes of it.
    pub fn register(
        &self,
        session: &mut Session,
        held: &HeldSecret,
        copies: &[&Copy],
    ) -> (Vec<Option<u64>>, Vec<String>) {
        if copies.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let entered = self.enter(session, held, copies);
        match entered {
            Ok(seqs) => (seqs.into_iter().map(Some).collect(), Vec::new()),
            Err(error) => {
                let lines: Vec<String> = copies.iter().map(|copy| self.line(copy)).collect();
                let warning = format!(
                    "not in the register yet ({error}); a keeper types: {}",
                    lines.join(" ; ")
                );
                (vec![None; copies.len()], vec![warning])
            }
        }
    }

    fn enter(
        &self,
        session: &mut Session,
        held: &HeldSecret,
        copies: &[&Copy],
    ) -> Result<Vec<u64>> {
        let own = Custodian::load(&session.view(), &session.member())?;
        if !own.is_some_and(|own| own.has(Role::Keeper)) {
            return Err(Error::refused("not-a-keeper", "you don't keep it"));
        }
        let now = session.now()?;
        let claims = copies
            .iter()
            .map(|copy| {
                let sealed_by = self.witness.as_ref().map(|_| self.author.0);
                let facts = AddItem {
                    item: copy.item.clone(),
                    kind: ItemKind::QrSheet,
                    holds: Some(held.clone()),
                    account: None,
                    copy: Some(u32::from(copy.number.0)),
                    location: copy.location.facts.location.clone(),
                    bag: Some(copy.bag.clone()),
                    sealed_by,
                    witness: self.witness.as_ref().map(|(id, _)| *id),
                    sealed_at: sealed_by.map(|_| now),
                    battery_checked: None,
                    battery_expires: None,
                };
                Claim::ItemAdd(facts, Some(AddItemPersonal { label: None }))
            })
            .collect();
        let entered = session.enter_all(claims, |_, error| error)?;
        Ok(entered.iter().map(|entered| entered.seq).collect())
    }

    /// What registers a copy.
    fn line(&self, copy: &Copy) -> String {
        let mut line = format!(
            "rootkeep item add {} --kind qr-sheet --for {} --copy {} --location {} --bag {}",
            copy.item,
            self.name,
            copy.number.0,
            copy.location.facts.location,
            words::quoted(copy.bag.as_str())
        );
        if let Some((_, witness)) = &self.witness {
            line.push_str(&format!(
                " --sealed-by {} --witness {}",
                words::quoted(&self.author.1),
                words::quoted(witness)
            ));
        }
        line
    }
}

/// Says what is to be done with a copy before it is put away.
pub fn next_steps(context: &Context) {
    context.say("Scan each copy before you seal it, fold it with the code inside, and read the bag's number aloud (docs/printing.md).");
}
