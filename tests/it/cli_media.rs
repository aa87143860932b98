//! Disks, locks and databases that fail: nothing half-written, nothing lost, and it is said which.
//!
//! Read-only media and a full disk need a mount, in a mount namespace of its own; where this
//! machine's kernel or user doesn't allow one, these tests say so and stop.

use std::fs;
use std::os::unix::fs::FileExt;

use super::*;

impl Desk {
    /// Runs a script in a mount namespace of its own, with the program as `$1`; `None` where that
    /// can't be had.
    fn mounted(&self, script: &str) -> Option<Run> {
        let can = |flags: &str| {
            Command::new("unshare")
                .args([flags, "sh", "-c", "mount -t tmpfs none \"$0\""])
                .arg(self.path(""))
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        let flags = ["-m", "-rm"].into_iter().find(|flags| can(flags));
        let Some(flags) = flags else {
            println!("skipped: no mount namespaces on this machine");
            return None;
        };
        let mut command = Command::new("unshare");
        command.args([flags, "sh", "-ec", script, "sh", PROGRAM]);
        self.clean(&mut command);
        Some(self.finish(&[script], command.output().unwrap()))
    }

    /// A script's runs of the program: `exit CODE` on a line of its own after each.
    fn exits(run: &Run) -> Vec<i32> {
        run.out
            .lines()
            .filter_map(|line| line.strip_prefix("exit "))
            .map(|code| code.parse().unwrap())
            .collect()
    }
}

#[test]
fn a_database_that_is_damaged_is_said_to_be_damaged() {
    type Damage = (&'static str, fn(&Path), &'static [&'static str]);
    let damage: [Damage; 6] = [
        (
            "empty",
            |path| fs::write(path, b"").unwrap(),
            &["not-a-ledger", "database-damaged", "wrong-data-key"],
        ),
        (
            "a stump",
            |path| cut(path, 100),
            &["wrong-data-key", "database-damaged"],
        ),
        ("two pages", |path| cut(path, 8192), &["database-damaged"]),
        (
            "half",
            |path| cut(path, fs::metadata(path).unwrap().len() / 2),
            &["database-damaged"],
        ),
        (
            "garbage",
            |path| fs::write(path, [0xa5; 65_536]).unwrap(),
            &["wrong-data-key", "database-damaged"],
        ),
        (
            "plain SQLite",
            plain_sqlite,
            &["wrong-data-key", "database-damaged"],
        ),
    ];
    for (what, spoil, codes) in damage {
        let desk = Desk::ready();
        let database = desk.path("acme.ledger/ledger.db");
        spoil(&database);
        let before = fs::read(&database).unwrap();
        for words in [
            ["--json", "status"].as_slice(),
            &["--json", "verify"],
            &["--json", "policy", "set", "--pending-days", "9"],
        ] {
            let run = desk.run_as("alice", words);
            assert_eq!(run.code, 4, "{what}: {run:?}");
            let said: Value = serde_json::from_str(&run.err)
                .unwrap_or_else(|error| panic!("{what}: not one JSON object: {error}: {run:?}"));
            let code = said["error"]["code"].as_str().unwrap();
            assert!(codes.contains(&code), "{what}: {run:?}");
        }
        assert_eq!(
            fs::read(&database).unwrap(),
            before,
            "{what}: what is damaged is evidence"
        );
    }
}

fn cut(path: &Path, length: u64) {
    fs::OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(length)
        .unwrap();
}

fn plain_sqlite(path: &Path) {
    fs::remove_file(path).unwrap();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch("CREATE TABLE leaf (seq INTEGER); PRAGMA user_version = 1;")
        .unwrap();
}

#[test]
fn any_flipped_bit_is_found() {
    let desk = Desk::ready();
    let path = desk.path("acme.ledger/ledger.db");
    let pages = fs::metadata(&path).unwrap().len() / 4096;
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let mut found = 0;
    for page in 0..pages {
        let (at, mut byte) = (page * 4096 + 2000, [0]);
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1], at).unwrap();
        let run = desk.run_as("alice", &["--json", "verify"]);
        file.write_all_at(&byte, at).unwrap();
        // A page that no table uses is not read.
        assert!([0, 4].contains(&run.code), "page {page}: {run:?}");
        if run.code == 4 {
            found += 1;
            // Either the error, or a report that names the entry; nothing beside it.
            let said = if run.out.is_empty() {
                &run.err
            } else {
                &run.out
            };
            let said: Result<Value, _> = serde_json::from_str(said);
            assert!(said.is_ok(), "page {page}: {run:?}");
        }
    }
    assert!(found * 10 >= pages * 9, "{found} of {pages} pages");
    desk.ok_as("alice", &["verify"]);
}

#[test]
fn a_newer_schema_is_refused_untouched() {
    let desk = Desk::ready();
    let raw = desk.raw("alice");
    raw.execute_batch("PRAGMA user_version = 5; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    drop(raw);
    let before = fs::read(desk.path("acme.ledger/ledger.db")).unwrap();
    for words in [
        ["status"].as_slice(),
        &["verify"],
        &["request", PASSWORD, "--purpose", "x"],
    ] {
        let mut all = vec!["--json"];
        all.extend(words);
        let error = desk.run_as("alice", &all).error(3, "newer-schema");
        assert!(
            error["hints"].to_string().contains("newer rootkeep"),
            "{error}"
        );
    }
    assert_eq!(
        fs::read(desk.path("acme.ledger/ledger.db")).unwrap(),
        before
    );
}

#[test]
fn a_ledger_that_is_held_alone_is_waited_for_by_nobody() {
    let desk = Desk::ready();
    let lock = fs::File::open(desk.path("acme.ledger/lock")).unwrap();
    lock.lock().unwrap();
    for words in [
        ["--json", "status"].as_slice(),
        &["--json", "request", PASSWORD, "--purpose", "x"],
    ] {
        let error = desk.run_as("alice", words).error(1, "locked");
        assert!(error["hints"].to_string().contains("try again"), "{error}");
    }
    desk.unlock(lock);
    // Readers and writers share it.
    let lock = fs::File::open(desk.path("acme.ledger/lock")).unwrap();
    lock.lock_shared().unwrap();
    desk.ok_as("alice", &["request", PASSWORD, "--purpose", "x"]);
}

#[test]
fn a_ledger_without_its_lock_or_keys_says_so() {
    for gone in ["lock", "ledger.db", "keys"] {
        let desk = Desk::ready();
        let path = desk.path("acme.ledger").join(gone);
        fs::rename(&path, desk.path("away")).unwrap();
        let error = desk
            .run_as("alice", &["--json", "status"])
            .error(5, "not-a-ledger");
        let said = format!("{}{}", error["message"], error["causes"]);
        assert!(said.contains("acme.ledger"), "{said}");
        fs::rename(desk.path("away"), &path).unwrap();
        desk.ok_as("alice", &["status"]);
    }
}

#[test]
fn keys_are_mended_by_whoever_signs_next() {
    let desk = Desk::ready();
    let id = desk.request(&[PASSWORD]);
    let keys = || -> Vec<String> {
        desk.files()
            .into_iter()
            .filter(|name| name.starts_with("acme.ledger/keys/"))
            .collect()
    };
    let before = keys();
    for name in &before {
        if !name.contains(&desk.member("alice")) {
            fs::remove_file(desk.path(name)).unwrap();
        }
    }
    let stray = format!("acme.ledger/keys/{}.age", "0".repeat(32));
    fs::write(desk.path(&stray), b"what is not due").unwrap();
    desk.ok_as("alice", &["sign", &id]);
    assert_eq!(keys(), before);
    desk.ok_as("bob", &["status"]);
}

#[test]
fn no_file_of_anybody_elses_is_removed_in_the_name_of_the_keys() {
    let desk = Desk::ready();
    let id = desk.request(&[PASSWORD]);
    let kept = desk.path("acme.ledger/keys/diary.txt");
    fs::write(&kept, b"mine").unwrap();
    desk.ok_as("alice", &["sign", &id]);
    assert!(kept.exists());
    // A link in the place of the directory leads nobody elsewhere.
    let (keys, away) = (desk.path("acme.ledger/keys"), desk.path("away"));
    fs::rename(&keys, &away).unwrap();
    std::os::unix::fs::symlink(&away, &keys).unwrap();
    let before = desk.files();
    desk.refused("bob", &["sign", &id], 5, "not-a-ledger");
    assert_eq!(desk.files(), before);
}

#[test]
fn a_pipe_in_the_place_of_a_file_holds_nobody_up() {
    let desk = Desk::ready();
    for name in ["lock", "keys/recovery.age"] {
        let path = desk.path("acme.ledger").join(name);
        let away = desk.path("away");
        fs::rename(&path, &away).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        // Whether it works or not: it ends.
        let run = desk.run_as("alice", &["--json", "policy", "set", "--window-max", "30m"]);
        assert!(run.code != 101, "{run:?}");
        fs::remove_file(&path).unwrap();
        fs::rename(&away, &path).unwrap();
    }
}

impl Desk {
    fn member(&self, name: &str) -> String {
        let shown = self
            .ok(&["--json", "card", "show", &format!("{name}.card")])
            .json();
        shown["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn read_only_media_are_read_and_never_written() {
    let desk = Desk::ready();
    let script = "mount --bind acme.ledger acme.ledger; mount -o remount,ro,bind acme.ledger
        for words in 'status' 'verify' 'log' 'checkpoint' 'secret list' 'policy set --pending-days 9' 'seal 111122223333/password --generate 24'
        do code=0; \"$1\" --json -i alice.key $words </dev/null >said 2>&1 || code=$?; echo \"exit $code\"; tail -n 1 said; done";
    let before = desk.files();
    let Some(run) = desk.mounted(script) else {
        return;
    };
    assert_eq!(Desk::exits(&run), [0, 0, 0, 0, 0, 1, 1], "{run:?}");
    assert_eq!(
        run.out.matches("\"code\":\"read-only\"").count(),
        2,
        "{run:?}"
    );
    let after: Vec<String> = desk
        .files()
        .into_iter()
        .filter(|name| name != "said")
        .collect();
    assert_eq!(after, before);
}

/// A power cut, or a copy of a ledger that is open, leaves entries in `ledger.db-wal`. On media
/// where they can't be moved into the database, the ledger must not be shown without them.
#[test]
fn read_only_media_with_an_unfinished_wal_are_not_shown_without_it() {
    let desk = Desk::ready();
    let before = desk.entries().unwrap();
    let raw = desk.raw("alice");
    // A reader in a transaction keeps the others from moving the WAL into the database.
    let held = "BEGIN; SELECT count(*) FROM leaf;";
    raw.query_row("SELECT count(*) FROM leaf", [], |row| row.get::<_, i64>(0))
        .unwrap();
    raw.execute_batch(held).unwrap();
    desk.request(&[PASSWORD]);
    copy(&desk.path("acme.ledger"), &desk.path("copy.ledger"));
    drop(raw);
    let wal = fs::metadata(desk.path("copy.ledger/ledger.db-wal"))
        .unwrap()
        .len();
    assert!(wal > 0, "the test needs an unfinished WAL");
    let script = "mount --bind copy.ledger copy.ledger; mount -o remount,ro,bind copy.ledger
        rm -f alice.key.*.pin; code=0
        \"$1\" --json -L copy.ledger -i alice.key status || code=$?; echo; echo \"exit $code\"";
    let Some(run) = desk.mounted(script) else {
        return;
    };
    let exit = Desk::exits(&run)[0];
    if exit == 0 {
        let status: Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
        assert_eq!(
            status["entries"],
            before + 1,
            "the newest entry is not there: {run:?}"
        );
    } else {
        assert!(
            exit == 1 && run.err.contains("read-only"),
            "it says what to do: {run:?}"
        );
        assert!(!run.err.contains("damaged"), "it is not damaged: {run:?}");
    }
}

#[test]
fn a_full_disk_takes_an_entry_whole_or_not_at_all() {
    let desk = Desk::ready();
    // Entries until the disk is full, more attempts on the full disk, then room again.
    let script = "mkdir disk; mount -t tmpfs -o size=1m none disk; cp -a acme.ledger alice.* bob.card disk; cd disk; head -c 300000 /dev/zero >ballast
        try() { code=0; head -c 90000 /dev/urandom >../blob; \"$1\" --json -i alice.key attach genesis ../blob >../said1 2>../said2 || code=$?; cat ../said2; echo \"exit $code\"; }
        for n in 1 2 3 4 5 6 7 8 9 10 11 12; do try \"$1\"; done
        cat /dev/zero >fill 2>/dev/null || true
        for words in 'identity new zed --out . --plain' 'checkpoint --out note' 'init n.ledger --name x --threshold 2 --card alice.card --card bob.card' 'shares export --out shares'
        do code=0; \"$1\" --json -i alice.key $words 2>../said || code=$?; cat ../said; echo \"exit $code\"; done
        ls -A >../left; rm fill ballast; \"$1\" -i alice.key --json verify >../report; \"$1\" -i alice.key attach genesis ../report >/dev/null
        \"$1\" -i alice.key --json status >../status";
    let before = desk.entries().unwrap();
    let Some(run) = desk.mounted(script) else {
        return;
    };
    assert_eq!(run.code, 0, "with room again it goes on: {run:?}");
    let exits = Desk::exits(&run);
    let (tries, others) = exits.split_at(12);
    let done = tries.iter().filter(|code| **code == 0).count();
    assert!(tries.iter().all(|code| [0, 1].contains(code)), "{run:?}");
    assert!(
        (1..12).contains(&done),
        "the disk was to become full: {run:?}"
    );
    assert!(run.out.contains("\"code\":\"disk-full\""), "{run:?}");
    assert!(others.iter().all(|code| *code == 1), "{run:?}");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(desk.path(name)).unwrap()).unwrap()
    };
    let report = read("report");
    assert_eq!(report["ok"], true, "{report}");
    let entries = before + u64::try_from(done).unwrap();
    assert_eq!(
        report["entries"], entries,
        "as many as were acknowledged: {run:?}"
    );
    assert_eq!(read("status")["entries"], entries + 1);
    let left = fs::read_to_string(desk.path("left")).unwrap();
    for name in left.lines() {
        let known = ["acme.ledger", "ballast", "fill", "shares"].contains(&name)
            || name.starts_with("alice.")
            || name == "bob.card";
        assert!(known, "`{name}` was left behind: {left}");
    }
}

#[test]
fn a_full_standard_output_is_an_error() {
    let desk = Desk::ready();
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return;
    };
    let words = ["--json", "-i", "alice.key", "log"];
    let output = desk.command(&words).stdout(full).output().unwrap();
    let run = desk.finish(&words, output);
    run.error(1, "cannot-write");
}

#[test]
fn a_closed_standard_output_ends_quietly() {
    let desk = Desk::ready();
    let script = "\"$0\" -i alice.key log | true; exit 0";
    let mut command = Command::new("sh");
    command.args(["-c", script, PROGRAM]);
    desk.clean(&mut command);
    let run = desk.finish(&[script], command.output().unwrap());
    assert!(run.err.is_empty(), "{run:?}");
}

#[test]
fn a_killed_program_leaves_a_whole_ledger() {
    let desk = Desk::ready();
    let before = desk.entries().unwrap();
    for milliseconds in 0..12 {
        let mut child = desk
            .command(&[
                "-q",
                "-i",
                "alice.key",
                "correct",
                "genesis",
                "--reason",
                "x",
                "--text",
                "y",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        let report = desk.ok_as("alice", &["--json", "verify"]).json();
        assert_eq!(report["ok"], true);
    }
    assert!(desk.entries().unwrap() >= before);
    desk.ok_as("bob", &["verify"]);
    desk.request(&[PASSWORD]);
    let stray: Vec<String> = desk
        .files()
        .into_iter()
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    println!("left behind by kills: {stray:?}");
}
