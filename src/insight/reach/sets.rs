//! Which sets of people are enough, and which are too many to lose: exactly, for any rule.

use std::collections::HashMap;
use std::rc::Rc;

use super::diagrams::{Diagrams, NO, Node, YES};
use super::formula::{Formula, Formulas, Rule, Variable};
use crate::error::Result;

/// Diagrams are begun anew once they remember so much: what was found stays known.
const RENEW: usize = 1 << 18;

/// The sets that are enough and would not be without any one of theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sets {
    /// How many there are; `None` where that has more than 38 digits.
    pub total: Option<u128>,
    /// How many are in the smallest; `None` where there is no set.
    pub smallest: Option<usize>,
    /// The sets, the smaller first; not all where there are too many to list.
    pub listed: Vec<Vec<Variable>>,
}

impl Sets {
    /// Whether there are more than are listed.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        u128::try_from(self.listed.len()).ok() != self.total
    }
}

/// What can be lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Whether it opens while nobody is lost.
    pub opens: bool,
    /// So many can be lost, whoever they are; `None` where all can, or where it does not open at all.
    pub survives: Option<usize>,
    /// A smallest set whose loss locks out; empty where there is none.
    pub too_many: Vec<Variable>,
}

/// Finds sets, and remembers what it has found.
#[derive(Default)]
pub struct Solver {
    diagrams: Diagrams,
    /// Who stands at which place in the diagrams: whoever came first in any rule so far. So a quorum has one
    /// diagram, whatever else a rule has beside it.
    order: Vec<Variable>,
    places: HashMap<Variable, u32>,
    fewest: HashMap<Formula, Option<Rc<[Variable]>>>,
    sets: HashMap<(Formula, usize), Rc<Sets>>,
    losses: HashMap<Formula, Rc<Loss>>,
}

