//! Slips: people who never see the ledger found it, sign, decline, accept and state things on it.

use rootkeep::crypto::age_file;
use rootkeep::crypto::fixed::{Base64, Digest};
use rootkeep::crypto::identity::Identity;
use rootkeep::error::Result;
use rootkeep::ledger::{Arrival, Clock, Entered, FirstUse, Imported, LeafPlace, Reading, Remote};
use rootkeep::log::{Hash, TlogProof};
use rootkeep::present::describe;
use rootkeep::statement::decisions::{About, RejectPersonal};
use rootkeep::statement::imports::Import;
use rootkeep::statement::notes::{AttachPersonal, CorrectPersonal};
use rootkeep::statement::people::{Away, Role};
use rootkeep::statement::releases::Form;
use rootkeep::statement::secrets::{Confirm, ConfirmPersonal};
use rootkeep::statement::slips::{self, AnswerSlip, SlipBody, SlipHead, UntrustedRequestSlip};
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Draft, Seen};

use crate::forger::Forger;
use crate::story::retire;

use crate::world::*;

impl World {
    /// A slip that someone writes for somebody else.
    pub fn slip(&self, by: usize, to: usize, subject: Option<Digest>) -> Vec<u8> {
        self.session(by).write_slip(self.id(to), subject).unwrap()
    }

    /// Opens a slip as someone, on a machine that has nothing but their identity.
    pub fn away(&self, place: usize, file: &[u8]) -> Result<Remote> {
        Remote::open(file, self.opening(place)?)
    }

    /// As [`Self::away`], by someone who has heard the genesis code.
    pub fn remote(&self, place: usize, file: &[u8]) -> Remote {
        let mut remote = self.away(place, file).unwrap();
        remote.trust(&self.first_use()).unwrap();
        remote
    }

    /// Someone signs a subject by a slip from ada; returns the answer's file.
    pub fn signed_away(&self, place: usize, subject: Digest) -> Vec<u8> {
        let slip = self.slip(ADA, place, Some(subject));
        self.remote(place, &slip).sign().unwrap().file
    }

    pub fn brought(&self, by: usize, files: &[Vec<u8>]) -> Imported {
        self.session(by).import(files).unwrap()
    }
}

/// What a slip holds, decrypted by the one it is for.
fn opened(world: &World, place: usize, file: &[u8]) -> Vec<u8> {
    let identity = Identity::load(&world.identity(place), &world.host).unwrap();
    identity.decrypt(file).unwrap().expose().to_vec()
}

/// Encrypted to somebody's own recipient, as anybody can.
fn for_card(world: &World, place: usize, bytes: &[u8]) -> Vec<u8> {
    age_file::encrypt(&world.people[place].card.recipient, bytes, &world.host).unwrap()
}

/// An answer's content, by its reader's member key.
fn answered(world: &World, place: usize, file: &[u8]) -> Vec<u8> {
    let key = world.member_key(place);
    key.decrypt(file).unwrap().expose().to_vec()
}

/// Encrypted to somebody's member key, as anybody can.
pub fn for_member(world: &World, place: usize, bytes: &[u8]) -> Vec<u8> {
    age_file::encrypt(&world.people[place].card.age, bytes, &world.host).unwrap()
}

/// A slip as a custodian who lies would write it: changed, and signed again.
fn rewritten(
    world: &World,
    (by, to): (usize, usize),
    file: &[u8],
    change: impl FnOnce(&mut SlipHead, &mut SlipBody),
) -> Vec<u8> {
    let slip = UntrustedRequestSlip::parse(&opened(world, to, file)).unwrap();
    let mut head = slip.head().unwrap().untrusted().clone();
    let mut body = slip.into_body();
    let before = head.body;
    change(&mut head, &mut body);
    if head.body == before {
        head.body = body.digest().unwrap();
    }
    let key = world.member_key(by);
    let bytes = slips::write_request(&head, body, key.signing()).unwrap();
    for_card(world, to, &bytes)
}

/// Where each JSON string of `text` stands, without its quotes.
fn strings(text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let quotes: Vec<usize> = (0..text.len())
        .filter(|at| text[*at] == b'"' && text[at - 1] != b'\\')
        .collect();
    quotes.chunks(2).map(|pair| pair[0] + 1..pair[1]).collect()
}

