//! Every refusal has its own code and writes nothing: no entry, no row of any table, no key file.

use std::fs;

use rootkeep::crypto::age_file;
use rootkeep::crypto::card::{self, Card};
use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::crypto::recipient::Recipient;
use rootkeep::crypto::secret::SecretBytes;
use rootkeep::crypto::words;
use rootkeep::error::{Kind, Result};
use rootkeep::ledger::{self, Durability, Entered, FirstUse, SealRequest};
use rootkeep::policy::{self, CheckNow, GOVERNANCE_SECRET};
use rootkeep::state::custody::{Epoch, RequestRecord};
use rootkeep::state::people::Custodian;
use rootkeep::statement::decisions::{About, SignOff};
use rootkeep::statement::founding::PolicySettings;
use rootkeep::statement::people::{Cause, Retire, RetirePersonal, Role};
use rootkeep::statement::quorums::{Define, Group, SetPolicy};
use rootkeep::statement::releases::{Form, Request, Reveal, Wanted};
use rootkeep::statement::secrets::{Confirm, ConfirmPersonal, Destroy, DestroyPersonal};
use rootkeep::statement::{Claim, UntrustedStatement};

use crate::story::retire;
use crate::world::*;

impl World {
    fn sign(&self, place: usize, subject: Digest) -> Result<Entered> {
        self.session(place).sign_off(subject)
    }

    fn enter(&self, place: usize, claim: Claim) -> Result<Entered> {
        self.session(place).enter(claim, Vec::new())
    }

    fn reveal(&self, place: usize, request: Digest, secret: &str) -> Result<SecretBytes> {
        self.session(place)
            .reveal(&request, &self.secret(secret), Form::Text, |_| Ok(()))
            .map(|shown| shown.plaintext)
    }

    /// A sign-off past the program's own checks, as another program could make it.
    fn force(&self, place: usize, sign: SignOff, blobs: Vec<Vec<u8>>) -> Result<Entered> {
        self.session(place).enter(Claim::Sign(sign), blobs)
    }

    fn set_policy(&self, settings: PolicySettings) -> Entered {
        self.decide(
            ADA,
            Claim::PolicySet(SetPolicy { policy: settings }),
            &[ADA, BEA, CY],
        )
    }
}

fn settings(pending_days: u32, request_hours: u32, window_max_secs: u32) -> PolicySettings {
    PolicySettings {
        revision: 1,
        pending_days,
        request_hours,
        window_max_secs,
    }
}

// Who may sign.

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
    let proposed = world
        .enter(
            ADA,
            Claim::PolicySet(SetPolicy {
                policy: settings(9, 9, 600),
            }),
        )
        .unwrap();
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
    let proposed = world
        .enter(
            ADA,
            Claim::PolicySet(SetPolicy {
                policy: settings(9, 9, 600),
            }),
        )
        .unwrap();
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
    let (sign, blobs) = world.craft_sign(
        BEA,
        &[world.secret(PASSWORD)],
        request.leaf,
        request.leaf,
        b"x",
    );
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

// What a sign-off is bound to.

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
    let (good, blobs) = world.craft_sign(
        BEA,
        &[world.secret(PASSWORD)],
        request.leaf,
        request.leaf,
        b"x",
    );
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
    let proposed = world
        .enter(
            ADA,
            Claim::PolicySet(SetPolicy {
                policy: settings(9, 9, 600),
            }),
        )
        .unwrap();
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
    let policy = |days| {
        Claim::PolicySet(SetPolicy {
            policy: settings(days, 9, 600),
        })
    };
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

// When it is too late.

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
    let (sign, blobs) = late.craft_sign(
        CY,
        &[late.secret(PASSWORD)],
        request.leaf,
        request.leaf,
        b"x",
    );
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
    let (sign, blobs) = world.craft_sign(
        CY,
        &[world.secret(PASSWORD)],
        request.leaf,
        request.leaf,
        b"x",
    );
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
    let (sign, blobs) = world.craft_sign(
        CY,
        &[world.secret(PASSWORD)],
        request.leaf,
        request.leaf,
        b"x",
    );
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

