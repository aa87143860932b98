//! The power goes at any moment, and many write at once: what was acknowledged is there, what was not is
//! wholly absent, and nobody is turned away.

use std::fs;

use serde_json::{Value, json};

use crate::cli::{Desk, PASSWORD, PLAINTEXT};
use crate::killing::{Kills, start};

/// What `words` do as alice, for scripts.
fn command(desk: &Desk, words: &[&str]) -> std::process::Command {
    let mut all = vec!["-L", "acme.ledger", "-i", "alice.key", "--batch", "--json"];
    all.extend(words);
    desk.command(&all)
}

fn said(desk: &Desk, words: &[&str]) -> Value {
    let mut all = vec!["-L", "acme.ledger", "--json"];
    all.extend(words);
    desk.ok_as("alice", &all).json()
}

/// That a ledger opens and every entry of it is good; how many there are. Somebody else looks at each:
/// who has seen more of one refuses the other.
fn good(desk: &Desk, ledger: &str) -> u64 {
    let name = match ledger {
        "acme.ledger" => "bob",
        _ => "erin",
    };
    let report = desk.ok_as(name, &["-L", ledger, "--json", "verify"]);
    report.json()["entries"].as_u64().unwrap()
}

/// Every file's and directory's name here but those of half made things, which say that they are.
fn finished(desk: &Desk) -> Vec<String> {
    let half = |name: &String| {
        let mut parts = name.split('/');
        parts.any(|part| part.starts_with('.') && part.ends_with(".tmp"))
    };
    let all = desk.files().into_iter();
    all.filter(|name| !half(name)).collect()
}

#[test]
fn killed_at_any_moment_an_entry_is_whole_or_absent() {
    let desk = Desk::ready();
    let mut kills = Kills::of("entries", 40);
    while let Some(round) = kills.again() {
        let before = desk.entries().unwrap();
        let words: &[&str] = match round % 3 {
            0 => &["seal", PASSWORD, "--stdin"],
            1 => &["request", PASSWORD, "--purpose", "a drill"],
            _ => &["correct", "#0", "--reason", "a slip", "--text", "so"],
        };
        let said_done = kills.strike(command(&desk, words), b"the next");
        let after = desk.entries().unwrap();
        assert!(after == before || after == before + 1, "{before} {after}");
        if said_done {
            assert_eq!(after, before + 1, "what was acknowledged is there");
        }
        if round % 8 == 0 {
            desk.ok_as("bob", &["verify"]);
        }
    }
    desk.ok_as("erin", &["verify"]);
    said(
        &desk,
        &["correct", "#0", "--reason", "a slip", "--text", "on"],
    );
}

#[test]
fn killed_at_any_moment_all_slips_are_in_or_none() {
    let at_home = Desk::ready();
    let code = at_home.code();
    let id = at_home.request(&[PASSWORD]);
    for name in ["bob", "carol"] {
        let (slip, answer) = (format!("{name}.slip"), format!("{name}.answer"));
        let words = ["slip", "request", &id, "--for", name, "--out", &slip];
        at_home.ok_as("alice", &words);
        let sign = ["slip", "sign", &slip, "--out", &answer, "--code", &code];
        at_home.ok_as(name, &[&sign[..], &["--confirm", &id]].concat());
    }
    fs::create_dir(at_home.path("receipts")).unwrap();
    let before = at_home.entries().unwrap();
    let import = ["slip", "import", "bob.answer", "carol.answer"];
    let import = [&import[..], &["--receipts", "receipts"]].concat();
    let mut kills = Kills::of("slip import", 8);
    while kills.again().is_some() {
        let desk = at_home.copy();
        let said_done = kills.strike(command(&desk, &import), b"");
        let after = good(&desk, "acme.ledger");
        // The import's own entry, and two sign-offs.
        assert!(after == before || after == before + 3, "{before} {after}");
        assert!(after > before || !said_done, "it was said to be in");
        let state = match after == before {
            true => "effective",
            false => "already-in",
        };
        let again = said(&desk, &import);
        for slip in again["slips"].as_array().unwrap() {
            assert_eq!(slip["state"], state, "{again}");
            let receipt = desk.path(slip["receipt"].as_str().unwrap());
            let receipt = fs::read_to_string(receipt).unwrap();
            assert!(receipt.starts_with("c2sp.org/tlog-proof@v1\n") && receipt.ends_with('\n'));
        }
        assert_eq!(good(&desk, "acme.ledger"), before + 3);
        let revealed = desk.ok_as("alice", &["reveal", &id]);
        assert!(revealed.out.contains(PLAINTEXT));
    }
}