/// Why a slip was not brought in.
pub fn refusal(imported: &Imported, place: usize) -> &'static str {
    match &imported.slips[place].arrival {
        Arrival::Refused(error) => error.code(),
        other => panic!("{other:?}"),
    }
}

/// That ada can't bring a file in, for this reason, and that nothing is written.
fn stays_out(world: &World, file: &[u8], code: &str) {
    let before = world.contents(ADA);
    let imported = world.brought(ADA, &[file.to_vec()]);
    assert!(imported.import.is_none());
    assert_eq!(refusal(&imported, 0), code);
    assert_eq!(
        before,
        world.contents(ADA),
        "`{code}`, but something was written"
    );
}

fn code<T>(outcome: Result<T>) -> &'static str {
    match outcome {
        Ok(_) => "nothing wrong",
        Err(error) => error.code(),
    }
}

/// The entry that a slip became.
pub fn entered(imported: &Imported, place: usize) -> &Entered {
    match &imported.slips[place].arrival {
        Arrival::Entered(entered) => entered,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_release_is_signed_by_two_people_who_never_see_the_ledger() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let answers: Vec<Vec<u8>> = [BEA, CY]
        .iter()
        .map(|place| world.signed_away(*place, request.leaf))
        .collect();
    let before = world.session(ADA).head().unwrap().0;
    let imported = world.brought(ADA, &answers);
    let import = imported.import.as_ref().unwrap();
    assert_eq!((import.seq, import.kind.as_str()), (before, "import"));
    for place in [0, 1] {
        let entered = entered(&imported, place);
        assert!(entered.effective, "the second one completes it");
        assert_eq!(entered.seq, before + 1 + place as u64);
    }
    world.assert_good(ADA);
    let secret = world.secret(PASSWORD);
    let shown = world
        .session(ADA)
        .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
        .unwrap();
    assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT);
    assert!(shown.bad.is_empty());
    for person in 0..5 {
        world.assert_good(person);
    }
}

#[test]
fn an_answer_that_was_days_on_its_way_is_no_clock_that_went_back() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let answers = [BEA, CY].map(|place| world.signed_away(place, request.leaf));
    world.clock.forward(2 * 86_400);
    let imported = world.brought(ADA, &answers);
    assert!(entered(&imported, 1).effective);
    let verify = || world.session(ADA).verify(&mut |_, _| {}).unwrap();
    assert_eq!(verify().clock_went_back, 0);
    world.clock.forward(-3600);
    world.import(ADA);
    assert_eq!(verify().clock_went_back, 1, "since the import");
}

#[test]
fn sixteen_found_a_ledger_and_release_a_secret_by_slips_alone() {
    let world = World::founded(16, 16);
    let genesis = world.genesis();
    let others: Vec<usize> = (1..16).rev().collect();
    let sign_all = |subject| -> Vec<Vec<u8>> {
        let away = others
            .iter()
            .map(|place| world.signed_away(*place, subject));
        away.collect()
    };
    let answers = sign_all(genesis);
    let imported = world.brought(ADA, &answers);
    assert!((0..15).all(|place| entered(&imported, place).effective));
    world.assert_good(15);
    // A quorum of all of them, and a release by all of them.
    let everybody: Vec<usize> = (0..16).collect();
    let define = world.define(random_id(), "all", 16, &everybody);
    let proposed = world.session(ADA).enter(define, Vec::new()).unwrap();
    world.session(ADA).sign_off(proposed.leaf).unwrap();
    world.brought(ADA, &sign_all(proposed.leaf));
    world.import(ADA);
    world
        .seal(ADA, PASSWORD, Some("all"), PASSWORD_TEXT)
        .unwrap();
    let request = world.request(&[PASSWORD]);
    world.session(ADA).sign_off(request.leaf).unwrap();
    let mut answers = sign_all(request.leaf);
    let last = answers.split_off(14);
    let imported = world.brought(ADA, &answers);
    assert_eq!(
        (entered(&imported, 3).effective, entered(&imported, 3).needs),
        (false, 1)
    );
    assert!(entered(&world.brought(ADA, &last), 0).effective);
    let secret = world.secret(PASSWORD);
    let shown = world
        .session(ADA)
        .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
        .unwrap();
    assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT);
    world.assert_good(7);
}

