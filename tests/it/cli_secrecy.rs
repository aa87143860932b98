//! A secret is nowhere but where it was asked for: not in what is said, not in any file.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_secret_is_nowhere_but_where_it_was_asked_for() {
    let desk = Desk::ready();
    let mut secrets: BTreeSet<String> = BTreeSet::from([
        PLAINTEXT.to_owned(),
        "THISXISXANXEXAMPLEXSEEDXFROMXROOTKEEPXITXPROTECTSXNOTHINGXATXALL".to_owned(),
        desk.data_key("alice").to_hex().expose().to_owned(),
    ]);
    for name in ["alice", "bob", "carol"] {
        // Any four words in a row give a share away.
        let words = desk.share_words(name);
        let words: Vec<&str> = words.split(' ').collect();
        secrets.extend(words.windows(4).map(|four| four.join(" ")));
    }
    // A whole release, in both kinds of output, with all its mistakes.
    let json = |json: bool, words: &[&str]| -> Vec<String> {
        let all = words.iter().map(|word| (*word).to_owned());
        if json {
            std::iter::once("--json".to_owned()).chain(all).collect()
        } else {
            all.collect()
        }
    };
    for form in [false, true] {
        let say = |name: &str, words: &[&str]| {
            let words = json(form, words);
            desk.run_as(name, &words.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let id = desk.request(&[PASSWORD, MFA]);
        say("alice", &["reveal", &id, PASSWORD]);
        for name in ["bob", "carol", "dave", "erin", "bob", "alice"] {
            say(name, &["sign", &id]);
        }
        say("alice", &["reveal", &id, MFA, "--totp"]);
        say("alice", &["reveal", &id, PASSWORD, "--totp"]);
        say("bob", &["reveal", &id, PASSWORD]);
        say(
            "alice",
            &[
                "reveal",
                &id,
                PASSWORD,
                "--out",
                if form { "pw-1" } else { "pw-2" },
            ],
        );
        say("alice", &["reveal", &id, PASSWORD, "--out", "pw-1"]);
        for words in [
            ["show", &id].as_slice(),
            &["log"],
            &["log", "--raw"],
            &["log", "--checkpoints"],
            &["status"],
            &["verify"],
            &["secret", "list"],
            &["secret", "show", PASSWORD],
            &["secret", "show", MFA],
            &["checkpoint"],
            &["account", "show", "111122223333"],
            &["find", "support"],
            &["show", &id, "--envelope"],
        ] {
            assert_eq!(say("alice", words).code, 0, "{words:?}");
        }
        let words = json(form, &["close", &id, "--outcome", "used", "--note", "x"]);
        desk.ok_as(
            "alice",
            &words.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    let revealed = ["pw-1", "pw-2"];
    for run in desk.said() {
        for secret in &secrets {
            let said = run.all().replace('\n', " ");
            assert!(
                !said.contains(secret.as_str()),
                "`{secret}` was said: {run:?}"
            );
        }
    }
    for name in desk.files() {
        let path = desk.path(&name);
        if path.is_dir() || revealed.contains(&name.as_str()) {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for secret in &secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "`{secret}` is in {name}");
        }
    }
    for name in revealed {
        assert_eq!(fs::read_to_string(desk.path(name)).unwrap(), PLAINTEXT);
    }
}

#[test]
fn a_mistyped_secret_is_not_repeated_in_the_error() {
    let desk = Desk::ready();
    let seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX0";
    let uri = format!("otpauth://totp/AWS:root?secret={seed}");
    let mut words = ["alice", "bob"].map(|name| desk.share_words(name));
    let last = words[1].rsplit(' ').next().unwrap().to_owned();
    words[1] = words[1].replacen(&last, "zzzfrob", 1);
    let key = fs::read_to_string(desk.path("alice.key")).unwrap();
    let line = key.lines().last().unwrap();
    let broken = line.replacen("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1B", 1);
    desk.write("broken.key", broken.as_bytes());
    let seal = [
        "seal",
        "111122223333/mfa-seed:second",
        "--quorum",
        "board",
        "--otpauth-stdin",
    ];
    for json in [vec![], vec!["--json"]] {
        let with = |words: &[&'static str]| [json.as_slice(), words].concat();
        let runs = [
            desk.fed("alice", &with(&seal), uri.as_bytes()),
            desk.fed(
                "alice",
                &with(&["seal", MFA, "--stdin"]),
                PLAINTEXT.as_bytes(),
            ),
            desk.fed("alice", &with(&["recover"]), words.join("\n").as_bytes()),
            desk.run_as("broken", &with(&["status"])),
        ];
        for run in runs {
            assert!([2, 4].contains(&run.code), "{run:?}");
            for secret in [seed, PLAINTEXT, "zzzfrob", &words[0][..40], &broken[20..40]] {
                assert!(!run.all().contains(secret), "`{secret}` was said: {run:?}");
            }
        }
    }
}
