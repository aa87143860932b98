//! Which stream carries what, and what is said where nobody is at a terminal.

use super::*;

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
    let added = desk.propose_mallory("keeper");
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
