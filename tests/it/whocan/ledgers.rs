//! The estate as it is read from real ledgers.

use std::collections::BTreeMap;

use rootkeep::crypto::fixed::Id;
use rootkeep::error::Result;
use rootkeep::insight::reach::estate::{Estate, Who};
use rootkeep::insight::reach::{self, Asked, Lost, Reach, Route};
use rootkeep::state::people::Custodian;
use rootkeep::state::places::MailboxRecord;
use rootkeep::state::records::{Record, Records, Table, read};
use rootkeep::statement::Claim;
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::register::Mailbox;
use rootkeep::statement::secrets::{Confirm, ConfirmPersonal};

use crate::world::{ADA, BEA, CY, DAN, EVE, MANAGEMENT, MFA, PASSWORD, World, name, random_id};

fn estate(world: &World) -> Estate {
    let session = world.session(ADA);
    reach::read(&session.view(), session.now().unwrap()).unwrap()
}

/// Smallest sets of people's places, by sign-in; and how many people can be lost.
fn sign_in(world: &World) -> (Vec<Vec<usize>>, Option<usize>) {
    reached(world, &estate(world), Route::SignIn)
}

/// Who is none of the world's people.
const SOMEBODY: usize = 99;

fn reached(world: &World, estate: &Estate, route: Route) -> (Vec<Vec<usize>>, Option<usize>) {
    let nothing = Lost::default();
    let mut reach = Reach::new(estate, &nothing).unwrap();
    let account = estate
        .account(&AccountId::new(MANAGEMENT).unwrap())
        .unwrap();
    let answer = reach
        .account(&estate.accounts[account], &[route], 100)
        .unwrap();
    let place = |variable: &u32| match Asked::of(*variable) {
        Asked::Person(whom) => match &estate.people[whom].who {
            Who::Custodian(id) => {
                let known = world.people.iter().position(|one| one.id == *id);
                known.unwrap_or(SOMEBODY)
            }
            Who::Other(_) | Who::Unnamed(_) => SOMEBODY,
        },
        Asked::Site(site) => panic!("{site}"),
    };
    let sets = answer.any.listed.iter().map(|set| {
        let mut set: Vec<usize> = set.iter().map(place).collect();
        set.sort_unstable();
        set
    });
    let mut sets: Vec<Vec<usize>> = sets.collect();
    sets.sort();
    (sets, answer.losses.people.survives)
}

#[test]
fn quorums_and_knowers_are_read_as_they_are() {
    let (sets, survives) = sign_in(&World::ready());
    assert_eq!(sets, [vec![ADA, DAN], vec![BEA, CY, DAN]]);
    assert_eq!(survives, Some(0));
}

#[test]
fn an_epoch_that_nobody_has_confirmed_counts_for_taking_it_beside_the_one_that_works() {
    let world = World::ready();
    world
        .seal(BEA, PASSWORD, Some("engineers"), b"another one")
        .unwrap();
    let (sets, _) = sign_in(&world);
    // bea knows the newest. Nobody has found the older one to work: it doesn't count any more.
    assert_eq!(sets, [vec![ADA, CY, DAN], vec![BEA, DAN]]);
    let secret = world.secret(PASSWORD);
    let confirm = Confirm { secret, epoch: 1 };
    let claim = Claim::SecretConfirm(confirm, Some(ConfirmPersonal { note: None }));
    world.session(CY).enter(claim, Vec::new()).unwrap();
    let (sets, _) = sign_in(&world);
    assert_eq!(sets, [vec![ADA, DAN], vec![BEA, DAN]]);
}

#[test]
fn an_operator_who_was_sent_a_share_has_it() {
    let world = World::ready();
    let request = world.request_by(EVE, &[PASSWORD], EVE, 3600).unwrap();
    world.session(BEA).sign_off(request.leaf).unwrap();
    let (sets, survives) = sign_in(&world);
    assert_eq!(
        sets,
        [vec![ADA, DAN], vec![BEA, CY, DAN], vec![CY, DAN, EVE]]
    );
    assert_eq!(survives, Some(0));
    let mfa = world.request_by(ADA, &[MFA], ADA, 3600).unwrap();
    for signer in [DAN, EVE] {
        world.session(signer).sign_off(mfa.leaf).unwrap();
    }
    // ada has been sent both shares of the MFA seed: whatever was recorded afterwards, she can have it.
    let (sets, _) = sign_in(&world);
    assert_eq!(sets.first(), Some(&vec![ADA]));
}

