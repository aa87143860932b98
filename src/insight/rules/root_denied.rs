//! RK022: a policy that denies root in member accounts is on record.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 22,
    name: "root-denied",
    severity: Severity::Medium,
    title: "A policy that denies root in member accounts is on record",
    why: "A service control policy stops the root user even where somebody has its password and MFA.",
    fix: "attach one (runbook disable-root-by-scp), then: rootkeep account set ID --scp NAME --scp-since DATE",
    source: "AWS: organizations, example SCPs; M16",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, account) in world.used_accounts() {
        if account.facts.management {
            looked.skip("such a policy has no effect on a management account");
            continue;
        }
        let denied = world.root(id).denied;
        looked.at(
            || About::Account(*id),
            (!denied).then(|| "no policy that denies its root user is on record".to_owned()),
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
        root(&mut world, B).denied = false;
        breaks(&RULE, &world, "no policy");
    }
}
