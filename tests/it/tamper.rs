//! `verify` misses nothing: on a ledger with rows of every kind, every value of every row is changed,
//! every row deleted, duplicated, and exchanged with another, one at a time.

use std::collections::BTreeMap;

use rusqlite::types::Value;

use rootkeep::crypto::fixed::{Base64, Digest, Id};
use rootkeep::error::{Kind, Result};
use rootkeep::ledger::{DrillRequest, Session, VerifyProblem};
use rootkeep::state::reviews::{LaidOut, LayoutRecord};
use rootkeep::statement::accesses::{
    Closed, ClosedPersonal, Handled, Happened, Logged, LoggedPersonal, Opened, OpenedPersonal,
    SealState, Went,
};
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::ceremonies::{
    self, Break, BreakEnd, CeremonyOutcome, ExceptionPersonal, Guest, Moved, Participant,
    Performance, Presence, PresencePersonal, StartPersonal, StepPersonal, StepWent,
};
use rootkeep::statement::copies::{BackedUp, RestoreTried};
use rootkeep::statement::decisions::{About, RejectPersonal};
use rootkeep::statement::drills::{
    CloseImprovement, DrillKind, DrillOutcome, Every, Finish, FinishPersonal, Found, Improved,
    Lesson, Noted, Plan, Record as DrillFound, RecordPersonal, Scope, Step, StepDone,
};
use rootkeep::statement::evidence::Exported;
use rootkeep::statement::findings::{self, AcceptFinding};
use rootkeep::statement::notes::{AttachPersonal, CorrectPersonal};
use rootkeep::statement::people::{
    Acknowledge, AddPersonal, Away, Cause, Leavers, LeaversPersonal, Replace, Role,
};
use rootkeep::statement::register::{
    AddItem, AddItemPersonal, CheckItem, DestroyItem, HeldSecret, ItemKind, Location, LocationKind,
    LocationPersonal, Mailbox, MailboxPersonal, MoveItem, Phone, PhonePersonal, Remark,
    RetireLocation,
};
use rootkeep::statement::releases::Form;
use rootkeep::statement::reviews::{
    ConfirmGroups, Mfa, Named, Power, Privilege, PrivilegeKind, PrivilegePersonal, ReviewPlan,
    Strike, StrikeDone,
};
use rootkeep::statement::runbooks::AddRunbook;
use rootkeep::statement::secrets::{Confirm, ConfirmPersonal, Destroy, DestroyPersonal};
use rootkeep::statement::tasks::{
    CloseTask, CloseTaskPersonal, Credentials, RequestTask, RequestTaskPersonal, Task, TaskOutcome,
};
use rootkeep::statement::time::Date;
use rootkeep::statement::trails::{
    Counts, EventName, Explain, ExplainPersonal, Reason, Reconcile, ReconcilePersonal, Traces,
    TrailFile, TrailFiles, Unexplained, VoidReconcile, VoidReconcilePersonal, Was, Word,
};
use rootkeep::statement::{Claim, Kind as StatementKind, Time};

use crate::forger::{Forger, mend_shards};
use crate::story::retire;
use crate::world::*;

