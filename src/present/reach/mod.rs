//! Who can reach what, in words and as a picture: people on one side, things and routes on the other.

mod picture;
mod svg;

pub use picture::{Picture, text};
pub use svg::draw;

use std::collections::BTreeSet;

use super::custody;
use super::describe::free;
use crate::insight::reach::estate::{Account, Estate, Who, Whom};
use crate::insight::reach::formula::Variable;
use crate::insight::reach::gaps::Gap;
use crate::insight::reach::sets::{Loss, Sets};
use crate::insight::reach::ways::{Factor, How, Way, ways};
use crate::insight::reach::{Asked, Route};
use crate::ledger::People;

/// An estate and the names of its people.
pub struct Names<'a> {
    /// What the names belong to.
    pub estate: &'a Estate,
    /// In the order of its people.
    called: Vec<String>,
}

impl<'a> Names<'a> {
    /// Everybody's name.
    #[must_use]
    pub fn new(estate: &'a Estate, people: &People) -> Self {
        let called = estate.people.iter().map(|person| match &person.who {
            Who::Custodian(id) => people.name(id),
            Who::Other(text) => free(text).replace('\n', " "),
            Who::Unnamed(thing) => format!("somebody else of {thing}"),
        });
        Self {
            estate,
            called: called.collect(),
        }
    }

    /// What somebody is called.
    #[must_use]
    pub fn person(&self, whom: Whom) -> String {
        self.called.get(whom).cloned().unwrap_or_default()
    }

    /// As [`Self::person`], and whether they have left.
    #[must_use]
    pub fn shown(&self, whom: Whom) -> String {
        let person = self.estate.people.get(whom);
        let left = person.is_some_and(|one| !one.here && matches!(one.who, Who::Custodian(_)));
        let mark = if left { " (left)" } else { "" };
        format!("{}{mark}", self.person(whom))
    }

    /// A person or a site, as it is typed.
    #[must_use]
    pub fn of(&self, variable: Variable) -> String {
        match Asked::of(variable) {
            Asked::Person(whom) => self.person(whom),
            Asked::Site(site) => match self.estate.sites.get(site) {
                Some(site) => format!("site:{site}"),
                None => "a site".to_owned(),
            },
        }
    }

    /// A set by its names, in their order.
    #[must_use]
    pub fn set(&self, set: &[Variable]) -> Vec<String> {
        let mut names: Vec<String> = set.iter().map(|one| self.of(*one)).collect();
        names.sort_by_key(|name| name.to_lowercase());
        names
    }

    /// As [`Self::set`], with who has left.
    #[must_use]
    pub fn shown_set(&self, set: &[Variable]) -> Vec<String> {
        let shown = set.iter().map(|one| match Asked::of(*one) {
            Asked::Person(whom) => self.shown(whom),
            Asked::Site(_) => self.of(*one),
        });
        let mut names: Vec<String> = shown.collect();
        names.sort_by_key(|name| name.to_lowercase());
        names
    }

    /// An account by number and name.
    #[must_use]
    pub fn account(&self, account: &Account) -> String {
        match &account.name {
            Some(name) => format!("{} {}", account.id, free(name).replace('\n', " ")),
            None => account.id.to_string(),
        }
    }

    /// What is not known, in words.
    #[must_use]
    pub fn gap(&self, gap: &Gap, account: &Account) -> String {
        match gap {
            Gap::NotRegistered => "the account is not in the register".to_owned(),
            Gap::NoCredentials => {
                "it has no root credentials, by central root access: only the management account brings them back".to_owned()
            }
            Gap::NoPassword => "it has no root password: nobody signs in before one is set".to_owned(),
            Gap::PasswordNotSealed => {
                "no password is sealed here: nobody is counted who knows it".to_owned()
            }
            Gap::MfaNotRecorded => {
                "neither an MFA device is recorded nor that there is none: routes are counted without MFA".to_owned()
            }
            Gap::MfaNotHere => {
                "it has an MFA device, and none is recorded: nobody is counted who has it".to_owned()
            }
            Gap::MailboxNotRegistered => {
                "no mailbox is registered for it: nobody is counted who reads its mail".to_owned()
            }
            Gap::PhoneNotRegistered => {
                "no phone is registered for it: nobody is counted who answers it".to_owned()
            }
            Gap::AnswersNotSealed => {
                "no security answers are sealed here: support is counted without them".to_owned()
            }
            Gap::ManagerNotRegistered => {
                "no management account of it is registered: nobody is counted who acts from there".to_owned()
            }
            Gap::PrivilegesNotRegistered(manager) => format!(
                "no privilege on {manager} is registered that changes root addresses or acts as root: nobody is counted who has one"
            ),
            Gap::NotInPartition(manager) => format!(
                "a privilege on {manager} to act as root is registered, and in the partition {} there is no such thing: it is not counted",
                account.partition.name()
            ),
            Gap::Unclear(item) => match self.estate.items.get(*item) {
                Some(item) => format!(
                    "the {} {} serves it, and what is on it is not recorded: it is not counted",
                    custody::item_kind(item.kind),
                    item.name
                ),
                None => String::new(),
            },
        }
    }