// Shares.

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

// Who is not, not yet, or no longer there.

#[test]
fn a_retired_custodian_is_out() {
    let world = World::ready();
    let request = world.request(&[MFA]);
    let mut open = world.session(EVE);
    let (sign, blobs) =
        world.craft_sign(EVE, &[world.secret(MFA)], request.leaf, request.leaf, b"x");
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
    world
        .enter(ADA, world.add_claim(hal, &[Role::Holder]))
        .unwrap();
    world.refused("not-a-member", || world.open(hal));
}

#[test]
fn nothing_but_the_founding_is_said_before_the_ledger_is_active() {
    let world = World::founded(3, 2);
    let genesis = world.genesis();
    for founder in [BEA, CY] {
        world.refused("not-active", || world.enter(ADA, import_claim()));
        world.refused("not-active", || {
            world.enter(ADA, world.define(random_id(), "early", 2, &[ADA, BEA]))
        });
        world.refused("not-active", || {
            world.enter(BEA, Claim::Withdraw(About { subject: genesis }))
        });
        world.sign(founder, genesis).unwrap();
    }
    world.import(ADA);
    world.refused("already-decided", || world.sign(ADA, genesis));
    world.assert_good(ADA);
}

#[test]
fn a_genesis_is_signed_only_with_the_code_that_the_others_read_aloud() {
    let world = World::founded(3, 2);
    let genesis = world.genesis();
    world.refused("genesis-code-needed", || world.open(BEA)?.sign_off(genesis));
    world.refused("genesis-code-needed", || {
        world.open(BEA)?.trust(&FirstUse::default())
    });
    let other = words::spell(&Digest([9; 32]));
    let with = |code: String| {
        let mut session = world.open(BEA)?;
        session.trust(&FirstUse {
            genesis_code: Some(code),
            fingerprint: None,
        })?;
        session.sign_off(genesis)
    };
    world.refused("words-differ", || with(other));
    let mut eleven: Vec<String> = world.code().split_whitespace().map(str::to_owned).collect();
    eleven.pop();
    world.refused("words-count", || with(eleven.join(" ")));
    eleven.push("academic".to_owned());
    if eleven.join(" ")
        != world
            .code()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    {
        world.refused("words-differ", || with(eleven.join(" ")));
    }
    assert!(
        with(world.code().to_uppercase()).is_ok(),
        "case and spaces don't matter"
    );
}

#[test]
fn a_founder_whose_card_was_swapped_notices() {
    // ada founds with a card that has bea's id and recipient and ada's own keys.
    let world = World::of_people(3);
    let bea = &world.people[BEA];
    let (swapped, part) = Card::issue(
        &rng(),
        bea.card.recipient.clone(),
        &bea.personal,
        &world.host,
    )
    .unwrap();
    let mut cards: Vec<_> = world
        .people
        .iter()
        .map(|p| (p.card.clone(), p.part.clone(), p.personal.clone()))
        .collect();
    cards[BEA] = (swapped.clone(), part.clone(), bea.personal.clone());
    world.found(2, cards).unwrap();
    // bea's own card is beside the identity: it is in no ledger.
    let error = world.open(BEA).err().unwrap();
    assert_eq!(
        (error.code(), error.kind()),
        ("not-a-member", Kind::Refused)
    );
    // Without it, bea has to type the fingerprint of the own card.
    fs::remove_file(world.card_file(BEA)).unwrap();
    let code = words::spell(&world.open(ADA).unwrap().id());
    let mut session = world.open(BEA).unwrap();
    let first = |fingerprint: Option<String>| FirstUse {
        genesis_code: Some(code.clone()),
        fingerprint,
    };
    assert_eq!(
        session.trust(&first(None)).unwrap_err().code(),
        "card-needed"
    );
    let error = session.trust(&first(Some(bea.card.words()))).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("words-differ", Kind::Verification)
    );
    assert!(session.pin().is_none());
}

