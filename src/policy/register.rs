//! The register of locations, items, mailboxes and phones.

use std::collections::BTreeSet;

use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::state::custody::{AccountRecord, Epoch};
use crate::state::people::Custodian;
use crate::state::places::{ItemRecord, LocationRecord, MailboxRecord, PhoneRecord, Place};
use crate::state::records::read;
use crate::statement::account_id::AccountId;
use crate::statement::people::Role;
use crate::statement::register::{
    AddItem, AddItemPersonal, CheckItem, DestroyItem, Location, LocationPersonal, Mailbox,
    MailboxPersonal, MoveItem, Phone, PhonePersonal,
};
use crate::statement::text::Name;

/// Which of a location's lists an item is in.
#[derive(Clone, Copy)]
enum Side {
    In,
    Out,
}

/// What keeping the register is called in a refusal.
const KEEPING: &str = "keeping the register";

impl Judge<'_> {
    pub(super) fn location_set(
        &mut self,
        set: &Location,
        personal: Option<&LocationPersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, KEEPING)?;
        self.check_people(&set.access)?;
        if set.timezone.parse::<chrono_tz::Tz>().is_err() {
            return Err(refusal::malformed("the time zone is no IANA name"));
        }
        let mut record = match LocationRecord::load(&self.state, &set.location)? {
            Some(record) if record.retired => return Err(location_retired(&set.location)),
            Some(record) => record,
            None => LocationRecord {
                facts: set.clone(),
                personal: None,
                events: Vec::new(),
                retired: false,
                items: BTreeSet::new(),
                out: BTreeSet::new(),
                open: None,
                last: None,
                accesses: 0,
                counter: None,
            },
        };
        record.facts = set.clone();
        record.personal = personal.cloned();
        record.events.push(self.index);
        self.state.put(set.location.as_str(), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn location_retire(&mut self, name: &Name) -> Result<Verdict> {
        self.needs_role(Role::Keeper, KEEPING)?;
        let mut record = self.live_location(name)?;
        if record.open.is_some() {
            return Err(Error::refused(
                "still-open",
                format!("`{name}` was opened and not closed"),
            )
            .hint("close it first: rootkeep safe close"));
        }
        if let Some(item) = record.items.first() {
            return Err(
                Error::refused("not-empty", format!("`{item}` is still in `{name}`"))
                    .hint("move what is in it first: rootkeep item move ITEM --location NAME"),
            );
        }
        record.retired = true;
        record.events.push(self.index);
        self.state.put(name.as_str(), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn item_add(
        &mut self,
        add: &AddItem,
        personal: Option<&AddItemPersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, KEEPING)?;
        if ItemRecord::load(&self.state, &add.item)?.is_some() {
            return Err(Error::refused(
                "item-known",
                format!("there is an item `{}`, or there was", add.item),
            )
            .hint("names are for good: choose another"));
        }
        self.live_location(&add.location)?;
        if let Some(holds) = &add.holds {
            Epoch::load(&self.state, &holds.secret, holds.epoch)?
                .ok_or_else(refusal::no_such_secret)?;
        }
        if let Some(account) = &add.account {
            self.check_accounts(std::slice::from_ref(account))?;
        }
        let sealers: Vec<Id> = [add.sealed_by, add.witness].into_iter().flatten().collect();
        for id in &sealers {
            Custodian::load(&self.state, id)?.ok_or_else(|| refusal::unknown_author(id))?;
        }
        if add.witness.is_some() && add.witness == add.sealed_by {
            return Err(refusal::malformed(
                "nobody watches the own sealing of a bag",
            ));
        }
        if add.bag.is_none() && (!sealers.is_empty() || add.sealed_at.is_some()) {
            return Err(refusal::malformed("what was sealed has a bag's number"));
        }
        if add.copy == Some(0) {
            return Err(refusal::malformed("copies are counted from 1"));
        }
        let record = ItemRecord {
            facts: add.clone(),
            personal: personal.cloned(),
            place: Place::At(add.location.clone()),
            broken: false,
            events: Vec::new(),
            changed: self.index,
        };
        self.put_item(record, self.index)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn item_check(&mut self, check: &CheckItem) -> Result<Verdict> {
        self.needs_one_of(&[Role::Keeper, Role::Witness], KEEPING)?;
        let mut record = self.live_item(&check.item)?;
        record.facts.battery_checked = Some(check.battery_checked);
        record.facts.battery_expires = check.battery_expires.or(record.facts.battery_expires);
        self.put_item(record, self.index)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn item_move(&mut self, moved: &MoveItem) -> Result<Verdict> {
        self.needs_role(Role::Keeper, KEEPING)?;
        self.check_move(moved)?;
        self.wait_for(moved.witness)
    }

    pub(super) fn check_move(&self, moved: &MoveItem) -> Result<()> {
        self.live_item(&moved.item)?;
        self.live_location(&moved.location).map(|_| ())
    }

    pub(super) fn move_item(&mut self, moved: &MoveItem, proposed: u64) -> Result<()> {
        let mut record = self.live_item(&moved.item)?;
        record.place = Place::At(moved.location.clone());
        record.changed = self.index;
        if moved.bag.is_some() {
            record.facts.bag.clone_from(&moved.bag);
            record.broken = false;
        }
        self.put_item(record, proposed)
    }

    pub(super) fn check_destroy_item(&self, destroy: &DestroyItem) -> Result<()> {
        self.live_item(&destroy.item).map(|_| ())
    }

    pub(super) fn destroy_item(&mut self, destroy: &DestroyItem, proposed: u64) -> Result<()> {
        let mut record = self.live_item(&destroy.item)?;
        record.place = Place::Destroyed;
        self.put_item(record, proposed)
    }

    pub(super) fn mailbox_set(
        &mut self,
        set: &Mailbox,
        personal: Option<&MailboxPersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, KEEPING)?;
        self.check_people(&set.members)?;
        self.check_accounts(&set.accounts)?;
        let before = read::<MailboxRecord>(&self.state, set.mailbox.as_str())?;
        let mut events = before.map_or_else(Vec::new, |record| record.events);
        events.push(self.index);
        let record = MailboxRecord {
            facts: set.clone(),
            personal: personal.cloned(),
            events,
        };
        self.state.put(set.mailbox.as_str(), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn phone_set(
        &mut self,
        set: &Phone,
        personal: Option<&PhonePersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, KEEPING)?;
        self.check_people(&set.holders)?;
        self.check_accounts(&set.accounts)?;
        let before = read::<PhoneRecord>(&self.state, set.phone.as_str())?;
        let mut events = before.map_or_else(Vec::new, |record| record.events);
        events.push(self.index);
        let record = PhoneRecord {
            facts: set.clone(),
            personal: personal.cloned(),
            events,
        };
        self.state.put(set.phone.as_str(), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn live_location(&self, name: &Name) -> Result<LocationRecord> {
        match LocationRecord::load(&self.state, name)? {
            Some(record) if record.retired => Err(location_retired(name)),
            Some(record) => Ok(record),
            None => Err(Error::refused(
                "unknown-location",
                format!("there is no location `{name}`"),
            )
            .hint("rootkeep location list; rootkeep location add")),
        }
    }

    pub(super) fn live_item(&self, name: &Name) -> Result<ItemRecord> {
        match ItemRecord::load(&self.state, name)? {
            Some(record) if record.place == Place::Destroyed => Err(Error::refused(
                "item-destroyed",
                format!("`{name}` was destroyed"),
            )),
            Some(record) => Ok(record),
            None => Err(
                Error::refused("unknown-item", format!("there is no item `{name}`"))
                    .hint("rootkeep item list; rootkeep item add"),
            ),
        }
    }

    /// Keeps an item as the entry at `event` has made it, and both locations' lists of what is in them.
    pub(super) fn put_item(&mut self, mut record: ItemRecord, event: u64) -> Result<()> {
        let item = record.facts.item.clone();
        let before = ItemRecord::load(&self.state, &item)?;
        let was = before.map(|before| before.place);
        for (from, to, list) in [
            (
                was.as_ref().and_then(Place::location),
                record.place.location(),
                Side::In,
            ),
            (
                was.as_ref().and_then(Place::out_of),
                record.place.out_of(),
                Side::Out,
            ),
        ] {
            if from == to {
                continue;
            }
            for (location, comes) in [(from, false), (to, true)] {
                let Some(name) = location else { continue };
                let mut location = LocationRecord::load(&self.state, name)?
                    .ok_or_else(refusal::unknown_subject)?;
                let names = match list {
                    Side::In => &mut location.items,
                    Side::Out => &mut location.out,
                };
                if comes {
                    names.insert(item.clone());
                } else {
                    names.remove(&item);
                }
                self.state.put(name.as_str(), &location)?;
            }
        }
        record.events.push(event);
        self.state.put(&ItemRecord::key(&item), &record)
    }

    /// People who have a way in: enrolled and not gone, in order, each once.
    pub(super) fn check_people(&self, people: &[Id]) -> Result<()> {
        if !people.windows(2).all(|pair| pair.first() < pair.last()) {
            return Err(refusal::malformed("people stand in order of id, each once"));
        }
        for id in people {
            let custodian =
                Custodian::load(&self.state, id)?.ok_or_else(|| refusal::unknown_author(id))?;
            if custodian.retired.is_some() {
                return Err(Error::refused(
                    "retired",
                    "somebody who was retired is to have access",
                )
                .because(format!("custodian {id}")));
            }
        }
        Ok(())
    }

    pub(super) fn check_accounts(&self, accounts: &[AccountId]) -> Result<()> {
        if !accounts.windows(2).all(|pair| pair.first() < pair.last()) {
            return Err(refusal::malformed("accounts stand in order, each once"));
        }
        for id in accounts {
            if read::<AccountRecord>(&self.state, &id.to_string())?.is_none() {
                return Err(Error::refused(
                    "unknown-account",
                    format!("{id} is not in the register"),
                )
                .hint("rootkeep account import --organizations FILE"));
            }
        }
        Ok(())
    }
}

fn location_retired(name: &Name) -> Error {
    Error::refused(
        "location-retired",
        format!("the location `{name}` is used no more"),
    )
}
