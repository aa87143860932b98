//! RK006: mFA is hardware where the posture wants it.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::SecretKind;
use crate::statement::findings::About;
use crate::statement::register::ItemKind;

/// The rule.
pub const RULE: Rule = Rule {
    number: 6,
    name: "mfa-hardware",
    severity: Severity::Medium,
    title: "MFA is hardware where the posture wants it",
    why: "A virtual device can be copied by whoever has seen its QR code; a hardware one has to be taken.",
    fix: "register a hardware device (runbook lost-mfa), or let governance accept it: `rootkeep finding accept RK006 --about SUBJECT --until DATE --reason TEXT`",
    source: "CIS AWS Foundations 3.0 1.6, 5.0 1.5, 7.0 2.6; Security Hub IAM.6; M5",
    look,
};

fn look(world: &World) -> Looked {
    if !world.standards.hardware_management && !world.standards.hardware_all {
        return Looked::nothing(
            "the posture asks for no hardware MFA: rootkeep posture set --hardware-mfa management",
        );
    }
    let mut looked = Looked::default();
    let (sealed, things) = (world.secrets_by_account(), world.things_by_account());
    for (id, account, root) in world.rooted_accounts() {
        if !world.standards.hardware_all && !account.facts.management {
            looked.skip("the posture asks for hardware MFA on management accounts alone");
            continue;
        }
        let key = (id, SecretKind::MfaSeed);
        let sheet = things.get(&key).is_some_and(|things| {
            let sheet = |kind| kind == ItemKind::QrSheet;
            things.iter().any(|(_, item)| sheet(item.facts.kind))
        });
        let is_sealed = sealed.contains_key(&key);
        let here = is_sealed || things.contains_key(&key);
        let Some(is_virtual) = root.virtual_mfa.or(here.then_some(is_sealed || sheet)) else {
            looked.skip("of what kind its MFA is, is not known");
            continue;
        };
        looked.at(
            || About::Account(id),
            is_virtual.then(|| "its root user has a virtual MFA device".to_owned()),
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
        world.standards.hardware_management = true;
        root(&mut world, M).virtual_mfa = Some(false);
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        says_nothing(&RULE, &world);
        world.standards.hardware_management = true;
        breaks(&RULE, &world, "virtual");
        destroy(&mut world, SEED);
        world.items.clear();
        says_nothing(&RULE, &world);
    }
}