#[test]
fn killed_at_any_moment_a_resharing_goes_on_with_what_is_left() {
    let before_it = Desk::ready();
    // More than are entered at once.
    let names: Vec<String> = (0..18).map(|place| format!("org/note:n{place}")).collect();
    for name in &names {
        let seal = ["seal", name, "--quorum", "engineers", "--stdin"];
        let value = format!("the value of {name}");
        before_it.fed("alice", &seal, value.as_bytes()).succeeded();
    }
    let mut reshare = vec!["reshare", "--purpose", "to have new shares"];
    reshare.extend(names.iter().map(String::as_str));
    let id = said(&before_it, &reshare)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for name in ["bob", "carol"] {
        before_it.ok_as(name, &["sign", &id]);
    }
    let (before, all) = (before_it.entries().unwrap(), names.len() as u64);
    let finish = ["reshare", "finish", &id];
    let mut kills = Kills::of("reshare finish", 8);
    while kills.again().is_some() {
        let desk = before_it.copy();
        let said_done = kills.strike(command(&desk, &finish), b"");
        let done = good(&desk, "acme.ledger") - before;
        assert!(done == all || (done < all && !said_done), "{done}");
        let epochs = |epoch: u64| {
            let listed = said(&desk, &["secret", "list"]);
            let listed = listed["secrets"].as_array().unwrap().clone();
            let is =
                |one: &&Value| names.iter().any(|n| one["name"] == **n) && one["epoch"] == epoch;
            listed.iter().filter(is).count() as u64
        };
        assert_eq!((epochs(1), epochs(2)), (all - done, done));
        let rest = said(&desk, &finish);
        assert_eq!(rest["entries"].as_array().unwrap().len() as u64, all - done);
        assert_eq!((epochs(1), epochs(2)), (0, all));
        assert_eq!(good(&desk, "acme.ledger"), before + all);
        let some = [names[0].as_str(), names[17].as_str()];
        let request = ["request", "--purpose", "to see that they are the same"];
        let request = said(&desk, &[&request[..], &some].concat())["id"].clone();
        let request = request.as_str().unwrap();
        for name in ["alice", "bob"] {
            desk.ok_as(name, &["sign", request]);
        }
        for name in some {
            let revealed = said(&desk, &["reveal", request, name]);
            assert_eq!(revealed["secret"], format!("the value of {name}"));
        }
    }
}

#[test]
fn killed_at_any_moment_a_backup_is_whole_or_not_there() {
    let desk = Desk::ready();
    let files = finished(&desk);
    let mut kills = Kills::of("backup", 8);
    while kills.again().is_some() {
        let before = desk.entries().unwrap();
        let said_done = kills.strike(command(&desk, &["backup", "--out", "b.tar"]), b"");
        let recorded = good(&desk, "acme.ledger") - before;
        let there = desk.path("b.tar").exists();
        assert!(there || !said_done, "it was said to be there");
        assert!(recorded == 0 || (recorded == 1 && there), "{recorded}");
        if !there {
            assert_eq!(finished(&desk), files);
            said(&desk, &["backup", "--out", "b.tar"]);
        }
        said(&desk, &["restore", "b.tar", "--out", "again.ledger"]);
        assert_eq!(good(&desk, "again.ledger"), before);
        fs::remove_file(desk.path("b.tar")).unwrap();
        fs::remove_dir_all(desk.path("again.ledger")).unwrap();
    }
}

#[test]
fn killed_at_any_moment_a_restored_ledger_is_whole_or_not_there() {
    let desk = Desk::ready();
    said(&desk, &["backup", "--unrecorded", "--out", "b.tar"]);
    let size = good(&desk, "acme.ledger");
    let files = finished(&desk);
    let restore = ["restore", "b.tar", "--out", "again.ledger"];
    let mut kills = Kills::of("restore", 8);
    while kills.again().is_some() {
        let said_done = kills.strike(command(&desk, &restore), b"");
        let there = desk.path("again.ledger").exists();
        assert!(there || !said_done, "it was said to be there");
        if !there {
            assert_eq!(finished(&desk), files);
            said(&desk, &restore);
        }
        assert_eq!(good(&desk, "again.ledger"), size);
        // It is written to as any ledger is.
        let correct = ["correct", "#0", "--reason", "a slip", "--text", "so"];
        let correct = [&["-L", "again.ledger"], &correct[..]].concat();
        let on = desk.copy();
        on.ok_as("alice", &correct);
        assert_eq!(good(&on, "again.ledger"), size + 1);
        fs::remove_dir_all(desk.path("again.ledger")).unwrap();
    }
    assert_eq!(good(&desk, "acme.ledger"), size);
}

#[test]
fn killed_at_any_moment_a_copy_is_the_old_one_or_the_new_one() {
    let desk = Desk::ready();
    let files = finished(&desk);
    let copy = ["copy", "--out", "site-b.ledger"];
    let mut kills = Kills::of("copy", 12);
    while let Some(round) = kills.again() {
        // Every other time an older one is there.
        let older = round % 2 == 1;
        let mut sizes = vec![desk.entries().unwrap()];
        if older {
            said(&desk, &copy);
            said(
                &desk,
                &["correct", "#0", "--reason", "a slip", "--text", "so"],
            );
            sizes.push(sizes[0] + 1);
        }
        let newest = *sizes.last().unwrap();
        let said_done = kills.strike(command(&desk, &copy), b"");
        assert_eq!(good(&desk, "acme.ledger"), newest);
        let there = desk.path("site-b.ledger").exists();
        assert!(there || !(said_done || older), "it was said to be there");
        if there {
            let size = good(&desk, "site-b.ledger");
            assert!(sizes.contains(&size), "{size}");
            assert!(size == newest || !said_done, "it was said to be newer");
        } else {
            assert_eq!(finished(&desk), files);
        }
        said(&desk, &copy);
        assert_eq!(good(&desk, "site-b.ledger"), newest);
        let status = desk.ok_as("erin", &["-L", "site-b.ledger", "--json", "status"]);
        assert_eq!(status.json()["copy"], json!(true));
        fs::remove_dir_all(desk.path("site-b.ledger")).unwrap();
    }
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
