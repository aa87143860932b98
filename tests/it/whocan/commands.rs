//! `who-can` and `what-if` as they are typed.

use serde_json::{Value, json};

use crate::cli::{Desk, MFA};

const ACCOUNT: &str = "111122223333";
const MEMBER: &str = "222233334444";

/// A safe in London with the MFA seed on a sheet, which alice or bob opens; a mailbox that erin and somebody
/// else read; a phone; and carol, who may act as root from the management account.
fn estate() -> Desk {
    let desk = Desk::ready();
    let alice = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        desk.ok_as("alice", &words);
    };
    alice(
        "location add london-a --kind safe --site london --timezone Europe/London --access alice --access bob",
    );
    alice(&format!(
        "item add sheet-1 --kind qr-sheet --location london-a --bag A1 --for {MFA}"
    ));
    let mut words = vec!["mailbox", "add", "root-eu", "--address", "root@example.com"];
    words.extend(["--member", "erin", "--other", "Zoe, service desk"]);
    words.extend(["--account", ACCOUNT]);
    desk.ok_as("alice", &words);
    let phone = "phone add desk --number +442079460001 --holder bob --account";
    let words: Vec<&str> = phone.split(' ').chain([ACCOUNT]).collect();
    desk.ok_as("alice", &words);
    let privilege = "privilege set org-root --kind role --may assume-root --member carol --account";
    let words: Vec<&str> = privilege.split(' ').chain([ACCOUNT]).collect();
    desk.ok_as("alice", &words);
    desk
}

fn who_can(desk: &Desk, words: &[&str]) -> Value {
    desk.ok_as("alice", &[&["--json", "who-can"], words].concat())
        .json()
}

fn what_if(desk: &Desk, gone: &[&str]) -> Value {
    let gone = gone.iter().flat_map(|name| ["--without", name]);
    let words: Vec<&str> = ["--json", "what-if"].into_iter().chain(gone).collect();
    desk.ok_as("alice", &words).json()
}

/// One account of a list.
fn of(found: &Value, account: &str) -> Value {
    let all = found["accounts"].as_array().unwrap();
    let one = all.iter().find(|one| one["account"] == account);
    one.unwrap().clone()
}

