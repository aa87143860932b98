//! RK045: root access to member accounts is managed centrally.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 45,
    name: "central-access",
    severity: Severity::Medium,
    title: "Root access to member accounts is managed centrally",
    why: "Then a member account needs no root password, and a task needs no sign-in: fifteen minutes, one policy.",
    fix: "runbook enable-central-root; then `rootkeep account import --organizations-features FILE`",
    source: "AWS: centrally manage root access for member accounts; CIS AWS Foundations 7.0 2.1.1; M19, M25",
    look,
};

fn look(world: &World) -> Looked {
    let members = world
        .used_accounts()
        .filter(|(_, account)| !account.facts.management);
    let (there, elsewhere): (Vec<_>, Vec<_>) =
        members.partition(|(_, account)| world.has_central(account));
    let mut looked = Looked::default();
    for _ in elsewhere {
        looked.skip("there is no central root access in its partition");
    }
    if there.is_empty() {
        looked.skip("there is no member account");
        return looked;
    }
    let wrong = match &world.central {
        None => Some("whether it is switched on is not on record".to_owned()),
        Some(central) if !central.credentials => {
            Some("central management of root credentials is off".to_owned())
        }
        Some(central) if !central.sessions => Some("privileged root sessions are off".to_owned()),
        Some(_) => None,
    };
    looked.at(|| About::Org, wrong);
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
        world.central = Some(Central {
            credentials: true,
            sessions: false,
        });
        breaks(&RULE, &world, "sessions are off");
        world.central = None;
        breaks(&RULE, &world, "not on record");
        govcloud(&mut world, B);
        says_nothing(&RULE, &world);
    }
}
