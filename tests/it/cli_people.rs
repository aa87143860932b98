//! Somebody leaves, by hand, as docs/people.md has it.

use serde_json::Value;

use super::{Desk, PASSWORD, PLAINTEXT, define};

fn left_to_do(desk: &Desk) -> Vec<String> {
    let status = desk.run_as("alice", &["--json", "status"]).json();
    let steps = status["departures"].as_array().unwrap();
    let word = |step: &Value| step["what"].as_str().unwrap().to_owned();
    let mut words: Vec<String> = steps.iter().map(word).collect();
    words.sort();
    words.dedup();
    words
}

/// The id of what a command made, signed by others.
fn signed(desk: &Desk, words: &[&str], signers: &[&str]) -> String {
    let id = desk.ok_as("alice", words).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for name in signers {
        desk.ok_as(name, &["sign", &id]);
    }
    id
}

#[test]
fn a_departure_leaves_a_list_that_ends_when_all_is_done() {
    let desk = Desk::ready();
    assert_eq!(left_to_do(&desk), Vec::<String>::new());
    let governance = ["bob", "dave", "erin"];
    signed(
        &desk,
        &["--json", "custodian", "retire", "carol", "--note", "left"],
        &governance,
    );
    assert_eq!(
        left_to_do(&desk),
        ["governance", "quorum", "rekey", "reshare"]
    );
    let govern = [
        "--json",
        "quorum",
        "define",
        "governance",
        "--threshold",
        "3",
        "--member",
        "alice",
        "--member",
        "bob",
        "--member",
        "dave",
        "--member",
        "erin",
    ];
    signed(&desk, &govern, &["alice", "bob", "dave", "erin"]);
    assert_eq!(left_to_do(&desk), ["quorum", "rekey", "reshare"]);
    // The new shares would go to carol too.
    let reshare = [
        "--json",
        "reshare",
        "--without",
        "carol",
        "--purpose",
        "carol left",
    ];
    desk.refused("alice", &reshare[1..], 3, "holder-not-in-force");
    let members = define("engineers", &["alice", "bob", "dave"]);
    let define = [&["--json"], &members[..]].concat();
    signed(&desk, &define, &governance);
    assert_eq!(left_to_do(&desk), ["rekey", "reshare"]);
    let id = signed(&desk, &reshare, &["alice", "bob"]);
    let done = desk
        .ok_as("alice", &["--json", "reshare", "finish", &id])
        .json();
    assert_eq!(
        done["secrets"],
        serde_json::json!([format!("{PASSWORD} epoch 2")])
    );
    assert_eq!(left_to_do(&desk), ["prove", "rekey"]);
    let destroy = [
        "--json",
        "secret",
        "destroy",
        PASSWORD,
        "--epoch",
        "1",
        "--reason",
        "split anew",
    ];
    desk.refused("alice", &destroy[1..], 3, "not-proven");
    for name in ["bob", "dave"] {
        let proved = desk.ok_as(name, &["--json", "secret", "prove"]).json();
        assert!(proved["shares"].as_u64() >= Some(1), "{proved}");
    }
    assert_eq!(left_to_do(&desk), ["destroy", "rekey"]);
    signed(&desk, &destroy, &governance);
    desk.ok_as("alice", &["rekey"]);
    assert_eq!(left_to_do(&desk), Vec::<String>::new());
    // Who went opens nothing any more, and the value is the same.
    desk.refused("carol", &["status"], 3, "not-a-member");
    let id = desk.request(&[PASSWORD]);
    for name in ["bob", "dave"] {
        desk.ok_as(name, &["sign", &id]);
    }
    assert!(
        desk.ok_as("alice", &["reveal", &id])
            .out
            .contains(PLAINTEXT)
    );
    desk.ok_as("erin", &["verify"]);
}
