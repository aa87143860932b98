//! `backup`, `restore`, `copy`, `compare`, pins on paper: what scripts and people are told.

use super::*;

fn copied(desk: &Desk) {
    desk.ok_as("alice", &["copy", "--out", "site-b.ledger"]);
}

#[test]
fn a_backup_says_what_it_is_and_what_else_is_needed() {
    let desk = Desk::ready();
    let entries = desk.entries().unwrap();
    let never = desk.ok_as("bob", &["--json", "status"]).json();
    assert!(never["backup"].is_null() && never["restore_drill"].is_null());
    let text = desk.ok_as("bob", &["status"]).out;
    assert!(text.contains("last backup  never\n"), "{text}");

    let made = desk
        .ok_as("alice", &["--json", "backup", "--out", "b.tar"])
        .json();
    assert_eq!(made["head"]["size"], entries);
    assert_eq!(made["opens_with"].as_array().unwrap().len(), 5);
    assert_eq!(made["recovery"]["threshold"], 3);
    assert_eq!(made["recovery"]["holders"].as_array().unwrap().len(), 5);
    let bytes = fs::read(desk.path("b.tar")).unwrap();
    assert_eq!(made["bytes"], bytes.len());
    let digest = rootkeep::crypto::fixed::Digest::of(&bytes).to_hex();
    assert_eq!(made["digest"], digest);
    let mode = fs::metadata(desk.path("b.tar"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    // It is on record, in an entry of its own.
    has(
        &made["entry"],
        &["id", "seq", "kind", "leaf", "effective", "checkpoint"],
    );
    assert_eq!(made["entry"]["seq"], entries);
    let status = desk.ok_as("bob", &["--json", "status"]).json();
    assert_eq!(
        (&status["backup"]["seq"], &status["backup"]["size"]),
        (&entries.into(), &entries.into())
    );
    let text = desk.ok_as("bob", &["status"]).out;
    assert!(
        text.contains(&format!("(#{entries}), 0 entries since\n")),
        "{text}"
    );

    let tried = desk
        .ok_as(
            "bob",
            &["--json", "-L", "acme.ledger", "restore", "b.tar", "--drill"],
        )
        .json();
    assert_eq!(
        (&tried["missing"], &tried["entry"]["kind"]),
        (&1.into(), &"backup.confirm".into())
    );
    assert_eq!(tried["digest"], digest);
    let status = desk.ok_as("bob", &["--json", "status"]).json();
    assert_eq!(status["restore_drill"]["size"], entries);

    let quiet = desk
        .ok_as(
            "alice",
            &["--json", "backup", "--unrecorded", "--out", "c.tar"],
        )
        .json();
    assert!(quiet["entry"].is_null());
    assert_eq!(desk.entries(), Some(entries + 2));
    let text = desk.ok_as("alice", &["backup", "--out", "d.tar"]).out;
    for word in [
        "opened again from the file",
        "the identity of one of alice, ",
        "the shares of 3 of",
    ] {
        assert!(text.contains(word), "{text}");
    }
    desk.refused("alice", &["backup", "--out", "b.tar"], 3, "exists");
    assert_eq!(fs::read(desk.path("b.tar")).unwrap(), bytes);
}

#[test]
fn what_is_restored_is_compared_with_what_one_has_seen() {
    let desk = Desk::ready();
    desk.ok_as("alice", &["backup", "--unrecorded", "--out", "acme-1.tar"]);
    let made = desk
        .ok_as("alice", &["--json", "restore", "acme-1.tar"])
        .json();
    assert_eq!(
        (&made["directory"], &made["pin"]),
        (&"acme-1.ledger".into(), &"continues".into())
    );
    assert_eq!(
        made["code"],
        desk.ok_as("alice", &["-L", "acme.ledger", "--json", "show", "genesis"])
            .json()["code"]
    );
    fs::remove_dir_all(desk.path("acme-1.ledger")).unwrap();
    desk.request(&[PASSWORD]);
    let run = desk.ok_as("alice", &["restore", "acme-1.tar", "--out", "again.ledger"]);
    assert!(
        run.err
            .contains("warning: THE BACKUP IS OLDER THAN WHAT YOU HAVE SEEN"),
        "{run:?}"
    );
    let made = desk
        .ok_as(
            "alice",
            &["--json", "restore", "acme-1.tar", "--out", "third.ledger"],
        )
        .json();
    assert_eq!(
        (&made["pin"], &made["missing"]),
        (&"older".into(), &1.into())
    );
    assert!(made["warnings"][0].as_str().unwrap().contains("entry #"));
    desk.run_as("alice", &["-L", "again.ledger", "--json", "status"])
        .error(4, "rolled-back");
    desk.run_as(
        "mallory",
        &["--json", "restore", "acme-1.tar", "--out", "x"],
    )
    .error(3, "not-a-member");
    desk.write("junk.tar", b"junk");
    for (words, exit, code) in [
        (vec!["restore", "junk.tar"], 4, "bad-backup"),
        (vec!["restore", "none.tar"], 5, "no-file"),
        (
            vec!["restore", "acme-1.tar", "--out", "again.ledger"],
            3,
            "exists",
        ),
        (
            vec!["restore", "acme-1.tar", "--out", "no/such/x.ledger"],
            1,
            "cannot-write",
        ),
    ] {
        let mut all = vec!["--json"];
        all.extend(&words);
        desk.run_as("alice", &all).error(exit, code);
    }
    let left: Vec<String> = desk
        .files()
        .into_iter()
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_copy_says_that_it_is_one_until_governance_makes_it_the_writer() {
    let desk = Desk::ready();
    let made = desk
        .ok_as("alice", &["--json", "copy", "--out", "site-b.ledger"])
        .json();
    assert!(made["before"].is_null());
    let size = made["head"]["size"].as_u64().unwrap();
    let again = desk
        .ok_as(
            "alice",
            &[
                "-L",
                "acme.ledger",
                "--json",
                "copy",
                "--out",
                "site-b.ledger",
            ],
        )
        .json();
    assert_eq!(again["before"], size);
    let b = |name: &str, words: &[&str]| {
        let mut all = vec!["-L", "site-b.ledger", "--json"];
        all.extend(words);
        desk.run_as(name, &all)
    };
    assert_eq!(b("alice", &["status"]).json()["copy"], true);
    assert_eq!(b("alice", &["verify"]).json()["ok"], true);
    let text = desk.ok_as("alice", &["-L", "site-b.ledger", "status"]).out;
    assert!(text.contains("a read-only copy"), "{text}");
    b("alice", &["request", PASSWORD, "--purpose", "x"]).error(3, "copy");
    b("alice", &["checkpoint", "--cosign"]).error(3, "copy");
    let unrecorded = b("alice", &["backup", "--out", "of-b.tar"]).json();
    assert!(
        unrecorded["entry"].is_null() && !unrecorded["warnings"].as_array().unwrap().is_empty()
    );
    desk.run_as("alice", &["-L", "acme.ledger", "--json", "copy"])
        .error(2, "out-needed");
    desk.run_as("alice", &["-L", "acme.ledger", "--json", "copy", "promote"])
        .error(3, "not-a-copy");

    let proposed = b(
        "alice",
        &[
            "copy",
            "promote",
            "--with",
            "alice.key",
            "--with",
            "bob.key",
            "--with",
            "dave.key",
        ],
    )
    .json();
    assert_eq!(
        (&proposed["kind"], &proposed["effective"]),
        (&"copy.promote".into(), &true.into())
    );
    assert_eq!(b("alice", &["status"]).json()["copy"], false);
    b("alice", &["request", PASSWORD, "--purpose", "x"])
        .clone()
        .succeeded();

    // Erin was not there; the old writer goes on, and is found out.
    desk.ok_as(
        "erin",
        &[
            "-L",
            "acme.ledger",
            "custodian",
            "away",
            "erin",
            "--from",
            "2030-01-01",
            "--to",
            "2030-01-02",
        ],
    );
    desk.run_as("alice", &["-L", "acme.ledger", "--json", "status"])
        .error(4, "rolled-back");
    let found = b("alice", &["compare", "acme.ledger", "--out", "proof"]);
    assert_eq!((found.code, found.err.as_str()), (4, ""), "{found:?}");
    let found = found.object();
    assert_eq!(
        (&found["state"], &found["first"]),
        (&"fork".into(), &size.into())
    );
    assert_eq!(found["differ"]["here"]["kind"], "copy.promote");
    assert_eq!(found["differ"]["there"]["kind"], "custodian.away");
    for side in ["here", "there"] {
        let note = fs::read_to_string(desk.path(&format!("proof/{side}.checkpoint"))).unwrap();
        assert_eq!(found["proof"][side], note);
    }
    let text = desk.run_as("alice", &["-L", "site-b.ledger", "compare", "acme.ledger"]);
    assert!(text.code == 4 && text.out.starts_with("FORK: "), "{text:?}");
}

#[test]
fn copies_backups_and_checkpoints_are_compared() {
    let desk = Desk::ready();
    copied(&desk);
    desk.ok_as(
        "alice",
        &[
            "-L",
            "acme.ledger",
            "checkpoint",
            "--out",
            "kept.checkpoint",
        ],
    );
    desk.ok_as(
        "alice",
        &[
            "-L",
            "acme.ledger",
            "backup",
            "--unrecorded",
            "--out",
            "b.tar",
        ],
    );
    let say = |other: &str, state: &str, entries: u64| {
        let found = desk
            .ok_as("bob", &["-L", "acme.ledger", "--json", "compare", other])
            .json();
        assert_eq!(
            (&found["state"], &found["entries"]),
            (&state.into(), &entries.into()),
            "{found}"
        );
        assert_eq!(found["continues"], true);
        let text = desk
            .ok_as("bob", &["-L", "acme.ledger", "compare", other])
            .out;
        assert!(text.contains(state), "{text}");
    };
    for other in ["site-b.ledger", "b.tar", "kept.checkpoint"] {
        say(other, "equal", 0);
    }
    let words = ["-L", "acme.ledger", "request", PASSWORD, "--purpose", "x"];
    desk.ok_as("alice", &words);
    for other in ["site-b.ledger", "b.tar", "kept.checkpoint"] {
        say(other, "ahead", 1);
    }
    // Seen from the copy by somebody who has not been at the writer since.
    let back = desk
        .ok_as(
            "carol",
            &["-L", "site-b.ledger", "--json", "compare", "acme.ledger"],
        )
        .json();
    assert_eq!(
        (&back["state"], &back["entries"]),
        (&"behind".into(), &1.into())
    );
    desk.ok_as(
        "alice",
        &["-L", "acme.ledger", "checkpoint", "--out", "new.checkpoint"],
    );
    let back = desk
        .ok_as(
            "carol",
            &["-L", "site-b.ledger", "--json", "compare", "new.checkpoint"],
        )
        .json();
    assert_eq!(
        (&back["state"], &back["continues"]),
        (&"behind".into(), &false.into())
    );
    assert_eq!(back["cosigners"], serde_json::json!(["alice"]));
    desk.run_as(
        "bob",
        &["-L", "acme.ledger", "--json", "compare", "nowhere"],
    )
    .error(5, "no-file");
    desk.write("junk", b"junk");
    desk.run_as("bob", &["-L", "acme.ledger", "--json", "compare", "junk"])
        .error(4, "bad-checkpoint");
}

#[test]
fn a_pin_on_paper_is_held_to_any_ledger() {
    let desk = Desk::ready();
    let said = desk
        .ok_as("alice", &["--json", "checkpoint", "--words"])
        .json();
    let words = said["words"].as_str().unwrap().to_owned();
    assert_eq!(words.split(' ').count(), 35);
    let text = desk.ok_as("alice", &["checkpoint", "--words"]).out;
    let five: Vec<&str> = words.split(' ').take(5).collect();
    assert!(
        text.contains(&format!("  1  {}\n", five.join(" "))) && text.contains('\u{2588}'),
        "{text}"
    );
    copied(&desk);
    let words_of = ["-L", "acme.ledger", "request", PASSWORD, "--purpose", "x"];
    desk.ok_as("alice", &words_of);
    let typed = words.to_uppercase();
    let verify = |name: &str, ledger: &str, words: &str| {
        desk.run_as(
            name,
            &["-L", ledger, "--json", "verify", "--against-words", words],
        )
    };
    verify("erin", "acme.ledger", &typed).clone().succeeded();
    verify("carol", "site-b.ledger", &typed).clone().succeeded();
    let newer = desk
        .ok_as(
            "alice",
            &["-L", "acme.ledger", "--json", "checkpoint", "--words"],
        )
        .json();
    let run = verify("carol", "site-b.ledger", newer["words"].as_str().unwrap());
    assert_eq!(
        (run.code, &run.object()["problems"][0]["code"]),
        (4, &"rolled-back".into())
    );
    let head = &said["checkpoint"];
    let ledger = rootkeep::crypto::fixed::Digest::parse(
        desk.ok_as("alice", &["-L", "acme.ledger", "--json", "status"])
            .json()["ledger"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    let other = rootkeep::crypto::paper_pin::PaperPin::new(
        &ledger,
        head["size"].as_u64().unwrap(),
        rootkeep::crypto::fixed::Digest::of(b"another"),
    );
    let run = verify("erin", "acme.ledger", &other.words());
    assert_eq!(
        (run.code, &run.object()["problems"][0]["code"]),
        (4, &"forked".into())
    );
    verify("erin", "acme.ledger", "acid acne").error(2, "words-count");
}
