//! Who is enough for something, as a rule: all of, any of, at least so many of. A rule of this kind is
//! monotone: whoever joins never takes anything away.
//!
//! Rules live in one arena, each once, and are simplified as they are made. So two accounts of one shape
//! have the same number for a rule, and what was found for one is found for both.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::error::{Error, Result};

/// The number of a rule in its [`Formulas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Formula(usize);

/// A person or a site, by number.
pub type Variable = u32;

/// More rules than this come of no register of the sizes that this is built for.
const MOST: usize = 1 << 21;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Nobody is enough.
    Never,
    /// Nobody is needed.
    Always,
    /// This one is needed.
    One(Variable),
    /// All of these.
    All(Vec<Formula>),
    /// Any of these.
    Any(Vec<Formula>),
    /// So many of these, of which one may be there twice.
    AtLeast(usize, Vec<Formula>),
}

/// Rules, each once.
pub struct Formulas {
    rules: Vec<Rule>,
    known: HashMap<Rule, Formula>,
}

impl Default for Formulas {
    fn default() -> Self {
        Self::new()
    }
}

impl Formulas {
    /// Those that need nothing else.
    #[must_use]
    pub fn new() -> Self {
        let mut all = Self {
            rules: Vec::new(),
            known: HashMap::new(),
        };
        all.number(Rule::Never);
        all.number(Rule::Always);
        all
    }

    fn number(&mut self, rule: Rule) -> Formula {
        if let Some(known) = self.known.get(&rule) {
            return *known;
        }
        let formula = Formula(self.rules.len());
        self.rules.push(rule.clone());
        self.known.insert(rule, formula);
        formula
    }

    /// The rule of a number.
    #[must_use]
    pub fn rule(&self, formula: Formula) -> &Rule {
        self.rules.get(formula.0).unwrap_or(&Rule::Never)
    }

    /// Nobody is enough.
    #[must_use]
    pub fn never(&self) -> Formula {
        Formula(0)
    }

    /// Nobody is needed.
    #[must_use]
    pub fn always(&self) -> Formula {
        Formula(1)
    }

    /// This one is needed.
    pub fn one(&mut self, variable: Variable) -> Formula {
        self.number(Rule::One(variable))
    }

    /// All of these.
    pub fn all(&mut self, of: impl IntoIterator<Item = Formula>) -> Formula {
        let mut parts = BTreeSet::new();
        for part in of {
            match self.rule(part) {
                Rule::Never => return self.never(),
                Rule::Always => {}
                Rule::All(inner) => parts.extend(inner.iter().copied()),
                _ => {
                    parts.insert(part);
                }
            }
        }
        let parts: Vec<Formula> = parts.into_iter().collect();
        match parts.as_slice() {
            [] => self.always(),
            [only] => *only,
            _ => self.number(Rule::All(parts)),
        }
    }

    /// Any of these.
    pub fn any(&mut self, of: impl IntoIterator<Item = Formula>) -> Formula {
        let mut parts = BTreeSet::new();
        for part in of {
            match self.rule(part) {
                Rule::Always => return self.always(),
                Rule::Never => {}
                Rule::Any(inner) => parts.extend(inner.iter().copied()),
                _ => {
                    parts.insert(part);
                }
            }
        }
        let parts: Vec<Formula> = parts.into_iter().collect();
        match parts.as_slice() {
            [] => self.never(),
            [only] => *only,
            _ => self.number(Rule::Any(parts)),
        }
    }

    /// At least `needed` of these. Whoever is there twice, as a holder of two shares, counts twice.
    pub fn at_least(&mut self, needed: usize, of: impl IntoIterator<Item = Formula>) -> Formula {
        let (mut needed, mut parts) = (needed, Vec::new());
        for part in of {
            match self.rule(part) {
                Rule::Always => needed = needed.saturating_sub(1),
                Rule::Never => {}
                _ => parts.push(part),
            }
        }
        if needed == 0 {
            return self.always();
        }
        if needed > parts.len() {
            return self.never();
        }
        if needed == 1 {
            return self.any(parts);
        }
        if needed == parts.len() {
            return self.all(parts);
        }
        parts.sort_unstable();
        self.number(Rule::AtLeast(needed, parts))
    }

    /// The rule that is left of a rule where all variables are there that `given` names.
    pub fn given(&mut self, formula: Formula, given: &dyn Fn(Variable) -> bool) -> Formula {
        let mut left: HashMap<Formula, Formula> = HashMap::new();
        for below in self.below(formula) {
            let of = |parts: &[Formula]| -> Vec<Formula> {
                let found = parts.iter().filter_map(|part| left.get(part));
                found.copied().collect()
            };
            let now = match self.rule(below).clone() {
                Rule::One(variable) if given(variable) => self.always(),
                Rule::Never | Rule::Always | Rule::One(_) => below,
                Rule::All(parts) => self.all(of(&parts)),
                Rule::Any(parts) => self.any(of(&parts)),
                Rule::AtLeast(needed, parts) => self.at_least(needed, of(&parts)),
            };
            left.insert(below, now);
        }
        left.get(&formula).copied().unwrap_or(formula)
    }

