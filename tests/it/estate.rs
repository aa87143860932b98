//! The estate: what AWS's files say comes in whole or not at all, the newest report counts, and what is
//! known of an account says where it comes from.

use std::fs;

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::Result;
use rootkeep::insight::roots;
use rootkeep::ledger::Entered;
use rootkeep::state::estate::{
    AlarmRecord, FeaturesRecord, PostureRecord, RegistryRecord, RootRecord,
};
use rootkeep::state::records::read;
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::estate::{
    ContactDetails, ContactKind, ContactSeen, DelegatedSeen, Device, EstateImport,
    EstateImportPersonal, FeaturesSeen, RootSaid, RootSeen, Source, SourceFile,
};
use rootkeep::statement::people::Role;
use rootkeep::statement::posture::{
    Alarm, AlarmPersonal, HardwareMfa, Posture, SetPosture, TimestampEvery,
};
use rootkeep::statement::registry::{
    Answers, CredentialState, Credentials, Registered, RegisteredWords, Scp, SetAccounts,
    SetAccountsPersonal,
};
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Time};
use serde_json::Value;

use crate::cli::{Desk, ORGANIZATIONS};
use crate::story::retire;
use crate::world::*;

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn file(source: Source, when: &str) -> SourceFile {
    SourceFile {
        source,
        digest: Digest::of(format!("{source:?} {when}").as_bytes()),
        at: at(when),
        bytes: 3,
    }
}

fn report(mfa: bool) -> RootSaid {
    RootSaid {
        password: Some(true),
        mfa: Some(mfa),
        access_keys: Some(0),
        signing_certificates: Some(0),
        ..RootSaid::default()
    }
}

/// What the files of one day say: a report, devices, a contact that there isn't, central root access.
pub fn estate(when: &str) -> (EstateImport, EstateImportPersonal) {
    let files = [
        Source::CredentialReport,
        Source::MfaDevices,
        Source::ContactInformation,
        Source::AlternateContact,
        Source::OrganizationsFeatures,
        Source::DelegatedAdministrators,
    ];
    let root = |file, said| RootSeen {
        account: account(MANAGEMENT),
        file,
        said,
    };
    let contact = |contact, file, present| ContactSeen {
        account: account(MANAGEMENT),
        contact,
        file,
        present,
    };
    let import = EstateImport {
        files: files.map(|source| file(source, when)).to_vec(),
        features: Some(FeaturesSeen {
            file: 4,
            organization: text("o-example12345"),
            root_credentials_management: true,
            root_sessions: false,
        }),
        delegated: Some(DelegatedSeen {
            file: 5,
            administrators: vec![account(MEMBER)],
        }),
        roots: vec![
            root(0, report(true)),
            root(
                1,
                RootSaid {
                    devices: Some(vec![Device::Hardware, Device::Virtual]),
                    ..RootSaid::default()
                },
            ),
        ],
        contacts: vec![
            contact(ContactKind::Primary, 2, true),
            contact(ContactKind::Security, 3, false),
        ],
    };
    let personal = EstateImportPersonal {
        files: files.map(|source| text(source.as_str())).to_vec(),
        serials: vec![vec![text("GAHT1"), text("arn:x")]],
        contacts: vec![
            Some(ContactDetails {
                name: text("Cloud team"),
                title: None,
                email: None,
                phone: Some(text("+44 1")),
                address: None,
            }),
            None,
        ],
    };
    (import, personal)
}

const MONDAY: &str = "2026-11-16T09:00:00Z";
const TUESDAY: &str = "2026-11-17T09:00:00Z";
const WEDNESDAY: &str = "2026-11-18T09:00:00Z";

fn enter(
    world: &World,
    place: usize,
    (import, personal): (EstateImport, EstateImportPersonal),
) -> Result<Entered> {
    world
        .session(place)
        .enter(Claim::EstateImport(import, Some(personal)), Vec::new())
}

fn altered(
    change: impl FnOnce(&mut EstateImport, &mut EstateImportPersonal),
) -> (EstateImport, EstateImportPersonal) {
    let (mut import, mut personal) = estate(MONDAY);
    change(&mut import, &mut personal);
    (import, personal)
}

