//! `check` finds what breaks a rule, and nothing that was accepted; what is accepted needs governance, and
//! ends by itself.

use std::collections::BTreeSet;

use rootkeep::crypto::fixed::Id;
use rootkeep::error::Result;
use rootkeep::insight::rules::{Report, World as Rules, document};
use rootkeep::ledger::Entered;
use rootkeep::state::findings::AcceptedRecord;
use rootkeep::statement::Claim;
use rootkeep::statement::findings::{About, AcceptFinding};
use rootkeep::statement::people::Role;
use rootkeep::statement::register::{
    AddItem, AddItemPersonal, HeldSecret, ItemKind, Location, LocationKind, LocationPersonal,
    Mailbox, MailboxPersonal, Remark,
};
use rootkeep::statement::time::Date;
use serde_json::Value;

use crate::cli::{Desk, Run};
use crate::story::retire;
use crate::world::*;

/// The day on which the tests' clock begins, and the last on which something can be accepted.
const LAST_DAY: &str = "2027-12-26";

fn facts(rule: &str, about: &str, until: &str) -> AcceptFinding {
    AcceptFinding {
        rule: rule.parse().unwrap(),
        about: about.parse().unwrap(),
        until: Date::parse(until).unwrap(),
    }
}

fn accept(world: &World, place: usize, facts: AcceptFinding) -> Result<Entered> {
    let remark = Remark {
        note: text("until the new token is there"),
    };
    let claim = Claim::FindingAccept(facts, Some(remark));
    world.session(place).enter(claim, Vec::new())
}

fn accepted(world: &World, facts: &AcceptFinding) -> Option<AcceptedRecord> {
    let session = world.open(CY).unwrap();
    AcceptedRecord::load(&session.view(), &facts.rule, &facts.about).unwrap()
}

#[test]
fn nothing_is_accepted_until_governance_has_signed() {
    let world = World::active(5, 3);
    let facts = facts("RK006", "account:111122223333", "2027-06-30");
    let entered = accept(&world, ADA, facts.clone()).unwrap();
    assert_eq!((entered.effective, entered.needs), (false, 3));
    for place in [ADA, BEA] {
        assert!(
            !world
                .session(place)
                .sign_off(entered.leaf)
                .unwrap()
                .effective
        );
        assert_eq!(accepted(&world, &facts), None);
    }
    assert!(world.session(CY).sign_off(entered.leaf).unwrap().effective);
    assert_eq!(accepted(&world, &facts).unwrap().facts, facts);
    world.assert_good(CY);
}

#[test]
fn the_last_decision_about_a_finding_counts_and_a_day_that_is_over_ends_it() {
    let world = World::active(5, 3);
    let first = facts("RK006", "ledger", "2027-06-30");
    let ended = facts("RK006", "ledger", "2026-01-01");
    for facts in [&first, &ended] {
        let entered = accept(&world, ADA, facts.clone()).unwrap();
        world.sign_all(entered.leaf, &[ADA, BEA, DAN]);
        assert_eq!(accepted(&world, facts).unwrap().facts, *facts);
    }
    world.assert_good(CY);
}

#[test]
fn nothing_is_accepted_for_more_than_400_days() {
    let world = World::active(5, 3);
    assert!(accept(&world, ADA, facts("RK006", "ledger", LAST_DAY)).is_ok());
    world.refused("accepted-too-long", || {
        accept(&world, ADA, facts("RK006", "ledger", "2027-12-27"))
    });
}

#[test]
fn keepers_alone_propose_and_who_has_left_does_not() {
    let mut world = World::active(5, 3);
    let place = world.newcomer("Wyn");
    world.enrol(place, &[Role::Witness]);
    world.session(place).accept().unwrap();
    let about = || facts("RK006", "ledger", "2027-06-30");
    world.refused("no-role", || accept(&world, place, about()));
    let gone = retire(&world, EVE, None);
    world.decide(ADA, gone, &[ADA, BEA, CY]);
    world.refused("not-a-member", || world.open(EVE));
}

#[test]
fn what_a_finding_is_about_is_said_in_one_spelling() {
    let about = About::Account(MANAGEMENT.parse().unwrap());
    assert_eq!(about.to_string(), "account:111122223333");
    assert_eq!("account:111122223333".parse::<About>().unwrap(), about);
}

