//! Decision diagrams: a monotone rule over people as a graph that is shared wherever it can be, and the
//! family of its smallest sets as another. Fifteen of thirty are 155 million sets, and 240 nodes.
//!
//! Rules are reduced ordered binary decision diagrams; families are zero-suppressed ones (Knuth, The Art of
//! Computer Programming, 7.1.4). The smallest sets are found as Rauzy has shown ("New algorithms for fault
//! trees analysis", 1993): those without the first person, and of those with them, the ones that don't
//! contain one of the former. Sets whose absence is too much are the smallest sets of the dual rule.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::error::{Error, Result};

/// A node, by number. As a rule, [`NO`] is never and [`YES`] always; as a family, [`NO`] has no set and
/// [`YES`] the empty set alone.
pub type Node = u32;

/// See [`Node`].
pub const NO: Node = 0;
/// See [`Node`].
pub const YES: Node = 1;

/// So many nodes, and no more: some 50 MB.
const MOST_NODES: usize = 1 << 20;
/// So many steps are remembered, and no more.
const MOST_STEPS: usize = 1 << 21;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Branch {
    /// The place of who is asked about, counted from the top.
    at: u32,
    /// Where they are not there.
    low: Node,
    /// Where they are.
    high: Node,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    And(Node, Node),
    Or(Node, Node),
    Dual(Node),
    Smallest(Node),
    Outside(Node, Node),
}

/// Mixes small numbers of this program's own making: nobody from outside chooses them.
#[derive(Clone, Copy, Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number.unsigned_abs().try_into().unwrap_or_default());
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

type Mixed<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// Diagrams over people in one order.
pub struct Diagrams {
    branches: Vec<Branch>,
    known: Mixed<Branch, Node>,
    steps: Mixed<Step, Node>,
}

/// The ends stand below every branch.
const END: Branch = Branch {
    at: u32::MAX,
    low: NO,
    high: NO,
};

impl Default for Diagrams {
    fn default() -> Self {
        Self::new()
    }
}

