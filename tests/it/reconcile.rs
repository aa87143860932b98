//! What CloudTrail says, beside the ledger: whatever nothing explains is on record, and stays open until
//! governance agrees to what it was.

use std::io::Write;

use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::Result;
use rootkeep::insight::reconcile::{Cause, Estate, Expected};
use rootkeep::ledger::{DrillRequest, Entered};
use rootkeep::state::trails::{EventRecord, ReconcileRecord};
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::drills::{
    DrillKind, DrillOutcome, Finish, FinishPersonal, Found, Record, RecordPersonal, Scope,
};
use rootkeep::statement::people::Role;
use rootkeep::statement::releases::{Close, ClosePersonal, Outcome};
use rootkeep::statement::secrets::{Confirm, ConfirmPersonal};
use rootkeep::statement::trails::{
    Counts, EventName, Explain, ExplainPersonal, Gap, Missing, Reason, Reconcile,
    ReconcilePersonal, Traces, TrailFile, TrailFiles, Unexplained, VoidReconcile,
    VoidReconcilePersonal, Was, Word,
};
use rootkeep::statement::{Claim, Time};

use crate::cli::{Desk, PASSWORD};
use crate::story::retire;
use crate::world::*;

fn word(text: &str) -> Word {
    Word::new(text).unwrap()
}

/// The world's clock, so many minutes before.
fn before(world: &World, minutes: i64) -> Time {
    Time::from_seconds(world.clock.seconds() - minutes * 60).unwrap()
}

fn event_name(id: &str) -> EventName {
    EventName {
        event: word(id),
        account: Some(AccountId::new(MANAGEMENT).unwrap()),
    }
}

/// An event that a day ago nothing explained, so many minutes after the first.
fn unexplained(world: &World, id: &str, minutes: i64) -> Unexplained {
    Unexplained {
        at: before(world, 1440 - minutes),
        event: word(id),
        name: word("ConsoleLogin"),
        account: event_name(id).account,
        reason: Reason::NoRelease,
        off: None,
    }
}

fn files() -> TrailFiles {
    let file = TrailFile {
        digest: Digest::of(b"a trail"),
        bytes: 7,
        records: 100,
    };
    TrailFiles {
        count: 1,
        bytes: 7,
        digest: Digest::of(format!("{}\n", file.digest).as_bytes()),
        listed: vec![file],
    }
}

pub fn facts(world: &World, ids: &[&str]) -> Reconcile {
    let all = ids.iter().zip(0..);
    Reconcile {
        files: files(),
        from: before(world, 1440),
        to: before(world, 0),
        counts: Counts {
            records: 100,
            events: 5 + ids.len() as u64,
            explained: 5,
            service: 1,
        },
        gap_hours: 24,
        gaps: Vec::new(),
        more_gaps: 0,
        missing: Vec::new(),
        unexplained: all
            .map(|(id, minutes)| unexplained(world, id, minutes))
            .collect(),
    }
}

pub fn found(world: &World, place: usize, facts: Reconcile) -> Result<Entered> {
    let traces = vec![Traces::default(); facts.unexplained.len()];
    let claim = Claim::Reconcile(facts, Some(ReconcilePersonal { traces }));
    world.session(place).enter(claim, Vec::new())
}

fn explain(ids: &[&str], was: Was) -> Claim {
    let facts = Explain {
        events: ids.iter().map(|id| event_name(id)).collect(),
        was,
    };
    let text = text("Ticket OPS-7");
    Claim::EventExplain(facts, Some(ExplainPersonal { text }))
}

/// What is known of an event: whether it is open, and which entry found it.
fn known(world: &World, id: &str) -> Option<(Option<Was>, u64)> {
    let session = world.open(CY).unwrap();
    let record = EventRecord::load(&session.view(), &event_name(id)).unwrap()?;
    Some((record.explained.map(|one| one.was), record.index))
}

