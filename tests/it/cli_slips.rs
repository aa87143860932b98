//! Sticks: two people work on machines of their own, with nothing on them but their identities.

use super::*;

/// Somebody's own machine: their identity and card, no ledger.
pub fn machine(desk: &Desk, name: &str) -> Desk {
    let own = Desk::bare();
    for file in [format!("{name}.key"), format!("{name}.card")] {
        fs::copy(desk.path(&file), own.path(&file)).unwrap();
    }
    own
}

/// Carries a file on a stick.
pub fn carry(from: &Desk, to: &Desk, name: &str) {
    fs::copy(from.path(name), to.path(name)).unwrap();
}

fn request_slip(desk: &Desk, id: &str, name: &str, file: &str) {
    desk.ok_as(
        "alice",
        &["slip", "request", id, "--for", name, "--out", file],
    );
}

/// The desk, bob's own machine with a slip about a request, the genesis code, and the request's id.
fn asked_of_bob() -> (Desk, Desk, String, String) {
    let desk = Desk::ready();
    let code = desk.code();
    let id = desk.request(&[PASSWORD]);
    request_slip(&desk, &id, "bob", "b.slip");
    let bob = machine(&desk, "bob");
    carry(&desk, &bob, "b.slip");
    (desk, bob, code, id)
}