#[test]
fn an_own_card_with_anothers_keys_is_refused_when_founding() {
    let world = World::of_people(3);
    let bea = &world.people[BEA];
    let own = &world.people[ADA];
    let cards = |first: Card, part| {
        vec![
            (first, part, own.personal.clone()),
            (bea.card.clone(), bea.part.clone(), bea.personal.clone()),
        ]
    };
    let (other, part) = Card::issue(
        &rng(),
        own.card.recipient.clone(),
        &own.personal,
        &world.host,
    )
    .unwrap();
    let error = world.found(2, cards(other, part)).unwrap_err();
    assert_eq!(error.code(), "own-card-missing");
    for threshold in [0, 1, 3] {
        let error = world
            .found(threshold, cards(own.card.clone(), own.part.clone()))
            .unwrap_err();
        assert_eq!(error.code(), "malformed", "threshold {threshold} of 2");
    }
    let twice = vec![(own.card.clone(), own.part.clone(), own.personal.clone()); 2];
    assert_eq!(world.found(2, twice).unwrap_err().code(), "malformed");
    let alone = vec![(own.card.clone(), own.part.clone(), own.personal.clone())];
    assert_eq!(world.found(2, alone).unwrap_err().code(), "malformed");
    assert!(
        !world.ledger().exists(),
        "a founding that failed leaves nothing"
    );
    let leftovers = fs::read_dir(world.dir.path())
        .unwrap()
        .flatten()
        .filter(|e| e.path().is_dir())
        .count();
    assert_eq!(leftovers, 0);
    world
        .found(2, cards(own.card.clone(), own.part.clone()))
        .unwrap();
    assert_eq!(
        world
            .found(2, cards(own.card.clone(), own.part.clone()))
            .unwrap_err()
            .code(),
        "exists"
    );
}

