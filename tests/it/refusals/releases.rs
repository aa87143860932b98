//! What a request may ask for, and what it takes to reveal.

use rootkeep::crypto::age_file;
use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::crypto::recipient::Recipient;
use rootkeep::error::Kind;
use rootkeep::state::people::Custodian;
use rootkeep::statement::Claim;
use rootkeep::statement::releases::{Form, Request, Wanted};

use super::settings;
use crate::world::*;

#[test]
fn a_request_names_one_to_sixteen_secrets_each_once() {
    let world = World::ready();
    let mut secrets = vec![(world.secret(PASSWORD), 1)];
    for number in 2..=17 {
        secrets.push((
            world
                .seal(ADA, &format!("org/note:n{number}"), Some("engineers"), b"x")
                .unwrap()
                .secret,
            1,
        ));
    }
    let ask = |secrets: &[(Id, u32)]| {
        world
            .session(ADA)
            .request(secrets, world.id(ADA), 600, purpose())
    };
    world.refused("malformed", || ask(&[]));
    world.refused("malformed", || ask(&secrets));
    world.refused("malformed", || ask(&[secrets[0], secrets[0]]));
    world.refused("no-epoch", || ask(&[(secrets[0].0, 2)]));
    world.refused("no-epoch", || ask(&[(random_id(), 1)]));
    let request = ask(&secrets[..16]).unwrap();
    world.sign_all(request.leaf, &[ADA, CY]);
    for (secret, _) in &secrets[..16] {
        world
            .session(ADA)
            .reveal(&request.leaf, secret, Form::Text, |_| Ok(()))
            .unwrap();
    }
    world.assert_good(ADA);
}

#[test]
fn a_window_has_at_least_sixty_seconds_and_at_most_the_policys() {
    let world = World::ready();
    world.refused("malformed", || world.request_by(ADA, &[PASSWORD], ADA, 59));
    world.request_by(ADA, &[PASSWORD], ADA, 60).unwrap();
    world.request_by(ADA, &[PASSWORD], ADA, 86_400).unwrap();
    world.refused("malformed", || {
        world.request_by(ADA, &[PASSWORD], ADA, 86_401)
    });
    world.set_policy(settings(30, 72, 600));
    world.request_by(ADA, &[PASSWORD], ADA, 600).unwrap();
    world.refused("malformed", || world.request_by(ADA, &[PASSWORD], ADA, 601));
    world.assert_good(ADA);
}

#[test]
fn a_wrong_seal_is_not_asked_for() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let mfa = world.epoch(ADA, &world.secret(MFA), 1);
    let one_time = age::x25519::Identity::generate();
    let blob = age_file::encrypt(&world.people[ADA].card.recipient, b"x", &world.host).unwrap();
    let claim = Claim::Request(
        Request {
            secrets: vec![Wanted {
                secret,
                epoch: 1,
                seal: mfa.seal,
            }],
            operator: world.id(ADA),
            recipient: one_time.to_public().to_string(),
            identity: Digest::of(&blob),
            window_secs: 600,
        },
        Some(purpose()),
    );
    world.refused("wrong-seal", || world.session(ADA).enter(claim, vec![blob]));
}

#[test]
fn one_share_too_few_reveals_nothing() {
    let world = World::ready();
    let request = world.request(&[PASSWORD, MFA]);
    for signer in [ADA, BEA, DAN] {
        world.sign(signer, request.leaf).unwrap();
        world.refused("not-signed-off", || {
            world.reveal(ADA, request.leaf, PASSWORD)
        });
    }
    world.sign(EVE, request.leaf).unwrap();
    world.reveal(ADA, request.leaf, PASSWORD).unwrap();
    world.refused("unknown-secret", || {
        let note = random_id();
        world
            .session(ADA)
            .reveal(&request.leaf, &note, Form::Text, |_| Ok(()))
    });
}

