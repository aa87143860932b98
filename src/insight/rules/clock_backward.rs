//! RK034: the clock of whoever writes has not run backwards.

use super::rule::Found;
use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 34,
    name: "clock-backward",
    severity: Severity::Medium,
    title: "The clock of whoever writes has not run backwards",
    why: "What is dated before its predecessor was written on a machine with a wrong clock, or by somebody who set it.",
    fix: "set the clock, and say what happened: `rootkeep correct ID --reason TEXT --text TEXT`; then `rootkeep finding accept RK034 --about SUBJECT --until DATE --reason TEXT`",
    source: "NIST SP 800-53 AU-8, AU-10",
    look,
};

/// For so many days it is a finding.
const DAYS: u64 = 400;

fn look(world: &World) -> Looked {
    let mut looked = Looked {
        at: 1,
        ..Looked::default()
    };
    let since = world.days_ago(DAYS);
    for step in world.clock_steps.iter().filter(|step| step.before >= since) {
        looked.found.push(Found {
            about: About::Entry(step.leaf),
            message: format!(
                "entry #{} by {} is dated {}, and the one before it {}: one of the two clocks was wrong",
                step.index,
                world.name(&step.author),
                step.at,
                step.before
            ),
        });
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
        let (at, before) = (ago(&world, 3), ago(&world, 2));
        world.clock_steps.push(ClockStep {
            leaf: Digest([1; 32]),
            index: 9,
            author: id(1),
            at,
            before,
        });
        breaks(&RULE, &world, "entry #9 by p1");
    }
}
