use super::*;

const GOOD: &str = r#"schema = "rootkeep/v1/runbook"
name = "lost-mfa"
title = "An MFA device is lost"
scenario = "Nobody can make a code."
written = 2026-11-21

[[roles]]
id = "operator"
who = "Signs in"
apart_from = ["witness"]

[[roles]]
id = "witness"
who = "Watches"

[[steps]]
id = "sign-in"
by = ["operator"]
do = """
Sign in.
"""
record = [{ id = "at", what = "The time" }]

[[steps]]
id = "look"
by = ["witness", "operator"]
do = "Look."
observe = "It is there."
stop = ["It is not: call the keeper."]
"#;

fn refused(text: &str) -> String {
    let error = Runbook::parse(text.as_bytes(), "a.toml").unwrap_err();
    assert_eq!(error.code(), "bad-runbook");
    error.message().to_owned()
}

/// The good runbook with one spelling exchanged.
fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

#[test]
fn a_runbook_is_read_as_it_stands() {
    let runbook = Runbook::parse(GOOD.as_bytes(), "a.toml").unwrap();
    assert_eq!(runbook.name.as_str(), "lost-mfa");
    assert_eq!(runbook.written, Date::parse("2026-11-21").unwrap());
    assert_eq!(runbook.aws_confirmed, None);
    assert_eq!(runbook.roles[0].apart_from, [runbook.roles[1].id.clone()]);
    assert_eq!(runbook.steps[0].act.as_str(), "Sign in.");
    assert_eq!(runbook.steps[0].record[0].id.as_str(), "at");
    assert_eq!(runbook.steps[1].stop.len(), 1);
    assert_eq!(runbook.digest(), Digest::of(GOOD.as_bytes()));
    let elsewhere = GOOD.replace('\n', "\r\n");
    let elsewhere = Runbook::parse(elsewhere.as_bytes(), "a.toml").unwrap();
    assert_eq!(elsewhere.steps, runbook.steps);
}

#[test]
fn what_is_wrong_is_named_by_file_line_and_field() {
    for (old, new, said) in [
        ("v1/runbook", "v2/runbook", "line 1, schema: "),
        ("\"lost-mfa\"", "\"Lost MFA\"", "line 2, name: "),
        ("2026-11-21", "\"2026-11-21\"", "line 5, written: "),
        (
            "2026-11-21",
            "2026-11-21T10:00:00Z",
            "line 5, written: `2026-11-21T10:00:00Z` is not a date",
        ),
        ("who = \"Watches\"", "who = \"\"", "line 14, roles.who: "),
        (
            "who = \"Watches\"",
            "whom = \"x\"",
            "line 14, whom: unknown field",
        ),
        ("who = \"Watches\"", "people = 1", "missing field `who`"),
        ("who = \"Watches\"", "who = 7", "line 14, who: invalid type"),
        (
            "id = \"witness\"",
            "id = \"operator\"",
            "line 13, roles.id: `operator` is there twice",
        ),
        (
            "[\"witness\"]\n",
            "[\"guard\"]\n",
            "line 10, roles.apart_from: no role is called `guard`",
        ),
        (
            "[\"witness\"]\n",
            "[\"operator\"]\n",
            "roles.apart_from: a role is not apart from itself",
        ),
        (
            "id = \"look\"",
            "id = \"sign-in\"",
            "line 25, steps.id: `sign-in` is there twice",
        ),
        (
            "[\"witness\", \"operator\"]",
            "[\"witness\", \"guard\"]",
            "line 26, steps.by: no role is called `guard`",
        ),
        (
            "[\"witness\", \"operator\"]",
            "[\"witness\", \"witness\"]",
            "line 26, steps.by: `witness` is there twice",
        ),
        (
            "[\"witness\", \"operator\"]",
            "[]",
            "line 26, steps.by: nobody acts",
        ),
        ("do = \"Look.\"\n", "", "missing field `do`"),
        ("do = \"Look.\"\n", "do = \"Look.\n", "line 27"),
        ("\"Look.\"", "\"Lo\\u001bk.\"", "line 27, steps.do: "),
        (
            "\"Look.\"",
            "\"Lo\u{202e}k.\"",
            "line 27: a character that nobody sees, U+202E",
        ),
        (
            "observe = \"It is there.\"",
            "record = [{ id = \"at\", what = \"x\" }]",
            "line 28, steps.record.id: `at` is there twice",
        ),
        (
            "who = \"Watches\"",
            "who = \"x\"\npeople = 0",
            "line 15, roles.people: 1 to 16",
        ),
        (
            "who = \"Watches\"",
            "who = \"x\"\npeople = 17",
            "line 15, roles.people: 1 to 16",
        ),
        (
            "apart_from = [\"witness\"]\n",
            "",
            "roles: one person alone could do all steps",
        ),
    ] {
        let message = refused(&with(old, new));
        assert!(message.starts_with("a.toml, line "), "{message}");
        assert!(message.contains(said), "{message} lacks {said}");
    }
}

#[test]
fn two_people_are_two_roles_apart_that_act_or_one_role_for_two() {
    let nobody_apart = with("apart_from = [\"witness\"]\n", "");
    assert!(refused(&nobody_apart).contains("one person alone"));
    let two = nobody_apart.replacen("\"Watches\"", "\"Watches\"\npeople = 2", 1);
    assert!(Runbook::parse(two.as_bytes(), "a.toml").is_ok());
    let idle = with("[\"witness\", \"operator\"]", "[\"operator\"]");
    assert!(refused(&idle).contains("one person alone"));
}

#[test]
fn a_runbook_has_steps_and_a_bounded_size() {
    let head: String = GOOD.split("[[steps]]").next().unwrap().to_owned();
    assert!(refused(&head).contains("missing field `steps`"));
    let none = head.replacen("written", "steps = []\nwritten", 1);
    assert!(refused(&none).contains("steps: there are none"));
    let full = |bytes: usize| {
        let room = bytes - GOOD.len() - 2;
        format!("{GOOD}# {}", "x".repeat(room))
    };
    assert!(Runbook::parse(full(LIMIT).as_bytes(), "a.toml").is_ok());
    let error = Runbook::parse(full(LIMIT + 1).as_bytes(), "a.toml").unwrap_err();
    assert_eq!(error.code(), "file-too-large");
}

#[test]
fn hostile_bytes_are_errors() {
    let deep = format!("a = {}", "[".repeat(LIMIT - 4));
    for bytes in [b"\xff\xfe".as_slice(), b"", b"\0", b"=", deep.as_bytes()] {
        let error = Runbook::parse(bytes, "a.toml").unwrap_err();
        assert_eq!(error.code(), "bad-runbook");
    }
}