/// A small ledger in which every kind of statement has been made.
pub fn complete() -> World {
    let mut world = World::active(3, 2);
    let fay = world.newcomer("fay");
    let enrolled = world.propose(fay, &[Role::Holder, Role::Witness]);
    world.session(BEA).sign_off(enrolled.leaf).unwrap();
    world.session(CY).sign_off(enrolled.leaf).unwrap();
    world.session(fay).accept().unwrap();
    let both = [ADA, BEA];
    world.decide(
        ADA,
        world.define(random_id(), "engineers", 2, &[ADA, BEA, CY]),
        &both,
    );
    world.import(ADA);
    world
        .seal(ADA, PASSWORD, Some("engineers"), PASSWORD_TEXT)
        .unwrap();
    let secret = world.secret(PASSWORD);
    let enter = |claim: Claim, blobs: Vec<Vec<u8>>| world.session(ADA).enter(claim, blobs).unwrap();
    enter(
        Claim::SecretConfirm(
            Confirm { secret, epoch: 1 },
            Some(ConfirmPersonal {
                note: Some(text("It let me in")),
            }),
        ),
        Vec::new(),
    );
    world.rekeyed(ADA);
    let (estate_facts, estate_words) = crate::estate::estate("2026-11-16T09:00:00Z");
    enter(
        Claim::EstateImport(estate_facts, Some(estate_words)),
        Vec::new(),
    );
    enter(crate::estate::known(&[MANAGEMENT], |_| ()), Vec::new());
    enter(crate::estate::alarm(vec![world.id(BEA)], &[]), Vec::new());
    world.decide(ADA, crate::estate::posture(|_| ()), &both);
    // Split anew, and proven.
    let reshare = world
        .session(ADA)
        .reshare(&[secret], world.id(ADA), 600, purpose())
        .unwrap();
    world.sign_all(reshare.leaf, &[ADA, BEA]);
    world
        .session(ADA)
        .carry_out_reshare(&reshare.leaf, &mut |_, _| ())
        .unwrap();
    for place in [BEA, CY] {
        world
            .session(place)
            .prove_shares(reshare.leaf, &[secret])
            .unwrap();
    }
    // A release that is closed, one that is in effect, one that waits, and one that was taken back.
    let closed = world.request(&[PASSWORD]);
    world.sign_all(closed.leaf, &[BEA, CY]);
    world
        .session(ADA)
        .reveal(&closed.leaf, &secret, Form::Text, |_| Ok(()))
        .unwrap();
    enter(close_claim(closed.leaf), Vec::new());
    let effective = world.request(&[PASSWORD]);
    world.sign_all(effective.leaf, &both);
    world.request(&[PASSWORD]);
    let back = world.request(&[PASSWORD]);
    world.session(ADA).withdraw(back.leaf).unwrap();
    // Made away from the ledger, and brought in.
    let asked = world.request(&[PASSWORD]);
    let answer = world.signed_away(CY, asked.leaf);
    world.brought(ADA, &[answer]);
    // Fay goes on with another identity, and governance is split anew.
    let again = world.newcomer("fay-2");
    let person = world.people[again].clone();
    let replaced = Claim::CustodianReplace(
        Replace {
            old: world.id(fay),
            cause: Cause::Lost,
            distrust_from: None,
            card: Base64(person.card.envelope().to_vec()),
        },
        Some(AddPersonal {
            salt: person.part.salt,
            bytes: person.part.bytes,
            identified_by: None,
        }),
    );
    let replaced = world.session(ADA).enter(replaced, Vec::new()).unwrap();
    for signer in both {
        world.session(signer).sign_off(replaced.leaf).unwrap();
    }
    world.session(again).accept().unwrap();
    let governors = [ADA, BEA, CY];
    let anew = world
        .session(ADA)
        .propose_governance(2, &governors.map(|place| world.id(place)))
        .unwrap();
    world.sign_all(anew.leaf, &governors);
    let enter = |claim: Claim, blobs: Vec<Vec<u8>>| world.session(ADA).enter(claim, blobs).unwrap();
    let duties = text("I keep my identity to myself.");
    enter(
        Claim::CustodianAcknowledge(Acknowledge { duties }),
        Vec::new(),
    );
    let leavers = Leavers {
        rows: 1,
        found: vec![world.id(CY)],
    };
    let file = Digest::of(b"name\n");
    enter(
        Claim::LeaversCompare(leavers, Some(LeaversPersonal { file })),
        Vec::new(),
    );
    // A drill that one has answered, and one that everyone who took part has signed.
    enter(
        Claim::DrillPlan(Plan {
            plan: name("backups"),
            drill: DrillKind::LedgerRestore,
            every: Every::Year,
            scope: Scope::All,
            from: Date::parse("2026-11-21").unwrap(),
            timezone: "Europe/London".to_owned(),
            ended: false,
        }),
        Vec::new(),
    );
    let begin = |drill, plan: Option<&str>| {
        let due = Date::parse("2026-12-31").unwrap();
        let request = DrillRequest {
            drill,
            scope: Scope::All,
            plan: plan.map(|plan| (name(plan), due)),
            sample: (drill == DrillKind::Possession).then_some(1),
            people: vec![world.id(BEA)],
            note: Some(text("as planned")),
        };
        world.session(ADA).start_drill(request).unwrap().leaf
    };
    let possession = begin(DrillKind::Possession, None);
    world
        .session(BEA)
        .answer_drill(possession, Some(1), &mut |_, _| ())
        .unwrap();
    let drill = begin(DrillKind::LedgerRestore, Some("backups"));
    let at = Time::from_seconds(world.clock.seconds()).unwrap();
    let noted = || {
        let note = Some(text("Before the others came"));
        Some(Noted { note })
    };
    let step = Step {
        drill,
        step: 1,
        went: StepDone::Done,
        at,
    };
    world
        .session(BEA)
        .enter(Claim::DrillStep(step, noted()), Vec::new())
        .unwrap();
    let found = Found::Restore {
        file: Digest::of(b"a backup"),
        at: None,
    };
    let personal = RecordPersonal {
        who: None,
        note: Some(text("It does not open")),
    };
    enter(
        Claim::DrillRecord(DrillFound { drill, at, found }, Some(personal)),
        Vec::new(),
    );
    let mut people = vec![world.id(ADA), world.id(BEA)];
    people.sort();
    let finish = Finish {
        drill,
        outcome: DrillOutcome::Failed,
        people,
        lessons: vec![Lesson {
            owner: world.id(ADA),
            due: Date::parse("2027-01-31").unwrap(),
        }],
    };
    let personal = FinishPersonal {
        lessons: vec![text("Make a better one")],
        surprises: Vec::new(),
        note: None,
    };
    let finish = enter(Claim::DrillFinish(finish, Some(personal)), Vec::new());
    world.session(BEA).sign_off(finish.leaf).unwrap();
    let close = CloseImprovement {
        subject: finish.leaf,
        number: 1,
        outcome: Improved::Done,
    };
    let done = Some(Remark {
        note: text("It was made anew"),
    });
    enter(Claim::ImprovementClose(close, done), Vec::new());
    let runbook = AddRunbook {
        runbook: name("lost-mfa"),
        version: 1,
        file: Digest::of(b"a script"),
    };
    let note = Some(text("The first one"));
    let runbook = Claim::RunbookAdd(runbook, Some(Noted { note }));
    let published = enter(runbook, vec![b"a script".to_vec()]);
    world.sign_all(published.leaf, &both);
    let accept = AcceptFinding {
        rule: "RK006".parse().unwrap(),
        about: findings::About::Ledger,
        until: Date::parse("2026-01-01").unwrap(),
    };
    let remark = Some(Remark {
        note: text("The board can live with it"),
    });
    let accepted = enter(Claim::FindingAccept(accept, remark), Vec::new());
    world.sign_all(accepted.leaf, &both);
    // The runbook is performed.
    let at = Time::from_seconds(world.clock.seconds()).unwrap();
    let participant = |place| Participant {
        custodian: world.id(place),
        roles: vec![name(if place == ADA { "operator" } else { "witness" })],
    };
    let mut participants = vec![participant(ADA), participant(BEA)];
    participants.sort_by_key(|one| one.custodian);
    let start = ceremonies::Start {
        runbook: name("lost-mfa"),
        version: 1,
        file: Digest::of(b"a script"),
        performance: Performance::Practice,
        at,
        timezone: "Europe/London".to_owned(),
        location: None,
        participants,
        steps: vec![name("begin"), name("end")],
        about: vec![drill],
    };
    let told = StartPersonal {
        place: Some(text("Room 4")),
        guests: vec![Guest {
            name: text("Jo Smith"),
            affiliation: text("Acme Audit"),
            roles: Vec::new(),
        }],
        note: None,
    };
    let ceremony = enter(Claim::CeremonyStart(start, Some(told)), Vec::new()).leaf;
    let step = ceremonies::Step {
        ceremony,
        step: 1,
        went: StepWent::Done,
        at,
        by: vec![world.id(BEA)],
    };
    let told = StepPersonal {
        values: vec![ceremonies::Value {
            id: name("bag"),
            value: text("A-0001"),
        }],
        others: Vec::new(),
        note: None,
    };
    enter(Claim::CeremonyStep(step, Some(told)), Vec::new());
    let exception = ceremonies::Exception {
        ceremony,
        step: Some(2),
        at,
        decided_by: vec![world.id(ADA)],
    };
    let told = ExceptionPersonal {
        expected: text("The key turns"),
        happened: text("It does not"),
        decided: text("Stop here"),
    };
    enter(Claim::CeremonyException(exception, Some(told)), Vec::new());
    let presence = Presence {
        ceremony,
        moved: Moved::Left,
        at,
        who: Vec::new(),
        items: Vec::new(),
    };
    let told = PresencePersonal {
        others: vec![text("Jo Smith")],
        carried: vec![text("a notebook")],
        note: None,
    };
    enter(Claim::CeremonyPresence(presence, Some(told)), Vec::new());
    let mut stay = vec![world.id(ADA), world.id(BEA)];
    stay.sort();
    for (pause, stay) in [
        (BreakEnd::Began, stay.clone()),
        (BreakEnd::Ended, Vec::new()),
    ] {
        let pause = Break {
            ceremony,
            pause,
            at,
            stay,
        };
        enter(Claim::CeremonyBreak(pause, noted()), Vec::new());
    }
    let finish = ceremonies::Finish {
        ceremony,
        outcome: CeremonyOutcome::Aborted,
        at,
        people: stay,
        lessons: Vec::new(),
    };
    let personal = FinishPersonal {
        lessons: Vec::new(),
        surprises: vec![text("The key did not turn")],
        note: None,
    };
    let finish = enter(Claim::CeremonyFinish(finish, Some(personal)), Vec::new());
    world.session(BEA).sign_off(finish.leaf).unwrap();
    // Who has access, judged by two; one name is struck, and out of it.
    let account = AccountId::new(MANAGEMENT).unwrap();
    let privilege = |people: Vec<Id>| {
        let facts = Privilege {
            privilege: name("org-admin"),
            account,
            kind: PrivilegeKind::BreakGlass,
            may: vec![Power::AssumeRoot, Power::Scp],
            people,
            mfa: Mfa::Hardware,
            rotated: None,
            ended: false,
        };
        let personal = PrivilegePersonal {
            others: vec![text("Zoe")],
            note: Some(text("In the red envelope")),
        };
        Claim::PrivilegeSet(facts, Some(personal))
    };
    enter(privilege(vec![world.id(CY)]), Vec::new());
    let plan = ReviewPlan {
        every: Every::Quarter,
        from: Date::parse("2026-11-21").unwrap(),
        timezone: "Europe/London".to_owned(),
        ended: false,
    };
    enter(Claim::ReviewPlan(plan), Vec::new());
    let first = Date::parse("2026-10-01").unwrap();
    let review = world
        .session(ADA)
        .start_review(Every::Quarter, first, Some(text("as planned")))
        .unwrap()
        .leaf;
    let groups = {
        let session = world.open(ADA).unwrap();
        LayoutRecord::load(&session.view(), &review).unwrap()
    };
    let has = |group: &LaidOut| group.facts.others > 0;
    let place = groups.groups.iter().position(has).unwrap();
    let number = u32::try_from(place + 1).unwrap();
    let all = (1..=u32::try_from(groups.groups.len()).unwrap()).collect::<Vec<u32>>();
    let who = Named::Custodian(world.id(CY));
    let strike = Strike {
        review,
        groups: vec![number],
        who,
    };
    let reason = Some(RejectPersonal {
        reason: text("No longer"),
    });
    enter(Claim::ReviewStrike(strike, reason), Vec::new());
    for reviewer in both {
        let groups = all.clone();
        let claim = Claim::ReviewConfirm(ConfirmGroups { review, groups });
        world.session(reviewer).enter(claim, Vec::new()).unwrap();
    }
    world.sign_all(review, &both);
    enter(privilege(vec![world.id(ADA)]), Vec::new());
    let done = StrikeDone {
        review,
        group: number,
        who,
    };
    let note = Some(Remark {
        note: text("Ada has it now"),
    });
    enter(Claim::ReviewDone(done, note), Vec::new());
    // What CloudTrail says, and what it was.
    let event = EventName {
        event: Word::new("a1b2c3d4-5678-90ab-cdef-111111111111").unwrap(),
        account: Some(account),
    };
    let file = TrailFile {
        digest: Digest::of(b"a trail"),
        bytes: 7,
        records: 9,
    };
    let trail = Reconcile {
        files: TrailFiles {
            count: 1,
            bytes: file.bytes,
            digest: Digest::of(format!("{}\n", file.digest).as_bytes()),
            listed: vec![file],
        },
        from: at,
        to: at,
        counts: Counts {
            records: 9,
            events: 1,
            explained: 0,
            service: 0,
        },
        gap_hours: 24,
        gaps: Vec::new(),
        more_gaps: 0,
        missing: Vec::new(),
        unexplained: vec![Unexplained {
            at,
            event: event.event.clone(),
            name: Word::new("ConsoleLogin").unwrap(),
            account: event.account,
            reason: Reason::NoRelease,
            off: None,
        }],
    };
    let traces = vec![Traces {
        address: Some(text("192.0.2.7")),
        agent: None,
        who: None,
    }];
    let trail = enter(
        Claim::Reconcile(trail, Some(ReconcilePersonal { traces })),
        Vec::new(),
    );
    let explain = Explain {
        events: vec![event],
        was: Was::Test,
    };
    let told = ExplainPersonal {
        text: text("We tried the new token"),
    };
    world.decide(ADA, Claim::EventExplain(explain, Some(told)), &both);
    let reason = VoidReconcilePersonal {
        reason: text("The files were made up"),
    };
    let void = VoidReconcile {
        reconcile: trail.leaf,
    };
    world.decide(ADA, Claim::ReconcileVoid(void, Some(reason)), &both);
    // Places and things, and who opened what.
    let location = |word: &str| {
        Claim::LocationSet(
            Location {
                location: name(word),
                kind: LocationKind::Safe,
                site: name("london"),
                timezone: "Europe/London".to_owned(),
                access: vec![world.id(ADA)],
                dual_control: false,
                depends_on_aws: false,
            },
            Some(LocationPersonal {
                description: Some(text("behind the door")),
            }),
        )
    };
    for word in ["london-a", "london-b"] {
        enter(location(word), Vec::new());
    }
    let note = || {
        Some(Remark {
            note: text("as agreed"),
        })
    };
    for word in ["sheet-1", "sheet-2"] {
        let add = AddItem {
            item: name(word),
            kind: ItemKind::QrSheet,
            holds: Some(HeldSecret { secret, epoch: 2 }),
            account: None,
            copy: Some(1),
            location: name("london-b"),
            bag: Some(text("A1")),
            sealed_by: Some(world.id(ADA)),
            witness: Some(world.id(BEA)),
            sealed_at: None,
            battery_checked: None,
            battery_expires: None,
        };
        let label = Some(text("Root of Example"));
        enter(
            Claim::ItemAdd(add, Some(AddItemPersonal { label })),
            Vec::new(),
        );
        let moved = MoveItem {
            item: name(word),
            location: name("london-a"),
            bag: None,
            witness: world.id(BEA),
        };
        let moved = enter(Claim::ItemMove(moved, note()), Vec::new());
        world.session(BEA).sign_off(moved.leaf).unwrap();
    }
    enter(
        Claim::ItemCheck(CheckItem {
            item: name("sheet-1"),
            battery_checked: Date::parse("2026-11-21").unwrap(),
            battery_expires: None,
        }),
        Vec::new(),
    );
    let gone = RetireLocation {
        location: name("london-b"),
    };
    enter(Claim::LocationRetire(gone, note()), Vec::new());
    let mailbox = Mailbox {
        mailbox: name("root-1"),
        members: vec![world.id(ADA)],
        accounts: Vec::new(),
        closed: false,
    };
    let personal = MailboxPersonal {
        address: text("aws-root@example.com"),
        others: Vec::new(),
    };
    enter(Claim::MailboxSet(mailbox, Some(personal)), Vec::new());
    let phone = Phone {
        phone: name("root-1"),
        holders: vec![world.id(ADA)],
        accounts: Vec::new(),
        tested: None,
        closed: false,
    };
    let personal = PhonePersonal {
        number: text("+44 20 7946 0000"),
        others: Vec::new(),
    };
    enter(Claim::PhoneSet(phone, Some(personal)), Vec::new());
    let now = Time::from_seconds(world.clock.seconds()).unwrap();
    let opened = Opened {
        location: name("london-a"),
        opened_at: now,
        witness: world.id(BEA),
        request: None,
    };
    let happened = Happened {
        closed_at: now,
        items: vec![Handled {
            item: name("sheet-1"),
            went: Went::Out,
            seal: Some(SealState::Broken),
            bag: Some(text("A2")),
        }],
        counter: Some(4),
        present: Vec::new(),
    };
    let purpose = text("Check");
    let open = enter(
        Claim::SafeOpen(
            opened.clone(),
            Some(OpenedPersonal {
                purpose: purpose.clone(),
            }),
        ),
        Vec::new(),
    );
    let closed_safe = enter(
        Claim::SafeClose(
            Closed {
                access: open.leaf,
                witness: world.id(BEA),
                happened: happened.clone(),
            },
            Some(ClosedPersonal {
                others: Vec::new(),
                exceptions: Vec::new(),
                note: Some(text("It was raining")),
            }),
        ),
        Vec::new(),
    );
    world.session(BEA).sign_off(closed_safe.leaf).unwrap();
    enter(
        Claim::SafeOpen(
            opened.clone(),
            Some(OpenedPersonal {
                purpose: purpose.clone(),
            }),
        ),
        Vec::new(),
    );
    let logged = || {
        Claim::SafeLog(
            Logged {
                opened: opened.clone(),
                happened: happened.clone(),
            },
            Some(LoggedPersonal {
                purpose: purpose.clone(),
                others: vec![text("a locksmith")],
                exceptions: Vec::new(),
                note: None,
            }),
        )
    };
    let logged_safe = enter(logged(), Vec::new());
    world.session(BEA).sign_off(logged_safe.leaf).unwrap();
    enter(logged(), Vec::new());
    let destroy = DestroyItem {
        item: name("sheet-2"),
        witness: world.id(BEA),
    };
    let destroyed = enter(Claim::ItemDestroy(destroy, note()), Vec::new());
    world.session(BEA).sign_off(destroyed.leaf).unwrap();
    // Governance: one rejected, somebody who left, a policy, a destroyed epoch, one that waits.
    let rejected = enter(world.define(random_id(), "no", 2, &both), Vec::new());
    for who in [BEA, CY] {
        world
            .session(who)
            .reject(rejected.leaf, text("Two are too few"))
            .unwrap();
    }
    world.decide(ADA, retire(&world, again, Some(5)), &both);
    let policy = rootkeep::statement::founding::PolicySettings::default();
    world.decide(
        ADA,
        Claim::PolicySet(rootkeep::statement::quorums::SetPolicy { policy }),
        &both,
    );
    world.seal(ADA, PASSWORD, None, b"next").unwrap();
    let destroy = Claim::SecretDestroy(
        Destroy {
            secret,
            epoch: Some(1),
        },
        Some(DestroyPersonal {
            reason: text("It was on a screen"),
        }),
    );
    world.decide(ADA, destroy, &both);
    let waiting = enter(world.define(random_id(), "yes", 2, &both), Vec::new());
    world.session(BEA).sign_off(waiting.leaf).unwrap();
    // Backups, and a copy that becomes the writer; its mark then means nothing any more.
    let (size, root) = world.session(ADA).head().unwrap();
    let (at, file) = (
        rootkeep::statement::Seen { size, root },
        Digest::of(b"a file"),
    );
    enter(Claim::Backup(BackedUp { at, file, bytes: 6 }), Vec::new());
    enter(Claim::BackupConfirm(RestoreTried { at, file }), Vec::new());
    let day = |text: &str| Date::parse(text).unwrap();
    let exported = Exported {
        at,
        since: Some(at),
        from: day("2026-01-01"),
        to: day("2026-03-31"),
        first: 1,
        end: 2,
        scope: Vec::new(),
        withheld: vec![StatementKind::QuorumDefine],
        redacted: true,
        sums: file,
    };
    enter(Claim::EvidenceExport(exported), Vec::new());
    // What outsiders say.
    let (stamp, token) = crate::outside::stamp(&world, at, 60);
    enter(Claim::Timestamp(stamp), vec![token]);
    let witness = crate::outside::witness(&world, &at);
    enter(Claim::Witness(witness), Vec::new());
    let mark = format!("{{\"epoch\":1,\"size\":{size},\"root\":\"{root}\"}}");
    let insert = "INSERT INTO meta (name, value) VALUES ('copy', ?1)";
    world.raw(ADA).execute(insert, [mark.as_bytes()]).unwrap();
    let promoted = world.session(ADA).promote().unwrap();
    world.sign_all(promoted.leaf, &both);
    let delete = "DELETE FROM meta WHERE name = 'copy'";
    world.raw(ADA).execute(delete, []).unwrap();
    // A task on a member account, signed at its end by two, and one that waits.
    let task = |task: Task, second: Option<Id>| {
        let facts = RequestTask {
            account: AccountId::new(MEMBER).unwrap(),
            task,
            operator: world.id(ADA),
            second,
            seconds: 900,
            window_hours: 8,
        };
        let told = RequestTaskPersonal {
            purpose: text("The owner left"),
            ticket: Some(text("OPS-3")),
            resource: None,
            new_address: second.map(|_| text("aws+member@example.com")),
        };
        enter(Claim::TaskRequest(facts, Some(told)), Vec::new()).leaf
    };
    for (what, second) in [
        (Task::CreatePassword, None),
        (Task::ChangeEmail, Some(world.id(BEA))),
    ] {
        let leaf = task(what, second);
        world.sign_all(leaf, &both);
        let ended = CloseTask {
            task: leaf,
            outcome: TaskOutcome::Done,
            began: Some(now),
            ended: Some(now),
            credentials: second.is_none().then_some(Credentials::Present),
            witness: second,
        };
        let note = Some(CloseTaskPersonal {
            note: text("The owner has it"),
        });
        let ended = enter(Claim::TaskClose(ended, note), Vec::new());
        if second.is_some() {
            world.session(BEA).sign_off(ended.leaf).unwrap();
        }
    }
    task(Task::DeleteCredentials, None);
    // Notes.
    let date = |day: &str| Date::parse(day).unwrap();
    enter(
        Claim::CustodianAway(Away {
            custodian: world.id(1),
            from: date("2026-12-01"),
            to: date("2026-12-24"),
        }),
        Vec::new(),
    );
    let personal = CorrectPersonal {
        reason: text("typing error"),
        text: text("OPS-2"),
    };
    enter(
        Claim::Correct(
            About {
                subject: closed.leaf,
            },
            Some(personal),
        ),
        Vec::new(),
    );
    // What the correction and the ceremony's start said of people is erased.
    for kind in [StatementKind::Correct, StatementKind::CeremonyStart] {
        let subject = {
            let session = world.session(ADA);
            let seq = session.view().indices_of_kind(kind, 0).unwrap()[0];
            session.view().entry(seq).unwrap().unwrap().hash
        };
        crate::erasure::erase(&world, subject, &both);
    }
    let file = b"a photo".to_vec();
    let personal = AttachPersonal {
        name: text("bag.jpg"),
        digest: Digest::of(&file),
        bytes: 7,
        media: text("image/jpeg"),
    };
    enter(
        Claim::Attach(
            About {
                subject: closed.leaf,
            },
            Some(personal),
        ),
        vec![file],
    );
    world.session(CY).cosign_head().unwrap();
    world
}

