//! Who may sign, who may write at all, and that nobody counts twice.

use rootkeep::statement::Claim;
use rootkeep::statement::decisions::{About, SignOff};
use rootkeep::statement::people::Role;
use rootkeep::statement::secrets::{Confirm, ConfirmPersonal};

use super::{destroy, policy, settings};
use crate::story::retire;
use crate::world::*;

#[test]
fn someone_outside_the_quorum_signs_no_release() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.refused("not-in-quorum", || world.sign(DAN, request.leaf));
    // Another program that leaves its own checks out gets no further.
    let empty = SignOff {
        subject: request.leaf,
        proofs: Vec::new(),
        shares: Vec::new(),
    };
    world.refused("not-in-quorum", || world.force(DAN, empty, Vec::new()));
}

#[test]
fn a_custodian_without_governance_share_signs_no_governance_statement() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Keeper, Role::Holder]);
    world.session(fay).accept().unwrap();
    let proposed = world.enter(ADA, policy(settings(9, 9, 600))).unwrap();
    world.refused("not-in-quorum", || world.sign(fay, proposed.leaf));
}

#[test]
fn the_same_person_counts_once() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign(BEA, request.leaf).unwrap();
    world.refused("already-decided", || world.sign(BEA, request.leaf));
    world.refused("already-decided", || {
        world.session(BEA).reject(request.leaf, text("no"))
    });
    let proposed = world.enter(ADA, policy(settings(9, 9, 600))).unwrap();
    world.sign(ADA, proposed.leaf).unwrap();
    world.refused("already-decided", || world.sign(ADA, proposed.leaf));
    world.refused("already-decided", || {
        world.session(ADA).reject(proposed.leaf, text("no"))
    });
    world.refused("not-signed-off", || {
        world.reveal(ADA, request.leaf, PASSWORD)
    });
}

#[test]
fn the_same_founder_signs_the_genesis_once() {
    let world = World::founded(3, 2);
    let genesis = world.genesis();
    world.refused("already-decided", || world.sign(ADA, genesis));
    world.sign(BEA, genesis).unwrap();
    world.refused("already-decided", || world.sign(BEA, genesis));
}

#[test]
fn a_witness_or_a_reader_signs_no_release() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Witness]);
    world.session(fay).accept().unwrap();
    let gus = world.newcomer("gus");
    world.enrol(gus, &[Role::Reader]);
    let request = world.request(&[PASSWORD]);
    world.refused("not-in-quorum", || world.sign(fay, request.leaf));
    world.refused("not-in-quorum", || world.sign(gus, request.leaf));
    let (sign, blobs) = world.good_sign(BEA, PASSWORD, request.leaf);
    world.refused("not-in-quorum", || {
        world.force(fay, sign.clone(), blobs.clone())
    });
    world.refused("reader", || world.force(gus, sign, blobs));
}

#[test]
fn a_reader_writes_nothing() {
    let mut world = World::ready();
    let gus = world.newcomer("gus");
    world.enrol(gus, &[Role::Reader]);
    let genesis = world.genesis();
    world.refused("reader", || world.enter(gus, import_claim()));
    world.refused("reader", || world.session(gus).accept());
    world.refused("reader", || world.request_by(gus, &[PASSWORD], ADA, 600));
    world.refused("reader", || world.seal(gus, PASSWORD, None, b"mine"));
    world.refused("reader", || {
        world.enter(gus, Claim::Withdraw(About { subject: genesis }))
    });
    world.refused("reader", || world.enter(gus, retire(&world, gus, None)));
    let cosign = || world.session(gus).cosign_head().map(|_| ());
    world.refused("reader", cosign);
}

#[test]
fn a_custodian_without_the_role_is_refused() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Witness]);
    world.session(fay).accept().unwrap();
    world.refused("no-role", || world.enter(fay, import_claim()));
    world.refused("no-role", || world.request_by(fay, &[PASSWORD], ADA, 600));
    world.refused("no-role", || world.request_by(ADA, &[PASSWORD], fay, 600));
    world.refused("no-role", || world.seal(fay, PASSWORD, None, b"mine"));
    world.refused("no-role", || {
        world.seal(fay, "org/note", Some("board"), b"mine")
    });
    world.refused("no-role", || {
        world.enter(fay, world.define(random_id(), "mine", 2, &[ADA, BEA]))
    });
    world.refused("no-role", || world.enter(fay, retire(&world, ADA, None)));
    let gus = world.newcomer("gus");
    world.refused("no-role", || {
        world.enter(fay, world.add_claim(gus, &[Role::Keeper]))
    });
    let confirm = Claim::SecretConfirm(
        Confirm {
            secret: world.secret(PASSWORD),
            epoch: 1,
        },
        Some(ConfirmPersonal { note: None }),
    );
    world.refused("no-role", || world.enter(fay, confirm));
    world.refused("no-role", || world.enter(fay, destroy(&world, PASSWORD)));
    world.refused("not-a-holder", || {
        world.enter(ADA, world.define(random_id(), "with-fay", 2, &[ADA, fay]))
    });
}
