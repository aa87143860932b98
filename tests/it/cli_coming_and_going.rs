//! An identity is lost and another goes on, a list names who left, duties are taken on each year: what
//! is typed, what is said, and what `status` says is due.

use chrono::{Days, NaiveDate, Utc};
use serde_json::json;

use super::slips::{carry, machine};
use super::*;

const GOVERNANCE: [&str; 3] = ["alice", "bob", "dave"];

/// carol has a new identity, in a directory of its own; its card's fingerprint.
fn another_carol(desk: &Desk) -> String {
    let made = ["--json", "identity", "new", "carol", "--out", "new"];
    let made = desk.ok(&[&made[..], &["--plain"]].concat()).json();
    made["fingerprint"].as_str().unwrap().to_owned()
}

/// Somebody with a name of two words and an address, enrolled and accepted.
fn jane(desk: &Desk) {
    let contact = "+44 20 7946 0001, Jane.Doe@example.com";
    let new = ["identity", "new", "Jane Doe", "--out", ".", "--plain"];
    desk.ok(&[&new[..], &["--contact", contact]].concat());
    let add = ["custodian", "add", "jane-doe.card", "--role", "holder"];
    let added = json(desk, "alice", &add);
    sign_enrolment(desk, &added, &text(&added, "fingerprint"));
    let accept = ["custodian", "accept", "--code", &desk.code()];
    desk.ok_as("jane-doe", &accept);
}

pub fn sign_enrolment(desk: &Desk, proposed: &Value, fingerprint: &str) {
    for name in GOVERNANCE {
        let words = ["sign", &text(proposed, "id"), "--fingerprint", fingerprint];
        desk.ok_as(name, &words);
    }
}

#[track_caller]
fn json(desk: &Desk, name: &str, words: &[&str]) -> Value {
    desk.ok_as(name, &[&["--json"], words].concat()).json()
}

#[track_caller]
fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap().to_owned()
}

/// What is made by alice and signed by others.
fn signed(desk: &Desk, words: &[&str], signers: &[&str]) -> String {
    let id = text(&json(desk, "alice", words), "id");
    for name in signers {
        desk.ok_as(name, &["sign", &id]);
    }
    id
}

/// What the departures have left to do, each step once.
fn left_to_do(status: &Value) -> Vec<String> {
    let steps = status["departures"].as_array().unwrap().iter();
    let mut words: Vec<String> = steps.map(|step| text(step, "what")).collect();
    words.sort();
    words.dedup();
    words
}

/// What to type for one of them.
fn next(status: &Value, what: &str) -> Value {
    let mut steps = status["departures"].as_array().unwrap().iter();
    steps.find(|step| step["what"] == what).unwrap()["next"].clone()
}

