//! One statement says so much and no more: else one person alone could end all slips, each of which
//! carries all of the log.

use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::error::Kind;
use rootkeep::statement::accesses::{
    Exception, Handled, Happened, Logged, LoggedPersonal, Opened, Present, Went,
};
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::ceremonies::{
    Break, BreakEnd, CeremonyOutcome, Exception as Otherwise, ExceptionPersonal, Finish, Guest,
    Moved, Participant, Performance, Presence, PresencePersonal, Start, StartPersonal, Step,
    StepPersonal, StepWent, Value,
};
use rootkeep::statement::drills::{DrillKind, FinishPersonal, Noted, Scope, Target};
use rootkeep::statement::estate::Device;
use rootkeep::statement::people::{Leavers, LeaversPersonal};
use rootkeep::statement::posture::{Alarm, AlarmPersonal, Posture, SetPosture};
use rootkeep::statement::register::{
    Location, LocationKind, LocationPersonal, Mailbox, MailboxPersonal, Phone, PhonePersonal,
};
use rootkeep::statement::reviews::{Mfa, Privilege, PrivilegeKind, PrivilegePersonal};
use rootkeep::statement::text::Name;
use rootkeep::statement::trails::{
    Counts, EventName, Explain, ExplainPersonal, Gap, Missing, Reason, Reconcile,
    ReconcilePersonal, Traces, TrailFile, TrailFiles, Unexplained, Was, Word,
};
use rootkeep::statement::{Claim, Draft, Seen, Time};

use crate::world::*;

fn ids(count: usize) -> Vec<Id> {
    (0..count).map(|_| random_id()).collect()
}

fn accounts(count: usize) -> Vec<AccountId> {
    (0..count)
        .map(|at| AccountId::new(format!("{at:012}")).unwrap())
        .collect()
}

fn others(count: usize) -> Vec<rootkeep::statement::text::Text> {
    vec![text("somebody"); count]
}

fn place(access: usize) -> Claim {
    let facts = Location {
        location: name("attic"),
        kind: LocationKind::Room,
        site: name("london"),
        timezone: "Europe/London".to_owned(),
        access: ids(access),
        dual_control: false,
        depends_on_aws: false,
    };
    Claim::LocationSet(facts, Some(LocationPersonal { description: None }))
}

fn mailbox(members: usize, of: usize, named: usize) -> Claim {
    let facts = Mailbox {
        mailbox: name("root"),
        members: ids(members),
        accounts: accounts(of),
        closed: false,
    };
    let personal = MailboxPersonal {
        address: text("root@example.com"),
        others: others(named),
    };
    Claim::MailboxSet(facts, Some(personal))
}

fn phone(holders: usize, of: usize, named: usize) -> Claim {
    let facts = Phone {
        phone: name("root"),
        holders: ids(holders),
        accounts: accounts(of),
        tested: None,
        closed: false,
    };
    let personal = PhonePersonal {
        number: text("1"),
        others: others(named),
    };
    Claim::PhoneSet(facts, Some(personal))
}

/// An access with so many items, people present, others and exceptions; the bags' numbers are this long.
fn access(lists: [usize; 4], bag: usize) -> Claim {
    let [items, present, named, exceptions] = lists;
    let at = Time::from_seconds(1_800_000_000).unwrap();
    let item = |n: usize| Handled {
        item: Name::new(format!("thing-{n:03}")).unwrap(),
        went: Went::Stayed,
        seal: None,
        bag: (bag > 0).then(|| text(&"1".repeat(bag))),
    };
    let facts = Logged {
        opened: Opened {
            location: name("attic"),
            opened_at: at,
            witness: random_id(),
            request: None,
        },
        happened: Happened {
            closed_at: at,
            items: (0..items).map(item).collect(),
            counter: None,
            present: ids(present)
                .into_iter()
                .map(|custodian| Present {
                    custodian,
                    entered: at,
                    left: at,
                })
                .collect(),
        },
    };
    let odd = Exception {
        at,
        expected: text("one turn"),
        happened: text("two"),
        decided_by: text("ada"),
    };
    let personal = LoggedPersonal {
        purpose: text("drill"),
        others: others(named),
        exceptions: vec![odd; exceptions],
        note: None,
    };
    Claim::SafeLog(facts, Some(personal))
}

const CEREMONY: Digest = Digest([7; 32]);

fn moment() -> Time {
    Time::from_seconds(1_800_000_000).unwrap()
}

fn names(count: usize) -> Vec<Name> {
    let name = |n| Name::new(format!("thing-{n:03}")).unwrap();
    (0..count).map(name).collect()
}