#[test]
fn what_a_slip_shows_is_what_the_ledger_shows() {
    let mut world = World::ready();
    let request = world.request(&[PASSWORD]);
    let fay = world.newcomer("b\u{435}a");
    let added = world.propose(fay, &[Role::Witness]);
    for subject in [request.leaf, added.leaf, world.genesis()] {
        let session = world.session(BEA);
        let (_, statement) = session.statement(&subject).unwrap();
        let people = session.people().unwrap();
        let there = describe::statement(&session, &statement, &people).unwrap();
        drop(session);
        let remote = world.remote(BEA, &world.slip(ADA, BEA, Some(subject)));
        let (_, statement) = remote.statement(&subject).unwrap();
        let people = remote.people().unwrap();
        let here = describe::statement(&remote, &statement, &people).unwrap();
        assert_eq!(there, here);
        let place: Option<LeafPlace> = remote.place(&subject).unwrap();
        assert!(place.is_some());
    }
}

#[test]
fn a_newcomer_accepts_away_from_the_ledger_and_governance_signs_it_there() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    let added = world.propose(fay, &[Role::Witness]);
    world.session(ADA).sign_off(added.leaf).unwrap();
    let mut remote = world.remote(fay, &world.slip(ADA, fay, None));
    assert_eq!(code(remote.sign().map(drop)), "no-subject");
    let subject = remote.own_enrolment().unwrap();
    let accepted = remote
        .make(Claim::CustodianAccept(About { subject }), Vec::new())
        .unwrap();
    let answers = [
        accepted.file,
        world.signed_away(BEA, added.leaf),
        world.signed_away(DAN, added.leaf),
    ];
    let imported = world.brought(ADA, &answers);
    assert!(entered(&imported, 2).effective);
    world.assert_good(fay);
    assert!(
        world
            .ledger()
            .join(format!("keys/{}.age", world.id(fay)))
            .exists()
    );
    // The receipt proves the newcomer's own entry.
    let proof = world.session(ADA).proof(entered(&imported, 0).seq).unwrap();
    let proof = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
    proof
        .verify_inclusion(&Hash::from(accepted.leaf.0))
        .unwrap();
}

#[test]
fn whatever_else_is_stated_away_comes_in_too() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let own = world.request_by(BEA, &[PASSWORD], BEA, 600).unwrap();
    let asked = world.request(&[PASSWORD]);
    let mut remote = world.remote(BEA, &world.slip(ADA, BEA, Some(asked.leaf)));
    let about = |subject| About { subject };
    let day = |day: &str| Date::parse(day).unwrap();
    let file = b"minutes".to_vec();
    let claims = [
        (Claim::Withdraw(about(own.leaf)), Vec::new()),
        (
            Claim::Reject(
                about(asked.leaf),
                Some(RejectPersonal { reason: text("no") }),
            ),
            Vec::new(),
        ),
        (
            Claim::Correct(
                about(own.leaf),
                Some(CorrectPersonal {
                    reason: text("wrong"),
                    text: text("right"),
                }),
            ),
            Vec::new(),
        ),
        (
            Claim::Attach(
                about(own.leaf),
                Some(AttachPersonal {
                    name: text("minutes.txt"),
                    digest: Digest::of(&file),
                    bytes: 7,
                    media: text("text/plain"),
                }),
            ),
            vec![file],
        ),
        (
            Claim::CustodianAway(Away {
                custodian: world.id(BEA),
                from: day("2026-12-24"),
                to: day("2027-01-02"),
            }),
            Vec::new(),
        ),
        (
            Claim::SecretConfirm(
                Confirm { secret, epoch: 1 },
                Some(ConfirmPersonal { note: None }),
            ),
            Vec::new(),
        ),
    ];
    let answers: Vec<Vec<u8>> = claims
        .into_iter()
        .map(|(claim, blobs)| remote.make(claim, blobs).unwrap().file)
        .collect();
    let imported = world.brought(ADA, &answers);
    for place in 0..answers.len() {
        assert!(entered(&imported, place).effective);
    }
    world.assert_good(CY);
}

