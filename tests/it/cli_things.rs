//! Things that were taken out and not brought back, and photographs of things.

use image::{GrayImage, Luma};
use serde_json::json;

use super::custody::{log, with_a_safe};
use super::{Desk, MFA_QR};

/// alice has taken the sheet out long ago, and bob has witnessed it.
fn taken_out() -> Desk {
    let desk = with_a_safe();
    let words = log(&["--json", "--took", "sheet-1", "--bag", "sheet-1=A1"]);
    sign(&desk, &words);
    desk
}

fn sign(desk: &Desk, words: &[&str]) {
    let entered = desk.ok_as("alice", words).json();
    desk.ok_as("bob", &["sign", entered["id"].as_str().unwrap()]);
}

#[test]
fn what_is_out_longer_than_its_access_is_overdue_until_it_is_back() {
    let desk = taken_out();
    let run = desk.run_as("alice", &["status"]);
    assert_eq!(run.code, 6, "{run:?}");
    let said = run
        .out
        .lines()
        .find(|line| line.contains("sheet-1 is out of london-a"));
    assert!(
        said.is_some_and(|line| line.starts_with("overdue") && line.contains("alice")),
        "{run:?}"
    );
    let shown = desk
        .ok_as("alice", &["--json", "item", "show", "sheet-1"])
        .json();
    assert_eq!(
        shown["out"],
        json!({"from": "london-a", "since": "2026-07-01T13:10:00Z", "overdue": true})
    );
    let place = desk.ok_as("alice", &["location", "show", "london-a"]).out;
    assert!(
        place.contains("OUT        sheet-1 since 2026-07-01 14:10 BST"),
        "{place}"
    );
    // The next access does not bring it back: that is a finding.
    let next = [
        "--json",
        "safe",
        "log",
        "london-a",
        "--witness",
        "bob",
        "--purpose",
        "Check",
        "--opened-at",
        "2026-07-02 09:00",
        "--closed-at",
        "2026-07-02 09:05",
        "--counter",
        "1",
    ];
    sign(&desk, &next);
    let missing = "sheet-1 was not brought back, out since";
    for look in [&["safe", "list"][..], &["item", "show", "sheet-1"]] {
        let shown = desk.ok_as("alice", look).out;
        assert!(shown.contains(missing), "{shown}");
    }
    sign(
        &desk,
        &[
            "--json",
            "safe",
            "log",
            "london-a",
            "--witness",
            "bob",
            "--purpose",
            "Back",
            "--opened-at",
            "2026-07-03 09:00",
            "--closed-at",
            "2026-07-03 09:05",
            "--put",
            "sheet-1",
            "--bag",
            "sheet-1=A1",
        ],
    );
    let run = desk.run_as("alice", &["status"]);
    assert!(!run.out.contains("sheet-1"), "{run:?}");
    let there = desk.ok_as(
        "alice",
        &["--json", "item", "list", "--location", "london-a"],
    );
    assert_eq!(there.json()["items"][0]["id"], "sheet-1");
}

#[test]
fn a_photo_of_a_thing_is_kept_with_it() {
    let desk = with_a_safe();
    let photo = GrayImage::from_fn(320, 240, |x, y| {
        Luma([u8::try_from((x + y) % 256).unwrap()])
    });
    photo.save(desk.path("front.png")).unwrap();
    photo.save(desk.path("back.jpg")).unwrap();
    let attached = desk
        .ok_as(
            "alice",
            &["--json", "item", "photo", "sheet-1", "front.png"],
        )
        .json();
    assert_eq!(
        (&attached["item"], &attached["kind"]),
        (&json!("sheet-1"), &json!("attach"))
    );
    desk.ok_as("bob", &["item", "photo", "sheet-1", "back.jpg"]);
    let again = ["item", "photo", "sheet-1", "front.png"];
    desk.refused("bob", &again, 3, "already-attached");
    let shown = desk
        .ok_as("alice", &["--json", "item", "show", "sheet-1"])
        .json();
    let photos = shown["photos"].as_array().unwrap();
    let media: Vec<_> = photos.iter().map(|photo| &photo["media"]).collect();
    assert_eq!(media, [&json!("image/png"), &json!("image/jpeg")]);
    let said = desk.ok_as("alice", &["item", "show", "sheet-1"]).out;
    assert!(
        said.contains("front.png") && said.contains("back.jpg"),
        "{said}"
    );
    let seq = format!("#{}", photos[0]["seq"]);
    desk.ok_as("carol", &["attachment", "get", &seq, "--out", "again.png"]);
    let bytes = |name| std::fs::read(desk.path(name)).unwrap();
    assert_eq!(bytes("again.png"), bytes("front.png"));
}

#[test]
fn a_photo_is_a_picture_of_bounded_size_that_shows_no_seed() {
    let desk = with_a_safe();
    desk.write("text.png", b"not a picture");
    let refused = |file: &str, exit, code: &str| {
        desk.refused("alice", &["item", "photo", "sheet-1", file], exit, code);
    };
    refused("text.png", 2, "bad-photo");
    refused("nothing.png", 5, "no-file");
    refused(MFA_QR, 3, "photo-shows-secret");
    desk.write("large.png", &vec![0; (8 << 20) + 1]);
    refused("large.png", 2, "file-too-large");
    GrayImage::from_pixel(9, 9, Luma([0]))
        .save(desk.path("small.png"))
        .unwrap();
    desk.refused(
        "alice",
        &["item", "photo", "sheet-9", "small.png"],
        5,
        "no-item",
    );
}
