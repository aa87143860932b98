//! What a review lays out: every distinct group of people who have access to something, once, as the
//! records have it at the moment.

use std::collections::{BTreeMap, BTreeSet};

use super::drill_scope::accounts_of;
use super::founding::GOVERNANCE_SECRET;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::places::{ItemRecord, LocationRecord, MailboxRecord, PhoneRecord};
use crate::state::records::list;
use crate::state::reviews::{LaidOut, PrivilegeRecord};
use crate::state::rules::Quorum;
use crate::statement::SecretKind;
use crate::statement::account_id::AccountId;
use crate::statement::reviews::{Counted, Group, HeldSecrets, Thing};
use crate::statement::text::Text;

/// Those besides custodians who have access to something. Things are of one group only where these are the
/// same too.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Others {
    /// How many.
    pub(super) count: u32,
    /// Their names, in order; where they are withheld, whatever tells one group's from another's.
    pub(super) names: Vec<String>,
}

impl Others {
    fn of(names: &[Text]) -> Self {
        let names: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
        Self {
            count: u32::try_from(names.len()).unwrap_or(u32::MAX),
            names: names.into_iter().collect(),
        }
    }
}

/// Something with the custodians who have access to it.
struct Held {
    thing: Thing,
    people: Vec<Id>,
    accounts: BTreeSet<AccountId>,
    /// `None` where they are withheld.
    others: Option<Others>,
}

/// Secrets by kind, and the accounts that they are ways into.
#[derive(Default)]
struct Bunch {
    secrets: BTreeMap<SecretKind, Vec<Id>>,
    accounts: BTreeSet<AccountId>,
}

/// What one group has access to.
type Access<'a> = (Vec<&'a Held>, Option<&'a Bunch>);

/// Everything that people have access to.
pub struct Reviewed {
    things: Vec<Held>,
    /// By the custodians who hold shares of a live epoch.
    secrets: BTreeMap<Vec<Id>, Bunch>,
}

impl Reviewed {
    /// As the records have it.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn load(records: &dyn Records) -> Result<Self> {
        let retired: BTreeSet<Id> = Custodian::all(records)?
            .into_iter()
            .filter(|(_, custodian)| custodian.retired.is_some())
            .map(|(id, _)| id)
            .collect();
        let mut names = BTreeMap::new();
        for (key, record) in list::<SecretRecord>(records, "")? {
            names.insert(Id::parse(&key)?, record);
        }
        let mut things = registered(records)?;
        locations(records, &names, &mut things)?;
        quorums(records, &retired, &mut things)?;
        Ok(Self {
            things,
            secrets: secrets(records, &names, &retired)?,
        })
    }

    /// Whether the names of those who are no custodians are all at hand.
    pub(super) fn is_whole(&self) -> bool {
        self.things.iter().all(|held| held.others.is_some())
    }

    /// The groups, with the others as the register has them.
    ///
    /// # Errors
    /// Refused, code `withheld`, where a name was erased.
    pub fn groups(&self) -> Result<Vec<LaidOut>> {
        if !self.is_whole() {
            return Err(Error::refused(
                "withheld",
                "the register lacks names that a review has to lay out",
            )
            .hint("set what lacks them anew: rootkeep mailbox list; phone list; privilege list"));
        }
        self.grouped(&|_, own| own.cloned().unwrap_or_default())
    }

    /// The groups, where `others` says who else has access to a thing.
    pub(super) fn grouped(
        &self,
        others: &dyn Fn(&Thing, Option<&Others>) -> Others,
    ) -> Result<Vec<LaidOut>> {
        let mut groups: BTreeMap<(&[Id], Others), Access> = BTreeMap::new();
        for held in &self.things {
            let others = others(&held.thing, held.others.as_ref());
            let group = groups.entry((held.people.as_slice(), others)).or_default();
            group.0.push(held);
        }
        for (people, bunch) in &self.secrets {
            let group = groups.entry((people.as_slice(), Others::default()));
            group.or_default().1 = Some(bunch);
        }
        let mut all = Vec::new();
        for ((people, others), (things, bunch)) in groups {
            if !people.is_empty() || others.count > 0 {
                all.push(laid_out(people, &others, things, bunch)?);
            }
        }
        all.sort_by(|one, other| order(&one.facts).cmp(&order(&other.facts)));
        Ok(all)
    }
}

fn order(group: &Group) -> (&[Id], &[Thing]) {
    (&group.people, &group.things)
}

fn laid_out(
    people: &[Id],
    others: &Others,
    mut things: Vec<&Held>,
    bunch: Option<&Bunch>,
) -> Result<LaidOut> {
    things.sort_by(|one, other| one.thing.cmp(&other.thing));
    let mut accounts: BTreeSet<AccountId> = BTreeSet::new();
    for held in &things {
        accounts.extend(&held.accounts);
    }
    let secrets: Vec<(SecretKind, Vec<Id>)> = bunch.map_or_else(Vec::new, |bunch| {
        accounts.extend(&bunch.accounts);
        let kinds = bunch.secrets.iter();
        kinds.map(|(kind, ids)| (*kind, ids.clone())).collect()
    });
    let held = secrets.iter().map(|(kind, ids)| HeldSecrets {
        kind: *kind,
        of: Counted::of(ids.iter().map(|id| id.0.as_slice())),
    });
    let digits: Vec<String> = accounts.iter().map(ToString::to_string).collect();
    let named = others.names.iter().map(|name| Text::new(name.as_str()));
    Ok(LaidOut {
        facts: Group {
            people: people.to_vec(),
            others: others.count,
            things: things.iter().map(|held| held.thing.clone()).collect(),
            secrets: held.collect(),
            accounts: Counted::of(digits.iter().map(|digits| digits.as_bytes())),
        },
        secrets,
        accounts: accounts.into_iter().collect(),
        others: Some(named.collect::<Result<_>>()?),
    })
}

