//! RK004: where a root user has a password, it is sealed here.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::SecretKind;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 4,
    name: "password-sealed",
    severity: Severity::High,
    title: "Where a root user has a password, it is sealed here",
    why: "A password that nobody holds in custody is either lost, or somebody's own.",
    fix: "`rootkeep seal ACCOUNT/password --quorum QUORUM --stdin`; or have it deleted centrally",
    source: "AWS: root user best practices, secure the root user; M3, M4",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let sealed = world.secrets_by_account();
    for (id, account, root) in world.rooted_accounts() {
        if root.password != Some(true) && !account.facts.management {
            looked.skip("whether it has a password is not known");
            continue;
        }
        let there = sealed.contains_key(&(id, SecretKind::Password));
        looked.at(
            || About::Account(id),
            (!there).then(|| "its root user has a password, and none is sealed".to_owned()),
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
        destroy(&mut world, PASSWORD);
        breaks(&RULE, &world, "none is sealed");
        let mut world = good();
        root(&mut world, B).password = Some(true);
        breaks(&RULE, &world, "none is sealed");
    }
}