#[test]
fn sixteen_founders_are_the_most() {
    let world = World::of_people(17);
    let cards: Vec<_> = world
        .people
        .iter()
        .map(|p| (p.card.clone(), p.part.clone(), p.personal.clone()))
        .collect();
    assert_eq!(
        world.found(9, cards.clone()).unwrap_err().code(),
        "malformed"
    );
    world.found(16, cards[..16].to_vec()).unwrap();
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

// Copies that are not the ledger.

#[test]
fn a_rolled_back_ledger_is_noticed_by_whoever_saw_more() {
    let world = World::ready();
    let old = world.dir.path().join("old.ledger");
    copy_dir(&world.ledger(), &old);
    world.import(BEA);
    fs::remove_dir_all(world.ledger()).unwrap();
    copy_dir(&old, &world.ledger());
    let error = world.open(BEA).err().unwrap();
    assert_eq!(
        (error.code(), error.kind()),
        ("rolled-back", Kind::Verification)
    );
    // Whoever saw no more can't know; a pin is what one has seen.
    world.assert_good(ADA);
}

#[test]
fn a_fork_is_noticed_even_where_it_is_longer() {
    let world = World::ready();
    let other = world.copy();
    world.import(BEA);
    other.import(ADA);
    other.import(ADA);
    fs::remove_dir_all(world.ledger()).unwrap();
    copy_dir(&other.ledger(), &world.ledger());
    let error = world.open(BEA).err().unwrap();
    assert_eq!((error.code(), error.kind()), ("forked", Kind::Verification));
}

#[test]
fn edited_tables_of_trust_are_refused_by_every_act() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let proposed = world
        .enter(ADA, world.define(random_id(), "late", 2, &[ADA, BEA]))
        .unwrap();
    let mallory = age::x25519::Identity::generate().to_public().to_string();
    let raw = world.raw(EVE);
    let bea = world.id(BEA).to_hex();
    let value: Vec<u8> = raw
        .query_row(
            "SELECT value FROM state WHERE kind = 'custodian' AND key = ?1",
            [&bea],
            |row| row.get(0),
        )
        .unwrap();
    let own = world.people[BEA].card.recipient.as_str();
    let edited = String::from_utf8(value).unwrap().replace(own, &mallory);
    let edits: [(&str, Vec<&dyn rusqlite::ToSql>); 7] = [
        (
            "UPDATE state SET value = CAST(?2 AS BLOB) WHERE kind = 'custodian' AND key = ?1",
            vec![&bea, &edited],
        ),
        (
            "DELETE FROM state WHERE kind = 'custodian' AND key = ?1",
            vec![&bea],
        ),
        (
            "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), '\"threshold\":2', '\"threshold\":1') AS BLOB) WHERE kind = 'quorum'",
            vec![],
        ),
        (
            "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), '\"pending_days\":30', '\"pending_days\":31') AS BLOB) WHERE kind = 'policy'",
            vec![],
        ),
        ("DELETE FROM state WHERE kind = 'person'", vec![]),
        (
            "UPDATE state SET value = CAST(value || ' ' AS BLOB) WHERE kind = 'card'",
            vec![],
        ),
        ("DELETE FROM state WHERE kind = 'proposal'", vec![]),
    ];
    for (sql, values) in edits {
        raw.execute_batch("CREATE TEMP TABLE good AS SELECT * FROM main.state")
            .unwrap();
        assert!(raw.execute(sql, values.as_slice()).unwrap() > 0, "{sql}");
        let acts: [(&str, &dyn Fn() -> Result<()>); 7] = [
            ("trust", &|| world.trusted(ADA).map(drop)),
            ("enter", &|| {
                world
                    .trusted(ADA)?
                    .enter(import_claim(), Vec::new())
                    .map(drop)
            }),
            ("seal", &|| {
                let plaintext = SecretBytes::copy_of(b"mine");
                let request = SealRequest {
                    name: "org/note".parse()?,
                    quorum: Some("engineers"),
                    serves: Vec::new(),
                    plaintext: &plaintext,
                };
                world.trusted(ADA)?.seal(request).map(drop)
            }),
            ("request", &|| {
                let secret = world.secret_by_table(PASSWORD);
                world
                    .trusted(ADA)?
                    .request(&[(secret, 1)], world.id(ADA), 600, purpose())
                    .map(drop)
            }),
            ("sign", &|| {
                world.trusted(ADA)?.sign_off(request.leaf).map(drop)
            }),
            ("sign governance", &|| {
                world.trusted(ADA)?.sign_off(proposed.leaf).map(drop)
            }),
            ("cosign", &|| world.trusted(ADA)?.cosign_head().map(drop)),
        ];
        for (what, act) in acts {
            let error = world.refused("state-mismatch", act);
            assert_eq!(error.kind(), Kind::Verification, "{what}: {sql}");
        }
        let report = world.open(ADA).unwrap().verify(&mut |_, _| {}).unwrap();
        assert!(
            report
                .problems
                .iter()
                .any(|problem| problem.code == "state-differs"),
            "{sql}"
        );
        raw.execute_batch(
            "DELETE FROM main.state; INSERT INTO main.state SELECT * FROM good; DROP TABLE good",
        )
        .unwrap();
    }
    world.assert_good(ADA);
}

