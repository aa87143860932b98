//! who-can and what-if beside brute force: random estates of up to twelve people, every subset of people
//! and sites, and a reading of the estate that shares nothing with the program's own: no formulas, but
//! people who go from door to door until no more opens.

use std::collections::BTreeSet;

use rootkeep::insight::reach::estate::{
    Account, Estate, Group, Held, Item, Mailbox, Person, Phone, Place, Privilege, RootCredentials,
    Secret, Split, Value, Whereabouts, Who,
};
use rootkeep::insight::reach::what_if::what_if;
use rootkeep::insight::reach::{Asked, Lost, Reach, Route};
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::accounts::Partition;
use rootkeep::statement::register::ItemKind;
use rootkeep::statement::text::Name;

/// Numbers that are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.roll() % count.max(1) as u64) as usize
    }

    fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn some(&mut self, of: usize, percent: usize) -> Vec<usize> {
        (0..of).filter(|_| self.chance(percent)).collect()
    }
}

fn random_estate(dice: &mut Dice) -> Estate {
    let people = dice.between(1, 12);
    let sites = dice.between(1, 3);
    let places = dice.between(0, 4);
    let items = if places == 0 { 0 } else { dice.between(0, 6) };
    let secrets = dice.between(2, 8);
    let mut estate = Estate::default();
    for number in 0..people {
        estate.people.push(Person {
            who: Who::Other(format!("person {number}")),
            here: dice.chance(85),
        });
    }
    for number in 0..sites {
        estate.sites.push(name("site", number));
    }
    for number in 0..items {
        let at = match dice.below(10) {
            0 => Whereabouts::Gone,
            1 => Whereabouts::Out(dice.chance(70).then(|| dice.below(people))),
            _ => Whereabouts::In(dice.below(places)),
        };
        estate.items.push(Item {
            name: name("item", number),
            kind: ItemKind::Other,
            at,
        });
    }
    for number in 0..secrets {
        let secret = random_secret(dice, number, people, items);
        estate.secrets.push(secret);
    }
    for number in 0..places {
        estate.places.push(Place {
            name: name("place", number),
            site: dice.below(sites),
            access: dice.some(people, 25).into_iter().collect(),
            two: dice.chance(40),
            in_use: dice.chance(90),
            combinations: dice.some(secrets, 20),
        });
    }
    for number in 0..dice.between(0, 2) {
        estate.mailboxes.push(Mailbox {
            name: name("mailbox", number),
            readers: dice.some(people, 20).into_iter().collect(),
            passwords: dice.some(secrets, 15),
            mfa: dice.some(secrets, 10),
        });
    }
    for number in 0..dice.between(0, 2) {
        estate.phones.push(Phone {
            name: name("phone", number),
            answered_by: dice.some(people, 20).into_iter().collect(),
        });
    }
    let known = [None, Some(false), Some(true), Some(true)];
    for number in 0..3 {
        let mut account = Account::new(id(number));
        account.management = number == 0;
        account.partition = *pick(dice, &[Partition::Aws, Partition::Aws, Partition::AwsCn]);
        account.credentials = RootCredentials {
            password: *pick(dice, &known),
            mfa: *pick(dice, &known),
            central: dice.chance(20),
        };
        account.passwords = dice.some(secrets, 20);
        account.mfa = dice.some(secrets, 20);
        account.answers = dice.some(secrets, 10);
        account.tokens = dice.some(items, 15);
        account.telephones = dice.some(items, 10);
        account.mailboxes = dice.some(estate.mailboxes.len(), 60);
        account.phones = dice.some(estate.phones.len(), 60);
        estate.accounts.push(account);
    }
    for number in 0..dice.between(0, 2) {
        estate.privileges.push(Privilege {
            name: name("privilege", number),
            account: id(dice.below(2)),
            root_email: dice.chance(50),
            assume_root: dice.chance(50),
            people: dice.some(people, 15).into_iter().collect(),
        });
    }
    estate.note_managers();
    estate
}

fn random_secret(dice: &mut Dice, number: usize, people: usize, items: usize) -> Secret {
    let values = dice.between(0, 2);
    let usual = dice.below(values);
    let values = (0..values).map(|place| Value {
        usual: place == usual,
        splits: (0..dice.between(0, 2))
            .map(|_| random_split(dice, people))
            .collect(),
        knowers: dice.some(people, 10).into_iter().collect(),
        items: dice.some(items, 15),
    });
    Secret {
        values: values.collect(),
        name: format!("org/note:secret-{number}").parse().unwrap(),
    }
}

