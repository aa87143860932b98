//! Commands that only look, or hand out what is there.

use super::*;

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
    desk.write("more.pdf", b"more");
    desk.ok_as("alice", &["attach", "genesis", "more.pdf"]);
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
fn the_same_file_is_attached_once_and_a_second_time_says_where_it_is() {
    let desk = Desk::ready();
    desk.write("minutes.pdf", b"minutes");
    let words = ["--json", "attach", "genesis", "minutes.pdf"];
    let seq = desk.ok_as("alice", &words).json()["seq"].to_string();
    desk.write("again.pdf", b"minutes");
    let error = desk.refused("bob", &["attach", "#1", "again.pdf"], 3, "already-attached");
    assert!(
        error["message"].to_string().contains(&format!("#{seq}")),
        "{error}"
    );
    let get = format!("rootkeep attachment get '#{seq}' --out FILE");
    assert!(error["hints"].to_string().contains(&get), "{error}");
    // Nor one with nothing in it, or too much.
    desk.write("empty.pdf", b"");
    desk.refused("bob", &["attach", "#1", "empty.pdf"], 2, "empty-file");
    desk.write("large.pdf", &vec![7; (16 << 20) + 1]);
    desk.refused("bob", &["attach", "#1", "large.pdf"], 2, "file-too-large");
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
fn a_custodian_is_found_by_name_though_the_card_is_in_base64() {
    let desk = Desk::ready();
    let found = |text: &str| -> Vec<String> {
        let found = desk.ok_as("erin", &["--json", "find", text]).json();
        let entries = found["entries"].as_array().unwrap().clone();
        let kind = |entry: &Value| entry["kind"].as_str().unwrap().to_owned();
        entries.iter().map(kind).collect()
    };
    assert_eq!(found("ALICE")[0], "genesis");
    let newcomer = found("erin");
    assert!(
        newcomer
            .iter()
            .any(|kind| kind == "custodian.add" || kind == "genesis")
    );
    let one = desk.ok_as("erin", &["--json", "find", "alice", "--limit", "1"]);
    assert_eq!(one.json()["entries"].as_array().unwrap().len(), 1);
}