/// The database past the program, with a good copy of every table to go back to.
struct Bench {
    raw: rusqlite::Connection,
    session: Session,
    tried: BTreeMap<String, usize>,
    missed: Vec<String>,
}

impl Bench {
    fn new(world: &World) -> Self {
        let raw = world.raw(CY);
        for table in TABLES {
            raw.execute_batch(&format!(
                "CREATE TEMP TABLE good_{table} AS SELECT * FROM main.{table}"
            ))
            .unwrap();
        }
        Self {
            raw,
            session: world.session(ADA),
            tried: BTreeMap::new(),
            missed: Vec::new(),
        }
    }

    fn rows(&self, table: &str) -> Vec<Vec<Value>> {
        let order = (1..=self.columns(table).len())
            .map(|at| at.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        let mut statement = self
            .raw
            .prepare(&format!("SELECT * FROM good_{table} ORDER BY {order}"))
            .unwrap();
        let columns = statement.column_count();
        statement
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())
            .unwrap()
            .map(|row| row.unwrap())
            .collect()
    }

    fn columns(&self, table: &str) -> Vec<String> {
        let mut statement = self
            .raw
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(|name| name.unwrap())
            .collect()
    }

    fn verify(&self) -> Result<Vec<VerifyProblem>> {
        self.session
            .verify(&mut |_, _| {})
            .map(|report| report.problems)
    }

