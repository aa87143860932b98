//! What outsiders say of the log: only what fits a checkpoint that this log has had is recorded, and
//! nobody of the ledger passes for an outsider.

use ring::signature::Ed25519KeyPair;

use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::timestamp::{LIMIT, UntrustedToken};
use rootkeep::error::Result;
use rootkeep::insight::rules;
use rootkeep::ledger::Entered;
use rootkeep::log::{self, Checkpoint, Hash, KeyName, SignedCheckpoint, VerifierKey};
use rootkeep::policy;
use rootkeep::statement::outside::{Timestamp, Witness};
use rootkeep::statement::people::Role;
use rootkeep::statement::slips::AnswerSlip;
use rootkeep::statement::{Claim, Draft, Seen, Time};

use crate::authority::{FAULTS, Fault, answer, asked, token_of};
use crate::cli::{Desk, has};
use crate::forger::Forger;
use crate::slips::{for_member, refusal};
use crate::story::retire;
use crate::world::*;

pub fn head(world: &World) -> Seen {
    let (size, root) = world.open(CY).unwrap().head().unwrap();
    Seen { size, root }
}

fn imprint(world: &World, at: &Seen) -> Digest {
    policy::imprint(&world.ledger_id(), at).unwrap()
}

/// What is stated of a good token, dated so many seconds before the world's clock.
pub fn stamp(world: &World, at: Seen, before: i64) -> (Timestamp, Vec<u8>) {
    let token = token_of(&imprint(world, &at), world.clock.seconds() - before);
    let read = UntrustedToken::parse(&token).unwrap().verify().unwrap();
    (Timestamp::of(at, &read, &token).unwrap(), token)
}

pub fn state(world: &World, place: usize, (stamp, token): (Timestamp, Vec<u8>)) -> Result<Entered> {
    let mut session = world.session(place);
    session.enter(Claim::Timestamp(stamp), vec![token])
}

#[test]
fn an_answer_is_recorded_for_the_checkpoint_that_was_asked_about() {
    let world = World::ready();
    let (at, query) = world.session(ADA).timestamp_query().unwrap();
    assert_eq!(at, head(&world));
    assert_eq!(query, world.session(BEA).timestamp_query().unwrap().1);
    assert_eq!(asked(&query), imprint(&world, &at));
    // The log goes on while the query is under way.
    world.request(&[PASSWORD]);
    world.clock.forward(86_400);
    let dated = world.clock.seconds() - 3_600;
    let answer = answer(&asked(&query), dated, Fault::None);
    let (entered, stamp) = world.session(BEA).timestamp(&answer).unwrap();
    assert!(entered.effective);
    assert_eq!((stamp.at, stamp.time.seconds()), (at, dated));
    assert_eq!(stamp.authority.as_str(), "CN=Test Time,O=Example");
    assert_eq!(stamp.policy.to_string(), "1.3.6.1.4.1.99999.1");
    assert_eq!(stamp.serial.to_string(), "2a");
    // What a bundle at a checkpoint has is what was recorded before it.
    let session = world.open(CY).unwrap();
    let all = session.timestamps(entered.size).unwrap();
    assert_eq!(all[0].record.facts, stamp);
    assert_eq!(Digest::of(&all[0].token), stamp.token);
    assert!(answer.ends_with(&all[0].token));
    assert!(session.timestamps(entered.seq).unwrap().is_empty());
    world.assert_good(CY);
    // The same token again says nothing.
    let again = world.refused("already-recorded", || world.session(ADA).timestamp(&answer));
    let known = format!("this time-stamp is on record as #{}", entered.seq);
    assert_eq!(again.message(), known);
    // An older checkpoint can still be dated, and by a token without a response around it.
    let older = world.session(ADA).root_at(5).unwrap();
    let older = Seen {
        size: 5,
        root: older,
    };
    let token = token_of(&imprint(&world, &older), dated);
    let (_, stamp) = world.session(ADA).timestamp(&token).unwrap();
    assert_eq!(stamp.at, older);
    let newest = world.open(CY).unwrap().newest_timestamp().unwrap().unwrap();
    assert_eq!(newest.record.facts.at, at);
    world.assert_good(CY);
}

