//! The whole story, from five founders to a destroyed secret; the ledger verifies at every step.

use rootkeep::error::Kind;
use rootkeep::state::custody::{Epoch, RequestRecord};
use rootkeep::state::people::Custodian;
use rootkeep::statement::Claim;
use rootkeep::statement::people::{Cause, Retire, RetirePersonal, Role};
use rootkeep::statement::quorums::{Define, Group};
use rootkeep::statement::releases::Form;
use rootkeep::statement::secrets::{Destroy, DestroyPersonal};

use crate::world::*;

#[test]
fn a_ledger_is_active_once_every_founder_has_signed() {
    let world = World::founded(5, 3);
    world.assert_good(0);
    let genesis = world.genesis();
    for founder in 1..5 {
        let entered = world.session(founder).sign_off(genesis).unwrap();
        assert_eq!(
            (entered.effective, entered.needs),
            (founder == 4, 4 - founder)
        );
        world.assert_good(founder);
    }
}

#[test]
fn two_secrets_of_two_quorums_are_released_by_one_request_and_four_people() {
    let world = World::active(5, 3);
    world.quorum("engineers", 2, &[0, 1, 2]);
    world.assert_good(0);
    world.quorum("board", 2, &[3, 4]);
    world.import(0);
    world.assert_good(0);
    let password = world
        .seal(0, PASSWORD, Some("engineers"), PASSWORD_TEXT)
        .unwrap();
    let mfa = world.seal(3, MFA, Some("board"), MFA_TEXT).unwrap();
    assert_eq!((password.epoch, mfa.epoch), (1, 1));
    world.assert_good(1);

    let request = world.request(&[PASSWORD, MFA]);
    assert_eq!((request.effective, request.needs), (false, 4));
    world.assert_good(0);
    for (signer, needs) in [(1, 3), (2, 2), (3, 1), (4, 0)] {
        let entered = world.session(signer).sign_off(request.leaf).unwrap();
        assert_eq!((entered.effective, entered.needs), (needs == 0, needs));
        world.assert_good(signer);
    }
    let mut ada = world.session(0);
    let shown = ada
        .reveal(&request.leaf, &password.secret, Form::Text, |_| Ok(()))
        .unwrap();
    assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT);
    assert!(shown.bad.is_empty());
    let shown = ada
        .reveal(&request.leaf, &mfa.secret, Form::Totp, |_| Ok(()))
        .unwrap();
    assert_eq!(shown.plaintext.expose(), MFA_TEXT);
    world.assert_good(0);
    let record = RequestRecord::load(&ada.view(), &request.leaf)
        .unwrap()
        .unwrap();
    assert_eq!(record.shown.len(), 2, "each reveal is on record");
    let passing = record.passing_blobs();
    assert_eq!(passing.len(), 5, "the one-time identity and four shares");

    ada.enter(close_claim(request.leaf), Vec::new()).unwrap();
    for digest in passing {
        assert!(
            ada.view().blob(&digest).unwrap().is_none(),
            "what passed through the request is gone"
        );
    }
    let epoch = Epoch::load(&ada.view(), &password.secret, 1)
        .unwrap()
        .unwrap();
    assert_eq!(
        epoch.proven,
        [world.id(1), world.id(2)],
        "two holders have proven their shares"
    );
    assert!(epoch.knowers.contains(&world.id(0)));
    for person in 0..5 {
        world.assert_good(person);
    }
}

#[test]
fn a_requester_who_holds_a_share_counts_as_one_of_the_k() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[0, 1]);
    let shown = world
        .session(0)
        .reveal(&request.leaf, &world.secret(PASSWORD), Form::Text, |_| {
            Ok(())
        })
        .unwrap();
    assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT);
    world.assert_good(0);
}

#[test]
fn another_than_the_requester_may_be_the_operator_and_opens_alone() {
    let world = World::ready();
    let request = world.request_by(0, &[PASSWORD], 4, 3600).unwrap();
    world.sign_all(request.leaf, &[1, 2]);
    world.refused("not-operator", || {
        world
            .session(0)
            .reveal(&request.leaf, &world.secret(PASSWORD), Form::Text, |_| {
                Ok(())
            })
    });
    let shown = world
        .session(4)
        .reveal(&request.leaf, &world.secret(PASSWORD), Form::Text, |_| {
            Ok(())
        })
        .unwrap();
    assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT);
    world.assert_good(4);
}