    /// Changes something in one table, has it verified, and puts the table back. Changes that the
    /// tables' own keys don't allow are not tried.
    fn try_one(
        &mut self,
        table: &str,
        what: &str,
        entry: Option<i64>,
        change: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<()>,
    ) {
        self.raw.execute_batch("BEGIN").unwrap();
        if let Err(error) = change(&self.raw) {
            assert!(
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation),
                "{what}: {error}"
            );
            self.raw.execute_batch("ROLLBACK").unwrap();
            return;
        }
        self.raw.execute_batch("COMMIT").unwrap();
        *self
            .tried
            .entry(format!("{table} {}", what.split(' ').next().unwrap()))
            .or_default() += 1;
        match self.verify() {
            Ok(problems) if problems.is_empty() => self
                .missed
                .push(format!("{table}: {what}: no problem was found")),
            Ok(problems) => {
                let named = |seq: i64| {
                    problems.iter().any(|problem| {
                        problem.seq == u64::try_from(seq).ok()
                            || problem.message.contains(&format!("entry {seq}"))
                    })
                };
                if let Some(seq) = entry
                    && !named(seq)
                {
                    self.missed.push(format!(
                        "{table}: {what}: entry {seq} is not named: {:?}",
                        &problems[..problems.len().min(3)]
                    ));
                }
            }
            Err(error) if error.kind() == Kind::Verification => {
                self.missed.push(format!(
                    "{table}: {what}: no report, only an error: {error}"
                ));
            }
            Err(error) => self.missed.push(format!("{table}: {what}: {error:?}")),
        }
        self.raw
            .execute_batch(&format!("BEGIN; DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM temp.good_{table}; COMMIT"))
            .unwrap();
    }

    fn done(self, at_least: usize) {
        let tried: usize = self.tried.values().sum();
        println!("{tried} changes: {:?}", self.tried);
        assert_eq!(
            self.verify().unwrap(),
            Vec::new(),
            "the bench put everything back"
        );
        assert!(
            self.missed.is_empty(),
            "{} missed:\n{}",
            self.missed.len(),
            self.missed.join("\n")
        );
        assert!(tried >= at_least, "only {tried} changes were tried");
    }
}

