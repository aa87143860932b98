//! RK015: no bag or item was found otherwise than registered.

use super::rule::Found;
use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::state::places::Finding;
use crate::statement::findings::About;
use crate::statement::text::Name;

/// The rule.
pub const RULE: Rule = Rule {
    number: 15,
    name: "bag-mismatch",
    severity: Severity::High,
    title: "No bag or item was found otherwise than registered",
    why: "A bag with another number, a broken seal or a thing that is not where it ought to be may have been opened: what is in it counts as known until it is replaced.",
    fix: "seal what is in it anew, and destroy the old epoch and the item; or let governance accept it: `rootkeep finding accept RK015 --about SUBJECT --until DATE --reason TEXT`",
    source: "NIST SP 800-53 PE-3, MP-4; ceremony practice; M8, M14",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for item in world.items.keys() {
        if world.handled.contains(item) {
            looked.at += 1;
        } else {
            looked.skip("it was not handled in any access that is on record");
        }
    }
    for (leaf, access) in &world.odd_accesses {
        for finding in &access.findings {
            let (item, what) = match finding {
                Finding::BagMismatch {
                    item,
                    registered,
                    typed,
                } => {
                    let registered = registered.as_ref().map_or("none", |bag| bag.as_str());
                    (
                        item,
                        format!("the bag of {item} has the number {typed}, not {registered}"),
                    )
                }
                Finding::NotThere { item } => {
                    (item, format!("{item} was not where the register has it"))
                }
                Finding::TwoPlaces { item, at } => (
                    item,
                    format!("{item} was put in, and the register has it in {at}"),
                ),
                Finding::SealBroken { item } => (item, format!("the seal of {item} was broken")),
                _ => continue,
            };
            if is_open(world, finding, item) {
                let location = &access.opened.location;
                looked.found.push(Found {
                    about: About::Entry(*leaf),
                    message: format!(
                        "{what} (access of {location} at {})",
                        access.opened.opened_at
                    ),
                });
            }
        }
    }
    looked
}

/// As long as the thing is there, and what is on it still counts.
fn is_open(world: &World, finding: &Finding, name: &Name) -> bool {
    let Some(item) = world.items.get(name) else {
        return false;
    };
    // A seal is broken whenever a bag is used: only while it stays so, somebody has to see to it.
    if matches!(finding, Finding::SealBroken { .. }) && !item.broken {
        return false;
    }
    item.facts.holds.as_ref().is_none_or(|held| {
        let live = |(number, _): &(u32, _)| *number == held.epoch;
        world.live(&held.secret).any(live)
    })
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
        odd_access(
            &mut world,
            Finding::BagMismatch {
                item: name("qr-tokyo"),
                registered: Some(text("A1")),
                typed: text("A7"),
            },
        );
        breaks(&RULE, &world, "has the number A7, not A1");
        destroy(&mut world, SEED);
        holds(&RULE, &world);
        let mut world = good();
        odd_access(
            &mut world,
            Finding::SealBroken {
                item: name("qr-tokyo"),
            },
        );
        holds(&RULE, &world);
        broken(&mut world, "qr-tokyo");
        breaks(&RULE, &world, "was broken");
    }

    #[test]
    fn nothing_is_said_of_what_nobody_has_handled() {
        let mut world = good();
        world.handled.clear();
        says_nothing(&RULE, &world);
    }
}
