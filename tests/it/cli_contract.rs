//! What scripts rely on (docs/cli.md): exit codes, the JSON of every command, which stream carries
//! what, and that a secret is in none of it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use rootkeep::crypto::identity::Identity;
use rootkeep::crypto::secret::SecretText;
use serde_json::Value;

use super::*;
use crate::world::{self, World};

/// What every command that appends reports.
const APPENDED: [&str; 7] = [
    "id",
    "seq",
    "kind",
    "leaf",
    "effective",
    "needs",
    "checkpoint",
];

#[track_caller]
fn appended(run: &Run, kind: &str) -> Value {
    let value = run.clone().succeeded().json();
    has(&value, &APPENDED);
    assert_eq!(value["kind"], kind, "{run:?}");
    assert_eq!(value["schema"], format!("rootkeep/v1/{kind}"), "{run:?}");
    assert!(
        value["effective"].is_boolean() && value["needs"].is_u64(),
        "{run:?}"
    );
    let size = value["checkpoint"]["size"].as_u64().unwrap();
    assert!(size > value["seq"].as_u64().unwrap(), "{run:?}");
    let root = value["checkpoint"]["root"].as_str().unwrap();
    assert!(
        root.len() == 64 && root.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{run:?}"
    );
    value
}

#[test]
fn exit_0_is_done() {
    let desk = Desk::ready();
    assert_eq!(desk.run_as("alice", &["status"]).code, 0);
    assert_eq!(desk.run(&["--help"]).code, 0);
    assert_eq!(desk.run(&["--version"]).code, 0);
    assert_eq!(desk.run(&["seal", "--help"]).code, 0);
}

#[test]
fn exit_1_is_could_not() {
    let desk = Desk::ready();
    let lock = fs::File::open(desk.path("acme.ledger/lock")).unwrap();
    lock.lock().unwrap();
    let error = desk
        .run_as("alice", &["--json", "status"])
        .error(1, "locked");
    assert!(!error["hints"].as_array().unwrap().is_empty());
    desk.unlock(lock);
    desk.refused(
        "alice",
        &["checkpoint", "--out", "no/such/directory/note"],
        1,
        "cannot-write",
    );
}

