//! The search for the polynomials that points lie on, where some of the points may be wrong.
//!
//! SLIP-39 "RecoverSecret" for every choice of as many points as are needed. The digest tells which
//! choices fit together. Where all points are good, the first choice is the answer and the rest are
//! merely compared with it.

use zeroize::Zeroizing;

use super::digest::{self, DIGEST_INDEX, SECRET_INDEX};
use super::gf256::{Point, equal, interpolate};

/// How many steps all searches of one call to `combine` may take together.
///
/// A group of 16 with a threshold of 8 or 9 takes at most some 24,000 steps to search, and no more to
/// audit. So this is enough for sixteen such groups with wrong shares in each, and is used up in a
/// few seconds.
pub(super) const STEPS: u32 = 1_000_000;

/// The steps that are left.
pub(super) struct Budget(u32);

/// The steps are used up.
#[derive(Debug)]
pub(super) struct Exhausted;

impl Budget {
    pub(super) fn new(steps: u32) -> Self {
        Self(steps)
    }

    fn step(&mut self) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(1).ok_or(Exhausted)?;
        Ok(())
    }
}

/// A polynomial for each byte, known by as many points as its threshold.
pub(super) struct Polynomial(Vec<Point>);

impl Polynomial {
    /// The values at `x`.
    pub(super) fn at(&self, x: u8) -> Zeroizing<Vec<u8>> {
        let points: Vec<&Point> = self.0.iter().collect();
        interpolate(x, &points)
    }

    /// The secret that was shared.
    pub(super) fn secret(&self) -> Zeroizing<Vec<u8>> {
        self.at(SECRET_INDEX)
    }

    /// Whether a point lies on the polynomial.
    pub(super) fn meets(&self, point: &Point) -> bool {
        equal(&self.at(point.x), &point.y)
    }
}

/// Every polynomial that fits `threshold` of the points and has a good digest.
///
/// A threshold of 1 has no digest: there each different value is an answer. Where the secret is known
/// already, it stands for one point more.
pub(super) fn polynomials(
    points: &[Point],
    threshold: u8,
    secret: Option<&Zeroizing<Vec<u8>>>,
    budget: &mut Budget,
) -> Result<Vec<Polynomial>, Exhausted> {
    if threshold == 1 {
        return constants(points, budget);
    }
    let known = secret.map(|y| Point {
        x: SECRET_INDEX,
        y: y.clone(),
    });
    let missing = usize::from(threshold).saturating_sub(known.iter().len());
    let numbered: Vec<(usize, &Point)> = points.iter().enumerate().collect();
    let mut search = Search {
        points,
        known: known.as_ref(),
        budget,
        found: Vec::new(),
    };
    search.extend(&mut Vec::new(), &numbered, missing)?;
    Ok(search
        .found
        .into_iter()
        .map(|found| found.polynomial)
        .collect())
}

fn constants(points: &[Point], budget: &mut Budget) -> Result<Vec<Polynomial>, Exhausted> {
    let mut found: Vec<Polynomial> = Vec::new();
    for point in points {
        for _ in &found {
            budget.step()?;
        }
        if !found.iter().any(|polynomial| polynomial.meets(point)) {
            found.push(Polynomial(vec![point.clone()]));
        }
    }
    Ok(found)
}

struct Found {
    polynomial: Polynomial,
    /// For each point given, whether it lies on the polynomial.
    meets: Vec<bool>,
}

struct Search<'a> {
    points: &'a [Point],
    known: Option<&'a Point>,
    budget: &'a mut Budget,
    found: Vec<Found>,
}