#[test]
fn an_answer_with_any_fault_is_refused_for_that_fault() {
    let world = World::ready();
    let imprint = imprint(&world, &head(&world));
    for (fault, code) in FAULTS {
        let answer = answer(&imprint, world.clock.seconds(), fault);
        let error = world.refused(code, || world.session(ADA).timestamp(&answer));
        assert!(error.to_string().is_ascii(), "{fault:?}: {error}");
    }
    let good = answer(&imprint, world.clock.seconds(), Fault::None);
    world.session(ADA).timestamp(&good).unwrap();
}

#[test]
fn an_answer_about_anything_else_is_refused() {
    let world = World::ready();
    let (now, here) = (world.clock.seconds(), head(&world));
    let other = World::active(3, 2);
    let mut shorter = here;
    shorter.size -= 1;
    for imprint in [
        Digest::of(b"anything"),
        policy::imprint(&other.ledger_id(), &here).unwrap(),
        imprint(&world, &shorter),
    ] {
        let answer = answer(&imprint, now, Fault::None);
        world.refused("timestamp-imprint", || {
            world.session(ADA).timestamp(&answer)
        });
    }
    for (file, code) in [
        (b"".to_vec(), "bad-timestamp"),
        (b"-----BEGIN".to_vec(), "bad-timestamp"),
        (vec![0x30; LIMIT], "bad-timestamp"),
        (vec![0x30; LIMIT + 1], "bad-timestamp"),
    ] {
        world.refused(code, || world.session(ADA).timestamp(&file));
    }
}

#[test]
fn a_time_to_come_is_refused_beyond_a_clocks_error() {
    let world = World::ready();
    let dated = |seconds| {
        let ahead = world.clock.seconds() + seconds;
        answer(&imprint(&world, &head(&world)), ahead, Fault::None)
    };
    let ahead = dated(301);
    world.refused("dated-ahead", || world.session(ADA).timestamp(&ahead));
    world.session(ADA).timestamp(&dated(300)).unwrap();
}

#[test]
fn nobody_states_what_the_token_does_not_say() {
    let world = World::ready();
    let here = head(&world);
    let bad = |change: &dyn Fn(&mut Timestamp), code: &str| {
        let (mut facts, token) = stamp(&world, here, 60);
        change(&mut facts);
        world.refused(code, || state(&world, ADA, (facts, token)));
    };
    let earlier = Time::from_seconds(world.clock.seconds() - 86_400).unwrap();
    bad(&|facts| facts.time = earlier, "timestamp-token");
    bad(
        &|facts| facts.authority = text("O=Another"),
        "timestamp-token",
    );
    bad(
        &|facts| facts.certificate = Digest::of(b"x"),
        "timestamp-token",
    );
    bad(&|facts| facts.token = Digest::of(b"x"), "stray-blob");
    let root = world.session(ADA).root_at(5).unwrap();
    bad(
        &|facts| facts.at = Seen { size: 5, root },
        "timestamp-token",
    );
    bad(&|facts| facts.at.size += 1, "false-checkpoint");
    bad(
        &|facts| facts.at.root = Digest::of(b"x"),
        "false-checkpoint",
    );
    let none = Seen {
        size: 0,
        root: world.session(ADA).root_at(0).unwrap(),
    };
    bad(&|facts| facts.at = none, "malformed");
    let (facts, _) = stamp(&world, here, 60);
    let mut session = world.session(ADA);
    let without = session.enter(Claim::Timestamp(facts), Vec::new());
    assert_eq!(without.unwrap_err().code(), "blob-missing");
    // The same by a slip, which others bring in.
    let session = world.session(ADA);
    let (mut facts, token) = stamp(&world, here, 60);
    facts.time = earlier;
    let draft = Draft::new(&rng(), Claim::Timestamp(facts), vec![token]).unwrap();
    let key = world.member_key(BEA);
    let (statement, blobs) = draft
        .sign(session.id(), world.id(BEA), key.signing(), earlier, here)
        .unwrap();
    let answer = AnswerSlip::new(statement.envelope(), statement.parts(), blobs);
    let slip = for_member(&world, ADA, &answer.write().unwrap());
    let before = world.contents(ADA);
    let imported = world.brought(ADA, &[slip]);
    assert_eq!(refusal(&imported, 0), "timestamp-token");
    assert_eq!(before, world.contents(ADA));
}

