//! RK010: the loss of no one person locks everybody out.

use super::by_reach;
use super::rule::{Looked, Rule, Severity};
use super::world::World;

/// The rule.
pub const RULE: Rule = Rule {
    number: 10,
    name: "person-needed",
    severity: Severity::Critical,
    title: "The loss of no one person locks everybody out",
    why: "People leave, fall ill and lose what they have; a root user that one person is needed for is lost with them.",
    fix: "who, and what would help: `rootkeep what-if --without NAME`; set the threshold lower, or add members",
    source: "AWS: root user best practices; M12",
    look,
};

fn look(world: &World) -> Looked {
    by_reach::look(world, |reach| {
        if reach.locked_out {
            return Some("with what is on record, nobody gets in as it is".to_owned());
        }
        let who = reach.needs_person.as_ref()?;
        Some(format!("without {who} nobody gets in"))
    })
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
        reach(&mut world, M).needs_person = Some("p4".to_owned());
        breaks(&RULE, &world, "without p4");
        reach(&mut world, M).locked_out = true;
        breaks(&RULE, &world, "nobody gets in as it is");
    }
}
