//! The estate as rules: who opens which place, who comes by which value, who reaches which root user.
//!
//! There are two questions, and they are kept apart. Who can *take* it: everybody counts who was ever given
//! something and may still have it, and every site is open. Who can still *get in*: those count who are
//! here, by what is where it belongs.

use std::collections::{BTreeSet, HashMap};

use super::estate::{Account, Estate, Item, Mailbox, Place, Split, Value, Whereabouts, Whom};
use super::formula::{Formula, Formulas, Variable};
use crate::error::Result;
use crate::statement::accounts::Partition;

/// A way to an account's root user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// With password and MFA.
    SignIn,
    /// With a new password, by the mailbox, and MFA.
    Reset,
    /// By AWS Support or lost MFA: with mailbox, phone, and the security answers where there are any.
    Support,
    /// From the management account.
    Management,
}

impl Route {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::SignIn, Self::Reset, Self::Support, Self::Management];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Reset => "reset",
            Self::Support => "support",
            Self::Management => "management",
        }
    }
}

/// Which question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Who can take it.
    Take,
    /// Who can still get in.
    GetIn,
}

/// Who and what is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// People.
    pub people: BTreeSet<Whom>,
    /// Places, by place in [`Estate::places`].
    pub places: BTreeSet<usize>,
}

/// How rules are made.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'l> {
    /// Which question. Who gets in asks for sites too.
    pub question: Question,
    /// What is gone already.
    pub lost: &'l Lost,
}

/// The variable of a person.
#[must_use]
pub fn person_variable(whom: Whom) -> Variable {
    Variable::try_from(whom).map_or(Variable::MAX, |whom| whom.saturating_mul(2))
}

/// The variable of a site.
#[must_use]
pub fn site_variable(site: usize) -> Variable {
    Variable::try_from(site).map_or(Variable::MAX, |site| site.saturating_mul(2) | 1)
}

/// A person or a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A person.
    Person(Whom),
    /// A site, by place in [`Estate::sites`].
    Site(usize),
}

impl Asked {
    /// Whom a variable stands for.
    #[must_use]
    pub fn of(variable: Variable) -> Self {
        let half = usize::try_from(variable / 2).unwrap_or(usize::MAX);
        if variable & 1 == 0 {
            Self::Person(half)
        } else {
            Self::Site(half)
        }
    }
}

/// The rules of an estate, in one reading.
pub struct Rules<'e> {
    estate: &'e Estate,
    reading: Reading<'e>,
    places: Vec<Formula>,
    /// Root users of management accounts, by place among the accounts.
    managers: HashMap<usize, Formula>,
}

