//! RK023: each scenario has a runbook, and people have gone through it.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;
use crate::statement::text::Name;

/// The rule.
pub const RULE: Rule = Rule {
    number: 23,
    name: "runbook",
    severity: Severity::Medium,
    title: "Each scenario has a runbook, and people have gone through it",
    why: "A script that nobody has read is found to be wrong on the worst day.",
    fix: "`rootkeep runbook add FILE` (examples/runbooks has one for each); then `rootkeep ceremony start RUNBOOK --practice`",
    source: "AWS: root user best practices, documented processes; NIST SP 800-53 CP-4, IR-3; M13, M20, M23",
    look,
};

/// What a ledger of root credentials has to be ready for.
pub const SCENARIOS: [&str; 18] = [
    "change-known-password",
    "change-mailbox",
    "change-mailbox-without-access",
    "change-phone",
    "change-phone-without-access",
    "close-management-account",
    "delete-recovered-root",
    "disable-root-by-scp",
    "enable-central-root",
    "lost-mfa",
    "mailbox-owner-gone",
    "member-email-change",
    "recover-deleted-root",
    "replace-battery-mfa",
    "reset-lost-password",
    "root-alarm",
    "root-only-task",
    "suspected-compromise",
];
/// Within so many days people go through each.
const WITHIN: u64 = 400;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let since = world.days_ago(WITHIN);
    for scenario in SCENARIOS {
        let Ok(name) = Name::new(scenario) else {
            continue;
        };
        let published = world
            .runbooks
            .get(&name)
            .is_some_and(|runbook| !runbook.versions.is_empty());
        let performed = world.ceremonies.iter().any(|ceremony| {
            let done = ceremony
                .finished
                .as_ref()
                .is_some_and(|end| end.at >= since);
            ceremony.runbook == name && done
        });
        let wrong = match (published, performed) {
            (false, _) => Some(format!("there is no runbook {scenario}")),
            (true, false) => Some(format!(
                "nobody has gone through the runbook {scenario} in {WITHIN} days"
            )),
            (true, true) => None,
        };
        looked.at(|| About::Runbook(name), wrong);
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
        world.runbooks.remove(&name("lost-mfa"));
        breaks(&RULE, &world, "no runbook lost-mfa");
        let mut world = good();
        world.ceremonies.clear();
        breaks(&RULE, &world, "nobody has gone through");
    }
}
