//! Help texts and what people read, by snapshot (`snapshots/`): a change to them is a change to the
//! product and is reviewed as one. To take changes over: `INSTA_UPDATE=always cargo test cli::text`.

use super::*;

/// The subcommands that a help text lists, but `help` itself.
fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // A description that goes on in the next line is indented further.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|command| command != "help")
        .collect()
}

fn help(desk: &Desk, words: &[&str], text: &mut String) {
    let mut all = words.to_vec();
    all.push("--help");
    let run = desk.ok(&all);
    assert!(run.err.is_empty(), "{run:?}");
    text.push_str(&format!("$ rootkeep {}\n{}\n", all.join(" "), run.out));
    for subcommand in subcommands(&run.out) {
        let mut deeper = words.to_vec();
        deeper.push(&subcommand);
        help(desk, &deeper, text);
    }
}

#[test]
fn help_says_what_there_is() {
    let desk = Desk::bare();
    let overview = desk.ok(&["--help"]).out;
    insta::assert_snapshot!("help", overview);
    let commands = subcommands(&overview);
    assert!(commands.len() >= 28, "{commands:?}");
    for command in commands {
        let mut text = String::new();
        help(&desk, &[&command], &mut text);
        insta::assert_snapshot!(format!("help-{command}"), text);
    }
}

#[test]
fn help_is_a_command_too() {
    let desk = Desk::bare();
    for words in [
        vec![],
        vec!["sign"],
        vec!["approve"],
        vec!["quorum"],
        vec!["quorum", "define"],
    ] {
        let asked = [vec!["help"], words.clone()].concat();
        let flagged = [words.clone(), vec!["--help"]].concat();
        assert_eq!(desk.ok(&asked).out, desk.ok(&flagged).out, "{words:?}");
    }
    assert_eq!(
        desk.ok(&["quorum", "help", "define"]).out,
        desk.ok(&["help", "quorum", "define"]).out
    );
    desk.run(&["--json", "help", "frobnicate"])
        .error(2, "usage");
}

#[test]
fn short_help_and_version_are_there() {
    let desk = Desk::bare();
    assert!(desk.ok(&["-h"]).out.contains("Usage: rootkeep"));
    assert_eq!(
        desk.ok(&["--version"]).out,
        format!("rootkeep {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn every_command_is_in_the_manual_and_the_completions() {
    let desk = Desk::bare();
    desk.ok(&["man", "--out", "man"]);
    let pages = desk.files();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.ok(&["completions", shell]).out;
        for command in subcommands(&desk.ok(&["--help"]).out) {
            assert!(script.contains(&command), "{command} in {shell}");
            assert!(
                pages.contains(&format!("man/rootkeep-{command}.1")),
                "{command}: {pages:?}"
            );
        }
    }
}

#[test]
fn every_manual_page_has_its_sections() {
    let desk = Desk::bare();
    desk.ok(&["man", "--out", "man"]);
    let pages: Vec<String> = desk
        .files()
        .into_iter()
        .filter(|name| name.ends_with(".1"))
        .collect();
    assert!(pages.len() > 50, "{pages:?}");
    for page in &pages {
        let text = fs::read_to_string(desk.path(page)).unwrap();
        let mut sections = vec!["EXIT STATUS", "ENVIRONMENT", "FILES", "SEE ALSO"];
        // A family's page leads to those of its commands.
        let family = pages
            .iter()
            .any(|other| other.starts_with(&page.replace(".1", "-")));
        if !family || page == "man/rootkeep.1" {
            sections.insert(1, "EXAMPLES");
        }
        let at: Vec<usize> = sections
            .iter()
            .map(|name| {
                let heading = [format!(".SH {name}\n"), format!(".SH \"{name}\"\n")];
                let places = heading.iter().find_map(|heading| text.find(heading));
                places.unwrap_or_else(|| panic!("{page} has no {name}"))
            })
            .collect();
        assert!(at.is_sorted(), "{page}");
        assert!(!text.contains(".SH EXTRA"), "{page}");
    }
    let text = fs::read_to_string(desk.path("man/rootkeep-quorum-define.1")).unwrap();
    insta::assert_snapshot!("man-quorum-define", text);
}

/// What differs from run to run, by its name: ids, digests, keys, times, words, places.
struct Redaction(Vec<(String, String)>);

impl Redaction {
    fn of(desk: &Desk) -> Self {
        let mut pairs = vec![(desk.code(), "[genesis code]".to_owned())];
        let log = desk.ok_as("alice", &["--json", "log"]).json();
        for entry in log["entries"].as_array().unwrap() {
            let id = entry["id"].as_str().unwrap();
            let name = format!("id-{}", entry["seq"]);
            pairs.push((id.to_owned(), format!("[{name}]")));
            pairs.push((id[..8].to_owned(), format!("[{name}]")));
            pairs.push((
                entry["made_at"].as_str().unwrap().to_owned(),
                "[time]".to_owned(),
            ));
        }
        let people = desk.ok_as("alice", &["--json", "custodian", "list"]).json();
        for person in people["custodians"].as_array().unwrap() {
            let text = |field: &str| person[field].as_str().unwrap().to_owned();
            let shown = desk
                .ok_as("alice", &["--json", "custodian", "show", &text("name")])
                .json();
            pairs.push((text("id"), format!("[{}]", text("name"))));
            pairs.push((text("id")[..8].to_owned(), format!("[{}]", text("name"))));
            pairs.push((
                text("recipient"),
                format!("[recipient of {}]", text("name")),
            ));
            let words = shown["fingerprint"].as_str().unwrap().to_owned();
            pairs.push((words, format!("[fingerprint of {}]", text("name"))));
        }
        Self(pairs)
    }

    fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (from, to) in &self.0 {
            text = text.replace(from.as_str(), to);
        }
        let lines: Vec<String> = text.split('\n').map(redacted).collect();
        lines.join("\n")
    }
}

