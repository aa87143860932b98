//! What OSCAL's readers get; that they can read it is tried by tests/interop/oscal.sh.

use serde_json::Value;

use super::*;

const FIXTURE: &str = include_str!("../../../../tests/fixtures/evidence/evidence.json");

fn fixture() -> Evidence {
    serde_json::from_str(FIXTURE).unwrap()
}

fn results(evidence: &Evidence) -> String {
    String::from_utf8(assessment_results(evidence).unwrap().unwrap()).unwrap()
}

fn read(evidence: &Evidence) -> Value {
    serde_json::from_str(&results(evidence)).unwrap()
}

/// Every object and list in a value.
fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Array(list) => list.iter().for_each(|one| walk(one, visit)),
        Value::Object(map) => map.values().for_each(|one| walk(one, visit)),
        _ => {}
    }
}

fn finding<'v>(result: &'v Value, target: &str) -> &'v Value {
    let findings = result["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|one| one["target"]["target-id"] == target);
    found.unwrap()
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    assert_eq!(results(&fixture()), results(&fixture()));
}

#[test]
fn other_evidence_is_another_document() {
    let mut other = fixture();
    other.rules.passed.pop();
    let (one, two) = (read(&fixture()), read(&other));
    assert_ne!(
        one["assessment-results"]["uuid"],
        two["assessment-results"]["uuid"]
    );
}

#[test]
fn without_a_framework_there_is_no_document() {
    let mut evidence = fixture();
    evidence.frameworks.clear();
    assert!(assessment_results(&evidence).unwrap().is_none());
}

#[test]
fn no_list_is_empty_and_no_uuid_is_given_twice() {
    let mut without = fixture();
    without.findings.clear();
    without.rules.passed.clear();
    for framework in &mut without.frameworks {
        for control in &mut framework.controls {
            control.findings.clear();
            control.statements.clear();
        }
    }
    for evidence in [fixture(), without] {
        let mut uuids = BTreeSet::new();
        walk(&read(&evidence), &mut |value| {
            assert_ne!(value.as_array().map(Vec::len), Some(0));
            if let Some(uuid) = value["uuid"].as_str() {
                assert!(uuids.insert(uuid.to_owned()), "{uuid}");
            }
        });
        assert!(uuids.len() > 5);
    }
}

#[test]
fn each_control_has_a_finding_with_one_of_two_states() {
    let document = read(&fixture());
    let result = &document["assessment-results"]["results"][0];
    for (target, state, reason) in [
        ("nist-800-53-r5_ac-6.5", "satisfied", "pass"),
        ("nist-800-53-r5_ac-3.2", "not-satisfied", "fail"),
        ("nist-800-53-r5_ia-2.1", "not-satisfied", "other"),
        ("ours_1.4", "satisfied", "pass"),
        ("ours_1.5", "not-satisfied", "other"),
    ] {
        let status = &finding(result, target)["target"]["status"];
        assert_eq!(
            (&status["state"], &status["reason"]),
            (&state.into(), &reason.into())
        );
    }
    assert_eq!(result["findings"].as_array().unwrap().len(), 6);
    assert_eq!(result["start"], "2026-07-01T00:00:00Z");
    assert_eq!(result["end"], "2026-09-30T23:59:59Z");
}

#[test]
fn what_a_finding_refers_to_is_there() {
    let document = read(&fixture());
    let result = &document["assessment-results"]["results"][0];
    let uuids = |list: &Value| -> BTreeSet<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["uuid"].as_str().unwrap().to_owned())
            .collect()
    };
    let (observations, risks) = (uuids(&result["observations"]), uuids(&result["risks"]));
    walk(&document, &mut |value| {
        if let Some(uuid) = value["observation-uuid"].as_str() {
            assert!(observations.contains(uuid));
        }
        if let Some(uuid) = value["risk-uuid"].as_str() {
            assert!(risks.contains(uuid));
        }
    });
    let related =
        |target: &str, what: &str| finding(result, target)[what].as_array().map_or(0, Vec::len);
    assert_eq!(related("nist-800-53-r5_ac-6.5", "related-observations"), 2);
    assert_eq!(related("nist-800-53-r5_ac-3.2", "related-observations"), 2);
    assert_eq!(related("nist-800-53-r5_ac-3.2", "related-risks"), 1);
    assert_eq!(related("ours_1.4", "related-observations"), 3);
    assert_eq!(related("ours_1.5", "related-observations"), 0);
    let plan = document["assessment-results"]["import-ap"]["href"].as_str();
    let resources = uuids(&document["assessment-results"]["back-matter"]["resources"]);
    assert!(resources.contains(plan.unwrap().strip_prefix('#').unwrap()));
}

#[test]
fn an_accepted_finding_is_a_risk_until_its_day() {
    let document = read(&fixture());
    let risks = &document["assessment-results"]["results"][0]["risks"];
    assert_eq!(risks.as_array().unwrap().len(), 2);
    assert_eq!(risks[0]["status"], "deviation-approved");
    assert_eq!(risks[0]["deadline"], "2026-12-31T23:59:59Z");
    assert_eq!(risks[0]["statement"], "A hardware token is ordered");
    assert_eq!(
        risks[1]["statement"],
        "Accepted by governance; the reason is withheld."
    );
}

#[test]
fn evidence_is_linked_and_a_drill_is_a_test() {
    let document = read(&fixture());
    let result = &document["assessment-results"]["results"][0];
    let about = |seq: u64| {
        let title = format!("Entry {seq}: ");
        let observations = result["observations"].as_array().unwrap();
        let found = observations
            .iter()
            .find(|one| one["title"].as_str().unwrap().starts_with(&title));
        found.unwrap()
    };
    let logged = about(41);
    assert_eq!(
        logged["relevant-evidence"][0]["href"],
        "statements/00000041.dsse.json"
    );
    assert_eq!(logged["collected"], "2026-07-03T10:00:00Z");
    assert_eq!(logged["methods"][0], "EXAMINE");
    assert_eq!(about(46)["methods"][0], "TEST");
}

#[test]
fn other_peoples_words_are_neither_markdown_nor_html() {
    let text = results(&fixture());
    assert!(text.contains(r"the \\*yearly\\* count"));
    assert!(text.contains(r"Bob \\[can\\] reach it \\<alone\\> by the mailbox"));
    assert_eq!(markup("a\n\u{2028}b"), "a b");
    assert_eq!(markup(" \t"), "-");
}

#[test]
fn of_a_redacted_bundle_no_name_is_in_it() {
    let mut evidence = fixture();
    evidence.query.redacted = true;
    evidence.ledger.name = None;
    for (person, name) in
        evidence
            .people
            .iter_mut()
            .zip(["keeper 0a0a0a0a", "holder 0b0b0b0b", "0c0c0c0c"])
    {
        person.name = name.to_owned();
    }
    for finding in &mut evidence.findings {
        finding.message.clone_from(&finding.title);
        if let Some(accepted) = &mut finding.accepted {
            accepted.why = None;
        }
    }
    let text = results(&evidence);
    for word in ["Alice", "Bob", "Carol", "Acme", "ordered"] {
        assert!(
            results(&fixture()).contains(word) || word == "Carol",
            "{word}"
        );
        assert!(!text.contains(word), "{word}");
    }
    assert!(text.contains("keeper 0a0a0a0a"));
    assert!(text.contains(&format!("ledger {}", evidence.ledger.id)));
}
