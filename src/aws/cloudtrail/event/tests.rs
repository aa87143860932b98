//! Shapes after AWS's documentation and the tests of public detection rules, made again by hand.

use serde_json::{Value, json};

use super::*;

/// A record of a root user with what every record has; `more` replaces and adds.
fn record(name: &str, source: &str, more: &Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.08", "eventTime": "2026-11-03T10:00:00Z", "eventName": name,
        "eventSource": format!("{source}.amazonaws.com"), "awsRegion": "us-east-1",
        "eventID": "a1b2c3d4-5678-90ab-cdef-111111111111", "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333", "sourceIPAddress": "192.0.2.7",
        "userAgent": "Mozilla/5.0",
        "userIdentity": {"type": "Root", "principalId": "111122223333", "accountId": "111122223333",
            "arn": "arn:aws:iam::111122223333:root", "accessKeyId": ""},
    });
    let fields = record.as_object_mut().unwrap();
    for (key, value) in more.as_object().unwrap() {
        fields.insert(key.clone(), value.clone());
    }
    record
}

fn read(record: &Value) -> Option<Event> {
    let raw: Raw = serde_json::from_value(record.clone()).unwrap();
    raw.event().unwrap()
}

fn act(record: &Value) -> Act {
    match read(record).unwrap().what {
        What::Root(act) => act,
        other => panic!("{other:?}"),
    }
}

fn sign_in(result: &str, mfa: &Value) -> Value {
    record(
        "ConsoleLogin",
        "signin",
        &json!({"eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": result},
            "additionalEventData": {"MFAUsed": mfa, "LoginTo": "https://console.aws.amazon.com/"}}),
    )
}

#[test]
fn mfa_is_spelt_in_several_ways() {
    for (said, used) in [
        ("Yes", true),
        ("YES", true),
        ("yes", true),
        ("No", false),
        ("", false),
    ] {
        let act = act(&sign_in("Success", &json!(said)));
        assert_eq!(
            (act.sort, act.failed, act.mfa),
            (Sort::SignIn, false, Some(used)),
            "{said}"
        );
    }
    assert_eq!(act(&sign_in("Success", &Value::Null)).mfa, Some(false));
}

#[test]
fn failures_are_failures() {
    assert!(act(&sign_in("Failure", &json!("No"))).failed);
    let failed = json!({"eventType": "AwsConsoleSignIn", "errorMessage": "Failed authentication", "responseElements": null});
    assert!(act(&record("ConsoleLogin", "signin", &failed)).failed);
    for (code, denied) in [
        ("AccessDenied", true),
        ("Client.UnauthorizedOperation", true),
        ("AccessDeniedException", true),
        ("NoSuchBucketPolicy", false),
    ] {
        let call = record("GetBucketPolicy", "s3", &json!({"errorCode": code}));
        assert_eq!(act(&call).failed, denied, "{code}");
    }
}

#[test]
fn what_changes_the_way_in_is_told_apart() {
    let mfa = json!({"requestParameters": {"userName": "AWS ROOT USER", "serialNumber": "arn:aws:iam::111122223333:mfa/root-account-mfa-device"}});
    for (name, source, sort) in [
        ("PasswordUpdated", "signin", Sort::PasswordUpdated),
        ("EmailUpdated", "signin", Sort::EmailUpdated),
        (
            "PasswordRecoveryRequested",
            "signin",
            Sort::PasswordRecovery,
        ),
        (
            "PasswordRecoveryCompleted",
            "signin",
            Sort::PasswordRecovery,
        ),
        ("EnableMFADevice", "iam", Sort::Mfa),
        ("DeactivateMFADevice", "iam", Sort::Mfa),
        ("CreateAccessKey", "iam", Sort::AccessKey),
        ("PutBucketPolicy", "s3", Sort::Call),
    ] {
        assert_eq!(act(&record(name, source, &mfa)).sort, sort, "{name}");
    }
}

#[test]
fn the_details_of_a_recovery_may_be_missing() {
    let bare = json!({"userIdentity": null, "requestParameters": "x", "responseElements": [1], "additionalEventData": 7});
    let event = read(&record("PasswordRecoveryRequested", "signin", &bare)).unwrap();
    assert_eq!(event.account.unwrap().to_string(), "111122223333");
    let nowhere = json!({"userIdentity": {"type": "Root"}, "recipientAccountId": null});
    let event = read(&record("PasswordRecoveryCompleted", "signin", &nowhere)).unwrap();
    assert_eq!(event.account, None);
}