/// A ceremony with so many participants, steps, things it is about, and guests.
fn ceremony(lists: [usize; 4]) -> Claim {
    let [participants, steps, about, guests] = lists;
    let facts = Start {
        runbook: name("handover"),
        version: 1,
        file: CEREMONY,
        performance: Performance::Practice,
        at: moment(),
        timezone: "Europe/London".to_owned(),
        location: None,
        participants: ids(participants)
            .into_iter()
            .map(|custodian| Participant {
                custodian,
                roles: names(1),
            })
            .collect(),
        steps: names(steps),
        about: vec![CEREMONY; about],
    };
    let guest = Guest {
        name: text("Jo"),
        affiliation: text("Acme"),
        roles: Vec::new(),
    };
    let personal = StartPersonal {
        place: None,
        guests: vec![guest; guests],
        note: None,
    };
    Claim::CeremonyStart(facts, Some(personal))
}

/// A step by so many, with so many values, and others who acted.
fn step(by: usize, values: usize, named: usize) -> Claim {
    let facts = Step {
        ceremony: CEREMONY,
        step: 1,
        went: StepWent::Done,
        at: moment(),
        by: ids(by),
    };
    let value = Value {
        id: name("bag"),
        value: text("A1"),
    };
    let personal = StepPersonal {
        values: vec![value; values],
        others: others(named),
        note: None,
    };
    Claim::CeremonyStep(facts, Some(personal))
}

fn otherwise(decided_by: usize) -> Claim {
    let facts = Otherwise {
        ceremony: CEREMONY,
        step: None,
        at: moment(),
        decided_by: ids(decided_by),
    };
    let personal = ExceptionPersonal {
        expected: text("two sheets"),
        happened: text("one"),
        decided: text("to go on"),
    };
    Claim::CeremonyException(facts, Some(personal))
}

/// So many go through the door, with so many items, others, and other things.
fn passed(lists: [usize; 4]) -> Claim {
    let [who, items, named, carried] = lists;
    let facts = Presence {
        ceremony: CEREMONY,
        moved: Moved::Left,
        at: moment(),
        who: ids(who),
        items: names(items),
    };
    let personal = PresencePersonal {
        others: others(named),
        carried: others(carried),
        note: None,
    };
    Claim::CeremonyPresence(facts, Some(personal))
}

fn pause(stay: usize) -> Claim {
    let facts = Break {
        ceremony: CEREMONY,
        pause: BreakEnd::Began,
        at: moment(),
        stay: ids(stay),
    };
    Claim::CeremonyBreak(facts, Some(Noted { note: None }))
}

fn end(people: usize) -> Claim {
    let facts = Finish {
        ceremony: CEREMONY,
        outcome: CeremonyOutcome::Aborted,
        at: moment(),
        people: ids(people),
        lessons: Vec::new(),
    };
    let personal = FinishPersonal {
        lessons: Vec::new(),
        surprises: Vec::new(),
        note: None,
    };
    Claim::CeremonyFinish(facts, Some(personal))
}

/// What CloudTrail says, with so many files, gaps, releases without a trace, events and traces.
fn trail(lists: [usize; 5]) -> Claim {
    let [files, gaps, missing, events, traces] = lists;
    let word = |text: String| Word::new(text).unwrap();
    let account = accounts(1).pop();
    let facts = Reconcile {
        files: TrailFiles {
            count: 1,
            bytes: 1,
            digest: CEREMONY,
            listed: vec![
                TrailFile {
                    digest: CEREMONY,
                    bytes: 1,
                    records: 1
                };
                files
            ],
        },
        from: moment(),
        to: moment(),
        counts: Counts::default(),
        gap_hours: 24,
        gaps: vec![
            Gap {
                account: account.unwrap(),
                region: word("us-east-1".to_owned()),
                from: moment(),
                to: moment(),
            };
            gaps
        ],
        more_gaps: 0,
        missing: vec![
            Missing {
                subject: CEREMONY,
                account: account.unwrap(),
            };
            missing
        ],
        unexplained: (0..events)
            .map(|at| Unexplained {
                at: moment(),
                event: word(format!("{at:0128}")),
                name: word("x".repeat(128)),
                account,
                reason: Reason::CredentialChange,
                off: None,
            })
            .collect(),
    };
    let traces = vec![Traces::default(); traces];
    Claim::Reconcile(facts, Some(ReconcilePersonal { traces }))
}

/// What so many events were.
fn explanation(count: usize) -> Claim {
    let event = |at: usize| EventName {
        event: Word::new(format!("{at:0128}")).unwrap(),
        account: None,
    };
    let facts = Explain {
        events: (0..count).map(event).collect(),
        was: Was::Other,
    };
    let text = text("x");
    Claim::EventExplain(facts, Some(ExplainPersonal { text }))
}

