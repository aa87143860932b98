//! Drills, reviews and ceremonies as they are typed: nothing is started, replaced or recorded that was not
//! meant, and what is refused says who and what.

use super::*;
use serde_json::json;

const PLAN: [&str; 5] = ["drill", "plan", "possession", "--every", "quarter"];

/// The id of what somebody's command has entered.
fn made(desk: &Desk, name: &str, typed: &str) -> String {
    let mut words = vec!["--json"];
    words.extend(typed.split_whitespace());
    let made = desk.ok_as(name, &words).json();
    made["id"].as_str().unwrap().to_owned()
}

fn words(typed: &str) -> Vec<&str> {
    typed.split_whitespace().collect()
}

#[test]
fn a_drill_is_started_by_the_plan_that_was_meant_or_said_to_be_by_none() {
    let desk = Desk::ready();
    desk.ok_as("alice", &PLAN);
    let first = desk
        .ok_as("alice", &words("--json drill start possession"))
        .json();
    assert_eq!(first["plan"], "possession");
    let id = first["id"].as_str().unwrap();
    // The plan asks for no second one, and none is begun in its place.
    let start = ["drill", "start", "possession"];
    let error = desk.refused("bob", &start, 3, "drill-running");
    assert!(error["message"].as_str().unwrap().contains(&id[..8]));
    let other = "drill start possession --scope quorum:engineers";
    let said = desk.ok_as("bob", &words(other));
    assert!(said.out.contains("of quorum engineers"), "{}", said.out);
    assert!(said.out.contains("by no plan"), "{}", said.out);
    let all = "--json drill start possession --unplanned";
    assert_eq!(desk.ok_as("bob", &words(all)).json()["plan"], Value::Null);
    // What a plan asks for later is not started now.
    let phone = "phone add desk --number 1 --holder bob --account 111122223333";
    desk.ok_as("alice", &words(phone));
    desk.ok_as(
        "alice",
        &words("drill plan phone --every year --from 2199-01-01"),
    );
    let error = desk.refused("alice", &words("drill start phone"), 3, "not-begun");
    let hint = error["hints"][0].as_str().unwrap();
    let typed = hint.split_once("rootkeep ").unwrap().1;
    desk.ok_as("alice", &words(typed));
}

#[test]
fn a_plan_takes_the_place_of_another_only_where_that_is_said() {
    let desk = Desk::ready();
    desk.ok_as("alice", &PLAN);
    // How often is changed by planning anew.
    desk.ok_as("alice", &words("drill plan possession --every month"));
    let other = "drill plan possession --every year --scope quorum:board";
    desk.refused("alice", &words(other), 3, "plan-exists");
    desk.ok_as("alice", &words(&format!("{other} --name board-yearly")));
    let unnamed = "drill start board-yearly --scope all";
    desk.refused("alice", &words(unnamed), 2, "other-scope");
    desk.ok_as("alice", &words(&format!("{other} --replace")));
    let start = "--json drill start possession";
    let holders = desk.ok_as("alice", &words(start)).json()["holders"].clone();
    let names: Vec<&str> = holders
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(!names.contains(&"bob"), "{names:?}");
    desk.ok_as("alice", &words("drill unplan board-yearly"));
    desk.ok_as(
        "alice",
        &words("drill plan possession --every year --name board-yearly"),
    );
}

