//! At a terminal: what may be typed again, and what not. The terminal is `script`'s, of util-linux;
//! where there is none, these tests say so and stop.

use std::fs;
use std::io::Read;

use rootkeep::crypto::age_file;

use super::*;

const PASSPHRASE: &str = "five random words are better";

impl Desk {
    /// Runs the program as somebody at a terminal: each answer is typed once its question was asked.
    pub fn typing(&self, name: &str, words: &[&str], answers: &[(&str, &str)]) -> Option<Run> {
        let identity = format!("{name}.key");
        let all: Vec<&str> = ["-i", &identity].iter().chain(words).copied().collect();
        let quoted: Vec<String> = all.iter().map(|word| format!("'{word}'")).collect();
        // A question that nobody answers would be waited on for ever.
        let line = format!("timeout --foreground 60 '{PROGRAM}' {}", quoted.join(" "));
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]);
        self.clean(&mut command);
        command.env("SHELL", "/bin/sh");
        let spawned = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = spawned else {
            println!("skipped: there is no script(1)");
            return None;
        };
        let mut keyboard = child.stdin.take();
        let mut screen = child.stdout.take().unwrap();
        let (mut seen, mut from) = (Vec::new(), 0);
        let mut left = answers.iter().peekable();
        let mut byte = [0];
        loop {
            if left.peek().is_none() {
                // The end of input: whatever else is asked, nobody answers.
                keyboard = None;
            }
            if screen.read(&mut byte).unwrap() == 0 {
                break;
            }
            seen.push(byte[0]);
            if let (Some((question, answer)), Some(keyboard)) = (left.peek(), &mut keyboard)
                && seen[from..].ends_with(format!("{question}: ").as_bytes())
            {
                from = seen.len();
                left.next();
                keyboard
                    .write_all(format!("{answer}\n").as_bytes())
                    .unwrap();
            }
        }
        let mut output = child.wait_with_output().unwrap();
        output.stdout = seen;
        let run = self.finish(&all, output);
        assert!(
            left.peek().is_none(),
            "not asked {:?}: {run:?}",
            left.peek()
        );
        Some(run)
    }

    /// Puts somebody's identity under [`PASSPHRASE`].
    fn lock(&self, name: &str) {
        let file = format!("{name}.key");
        let key = fs::read(self.path(&file)).unwrap();
        let passphrase = SecretText::new(PASSPHRASE.to_owned());
        let locked = age_file::encrypt_with_passphrase(&passphrase, 2, &key).unwrap();
        self.write(&file, &locked);
    }
}

/// What is asked for an identity file.
const ASKED: &str = "Passphrase of alice.key";

#[test]
fn a_mistyped_passphrase_may_be_typed_three_times() {
    let desk = Desk::ready();
    desk.lock("alice");
    let right = [(ASKED, "a"), (ASKED, "b"), (ASKED, PASSPHRASE)];
    let Some(run) = desk.typing("alice", &["status"], &right) else {
        return;
    };
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("2 more tries are left"), "{run:?}");
    assert!(run.out.contains("1 more try is left"), "{run:?}");
    let wrong = [(ASKED, "a"), (ASKED, "b"), (ASKED, "c")];
    let run = desk.typing("alice", &["status"], &wrong).unwrap();
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.out.contains("[wrong-passphrase]"), "{run:?}");
    let run = desk.typing("alice", &["--batch", "status"], &[]).unwrap();
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.out.contains("[passphrase-needed]"), "{run:?}");
}

#[test]
fn an_ssh_keys_passphrase_may_be_typed_again_too() {
    let desk = Desk::of_people();
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", PASSPHRASE, "-f"])
        .arg(desk.path("ed.key"))
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: there is no ssh-keygen");
        return;
    }
    desk.ok(&["identity", "new", "ed", "--out", "cards", "--ssh", "ed.key"]);
    let cards = ["--card", "alice.card", "--card", "cards/ed.card"];
    let words = ["init", "acme.ledger", "--name", "x", "--threshold", "2"];
    desk.ok_as("alice", &[&words[..], &cards].concat());
    let asked = "Type passphrase for OpenSSH key 'ed.key'";
    let code = desk.code();
    let fingerprint = desk.ok(&["--json", "card", "show", "cards/ed.card"]).json();
    let fingerprint = fingerprint["fingerprint"].as_str().unwrap();
    // The card is not beside the key: its fingerprint is asked for, after the genesis code.
    let answers = [
        (asked, "wrong"),
        (asked, PASSPHRASE),
        ("Genesis code, twelve words", &code),
        ("Your own card's fingerprint", "a b c"),
        ("Your own card's fingerprint", fingerprint),
        ("do you agree to exactly this? Type Yes to agree", "Yes"),
    ];
    let Some(run) = desk.typing("ed", &["sign", "genesis"], &answers) else {
        return;
    };
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.out.contains("your own card is not at ed.card"),
        "{run:?}"
    );
}