#[test]
fn the_same_answer_twice_is_in_once() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let answer = world.signed_away(BEA, request.leaf);
    let another = world.signed_away(BEA, request.leaf);
    let imported = world.brought(ADA, &[answer.clone(), answer.clone()]);
    let seq = entered(&imported, 0).seq;
    let already = |imported: &Imported, place: usize| match imported.slips[place].arrival {
        Arrival::Already(seq) => seq,
        _ => panic!(),
    };
    assert_eq!(already(&imported, 1), seq);
    let before = world.contents(ADA);
    let again = world.brought(ADA, &[answer]);
    assert!(again.import.is_none());
    assert_eq!(already(&again, 0), seq);
    assert_eq!(before, world.contents(ADA));
    // Another answer to the same request by the same person is another statement.
    stays_out(&world, &another, "already-decided");
}

#[test]
fn what_is_stale_stays_out_with_its_reason() {
    let ready = World::ready();
    let request = ready.request(&[PASSWORD]);
    let define = ready.define(random_id(), "late", 2, &[ADA, BEA]);
    let proposed = ready.session(ADA).enter(define, Vec::new()).unwrap();
    let to_request = ready.signed_away(BEA, request.leaf);
    let to_proposal = ready.signed_away(BEA, proposed.leaf);
    let then = |act: &dyn Fn(&World), file: &[u8], code: &str| {
        let world = ready.copy();
        act(&world);
        stays_out(&world, file, code);
    };
    let hour = 3600;
    then(
        &|world| world.clock.forward(72 * hour + 1),
        &to_request,
        "expired",
    );
    then(
        &|world| world.clock.forward(30 * 24 * hour + 1),
        &to_proposal,
        "expired",
    );
    then(
        &|world| drop(world.session(ADA).withdraw(request.leaf).unwrap()),
        &to_request,
        "withdrawn",
    );
    then(
        &|world| drop(world.session(ADA).withdraw(proposed.leaf).unwrap()),
        &to_proposal,
        "withdrawn",
    );
    then(
        &|world| {
            world.sign_all(request.leaf, &[ADA, CY]);
            world
                .session(ADA)
                .enter(close_claim(request.leaf), Vec::new())
                .unwrap();
        },
        &to_request,
        "closed",
    );
    then(
        &|world| drop(world.sign_all(proposed.leaf, &[ADA, CY, DAN])),
        &to_proposal,
        "already-effective",
    );
    then(
        &|world| drop(world.session(BEA).sign_off(request.leaf).unwrap()),
        &to_request,
        "already-decided",
    );
    then(
        &|world| drop(world.decide(ADA, retire(world, BEA, None), &[ADA, CY, DAN])),
        &to_request,
        "retired",
    );
    then(
        &|world| {
            let (id, _) = world.session(ADA).find_quorum("engineers").unwrap();
            let again = world.define(id, "engineers", 2, &[ADA, BEA, CY]);
            world.decide(ADA, again, &[ADA, BEA, CY]);
        },
        &to_request,
        "lapsed",
    );
    // At the last second it still counts; it is the import's time that does, whatever the slip's was.
    let world = ready.copy();
    world.clock.forward(72 * hour);
    assert_eq!(entered(&world.brought(ADA, &[to_request]), 0).needs, 1);
    world.assert_good(CY);
}

#[test]
fn a_clock_in_a_slip_is_nobodys_choice() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let slip = world.slip(ADA, BEA, Some(request.leaf));
    // Signed in time, and brought in when the request has expired.
    let now = world.clock.seconds();
    world.clock.set(now + 200);
    let answer = world.remote(BEA, &slip).sign().unwrap().file;
    world.clock.set(now + 72 * 3600 + 1);
    stays_out(&world, &answer, "expired");
    // By the time of an import a release's window is counted too.
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.session(CY).sign_off(request.leaf).unwrap();
    let answer = world.signed_away(BEA, request.leaf);
    world.clock.forward(48 * 3600);
    world.brought(ADA, &[answer]);
    let secret = world.secret(PASSWORD);
    let reveal = |world: &World| {
        let mut ada = world.session(ADA);
        ada.reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
            .map(drop)
    };
    world.clock.forward(3600);
    reveal(&world).unwrap();
    world.clock.forward(1);
    assert_eq!(code(reveal(&world)), "expired");
    world.assert_good(ADA);
}