fn random_split(dice: &mut Dice, people: usize) -> Split {
    let groups: Vec<Group> = (0..dice.between(1, 3))
        .map(|_| {
            let shares: Vec<Held> = (0..dice.between(1, 5))
                .map(|_| Held {
                    holder: dice.below(people),
                    in_force: dice.chance(90),
                    sent_to: dice.some(people, 3),
                })
                .collect();
            Group {
                threshold: dice.between(1, shares.len()),
                shares,
            }
        })
        .collect();
    Split {
        groups_needed: dice.between(1, groups.len()),
        groups,
    }
}

fn pick<'a, T>(dice: &mut Dice, all: &'a [T]) -> &'a T {
    &all[dice.below(all.len())]
}

fn name(what: &str, number: usize) -> Name {
    Name::new(format!("{what}-{number}")).unwrap()
}

fn id(number: usize) -> AccountId {
    AccountId::new(format!("{number:012}")).unwrap()
}

/// Those who try: some people, while some sites are open.
struct Party<'e> {
    estate: &'e Estate,
    /// Bit by bit.
    people: u32,
    sites: u32,
    closed: &'e BTreeSet<usize>,
    /// Whether they take it, with all that anybody was ever given.
    take: bool,
    inside: Vec<bool>,
}

impl<'e> Party<'e> {
    fn sent(
        estate: &'e Estate,
        (people, sites): (u32, u32),
        closed: &'e BTreeSet<usize>,
        take: bool,
    ) -> Self {
        let mut party = Self {
            estate,
            people,
            sites,
            closed,
            take,
            inside: vec![false; estate.places.len()],
        };
        loop {
            let doors = 0..estate.places.len();
            let next = doors.into_iter().find(|door| party.could_open(*door));
            match next {
                Some(door) => party.inside[door] = true,
                None => return party,
            }
        }
    }

    fn has(&self, whom: usize) -> bool {
        self.people & (1 << whom) != 0 && (self.take || self.estate.people[whom].here)
    }

    fn one_of(&self, people: &BTreeSet<usize>) -> bool {
        people.iter().any(|whom| self.has(*whom))
    }

    fn could_open(&self, door: usize) -> bool {
        let place = &self.estate.places[door];
        let shut = !self.take && (!place.in_use || self.sites & (1 << place.site) == 0);
        if self.inside[door] || shut || self.closed.contains(&door) {
            return false;
        }
        let mut able = 0;
        for whom in 0..self.estate.people.len() {
            let knows = |secret: &usize| {
                let mut values = self.estate.secrets[*secret].values.iter();
                values.any(|value| (self.take || value.usual) && value.knowers.contains(&whom))
            };
            let listed = place.access.contains(&whom);
            if self.has(whom) && (listed || place.combinations.iter().any(knows)) {
                able += 1;
            }
        }
        let combination = |secret: &usize| self.pieces_together(*secret);
        able > usize::from(place.two) || place.combinations.iter().any(combination)
    }

    /// Whether they come by a secret without anybody who knows it.
    fn pieces_together(&self, secret: usize) -> bool {
        let values = &self.estate.secrets[secret].values;
        let mut counting = values.iter().filter(|value| self.take || value.usual);
        counting.any(|value| {
            let split = value.splits.iter().any(|split| {
                let full = split.groups.iter().filter(|group| {
                    let shares = group.shares.iter();
                    let had = shares.filter(|share| {
                        let sent = share.sent_to.iter().any(|whom| self.has(*whom));
                        if self.take {
                            self.has(share.holder) || sent
                        } else {
                            share.in_force && self.has(share.holder)
                        }
                    });
                    had.count() >= group.threshold
                });
                full.count() >= split.groups_needed
            });
            split || value.items.iter().any(|item| self.reaches(*item))
        })
    }

    fn learns(&self, secret: usize) -> bool {
        let values = &self.estate.secrets[secret].values;
        let mut counting = values.iter().filter(|value| self.take || value.usual);
        counting.any(|value| self.one_of(&value.knowers)) || self.pieces_together(secret)
    }

    fn reaches(&self, item: usize) -> bool {
        match self.estate.items[item].at {
            Whereabouts::In(place) => self.inside[place],
            Whereabouts::Out(by) => self.take && by.is_some_and(|by| self.has(by)),
            Whereabouts::Gone => false,
        }
    }

