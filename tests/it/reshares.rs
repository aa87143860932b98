//! People go, and what they held is split anew: nobody sees the value, nothing is lost, and who went
//! opens nothing that is made after.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::crypto::identity::Identity;
use rootkeep::error::Kind;
use rootkeep::present::describe;
use rootkeep::state::custody::Epoch;
use rootkeep::statement::Claim;
use rootkeep::statement::releases::Form;
use rootkeep::statement::secrets::{
    Confirm, ConfirmPersonal, Destroy, DestroyPersonal, Prove, Reseal,
};

use crate::story::retire;
use crate::world::*;

/// Cy leaves, and dan takes the place among the engineers.
fn after_a_departure() -> World {
    let world = World::ready();
    world.decide(ADA, retire(&world, CY, None), &[BEA, DAN, EVE]);
    let (engineers, _) = world.session(ADA).find_quorum("engineers").unwrap();
    world.decide(
        ADA,
        world.define(engineers, "engineers", 2, &[ADA, BEA, DAN]),
        &[ADA, BEA, DAN],
    );
    world
}

fn propose(world: &World, secrets: &[&str]) -> Digest {
    let ids: Vec<Id> = secrets.iter().map(|name| world.secret(name)).collect();
    world
        .trusted(ADA)
        .unwrap()
        .reshare(&ids, world.id(ADA), 3600, purpose())
        .unwrap()
        .leaf
}

/// ada carries out a resharing that has one secret left, and is told so.
fn carry_out_the_only_one(world: &World, reshare: &Digest) {
    let mut told = Vec::new();
    let entered = world
        .trusted(ADA)
        .unwrap()
        .carry_out_reshare(reshare, &mut |done, all| told.push((done, all)))
        .unwrap();
    assert_eq!((entered.len(), told), (1, vec![(1, 1)]));
}

fn epoch(world: &World, secret: &str, number: u32) -> Epoch {
    let session = world.session(ADA);
    Epoch::load(&session.view(), &world.secret(secret), number)
        .unwrap()
        .unwrap()
}

fn destroy(world: &World, secret: &str, epoch: Option<u32>) -> Claim {
    Claim::SecretDestroy(
        Destroy {
            secret: world.secret(secret),
            epoch,
        },
        Some(DestroyPersonal {
            reason: text("cy has left"),
        }),
    )
}

#[test]
fn a_secret_outlives_whoever_held_a_share_of_it() {
    let world = after_a_departure();
    let secret = world.secret(PASSWORD);
    let reshare = propose(&world, &[PASSWORD]);
    for place in [ADA, BEA] {
        world.trusted(place).unwrap().sign_off(reshare).unwrap();
    }
    carry_out_the_only_one(&world, &reshare);
    let (old, new) = (epoch(&world, PASSWORD, 1), epoch(&world, PASSWORD, 2));
    let holders: BTreeSet<Id> = new.shares.iter().map(|share| share.holder).collect();
    assert_eq!(holders, [ADA, BEA, DAN].map(|place| world.id(place)).into());
    assert_eq!(new.reshared_from, Some(1));
    // Who may know the value still may; the operator's program had it.
    assert_eq!(new.knowers, old.knowers);
    // Whoever split it could have sealed anything: that the old one works says nothing of the new one.
    assert!(new.confirmed.is_empty());
    // Cy's identity opens nothing of it.
    let cy = Identity::load(&world.identity(CY), &world.host).unwrap();
    let session = world.session(ADA);
    for share in &new.shares {
        let blob = session.view().blob(&share.blob).unwrap().unwrap();
        assert_eq!(cy.decrypt(&blob).unwrap_err().code(), "cannot-decrypt");
    }
    drop(session);
    // The old epoch goes only once enough holders have shown that the new one works.
    world.refused("not-proven", || {
        world
            .trusted(ADA)?
            .enter(destroy(&world, PASSWORD, Some(1)), Vec::new())
    });
    let prove = |place: usize| world.trusted(place)?.prove_shares(new.seal, &[secret]);
    prove(BEA).unwrap();
    world.refused("not-proven", || {
        world
            .trusted(ADA)?
            .enter(destroy(&world, PASSWORD, Some(1)), Vec::new())
    });
    prove(DAN).unwrap();
    world.refused("not-in-quorum", || prove(EVE));
    world.decide(ADA, destroy(&world, PASSWORD, Some(1)), &[ADA, BEA, DAN]);
    // And the value is the same.
    let request = world
        .trusted(ADA)
        .unwrap()
        .request(&[(secret, 2)], world.id(ADA), 600, purpose())
        .unwrap();
    world.sign_all(request.leaf, &[BEA, DAN]);
    let revealed = world
        .session(ADA)
        .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
        .unwrap();
    assert_eq!(revealed.plaintext.expose(), PASSWORD_TEXT);
    for place in [ADA, BEA, DAN, EVE] {
        world.assert_good(place);
    }
}