/// Which entry a row belongs to, where there is one.
fn entry_of(table: &str, row: &[Value]) -> Option<i64> {
    let Value::Integer(number) = row[0] else {
        return None;
    };
    match table {
        "leaf" | "undo" => Some(number),
        "cosignature" => Some(number - 1),
        _ => None,
    }
}

/// A value that differs a little; `turn` goes round the ways in which it can, from row to row.
fn other(value: &Value, turn: usize) -> Value {
    match value {
        Value::Null => Value::Blob(Vec::new()),
        Value::Integer(number) if turn.is_multiple_of(3) => Value::Integer(-1 - number),
        Value::Integer(number) => Value::Integer(number + 1),
        Value::Real(number) => Value::Real(number + 1.0),
        Value::Text(text) => {
            let cleared = if text.is_empty() { "x" } else { "" };
            Value::Text(
                [cleared.to_owned(), format!("{text}x"), format!("0{text}")][turn % 3].clone(),
            )
        }
        Value::Blob(bytes) => {
            let mut other = bytes.clone();
            let length = other.len();
            match turn % 6 {
                _ if length == 0 => other.push(0),
                0 => other.push(0),
                1 => other.truncate(length.saturating_sub(1)),
                2 => other.clear(),
                _ => other[turn * 31 % length.max(1)] ^= 1 << (turn % 8),
            }
            Value::Blob(other)
        }
    }
}

