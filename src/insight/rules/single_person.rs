//! RK009: no single person can reach a root user.

use super::by_reach;
use super::rule::{Looked, Rule, Severity};
use super::world::World;

/// The rule.
pub const RULE: Rule = Rule {
    number: 9,
    name: "single-person",
    severity: Severity::Critical,
    title: "No single person can reach a root user",
    why: "What one person can do alone, one person can be made to do.",
    fix: "who, and by which way: `rootkeep who-can ACCOUNT`",
    source: "AWS: organizations best practices, use multi-person control; NIST SP 800-53 AC-3(2), AC-5; M12, M21",
    look,
};

fn look(world: &World) -> Looked {
    by_reach::look(world, |reach| {
        let (people, who) = reach.smallest.as_ref()?;
        match people {
            0 => Some("its root user is reached by whoever comes along".to_owned()),
            1 => Some(format!("{} can reach its root user alone", who.join(", "))),
            _ => None,
        }
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
        reach(&mut world, M).smallest = Some((1, vec!["p1".to_owned()]));
        breaks(&RULE, &world, "p1 can reach its root user alone");
        let mut world = good();
        world.unreachable = Some("too many combinations".to_owned());
        breaks(&RULE, &world, "can't be worked out");
        let mut world = good();
        reach(&mut world, B).smallest = Some((1, vec!["p7".to_owned()]));
        breaks(
            &RULE,
            &world,
            "of 1 member account, from the management account: p7",
        );
    }

    #[test]
    fn nothing_is_said_where_no_way_is_on_record() {
        let mut world = good();
        for account in [M, B] {
            reach(&mut world, account).smallest = None;
        }
        says_nothing(&RULE, &world);
    }
}
