//! The estate from the records.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::estate::{
    Account, Estate, Group, Held, Item, Mailbox, Person, Phone, Place, Privilege, RootCredentials,
    Secret, Split, Value, Whereabouts, Who, Whom,
};
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::insight::roots;
use crate::state::Records;
use crate::state::custody::{AccountRecord, Epoch, SecretRecord};
use crate::state::people::Custodian;
use crate::state::places::{
    self, AccessRecord, ItemRecord, LocationRecord, MailboxRecord, PhoneRecord,
};
use crate::state::records::{list, read as read_one};
use crate::state::reviews::PrivilegeRecord;
use crate::statement::SecretKind;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::accounts::{AccountState, Partition};
use crate::statement::names::Subject;
use crate::statement::register::ItemKind;
use crate::statement::reviews::Power;
use crate::statement::text::{Name, Text};

/// Reads the estate as it stands.
///
/// # Errors
/// Verification where the state is damaged.
pub fn read(records: &dyn Records, now: Time) -> Result<Estate> {
    let mut reader = Reader::new(records)?;
    let mut places = reader.places()?;
    let names = places.iter().map(|place| place.name.clone());
    let held = reader.items(&names.zip(0..).collect())?;
    let of_subject = reader.secrets(&held)?;
    for place in &mut places {
        let subject = Subject::Location(place.name.clone());
        place.combinations = of_subject.of(&subject, &[SecretKind::Combination]);
    }
    reader.estate.places = places;
    let mut accounts = reader.accounts(&of_subject)?;
    for (item, account) in &held.serving {
        let place = reader.estate.items.get(*item);
        let account = entry(&mut accounts, *account);
        match place.map(|item| item.kind) {
            Some(ItemKind::MfaToken | ItemKind::QrSheet) => account.tokens.push(*item),
            Some(ItemKind::Phone) => account.telephones.push(*item),
            _ => account.unclear.push(*item),
        }
    }
    reader.mailboxes(&of_subject, &mut accounts)?;
    reader.phones(&mut accounts)?;
    reader.privileges()?;
    know_credentials(records, &mut accounts, now)?;
    let mut estate = reader.estate;
    estate.accounts = accounts.into_values().collect();
    estate.note_managers();
    Ok(estate)
}

/// What AWS's files, people and tasks have said of root users. Where a member's credentials are gone and AWS
/// manages them centrally, nobody but the management account brings them back.
fn know_credentials(
    records: &dyn Records,
    accounts: &mut BTreeMap<AccountId, Account>,
    now: Time,
) -> Result<()> {
    let central = roots::central(records, now)?.is_some_and(|central| central.credentials);
    for (id, root) in roots::all(records, now)? {
        if let Some(account) = accounts.get_mut(&id) {
            let bare = root.is_bare();
            account.credentials = RootCredentials {
                password: if bare { Some(false) } else { root.password },
                mfa: root.mfa,
                central: bare
                    && central
                    && !account.management
                    && account.partition == Partition::Aws,
            };
        }
    }
    Ok(())
}

/// Secrets by what they belong to and what they are.
#[derive(Default)]
struct OfSubject {
    secrets: HashMap<(String, &'static str), Vec<usize>>,
    accounts: BTreeSet<AccountId>,
}

impl OfSubject {
    fn note(&mut self, subject: &Subject, kind: SecretKind, secret: usize) {
        if let Subject::Account(account) = subject {
            self.accounts.insert(*account);
        }
        let key = (subject.to_string(), kind.as_str());
        self.secrets.entry(key).or_default().push(secret);
    }

    fn of(&self, subject: &Subject, kinds: &[SecretKind]) -> Vec<usize> {
        let subject = subject.to_string();
        let found = kinds
            .iter()
            .filter_map(|kind| self.secrets.get(&(subject.clone(), kind.as_str())));
        found.flatten().copied().collect()
    }
}

/// What items hold and serve.
#[derive(Default)]
struct HeldBy {
    values: HashMap<(Id, u32), Vec<usize>>,
    serving: Vec<(usize, AccountId)>,
}

struct Reader<'r> {
    records: &'r dyn Records,
    estate: Estate,
    known: BTreeMap<Who, Whom>,
    custodians: BTreeMap<Id, Custodian>,
    /// The identity with which somebody goes on.
    followed_by: BTreeMap<Id, Id>,
}

