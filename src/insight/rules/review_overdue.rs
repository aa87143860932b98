//! RK025: who has access is reviewed, and no review is overdue.

use super::rule::{Looked, Rule, Severity};
use super::world::{DAY, World};
use crate::insight::drills::Standing;
use crate::insight::reviews::Occasion;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 25,
    name: "review-overdue",
    severity: Severity::High,
    title: "Who has access is reviewed, and no review is overdue",
    why: "Lists grow by themselves; they only get shorter when somebody looks.",
    fix: "`rootkeep review start`; where none is planned: `rootkeep review plan --every quarter`",
    source: "AWS: root user best practices, review access; NIST SP 800-53 AC-6(7); ISO 27001 5.18; M11",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    // One of a period that is far ahead is none.
    let soon = world.now.plus(190 * DAY).to_chrono().date_naive();
    let near = |one: &&Occasion| one.period.first <= soon;
    if world.reviews.iter().find(near).is_none() {
        looked.at(
            || About::Ledger,
            Some("no review of who has access is planned".to_owned()),
        );
    }
    let held = world
        .reviews
        .iter()
        .any(|one| one.standing == Standing::Passed);
    for one in &world.reviews {
        let due = one.period.last;
        let overdue = one.standing == Standing::Overdue;
        if !overdue && !held {
            looked.skip("no review was held yet, and the first is not overdue");
            continue;
        }
        looked.at(
            || About::Ledger,
            overdue.then(|| format!("the review of who has access is overdue since {due}")),
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
        world.reviews[0].standing = Standing::Overdue;
        breaks(&RULE, &world, "overdue since 2027-03-31");
        world.reviews.clear();
        breaks(&RULE, &world, "no review");
    }

    #[test]
    fn a_plan_alone_is_no_review() {
        let mut world = good();
        world.reviews.retain(|one| one.standing != Standing::Passed);
        says_nothing(&RULE, &world);
    }
}
