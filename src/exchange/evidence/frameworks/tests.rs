//! What a framework's file has to be like, and how a control stands.

use std::collections::BTreeSet;

use super::super::model::{AcceptedLine, SignedLine};
use super::*;
use crate::crypto::fixed::{Digest, Id};
use crate::error::Kind as ErrorKind;
use crate::statement::Time;
use crate::statement::time::Date;

fn file(controls: &str) -> String {
    format!(
        r#"{{"schema":"rootkeep/v1/framework","framework":"ours","title":"Our own","version":"1","relation":"supports","controls":[{controls}]}}"#
    )
}

const ONE: &str = r#"{"id":"A.1","about":"Access","rules":["RK009","RK018"],"kinds":["safe.log","sign"],"drills":["possession"]}"#;

fn ours() -> Framework {
    Framework::parse(file(ONE).as_bytes(), "ours.json").unwrap()
}

#[test]
fn what_is_built_in_can_be_read_and_has_the_name_of_its_file() {
    for name in names() {
        assert_eq!(Framework::find(name).unwrap().framework, name);
    }
    assert!(names().is_sorted());
    assert_eq!(Framework::find_all(names()).unwrap().len(), 9);
}

#[test]
fn each_file_of_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/frameworks");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let built_in: BTreeSet<String> = names().map(|name| format!("{name}.json")).collect();
    assert_eq!(files, built_in);
}

#[test]
fn each_rule_speaks_of_a_control_of_some_framework() {
    let all = Framework::find_all(names()).unwrap();
    let mapped: BTreeSet<String> = all
        .into_iter()
        .flat_map(|framework| framework.controls)
        .flat_map(|control| control.rules)
        .collect();
    let rules = rules::ALL.iter().map(|rule| rule.id().unwrap().to_string());
    let nowhere: Vec<String> = rules.filter(|rule| !mapped.contains(rule)).collect();
    assert_eq!(nowhere, [""; 0]);
}

#[test]
fn what_only_resembles_or_supports_says_so() {
    for name in names() {
        let relation = Framework::find(name).unwrap().relation.as_str();
        let expected = match name {
            "pci-dss-4.0" => "modelled-on",
            "soc2" => "supports",
            _ => "mapped",
        };
        assert_eq!(relation, expected, "{name}");
    }
}

#[test]
fn the_page_names_each_framework_and_its_example_is_one() {
    let page = include_str!("../../../../docs/frameworks.md");
    for name in names() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let code: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .collect();
    let example = Framework::parse(code.join("\n").as_bytes(), "docs/frameworks.md").unwrap();
    assert_eq!(example.framework, "acme-custody");
}

