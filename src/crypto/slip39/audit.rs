//! Every share given, held against what was recovered.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::gf256::{Point, equal};
use super::name::{Fault, ShareName, WrongShare};
use super::sets::{Answer, Given, Set, foreign, of_another_threshold, points};
use super::solve::{Budget, Exhausted, polynomials};

/// What is known of the shares given, once the key is recovered.
#[derive(Default)]
pub(super) struct Audit {
    pub(super) wrong: Vec<WrongShare>,
    pub(super) unchecked: Vec<ShareName>,
}

/// Holds every share against the answer. The answer gives each group's part, and the part stands for
/// one more share, so that even a group that had none to spare can be checked.
pub(super) fn audit(
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