fn root(world: &World) -> RootRecord {
    let session = world.session(ADA);
    RootRecord::load(&session.view(), &account(MANAGEMENT))
        .unwrap()
        .unwrap_or_default()
}

fn with_accounts() -> World {
    let world = World::active(5, 3);
    world.import(ADA);
    world
}

#[test]
fn what_files_say_is_known_with_its_source_and_date() {
    let world = with_accounts();
    let entered = enter(&world, ADA, estate(MONDAY)).unwrap();
    assert!(entered.effective);
    let known = root(&world);
    let password = known.password().unwrap();
    assert_eq!(
        (password.value, password.source),
        (true, Source::CredentialReport)
    );
    assert_eq!((password.at, password.index), (at(MONDAY), entered.seq));
    assert_eq!(known.password_last_used().unwrap().value, None);
    assert_eq!(
        known.devices().unwrap().value,
        [Device::Hardware, Device::Virtual]
    );
    assert_eq!(known.virtual_devices().unwrap().value, 1);
    let primary = known.contact(ContactKind::Primary).unwrap();
    assert_eq!(primary.details.as_ref().unwrap().name, text("Cloud team"));
    assert!(!known.contact(ContactKind::Security).unwrap().present.value);
    assert_eq!(known.contact(ContactKind::Billing), None);
    let session = world.session(ADA);
    let features = FeaturesRecord::load(&session.view()).unwrap();
    assert!(features.features.unwrap().value.root_credentials_management);
    assert_eq!(features.delegated.unwrap().value, [account(MEMBER)]);
    drop(session);
    world.assert_good(BEA);
}

#[test]
fn the_newest_report_of_each_source_counts_whatever_comes_last() {
    let world = with_accounts();
    enter(&world, ADA, estate(TUESDAY)).unwrap();
    let only_report = |when: &str, mfa: bool| {
        let (mut import, mut personal) = estate(when);
        import.files.truncate(1);
        personal.files.truncate(1);
        (import.features, import.delegated) = (None, None);
        import.roots.truncate(1);
        import.roots[0].said = report(mfa);
        import.contacts.clear();
        (personal.contacts, personal.serials) = (Vec::new(), Vec::new());
        (import, personal)
    };
    // An older one changes nothing, and is no event of the account.
    let before = root(&world);
    enter(&world, ADA, only_report(MONDAY, false)).unwrap();
    assert_eq!(root(&world), before);
    // Of two as of one moment the later entry counts; a newer one in any case.
    let no_mfa = |world: &World| {
        root(world)
            .report(Source::CredentialReport)
            .unwrap()
            .value
            .mfa
    };
    enter(&world, ADA, only_report(TUESDAY, false)).unwrap();
    assert_eq!(no_mfa(&world), Some(false));
    enter(&world, ADA, only_report(WEDNESDAY, true)).unwrap();
    assert_eq!(no_mfa(&world), Some(true));
    assert_eq!(root(&world).events.len(), 3);
    // The devices that Tuesday's list has stay known.
    assert_eq!(root(&world).devices().unwrap().at, at(TUESDAY));
    world.assert_good(BEA);
}

#[test]
fn what_a_clock_that_was_ahead_has_dated_stands_only_until_the_next_report() {
    const YEAR: i64 = 365 * 86_400;
    let world = with_accounts();
    let now = || Time::from_seconds(world.clock.seconds()).unwrap();
    let password = || {
        let session = world.session(ADA);
        roots::of(&session.view(), &account(MANAGEMENT), now())
            .unwrap()
            .password
    };
    world.clock.forward(YEAR);
    enter(&world, ADA, estate(&now().to_string())).unwrap();
    world.clock.forward(-YEAR);
    // It counts for nothing yet; what comes takes its place, as of an earlier day too.
    assert_eq!(password(), None);
    enter(&world, ADA, estate(MONDAY)).unwrap();
    assert_eq!(password(), Some(true));
    let known = root(&world);
    assert_eq!(known.password().unwrap().at, at(MONDAY));
    assert_eq!(
        known.contact(ContactKind::Primary).unwrap().present.at,
        at(MONDAY)
    );
    let session = world.session(ADA);
    let features = FeaturesRecord::load(&session.view()).unwrap();
    assert_eq!(features.features.unwrap().at, at(MONDAY));
    drop(session);
    world.assert_good(BEA);
}