#[test]
fn what_was_interrupted_goes_on_where_it_stopped() {
    let world = after_a_departure();
    // More than are entered at once.
    let names: Vec<String> = (0..20).map(|place| format!("org/note:n{place}")).collect();
    let value = |name: &str| format!("the value of {name}");
    for name in &names {
        let value = value(name);
        world
            .seal(ADA, name, Some("engineers"), value.as_bytes())
            .unwrap();
    }
    let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let reshare = propose(&world, &borrowed);
    for place in [ADA, BEA] {
        world.trusted(place).unwrap().sign_off(reshare).unwrap();
    }
    let cut = catch_unwind(AssertUnwindSafe(|| {
        world
            .trusted(ADA)
            .unwrap()
            .carry_out_reshare(&reshare, &mut |_, _| panic!("the power is cut"))
    }));
    assert!(cut.is_err());
    let split = || {
        let session = world.session(ADA);
        let view = session.view();
        let split = names.iter().filter(|name| {
            let id = session.find_secret(&name.parse().unwrap()).unwrap().0;
            Epoch::load(&view, &id, 2).unwrap().is_some()
        });
        split.count()
    };
    let before = split();
    assert!((1..20).contains(&before), "{before}");
    let mut told = Vec::new();
    let entered = world
        .trusted(ADA)
        .unwrap()
        .carry_out_reshare(&reshare, &mut |done, all| told.push((done, all)))
        .unwrap();
    let left = 20 - before;
    assert_eq!(entered.len(), left);
    assert_eq!(
        told,
        (1..=left).map(|done| (done, left)).collect::<Vec<_>>()
    );
    assert_eq!(split(), 20);
    for name in &names {
        assert_eq!(epoch(&world, name, 2).reshared_from, Some(1));
    }
    // Done is done.
    let again = world
        .trusted(ADA)
        .unwrap()
        .carry_out_reshare(&reshare, &mut |_, _| ())
        .unwrap();
    assert!(again.is_empty());
    // And every value is its own.
    for name in [&names[0], &names[19]] {
        let secret = world.secret(name);
        let request = world
            .trusted(ADA)
            .unwrap()
            .request(&[(secret, 2)], world.id(ADA), 600, purpose())
            .unwrap();
        world.sign_all(request.leaf, &[BEA, DAN]);
        let revealed = world
            .session(ADA)
            .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
            .unwrap();
        assert_eq!(revealed.plaintext.expose(), value(name).as_bytes());
    }
    world.assert_good(BEA);
}