/// What becomes of a claim: made here, and come from somewhere else.
fn alarm(receivers: usize, of: usize, named: usize) -> Claim {
    let facts = Alarm {
        alarm: name("root-use"),
        accounts: accounts(of),
        receivers: ids(receivers),
        closed: false,
    };
    let personal = AlarmPersonal {
        place: text("pager"),
        others: others(named),
    };
    Claim::AlarmSet(facts, Some(personal))
}

fn posture(domains: usize) -> Claim {
    let posture = Posture {
        domains: others(domains),
        ..Posture::default()
    };
    Claim::PostureSet(SetPosture { posture })
}

fn estate(devices: usize, administrators: usize) -> Claim {
    let (mut facts, mut personal) = crate::estate::estate("2026-11-16T09:00:00Z");
    facts.roots[1].said.devices = Some(vec![Device::Virtual; devices]);
    personal.serials = vec![others(devices)];
    facts.delegated.as_mut().unwrap().administrators = accounts(administrators);
    Claim::EstateImport(facts, Some(personal))
}

fn too_much(claim: Claim) -> bool {
    let made = Draft::new(&rng(), claim.clone(), Vec::new());
    let said = made
        .as_ref()
        .err()
        .map(|error| (error.code(), error.kind()));
    assert!(
        said.is_none_or(|said| said == ("out-of-bounds", Kind::Usage)),
        "{said:?}"
    );
    said.is_some()
}

fn drill(people: usize) -> Claim {
    let facts = rootkeep::statement::drills::Start {
        drill: DrillKind::LedgerRestore,
        plan: None,
        due: None,
        nonce: Digest([7; 32]),
        scope: Scope::All,
        sample: None,
        secrets: Vec::new(),
        targets: vec![Target::Ledger],
        people: ids(people),
    };
    Claim::DrillStart(facts, Some(Noted { note: None }))
}

/// The name of somebody who is no custodian, of so many bytes.
fn long(bytes: usize) -> Vec<rootkeep::statement::text::Text> {
    vec![text(&"x".repeat(bytes))]
}

fn mailbox_of(bytes: usize) -> Claim {
    let Claim::MailboxSet(facts, Some(mut personal)) = mailbox(0, 0, 0) else {
        panic!("not a mailbox");
    };
    personal.others = long(bytes);
    Claim::MailboxSet(facts, Some(personal))
}

fn phone_of(bytes: usize) -> Claim {
    let Claim::PhoneSet(facts, Some(mut personal)) = phone(0, 0, 0) else {
        panic!("not a phone");
    };
    personal.others = long(bytes);
    Claim::PhoneSet(facts, Some(personal))
}

fn privilege_of(bytes: usize) -> Claim {
    let facts = Privilege {
        privilege: name("admin"),
        account: AccountId::new("111122223333").unwrap(),
        kind: PrivilegeKind::Role,
        may: Vec::new(),
        people: Vec::new(),
        mfa: Mfa::None,
        rotated: None,
        ended: false,
    };
    let personal = PrivilegePersonal {
        others: long(bytes),
        note: None,
    };
    Claim::PrivilegeSet(facts, Some(personal))
}