#[test]
fn a_slip_for_somebody_else_opens_nothing() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let slip = world.slip(ADA, BEA, Some(request.leaf));
    assert_eq!(code(world.away(CY, &slip)), "not-for-you");
    // Handed on, it is still for bea.
    let handed_on = for_card(&world, CY, &opened(&world, BEA, &slip));
    assert_eq!(code(world.away(CY, &handed_on)), "not-for-you");
    let answer = world.remote(BEA, &slip).sign().unwrap().file;
    let imported = world.brought(CY, std::slice::from_ref(&answer));
    assert_eq!(refusal(&imported, 0), "not-for-you");
    assert_eq!(code(world.away(BEA, &answer)), "not-for-you");
    let mixed_up = for_card(&world, BEA, &answered(&world, ADA, &answer));
    assert_eq!(code(world.away(BEA, &mixed_up)), "wrong-slip");
    stays_out(
        &world,
        &for_member(&world, ADA, &opened(&world, BEA, &slip)),
        "wrong-slip",
    );
}

#[test]
fn a_slip_of_another_ledger_stays_out() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let answer = answered(&world, ADA, &world.signed_away(BEA, request.leaf));
    let foreign = World::active(3, 2);
    let answer_there = for_member(&foreign, ADA, &answer);
    stays_out(&foreign, &answer_there, "other-ledger");
    // Whoever has no pin yet hears another code than that of the ledger in the slip.
    let slip = world.slip(ADA, BEA, None);
    world.unpin(BEA);
    let mut remote = world.away(BEA, &slip).unwrap();
    assert_eq!(
        code(remote.trust(&FirstUse::default())),
        "genesis-code-needed"
    );
    assert_eq!(
        code(remote.make(
            Claim::Withdraw(About {
                subject: request.leaf
            }),
            Vec::new()
        )),
        "genesis-code-needed"
    );
    let first = FirstUse {
        genesis_code: Some(foreign.code()),
        fingerprint: None,
    };
    assert_eq!(code(remote.trust(&first)), "words-differ");
    remote.trust(&world.first_use()).unwrap();
}

#[test]
fn a_slip_that_is_no_continuation_of_the_pin_is_refused() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let old = world.slip(ADA, BEA, Some(request.leaf));
    let fork = world.copy();
    world.import(ADA);
    let newer = world.slip(ADA, BEA, Some(request.leaf));
    world.remote(BEA, &newer).sign().unwrap();
    // The pin is at the newer slip's head now.
    assert_eq!(code(world.away(BEA, &old)), "rolled-back");
    fork.import(DAN);
    fork.import(DAN);
    let forked = fork.slip(ADA, BEA, Some(request.leaf));
    assert_eq!(code(world.away(BEA, &forked)), "forked");
    assert!(world.away(BEA, &newer).is_ok());
    // The ledger itself is held to that pin as well, and the state is made again from the log.
    let session = world.session(BEA);
    assert!(session.pin().unwrap().state.is_some());
    drop(session);
    let fresh = world.slip(ADA, BEA, Some(request.leaf));
    let mut remote = world.remote(BEA, &fresh);
    let before = world.clock.now().unwrap();
    assert_eq!(remote.now().unwrap(), before);
    remote.sign().unwrap();
}

#[test]
fn every_field_of_a_request_slip_that_a_carrier_changes_is_noticed() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let slip = world.slip(ADA, BEA, Some(request.leaf));
    let good = opened(&world, BEA, &slip);
    let places = strings(&good);
    assert!(places.len() > 100);
    for (turn, place) in places.iter().enumerate() {
        if place.is_empty() {
            continue;
        }
        // Of each, another character, as good as the first.
        let at = place.start + turn % place.len();
        let mut other = good.clone();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        let error = code(world.away(BEA, &for_card(&world, BEA, &other)));
        let expected = [
            "slip-altered",
            "bad-json",
            "not-a-slip",
            "bad-envelope",
            "bad-signature",
        ];
        assert!(
            expected.contains(&error),
            "{error}: {}",
            String::from_utf8_lossy(&good[place.clone()])
        );
    }
    // Cut short, anywhere; and bytes that age itself notices.
    for cut in (0..good.len()).step_by(good.len() / 50) {
        let error = code(world.away(BEA, &for_card(&world, BEA, &good[..cut])));
        assert!(["not-a-slip", "bad-json"].contains(&error), "{error}");
    }
    for cut in [0, 1, 100, slip.len() / 2, slip.len() - 1] {
        assert_eq!(code(world.away(BEA, &slip[..cut])), "cannot-decrypt");
    }
    let deep = format!(
        "{{\"schema\":\"rootkeep/v1/slip.request\",\"head\":{}",
        "[".repeat(1 << 20)
    );
    assert_eq!(
        code(world.away(BEA, &for_card(&world, BEA, deep.as_bytes()))),
        "bad-json"
    );
}

