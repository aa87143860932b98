//! What an account's root user is reached with, thing by thing: for the picture.

use std::collections::BTreeSet;

use super::estate::{Account, Estate, Split, Value, Whereabouts, Whom};
use super::routes::Route;
use crate::statement::accounts::Partition;

/// What a thing is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// The password.
    Password,
    /// The MFA.
    Mfa,
    /// Reading the mailbox.
    Mailbox,
    /// Answering the phone.
    Phone,
    /// The security answers.
    Answers,
    /// Acting from the management account.
    Management,
}

impl Factor {
    /// All, in order.
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::Mfa,
        Self::Mailbox,
        Self::Phone,
        Self::Answers,
        Self::Management,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Mfa => "MFA",
            Self::Mailbox => "mailbox",
            Self::Phone => "phone",
            Self::Answers => "answers",
            Self::Management => "management",
        }
    }

    /// What a route takes.
    #[must_use]
    pub fn of(route: Route) -> &'static [Self] {
        match route {
            Route::SignIn => &[Self::Password, Self::Mfa],
            Route::Reset => &[Self::Mailbox, Self::Mfa],
            Route::Support => &[Self::Mailbox, Self::Phone, Self::Answers],
            Route::Management => &[Self::Management],
        }
    }
}

/// How a thing is come by. Numbers are places in the estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// With shares of a secret.
    Shares(usize),
    /// By knowing a secret.
    Knowing(usize),
    /// Out of a place, where the item is.
    In(usize, usize),
    /// Taken out: they have it.
    Taken(usize),
    /// With shares of the combination of a place, which a thing is in.
    Combination(usize, usize),
    /// By reading a mailbox.
    Reading(usize),
    /// By answering a phone.
    Answering(usize),
    /// By a privilege.
    Privilege(usize),
    /// As the root user of a management account.
    Root(usize),
}

/// One way to come by something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What it is good for.
    pub factor: Factor,
    /// How.
    pub how: How,
    /// How many of its people are enough; none where that is another account's answer.
    pub needed: usize,
    /// Of several groups, how many are needed and how many there are.
    pub groups: Option<(usize, usize)>,
    /// Who.
    pub people: BTreeSet<Whom>,
}

/// Every way, in order of what it is good for.
#[must_use]
pub fn ways(estate: &Estate, account: &Account) -> Vec<Way> {
    let mut all = Ways {
        estate,
        found: Vec::new(),
    };
    all.secrets(Factor::Password, &account.passwords);
    all.secrets(Factor::Mfa, &account.mfa);
    all.items(Factor::Mfa, &account.tokens);
    for mailbox in &account.mailboxes {
        if let Some(known) = estate.mailboxes.get(*mailbox) {
            all.note(Factor::Mailbox, How::Reading(*mailbox), 1, &known.readers);
            all.secrets(Factor::Mailbox, &known.passwords);
        }
    }
    for phone in &account.phones {
        if let Some(known) = estate.phones.get(*phone) {
            all.note(Factor::Phone, How::Answering(*phone), 1, &known.answered_by);
        }
    }
    all.items(Factor::Phone, &account.telephones);
    all.secrets(Factor::Answers, &account.answers);
    all.management(account);
    all.found
}

struct Ways<'e> {
    estate: &'e Estate,
    found: Vec<Way>,
}

impl Ways<'_> {
    fn note(&mut self, factor: Factor, how: How, needed: usize, people: &BTreeSet<Whom>) {
        if people.is_empty() {
            return;
        }
        let same = |way: &&mut Way| (way.factor, way.how) == (factor, how);
        if let Some(known) = self.found.iter_mut().find(same) {
            known.people.extend(people);
            return;
        }
        self.found.push(Way {
            factor,
            how,
            needed,
            groups: None,
            people: people.clone(),
        });
    }

    fn secrets(&mut self, factor: Factor, secrets: &[usize]) {
        let estate = self.estate;
        for secret in secrets {
            let known = estate.secrets.get(*secret);
            for value in known.iter().flat_map(|known| &known.values) {
                self.splits(factor, How::Shares(*secret), value);
                self.note(factor, How::Knowing(*secret), 1, &value.knowers);
                self.items(factor, &value.items);
            }
        }
    }

    fn splits(&mut self, factor: Factor, how: How, value: &Value) {
        for split in &value.splits {
            let shares = || split.groups.iter().flat_map(|group| &group.shares);
            let single = split.groups.len() == 1;
            self.found.push(Way {
                factor,
                how,
                needed: fewest(split),
                groups: (!single).then_some((split.groups_needed, split.groups.len())),
                people: shares()
                    .flat_map(|share| share.sent_to.iter().chain([&share.holder]))
                    .copied()
                    .collect(),
            });
        }
    }

    fn items(&mut self, factor: Factor, items: &[usize]) {
        let estate = self.estate;
        for item in items {
            match estate.items.get(*item).map(|item| item.at) {
                Some(Whereabouts::In(place)) => self.place(factor, *item, place),
                Some(Whereabouts::Out(Some(by))) => {
                    self.note(factor, How::Taken(*item), 1, &BTreeSet::from([by]));
                }
                _ => {}
            }
        }
    }

    /// A combination that is written down in yet another place is not followed further here.
    fn place(&mut self, factor: Factor, item: usize, at: usize) {
        let estate = self.estate;
        let Some(place) = estate.places.get(at) else {
            return;
        };
        let combinations = place.combinations.iter();
        let combinations: Vec<&Value> = combinations
            .filter_map(|secret| estate.secrets.get(*secret))
            .flat_map(|secret| &secret.values)
            .collect();
        let mut able = place.access.clone();
        able.extend(combinations.iter().flat_map(|value| &value.knowers));
        let needed = if place.two { 2 } else { 1 };
        self.note(factor, How::In(item, at), needed, &able);
        for value in combinations {
            self.splits(factor, How::Combination(item, at), value);
        }
    }

    fn management(&mut self, account: &Account) {
        let estate = self.estate;
        for manager in estate.managers_of(account) {
            let Some(known) = estate.accounts.get(*manager) else {
                continue;
            };
            for (place, privilege) in estate.privileges.iter().enumerate() {
                let assumes = privilege.assume_root && account.partition == Partition::Aws;
                if privilege.account == known.id && (privilege.root_email || assumes) {
                    let how = How::Privilege(place);
                    self.note(Factor::Management, how, 1, &privilege.people);
                }
            }
            let people = ways(estate, known);
            let people = people.into_iter().flat_map(|way| way.people).collect();
            self.note(Factor::Management, How::Root(*manager), 0, &people);
        }
    }
}

/// How many shares are enough at the least.
fn fewest(split: &Split) -> usize {
    let thresholds = split.groups.iter().map(|group| group.threshold);
    let mut thresholds: Vec<usize> = thresholds.collect();
    thresholds.sort_unstable();
    thresholds.iter().take(split.groups_needed).sum()
}
