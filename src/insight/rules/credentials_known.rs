//! RK044: what root credentials an account has is known, with what shows it.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 44,
    name: "credentials-known",
    severity: Severity::Medium,
    title: "What root credentials an account has is known, with what shows it",
    why: "\"No credentials\" is the best state for a member account, and only counts where something shows it.",
    fix: "`rootkeep account import --credential-report FILE --account ID`, or `rootkeep account set ID --credentials never-set|deleted|present --evidence FILE`",
    source: "AWS: centrally manage root access for member accounts; M4",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, _) in world.used_accounts() {
        let known = world.root(id).is_known();
        looked.at(
            || About::Account(*id),
            (!known).then(|| "nothing of its root credentials is on record".to_owned()),
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
        world.roots.remove(&B);
        breaks(&RULE, &world, "nothing of its root credentials");
    }
}
