//! Exit codes (docs/cli.md): each means one thing, whatever the command.

use super::*;
use crate::world::World;

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

/// A ledger whose clock was four days ago, with the password sealed to the first three.
pub fn in_the_past() -> World {
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
pub fn of_world(world: &World, place: usize, words: &[&str]) -> Run {
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