#[test]
fn exit_2_is_usage() {
    let desk = Desk::ready();
    for words in [
        vec!["frobnicate"],
        vec!["sign"],
        vec!["--no-such-flag", "status"],
        vec!["close", "genesis", "--outcome", "great"],
        vec!["request"],
        vec!["seal", PASSWORD, "--stdin", "--generate", "24"],
        vec!["seal", PASSWORD, "--generate", "many"],
        vec![
            "init",
            "x.ledger",
            "--name",
            "x",
            "--threshold",
            "-1",
            "--card",
            "alice.card",
        ],
    ] {
        let error = desk.refused("alice", &words, 2, "usage");
        assert!(
            !error["message"].as_str().unwrap().starts_with("error"),
            "{error}"
        );
    }
    // Without any word at all, help is what is wanted; it is not what was asked for.
    let run = desk.run(&[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("Usage: rootkeep"));
}

#[test]
fn exit_3_is_refused() {
    let desk = Desk::ready();
    let request = desk.request(&[PASSWORD]);
    desk.refused("alice", &["reveal", &request], 3, "not-signed-off");
    desk.refused("dave", &["sign", &request], 3, "not-in-quorum");
    desk.refused("bob", &["withdraw", &request], 3, "not-author");
    desk.refused("mallory", &["status"], 3, "not-a-member");
    desk.refused("alice", &["sign", "genesis"], 3, "already-decided");
    desk.ok_as("alice", &["withdraw", &request]);
    desk.refused("bob", &["sign", &request], 3, "withdrawn");
    desk.refused("alice", &["reveal", &request], 3, "withdrawn");

    let request = desk.request(&[PASSWORD]);
    desk.ok_as("bob", &["reject", &request, "--reason", "not now"]);
    desk.ok_as("carol", &["reject", &request, "--reason", "nor I"]);
    desk.refused("alice", &["sign", &request], 3, "rejected");

    let request = desk.released();
    desk.ok_as(
        "alice",
        &["close", &request, "--outcome", "unused", "--note", "a test"],
    );
    desk.refused("alice", &["reveal", &request], 3, "closed");

    let mut open = fs::metadata(desk.path("alice.key")).unwrap().permissions();
    open.set_mode(0o640);
    fs::set_permissions(desk.path("alice.key"), open).unwrap();
    desk.run_as("alice", &["--json", "status"])
        .error(3, "identity-readable-by-others");
}

#[test]
fn exit_3_is_expired_too() {
    let world = in_the_past();
    let request = world.request_by(0, &[PASSWORD], 0, 60).unwrap();
    let run = of_world(&world, 1, &["--json", "sign", &request.id.to_hex()]);
    run.error(3, "expired");
}

#[test]
fn exit_4_is_verification_failed() {
    let desk = Desk::founded();
    let words = ["academic"; 12].join(" ");
    desk.run_as("bob", &["--json", "sign", "genesis", "--code", &words])
        .error(4, "words-differ");
    assert_eq!(desk.entries(), Some(3));

    let desk = Desk::ready();
    copy(&desk.path("acme.ledger"), &desk.path("old/acme.ledger"));
    desk.request(&[PASSWORD]);
    desk.run_as("alice", &["-L", "old/acme.ledger", "--json", "status"])
        .error(4, "rolled-back");

    let run = desk.fed("alice", &["--json", "recover"], b"academic acid acne\n");
    run.error(4, "bad-share");
}

#[test]
fn exit_4_is_a_verify_that_names_problems() {
    let desk = Desk::ready();
    let raw = desk.raw("alice");
    raw.execute(
        "UPDATE leaf SET personal = CAST(personal || x'20' AS BLOB) WHERE seq = 15",
        [],
    )
    .unwrap();
    drop(raw);
    let run = desk.run_as("erin", &["--json", "verify"]);
    assert_eq!(run.code, 4, "{run:?}");
    let report = run.json();
    assert_eq!(report["ok"], false);
    let problem = &report["problems"][0];
    assert_eq!(
        (&problem["seq"], &problem["code"]),
        (&15.into(), &"part-mismatch".into())
    );
    has(problem, &["message"]);
    let run = desk.run_as("erin", &["verify"]);
    assert_eq!(run.code, 4);
    assert!(run.out.contains("PROBLEM entry #15"), "{run:?}");
}

#[test]
fn exit_5_is_not_found() {
    let desk = Desk::ready();
    for (words, code) in [
        (vec!["show", "ffffffff"], "no-entry"),
        (vec!["show", "#999"], "no-entry"),
        (vec!["custodian", "show", "zed"], "no-custodian"),
        (vec!["secret", "show", "org/note"], "no-secret"),
        (vec!["account", "show", "999999999999"], "no-account"),
        (vec!["find", "xylophone"], "nothing-found"),
        (vec!["request", "org/note", "--purpose", "x"], "no-secret"),
        (vec!["card", "show", "zed.card"], "no-file"),
        (vec!["-L", "zed.ledger", "status"], "not-a-ledger"),
        (vec!["verify", "--against", "zed.note"], "no-file"),
    ] {
        desk.refused("alice", &words, 5, code);
    }
    desk.refused("nobody", &["status"], 5, "no-identity");
}

#[test]
fn exit_6_is_attention() {
    let world = in_the_past();
    let request = world.request_by(0, &[PASSWORD], 0, 60).unwrap();
    world.sign_all(request.leaf, &[1, 2]);
    let run = of_world(&world, 0, &["--json", "status"]);
    assert_eq!(run.code, 6, "{run:?}");
    let status = run.json();
    assert_eq!(status["overdue"][0]["id"], request.id.short());
    assert_eq!(status["pending"], Value::Array(Vec::new()));
    let run = of_world(&world, 0, &["status"]);
    assert!(run.code == 6 && run.out.contains("overdue"), "{run:?}");
}

/// Types what `status` says is next, with more words, as a shell would.
fn typed(desk: &Desk, next: &Value, more: &[&str]) -> Run {
    let mut words = vec![next.as_str().unwrap().to_owned()];
    words.extend(more.iter().map(|word| format!("'{word}'")));
    let line = words.join(" ").replacen("rootkeep", PROGRAM, 1);
    let mut command = Command::new("sh");
    desk.clean(command.args(["-c", &line]));
    desk.finish(&[&line], command.output().unwrap())
}

#[test]
fn status_says_what_to_type_next() {
    let desk = Desk::founded();
    let status = |name: &str| desk.ok_as(name, &["--json", "status"]).object();
    assert_eq!(status("alice")["to_sign"], Value::Array(Vec::new()));
    let next = status("bob")["to_sign"][0]["next"].clone();
    assert_eq!(next, "rootkeep -i bob.key sign genesis");
    typed(&desk, &next, &["--code", &desk.code()]).succeeded();
    assert_eq!(status("bob")["to_sign"], Value::Array(Vec::new()));

    let desk = Desk::ready();
    let status = |name: &str| desk.ok_as(name, &["--json", "status"]).object();
    let names = |steps: &Value| -> Vec<String> {
        let steps = steps.as_array().unwrap().iter();
        steps
            .map(|step| step["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = status("alice");
    assert_eq!(names(&before["unconfirmed"]), [MFA, PASSWORD]);
    for field in ["to_sign", "enrolments", "reshare"] {
        assert_eq!(before[field], Value::Array(Vec::new()), "{field}");
    }
    // An epoch that a later, confirmed one has taken the place of need not be confirmed any more.
    let again = ["seal", PASSWORD, "--stdin"];
    desk.fed("alice", &again, b"new").succeeded();
    let unconfirmed = status("alice")["unconfirmed"].clone();
    assert_eq!(names(&unconfirmed), [MFA, PASSWORD, PASSWORD]);
    typed(&desk, &unconfirmed[2]["next"], &[]).succeeded();
    assert_eq!(names(&status("alice")["unconfirmed"]), [MFA]);

    let request = desk.request(&[PASSWORD]);
    for (name, asked) in [("alice", 1), ("bob", 1), ("dave", 0)] {
        let steps = status(name)["to_sign"].clone();
        assert_eq!(steps.as_array().unwrap().len(), asked, "{name}");
    }
    let step = status("bob")["to_sign"][0].clone();
    assert_eq!(step["what"], "request");
    assert!(request.starts_with(step["id"].as_str().unwrap()));
    typed(&desk, &step["next"], &[]).succeeded();
    assert_eq!(status("bob")["to_sign"], Value::Array(Vec::new()));
    desk.ok_as("alice", &["withdraw", &request]);

    let add = ["custodian", "add", "mallory.card", "--role", "holder"];
    let added = desk
        .ok_as("alice", &[&["--json"], &add[..]].concat())
        .json();
    let text = |field: &str| added[field].as_str().unwrap().to_owned();
    assert_eq!(status("alice")["enrolments"], Value::Array(Vec::new()));
    for name in ["alice", "bob", "dave"] {
        let words = ["sign", &text("id"), "--fingerprint", &text("fingerprint")];
        desk.ok_as(name, &words);
    }
    let waits = status("alice")["enrolments"][0].clone();
    assert_eq!(
        (&waits["name"], &waits["seq"]),
        (&"mallory".into(), &added["seq"])
    );
    assert_eq!(waits["next"], "rootkeep -i THEIR.key custodian accept");
    let own = status("mallory")["enrolments"][0]["next"].clone();
    typed(&desk, &own, &["--code", &desk.code()]).succeeded();
    assert_eq!(status("alice")["enrolments"], Value::Array(Vec::new()));

    desk.quorum("engineers", &["alice", "bob", "mallory"]);
    let reshare = status("alice")["reshare"].clone();
    assert_eq!(names(&reshare), [PASSWORD]);
    assert_eq!(reshare[0]["without"], serde_json::json!(["mallory"]));
    typed(&desk, &reshare[0]["next"], &[]).succeeded();
    desk.fed("alice", &again, b"newer").succeeded();
    assert_eq!(status("alice")["reshare"], Value::Array(Vec::new()));
    let text = desk.ok_as("bob", &["-L", "acme.ledger", "status"]).out;
    let line = "unconfirmed  111122223333/password epoch 3: rootkeep -L acme.ledger -i bob.key secret confirm 111122223333/password --epoch 3";
    assert!(text.contains(line), "{text}");
}

/// A ledger whose clock was four days ago, with the password sealed to the first three.
fn in_the_past() -> World {
    let mut world = World::of_people(3);
    let now = rootkeep::ledger::Clock::now(&rootkeep::ledger::SystemClock).unwrap();
    world.clock.set(now.seconds() - 4 * 86_400);
    let cards = world
        .people
        .iter()
        .map(|person| {
            (
                person.card.clone(),
                person.part.clone(),
                person.personal.clone(),
            )
        })
        .collect();
    world.id = Some(world.found(3, cards).unwrap());
    let genesis = world.genesis();
    world.sign_all(genesis, &[1, 2]);
    world.quorum("engineers", 2, &[0, 1, 2]);
    world.import(0);
    world.seal(0, PASSWORD, Some("engineers"), b"pw").unwrap();
    world
}

/// Runs the program on a ledger that was made in process.
fn of_world(world: &World, place: usize, words: &[&str]) -> Run {
    let mut command = Command::new(PROGRAM);
    let output = command
        .current_dir(world.dir.path())
        .env_clear()
        .env("HOME", world.dir.path().join("home"))
        .stdin(Stdio::null())
        .arg("-i")
        .arg(world.identity(place))
        .args(words)
        .output()
        .unwrap();
    Run {
        typed: words.join(" "),
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn what_appends_says_what_it_appended() {
    let desk = Desk::of_people();
    let mut words = vec![
        "--json",
        "init",
        "acme.ledger",
        "--name",
        "Acme",
        "--threshold",
        "3",
    ];
    let cards: Vec<String> = FOUNDERS.iter().map(|name| format!("{name}.card")).collect();
    for card in &cards {
        words.extend(["--card", card]);
    }
    let run = desk.ok_as("alice", &words);
    let founded = run.json();
    has(&founded, &APPENDED);
    has(&founded, &["ledger", "code", "directory"]);
    assert_eq!(
        (&founded["seq"], &founded["needs"]),
        (&0.into(), &4.into()),
        "{run:?}"
    );
    assert_eq!(
        (&founded["kind"], &founded["effective"]),
        (&"genesis".into(), &false.into())
    );
    assert_eq!(founded["checkpoint"]["size"], 3);

    let code = founded["code"].as_str().unwrap();
    for (name, needs) in [("bob", 3), ("carol", 2), ("dave", 1), ("erin", 0)] {
        let signed = appended(
            &desk.run_as(name, &["--json", "sign", "genesis", "--code", code]),
            "sign",
        );
        assert_eq!(
            (&signed["needs"], &signed["effective"]),
            (&needs.into(), &(needs == 0).into())
        );
    }
    let define = [
        "--json",
        "quorum",
        "define",
        "engineers",
        "--threshold",
        "2",
        "--member",
        "alice",
        "--member",
        "bob",
    ];
    let proposed = appended(&desk.run_as("alice", &define), "quorum.define");
    assert_eq!(
        (&proposed["effective"], &proposed["needs"]),
        (&false.into(), &3.into())
    );
    has(&proposed, &["quorum"]);
    let id = proposed["id"].as_str().unwrap();
    for (name, needs) in [("bob", 2), ("carol", 1), ("dave", 0)] {
        let signed = appended(&desk.run_as(name, &["--json", "sign", id]), "sign");
        assert_eq!(
            signed["needs"], needs,
            "of the subject, not of the sign-off"
        );
        assert_eq!(signed["subject"], proposed["leaf"]);
    }

    let alice = |words: &[&str], kind| appended(&desk.run_as("alice", words), kind);
    let imported = alice(
        &[
            "--json",
            "account",
            "import",
            "--organizations",
            ORGANIZATIONS,
        ],
        "account.import",
    );
    assert!(imported["added"].as_u64().unwrap() > 0);
    let again = desk
        .ok_as(
            "alice",
            &[
                "--json",
                "account",
                "import",
                "--organizations",
                ORGANIZATIONS,
            ],
        )
        .json();
    assert_eq!(
        (&again["added"], &again["seq"]),
        (&0.into(), &Value::Null),
        "nothing new is no entry"
    );
    let sealed = alice(
        &[
            "--json",
            "seal",
            PASSWORD,
            "--quorum",
            "engineers",
            "--generate",
            "24",
            "--show-once",
        ],
        "seal",
    );
    has(&sealed, &["secret", "name", "epoch", "quorum", "holders"]);
    assert_eq!(sealed["shown_once"].as_str().unwrap().len(), 24);
    let hidden = alice(&["--json", "seal", PASSWORD, "--generate", "24"], "seal");
    assert_eq!(
        (&hidden["epoch"], &hidden["shown_once"]),
        (&2.into(), &Value::Null)
    );
    alice(
        &["--json", "secret", "confirm", PASSWORD, "--epoch", "1"],
        "secret.confirm",
    );
    let proposed = alice(
        &["--json", "policy", "set", "--pending-days", "20"],
        "policy.set",
    );
    alice(
        &["--json", "withdraw", proposed["id"].as_str().unwrap()],
        "withdraw",
    );
    let proposed = alice(
        &[
            "--json", "secret", "destroy", PASSWORD, "--epoch", "2", "--reason", "unused",
        ],
        "secret.destroy",
    );
    alice(
        &[
            "--json",
            "reject",
            proposed["id"].as_str().unwrap(),
            "--reason",
            "no",
        ],
        "reject",
    );
    alice(
        &[
            "--json",
            "custodian",
            "away",
            "bob",
            "--from",
            "2031-01-01",
            "--to",
            "2031-01-09",
        ],
        "custodian.away",
    );
    alice(
        &["--json", "custodian", "retire", "erin", "--lost"],
        "custodian.retire",
    );
    let added = alice(
        &[
            "--json",
            "custodian",
            "add",
            "mallory.card",
            "--role",
            "holder",
        ],
        "custodian.add",
    );
    has(&added, &["custodian", "fingerprint"]);
    let (id, words) = (
        added["id"].as_str().unwrap(),
        added["fingerprint"].as_str().unwrap(),
    );
    for name in ["alice", "bob", "carol"] {
        appended(
            &desk.run_as(name, &["--json", "sign", id, "--fingerprint", words]),
            "sign",
        );
    }
    let accepted = appended(
        &desk.run_as(
            "mallory",
            &["--json", "custodian", "accept", "--code", code],
        ),
        "custodian.accept",
    );
    assert_eq!(
        (&accepted["effective"], &accepted["needs"]),
        (&true.into(), &0.into())
    );
    alice(
        &[
            "--json",
            "correct",
            "genesis",
            "--reason",
            "typing error",
            "--text",
            "Acme Ltd",
        ],
        "correct",
    );
    desk.write("note.txt", b"a file");
    alice(&["--json", "attach", "genesis", "note.txt"], "attach");

    let asked = alice(
        &["--json", "request", PASSWORD, "--purpose", "Test"],
        "request",
    );
    has(&asked, &["operator", "call"]);
    assert_eq!(asked["needs"], 2);
    let call = &asked["call"][0];
    has(call, &["name", "secrets"]);
    for field in ["contact", "local_time", "away_until"] {
        assert!(call.get(field).is_some(), "no `{field}` in {call}");
    }
    let id = asked["id"].as_str().unwrap();
    for name in ["alice", "bob"] {
        appended(&desk.run_as(name, &["--json", "sign", id]), "sign");
    }
    let shown = alice(&["--json", "reveal", id], "reveal");
    assert_eq!(shown["secret"], sealed["shown_once"]);
    has(&shown, &["request", "name", "bad"]);
    let shown = alice(&["--json", "reveal", id, "--out", "pw"], "reveal");
    assert_eq!(
        (&shown["file"], &shown["secret"]),
        (&"pw".into(), &Value::Null)
    );
    alice(
        &["--json", "close", id, "--outcome", "used", "--note", "done"],
        "close",
    );
    let report = desk.ok_as("erin", &["--json", "verify"]).json();
    assert_eq!(report["ok"], true, "{report}");
}

#[test]
fn what_only_looks_has_its_fields() {
    let desk = Desk::ready();
    let request = desk.request(&[PASSWORD, MFA]);
    let look = |words: &[&str], fields: &[&str]| {
        let mut all = vec!["--json"];
        all.extend(words);
        let value = desk.ok_as("alice", &all).json();
        has(&value, fields);
        value
    };
    let genesis = look(
        &["show", "genesis"],
        &["code", "ledger", "founders", "signed", "active"],
    );
    assert_eq!(
        genesis["code"].as_str().unwrap().split_whitespace().count(),
        12
    );
    let status = look(
        &["status"],
        &[
            "ledger",
            "entries",
            "accounts",
            "secrets",
            "custodians",
            "active",
            "pending",
            "due",
            "overdue",
        ],
    );
    assert_eq!(
        (&status["secrets"], &status["custodians"]),
        (&2.into(), &5.into())
    );
    has(
        &status["pending"][0],
        &["id", "seq", "what", "state", "until"],
    );
    assert!(request.starts_with(status["pending"][0]["id"].as_str().unwrap()));
    let report = look(
        &["verify"],
        &[
            "entries",
            "signatures",
            "root",
            "ok",
            "problems",
            "clock_went_back",
            "rebuilt",
        ],
    );
    assert_eq!(
        (&report["ok"], &report["problems"]),
        (&true.into(), &Value::Array(Vec::new()))
    );
    let log = look(&["log"], &["entries"]);
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(
        u64::try_from(entries.len()).unwrap(),
        status["entries"].as_u64().unwrap()
    );
    has(
        &entries[0],
        &["seq", "id", "kind", "author", "made_at", "summary"],
    );
    assert!(
        entries[0]["made_at"].as_str().unwrap().ends_with('Z'),
        "UTC, RFC 3339"
    );
    let found = look(&["find", "support PLAN"], &["entries"]);
    assert_eq!(found["entries"][0]["id"], request.as_str());
    let entry = look(
        &["show", &request],
        &[
            "seq", "id", "leaf", "kind", "author", "made_at", "summary", "facts", "personal",
            "state",
        ],
    );
    assert_eq!(entry["state"], "waiting");
    look(&["show", "genesis", "--proof"], &["seq", "proof"]);
    look(&["show", "genesis", "--envelope"], &["seq", "envelope"]);
    has(
        &look(&["custodian", "list"], &["custodians"])["custodians"][0],
        &["id", "name", "roles", "state", "recipient"],
    );
    look(
        &["custodian", "show", "bob"],
        &["id", "name", "roles", "state", "fingerprint", "quorums"],
    );
    has(
        &look(&["quorum", "list"], &["quorums"])["quorums"][0],
        &["id", "name", "groups", "groups_needed"],
    );
    look(
        &["policy", "show"],
        &[
            "revision",
            "pending_days",
            "request_hours",
            "window_max_secs",
        ],
    );
    has(
        &look(&["account", "list"], &["accounts"])["accounts"][0],
        &["id", "name", "email", "state"],
    );
    look(
        &["account", "show", "111122223333"],
        &["id", "name", "secrets"],
    );
    has(
        &look(&["secret", "list"], &["secrets"])["secrets"][0],
        &["id", "name", "quorum", "epoch", "holders", "proven"],
    );
    look(
        &["secret", "show", PASSWORD],
        &["id", "name", "quorum", "default_epoch", "epochs"],
    );
    let head = look(&["checkpoint"], &["checkpoint", "note"]);
    has(&head["checkpoint"], &["size", "root"]);
    assert_eq!(head["checkpoint"]["root"], report["root"]);
    look(&["checkpoint", "--vkey"], &["log", "custodians"]);
    look(
        &["card", "show", "bob.card"],
        &["id", "name", "recipient", "fingerprint"],
    );
    look(&["shares", "export", "--out", "shares"], &["files"]);
    look(&["man", "--out", "man"], &["directory"]);
    look(
        &["identity", "new", "fay", "--out", ".", "--plain"],
        &["name", "key", "card", "recipient", "fingerprint"],
    );
}

#[test]
fn one_quorum_is_shown_with_what_is_sealed_to_it() {
    let desk = Desk::ready();
    let show = |name: &str| {
        let run = desk.ok_as("erin", &["--json", "quorum", "show", name]);
        run.json()
    };
    let list = desk.ok_as("erin", &["--json", "quorum", "list"]).json();
    for (at, (name, secrets)) in [("board", vec![MFA]), ("engineers", vec![PASSWORD])]
        .into_iter()
        .chain([("governance", vec![])])
        .enumerate()
    {
        let shown = show(name);
        for field in ["id", "name", "groups_needed", "groups"] {
            assert_eq!(shown[field], list["quorums"][at][field], "{name}");
        }
        assert_eq!(shown["secrets"], serde_json::json!(secrets));
        has(&shown, &["since"]);
    }
    let text = desk.ok_as("erin", &["quorum", "show", "engineers"]).out;
    assert!(text.contains("2 of alice, bob, carol"), "{text}");
    desk.refused("erin", &["quorum", "show", "zed"], 5, "no-quorum");
}

#[test]
fn requests_are_listed_by_where_they_stand() {
    let desk = Desk::ready();
    let list = |words: &[&str]| -> Vec<Value> {
        let all = [&["--json", "request", "list"], words].concat();
        let listed = desk.ok_as("dave", &all).json();
        listed["requests"].as_array().unwrap().clone()
    };
    assert!(list(&[]).is_empty());
    let closed = desk.released();
    let words = ["close", &closed, "--outcome", "unused", "--note", "x"];
    desk.ok_as("alice", &words);
    let withdrawn = desk.request(&[PASSWORD]);
    desk.ok_as("alice", &["withdraw", &withdrawn]);
    let effective = desk.released();
    let waiting = desk.request(&[PASSWORD, MFA]);
    let states = ["closed", "withdrawn", "effective", "waiting"];
    let all = list(&[]);
    for (place, (id, state)) in [&closed, &withdrawn, &effective, &waiting]
        .into_iter()
        .zip(states)
        .enumerate()
    {
        let request = &all[place];
        assert_eq!(
            (&request["id"], &request["state"]),
            (&id.as_str().into(), &state.into())
        );
        let open = ["effective", "waiting"].contains(&state);
        assert_eq!(request["until"].is_string(), open, "{request}");
        assert_eq!(list(&["--state", state]), std::slice::from_ref(request));
        let shown = desk.ok_as("dave", &["--json", "show", id]).json();
        assert_eq!(shown["state"], state, "as `show` says");
    }
    let request = &all[3];
    assert_eq!(request["secrets"], serde_json::json!([PASSWORD, MFA]));
    assert_eq!(request["purpose"], "Change the support plan");
    assert_eq!(
        (&request["author"], &request["operator"]),
        (&"alice".into(), &"alice".into())
    );
    assert_eq!(list(&["--state", "waiting", "--state", "closed"]).len(), 2);
    // What waits under a quorum that was set anew has lapsed.
    desk.quorum("board", &["dave", "erin", "bob"]);
    assert_eq!(list(&["--state", "lapsed"])[0]["id"], waiting.as_str());
    let text = desk.ok_as("dave", &["request", "list"]).out;
    assert_eq!(text.lines().count(), 5, "{text}");
    desk.refused("dave", &["request", "list", "--state", "frob"], 2, "usage");
    desk.refused("alice", &["request", "--purpose", "x"], 2, "usage");
    desk.refused("alice", &["request", PASSWORD, "list"], 2, "bad-secret");
}

#[test]
fn an_attached_file_comes_back_whole_or_not_at_all() {
    let desk = Desk::ready();
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    desk.write("minutes.pdf", &bytes);
    let attach = [
        "--json",
        "attach",
        "genesis",
        "minutes.pdf",
        "--media",
        "application/pdf",
    ];
    let attached = desk.ok_as("alice", &attach).json();
    let id = attached["id"].as_str().unwrap();
    for (typed, file) in [(id, "one"), ("genesis", "two")] {
        let words = ["--json", "attachment", "get", typed, "--out", file];
        let got = desk.ok_as("erin", &words).json();
        assert_eq!(
            (&got["seq"], &got["id"]),
            (&attached["seq"], &attached["id"])
        );
        assert_eq!(
            (&got["name"], &got["media"]),
            (&"minutes.pdf".into(), &"application/pdf".into())
        );
        assert_eq!(
            (&got["bytes"], &got["file"]),
            (&70_000.into(), &file.into())
        );
        assert_eq!(fs::read(desk.path(file)).unwrap(), bytes);
        let mode = fs::metadata(desk.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    desk.refused(
        "erin",
        &["attachment", "get", id, "--out", "one"],
        3,
        "exists",
    );
    desk.refused(
        "erin",
        &["attachment", "get", "#1", "--out", "new"],
        5,
        "no-attachment",
    );
    desk.ok_as("alice", &["attach", "genesis", "minutes.pdf"]);
    let words = ["attachment", "get", "genesis", "--out", "new"];
    let error = desk.refused("erin", &words, 2, "ambiguous");
    assert_eq!(error["hints"].as_array().unwrap().len(), 2, "{error}");
    // Other bytes than those that were signed are not handed out.
    let raw = desk.raw("alice");
    raw.execute(
        "UPDATE blob SET bytes = x'00' WHERE length(bytes) = 70000",
        [],
    )
    .unwrap();
    drop(raw);
    let words = ["attachment", "get", id, "--out", "new"];
    desk.refused("erin", &words, 4, "blob-mismatch");
    assert!(!desk.path("new").exists());
}

#[test]
fn one_time_codes_and_recovered_keys_have_their_fields() {
    let desk = Desk::ready();
    let request = desk.request(&[MFA]);
    desk.ok_as("dave", &["sign", &request]);
    desk.ok_as("erin", &["sign", &request]);
    let shown = appended(
        &desk.run_as("alice", &["--json", "reveal", &request, "--totp"]),
        "reveal",
    );
    for code in ["code", "next_code"] {
        let digits = shown[code].as_str().unwrap();
        assert!(
            digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()),
            "{shown}"
        );
    }
    assert!(
        (1..=30).contains(&shown["seconds_left"].as_u64().unwrap()),
        "{shown}"
    );
    assert_eq!(
        shown["secret"],
        Value::Null,
        "a code is shown, not the seed"
    );

    let words: Vec<String> = ["alice", "bob"]
        .map(|name| share_words(&desk, name))
        .to_vec();
    let run = desk.fed("alice", &["--json", "recover"], words.join("\n").as_bytes());
    let recovered = run.clone().succeeded().json();
    assert_eq!(recovered["key"].as_str().unwrap().len(), 64, "{run:?}");
    assert_eq!(
        (&recovered["shares"], &recovered["wrong"]),
        (&2.into(), &Value::Array(Vec::new()))
    );
    let run = desk.fed("alice", &["recover"], words.join("\n").as_bytes());
    assert_eq!(
        run.out.trim(),
        recovered["key"].as_str().unwrap(),
        "the key alone is data"
    );
    desk.fed("alice", &["--json", "recover"], words[0].as_bytes())
        .error(4, "cannot-combine");
}

/// The words of somebody's share of the password, as `age -d` would show them.
fn share_words(desk: &Desk, name: &str) -> String {
    let out = format!("shares-of-{name}");
    desk.ok_as(name, &["shares", "export", "--out", &out]);
    let host = world::host();
    let identity = Identity::load(&desk.path(&format!("{name}.key")), &host).unwrap();
    fs::read_dir(desk.path(&out))
        .unwrap()
        .flatten()
        .filter_map(|entry| identity.decrypt(&fs::read(entry.path()).unwrap()).ok())
        .filter_map(|bytes| SecretText::from_utf8(&bytes))
        .map(|text| text.expose().trim().to_owned())
        .find(|text| text.split(' ').count() == 33)
        .unwrap()
}

#[test]
fn quiet_silences_hints_and_never_warnings_or_data() {
    let desk = Desk::ready();
    // A newer epoch that nobody has confirmed is warned of.
    desk.ok_as("alice", &["secret", "confirm", PASSWORD, "--epoch", "1"]);
    let seal = desk.fed("alice", &["-q", "seal", PASSWORD, "--stdin"], b"new");
    assert_eq!(seal.succeeded().err, "");
    let ask = ["request", PASSWORD, "--purpose", "x"];
    let quiet = desk.ok_as("alice", &[&["-q"], &ask[..]].concat());
    let warned = "warning: 111122223333/password has a newer epoch 2";
    assert!(quiet.err.starts_with(warned), "{quiet:?}");
    assert_eq!(quiet.err.lines().count(), 1, "{quiet:?}");
    let json = desk
        .ok_as("alice", &[&["--json"], &ask[..]].concat())
        .json();
    assert_eq!(json["warnings"].as_array().unwrap().len(), 1, "{json}");
    let confirm = ["secret", "confirm", PASSWORD, "--epoch", "1"];
    let quiet = desk.ok_as("bob", &[&["-q"], &confirm[..]].concat());
    assert!(quiet.err.starts_with("warning: "), "{quiet:?}");
    let json = desk
        .ok_as("carol", &[&["--json"], &confirm[..]].concat())
        .json();
    assert_eq!(json["warnings"].as_array().unwrap().len(), 1, "{json}");
    // What a preview shows is what was asked for.
    let one = r#"{"Accounts":[{"Id":"999988887777","Arn":"arn:aws:organizations::999988887777:account/o-aaaaaaaaaa/999988887777","Email":"a@example.com","Name":"A","Status":"ACTIVE","JoinedMethod":"CREATED","JoinedTimestamp":"2020-01-01T00:00:00Z"}]}"#;
    desk.write("one", one.as_bytes());
    let words = [
        "-q",
        "account",
        "import",
        "--organizations",
        "one",
        "--preview",
    ];
    let shown = desk.ok_as("alice", &words);
    assert!(
        shown.out.contains("999988887777") && shown.err.is_empty(),
        "{shown:?}"
    );
    // Without a pin, nothing shows that this is the newest copy.
    for name in desk.files() {
        if name.starts_with("bob.key.") {
            fs::remove_file(desk.path(&name)).unwrap();
        }
    }
    let status = desk.ok_as("bob", &["-q", "status"]);
    assert!(
        status.err.starts_with("warning: you have no pin"),
        "{status:?}"
    );
}

#[test]
fn exported_shares_are_named_after_their_secret() {
    let desk = Desk::ready();
    let seal = [
        "seal",
        "mailbox:root/note:old",
        "--quorum",
        "engineers",
        "--stdin",
    ];
    desk.fed("alice", &seal, b"x").succeeded();
    let export = ["--json", "shares", "export", "--out", "shares"];
    let files = desk.ok_as("bob", &export).json()["files"].clone();
    assert_eq!(
        files,
        serde_json::json!([
            "111122223333_password-0000000001-00-01.age",
            "111122223333_password-0000000001-payload.age",
            "mailbox.root_note.old-0000000001-00-01.age",
            "mailbox.root_note.old-0000000001-payload.age",
        ])
    );
    for file in files.as_array().unwrap() {
        let path = format!("shares/{}", file.as_str().unwrap());
        assert!(desk.path(&path).exists(), "{path}");
    }
}

#[test]
fn data_goes_to_stdout_and_talk_to_stderr() {
    let desk = Desk::ready();
    let loud = desk.ok_as("alice", &["request", PASSWORD, "--purpose", "Test"]);
    assert!(loud.out.contains("requested: "), "{loud:?}");
    assert!(loud.err.contains("Call, to sign:"), "{loud:?}");
    let quiet = desk.ok_as("alice", &["-q", "request", PASSWORD, "--purpose", "Test"]);
    assert!(
        quiet.out.contains("requested: ") && quiet.err.is_empty(),
        "{quiet:?}"
    );
    let id = quiet
        .out
        .lines()
        .next()
        .unwrap()
        .strip_prefix("requested: ")
        .unwrap()
        .to_owned();
    desk.ok_as("bob", &["-q", "sign", &id]);
    desk.ok_as("carol", &["-q", "sign", &id]);
    let shown = desk.ok_as("alice", &["reveal", &id]);
    assert_eq!(
        shown.out,
        format!("{PLAINTEXT}\n"),
        "the secret, and only the secret, is data"
    );
    assert!(shown.err.contains("recorded as entry"), "{shown:?}");
    let help = desk.ok(&["seal", "--help"]);
    assert!(
        help.err.is_empty() && help.out.contains("Usage: rootkeep seal"),
        "{help:?}"
    );
}

#[test]
fn without_a_terminal_a_missing_value_is_an_error_that_names_the_flag() {
    let desk = Desk::ready();
    let request = desk.request(&[PASSWORD]);
    for (words, flag) in [
        (vec!["request", PASSWORD], "--purpose"),
        (vec!["reject", &request], "--reason"),
        (vec!["close", &request, "--outcome", "unused"], "--note"),
        (vec!["correct", &request, "--text", "x"], "--reason"),
        (vec!["correct", &request, "--reason", "x"], "--text"),
        (vec!["secret", "destroy", PASSWORD], "--reason"),
    ] {
        let error = desk.refused("alice", &words, 2, "missing-value");
        assert!(error["hints"].to_string().contains(flag), "{error}");
    }
    let added = desk
        .ok_as(
            "alice",
            &[
                "--json",
                "custodian",
                "add",
                "mallory.card",
                "--role",
                "keeper",
            ],
        )
        .json();
    let error = desk.refused(
        "bob",
        &["sign", added["id"].as_str().unwrap()],
        2,
        "missing-value",
    );
    assert!(
        error["hints"].to_string().contains("--fingerprint"),
        "{error}"
    );
    let error = desk
        .run(&["--json", "--batch", "status"])
        .error(2, "identity-needed");
    assert!(error["hints"].to_string().contains("-i FILE"), "{error}");
    let error = desk
        .run(&["--json", "--batch", "identity", "new", "fay", "--out", "."])
        .error(2, "passphrase-needed");
    assert!(error["hints"].to_string().contains("--plain"), "{error}");
    assert!(!desk.path("fay.card").exists());

    let desk = Desk::founded();
    let error = desk.refused("bob", &["sign", "genesis"], 3, "genesis-code-needed");
    assert!(error["hints"].to_string().contains("--code"), "{error}");
}

#[test]
fn others_at_the_keyboard_sign_at_once() {
    let desk = Desk::ready();
    let words = [
        "--json",
        "--batch",
        "request",
        PASSWORD,
        "--purpose",
        "x",
        "--with",
        "bob.key",
        "--with",
        "carol.key",
    ];
    let asked = appended(&desk.run_as("alice", &words), "request");
    assert_eq!(
        (&asked["effective"], &asked["needs"]),
        (&true.into(), &0.into())
    );
    let size = asked["checkpoint"]["size"].as_u64().unwrap();
    assert_eq!(
        size,
        asked["seq"].as_u64().unwrap() + 3,
        "the checkpoint is the last one's"
    );
    desk.ok_as("alice", &["reveal", asked["id"].as_str().unwrap()]);

    let request = desk.request(&[PASSWORD]);
    let signed = appended(
        &desk.run_as("bob", &["--json", "sign", &request, "--with", "carol.key"]),
        "sign",
    );
    assert_eq!(
        (&signed["effective"], &signed["needs"]),
        (&true.into(), &0.into())
    );
}

#[test]
fn a_second_person_who_cannot_sign_does_not_hide_what_was_entered() {
    let desk = Desk::ready();
    let before = desk.entries().unwrap();
    let words = [
        "--json",
        "--batch",
        "request",
        PASSWORD,
        "--purpose",
        "x",
        "--with",
        "zed.key",
    ];
    let error = desk.run_as("alice", &words).error(5, "no-identity");
    assert_eq!(desk.entries(), Some(before + 1));
    let log = desk
        .ok_as("alice", &["--json", "log", "--kind", "request"])
        .json();
    let id = log["entries"][0]["id"].as_str().unwrap();
    assert!(
        error["hints"]
            .to_string()
            .contains(&format!("rootkeep sign {}", &id[..8])),
        "{error}"
    );
}

#[test]
fn the_ledger_is_the_only_one_here_or_the_environments() {
    let desk = Desk::ready();
    let status = |here: &str, ledger: Option<&str>, words: &[&str]| {
        let mut all = vec!["--json", "-i"];
        let identity = desk.path("alice.key");
        all.push(identity.to_str().unwrap());
        all.extend(words);
        all.push("status");
        let mut command = desk.command(&all);
        command.current_dir(desk.path(here));
        if let Some(ledger) = ledger {
            command.env("ROOTKEEP_LEDGER", desk.path(ledger));
        }
        desk.finish(&all, command.output().unwrap())
    };
    fs::create_dir(desk.path("empty")).unwrap();
    copy(&desk.path("acme.ledger"), &desk.path("several/one.ledger"));
    copy(&desk.path("acme.ledger"), &desk.path("several/two.ledger"));
    fs::create_dir_all(desk.path("broken/no.ledger")).unwrap();
    status("", None, &[]).succeeded();
    status("empty", None, &[]).error(5, "not-a-ledger");
    status("empty", Some("acme.ledger"), &[]).succeeded();
    status("several", Some("acme.ledger"), &[]).succeeded();
    let error = status("several", None, &[]).error(2, "which-ledger");
    assert!(error["hints"].to_string().contains("one.ledger"), "{error}");
    status("several", None, &["-L", "two.ledger"]).succeeded();
    // The only one here comes first, as the flag comes before both.
    status("", Some("broken/no.ledger"), &[]).succeeded();
    status("broken", Some("acme.ledger"), &[]).error(5, "not-a-ledger");
    status("broken", None, &["-L", "../acme.ledger"]).succeeded();
}

#[test]
fn the_identity_is_the_flags_or_the_environments() {
    let desk = Desk::ready();
    let you = |words: &[&str]| {
        let mut command = desk.command(words);
        command.env("ROOTKEEP_IDENTITY", desk.path("bob.key"));
        desk.finish(words, command.output().unwrap())
            .succeeded()
            .json()["you"]
            .clone()
    };
    assert_eq!(you(&["--json", "status"]), "bob");
    assert_eq!(you(&["--json", "-i", "carol.key", "status"]), "carol");
}

#[test]
fn a_secret_is_nowhere_but_where_it_was_asked_for() {
    let desk = Desk::ready();
    let mut secrets: BTreeSet<String> = BTreeSet::from([
        PLAINTEXT.to_owned(),
        "THISXISXANXEXAMPLEXSEEDXFROMXROOTKEEPXITXPROTECTSXNOTHINGXATXALL".to_owned(),
        desk.data_key("alice").to_hex().expose().to_owned(),
    ]);
    for name in ["alice", "bob", "carol"] {
        // Any four words in a row give a share away.
        let words = share_words(&desk, name);
        let words: Vec<&str> = words.split(' ').collect();
        secrets.extend(words.windows(4).map(|four| four.join(" ")));
    }
    // A whole release, in both kinds of output, with all its mistakes.
    let json = |json: bool, words: &[&str]| -> Vec<String> {
        let all = words.iter().map(|word| (*word).to_owned());
        if json {
            std::iter::once("--json".to_owned()).chain(all).collect()
        } else {
            all.collect()
        }
    };
    for form in [false, true] {
        let say = |name: &str, words: &[&str]| {
            let words = json(form, words);
            desk.run_as(name, &words.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let id = desk.request(&[PASSWORD, MFA]);
        say("alice", &["reveal", &id, PASSWORD]);
        for name in ["bob", "carol", "dave", "erin", "bob", "alice"] {
            say(name, &["sign", &id]);
        }
        say("alice", &["reveal", &id, MFA, "--totp"]);
        say("alice", &["reveal", &id, PASSWORD, "--totp"]);
        say("bob", &["reveal", &id, PASSWORD]);
        say(
            "alice",
            &[
                "reveal",
                &id,
                PASSWORD,
                "--out",
                if form { "pw-1" } else { "pw-2" },
            ],
        );
        say("alice", &["reveal", &id, PASSWORD, "--out", "pw-1"]);
        for words in [
            ["show", &id].as_slice(),
            &["log"],
            &["log", "--raw"],
            &["log", "--checkpoints"],
            &["status"],
            &["verify"],
            &["secret", "list"],
            &["secret", "show", PASSWORD],
            &["secret", "show", MFA],
            &["checkpoint"],
            &["account", "show", "111122223333"],
            &["find", "support"],
            &["show", &id, "--envelope"],
        ] {
            assert_eq!(say("alice", words).code, 0, "{words:?}");
        }
        let words = json(form, &["close", &id, "--outcome", "used", "--note", "x"]);
        desk.ok_as(
            "alice",
            &words.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    let revealed = ["pw-1", "pw-2"];
    for run in desk.said() {
        for secret in &secrets {
            let said = run.all().replace('\n', " ");
            assert!(
                !said.contains(secret.as_str()),
                "`{secret}` was said: {run:?}"
            );
        }
    }
    for name in desk.files() {
        let path = desk.path(&name);
        if path.is_dir() || revealed.contains(&name.as_str()) {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for secret in &secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "`{secret}` is in {name}");
        }
    }
    for name in revealed {
        assert_eq!(fs::read_to_string(desk.path(name)).unwrap(), PLAINTEXT);
    }
}

#[test]
fn a_mistyped_secret_is_not_repeated_in_the_error() {
    let desk = Desk::ready();
    let seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX0";
    let uri = format!("otpauth://totp/AWS:root?secret={seed}");
    let mut words = ["alice", "bob"].map(|name| share_words(&desk, name));
    let last = words[1].rsplit(' ').next().unwrap().to_owned();
    words[1] = words[1].replacen(&last, "zzzfrob", 1);
    let key = fs::read_to_string(desk.path("alice.key")).unwrap();
    let line = key.lines().last().unwrap();
    let broken = line.replacen("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1B", 1);
    desk.write("broken.key", broken.as_bytes());
    let seal = [
        "seal",
        "111122223333/mfa-seed:second",
        "--quorum",
        "board",
        "--otpauth-stdin",
    ];
    for json in [vec![], vec!["--json"]] {
        let with = |words: &[&'static str]| [json.as_slice(), words].concat();
        let runs = [
            desk.fed("alice", &with(&seal), uri.as_bytes()),
            desk.fed(
                "alice",
                &with(&["seal", MFA, "--stdin"]),
                PLAINTEXT.as_bytes(),
            ),
            desk.fed("alice", &with(&["recover"]), words.join("\n").as_bytes()),
            desk.run_as("broken", &with(&["status"])),
        ];
        for run in runs {
            assert!([2, 4].contains(&run.code), "{run:?}");
            for secret in [seed, PLAINTEXT, "zzzfrob", &words[0][..40], &broken[20..40]] {
                assert!(!run.all().contains(secret), "`{secret}` was said: {run:?}");
            }
        }
    }
}