/// The listing of a day.
fn listing(when: Option<&str>) -> Claim {
    let Claim::AccountImport(mut import, personal) = import_claim() else {
        unreachable!()
    };
    import.at = when.map(at);
    Claim::AccountImport(import, personal)
}

#[test]
fn an_older_listing_takes_no_newer_ones_place() {
    let world = with_accounts();
    let enter = |claim: Claim| world.session(ADA).enter(claim, Vec::new());
    // The first logs had no such time.
    enter(listing(None)).unwrap();
    enter(listing(Some(TUESDAY))).unwrap();
    enter(listing(Some(TUESDAY))).unwrap();
    world.refused("older-listing", || enter(listing(Some(MONDAY))));
    world.refused("malformed", || enter(listing(None)));
    let now = world.clock.seconds();
    let ahead = |seconds| Time::from_seconds(now + seconds).unwrap().to_string();
    world.refused("dated-ahead", || enter(listing(Some(&ahead(301)))));
    enter(listing(Some(&ahead(300)))).unwrap();
    world.refused("older-listing", || enter(listing(Some(WEDNESDAY))));
    // By a clock that was ahead: it stands until the next.
    world.clock.forward(1000);
    enter(listing(Some(&ahead(1000)))).unwrap();
    world.clock.forward(-1000);
    enter(listing(Some(WEDNESDAY))).unwrap();
    world.refused("older-listing", || enter(listing(Some(TUESDAY))));
    world.assert_good(BEA);
}

#[test]
fn a_listing_is_as_of_when_it_is_said_or_its_file_was_written() {
    let desk = Desk::ready();
    let all: Value = serde_json::from_slice(&fs::read(ORGANIZATIONS).unwrap()).unwrap();
    let mut fewer = all.clone();
    fewer["Accounts"].as_array_mut().unwrap().pop();
    desk.write("now.json", fewer.to_string().as_bytes());
    let import = ["--json", "account", "import", "--organizations"];
    fn with<'a>(import: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
        [import, more].concat()
    }
    let said = desk.ok_as("alice", &with(&import, &["now.json"])).json();
    assert_eq!(said["gone"], 1);
    let written = fs::metadata(desk.path("now.json")).unwrap().modified();
    let written = Time::from_chrono(written.unwrap().into()).unwrap();
    assert_eq!(said["as_of"], written.to_string());
    // Somebody brings the file of last year once more.
    desk.write("then.json", all.to_string().as_bytes());
    let file = fs::File::options().write(true).open(desk.path("then.json"));
    let year = std::time::Duration::from_secs(365 * 86_400);
    let then = std::time::SystemTime::now() - year;
    file.unwrap().set_modified(then).unwrap();
    for more in [&["then.json"][..], &["then.json", "--preview"]] {
        let error = desk.refused("alice", &with(&import, more)[1..], 3, "older-listing");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(&written.to_string()), "{message}");
    }
    let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let said = desk
        .ok_as("alice", &with(&import, &["then.json", "--as-of", &now]))
        .json();
    assert_eq!(
        (&said["changed"], &said["as_of"]),
        (&Value::from(1), &Value::from(now))
    );
    // What changes nothing is nobody's concern.
    desk.ok_as("alice", &with(&import, &["then.json"]));
}

#[test]
fn an_account_that_went_without_having_been_closed_is_a_finding() {
    let desk = Desk::ready();
    let mut fewer: Value = serde_json::from_slice(&fs::read(ORGANIZATIONS).unwrap()).unwrap();
    let gone = |one: &Value| one["Id"] == "333344445555";
    fewer["Accounts"]
        .as_array_mut()
        .unwrap()
        .retain(|one| !gone(one));
    desk.write("fewer.json", fewer.to_string().as_bytes());
    let found = || {
        let said = desk
            .run_as("alice", &["--json", "check", "--rule", "RK032"])
            .out;
        said.contains("333344445555") && said.contains("who took it out")
    };
    assert!(!found());
    desk.ok_as(
        "alice",
        &["account", "import", "--organizations", "fewer.json"],
    );
    assert!(found());
}

