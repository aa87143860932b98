//! RK016: what was taken out of a location was put back.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::state::places::Place;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 16,
    name: "item-out",
    severity: Severity::High,
    title: "What was taken out of a location was put back",
    why: "A thing that is in no location is in somebody's pocket.",
    fix: "`rootkeep safe open LOCATION --purpose TEXT --witness NAME`, then `rootkeep safe close LOCATION --put ITEM`; where it stays elsewhere: `rootkeep item move ITEM --location NAME --witness NAME`",
    source: "PCI PIN removal log practice; M8, M14",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let hours = world.standards.item_out_hours;
    for (name, item) in &world.items {
        let wrong = match &item.place {
            Place::Out { from, since, .. } if since.plus(hours * 3600) < world.now => Some(
                format!("it was taken out of {from} at {since}, and is nowhere since"),
            ),
            _ => None,
        };
        looked.at(|| About::Item(name.clone()), wrong);
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
        take_out(&mut world, "qr-tokyo", "tokyo-safe", 25 * 3600);
        breaks(&RULE, &world, "taken out of tokyo-safe");
        take_out(&mut world, "qr-tokyo", "tokyo-safe", 23 * 3600);
        holds(&RULE, &world);
    }
}