#[test]
fn what_is_registered_so_that_nobody_can_follow_it_silences_no_other_rule() {
    let world = World::ready();
    // One keeper registers mailboxes whose password lies at one place of its own, and whose MFA at another; and
    // puts a sheet with the root user's password into each of the former.
    const MANY: usize = 24;
    let room = |of: &str, at: usize| {
        let claim = Claim::LocationSet(
            Location {
                location: name(&format!("{of}-{at}")),
                kind: LocationKind::Room,
                site: name(&format!("site-{of}-{at}")),
                timezone: "Europe/London".to_owned(),
                access: vec![world.id(CY)],
                dual_control: false,
                depends_on_aws: false,
            },
            Some(LocationPersonal { description: None }),
        );
        (format!("{of}-{at}"), claim)
    };
    let sheet = |item: String, to: &str, secret: Id| {
        let item = AddItem {
            item: name(&item),
            kind: ItemKind::Document,
            holds: Some(HeldSecret { secret, epoch: 1 }),
            account: None,
            copy: None,
            location: name(to),
            bag: None,
            sealed_by: None,
            witness: None,
            sealed_at: None,
            battery_checked: None,
            battery_expires: None,
        };
        Claim::ItemAdd(item, Some(AddItemPersonal { label: None }))
    };
    let session = || world.session(ADA);
    let mut claims = Vec::new();
    let root = world.secret(PASSWORD);
    for at in 0..MANY {
        let mailbox = Claim::MailboxSet(
            Mailbox {
                mailbox: name(&format!("m-{at}")),
                members: Vec::new(),
                accounts: vec![MANAGEMENT.parse().unwrap()],
                closed: false,
            },
            Some(MailboxPersonal {
                address: text(&format!("m{at}@example.com")),
                others: Vec::new(),
            }),
        );
        session().enter(mailbox, Vec::new()).unwrap();
        for (of, kind, value) in [
            ("near", "password", PASSWORD_TEXT),
            ("far", "mfa-seed", MFA_TEXT),
        ] {
            let secret = format!("mailbox:m-{at}/{kind}");
            world.seal(ADA, &secret, Some("engineers"), value).unwrap();
            let (place, claim) = room(of, at);
            claims.push(claim);
            let secret = world.secret(&secret);
            claims.push(sheet(format!("{kind}-{at}"), &place, secret));
        }
        // So that no order of the places keeps those of one mailbox together.
        let first = world.secret("mailbox:m-0/password");
        for (what, secret) in [("root", root), ("first", first)] {
            claims.push(sheet(format!("{what}-{at}"), &format!("near-{at}"), secret));
        }
    }
    let report = || {
        let session = world.open(BEA).unwrap();
        let people = session.people().unwrap();
        let now = session.now().unwrap();
        let found = Rules::load(&session.view(), &people, now).unwrap();
        let report = Report::of(&found, &[], None).unwrap();
        let all: BTreeSet<(String, String)> = report
            .findings
            .iter()
            .map(|one| (one.id.to_string(), one.message.clone()))
            .collect();
        (found.unreachable, all)
    };
    let (unreachable, before) = report();
    assert_eq!(unreachable, None);
    session().enter_all(claims, |_, error| error).unwrap();
    let (unreachable, after) = report();
    assert!(unreachable.is_some());
    // The rules about reaching say so, and every other one goes on.
    let about_reach = |id: &str| {
        after
            .iter()
            .any(|(rule, why)| rule == id && why.contains("can't be worked out"))
    };
    assert!(
        after
            .iter()
            .any(|(_, why)| why.contains("can't be worked out"))
    );
    for (rule, why) in before.iter().filter(|(rule, _)| !about_reach(rule)) {
        assert!(
            after.contains(&(rule.clone(), why.clone())),
            "{rule}: {why}"
        );
    }
}

fn found(run: &Run) -> Vec<(String, String)> {
    let all = run.json()["findings"].as_array().unwrap().clone();
    let field = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    all.iter()
        .map(|one| (field(one, "rule"), field(one, "subject")))
        .collect()
}