#[test]
fn an_event_is_open_until_governance_agrees_and_no_reading_opens_it_again() {
    let world = World::ready();
    let first = found(&world, ADA, facts(&world, &["e1", "e2"])).unwrap();
    assert!(first.effective);
    assert_eq!(known(&world, "e1"), Some((None, first.seq)));
    let proposed = world
        .session(ADA)
        .enter(explain(&["e1"], Was::Ours), Vec::new())
        .unwrap();
    assert_eq!((proposed.effective, proposed.needs), (false, 3));
    for place in [ADA, BEA] {
        world.session(place).sign_off(proposed.leaf).unwrap();
    }
    assert_eq!(known(&world, "e1"), Some((None, first.seq)));
    world.session(CY).sign_off(proposed.leaf).unwrap();
    assert_eq!(known(&world, "e1"), Some((Some(Was::Ours), first.seq)));
    assert_eq!(known(&world, "e2"), Some((None, first.seq)));
    // The same files are read again, and more.
    found(&world, BEA, facts(&world, &["e1", "e2", "e3"])).unwrap();
    assert_eq!(known(&world, "e1"), Some((Some(Was::Ours), first.seq)));
    assert_eq!(known(&world, "e2"), Some((None, first.seq)));
    assert!(known(&world, "e3").is_some());
    let session = world.open(CY).unwrap();
    let newest = ReconcileRecord::newest(&session.view()).unwrap().unwrap();
    assert_eq!(newest.unexplained, 3);
    world.assert_good(CY);
}

#[test]
fn an_explanation_is_of_open_events_and_counts_once() {
    let world = World::ready();
    found(&world, ADA, facts(&world, &["e1", "e2"])).unwrap();
    let propose = |ids: &[&str]| {
        world
            .session(ADA)
            .enter(explain(ids, Was::Test), Vec::new())
    };
    world.refused("unknown-event", || propose(&["e9"]));
    world.refused("malformed", || propose(&[]));
    world.refused("malformed", || propose(&["e2", "e1"]));
    world.refused("malformed", || propose(&["e1", "e1"]));
    // Of two that are proposed, the one that is signed first counts.
    let (one, other) = (propose(&["e1"]).unwrap(), propose(&["e1", "e2"]).unwrap());
    world.session(ADA).sign_off(one.leaf).unwrap();
    world.sign_all(other.leaf, &[ADA, BEA, CY]);
    world.refused("lapsed", || world.session(BEA).sign_off(one.leaf));
    world.refused("event-explained", || propose(&["e2"]));
    world.assert_good(CY);
}

/// What was to use a root user, as it stands now.
fn expected(world: &World) -> Vec<Expected> {
    let session = world.open(ADA).unwrap();
    Estate::load(&session.view()).unwrap().expected
}

