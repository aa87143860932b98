//! The power goes at any moment, and many write at once: what was acknowledged is there, what was not is
//! wholly absent, and nobody is turned away.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::{Desk, PASSWORD};

/// How many rounds; ROOTKEEP_KILL_ROUNDS for a longer run.
fn rounds(usual: u64) -> u64 {
    std::env::var("ROOTKEEP_KILL_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(usual)
}

/// Starts a command, and how long it takes when nobody kills it.
fn start(mut command: Command, input: &[u8]) -> std::process::Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // It may be dead already.
    let _unread = child.stdin.take().unwrap().write_all(input);
    child
}

#[test]
fn killed_at_any_moment_an_entry_is_whole_or_absent() {
    let desk = Desk::ready();
    let alice = |words: &[&str]| {
        let mut all = vec!["-i", "alice.key", "--batch", "--json"];
        all.extend(words);
        desk.command(&all)
    };
    let usual = {
        let began = Instant::now();
        let words = ["seal", PASSWORD, "--stdin"];
        let done = start(alice(&words), b"the first").wait_with_output();
        assert!(done.unwrap().status.success());
        began.elapsed()
    };
    let (mut acknowledged, mut killed) = (0, 0);
    let all = rounds(40);
    for round in 0..all {
        let before = desk.entries().unwrap();
        let words: &[&str] = match round % 3 {
            0 => &["seal", PASSWORD, "--stdin"],
            1 => &["request", PASSWORD, "--purpose", "a drill"],
            _ => &["correct", "#0", "--reason", "a slip", "--text", "so"],
        };
        let mut child = start(alice(words), b"the next");
        // From at once to a little after the end.
        std::thread::sleep(
            usual.mul_f64(1.2 * round as f64 / all as f64) + Duration::from_micros(round),
        );
        let _dead_or_done = child.kill();
        let done = child.wait_with_output().unwrap();
        let after = desk.entries().unwrap();
        assert!(after == before || after == before + 1, "{before} {after}");
        if done.status.success() {
            acknowledged += 1;
            assert_eq!(after, before + 1, "what was acknowledged is there");
        } else {
            killed += 1;
        }
        if round % 8 == 0 {
            desk.ok_as("bob", &["verify"]);
        }
    }
    desk.ok_as("erin", &["verify"]);
    desk.ok_as(
        "alice",
        &[
            "correct",
            "#0",
            "--reason",
            "a slip",
            "--text",
            "it goes on",
        ],
    );
    assert!(acknowledged > 0 && killed > 0, "{acknowledged} {killed}");
}

#[test]
fn thirty_two_at_once_lose_nothing_and_turn_nobody_away() {
    let desk = Desk::ready();
    let before = desk.entries().unwrap();
    let people = ["alice", "bob", "carol", "dave", "erin"];
    let children: Vec<_> = (0..32)
        .map(|place| {
            let identity = format!("{}.key", people[place % people.len()]);
            let text = format!("by process {place}");
            let words = [
                "-i",
                &identity,
                "--batch",
                "--json",
                "correct",
                "#0",
                "--reason",
                "all at once",
                "--text",
                &text,
            ];
            start(desk.command(&words), b"")
        })
        .collect();
    for child in children {
        let done = child.wait_with_output().unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stdout)
        );
    }
    assert_eq!(desk.entries().unwrap(), before + 32);
    desk.ok_as("alice", &["verify"]);
}