#[test]
fn a_secret_that_cannot_be_split_anew_holds_up_no_other() {
    let world = after_a_departure();
    let other = "444455556666/password";
    world
        .seal(ADA, other, Some("engineers"), b"another one")
        .unwrap();
    let reshare = propose(&world, &[PASSWORD, other]);
    // What bea sends of one of them is rubbish.
    let spoiled = world.secret(PASSWORD);
    let copy = world.copy();
    let entered = copy.trusted(BEA).unwrap().sign_off(reshare).unwrap();
    let session = copy.session(BEA);
    let Claim::Sign(mut sign) = session.proven(entered.seq).unwrap().claim().clone() else {
        panic!()
    };
    let mut blobs = Vec::new();
    for share in &mut sign.shares {
        let mut blob = session.view().blob(&share.blob).unwrap().unwrap();
        if share.secret == spoiled {
            blob = b"rubbish".to_vec();
            share.blob = Digest::of(&blob);
        }
        blobs.push(blob);
    }
    world
        .trusted(BEA)
        .unwrap()
        .enter(Claim::Sign(sign), blobs)
        .unwrap();
    world.trusted(ADA).unwrap().sign_off(reshare).unwrap();
    for _ in 0..2 {
        let error = world
            .trusted(ADA)
            .unwrap()
            .carry_out_reshare(&reshare, &mut |_, _| ())
            .unwrap_err();
        assert_eq!(error.code(), "too-few-good-shares");
        assert!(error.to_string().contains("give the key"), "{error}");
    }
    assert_eq!(epoch(&world, other, 2).reshared_from, Some(1));
    let session = world.session(ADA);
    assert!(Epoch::load(&session.view(), &spoiled, 2).unwrap().is_none());
    drop(session);
    world.assert_good(ADA);
}

#[test]
fn a_resharing_is_refused_where_a_release_would_be_and_shows_nothing() {
    let world = after_a_departure();
    let secret = world.secret(PASSWORD);
    let reshare = propose(&world, &[PASSWORD]);
    let carry_out = |place: usize| {
        world
            .trusted(place)?
            .carry_out_reshare(&reshare, &mut |_, _| ())
            .map(drop)
    };
    world.refused("not-signed-off", || carry_out(ADA));
    world.trusted(ADA).unwrap().sign_off(reshare).unwrap();
    world.refused("not-signed-off", || carry_out(ADA));
    // Cy holds a share of the old epoch, and is gone; eve holds none.
    world.refused("not-a-member", || world.trusted(CY)?.sign_off(reshare));
    world.refused("not-in-quorum", || world.trusted(EVE)?.sign_off(reshare));
    world.trusted(BEA).unwrap().sign_off(reshare).unwrap();
    world.refused("not-operator", || carry_out(BEA));
    world.refused("reshare-shows-nothing", || {
        world
            .trusted(ADA)?
            .reveal(&reshare, &secret, Form::Text, |_| Ok(()))
            .map(drop)
    });
    // Somebody else's program can't put another value in the place of this one.
    let forged = {
        let sealed = world
            .seal(DAN, "org/note", Some("engineers"), b"mine")
            .unwrap();
        let session = world.session(DAN);
        let statement = session.proven(sealed.entered.seq).unwrap();
        let Claim::Seal(mut seal) = statement.claim().clone() else {
            panic!()
        };
        seal.secret = secret;
        seal.epoch = 2;
        Claim::Reseal(Reseal { reshare, seal })
    };
    let error = world
        .open(DAN)
        .unwrap()
        .enter(forged, Vec::new())
        .unwrap_err();
    assert!(
        ["not-operator", "blob-known"].contains(&error.code()),
        "{error}"
    );
    // Its window is that of a release.
    world.clock.forward(3601);
    world.refused("expired", || carry_out(ADA));
    world.assert_good(ADA);
}

#[test]
fn only_the_newest_epoch_is_split_anew_and_only_once() {
    let world = after_a_departure();
    let reshare = propose(&world, &[PASSWORD]);
    for place in [ADA, BEA] {
        world.trusted(place).unwrap().sign_off(reshare).unwrap();
    }
    // Sealed anew in the meantime: a new value, and nothing to carry over.
    world.seal(ADA, PASSWORD, None, b"rotated").unwrap();
    let entered = world
        .trusted(ADA)
        .unwrap()
        .carry_out_reshare(&reshare, &mut |_, _| ())
        .unwrap();
    assert!(entered.is_empty());
    assert_eq!(epoch(&world, PASSWORD, 2).reshared_from, None);
}