#[test]
fn an_import_is_in_one_form_and_says_what_its_files_can() {
    let world = with_accounts();
    type Change = fn(&mut EstateImport, &mut EstateImportPersonal);
    let malformed: [Change; 18] = [
        |it, _| it.files.reverse(),
        |it, _| it.files[1] = it.files[0].clone(),
        |it, said| {
            it.files
                .push(file(Source::DelegatedAdministrators, TUESDAY));
            said.files.push(text("unused"));
        },
        |it, _| it.roots[0].file = 6,
        |it, _| it.roots[0].file = 1,
        |it, _| it.roots.reverse(),
        |it, _| it.roots[1] = it.roots[0].clone(),
        |it, _| it.roots[0].said.mfa = None,
        |it, _| it.roots[0].said.devices = Some(Vec::new()),
        |it, _| it.roots[1].said.password = Some(true),
        |it, _| it.roots[1].said.devices = Some(vec![Device::Virtual, Device::Hardware]),
        |it, _| it.contacts.reverse(),
        |it, _| it.contacts[0].file = 3,
        |it, _| it.features.as_mut().unwrap().file = 5,
        |it, _| {
            it.delegated.as_mut().unwrap().administrators =
                vec![account(MEMBER), account(MANAGEMENT)]
        },
        |_, said| said.files.truncate(5),
        |_, said| said.serials[0].truncate(1),
        |_, said| said.contacts.reverse(),
    ];
    for (place, change) in malformed.into_iter().enumerate() {
        let error = world.refused("malformed", || enter(&world, ADA, altered(change)));
        assert!(!error.message().is_empty(), "{place}");
    }
    world.refused("malformed", || {
        enter(
            &world,
            ADA,
            (EstateImport::default(), EstateImportPersonal::default()),
        )
    });
    world.refused("unknown-account", || {
        enter(
            &world,
            ADA,
            altered(|it, _| it.contacts[1].account = account("999999999999")),
        )
    });
    assert_eq!(root(&world), RootRecord::default());
    enter(&world, ADA, estate(MONDAY)).unwrap();
}

#[test]
fn what_is_dated_ahead_by_more_than_a_clocks_error_is_refused() {
    let world = with_accounts();
    let now = TestClock::START;
    for (ahead, good) in [(301, false), (300, true)] {
        let when = Time::from_seconds(now + ahead).unwrap().to_string();
        let dated = estate(&when);
        if good {
            enter(&world, ADA, dated).unwrap();
        } else {
            world.refused("dated-ahead", || enter(&world, ADA, dated));
        }
    }
    // A day may have begun east of here.
    for (day, good) in [("2026-11-23", false), ("2026-11-22", true)] {
        let claim = known(&[MANAGEMENT], |facts| {
            facts.contacts_checked = Some(Date::parse(day).unwrap())
        });
        let entered = || world.session(ADA).enter(claim, Vec::new());
        if good {
            entered().unwrap();
        } else {
            world.refused("dated-ahead", entered);
        }
    }
}

/// A statement about accounts, all the same but for `change`.
pub fn known(ids: &[&str], change: impl Fn(&mut Registered)) -> Claim {
    let accounts = ids.iter().map(|id| {
        let mut facts = Registered {
            account: account(id),
            credentials: Some(Credentials {
                state: CredentialState::Deleted,
                since: Some(Date::parse("2026-11-01").unwrap()),
                evidence: Some(Digest::of(b"the audit")),
            }),
            scp: Some(Scp {
                name: name("deny-root"),
                exempts_assumed_root: true,
                since: Date::parse("2026-10-01").unwrap(),
            }),
            answers: Some(Answers::NotSet),
            contacts_checked: None,
        };
        change(&mut facts);
        facts
    });
    let words = ids.iter().map(|id| RegisteredWords {
        account: account(id),
        evidence: Some(text("the audit of credentials")),
        note: None,
    });
    Claim::AccountSet(
        SetAccounts {
            accounts: accounts.collect(),
        },
        Some(SetAccountsPersonal {
            accounts: words.collect(),
        }),
    )
}

