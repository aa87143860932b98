//! RK012: a quorum needs more than one of its members, and not all of them.

use std::collections::BTreeSet;

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::policy::GOVERNANCE_SECRET;
use crate::state::rules::Quorum;
use crate::statement::findings::About;
use crate::statement::quorums::Group;

/// The rule.
pub const RULE: Rule = Rule {
    number: 12,
    name: "quorum-threshold",
    severity: Severity::High,
    title: "A quorum needs more than one of its members, and not all of them",
    why: "With one, nobody has to agree; with all, the first who leaves locks out the rest.",
    fix: "`rootkeep quorum define NAME --threshold K --member NAME --member NAME --member NAME`, then `rootkeep reshare SECRET`",
    source: "SLIP-39, section on the choice of thresholds; M12, M21",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, quorum) in &world.quorums {
        let people: BTreeSet<&Id> = quorum
            .groups
            .iter()
            .flat_map(|group| &group.members)
            .collect();
        let (one, all) = (is_one_enough(quorum), is_all(quorum));
        looked.at(
            || About::Quorum(*id),
            if one {
                Some(format!(
                    "one person is enough for the quorum {}",
                    quorum.name
                ))
            } else if all {
                Some(format!(
                    "the quorum {} needs every one of its {} members",
                    quorum.name,
                    people.len()
                ))
            } else {
                None
            },
        );
    }
    if let Some(governance) = &world.governance {
        let held = governance.shares.len();
        let needed = usize::from(world.threshold);
        looked.at(
            || About::Quorum(GOVERNANCE_SECRET),
            if needed < 2 {
                Some("one person is enough for governance".to_owned())
            } else if needed >= held {
                Some(format!("governance needs every one of its {held} holders"))
            } else {
                None
            },
        );
    }
    looked
}

/// Whether somebody alone fills as many groups as are needed.
fn is_one_enough(quorum: &Quorum) -> bool {
    let filled = |id: &Id| {
        let alone = |group: &&Group| group.threshold == 1 && group.members.contains(id);
        quorum.groups.iter().filter(alone).count()
    };
    let mut members = quorum.groups.iter().flat_map(|group| &group.members);
    members.any(|id| filled(id) >= usize::from(quorum.groups_needed))
}

/// Whether everybody is needed.
fn is_all(quorum: &Quorum) -> bool {
    usize::from(quorum.groups_needed) == quorum.groups.len()
        && quorum
            .groups
            .iter()
            .all(|group| usize::from(group.threshold) == group.members.len())
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
        quorum(&mut world, ENGINEERS, 3, &[1, 2, 3]);
        breaks(&RULE, &world, "needs every one of its 3 members");
        quorum(&mut world, ENGINEERS, 1, &[1]);
        breaks(
            &RULE,
            &world,
            "one person is enough for the quorum engineers",
        );
        let mut world = good();
        world.threshold = 5;
        breaks(&RULE, &world, "governance needs every one of its 5");
    }
}