#[test]
fn a_newcomer_is_in_force_after_three_sign_offs_and_the_own_acceptance() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    let entered = world.enrol(fay, &[Role::Holder, Role::Operator]);
    assert_eq!(
        (entered.effective, entered.needs),
        (false, 1),
        "the newcomer's acceptance is missing"
    );
    world.assert_good(0);
    let mut session = world.session(fay);
    let accepted = session.accept().unwrap();
    assert!(accepted.effective);
    drop(session);
    world.assert_good(fay);
    // The newcomer can now hold a share, and sign with it.
    world.quorum("duo", 2, &[0, fay]);
    world
        .seal(fay, "444455556666/password", Some("duo"), b"pw")
        .unwrap();
    let request = world.request(&["444455556666/password"]);
    world.sign_all(request.leaf, &[fay, 0]);
    let shown = world
        .session(0)
        .reveal(
            &request.leaf,
            &world.secret("444455556666/password"),
            Form::Text,
            |_| Ok(()),
        )
        .unwrap();
    assert_eq!(shown.plaintext.expose(), b"pw");
    world.assert_good(fay);
    world.assert_good(3);
}

#[test]
fn a_newcomer_may_be_approved_while_others_work() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    let proposed = world.propose(fay, &[Role::Witness]);
    let error = world.refused("not-a-member", || world.open(fay));
    assert_eq!(error.kind(), Kind::Refused, "not before governance is in");
    assert!(!world.session(1).sign_off(proposed.leaf).unwrap().effective);
    world.import(3);
    world.session(2).sign_off(proposed.leaf).unwrap();
    world.session(4).sign_off(proposed.leaf).unwrap();
    world.session(fay).accept().unwrap();
    world.assert_good(2);
}

#[test]
fn a_reader_reads_without_accepting() {
    let mut world = World::ready();
    let gus = world.newcomer("gus");
    assert!(world.enrol(gus, &[Role::Reader]).effective);
    let session = world.session(gus);
    assert!(session.head().unwrap().0 > 10);
    drop(session);
    world.assert_good(gus);
}

#[test]
fn who_is_retired_loses_the_key_and_stays_on_record() {
    let world = World::ready();
    let eve = world.id(4);
    assert!(world.ledger().join(format!("keys/{eve}.age")).exists());
    world.decide(0, retire(&world, 4, None), &[0, 1, 2]);
    assert!(!world.ledger().join(format!("keys/{eve}.age")).exists());
    assert!(
        !world
            .ledger()
            .join(format!("keys/{eve}.member.age"))
            .exists()
    );
    let record = Custodian::load(&world.open(0).unwrap().view(), &eve)
        .unwrap()
        .unwrap();
    assert!(record.retired.is_some() && record.cause == Some(Cause::Left));
    world.assert_good(0);
    world.assert_good(3);
}

#[test]
fn who_retires_may_give_the_last_sign_off() {
    let world = World::ready();
    let proposed = world
        .session(4)
        .enter(retire(&world, 4, None), Vec::new())
        .unwrap();
    world.sign_all(proposed.leaf, &[0, 1, 4]);
    world.assert_good(0);
}

#[test]
fn a_grouped_quorum_needs_its_groups() {
    let world = World::ready();
    let group = |label: &str, threshold, members: &[usize]| Group {
        label: name(label),
        threshold,
        members: members.iter().map(|place| world.id(*place)).collect(),
    };
    let define = Claim::QuorumDefine(Define {
        quorum: random_id(),
        name: name("grouped"),
        groups_needed: 2,
        groups: vec![
            group("london", 1, &[0]),
            group("tokyo", 2, &[1, 2, 0]),
            group("austin", 2, &[3, 4]),
        ],
    });
    world.decide(0, define, &[0, 1, 2]);
    world
        .seal(0, "org/note", Some("grouped"), b"grouped")
        .unwrap();
    world.assert_good(0);
    let request = world.request(&["org/note"]);
    assert_eq!(
        request.needs, 2,
        "ada in London and Tokyo, and one more in Tokyo"
    );
    let first = world.session(3).sign_off(request.leaf).unwrap();
    assert!(!first.effective);
    let second = world.session(4).sign_off(request.leaf).unwrap();
    assert_eq!(
        (second.effective, second.needs),
        (false, 1),
        "one full group is not two"
    );
    assert!(world.session(0).sign_off(request.leaf).unwrap().effective);
    let shown = world
        .session(0)
        .reveal(&request.leaf, &world.secret("org/note"), Form::Text, |_| {
            Ok(())
        })
        .unwrap();
    assert_eq!(shown.plaintext.expose(), b"grouped");
    world.assert_good(0);
}

