//! What a sign-off is bound to: one statement, one ledger, one person, and all of their own shares.

use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::recipient::Recipient;
use rootkeep::error::Kind;
use rootkeep::policy::GOVERNANCE_SECRET;
use rootkeep::statement::decisions::SignOff;
use rootkeep::statement::releases::Request;
use rootkeep::statement::{Claim, UntrustedStatement};

use super::{policy, settings};
use crate::world::*;

#[test]
fn a_proof_for_another_request_proves_nothing() {
    let world = World::ready();
    let (first, second) = (world.request(&[PASSWORD]), world.request(&[PASSWORD]));
    let secret = world.secret(PASSWORD);
    let (sign, blobs) = world.craft_sign(BEA, &[secret], second.leaf, first.leaf, b"x");
    world.refused("bad-proof", || world.force(BEA, sign, blobs));
}

#[test]
fn requests_that_differ_in_one_field_need_sign_offs_of_their_own() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let base = world.request(&[PASSWORD]);
    let statement = world.session(ADA).preview(&base.leaf).unwrap().statement;
    let Claim::Request(request, personal) = statement.claim().clone() else {
        panic!()
    };
    let fresh = Recipient::parse_native(&age::x25519::Identity::generate().to_public().to_string())
        .unwrap();
    let blob = world
        .session(ADA)
        .view()
        .blob(&request.identity)
        .unwrap()
        .unwrap();
    let mut other_purpose = personal.clone().unwrap();
    other_purpose.purpose = text("something else");
    let others: Vec<(&str, Claim)> = vec![
        (
            "the same again",
            Claim::Request(request.clone(), personal.clone()),
        ),
        (
            "window",
            Claim::Request(
                Request {
                    window_secs: 3601,
                    ..request.clone()
                },
                personal.clone(),
            ),
        ),
        (
            "operator",
            Claim::Request(
                Request {
                    operator: world.id(EVE),
                    ..request.clone()
                },
                personal.clone(),
            ),
        ),
        (
            "recipient",
            Claim::Request(
                Request {
                    recipient: fresh.as_str().to_owned(),
                    ..request.clone()
                },
                personal.clone(),
            ),
        ),
        ("purpose", Claim::Request(request, Some(other_purpose))),
    ];
    for (what, claim) in others {
        // An identity of its own, so that only the one field differs in what is signed.
        let Claim::Request(mut request, personal) = claim else {
            panic!()
        };
        let blob = [blob.as_slice(), what.as_bytes()].concat();
        request.identity = Digest::of(&blob);
        let other = world
            .session(ADA)
            .enter(Claim::Request(request, personal), vec![blob])
            .unwrap();
        let (sign, blobs) =
            world.craft_sign(BEA, &[secret], other.leaf, base.leaf, what.as_bytes());
        let error = world.refused("bad-proof", || world.force(BEA, sign, blobs));
        assert_eq!(error.kind(), Kind::Verification, "{what}");
    }
    // A later epoch of the same secret.
    world.seal(ADA, PASSWORD, None, b"next").unwrap();
    let later = world
        .session(ADA)
        .request(&[(secret, 2)], world.id(ADA), 3600, purpose())
        .unwrap();
    let (sign, blobs) = world.craft_sign(BEA, &[secret], later.leaf, later.leaf, b"epoch");
    world.refused("malformed", || {
        world.force(BEA, sign.clone(), blobs.clone())
    });
    let mut renumbered = sign;
    renumbered.proofs[0].epoch = 2;
    renumbered.shares[0].epoch = 2;
    world.refused("bad-proof", || world.force(BEA, renumbered, blobs));
    // Another secret that the same person holds a share of.
    world.quorum("others", 2, &[BEA, CY]);
    world
        .seal(ADA, "org/note", Some("others"), b"note")
        .unwrap();
    let note = world.request(&["org/note"]);
    let (mut sign, blobs) = world.craft_sign(BEA, &[secret], note.leaf, note.leaf, b"secret");
    world.refused("malformed", || {
        world.force(BEA, sign.clone(), blobs.clone())
    });
    sign.proofs[0].secret = world.secret("org/note");
    sign.shares[0].secret = world.secret("org/note");
    sign.proofs[0].member = 0;
    sign.shares[0].member = 0;
    world.refused("bad-proof", || world.force(BEA, sign, blobs));
}