#[test]
fn edited_records_of_large_tables_are_refused_by_whoever_reads_them() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let request = world.request(&[PASSWORD]);
    let raw = world.raw(EVE);
    let refused = |sql: &str, act: &dyn Fn() -> Result<()>| {
        raw.execute_batch("CREATE TEMP TABLE good AS SELECT * FROM main.state")
            .unwrap();
        assert!(raw.execute(sql, []).unwrap() > 0, "{sql}");
        // Whether the shards' hashes fit the edit or not: the pin's root does not.
        for mended in [false, true] {
            if mended {
                crate::forger::mend_shards(&raw);
            }
            let error = world.refused("state-mismatch", act);
            assert_eq!(error.kind(), Kind::Verification, "{sql}");
        }
        raw.execute_batch(
            "DELETE FROM main.state; INSERT INTO main.state SELECT * FROM good; DROP TABLE good",
        )
        .unwrap();
        crate::forger::mend_shards(&raw);
    };
    let seal = || {
        let plaintext = SecretBytes::copy_of(b"mine");
        let request = SealRequest {
            name: PASSWORD.parse()?,
            quorum: Some("engineers"),
            serves: Vec::new(),
            plaintext: &plaintext,
        };
        world.trusted(ADA)?.seal(request).map(drop)
    };
    let ask = || {
        world
            .trusted(ADA)?
            .request(&[(secret, 1)], world.id(ADA), 600, purpose())
            .map(drop)
    };
    let sign = || world.trusted(ADA)?.sign_off(request.leaf).map(drop);
    let replace = |kind: &str, from: &str, to: &str| {
        format!(
            "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), '{from}', '{to}') AS BLOB) WHERE kind = '{kind}'"
        )
    };
    refused("DELETE FROM state WHERE kind = 'binding'", &seal);
    refused("DELETE FROM state WHERE kind = 'secret'", &seal);
    refused(&replace("secret", "/password", "/note"), &seal);
    refused(
        &replace("epoch", "\"confirmed\":[]", "\"confirmed\":[1]"),
        &ask,
    );
    refused(
        &replace("epoch", "\"destroyed\":null", "\"destroyed\":7"),
        &ask,
    );
    refused(
        &replace("request", "\"rejected\":false", "\"rejected\":true"),
        &sign,
    );
    refused("DELETE FROM state WHERE kind = 'request'", &sign);
    world.assert_good(ADA);
}

impl World {
    /// A secret's id from the table that no pin covers.
    fn secret_by_table(&self, name: &str) -> Id {
        let key: String = self
            .raw(EVE)
            .query_row(
                "SELECT key FROM state WHERE kind = 'secret' AND CAST(value AS TEXT) LIKE ?1",
                [format!("%{name}%")],
                |row| row.get(0),
            )
            .unwrap();
        Id::parse(&key).unwrap()
    }
}

// Statements out of place.

#[test]
fn a_statement_that_is_in_the_log_is_not_taken_again() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign(BEA, request.leaf).unwrap();
    let session = world.session(ADA);
    let view = session.view();
    let size = session.head().unwrap().0;
    for seq in 3..size {
        let entry = view.entry(seq).unwrap().unwrap();
        let statement = UntrustedStatement::parse(&entry.envelope)
            .unwrap()
            .with_parts(entry.parts())
            .unwrap();
        let error = policy::judge(&view, &view, &mut CheckNow, &statement, size).unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            ("replayed", Kind::Verification),
            "entry {seq}"
        );
    }
}

#[test]
fn a_statement_of_another_ledger_is_not_taken() {
    let (world, other) = (World::ready(), World::active(2, 2));
    let entered = other.import(ADA);
    let entry = other
        .session(ADA)
        .view()
        .entry(entered.seq)
        .unwrap()
        .unwrap();
    let statement = UntrustedStatement::parse(&entry.envelope)
        .unwrap()
        .with_parts(entry.parts())
        .unwrap();
    let session = world.session(ADA);
    let size = session.head().unwrap().0;
    let error = policy::judge(
        &session.view(),
        &session.view(),
        &mut CheckNow,
        &statement,
        size,
    )
    .unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("other-ledger", Kind::Verification)
    );
}