#[test]
fn what_a_drill_refuses_says_who_and_what_comes_next() {
    let desk = Desk::ready();
    let drill = made(&desk, "alice", "drill start possession");
    let step = format!("drill step {drill} 1 done --at 2024-01-02T03:04:05Z");
    desk.refused("alice", &words(&step), 3, "out-of-order");
    let to_answer = |name: &str| {
        let status = desk.ok_as(name, &["--json", "status"]).object();
        status["to_answer"].as_array().unwrap().clone()
    };
    let next = to_answer("alice")[0]["next"].clone();
    desk.typed(&next, &[]).succeeded();
    assert_eq!(to_answer("alice"), Vec::<Value>::new());
    let finish = format!("drill finish {drill} --outcome passed");
    let error = desk.refused("alice", &words(&finish), 3, "not-passed");
    let cause = error["causes"][0].as_str().unwrap();
    assert!(
        FOUNDERS.iter().any(|name| cause.starts_with(name)),
        "{cause}"
    );
    // Its start is not what is signed.
    let error = desk.refused("bob", &["sign", &drill], 3, "unknown-subject");
    assert!(error["message"].as_str().unwrap().contains("goes on"));
    let end = made(
        &desk,
        "alice",
        &format!("drill finish {drill} --outcome failed --participant bob"),
    );
    let error = desk.refused("bob", &["sign", &drill], 3, "unknown-subject");
    assert!(
        error["hints"][0]
            .as_str()
            .unwrap()
            .ends_with(&format!("rootkeep sign {}", &end[..8]))
    );
    desk.ok_as("bob", &["sign", &end]);
    let error = desk.refused("bob", &["sign", &drill], 3, "unknown-subject");
    assert!(error["message"].as_str().unwrap().contains("everyone"));
    let sheets = made(&desk, "alice", "drill start sign-in --scope 111122223333");
    desk.refused("bob", &["drill", "prove", &sheets], 3, "asks-no-shares");
}

#[test]
fn a_drill_shows_what_itself_has_shown_and_what_all_have() {
    let desk = Desk::ready();
    let prove = |drill: &str, names: &[&str]| {
        for name in names {
            desk.ok_as(name, &["drill", "prove", drill]);
        }
    };
    let shown = |drill: &str| {
        let shown = desk
            .ok_as("alice", &["--json", "drill", "show", drill])
            .json();
        (shown["alive_here"].clone(), shown["alive"].clone())
    };
    let first = made(&desk, "alice", "drill start possession --unplanned");
    prove(&first, &FOUNDERS);
    // Governance, the password, the MFA seed.
    assert_eq!(shown(&first), (json!(3), json!(3)));
    let second = made(&desk, "alice", "drill start possession --unplanned");
    assert_eq!(shown(&second), (json!(0), json!(3)));
    prove(&second, &["bob", "carol"]);
    assert_eq!(shown(&second), (json!(1), json!(3)));
}

#[test]
fn an_identity_that_has_ended_is_asked_for_nothing() {
    let desk = Desk::ready();
    desk.ok(&words("identity new bob-2 --out . --plain"));
    let card = desk.ok(&["--json", "card", "show", "bob-2.card"]).json();
    let fingerprint = card["fingerprint"].as_str().unwrap();
    let replace = "--json custodian replace bob bob-2.card --lost --identified-by Carol";
    let id = desk.ok_as("alice", &words(replace)).json()["id"].clone();
    for name in ["alice", "carol", "dave"] {
        let words = ["sign", id.as_str().unwrap(), "--fingerprint", fingerprint];
        desk.ok_as(name, &words);
    }
    let code = desk.code();
    desk.ok_as("bob-2", &["custodian", "accept", "--code", &code]);
    let started = desk.ok_as("alice", &words("drill start possession"));
    assert!(!started.err.contains("bob proves"), "{}", started.err);
    assert!(
        started.err.contains("reshare --without bob"),
        "{}",
        started.err
    );
    let list = desk.ok_as("alice", &words("--json drill list")).json();
    let drill = list["drills"][0]["id"].as_str().unwrap();
    let prove = ["drill", "prove", drill];
    let error = desk.refused("bob-2", &prove, 3, "not-in-quorum");
    assert!(
        error["hints"][0]
            .as_str()
            .unwrap()
            .contains("--without bob")
    );
}