#[test]
fn a_lost_identity_is_replaced_and_status_leads_to_the_end() {
    let desk = Desk::ready();
    let status = || json(&desk, "alice", &["status"]);
    let fingerprint = another_carol(&desk);
    let replace = ["custodian", "replace", "carol", "new/carol.card", "--lost"];
    desk.refused("mallory", &replace, 3, "not-a-member");
    let proposed = json(&desk, "alice", &replace);
    assert_eq!(proposed["kind"], "custodian.replace");
    assert_eq!(text(&proposed, "fingerprint"), fingerprint);
    let old = text(&proposed, "replaces")[..8].to_owned();

    // Whoever signs has heard the new words, and no others.
    let id = text(&proposed, "id");
    desk.refused("bob", &["sign", &id], 2, "missing-value");
    let theirs = json(&desk, "bob", &["custodian", "show", "bob"]);
    let wrong = ["sign", &id, "--fingerprint", &text(&theirs, "fingerprint")];
    desk.refused("bob", &wrong, 4, "words-differ");
    sign_enrolment(&desk, &proposed, &fingerprint);
    desk.refused("carol", &["status"], 3, "not-a-member");

    // Her places wait for her: nobody needs to define a quorum meanwhile.
    let waits = status();
    assert_eq!(left_to_do(&waits), ["governance", "rekey", "reshare"]);
    let step = &waits["enrolments"][0];
    assert_eq!(text(step, "next"), "rootkeep -i THEIR.key custodian accept");
    let code = desk.code();
    desk.ok_as("new/carol", &["custodian", "accept", "--code", &code]);
    let shown = json(&desk, "bob", &["custodian", "show", "carol"]);
    assert_eq!(shown["quorums"], json!(["engineers"]));
    assert_eq!(shown["replaces"], proposed["replaces"]);
    assert_eq!(shown["state"], "in force");

    // What was hers is split anew. Her name is the new one's, and `status` says how to say the old one.
    let without = ["reshare", "--without", "carol", "--purpose", "lost"];
    let error = desk.refused("alice", &without, 5, "no-secret");
    let hint = error["hints"][0].as_str().unwrap();
    assert!(hint.ends_with(&format!("--without {old}")), "{hint}");
    let step = next(&status(), "reshare");
    let line = step.as_str().unwrap().replace("TEXT", "lost");
    assert!(line.contains(&format!("'carol [{old}]'")), "{line}");
    let reshare = desk.typed(&line.into(), &["--json"]).succeeded().json();
    let id = text(&reshare, "id");
    for name in ["alice", "bob"] {
        desk.ok_as(name, &["sign", &id]);
    }
    desk.ok_as("alice", &["reshare", "finish", &id]);
    let waits = &status()["pending"][0];
    assert_eq!(waits["what"], "reshare", "it waits to be closed");
    let close = ["close", &id, "--outcome", "used", "--note", "split anew"];
    desk.ok_as("alice", &close);
    assert_eq!(status()["pending"], json!([]));

    let govern = ["quorum", "define", "governance", "--threshold", "2"];
    let members = ["--member", "alice", "--member", "carol"];
    let signers = ["alice", "bob", "dave", "new/carol"];
    signed(&desk, &[&govern[..], &members].concat(), &signers);
    for name in ["alice", "new/carol"] {
        desk.ok_as(name, &["secret", "prove"]);
    }
    assert_eq!(left_to_do(&status()), ["destroy", "rekey"]);
    let step = next(&status(), "destroy");
    let destroy = desk.typed(&step, &["--json"]).succeeded().json();
    for name in ["alice", "new/carol"] {
        desk.ok_as(name, &["sign", &text(&destroy, "id")]);
    }
    desk.typed(&next(&status(), "rekey"), &[]).succeeded();
    assert_eq!(left_to_do(&status()), Vec::<String>::new());
    assert_eq!(status()["reshare"], json!([]));
    // She goes on: a release with her new shares.
    let id = desk.request(&[PASSWORD]);
    for name in ["bob", "new/carol"] {
        desk.ok_as(name, &["sign", &id]);
    }
    let revealed = desk.ok_as("alice", &["reveal", &id]).out;
    assert!(revealed.contains(PLAINTEXT));
    desk.ok_as("new/carol", &["verify"]);
}

#[test]
fn a_list_of_leavers_is_read_however_it_was_saved() {
    let desk = Desk::ready();
    jane(&desk);
    let before = desk.entries();
    for (list, line) in [
        ("name,email\nBob Roe,\nJane Doe,\n", 3),
        ("\u{feff}Name;Email\r\n\"Doe, Jane\";\r\n", 2),
        ("name\temail\n\nX\tJANE.DOE@example.com\n", 3),
        ("name\n\"Doe, Jane\"\n", 2),
        ("email,name\njane.doe@example.com,\"J.\nDoe\"\n", 2),
    ] {
        desk.write("l.csv", list.as_bytes());
        let leavers = ["custodian", "leavers", "l.csv", "--preview"];
        let run = desk.run_as("bob", &leavers);
        assert_eq!(run.code, 6, "{list:?}: {run:?}");
        let named = format!("line {line}: ");
        assert!(run.out.contains(&named), "{list:?}: {run:?}");
        let quiet = desk.run_as("bob", &[&["-q"], &leavers[..]].concat());
        assert_eq!(quiet.out, run.out, "what was asked for stays");
        let found = desk.run_as("bob", &[&["--json"], &leavers[..]].concat());
        assert_eq!((found.code, found.err.as_str()), (6, ""));
        let found = found.object();
        assert_eq!(found["found"], json!(["Jane Doe"]), "{list:?}");
        assert_eq!(found["schema"], "rootkeep/v1/custodian.leavers");
    }
    // Not the same person, or not surely: nobody is called a leaver by a part of a name or an address.
    for (list, look_at) in [
        ("name,email\nSue Doe,sue.doe@example.com\n", 1),
        ("name,email\nJ,doe@example.com\n", 0),
        ("email\njane.doe@example.co\n", 0),
    ] {
        desk.write("l.csv", list.as_bytes());
        let leavers = ["custodian", "leavers", "l.csv", "--preview"];
        let found = desk.run_as("bob", &[&["--json"], &leavers[..]].concat());
        // Whoever may be one of them is worth a look.
        assert_eq!(found.code, if look_at == 0 { 0 } else { 6 }, "{list:?}");
        let found = found.object();
        assert_eq!(found["found"], json!([]), "{list:?}");
        assert_eq!(found["look_at"].as_array().unwrap().len(), look_at);
    }
    // A column that is named and is not there would find nobody, for ever.
    desk.write("l.csv", b"E-mail,name\njane.doe@example.com,\n");
    let misspelt = ["custodian", "leavers", "l.csv", "--email-column", "E-Mial"];
    let error = desk.refused("bob", &misspelt, 2, "bad-csv");
    assert!(error["hints"].to_string().contains("e-mail"), "{error}");
    assert_eq!(desk.entries(), before, "a preview enters nothing");
}