#[test]
fn a_release_goes_round_on_sticks() {
    let desk = Desk::ready();
    let code = desk.code();
    let id = desk.request(&[PASSWORD]);
    let said = desk
        .ok_as(
            "alice",
            &[
                "--json", "slip", "request", &id, "--for", "bob", "--out", "b.slip",
            ],
        )
        .json();
    assert_eq!(said["schema"], "rootkeep/v1/slip.request");
    assert_eq!(
        (&said["for"], &said["id"]),
        (&"bob".into(), &id.clone().into())
    );
    request_slip(&desk, &id, "carol", "c.slip");
    fs::create_dir(desk.path("receipts")).unwrap();

    let bob = machine(&desk, "bob");
    carry(&desk, &bob, "b.slip");
    let shown = bob
        .ok_as("bob", &["slip", "show", "b.slip", "--code", &code])
        .out;
    for word in [
        "Change the support plan",
        PASSWORD,
        &id,
        "slip      by alice",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    // The genesis code, the exact id: nothing less is a yes.
    let sign = ["slip", "sign", "b.slip", "--out", "b.answer"];
    let refused = |more: &[&str], exit, code| {
        let mut all = [&["--json", "--batch"], sign.as_slice()].concat();
        all.extend(more);
        bob.run_as("bob", &all).error(exit, code)
    };
    refused(&[], 2, "missing-value");
    refused(&["--confirm", &id], 3, "genesis-code-needed");
    refused(&["--code", &code, "--confirm", &id[..8]], 3, "id-differs");
    assert!(!bob.path("b.answer").exists());
    let mut all = [&["--json", "--batch"], sign.as_slice()].concat();
    all.extend(["--code", &code, "--confirm", &id]);
    let made = bob.ok_as("bob", &all).json();
    assert_eq!(
        (&made["kind"], &made["for"]),
        (&"sign".into(), &"alice".into())
    );
    refused(&["--confirm", &id], 3, "exists");

    // From now on bob has a pin there, and needs no code.
    let carol = machine(&desk, "carol");
    carry(&desk, &carol, "c.slip");
    carol.ok_as(
        "carol",
        &[
            "slip",
            "sign",
            "c.slip",
            "--out",
            "c.answer",
            "--code",
            &code,
            "--confirm",
            &id,
        ],
    );
    carry(&bob, &desk, "b.answer");
    carry(&carol, &desk, "c.answer");
    let shown = desk.ok_as("alice", &["slip", "show", "c.answer"]).out;
    assert!(
        shown.contains("by carol") && shown.contains("not in the log"),
        "{shown}"
    );

    let import = [
        "--json",
        "slip",
        "import",
        "c.answer",
        "b.answer",
        "--receipts",
        "receipts",
    ];
    let imported = desk.ok_as("alice", &import).json();
    let slips = imported["slips"].as_array().unwrap();
    for (slip, author) in slips.iter().zip(["carol", "bob"]) {
        assert_eq!(
            (&slip["state"], &slip["author"]),
            (&"effective".into(), &author.into())
        );
        assert!(slip["error"].is_null());
        let receipt = fs::read_to_string(desk.path(slip["receipt"].as_str().unwrap())).unwrap();
        assert!(receipt.starts_with("c2sp.org/tlog-proof@v1\n"));
    }
    assert_eq!(slips[1]["id"], made["id"]);
    desk.ok_as("alice", &["verify"]);
    let revealed = desk.ok_as("alice", &["reveal", &id]);
    assert!(revealed.out.contains(PLAINTEXT));

    // Again: already in. Beside it what is none: said, and the exit status says so too.
    desk.write("none.answer", b"nothing");
    let again = desk.run_as(
        "alice",
        &["slip", "import", "b.answer", "none.answer", "gone.answer"],
    );
    assert_eq!(again.code, 4, "{again:?}");
    for words in [
        "already in, entry #",
        "[cannot-decrypt]",
        "[no-file]",
        "nothing new",
    ] {
        assert!(again.out.contains(words), "{words}: {again:?}");
    }
    // Bob's next slip needs no code.
    let next = desk.request(&[PASSWORD]);
    request_slip(&desk, &next, "bob", "next.slip");
    carry(&desk, &bob, "next.slip");
    bob.ok_as(
        "bob",
        &[
            "slip",
            "sign",
            "next.slip",
            "--out",
            "next.answer",
            "--confirm",
            &next,
        ],
    );
    // And the older one is older than what he has seen.
    let old = [
        "--json",
        "slip",
        "sign",
        "b.slip",
        "--out",
        "x",
        "--confirm",
        &id,
    ];
    bob.run_as("bob", &old).error(4, "rolled-back");
    // No share, no identity and no secret lies open in any file.
    for (at, name) in [(&desk, "b.slip"), (&bob, "next.answer")] {
        assert!(
            fs::read(at.path(name))
                .unwrap()
                .starts_with(b"age-encryption.org/v1")
        );
    }
}

#[test]
fn a_newcomer_joins_and_the_founders_found_by_stick() {
    let desk = Desk::founded();
    let code = desk.code();
    let genesis = desk.ok_as("alice", &["--json", "show", "#0"]).json()["id"].clone();
    let genesis = genesis.as_str().unwrap();
    let mut answers = Vec::new();
    for name in ["erin", "dave", "carol", "bob"] {
        request_slip(&desk, "genesis", name, &format!("{name}.slip"));
        let own = machine(&desk, name);
        carry(&desk, &own, &format!("{name}.slip"));
        let (slip, answer) = (format!("{name}.slip"), format!("{name}.answer"));
        own.ok_as(
            name,
            &[
                "slip",
                "sign",
                &slip,
                "--out",
                &answer,
                "--code",
                &code,
                "--confirm",
                genesis,
            ],
        );
        carry(&own, &desk, &answer);
        answers.push(answer);
    }
    let mut import = vec!["slip", "import"];
    import.extend(answers.iter().map(String::as_str));
    let said = desk.ok_as("alice", &import).out;
    assert_eq!(said.matches("in effect").count(), 4, "{said}");

    let added = desk.propose_mallory("witness");
    let (id, words) = (
        added["id"].as_str().unwrap(),
        added["fingerprint"].as_str().unwrap(),
    );
    desk.ok_as(
        "alice",
        &["slip", "request", "--for", "mallory", "--out", "m.slip"],
    );
    request_slip(&desk, id, "bob", "b.slip");
    for name in ["alice", "carol"] {
        desk.ok_as(name, &["sign", id, "--fingerprint", words, "--code", &code]);
    }
    let own = machine(&desk, "mallory");
    carry(&desk, &own, "m.slip");
    let make = [
        "slip", "make", "accept", "m.slip", "--out", "m.answer", "--code", &code,
    ];
    own.ok_as("mallory", &make);
    carry(&own, &desk, "m.answer");
    let bob = machine(&desk, "bob");
    carry(&desk, &bob, "b.slip");
    let sign = [
        "slip",
        "sign",
        "b.slip",
        "--out",
        "b.answer",
        "--code",
        &code,
        "--confirm",
        id,
    ];
    let mut unheard = vec!["--batch", "--json"];
    unheard.extend(sign);
    bob.run_as("bob", &unheard).error(2, "missing-value");
    let mut heard = sign.to_vec();
    heard.extend(["--fingerprint", words]);
    bob.ok_as("bob", &heard);
    carry(&bob, &desk, "b.answer");
    desk.ok_as("alice", &["slip", "import", "m.answer", "b.answer"]);
    let shown = desk.ok_as("alice", &["custodian", "show", "mallory"]).out;
    assert!(shown.contains("in force"), "{shown}");
    desk.ok_as("alice", &["verify"]);
}

#[test]
fn whatever_can_be_stated_away_is_made_on_a_slip() {
    let (desk, bob, code, id) = asked_of_bob();
    bob.write("bag.txt", b"bag 17");
    let away: [&[&str]; 5] = [
        &["reject", "b.slip", "--reason", "Not now"],
        &[
            "correct", "b.slip", "--id", &id, "--reason", "wrong", "--text", "OPS-2",
        ],
        &["attach", "b.slip", "--id", "genesis", "--file", "bag.txt"],
        &[
            "away",
            "b.slip",
            "--from",
            "2026-12-24",
            "--to",
            "2027-01-02",
        ],
        &["confirm", "b.slip", PASSWORD, "--epoch", "1"],
    ];
    let mut import = vec!["--json".to_owned(), "slip".to_owned(), "import".to_owned()];
    for words in away {
        let answer = format!("{}.answer", words[0]);
        let mut all = vec!["slip", "make"];
        all.extend(words);
        all.extend(["--out", &answer, "--code", &code]);
        bob.ok_as("bob", &all);
        carry(&bob, &desk, &answer);
        import.push(answer);
    }
    let not_own = ["--json", "slip", "make", "withdraw", "b.slip", "--out", "w"];
    bob.run_as("bob", &not_own).error(3, "not-author");
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let imported = desk.ok_as("alice", &import).json();
    for slip in imported["slips"].as_array().unwrap() {
        assert_eq!(slip["state"], "effective", "{slip}");
    }
    desk.ok_as("alice", &["verify"]);
}

#[test]
fn an_answer_comes_back_as_photographs() {
    let (desk, bob, code, id) = asked_of_bob();
    let sign = [
        "--json", "slip", "sign", "b.slip", "--out", "b.answer", "--qr",
    ];
    let mut all = sign.to_vec();
    all.extend(["--code", &code, "--confirm", &id]);
    let made = bob.ok_as("bob", &all).json();
    let pictures = made["pictures"].as_array().unwrap();
    let mut import = vec!["--json", "slip", "import", "--qr"];
    for picture in pictures {
        carry(&bob, &desk, picture.as_str().unwrap());
    }
    assert!(pictures.len() > 1);
    import.extend(
        pictures
            .iter()
            .rev()
            .map(|picture| picture.as_str().unwrap()),
    );
    let lacking = desk.run_as("alice", &import[..import.len() - 1]);
    assert_eq!(lacking.code, 2, "{lacking:?}");
    let error = &lacking.object()["slips"][0]["error"];
    assert_eq!(error["code"], "frame-missing");
    let imported = desk.ok_as("alice", &import).json();
    assert_eq!(imported["slips"].as_array().unwrap().len(), 1);
    assert_eq!(imported["slips"][0]["state"], "waiting");
    // What holds a log is too large for that, and then nothing is written.
    let words = [
        "slip", "request", &id, "--for", "carol", "--out", "c.slip", "--qr",
    ];
    desk.refused("alice", &words, 3, "too-large-for-qr");
    assert!(!desk.path("c.slip").exists());
}

#[test]
fn a_file_that_is_no_slip_is_refused_without_being_read_whole() {
    let desk = Desk::ready();
    let huge = fs::File::create(desk.path("huge")).unwrap();
    huge.set_len(1 << 30).unwrap();
    desk.write("empty", b"");
    let sign = |file, exit, code| {
        let words = ["slip", "sign", file, "--out", "out", "--confirm", "x"];
        desk.refused("bob", &words, exit, code);
    };
    sign("huge", 2, "file-too-large");
    sign("empty", 4, "cannot-decrypt");
    sign("alice.card", 4, "cannot-decrypt");
    sign("nowhere", 5, "no-file");
    sign("receipts", 5, "no-file");
    let imported = desk.run_as("alice", &["--json", "slip", "import", "huge"]);
    assert_eq!(imported.code, 2, "{imported:?}");
    assert_eq!(
        imported.object()["slips"][0]["error"]["code"],
        "file-too-large"
    );
    let id = desk.request(&[PASSWORD]);
    let words = ["slip", "request", &id, "--for", "zoe", "--out", "z.slip"];
    desk.refused("alice", &words, 5, "no-custodian");
    request_slip(&desk, &id, "bob", "b.slip");
    let words = ["slip", "request", &id, "--for", "bob", "--out", "b.slip"];
    desk.refused("alice", &words, 3, "exists");
    let words = ["slip", "sign", "b.slip", "--out", "out", "--confirm", "x"];
    desk.refused("carol", &words, 3, "not-for-you");
}
