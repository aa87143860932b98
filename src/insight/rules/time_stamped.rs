//! RK040: an outside authority has dated the log in this period.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 40,
    name: "time-stamped",
    severity: Severity::Low,
    title: "An outside authority has dated the log in this period",
    why: "Custodians' clocks are their own: a time-stamp from outside shows that the log was not written later.",
    fix: "`rootkeep checkpoint --timestamp-query FILE`; with the answer, `rootkeep checkpoint --timestamp-response FILE`",
    source: "RFC 3161; NIST SP 800-53 AU-10, AU-8",
    look,
};

fn look(world: &World) -> Looked {
    let Some(days) = world.standards.timestamp_days else {
        return Looked::nothing(
            "the posture asks for no time-stamps: rootkeep posture set --timestamp-every quarter",
        );
    };
    let mut looked = Looked::default();
    let fresh = world
        .timestamped
        .is_some_and(|at| at >= world.days_ago(days));
    looked.at(
        || About::Ledger,
        (!fresh).then(|| match world.timestamped {
            Some(at) => format!("the log was last time-stamped at {at}"),
            None => "the log was never time-stamped".to_owned(),
        }),
    );
    looked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::rules::fixtures::*;

    #[test]
    fn passes() {
        let mut world = good();
        world.standards.timestamp_days = Some(92);
        world.timestamped = Some(ago(&world, 91));
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        says_nothing(&RULE, &world);
        world.standards.timestamp_days = Some(92);
        breaks(&RULE, &world, "never time-stamped");
        world.timestamped = Some(ago(&world, 93));
        breaks(&RULE, &world, "last time-stamped");
    }
}