#[test]
fn a_slip_that_a_custodian_has_made_up_is_refused_for_its_fault() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let another = world.request(&[MFA]);
    let slip = world.slip(ADA, BEA, Some(request.leaf));
    let of_another = UntrustedRequestSlip::parse(&opened(
        &world,
        EVE,
        &world.slip(ADA, EVE, Some(another.leaf)),
    ))
    .unwrap()
    .into_body();
    let (bea_id, cy_id) = (world.id(BEA), world.id(CY));
    type Change<'c> = Box<dyn Fn(&mut SlipHead, &mut SlipBody) + 'c>;
    let changes: Vec<(&str, &str, Change<'_>)> = vec![
        ("nothing", "nothing wrong", Box::new(|_, _| ())),
        ("v", "not-a-slip", Box::new(|head, _| head.v = 2)),
        (
            "ledger",
            "other-ledger",
            Box::new(|head, _| head.ledger = Digest([1; 32])),
        ),
        ("by", "bad-signature", Box::new(|head, _| head.by = cy_id)),
        (
            "by a stranger",
            "unknown-author",
            Box::new(|head, _| head.by = random_id()),
        ),
        ("to", "not-for-you", Box::new(|head, _| head.to = cy_id)),
        (
            "no subject",
            "stray-part",
            Box::new(|head, _| head.subject = None),
        ),
        (
            "another subject",
            "part-mismatch",
            Box::new(|head, _| head.subject = Some(another.leaf)),
        ),
        (
            "an unknown subject",
            "stray-part",
            Box::new(|head, _| head.subject = Some(Digest([1; 32]))),
        ),
        (
            "body",
            "slip-altered",
            Box::new(|head, _| head.body = Digest([1; 32])),
        ),
        (
            "the last entry gone",
            "bad-checkpoint",
            Box::new(|_, body| drop(body.entries.pop())),
        ),
        (
            "the first entry gone",
            "unknown-author",
            Box::new(|_, body| drop(body.entries.remove(0))),
        ),
        (
            "an entry gone",
            "false-seen",
            Box::new(|_, body| drop(body.entries.remove(9))),
        ),
        (
            "an entry twice",
            "replayed",
            Box::new(|_, body| body.entries.insert(9, body.entries[8].clone())),
        ),
        (
            "all entries gone",
            "log-damaged",
            Box::new(|_, body| {
                body.entries.clear();
                body.personal = None;
            }),
        ),
        (
            "an entry's facts",
            "part-mismatch",
            Box::new(|_, body| body.entries[5].facts.salt.0[0] ^= 1),
        ),
        (
            "another entry's facts",
            "part-mismatch",
            Box::new(|_, body| body.entries[5].facts = body.entries[6].facts.clone()),
        ),
        (
            "an envelope",
            "bad-envelope",
            Box::new(|_, body| body.entries[5].envelope.0.truncate(99)),
        ),
        (
            "no purpose",
            "personal-missing",
            Box::new(|_, body| body.personal = None),
        ),
        (
            "another purpose",
            "part-mismatch",
            Box::new(|_, body| body.personal = of_another.personal.clone()),
        ),
        (
            "a name gone",
            "names-missing",
            Box::new(|_, body| drop(body.people.pop())),
        ),
        (
            "a name twice",
            "names-missing",
            Box::new(|_, body| body.people[1] = body.people[0].clone()),
        ),
        (
            "a name changed",
            "part-mismatch",
            Box::new(|_, body| body.people[0].salt.0[0] ^= 1),
        ),
        (
            "another's name",
            "part-mismatch",
            Box::new(|_, body| body.people[0].bytes = body.people[1].bytes.clone()),
        ),
        (
            "no checkpoint",
            "bad-checkpoint",
            Box::new(|_, body| body.checkpoint.clear()),
        ),
        (
            "a checkpoint changed",
            "bad-checkpoint",
            Box::new(|_, body| {
                body.checkpoint = body.checkpoint.replacen("rootkeep/", "rootkeeq/", 1)
            }),
        ),
        (
            "no share",
            "blob-mismatch",
            Box::new(|_, body| body.blobs.clear()),
        ),
        (
            "another's share",
            "blob-mismatch",
            Box::new(|_, body| body.blobs = of_another.blobs.clone()),
        ),
        (
            "a ciphertext more",
            "blob-mismatch",
            Box::new(|_, body| body.blobs.push(Base64(b"for bea".to_vec()))),
        ),
    ];
    for (what, expected, change) in changes {
        let file = rewritten(&world, (ADA, BEA), &slip, change);
        assert_eq!(code(world.away(BEA, &file)), expected, "{what}");
    }
    // Nor by one who was retired, or only reads.
    assert_eq!(bea_id, world.id(BEA));
    world.decide(ADA, retire(&world, CY, None), &[ADA, BEA, DAN]);
    let slip = world.slip(ADA, BEA, None);
    let file = rewritten(&world, (CY, BEA), &slip, |head, _| head.by = cy_id);
    assert_eq!(code(world.away(BEA, &file)), "retired");
}

