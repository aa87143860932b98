//! RK036: a backup was lately restored and found good.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 36,
    name: "backup-restored",
    severity: Severity::High,
    title: "A backup was lately restored and found good",
    why: "A backup that was never restored is a hope.",
    fix: "`rootkeep backup --out FILE`, then `rootkeep restore FILE --drill`",
    source: "NIST SP 800-53 CP-9(1); M15",
    look,
};

/// A quarter, and some days.
const DAYS: u64 = 100;

fn look(world: &World) -> Looked {
    let Some(founded) = world.founded else {
        return Looked::nothing("the ledger is not active yet");
    };
    let mut looked = Looked::default();
    let since = world.days_ago(DAYS);
    let wrong = match world.restored {
        Some(restored) if restored >= since => None,
        Some(restored) => Some(format!(
            "the last backup that was tried was restored at {restored}"
        )),
        None if founded >= since => {
            return Looked::nothing("no backup was restored yet, and the ledger is young");
        }
        None => Some("no backup was ever restored".to_owned()),
    };
    looked.at(|| About::Ledger, wrong);
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
        world.restored = Some(ago(&world, 101));
        breaks(&RULE, &world, "the last backup that was tried");
        world.restored = None;
        breaks(&RULE, &world, "no backup was ever restored");
        world.founded = Some(ago(&world, 99));
        says_nothing(&RULE, &world);
    }
}