/// What a signer sends in the place of the share, with a proof that is good.
fn rubbish(world: &World, what: &str, request: Digest) -> Vec<u8> {
    let secret = world.secret(PASSWORD);
    let session = world.session(ADA);
    let statement = session.preview(&request).unwrap().statement;
    let Claim::Request(asked, _) = statement.claim() else {
        panic!()
    };
    let one_time = Recipient::parse_native(&asked.recipient).unwrap();
    let operator = Recipient::parse_native(
        &Custodian::load(&session.view(), &asked.operator)
            .unwrap()
            .unwrap()
            .age,
    )
    .unwrap();
    let own = world
        .shares_of(BEA, &secret, 1)
        .remove(0)
        .2
        .text()
        .expose()
        .to_owned();
    let content = match what {
        "swapped" => world
            .shares_of(ADA, &secret, 1)
            .remove(0)
            .2
            .text()
            .expose()
            .to_owned(),
        "truncated" => own.split(' ').take(32).collect::<Vec<_>>().join(" "),
        "of another secret" => world
            .shares_of(DAN, &world.secret(MFA), 1)
            .remove(0)
            .2
            .text()
            .expose()
            .to_owned(),
        "spelt otherwise" => format!("{own}\n"),
        "no age file" => return b"rubbish".to_vec(),
        "no inner age file" => {
            return age_file::encrypt(&operator, b"rubbish", &world.host).unwrap();
        }
        "for another" => return age_file::encrypt(&one_time, own.as_bytes(), &world.host).unwrap(),
        _ => "rubbish".to_owned(),
    };
    let inner = age_file::encrypt(&one_time, content.as_bytes(), &world.host).unwrap();
    age_file::encrypt(&operator, &inner, &world.host).unwrap()
}

#[test]
fn a_bad_share_is_named_and_a_further_holder_mends_it() {
    for what in [
        "wrong",
        "truncated",
        "swapped",
        "of another secret",
        "spelt otherwise",
        "no age file",
        "no inner age file",
        "for another",
    ] {
        let world = World::ready();
        let secret = world.secret(PASSWORD);
        let request = world.request(&[PASSWORD]);
        world.sign(CY, request.leaf).unwrap();
        let (mut sign, _) = world.craft_sign(BEA, &[secret], request.leaf, request.leaf, b"");
        let blob = rubbish(&world, what, request.leaf);
        sign.shares[0].blob = Digest::of(&blob);
        let entered = world.force(BEA, sign, vec![blob]).unwrap();
        assert!(
            entered.effective,
            "{what}: the proof is good, and nobody else can open what was sent"
        );
        let error = world.refused("too-few-good-shares", || {
            world.reveal(ADA, request.leaf, PASSWORD)
        });
        assert_eq!(error.kind(), Kind::Verification);
        let told = error.to_string();
        let place = world.shares_of(BEA, &secret, 1).remove(0).0;
        assert!(told.contains(&world.id(BEA).to_hex()), "{what}: {told}");
        assert!(
            told.contains(&format!("group {}, member {}", place.group, place.member)),
            "{what}: {told}"
        );
        assert!(
            !told.contains(&world.id(CY).to_hex()),
            "{what}: the good one is not blamed: {told}"
        );
        for word in world
            .shares_of(BEA, &secret, 1)
            .remove(0)
            .2
            .text()
            .expose()
            .split(' ')
            .filter(|word| word.len() > 7)
        {
            assert!(
                !told.contains(word),
                "{what}: no word of a share in an error: {told}"
            );
        }
        world.sign(ADA, request.leaf).unwrap();
        let mut ada = world.session(ADA);
        let shown = ada
            .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
            .unwrap();
        assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT, "{what}");
        assert_eq!(shown.bad.len(), 1);
        assert_eq!(shown.bad[0].0, world.id(BEA));
        let Claim::Reveal(reveal) = ada.proven(shown.entered.seq).unwrap().claim().clone() else {
            panic!()
        };
        assert_eq!(
            reveal.bad,
            vec![shown.bad[0].1],
            "{what}: the record names the place"
        );
        drop(ada);
        world.assert_good(ADA);
    }
}
