//! RK024: drills are planned, and none is overdue.

use super::rule::{Looked, Rule, Severity};
use super::world::{DAY, World};
use crate::insight::drills::{Occasion, Standing};
use crate::statement::drills::DrillKind;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 24,
    name: "drill-overdue",
    severity: Severity::High,
    title: "Drills are planned, and none is overdue",
    why: "Access that is not tried is not there on the day it is needed.",
    fix: "`rootkeep drill start KIND`; where none is planned: `rootkeep drill plan KIND --every quarter`",
    source: "AWS: root user best practices, test at least quarterly; NIST SP 800-53 CP-4; M15",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    // What comes round in years is not planned.
    let soon = world.now.plus(400 * DAY).to_chrono().date_naive();
    for kind in [
        DrillKind::Possession,
        DrillKind::SignIn,
        DrillKind::Phone,
        DrillKind::LedgerRestore,
    ] {
        let planned = |one: &&Occasion| {
            one.plan.as_ref().is_some_and(|plan| {
                plan.facts.drill == kind
                    && !plan.facts.ended
                    && one.due.is_none_or(|due| due.0 <= soon)
            })
        };
        if !world.drills.iter().any(|one| planned(&one)) {
            looked.at(
                || About::Ledger,
                Some(format!("no {} drill is planned", kind.as_str())),
            );
        }
    }
    for one in world
        .drills
        .iter()
        .filter(|one| one.drill.is_none() || one.standing == Standing::Overdue)
    {
        let Some(plan) = &one.plan else {
            continue;
        };
        let overdue = one.standing == Standing::Overdue;
        if !overdue && !was_held(world, plan.facts.drill) {
            looked.skip("no drill of its kind was held yet, and the first is not overdue");
            continue;
        }
        looked.at(
            || About::Plan(plan.facts.plan.clone()),
            overdue.then(|| {
                let due = one
                    .due
                    .map_or_else(String::new, |due| format!(" since {due}"));
                format!("the {} drill is overdue{due}", one.name())
            }),
        );
    }
    looked
}

/// Whether a drill was brought to its end, however that was.
fn was_held(world: &World, kind: DrillKind) -> bool {
    let mut drills = world.drills.iter().filter_map(|one| one.drill.as_ref());
    drills.any(|(_, drill)| drill.drill == kind && drill.finished.is_some())
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
        world.drills[0].standing = Standing::Overdue;
        breaks(&RULE, &world, "is overdue");
        world.drills.remove(0);
        breaks(&RULE, &world, "no possession drill is planned");
    }

    #[test]
    fn a_plan_alone_is_no_practice() {
        let mut world = good();
        world.drills.retain(|one| one.drill.is_none());
        says_nothing(&RULE, &world);
    }
}