impl<'r> Reader<'r> {
    fn new(records: &'r dyn Records) -> Result<Self> {
        let custodians: BTreeMap<Id, Custodian> = Custodian::all(records)?.into_iter().collect();
        let followed_by = custodians
            .iter()
            .filter(|(_, custodian)| custodian.from.is_some())
            .filter_map(|(id, custodian)| Some((custodian.replaces?, *id)))
            .collect();
        Ok(Self {
            records,
            estate: Estate::default(),
            known: BTreeMap::new(),
            custodians,
            followed_by,
        })
    }

    fn person(&mut self, who: Who, here: bool) -> Whom {
        if let Some(known) = self.known.get(&who) {
            return *known;
        }
        let whom = self.estate.people.len();
        self.estate.people.push(Person {
            who: who.clone(),
            here,
        });
        self.known.insert(who, whom);
        whom
    }

    /// A custodian, whichever of their identities is named.
    fn custodian(&mut self, id: &Id) -> Whom {
        let mut newest = *id;
        // A newcomer replaces whoever was there before: no chain comes back to itself.
        for _ in 0..self.custodians.len() {
            match self.followed_by.get(&newest) {
                Some(next) => newest = *next,
                None => break,
            }
        }
        let known = self.custodians.get(&newest);
        let here = known.is_some_and(|custodian| custodian.retired.is_none());
        self.person(Who::Custodian(newest), here)
    }

    /// Custodians, and those who are none; where their names were erased, somebody of `thing`.
    fn reached_by(
        &mut self,
        custodians: &[Id],
        others: Option<&[Text]>,
        thing: &str,
    ) -> BTreeSet<Whom> {
        let mut all: BTreeSet<Whom> = custodians.iter().map(|id| self.custodian(id)).collect();
        match others {
            Some(others) => {
                for other in others {
                    let who = Who::Other(other.as_str().to_owned());
                    all.insert(self.person(who, true));
                }
            }
            None => {
                all.insert(self.person(Who::Unnamed(thing.to_owned()), false));
            }
        }
        all
    }

    fn places(&mut self) -> Result<Vec<Place>> {
        let mut sites: BTreeMap<Name, usize> = BTreeMap::new();
        let mut places = Vec::new();
        for (_, record) in list::<LocationRecord>(self.records, "")? {
            let facts = record.facts;
            let next = sites.len();
            let site = *sites.entry(facts.site.clone()).or_insert_with(|| {
                self.estate.sites.push(facts.site.clone());
                next
            });
            let access = facts.access.iter().map(|id| self.custodian(id)).collect();
            places.push(Place {
                name: facts.location,
                site,
                access,
                two: facts.dual_control,
                in_use: !record.retired,
                combinations: Vec::new(),
            });
        }
        Ok(places)
    }

    /// Items that hold a value or serve an account.
    fn items(&mut self, at: &BTreeMap<Name, usize>) -> Result<HeldBy> {
        let mut held = HeldBy::default();
        for (_, record) in list::<ItemRecord>(self.records, "")? {
            let ItemRecord { facts, place, .. } = record;
            let item = self.estate.items.len();
            match (&facts.holds, facts.account) {
                // A share on paper is no value: whose it is isn't in the register.
                (Some(_), _) if facts.kind == ItemKind::ShareCard => continue,
                (Some(holds), _) => {
                    let value = (holds.secret, holds.epoch);
                    held.values.entry(value).or_default().push(item);
                }
                (None, Some(account)) if place != places::Place::Destroyed => {
                    held.serving.push((item, account));
                }
                (None, _) => continue,
            }
            let whereabouts = match &place {
                places::Place::At(location) => match at.get(location) {
                    Some(place) => Whereabouts::In(*place),
                    None => Whereabouts::Gone,
                },
                places::Place::Out { access, .. } => {
                    let access = read_one::<AccessRecord>(self.records, &access.to_hex())?;
                    Whereabouts::Out(access.map(|access| self.custodian(&access.opener)))
                }
                places::Place::Destroyed => Whereabouts::Gone,
            };
            self.estate.items.push(Item {
                name: facts.item,
                kind: facts.kind,
                at: whereabouts,
            });
        }
        Ok(held)
    }