#[test]
fn a_backup_restored_in_a_drill_is_a_restore_drill() {
    let desk = Desk::ready();
    let status = || desk.run_as("alice", &["--json", "status"]).object();
    let asked = |status: &Value| -> Vec<(String, Value)> {
        let due = status["due"].as_array().unwrap().iter();
        let all = due.chain(status["overdue"].as_array().unwrap());
        all.map(|due| {
            (
                due["what"].as_str().unwrap().to_owned(),
                due["also"].clone(),
            )
        })
        .filter(|(what, _)| what.contains("restore"))
        .collect()
    };
    let alone = vec![("a restore drill".to_owned(), Value::Null)];
    assert_eq!(asked(&status()), alone);
    // Since a day that is long over, so that it is overdue on whatever day this runs.
    let plan = "drill plan ledger-restore --every year --from 2020-01-01";
    desk.ok_as("alice", &words(plan));
    let both = json!("a restore drill");
    assert_eq!(
        asked(&status()),
        [("the ledger-restore drill".to_owned(), both)]
    );
    let drill = made(&desk, "alice", "drill start ledger-restore");
    desk.ok_as("alice", &words("backup --out b.tar"));
    desk.ok_as("alice", &["drill", "record", "restore", &drill, "b.tar"]);
    let finish = format!("drill finish {drill} --outcome passed");
    desk.ok_as("alice", &words(&finish));
    let status = status();
    assert!(status["restore_drill"]["seq"].is_u64(), "{status}");
    assert!(
        asked(&status)
            .iter()
            .all(|(what, _)| what != "a restore drill"),
        "{status}"
    );
}

#[test]
fn a_slip_names_what_answers_it() {
    let desk = Desk::ready();
    let drill = made(&desk, "alice", "drill start possession");
    let review = made(&desk, "alice", "review start --period 2024-01");
    let request = desk.request(&[PASSWORD]);
    for (place, (id, wanted)) in [
        (&drill, "slip make drill"),
        (&review, "slip make review"),
        (&request, "slip sign"),
    ]
    .into_iter()
    .enumerate()
    {
        let file = format!("{place}.slip");
        let asked = ["slip", "request", id, "--for", "bob", "--out", &file];
        let said = desk.ok_as("alice", &asked).err;
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_review_says_who_is_waited_for_and_what_stays_open() {
    let desk = Desk::ready();
    let review = made(&desk, "alice", "review start --period 2024-01");
    let error = desk.refused("bob", &["review", "start"], 3, "review-running");
    assert!(error["causes"][0].as_str().unwrap().contains(&review[..8]));
    let row = || {
        // Of a month that is long over, it is overdue.
        let list = desk.run_as("alice", &["--json", "review", "list"]).json();
        list["reviews"][0].clone()
    };
    assert_eq!(row()["needs"], 2);
    let shown = desk
        .ok_as("bob", &["--json", "review", "show", &review])
        .json();
    let groups = shown["groups"].as_array().unwrap();
    let has = |name: &str| {
        let with = |group: &&Value| group["people"].as_array().unwrap().contains(&json!(name));
        groups.iter().find(with).unwrap()["group"].to_string()
    };
    let without_dave =
        |group: &&Value| !group["people"].as_array().unwrap().contains(&json!("dave"));
    let wrong = groups.iter().find(without_dave).unwrap()["group"].to_string();
    let strike = [
        "review", "strike", &review, "dave", "--reason", "Left", "--group",
    ];
    let error = desk.refused("bob", &[&strike[..], &[&wrong]].concat(), 5, "unknown-name");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&format!("group {wrong}")), "{message}");
    // One group that has the name is no cover for one that has not.
    let right = has("dave");
    let twice = [&strike[..], &[&right, "--group", &wrong]].concat();
    desk.refused("bob", &twice, 5, "unknown-name");
    desk.ok_as("bob", &[&strike[..], &[&right]].concat());
    let mut said = String::new();
    for name in ["bob", "erin", "carol"] {
        desk.ok_as(name, &["review", "confirm", &review]);
        let signed = desk.ok_as(name, &["sign", &review]);
        assert!(signed.err.contains("struck    dave"), "{}", signed.err);
        said = signed.out;
        if said.contains("is passed") {
            break;
        }
        assert_eq!(row()["needs"], 1);
        let waits = row()["waits_for"].clone();
        assert!(!waits.as_array().unwrap().contains(&json!(name)), "{waits}");
    }
    assert!(said.contains("1 struck name stays open"), "{said}");
}