/// The only thing that was to.
fn only(world: &World) -> Expected {
    let mut all = expected(world);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// A release of the password in effect, for an hour.
fn released(world: &World) -> Digest {
    let asked = world.request(&[PASSWORD]);
    world.sign_all(asked.leaf, &[BEA, CY]);
    asked.leaf
}

fn closed(world: &World, request: Digest, outcome: Outcome) {
    let close = Close {
        request,
        outcome,
        rotated: false,
    };
    let note = Some(ClosePersonal { note: text("x") });
    let claim = Claim::Close(close, note);
    world.session(ADA).enter(claim, Vec::new()).unwrap();
}

#[test]
fn a_release_that_is_closed_late_has_no_longer_a_window() {
    let world = World::ready();
    let from = before(&world, 0);
    let request = released(&world);
    let window = || {
        let one = only(&world);
        (one.from, one.to)
    };
    assert_eq!(window(), (from, from.plus(3600)));
    let early = world.copy();
    early.clock.set(world.clock.seconds() + 600);
    closed(&early, request, Outcome::Used);
    assert_eq!(only(&early).to, from.plus(600));
    world.clock.forward(3 * 86_400);
    closed(&world, request, Outcome::Used);
    assert_eq!(window(), (from, from.plus(3600)));
}

#[test]
fn a_release_that_was_closed_as_unused_explains_nothing() {
    let world = World::ready();
    let request = released(&world);
    world.seal(ADA, PASSWORD, None, b"another one").unwrap();
    closed(&world, request, Outcome::Unused);
    let one = only(&world);
    assert_eq!(one.cause, Cause::Unused);
    assert!(!one.signs_in() && !one.leaves_trace);
    assert!(one.names.is_empty() && one.alone.is_empty());
}

#[test]
fn who_changes_a_password_and_seals_alone_explains_nothing() {
    let world = World::ready();
    let request = released(&world);
    let changes = || {
        let one = only(&world);
        (one.names.len(), one.alone.len())
    };
    assert_eq!(changes(), (0, 0));
    world.seal(ADA, PASSWORD, None, b"another one").unwrap();
    closed(&world, request, Outcome::Used);
    assert_eq!(changes(), (0, 1));
    let confirm = |place: usize| {
        let confirm = Confirm {
            secret: world.secret(PASSWORD),
            epoch: 2,
        };
        let personal = Some(ConfirmPersonal { note: None });
        let claim = Claim::SecretConfirm(confirm, personal);
        world.session(place).enter(claim, Vec::new()).unwrap();
    };
    confirm(ADA);
    assert_eq!(changes(), (0, 1));
    confirm(BEA);
    assert_eq!(changes(), (1, 0));
}

#[test]
fn a_drill_that_is_not_finished_explains_no_sign_in() {
    let world = World::ready();
    let request = released(&world);
    let account = AccountId::new(MANAGEMENT).unwrap();
    let drill = world
        .session(ADA)
        .start_drill(DrillRequest {
            drill: DrillKind::SignIn,
            scope: Scope::Account(account),
            plan: None,
            sample: None,
            people: Vec::new(),
            note: None,
        })
        .unwrap()
        .leaf;
    let record = |found: Found| {
        let record = Record {
            drill,
            at: before(&world, 0),
            found,
        };
        let told = Some(RecordPersonal {
            who: None,
            note: None,
        });
        let claim = Claim::DrillRecord(record, told);
        world.session(ADA).enter(claim, Vec::new()).unwrap();
    };
    record(Found::SignIn {
        account,
        request,
        worked: true,
    });
    record(Found::Alarm {
        account,
        seen: true,
        by: Some(world.id(BEA)),
    });
    closed(&world, request, Outcome::Unused);
    let drills = || {
        let all = expected(&world).into_iter();
        all.filter(|one| one.cause == Cause::Drill).count()
    };
    assert_eq!(drills(), 0);
    let mut people = vec![world.id(ADA), world.id(BEA)];
    people.sort();
    let finish = Finish {
        drill,
        outcome: DrillOutcome::Passed,
        people,
        lessons: Vec::new(),
    };
    let told = FinishPersonal {
        lessons: Vec::new(),
        surprises: Vec::new(),
        note: None,
    };
    let claim = Claim::DrillFinish(finish, Some(told));
    let finish = world.session(ADA).enter(claim, Vec::new()).unwrap();
    // Nor while somebody who took part has not signed.
    assert_eq!(drills(), 0);
    world.session(BEA).sign_off(finish.leaf).unwrap();
    assert_eq!(drills(), 1);
}

fn void(of: Digest) -> Claim {
    let reason = text("The files were made up");
    let facts = VoidReconcile { reconcile: of };
    Claim::ReconcileVoid(facts, Some(VoidReconcilePersonal { reason }))
}

#[test]
fn files_that_were_made_up_are_taken_back_as_a_whole() {
    let world = World::ready();
    let real = found(&world, ADA, facts(&world, &["e1"])).unwrap();
    // One keeper opens as many as an entry has; three entries more are as easy.
    let ids: Vec<String> = (0..1024).map(|n| format!("f{n:04}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut made_up = facts(&world, &[]);
    made_up.unexplained = ids[..1022]
        .iter()
        .chain(&["e1", "e2"])
        .map(|id| unexplained(&world, id, 0))
        .collect();
    made_up.unexplained.sort();
    made_up.counts.events = 5 + 1024;
    made_up.counts.records = 5000;
    let made_up = found(&world, EVE, made_up).unwrap();
    let open = || {
        let session = world.open(CY).unwrap();
        let all = EventRecord::all(&session.view()).unwrap();
        all.iter().filter(|one| one.explained.is_none()).count()
    };
    assert_eq!(open(), 1025 - 1);
    // What was explained stays so, whoever found it.
    world.decide(ADA, explain(&["f0000"], Was::Other), &[ADA, BEA, CY]);
    let late = world
        .session(ADA)
        .enter(explain(&["f0001"], Was::Other), Vec::new())
        .unwrap();
    world.refused("unknown-subject", || {
        world.session(ADA).enter(void(Digest::of(b"x")), Vec::new())
    });
    let proposed = world
        .session(ADA)
        .enter(void(made_up.leaf), Vec::new())
        .unwrap();
    assert_eq!((proposed.effective, proposed.needs), (false, 3));
    let other = world
        .session(BEA)
        .enter(void(made_up.leaf), Vec::new())
        .unwrap();
    for place in [ADA, BEA] {
        world.session(place).sign_off(proposed.leaf).unwrap();
    }
    assert_eq!(open(), 1023);
    world.session(CY).sign_off(proposed.leaf).unwrap();
    assert_eq!(open(), 1);
    assert_eq!(known(&world, "e1"), Some((None, real.seq)));
    assert_eq!(known(&world, "e2"), None);
    assert_eq!(
        known(&world, "f0000"),
        Some((Some(Was::Other), made_up.seq))
    );
    // It is set aside once; and what waits for an event that is gone can't be any more.
    world.refused("lapsed", || world.session(ADA).sign_off(other.leaf));
    world.refused("reconcile-void", || {
        world.session(ADA).enter(void(made_up.leaf), Vec::new())
    });
    world.refused("lapsed", || world.session(BEA).sign_off(late.leaf));
    // What another one finds is open, as that one has it.
    let mut again = facts(&world, &["e1", "e2"]);
    again.unexplained[1].reason = Reason::Failed;
    let again = found(&world, ADA, again).unwrap();
    assert_eq!(known(&world, "e2"), Some((None, again.seq)));
    world.decide(ADA, void(real.leaf), &[ADA, BEA, CY]);
    assert_eq!(known(&world, "e1"), Some((None, again.seq)));
    let session = world.open(CY).unwrap();
    let newest = ReconcileRecord::newest(&session.view()).unwrap().unwrap();
    assert_eq!(newest.index, again.seq);
    drop(session);
    world.assert_good(CY);
}

#[test]
fn who_sets_aside_what_cloudtrail_says_is_governance_in_this_ledger() {
    let mut world = World::ready();
    let trail = found(&world, ADA, facts(&world, &["e1"])).unwrap();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Operator]);
    world.session(fay).accept().unwrap();
    let propose = |place: usize| world.session(place).enter(void(trail.leaf), Vec::new());
    world.refused("no-role", || propose(fay));
    // Dated ahead it is signed by nobody.
    world.clock.forward(301);
    let ahead = propose(ADA).unwrap();
    world.clock.forward(-301);
    world.refused("dated-ahead", || world.session(BEA).sign_off(ahead.leaf));
    // Nor after it has waited too long; nor by who was retired.
    let proposed = propose(ADA).unwrap();
    let late = world.copy();
    late.clock.forward(31 * 86_400);
    late.refused("expired", || late.session(BEA).sign_off(proposed.leaf));
    late.clock.forward(-31 * 86_400);
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("not-a-member", || world.open(EVE));
    // What is not in a ledger's own log is nothing there.
    let other = World::ready();
    other.refused("unknown-subject", || {
        other.session(ADA).enter(void(trail.leaf), Vec::new())
    });
    assert_eq!(known(&world, "e1"), Some((None, trail.seq)));
    world.assert_good(CY);
}

#[test]
fn what_was_set_aside_is_shown_and_told_until_it_is_read_again() {
    let desk = attacked();
    desk.run_as("alice", &["reconcile", "cloudtrail", "trail"]);
    let listed = desk.ok_as("bob", &["--json", "reconcile", "list"]).json();
    let id = listed["reconciled"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["reconciled"][0]["void"], Value::Null);
    desk.refused(
        "alice",
        &["reconcile", "void", "genesis", "--reason", "x"],
        5,
        "no-reconcile",
    );
    let propose = [
        "--json",
        "reconcile",
        "void",
        &id,
        "--reason",
        "made up: INC-12",
    ];
    let proposed = desk.ok_as("alice", &propose).json();
    let proposed = proposed["id"].as_str().unwrap().to_owned();
    let read = desk.ok_as("bob", &["show", &proposed]).out;
    for part in [
        "set aside",
        "INC-12",
        "11111111-attack",
        "3 events of it would be open no more",
    ] {
        assert!(read.contains(part), "no `{part}`: {read}");
    }
    for name in ["alice", "bob", "carol"] {
        desk.ok_as(name, &["sign", &proposed]);
    }
    let open = desk.ok_as("carol", &["--json", "event", "list"]).json();
    assert_eq!(open["events"], json!([]));
    let listed = desk.ok_as("bob", &["reconcile", "list"]).out;
    assert!(listed.contains("set aside by #"), "{listed}");
    let shown = desk.ok_as("bob", &["show", &id]).out;
    assert!(shown.contains("set aside"), "{shown}");
    let told = || {
        let check = ["--json", "check", "--rule", "RK033"];
        desk.run_as("carol", &check).out.contains("nobody has read")
    };
    assert!(told());
    // The same files count again, and their events are open.
    let again = desk.run_as("alice", &["--json", "reconcile", "cloudtrail", "trail"]);
    assert!(again.json()["seq"].is_u64(), "{again:?}");
    let open = desk.ok_as("carol", &["--json", "event", "list"]).json();
    assert_eq!(open["events"].as_array().unwrap().len(), 3);
    assert!(!told());
    desk.ok_as("carol", &["verify", "--rebuild"]);
}

#[test]
fn who_reconciles_and_who_proposes_is_a_keeper_in_force() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Operator]);
    world.session(fay).accept().unwrap();
    world.refused("no-role", || found(&world, fay, facts(&world, &[])));
    found(&world, ADA, facts(&world, &["e1"])).unwrap();
    world.refused("no-role", || {
        world
            .session(fay)
            .enter(explain(&["e1"], Was::Ours), Vec::new())
    });
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("not-a-member", || world.open(EVE));
}