impl<'e> Rules<'e> {
    /// Makes them.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn new(estate: &'e Estate, reading: Reading<'e>, formulas: &mut Formulas) -> Result<Self> {
        let mut rules = Self {
            estate,
            reading,
            places: vec![formulas.never(); estate.places.len()],
            managers: HashMap::new(),
        };
        rules.open_places(formulas)?;
        for manager in estate.managers.values().flatten() {
            if let Some(account) = estate.accounts.get(*manager) {
                let own = rules.own_routes(account, formulas);
                let root = formulas.any(own);
                rules.managers.insert(*manager, root);
            }
        }
        Ok(rules)
    }

    /// A place may hold the combination of another, and that one of the first. So places are opened in
    /// rounds: first those that need no other, then those that need them. After as many rounds as there are
    /// places whose combination lies somewhere, no round opens more.
    fn open_places(&mut self, formulas: &mut Formulas) -> Result<()> {
        let written_down = |place: &&Place| {
            let mut values = self.values_of(&place.combinations);
            values.any(|value| !value.items.is_empty())
        };
        let rounds = self.estate.places.iter().filter(written_down).count() + 1;
        for _ in 0..rounds {
            let places = self.estate.places.iter().enumerate();
            let opened: Vec<Formula> = places
                .map(|(at, place)| self.opening(at, place, formulas))
                .collect();
            formulas.check_size()?;
            if opened == self.places {
                break;
            }
            self.places = opened;
        }
        Ok(())
    }

    /// Whoever has its combination or key opens a place, two of them where it takes two; and whoever comes
    /// by its combination otherwise.
    fn opening(&self, at: usize, place: &Place, formulas: &mut Formulas) -> Formula {
        let closed = self.reading.question == Question::GetIn && !place.in_use;
        if closed || self.reading.lost.places.contains(&at) {
            return formulas.never();
        }
        let mut able = place.access.clone();
        let mut ways = Vec::new();
        for value in self.values_of(&place.combinations) {
            able.extend(&value.knowers);
            ways.extend(self.without_knowing(value, formulas));
        }
        let able = self.people(&able, formulas);
        ways.push(formulas.at_least(if place.two { 2 } else { 1 }, able));
        let opened = formulas.any(ways);
        if self.reading.question == Question::Take {
            return opened;
        }
        let site = formulas.one(site_variable(place.site));
        formulas.all([site, opened])
    }

    fn person(&self, whom: Whom, formulas: &mut Formulas) -> Formula {
        let here = self.estate.people.get(whom).is_some_and(|one| one.here);
        let counts = here || self.reading.question == Question::Take;
        if !counts || self.reading.lost.people.contains(&whom) {
            formulas.never()
        } else {
            formulas.one(person_variable(whom))
        }
    }

    fn people(&self, all: &BTreeSet<Whom>, formulas: &mut Formulas) -> Vec<Formula> {
        let people = all.iter().map(|whom| self.person(*whom, formulas));
        people.collect()
    }

    fn any_person(&self, all: &BTreeSet<Whom>, formulas: &mut Formulas) -> Formula {
        let people = self.people(all, formulas);
        formulas.any(people)
    }

    /// The values of secrets that count: whoever takes it tries all that may be right.
    fn values_of<'s>(&self, secrets: &'s [usize]) -> impl Iterator<Item = &'e Value> + use<'e, 's> {
        let (estate, question) = (self.estate, self.reading.question);
        let secrets = secrets.iter().filter_map(|one| estate.secrets.get(*one));
        secrets
            .flat_map(|secret| &secret.values)
            .filter(move |value| value.usual || question == Question::Take)
    }

    /// Whoever knows one of these, holds enough shares of it, or reaches what it is written on.
    pub fn secrets(&self, secrets: &[usize], formulas: &mut Formulas) -> Formula {
        let mut ways = Vec::new();
        for value in self.values_of(secrets) {
            ways.push(self.any_person(&value.knowers, formulas));
            ways.extend(self.without_knowing(value, formulas));
        }
        formulas.any(ways)
    }

    fn without_knowing(&self, value: &Value, formulas: &mut Formulas) -> Vec<Formula> {
        let splits = value.splits.iter();
        let mut ways: Vec<Formula> = splits.map(|split| self.split(split, formulas)).collect();
        ways.extend(value.items.iter().map(|item| self.item(*item, formulas)));
        ways
    }

    fn split(&self, split: &Split, formulas: &mut Formulas) -> Formula {
        let mut groups = Vec::new();
        for group in &split.groups {
            let mut shares = Vec::new();
            for share in &group.shares {
                let own = self.person(share.holder, formulas);
                let share = match self.reading.question {
                    Question::GetIn if !share.in_force => formulas.never(),
                    Question::GetIn => own,
                    Question::Take => {
                        let sent = share.sent_to.iter();
                        let mut has: Vec<Formula> =
                            sent.map(|whom| self.person(*whom, formulas)).collect();
                        has.push(own);
                        formulas.any(has)
                    }
                };
                shares.push(share);
            }
            groups.push(formulas.at_least(group.threshold, shares));
        }
        formulas.at_least(split.groups_needed, groups)
    }

    /// Who reaches an item. What was taken out is with who has taken it: nobody else counts on it.
    fn item(&self, item: usize, formulas: &mut Formulas) -> Formula {
        match self.estate.items.get(item).map(|item: &Item| item.at) {
            Some(Whereabouts::In(place)) => self.place(place, formulas),
            Some(Whereabouts::Out(Some(by))) if self.reading.question == Question::Take => {
                self.person(by, formulas)
            }
            _ => formulas.never(),
        }
    }

    /// Who opens a place.
    #[must_use]
    pub fn place(&self, place: usize, formulas: &Formulas) -> Formula {
        let opened = self.places.get(place).copied();
        opened.unwrap_or_else(|| formulas.never())
    }

    fn items(&self, items: &[usize], formulas: &mut Formulas) -> Vec<Formula> {
        let items = items.iter().map(|item| self.item(*item, formulas));
        items.collect()
    }

    /// Who reads a mailbox: its members, and whoever comes by its own password and MFA.
    fn mailbox(&self, mailbox: &Mailbox, formulas: &mut Formulas) -> Formula {
        let readers = self.any_person(&mailbox.readers, formulas);
        let password = self.secrets(&mailbox.passwords, formulas);
        let mfa = if mailbox.mfa.is_empty() {
            formulas.always()
        } else {
            self.secrets(&mailbox.mfa, formulas)
        };
        let signed_in = formulas.all([password, mfa]);
        formulas.any([readers, signed_in])
    }

    /// Sign-in, reset and support, in this order.
    fn own_routes(&self, account: &Account, formulas: &mut Formulas) -> [Formula; 3] {
        let credentials = account.credentials;
        let no_password = credentials.password == Some(false);
        if no_password && credentials.central {
            return [formulas.never(); 3];
        }
        let password = if no_password {
            formulas.never()
        } else {
            self.secrets(&account.passwords, formulas)
        };
        let mfa = self.mfa(account, formulas);
        let mailboxes = account.mailboxes.iter();
        let mailboxes: Vec<Formula> = mailboxes
            .filter_map(|one| self.estate.mailboxes.get(*one))
            .map(|mailbox| self.mailbox(mailbox, formulas))
            .collect();
        let mailbox = formulas.any(mailboxes);
        let phones = account.phones.iter();
        let mut phones: Vec<Formula> = phones
            .filter_map(|one| self.estate.phones.get(*one))
            .map(|phone| self.any_person(&phone.answered_by, formulas))
            .collect();
        phones.extend(self.items(&account.telephones, formulas));
        let phone = formulas.any(phones);
        let answers = if account.answers.is_empty() {
            formulas.always()
        } else {
            self.secrets(&account.answers, formulas)
        };
        [
            formulas.all([password, mfa]),
            formulas.all([mailbox, mfa]),
            formulas.all([mailbox, phone, answers]),
        ]
    }

    /// Who passes MFA. Where nobody has recorded any, and whether there is any, none is asked for.
    fn mfa(&self, account: &Account, formulas: &mut Formulas) -> Formula {
        let recorded = !account.mfa.is_empty() || !account.tokens.is_empty();
        match account.credentials.mfa {
            Some(false) => return formulas.always(),
            None if !recorded => return formulas.always(),
            _ => {}
        }
        let mut ways = self.items(&account.tokens, formulas);
        ways.push(self.secrets(&account.mfa, formulas));
        formulas.any(ways)
    }

    /// Who reaches a member's root user from its management account.
    fn management(&self, account: &Account, formulas: &mut Formulas) -> Formula {
        let mut ways = Vec::new();
        for manager in self.estate.managers_of(account) {
            ways.extend(self.managers.get(manager));
            let Some(manager) = self.estate.accounts.get(*manager) else {
                continue;
            };
            for privilege in self.estate.privileges_on(manager.id) {
                // Central root access is not there in other partitions.
                let assumes = privilege.assume_root && account.partition == Partition::Aws;
                if privilege.root_email || assumes {
                    ways.push(self.any_person(&privilege.people, formulas));
                }
            }
        }
        formulas.any(ways)
    }

    /// Each route to an account's root user, in the order of [`Route::ALL`].
    pub fn routes(&self, account: &Account, formulas: &mut Formulas) -> [Formula; 4] {
        let [sign_in, reset, support] = self.own_routes(account, formulas);
        let management = self.management(account, formulas);
        [sign_in, reset, support, management]
    }
}
