//! RK041: somebody is told when a root user is used.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 41,
    name: "alarm",
    severity: Severity::High,
    title: "Somebody is told when a root user is used",
    why: "What nobody hears of can't be questioned.",
    fix: "`rootkeep alarm add NAME --where TEXT --receiver NAME`",
    source: "CIS AWS Foundations 3.0 4.3, 5.0 4.3, 7.0 5.3; NIST SP 800-53 AU-6, CA-7; M17, M24",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    if world.alarms.is_empty() && world.used_accounts().next().is_some() {
        let none = "no alarm on the use of any root user is on record";
        looked.at(|| About::Org, Some(none.to_owned()));
        return looked;
    }
    for (id, _) in world.used_accounts() {
        let told: usize = world
            .alarms
            .iter()
            .filter(|(_, accounts, _)| accounts.is_empty() || accounts.contains(id))
            .map(|(.., people)| *people)
            .sum();
        looked.at(
            || About::Account(*id),
            (told == 0).then(|| "no alarm on the use of its root user is on record".to_owned()),
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
        world.alarms.clear();
        breaks(&RULE, &world, "any root user");
        let mut world = good();
        world.alarms[0].1 = vec![B];
        breaks(&RULE, &world, "no alarm");
        world.alarms[0].1 = vec![B, M];
        holds(&RULE, &world);
        world.alarms[0].2 = 0;
        breaks(&RULE, &world, "no alarm");
    }
}