#[test]
fn what_people_know_is_kept_whole_each_time() {
    let world = with_accounts();
    let set = |claim: Claim| world.session(ADA).enter(claim, Vec::new());
    let record = |id: &str| {
        let session = world.session(BEA);
        RegistryRecord::load(&session.view(), &account(id)).unwrap()
    };
    let first = set(known(&[MANAGEMENT, MEMBER], |_| ())).unwrap();
    let second = set(known(&[MEMBER], |facts| facts.scp = None)).unwrap();
    let member = record(MEMBER).unwrap();
    assert_eq!(
        (member.facts.scp, member.events),
        (None, vec![first.seq, second.seq])
    );
    assert!(record(MANAGEMENT).unwrap().facts.scp.is_some());
    world.refused("malformed", || set(known(&[], |_| ())));
    world.refused("malformed", || set(known(&[MEMBER, MANAGEMENT], |_| ())));
    world.refused("malformed", || set(known(&[MEMBER, MEMBER], |_| ())));
    world.refused("unknown-account", || set(known(&["999999999999"], |_| ())));
    let Claim::AccountSet(facts, _) = known(&[MEMBER], |_| ()) else {
        panic!()
    };
    let Claim::AccountSet(_, words) = known(&[MANAGEMENT], |_| ()) else {
        panic!()
    };
    world.refused("malformed", || set(Claim::AccountSet(facts, words)));
    world.assert_good(BEA);
}

pub fn posture(change: impl FnOnce(&mut Posture)) -> Claim {
    let mut posture = Posture {
        domains: vec![text("example.com")],
        hardware_mfa: HardwareMfa::All,
        timestamp_every: TimestampEvery::Quarter,
        ..Posture::default()
    };
    change(&mut posture);
    Claim::PostureSet(SetPosture { posture })
}

#[test]
fn what_the_estate_is_held_to_is_governances() {
    let world = World::active(5, 3);
    let held = || {
        let session = world.session(BEA);
        PostureRecord::load(&session.view()).unwrap()
    };
    assert_eq!(held(), PostureRecord::default());
    let proposed = world
        .session(ADA)
        .enter(posture(|_| ()), Vec::new())
        .unwrap();
    assert_eq!((proposed.effective, proposed.needs), (false, 3));
    assert_eq!(held(), PostureRecord::default());
    let last = world.sign_all(proposed.leaf, &[BEA, CY, DAN]);
    assert_eq!(held().index, Some(last.seq));
    assert_eq!(held().posture.hardware_mfa, HardwareMfa::All);
    world.refused("malformed", || {
        world
            .session(ADA)
            .enter(posture(|it| it.mailbox_min = 0), Vec::new())
    });
    world.assert_good(BEA);
}

pub fn alarm(receivers: Vec<rootkeep::crypto::fixed::Id>, accounts: &[&str]) -> Claim {
    Claim::AlarmSet(
        Alarm {
            alarm: name("root-use"),
            accounts: accounts.iter().map(|id| account(id)).collect(),
            receivers,
            closed: false,
        },
        Some(AlarmPersonal {
            place: text("EventBridge"),
            others: vec![text("the duty desk")],
        }),
    )
}

#[test]
fn alarms_reach_people_who_are_there() {
    let world = with_accounts();
    let set = |claim: Claim| world.session(ADA).enter(claim, Vec::new());
    set(alarm(vec![world.id(BEA)], &[])).unwrap();
    set(alarm(vec![], &[MANAGEMENT])).unwrap();
    let session = world.session(CY);
    let record = read::<AlarmRecord>(&session.view(), "root-use")
        .unwrap()
        .unwrap();
    assert_eq!((record.events.len(), record.facts.receivers), (2, vec![]));
    drop(session);
    world.refused("unknown-account", || set(alarm(vec![], &["999999999999"])));
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("retired", || set(alarm(vec![world.id(EVE)], &[])));
    world.assert_good(BEA);
}

#[test]
fn only_keepers_say_it_and_no_one_who_was_retired() {
    let mut world = World::active(5, 3);
    world.import(ADA);
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Operator, Role::Witness]);
    world.session(fay).accept().unwrap();
    let (import, personal) = estate(MONDAY);
    let claims = || {
        [
            Claim::EstateImport(import.clone(), Some(personal.clone())),
            known(&[MEMBER], |_| ()),
            posture(|_| ()),
            alarm(vec![], &[]),
        ]
    };
    for claim in claims() {
        world.refused("no-role", || world.session(fay).enter(claim, Vec::new()));
    }
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("not-a-member", || world.open(EVE));
}

const REPORT_HEADING: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

