//! When it is too late: what has expired or lapsed, was rejected or withdrawn, or is closed.

use rootkeep::state::custody::RequestRecord;
use rootkeep::statement::Claim;
use rootkeep::statement::founding::PolicySettings;
use rootkeep::statement::releases::{Form, Reveal};

use super::{destroy, settings};
use crate::story::retire;
use crate::world::*;

#[test]
fn a_request_expires_one_second_after_its_hours() {
    let world = World::ready();
    let hours = i64::from(PolicySettings::default().request_hours);
    let request = world.request(&[PASSWORD]);
    let made = world.clock.seconds();
    world.sign(BEA, request.leaf).unwrap();
    let late = world.copy();
    late.clock.set(made + hours * 3600 + 1);
    late.refused("expired", || late.sign(CY, request.leaf));
    let (sign, blobs) = late.good_sign(CY, PASSWORD, request.leaf);
    late.refused("expired", || late.force(CY, sign, blobs));
    late.refused("expired", || {
        late.session(CY).reject(request.leaf, text("no"))
    });
    late.refused("expired", || late.reveal(ADA, request.leaf, PASSWORD));
    late.refused("not-signed-off", || {
        late.enter(ADA, close_claim(request.leaf))
    });
    world.clock.set(made + hours * 3600);
    assert!(
        world.sign(CY, request.leaf).unwrap().effective,
        "not one second too early"
    );
    // What passed through the expired one goes with the next entry, whatever it is.
    late.import(ADA);
    let record = RequestRecord::load(&late.open(ADA).unwrap().view(), &request.leaf)
        .unwrap()
        .unwrap();
    for digest in record.passing_blobs() {
        assert!(
            late.open(ADA)
                .unwrap()
                .view()
                .blob(&digest)
                .unwrap()
                .is_none()
        );
    }
    late.assert_good(ADA);
    world.assert_good(ADA);
}

#[test]
fn a_window_ends_one_second_after_its_seconds() {
    let world = World::ready();
    let request = world.request_by(ADA, &[PASSWORD], ADA, 60).unwrap();
    world.sign_all(request.leaf, &[BEA, CY]);
    let effective = world.clock.seconds();
    world.clock.set(effective + 60);
    assert_eq!(
        world.reveal(ADA, request.leaf, PASSWORD).unwrap().expose(),
        PASSWORD_TEXT
    );
    world.clock.set(effective + 61);
    world.refused("expired", || world.reveal(ADA, request.leaf, PASSWORD));
    world.refused("expired", || world.sign(ADA, request.leaf));
    let reveal = Reveal {
        request: request.leaf,
        secret: world.secret(PASSWORD),
        epoch: 1,
        form: Form::Text,
        bad: Vec::new(),
    };
    world.refused("expired", || world.enter(ADA, Claim::Reveal(reveal)));
    // Closing is still due, and possible.
    world.enter(ADA, close_claim(request.leaf)).unwrap();
    world.refused("closed", || world.reveal(ADA, request.leaf, PASSWORD));
    world.assert_good(ADA);
}

#[test]
fn a_governance_statement_expires_one_second_after_its_days() {
    let world = World::ready();
    let days = i64::from(PolicySettings::default().pending_days);
    let proposed = world
        .enter(ADA, world.define(random_id(), "late", 2, &[ADA, BEA]))
        .unwrap();
    let made = world.clock.seconds();
    world.sign(ADA, proposed.leaf).unwrap();
    world.sign(BEA, proposed.leaf).unwrap();
    let late = world.copy();
    late.clock.set(made + days * 86_400 + 1);
    late.refused("expired", || late.sign(CY, proposed.leaf));
    late.refused("expired", || {
        late.session(CY).reject(proposed.leaf, text("no"))
    });
    world.clock.set(made + days * 86_400);
    assert!(world.sign(CY, proposed.leaf).unwrap().effective);
    late.import(ADA);
    late.assert_good(ADA);
    world.assert_good(ADA);
}