#[test]
fn what_was_found_is_whole_and_in_order() {
    let world = World::ready();
    let bad = |change: &dyn Fn(&mut Reconcile), code: &str| {
        let mut facts = facts(&world, &["e1", "e2"]);
        change(&mut facts);
        world.refused(code, || found(&world, ADA, facts));
    };
    bad(&|facts| facts.unexplained.reverse(), "malformed");
    bad(
        &|facts| facts.unexplained[1].event = word("e1"),
        "malformed",
    );
    bad(&|facts| facts.unexplained[0].off = Some(1), "malformed");
    bad(
        &|facts| facts.unexplained[0].reason = Reason::OutsideWindow,
        "malformed",
    );
    bad(&|facts| facts.counts.explained = 6, "malformed");
    bad(&|facts| facts.counts.records = 7, "malformed");
    bad(&|facts| facts.from = facts.unexplained[1].at, "malformed");
    bad(&|facts| facts.from = facts.to.plus(1), "malformed");
    bad(&|facts| facts.to = facts.to.plus(301), "dated-ahead");
    bad(&|facts| facts.files.count = 2, "malformed");
    bad(&|facts| facts.files.bytes = 8, "malformed");
    bad(&|facts| facts.files.digest = Digest::of(b"x"), "malformed");
    bad(&|facts| facts.files.listed.clear(), "malformed");
    let gap = |hours: u64| Gap {
        account: AccountId::new(MEMBER).unwrap(),
        region: word("us-east-1"),
        from: before(&world, 10_000),
        to: before(&world, 10_000).plus(hours * 3600),
    };
    bad(&|facts| facts.gaps = vec![gap(24)], "malformed");
    bad(&|facts| facts.gaps = vec![gap(25), gap(26)], "malformed");
    bad(&|facts| facts.more_gaps = 1, "malformed");
    let missing = |subject: Digest| Missing {
        subject,
        account: AccountId::new(MANAGEMENT).unwrap(),
    };
    bad(
        &|facts| facts.missing = vec![missing(Digest::of(b"x"))],
        "unknown-subject",
    );
    let waiting = world.request(&[PASSWORD]).leaf;
    bad(
        &|facts| facts.missing = vec![missing(waiting)],
        "unknown-subject",
    );
    let claim = Claim::Reconcile(
        facts(&world, &["e1"]),
        Some(ReconcilePersonal { traces: Vec::new() }),
    );
    world.refused("malformed", || world.session(ADA).enter(claim, Vec::new()));
    let mut good = facts(&world, &["e1", "e2"]);
    world.sign_all(waiting, &[BEA, CY]);
    good.missing = vec![missing(waiting)];
    good.gaps = vec![gap(26), gap(25)];
    good.to = good.to.plus(300);
    found(&world, ADA, good).unwrap();
    world.assert_good(CY);
}