#[test]
fn a_list_that_can_not_be_compared_says_why() {
    let desk = Desk::ready();
    let leavers = ["custodian", "leavers", "l.csv"];
    desk.refused("alice", &leavers, 5, "no-file");
    for (list, said) in [
        (&b"employee,left\nErin,2026-01-31\n"[..], "employee, left"),
        (b"name;email\nErin\n", "names of its columns"),
        (b"name\nM\xfcller\n", "CSV UTF-8"),
        (b"", "names of its columns"),
    ] {
        desk.write("l.csv", list);
        let error = desk.refused("alice", &leavers, 2, "bad-csv");
        let hints = error["hints"].to_string();
        assert!(hints.contains(said), "{error}");
    }
    desk.write("l.csv", b"employee,left\nErin,2026-01-31\n");
    let named = [&leavers[..], &["--name-column", "Employee"]].concat();
    let run = desk.run_as("alice", &named);
    assert_eq!(run.code, 6, "{run:?}");
    desk.propose_mallory("holder");
    desk.refused("mallory", &named, 3, "not-a-member");
}

#[test]
fn a_comparison_with_who_left_is_on_record_until_they_are_retired() {
    let desk = Desk::ready();
    jane(&desk);
    let due = |status: &Value| -> Vec<String> {
        let due = status["due"].as_array().unwrap().iter();
        due.map(|one| text(one, "what")).collect()
    };
    let compared = "a comparison with who left".to_owned();
    assert!(due(&json(&desk, "alice", &["status"])).contains(&compared));
    desk.write("leavers.csv", b"name,left\n\"Doe, Jane\",2026-01-31\n");
    let leavers = ["custodian", "leavers", "leavers.csv"];
    desk.refused("jane-doe", &leavers, 3, "no-role");
    let run = desk.run_as("alice", &[&["--json"], &leavers[..]].concat());
    assert_eq!(run.code, 6, "{run:?}");
    let entered = run.json();
    assert_eq!(entered["kind"], "leavers.compare");
    assert_eq!(
        (&entered["rows"], &entered["found"]),
        (&1.into(), &json!(["Jane Doe"]))
    );
    assert!(!due(&json(&desk, "alice", &["status"])).contains(&compared));
    // What is typed next retires her; with that the list has nobody.
    let run = desk.run_as("alice", &leavers);
    let line = run.err.lines().find_map(|line| line.strip_prefix("next: "));
    let retire = desk.typed(&line.unwrap().into(), &["--json"]);
    let id = text(&retire.succeeded().json(), "id");
    for name in GOVERNANCE {
        desk.ok_as(name, &["sign", &id]);
    }
    let after = json(&desk, "alice", &leavers);
    assert_eq!(after["found"], json!([]));
}

/// The day so many days from now, as it is typed.
fn day(days: u64) -> String {
    let today: NaiveDate = Utc::now().date_naive();
    (today + Days::new(days)).to_string()
}