#[test]
fn a_reader_and_who_has_left_state_nothing() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Reader]);
    let good = stamp(&world, head(&world), 60);
    let witness = witness(&world, &head(&world));
    world.refused("reader", || state(&world, fay, good.clone()));
    world.refused("reader", || {
        let mut session = world.session(fay);
        session.enter(Claim::Witness(witness.clone()), Vec::new())
    });
    // An operator may: whoever carries the query brings the answer.
    let gus = world.newcomer("gus");
    world.enrol(gus, &[Role::Operator]);
    world.session(gus).accept().unwrap();
    state(&world, gus, good).unwrap();
    world.decide(ADA, retire(&world, gus, None), &[ADA, BEA, CY]);
    world.refused("not-a-member", || world.open(gus));
    world.assert_good(CY);
}

#[test]
fn a_token_that_is_exchanged_behind_the_log_is_found() {
    let world = World::ready();
    let at = head(&world);
    let (facts, token) = stamp(&world, at, 60);
    state(&world, ADA, (facts.clone(), token)).unwrap();
    world.assert_good(ADA);
    let change = "UPDATE blob SET bytes = ?1 WHERE digest = ?2";
    let other = stamp(&world, at, 120).1;
    world
        .raw(ADA)
        .execute(change, (other, facts.token.as_bytes()))
        .unwrap();
    let report = world.session(ADA).verify(&mut |_, _| {}).unwrap();
    assert_eq!(report.problems[0].code, "blob-mismatch");
    let session = world.open(ADA).unwrap();
    let all = session.timestamps(u64::MAX);
    assert_eq!(all.unwrap_err().code(), "blob-mismatch");
}

#[test]
fn what_a_forger_states_past_the_program_is_held_to_the_token() {
    let world = World::ready();
    let (mut facts, token) = stamp(&world, head(&world), 60);
    facts.time = facts.time.plus(30);
    let forger = Forger::new(&world, CY);
    forger.enter(Claim::Timestamp(facts), &[token]);
    drop(forger);
    let report = world.session(BEA).verify(&mut |_, _| {}).unwrap();
    let codes: Vec<&str> = report
        .problems
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    assert_eq!(codes, ["timestamp-token"]);
    let all = world.open(BEA).unwrap().timestamps(u64::MAX);
    assert_eq!(all.unwrap_err().code(), "timestamp-token");
}

#[test]
fn what_was_entered_after_a_checkpoint_is_not_dated_by_its_time_stamp() {
    let world = World::ready();
    let dated = |world: &World| {
        let session = world.open(CY).unwrap();
        let people = session.people().unwrap();
        let seen = rules::World::load(&session.view(), &people, session.now().unwrap()).unwrap();
        seen.timestamped.map(Time::seconds)
    };
    assert_eq!(dated(&world), None);
    let (first, old) = (world.clock.seconds(), head(&world));
    world.clock.forward(86_400);
    world.request(&[PASSWORD]);
    let after = world.clock.seconds();
    world.clock.forward(86_400);
    let late = stamp(&world, old, 60);
    state(&world, ADA, late).unwrap();
    assert!(first < after);
    assert_eq!(
        dated(&world),
        Some(after),
        "of the entry that was not under it"
    );
    let good = stamp(&world, head(&world), 60);
    state(&world, ADA, good).unwrap();
    assert_eq!(dated(&world), Some(world.clock.seconds() - 60));
}

// Witnesses.

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn name_of(word: &str) -> KeyName {
    KeyName::new(word).unwrap()
}