/// A record of a root user, with more.
fn record(id: &str, name: &str, source: &str, time: Time, more: &Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.08", "eventTime": time, "eventName": name, "eventID": id,
        "eventSource": format!("{source}.amazonaws.com"), "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7", "userAgent": "Mozilla/5.0", "recipientAccountId": MANAGEMENT,
        "userIdentity": {"type": "Root", "accountId": MANAGEMENT, "arn": format!("arn:aws:iam::{MANAGEMENT}:root")},
    });
    let fields = record.as_object_mut().unwrap();
    for (key, value) in more.as_object().unwrap() {
        fields.insert(key.clone(), value.clone());
    }
    record
}

fn sign_in(id: &str, time: Time, mfa: &str) -> Value {
    let more = json!({"eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {"MFAUsed": mfa}});
    record(id, "ConsoleLogin", "signin", time, &more)
}

fn gzip(records: &[Value]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let text = json!({"Records": records}).to_string();
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

const SECRET: &str = "wJalrXUtnFEMIEXAMPLESECRETKEY";
const TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKEN";

/// A desk with a release that was used, and a trail with an attack before it.
fn attacked() -> Desk {
    let desk = Desk::ready();
    let id = desk.released();
    let close = ["close", &id, "--outcome", "used", "--note", "done"];
    desk.ok_as("alice", &close);
    let closed = desk
        .ok_as("alice", &["--json", "log", "--kind", "close"])
        .json();
    let now = Time::parse(closed["entries"][0]["made_at"].as_str().unwrap()).unwrap();
    let earlier = |days: i64| Time::from_seconds(now.seconds() - days * 86_400).unwrap();
    let session = json!({
        "userIdentity": {"type": "AssumedRole", "accountId": MANAGEMENT, "arn": "arn:aws:sts::111122223333:assumed-role/Ops/jo"},
        "requestParameters": {"targetPrincipal": MEMBER, "taskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}},
        "responseElements": {"credentials": {"accessKeyId": "ASIASESSION", "secretAccessKey": SECRET, "sessionToken": TOKEN}},
    });
    let records = [
        sign_in("11111111-attack", earlier(3), "No"),
        record(
            "22222222-reset",
            "PasswordRecoveryRequested",
            "signin",
            earlier(2),
            &json!({"userIdentity": null}),
        ),
        record(
            "33333333-session",
            "AssumeRoot",
            "sts",
            earlier(1),
            &session,
        ),
        sign_in("44444444-release", now, "YES"),
        record("55555555-call", "GetAccountSummary", "iam", now, &json!({})),
        record(
            "66666666-service",
            "DescribeRegions",
            "ec2",
            now,
            &json!({"userIdentity": {"type": "Root", "accountId": MANAGEMENT, "invokedBy": "support.amazonaws.com"}}),
        ),
    ];
    std::fs::create_dir(desk.path("trail")).unwrap();
    desk.write("trail/1.json.gz", &gzip(&records[3..]));
    desk.write("trail/2.json.gz", &gzip(&records[..4]));
    desk
}

fn ids(all: &Value) -> Vec<&str> {
    let all = all.as_array().unwrap().iter();
    all.map(|one| one["event_id"].as_str().unwrap()).collect()
}

#[test]
fn an_attack_is_found_beside_a_release_and_explained_by_those_who_govern() {
    let desk = attacked();
    let before = desk.entries();
    let preview = desk.run_as(
        "bob",
        &["--json", "reconcile", "cloudtrail", "trail", "--preview"],
    );
    assert_eq!(preview.code, 6, "{preview:?}");
    assert_eq!(desk.entries(), before);
    let said = desk.run_as("alice", &["--json", "reconcile", "cloudtrail", "trail"]);
    assert_eq!(said.code, 6, "{said:?}");
    let said = said.json();
    assert_eq!(
        (&said["events"], &said["explained"], &said["service"]),
        (&json!(5), &json!(2), &json!(1))
    );
    assert_eq!((&said["records"], &said["files"]), (&json!(7), &json!(2)));
    let open = ids(&said["unexplained"]);
    assert_eq!(
        open,
        ["11111111-attack", "22222222-reset", "33333333-session"]
    );
    let reasons: Vec<&Value> = said["unexplained"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["reason"])
        .collect();
    assert_eq!(reasons, ["outside-window", "credential-change", "no-task"]);
    assert_eq!(said["unexplained"][0]["address"], "192.0.2.7");
    assert_eq!(said["missing"], json!([]));
    // The same again says nothing new.
    let again = desk.run_as("alice", &["--json", "reconcile", "cloudtrail", "trail"]);
    assert_eq!((again.code, &again.json()["seq"]), (6, &Value::Null));
    let status = desk.ok_as("carol", &["--json", "status"]).json();
    assert_eq!(ids(&status["unexplained"]), open);
    let shown = desk
        .typed(&status["unexplained"][0]["next"], &[])
        .succeeded()
        .out;
    assert!(
        shown.contains("192.0.2.7") && shown.contains("outside every release"),
        "{shown}"
    );
    // What they were.
    let propose = [
        "--json",
        "event",
        "explain",
        "1111",
        "2222",
        "--was",
        "attack",
        "--text",
        "Incident 12",
    ];
    let proposed = desk.ok_as("alice", &propose).json();
    assert_eq!(proposed["effective"], json!(false));
    let id = proposed["id"].as_str().unwrap();
    let read = desk.ok_as("bob", &["show", id]).out;
    assert!(
        read.contains("Incident 12") && read.contains("11111111-attack"),
        "{read}"
    );
    for name in ["alice", "bob", "carol"] {
        desk.ok_as(name, &["sign", id]);
    }
    let left = desk.ok_as("carol", &["--json", "event", "list"]).json();
    assert_eq!(ids(&left["events"]), ["33333333-session"]);
    let all = desk
        .ok_as("carol", &["--json", "event", "list", "--all"])
        .json();
    assert_eq!(all["events"][0]["was"], "attack");
    // Reading it again counts them as explained, and opens nothing.
    let again = desk
        .run_as("alice", &["--json", "reconcile", "cloudtrail", "trail"])
        .json();
    assert_eq!(
        (&again["explained"], &again["settled"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(ids(&again["unexplained"]), ["33333333-session"]);
    let left = desk.ok_as("carol", &["--json", "event", "list"]).json();
    assert_eq!(ids(&left["events"]), ["33333333-session"]);
    desk.ok_as("carol", &["verify", "--rebuild"]);
}

#[test]
fn the_report_leads_with_what_is_unexplained() {
    let desk = attacked();
    let said = desk.run_as("alice", &["reconcile", "cloudtrail", "trail"]);
    assert_eq!(said.code, 6, "{said:?}");
    assert!(
        said.out.starts_with("3 events are UNEXPLAINED\n"),
        "{}",
        said.out
    );
    for part in [
        "192.0.2.7",
        "no task on this account",
        "2 events by request",
        "2 of 5 events explained",
        "1 event of AWS's own services",
        "entry #",
    ] {
        assert!(said.out.contains(part), "no `{part}`: {}", said.out);
    }
    let only = desk.ok_as("alice", &["reconcile", "cloudtrail", "trail/1.json.gz"]);
    assert!(
        only.out.starts_with("no event is unexplained\n"),
        "{}",
        only.out
    );
}

#[test]
fn no_live_token_is_said_or_stored() {
    let desk = attacked();
    desk.run_as("alice", &["reconcile", "cloudtrail", "trail"]);
    desk.run_as(
        "alice",
        &["--json", "reconcile", "cloudtrail", "trail", "--preview"],
    );
    // Nor when the record of it is broken.
    let broken = format!(
        r#"{{"Records":[{{"eventName":"AssumeRoot","eventSource":"sts.amazonaws.com","eventID":"x","eventTime":7,"responseElements":{{"credentials":{{"sessionToken":"{TOKEN}","secretAccessKey":"{SECRET}"}}}}}}]}}"#
    );
    desk.write("broken.json", broken.as_bytes());
    let error = desk.refused(
        "alice",
        &["reconcile", "cloudtrail", "broken.json"],
        2,
        "bad-trail",
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("broken.json, line 1"),
        "{error}"
    );
    desk.ok_as("alice", &["status"]);
    let raw = desk.ok_as("alice", &["log", "--raw"]).out;
    for run in desk.said() {
        assert!(
            !run.out.contains(TOKEN) && !run.err.contains(TOKEN),
            "{}",
            run.typed
        );
        assert!(
            !run.out.contains(SECRET) && !run.err.contains(SECRET),
            "{}",
            run.typed
        );
    }
    for line in raw.lines() {
        for quoted in line.split('"').filter(|part| part.len() > 40) {
            if let Ok(bytes) = BASE64.decode(quoted.as_bytes()) {
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains(TOKEN) && !text.contains(SECRET));
            }
        }
    }
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let desk = attacked();
    let whole = std::fs::read(desk.path("trail/1.json.gz")).unwrap();
    desk.write("cut.json.gz", &whole[..whole.len() / 2]);
    desk.write("empty.json", b"");
    for (words, code, exit) in [
        (vec!["cut.json.gz"], "bad-trail", 2),
        (vec!["empty.json"], "bad-trail", 2),
        (vec!["alice.card"], "bad-trail", 2),
        (vec!["nowhere"], "cannot-read", 1),
        (vec!["/dev/null"], "special-file", 2),
        (
            vec!["trail", "--from", "2027-01-02", "--to", "2027-01-01"],
            "bad-period",
            2,
        ),
        (vec!["trail", "--to", "2001-01-01"], "nothing-covered", 2),
        (vec!["trail", "--from", "yesterday"], "bad-date", 2),
    ] {
        let mut all = vec!["reconcile", "cloudtrail"];
        all.extend(&words);
        let error = desk.refused("alice", &all, exit, code);
        if code == "bad-trail" {
            assert!(
                error["message"].as_str().unwrap().contains(words[0]),
                "{error}"
            );
        }
    }
    desk.refused("alice", &["event", "show", "9"], 5, "no-event");
}