#[test]
fn sealing_again_makes_an_epoch_and_destroys_none() {
    let world = World::ready();
    let again = world.seal(2, PASSWORD, None, b"the next password").unwrap();
    assert_eq!(again.epoch, 2);
    let session = world.session(0);
    for (epoch, payload) in [(1, true), (2, true)] {
        let record = Epoch::load(&session.view(), &again.secret, epoch)
            .unwrap()
            .unwrap();
        assert_eq!(
            session.view().blob(&record.payload).unwrap().is_some(),
            payload
        );
    }
    drop(session);
    for epoch in [1, 2] {
        let request = world
            .session(0)
            .request(&[(again.secret, epoch)], world.id(0), 600, purpose())
            .unwrap();
        world.sign_all(request.leaf, &[0, 2]);
        let shown = world
            .session(0)
            .reveal(&request.leaf, &again.secret, Form::Text, |_| Ok(()))
            .unwrap();
        let expected: &[u8] = if epoch == 1 {
            PASSWORD_TEXT
        } else {
            b"the next password"
        };
        assert_eq!(shown.plaintext.expose(), expected);
        world
            .session(0)
            .enter(close_claim(request.leaf), Vec::new())
            .unwrap();
    }
    world.assert_good(0);
}

#[test]
fn a_destroyed_epoch_leaves_no_ciphertext() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    world.seal(2, PASSWORD, None, b"the next password").unwrap();
    let epoch = world.epoch(0, &secret, 1);
    let destroy = |epoch| {
        Claim::SecretDestroy(
            Destroy { secret, epoch },
            Some(DestroyPersonal {
                reason: text("rotated"),
            }),
        )
    };
    world.decide(0, destroy(Some(1)), &[0, 1, 2]);
    let session = world.session(0);
    for digest in epoch
        .shares
        .iter()
        .map(|share| share.blob)
        .chain([epoch.payload])
    {
        assert!(session.view().blob(&digest).unwrap().is_none());
    }
    drop(session);
    world.assert_good(0);
    // The other epoch still works, until all is destroyed.
    let ask = || {
        world
            .session(0)
            .request(&[(secret, 2)], world.id(0), 600, purpose())
    };
    let request = ask().unwrap();
    world.sign_all(request.leaf, &[0, 1]);
    assert!(
        world
            .session(0)
            .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
            .is_ok()
    );
    world.decide(1, destroy(None), &[0, 3, 4]);
    world.refused("destroyed", ask);
    world.assert_good(4);
}

#[test]
fn anyone_adds_a_cosignature_to_the_head() {
    let world = World::ready();
    let (size, _) = world.session(4).cosign_head().unwrap();
    world.session(4).cosign_head().unwrap();
    let session = world.session(0);
    assert_eq!(
        session.view().cosignatures(size, size).unwrap().len(),
        1,
        "eve's, beside the appender's"
    );
    drop(session);
    world.assert_good(0);
}

#[test]
fn a_clock_that_goes_back_is_counted_and_no_problem() {
    let world = World::ready();
    world.clock.forward(-3600);
    world.import(0);
    let report = world.session(1).verify(&mut |_, _| {}).unwrap();
    assert_eq!((report.clock_went_back, report.problems), (1, Vec::new()));
}

pub fn retire(world: &World, place: usize, distrust_from: Option<u64>) -> Claim {
    Claim::CustodianRetire(
        Retire {
            custodian: world.id(place),
            cause: Cause::Left,
            distrust_from,
        },
        Some(RetirePersonal {
            note: Some(text("Another job")),
        }),
    )
}