    fn secrets(&mut self, held: &HeldBy) -> Result<OfSubject> {
        let mut epochs: HashMap<Id, BTreeMap<u32, Epoch>> = HashMap::new();
        for (key, epoch) in list::<Epoch>(self.records, "")? {
            let (secret, number) = Epoch::parse_key(&key)?;
            epochs.entry(secret).or_default().insert(number, epoch);
        }
        let mut of_subject = OfSubject::default();
        for (key, record) in list::<SecretRecord>(self.records, "")? {
            let secret = Id::parse(&key)?;
            let place = self.estate.secrets.len();
            let values = match epochs.get(&secret) {
                Some(epochs) => self.values(&secret, epochs, held),
                None => Vec::new(),
            };
            if !values.is_empty() {
                of_subject.note(&record.name.subject, record.name.kind, place);
                for served in &record.serves {
                    of_subject.note(&Subject::Account(*served), record.name.kind, place);
                }
            }
            self.estate.secrets.push(Secret {
                name: record.name,
                values,
            });
        }
        Ok(of_subject)
    }

    /// The values that may be the right one: that of the newest epoch, and that of the newest that somebody
    /// has found to work.
    fn values(&mut self, secret: &Id, epochs: &BTreeMap<u32, Epoch>, held: &HeldBy) -> Vec<Value> {
        let live = |(_, epoch): &(&u32, &Epoch)| epoch.destroyed.is_none();
        let newest = epochs.iter().rfind(live).map(|(number, _)| *number);
        let works = |one: &(&u32, &Epoch)| {
            one.1.destroyed.is_none() && one.1.confirmed.iter().any(|who| *who != one.1.sealer)
        };
        let confirmed = epochs.iter().rfind(works).map(|(number, _)| *number);
        let first = |number: Option<u32>| number.map(|number| first_of(epochs, number));
        let (newest, usual) = (first(newest), first(confirmed.or(newest)));
        let counting: BTreeSet<u32> = newest.into_iter().chain(usual).collect();
        let mut values = Vec::new();
        for root in counting {
            let mut value = Value {
                usual: Some(root) == usual,
                ..Value::default()
            };
            let same = epochs.iter().filter(|(n, _)| first_of(epochs, **n) == root);
            for (number, epoch) in same {
                for knower in &epoch.knowers {
                    value.knowers.insert(self.custodian(knower));
                }
                let written = held.values.get(&(*secret, *number));
                value.items.extend(written.into_iter().flatten());
                if epoch.destroyed.is_none() {
                    value.splits.push(self.split(epoch));
                }
            }
            values.push(value);
        }
        values
    }

    fn split(&mut self, epoch: &Epoch) -> Split {
        let mut groups: Vec<Group> = epoch
            .thresholds
            .iter()
            .map(|threshold| Group {
                threshold: usize::from(*threshold),
                shares: Vec::new(),
            })
            .collect();
        for share in &epoch.shares {
            let sent = epoch.sent.iter();
            let sent_to = sent
                .filter(|(_, holder)| *holder == share.holder)
                .map(|(operator, _)| self.custodian(operator))
                .collect();
            let custodian = self.custodians.get(&share.holder);
            let held = Held {
                in_force: custodian.is_some_and(Custodian::in_force),
                holder: self.custodian(&share.holder),
                sent_to,
            };
            if let Some(group) = groups.get_mut(usize::from(share.group)) {
                group.shares.push(held);
            }
        }
        Split {
            groups_needed: usize::from(epoch.groups_needed),
            groups,
        }
    }