    fn own_ways(&self, account: &Account) -> [bool; 3] {
        let RootCredentials {
            password,
            mfa,
            central,
        } = account.credentials;
        let password = match password {
            Some(false) if central => return [false; 3],
            Some(false) => false,
            _ => account.passwords.iter().any(|one| self.learns(*one)),
        };
        let shown = account.mfa.iter().any(|one| self.learns(*one))
            || account.tokens.iter().any(|one| self.reaches(*one));
        let some = !account.mfa.is_empty() || !account.tokens.is_empty();
        let mfa = shown || mfa == Some(false) || (mfa.is_none() && !some);
        let mailbox = account.mailboxes.iter().any(|one| {
            let mailbox = &self.estate.mailboxes[*one];
            let code = mailbox.mfa.is_empty() || mailbox.mfa.iter().any(|one| self.learns(*one));
            self.one_of(&mailbox.readers)
                || (code && mailbox.passwords.iter().any(|one| self.learns(*one)))
        });
        let answered = |one: &usize| self.one_of(&self.estate.phones[*one].answered_by);
        let phone = account.phones.iter().any(answered)
            || account.telephones.iter().any(|one| self.reaches(*one));
        let answers =
            account.answers.is_empty() || account.answers.iter().any(|one| self.learns(*one));
        [password && mfa, mailbox && mfa, mailbox && phone && answers]
    }

    fn ways(&self, account: &Account) -> [bool; 4] {
        let [sign_in, reset, support] = self.own_ways(account);
        let mut management = false;
        for manager in &self.estate.accounts {
            let over = manager.management && manager.partition == account.partition;
            if account.management || !over {
                continue;
            }
            management |= self.own_ways(manager).contains(&true);
            for privilege in &self.estate.privileges {
                let assumes = privilege.assume_root && account.partition == Partition::Aws;
                management |= privilege.account == manager.id
                    && (privilege.root_email || assumes)
                    && self.one_of(&privilege.people);
            }
        }
        [sign_in, reset, support, management]
    }
}

/// The smallest sets among those for which `holds` is true.
fn smallest(bits: usize, holds: &dyn Fn(u32) -> bool) -> BTreeSet<u32> {
    let all = (0..1u32 << bits).filter(|set| holds(*set));
    all.filter(|set| {
        let mut one_less = (0..bits).filter(|bit| set & (1 << bit) != 0);
        one_less.all(|bit| !holds(set & !(1 << bit)))
    })
    .collect()
}

fn bit_set(variables: &[u32]) -> u32 {
    let bits = variables.iter().map(|variable| match Asked::of(*variable) {
        Asked::Person(whom) => 1 << whom,
        Asked::Site(site) => 1 << (16 + site),
    });
    bits.fold(0, |all, bit: u32| all | bit)
}

/// So many of `bits` can be missing, by trying them all.
fn survives(bits: usize, opens: &dyn Fn(u32) -> bool) -> Option<usize> {
    let all = (1u32 << bits) - 1;
    let fatal = (0..=all).filter(|gone| !opens(all & !gone));
    let least = fatal.map(u32::count_ones).min()? as usize;
    least.checked_sub(1)
}

