//! The JSON of every command (docs/cli.md): what scripts rely on.

use super::*;

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

/// Holds what an act says to what scripts may expect of it.
#[track_caller]
pub fn appended(run: &Run, kind: &str) -> Value {
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
fn what_appends_says_what_it_appended() {
    let desk = Desk::of_people();
    let run = desk.found(&["--json"]);
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
    let define = [&["--json"], &define("engineers", &["alice", "bob"])[..]].concat();
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

    let words: Vec<String> = ["alice", "bob"].map(|name| desk.share_words(name)).to_vec();
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
