//! Putting a key together again, and saying which shares are wrong.
//!
//! SLIP-39 "Combining the shares", with surplus shares allowed. The work has three steps: sort the
//! shares into sets, recover what recovers (`recover`), then hold every share given against what was
//! recovered (`audit`). Where nothing recovers, say why (`explain`).

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::cipher::{self, Settings};
use super::error::CombineError;
use super::gf256::{Point, equal};
use super::name::{Fault, Missing, ShareName, WrongShare};
use super::share::{Mnemonic, ShareHeader};
use super::solve::{Budget, Exhausted, Polynomial, STEPS, polynomials};
use crate::crypto::secret::Key32;

/// What shares recover.
#[derive(Clone, Debug)]
pub struct Combined {
    /// The key.
    pub key: Key32,
    /// Shares that are certainly wrong: they belong to another set, or lie off the polynomial.
    pub wrong: Vec<WrongShare>,
    /// Shares of which nothing can be said: too few of their group were given to check them, or at
    /// least one of them is wrong and it cannot be told which. The key does not rest on them.
    pub unchecked: Vec<ShareName>,
    /// Shares that had been given before, and were counted once.
    pub repeated: Vec<ShareName>,
}

/// Recovers a key from shares of one split, in any order, as many as there are.
///
/// SLIP-39 "Combining the shares", steps 2 to 4, with an empty passphrase. The work is bounded.
///
/// # Errors
/// Why nothing could be recovered; see [`CombineError`].
pub fn combine(shares: &[Mnemonic]) -> Result<Combined, CombineError> {
    let recovered = recover(shares, &mut Budget::new(STEPS))?;
    let wrong_length = CombineError::SecretLength {
        bits: recovered.encrypted.len().saturating_mul(8),
    };
    if recovered.encrypted.len() != 32 {
        return Err(wrong_length);
    }
    let secret = cipher::decrypt(&recovered.encrypted, b"", recovered.settings);
    let key: &[u8; 32] = secret.as_slice().try_into().map_err(|_| wrong_length)?;
    Ok(Combined {
        key: Key32::new(*key),
        wrong: recovered.audit.wrong,
        unchecked: recovered.audit.unchecked,
        repeated: recovered.repeated,
    })
}

/// What is recovered before decryption: generic over length and passphrase.
pub(super) struct Recovered {
    pub(super) encrypted: Zeroizing<Vec<u8>>,
    pub(super) settings: Settings,
    audit: Audit,
    repeated: Vec<ShareName>,
}

/// SLIP-39 "Combining the shares", steps 1 to 3.
pub(super) fn recover(shares: &[Mnemonic], budget: &mut Budget) -> Result<Recovered, CombineError> {
    let (given, repeated) = take_once(shares);
    let sets = sort_into_sets(given);

    let mut answers = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        answers.extend(
            set.recover(budget)?
                .into_iter()
                .map(|answer| (index, answer)),
        );
    }
    // A set with a digest outvotes one without; and one without counts only where nothing contradicts it.
    let alone = sets.len() == 1 && sets.iter().all(|set| set.is_of_one_mind());
    let has_digest = answers.iter().any(|(_, answer)| answer.has_digest);
    answers.retain(|(_, answer)| answer.has_digest || (alone && !has_digest));

    match answers.as_slice() {
        [(index, answer)] => {
            let audit = audit(&sets, *index, answer, budget)?;
            let set = sets.get(*index).ok_or(CombineError::NoShares)?;
            let encrypted = answer.polynomial.secret();
            Ok(Recovered {
                encrypted,
                settings: set.header.settings(),
                audit,
                repeated,
            })
        }
        [] => Err(explain(sets, &repeated, false, budget)),
        _ => Err(explain(sets, &repeated, true, budget)),
    }
}

impl From<Exhausted> for CombineError {
    fn from(_: Exhausted) -> Self {
        Self::TooManyWrong
    }
}

/// A share as it is worked with.
struct Given {
    name: ShareName,
    header: ShareHeader,
    /// At the member's index.
    point: Point,
}

