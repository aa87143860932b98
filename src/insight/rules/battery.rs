//! RK014: devices with a battery are checked and replaced in time.

use super::rule::{Looked, Rule, Severity};
use super::world::DAY;
use super::world::World;
use crate::statement::findings::About;
use crate::statement::register::ItemKind;

/// The rule.
pub const RULE: Rule = Rule {
    number: 14,
    name: "battery",
    severity: Severity::Medium,
    title: "Devices with a battery are checked and replaced in time",
    why: "A token whose battery is dead is a lost MFA.",
    fix: "`rootkeep item check NAME --battery-checked DATE --battery-expires DATE`; to replace it: runbook replace-battery-mfa",
    source: "AWS: root user best practices, MFA devices with batteries; M5",
    look,
};

/// So many days ahead it is said.
const AHEAD: u64 = 60;
/// After so many days a battery is to be checked again.
const CHECKED: u64 = 190;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let soon = world.now.plus(AHEAD * DAY).to_chrono().date_naive();
    let stale = world.days_ago(CHECKED).to_chrono().date_naive();
    for (name, item) in &world.items {
        let (expires, checked) = (item.facts.battery_expires, item.facts.battery_checked);
        let has_battery = expires.is_some() || checked.is_some();
        if !has_battery && item.facts.kind != ItemKind::MfaToken {
            continue;
        }
        let wrong = match (expires, checked) {
            (Some(day), _) if day.0 <= soon => {
                Some(format!("its battery is to be replaced by {day}"))
            }
            (_, Some(day)) if day.0 < stale => {
                Some(format!("its battery was last checked on {day}"))
            }
            (Some(_), _) | (_, Some(_)) => None,
            (None, None) => Some("nothing of its battery is on record".to_owned()),
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
        item(&mut world, "token").battery_expires = Some(date("2026-12-24"));
        breaks(&RULE, &world, "replaced by 2026-12-24");
        item(&mut world, "token").battery_expires = None;
        item(&mut world, "token").battery_checked = Some(date("2026-01-01"));
        breaks(&RULE, &world, "last checked on 2026-01-01");
        item(&mut world, "token").battery_checked = None;
        breaks(&RULE, &world, "nothing of its battery");
    }
}