fn shown(world: &World, place: usize, subject: &Digest) -> String {
    let session = world.trusted(place).unwrap();
    let preview = session.preview(subject).unwrap();
    let people = session.people().unwrap();
    describe::statement(&session, &preview.statement, &people)
        .unwrap()
        .join("\n")
}

#[test]
fn who_decides_on_the_old_epochs_end_reads_whether_another_has_tried_the_new_one() {
    let world = after_a_departure();
    let secret = world.secret(PASSWORD);
    let reshare = propose(&world, &[PASSWORD]);
    for place in [ADA, BEA] {
        world.trusted(place).unwrap().sign_off(reshare).unwrap();
    }
    carry_out_the_only_one(&world, &reshare);
    let seal = epoch(&world, PASSWORD, 2).seal;
    for place in [BEA, DAN] {
        let (_, bad) = world
            .trusted(place)
            .unwrap()
            .prove_shares(seal, &[secret])
            .unwrap();
        assert!(bad.is_empty());
    }
    let proposed = world
        .session(ADA)
        .enter(destroy(&world, PASSWORD, Some(1)), Vec::new())
        .unwrap();
    let confirm = |place: usize| {
        let confirm = Confirm { secret, epoch: 2 };
        let personal = Some(ConfirmPersonal { note: None });
        world
            .session(place)
            .enter(Claim::SecretConfirm(confirm, personal), Vec::new())
            .unwrap();
    };
    let warned = || shown(&world, BEA, &proposed.leaf).contains("nobody but who split it anew");
    assert!(warned());
    confirm(ADA);
    assert!(warned(), "ada has split it");
    confirm(DAN);
    assert!(!warned());
}

#[test]
fn who_decides_on_a_departure_reads_what_nobody_could_open_any_more() {
    let world = World::ready();
    let leaves = world
        .session(ADA)
        .enter(retire(&world, CY, None), Vec::new())
        .unwrap();
    assert!(!shown(&world, BEA, &leaves.leaf).contains("NOBODY"));
    world.sign_all(leaves.leaf, &[BEA, DAN, EVE]);
    // Two of three engineers are left, and two are needed.
    let leaves = world
        .session(ADA)
        .enter(retire(&world, BEA, None), Vec::new())
        .unwrap();
    let read = shown(&world, DAN, &leaves.leaf);
    assert!(
        read.contains(&format!("NOBODY could open {PASSWORD} epoch 1 after this")),
        "{read}"
    );
}

#[test]
fn departures_that_are_harmless_one_by_one_are_counted_together() {
    let world = World::ready();
    let one = world
        .session(ADA)
        .enter(retire(&world, CY, None), Vec::new())
        .unwrap();
    assert!(!shown(&world, BEA, &one.leaf).contains("NOBODY"));
    let other = world
        .session(ADA)
        .enter(retire(&world, BEA, None), Vec::new())
        .unwrap();
    for leaf in [one.leaf, other.leaf] {
        let read = shown(&world, DAN, &leaf);
        assert!(read.contains("NOBODY could open"), "{read}");
    }
}