fn vkey(seed: u8) -> VerifierKey {
    VerifierKey::of_cosigner(name_of("witness.example.com/w1"), &key(seed))
}

fn checkpoint(world: &World, at: &Seen) -> Checkpoint {
    let origin = log::origin(&world.ledger_id().0);
    Checkpoint::new(origin, at.size, Hash::from(at.root.0)).unwrap()
}

fn signed(world: &World, at: &Seen, seed: u8, name: &str, ahead: i64) -> log::NoteSignature {
    let time = u64::try_from(world.clock.seconds() + ahead).unwrap();
    log::cosign(&checkpoint(world, at), &name_of(name), time, &key(seed)).unwrap()
}

/// A witness' answer, without its line break.
fn line(world: &World, at: &Seen, seed: u8) -> String {
    signed(world, at, seed, "witness.example.com/w1", 0).to_string()
}

/// What is stated of a good cosignature.
pub fn witness(world: &World, at: &Seen) -> Witness {
    Witness {
        at: *at,
        vkey: text(&vkey(1).to_string()),
        line: text(&line(world, at, 1)),
    }
}

fn bring(world: &World, vkey: &str, file: &str) -> Result<Entered> {
    let mut session = world.session(ADA);
    let (entered, _) = session.witness(vkey, file.as_bytes())?;
    Ok(entered)
}

#[test]
fn a_witness_is_asked_and_its_answer_recorded_and_never_counted_as_a_custodians() {
    let world = World::ready();
    let vkey = vkey(1).to_string();
    let session = world.session(ADA);
    assert_eq!(session.known_to_witness(&vkey).unwrap(), 0);
    let first = session.witness_request(0).unwrap();
    let body = log::AddCheckpoint::parse(first.to_string().as_bytes()).unwrap();
    let at = head(&world);
    let cosigners = session.cosigners(body.checkpoint()).unwrap();
    drop(session);
    let answer = format!("{}\n", line(&world, &at, 1));
    world.request(&[PASSWORD]);
    bring(&world, &vkey, &answer).unwrap();
    let session = world.session(BEA);
    assert_eq!(session.known_to_witness(&vkey).unwrap(), at.size);
    // The next question leads on from what the witness has seen.
    let next = session.witness_request(at.size).unwrap();
    next.verify_consistency(&Hash::from(at.root.0)).unwrap();
    assert_eq!(
        session
            .witness_request(next.checkpoint().unverified().size() + 1)
            .unwrap_err()
            .code(),
        "bad-size"
    );
    let note = session.note(at.size).unwrap();
    assert_eq!(session.cosigners(&note).unwrap(), cosigners);
    let all = session.witnessed(u64::MAX).unwrap();
    assert_eq!(all[0].name, "witness.example.com/w1");
    assert_eq!(all[0].facts.at, at);
    assert_eq!(all[0].time.seconds(), world.clock.seconds());
    assert!(session.witnessed(all[0].index).unwrap().is_empty());
    drop(session);
    world.refused("cosignature-known", || bring(&world, &vkey, &answer));
    // Under a whole checkpoint, however old, and beside other lines.
    let root = world.session(ADA).root_at(4).unwrap();
    let old = Seen { size: 4, root };
    let mut note = world.session(ADA).note(4).unwrap();
    note.add(signed(&world, &old, 1, "witness.example.com/w1", 0))
        .unwrap();
    bring(&world, &vkey, &note.to_string()).unwrap();
    assert_eq!(world.session(BEA).known_to_witness(&vkey).unwrap(), at.size);
    world.assert_good(CY);
}

