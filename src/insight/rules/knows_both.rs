//! RK037: nobody knows both password and MFA of a root user.

use std::collections::BTreeSet;

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::statement::SecretKind;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 37,
    name: "knows-both",
    severity: Severity::Critical,
    title: "Nobody knows both password and MFA of a root user",
    why: "Whoever has seen both needs nobody else any more.",
    fix: "seal one of them anew, have somebody else confirm it, and destroy the old epoch: `rootkeep secret destroy SECRET --epoch N --reason TEXT`",
    source: "NIST SP 800-53 AC-3(2), AC-5; M7, M21",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let sealed = world.secrets_by_account();
    for (id, _, _) in world.rooted_accounts() {
        let know = |kind| -> BTreeSet<Id> {
            let secrets = sealed.get(&(id, kind)).map_or(&[][..], Vec::as_slice);
            secrets
                .iter()
                .flat_map(|secret| world.knowers(secret))
                .collect()
        };
        let (password, seed) = (know(SecretKind::Password), know(SecretKind::MfaSeed));
        if password.is_empty() || seed.is_empty() {
            looked.skip("not both of its factors are sealed here");
            continue;
        }
        let both: Vec<Id> = password.intersection(&seed).copied().collect();
        looked.at(
            || About::Account(id),
            (!both.is_empty()).then(|| {
                format!(
                    "{} may know both password and MFA of its root user",
                    world.people(&both)
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
        knows(&mut world, PASSWORD, id(4));
        breaks(&RULE, &world, "p4 may know both");
    }

    #[test]
    fn nothing_is_said_of_what_is_not_sealed() {
        let mut world = good();
        destroy(&mut world, SEED);
        says_nothing(&RULE, &world);
    }
}