impl Diagrams {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            branches: vec![END, END],
            known: Mixed::default(),
            steps: Mixed::default(),
        }
    }

    /// How much is remembered: nodes, or steps where they are more.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.branches.len().max(self.steps.len())
    }

    fn branch(&self, node: Node) -> Branch {
        let place = usize::try_from(node).ok();
        let found = place.and_then(|place| self.branches.get(place));
        found.copied().unwrap_or(END)
    }

    fn number(&mut self, branch: Branch) -> Result<Node> {
        if let Some(known) = self.known.get(&branch) {
            return Ok(*known);
        }
        if self.branches.len() >= MOST_NODES {
            return Err(too_many());
        }
        let node = Node::try_from(self.branches.len()).map_err(|_| too_many())?;
        self.branches.push(branch);
        self.known.insert(branch, node);
        Ok(node)
    }

    /// A rule that asks about the person at `at` first.
    fn rule(&mut self, at: u32, low: Node, high: Node) -> Result<Node> {
        if low == high {
            return Ok(low);
        }
        self.number(Branch { at, low, high })
    }

    /// A family: the sets of `low`, and those of `high` with the person at `at`.
    fn family(&mut self, at: u32, low: Node, high: Node) -> Result<Node> {
        if high == NO {
            return Ok(low);
        }
        self.number(Branch { at, low, high })
    }

    fn remember(&mut self, step: Step, node: Node) -> Result<Node> {
        if self.steps.len() >= MOST_STEPS {
            return Err(too_many());
        }
        self.steps.insert(step, node);
        Ok(node)
    }

    /// The rule that the person at `at` is there.
    ///
    /// # Errors
    /// Failed, code `too-many-combinations`, as of every step here.
    pub fn one(&mut self, at: u32) -> Result<Node> {
        self.rule(at, NO, YES)
    }

    /// Both rules.
    ///
    /// # Errors
    /// As [`Self::one`].
    pub fn and(&mut self, one: Node, other: Node) -> Result<Node> {
        match (one, other) {
            (NO, _) | (_, NO) => return Ok(NO),
            (YES, rest) | (rest, YES) => return Ok(rest),
            _ if one == other => return Ok(one),
            _ => {}
        }
        let step = Step::And(one.min(other), one.max(other));
        if let Some(known) = self.steps.get(&step) {
            return Ok(*known);
        }
        let (at, a, b) = self.split(one, other);
        let low = self.and(a.low, b.low)?;
        let high = self.and(a.high, b.high)?;
        let node = self.rule(at, low, high)?;
        self.remember(step, node)
    }

    /// Either rule.
    ///
    /// # Errors
    /// As [`Self::one`].
    pub fn or(&mut self, one: Node, other: Node) -> Result<Node> {
        match (one, other) {
            (YES, _) | (_, YES) => return Ok(YES),
            (NO, rest) | (rest, NO) => return Ok(rest),
            _ if one == other => return Ok(one),
            _ => {}
        }
        let step = Step::Or(one.min(other), one.max(other));
        if let Some(known) = self.steps.get(&step) {
            return Ok(*known);
        }
        let (at, a, b) = self.split(one, other);
        let low = self.or(a.low, b.low)?;
        let high = self.or(a.high, b.high)?;
        let node = self.rule(at, low, high)?;
        self.remember(step, node)
    }

    /// The person that either rule asks about first, and both rules with and without them.
    fn split(&self, one: Node, other: Node) -> (u32, Branch, Branch) {
        let (a, b) = (self.branch(one), self.branch(other));
        let at = a.at.min(b.at);
        let at_that = |branch: Branch, node: Node| {
            let unasked = Branch {
                at,
                low: node,
                high: node,
            };
            if branch.at == at { branch } else { unasked }
        };
        (at, at_that(a, one), at_that(b, other))
    }

    /// At least `needed` of these rules.
    ///
    /// # Errors
    /// As [`Self::one`].
    pub fn at_least(&mut self, needed: usize, of: &[Node]) -> Result<Node> {
        let mut of = of.to_vec();
        of.sort_by_key(|node| self.branch(*node).at);
        // So many are still needed: by place in this list, of those that were not yet looked at.
        let mut still = vec![NO; needed + 1];
        if let Some(none) = still.first_mut() {
            *none = YES;
        }
        for node in of.into_iter().rev() {
            let mut before = YES;
            for now in still.iter_mut().skip(1) {
                let with = self.choose(node, before, *now)?;
                before = std::mem::replace(now, with);
            }
        }
        Ok(still.last().copied().unwrap_or(YES))
    }

    /// `with` where the rule holds, and else `without`, which is no easier.
    fn choose(&mut self, rule: Node, with: Node, without: Node) -> Result<Node> {
        let branch = self.branch(rule);
        let first = branch.at < self.branch(with).at.min(self.branch(without).at);
        if first && (branch.low, branch.high) == (NO, YES) {
            return self.rule(branch.at, without, with);
        }
        let both = self.and(rule, with)?;
        self.or(both, without)
    }

    /// The rule that the absence of some is too much for this rule.
    ///
    /// # Errors
    /// As [`Self::one`].
    pub fn dual(&mut self, rule: Node) -> Result<Node> {
        match rule {
            NO => return Ok(YES),
            YES => return Ok(NO),
            _ => {}
        }
        let step = Step::Dual(rule);
        if let Some(known) = self.steps.get(&step) {
            return Ok(*known);
        }
        let Branch { at, low, high } = self.branch(rule);
        let (with, without) = (self.dual(low)?, self.dual(high)?);
        let node = self.rule(at, without, with)?;
        self.remember(step, node)
    }

    /// The family of the sets that are enough and would not be without any one of theirs.
    ///
    /// # Errors
    /// As [`Self::one`].
    pub fn smallest(&mut self, rule: Node) -> Result<Node> {
        if rule == NO || rule == YES {
            return Ok(rule);
        }
        let step = Step::Smallest(rule);
        if let Some(known) = self.steps.get(&step) {
            return Ok(*known);
        }
        let Branch { at, low, high } = self.branch(rule);
        let without = self.smallest(low)?;
        let with = self.smallest(high)?;
        let with = self.outside(with, without)?;
        let node = self.family(at, without, with)?;
        self.remember(step, node)
    }

    /// The sets of a family that contain none of another's; both have no set that contains another of theirs.
    fn outside(&mut self, of: Node, none: Node) -> Result<Node> {
        match (of, none) {
            (NO, _) | (_, YES) => return Ok(NO),
            (YES, _) | (_, NO) => return Ok(of),
            _ if of == none => return Ok(NO),
            _ => {}
        }
        let step = Step::Outside(of, none);
        if let Some(known) = self.steps.get(&step) {
            return Ok(*known);
        }
        let (a, b) = (self.branch(of), self.branch(none));
        let node = if a.at > b.at {
            self.outside(of, b.low)?
        } else {
            // Where only one asks about somebody, the other has no set with them.
            let (without, with) = if b.at == a.at {
                (b.low, b.high)
            } else {
                (none, NO)
            };
            let low = self.outside(a.low, without)?;
            let high = self.outside(a.high, without)?;
            let high = self.outside(high, with)?;
            self.family(a.at, low, high)?
        };
        self.remember(step, node)
    }

    /// How many sets a family has; `None` where that has more than 38 digits.
    #[must_use]
    pub fn count(&self, family: Node) -> Option<u128> {
        let mut counts: Mixed<Node, u128> = Mixed::default();
        counts.extend([(NO, 0), (YES, 1)]);
        for node in self.below(family) {
            let Branch { low, high, .. } = self.branch(node);
            let sum = counts.get(&low)?.checked_add(*counts.get(&high)?)?;
            counts.insert(node, sum);
        }
        counts.get(&family).copied()
    }

    /// The fewest people that are enough for a rule, and one such set by their places; `None` where nobody
    /// is.
    #[must_use]
    pub fn fewest(&self, rule: Node) -> Option<Vec<u32>> {
        const FAR: usize = usize::MAX;
        let mut costs: Mixed<Node, usize> = Mixed::default();
        costs.extend([(NO, FAR), (YES, 0)]);
        let cost = |costs: &Mixed<Node, usize>, node| costs.get(&node).copied().unwrap_or(FAR);
        for node in self.below(rule) {
            let Branch { low, high, .. } = self.branch(node);
            let with = cost(&costs, high).saturating_add(1);
            costs.insert(node, with.min(cost(&costs, low)));
        }
        if cost(&costs, rule) == FAR {
            return None;
        }
        let (mut node, mut chosen) = (rule, Vec::new());
        while node > YES {
            let Branch { at, low, high } = self.branch(node);
            let with = cost(&costs, high).saturating_add(1);
            node = if with <= cost(&costs, low) {
                chosen.push(at);
                high
            } else {
                low
            };
        }
        Some(chosen)
    }

    /// The branches below a node and the node itself, each after those below it.
    fn below(&self, node: Node) -> Vec<Node> {
        let mut seen: HashSet<Node, BuildHasherDefault<Mixer>> = HashSet::default();
        let mut open = vec![node];
        while let Some(next) = open.pop() {
            if next > YES && seen.insert(next) {
                let Branch { low, high, .. } = self.branch(next);
                open.extend([low, high]);
            }
        }
        // What is below was made before.
        let mut all: Vec<Node> = seen.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// The sets of a family, by their places, the smaller first and then in order, `most` at most.
    #[must_use]
    pub fn list(&self, family: Node, most: usize) -> Vec<Vec<u32>> {
        // Of which sizes there can be sets below a node.
        let mut sizes: HashMap<Node, (usize, usize)> = HashMap::from([(YES, (0, 0))]);
        for node in self.below(family) {
            let Branch { low, high, .. } = self.branch(node);
            let high = sizes.get(&high).map(|(least, most)| (least + 1, most + 1));
            let both = match (sizes.get(&low).copied(), high) {
                (Some(low), Some(high)) => Some((low.0.min(high.0), low.1.max(high.1))),
                (one, other) => one.or(other),
            };
            if let Some(both) = both {
                sizes.insert(node, both);
            }
        }
        let Some((least, greatest)) = sizes.get(&family).copied() else {
            return Vec::new();
        };
        let mut listing = Listing {
            diagrams: self,
            sizes,
            barren: HashSet::new(),
            chosen: Vec::new(),
            found: Vec::new(),
            most,
        };
        for size in least..=greatest {
            listing.of_size(family, size);
        }
        listing.found
    }
}