#[test]
fn what_is_no_cosignature_of_this_log_by_this_witness_is_refused() {
    let world = World::ready();
    let (good, at) = (vkey(1).to_string(), head(&world));
    let own = line(&world, &at, 1);
    let no = |code: &str, vkey: &str, file: &str| {
        world.refused(code, || bring(&world, vkey, file));
    };
    no("bad-cosignature", &vkey(2).to_string(), &own);
    no("bad-cosignature", &good, &line(&world, &at, 2));
    let other = World::active(3, 2);
    no("bad-cosignature", &good, &line(&other, &at, 1));
    let mut note: SignedCheckpoint = other.session(ADA).note(3).unwrap();
    let three = Seen {
        size: 3,
        root: other.session(ADA).root_at(3).unwrap(),
    };
    note.add(signed(&other, &three, 1, "witness.example.com/w1", 0))
        .unwrap();
    no("other-ledger", &good, &note.to_string());
    no(
        "bad-cosignature",
        &good,
        &world.session(ADA).note(3).unwrap().to_string(),
    );
    no("bad-cosignature", &good, "");
    no("bad-cosignature-file", &good, "409\n17\n");
    let ahead = |seconds| signed(&world, &at, 1, "witness.example.com/w1", seconds).to_string();
    no("dated-ahead", &good, &ahead(301));
    bring(&world, &good, &ahead(300)).unwrap();
    // Keys that are no witness'.
    no("bad-vkey", "witness.example.com/w1", &own);
    no("bad-vkey", &good.replace("w1+", "w1+0"), &own);
    let of_a_log = VerifierKey::of_log(name_of("witness.example.com/w1"), &key(1));
    no("bad-vkey", &of_a_log.to_string(), &own);
    for name in ["rootkeep/x", "wítness"] {
        let vkey = VerifierKey::of_cosigner(name_of(name), &key(1));
        let line = signed(&world, &at, 1, name, 0).to_string();
        no("witness-name", &vkey.to_string(), &line);
    }
    let weak = VerifierKey::new(name_of("w"), log::Algorithm::CosignatureV1, [0; 32]);
    no("weak-key", &weak.to_string(), &own);
}

#[test]
fn no_custodian_passes_for_a_witness() {
    let world = World::ready();
    let at = head(&world);
    let time = u64::try_from(world.clock.seconds()).unwrap();
    // The signed message names nobody: the same bytes verify under any name.
    let dressed = |place: usize, at: &Seen| {
        let member = world.member_key(place);
        let name = name_of("witness.example.com/w1");
        let key = VerifierKey::of_cosigner(name.clone(), member.signing().pair());
        let line = log::cosign(
            &checkpoint(&world, at),
            &name,
            time,
            member.signing().pair(),
        );
        (key.to_string(), line.unwrap().to_string())
    };
    let (vkey, line) = dressed(BEA, &at);
    world.refused("witness-inside", || bring(&world, &vkey, &line));
    let (vkey, line) = dressed(EVE, &at);
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("witness-inside", || bring(&world, &vkey, &line));
    // Nor by a statement that no program of ours would make.
    let mut forged = Witness {
        at,
        vkey: text(&vkey),
        line: text(&line),
    };
    let enter = |witness: Witness| {
        let mut session = world.session(ADA);
        session.enter(Claim::Witness(witness), Vec::new())
    };
    world.refused("witness-inside", || enter(forged.clone()));
    forged.vkey = text(&self::vkey(1).to_string());
    world.refused("bad-cosignature", || enter(forged.clone()));
    forged.line = text(&self::line(&world, &at, 1));
    forged.at.root = Digest::of(b"x");
    world.refused("false-checkpoint", || enter(forged.clone()));
}

// At the command line.

