//! RK017: nothing that opens an account is where AWS is needed to reach it.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 17,
    name: "location-on-aws",
    severity: Severity::High,
    title: "Nothing that opens an account is where AWS is needed to reach it",
    why: "A door, a vault or a password manager that AWS hosts is shut when the account is.",
    fix: "`rootkeep item move ITEM --location NAME --witness NAME`",
    source: "AWS: root user best practices, no circular dependencies; M3",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (name, location) in &world.locations {
        let inside = location.items.len();
        looked.at(
            || About::Location(name.clone()),
            (location.facts.depends_on_aws && inside > 0)
                .then(|| format!("reaching it needs AWS, and {inside} things are in it")),
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
        location(&mut world, "tokyo-safe").facts.depends_on_aws = true;
        breaks(&RULE, &world, "reaching it needs AWS");
        location(&mut world, "tokyo-safe").items.clear();
        holds(&RULE, &world);
    }
}