    /// Whether `there` are enough.
    #[must_use]
    pub fn holds(&self, formula: Formula, there: &dyn Fn(Variable) -> bool) -> bool {
        self.holds_of(&self.below(formula), there)
    }

    /// As [`Self::holds`], where [`Self::below`] is known already.
    #[must_use]
    pub fn holds_of(&self, below: &[Formula], there: &dyn Fn(Variable) -> bool) -> bool {
        let mut known = Vec::with_capacity(below.len());
        for formula in below {
            let is = |part: &&Formula| {
                let place = below.binary_search(part).ok();
                place.and_then(|place| known.get(place)).copied() == Some(true)
            };
            let holds = match self.rule(*formula) {
                Rule::Never => false,
                Rule::Always => true,
                Rule::One(variable) => there(*variable),
                Rule::All(parts) => parts.iter().all(|part| is(&part)),
                Rule::Any(parts) => parts.iter().any(|part| is(&part)),
                Rule::AtLeast(needed, parts) => parts.iter().filter(is).count() >= *needed,
            };
            known.push(holds);
        }
        known.last() == Some(&true)
    }

    /// A rule and all that it is made of, each after its parts.
    #[must_use]
    pub fn below(&self, formula: Formula) -> Vec<Formula> {
        let mut seen = HashSet::from([formula]);
        let mut open = vec![formula];
        while let Some(next) = open.pop() {
            open.extend(self.parts(next).iter().filter(|part| seen.insert(**part)));
        }
        // A part is made before what it is part of.
        let mut all: Vec<Formula> = seen.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// The variables of a rule, in the order in which one comes to them part by part: those of one quorum
    /// stand together.
    #[must_use]
    pub fn variables(&self, formula: Formula) -> Vec<Variable> {
        let (mut seen, mut found) = (HashSet::from([formula]), Vec::new());
        let mut open = vec![formula];
        while let Some(next) = open.pop() {
            if let Rule::One(variable) = self.rule(next) {
                found.push(*variable);
            }
            for part in self.parts(next).iter().rev() {
                if seen.insert(*part) {
                    open.push(*part);
                }
            }
        }
        found
    }

    fn parts(&self, formula: Formula) -> &[Formula] {
        match self.rule(formula) {
            Rule::Never | Rule::Always | Rule::One(_) => &[],
            Rule::All(parts) | Rule::Any(parts) | Rule::AtLeast(_, parts) => parts,
        }
    }

    /// Refuses to grow without end.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn check_size(&self) -> Result<()> {
        if self.rules.len() <= MOST {
            return Ok(());
        }
        Err(Error::failed(
            "too-many-combinations",
            "the register's places hold each other's combinations in too many ways to follow",
        )
        .hint("look at who has what: rootkeep item list"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_simplified_and_each_is_there_once() {
        let mut all = Formulas::new();
        let [a, b, c] = [0, 1, 2].map(|one| all.one(one));
        let (never, always) = (all.never(), all.always());
        assert_eq!(all.any([b, a, never]), all.any([a, b, b]));
        assert_eq!(all.all([a, always]), a);
        assert_eq!(all.all([a, never]), never);
        assert_eq!(all.any([a, always]), always);
        assert_eq!(all.any([]), never);
        assert_eq!(all.all([]), always);
        assert_eq!(all.at_least(0, [a]), always);
        assert_eq!(all.at_least(2, [a]), never);
        assert_eq!(all.at_least(1, [a, b]), all.any([a, b]));
        assert_eq!(all.at_least(2, [a, b]), all.all([a, b]));
        assert_eq!(all.at_least(2, [a, b, always]), all.any([a, b]));
        assert_eq!(all.at_least(2, [c, b, a]), all.at_least(2, [a, b, c]));
        let inner = all.any([a, b]);
        assert_eq!(all.any([inner, c]), all.any([a, b, c]));
    }

    #[test]
    fn whoever_is_there_twice_counts_twice() {
        let mut all = Formulas::new();
        let [a, b, c] = [0, 1, 2].map(|one| all.one(one));
        let two = all.at_least(2, [a, a, b, c]);
        assert!(all.holds(two, &|one| one == 0));
        assert!(!all.holds(two, &|one| one == 1));
        assert!(all.holds(two, &|one| one > 0));
    }

    #[test]
    fn what_is_given_is_asked_for_no_more() {
        let mut all = Formulas::new();
        let [a, b, c] = [0, 1, 2].map(|one| all.one(one));
        let two = all.at_least(2, [a, b, c]);
        let rule = all.all([two, a]);
        let left = all.given(rule, &|one| one == 0);
        assert_eq!(left, all.any([b, c]));
        assert_eq!(all.given(rule, &|_| true), all.always());
        assert_eq!(all.given(rule, &|_| false), rule);
    }

    #[test]
    fn variables_of_one_part_stand_together() {
        let mut all = Formulas::new();
        let [a, b, c, d] = [3, 1, 2, 0].map(|one| all.one(one));
        let one = all.all([a, b]);
        let other = all.all([c, d]);
        let both = all.any([one, other]);
        assert_eq!(all.variables(both), [3, 1, 2, 0]);
    }
}