#[test]
fn a_file_of_ones_own_is_read() {
    let framework = ours();
    assert_eq!(framework.framework, "ours");
    assert_eq!(framework.relation, Relation::Supports);
    let least = file(r#"{"id":"1","about":"x","rules":["RK001"]}"#);
    assert!(Framework::parse(least.as_bytes(), "it").is_ok());
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let control = |from: &str, to: &str| file(&ONE.replacen(from, to, 1));
    let head = |from: &str, to: &str| file(ONE).replacen(from, to, 1);
    let long = "x".repeat(301);
    let many = (0..501)
        .map(|at| format!(r#"{{"id":"{at}","about":"x","rules":["RK001"]}}"#))
        .collect::<Vec<_>>()
        .join(",");
    let twice = file(&format!("{ONE},{ONE}"));
    let same_token = format!(
        "{},{}",
        ONE.replace("A.1", "A(1)"),
        ONE.replace("A.1", "a.1")
    );
    for (text, said) in [
        (head("v1/framework", "v2/framework"), "schema"),
        (head("\"ours\"", "\"Ours\""), "framework"),
        (head("\"ours\"", "\"1st\""), "framework"),
        (head("\"ours\"", "\"../ours\""), "framework"),
        (head("Our own", "Our\\nown"), "title"),
        (head("Our own", " "), "title"),
        (head("Our own", "Our\\u202eown"), "title"),
        (head("\"1\"", "\"\""), "version"),
        (head("supports", "proves"), "proves"),
        (head("\"version\"", "\"versions\""), "versions"),
        (file(""), "controls: 1 to 500"),
        (file(&many), "controls: 1 to 500"),
        (control("A.1", "A 1"), "no. 1 (`A 1`): id"),
        (control("A.1", ""), "no. 1 (``): id"),
        (twice, "no. 2 (`A.1`): id"),
        (file(&same_token), "no. 2 (`a.1`): id"),
        (control("Access", &long), "(`A.1`): about"),
        (
            control("RK018", "RK999"),
            "(`A.1`): rules: there is no `RK999`",
        ),
        (control("RK018", "RK009"), "rules: `RK009` is there twice"),
        (
            control("safe.log", "safe.look"),
            "kinds: there is no `safe.look`",
        ),
        (control("possession", "fire"), "drills: there is no `fire`"),
        (
            control("drills", "drill"),
            "no. 1 (`A.1`): unknown field `drill`",
        ),
        (
            file(r#"{"about":"x","kinds":["sign"]}"#),
            "controls, no. 1: missing field `id`",
        ),
        (
            file(r#"{"id":"1","about":"x","kinds":["sign"]},{"id":"2","about":7}"#),
            "controls, no. 2 (`2`): invalid type",
        ),
        (control("\"id\"", "\"id\":\"B\",\"id\""), "duplicate field"),
        (
            file(r#"{"id":"1","about":"x"}"#),
            "names no rule, no kind and no drill",
        ),
        (file(ONE) + "x", "trailing"),
    ] {
        let error = Framework::parse(text.as_bytes(), "ours.json").unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Usage, "bad-framework")
        );
        assert!(error.to_string().contains(said), "{said}: {error}");
        assert!(error.message().contains("ours.json"));
    }
    let fits = control("Access", &long[..300]);
    assert!(Framework::parse(fits.as_bytes(), "it").is_ok());
}

#[test]
fn a_framework_that_is_not_there_is_said_with_those_that_are() {
    let error = Framework::find("cis").unwrap_err();
    assert_eq!(error.code(), "no-framework");
    assert!(error.hints()[0].contains("cis-aws-7.0"));
    assert_eq!(
        Framework::find("no/such.json").unwrap_err().code(),
        "no-file"
    );
    let twice = Framework::find_all(["soc2", "soc2"]).unwrap_err();
    assert_eq!(twice.code(), "framework-twice");
}

fn finding(rule: &str, accepted: bool) -> FindingLine {
    FindingLine {
        rule: rule.to_owned(),
        title: "x".to_owned(),
        severity: "high".to_owned(),
        about: "account:111122223333".to_owned(),
        message: "x".to_owned(),
        accepted: accepted.then(|| AcceptedLine {
            until: Date::parse("2026-12-31").unwrap(),
            leaf: Digest([1; 32]),
            since: 4,
            why: None,
        }),
    }
}

fn statement(seq: u64, kind: &str) -> StatementLine {
    StatementLine {
        seq,
        leaf: Digest([2; 32]),
        kind: kind.to_owned(),
        author: Id([1; 16]),
        made_at: Time::parse("2026-10-01T00:00:00Z").unwrap(),
        shown: Shown::All,
        text: None,
        happened_at: None,
        signed: Vec::new(),
        rejected: Vec::new(),
        corrected: Vec::new(),
        erased: None,
    }
}

fn stands_by(
    findings: &[FindingLine],
    passed: &[&str],
    statements: &[StatementLine],
) -> ControlLine {
    let passed: Vec<String> = passed.iter().map(|rule| (*rule).to_owned()).collect();
    let line = line(&ours(), findings, &passed, statements, &Tables::default());
    line.controls.into_iter().next().unwrap()
}

#[test]
fn a_control_stands_as_what_speaks_of_it() {
    let state = |findings: &[FindingLine], passed: &[&str], statements: &[StatementLine]| {
        stands_by(findings, passed, statements).state
    };
    let (open, accepted) = (finding("RK009", false), finding("RK018", true));
    let other = finding("RK001", false);
    assert_eq!(state(&[], &[], &[]), ControlState::NotLookedAt);
    assert_eq!(
        state(std::slice::from_ref(&other), &["RK001"], &[]),
        ControlState::NotLookedAt
    );
    assert_eq!(state(&[other], &["RK009"], &[]), ControlState::Supported);
    assert_eq!(
        state(&[], &[], &[statement(0, "sign")]),
        ControlState::Supported
    );
    assert_eq!(
        state(&[], &[], &[statement(0, "seal")]),
        ControlState::NotLookedAt
    );
    assert_eq!(
        state(std::slice::from_ref(&accepted), &["RK009"], &[]),
        ControlState::Accepted
    );
    let both = [accepted, finding("RK001", false), open];
    let line = stands_by(&both, &["RK009"], &[statement(0, "sign")]);
    assert_eq!(line.state, ControlState::Findings);
    assert_eq!(line.findings, [0, 2]);
    assert_eq!(line.statements, [0]);
}

#[test]
fn a_control_without_rules_is_not_looked_at_by_any() {
    let text = file(r#"{"id":"1","about":"x","kinds":["sign"]}"#);
    let framework = Framework::parse(text.as_bytes(), "it").unwrap();
    let line = line(&framework, &[], &[], &[], &Tables::default());
    assert_eq!(line.controls[0].state, ControlState::NoEvidence);
}

#[test]
fn only_an_entry_that_stands_supports_a_control() {
    let supports = |change: fn(&mut StatementLine)| {
        let mut logged = statement(7, "safe.log");
        let who = Id([3; 16]);
        logged.signed = vec![SignedLine {
            custodian: who,
            seq: 8,
        }];
        change(&mut logged);
        stands_by(&[], &[], &[logged]).state == ControlState::Supported
    };
    assert!(supports(|_| {}));
    assert!(supports(|logged| logged.shown = Shown::Facts));
    assert!(supports(|logged| logged.shown = Shown::Erased));
    assert!(!supports(|logged| logged.shown = Shown::Header));
    assert!(!supports(|logged| logged.signed.clear()));
    assert!(!supports(|logged| logged.rejected = logged.signed.clone()));
    assert!(!supports(|logged| logged.corrected = vec![9]));
    assert!(!supports(|logged| logged.kind = "no.such".to_owned()));
}

#[test]
fn a_drill_supports_a_control_once_it_is_passed_and_agreed_to() {
    let drill = |outcome: Option<&str>, took_part: u8, agreed: u8| {
        let ids = |count: u8| (0..count).map(|at| Id([at; 16])).collect();
        let mut tables = Tables::default();
        tables.drills.push(DrillRow {
            seq: 5,
            drill: Some("possession".to_owned()),
            plan: None,
            due: None,
            started_at: None,
            took_part: ids(took_part),
            finished_at: None,
            outcome: outcome.map(str::to_owned),
            agreed: ids(agreed),
            lessons: None,
        });
        line(&ours(), &[], &[], &[], &tables).controls[0]
            .statements
            .clone()
    };
    assert_eq!(drill(Some("passed"), 3, 3), [5]);
    assert_eq!(drill(Some("passed"), 3, 2), [5]);
    assert_eq!(drill(Some("passed"), 3, 1), [0; 0]);
    assert_eq!(drill(Some("passed"), 1, 0), [5]);
    assert_eq!(drill(Some("passed"), 0, 0), [0; 0]);
    assert_eq!(drill(Some("failed"), 1, 1), [0; 0]);
    assert_eq!(drill(None, 1, 1), [0; 0]);
}

#[test]
fn of_many_entries_the_newest_are_listed() {
    let many = |count: u64| {
        let all: Vec<StatementLine> = (0..count).map(|seq| statement(seq, "sign")).collect();
        stands_by(&[], &[], &all).statements
    };
    assert_eq!(many(200), (0..200).collect::<Vec<_>>());
    assert_eq!(many(201), (1..201).collect::<Vec<_>>());
}

#[test]
fn a_token_is_as_in_the_catalogue_of_nist() {
    assert_eq!(token("AC-6(5)"), "ac-6.5");
    assert_eq!(token("2.1.1"), "2.1.1");
}
