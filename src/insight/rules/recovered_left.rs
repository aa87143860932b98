//! RK042: a recovered root credential was deleted again.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 42,
    name: "recovered-left",
    severity: Severity::High,
    title: "A recovered root credential was deleted again",
    why: "A member account that got a password for one task has one until somebody takes it away.",
    fix: "`rootkeep task request ACCOUNT delete-credentials` (runbook delete-recovered-root)",
    source: "AWS: centrally manage root access for member accounts; M4, M19, M23",
    look,
};

/// So long a task may need it.
const DAYS: u64 = 3;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let since = world.days_ago(DAYS);
    for (id, account) in world.used_accounts() {
        if account.facts.management {
            continue;
        }
        let Some(recovered) = world.root(id).recovered else {
            looked.skip("that a root credential of it was recovered is not on record");
            continue;
        };
        let left = Some(recovered).filter(|when| *when < since);
        looked.at(
            || About::Account(*id),
            left.map(|when| {
                format!("its root password was recovered at {when}, and not deleted since")
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
        let mut world = good();
        says_nothing(&RULE, &world);
        root(&mut world, B).recovered = Some(ago(&world, 2));
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        root(&mut world, B).recovered = Some(ago(&world, 4));
        breaks(&RULE, &world, "not deleted since");
        root(&mut world, B).recovered = Some(ago(&world, 2));
        holds(&RULE, &world);
    }
}
