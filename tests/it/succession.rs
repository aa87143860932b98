//! A person goes on with another identity, and the governance secret goes to other people: agreed by
//! those who govern, proven by those who will, and nothing that the old identity has opens what is new.

use rootkeep::crypto::fixed::{Base64, Digest, Id};
use rootkeep::crypto::identity::Identity;
use rootkeep::crypto::secret::SecretText;
use rootkeep::crypto::slip39::{self, Mnemonic};
use rootkeep::error::{Kind, Result};
use rootkeep::ledger::{Durability, Entered, write_private};
use rootkeep::state::custody::Epoch;
use rootkeep::state::people::{Custodian, GovernanceRecord, LedgerRecord};
use rootkeep::state::rules::Quorum;
use rootkeep::statement::Claim;
use rootkeep::statement::decisions::SignOff;
use rootkeep::statement::founding::GovernanceSet;
use rootkeep::statement::people::{
    Acknowledge, AddPersonal, Cause, Leavers, LeaversPersonal, Replace, Role,
};

use crate::story::retire;
use crate::world::*;

fn replace(world: &World, old: usize, new: usize, cause: Cause) -> Claim {
    let person = &world.people[new];
    Claim::CustodianReplace(
        Replace {
            old: world.id(old),
            cause,
            distrust_from: None,
            card: Base64(person.card.envelope().to_vec()),
        },
        Some(AddPersonal {
            salt: person.part.salt.clone(),
            bytes: person.part.bytes.clone(),
            identified_by: Some(text("known by voice")),
        }),
    )
}

/// Cy has lost the identity, governance has agreed to a new one, and cy has not accepted yet.
fn replaced() -> (World, usize) {
    let mut world = World::ready();
    let new = world.newcomer("cy-2");
    let proposed = world
        .session(ADA)
        .enter(replace(&world, CY, new, Cause::Lost), Vec::new())
        .unwrap();
    for signer in [ADA, BEA, DAN] {
        world.session(signer).sign_off(proposed.leaf).unwrap();
    }
    (world, new)
}

fn custodian(world: &World, place: usize) -> Custodian {
    Custodian::load(&world.session(ADA).view(), &world.id(place))
        .unwrap()
        .unwrap()
}

fn engineers(world: &World) -> Quorum {
    world.session(ADA).find_quorum("engineers").unwrap().1
}

fn governance(world: &World) -> (u8, GovernanceRecord) {
    let ledger = LedgerRecord::load(&world.session(ADA).view())
        .unwrap()
        .unwrap();
    (ledger.threshold, ledger.governance.unwrap())
}

fn govern(world: &World, threshold: u8, members: &[usize]) -> Result<Entered> {
    let ids: Vec<Id> = members.iter().map(|place| world.id(*place)).collect();
    world.session(ADA).propose_governance(threshold, &ids)
}

#[test]
fn a_lost_identity_ends_at_once_and_the_new_one_takes_its_places_once_accepted() {
    let (world, new) = replaced();
    let old = custodian(&world, CY);
    assert_eq!((old.in_force(), old.cause), (false, Some(Cause::Lost)));
    assert!(
        engineers(&world).has(&world.id(CY)),
        "nobody has accepted yet"
    );
    world.session(new).accept().unwrap();
    let now = custodian(&world, new);
    assert_eq!(now.roles, old.roles);
    assert_eq!(now.replaces, Some(world.id(CY)));
    let quorum = engineers(&world);
    assert!(quorum.has(&world.id(new)) && !quorum.has(&world.id(CY)));
    assert_eq!(Some(quorum.index), now.from);
    world.assert_good(new);
}

#[test]
fn what_is_split_anew_goes_to_the_new_identity_and_not_to_the_old() {
    let (world, new) = replaced();
    world.session(new).accept().unwrap();
    let secret = world.secret(PASSWORD);
    let asked = world
        .session(ADA)
        .reshare(&[secret], world.id(ADA), 3600, purpose())
        .unwrap();
    world.sign_all(asked.leaf, &[ADA, BEA]);
    let mut session = world.session(ADA);
    session
        .carry_out_reshare(&asked.leaf, &mut |_, _| ())
        .unwrap();
    drop(session);
    let newest = Epoch::load(&world.session(ADA).view(), &secret, 2)
        .unwrap()
        .unwrap();
    let holders: Vec<Id> = newest.shares.iter().map(|share| share.holder).collect();
    assert_eq!(holders, [ADA, BEA, new].map(|place| world.id(place)));
    let old = Identity::load(&world.identity(CY), &world.host).unwrap();
    let view = world.session(ADA);
    for share in &newest.shares {
        let blob = view.view().blob(&share.blob).unwrap().unwrap();
        assert!(
            old.decrypt(&blob).is_err(),
            "the lost identity opens a new share"
        );
    }
}

