//! RK046: lessons are seen to in time.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::insight::drills::is_late;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 46,
    name: "improvement-late",
    severity: Severity::Medium,
    title: "Lessons are seen to in time",
    why: "A lesson that nobody follows is learnt again.",
    fix: "`rootkeep improvement close ID --outcome done --note TEXT`",
    source: "NIST SP 800-53 CP-4, IR-3; ISO 27001 5.37; M15",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for lesson in &world.improvements {
        looked.at(
            || About::Entry(lesson.subject),
            is_late(lesson, world.now).then(|| {
                format!(
                    "lesson {} was to be seen to by {}, by {}",
                    lesson.number,
                    lesson.due,
                    world.name(&lesson.owner)
                )
            }),
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
        let mut world = good();
        lesson(&mut world, "2026-12-20");
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        lesson(&mut world, "2026-12-01");
        breaks(&RULE, &world, "was to be seen to by 2026-12-01, by p1");
    }
}