impl Solver {
    /// Knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The sets that are enough, of which `most` are listed.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn sets(&mut self, formulas: &Formulas, formula: Formula, most: usize) -> Result<Rc<Sets>> {
        if let Some(known) = self.sets.get(&(formula, most)) {
            return Ok(Rc::clone(known));
        }
        let rule = self.compile(formulas, formula)?;
        let family = self.diagrams.smallest(rule)?;
        let listed = self.diagrams.list(family, most.max(1)).into_iter();
        let mut listed: Vec<Vec<Variable>> = listed.map(|set| self.named(&set)).collect();
        let sets = Rc::new(Sets {
            total: self.diagrams.count(family),
            smallest: listed.first().map(Vec::len),
            listed: {
                listed.truncate(most);
                listed
            },
        });
        self.sets.insert((formula, most), Rc::clone(&sets));
        Ok(sets)
    }

    /// One of the smallest sets that are enough; `None` where there is none.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn fewest(
        &mut self,
        formulas: &Formulas,
        formula: Formula,
    ) -> Result<Option<Rc<[Variable]>>> {
        if let Some(known) = self.fewest.get(&formula) {
            return Ok(known.clone());
        }
        let rule = self.compile(formulas, formula)?;
        let fewest = self.diagrams.fewest(rule);
        let fewest: Option<Rc<[Variable]>> = fewest.map(|set| self.named(&set).into());
        self.fewest.insert(formula, fewest.clone());
        Ok(fewest)
    }

    /// What can be lost.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`.
    pub fn loss(&mut self, formulas: &Formulas, formula: Formula) -> Result<Rc<Loss>> {
        if let Some(known) = self.losses.get(&formula) {
            return Ok(Rc::clone(known));
        }
        let rule = self.compile(formulas, formula)?;
        let dual = self.diagrams.dual(rule)?;
        let fewest = self.diagrams.fewest(dual).filter(|_| rule != NO);
        let loss = Rc::new(Loss {
            opens: rule != NO,
            survives: fewest.as_ref().map(|set| set.len().saturating_sub(1)),
            too_many: fewest.map_or_else(Vec::new, |set| self.named(&set)),
        });
        self.losses.insert(formula, Rc::clone(&loss));
        Ok(loss)
    }

    /// A rule's diagram.
    fn compile(&mut self, formulas: &Formulas, formula: Formula) -> Result<Node> {
        if self.diagrams.weight() > RENEW {
            self.renew();
        }
        let built = self.build(formulas, formula);
        if built.is_ok() {
            return built;
        }
        // In an order of its own, and with all the room, it may be small.
        self.renew();
        let built = self.build(formulas, formula);
        if built.is_err() {
            self.renew();
        }
        built
    }

    fn renew(&mut self) {
        self.diagrams = Diagrams::new();
        self.order.clear();
        self.places.clear();
    }

    fn place(&mut self, variable: Variable) -> u32 {
        let next = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        *self.places.entry(variable).or_insert_with(|| {
            self.order.push(variable);
            next
        })
    }

    fn build(&mut self, formulas: &Formulas, formula: Formula) -> Result<Node> {
        for variable in formulas.variables(formula) {
            self.place(variable);
        }
        let mut nodes: HashMap<Formula, Node> = HashMap::new();
        for below in formulas.below(formula) {
            let of = |parts: &[Formula]| -> Vec<Node> {
                let found = parts.iter().filter_map(|part| nodes.get(part));
                found.copied().collect()
            };
            let node = match formulas.rule(below) {
                Rule::Never => NO,
                Rule::Always => YES,
                Rule::One(variable) => {
                    let at = self.place(*variable);
                    self.diagrams.one(at)?
                }
                Rule::All(parts) => self.diagrams.at_least(parts.len(), &of(parts))?,
                Rule::Any(parts) => self.diagrams.at_least(1, &of(parts))?,
                Rule::AtLeast(needed, parts) => self.diagrams.at_least(*needed, &of(parts))?,
            };
            nodes.insert(below, node);
        }
        Ok(nodes.get(&formula).copied().unwrap_or(NO))
    }

    fn named(&self, set: &[u32]) -> Vec<Variable> {
        let places = set.iter().filter_map(|at| usize::try_from(*at).ok());
        places
            .filter_map(|at| self.order.get(at).copied())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_its_sets_and_what_can_be_lost() {
        let mut all = Formulas::new();
        let mut solver = Solver::new();
        let [a, b, c, d] = [10, 11, 12, 13].map(|one| all.one(one));
        let password = all.at_least(2, [a, b, c]);
        let rule = all.all([password, d]);
        let sets = solver.sets(&all, rule, 100).unwrap();
        assert_eq!((sets.total, sets.smallest), (Some(3), Some(3)));
        assert!(!sets.is_cut());
        let mut listed = sets.listed.clone();
        listed.iter_mut().for_each(|set| set.sort_unstable());
        listed.sort();
        assert_eq!(listed, [[10, 11, 13], [10, 12, 13], [11, 12, 13]]);
        let cut = solver.sets(&all, rule, 2).unwrap();
        assert_eq!((cut.total, cut.listed.len()), (Some(3), 2));
        assert!(cut.is_cut());
        let loss = solver.loss(&all, rule).unwrap();
        assert_eq!((loss.survives, &loss.too_many[..]), (Some(0), &[13][..]));
    }

    #[test]
    fn nobody_and_everybody_are_told_apart() {
        let all = Formulas::new();
        let mut solver = Solver::new();
        let never = solver.sets(&all, all.never(), 9).unwrap();
        assert_eq!((never.total, never.smallest), (Some(0), None));
        let always = solver.sets(&all, all.always(), 9).unwrap();
        assert_eq!((always.total, always.smallest), (Some(1), Some(0)));
        let closed = solver.loss(&all, all.never()).unwrap();
        assert_eq!((closed.opens, closed.survives), (false, None));
        let open = solver.loss(&all, all.always()).unwrap();
        assert_eq!((open.opens, open.survives), (true, None));
    }
}
