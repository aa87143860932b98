//! RK047: whoever was struck in a review has no access any more.

use super::rule::Found;
use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;
use crate::statement::reviews::Named;

/// The rule.
pub const RULE: Rule = Rule {
    number: 47,
    name: "struck-open",
    severity: Severity::High,
    title: "Whoever was struck in a review has no access any more",
    why: "A review whose findings stay open has changed nothing.",
    fix: "what is left to do: `rootkeep review list`; then `rootkeep review done ID NAME --note TEXT`",
    source: "NIST SP 800-53 AC-6(7); ISO 27001 5.18; M11",
    look,
};

/// So long it may take.
const DAYS: u64 = 14;

fn look(world: &World) -> Looked {
    if world.strikes == 0 {
        return Looked::nothing("nobody was struck in a review");
    }
    let mut looked = Looked {
        at: world.strikes,
        ..Looked::default()
    };
    let since = world.days_ago(DAYS);
    for struck in world.struck.iter().filter(|struck| struck.at < since) {
        let who = match &struck.who {
            Named::Custodian(id) => world.name(id),
            Named::Other(number) => format!("other {number}"),
        };
        looked.found.push(Found {
            about: About::Entry(struck.review),
            message: format!(
                "{who} was struck out of group {} on {}, and what follows is not done",
                struck.group,
                struck.at.to_chrono().date_naive()
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
        let mut world = good();
        struck(&mut world, 13);
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        struck(&mut world, 15);
        breaks(&RULE, &world, "p7 was struck out of group 1");
    }

    #[test]
    fn nothing_is_said_where_nobody_was_struck() {
        says_nothing(&RULE, &good());
    }
}
