//! RK013: a virtual MFA has a printed copy within reach of each time zone where custodians are.

use chrono::Offset;
use chrono_tz::Tz;

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::statement::SecretKind;
use crate::statement::findings::About;
use crate::statement::register::ItemKind;

/// The rule.
pub const RULE: Rule = Rule {
    number: 13,
    name: "sheet-in-zone",
    severity: Severity::Medium,
    title: "A virtual MFA has a printed copy within reach of each time zone where custodians are",
    why: "A root user may be needed at three in the morning: a safe on the other side of the world is no help.",
    fix: "print a copy in a release and put it into a safe there: `rootkeep print sheet ID --location NAME --bag NUMBER --copy N --out FILE`, `rootkeep item add NAME --kind qr-sheet --for SECRET --location NAME`",
    source: "AWS: root user best practices, virtual MFA QR codes in safes across time zones; M5, M6",
    look,
};

/// Zones that are no further apart are as one: so many hours.
const APART: i32 = 4;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let things = world.things_by_account();
    let mut wanted: Vec<(i32, &Id, Tz)> = world
        .active_people()
        .filter_map(|id| {
            world
                .zones
                .get(id)
                .map(|zone| (offset(world, *zone), id, *zone))
        })
        .collect();
    if wanted.is_empty() {
        return Looked::nothing("in which time zones custodians live is not on record");
    }
    wanted.sort_by_key(|(offset, ..)| *offset);
    for (account, _, _) in world.rooted_accounts() {
        let Some(copies) = things.get(&(account, SecretKind::MfaSeed)) else {
            looked.skip("nothing of its MFA is in a location");
            continue;
        };
        if copies
            .iter()
            .all(|(_, item)| item.facts.kind != ItemKind::QrSheet)
        {
            looked.skip("its MFA is no printed copy");
            continue;
        }
        let there: Vec<i32> = copies
            .iter()
            .filter_map(|(_, item)| world.locations.get(item.place.location()?))
            .filter_map(|location| location.facts.timezone.parse::<Tz>().ok())
            .map(|zone| offset(world, zone))
            .collect();
        let missing = wanted.iter().find(|(wanted, ..)| {
            there
                .iter()
                .all(|offset| hours_apart(*wanted, *offset) > APART)
        });
        looked.at(
            || About::Account(account),
            missing.map(|(_, who, zone)| {
                format!(
                    "no printed copy of its MFA is near {} ({zone})",
                    world.name(who)
                )
            }),
        );
    }
    looked
}

fn offset(world: &World, zone: Tz) -> i32 {
    let now = world.now.to_chrono().with_timezone(&zone);
    now.offset().fix().local_minus_utc() / 3600
}

/// Around the world, the shorter way.
fn hours_apart(one: i32, other: i32) -> i32 {
    let apart = (one - other).rem_euclid(24);
    apart.min(24 - apart)
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
        world.items.remove(&name("qr-tokyo"));
        breaks(&RULE, &world, "Asia/Tokyo");
        world.zones.clear();
        says_nothing(&RULE, &world);
    }
}
