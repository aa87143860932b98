//! RK009: no single person can reach a root user.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 9,
    name: "single-person",
    severity: Severity::Critical,
    title: "No single person can reach a root user",
    why: "What one person can do alone, one person can be made to do.",
    fix: "who, and by which way: rootkeep who-can ACCOUNT",
    source: "AWS: organizations best practices, use multi-person control; NIST SP 800-53 AC-3(2), AC-5; M12, M21",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, reach) in &world.reach {
        let alone = reach.smallest.as_ref().filter(|(people, _)| *people <= 1);
        looked.at(
            || About::Account(*id),
            alone.map(|(people, who)| match people {
                0 => "its root user is reached by whoever comes along".to_owned(),
                _ => format!("{} can reach its root user alone", who.join(", ")),
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
        reach(&mut world, M).smallest = Some((1, vec!["p1".to_owned()]));
        breaks(&RULE, &world, "p1 can reach its root user alone");
    }
}