/// Digests, keys and times that are known by their form.
fn redacted(line: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in line.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || ":-".contains(c) {
            word.push(c);
            continue;
        }
        let hex = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let time = word.len() == 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
        let day = word.len() == 10
            && word.chars().enumerate().all(|(place, c)| match place {
                4 | 7 => c == '-',
                _ => c.is_ascii_digit(),
            });
        out.push_str(match word.as_str() {
            _ if day => "[day]",
            _ if hex => "[digest]",
            _ if time => "[time]",
            _ if word.starts_with("age1") => "[recipient]",
            word => word,
        });
        out.push(c);
        word.clear();
    }
    out.pop();
    out
}

/// Both streams, each under its name.
fn streams(run: &Run) -> String {
    format!(
        "$ rootkeep {}\n(exit {})\n-- stdout\n{}-- stderr\n{}",
        run.typed, run.code, run.out, run.err
    )
}

#[test]
fn what_people_read_stays_readable() {
    let desk = Desk::ready();
    let mut shown = Vec::new();
    let mut show = |name: &'static str, run: Run| shown.push((name, run));
    show("status", desk.ok_as("alice", &["status"]));
    show("secret-list", desk.ok_as("alice", &["secret", "list"]));
    show(
        "secret-show",
        desk.ok_as("alice", &["secret", "show", PASSWORD]),
    );
    show("quorum-list", desk.ok_as("alice", &["quorum", "list"]));
    show("account-list", desk.ok_as("alice", &["account", "list"]));
    show("policy-show", desk.ok_as("alice", &["policy", "show"]));
    show("show-genesis", desk.ok_as("alice", &["show", "genesis"]));
    let words = [
        "request",
        PASSWORD,
        "--purpose",
        "Change the support plan",
        "--task",
        "Support",
        "--ticket",
        "OPS-1234",
        "--window",
        "30m",
    ];
    show("request", desk.ok_as("alice", &words));
    let log = desk
        .ok_as("alice", &["--json", "log", "--kind", "request"])
        .json();
    let id = log["entries"][0]["id"].as_str().unwrap().to_owned();
    let id = id.as_str();
    show("show-request-waiting", desk.ok_as("alice", &["show", id]));
    show("status-waiting", desk.ok_as("alice", &["status"]));
    show("reveal-too-early", desk.run_as("alice", &["reveal", id]));
    show("sign", desk.ok_as("bob", &["sign", id]));
    show("sign-last", desk.ok_as("carol", &["sign", id]));
    show("reveal", desk.ok_as("alice", &["reveal", id]));
    show(
        "close",
        desk.ok_as(
            "alice",
            &[
                "close",
                id,
                "--outcome",
                "used",
                "--note",
                "Done",
                "--rotated",
            ],
        ),
    );
    show("show-request-closed", desk.ok_as("alice", &["show", id]));
    show("log", desk.ok_as("alice", &["log", "--limit", "6"]));
    show("verify", desk.ok_as("erin", &["verify"]));
    show(
        "no-such-command",
        desk.run_as("alice", &["requst", PASSWORD]),
    );
    show("whose-identity", desk.run(&["status"]));
    let redaction = Redaction::of(&desk);
    for (name, run) in shown {
        insta::assert_snapshot!(name, redaction.apply(&streams(&run)));
    }
}

#[test]
fn what_json_has_stays_there() {
    let desk = Desk::ready();
    let fields = |value: &Value| -> String {
        let mut lines = Vec::new();
        outline(value, "", &mut lines);
        lines.dedup();
        lines.join("\n")
    };
    let id = desk.request(&[PASSWORD]);
    for (name, words) in [
        ("json-status", vec!["status"]),
        ("json-show", vec!["show", &id]),
        ("json-secret-show", vec!["secret", "show", PASSWORD]),
        ("json-custodian-show", vec!["custodian", "show", "bob"]),
    ] {
        let mut all = vec!["--json"];
        all.extend(words);
        insta::assert_snapshot!(name, fields(&desk.ok_as("alice", &all).json()));
    }
    let words = ["--json", "request", PASSWORD, "--purpose", "x"];
    insta::assert_snapshot!("json-request", fields(&desk.ok_as("alice", &words).json()));
}

/// Names and types, without values; a list by its first element.
fn outline(value: &Value, path: &str, lines: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                outline(value, &format!("{path}.{key}"), lines);
            }
        }
        Value::Array(list) => match list.first() {
            Some(first) => outline(first, &format!("{path}[]"), lines),
            None => lines.push(format!("{path}[]")),
        },
        Value::String(_) => lines.push(format!("{path}: text")),
        Value::Number(_) => lines.push(format!("{path}: number")),
        Value::Bool(_) => lines.push(format!("{path}: bool")),
        Value::Null => lines.push(format!("{path}: null")),
    }
}