/// Leaves out shares that were given before: same header, same value.
fn take_once(shares: &[Mnemonic]) -> (Vec<Given>, Vec<ShareName>) {
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
struct Set {
    /// The header of its first share; what all shares of the set have in common is read from it.
    header: ShareHeader,
    classes: BTreeMap<(u8, u8), Vec<Given>>,
}

/// SLIP-39 "Combining the shares", step 1: what all shares must agree on.
fn difference(a: &ShareHeader, b: &ShareHeader) -> Option<&'static str> {
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

fn sort_into_sets(given: Vec<Given>) -> Vec<Set> {
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
    fn settings(&self) -> Settings {
        Settings {
            identifier: self.identifier,
            extendable: self.extendable,
            iteration_exponent: self.iteration_exponent,
        }
    }
}

/// A polynomial of groups that recovers.
struct Answer {
    polynomial: Polynomial,
    /// Whether some digest vouches for it: not so for a share that needs no other.
    has_digest: bool,
}

/// A group's part of the secret, as some of its shares have it.
struct Part {
    point: Point,
    has_digest: bool,
}

fn points(shares: &[Given]) -> Vec<Point> {
    shares.iter().map(|share| share.point.clone()).collect()
}

fn different_members(shares: &[Given]) -> usize {
    shares
        .iter()
        .map(|share| share.name.member)
        .collect::<BTreeSet<_>>()
        .len()
}

impl Set {
    fn shares(&self) -> impl Iterator<Item = &Given> {
        self.classes.values().flatten()
    }

    /// Whether the shares of each group agree on the group's threshold.
    fn is_of_one_mind(&self) -> bool {
        let groups: BTreeSet<u8> = self.classes.keys().map(|(group, _)| *group).collect();
        groups.len() == self.classes.len()
    }

    fn recover(&self, budget: &mut Budget) -> Result<Vec<Answer>, Exhausted> {
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

/// What is known of the shares given, once the key is recovered.
#[derive(Default)]
struct Audit {
    wrong: Vec<WrongShare>,
    unchecked: Vec<ShareName>,
}

/// Holds every share against the answer. The answer gives each group's part, and the part stands for
/// one more share, so that even a group that had none to spare can be checked.
fn audit(
    sets: &[Set],
    answering: usize,
    answer: &Answer,
    budget: &mut Budget,
) -> Result<Audit, Exhausted> {
    let mut audit = Audit::default();
    for (index, set) in sets.iter().enumerate() {
        if index == answering {
            for group in set
                .classes
                .keys()
                .map(|(group, _)| *group)
                .collect::<BTreeSet<_>>()
            {
                audit.group(set, group, &answer.polynomial.at(group), budget)?;
            }
        } else {
            let main = sets.get(answering).map(|main| main.header);
            audit
                .wrong
                .extend(main.iter().flat_map(|main| foreign(set, main)));
        }
    }
    audit.wrong.sort_unstable_by_key(|wrong| wrong.share);
    audit.unchecked.sort_unstable();
    Ok(audit)
}

fn foreign(set: &Set, main: &ShareHeader) -> Vec<WrongShare> {
    let field = difference(&set.header, main).unwrap_or("header");
    set.shares()
        .map(|share| WrongShare {
            share: share.name,
            fault: Fault::OtherSet { field },
        })
        .collect()
}

fn of_another_threshold(shares: &[Given]) -> impl Iterator<Item = WrongShare> {
    let fault = Fault::OtherSet { field: "threshold" };
    shares.iter().map(move |share| WrongShare {
        share: share.name,
        fault,
    })
}

impl Audit {
    fn group(
        &mut self,
        set: &Set,
        group: u8,
        part: &Zeroizing<Vec<u8>>,
        budget: &mut Budget,
    ) -> Result<(), Exhausted> {
        let mut judged = Vec::new();
        for ((_, threshold), shares) in set.classes.range((group, 0)..=(group, u8::MAX)) {
            let verdict = judge(shares, *threshold, part, budget)?;
            let has_digest = *threshold > 1;
            judged.push((shares, has_digest, verdict));
        }
        // Where a digest bears out one threshold, shares that claim another one are not of this set.
        let one_is_borne_out = judged
            .iter()
            .any(|(_, has_digest, verdict)| *has_digest && verdict.is_some());
        for (shares, has_digest, verdict) in judged {
            match verdict {
                Some(wrong) if has_digest || !one_is_borne_out => self.wrong.extend(wrong),
                _ if one_is_borne_out => self.wrong.extend(of_another_threshold(shares)),
                _ => self.unchecked.extend(shares.iter().map(|share| share.name)),
            }
        }
        Ok(())
    }
}

/// The wrong ones among the shares of one class whose group's part is known; `None` where the
/// arithmetic cannot tell.
fn judge(
    shares: &[Given],
    threshold: u8,
    part: &Zeroizing<Vec<u8>>,
    budget: &mut Budget,
) -> Result<Option<Vec<WrongShare>>, Exhausted> {
    let off = |fits: &dyn Fn(&Point) -> bool| {
        let wrong = shares.iter().filter(|share| !fits(&share.point));
        wrong
            .map(|share| WrongShare {
                share: share.name,
                fault: Fault::DoesNotFit,
            })
            .collect()
    };
    if threshold == 1 {
        return Ok(Some(off(&|point| equal(&point.y, part))));
    }
    let found = polynomials(&points(shares), threshold, Some(part), budget)?;
    Ok(match found.as_slice() {
        [polynomial] => Some(off(&|point| polynomial.meets(point))),
        _ => None,
    })
}

/// Why nothing was recovered, or more than one key was.
fn explain(
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