fn csv(id: &str, mfa: bool) -> String {
    format!(
        "{REPORT_HEADING}\n<root_account>,arn:aws:iam::{id}:root,2020-01-02T03:04:05+00:00,true,no_information,2021-01-02T03:04:05Z,not_supported,{mfa},false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    )
}

/// A ledger with accounts, and a directory of files about them.
fn collected() -> Desk {
    let desk = Desk::ready();
    desk.run_as(
        "alice",
        &["account", "import", "--organizations", ORGANIZATIONS],
    );
    fs::create_dir(desk.path("collected")).unwrap();
    let write = |name: &str, text: &str| desk.write(&format!("collected/{name}"), text.as_bytes());
    write("as-of.txt", "2026-01-02T03:04:05Z\n");
    write(
        "111122223333-credential-report.csv",
        &csv("111122223333", true),
    );
    write(
        "222233334444-credential-report.csv",
        &csv("222233334444", false),
    );
    write(
        "222233334444-account-summary.json",
        r#"{"SummaryMap":{"AccountMFAEnabled":0,"AccountAccessKeysPresent":1,"AccountPasswordPresent":1}}"#,
    );
    write(
        "111122223333-security-contact.json",
        r#"{"AlternateContact":{"AlternateContactType":"SECURITY","EmailAddress":"security@example.com","Name":"Security desk","PhoneNumber":"+44 1","Title":"on call"}}"#,
    );
    write("111122223333-billing-contact.json", "{}");
    write(
        "organizations-features.json",
        r#"{"OrganizationId":"o-aa111bb222","EnabledFeatures":["RootCredentialsManagement"]}"#,
    );
    write(
        "delegated-administrators.json",
        r#"{"DelegatedAdministrators":[]}"#,
    );
    desk
}

const FROM: [&str; 4] = ["account", "import", "--from", "collected"];

#[test]
fn a_directory_comes_in_at_once_and_a_second_time_changes_nothing() {
    let desk = collected();
    let before = desk.entries();
    let preview = desk.ok_as("alice", &[&FROM[..], &["--preview"]].concat());
    assert!(
        preview.out.contains("security contact: Security desk"),
        "{preview:?}"
    );
    assert!(preview.out.contains("nothing was written"), "{preview:?}");
    assert_eq!(desk.entries(), before);
    let first = desk
        .ok_as("alice", &[&["--json"][..], &FROM].concat())
        .json();
    assert_eq!(first["schema"], "rootkeep/v1/estate.import");
    assert_eq!(first["estate"]["files"], 7);
    assert_eq!(first["estate"]["added"], 7);
    let again = desk
        .ok_as("alice", &[&["--json"][..], &FROM].concat())
        .json();
    assert_eq!(
        (&again["seq"], &again["estate"]["same"]),
        (&Value::Null, &Value::from(7))
    );
    // The same as of later is worth an entry; what is older is not.
    desk.write("collected/as-of.txt", b"2026-02-02T03:04:05Z");
    let later = desk
        .ok_as("alice", &[&["--json"][..], &FROM].concat())
        .json();
    assert_eq!(later["estate"]["again"], 7);
    desk.write("collected/as-of.txt", b"2026-01-15T03:04:05Z");
    let older = desk
        .ok_as("alice", &[&["--json"][..], &FROM].concat())
        .json();
    assert_eq!(
        (&older["seq"], &older["estate"]["older"]),
        (&Value::Null, &Value::from(7))
    );
    desk.ok_as("alice", &["verify"]);
}

#[test]
fn the_history_of_an_account_says_what_each_entry_has_changed() {
    let desk = collected();
    desk.ok_as("alice", &FROM);
    desk.ok_as(
        "alice",
        &[
            "account",
            "set",
            "222233334444",
            "--credentials",
            "present",
            "--answers",
            "recorded",
        ],
    );
    desk.write("collected/as-of.txt", b"2026-02-02T03:04:05Z");
    desk.write(
        "collected/222233334444-credential-report.csv",
        csv("222233334444", true).as_bytes(),
    );
    desk.write(
        "collected/222233334444-account-summary.json",
        br#"{"SummaryMap":{"AccountMFAEnabled":1,"AccountAccessKeysPresent":0}}"#,
    );
    desk.write("collected/111122223333-security-contact.json", b"{}");
    desk.ok_as("alice", &FROM);
    let shown = desk
        .ok_as("alice", &["account", "show", "222233334444", "--history"])
        .out;
    assert!(shown.contains("MFA: no -> yes"), "{shown}");
    assert!(shown.contains("access keys: 1 -> 0"), "{shown}");
    assert!(shown.contains("credentials: present (added)"), "{shown}");
    let newest_first = desk
        .ok_as(
            "alice",
            &["--json", "account", "show", "222233334444", "--history"],
        )
        .json();
    let events = newest_first["events"].as_array().unwrap();
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "estate.import",
            "account.set",
            "estate.import",
            "account.import"
        ]
    );
    let known = desk
        .ok_as("alice", &["account", "show", "222233334444"])
        .out;
    assert!(
        known.contains("MFA: yes  (account-summary, as of 2026-02-02"),
        "{known}"
    );
    let other = desk
        .ok_as("alice", &["account", "show", "111122223333", "--history"])
        .out;
    assert!(
        other.contains(
            "security contact: Security desk, on call, security@example.com, +44 1 -> none"
        ),
        "{other}"
    );
    let listed = desk
        .ok_as("alice", &["account", "list", "--credentials", "present"])
        .out;
    assert!(
        listed.contains("222233334444") && !listed.contains("333344445555"),
        "{listed}"
    );
}

