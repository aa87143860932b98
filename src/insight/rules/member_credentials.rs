//! RK021: member accounts have no root credentials where AWS manages them centrally.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 21,
    name: "member-credentials",
    severity: Severity::High,
    title: "Member accounts have no root credentials where AWS manages them centrally",
    why: "What is not there can't be stolen, and needs no safe.",
    fix: "`rootkeep task request ACCOUNT delete-credentials` (runbook delete-recovered-root), then import the credential report again",
    source: "AWS: centrally manage root access for member accounts; CIS AWS Foundations 7.0 2.1.1; M4, M19",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, account) in world.used_accounts() {
        if account.facts.management {
            continue;
        }
        if !world.has_central(account) {
            looked.skip("there is no central root access in its partition");
            continue;
        }
        if !world
            .central
            .as_ref()
            .is_some_and(|central| central.credentials)
        {
            looked.skip("central management of root credentials is not known to be on");
            continue;
        }
        let root = world.root(id);
        if !root.is_known() {
            looked.skip("nothing is known of its root credentials");
            continue;
        }
        let wrong = (!root.is_bare())
            .then(|| "its root user has credentials, and AWS could manage it without".to_owned());
        looked.at(|| About::Account(*id), wrong);
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
        root(&mut world, B).password = Some(true);
        breaks(&RULE, &world, "has credentials");
        govcloud(&mut world, B);
        says_nothing(&RULE, &world);
    }
}
