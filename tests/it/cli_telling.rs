//! What a newcomer is told when something does not go: what it is, why, and what to type next.

use super::custody::with_a_safe;
use super::slips::{carry, machine};
use super::*;

/// What an error says, in one text: message, causes, hints.
fn told(error: &Value) -> String {
    error.to_string()
}

#[track_caller]
fn says(error: &Value, words: &[&str]) {
    for word in words {
        assert!(told(error).contains(word), "{word}: {error}");
    }
}

#[test]
fn what_was_not_given_is_said_in_a_sentence() {
    let desk = with_a_safe();
    let id = desk.request(&[PASSWORD]);
    for (words, said) in [
        (
            &["reject", &id][..],
            ["no reason was given", "--reason TEXT"],
        ),
        (&["safe", "close"], ["no location was given", "LOCATION"]),
        (
            &["safe", "open", "london-a", "--witness", "bob"],
            ["no purpose was given", "--purpose TEXT"],
        ),
    ] {
        says(&desk.refused("alice", words, 2, "missing-value"), &said);
    }
}

#[test]
fn a_file_of_another_kind_is_told_by_what_it_seems_to_be() {
    let desk = Desk::ready();
    let words = ["slip", "request", "--for", "bob", "--out", "b.slip"];
    desk.ok_as("alice", &words);
    let whole = fs::read(desk.path("b.slip")).unwrap();
    desk.write("cut.slip", &whole[..whole.len() / 2]);
    fs::copy(MFA_QR, desk.path("b.png")).unwrap();
    desk.write("ssh", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n");
    let show = |file| desk.refused("bob", &["slip", "show", file], 4, "cannot-decrypt");
    says(
        &show("cut.slip"),
        &["cut.slip does not open", "a damaged age file", "sent again"],
    );
    says(
        &show("dave.card"),
        &["dave.card", "a card", "card show dave.card"],
    );
    says(
        &show("b.png"),
        &["b.png", "a PNG picture", "slip import --qr b.png"],
    );
    says(&show("ssh"), &["ssh", "an SSH private key"]);

    // The slip that went out instead of the answer, and a picture without --qr.
    let run = desk.run_as("alice", &["slip", "import", "b.slip", "b.png"]);
    assert_eq!(run.code, 3, "{run:?}");
    for word in ["sent out, not the answer", "a PNG picture", "--qr b.png"] {
        assert!(run.all().contains(word), "{word}: {run:?}");
    }

    desk.ok_as("alice", &["backup", "--out", "a.tar"]);
    let whole = fs::read(desk.path("a.tar")).unwrap();
    desk.write("cut.tar", &whole[..whole.len() - 5000]);
    let restore = |file| {
        let words = ["restore", file, "--out", "restored"];
        desk.refused("alice", &words, 4, "bad-backup")
    };
    says(
        &restore("cut.tar"),
        &["cut.tar is a damaged backup", "another copy"],
    );
    says(
        &restore("alice.card"),
        &["alice.card is no backup", "a card"],
    );
}

#[test]
fn a_slip_that_asks_for_nothing_needs_no_id() {
    let desk = Desk::ready();
    let words = ["slip", "request", "--for", "bob", "--out", "b.slip"];
    desk.ok_as("alice", &words);
    let bob = machine(&desk, "bob");
    carry(&desk, &bob, "b.slip");
    let sign = ["--json", "slip", "sign", "b.slip", "--out", "b.answer"];
    bob.run_as("bob", &sign).error(2, "no-subject");
}

#[test]
fn who_can_still_sign_is_said_by_name() {
    let desk = Desk::ready();
    let asked = desk.ok_as("alice", &["request", PASSWORD, MFA, "--purpose", "x"]);
    let both = format!("who can sign: for {PASSWORD}: alice, bob, carol; for {MFA}: dave, erin");
    assert!(asked.out.contains(&both), "{asked:?}");
    let log = ["--json", "log", "--kind", "request"];
    let id = desk.ok_as("alice", &log).json()["entries"][0]["id"].clone();
    let id = &id.as_str().unwrap()[..8];
    let signed = desk.ok_as("bob", &["sign", id]).out;
    let seq = desk.entries().unwrap() - 1;
    let first = signed.lines().next().unwrap();
    assert!(first.starts_with("signed #") && first.contains(&format!("(id {id})")));
    assert!(
        first.ends_with(&format!("this sign-off is entry #{seq}")),
        "{first}"
    );
    assert!(signed.contains(": alice, carol; for"), "{signed}");
    let status = desk.ok_as("alice", &["--json", "status"]).json();
    let waits = &status["pending"][0]["waits_for"];
    assert_eq!(
        *waits,
        serde_json::json!(["alice", "carol", "dave", "erin"])
    );

    // Again, and the sign-off instead of what it is of.
    says(
        &desk.refused("bob", &["sign", id], 3, "already-decided"),
        &["who can still sign", "dave, erin"],
    );
    let own = format!("#{seq}");
    says(
        &desk.refused("carol", &["sign", &own], 3, "unknown-subject"),
        &["is a sign-off of", &format!("rootkeep sign {id}")],
    );
    let alone = desk.request(&[PASSWORD]);
    says(
        &desk.refused("dave", &["sign", &alone], 3, "not-in-quorum"),
        &["alice, bob, carol"],
    );
    says(
        &desk.refused("bob", &["reveal", &alone], 3, "not-operator"),
        &["alice is its operator"],
    );
    let proposed = desk
        .ok_as("alice", &define("third", &["alice", "dave"]))
        .out;
    assert!(
        proposed.contains("who can sign: alice, bob, carol, dave, erin"),
        "{proposed}"
    );
}

#[test]
fn after_the_last_of_governance_the_newcomer_is_next() {
    let desk = Desk::ready();
    let added = desk.propose_mallory("witness");
    let (id, words) = (
        added["id"].as_str().unwrap(),
        added["fingerprint"].as_str().unwrap(),
    );
    let sign = |name| desk.ok_as(name, &["sign", id, "--fingerprint", words]).out;
    for name in ["alice", "bob"] {
        let said = sign(name);
        assert!(said.contains("governance signs with"), "{said}");
        assert!(said.contains("who can sign: "), "{said}");
    }
    let said = sign("carol");
    assert!(said.contains("now mallory accepts: rootkeep"), "{said}");
    assert!(!said.contains("governance signs"), "{said}");
}

#[test]
fn who_was_retired_is_told_that_it_may_be_so() {
    let desk = Desk::ready();
    let words = ["custodian", "retire", "erin", "--note", "left"];
    let with = [
        "--with",
        "alice.key",
        "--with",
        "bob.key",
        "--with",
        "carol.key",
    ];
    desk.ok_as("alice", &[&words[..], &with].concat());
    let error = desk
        .run_as("erin", &["--json", "status"])
        .error(3, "not-a-member");
    says(&error, &["retired or replaced"]);
    // By name where they are to be a member of something.
    let define = define("third", &["alice", "erin"]);
    says(
        &desk.refused("alice", &define, 3, "not-a-holder"),
        &["erin is retired"],
    );
}

#[test]
fn numbers_and_cards_that_cannot_be_are_named() {
    let desk = Desk::of_people();
    let init = |threshold, cards: &[&'static str]| {
        let mut words = vec!["init", "x.ledger", "--name", "x", "--threshold", threshold];
        for card in cards {
            words.extend(["--card", card]);
        }
        desk.refused("alice", &words, 3, "malformed")
    };
    says(
        &init("4", &["alice.card", "bob.card", "carol.card"]),
        &["4 of 3", "2 to 3"],
    );
    desk.write("again.card", &fs::read(desk.path("bob.card")).unwrap());
    says(
        &init("2", &["alice.card", "bob.card", "again.card"]),
        &["again.card is the same card as bob.card"],
    );
}

#[test]
fn small_mistakes_are_told_with_what_to_type() {
    let desk = with_a_safe();
    let before: [(&[&str], i32, &str, &[&str]); 6] = [
        (
            &["status", "--as-of", "31.12.2026"],
            2,
            "bad-date",
            &["31.12.2026", "2026-11-21"],
        ),
        (
            &["slip", "import", "none.answer", "--receipts", "nowhere"],
            5,
            "no-directory",
            &["mkdir -p nowhere"],
        ),
        (&["compare", "nowhere"], 5, "no-file", &["check the name"]),
        (
            &[
                "safe",
                "open",
                "london-a",
                "--purpose",
                "x",
                "--witness",
                "alice",
            ],
            3,
            "own-witness",
            &["custodian list"],
        ),
        (
            &[
                "seal",
                "999988887777/password",
                "--quorum",
                "engineers",
                "--generate",
                "20",
            ],
            3,
            "unknown-account",
            &["account list"],
        ),
        (
            &["verify", "--against-words", &["zzz"; 35].join(" ")],
            2,
            "no-such-word",
            &["word 1, `zzz`", "line 1"],
        ),
    ];
    for (words, exit, code, said) in before {
        says(&desk.refused("alice", words, exit, code), said);
    }
}

#[test]
fn a_pin_on_paper_says_of_what_it_is_and_how_it_is_checked() {
    let desk = Desk::ready();
    let paper = desk.ok_as("alice", &["checkpoint", "--words"]).out;
    assert!(paper.starts_with("Acme, 20"), "{paper}");
    assert!(
        paper.contains("verify --against-words \"WORDS\""),
        "{paper}"
    );
    // As it is typed from the page: five words in each numbered line.
    let words: Vec<&str> = paper
        .lines()
        .skip(1)
        .take(7)
        .flat_map(|line| line.split_whitespace().skip(1))
        .collect();
    let verified = desk.ok_as("bob", &["verify", "--against-words", &words.join(" ")]);
    assert!(
        verified.out.contains("its first, unchanged"),
        "{verified:?}"
    );
}

#[test]
fn a_start_of_somebodys_digits_is_enough() {
    let desk = Desk::ready();
    let bob = desk
        .ok_as("alice", &["--json", "custodian", "show", "bob"])
        .json();
    let id = bob["id"].as_str().unwrap();
    for digits in [&id[..2], &id[..8]] {
        let typed = format!("bob [{digits}]");
        desk.ok_as("alice", &["custodian", "show", &typed]);
    }
    let other = if id.starts_with('0') { "1" } else { "0" };
    let typed = format!("bob [{other}]");
    desk.refused("alice", &["custodian", "show", &typed], 5, "no-custodian");
}

#[test]
fn what_the_environment_has_is_no_part_of_how_a_command_is_typed() {
    let desk = Desk::ready();
    let mut command = desk.command(&["evidence", "export"]);
    command.env("ROOTKEEP_IDENTITY", desk.path("alice.key"));
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let usage = "Usage: rootkeep evidence export --from <DATE> --to <DATE> --out <FILE>\n";
    assert!(said.contains(usage), "{said}");
}

#[test]
fn who_cosigns_is_told_what_came_of_it() {
    let desk = Desk::ready();
    let cosigned = desk.ok_as("bob", &["checkpoint", "--cosign"]);
    assert!(
        cosigned
            .err
            .contains("you have cosigned the checkpoint of ")
    );
    assert!(cosigned.err.contains("--out FILE"), "{}", cosigned.err);
    assert!(cosigned.out.starts_with("rootkeep/"), "{}", cosigned.out);
    let kept = desk.ok_as("carol", &["checkpoint", "--cosign", "--out", "now"]);
    assert!(kept.err.contains("verify --against now"), "{}", kept.err);
    assert_eq!(kept.out, "");
    desk.ok_as("carol", &["verify", "--against", "now"]);
    let looked = desk.ok_as("dave", &["checkpoint"]);
    assert!(!looked.err.contains("cosigned the"), "{}", looked.err);
    let quiet = desk.ok_as("bob", &["-q", "checkpoint", "--cosign"]);
    assert_eq!(quiet.err, "");
}

#[test]
fn evidence_of_nothing_is_refused_and_not_recorded() {
    let desk = Desk::ready();
    let before = desk.entries();
    let typed = "evidence export --from 2026-01-01 --to 2099-12-31 --out q.zip --scope seal --withhold seal";
    let error = desk.refused(
        "alice",
        &typed.split(' ').collect::<Vec<_>>(),
        2,
        "nothing-disclosed",
    );
    says(&error, &["headers would be all there is", "--withhold"]);
    assert_eq!(desk.entries(), before);
    assert!(!desk.path("q.zip").exists());
}