#[test]
fn every_field_of_an_answer_that_is_changed_is_noticed() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let answer = world.signed_away(BEA, request.leaf);
    let no = {
        let mut remote = world.remote(CY, &world.slip(ADA, CY, Some(request.leaf)));
        let personal = Some(RejectPersonal { reason: text("no") });
        let claim = Claim::Reject(
            About {
                subject: request.leaf,
            },
            personal,
        );
        remote.make(claim, Vec::new()).unwrap().file
    };
    let before = world.contents(ADA);
    for file in [&answer, &no] {
        let good = answered(&world, ADA, file);
        let mut files = Vec::new();
        for place in strings(&good).iter().filter(|place| !place.is_empty()) {
            for at in [place.start, place.start + place.len() / 2, place.end - 1] {
                let mut other = good.clone();
                other[at] = if other[at] == b'A' { b'E' } else { b'A' };
                files.push(for_member(&world, ADA, &other));
            }
        }
        for cut in (0..good.len()).step_by(good.len() / 20) {
            files.push(for_member(&world, ADA, &good[..cut]));
        }
        let known = [
            "not-a-slip",
            "wrong-slip",
            "bad-json",
            "bad-envelope",
            "bad-signature",
            "part-mismatch",
            "stray-blob",
            "bad-header",
            "wrong-type",
            "unknown-kind",
            "other-ledger",
            "unknown-author",
        ];
        let imported = world.brought(ADA, &files);
        for place in 0..files.len() {
            let code = refusal(&imported, place);
            assert!(known.contains(&code), "{code}");
        }
    }
    for cut in [0, 1, answer.len() / 2, answer.len() - 1] {
        stays_out(&world, &answer[..cut], "cannot-decrypt");
    }
    assert_eq!(before, world.contents(ADA));
    // Good ones beside bad ones go in.
    let imported = world.brought(ADA, &[answer[..99].to_vec(), answer, no]);
    assert_eq!(refusal(&imported, 0), "cannot-decrypt");
    assert_eq!(entered(&imported, 1).seq + 1, entered(&imported, 2).seq);
    world.assert_good(EVE);
}

#[test]
fn what_needs_another_slip_goes_in_after_it() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    let added = world.propose(fay, &[Role::Witness]);
    for signer in [ADA, BEA, CY] {
        world.session(signer).sign_off(added.leaf).unwrap();
    }
    let mut remote = world.remote(fay, &world.slip(ADA, fay, None));
    let subject = remote.own_enrolment().unwrap();
    let claim = Claim::CustodianAccept(About { subject });
    let accepted = remote.make(claim, Vec::new()).unwrap().file;
    // Her program would not make this yet; it is good once she is in force.
    let away = Claim::CustodianAway(Away {
        custodian: world.id(fay),
        from: Date::parse("2026-12-24").unwrap(),
        to: Date::parse("2027-01-02").unwrap(),
    });
    assert_eq!(code(remote.make(away.clone(), Vec::new())), "not-accepted");
    let key = world.member_key(fay);
    let (size, root) = world.session(ADA).head().unwrap();
    let (statement, blobs) = Draft::new(&rng(), away, Vec::new())
        .unwrap()
        .sign(
            world.ledger_id(),
            world.id(fay),
            key.signing(),
            world.clock.now().unwrap(),
            Seen { size, root },
        )
        .unwrap();
    let answer = AnswerSlip::new(statement.envelope(), statement.parts(), blobs);
    let early = for_member(&world, ADA, &answer.write().unwrap());
    stays_out(&world, &early, "not-accepted");
    let imported = world.brought(ADA, &[early, accepted]);
    assert_eq!(entered(&imported, 0).seq, entered(&imported, 1).seq + 1);
    world.assert_good(fay);
}

