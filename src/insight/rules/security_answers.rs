//! RK027: what AWS Support asks for is recorded like a credential.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::SecretKind;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 27,
    name: "security-answers",
    severity: Severity::Medium,
    title: "What AWS Support asks for is recorded like a credential",
    why: "Answers that nobody can find make a lost MFA a lost account.",
    fix: "`rootkeep seal ACCOUNT/security-answers --quorum QUORUM --stdin`; where none were ever set: `rootkeep account set ID --answers not-set`",
    source: "AWS: root user best practices, keep recovery information current; M9",
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
        let there = root.no_questions || sealed.contains_key(&(id, SecretKind::SecurityAnswers));
        looked.at(
            || About::Account(id),
            (!there)
                .then(|| "whether it has security answers, and which, is not on record".to_owned()),
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
        destroy(&mut world, ANSWERS);
        breaks(&RULE, &world, "not on record");
        root(&mut world, M).no_questions = true;
        holds(&RULE, &world);
    }
}