#[test]
fn a_query_is_carried_out_and_its_answer_is_brought_back() {
    let desk = Desk::ready();
    let none = desk.ok_as("alice", &["--json", "checkpoint"]).json();
    assert!(none["timestamp"].is_null());
    assert_eq!(none["witnesses"], serde_json::json!([]));
    assert!(desk.ok_as("alice", &["--json", "status"]).json()["timestamp"].is_null());
    let no = ["checkpoint", "--timestamp-token", "log.tst"];
    desk.refused("alice", &no, 5, "no-timestamp");
    let query = ["--json", "checkpoint", "--timestamp-query", "log.tsq"];
    let said = desk.ok_as("alice", &query).json();
    has(&said, &["checkpoint", "file", "imprint", "nonce"]);
    let imprint = asked(&std::fs::read(desk.path("log.tsq")).unwrap());
    assert_eq!(said["imprint"], imprint.to_hex());
    desk.refused("alice", &query[1..], 3, "exists");
    let now = chrono::Utc::now().timestamp();
    desk.write("no.tsr", &answer(&imprint, now, Fault::ForCode));
    let bring = ["checkpoint", "--timestamp-response", "no.tsr"];
    desk.refused("alice", &bring, 4, "timestamp-purpose");
    desk.write("log.tsr", &answer(&imprint, now, Fault::None));
    let bring = ["--json", "checkpoint", "--timestamp-response", "log.tsr"];
    let entered = desk.ok_as("alice", &bring).json();
    assert_eq!(entered["kind"], "timestamp");
    assert_eq!(entered["timestamp"]["size"], said["checkpoint"]["size"]);
    let again = desk.ok_as("bob", &["--json", "checkpoint"]).json();
    assert_eq!(again["timestamp"], entered["timestamp"]);
    let status = desk.ok_as("bob", &["--json", "status"]).json();
    assert_eq!(status["timestamp"], entered["timestamp"]);
    let status = desk.ok_as("bob", &["status"]);
    assert!(status.out.contains("last time-stamp  "), "{status:?}");
    let shown = desk.ok_as("bob", &["checkpoint"]);
    assert!(shown.err.contains("last time-stamped at "), "{shown:?}");
    desk.ok_as("bob", &["checkpoint", "--timestamp-token", "log.tst"]);
    let token = std::fs::read(desk.path("log.tst")).unwrap();
    assert_eq!(Digest::of(&token).to_hex(), entered["timestamp"]["token"]);
    // What was dated is the first three lines of that checkpoint.
    let size = said["checkpoint"]["size"].to_string();
    let note = desk.ok_as("bob", &["-q", "checkpoint", "--at", &size]).out;
    let body: String = note.split_inclusive('\n').take(3).collect();
    assert_eq!(Digest::of(body.as_bytes()), imprint);
}

#[test]
fn a_witness_is_asked_and_its_answer_is_brought_back() {
    let desk = Desk::ready();
    let vkey = vkey(1).to_string();
    let request = ["checkpoint", "--request", "--witness", &vkey];
    let body = desk.ok_as("alice", &request).out;
    assert!(body.starts_with("old 0\n\nrootkeep/"), "{body}");
    let body = log::AddCheckpoint::parse(body.as_bytes()).unwrap();
    let time = u64::try_from(chrono::Utc::now().timestamp()).unwrap();
    let checkpoint = body.checkpoint().unverified();
    let line = log::cosign(checkpoint, vkey_name(), time, &key(1)).unwrap();
    desk.write("answer", format!("{line}\n").as_bytes());
    let bring = [
        "--json",
        "checkpoint",
        "--cosignature",
        "answer",
        "--witness",
        &vkey,
    ];
    let entered = desk.ok_as("alice", &bring).json();
    assert_eq!(entered["kind"], "witness");
    assert_eq!(entered["witness"]["size"], checkpoint.size());
    desk.refused("bob", &bring[1..], 3, "cosignature-known");
    desk.refused("bob", &bring[1..4], 2, "usage");
    desk.refused("bob", &["checkpoint", "--witness", &vkey], 2, "missing");
    let next = desk.ok_as(
        "bob",
        &["--json", "checkpoint", "--request", "--witness", &vkey],
    );
    assert_eq!(next.json()["old"], checkpoint.size());
    let again = desk.ok_as("bob", &["--json", "checkpoint"]).json();
    assert_eq!(again["witnesses"][0]["name"], "witness.example.com/w1");
    // A witness is no custodian: what counts custodians sees none.
    let keys = desk
        .ok_as("bob", &["--json", "checkpoint", "--vkey"])
        .json();
    assert!(!keys.to_string().contains("witness.example.com"));
}

fn vkey_name() -> &'static KeyName {
    static NAME: std::sync::LazyLock<KeyName> =
        std::sync::LazyLock::new(|| name_of("witness.example.com/w1"));
    &NAME
}
