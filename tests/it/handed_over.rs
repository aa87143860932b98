//! Who has the header of an entry is handed its parts later, and holds them to what was signed.

use data_encoding::BASE64;
use rootkeep::exchange::evidence::gather::Wanted;
use rootkeep::exchange::evidence::verify::handed_over::{self, Handed};
use rootkeep::exchange::evidence::verify::{Verdict, borrowed};
use rootkeep::statement::Kind;
use serde_json::{Value, json};

use crate::cli::Desk;
use crate::evidence::{Files, export_at, released, verified, wanted};
use crate::world::*;

/// An entry as `log --raw` writes it.
fn raw(world: &World, seq: u64) -> Value {
    let entry = world.session(ADA).view().entry(seq).unwrap().unwrap();
    json!({
        "seq": seq, "envelope": BASE64.encode(&entry.envelope),
        "facts": entry.facts, "personal": entry.personal,
    })
}

fn of_kind(world: &World, kind: Kind) -> u64 {
    let session = world.session(ADA);
    session.view().indices_of_kind(kind, 0).unwrap()[0]
}

/// Of a ledger with a release: everything but headers withheld.
fn headers(world: &World) -> Files {
    let nothing = Wanted {
        scope: vec![Kind::Attach],
        ..wanted()
    };
    export_at(world, ADA, &nothing, None).1
}

fn held(files: &Files, lines: &[Value]) -> (Vec<Handed>, Verdict) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut verdict = verified(files);
    assert!(verdict.is_good(), "{:?}", verdict.problems);
    let handed = handed_over::check(&borrowed(files), "parts", text.as_bytes(), &mut verdict);
    (handed, verdict)
}

fn codes(files: &Files, lines: &[Value]) -> Vec<(Option<u64>, String)> {
    let (_, verdict) = held(files, lines);
    let problems = verdict.problems.into_iter();
    problems
        .map(|problem| (problem.seq, problem.code))
        .collect()
}

#[test]
fn what_is_handed_over_is_what_was_signed() {
    let world = released();
    let files = headers(&world);
    let (request, quorum) = (
        of_kind(&world, Kind::Request),
        of_kind(&world, Kind::QuorumDefine),
    );
    let mut spared = raw(&world, request);
    spared["personal"] = Value::Null;
    let (handed, verdict) = held(&files, &[raw(&world, request), raw(&world, quorum), spared]);
    assert!(verdict.is_good(), "{:?}", verdict.problems);
    let [whole, define, spared] = handed.as_slice() else {
        panic!("{handed:?}");
    };
    let purpose = &whole.personal.as_ref().unwrap()["purpose"];
    assert_eq!((whole.seq, purpose), (request, &json!("close an account")));
    assert!(!whole.lacks_personal && spared.lacks_personal && !define.lacks_personal);
    assert_eq!(define.kind, "quorum.define");
    assert_eq!(define.facts["name"], "engineers");
    assert_eq!((&spared.facts, &spared.personal), (&whole.facts, &None));
}

