//! Paper: what is printed, what is refused before anything is, what is left when a printer fails. That
//! the codes on it can be read is held by `tests/interop/print.sh`, with other people's tools.

use rootkeep::crypto::fixed::Digest;
use rootkeep::log::{Hash, TlogProof};
use rootkeep::statement::releases::Form;
use serde_json::{Value, json};

use super::coming_and_going::sign_enrolment;
use super::exit_codes::{in_the_past, of_world};
use super::*;
use crate::custody::location;

/// An account whose MFA device is sealed to nobody yet.
const MEMBER: &str = "222233334444/mfa-seed";
const URI: &[u8] = b"otpauth://totp/AWS:root?secret=NOTASECRETSAMPLENOTASECRETSAMPLE&issuer=AWS";
const SEED: &str = "NOTASECRETSAMPLE";

/// A safe in London and a box in Tokyo.
fn with_safes() -> Desk {
    let desk = Desk::ready();
    for (name, kind, site, zone, who) in [
        ("london-a", "safe", "london", "Europe/London", "alice"),
        ("tokyo-a", "bank-box", "tokyo", "Asia/Tokyo", "erin"),
    ] {
        let facts = format!("location add {name} --kind {kind} --site {site} --timezone {zone}");
        let mut words: Vec<&str> = facts.split(' ').collect();
        words.extend(["--access", who]);
        desk.ok_as("alice", &words);
    }
    desk
}

impl Desk {
    /// A printer that takes everything, or nothing once it has taken `takes` jobs: what it was given is
    /// in `job-1` and so on, and how it was called in `called`.
    fn printer(&self, takes: u32) {
        fs::create_dir_all(self.path("bin")).unwrap();
        let program = format!(
            "#!/bin/sh\nn=1\nwhile [ -e job-$n ]; do n=$((n + 1)); done\n\
             if [ $n -gt {takes} ]; then echo 'lp: Error - out of paper' >&2; exit 1; fi\n\
             /bin/cat >job-$n\nprintf '%s|' \"$@\" >>called\n"
        );
        let path = self.write("bin/lp", program.as_bytes());
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    }

    /// Runs as somebody with that printer, or with none.
    fn at_printer(&self, name: &str, words: &[&str], input: &[u8]) -> Run {
        let identity = format!("{name}.key");
        let all = [&["-i", &identity], words].concat();
        let mut child = self
            .command(&all)
            .env("PATH", self.path("bin"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _closed_early = child.stdin.take().unwrap().write_all(input);
        self.finish(&all, child.wait_with_output().unwrap())
    }

    /// A PDF that only its owner may read, and that has no seed in the open.
    #[track_caller]
    fn is_sheet(&self, name: &str) {
        let bytes = fs::read(self.path(name)).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7"), "{name}");
        let mode = fs::metadata(self.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("otpauth") && !text.contains(SEED), "{name}");
    }

    fn item(&self, name: &str) -> Value {
        self.ok_as("alice", &["--json", "item", "show", name])
            .json()
    }

    /// A request of alice's for the MFA seed, in effect.
    fn released_seed(&self) -> String {
        let id = self.request(&[MFA]);
        self.ok_as("dave", &["sign", &id]);
        self.ok_as("erin", &["sign", &id]);
        id
    }

    /// Nobody was told the seed, and no file has it in the open.
    fn keeps_the_seed(&self) {
        for run in self.said() {
            assert!(!run.all().contains(SEED), "{run:?}");
        }
        for name in self.files() {
            let path = self.path(&name);
            if path.is_file() && name != "seed" {
                let bytes = fs::read(path).unwrap();
                assert!(!String::from_utf8_lossy(&bytes).contains(SEED), "{name}");
            }
        }
    }
}

fn sealing<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["seal", MEMBER, "--quorum", "board", "--otpauth-stdin"];
    words.extend(more);
    words
}

const TWO: [&str; 4] = ["--print", "london-a=A1", "--print", "tokyo-a=A2"];

/// `print sheet` of a request, with more flags.
fn sheet<'a>(id: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["print", "sheet", id, "--location", "tokyo-a"];
    words.extend(["--bag", "A3", "--copy", "3"]);
    words.extend(more);
    words
}