#[test]
fn an_identity_that_was_replaced_does_nothing_more() {
    let (world, _) = replaced();
    world.refused("not-a-member", || world.open(CY));
}

#[test]
fn a_person_asks_for_the_own_replacement_without_being_a_keeper() {
    let mut world = World::ready();
    let (fay, again) = (world.newcomer("fay"), world.newcomer("fay-2"));
    world.enrol(fay, &[Role::Holder]);
    world.session(fay).accept().unwrap();
    let other = replace(&world, BEA, again, Cause::Renewed);
    world.refused("no-role", || world.session(fay).enter(other, Vec::new()));
    let own = replace(&world, fay, again, Cause::Renewed);
    let proposed = world.session(fay).enter(own, Vec::new()).unwrap();
    for signer in [ADA, BEA, CY] {
        world.session(signer).sign_off(proposed.leaf).unwrap();
    }
    world.session(again).accept().unwrap();
    assert_eq!(custodian(&world, again).roles, vec![Role::Holder]);
}

#[test]
fn a_replacement_brings_a_card_that_is_nobody_elses_and_a_cause_of_its_own() {
    let mut world = World::ready();
    let new = world.newcomer("cy-2");
    let enter = |claim| world.session(ADA).enter(claim, Vec::new());
    world.refused("card-known", || {
        enter(replace(&world, CY, DAN, Cause::Lost))
    });
    world.refused("malformed", || enter(replace(&world, CY, new, Cause::Left)));
    let Claim::CustodianRetire(mut gone, note) = retire(&world, CY, None) else {
        panic!()
    };
    gone.cause = Cause::Renewed;
    world.refused("malformed", || enter(Claim::CustodianRetire(gone, note)));
    world.decide(ADA, retire(&world, CY, None), &[ADA, BEA, DAN]);
    world.refused("retired", || enter(replace(&world, CY, new, Cause::Lost)));
}

#[test]
fn of_two_replacements_of_one_identity_the_first_to_take_effect_counts() {
    let mut world = World::ready();
    let (one, other) = (world.newcomer("cy-2"), world.newcomer("cy-3"));
    let propose = |new| {
        world
            .session(ADA)
            .enter(replace(&world, CY, new, Cause::Lost), Vec::new())
            .unwrap()
            .leaf
    };
    let (first, second) = (propose(one), propose(other));
    world.session(ADA).sign_off(second).unwrap();
    for signer in [ADA, BEA, DAN] {
        world.session(signer).sign_off(first).unwrap();
    }
    world.refused("lapsed", || world.session(BEA).sign_off(second));
}

#[test]
fn a_newcomer_who_was_retired_while_waiting_comes_no_more() {
    let mut world = World::ready();
    let (fay, new) = (world.newcomer("fay"), world.newcomer("cy-2"));
    for (claim, who) in [
        (world.add_claim(fay, &[Role::Holder]), fay),
        (replace(&world, CY, new, Cause::Lost), new),
    ] {
        let waits = world.session(ADA).enter(claim.clone(), Vec::new()).unwrap();
        world.decide(ADA, retire(&world, who, None), &[ADA, BEA, DAN]);
        world.refused("lapsed", || world.session(BEA).sign_off(waits.leaf));
        world.refused("card-known", || world.session(ADA).enter(claim, Vec::new()));
    }
    assert!(custodian(&world, CY).in_force());
}

#[test]
fn governance_goes_to_others_once_those_who_govern_agree_and_each_new_holder_has_proven() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder]);
    world.session(fay).accept().unwrap();
    let proposed = govern(&world, 2, &[ADA, BEA, fay]).unwrap();
    assert_eq!(proposed.needs, 4, "three who govern, and fay");
    for (signer, needs) in [(CY, 3), (ADA, 2), (BEA, 1)] {
        let signed = world.session(signer).sign_off(proposed.leaf).unwrap();
        assert_eq!((signed.effective, signed.needs), (false, needs), "{signer}");
    }
    assert_eq!(
        governance(&world).1.epoch,
        1,
        "fay has not proven the share"
    );
    assert!(
        world
            .session(fay)
            .sign_off(proposed.leaf)
            .unwrap()
            .effective
    );
    let (threshold, now) = governance(&world);
    let holders: Vec<Id> = now.shares.iter().map(|share| share.holder).collect();
    assert_eq!((threshold, now.epoch), (2, 2));
    assert_eq!(holders, [ADA, BEA, fay].map(|place| world.id(place)));
    // Two of the new ones decide now, and those who no longer govern don't.
    let quorum = world.define(random_id(), "new", 2, &[ADA, BEA]);
    let asked = world.session(ADA).enter(quorum, Vec::new()).unwrap();
    world.refused("not-in-quorum", || world.session(CY).sign_off(asked.leaf));
    world.sign_all(asked.leaf, &[fay, BEA]);
    world.assert_good(fay);
}