/// A list of sets while it is made.
struct Listing<'d> {
    diagrams: &'d Diagrams,
    sizes: HashMap<Node, (usize, usize)>,
    /// Nodes below which there is no set of a size.
    barren: HashSet<(Node, usize)>,
    chosen: Vec<u32>,
    found: Vec<Vec<u32>>,
    most: usize,
}

impl Listing<'_> {
    fn of_size(&mut self, node: Node, size: usize) {
        let fits = |(least, most): &(usize, usize)| (*least..=*most).contains(&size);
        if self.found.len() >= self.most
            || !self.sizes.get(&node).is_some_and(fits)
            || self.barren.contains(&(node, size))
        {
            return;
        }
        if node == YES {
            self.found.push(self.chosen.clone());
            return;
        }
        let before = self.found.len();
        let Branch { at, low, high } = self.diagrams.branch(node);
        if let Some(rest) = size.checked_sub(1) {
            self.chosen.push(at);
            self.of_size(high, rest);
            self.chosen.pop();
        }
        self.of_size(low, size);
        if self.found.len() == before && before < self.most {
            self.barren.insert((node, size));
        }
    }
}

fn too_many() -> Error {
    Error::failed(
        "too-many-combinations",
        "there are too many different combinations of people to work out exactly",
    )
    .hint("look at one route alone, such as: rootkeep who-can ACCOUNT --route sign-in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(diagrams: &mut Diagrams, count: u32) -> Vec<Node> {
        let all = 0..count;
        all.map(|at| diagrams.one(at).unwrap()).collect()
    }

    fn choose(n: u128, k: u128) -> u128 {
        (0..k).fold(1, |all, i| all * (n - i) / (i + 1))
    }

    #[test]
    fn fifteen_of_thirty_are_counted_in_a_small_diagram() {
        let mut diagrams = Diagrams::new();
        let people = literals(&mut diagrams, 30);
        let rule = diagrams.at_least(15, &people).unwrap();
        let family = diagrams.smallest(rule).unwrap();
        assert_eq!(diagrams.count(family), Some(155_117_520));
        assert_eq!(diagrams.list(family, 3).len(), 3);
        let dual = diagrams.dual(rule).unwrap();
        assert_eq!(diagrams.fewest(dual).unwrap().len(), 16);
        let cuts = diagrams.smallest(dual).unwrap();
        assert_eq!(diagrams.count(cuts), Some(choose(30, 16)));
        assert!(diagrams.weight() < 4000, "{}", diagrams.weight());
    }

    #[test]
    fn two_of_three_groups_of_ten_are_counted() {
        let mut diagrams = Diagrams::new();
        let people = literals(&mut diagrams, 30);
        let groups: Vec<Node> = people
            .chunks(10)
            .map(|group| diagrams.at_least(5, group).unwrap())
            .collect();
        let rule = diagrams.at_least(2, &groups).unwrap();
        let family = diagrams.smallest(rule).unwrap();
        assert_eq!(diagrams.count(family), Some(3 * choose(10, 5).pow(2)));
        let dual = diagrams.dual(rule).unwrap();
        let cuts = diagrams.smallest(dual).unwrap();
        assert_eq!(diagrams.count(cuts), Some(3 * choose(10, 6).pow(2)));
        assert_eq!(diagrams.fewest(dual).unwrap().len(), 12);
    }

    #[test]
    fn what_contains_a_smaller_set_is_not_listed() {
        let mut diagrams = Diagrams::new();
        let people = literals(&mut diagrams, 3);
        let both = diagrams.and(people[0], people[1]).unwrap();
        let rule = diagrams.or(both, people[1]).unwrap();
        let rule = diagrams.or(rule, people[2]).unwrap();
        let family = diagrams.smallest(rule).unwrap();
        assert_eq!(diagrams.list(family, 9), [vec![1], vec![2]]);
        assert_eq!(diagrams.fewest(NO), None);
        assert_eq!(diagrams.fewest(YES), Some(vec![]));
        assert_eq!(diagrams.list(YES, 9), [Vec::<u32>::new()]);
        assert_eq!(diagrams.list(NO, 9), Vec::<Vec<u32>>::new());
    }

    #[test]
    fn the_smaller_sets_are_listed_first_and_no_more_than_asked_for() {
        let mut diagrams = Diagrams::new();
        let people = literals(&mut diagrams, 6);
        let three = diagrams.at_least(3, &people[..5]).unwrap();
        let rule = diagrams.or(three, people[5]).unwrap();
        let family = diagrams.smallest(rule).unwrap();
        let listed = diagrams.list(family, 4);
        let shown: Vec<&[u32]> = listed.iter().map(Vec::as_slice).collect();
        assert_eq!(shown, [&[5][..], &[0, 1, 2], &[0, 1, 3], &[0, 1, 4]]);
        assert_eq!(diagrams.list(family, 100).len(), 11);
    }

    #[test]
    fn a_rule_that_no_diagram_holds_ends_with_an_error_and_not_with_the_memory() {
        // Pairs that stand as far apart as they can: 2^40 nodes.
        let mut diagrams = Diagrams::new();
        let people = literals(&mut diagrams, 80);
        let mut rule = YES;
        let mut outcome = Ok(());
        for pair in 0..40 {
            let either = diagrams.or(people[pair], people[pair + 40]);
            match either.and_then(|either| diagrams.and(rule, either)) {
                Ok(node) => rule = node,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        assert_eq!(outcome.unwrap_err().code(), "too-many-combinations");
        assert!(diagrams.weight() <= MOST_STEPS);
    }
}