#[test]
fn what_comes_round_each_year_is_overdue_a_year_on() {
    let desk = Desk::ready();
    let status = |words: &[&str]| {
        let run = desk.run_as("alice", &[&["--json", "status"], words].concat());
        (run.code, run.object())
    };
    let of = |status: &Value, list: &str, what: &str| {
        let mut all = status[list].as_array().unwrap().iter();
        all.find(|one| one["what"] == what).cloned()
    };
    let duties = "acknowledging the duties";
    let (code, now) = status(&[]);
    let waits = of(&now, "due", duties).unwrap();
    assert_eq!((code, &waits["waits_for"]), (0, &json!(FOUNDERS)));
    assert_eq!(waits["last"], Value::Null);
    // What is typed next is one's own act, and the others' once that is done.
    desk.typed(&waits["next"], &[]).succeeded();
    let waits = of(&status(&[]).1, "due", duties).unwrap();
    assert_eq!(waits["waits_for"], json!(FOUNDERS[1..]));
    assert_eq!(
        text(&waits, "next"),
        "rootkeep -i THEIR.key custodian acknowledge"
    );
    for name in &FOUNDERS[1..] {
        desk.ok_as(name, &["custodian", "acknowledge"]);
    }
    let (code, now) = status(&[]);
    assert_eq!((code, of(&now, "due", duties)), (0, None));
    let shown = json(&desk, "bob", &["custodian", "show", "erin"]);
    has(&shown, &["acknowledged"]);

    // Two weeks before the year is over it is due, and after it overdue.
    assert_eq!(of(&status(&["--as-of", &day(340)]).1, "due", duties), None);
    let soon = status(&["--as-of", &day(355)]).1;
    assert_eq!(of(&soon, "overdue", duties), None);
    has(&of(&soon, "due", duties).unwrap(), &["last", "until"]);
    let (code, later) = status(&["--as-of", &day(367)]);
    assert_eq!(code, 6);
    for (what, next) in [
        (duties, "custodian acknowledge"),
        ("a backup", "backup --out FILE"),
        ("a restore drill", "restore FILE --drill"),
        ("a comparison with who left", "custodian leavers FILE.csv"),
    ] {
        let overdue = of(&later, "overdue", what).unwrap();
        assert_eq!(
            text(&overdue, "next"),
            format!("rootkeep -i alice.key {next}")
        );
        assert_eq!(of(&later, "due", what), None, "{what}");
    }
    let run = desk.run_as("alice", &["status", "--as-of", &day(367)]);
    assert_eq!(run.code, 6);
    let everybody = "overdue  acknowledging the duties (alice, bob, carol, dave, erin), by ";
    assert!(run.out.contains(everybody), "{run:?}");
    for wrong in ["soon", "2027-02-29", "27-02-01"] {
        desk.refused("alice", &["status", "--as-of", wrong], 2, "bad-date");
    }
}

#[test]
fn duties_are_an_organisations_own_where_it_has_some() {
    let desk = Desk::ready();
    let acknowledge = ["custodian", "acknowledge", "--duties", "ours.txt"];
    desk.refused("bob", &acknowledge, 5, "no-file");
    desk.write("ours.txt", b"\xff");
    desk.refused("bob", &acknowledge, 2, "bad-text");
    desk.write("ours.txt", &[b'x'; 4097]);
    desk.refused("bob", &acknowledge, 2, "file-too-large");
    desk.write("ours.txt", "I keep the night watch é.\n".as_bytes());
    let run = desk.ok_as("bob", &acknowledge);
    assert!(run.err.contains("I keep the night watch é."), "{run:?}");
    let log = desk.ok_as("alice", &["find", "night watch"]).out;
    assert!(log.contains("bob"), "{log}");
}

#[test]
fn shares_are_proven_and_duties_taken_on_by_a_slip_without_an_id() {
    let desk = Desk::ready();
    let code = desk.code();
    desk.ok_as(
        "alice",
        &["slip", "request", "--for", "bob", "--out", "b.slip"],
    );
    let bob = machine(&desk, "bob");
    carry(&desk, &bob, "b.slip");
    let make = |what: &str, out: &str| {
        let words = ["slip", "make", what, "b.slip", "--out", out];
        bob.ok_as("bob", &[&words[..], &["--code", &code]].concat())
    };
    let said = make("prove", "p.answer").err;
    assert!(said.contains("bob proves 1 share of 1 secret"), "{said}");
    let said = make("acknowledge", "a.answer").err;
    for words in ["I sign only what I have read", "bob takes the duties"] {
        assert!(said.contains(words), "{said}");
    }
    for file in ["p.answer", "a.answer"] {
        carry(&bob, &desk, file);
    }
    desk.ok_as("alice", &["slip", "import", "p.answer", "a.answer"]);
    let shown = desk.ok_as("alice", &["secret", "show", PASSWORD]).out;
    let proven = shown
        .lines()
        .any(|line| line.contains(" bob ") && line.contains(" proven, in no drill yet"));
    assert!(proven, "{shown}");
    has(
        &json(&desk, "alice", &["custodian", "show", "bob"]),
        &["acknowledged"],
    );
    // A slip that asks for a decision has no other shares.
    let id = desk.request(&[PASSWORD]);
    let request = ["slip", "request", &id, "--for", "bob", "--out", "r.slip"];
    desk.ok_as("alice", &request);
    carry(&desk, &bob, "r.slip");
    let prove = ["slip", "make", "prove", "r.slip", "--out", "x.answer"];
    let run = bob.run_as("bob", &[&["--json", "--batch"], &prove[..]].concat());
    run.error(2, "no-shares");
}
