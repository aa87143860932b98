//! RK029: no share is held by somebody who has left.

use std::collections::BTreeSet;

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::policy::GOVERNANCE_SECRET;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 29,
    name: "share-retired",
    severity: Severity::High,
    title: "No share is held by somebody who has left",
    why: "Whoever left may still have the identity: each such share is one that the others don't count on, and an intruder may.",
    fix: "`rootkeep reshare SECRET --without NAME`",
    source: "NIST SP 800-53 SC-12; M11, M26",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for secret in world.secrets.keys() {
        for (number, epoch) in world.live(secret) {
            let gone: BTreeSet<Id> = epoch
                .shares
                .iter()
                .map(|share| share.holder)
                .filter(|id| !world.in_force(id))
                .collect();
            looked.at(
                || About::Secret(*secret),
                (!gone.is_empty()).then(|| {
                    let name = world.secret_name(secret);
                    format!(
                        "{} has left, and holds a share of epoch {number} of {name}",
                        world.people(&gone)
                    )
                }),
            );
        }
    }
    if let Some(governance) = &world.governance {
        let holders = governance.shares.iter().map(|share| share.holder);
        let gone: BTreeSet<Id> = holders.filter(|id| !world.in_force(id)).collect();
        looked.at(
            || About::Secret(GOVERNANCE_SECRET),
            (!gone.is_empty()).then(|| {
                format!(
                    "{} has left, and holds a share of the governance secret",
                    world.people(&gone)
                )
            }),
        );
    }
    looked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::rules::fixtures::*;

    #[test]
    fn passes() {
        holds(&RULE, &good());
    }

    #[test]
    fn fails() {
        let mut world = good();
        retire(&mut world, id(3));
        breaks(
            &RULE,
            &world,
            "p3 has left, and holds a share of epoch 1 of 111111111111/password",
        );
    }
}