#[test]
fn knowers_count_beside_those_who_hold_shares() {
    let desk = Desk::ready();
    let found = who_can(&desk, &[ACCOUNT]);
    assert_eq!(found["schema"], "rootkeep/v1/who-can");
    // alice has sealed the password and dave the MFA seed: each of them knows the whole of it.
    assert_eq!(
        found["coalitions"],
        json!([["alice", "dave"], ["bob", "carol", "dave"]])
    );
    assert_eq!(found["by"], json!([["sign-in"], ["sign-in"]]));
    assert_eq!(
        (&found["smallest"], &found["total"], &found["cut"]),
        (&json!(2), &json!(2), &json!(false))
    );
    assert_eq!(found["survives_loss_of"], 0);
    assert_eq!(found["locked_out_without"], json!(["dave"]));
    assert_eq!(found["survives_loss_of_sites"], Value::Null);
    let said = found["not_known"].to_string();
    for word in ["mailbox", "phone", "security answers"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn places_mailboxes_phones_and_privileges_are_ways_too() {
    let desk = estate();
    let found = who_can(&desk, &[ACCOUNT]);
    // alice knows the password, and opens the safe with the MFA seed in it.
    assert_eq!(found["smallest"], 1);
    assert_eq!(found["coalitions"][0], json!(["alice"]));
    assert_eq!(found["by"][0], json!(["sign-in"]));
    let routes = found["routes"].as_array().unwrap();
    let total: Vec<(&Value, &Value)> = routes.iter().map(|r| (&r["route"], &r["total"])).collect();
    assert_eq!(
        total,
        [
            (&json!("sign-in"), &json!(2)),
            (&json!("reset"), &json!(6)),
            (&json!("support"), &json!(2)),
            (&json!("management"), &json!(0)),
        ]
    );
    assert_eq!(
        routes[2]["coalitions"],
        json!([["bob", "erin"], ["bob", "Zoe, service desk"]])
    );
    // The members are reached from there, and by whoever may act as root.
    let member = who_can(&desk, &[MEMBER]);
    assert_eq!(member["coalitions"][0], json!(["alice"]));
    assert_eq!(member["coalitions"][1], json!(["carol"]));
    let only = who_can(&desk, &[MEMBER, "--route", "sign-in"]);
    assert_eq!(
        (&only["smallest"], &only["total"]),
        (&Value::Null, &json!(0))
    );
    assert_eq!(only["routes"].as_array().unwrap().len(), 1);
    assert_eq!(only["opens"], false);
    assert_eq!(only["survives_loss_of"], Value::Null);
}

#[test]
fn whoever_has_taken_a_thing_out_has_it_and_nobody_counts_on_it() {
    let desk = estate();
    let mut words: Vec<&str> = "safe log london-a --witness alice --purpose Check"
        .split(' ')
        .collect();
    words.extend([
        "--opened-at",
        "2026-07-01 14:03",
        "--closed-at",
        "2026-07-01 14:10",
    ]);
    words.extend([
        "--took",
        "sheet-1",
        "--bag",
        "sheet-1=A1",
        "--with",
        "alice.key",
    ]);
    desk.ok_as("bob", &words);
    let found = who_can(&desk, &[ACCOUNT, "--route", "sign-in"]);
    assert_eq!(
        found["coalitions"],
        json!([["alice", "bob"], ["alice", "dave"], ["bob", "carol"]])
    );
    assert_eq!(found["locked_out_without"], json!(["dave"]));
}

#[test]
fn somebody_who_left_counts_for_taking_it_and_not_for_getting_in() {
    let desk = estate();
    let mut words = vec!["custodian", "retire", "bob", "--note", "left"];
    words.extend([
        "--with",
        "carol.key",
        "--with",
        "dave.key",
        "--with",
        "alice.key",
    ]);
    desk.ok_as("alice", &words);
    let found = who_can(&desk, &[ACCOUNT]);
    assert_eq!(found["counted_though_gone"], json!(["bob"]));
    let reset = who_can(&desk, &[ACCOUNT, "--route", "reset"]);
    let all = reset["coalitions"].to_string();
    assert!(all.contains(r#"["bob","erin"]"#), "{all}");
    let shown = desk.ok_as("alice", &["who-can", ACCOUNT]).out;
    assert!(shown.contains("bob (left)"), "{shown}");
    // Support takes a phone that only bob answers.
    let support = who_can(&desk, &[ACCOUNT, "--route", "support"]);
    assert_eq!(
        (&support["smallest"], &support["opens"]),
        (&json!(2), &json!(false))
    );
}

#[test]
fn every_account_in_use_is_listed_with_its_smallest_set() {
    let desk = estate();
    let found = who_can(&desk, &["--all"]);
    assert_eq!(found["schema"], "rootkeep/v1/who-can.all");
    let accounts = found["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 11, "a closed account is left out");
    let own = of(&found, ACCOUNT);
    assert_eq!(
        (&own["smallest"], &own["example"]),
        (&json!(1), &json!(["alice"]))
    );
    let member = of(&found, MEMBER);
    assert_eq!(
        member["routes"],
        json!([{"route": "management", "smallest": 1}])
    );
    let table = desk.ok_as("alice", &["who-can", "--all"]).out;
    assert_eq!(table.lines().count(), 12);
    assert!(table.contains("FOR EXAMPLE"), "{table}");
}

#[test]
fn what_is_lost_is_told_from_what_still_opens() {
    let desk = estate();
    let found = what_if(&desk, &["alice", "site:london", "dave"]);
    assert_eq!(found["schema"], "rootkeep/v1/what-if");
    assert_eq!(found["without"], json!(["alice", "site:london", "dave"]));
    let own = of(&found, ACCOUNT);
    assert_eq!(own["opened_by"], json!(["sign-in", "reset", "support"]));
    assert_eq!(own["opens_by"], json!(["support"]));
    assert_eq!(
        (&own["locked_out"], &own["survives_loss_of"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(own["locked_out_without"], json!(["bob"]));
    let secrets = found["secrets"].as_array().unwrap();
    let lost: Vec<&Value> = secrets
        .iter()
        .filter(|one| one["locked_out"] == true)
        .collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0]["name"], MFA);
    assert_eq!(
        found["locations"],
        json!([{"name": "london-a", "opened": true, "opens": false, "locked_out": true}])
    );
    // Without bob too, nobody gets in there, and so none but carol reaches the members.
    let more = what_if(&desk, &["alice", "location:london-a", "dave", "bob"]);
    assert_eq!(of(&more, ACCOUNT)["locked_out"], true);
    assert_eq!(of(&more, MEMBER)["opens_by"], json!(["management"]));
    assert_eq!(of(&more, MEMBER)["locked_out_without"], json!(["carol"]));
    let said = desk
        .ok_as("alice", &["what-if", "--without", "Zoe, service desk"])
        .out;
    assert!(
        said.starts_with("without \"Zoe, service desk\"\n"),
        "{said}"
    );
    assert!(said.contains("locked out   nothing"), "{said}");
    assert!(said.contains("10 accounts by management"), "{said}");
}

#[test]
fn the_picture_has_people_on_one_side_and_things_on_the_other() {
    let desk = estate();
    let shown = desk.ok_as("alice", &["who-can", ACCOUNT, "--picture"]).out;
    insta::assert_snapshot!("who-can", shown);
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
    desk.ok_as("alice", &["who-can", ACCOUNT, "--svg", "reach.svg"]);
    let drawn = std::fs::read_to_string(desk.path("reach.svg")).unwrap();
    assert!(
        drawn.starts_with("<svg ") && drawn.contains("sheet-1 in london-a"),
        "{drawn}"
    );
    desk.refused(
        "alice",
        &["who-can", ACCOUNT, "--svg", "reach.svg"],
        3,
        "exists",
    );
}

#[test]
fn what_nobody_has_registered_is_not_found() {
    let desk = estate();
    for (words, exit, code) in [
        (vec!["who-can", "999999999999"], 5, "no-account"),
        (vec!["who-can", "1111"], 2, "bad-account"),
        (vec!["what-if", "--without", "nobody"], 5, "no-custodian"),
        (vec!["what-if", "--without", "site:paris"], 5, "no-site"),
        (
            vec!["what-if", "--without", "location:paris"],
            5,
            "no-location",
        ),
        (vec!["what-if", "--without", "site:"], 2, "bad-name"),
    ] {
        desk.refused("alice", &words, exit, code);
    }
    desk.run(&["--json", "who-can"]).error(2, "usage");
    desk.run(&["--json", "what-if"]).error(2, "usage");
}

#[test]
fn looking_writes_nothing() {
    let desk = estate();
    let before = desk.entries();
    desk.ok_as("alice", &["who-can", ACCOUNT, "--all"]);
    desk.ok_as("alice", &["what-if", "--without", "alice", "--all"]);
    assert_eq!(desk.entries(), before);
}
