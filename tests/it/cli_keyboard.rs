//! Others who sign at the same keyboard (`--with`).

use super::json::appended;
use super::*;

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