/// How many columns a table's own key has; they come first.
fn keys(table: &str) -> usize {
    match table {
        "leaf" | "meta" | "blob" => 1,
        "undo" => 3,
        _ => 2,
    }
}

fn key(columns: &[String], first: usize) -> String {
    columns
        .iter()
        .enumerate()
        .map(|(at, name)| format!("{name} IS ?{}", at + first))
        .collect::<Vec<_>>()
        .join(" AND ")
}

#[test]
fn the_ledger_on_the_bench_has_every_kind() {
    let world = complete();
    for person in 0..3 {
        world.assert_good(person);
    }
    let session = world.session(ADA);
    for kind in StatementKind::ALL {
        assert!(
            !session.view().indices_of_kind(*kind, 0).unwrap().is_empty(),
            "no {}",
            kind.as_str()
        );
    }
}

#[test]
fn every_changed_value_is_found() {
    let world = complete();
    let mut bench = Bench::new(&world);
    for table in TABLES {
        let columns = bench.columns(table);
        for (turn, row) in bench.rows(table).into_iter().enumerate() {
            for (at, value) in row.iter().enumerate() {
                let what = format!("change of {} in {:?}", columns[at], short(&row));
                let sql = format!(
                    "UPDATE {table} SET {} = ?1 WHERE {}",
                    columns[at],
                    key(&columns, 2)
                );
                let mut values = vec![other(value, turn + at)];
                values.extend(row.iter().cloned());
                bench.try_one(table, &what, entry_of(table, &row), |raw| {
                    assert_eq!(raw.execute(&sql, rusqlite::params_from_iter(values))?, 1);
                    Ok(())
                });
            }
        }
    }
    bench.done(900);
}