#[test]
fn the_policys_own_hours_and_days_count() {
    let world = World::ready();
    world.set_policy(settings(1, 1, 600));
    let request = world.request_by(ADA, &[PASSWORD], ADA, 600).unwrap();
    let proposed = world
        .enter(ADA, world.define(random_id(), "late", 2, &[ADA, BEA]))
        .unwrap();
    let start = world.clock.seconds();
    world.clock.set(start + 3600);
    world.sign(BEA, request.leaf).unwrap();
    world.clock.set(start + 3601);
    world.refused("expired", || world.sign(CY, request.leaf));
    world.clock.set(start + 86_400);
    world.sign(BEA, proposed.leaf).unwrap();
    world.clock.set(start + 86_401);
    world.refused("expired", || world.sign(CY, proposed.leaf));
}

#[test]
fn a_rejected_request_takes_nothing_more() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let no = |who: usize| world.session(who).reject(request.leaf, text("not now"));
    world.refused("not-in-quorum", || no(DAN));
    no(ADA).unwrap();
    world.sign(BEA, request.leaf).unwrap();
    let record = || {
        RequestRecord::load(&world.open(ADA).unwrap().view(), &request.leaf)
            .unwrap()
            .unwrap()
    };
    assert!(!record().rejected, "bea and cy could still carry it");
    no(CY).unwrap();
    assert!(record().rejected);
    world.refused("rejected", || world.sign(CY, request.leaf));
    world.refused("rejected", || world.reveal(ADA, request.leaf, PASSWORD));
    world.refused("rejected", || world.session(ADA).withdraw(request.leaf));
    world.refused("rejected", || world.enter(ADA, close_claim(request.leaf)));
    world.assert_good(ADA);
}

#[test]
fn a_rejected_governance_statement_takes_nothing_more() {
    let world = World::ready();
    let proposed = world
        .enter(ADA, world.define(random_id(), "no", 2, &[ADA, BEA]))
        .unwrap();
    for who in [BEA, CY, DAN] {
        world
            .session(who)
            .reject(proposed.leaf, text("no"))
            .unwrap();
    }
    world.refused("rejected", || world.sign(ADA, proposed.leaf));
    world.refused("rejected", || world.session(ADA).withdraw(proposed.leaf));
    world.assert_good(ADA);
}

#[test]
fn a_withdrawn_subject_takes_nothing_more() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign(BEA, request.leaf).unwrap();
    world.refused("not-author", || world.session(BEA).withdraw(request.leaf));
    world.session(ADA).withdraw(request.leaf).unwrap();
    world.refused("withdrawn", || world.sign(CY, request.leaf));
    world.refused("withdrawn", || world.reveal(ADA, request.leaf, PASSWORD));
    world.refused("withdrawn", || world.session(ADA).withdraw(request.leaf));
    world.refused("withdrawn", || world.enter(ADA, close_claim(request.leaf)));
    let proposed = world
        .enter(ADA, world.define(random_id(), "no", 2, &[ADA, BEA]))
        .unwrap();
    world.refused("not-author", || world.session(BEA).withdraw(proposed.leaf));
    world.session(ADA).withdraw(proposed.leaf).unwrap();
    world.refused("withdrawn", || world.sign(BEA, proposed.leaf));
    world.assert_good(ADA);
}

#[test]
fn what_was_revealed_is_closed_and_not_taken_back() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[BEA, CY]);
    world.refused("already-effective", || {
        world.session(ADA).reject(request.leaf, text("no"))
    });
    world.reveal(ADA, request.leaf, PASSWORD).unwrap();
    world.refused("already-revealed", || {
        world.session(ADA).withdraw(request.leaf)
    });
    world.refused("not-operator", || {
        world.enter(BEA, close_claim(request.leaf))
    });
    world.enter(ADA, close_claim(request.leaf)).unwrap();
    world.refused("closed", || world.enter(ADA, close_claim(request.leaf)));
    world.refused("closed", || world.reveal(ADA, request.leaf, PASSWORD));
    world.refused("closed", || world.sign(ADA, request.leaf));
    world.refused("closed", || world.session(ADA).withdraw(request.leaf));
    let reveal = Reveal {
        request: request.leaf,
        secret: world.secret(PASSWORD),
        epoch: 1,
        form: Form::Text,
        bad: Vec::new(),
    };
    world.refused("closed", || world.enter(ADA, Claim::Reveal(reveal)));
}