#[test]
fn an_epoch_split_anew_twice_is_still_what_the_first_one_left() {
    let world = after_a_departure();
    let secret = world.secret(PASSWORD);
    for _ in 0..2 {
        let reshare = world
            .trusted(ADA)
            .unwrap()
            .reshare(&[secret], world.id(ADA), 3600, purpose())
            .unwrap()
            .leaf;
        for place in [ADA, BEA] {
            world.trusted(place).unwrap().sign_off(reshare).unwrap();
        }
        carry_out_the_only_one(&world, &reshare);
    }
    let prove = |place: usize| {
        let seal = epoch(&world, PASSWORD, 3).seal;
        world
            .trusted(place)
            .unwrap()
            .prove_shares(seal, &[secret])
            .unwrap()
    };
    let end = |number: u32| {
        world
            .session(ADA)
            .enter(destroy(&world, PASSWORD, Some(number)), Vec::new())
    };
    world.refused("not-proven", || end(2));
    prove(BEA);
    prove(DAN);
    let second = end(2).unwrap();
    let warning = "nobody but who split it anew has found that epoch 3 works";
    assert!(shown(&world, BEA, &second.leaf).contains(warning));
    world.sign_all(second.leaf, &[ADA, BEA, DAN]);
    let first = end(1).unwrap();
    let read = shown(&world, BEA, &first.leaf);
    assert!(read.contains(warning), "{read}");
}

#[test]
fn a_share_that_is_gone_does_not_keep_the_others_from_being_proven() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    world
        .seal(ADA, "111122223333/note", Some("engineers"), b"third")
        .unwrap();
    let third = world.secret("111122223333/note");
    let own = epoch(&world, PASSWORD, 1);
    let blob = own
        .shares
        .iter()
        .find(|share| share.holder == world.id(BEA))
        .map(|share| share.blob)
        .unwrap();
    world
        .raw(ADA)
        .execute("DELETE FROM blob WHERE digest = ?1", [&blob.0[..]])
        .unwrap();
    let (_, bad) = world
        .trusted(BEA)
        .unwrap()
        .prove_shares(own.seal, &[secret, third])
        .unwrap();
    let named: Vec<_> = bad
        .iter()
        .map(|bad| (bad.secret, bad.epoch, bad.why.code()))
        .collect();
    assert_eq!(named, [(secret, 1, "blob-missing")]);
    let proven = |name: &str| epoch(&world, name, 1).proven.contains(&world.id(BEA));
    assert!(!proven(PASSWORD) && proven("111122223333/note"));
    // Where there is nothing else to prove, nothing is entered.
    world.refused("blob-missing", || {
        world.trusted(BEA)?.prove_shares(own.seal, &[secret])
    });
}

#[test]
fn a_proof_counts_for_its_holder_share_and_subject_alone() {
    let world = World::ready();
    let (secret, other) = (world.secret(PASSWORD), world.secret(MFA));
    let seal = epoch(&world, PASSWORD, 1).seal;
    let (entered, bad) = world
        .trusted(BEA)
        .unwrap()
        .prove_shares(seal, &[secret, other])
        .unwrap();
    assert!(bad.is_empty());
    assert!(epoch(&world, PASSWORD, 1).proven.contains(&world.id(BEA)));
    let session = world.session(BEA);
    let Claim::SecretProve(good) = session.proven(entered.seq).unwrap().claim().clone() else {
        panic!()
    };
    drop(session);
    let try_as = |place: usize, prove: Prove| {
        world
            .open(place)
            .unwrap()
            .enter(Claim::SecretProve(prove), Vec::new())
            .unwrap_err()
    };
    // Somebody else's, for another subject, for another share, twice, none, for what is not there.
    assert_eq!(try_as(ADA, good.clone()).code(), "not-in-quorum");
    let mut bad = good.clone();
    bad.subject = world.genesis();
    let error = try_as(BEA, bad);
    assert_eq!(
        (error.code(), error.kind()),
        ("bad-proof", Kind::Verification)
    );
    let mut bad = good.clone();
    bad.proofs[0].member = 0;
    assert_eq!(try_as(BEA, bad).code(), "not-in-quorum");
    let mut bad = good.clone();
    bad.proofs.push(good.proofs[0].clone());
    assert!(!try_as(BEA, bad).code().is_empty());
    let mut bad = good.clone();
    bad.proofs.clear();
    assert!(!try_as(BEA, bad).code().is_empty());
    let mut bad = good;
    bad.subject = Digest([7; 32]);
    assert_eq!(try_as(BEA, bad).code(), "unknown-subject");
    world.assert_good(ADA);
}