#[test]
fn a_calendar_has_the_review_that_goes_on_and_the_plan_s_own() {
    let desk = Desk::ready();
    desk.ok_as(
        "alice",
        &words("review plan --every quarter --from 2199-10-01"),
    );
    let review = made(&desk, "alice", "review start --period 2024-01");
    desk.ok_as("alice", &["calendar", "--out", "c.ics"]);
    let calendar = fs::read_to_string(desk.path("c.ics")).unwrap();
    let shows = format!("review show {}", &review[..8]);
    assert_eq!(calendar.matches(&shows).count(), 1, "{calendar}");
    assert_eq!(calendar.matches("rootkeep review start").count(), 1);
    assert!(calendar.contains("UID:review-2199-12-31"), "{calendar}");
}

#[test]
fn a_lesson_is_seen_to_by_a_day_that_is_not_over() {
    let desk = Desk::ready();
    let drill = made(&desk, "alice", "drill start possession");
    let finish = ["drill", "finish", &drill, "--outcome", "failed", "--lesson"];
    let late = [&finish[..], &["A lamp|bob|2024-01-31"]].concat();
    desk.refused("alice", &late, 2, "bad-date");
    desk.ok_as("alice", &[&finish[..], &["A lamp|bob|2199-01-31"]].concat());
}

#[test]
fn a_guest_is_in_the_room_under_the_name_that_was_given() {
    let desk = super::printing::with_runbook();
    let roles = "--json ceremony start lost-mfa --practice --role administrator=alice --role operator=bob \
                 --role witness=carol --role phone-holder=carol --role mailbox-reader=dave";
    let with = |guest: &'static str| [&words(roles)[..], &["--guest", guest]].concat();
    desk.refused("alice", &with("Erin|Acme")[1..], 2, "is-custodian");
    let ceremony = desk.ok_as("alice", &with("Jo Smith|Acme Audit")).json()["id"].clone();
    let id = ceremony.as_str().unwrap();
    let there = || {
        let shown = desk
            .ok_as("bob", &["--json", "ceremony", "show", id])
            .json();
        shown["guests_in_the_room"].clone()
    };
    assert_eq!(there(), json!(["Jo Smith"]));
    let shown = desk.ok_as("bob", &["ceremony", "show", id]).out;
    assert!(shown.contains("dave, guest \"Jo Smith\""), "{shown}");
    let moves = |verb: &'static str, guest: &'static str| ["ceremony", verb, id, "--guest", guest];
    let as_custodian = ["ceremony", "leave", id, "Jo Smith"];
    let error = desk.refused("alice", &as_custodian, 5, "no-custodian");
    assert!(error["hints"].to_string().contains("--guest"), "{error}");
    let error = desk.refused("alice", &moves("leave", "Jo Smit"), 5, "unknown-guest");
    assert!(error["hints"][0].as_str().unwrap().contains("Jo Smith"));
    desk.refused("alice", &moves("enter", "Jo Smith"), 3, "is-there");
    desk.ok_as("alice", &moves("leave", "Jo Smith"));
    assert_eq!(there(), json!([]));
    desk.ok_as("alice", &moves("enter", "Kim"));
    assert_eq!(there(), json!(["Kim"]));
    // Who is not there is named, and not by digits.
    let error = desk.refused("alice", &["ceremony", "leave", id, "erin"], 3, "not-there");
    assert_eq!(error["causes"], json!(["erin"]));
}
