//! RK026: each phone was called and answered lately.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::drills::{Found, Target};
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 26,
    name: "phone-untested",
    severity: Severity::Medium,
    title: "Each phone was called and answered lately",
    why: "The number that AWS calls has to ring where somebody answers.",
    fix: "`rootkeep drill start phone`, or `rootkeep phone set NAME --tested DATE`",
    source: "AWS: root user best practices, test the phone at least quarterly; M10, M15",
    look,
};

/// A quarter, and some days.
const DAYS: u64 = 100;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let (today, since) = (world.now.to_chrono().date_naive(), world.days_ago(DAYS));
    let day = since.to_chrono().date_naive();
    for (name, phone) in &world.phones {
        let tested = phone.facts.tested.filter(|tested| tested.0 <= today);
        let called = world.drills.iter().filter_map(|one| one.drill.as_ref()).any(|(_, drill)| {
            drill.found.iter().any(|found| {
                let reached = matches!(&found.found, Found::Call { target: Target::Phone(called), reached: true, .. } if called == name);
                reached && found.at >= since
            })
        });
        let fresh = called || tested.is_some_and(|tested| tested.0 >= day);
        looked.at(
            || About::Phone(name.clone()),
            (!fresh).then(|| match tested {
                Some(tested) => format!("it was last called on {tested}"),
                None => "it was never called".to_owned(),
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
        holds(&RULE, &good());
    }

    #[test]
    fn fails() {
        let mut world = good();
        phone(&mut world, "desk").tested = Some(date("2026-05-01"));
        breaks(&RULE, &world, "last called on 2026-05-01");
        phone(&mut world, "desk").tested = None;
        breaks(&RULE, &world, "never called");
    }
}