#[test]
fn a_sign_off_names_something_that_waits() {
    let world = World::ready();
    let seal = world
        .session(ADA)
        .view()
        .filtered(&rootkeep::store::LogFilter {
            kind: Some(rootkeep::statement::Kind::Seal),
            ..Default::default()
        })
        .unwrap();
    world.refused("unknown-subject", || world.sign(ADA, seal[0].hash));
    world.refused("no-entry", || world.sign(ADA, Digest([3; 32])));
    world.refused("unknown-subject", || {
        world.session(ADA).reject(Digest([3; 32]), text("no"))
    });
    world.refused("unknown-subject", || {
        world.session(ADA).withdraw(seal[0].hash)
    });
    world.refused("already-effective", || {
        let define = world
            .session(ADA)
            .view()
            .filtered(&rootkeep::store::LogFilter {
                kind: Some(rootkeep::statement::Kind::QuorumDefine),
                ..Default::default()
            })?;
        world.sign(DAN, define[0].hash)
    });
}

// What a seal may be.

#[test]
fn a_secret_is_sealed_only_by_those_with_a_role_for_it() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder]);
    world.session(fay).accept().unwrap();
    world.refused("no-role", || world.seal(fay, PASSWORD, None, b"mine"));
    world.refused("no-role", || {
        world.seal(fay, "org/note", Some("engineers"), b"mine")
    });
    // A member of the quorum needs no other role.
    world.quorum("with-fay", 2, &[ADA, fay]);
    world
        .seal(fay, "org/note", Some("with-fay"), b"mine")
        .unwrap();
    world.refused("no-role", || world.seal(fay, PASSWORD, None, b"mine"));
}

#[test]
fn a_seal_keeps_quorum_and_subject() {
    let world = World::ready();
    world.refused("quorum-fixed", || {
        world.seal(ADA, PASSWORD, Some("board"), b"x")
    });
    world.refused("quorum-needed", || world.seal(ADA, "org/note", None, b"x"));
    world.refused("no-quorum", || {
        world.seal(ADA, "org/note", Some("nobody"), b"x")
    });
    world.refused("unknown-account", || {
        world.seal(ADA, "999988887777/password", Some("board"), b"x")
    });
    world.refused("bad-secret-length", || {
        world.seal(ADA, "org/note", Some("board"), b"")
    });
    world.refused("bad-secret-length", || {
        world.seal(ADA, "org/note", Some("board"), &vec![7; 65_537])
    });
    world
        .seal(ADA, "org/note", Some("board"), &vec![7; 65_536])
        .unwrap();
    let serving = |secret: &str, serves: &[&str]| {
        world.session(ADA).seal(SealRequest {
            name: secret.parse().unwrap(),
            quorum: Some("board"),
            serves: serves
                .iter()
                .map(|id| rootkeep::statement::account_id::AccountId::new(*id).unwrap())
                .collect(),
            plaintext: &SecretBytes::copy_of(MFA_TEXT),
        })
    };
    world.refused("management-shares-device", || {
        serving("444455556666/mfa-seed:shared", &[MANAGEMENT])
    });
    world.refused("management-shares-device", || {
        serving("111122223333/mfa-seed:shared", &[MEMBER])
    });
    world.refused("malformed", || {
        serving("444455556666/mfa-seed:shared", &[MEMBER])
    });
    world.refused("malformed", || {
        serving("444455556666/password", &[MANAGEMENT])
    });
    world.refused("unknown-account", || {
        serving("444455556666/mfa-seed:shared", &["999988887777"])
    });
}