#[test]
fn bad_files_are_named_and_nothing_is_written() {
    let desk = collected();
    let before = desk.entries();
    let refused = |name: &str, bytes: &[u8], exit: i32, code: &str, says: &str| {
        let path = format!("collected/{name}");
        let was = fs::read(desk.path(&path)).ok();
        desk.write(&path, bytes);
        let run = desk.run_as("alice", &FROM);
        assert_eq!(run.code, exit, "{run:?}");
        assert!(
            run.err.contains(&format!("[{code}]")) && run.err.contains(says),
            "{run:?}"
        );
        match was {
            Some(bytes) => drop(desk.write(&path, &bytes)),
            None => fs::remove_file(desk.path(&path)).unwrap(),
        }
    };
    let report = csv("111122223333", true);
    let name = "111122223333-credential-report.csv";
    refused(
        name,
        &report.as_bytes()[..report.len() - 1],
        2,
        "bad-file",
        "line 2, cert_2_last_rotated",
    );
    refused(
        name,
        csv("222233334444", true).as_bytes(),
        2,
        "bad-file",
        "arn",
    );
    refused(
        "111122223333-account-summary.json",
        b"{",
        2,
        "bad-file",
        "line 1 column 1",
    );
    refused(
        "999999999999-account-summary.json",
        br#"{"SummaryMap":{"AccountMFAEnabled":0,"AccountAccessKeysPresent":0}}"#,
        3,
        "unknown-account",
        "999999999999",
    );
    refused(
        "111122223333-credential-report.json",
        br#"{"Content":"eA=="}"#,
        2,
        "bad-file",
        "<root_account>",
    );
    refused("notes.txt", b"x", 2, "unknown-file", "notes.txt");
    refused("as-of.txt", b"yesterday", 2, "bad-time", "as-of.txt");
    refused(
        "organizations.json",
        b"{}",
        2,
        "bad-listing",
        "organizations.json",
    );
    fs::remove_file(desk.path("collected/as-of.txt")).unwrap();
    desk.refused("alice", &FROM, 2, "as-of-needed");
    desk.ok_as(
        "alice",
        &[&FROM[..], &["--as-of", "2026-01-02 03:04", "--preview"]].concat(),
    );
    assert_eq!(desk.entries(), before);
}