impl<'a> Search<'a> {
    /// Tries every choice of `missing` points from `rest` together with those chosen already.
    fn extend(
        &mut self,
        chosen: &mut Vec<(usize, &'a Point)>,
        rest: &[(usize, &'a Point)],
        missing: usize,
    ) -> Result<(), Exhausted> {
        if missing == 0 {
            self.try_points(chosen);
            return Ok(());
        }
        let mut rest = rest;
        while let Some((next, others)) = rest.split_first() {
            if rest.len() < missing || self.is_over() {
                break;
            }
            rest = others;
            // Two shares that claim one index cannot both be good.
            if chosen.iter().any(|(_, point)| point.x == next.1.x) {
                continue;
            }
            self.budget.step()?;
            chosen.push(*next);
            self.extend(chosen, others, missing - 1)?;
            chosen.pop();
        }
        Ok(())
    }

    fn try_points(&mut self, chosen: &[(usize, &'a Point)]) {
        let is_known = |found: &Found| {
            chosen
                .iter()
                .all(|(number, _)| found.meets.get(*number).copied().unwrap_or(false))
        };
        if self.found.iter().any(is_known) {
            return;
        }
        let points: Vec<&Point> = chosen
            .iter()
            .map(|(_, point)| *point)
            .chain(self.known)
            .collect();
        let secret = interpolate(SECRET_INDEX, &points);
        if digest::holds(&interpolate(DIGEST_INDEX, &points), &secret) {
            let polynomial = Polynomial(points.into_iter().cloned().collect());
            let meets = self
                .points
                .iter()
                .map(|point| polynomial.meets(point))
                .collect();
            self.found.push(Found { polynomial, meets });
        }
    }

    /// Nothing is left to find where all points lie on one polynomial.
    fn is_over(&self) -> bool {
        self.found
            .iter()
            .any(|found| found.meets.iter().all(|meets| *meets))
    }
}

#[cfg(test)]
mod tests {
    use super::super::split::split_secret;
    use super::*;
    use ring::rand::SystemRandom;

    fn secret() -> Zeroizing<Vec<u8>> {
        Zeroizing::new((0..32).collect())
    }

    fn points(threshold: u8, count: u8) -> Vec<Point> {
        split_secret(&SystemRandom::new(), threshold, count, &secret()).unwrap()
    }

    fn solve(
        points: &[Point],
        threshold: u8,
        known: Option<&Zeroizing<Vec<u8>>>,
    ) -> Vec<Polynomial> {
        polynomials(points, threshold, known, &mut Budget::new(STEPS)).unwrap()
    }

    #[test]
    fn good_points_have_one_polynomial_and_take_few_steps() {
        for (threshold, count) in [(2, 2), (3, 5), (8, 16), (16, 16)] {
            let mut budget = Budget::new(STEPS);
            let found =
                polynomials(&points(threshold, count), threshold, None, &mut budget).unwrap();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].secret(), secret());
            assert_eq!(
                STEPS - budget.0,
                u32::from(threshold),
                "the first choice is the answer"
            );
        }
    }

    #[test]
    fn one_point_too_few_has_none_unless_the_secret_is_known() {
        let points = points(5, 4);
        assert!(solve(&points, 5, None).is_empty());
        assert_eq!(solve(&points, 5, Some(&secret())).len(), 1);
        assert!(solve(&points, 5, Some(&Zeroizing::new(vec![0; 32]))).is_empty());
        assert!(solve(&points[..3], 5, Some(&secret())).is_empty());
    }

    #[test]
    fn wrong_points_are_off_the_polynomial_and_the_others_on_it() {
        let mut points = points(4, 8);
        for wrong in [0, 3, 5, 7] {
            points[wrong].y[31] ^= 1;
        }
        let found = solve(&points, 4, None);
        assert_eq!(found.len(), 1);
        let off: Vec<usize> = (0..8)
            .filter(|number| !found[0].meets(&points[*number]))
            .collect();
        assert_eq!(off, [0, 3, 5, 7]);
    }

    #[test]
    fn two_claims_to_one_index_are_both_tried() {
        let mut points = points(3, 3);
        let mut rival = points[1].clone();
        rival.y[0] ^= 1;
        points.insert(0, rival);
        let found = solve(&points, 3, None);
        assert_eq!(found.len(), 1);
        assert!(!found[0].meets(&points[0]));
    }

    #[test]
    fn two_whole_sets_have_two_polynomials() {
        let mut both = points(3, 3);
        both.extend(points(3, 3));
        assert_eq!(solve(&both, 3, None).len(), 2);
    }

    #[test]
    fn a_threshold_of_1_has_an_answer_for_each_value() {
        let value = |byte| Point {
            x: byte,
            y: Zeroizing::new(vec![byte / 2; 16]),
        };
        assert_eq!(solve(&[value(2), value(3), value(4)], 1, None).len(), 2);
    }

    #[test]
    fn the_worst_group_fits_the_budget_for_sixteen_and_their_audit() {
        let mut points = points(8, 16);
        points.iter_mut().for_each(|point| point.y[0] = point.x);
        let mut budget = Budget::new(STEPS);
        let found = polynomials(&points, 8, None, &mut budget).unwrap();
        assert!(found.is_empty());
        assert!((STEPS - budget.0) * 32 <= STEPS, "{}", STEPS - budget.0);
    }

    #[test]
    fn more_points_than_can_be_tried_end_with_the_budget() {
        let many: Vec<Point> = (0..64)
            .map(|x| Point {
                x,
                y: Zeroizing::new(vec![x; 32]),
            })
            .collect();
        assert!(polynomials(&many, 4, None, &mut Budget::new(5_000)).is_err());
        assert!(polynomials(&many, 1, None, &mut Budget::new(63 * 64 / 2 - 1)).is_err());
        assert!(polynomials(&many, 1, None, &mut Budget::new(63 * 64 / 2)).is_ok());
    }
}