#[test]
fn a_request_lapses_when_its_quorum_is_set_anew() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign(BEA, request.leaf).unwrap();
    let (quorum, _) = world.session(ADA).find_quorum("engineers").unwrap();
    world.decide(
        ADA,
        world.define(quorum, "engineers", 2, &[ADA, BEA, CY, DAN]),
        &[ADA, BEA, CY],
    );
    world.refused("lapsed", || world.sign(CY, request.leaf));
    let (sign, blobs) = world.good_sign(CY, PASSWORD, request.leaf);
    world.refused("lapsed", || world.force(CY, sign, blobs));
    world.refused("lapsed", || {
        world.session(CY).reject(request.leaf, text("no"))
    });
    world.refused("not-signed-off", || {
        world.reveal(ADA, request.leaf, PASSWORD)
    });
    // A seal that was made for the old form is refused as well.
    world.seal(ADA, PASSWORD, None, b"next").unwrap();
    world.assert_good(ADA);
}

#[test]
fn what_is_in_effect_lapses_no_more() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[BEA, CY]);
    let (quorum, _) = world.session(ADA).find_quorum("engineers").unwrap();
    world.decide(
        ADA,
        world.define(quorum, "engineers", 2, &[ADA, BEA, CY, DAN]),
        &[ADA, BEA, CY],
    );
    world.set_policy(settings(30, 72, 600));
    world.sign(ADA, request.leaf).unwrap();
    world.reveal(ADA, request.leaf, PASSWORD).unwrap();
    world.assert_good(ADA);
}

#[test]
fn what_waits_lapses_when_the_policy_is_set() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let proposed = world
        .enter(ADA, world.define(random_id(), "late", 2, &[ADA, BEA]))
        .unwrap();
    world.sign(BEA, request.leaf).unwrap();
    world.set_policy(settings(30, 72, 86_400));
    world.refused("lapsed", || world.sign(CY, request.leaf));
    world.refused("lapsed", || world.sign(CY, proposed.leaf));
    world.assert_good(ADA);
}

#[test]
fn a_request_lapses_when_its_operator_is_retired() {
    let world = World::ready();
    let request = world.request_by(ADA, &[PASSWORD], EVE, 600).unwrap();
    world.sign(BEA, request.leaf).unwrap();
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("lapsed", || world.sign(CY, request.leaf));
    world.assert_good(ADA);
}

#[test]
fn a_request_lapses_when_its_epoch_is_destroyed() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign(BEA, request.leaf).unwrap();
    let (sign, blobs) = world.good_sign(CY, PASSWORD, request.leaf);
    world.decide(ADA, destroy(&world, PASSWORD), &[ADA, BEA, CY]);
    world.refused("lapsed", || world.force(CY, sign, blobs));
    world.refused("lapsed", || world.sign(CY, request.leaf));
    world.refused("destroyed", || world.request_by(ADA, &[PASSWORD], ADA, 600));
    world.refused("unknown-secret", || {
        world.enter(ADA, destroy(&world, PASSWORD))
    });
    world.assert_good(ADA);
}

#[test]
fn a_governance_statement_lapses_when_what_it_names_is_gone() {
    let world = World::ready();
    let proposed = world
        .enter(ADA, world.define(random_id(), "with-eve", 2, &[ADA, EVE]))
        .unwrap();
    let same_name = world
        .enter(ADA, world.define(random_id(), "twins", 2, &[ADA, BEA]))
        .unwrap();
    world.quorum("twins", 2, &[ADA, CY]);
    world.refused("lapsed", || world.sign(ADA, same_name.leaf));
    let first = world.enter(ADA, retire(&world, EVE, None)).unwrap();
    let second = world.enter(ADA, retire(&world, EVE, None)).unwrap();
    world.sign_all(first.leaf, &[ADA, BEA, CY]);
    world.refused("lapsed", || world.sign(ADA, proposed.leaf));
    world.refused("lapsed", || world.sign(ADA, second.leaf));
    world.assert_good(ADA);
}