#[test]
fn a_proof_for_another_ledger_or_person_proves_nothing() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let secret = world.secret(PASSWORD);
    let (mut sign, blobs) = world.craft_sign(BEA, &[secret], request.leaf, request.leaf, b"x");
    let (context, _, mnemonic) = world.shares_of(BEA, &secret, 1).remove(0);
    let elsewhere = rootkeep::crypto::possession::ShareContext {
        ledger: Digest([7; 32]),
        ..context
    };
    sign.proofs[0] = prove(&mnemonic, &elsewhere, &world.id(BEA), &request.leaf);
    world.refused("bad-proof", || {
        world.force(BEA, sign.clone(), blobs.clone())
    });
    sign.proofs[0] = prove(&mnemonic, &context, &world.id(CY), &request.leaf);
    world.refused("bad-proof", || {
        world.force(BEA, sign.clone(), blobs.clone())
    });
    // Another's good proof and share, in the own name.
    let (others, blobs) = world.craft_sign(CY, &[secret], request.leaf, request.leaf, b"x");
    world.refused("malformed", || world.force(BEA, others, blobs));
}

#[test]
fn a_sign_off_sends_every_own_share_and_no_other() {
    let world = World::ready();
    let request = world.request(&[PASSWORD, MFA]);
    let (good, blobs) = world.good_sign(BEA, PASSWORD, request.leaf);
    let none = SignOff {
        shares: Vec::new(),
        ..good.clone()
    };
    world.refused("malformed", || world.force(BEA, none, Vec::new()));
    let without_proof = SignOff {
        proofs: Vec::new(),
        ..good.clone()
    };
    world.refused("malformed", || {
        world.force(BEA, without_proof, blobs.clone())
    });
    let mut twice = SignOff {
        subject: good.subject,
        proofs: [good.proofs.clone(), good.proofs.clone()].concat(),
        shares: [good.shares.clone(), good.shares.clone()].concat(),
    };
    world.refused("blob-known", || {
        world.force(BEA, twice.clone(), blobs.clone())
    });
    twice.shares[1].blob = Digest::of(b"another");
    world.refused("malformed", || {
        world.force(
            BEA,
            twice,
            [blobs.clone(), vec![b"another".to_vec()]].concat(),
        )
    });
    world.refused("blob-missing", || {
        world.force(BEA, good.clone(), Vec::new())
    });
    let stray = [blobs.clone(), vec![b"stray".to_vec()]].concat();
    world.refused("stray-blob", || world.force(BEA, good.clone(), stray));
    // A governance sign-off sends nothing.
    let proposed = world.enter(ADA, policy(settings(9, 9, 600))).unwrap();
    world.refused("malformed", || {
        world.force(
            BEA,
            SignOff {
                subject: proposed.leaf,
                ..good
            },
            blobs,
        )
    });
}

#[test]
fn a_governance_proof_for_another_statement_proves_nothing() {
    let world = World::ready();
    let policy = |days| policy(settings(days, 9, 600));
    let (first, second) = (
        world.enter(ADA, policy(8)).unwrap(),
        world.enter(ADA, policy(9)).unwrap(),
    );
    let session = world.session(BEA);
    session.preview(&first.leaf).unwrap();
    drop(session);
    world.sign(BEA, first.leaf).unwrap();
    let signed = world
        .session(ADA)
        .view()
        .entry(world.session(ADA).head().unwrap().0 - 1)
        .unwrap()
        .unwrap();
    let statement = UntrustedStatement::parse(&signed.envelope)
        .unwrap()
        .with_parts(signed.parts())
        .unwrap();
    let Claim::Sign(sign) = statement.claim().clone() else {
        panic!()
    };
    assert_eq!(sign.proofs[0].secret, GOVERNANCE_SECRET);
    world.refused("bad-proof", || {
        world.force(
            BEA,
            SignOff {
                subject: second.leaf,
                ..sign
            },
            Vec::new(),
        )
    });
}