#[test]
fn whoever_is_retired_by_what_they_bring_in_brings_no_more() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let proposed = world
        .session(BEA)
        .enter(retire(&world, ADA, None), Vec::new())
        .unwrap();
    world.session(BEA).sign_off(proposed.leaf).unwrap();
    world.session(CY).sign_off(proposed.leaf).unwrap();
    let answers = [
        world.signed_away(DAN, proposed.leaf),
        world.signed_away(BEA, request.leaf),
    ];
    let imported = world.brought(ADA, &answers);
    assert!(entered(&imported, 0).effective);
    assert_eq!(refusal(&imported, 1), "importer-retired");
    world.assert_good(BEA);
}

#[test]
fn an_import_past_the_rules_stops_every_program_that_meets_it() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    drop(world.session(BEA));
    // Announced, and then nothing.
    let missing = world.copy();
    let forger = Forger::new(&missing, CY);
    let statements = vec![Digest([1; 32])];
    forger.enter(Claim::Import(Import { statements }), &[]);
    drop(forger);
    let report = missing.open(BEA).unwrap().verify(&mut |_, _| {}).unwrap();
    let codes: Vec<&str> = report
        .problems
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    assert_eq!(codes, ["import-incomplete"]);
    let trusted = |world: &World| world.open(BEA)?.trust(&FirstUse::default());
    assert_eq!(code(trusted(&missing)), "log-damaged");
    // Announced, and then another.
    let forger = Forger::new(&missing, CY);
    forger.enter(
        Claim::Withdraw(About {
            subject: request.leaf,
        }),
        &[],
    );
    drop(forger);
    assert_eq!(code(trusted(&missing)), "illegal-entry");
    world.refused("malformed", || {
        let statements = Vec::new();
        world
            .session(ADA)
            .enter(Claim::Import(Import { statements }), Vec::new())
    });
}

#[test]
fn a_slip_has_its_bounds() {
    let world = World::ready();
    let slip = world.slip(ADA, BEA, None);
    let at = for_card(&world, BEA, &vec![b' '; slips::SLIP_LIMIT]);
    assert_eq!(code(world.away(BEA, &at)), "not-a-slip");
    let above = for_card(&world, BEA, &vec![b' '; slips::SLIP_LIMIT + 1]);
    assert_eq!(code(world.away(BEA, &above)), "cannot-decrypt");
    stays_out(
        &world,
        &for_member(&world, ADA, &vec![b' '; slips::SLIP_LIMIT + 1]),
        "cannot-decrypt",
    );
    let parsed = UntrustedRequestSlip::parse(&opened(&world, BEA, &slip)).unwrap();
    let head = parsed.head().unwrap().untrusted().clone();
    let mut body = parsed.into_body();
    body.checkpoint = "x".repeat(slips::SLIP_LIMIT);
    let key = world.member_key(ADA);
    let written = slips::write_request(&head, body, key.signing());
    assert_eq!(code(written), "slip-too-large");
    assert_eq!(
        code(world.session(ADA).import(&vec![Vec::new(); 257])),
        "too-many-slips"
    );
    assert!(world.session(ADA).import(&vec![Vec::new(); 256]).is_ok());
}

#[test]
fn readers_write_no_slips_and_get_none() {
    let mut world = World::ready();
    let gus = world.newcomer("gus");
    world.enrol(gus, &[Role::Reader]);
    assert_eq!(
        code(world.session(gus).write_slip(world.id(ADA), None)),
        "reader"
    );
    assert_eq!(
        code(world.session(ADA).write_slip(world.id(gus), None)),
        "reader"
    );
    assert_eq!(code(world.session(gus).import(&[Vec::new()])), "reader");
}