#[test]
fn check_says_what_is_wrong_and_with_6_that_something_is() {
    let desk = Desk::ready();
    let run = desk.run_as("carol", &["--json", "check"]);
    assert_eq!(run.code, 6);
    let findings = found(&run);
    let has = |rule: &str, subject: &str| findings.contains(&(rule.to_owned(), subject.to_owned()));
    // Nothing but two secrets and the accounts is there.
    assert!(has("RK002", "account:111122223333"), "{findings:?}");
    assert!(has("RK012", "quorum:board"), "two of two: {findings:?}");
    assert!(has("RK024", "ledger"));
    assert!(has("RK028", "secret:111122223333/password"));
    assert!(has("RK028", "secret:governance"));
    assert!(!has("RK004", "account:111122223333"), "it is sealed");
    for one in run.json()["findings"].as_array().unwrap() {
        crate::cli::has(
            one,
            &["rule", "severity", "subject", "message", "fix", "source"],
        );
    }
    let text = desk.run_as("carol", &["check", "--rule", "rk012"]);
    assert_eq!(text.code, 6);
    assert!(
        text.out
            .contains("the quorum board needs every one of its 2 members")
    );
}

#[test]
fn what_is_not_accepted_yet_is_listed_with_what_to_type() {
    let desk = Desk::ready();
    let words = "--json finding accept RK012 --about quorum:board --until 2027-06-30 --reason Two";
    let proposed = desk.ok_as("alice", &words.split(' ').collect::<Vec<_>>());
    let proposed = proposed.json();
    let id = proposed["id"].as_str().unwrap();
    let list = || desk.ok_as("carol", &["--json", "finding", "list"]).json();
    let waits = list();
    assert_eq!(waits["accepted"].as_array().unwrap().len(), 0);
    assert_eq!(waits["waiting"][0]["id"], id);
    assert_eq!(waits["waiting"][0]["reason"], "Two");
    let text = desk.ok_as("carol", &["finding", "list"]).out;
    assert!(
        text.contains(&format!("not yet: sign {}", &id[..8])),
        "{text}"
    );
    for name in ["alice", "bob", "dave"] {
        desk.ok_as(name, &["sign", id]);
    }
    let accepted = list();
    assert_eq!(accepted["waiting"].as_array().unwrap().len(), 0);
    assert_eq!(accepted["accepted"][0]["id"], id);
}

#[test]
fn an_accepted_finding_is_shown_as_such_and_is_none_any_more() {
    let desk = Desk::ready();
    let signers = [
        "--with",
        "alice.key",
        "--with",
        "bob.key",
        "--with",
        "dave.key",
    ];
    let mut words = vec![
        "finding",
        "accept",
        "RK012",
        "--about",
        "quorum:board",
        "--until",
        "2027-06-30",
        "--reason",
        "Two people are all that there are",
    ];
    words.extend(signers);
    desk.ok_as("alice", &words);
    let run = desk.run_as("carol", &["--json", "check", "--rule", "RK012"]);
    assert_eq!((run.code, found(&run).len()), (0, 0));
    let accepted = &run.json()["accepted"][0];
    assert_eq!(
        (&accepted["subject"], &accepted["until"]),
        (&"quorum:board".into(), &"2027-06-30".into())
    );
    // When its last day is over, it is a finding again.
    let later = [
        "--json",
        "check",
        "--rule",
        "RK012",
        "--as-of",
        "2027-07-01",
    ];
    assert_eq!(desk.run_as("carol", &later).code, 6);
    let listed = desk.ok_as("carol", &["finding", "list"]).out;
    assert!(
        listed.contains("Two people are all that there are"),
        "{listed}"
    );
    desk.refused(
        "alice",
        &[
            "finding",
            "accept",
            "RK999",
            "--about",
            "ledger",
            "--until",
            "2027-06-30",
            "--reason",
            "x",
        ],
        5,
        "no-rule",
    );
    desk.refused(
        "alice",
        &[
            "finding",
            "accept",
            "RK012",
            "--about",
            "nobody",
            "--until",
            "2027-06-30",
            "--reason",
            "x",
        ],
        2,
        "bad-about",
    );
}

#[test]
fn the_page_of_rules_is_made_from_the_rules() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page == document::markdown(),
        "make it again: cargo run --example rules_doc > docs/rules.md"
    );
}
