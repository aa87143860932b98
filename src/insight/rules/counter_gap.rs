//! RK038: a lock's counter has no gap.

use super::rule::Found;
use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::state::places::Finding;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 38,
    name: "counter-gap",
    severity: Severity::High,
    title: "A lock's counter has no gap",
    why: "A counter that went on without an entry is an opening that nobody logged.",
    fix: "find out who it was, and log it: `rootkeep safe log LOCATION --opened-at TIME --closed-at TIME --witness NAME --purpose TEXT`; then `rootkeep finding accept RK038 --about SUBJECT --until DATE --reason TEXT`",
    source: "SF 702 practice; NIST SP 800-53 PE-3; M8",
    look,
};

/// For so many days it is a finding.
const DAYS: u64 = 400;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for location in world.locations.values() {
        if location.counter.is_some() {
            looked.at += 1;
        } else {
            looked.skip("the counter of its lock was never written down");
        }
    }
    let since = world.days_ago(DAYS);
    for (leaf, access) in &world.odd_accesses {
        if access.opened.opened_at < since {
            continue;
        }
        for finding in &access.findings {
            let Finding::CounterGap { expected, was } = finding else {
                continue;
            };
            looked.found.push(Found {
                about: About::Entry(*leaf),
                message: format!(
                    "the counter of {} was {was}, not {expected}, at {}",
                    access.opened.location, access.opened.opened_at
                ),
            });
        }
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
        odd_access(
            &mut world,
            Finding::CounterGap {
                expected: 7,
                was: 9,
            },
        );
        breaks(&RULE, &world, "was 9, not 7");
    }

    #[test]
    fn nothing_is_said_of_a_counter_that_nobody_read() {
        let mut world = good();
        location(&mut world, "tokyo-safe").counter = None;
        holds(&RULE, &world);
        location(&mut world, "london-safe").counter = None;
        says_nothing(&RULE, &world);
    }
}