#[test]
fn a_key_id_may_be_misspelt() {
    let identity = json!({"userIdentity": {"type": "Root", "accountId": "123456789012", "accessKeyId": "", "accesKeyId": "ASIAEXAMPLE"}});
    let act = act(&record("PasswordUpdated", "signin", &identity));
    assert_eq!(act.key.unwrap().as_str(), "ASIAEXAMPLE");
}

#[test]
fn what_a_root_user_hands_out_is_its_own_act() {
    let identity = json!({"userIdentity": {"type": "FederatedUser", "accountId": "111122223333", "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {"sessionIssuer": {"type": "Root", "accountId": "111122223333"}, "attributes": {"mfaAuthenticated": "true"}}}});
    let act = act(&record("ListBuckets", "s3", &identity));
    assert_eq!((act.sort, act.mfa), (Sort::Call, Some(true)));
}

#[test]
fn services_are_apart_and_others_are_not_kept() {
    let invoked = json!({"userIdentity": {"type": "Root", "accountId": "111122223333", "invokedBy": "support.amazonaws.com"}});
    assert_eq!(
        read(&record("DescribeRegions", "ec2", &invoked))
            .unwrap()
            .what,
        What::Service
    );
    let service = json!({"eventType": "AwsServiceEvent"});
    assert_eq!(
        read(&record("RotateKey", "kms", &service)).unwrap().what,
        What::Service
    );
    // A key for a service is a key.
    assert!(matches!(
        read(&record("CreateAccessKey", "iam", &invoked))
            .unwrap()
            .what,
        What::Root(_)
    ));
    let user = json!({"userIdentity": {"type": "IAMUser", "userName": "Root", "accountId": "111122223333"}});
    assert_eq!(read(&record("CreateAccessKey", "iam", &user)), None);
    assert_eq!(read(&record("AttachPolicy", "iot", &user)), None);
    assert!(read(&record("AttachPolicy", "organizations", &user)).is_some());
}

#[test]
fn assume_root_keeps_the_key_id_and_never_the_token() {
    let token = "FwoGZXIvYXdzEXAMPLETOKEN";
    let secret = "wJalrXUtnFEMIEXAMPLESECRET";
    let more = json!({
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Ops/jo", "accountId": "111122223333",
            "accessKeyId": "ASIAOTHER", "sessionContext": {"assumedRoot": "true"}},
        "requestParameters": {"targetPrincipal": "444455556666", "taskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}},
        "responseElements": {"credentials": {"accessKeyId": "ASIASESSION", "secretAccessKey": secret, "sessionToken": token, "expiration": "Oct 25, 2024, 9:07:11 PM"}},
    });
    let record = record("AssumeRoot", "sts", &more);
    let raw: Raw = serde_json::from_value(record.clone()).unwrap();
    let event = read(&record).unwrap();
    assert_eq!(event.account.unwrap().to_string(), "444455556666");
    let What::AssumeRoot {
        policy,
        key,
        failed,
    } = &event.what
    else {
        panic!("{event:?}")
    };
    assert_eq!(policy.as_ref().unwrap().as_str(), "S3UnlockBucketPolicy");
    assert_eq!(key.as_ref().unwrap().as_str(), "ASIASESSION");
    assert!(!failed);
    let kept = format!("{raw:?}{event:?}");
    assert!(!kept.contains(token) && !kept.contains(secret), "{kept}");
    assert_eq!(
        event.traces.who.unwrap().as_str(),
        "arn:aws:sts::111122223333:assumed-role/Ops/jo"
    );
}

#[test]
fn a_field_that_has_to_be_there_is_named() {
    for (field, value) in [
        ("eventTime", json!("yesterday")),
        ("eventTime", json!("2026-11-03T10:00:00")),
        ("eventID", json!("")),
        ("eventID", json!({"a": 1})),
        ("eventName", json!("Console Login")),
        (
            "userIdentity.accountId",
            json!({"type": "Root", "accountId": "12"}),
        ),
    ] {
        let key = field.split('.').next().unwrap();
        let raw: Raw =
            serde_json::from_value(record("ConsoleLogin", "signin", &json!({key: value}))).unwrap();
        assert_eq!(raw.event().unwrap_err(), BadField(field));
    }
}