#[test]
fn every_deleted_row_is_found() {
    let world = complete();
    let mut bench = Bench::new(&world);
    for table in TABLES {
        let columns = bench.columns(table);
        for row in bench.rows(table) {
            let sql = format!("DELETE FROM {table} WHERE {}", key(&columns, 1));
            let what = format!("deletion of {:?}", short(&row));
            bench.try_one(table, &what, entry_of(table, &row), |raw| {
                assert_eq!(
                    raw.execute(&sql, rusqlite::params_from_iter(row.clone()))?,
                    1
                );
                Ok(())
            });
        }
    }
    bench.done(120);
}

#[test]
fn every_row_that_is_there_twice_is_found() {
    let world = complete();
    let mut bench = Bench::new(&world);
    for table in TABLES {
        let columns = bench.columns(table);
        let marks = (1..=columns.len())
            .map(|at| format!("?{at}"))
            .collect::<Vec<_>>()
            .join(", ");
        for (turn, row) in bench.rows(table).into_iter().enumerate() {
            // The same row again, under another key where it has to have one.
            let keys = keys(table);
            for (at, value) in row.iter().enumerate().take(keys) {
                let mut copy = row.clone();
                copy[at] = other(value, turn + at);
                if table == "leaf" {
                    copy[1] = Value::Blob(vec![at as u8; 32]);
                    copy[2] = Value::Blob(vec![at as u8; 16]);
                }
                let sql = format!("INSERT INTO {table} VALUES ({marks})");
                let what = format!("insertion of {:?}", short(&copy));
                bench.try_one(table, &what, None, |raw| {
                    raw.execute(&sql, rusqlite::params_from_iter(copy))
                        .map(drop)
                });
            }
        }
    }
    bench.done(180);
}