    /// One way to come by something, in words.
    #[must_use]
    pub fn way(&self, way: &Way) -> String {
        let estate = self.estate;
        let item = |item: usize| estate.items.get(item).map_or("", |item| item.name.as_str());
        let place = |place: usize| {
            let place = estate.places.get(place);
            place.map_or("", |place| place.name.as_str())
        };
        let secret = |secret: usize| {
            let secret = estate.secrets.get(secret);
            let name = secret.map(|secret| &secret.name);
            name.map_or_else(String::new, |name| match &name.label {
                Some(label) => format!("{}:{label}", name.kind.as_str()),
                None => name.kind.as_str().to_owned(),
            })
        };
        let shares = match way.groups {
            Some((needed, all)) => {
                format!("{needed} of {all} groups, {} shares at least", way.needed)
            }
            None => format!("{} of {}", way.needed, way.people.len()),
        };
        match way.how {
            How::Shares(of) => format!("{}: {shares}", secret(of)),
            How::Knowing(of) => format!("knows the {}", secret(of)),
            How::In(what, at) if way.needed > 1 => {
                format!("{} in {}: {} together", item(what), place(at), way.needed)
            }
            How::In(what, at) => format!("{} in {}", item(what), place(at)),
            How::Taken(what) => format!("{}, taken out", item(what)),
            How::Combination(what, at) => {
                let (what, at) = (item(what), place(at));
                format!("{what} in {at}, by its combination: {shares}")
            }
            How::Reading(mailbox) => match estate.mailboxes.get(mailbox) {
                Some(mailbox) => format!("reads {}", mailbox.name),
                None => String::new(),
            },
            How::Answering(phone) => match estate.phones.get(phone) {
                Some(phone) => format!("answers {}", phone.name),
                None => String::new(),
            },
            How::Privilege(privilege) => match estate.privileges.get(privilege) {
                Some(privilege) => format!("{} on {}", privilege.name, privilege.account),
                None => String::new(),
            },
            How::Root(account) => match estate.accounts.get(account) {
                Some(account) => format!("root user of {}", account.id),
                None => String::new(),
            },
        }
    }

    /// The picture of an account.
    #[must_use]
    pub fn picture(&self, account: &Account, routes: &[Route]) -> Picture {
        let wanted: BTreeSet<Factor> = routes
            .iter()
            .flat_map(|route| Factor::of(*route))
            .copied()
            .collect();
        let mut ways = ways(self.estate, account);
        ways.retain(|way| wanted.contains(&way.factor));
        let whom: BTreeSet<Whom> = ways.iter().flat_map(|way| way.people.clone()).collect();
        let mut people: Vec<(String, Whom)> =
            whom.iter().map(|whom| (self.shown(*whom), *whom)).collect();
        people.sort_by_key(|(name, _)| name.to_lowercase());
        let things = ways.iter().map(|way| picture::Thing {
            factor: way.factor,
            label: self.way(way),
            people: people
                .iter()
                .map(|(_, whom)| way.people.contains(whom))
                .collect(),
        });
        Picture {
            title: self.account(account),
            things: things.collect(),
            people: people.iter().map(|(name, _)| name.clone()).collect(),
            routes: routes
                .iter()
                .filter(|route| **route != Route::Management || !account.management)
                .map(|route| (*route, asked_for(*route, account)))
                .collect(),
        }
    }
}

/// What a route takes of an account: MFA and answers only where there are some.
fn asked_for(route: Route, account: &Account) -> Vec<Factor> {
    let some_mfa = !account.mfa.is_empty() || !account.tokens.is_empty();
    let asked = |factor: &Factor| match factor {
        Factor::Mfa => account.credentials.mfa.unwrap_or(some_mfa),
        Factor::Answers => !account.answers.is_empty(),
        _ => true,
    };
    let all = Factor::of(route).iter().copied();
    all.filter(asked).collect()
}

/// How many sets there are, in words.
#[must_use]
pub fn how_many(sets: &Sets) -> String {
    let total = match sets.total {
        Some(0) => return "nobody that the ledger knows of".to_owned(),
        Some(1) => "1 set".to_owned(),
        Some(total) => format!("{total} sets"),
        None => "more than 10^38 sets".to_owned(),
    };
    match (sets.total, sets.smallest.unwrap_or_default()) {
        (_, 0) => "anybody".to_owned(),
        (Some(1), size) => format!("{total}, of {size}"),
        (_, size) => format!("{total}, the smallest of {size}"),
    }
}

/// How many can be lost, in words, of `one` or `many`.
#[must_use]
pub fn how_many_lost(loss: &Loss, names: &Names<'_>, one: &str, many: &str) -> String {
    if !loss.opens {
        return "nobody gets in as it is".to_owned();
    }
    let needed = in_one_line(&names.set(&loss.too_many));
    match loss.survives {
        None => "any number".to_owned(),
        Some(0) => format!("none: not without {needed}"),
        Some(1) => format!("any 1 {one}, but not all of {needed}"),
        Some(survives) => format!("any {survives} {many}, but not all of {needed}"),
    }
}

/// Names in one line; one with a comma of its own stands in quotes.
#[must_use]
pub fn in_one_line(names: &[String]) -> String {
    let names = names.iter().map(|name| match name.contains(',') {
        true => format!("\"{name}\""),
        false => name.clone(),
    });
    names.collect::<Vec<_>>().join(", ")
}
