//! Why shares recover nothing, said so that somebody can act on it.

use std::collections::BTreeMap;

use super::error::CombineError;
use super::name::{Missing, ShareName, WrongShare};
use super::sets::{
    Given, Set, difference, different_members, foreign, of_another_threshold, points,
};
use super::solve::{Budget, Exhausted, polynomials};

/// Why nothing was recovered, or more than one key was.
pub(super) fn explain(
    mut sets: Vec<Set>,
    repeated: &[ShareName],
    ambiguous: bool,
    budget: &mut Budget,
) -> CombineError {
    // The largest set is the one meant; the first of them where several are as large.
    let Some(main) = sets
        .iter()
        .rev()
        .max_by_key(|set| set.shares().count())
        .map(|set| set.header)
    else {
        return CombineError::NoShares;
    };
    let mut others: Vec<WrongShare> = Vec::new();
    for set in sets.extract_if(.., |set| difference(&set.header, &main).is_some()) {
        others.extend(foreign(&set, &main));
    }
    let Some(mut set) = sets.pop() else {
        return CombineError::NoShares;
    };
    for (_, shares) in set.leave_the_largest_classes() {
        others.extend(of_another_threshold(&shares));
    }
    others.sort_unstable_by_key(|wrong| wrong.share);

    let rest = if ambiguous {
        CombineError::Ambiguous
    } else {
        set.explain(repeated, budget)
    };
    if others.is_empty() {
        return rest;
    }
    CombineError::OtherSets {
        shares: others,
        rest: Box::new(rest),
    }
}

impl Set {
    /// Keeps, of each group, the class with the most shares; returns the others.
    fn leave_the_largest_classes(&mut self) -> BTreeMap<(u8, u8), Vec<Given>> {
        let mut largest: BTreeMap<u8, (usize, u8)> = BTreeMap::new();
        for ((group, threshold), shares) in &self.classes {
            let best = largest.entry(*group).or_default();
            *best = (*best).max((shares.len(), *threshold));
        }
        let is_largest = |(group, threshold): &(u8, u8)| {
            largest
                .get(group)
                .is_some_and(|(_, best)| best == threshold)
        };
        let (kept, others) = std::mem::take(&mut self.classes)
            .into_iter()
            .partition(|(class, _)| is_largest(class));
        self.classes = kept;
        others
    }

    /// Why this set, alone and of one mind, recovers nothing.
    fn explain(&self, repeated: &[ShareName], budget: &mut Budget) -> CombineError {
        let mut complete = Vec::new();
        let mut missing = Vec::new();
        for ((group, threshold), shares) in &self.classes {
            let (given, needed) = (different_members(shares), usize::from(*threshold));
            if given < needed {
                missing.push(Missing {
                    group: *group,
                    given,
                    needed,
                });
                continue;
            }
            match polynomials(&points(shares), *threshold, None, budget) {
                Err(Exhausted) => return CombineError::TooManyWrong,
                Ok(found) if found.is_empty() => return wrong_among(shares.iter()),
                Ok(_) => complete.extend(shares),
            }
        }
        let groups_needed = usize::from(self.header.groups_needed);
        let groups_complete = self.classes.len().saturating_sub(missing.len());
        if groups_complete < groups_needed {
            let repeated = repeated.to_vec();
            return CombineError::TooFew {
                groups_needed,
                groups_complete,
                missing,
                repeated,
            };
        }
        if groups_needed == 1 {
            return CombineError::Unverifiable;
        }
        wrong_among(complete.into_iter())
    }
}

fn wrong_among<'a>(shares: impl Iterator<Item = &'a Given>) -> CombineError {
    let mut shares: Vec<ShareName> = shares.map(|share| share.name).collect();
    shares.sort_unstable();
    CombineError::WrongAmong { shares }
}