    /// Those of the register, and those that something else here is about.
    fn accounts(&self, secrets: &OfSubject) -> Result<BTreeMap<AccountId, Account>> {
        let mut accounts = BTreeMap::new();
        for (key, record) in list::<AccountRecord>(self.records, "")? {
            let account = entry(&mut accounts, AccountId::new(key)?);
            account.registered = true;
            account.in_use = !record.gone && record.facts.state != AccountState::Closed;
            account.management = record.facts.management;
            account.partition = record.facts.partition;
            account.name = record.names.map(|names| names.name.as_str().to_owned());
        }
        for id in &secrets.accounts {
            entry(&mut accounts, *id);
        }
        for (id, account) in &mut accounts {
            let of = |kinds: &[SecretKind]| secrets.of(&Subject::Account(*id), kinds);
            account.passwords = of(&[SecretKind::Password]);
            account.mfa = of(&[SecretKind::MfaSeed, SecretKind::RecoveryCodes]);
            account.answers = of(&[SecretKind::SecurityAnswers]);
        }
        Ok(accounts)
    }

    fn mailboxes(
        &mut self,
        secrets: &OfSubject,
        accounts: &mut BTreeMap<AccountId, Account>,
    ) -> Result<()> {
        for (_, record) in list::<MailboxRecord>(self.records, "")? {
            let facts = record.facts;
            if facts.closed {
                continue;
            }
            let others = record.personal.as_ref();
            let others = others.map(|personal| personal.others.as_slice());
            let thing = format!("mailbox:{}", facts.mailbox);
            let of =
                |kinds: &[SecretKind]| secrets.of(&Subject::Mailbox(facts.mailbox.clone()), kinds);
            for account in &facts.accounts {
                let mailbox = self.estate.mailboxes.len();
                entry(accounts, *account).mailboxes.push(mailbox);
            }
            let mailbox = Mailbox {
                readers: self.reached_by(&facts.members, others, &thing),
                passwords: of(&[SecretKind::Password]),
                mfa: of(&[SecretKind::MfaSeed, SecretKind::RecoveryCodes]),
                name: facts.mailbox,
            };
            self.estate.mailboxes.push(mailbox);
        }
        Ok(())
    }

    fn phones(&mut self, accounts: &mut BTreeMap<AccountId, Account>) -> Result<()> {
        for (_, record) in list::<PhoneRecord>(self.records, "")? {
            let facts = record.facts;
            if facts.closed {
                continue;
            }
            let others = record.personal.as_ref();
            let others = others.map(|personal| personal.others.as_slice());
            let thing = format!("phone:{}", facts.phone);
            for account in &facts.accounts {
                let phone = self.estate.phones.len();
                entry(accounts, *account).phones.push(phone);
            }
            let phone = Phone {
                answered_by: self.reached_by(&facts.holders, others, &thing),
                name: facts.phone,
            };
            self.estate.phones.push(phone);
        }
        Ok(())
    }

    fn privileges(&mut self) -> Result<()> {
        for (_, record) in list::<PrivilegeRecord>(self.records, "")? {
            let facts = record.facts;
            let may = |power| facts.may.contains(&power);
            let (root_email, assume_root) = (may(Power::RootEmail), may(Power::AssumeRoot));
            if facts.ended || !(root_email || assume_root) {
                continue;
            }
            let others = record.personal.as_ref();
            let others = others.map(|personal| personal.others.as_slice());
            let thing = format!("privilege:{}", facts.privilege);
            let privilege = Privilege {
                people: self.reached_by(&facts.people, others, &thing),
                account: facts.account,
                root_email,
                assume_root,
                name: facts.privilege,
            };
            self.estate.privileges.push(privilege);
        }
        Ok(())
    }
}

fn entry(accounts: &mut BTreeMap<AccountId, Account>, id: AccountId) -> &mut Account {
    accounts.entry(id).or_insert_with(|| Account::new(id))
}

/// The epoch in which the value of an epoch was sealed, before it was split anew.
fn first_of(epochs: &BTreeMap<u32, Epoch>, number: u32) -> u32 {
    let mut first = number;
    while let Some(before) = epochs.get(&first).and_then(|epoch| epoch.reshared_from) {
        // An epoch is always split from an earlier one.
        if before >= first {
            break;
        }
        first = before;
    }
    first
}
