//! RK019: no root user has a signing certificate.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 19,
    name: "signing-certificate",
    severity: Severity::Critical,
    title: "No root user has a signing certificate",
    why: "A signing certificate of a root user needs no MFA and no second person.",
    fix: "delete it (runbook root-only-task, or `rootkeep task request ACCOUNT delete-credentials`), then import the credential report again",
    source: "AWS: root user best practices; M18",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, _) in world.used_accounts() {
        let Some(count) = world.root(id).certificates else {
            looked.skip("no credential report or account summary of it was imported");
            continue;
        };
        looked.at(
            || About::Account(*id),
            (count > 0).then(|| match count {
                1 => "its root user has 1 signing certificate".to_owned(),
                _ => format!("its root user has {count} signing certificates"),
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
        root(&mut world, B).certificates = Some(1);
        breaks(&RULE, &world, "has 1 signing certificate");
        root(&mut world, B).certificates = None;
        holds(&RULE, &world);
    }
}