#[test]
fn the_recovery_files_are_for_the_new_holders_after_that() {
    let world = World::ready();
    let proposed = govern(&world, 2, &[DAN, EVE]).unwrap();
    world.sign_all(proposed.leaf, &[ADA, DAN, EVE]);
    let keys = world.ledger().join("keys");
    let read = |name: &str| std::fs::read(keys.join(name)).unwrap();
    let names: Vec<String> = std::fs::read_dir(&keys)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("governance-0"))
        .collect();
    assert_eq!(names.len(), 2, "the old holders' files are gone: {names:?}");
    let shares: Vec<Mnemonic> = [(DAN, 0), (EVE, 1)]
        .iter()
        .map(|(place, member)| {
            let identity = Identity::load(&world.identity(*place), &world.host).unwrap();
            let share = identity
                .decrypt(&read(&format!("governance-00-{member:02}.age")))
                .unwrap();
            Mnemonic::parse(SecretText::from_utf8(&share).unwrap().expose()).unwrap()
        })
        .collect();
    let key = slip39::combine(&shares).unwrap();
    let line = rootkeep::crypto::age_file::PayloadOpener::new(&key.key)
        .open(&read("governance-payload.age"))
        .unwrap();
    let recovery = world.dir.path().join("recovery.key");
    write_private(&recovery, line.expose(), Durability::Rename).unwrap();
    let recovery = Identity::load(&recovery, &world.host).unwrap();
    let data_key = recovery.decrypt(&read("recovery.age")).unwrap();
    let wanted = format!("{}\n", world.data_key(ADA).to_hex().expose());
    assert!(data_key.expose() == wanted.as_bytes());
}

#[test]
fn who_would_hold_a_share_of_governance_can_decline_it() {
    let world = World::ready();
    let proposed = govern(&world, 2, &[ADA, BEA, CY]).unwrap();
    world
        .session(CY)
        .reject(proposed.leaf, text("I am leaving"))
        .unwrap();
    world.refused("rejected", || world.session(ADA).sign_off(proposed.leaf));
}

#[test]
fn governance_is_never_of_one_nor_of_strangers() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Witness]);
    world.session(fay).accept().unwrap();
    world.refused("not-a-holder", || govern(&world, 2, &[ADA, fay]));
    world.refused("malformed", || govern(&world, 2, &[ADA, ADA]));
    for (threshold, members) in [
        (1, vec![ADA, BEA]),
        (3, vec![ADA, BEA]),
        (1, vec![ADA]),
        (2, vec![]),
    ] {
        let error = govern(&world, threshold, &members).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{error}");
    }
    // A program that would do it all the same is refused by the rule.
    let proposed = govern(&world, 2, &[ADA, BEA]).unwrap();
    let good = world.session(ADA).proven(proposed.seq).unwrap();
    let Claim::GovernanceSet(good) = good.claim() else {
        panic!()
    };
    let mut fresh = good.clone();
    fresh.seal.payload = Digest::of(b"another payload");
    for (place, share) in fresh.seal.shares.iter_mut().enumerate() {
        share.blob = Digest::of(&[place as u8]);
    }
    let spoilt: [fn(&mut GovernanceSet); 6] = [
        |set| set.threshold = 1,
        |set| set.threshold = 3,
        |set| set.seal.shares.truncate(1),
        |set| set.seal.shares.reverse(),
        |set| set.seal.shares[1].group = 1,
        |set| set.seal.recovery = "age1no".to_owned(),
    ];
    for spoil in spoilt {
        let mut claim = fresh.clone();
        spoil(&mut claim);
        let error = world
            .session(ADA)
            .enter(Claim::GovernanceSet(claim), Vec::new())
            .unwrap_err();
        assert!(
            matches!(error.kind(), Kind::Refused | Kind::Usage),
            "{error}"
        );
    }
}