#[test]
fn single_files_come_in_by_their_flags() {
    let desk = collected();
    let file = |name: &str| format!("collected/{name}");
    let (report, summary) = (
        file("222233334444-credential-report.csv"),
        file("222233334444-account-summary.json"),
    );
    let (contact, features) = (
        file("111122223333-security-contact.json"),
        file("organizations-features.json"),
    );
    let as_of = ["--as-of", "2026-01-02T03:04:05Z"];
    desk.refused(
        "alice",
        &["account", "import", "--account-summary", &summary],
        2,
        "usage",
    );
    desk.ok_as(
        "alice",
        &[
            &[
                "account",
                "import",
                "--credential-report",
                &report,
                "--account-summary",
                &summary,
                "--account",
                "222233334444",
            ][..],
            &as_of,
        ]
        .concat(),
    );
    desk.ok_as(
        "alice",
        &[
            &[
                "account",
                "import",
                "--contacts",
                &contact,
                "--account",
                "111122223333",
            ][..],
            &as_of,
        ]
        .concat(),
    );
    desk.ok_as(
        "alice",
        &[
            &["account", "import", "--organizations-features", &features][..],
            &as_of,
        ]
        .concat(),
    );
    let shown = desk
        .ok_as("alice", &["account", "show", "111122223333"])
        .out;
    assert!(shown.contains("root sessions: off"), "{shown}");
    // By flags or from the directory: it is the same.
    let rest = desk
        .ok_as(
            "alice",
            &[
                "--json",
                "account",
                "import",
                "--from",
                "collected",
                "--preview",
            ],
        )
        .json();
    assert_eq!(rest["estate"]["same"], 4);
}

#[test]
fn a_table_sets_what_it_has_columns_for() {
    let desk = collected();
    desk.write(
        "accounts.csv",
        b"account,credentials,since,scp,scp_since,scp_exempts,note\n222233334444,deleted,2026-01-02,deny-root,2026-01-01,yes,\"two\nlines, and a comma\"\n111122223333,present,,,,,\n",
    );
    let preview = desk.ok_as(
        "alice",
        &["account", "set", "--csv", "accounts.csv", "--preview"],
    );
    assert!(
        preview
            .out
            .contains("credentials: deleted, since 2026-01-02 (added)"),
        "{preview:?}"
    );
    let set = ["--json", "account", "set", "--csv", "accounts.csv"];
    assert_eq!(desk.ok_as("alice", &set).json()["new"], 2);
    let again = desk.ok_as("alice", &set).json();
    assert_eq!(
        (&again["seq"], &again["same"]),
        (&Value::Null, &Value::from(2))
    );
    // A column that is not there changes nothing, an empty cell empties.
    desk.write("accounts.csv", b"account,scp\n222233334444,\n");
    assert_eq!(desk.ok_as("alice", &set).json()["changed"], 1);
    let shown = desk
        .ok_as("alice", &["account", "show", "222233334444"])
        .out;
    assert!(
        shown.contains("credentials: deleted") && !shown.contains("deny-root"),
        "{shown}"
    );
    for (row, says) in [
        ("222233334444,perhaps", "line 2"),
        ("2222,present", "line 2"),
        (
            "222233334444,present\n222233334444,deleted",
            "line 2 already",
        ),
    ] {
        desk.write(
            "accounts.csv",
            format!("account,credentials\n{row}\n").as_bytes(),
        );
        let run = desk.run_as("alice", &set);
        assert!(
            run.code == 2 && run.err.contains(says) && run.err.contains("accounts.csv"),
            "{run:?}"
        );
    }
}

#[test]
fn posture_and_alarms_are_typed_and_shown() {
    let desk = collected();
    let shown = desk.ok_as("alice", &["posture", "show"]).out;
    assert!(shown.contains("as goes without saying"), "{shown}");
    desk.ok_as(
        "alice",
        &[
            "posture",
            "set",
            "--domain",
            "Example.com",
            "--hardware-mfa",
            "all",
            "--with",
            "bob.key",
            "--with",
            "carol.key",
            "--with",
            "alice.key",
        ],
    );
    let shown = desk.ok_as("alice", &["--json", "posture", "show"]).json();
    assert_eq!(
        shown["posture"]["domains"],
        serde_json::json!(["example.com"])
    );
    desk.ok_as(
        "alice",
        &[
            "alarm",
            "add",
            "root-use",
            "--where",
            "EventBridge",
            "--receiver",
            "alice",
        ],
    );
    desk.ok_as(
        "alice",
        &[
            "alarm",
            "set",
            "root-use",
            "--receiver",
            "bob",
            "--other",
            "the duty desk",
        ],
    );
    let listed = desk.ok_as("alice", &["alarm", "list"]).out;
    assert!(
        listed.contains("bob, the duty desk") && !listed.contains("alice"),
        "{listed}"
    );
    desk.refused("alice", &["alarm", "set", "other"], 5, "no-alarm");
}