#[test]
fn every_two_rows_that_change_places_are_found() {
    let world = complete();
    let mut bench = Bench::new(&world);
    for table in TABLES {
        let columns = bench.columns(table);
        let rows = bench.rows(table);
        // Everything but the key goes over to the next row, and back.
        let keys = keys(table);
        for (first, second) in rows.iter().zip(rows.iter().skip(1)) {
            if first[keys..] == second[keys..] {
                continue;
            }
            let what = format!("exchange of {:?} and {:?}", short(first), short(second));
            let entry = entry_of(table, first);
            bench.try_one(table, &what, entry, |raw| {
                for row in [first, second] {
                    let sql = format!("DELETE FROM {table} WHERE {}", key(&columns, 1));
                    assert_eq!(
                        raw.execute(&sql, rusqlite::params_from_iter(row.clone()))?,
                        1
                    );
                }
                let marks = (1..=columns.len())
                    .map(|at| format!("?{at}"))
                    .collect::<Vec<_>>()
                    .join(", ");
                for (row, content) in [(first, second), (second, first)] {
                    let mixed = [&row[..keys], &content[keys..]].concat();
                    raw.execute(
                        &format!("INSERT INTO {table} VALUES ({marks})"),
                        rusqlite::params_from_iter(mixed),
                    )?;
                }
                Ok(())
            });
        }
    }
    bench.done(100);
}

#[test]
fn a_log_that_was_cut_and_mended_is_found_by_pins_alone() {
    let world = complete();
    let cut = world.copy();
    let size = cut.session(ADA).head().unwrap().0;
    let forger = Forger::new(&cut, CY);
    // The last entry goes (an attachment), and all that came of it.
    let last = size - 1;
    forger
        .raw
        .execute_batch(&format!(
            "DELETE FROM leaf WHERE seq = {last}; DELETE FROM undo WHERE seq = {last};
             DELETE FROM state WHERE kind = 'note' AND key LIKE '%{last:020}';
             DELETE FROM state WHERE kind = 'brought' AND CAST(value AS TEXT) LIKE '%:{last},%';
             DELETE FROM blob WHERE bytes = CAST('a photo' AS BLOB)"
        ))
        .unwrap();
    forger.mend();
    mend_shards(&forger.raw);
    drop(forger);
    // Whoever has not seen the entry sees nothing.
    cut.unpin(1);
    cut.assert_good(1);
    // Whoever has, sees it at once.
    let error = cut.open(ADA).err().unwrap();
    assert_eq!(
        (error.code(), error.kind()),
        ("rolled-back", Kind::Verification)
    );
    // Cut without mending is seen by anybody.
    let cut = world.copy();
    let mut bench = Bench::new(&cut);
    bench.try_one("leaf", "cut", None, |raw| {
        raw.execute("DELETE FROM leaf WHERE seq >= ?1", [last as i64])
            .map(drop)
    });
    bench.done(1);
}

#[test]
fn an_attacker_who_mends_tree_and_tables_still_lacks_the_others_signatures() {
    // Every envelope in turn is replaced by one that cy has signed in the author's name.
    let world = complete();
    let size = world.session(ADA).head().unwrap().0;
    for seq in (0..size).step_by(3) {
        let copy = world.copy();
        for place in 0..3 {
            copy.unpin(place);
        }
        let session = copy.open(CY).unwrap();
        let entry = session.view().entry(seq).unwrap().unwrap();
        drop(session);
        let envelope = {
            use rootkeep::crypto::dsse;
            use rootkeep::statement::header::STATEMENT_TYPE;
            let parsed = dsse::UntrustedEnvelope::parse(&entry.envelope).unwrap();
            dsse::seal(
                STATEMENT_TYPE,
                parsed.untrusted_payload(),
                copy.member_key(CY).signing(),
            )
        };
        if envelope == entry.envelope {
            continue;
        }
        let forger = Forger::new(&copy, CY);
        let leaf = rootkeep::statement::header::leaf_hash(&envelope);
        forger
            .raw
            .execute(
                "UPDATE leaf SET envelope = ?1, hash = ?2 WHERE seq = ?3",
                rusqlite::params![envelope, leaf.as_bytes(), seq as i64],
            )
            .unwrap();
        forger.mend();
        drop(forger);
        let report = copy.open(CY).unwrap().verify(&mut |_, _| {}).unwrap();
        assert!(
            report
                .problems
                .iter()
                .any(|problem| problem.seq == Some(seq)),
            "entry {seq}: {:?}",
            report.problems
        );
        let error = copy.open(1).unwrap().trust(&copy.first_use()).unwrap_err();
        assert_eq!(error.kind(), Kind::Verification, "entry {seq}: {error}");
    }
}

fn short(row: &[Value]) -> Vec<String> {
    row.iter()
        .map(|value| match value {
            Value::Blob(bytes) => format!("{} bytes", bytes.len()),
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => "-".to_owned(),
        })
        .collect()
}
