//! RK018: no root user has an access key.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 18,
    name: "access-key",
    severity: Severity::Critical,
    title: "No root user has an access key",
    why: "An access key of a root user needs no MFA and no second person.",
    fix: "delete it (runbook root-only-task, or `rootkeep task request ACCOUNT delete-credentials`), then import the credential report again",
    source: "CIS AWS Foundations 3.0 1.4, 5.0 1.3, 7.0 2.4; Security Hub IAM.4; M18",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, _) in world.used_accounts() {
        let Some(count) = world.root(id).access_keys else {
            looked.skip("no credential report or account summary of it was imported");
            continue;
        };
        looked.at(
            || About::Account(*id),
            (count > 0).then(|| match count {
                1 => "its root user has 1 access key".to_owned(),
                _ => format!("its root user has {count} access keys"),
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
        root(&mut world, B).access_keys = Some(1);
        breaks(&RULE, &world, "has 1 access key");
        root(&mut world, B).access_keys = None;
        holds(&RULE, &world);
    }
}