/// Mailboxes, phones and privileges that are in use.
fn registered(records: &dyn Records) -> Result<Vec<Held>> {
    let mut things = Vec::new();
    for (
        _,
        MailboxRecord {
            facts, personal, ..
        },
    ) in list::<MailboxRecord>(records, "")?
    {
        if !facts.closed {
            things.push(Held {
                thing: Thing::Mailbox(facts.mailbox),
                people: facts.members,
                accounts: facts.accounts.into_iter().collect(),
                others: personal.map(|personal| Others::of(&personal.others)),
            });
        }
    }
    for (
        _,
        PhoneRecord {
            facts, personal, ..
        },
    ) in list::<PhoneRecord>(records, "")?
    {
        if !facts.closed {
            things.push(Held {
                thing: Thing::Phone(facts.phone),
                people: facts.holders,
                accounts: facts.accounts.into_iter().collect(),
                others: personal.map(|personal| Others::of(&personal.others)),
            });
        }
    }
    for (
        _,
        PrivilegeRecord {
            facts, personal, ..
        },
    ) in list::<PrivilegeRecord>(records, "")?
    {
        if !facts.ended {
            things.push(Held {
                thing: Thing::Privilege(facts.privilege),
                people: facts.people,
                accounts: [facts.account].into(),
                others: personal.map(|personal| Others::of(&personal.others)),
            });
        }
    }
    Ok(things)
}

/// Locations in use, each about the accounts of what is in it.
fn locations(
    records: &dyn Records,
    names: &BTreeMap<Id, SecretRecord>,
    things: &mut Vec<Held>,
) -> Result<()> {
    let mut inside: BTreeMap<_, BTreeSet<AccountId>> = BTreeMap::new();
    for (_, item) in list::<ItemRecord>(records, "")? {
        let Some(location) = item.place.location() else {
            continue;
        };
        let accounts = inside.entry(location.clone()).or_default();
        accounts.extend(item.facts.account);
        let held = item.facts.holds.as_ref();
        let secret = held.and_then(|held| names.get(&held.secret));
        accounts.extend(secret.into_iter().flat_map(accounts_of));
    }
    for (_, location) in list::<LocationRecord>(records, "")? {
        if !location.retired {
            things.push(Held {
                accounts: inside.remove(&location.facts.location).unwrap_or_default(),
                thing: Thing::Location(location.facts.location),
                people: location.facts.access,
                others: Some(Others::default()),
            });
        }
    }
    Ok(())
}

/// Quorums and governance. Who was retired decides nothing any more.
fn quorums(records: &dyn Records, retired: &BTreeSet<Id>, things: &mut Vec<Held>) -> Result<()> {
    let governance = LedgerRecord::load(records)?.and_then(|ledger| ledger.governance);
    let mut all: Vec<(Id, BTreeSet<Id>)> = Vec::new();
    if let Some(governance) = governance {
        let holders = governance.shares.iter().map(|share| share.holder);
        all.push((GOVERNANCE_SECRET, holders.collect()));
    }
    for (key, quorum) in list::<Quorum>(records, "")? {
        let members = quorum.groups.into_iter().flat_map(|group| group.members);
        all.push((Id::parse(&key)?, members.collect()));
    }
    for (quorum, people) in all {
        things.push(Held {
            thing: Thing::Quorum(quorum),
            people: people.difference(retired).copied().collect(),
            accounts: BTreeSet::new(),
            others: Some(Others::default()),
        });
    }
    Ok(())
}

/// Secrets by who holds a share of an epoch that is not destroyed.
fn secrets(
    records: &dyn Records,
    names: &BTreeMap<Id, SecretRecord>,
    retired: &BTreeSet<Id>,
) -> Result<BTreeMap<Vec<Id>, Bunch>> {
    let mut holders: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for (key, epoch) in list::<Epoch>(records, "")? {
        if epoch.destroyed.is_none() {
            let (secret, _) = Epoch::parse_key(&key)?;
            let people = epoch.shares.iter().map(|share| share.holder);
            holders.entry(secret).or_default().extend(people);
        }
    }
    let mut all: BTreeMap<Vec<Id>, Bunch> = BTreeMap::new();
    for (secret, people) in holders {
        let Some(record) = names.get(&secret) else {
            continue;
        };
        let people = people.difference(retired).copied().collect();
        let bunch = all.entry(people).or_default();
        bunch.secrets.entry(record.kind()).or_default().push(secret);
        bunch.accounts.extend(accounts_of(record));
    }
    Ok(all)
}
