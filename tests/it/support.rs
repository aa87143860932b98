//! A rule speaks for a control where it had something to look at, and of the time that the bundle is of.

use rootkeep::exchange::evidence::bundle::Bundle;
use rootkeep::exchange::evidence::gather::Wanted;
use rootkeep::exchange::evidence::model::ControlState;
use rootkeep::statement::time::Date;

use crate::evidence::{export_at, wanted};
use crate::reconcile;
use crate::world::*;

/// How SOC 2 CC7.3 stands, of which RK033 speaks alone; and whether that rule passed, or had nothing to look at.
fn unexplained(bundle: &Bundle) -> (ControlState, bool, bool) {
    let frameworks = &bundle.evidence.frameworks;
    let soc2 = frameworks.iter().find(|one| one.framework == "soc2");
    let mut controls = soc2.unwrap().controls.iter();
    let control = controls.find(|control| control.id == "CC7.3").unwrap();
    assert_eq!(control.rules, ["RK033"]);
    let rules = &bundle.evidence.rules;
    let has = |list: &[String]| list.iter().any(|rule| rule == "RK033");
    (control.state, has(&rules.passed), has(&rules.not_looked))
}

#[test]
fn no_cloudtrail_is_no_support_and_that_of_another_period_is_none_either() {
    let world = World::ready();
    let export = |wanted: &Wanted| export_at(&world, ADA, wanted, None).0;
    let nothing = (ControlState::NotLookedAt, false, true);
    assert_eq!(unexplained(&export(&wanted())), nothing);
    reconcile::found(&world, ADA, reconcile::facts(&world, &[])).unwrap();
    let whole = (ControlState::Supported, true, false);
    assert_eq!(unexplained(&export(&wanted())), whole);
    // A year later nobody has looked at that year.
    world.clock.forward(400 * 86_400);
    world.request(&[PASSWORD]);
    let later = Wanted {
        from: Date::parse("2027-10-01").unwrap(),
        to: Date::parse("2028-03-31").unwrap(),
        ..wanted()
    };
    assert_eq!(unexplained(&export(&later)), nothing);
}

#[test]
fn each_rule_has_passed_or_found_something_or_had_nothing_to_look_at() {
    let (bundle, _) = export_at(&World::ready(), ADA, &wanted(), None);
    let evidence = &bundle.evidence;
    for rule in rootkeep::insight::rules::ALL {
        let id = rule.id().unwrap().to_string();
        let found = evidence.findings.iter().any(|one| one.rule == id);
        let passed = evidence.rules.passed.contains(&id);
        let not_looked = evidence.rules.not_looked.contains(&id);
        let ways = [found, passed, not_looked];
        assert_eq!(ways.iter().filter(|way| **way).count(), 1, "{id}");
    }
}