#[test]
fn a_proof_of_another_epoch_of_governance_is_no_sign_off() {
    let world = World::ready();
    let proposed = govern(&world, 2, &[ADA, BEA]).unwrap();
    let mut session = world.session(ADA);
    session.sign_off(proposed.leaf).unwrap();
    let Claim::Sign(good) = session.proven(proposed.seq + 1).unwrap().claim().clone() else {
        panic!()
    };
    assert_eq!(good.proofs.len(), 2, "the share in force, and the new one");
    drop(session);
    let (old, new) = (good.proofs[0].clone(), good.proofs[1].clone());
    let again = govern(&world, 2, &[BEA, CY]).unwrap();
    for proofs in [
        vec![old.clone()],
        vec![new.clone()],
        vec![new.clone(), old.clone()],
        vec![old.clone(), old.clone()],
    ] {
        let forged = SignOff {
            subject: proposed.leaf,
            proofs,
            shares: Vec::new(),
        };
        let error = world
            .session(BEA)
            .enter(Claim::Sign(forged), Vec::new())
            .unwrap_err();
        assert!(matches!(error.code(), "malformed" | "bad-proof"), "{error}");
    }
    // Ada's proof for one proposal says nothing about another.
    let forged = SignOff {
        subject: again.leaf,
        proofs: vec![old],
        shares: Vec::new(),
    };
    let error = world
        .session(ADA)
        .enter(Claim::Sign(forged), Vec::new())
        .unwrap_err();
    assert_eq!(error.code(), "bad-proof");
}

#[test]
fn what_waited_under_the_old_governance_lapses() {
    let world = World::ready();
    let waits = world
        .session(ADA)
        .enter(
            world.define(random_id(), "late", 2, &[ADA, BEA]),
            Vec::new(),
        )
        .unwrap();
    let other = govern(&world, 3, &[ADA, BEA, CY]).unwrap();
    let proposed = govern(&world, 2, &[ADA, BEA]).unwrap();
    world.sign_all(proposed.leaf, &[CY, BEA, ADA]);
    for subject in [waits.leaf, other.leaf] {
        world.refused("lapsed", || world.session(BEA).sign_off(subject));
    }
}

#[test]
fn a_governance_secret_that_was_agreed_to_before_is_not_taken_again() {
    let world = World::ready();
    let proposed = govern(&world, 2, &[ADA, BEA]).unwrap();
    world.sign_all(proposed.leaf, &[CY, BEA, ADA]);
    let Claim::GovernanceSet(GovernanceSet { threshold, seal }) = world
        .session(ADA)
        .proven(proposed.seq)
        .unwrap()
        .claim()
        .clone()
    else {
        panic!()
    };
    let replayed = Claim::GovernanceSet(GovernanceSet { threshold, seal });
    world.refused("blob-known", || {
        world.session(ADA).enter(replayed, Vec::new())
    });
}

#[test]
fn the_last_who_could_govern_is_replaced_only_after_governance_was_given_on() {
    let mut world = World::active(2, 2);
    let new = world.newcomer("bea-2");
    let claim = replace(&world, BEA, new, Cause::Renewed);
    world.refused("governance-would-die", || {
        world.session(ADA).enter(claim, Vec::new())
    });
}

#[test]
fn duties_are_taken_on_by_oneself_and_the_moment_is_kept() {
    let world = World::ready();
    assert_eq!(custodian(&world, BEA).acknowledged, None);
    let duties = text("I keep my identity to myself.");
    world
        .session(BEA)
        .enter(
            Claim::CustodianAcknowledge(Acknowledge { duties }),
            Vec::new(),
        )
        .unwrap();
    let when = custodian(&world, BEA).acknowledged.unwrap();
    assert_eq!(when.seconds(), world.clock.seconds());
    assert_eq!(custodian(&world, ADA).acknowledged, None);
}

#[test]
fn a_comparison_with_leavers_names_custodians_in_order() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder]);
    world.session(fay).accept().unwrap();
    let claim = |rows, found: Vec<Id>| {
        let file = Digest::of(b"name\n");
        Claim::LeaversCompare(Leavers { rows, found }, Some(LeaversPersonal { file }))
    };
    let mut both = vec![world.id(BEA), world.id(CY)];
    both.sort();
    world
        .session(ADA)
        .enter(claim(2, both.clone()), Vec::new())
        .unwrap();
    world.refused("no-role", || {
        world.session(fay).enter(claim(2, Vec::new()), Vec::new())
    });
    let enter = |rows, found| world.session(ADA).enter(claim(rows, found), Vec::new());
    world.refused("malformed", || enter(1, both.clone()));
    world.refused("unknown-author", || enter(1, vec![random_id()]));
    both.reverse();
    world.refused("malformed", || enter(2, both));
}
