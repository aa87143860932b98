//! `status` says what to type next, and typed it does what is due.

use super::*;

#[test]
fn status_says_what_to_type_next() {
    let desk = Desk::founded();
    let status = |name: &str| desk.ok_as(name, &["--json", "status"]).object();
    assert_eq!(status("alice")["to_sign"], Value::Array(Vec::new()));
    let next = status("bob")["to_sign"][0]["next"].clone();
    assert_eq!(next, "rootkeep -i bob.key sign genesis");
    desk.typed(&next, &["--code", &desk.code()]).succeeded();
    assert_eq!(status("bob")["to_sign"], Value::Array(Vec::new()));

    let desk = Desk::ready();
    let status = |name: &str| desk.ok_as(name, &["--json", "status"]).object();
    let names = |steps: &Value| -> Vec<String> {
        let steps = steps.as_array().unwrap().iter();
        steps
            .map(|step| step["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = status("alice");
    assert_eq!(names(&before["unconfirmed"]), [MFA, PASSWORD]);
    for field in ["to_sign", "enrolments", "reshare"] {
        assert_eq!(before[field], Value::Array(Vec::new()), "{field}");
    }
    // An epoch that a later, confirmed one has taken the place of need not be confirmed any more.
    let again = ["seal", PASSWORD, "--stdin"];
    desk.fed("alice", &again, b"new").succeeded();
    let unconfirmed = status("bob")["unconfirmed"].clone();
    assert_eq!(names(&unconfirmed), [MFA, PASSWORD, PASSWORD]);
    desk.typed(&unconfirmed[2]["next"], &[]).succeeded();
    assert_eq!(names(&status("alice")["unconfirmed"]), [MFA]);

    let request = desk.request(&[PASSWORD]);
    for (name, asked) in [("alice", 1), ("bob", 1), ("dave", 0)] {
        let steps = status(name)["to_sign"].clone();
        assert_eq!(steps.as_array().unwrap().len(), asked, "{name}");
    }
    let step = status("bob")["to_sign"][0].clone();
    assert_eq!(step["what"], "request");
    assert!(request.starts_with(step["id"].as_str().unwrap()));
    desk.typed(&step["next"], &[]).succeeded();
    assert_eq!(status("bob")["to_sign"], Value::Array(Vec::new()));
    desk.ok_as("alice", &["withdraw", &request]);

    let added = desk.propose_mallory("holder");
    let text = |field: &str| added[field].as_str().unwrap().to_owned();
    assert_eq!(status("alice")["enrolments"], Value::Array(Vec::new()));
    for name in ["alice", "bob", "dave"] {
        let words = ["sign", &text("id"), "--fingerprint", &text("fingerprint")];
        desk.ok_as(name, &words);
    }
    let waits = status("alice")["enrolments"][0].clone();
    assert_eq!(
        (&waits["name"], &waits["seq"]),
        (&"mallory".into(), &added["seq"])
    );
    assert_eq!(waits["next"], "rootkeep -i THEIR.key custodian accept");
    let own = status("mallory")["enrolments"][0]["next"].clone();
    desk.typed(&own, &["--code", &desk.code()]).succeeded();
    assert_eq!(status("alice")["enrolments"], Value::Array(Vec::new()));

    desk.quorum("engineers", &["alice", "bob", "mallory"]);
    let reshare = status("alice")["reshare"].clone();
    assert_eq!(names(&reshare), [PASSWORD]);
    assert_eq!(reshare[0]["without"], serde_json::json!(["mallory"]));
    desk.typed(&reshare[0]["next"], &[]).succeeded();
    desk.fed("alice", &again, b"newer").succeeded();
    assert_eq!(status("alice")["reshare"], Value::Array(Vec::new()));
    let text = desk.ok_as("bob", &["-L", "acme.ledger", "status"]).out;
    let line = "unconfirmed  111122223333/password epoch 3: rootkeep -L acme.ledger -i bob.key secret confirm 111122223333/password --epoch 3";
    assert!(text.contains(line), "{text}");
}
