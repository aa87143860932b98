//! Shares sorted into the sets they say they belong to, and what each set recovers.
//!
//! SLIP-39 "Combining the shares", steps 1 to 3, before the shares are held against the result.

use std::collections::{BTreeMap, BTreeSet};

use super::cipher::Settings;
use super::gf256::{Point, equal};
use super::name::{Fault, ShareName, WrongShare};
use super::share::{Mnemonic, ShareHeader};
use super::solve::{Budget, Exhausted, Polynomial, polynomials};

/// A share as it is worked with.
pub(super) struct Given {
    pub(super) name: ShareName,
    pub(super) header: ShareHeader,
    /// At the member's index.
    pub(super) point: Point,
}

/// Leaves out shares that were given before: same header, same value.
pub(super) fn take_once(shares: &[Mnemonic]) -> (Vec<Given>, Vec<ShareName>) {
    let mut given: Vec<Given> = Vec::new();
    let mut repeated = Vec::new();
    for (position, share) in shares.iter().enumerate() {
        let header = *share.header();
        let name = ShareName::new(position, &header);
        let before = given
            .iter()
            .any(|other| other.header == header && equal(&other.point.y, share.value()));
        if before {
            repeated.push(name);
        } else {
            given.push(Given {
                name,
                header,
                point: Point {
                    x: header.member,
                    y: share.value().clone(),
                },
            });
        }
    }
    (given, repeated)
}

/// Shares that say they belong to one split, sorted by group and by what they say is its threshold.
pub(super) struct Set {
    /// The header of its first share; what all shares of the set have in common is read from it.
    pub(super) header: ShareHeader,
    /// By group index and the group's threshold.
    pub(super) classes: BTreeMap<(u8, u8), Vec<Given>>,
}

/// SLIP-39 "Combining the shares", step 1: what all shares must agree on.
pub(super) fn difference(a: &ShareHeader, b: &ShareHeader) -> Option<&'static str> {
    if a.identifier != b.identifier {
        Some("identifier")
    } else if a.extendable != b.extendable {
        Some("extendable flag")
    } else if a.iteration_exponent != b.iteration_exponent {
        Some("iteration exponent")
    } else if a.groups_needed != b.groups_needed {
        Some("number of groups needed")
    } else if a.groups != b.groups {
        Some("number of groups")
    } else if a.secret_bytes != b.secret_bytes {
        Some("length")
    } else {
        None
    }
}

pub(super) fn sort_into_sets(given: Vec<Given>) -> Vec<Set> {
    let mut sets: Vec<Set> = Vec::new();
    for share in given {
        let class = (share.header.group, share.header.threshold);
        match sets
            .iter_mut()
            .find(|set| difference(&set.header, &share.header).is_none())
        {
            Some(set) => set.classes.entry(class).or_default().push(share),
            None => sets.push(Set {
                header: share.header,
                classes: BTreeMap::from([(class, vec![share])]),
            }),
        }
    }
    sets
}

impl ShareHeader {
    pub(super) fn settings(&self) -> Settings {
        Settings {
            identifier: self.identifier,
            extendable: self.extendable,
            iteration_exponent: self.iteration_exponent,
        }
    }
}

/// A polynomial of groups that recovers.
pub(super) struct Answer {
    pub(super) polynomial: Polynomial,
    /// Whether some digest vouches for it: not so for a share that needs no other.
    pub(super) has_digest: bool,
}

/// A group's part of the secret, as some of its shares have it.
struct Part {
    point: Point,
    has_digest: bool,
}

pub(super) fn points(shares: &[Given]) -> Vec<Point> {
    shares.iter().map(|share| share.point.clone()).collect()
}

pub(super) fn different_members(shares: &[Given]) -> usize {
    shares
        .iter()
        .map(|share| share.name.member)
        .collect::<BTreeSet<_>>()
        .len()
}

impl Set {
    /// All shares of the set.
    pub(super) fn shares(&self) -> impl Iterator<Item = &Given> {
        self.classes.values().flatten()
    }

    /// Whether the shares of each group agree on the group's threshold.
    pub(super) fn is_of_one_mind(&self) -> bool {
        let groups: BTreeSet<u8> = self.classes.keys().map(|(group, _)| *group).collect();
        groups.len() == self.classes.len()
    }

    /// Every polynomial of groups that the shares bear out.
    pub(super) fn recover(&self, budget: &mut Budget) -> Result<Vec<Answer>, Exhausted> {
        let mut parts: Vec<Part> = Vec::new();
        for ((group, threshold), shares) in &self.classes {
            for polynomial in polynomials(&points(shares), *threshold, None, budget)? {
                let point = Point {
                    x: *group,
                    y: polynomial.secret(),
                };
                parts.push(Part {
                    point,
                    has_digest: *threshold > 1,
                });
            }
        }
        let points: Vec<Point> = parts.iter().map(|part| part.point.clone()).collect();
        let found = polynomials(&points, self.header.groups_needed, None, budget)?;
        let has_digest = |polynomial: &Polynomial| {
            self.header.groups_needed > 1
                || parts
                    .iter()
                    .any(|part| part.has_digest && polynomial.meets(&part.point))
        };
        Ok(found
            .into_iter()
            .map(|polynomial| Answer {
                has_digest: has_digest(&polynomial),
                polynomial,
            })
            .collect())
    }
}

pub(super) fn foreign(set: &Set, main: &ShareHeader) -> Vec<WrongShare> {
    let field = difference(&set.header, main).unwrap_or("header");
    set.shares()
        .map(|share| WrongShare {
            share: share.name,
            fault: Fault::OtherSet { field },
        })
        .collect()
}

pub(super) fn of_another_threshold(shares: &[Given]) -> impl Iterator<Item = WrongShare> {
    let fault = Fault::OtherSet { field: "threshold" };
    shares.iter().map(move |share| WrongShare {
        share: share.name,
        fault,
    })
}
