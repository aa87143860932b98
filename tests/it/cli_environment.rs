//! Which ledger and which identity are meant: by flag, by environment, or by where one stands.

use super::*;

#[test]
fn the_ledger_is_the_only_one_here_or_the_environments() {
    let desk = Desk::ready();
    let status = |here: &str, ledger: Option<&str>, words: &[&str]| {
        let mut all = vec!["--json", "-i"];
        let identity = desk.path("alice.key");
        all.push(identity.to_str().unwrap());
        all.extend(words);
        all.push("status");
        let mut command = desk.command(&all);
        command.current_dir(desk.path(here));
        if let Some(ledger) = ledger {
            command.env("ROOTKEEP_LEDGER", desk.path(ledger));
        }
        desk.finish(&all, command.output().unwrap())
    };
    fs::create_dir(desk.path("empty")).unwrap();
    copy(&desk.path("acme.ledger"), &desk.path("several/one.ledger"));
    copy(&desk.path("acme.ledger"), &desk.path("several/two.ledger"));
    fs::create_dir_all(desk.path("broken/no.ledger")).unwrap();
    status("", None, &[]).succeeded();
    status("empty", None, &[]).error(5, "not-a-ledger");
    status("empty", Some("acme.ledger"), &[]).succeeded();
    status("several", Some("acme.ledger"), &[]).succeeded();
    let error = status("several", None, &[]).error(2, "which-ledger");
    assert!(error["hints"].to_string().contains("one.ledger"), "{error}");
    status("several", None, &["-L", "two.ledger"]).succeeded();
    // The only one here comes first, as the flag comes before both.
    status("", Some("broken/no.ledger"), &[]).succeeded();
    status("broken", Some("acme.ledger"), &[]).error(5, "not-a-ledger");
    status("broken", None, &["-L", "../acme.ledger"]).succeeded();
}

#[test]
fn the_identity_is_the_flags_or_the_environments() {
    let desk = Desk::ready();
    let you = |words: &[&str]| {
        let mut command = desk.command(words);
        command.env("ROOTKEEP_IDENTITY", desk.path("bob.key"));
        desk.finish(words, command.output().unwrap())
            .succeeded()
            .json()["you"]
            .clone()
    };
    assert_eq!(you(&["--json", "status"]), "bob");
    assert_eq!(you(&["--json", "-i", "carol.key", "status"]), "carol");
}