#[test]
fn a_seed_is_printed_for_each_safe_as_it_is_sealed() {
    let desk = with_safes();
    let flags = [&TWO[..], &["--print-out", "copies", "--witness", "erin"]].concat();
    let words = [&["--json"], &sealing(&flags)[..]].concat();
    let sealed = desk.fed("dave", &words, URI).succeeded().json();
    let warnings = sealed["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].as_str().unwrap().contains("compared"));
    let copies = sealed["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 2);
    for (place, (copy, at)) in (1..).zip(copies.iter().zip(["london-a", "tokyo-a"])) {
        let name = format!("222233334444-qr-{place}");
        let file = format!("copies/{name}.pdf");
        desk.is_sheet(&file);
        assert_eq!(copy["item"], name.as_str());
        assert_eq!(
            (&copy["copy"], &copy["of"], &copy["location"], &copy["file"]),
            (&json!(place), &json!(2), &json!(at), &json!(file))
        );
        let item = desk.item(&name);
        assert_eq!(item["kind"], "qr-sheet");
        assert_eq!(item["for"], format!("{MEMBER} epoch 1"));
        assert_eq!(
            (&item["copy"], &item["location"], &item["bag"]),
            (&json!(place), &json!(at), &json!(format!("A{place}")))
        );
        assert_eq!(
            (&item["sealed_by"], &item["witness"]),
            (&json!("dave"), &json!("erin"))
        );
        assert_eq!(item["history"][0]["seq"], copy["registered"]);
    }
    // The next epoch has copies of its own, and nobody is said to have sealed what nobody watched.
    let flags = ["--print", "london-a=B1", "--print-out", "copies"];
    let words = ["seal", MEMBER, "--otpauth-stdin"];
    let run = desk.fed("dave", &[&words[..], &flags].concat(), URI);
    let run = run.succeeded();
    assert!(
        run.out
            .contains("copy 1 of 1, 222233334444-e2-qr-1, for london-a in bag B1"),
        "{run:?}"
    );
    assert!(run.err.contains("printer may keep"), "{run:?}");
    let item = desk.item("222233334444-e2-qr-1");
    assert_eq!(item["sealed_by"], Value::Null);
    assert_eq!(item["for"], format!("{MEMBER} epoch 2"));
    desk.keeps_the_seed();
}

#[test]
fn what_cannot_be_printed_is_not_sealed() {
    let desk = with_safes();
    desk.ok_as(
        "alice",
        &[
            "item",
            "add",
            "taken-1",
            "--kind",
            "document",
            "--location",
            "london-a",
            "--bag",
            "T1",
        ],
    );
    desk.write("seed", URI);
    fs::create_dir(desk.path("there")).unwrap();
    desk.write("there/222233334444-qr-1.pdf", b"x");
    desk.write("file", b"x");
    let to = ["--print-out", "copies"];
    let cases: [(&[&str], i32, &str); 11] = [
        (&["--print", "london-a=A1"], 2, "where-to"),
        (&["--print", "london-a"], 2, "bad-pair"),
        (&["--print", "london-a="], 2, "bad-pair"),
        (&["--print", "nowhere=A1"], 5, "no-location"),
        (&["--print", "london-a=T1"], 3, "bag-known"),
        (
            &["--print", "london-a=A1", "--print", "tokyo-a=A1"],
            3,
            "bag-known",
        ),
        (
            &["--print", "london-a=A1", "--item", "taken"],
            3,
            "item-known",
        ),
        (
            &["--print", "london-a=A1", "--item", "Not A Name"],
            2,
            "bad-name",
        ),
        (
            &["--print", "london-a=A1", "--witness", "dave"],
            3,
            "own-witness",
        ),
        (
            &["--print", "london-a=A1", "--print-out", "there"],
            3,
            "exists",
        ),
        (
            &["--print", "london-a=A1", "--print-out", "file"],
            3,
            "exists",
        ),
    ];
    let before = desk.entries();
    for (flags, exit, code) in cases {
        let mut words = sealing(flags);
        if code != "where-to" && !flags.contains(&"--print-out") {
            words.extend(to);
        }
        let words = [&["--json"], &words[..]].concat();
        desk.fed("dave", &words, URI).error(exit, code);
    }
    // Nothing but the seed of an account goes onto a sheet; what only fits copies wants copies.
    let words = [
        "seal",
        PASSWORD,
        "--stdin",
        "--print",
        "london-a=A1",
        "--print-out",
        "copies",
    ];
    desk.refused("alice", &words, 2, "not-a-seed");
    for flag in [
        &["--print-out", "copies"][..],
        &["--seed-text"],
        &["--to-printer"],
    ] {
        desk.fed("dave", &[&["--json"], &sealing(flag)[..]].concat(), URI)
            .error(2, "usage");
    }
    assert_eq!(desk.entries(), before);
    assert!(!desk.path("copies").exists());
}

#[test]
fn a_printer_that_fails_costs_a_release_and_not_the_sealing() {
    let desk = with_safes();
    let words = sealing(&[&TWO[..], &["--to-printer"]].concat());
    let words = [&["--json"], &words[..]].concat();
    desk.at_printer("dave", &words, URI).error(1, "no-lp");
    desk.printer(1);
    let error = desk.at_printer("dave", &words, URI).error(1, "not-printed");
    let causes = error["causes"].to_string();
    assert!(causes.contains("out of paper"), "{error}");
    assert!(causes.contains("is sealed all the same"), "{error}");
    assert!(
        causes.contains("printed were only 222233334444-qr-1"),
        "{error}"
    );
    assert!(error["hints"].to_string().contains("print sheet"));
    // It is sealed, and the register has what there is.
    desk.ok_as("alice", &["secret", "show", MEMBER]);
    desk.item("222233334444-qr-1");
    let missing = ["item", "show", "222233334444-qr-2"];
    desk.refused("alice", &missing, 5, "no-item");
    assert!(fs::read(desk.path("job-1")).unwrap().starts_with(b"%PDF"));
    desk.keeps_the_seed();
}

#[test]
fn a_later_copy_comes_out_of_a_release_and_is_on_record_before_it_is_paper() {
    let desk = with_safes();
    let id = desk.request(&[MFA]);
    desk.refused(
        "alice",
        &sheet(&id, &["--out", "s.pdf"]),
        3,
        "not-signed-off",
    );
    desk.ok_as("dave", &["sign", &id]);
    desk.ok_as("erin", &["sign", &id]);
    desk.write("there.pdf", b"x");
    for (name, more, exit, code) in [
        ("bob", vec!["--out", "s.pdf"], 3, "not-operator"),
        ("alice", vec!["--out", "there.pdf"], 3, "exists"),
        ("alice", vec!["--out", "s.pdf", "--of", "2"], 2, "bad-copy"),
        (
            "alice",
            vec!["--out", "s.pdf", "--witness", "nobody"],
            5,
            "no-custodian",
        ),
        ("alice", vec![], 2, "usage"),
        ("alice", vec!["--out", "s.pdf", "--to-printer"], 2, "usage"),
    ] {
        desk.refused(name, &sheet(&id, &more), exit, code);
    }
    let printed = [&["--json"], &sheet(&id, &["--out", "s.pdf"])[..]].concat();
    let printed = desk.ok_as("alice", &printed).json();
    desk.is_sheet("s.pdf");
    assert_eq!(
        (&printed["kind"], &printed["item"], &printed["of"]),
        (&json!("reveal"), &json!("111122223333-qr-3"), &json!(3))
    );
    let shown = desk.ok_as("bob", &["log"]).out;
    assert!(shown.contains("reveals on paper"), "{shown}");
    assert_eq!(desk.item("111122223333-qr-3")["bag"], "A3");
    let knowers = desk.ok_as("alice", &["secret", "show", MFA]).out;
    assert!(knowers.contains("alice"), "{knowers}");
    // The same number, bag or name is not given twice.
    let again = |flags: &[&'static str], code: &str| {
        let mut words = vec!["print", "sheet", id.as_str(), "--location", "tokyo-a"];
        words.extend(flags);
        words.extend(["--out", "t.pdf"]);
        desk.refused("alice", &words, 3, code);
    };
    again(
        &["--bag", "A4", "--copy", "3", "--item", "another"],
        "copy-known",
    );
    again(&["--bag", "A3", "--copy", "4"], "bag-known");
    again(
        &["--bag", "A4", "--copy", "4", "--item", "111122223333-qr-3"],
        "item-known",
    );
    desk.ok_as(
        "alice",
        &["close", &id, "--outcome", "used", "--note", "printed"],
    );
    let closed = [
        "print",
        "sheet",
        &id,
        "--location",
        "tokyo-a",
        "--bag",
        "A4",
        "--copy",
        "4",
        "--out",
        "t.pdf",
    ];
    desk.refused("alice", &closed, 3, "closed");
    // What is no seed has no sheet.
    let password = desk.released();
    desk.refused(
        "alice",
        &sheet(&password, &["--out", "t.pdf"]),
        2,
        "not-a-seed",
    );
    assert!(!desk.path("t.pdf").exists());
}

#[test]
fn after_its_window_a_release_gives_no_sheet() {
    let world = in_the_past();
    let member = "111122223333/mfa-seed";
    let uri = b"otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AWS";
    world.seal(0, member, Some("engineers"), uri).unwrap();
    let safe = location(&world, "tokyo-a");
    world.session(0).enter(safe, Vec::new()).unwrap();
    let request = world.request_by(0, &[member], 0, 60).unwrap();
    world.sign_all(request.leaf, &[1, 2]);
    let id = request.id.to_hex();
    let words = [&["--json"], &sheet(&id, &["--out", "s.pdf"])[..]].concat();
    of_world(&world, 0, &words).error(3, "expired");
    // Within it there would have been one.
    let secret = world.secret(member);
    let revealed = world
        .session(0)
        .reveal(&request.leaf, &secret, Form::Paper, |_| Ok(()));
    assert_eq!(revealed.unwrap().plaintext.expose(), uri);
}

#[test]
fn a_printer_that_fails_leaves_the_release_open() {
    let desk = with_safes();
    let id = desk.released_seed();
    desk.printer(0);
    let words = [&["--json"], &sheet(&id, &["--to-printer"])[..]].concat();
    let error = desk
        .at_printer("alice", &words, b"")
        .error(1, "not-printed");
    assert!(
        error["hints"]
            .to_string()
            .contains("the reveal is on record"),
        "{error}"
    );
    desk.printer(1);
    let words = sheet(
        &id,
        &["--to-printer=office", "--paper", "letter", "--seed-text"],
    );
    let run = desk.at_printer("alice", &words, b"").succeeded();
    assert!(run.out.contains("sent to the printer office"), "{run:?}");
    let called = fs::read_to_string(desk.path("called")).unwrap();
    assert_eq!(
        called,
        "-s|-t|Sealed MFA backup|-d|office|-o|media=Letter|-o|print-scaling=none|"
    );
    assert!(fs::read(desk.path("job-1")).unwrap().starts_with(b"%PDF"));
    assert!(!desk.files().iter().any(|name| name.ends_with(".pdf")));
}

#[test]
fn who_does_not_keep_the_register_is_told_what_a_keeper_types() {
    let desk = with_safes();
    let added = desk.propose_mallory("operator");
    sign_enrolment(&desk, &added, added["fingerprint"].as_str().unwrap());
    desk.ok_as("mallory", &["custodian", "accept", "--code", &desk.code()]);
    let asked = ["--json", "request", MFA, "--purpose", "A third copy"];
    let asked = desk
        .ok_as("alice", &[&asked[..], &["--operator", "mallory"]].concat())
        .json();
    let id = asked["id"].as_str().unwrap();
    desk.ok_as("dave", &["sign", id]);
    desk.ok_as("erin", &["sign", id]);
    let words = sheet(id, &["--out", "s.pdf", "--witness", "erin"]);
    let printed = desk
        .ok_as("mallory", &[&["--json"], &words[..]].concat())
        .json();
    assert_eq!(printed["registered"], Value::Null);
    let warning = printed["warnings"][0].as_str().unwrap();
    let line = &warning[warning.find("rootkeep item add").unwrap()..];
    desk.is_sheet("s.pdf");
    desk.typed(
        &json!(line.replacen("rootkeep", "rootkeep -i alice.key", 1)),
        &[],
    )
    .succeeded();
    let item = desk.item("111122223333-qr-3");
    assert_eq!(
        (
            &item["bag"],
            &item["copy"],
            &item["sealed_by"],
            &item["witness"]
        ),
        (&json!("A3"), &json!(3), &json!("mallory"), &json!("erin"))
    );
}

#[test]
fn everybody_prints_their_own_share_and_nobody_elses() {
    let desk = Desk::ready();
    let before = desk.entries();
    let words = ["--json", "print", "share", PASSWORD, "--out", "bob.pdf"];
    let printed = desk.ok_as("bob", &words).json();
    assert_eq!(
        (&printed["epoch"], &printed["group"], &printed["member"]),
        (&json!(1), &json!(0), &json!(1))
    );
    desk.is_sheet("bob.pdf");
    assert_eq!(
        desk.entries(),
        before,
        "as with an export, nothing is entered"
    );
    let share = |more: &[&'static str]| [&["print", "share"], more].concat();
    for (name, words, exit, code) in [
        (
            "dave",
            share(&[PASSWORD, "--out", "d.pdf"]),
            3,
            "not-in-quorum",
        ),
        ("bob", share(&[PASSWORD, "--out", "bob.pdf"]), 3, "exists"),
        (
            "bob",
            share(&[PASSWORD, "--epoch", "2", "--out", "d.pdf"]),
            5,
            "no-epoch",
        ),
        (
            "bob",
            share(&[PASSWORD, "--group", "2", "--out", "d.pdf"]),
            3,
            "not-in-quorum",
        ),
        (
            "bob",
            share(&["999999999999/password", "--out", "d.pdf"]),
            5,
            "no-secret",
        ),
        ("bob", share(&[PASSWORD]), 2, "usage"),
        (
            "mallory",
            share(&[PASSWORD, "--out", "d.pdf"]),
            3,
            "not-a-member",
        ),
    ] {
        desk.refused(name, &words, exit, code);
    }
    // Neither the words nor a file of them are left but on the card.
    let words = desk.share_words("bob");
    let words: Vec<&str> = words.split(' ').collect();
    for run in desk.said() {
        assert!(!run.all().contains(&words[..3].join(" ")), "{run:?}");
    }
    // Of what was destroyed there is no card.
    let destroy = [
        "secret", "destroy", PASSWORD, "--epoch", "1", "--reason", "x",
    ];
    let with = [
        "--with",
        "alice.key",
        "--with",
        "bob.key",
        "--with",
        "dave.key",
    ];
    desk.ok_as("alice", &[&with[..], &destroy].concat());
    desk.refused(
        "bob",
        &share(&[PASSWORD, "--epoch", "1", "--out", "d.pdf"]),
        3,
        "destroyed",
    );
    assert!(!desk.path("d.pdf").exists());
}

#[test]
fn who_holds_shares_of_two_groups_says_which() {
    let desk = Desk::ready();
    let define = [
        "quorum",
        "define",
        "sites",
        "--groups-needed",
        "2",
        "--group",
        "east=1:alice",
        "--group",
        "west=2:alice,bob,carol",
        "--with",
        "alice.key",
        "--with",
        "bob.key",
        "--with",
        "dave.key",
    ];
    desk.ok_as("alice", &define);
    let seal = ["seal", "333344445555/password", "--quorum", "sites"];
    desk.fed("alice", &[&seal[..], &["--stdin"]].concat(), b"pw")
        .succeeded();
    let share = ["print", "share", "333344445555/password", "--out", "a.pdf"];
    let error = desk.refused("alice", &share, 2, "which-share");
    assert!(error["hints"].to_string().contains("--group 2"), "{error}");
    let words = [&["--json"], &share[..], &["--group", "2"]].concat();
    let printed = desk.ok_as("alice", &words).json();
    assert_eq!(
        (&printed["group"], &printed["member"]),
        (&json!(1), &json!(0))
    );
    desk.is_sheet("a.pdf");
}

#[test]
fn what_holds_no_secret_is_printed_without_a_question() {
    let desk = with_safes();
    let add =
        "item add token-1 --kind mfa-token --account 111122223333 --location london-a --bag A1";
    desk.ok_as("alice", &add.split(' ').collect::<Vec<_>>());
    let before = desk.entries();
    let inventory = ["print", "inventory", "london-a", "--out", "i.pdf"];
    let printed = desk
        .ok_as("bob", &[&["--json"], &inventory[..]].concat())
        .json();
    assert_eq!(printed["items"], json!(["token-1"]));
    let form = [
        "print", "form", "london-a", "--number", "P-7", "--out", "f.pdf",
    ];
    let run = desk.ok_as("bob", &form);
    assert!(run.err.contains("rootkeep safe log london-a"), "{run:?}");
    assert!(!run.err.contains("printer may keep"), "{run:?}");
    for name in ["i.pdf", "f.pdf"] {
        desk.is_sheet(name);
    }
    desk.refused("bob", &inventory, 3, "exists");
    let nowhere = ["print", "form", "nowhere", "--out", "g.pdf"];
    desk.refused("bob", &nowhere, 5, "no-location");
    desk.refused("bob", &["print", "inventory", "london-a"], 2, "usage");
    // Where the fonts lack a letter, whoever prints is told.
    let form = [
        "print", "form", "london-a", "--number", "東", "--out", "g.pdf",
    ];
    let printed = desk.ok_as("bob", &[&["--json"], &form[..]].concat()).json();
    assert!(
        printed["warnings"][0]
            .as_str()
            .is_some_and(|warning| warning.contains("U+6771")),
        "{printed}"
    );
    assert_eq!(desk.entries(), before);
}

/// The runbook of the examples, in effect.
pub fn with_runbook() -> Desk {
    let desk = with_safes();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/runbooks/lost-mfa.toml");
    desk.write("lost-mfa.toml", &fs::read(example).unwrap());
    let with = [
        "--with",
        "alice.key",
        "--with",
        "bob.key",
        "--with",
        "carol.key",
    ];
    let add = ["runbook", "add", "lost-mfa.toml"];
    desk.ok_as("alice", &[&with[..], &add].concat());
    desk
}

/// `print script` in JSON, into a file.
fn script(desk: &Desk, what: &str, more: &[&str]) -> Value {
    let words = ["--json", "print", "script", what];
    desk.ok_as("bob", &[&words[..], more].concat()).json()
}

#[test]
fn a_runbook_is_printed_as_it_is_in_effect_and_nothing_is_entered() {
    let desk = with_runbook();
    let before = desk.entries();
    let printed = script(&desk, "lost-mfa", &["--out", "s.pdf"]);
    desk.is_sheet("s.pdf");
    let shown = desk.ok_as("bob", &["--json", "runbook", "show", "lost-mfa"]);
    let shown = shown.json();
    assert_eq!(
        (&printed["runbook"], &printed["version"], &printed["digest"]),
        (&shown["runbook"], &shown["version"], &shown["file"])
    );
    assert_eq!(
        (&printed["ceremony"], &printed["state"], &printed["proof"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(printed["warnings"], json!([]));
    assert!(printed["pages"].as_u64().unwrap() > 4);
    let words = |what, more: &[&'static str]| [&["print", "script", what], more].concat();
    for (words, exit, code) in [
        (words("lost-mfa", &["--out", "s.pdf"]), 3, "exists"),
        (words("lost-mfa", &[]), 2, "usage"),
        (words("lost-key", &["--out", "t.pdf"]), 5, "no-script"),
        (words("#0", &["--out", "t.pdf"]), 5, "not-a-ceremony"),
        (
            words("lost-mfa", &["--out", "t.pdf", "--proof", "p"]),
            2,
            "no-proof",
        ),
        (
            words("lost-mfa", &["--out", "t.pdf", "--proof", "t.pdf"]),
            2,
            "same-file",
        ),
        (
            words("lost-mfa", &["--out", "t.pdf", "--proof", "s.pdf"]),
            3,
            "exists",
        ),
    ] {
        desk.refused("bob", &words, exit, code);
    }
    assert!(!desk.path("t.pdf").exists() && !desk.path("p").exists());
    desk.printer(1);
    let words = words("lost-mfa", &["--to-printer", "--paper", "letter"]);
    desk.at_printer("bob", &words, b"").succeeded();
    assert!(fs::read(desk.path("job-1")).unwrap().starts_with(b"%PDF"));
    assert_eq!(desk.entries(), before);
}

#[test]
fn a_ceremony_is_printed_with_a_proof_of_how_it_stands() {
    let desk = with_runbook();
    let start = "--json ceremony start lost-mfa --practice --role administrator=alice --role operator=bob \
                 --role witness=carol --role phone-holder=carol --role mailbox-reader=dave";
    let words: Vec<&str> = start.split_whitespace().collect();
    let id = desk.ok_as("alice", &words).json()["id"].clone();
    let id = id.as_str().unwrap();
    let stands = |file: &str, state: &str| {
        let (pdf, proof) = (format!("{file}.pdf"), format!("{file}.proof"));
        let printed = script(&desk, id, &["--out", &pdf, "--proof", &proof]);
        desk.is_sheet(&pdf);
        assert_eq!(
            (&printed["state"], &printed["ceremony"]),
            (&json!(state), &json!(id))
        );
        assert_eq!(printed["warnings"], json!([]));
        // Whoever has the proof needs nothing else to see that the leaf is in the log.
        let proof = TlogProof::parse(&fs::read(desk.path(&proof)).unwrap()).unwrap();
        assert_eq!(json!(proof.index()), printed["proof"]["seq"]);
        let leaf = Digest::parse(printed["proof"]["leaf"].as_str().unwrap()).unwrap();
        proof.verify_inclusion(&Hash::from(leaf.0)).unwrap();
        proof.index()
    };
    // While there is no end, the newest entry is proven.
    let began = stands("began", "running");
    desk.ok_as(
        "alice",
        &["ceremony", "pause", id, "--stay", "bob", "--stay", "carol"],
    );
    assert_eq!(stands("rests", "on-break"), began + 1);
    desk.ok_as("alice", &["ceremony", "resume", id]);
    let finish = |desk: &Desk| {
        let words = ["--json", "ceremony", "finish", id, "--outcome", "aborted"];
        desk.ok_as("alice", &words).json()
    };
    let first = finish(&desk);
    assert_eq!(json!(stands("ended", "to-be-signed")), first["seq"]);
    // An end that was turned down is none.
    let first = first["id"].as_str().unwrap();
    desk.ok_as("dave", &["reject", first, "--reason", "It goes on"]);
    assert_eq!(
        stands("on", "running"),
        desk.ok_as("bob", &["--json", "show", first]).json()["seq"]
    );
    let second = finish(&desk);
    let second = (second["id"].as_str().unwrap(), &second["seq"]);
    for name in ["bob", "carol", "dave"] {
        desk.ok_as(name, &["sign", second.0]);
    }
    assert_eq!(json!(stands("over", "aborted")), *second.1);
}

#[test]
fn the_map_is_drawn_from_the_register() {
    let desk = with_safes();
    let add = "item add sheet-1 --kind qr-sheet --location london-a --bag A1 --for";
    let mut words: Vec<&str> = add.split(' ').collect();
    words.push(MFA);
    desk.ok_as("alice", &words);
    let seal = ["seal", "location:tokyo-a/combination", "--quorum", "board"];
    desk.fed("alice", &[&seal[..], &["--stdin"]].concat(), b"L1 R2")
        .succeeded();
    let map = |file: &'static str| ["location", "map", "--out", file];
    let drawn = desk
        .ok_as("bob", &[&["--json"], &map("map.svg")[..]].concat())
        .json();
    assert_eq!(
        (&drawn["locations"], &drawn["items"], &drawn["people"]),
        (&json!(2), &json!(1), &json!(5))
    );
    let svg = fs::read_to_string(desk.path("map.svg")).unwrap();
    for said in [
        "Custody map of Acme",
        "sheet-1: MFA QR sheet, 111122223333/mfa-seed",
        "alice, london-a: combination or key",
        "dave, tokyo-a: share of the combination",
        "alice, tokyo-a: has seen the combination",
        "Asia/Tokyo",
    ] {
        assert!(svg.contains(said), "{said}");
    }
    assert!(!svg.contains("A1<"), "no bag's number");
    desk.ok_as("bob", &map("map.html"));
    let page = fs::read_to_string(desk.path("map.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg"));
    for name in ["map.svg", "map.html"] {
        let mode = fs::metadata(desk.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    desk.refused("bob", &map("map.svg"), 3, "exists");
    desk.refused("bob", &map("map.png"), 2, "bad-format");
}

#[test]
fn nothing_is_printed_without_an_exact_yes() {
    let desk = with_safes();
    let id = desk.released_seed();
    let before = desk.entries();
    let asked = "Print it? Type Yes to agree";
    let words = sheet(&id, &["--out", "s.pdf"]);
    let Some(run) = desk.typing("alice", &words, &[(asked, "yes")]) else {
        return;
    };
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("printer may keep"), "{run:?}");
    let share = ["print", "share", PASSWORD, "--out", "s.pdf"];
    let run = desk.typing("bob", &share, &[(asked, "")]).unwrap();
    assert_eq!(run.code, 3, "{run:?}");
    seeds::picture_in(&desk);
    let seal = [
        "seal",
        MFA,
        "--qr",
        "aws.png",
        "--print",
        "london-a=A1",
        "--print-out",
        "copies",
    ];
    let [now, next] = seeds::two_codes();
    let answers = [
        ("The code that the device shows", &*now),
        ("The next one", &*next),
        (asked, "no"),
    ];
    let run = desk.typing("dave", &seal, &answers).unwrap();
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(desk.entries(), before);
    assert!(!desk.path("s.pdf").exists() && !desk.path("copies").exists());
    desk.typing("alice", &words, &[(asked, "Yes")])
        .unwrap()
        .succeeded();
    desk.is_sheet("s.pdf");
}