/// Records laid over a ledger's own.
struct Over<'b> {
    base: &'b dyn Records,
    more: BTreeMap<(Table, String), Vec<u8>>,
}

impl Over<'_> {
    fn put<R: Record>(&mut self, key: String, record: &R) {
        let bytes = serde_json::to_vec(record).unwrap();
        self.more.insert((R::TABLE, key), bytes);
    }
}

impl Records for Over<'_> {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        match self.more.get(&(table, key.to_owned())) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => self.base.get(table, key),
        }
    }

    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        let own = self.base.list(table, prefix)?.into_iter();
        let mut all: BTreeMap<String, Vec<u8>> = own.collect();
        let more = self.more.iter().filter(|((of, _), _)| *of == table);
        all.extend(more.map(|((_, key), bytes)| (key.clone(), bytes.clone())));
        Ok(all.into_iter().collect())
    }
}

#[test]
fn whose_name_was_erased_is_somebody_whom_nobody_counts_on() {
    let world = World::ready();
    let session = world.session(ADA);
    let view = session.view();
    let mut over = Over {
        base: &view,
        more: BTreeMap::new(),
    };
    let mailbox = MailboxRecord {
        facts: Mailbox {
            mailbox: name("root-eu"),
            members: vec![world.id(EVE)],
            accounts: vec![AccountId::new(MANAGEMENT).unwrap()],
            closed: false,
        },
        personal: None,
        events: vec![1],
    };
    over.put("root-eu".to_owned(), &mailbox);
    let estate = reach::read(&over, session.now().unwrap()).unwrap();
    let (sets, survives) = reached(&world, &estate, Route::Reset);
    assert_eq!(sets, [vec![DAN, EVE], vec![DAN, SOMEBODY]]);
    assert_eq!(survives, Some(0));
    let erased = Who::Unnamed("mailbox:root-eu".to_owned());
    let one = estate.people.iter().find(|one| one.who == erased).unwrap();
    assert!(!one.here);
}

#[test]
fn somebody_who_goes_on_with_another_identity_is_one_person() {
    let world = World::ready();
    let session = world.session(ADA);
    let view = session.view();
    let mut over = Over {
        base: &view,
        more: BTreeMap::new(),
    };
    let put = |over: &mut Over<'_>, id: Id, custodian: &Custodian| over.put(id.to_hex(), custodian);
    // cy, who held a share of the password, goes on with another identity.
    let mut old: Custodian = read(&view, &world.id(CY).to_hex()).unwrap().unwrap();
    let mut new = old.clone();
    old.retired = Some(9);
    new.replaces = Some(world.id(CY));
    put(&mut over, world.id(CY), &old);
    put(&mut over, random_id(), &new);
    let estate = reach::read(&over, session.now().unwrap()).unwrap();
    let (sets, survives) = reached(&world, &estate, Route::SignIn);
    assert_eq!(sets, [vec![ADA, DAN], vec![BEA, DAN, SOMEBODY]]);
    assert_eq!(survives, Some(0));
    // The old share is not counted on: without ada, who knows the password, nobody gets in.
    let lost = Lost {
        people: estate
            .people
            .iter()
            .enumerate()
            .filter(|(_, one)| one.who == Who::Custodian(world.id(ADA)))
            .map(|(place, _)| place)
            .collect(),
        ..Lost::default()
    };
    let found = reach::what_if::what_if(&estate, &lost).unwrap();
    let account = estate.account(&AccountId::new(MANAGEMENT).unwrap());
    let own = found.accounts.iter().find(|one| Some(one.place) == account);
    let own = own.unwrap();
    assert_eq!(
        (&own.before[..], &own.after[..]),
        (&[Route::SignIn][..], &[][..])
    );
}