#[test]
fn mistyped_words_may_be_typed_again_and_yes_is_yes() {
    let desk = Desk::founded();
    let (code, wrong) = (desk.code(), ["academic"; 12].join(" "));
    let (asked, agree) = (
        "Genesis code, twelve words",
        "do you agree to exactly this? Type Yes to agree",
    );
    let given_up = [(asked, wrong.as_str()), (asked, "a b"), (asked, &wrong)];
    let Some(run) = desk.typing("bob", &["sign", "genesis"], &given_up) else {
        return;
    };
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.out.contains("[words-differ]"), "{run:?}");
    assert!(
        run.out.contains("by voice"),
        "a word that differs may be a forgery: {run:?}"
    );
    // What was given by a flag was not mistyped just now.
    let flag = ["sign", "genesis", "--code", &wrong];
    assert_eq!(desk.typing("bob", &flag, &[]).unwrap().code, 4);
    let answers = [(asked, wrong.as_str()), (asked, &code), (agree, "yes")];
    let run = desk.typing("bob", &["sign", "genesis"], &answers).unwrap();
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("[not-confirmed]"), "{run:?}");
    let run = desk.typing("bob", &["sign", "genesis"], &[(agree, "Yes")]);
    assert_eq!(run.unwrap().code, 0);
}

#[test]
fn what_is_typed_twice_may_be_typed_twice_again() {
    let desk = Desk::ready();
    let (first, again) = ("Passphrase for ./fay.key", "The same again");
    let answers = [
        (first, PASSPHRASE),
        (again, "five random words are bitter"),
        (first, "short"),
        (again, "short"),
        (first, PASSPHRASE),
        (again, PASSPHRASE),
    ];
    let words = ["identity", "new", "fay", "--out", "."];
    let Some(run) = desk.typing("fay", &words, &answers) else {
        return;
    };
    assert_eq!(run.code, 0, "{run:?}");
    let asked = "111122223333/password, as it is in use (not shown)";
    let answers = [
        (asked, "one"),
        (again, "two"),
        (asked, "three"),
        (again, "three"),
    ];
    let run = desk
        .typing("alice", &["seal", PASSWORD, "--stdin"], &answers)
        .unwrap();
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_seed_is_sealed_once_two_codes_were_typed() {
    let desk = seeds::with_a_picture();
    let seal = ["seal", MFA, "--qr", "aws.png"];
    let (first, second) = ("The code that the device shows", "The next one");
    let before = desk.entries();
    let wrong = [(first, "000000"), (first, "12"), (first, "000001")];
    let Some(run) = desk.typing("dave", &seal, &wrong) else {
        return;
    };
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("[codes-differ]"), "{run:?}");
    let run = desk.typing("dave", &seal, &[]).unwrap();
    assert_eq!(run.code, 3, "nobody answers: {run:?}");
    assert_eq!(desk.entries(), before, "nothing was sealed");
    let [now, next] = seeds::two_codes();
    let right = [(first, "123456"), (first, &now), (second, &next)];
    let run = desk.typing("dave", &seal, &right).unwrap();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("2 more tries are left"), "{run:?}");
}

#[test]
fn a_mistyped_id_of_a_slip_may_be_typed_again() {
    let desk = Desk::ready();
    let (code, id) = (desk.code(), desk.request(&[PASSWORD]));
    let words = ["slip", "request", &id, "--for", "bob", "--out", "b.slip"];
    desk.ok_as("alice", &words);
    let bob = super::slips::machine(&desk, "bob");
    super::slips::carry(&desk, &bob, "b.slip");
    let (code_asked, id_asked) = (
        "Genesis code, twelve words",
        "To agree to exactly this, type its id",
    );
    let sign = ["slip", "sign", "b.slip", "--out", "b.answer"];
    let wrong = [
        (code_asked, code.as_str()),
        (id_asked, &id[..8]),
        (id_asked, "yes"),
        (id_asked, "Yes"),
    ];
    let Some(run) = bob.typing("bob", &sign, &wrong) else {
        return;
    };
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("[id-differs]"), "{run:?}");
    // The code was right, and is not asked for again.
    let right = [(id_asked, "x"), (id_asked, id.as_str())];
    let run = bob.typing("bob", &sign, &right).unwrap();
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn no_answer_at_the_safe_is_lost_to_a_slip_of_the_fingers() {
    let desk = super::custody::with_a_safe();
    let log = "safe log london-a --opened-at 00:00 --closed-at 00:00 --saw sheet-1 --purpose x";
    let log: Vec<&str> = log.split(' ').collect();
    // `Who witnesses (NAME, NAME ...)`
    let mut answers = vec![(")", "zoe"); 7];
    answers.push((")", "bob"));
    answers.push(("Type Yes to agree", "yes"));
    let Some(run) = desk.typing("alice", &log, &answers) else {
        return;
    };
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("[not-confirmed]"), "{run:?}");
    assert!(run.out.contains("type exactly Yes"), "{run:?}");
}

#[test]
fn a_keeper_is_offered_what_others_have_left_open() {
    let desk = super::custody::with_a_safe();
    let open = "safe open london-a --purpose x --witness carol";
    let open: Vec<&str> = open.split(' ').collect();
    desk.ok_as("bob", &open);
    let answers = [("Which location", "london-a")];
    let Some(run) = desk.typing("alice", &["safe", "close"], &answers) else {
        return;
    };
    assert!(run.out.contains("london-a (opened by bob)"), "{run:?}");
}