#[test]
fn every_list_has_a_bound_and_comes_up_to_it() {
    let bounds = [
        (place(64), place(65)),
        (mailbox(64, 1_024, 64), mailbox(65, 0, 0)),
        (mailbox(0, 1_024, 0), mailbox(0, 1_025, 0)),
        (mailbox(0, 0, 64), mailbox(0, 0, 65)),
        (phone(64, 1_024, 64), phone(65, 0, 0)),
        (phone(0, 1_024, 0), phone(0, 1_025, 0)),
        (phone(0, 0, 64), phone(0, 0, 65)),
        (access([256, 64, 64, 64], 0), access([257, 0, 0, 0], 0)),
        (access([0, 64, 0, 0], 0), access([0, 65, 0, 0], 0)),
        (access([0, 0, 64, 0], 0), access([0, 0, 65, 0], 0)),
        (access([0, 0, 0, 64], 0), access([0, 0, 0, 65], 0)),
        (ceremony([64, 256, 64, 64]), ceremony([65, 0, 0, 0])),
        (ceremony([0, 256, 0, 0]), ceremony([0, 257, 0, 0])),
        (ceremony([0, 0, 64, 0]), ceremony([0, 0, 65, 0])),
        (ceremony([0, 0, 0, 64]), ceremony([0, 0, 0, 65])),
        (step(64, 64, 64), step(65, 0, 0)),
        (step(0, 64, 0), step(0, 65, 0)),
        (step(0, 0, 64), step(0, 0, 65)),
        (otherwise(64), otherwise(65)),
        (passed([64, 256, 64, 64]), passed([65, 0, 0, 0])),
        (passed([0, 256, 0, 0]), passed([0, 257, 0, 0])),
        (passed([0, 0, 64, 0]), passed([0, 0, 65, 0])),
        (passed([0, 0, 0, 64]), passed([0, 0, 0, 65])),
        (pause(64), pause(65)),
        (end(1_024), end(1_025)),
        (alarm(64, 1_024, 64), alarm(65, 0, 0)),
        (alarm(0, 1_024, 0), alarm(0, 1_025, 0)),
        (alarm(0, 0, 64), alarm(0, 0, 65)),
        (posture(64), posture(65)),
        (estate(64, 64), estate(65, 0)),
        (estate(0, 64), estate(0, 65)),
        (
            trail([256, 256, 256, 1_024, 1_024]),
            trail([257, 0, 0, 0, 0]),
        ),
        (trail([0, 256, 0, 0, 0]), trail([0, 257, 0, 0, 0])),
        (trail([0, 0, 256, 0, 0]), trail([0, 0, 257, 0, 0])),
        (trail([0, 0, 0, 1_024, 0]), trail([0, 0, 0, 1_025, 0])),
        (trail([0, 0, 0, 0, 1_024]), trail([0, 0, 0, 0, 1_025])),
        (explanation(256), explanation(257)),
        (drill(64), drill(65)),
        (mailbox_of(256), mailbox_of(257)),
        (phone_of(256), phone_of(257)),
        (privilege_of(256), privilege_of(257)),
    ];
    for (turn, (most, more)) in bounds.into_iter().enumerate() {
        assert!(!too_much(most), "{turn}");
        assert!(too_much(more), "{turn}");
    }
}

#[test]
fn facts_have_64_kib_unless_their_kind_names_many_things() {
    let size = |bag| access([100, 0, 0, 0], bag).facts_bytes().unwrap().len();
    let bag = 1 + (65_536 - size(1)) / 100;
    assert!(size(bag) <= 65_536 && size(bag + 1) > 65_536);
    assert!(!too_much(access([100, 0, 0, 0], bag)));
    assert!(too_much(access([100, 0, 0, 0], bag + 1)));
    // As many people are found among those who left as there are.
    let found = Leavers {
        rows: 3_000,
        found: ids(3_000),
    };
    let file = LeaversPersonal {
        file: Digest([7; 32]),
    };
    let claim = Claim::LeaversCompare(found, Some(file));
    assert!(claim.facts_bytes().unwrap().len() > 65_536 && !too_much(claim));
}

#[test]
fn what_says_too_much_does_not_come_from_elsewhere_either() {
    let world = World::ready();
    let mut remote = world.remote(BEA, &world.slip(ADA, BEA, None));
    let error = remote.make(access([0, 65, 0, 0], 0), Vec::new()).err();
    assert_eq!(error.unwrap().code(), "out-of-bounds");
    // A program that does not ask is not heard.
    let statement = signed_past(&world, BEA, &access([0, 65, 0, 0], 0));
    let imported = world.brought(ADA, &[statement]);
    assert_eq!(crate::slips::refusal(&imported, 0), "out-of-bounds");
}

/// An answer slip with a claim that no draft takes: facts and header by hand.
fn signed_past(world: &World, who: usize, claim: &Claim) -> Vec<u8> {
    use rootkeep::crypto::canonical;
    use rootkeep::crypto::dsse;
    use rootkeep::crypto::part::{Part, PartName};
    use rootkeep::statement::header::STATEMENT_TYPE;
    use rootkeep::statement::slips::AnswerSlip;
    use rootkeep::statement::{Header, Parts};
    let (size, root) = world.session(who).head().unwrap();
    let facts = Part::new(&rng(), claim.facts_bytes().unwrap()).unwrap();
    let personal = Part::new(&rng(), claim.personal_bytes().unwrap().unwrap()).unwrap();
    let header = Header {
        v: 1,
        ledger: world.ledger_id(),
        id: random_id(),
        author: world.id(who),
        kind: claim.kind().as_str().to_owned(),
        made_at: Time::from_seconds(world.clock.seconds()).unwrap(),
        seen: Seen { size, root },
        facts: facts.commitment(PartName::Facts),
        personal: Some(personal.commitment(PartName::Personal)),
    };
    let key = world.member_key(who);
    let payload = canonical::write(&header).unwrap();
    let envelope = dsse::seal(STATEMENT_TYPE, &payload, key.signing());
    let parts = Parts {
        facts,
        personal: Some(personal),
    };
    let answer = AnswerSlip::new(&envelope, &parts, Vec::new());
    crate::slips::for_member(world, ADA, &answer.write().unwrap())
}