#[test]
fn what_is_not_what_was_signed_is_named() {
    let world = released();
    let files = headers(&world);
    let request = of_kind(&world, Kind::Request);
    let close = of_kind(&world, Kind::Close);
    let line = |change: &dyn Fn(&mut Value)| {
        let mut line = raw(&world, request);
        change(&mut line);
        line
    };
    let mismatch = [(Some(request), "part-mismatch".to_owned())];
    let other = raw(&world, close);
    // Other words, other salts, another entry's parts, one part in the place of the other.
    let words = json!({"purpose": "something else", "ticket": null});
    let words = BASE64.encode(words.to_string().as_bytes());
    for changed in [
        line(&|line| line["personal"]["bytes"] = json!(words)),
        line(&|line| line["facts"]["salt"] = line["personal"]["salt"].clone()),
        line(&|line| line["facts"] = other["facts"].clone()),
        line(&|line| line["personal"] = other["personal"].clone()),
        line(&|line| line["personal"] = line["facts"].clone()),
    ] {
        assert_eq!(
            codes(&files, std::slice::from_ref(&changed)),
            mismatch,
            "{changed}"
        );
    }
    // Another entry under this number, and one that is in the log and not in the bundle.
    let renumbered = line(&|line| line["seq"] = json!(close));
    let expected = [(Some(close), "other-statement".to_owned())];
    assert_eq!(codes(&files, &[renumbered]), expected);
    world.quorum("later", 2, &[ADA, BEA]);
    let later = world.session(ADA).head().unwrap().0 - 1;
    let expected = [(Some(later), "not-in-bundle".to_owned())];
    assert_eq!(codes(&files, &[raw(&world, later)]), expected);
    // A personal part of a kind that has none.
    let quorum = of_kind(&world, Kind::QuorumDefine);
    let mut stray = raw(&world, quorum);
    stray["personal"] = other["personal"].clone();
    assert_eq!(
        codes(&files, &[stray]),
        [(Some(quorum), "stray-part".to_owned())]
    );
    // Another ledger's entry of the same number.
    let another = released();
    let expected = [(Some(request), "other-statement".to_owned())];
    assert_eq!(codes(&files, &[raw(&another, request)]), expected);
    // What is no such line, or nothing at all.
    for bad in [json!({}), line(&|line| line["more"] = json!(1))] {
        assert_eq!(codes(&files, &[bad]), [(None, "bad-json".to_owned())]);
    }
    assert_eq!(
        codes(&files, &[]),
        [(None, "nothing-handed-over".to_owned())]
    );
    // One that does not fit keeps no other from being read.
    let (handed, verdict) = held(&files, &[json!({}), raw(&world, request)]);
    assert_eq!((handed.len(), verdict.count), (1, 1));
}

#[test]
fn an_auditor_asks_for_an_entry_and_reads_it() {
    let desk = Desk::ready();
    let corrected = desk.ok_as(
        "alice",
        &[
            "--json",
            "correct",
            "genesis",
            "--reason",
            "wrong",
            "--text",
            "It was on Monday",
        ],
    );
    let entry = format!("#{}", corrected.json()["seq"]);
    let export = "evidence export --from 2026-01-01 --to 2099-12-31 --withhold correct --out q.zip";
    desk.ok_as("alice", &export.split(' ').collect::<Vec<_>>());
    let whole = desk.ok_as("alice", &["log", "--raw", "--entry", &entry]);
    let spared = desk.ok_as("alice", &["log", "--raw", "--entry", &entry, "--redact"]);
    assert_eq!((whole.out.lines().count(), whole.err.as_str()), (1, ""));
    std::fs::write(desk.path("whole"), &whole.out).unwrap();
    std::fs::write(desk.path("spared"), &spared.out).unwrap();
    let verify = |parts: &str| desk.run(&["evidence", "verify", "q.zip", "--parts", parts]);
    let read = verify("whole");
    assert!(read.out.contains(&format!(
        "handed over of {entry} (correct), and as it was signed\n"
    )));
    assert!(
        read.out.contains("\"text\": \"It was on Monday\""),
        "{}",
        read.out
    );
    let read = verify("spared");
    assert!(
        read.out.contains("its personal part was not handed over"),
        "{}",
        read.out
    );
    assert!(!read.out.contains("Monday"));
    let changed = whole.out.replace("\"seq\":", "\"seq\":1");
    std::fs::write(desk.path("changed"), changed).unwrap();
    let read = verify("changed");
    assert_eq!(read.code, 4);
    assert!(read.out.contains("[not-in-bundle]"), "{}", read.out);
    // A card is not given away unasked.
    let genesis = desk.ok_as("alice", &["log", "--raw", "--entry", "genesis"]);
    assert!(genesis.err.contains("hand it to nobody"), "{}", genesis.err);
}
