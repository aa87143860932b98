//! Who can reach an account's root user, and how many can be lost.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::estate::{Account, Estate, Whom};
use super::formula::{Formula, Formulas, Variable};
use super::routes::{Asked, Lost, Question, Reading, Route, Rules};
use super::sets::{Loss, Sets, Solver};
use crate::error::Result;

/// What can be lost of people, of sites, and of both together.
#[derive(Clone, Debug, Default)]
pub struct Losses {
    /// Of people, while all sites are open.
    pub people: Rc<Loss>,
    /// Of sites, while everybody is there.
    pub sites: Rc<Loss>,
    /// Of people and sites, in any mixture.
    pub both: Rc<Loss>,
}

/// The answer for one account.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The smallest sets of people by each route that was asked for.
    pub routes: Vec<(Route, Rc<Sets>)>,
    /// By any of them.
    pub any: Rc<Sets>,
    /// What can be lost, of those who are here.
    pub losses: Losses,
    /// The rule of each route.
    rules: Vec<(Route, Formula)>,
    /// The rule of any.
    rule: Formula,
}

/// The answer for one account of many.
#[derive(Clone, Debug)]
pub struct Brief {
    /// The fewest people who are enough by each route that was asked for; `None` where nobody is.
    pub routes: Vec<(Route, Option<usize>)>,
    /// One of the smallest sets by any of them.
    pub fewest: Option<Rc<[Variable]>>,
    /// What can be lost, of those who are here.
    pub losses: Losses,
}

/// Answers for the accounts of an estate; accounts of one shape share the work.
pub struct Reach<'e> {
    estate: &'e Estate,
    formulas: Formulas,
    solver: Solver,
    take: Rules<'e>,
    get_in: Rules<'e>,
    losses: HashMap<Formula, Losses>,
}

impl<'e> Reach<'e> {
    /// Reads the estate, where nothing is gone but what is `lost`.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn new(estate: &'e Estate, lost: &'e Lost) -> Result<Self> {
        let mut formulas = Formulas::new();
        let reading = |question| Reading { question, lost };
        let take = Rules::new(estate, reading(Question::Take), &mut formulas)?;
        let get_in = Rules::new(estate, reading(Question::GetIn), &mut formulas)?;
        Ok(Self {
            estate,
            formulas,
            solver: Solver::new(),
            take,
            get_in,
            losses: HashMap::new(),
        })
    }

    /// Who reaches an account's root user by some routes; of the sets of each and of all together, `most`
    /// are listed.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn account(&mut self, account: &Account, routes: &[Route], most: usize) -> Result<Answer> {
        let all = self.take.routes(account, &mut self.formulas);
        let all = Route::ALL.into_iter().zip(all);
        let rules: Vec<(Route, Formula)> = all.filter(|(one, _)| routes.contains(one)).collect();
        let rule = self.formulas.any(rules.iter().map(|(_, rule)| *rule));
        let mut by_route = Vec::new();
        for (route, rule) in &rules {
            by_route.push((*route, self.solver.sets(&self.formulas, *rule, most)?));
        }
        Ok(Answer {
            routes: by_route,
            any: self.solver.sets(&self.formulas, rule, most)?,
            losses: self.losses(account, routes)?,
            rules,
            rule,
        })
    }

    /// As [`Self::account`], in brief: no set is listed or counted but one of the smallest.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn brief(&mut self, account: &Account, routes: &[Route]) -> Result<Brief> {
        let all = self.take.routes(account, &mut self.formulas);
        let mut by_route = Vec::new();
        let mut fewest: Option<Rc<[Variable]>> = None;
        for (route, rule) in Route::ALL.into_iter().zip(all) {
            if !routes.contains(&route) {
                continue;
            }
            let found = self.solver.fewest(&self.formulas, rule)?;
            by_route.push((route, found.as_ref().map(|set| set.len())));
            let sizes = (found.as_ref().map(|set| set.len()), fewest.as_ref());
            if let (Some(size), known) = sizes
                && known.is_none_or(|known| size < known.len())
            {
                fewest = found;
            }
        }
        Ok(Brief {
            routes: by_route,
            fewest,
            losses: self.losses(account, routes)?,
        })
    }

    /// What can be lost before nobody gets in by any of some routes.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn losses(&mut self, account: &Account, routes: &[Route]) -> Result<Losses> {
        let all = self.get_in.routes(account, &mut self.formulas);
        let all = Route::ALL.into_iter().zip(all);
        let asked = all.filter(|(route, _)| routes.contains(route));
        let rule = self.formulas.any(asked.map(|(_, rule)| rule));
        if let Some(known) = self.losses.get(&rule) {
            return Ok(known.clone());
        }
        let is_site = |variable| matches!(Asked::of(variable), Asked::Site(_));
        let people = self.formulas.given(rule, &is_site);
        let sites = self.formulas.given(rule, &|variable| !is_site(variable));
        let losses = Losses {
            people: self.solver.loss(&self.formulas, people)?,
            sites: self.solver.loss(&self.formulas, sites)?,
            both: self.solver.loss(&self.formulas, rule)?,
        };
        self.losses.insert(rule, losses.clone());
        Ok(losses)
    }

    /// By which routes those who are here get in.
    pub fn open_routes(&mut self, account: &Account) -> Vec<Route> {
        let all = self.get_in.routes(account, &mut self.formulas);
        let never = self.formulas.never();
        let open = Route::ALL.into_iter().zip(all);
        open.filter(|(_, rule)| *rule != never)
            .map(|(route, _)| route)
            .collect()
    }

    /// Whether those who are here open a place, by its number.
    #[must_use]
    pub fn opens_place(&self, place: usize) -> bool {
        self.get_in.place(place, &self.formulas) != self.formulas.never()
    }

    /// Whether those who are here come by a secret, by its number.
    pub fn opens_secret(&mut self, secret: usize) -> bool {
        self.get_in.secrets(&[secret], &mut self.formulas) != self.formulas.never()
    }

    /// By which of the routes each of some sets of people reaches the root user.
    #[must_use]
    pub fn by(&self, answer: &Answer, sets: &[Vec<Variable>]) -> Vec<Vec<Route>> {
        let rules = answer.rules.iter();
        let rules: Vec<(Route, Vec<Formula>)> = rules
            .map(|(route, rule)| (*route, self.formulas.below(*rule)))
            .collect();
        let by = |set: &Vec<Variable>| {
            let there = |variable: Variable| set.contains(&variable);
            let open = rules.iter();
            open.filter(|(_, below)| self.formulas.holds_of(below, &there))
                .map(|(route, _)| *route)
                .collect()
        };
        sets.iter().map(by).collect()
    }

    /// People who count although nobody can count on them: who have left, or have no name any more.
    #[must_use]
    pub fn counted_though_gone(&self, answer: &Answer) -> BTreeSet<Whom> {
        let variables = self.formulas.variables(answer.rule).into_iter();
        let people = variables.filter_map(|variable| match Asked::of(variable) {
            Asked::Person(whom) => Some(whom),
            Asked::Site(_) => None,
        });
        let gone = |whom: &Whom| self.estate.people.get(*whom).is_some_and(|one| !one.here);
        people.filter(gone).collect()
    }
}
