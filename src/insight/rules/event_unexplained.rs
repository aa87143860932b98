//! RK033: every root event of CloudTrail is explained.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 33,
    name: "event-unexplained",
    severity: Severity::Critical,
    title: "Every root event of CloudTrail is explained",
    why: "A use of root that nobody expected is how an account is lost.",
    fix: "runbook root-alarm; once it is known what it was: `rootkeep event explain ID --was ours --text TEXT`; a time that was set aside: `rootkeep reconcile cloudtrail FILE`",
    source: "CIS AWS Foundations 3.0 4.3, 5.0 4.3, 7.0 5.3; NIST SP 800-53 AU-6; M17",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked {
        at: world.compared.len(),
        ..Looked::default()
    };
    for event in &world.events {
        let account = event.account.map(|account| format!(" in {account}"));
        let place = account.unwrap_or_default();
        let wrong = format!(
            "{}{place} at {} is explained by nothing",
            event.name, event.at
        );
        looked.at(|| event.about.clone(), Some(wrong));
    }
    for (leaf, from, to) in &world.set_aside {
        let wrong = format!(
            "what CloudTrail was found to say from {from} to {to} was set aside, and nobody has read that time again"
        );
        looked.at(|| About::Entry(*leaf), Some(wrong));
    }
    if looked.at == 0 {
        looked.skip("CloudTrail was not compared with the ledger for the time in question");
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
        world.events.push(OpenEvent {
            about: About::Event(name("e-1")),
            at: world.now,
            name: "ConsoleLogin".to_owned(),
            account: Some(M),
        });
        breaks(&RULE, &world, "ConsoleLogin in 111111111111");
        let mut world = good();
        world
            .set_aside
            .push((Digest([1; 32]), ago(&world, 9), ago(&world, 2)));
        breaks(&RULE, &world, "set aside");
    }

    #[test]
    fn nothing_is_said_of_what_nobody_compared() {
        let mut world = good();
        world.compared.clear();
        says_nothing(&RULE, &world);
    }
}