#[test]
fn who_can_and_what_can_be_lost_agree_with_brute_force_on_a_thousand_estates() {
    let nothing = Lost::default();
    let nowhere = BTreeSet::new();
    let (mut opened, mut listed) = (0, 0);
    for seed in 0..1000 {
        let estate = random_estate(&mut Dice(seed));
        let (people, sites) = (estate.people.len(), estate.sites.len());
        let mut reach = Reach::new(&estate, &nothing).unwrap();
        let all_sites = (1u32 << sites) - 1;
        let everybody = (1u32 << people) - 1;
        for account in &estate.accounts {
            let told = format!("seed {seed}, account {}", account.id);
            let taken: Vec<[bool; 4]> = (0..=everybody)
                .map(|set| Party::sent(&estate, (set, all_sites), &nowhere, true).ways(account))
                .collect();
            let answer = reach.account(account, &Route::ALL, usize::MAX).unwrap();
            for (place, (route, sets)) in answer.routes.iter().enumerate() {
                let expected = smallest(people, &|set| taken[set as usize][place]);
                let found: BTreeSet<u32> = sets.listed.iter().map(|set| bit_set(set)).collect();
                assert_eq!(found, expected, "{told}, {}", route.as_str());
                assert_eq!(sets.total, Some(expected.len() as u128), "{told}");
                assert!(!sets.is_cut());
            }
            let expected = smallest(people, &|set| taken[set as usize].contains(&true));
            let found: BTreeSet<u32> = answer.any.listed.iter().map(|set| bit_set(set)).collect();
            assert_eq!(found, expected, "{told}");
            let fewest = expected.iter().map(|set| set.count_ones() as usize).min();
            assert_eq!(answer.any.smallest, fewest, "{told}");
            assert!(answer.any.listed.is_sorted_by_key(Vec::len), "{told}");
            let all_by = reach.by(&answer, &answer.any.listed);
            for (set, by) in answer.any.listed.iter().zip(all_by) {
                let ways = taken[bit_set(set) as usize];
                let expected = Route::ALL.iter().zip(ways).filter(|(_, way)| *way);
                assert!(expected.map(|(route, _)| *route).eq(by), "{told}");
            }
            listed += answer.any.listed.len();
            let brief = reach.brief(account, &Route::ALL).unwrap();
            assert_eq!(brief.fewest.map(|set| set.len()), fewest, "{told}");
            let sizes = answer
                .routes
                .iter()
                .map(|(route, sets)| (*route, sets.smallest));
            assert!(sizes.eq(brief.routes), "{told}");

            let got_in = |set: u32, open: u32| {
                let party = Party::sent(&estate, (set, open), &nowhere, false);
                party.ways(account).contains(&true)
            };
            let table: Vec<bool> = (0..1u32 << (people + sites))
                .map(|both| got_in(both & everybody, both >> people))
                .collect();
            let opens = |both: u32| table[both as usize];
            let losses = &answer.losses;
            let open = opens((1 << (people + sites)) - 1);
            opened += usize::from(open);
            for (kind, loss, expected) in [
                (
                    "people",
                    &losses.people,
                    survives(people, &|set| opens(set | all_sites << people)),
                ),
                (
                    "sites",
                    &losses.sites,
                    survives(sites, &|set| opens(everybody | set << people)),
                ),
                ("both", &losses.both, survives(people + sites, &opens)),
            ] {
                assert_eq!(loss.opens, open, "{told}, {kind}");
                assert_eq!(loss.survives, expected, "{told}, {kind}");
                let too_many = bit_set(&loss.too_many);
                let (gone, shut) = (too_many & 0xffff, too_many >> 16);
                assert_eq!(
                    loss.too_many.is_empty(),
                    expected.is_none(),
                    "{told}, {kind}"
                );
                if expected.is_some() {
                    let left = (everybody & !gone) | (all_sites & !shut) << people;
                    assert!(!opens(left), "{told}, {kind}: {:?}", loss.too_many);
                    let count = loss.too_many.len();
                    assert_eq!(Some(count - 1), loss.survives, "{told}, {kind}");
                }
            }
        }
    }
    assert!(
        opened > 500 && listed > 5000,
        "{opened} opened, {listed} listed"
    );
}

#[test]
fn what_if_agrees_with_brute_force_on_a_thousand_estates() {
    let (mut locked, mut open) = (0, 0);
    let nobody_lost = BTreeSet::new();
    for seed in 1000..2000 {
        let mut dice = Dice(seed);
        let estate = random_estate(&mut dice);
        let (people, sites) = (estate.people.len(), estate.sites.len());
        let lost = Lost {
            people: dice.some(people, 25).into_iter().collect(),
            places: dice.some(estate.places.len(), 25).into_iter().collect(),
        };
        let everybody = (1u32 << people) - 1;
        let gone: u32 = lost.people.iter().map(|whom| 1 << whom).sum();
        let (before, after) = (
            Party::sent(&estate, (everybody, u32::MAX), &nobody_lost, false),
            Party::sent(&estate, (everybody & !gone, u32::MAX), &lost.places, false),
        );
        let found = what_if(&estate, &lost).unwrap();
        assert_eq!(found.accounts.len(), estate.accounts.len());
        for one in &found.accounts {
            let account = &estate.accounts[one.place];
            for (party, routes) in [(&before, &one.before), (&after, &one.after)] {
                let ways = Route::ALL.iter().zip(party.ways(account));
                let expected = ways.filter(|(_, way)| *way).map(|(route, _)| *route);
                assert!(expected.eq(routes.iter().copied()), "seed {seed}");
            }
            locked += usize::from(!one.before.is_empty() && one.after.is_empty());
            open += usize::from(!one.after.is_empty());
            let more = survives(people + sites, &|both| {
                let (there, standing) = (both & everybody & !gone, both >> people);
                let party = Party::sent(&estate, (there, standing), &lost.places, false);
                party.ways(account).contains(&true)
            });
            assert_eq!(one.losses.both.survives, more, "seed {seed}");
        }
        for one in &found.secrets {
            assert_eq!(one.before, before.learns(one.place), "seed {seed}");
            assert_eq!(one.after, after.learns(one.place), "seed {seed}");
        }
        for one in &found.places {
            assert_eq!(one.before, before.inside[one.place], "seed {seed}");
            assert_eq!(one.after, after.inside[one.place], "seed {seed}");
        }
    }
    assert!(
        locked > 100 && open > 500,
        "{locked} locked out, {open} open"
    );
}