// Bounds, each on both sides and each alone.

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
fn policies_keep_to_their_bounds() {
    let world = World::ready();
    let set = |settings| world.enter(ADA, Claim::PolicySet(SetPolicy { policy: settings }));
    for good in [
        settings(1, 72, 600),
        settings(365, 72, 600),
        settings(30, 1, 600),
        settings(30, 720, 600),
        settings(30, 72, 60),
        settings(30, 72, 604_800),
    ] {
        set(good).unwrap();
    }
    for bad in [
        settings(0, 72, 600),
        settings(366, 72, 600),
        settings(30, 0, 600),
        settings(30, 721, 600),
        settings(30, 72, 59),
        settings(30, 72, 604_801),
        PolicySettings {
            revision: 0,
            ..settings(30, 72, 600)
        },
        PolicySettings {
            revision: 2,
            ..settings(30, 72, 600)
        },
    ] {
        world.refused("malformed", || set(bad));
    }
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
fn a_quorum_keeps_to_the_bounds_of_its_split() {
    let mut world = World::ready();
    for person in [
        "fay", "gus", "hal", "ida", "jo", "kim", "lee", "mia", "ned", "ola", "pia", "quin",
    ] {
        let place = world.newcomer(person);
        world.enrol(place, &[Role::Holder]);
        world.session(place).accept().unwrap();
    }
    let all: Vec<usize> = (0..17).collect();
    let define = |threshold, members: &[usize]| {
        world.enter(ADA, world.define(random_id(), "bounds", threshold, members))
    };
    world.refused("malformed", || define(2, &all));
    world.refused("malformed", || define(0, &[ADA, BEA]));
    world.refused("malformed", || define(1, &[ADA, BEA]));
    world.refused("malformed", || define(1, &[ADA]));
    world.refused("malformed", || define(3, &[ADA, BEA]));
    world.refused("malformed", || define(2, &[ADA, ADA, BEA]));
    world.refused("malformed", || define(2, &[]));
    world.refused("malformed", || {
        world.enter(ADA, world.define(random_id(), "governance", 2, &[ADA, BEA]))
    });
    world.refused("malformed", || {
        world.enter(ADA, world.define(random_id(), "board", 2, &[ADA, BEA]))
    });
    world.refused("unknown-author", || {
        let Claim::QuorumDefine(mut define) = world.define(random_id(), "bounds", 2, &[ADA, BEA])
        else {
            panic!()
        };
        define.groups[0].members[0] = random_id();
        world.enter(ADA, Claim::QuorumDefine(define))
    });
    define(2, &[ADA, BEA]).unwrap();
    define(16, &all[..16]).unwrap();
    world.quorum("sixteen", 2, &all[..16]);
    world.seal(ADA, "org/note", Some("sixteen"), b"x").unwrap();
    let grouped = |needed, groups: Vec<(u8, Vec<usize>)>| {
        world.enter(
            ADA,
            Claim::QuorumDefine(Define {
                quorum: random_id(),
                name: name("grouped"),
                groups_needed: needed,
                groups: groups
                    .into_iter()
                    .enumerate()
                    .map(|(number, (threshold, members))| Group {
                        label: name(&format!("g{number}")),
                        threshold,
                        members: members.iter().map(|place| world.id(*place)).collect(),
                    })
                    .collect(),
            }),
        )
    };
    let ones = |count: usize| (0..count).map(|place| (1, vec![place])).collect::<Vec<_>>();
    grouped(2, ones(2)).unwrap();
    grouped(16, ones(16)).unwrap();
    world.refused("malformed", || grouped(2, ones(17)));
    world.refused("malformed", || grouped(0, ones(2)));
    world.refused("malformed", || grouped(3, ones(2)));
    world.refused("malformed", || grouped(1, ones(2)));
    // One person in two groups is still one person.
    world.refused("malformed", || {
        grouped(2, vec![(1, vec![ADA]), (1, vec![ADA])])
    });
    world.assert_good(ADA);
}

#[test]
fn a_wrong_seal_is_not_asked_for() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let mfa = Epoch::load(&world.session(ADA).view(), &world.secret(MFA), 1)
        .unwrap()
        .unwrap();
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

fn destroy(world: &World, secret: &str) -> Claim {
    Claim::SecretDestroy(
        Destroy {
            secret: world.secret(secret),
            epoch: None,
        },
        Some(DestroyPersonal {
            reason: text("rotated"),
        }),
    )
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
