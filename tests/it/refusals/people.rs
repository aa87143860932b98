//! Who is not, not yet, or no longer there; and cards and keys that are not theirs.

use std::fs;

use rootkeep::crypto::card::{self, Card};
use rootkeep::error::Kind;
use rootkeep::ledger::{self, Durability};
use rootkeep::state::people::Custodian;
use rootkeep::statement::Claim;
use rootkeep::statement::people::{Cause, Retire, RetirePersonal, Role};

use super::{policy, settings};
use crate::story::retire;
use crate::world::*;

#[test]
fn a_retired_custodian_is_out() {
    let world = World::ready();
    let request = world.request(&[MFA]);
    let mut open = world.session(EVE);
    let (sign, blobs) = world.good_sign(EVE, MFA, request.leaf);
    let keys = world.dir.path().join("old-keys");
    copy_dir(&world.ledger().join("keys"), &keys);
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("not-a-member", || world.open(EVE));
    // Neither a session from before nor kept key files help.
    world.refused("retired", || open.sign_off(request.leaf));
    world.refused("retired", || open.enter(import_claim(), Vec::new()));
    drop(open);
    copy_dir(&keys, &world.ledger().join("keys"));
    world.refused("retired", || world.force(EVE, sign, blobs));
    world.refused("retired", || world.session(EVE).cosign_head());
    // Nobody can be made to seal to them.
    world.refused("holder-not-in-force", || {
        world.seal(ADA, MFA, None, b"next")
    });
    world.refused("not-a-holder", || {
        world.enter(ADA, world.define(random_id(), "with-eve", 2, &[ADA, EVE]))
    });
    world.refused("no-role", || world.request_by(ADA, &[PASSWORD], EVE, 600));
    world.refused("retired", || world.enter(ADA, retire(&world, EVE, None)));
    world.refused("too-few-holders", || {
        world.request_by(ADA, &[MFA], ADA, 600)
    });
}

#[test]
fn governance_does_not_die_by_retirement() {
    let world = World::ready();
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.decide(ADA, retire(&world, DAN, None), &[ADA, BEA, CY]);
    world.refused("governance-would-die", || {
        world.enter(ADA, retire(&world, CY, None))
    });
    world.assert_good(ADA);
}

#[test]
fn distrust_marks_from_an_index_on_and_undoes_nothing() {
    let world = World::ready();
    let size = world.session(ADA).head().unwrap().0;
    let request = world.request_by(EVE, &[PASSWORD], ADA, 600).unwrap();
    world.refused("malformed", || {
        world.enter(ADA, retire(&world, EVE, Some(size + 2)))
    });
    let claim = Claim::CustodianRetire(
        Retire {
            custodian: world.id(EVE),
            cause: Cause::Compromised,
            distrust_from: Some(size),
        },
        Some(RetirePersonal {
            note: Some(text("lost laptop")),
        }),
    );
    world.decide(ADA, claim, &[ADA, BEA, CY]);
    let record = Custodian::load(&world.open(ADA).unwrap().view(), &world.id(EVE))
        .unwrap()
        .unwrap();
    assert_eq!(
        (record.distrust_from, record.cause),
        (Some(size), Some(Cause::Compromised))
    );
    // The request that eve made is flagged by it, and stands: whether to sign is for the signers.
    world.sign_all(request.leaf, &[BEA, CY]);
    world.reveal(ADA, request.leaf, PASSWORD).unwrap();
    world.assert_good(ADA);
}

#[test]
fn what_a_distrusted_custodian_proposed_lapses_and_what_they_proposed_before_does_not() {
    let world = World::ready();
    let propose = || world.enter(EVE, policy(settings(9, 9, 600))).unwrap();
    let (before, since) = (propose(), propose());
    let claim = Claim::CustodianRetire(
        Retire {
            custodian: world.id(EVE),
            cause: Cause::Compromised,
            distrust_from: Some(since.seq),
        },
        Some(RetirePersonal { note: None }),
    );
    world.decide(ADA, claim, &[ADA, BEA, CY]);
    world.refused("lapsed", || world.session(ADA).sign_off(since.leaf));
    world.refused("lapsed", || {
        world.session(ADA).reject(since.leaf, text("hers"))
    });
    world.sign_all(before.leaf, &[ADA, BEA, CY]);
    world.assert_good(ADA);
}

#[test]
fn a_newcomer_who_never_accepted_counts_for_nothing() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Keeper, Role::Holder, Role::Operator]);
    world.refused("not-accepted", || world.enter(fay, import_claim()));
    world.refused("not-accepted", || world.seal(fay, PASSWORD, None, b"mine"));
    world.refused("not-accepted", || {
        world.request_by(fay, &[PASSWORD], ADA, 600)
    });
    world.refused("not-accepted", || world.session(fay).cosign_head());
    world.refused("no-role", || world.request_by(ADA, &[PASSWORD], fay, 600));
    world.refused("not-a-holder", || {
        world.enter(ADA, world.define(random_id(), "with-fay", 2, &[ADA, fay]))
    });
    world.session(fay).accept().unwrap();
    world.refused("already-decided", || world.session(fay).accept());
    world.refused("card-known", || {
        world.enter(ADA, world.add_claim(fay, &[Role::Holder]))
    });
    world.refused("card-known", || {
        world.enter(ADA, world.add_claim(BEA, &[Role::Holder]))
    });
    world.assert_good(ADA);
}

#[test]
fn a_stranger_has_no_way_in() {
    let mut world = World::ready();
    let hal = world.newcomer("hal");
    world.refused("not-a-member", || world.open(hal));
    world.propose(hal, &[Role::Holder]);
    world.refused("not-a-member", || world.open(hal));
}

#[test]
fn a_member_key_that_does_not_fit_the_pin_is_refused() {
    let world = World::ready();
    drop(world.session(BEA));
    let own = world
        .ledger()
        .join(format!("keys/{}.member.age", world.id(BEA)));
    // Another key, sealed to bea: with the card beside the identity, and with the pin alone.
    let (other, _) = Card::issue(
        &rng(),
        world.people[BEA].card.recipient.clone(),
        &world.people[BEA].personal,
        &world.host,
    )
    .unwrap();
    ledger::write_private(&own, &other.sealed, Durability::Rename).unwrap();
    let refuse = || {
        let error = world.open(BEA).err().unwrap();
        assert_eq!(
            (error.code(), error.kind()),
            ("wrong-member-key", Kind::Verification)
        );
    };
    refuse();
    fs::remove_file(world.card_file(BEA)).unwrap();
    refuse();
}

#[test]
fn a_card_file_that_was_touched_is_refused() {
    let world = World::of_people(1);
    let bytes = fs::read(world.card_file(0)).unwrap();
    assert!(card::read_file(&bytes).is_ok());
    for at in (0..bytes.len()).step_by(7) {
        let mut other = bytes.clone();
        other[at] ^= 1;
        assert!(card::read_file(&other).is_err(), "byte {at}");
    }
}
