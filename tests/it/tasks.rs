//! Tasks on the root users of member accounts: nobody does one alone, each is on record before and
//! after, and what it left is known until it is gone.

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::{Kind as ErrorKind, Result};
use rootkeep::ledger::Entered;
use rootkeep::policy::{self, CheckNow, TaskState};
use rootkeep::state::Records;
use rootkeep::state::places::WitnessRecord;
use rootkeep::state::tasks::{LeftRecord, TaskRecord};
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::accounts::Partition;
use rootkeep::statement::founding::PolicySettings;
use rootkeep::statement::people::Role;
use rootkeep::statement::quorums::SetPolicy;
use rootkeep::statement::tasks::{
    CloseTask, CloseTaskPersonal, Credentials, RequestTask, RequestTaskPersonal, Task, TaskOutcome,
};
use rootkeep::statement::{Claim, Time, UntrustedStatement};

use crate::cli::{Desk, Run};
use crate::story::retire;
use crate::world::*;

const BUCKET: &str = "arn:aws:s3:::acme-logs";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:444455556666:orders";
const ADDRESS: &str = "aws+member@example.com";

/// What bea is to do for eight hours, cy being the second where there is one.
fn facts(world: &World, task: Task) -> RequestTask {
    RequestTask {
        account: AccountId::new(MEMBER).unwrap(),
        task,
        operator: world.id(BEA),
        second: (task == Task::ChangeEmail).then(|| world.id(CY)),
        seconds: task.most_seconds(),
        window_hours: 8,
    }
}

fn told(task: Task) -> RequestTaskPersonal {
    RequestTaskPersonal {
        purpose: text("nobody can get at the logs"),
        ticket: Some(text("OPS-9")),
        resource: match task {
            Task::UnlockBucket => Some(text(BUCKET)),
            Task::UnlockQueue => Some(text(QUEUE)),
            _ => None,
        },
        new_address: (task == Task::ChangeEmail).then(|| text(ADDRESS)),
    }
}

fn claim(facts: RequestTask) -> Claim {
    let told = told(facts.task);
    Claim::TaskRequest(facts, Some(told))
}

fn ask(world: &World, place: usize, facts: RequestTask) -> Result<Entered> {
    world.session(place).enter(claim(facts), Vec::new())
}

/// A task that governance has agreed to.
fn opened(world: &World, task: Task) -> Digest {
    let asked = ask(world, ADA, facts(world, task)).unwrap();
    world.sign_all(asked.leaf, &[ADA, BEA, DAN]);
    asked.leaf
}

fn at(world: &World, seconds: i64) -> Time {
    Time::from_seconds(world.clock.seconds() + seconds).unwrap()
}

/// How a task ended: begun now, over in this very moment.
fn end(world: &World, task: Digest, outcome: TaskOutcome) -> CloseTask {
    let record = record(world, task);
    let begun = (outcome != TaskOutcome::Unused).then(|| at(world, 0));
    CloseTask {
        task,
        outcome,
        began: begun,
        ended: begun,
        credentials: match (record.task, outcome) {
            (Task::CreatePassword, TaskOutcome::Done) => Some(Credentials::Present),
            (Task::DeleteCredentials, TaskOutcome::Done) => Some(Credentials::Deleted),
            (Task::AuditCredentials, TaskOutcome::Done) => Some(Credentials::Absent),
            _ => None,
        },
        witness: record.second,
    }
}

fn close(world: &World, place: usize, close: CloseTask) -> Result<Entered> {
    let note = CloseTaskPersonal {
        note: text("as asked"),
    };
    let claim = Claim::TaskClose(close, Some(note));
    world.session(place).enter(claim, Vec::new())
}

fn done(world: &World, place: usize, task: Digest) -> Result<Entered> {
    close(world, place, end(world, task, TaskOutcome::Done))
}

fn record(world: &World, task: Digest) -> TaskRecord {
    let session = world.open(ADA).unwrap();
    TaskRecord::load(&session.view(), &task).unwrap().unwrap()
}

fn root(world: &World) -> LeftRecord {
    let session = world.open(ADA).unwrap();
    LeftRecord::load(&session.view(), &AccountId::new(MEMBER).unwrap()).unwrap()
}

fn state(world: &World, task: Digest) -> TaskState {
    let (session, now) = (world.open(ADA).unwrap(), at(world, 0));
    policy::task_state(&session.view(), &task, &record(world, task), now).unwrap()
}

/// An entry as it stands in a log.
fn statement(world: &World, seq: u64) -> rootkeep::statement::Statement {
    let session = world.session(ADA);
    let entry = session.view().entry(seq).unwrap().unwrap();
    UntrustedStatement::parse(&entry.envelope)
        .unwrap()
        .with_parts(entry.parts())
        .unwrap()
}

/// What the rules say to a statement at the head of a ledger.
fn judged(world: &World, statement: &rootkeep::statement::Statement) -> &'static str {
    let session = world.session(ADA);
    let (view, size) = (session.view(), session.head().unwrap().0);
    match policy::judge(&view, &view, &mut CheckNow, statement, size) {
        Ok(_) => "admitted",
        Err(error) => error.code(),
    }
}

#[test]
fn one_custodian_alone_opens_no_task() {
    let world = World::ready();
    let mut own = facts(&world, Task::CreatePassword);
    own.operator = world.id(ADA);
    let asked = ask(&world, ADA, own).unwrap();
    assert_eq!((asked.effective, asked.needs), (false, 3));
    assert!(!world.session(ADA).sign_off(asked.leaf).unwrap().effective);
    world.refused("already-decided", || {
        world.session(ADA).sign_off(asked.leaf)
    });
    world.refused("not-signed-off", || done(&world, ADA, asked.leaf));
    assert_eq!(state(&world, asked.leaf), TaskState::Waiting);
    assert_eq!(record(&world, asked.leaf).window(), None);
    assert_eq!(root(&world), LeftRecord::default());
    // Two more, and it may be done: from now on, for eight hours and a session.
    world.session(BEA).sign_off(asked.leaf).unwrap();
    world.clock.forward(60);
    assert!(world.session(DAN).sign_off(asked.leaf).unwrap().effective);
    assert_eq!(state(&world, asked.leaf), TaskState::Open);
    assert_eq!(
        record(&world, asked.leaf).window(),
        Some((at(&world, 0), at(&world, 8 * 3600 + 900)))
    );
    world.assert_good(CY);
}

#[test]
fn a_request_or_a_closing_is_not_taken_again() {
    let world = World::ready();
    let asked = ask(&world, ADA, facts(&world, Task::AuditCredentials)).unwrap();
    world.sign_all(asked.leaf, &[ADA, BEA, DAN]);
    let closed = done(&world, BEA, asked.leaf).unwrap();
    for seq in asked.seq..=closed.seq {
        assert_eq!(judged(&world, &statement(&world, seq)), "replayed");
    }
    // Nor does the agreement to one task open another that says the same.
    let again = ask(&world, ADA, facts(&world, Task::AuditCredentials)).unwrap();
    assert_eq!(state(&world, again.leaf), TaskState::Waiting);
    world.refused("closed", || done(&world, BEA, asked.leaf));
    world.refused("not-signed-off", || done(&world, BEA, again.leaf));
    world.assert_good(CY);
}

#[test]
fn what_another_ledger_has_agreed_to_is_nothing_here() {
    let (world, other) = (World::ready(), World::ready());
    let there = opened(&other, Task::UnlockBucket);
    let closed = done(&other, BEA, there).unwrap();
    world.refused("unknown-subject", || {
        let close = end(&other, there, TaskOutcome::Done);
        self::close(&world, BEA, close)
    });
    world.refused("no-entry", || world.session(BEA).sign_off(there));
    let foreign = World::active(2, 2);
    let entered = foreign.import(ADA);
    assert_eq!(
        judged(&world, &statement(&foreign, entered.seq)),
        "other-ledger"
    );
    // A copy of the same ledger that went on otherwise: it was made on a state that is none here.
    world.import(ADA);
    assert_eq!(judged(&world, &statement(&other, closed.seq)), "false-seen");
}

#[test]
fn who_asks_and_who_does_it_are_in_force_and_have_the_role() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder, Role::Witness]);
    world.session(fay).accept().unwrap();
    let audit = || facts(&world, Task::AuditCredentials);
    world.refused("no-role", || ask(&world, fay, audit()));
    let by = |operator| RequestTask {
        operator,
        ..audit()
    };
    world.refused("no-role", || ask(&world, ADA, by(world.id(fay))));
    world.refused("no-role", || ask(&world, ADA, by(random_id())));
    // An operator may ask too, though no keeper.
    let gus = world.newcomer("gus");
    world.enrol(gus, &[Role::Operator]);
    world.session(gus).accept().unwrap();
    let mut own = facts(&world, Task::AuditCredentials);
    own.operator = world.id(gus);
    let asked = ask(&world, gus, own.clone()).unwrap();
    world.session(ADA).sign_off(asked.leaf).unwrap();
    // Who was to do it leaves: nothing comes of what waits, and nothing more is asked for in that name.
    let open = ask(&world, gus, own.clone()).unwrap();
    world.sign_all(open.leaf, &[ADA, BEA, CY]);
    world.decide(ADA, retire(&world, gus, None), &[ADA, BEA, CY]);
    world.refused("lapsed", || world.session(BEA).sign_off(asked.leaf));
    world.refused("no-role", || ask(&world, ADA, own.clone()));
    assert_eq!(
        world.open(gus).err().map(|error| error.code()),
        Some("not-a-member")
    );
    // What was open then is closed by a keeper; nobody else does that.
    world.refused("not-operator", || done(&world, fay, open.leaf));
    done(&world, CY, open.leaf).unwrap();
    assert_eq!(state(&world, open.leaf), TaskState::Closed);
    world.assert_good(CY);
}

#[test]
fn what_has_expired_or_lapsed_opens_nothing() {
    let world = World::ready();
    let asked = ask(&world, ADA, facts(&world, Task::AuditCredentials)).unwrap();
    for place in [ADA, BEA] {
        world.session(place).sign_off(asked.leaf).unwrap();
    }
    let days = i64::from(PolicySettings::default().pending_days);
    let late = world.copy();
    late.clock.forward(days * 86_400 + 1);
    late.refused("expired", || late.session(CY).sign_off(asked.leaf));
    assert_eq!(state(&late, asked.leaf), TaskState::Expired);
    // Rules that were set anew meanwhile.
    let anew = world.copy();
    let policy = PolicySettings::default();
    let set = Claim::PolicySet(SetPolicy { policy });
    anew.decide(ADA, set, &[ADA, BEA, CY]);
    anew.refused("lapsed", || anew.session(CY).sign_off(asked.leaf));
    assert_eq!(state(&anew, asked.leaf), TaskState::Lapsed);
    // The account has left the organization.
    let gone = world.copy();
    gone.session(ADA)
        .enter(without_member(), Vec::new())
        .unwrap();
    gone.refused("lapsed", || gone.session(CY).sign_off(asked.leaf));
    let no = world.copy();
    for place in [CY, DAN, EVE] {
        no.session(place).reject(asked.leaf, text("no")).unwrap();
    }
    assert_eq!(state(&no, asked.leaf), TaskState::Rejected);
    no.refused("not-signed-off", || done(&no, BEA, asked.leaf));
    let back = world.copy();
    back.refused("not-author", || back.session(BEA).withdraw(asked.leaf));
    back.session(ADA).withdraw(asked.leaf).unwrap();
    assert_eq!(state(&back, asked.leaf), TaskState::Withdrawn);
    // In the last second it is in time.
    world.clock.forward(days * 86_400);
    assert!(world.session(CY).sign_off(asked.leaf).unwrap().effective);
    for world in [&late, &anew, &gone, &no, &back, &world] {
        world.assert_good(EVE);
    }
}

fn without_member() -> Claim {
    let Claim::AccountImport(mut import, personal) = import_claim() else {
        unreachable!()
    };
    let left = import.accounts.pop().unwrap();
    import.gone = vec![left.id];
    let mut personal = personal.unwrap();
    personal.accounts.pop();
    Claim::AccountImport(import, Some(personal))
}

#[test]
fn a_task_is_for_a_member_account_of_the_commercial_partition() {
    let world = World::ready();
    let on = |account: &str, task| {
        let account = AccountId::new(account).unwrap();
        let facts = RequestTask {
            account,
            ..facts(&world, task)
        };
        ask(&world, ADA, facts)
    };
    for task in Task::ALL {
        if *task != Task::UnlockQueue {
            world.refused("management-account", || on(MANAGEMENT, *task));
            world.refused("unknown-account", || on("777788889999", *task));
        }
    }
    // Central root access does not exist in GovCloud and China; the address is another matter.
    for partition in [Partition::AwsUsGov, Partition::AwsCn] {
        let world = world.copy();
        let Claim::AccountImport(mut import, personal) = import_claim() else {
            unreachable!()
        };
        import.accounts[1].partition = partition;
        let claim = Claim::AccountImport(import, personal);
        world.session(ADA).enter(claim, Vec::new()).unwrap();
        for task in Task::ALL {
            let asked = || ask(&world, ADA, facts(&world, *task));
            if *task == Task::ChangeEmail {
                assert!(asked().is_ok());
            } else {
                world.refused("no-central-root", asked);
            }
        }
    }
    let left = world.copy();
    left.session(ADA)
        .enter(without_member(), Vec::new())
        .unwrap();
    left.refused("account-gone", || {
        ask(&left, ADA, facts(&left, Task::AuditCredentials))
    });
}

#[test]
fn a_task_is_bounded_on_both_sides() {
    let world = World::ready();
    for task in Task::ALL {
        let with = |seconds| {
            let facts = RequestTask {
                seconds,
                ..facts(&world, *task)
            };
            ask(&world, ADA, facts)
        };
        let most = if *task == Task::ChangeEmail {
            86_400
        } else {
            900
        };
        for bad in [0, most + 1, u32::MAX] {
            world.refused("task-seconds", || with(bad));
        }
        for good in [1, most] {
            with(good).unwrap();
        }
    }
    let hours = |world: &World, window_hours| {
        let facts = RequestTask {
            window_hours,
            ..facts(world, Task::AuditCredentials)
        };
        ask(world, ADA, facts)
    };
    for bad in [0, 25, u32::MAX] {
        world.refused("task-window", || hours(&world, bad));
    }
    for good in [1, 24] {
        hours(&world, good).unwrap();
    }
    // A policy of less than an hour allows the hour that a task needs.
    let policy = PolicySettings {
        window_max_secs: 60,
        ..PolicySettings::default()
    };
    let set = Claim::PolicySet(SetPolicy { policy });
    world.decide(ADA, set, &[ADA, BEA, CY]);
    world.refused("task-window", || hours(&world, 2));
    hours(&world, 1).unwrap();
}

#[test]
fn a_bucket_a_queue_and_an_address_are_named_where_they_belong_and_nowhere_else() {
    let world = World::ready();
    let say = |task: Task, change: &dyn Fn(&mut RequestTaskPersonal)| {
        let mut told = told(task);
        change(&mut told);
        let claim = Claim::TaskRequest(facts(&world, task), Some(told));
        world.session(ADA).enter(claim, Vec::new())
    };
    for task in Task::ALL {
        say(*task, &|_| {}).unwrap();
        let resource: &[Option<&str>] = match task {
            Task::UnlockBucket => &[None, Some(QUEUE), Some("arn:aws:s3:::a;id")],
            Task::UnlockQueue => &[None, Some(BUCKET)],
            _ => &[Some(BUCKET)],
        };
        for bad in resource {
            world.refused("task-resource", || {
                say(*task, &|told| told.resource = bad.map(text))
            });
        }
        let address: &[Option<&str>] = match task {
            Task::ChangeEmail => &[None, Some("nobody"), Some("a@b.c\nd@e.f")],
            _ => &[Some(ADDRESS)],
        };
        for bad in address {
            world.refused("task-address", || {
                say(*task, &|told| told.new_address = bad.map(text))
            });
        }
    }
}

#[test]
fn the_operator_never_reads_the_code_too() {
    let world = World::ready();
    let by = |operator: usize, second: Option<usize>| {
        let facts = RequestTask {
            operator: world.id(operator),
            second: second.map(|place| world.id(place)),
            ..facts(&world, Task::ChangeEmail)
        };
        ask(&world, ADA, facts)
    };
    world.refused("second-needed", || by(BEA, None));
    world.refused("second-is-operator", || by(BEA, Some(BEA)));
    world.refused("second-is-operator", || by(ADA, Some(ADA)));
    // Who asks may be one of the two.
    by(ADA, Some(BEA)).unwrap();
    by(BEA, Some(ADA)).unwrap();
    // What one person does names no second.
    let facts = RequestTask {
        second: Some(world.id(CY)),
        ..facts(&world, Task::AuditCredentials)
    };
    world.refused("malformed", || ask(&world, ADA, facts));
}

#[test]
fn who_reads_the_code_is_a_witness_in_force() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Keeper, Role::Operator]);
    world.session(fay).accept().unwrap();
    let with = |place: usize| {
        let facts = RequestTask {
            second: Some(world.id(place)),
            ..facts(&world, Task::ChangeEmail)
        };
        ask(&world, ADA, facts)
    };
    world.refused("not-a-witness", || with(fay));
    let asked = with(EVE).unwrap();
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    world.refused("not-a-witness", || with(EVE));
    world.refused("lapsed", || world.session(ADA).sign_off(asked.leaf));
}

#[test]
fn an_address_is_changed_by_two_who_both_sign_the_end() {
    let world = World::ready();
    let task = opened(&world, Task::ChangeEmail);
    let alone = CloseTask {
        witness: None,
        ..end(&world, task, TaskOutcome::Done)
    };
    world.refused("second-needed", || close(&world, BEA, alone));
    let other = CloseTask {
        witness: Some(world.id(EVE)),
        ..end(&world, task, TaskOutcome::Done)
    };
    world.refused("not-the-second", || close(&world, BEA, other));
    // The second one does not sign what that one wrote; nor does the operator, whoever wrote it.
    world.refused("own-witness", || done(&world, CY, task));
    let closing = done(&world, BEA, task).unwrap();
    assert_eq!((closing.effective, closing.needs), (false, 1));
    assert_eq!(state(&world, task), TaskState::Closing);
    for place in [ADA, BEA, DAN] {
        world.refused("not-the-witness", || {
            world.session(place).sign_off(closing.leaf)
        });
    }
    assert_eq!(record(&world, task).closed, None);
    let refused = world.copy();
    refused
        .session(CY)
        .reject(closing.leaf, text("it was another address"))
        .unwrap();
    assert_eq!(state(&refused, task), TaskState::Open);
    refused.assert_good(DAN);
    // Two say how it ended: the one who is signed first counts.
    let second = close(&world, ADA, end(&world, task, TaskOutcome::Unused)).unwrap();
    assert!(world.session(CY).sign_off(closing.leaf).unwrap().effective);
    world.refused("lapsed", || world.session(CY).sign_off(second.leaf));
    let closed = record(&world, task).closed.unwrap();
    assert_eq!(
        (closed.by, closed.witness, closed.outcome),
        (world.id(BEA), Some(world.id(CY)), TaskOutcome::Done)
    );
    assert_eq!(state(&world, task), TaskState::Closed);
    world.assert_good(DAN);
}

#[test]
fn nobody_keeps_a_change_of_address_open_for_ever() {
    let mut world = World::ready();
    let task = opened(&world, Task::ChangeEmail);
    let by = |world: &World, place: usize, witness: usize, outcome| {
        let end = CloseTask {
            witness: Some(world.id(witness)),
            ..end(world, task, outcome)
        };
        close(world, place, end)
    };
    // Its time is not over: the second person has a say.
    world.clock.forward(9 * 3600);
    let most = i64::from(Task::ChangeEmail.most_seconds());
    world.clock.forward(most - 3600);
    world.refused("not-the-second", || {
        by(&world, ADA, EVE, TaskOutcome::Failed)
    });
    world.clock.forward(1);
    // That it was done, nobody else says; nor does whoever did it pick who signs, keeper or not.
    world.refused("not-the-second", || by(&world, ADA, EVE, TaskOutcome::Done));
    world.refused("not-the-second", || {
        by(&world, BEA, EVE, TaskOutcome::Failed)
    });
    world.refused("second-is-operator", || {
        by(&world, ADA, BEA, TaskOutcome::Failed)
    });
    world.refused("own-witness", || by(&world, ADA, ADA, TaskOutcome::Failed));
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Operator]);
    world.session(fay).accept().unwrap();
    world.refused("not-operator", || by(&world, fay, EVE, TaskOutcome::Failed));
    let closing = by(&world, ADA, EVE, TaskOutcome::Failed).unwrap();
    world.refused("not-the-witness", || {
        world.session(CY).reject(closing.leaf, text("no"))
    });
    assert!(world.session(EVE).sign_off(closing.leaf).unwrap().effective);
    assert_eq!(state(&world, task), TaskState::Closed);
    world.assert_good(DAN);
}

#[test]
fn each_says_once_how_it_ended_and_what_the_others_said_lapses() {
    let world = World::ready();
    let task = opened(&world, Task::ChangeEmail);
    let first = done(&world, BEA, task).unwrap();
    world.refused("closing-waits", || done(&world, BEA, task));
    world.session(BEA).withdraw(first.leaf).unwrap();
    let again = done(&world, BEA, task).unwrap();
    let others: Vec<Entered> = [ADA, DAN, EVE]
        .map(|place| done(&world, place, task).unwrap())
        .into();
    world.session(CY).sign_off(again.leaf).unwrap();
    for (place, other) in [ADA, DAN, EVE].into_iter().zip(&others) {
        world.refused("lapsed", || world.session(CY).sign_off(other.leaf));
        world.refused("lapsed", || {
            world.session(CY).reject(other.leaf, text("no"))
        });
        world.refused("lapsed", || world.session(place).withdraw(other.leaf));
    }
    let session = world.open(CY).unwrap();
    let waits = rootkeep::state::records::list::<WitnessRecord>(&session.view(), "").unwrap();
    assert!(waits.is_empty());
    drop(session);
    world.assert_good(DAN);
}

#[test]
fn where_the_second_person_has_left_another_signs_but_never_the_operator() {
    let mut world = World::ready();
    let task = opened(&world, Task::ChangeEmail);
    let closing = done(&world, BEA, task).unwrap();
    world.decide(ADA, retire(&world, CY, None), &[ADA, BEA, DAN]);
    world.session(BEA).withdraw(closing.leaf).unwrap();
    let by = |world: &World, place: usize, witness: usize| {
        let end = CloseTask {
            witness: Some(world.id(witness)),
            ..end(world, task, TaskOutcome::Done)
        };
        close(world, place, end)
    };
    world.refused("not-a-witness", || done(&world, BEA, task));
    world.refused("second-is-operator", || by(&world, ADA, BEA));
    // Nor the operator under another name.
    let again = world.newcomer("bea-2");
    let person = world.people[again].clone();
    let replaced = Claim::CustodianReplace(
        rootkeep::statement::people::Replace {
            old: world.id(BEA),
            cause: rootkeep::statement::people::Cause::Lost,
            distrust_from: None,
            card: rootkeep::crypto::fixed::Base64(person.card.envelope().to_vec()),
        },
        Some(rootkeep::statement::people::AddPersonal {
            salt: person.part.salt,
            bytes: person.part.bytes,
            identified_by: None,
        }),
    );
    let renamed = world.copy();
    let replaced = renamed.session(ADA).enter(replaced, Vec::new()).unwrap();
    for place in [ADA, DAN, EVE] {
        renamed.session(place).sign_off(replaced.leaf).unwrap();
    }
    renamed.session(again).accept().unwrap();
    renamed.refused("second-is-operator", || by(&renamed, ADA, again));
    let closing = by(&world, BEA, EVE).unwrap();
    assert!(world.session(EVE).sign_off(closing.leaf).unwrap().effective);
    world.assert_good(DAN);
    renamed.assert_good(DAN);
}

#[test]
fn how_it_ended_fits_the_task() {
    let world = World::ready();
    for task in Task::ALL {
        let leaf = opened(&world, *task);
        let good = |outcome| end(&world, leaf, outcome);
        let say = |close: CloseTask| self::close(&world, BEA, close);
        let (began, ended) = (Some(at(&world, -60)), Some(at(&world, 0)));
        for outcome in [TaskOutcome::Done, TaskOutcome::Failed] {
            for (began, ended) in [(None, None), (began, None), (None, ended), (ended, began)] {
                let close = CloseTask {
                    began,
                    ended,
                    ..good(outcome)
                };
                world.refused("malformed", || say(close));
            }
        }
        let close = CloseTask {
            began,
            ended,
            ..good(TaskOutcome::Unused)
        };
        world.refused("malformed", || say(close));
        for outcome in TaskOutcome::ALL {
            let all = Credentials::ALL.iter().copied().map(Some);
            for credentials in all.chain([None]) {
                let close = CloseTask {
                    credentials,
                    ..good(*outcome)
                };
                let follows = match (task, outcome) {
                    (Task::CreatePassword, TaskOutcome::Done) => {
                        credentials == Some(Credentials::Present)
                    }
                    (Task::DeleteCredentials, TaskOutcome::Done) => {
                        credentials == Some(Credentials::Deleted)
                    }
                    (Task::AuditCredentials, TaskOutcome::Done) => {
                        credentials.is_some_and(|left| left != Credentials::Deleted)
                    }
                    (Task::CreatePassword | Task::DeleteCredentials, TaskOutcome::Failed) => {
                        credentials.is_none_or(|left| left == Credentials::Present)
                    }
                    _ => credentials.is_none(),
                };
                if !follows {
                    world.refused("task-credentials", || say(close));
                }
            }
        }
        // By a clock that is five minutes ahead, and no more.
        let ahead = |seconds| CloseTask {
            ended: Some(at(&world, seconds)),
            ..good(TaskOutcome::Done)
        };
        world.refused("dated-ahead", || say(ahead(301)));
        say(ahead(300)).unwrap();
    }
}

#[test]
fn a_closing_of_one_has_no_witness_and_is_made_by_whoever_may() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder, Role::Operator, Role::Witness]);
    world.session(fay).accept().unwrap();
    let task = opened(&world, Task::UnlockQueue);
    world.refused("not-operator", || done(&world, fay, task));
    let seen = CloseTask {
        witness: Some(world.id(CY)),
        ..end(&world, task, TaskOutcome::Done)
    };
    world.refused("malformed", || close(&world, BEA, seen));
    done(&world, ADA, task).unwrap();
    let closed = record(&world, task).closed.unwrap();
    assert_eq!((closed.by, closed.witness), (world.id(ADA), None));
    world.refused("closed", || done(&world, BEA, task));
    world.assert_good(CY);
}

#[test]
fn what_is_not_closed_in_time_is_told_and_can_still_be_closed() {
    let world = World::ready();
    let task = opened(&world, Task::DeleteCredentials);
    world.clock.forward(8 * 3600 + 900);
    assert_eq!(state(&world, task), TaskState::Open);
    world.clock.forward(1);
    assert_eq!(state(&world, task), TaskState::Unclosed);
    let late = CloseTask {
        began: Some(at(&world, -3600)),
        ended: Some(at(&world, -3000)),
        ..end(&world, task, TaskOutcome::Done)
    };
    close(&world, BEA, late).unwrap();
    assert_eq!(state(&world, task), TaskState::Closed);
    assert!(!record(&world, task).strayed());
    // Who began too soon, or too late, says so; it stays with the task.
    let soon = opened(&world, Task::DeleteCredentials);
    let early = CloseTask {
        began: Some(at(&world, -1)),
        ..end(&world, soon, TaskOutcome::Done)
    };
    close(&world, BEA, early).unwrap();
    assert!(record(&world, soon).strayed());
    let good = record(&world, soon);
    assert!(!good.strays(None, None));
    assert!(!good.strays(Some(at(&world, 0)), Some(at(&world, 0))));
    world.assert_good(CY);
}

#[test]
fn a_task_in_effect_by_a_clock_that_was_ahead_waits_for_it() {
    let world = World::ready();
    let asked = ask(&world, ADA, facts(&world, Task::AuditCredentials)).unwrap();
    for place in [ADA, BEA] {
        world.session(place).sign_off(asked.leaf).unwrap();
    }
    world.clock.forward(301);
    world.session(CY).sign_off(asked.leaf).unwrap();
    world.clock.forward(-301);
    assert_eq!(state(&world, asked.leaf), TaskState::Ahead);
    world.clock.forward(1);
    assert_eq!(state(&world, asked.leaf), TaskState::Open);
    // What is dated ahead itself takes no yes.
    world.clock.forward(301);
    let ahead = ask(&world, ADA, facts(&world, Task::AuditCredentials)).unwrap();
    world.clock.forward(-301);
    world.refused("dated-ahead", || world.session(BEA).sign_off(ahead.leaf));
}

#[test]
fn a_clock_that_is_behind_at_the_last_sign_off_moves_no_window_back() {
    const DAY: i64 = 86_400;
    let world = World::ready();
    let asked = ask(&world, ADA, facts(&world, Task::AuditCredentials)).unwrap();
    world.clock.forward(2 * DAY);
    for place in [ADA, BEA] {
        world.session(place).sign_off(asked.leaf).unwrap();
    }
    // cy signs as though it were two days ago, when somebody took that root user on.
    world.clock.forward(-2 * DAY);
    world.session(CY).sign_off(asked.leaf).unwrap();
    let last = 2 * DAY + 8 * 3600 + 900;
    assert_eq!(
        record(&world, asked.leaf).window(),
        Some((at(&world, 2 * DAY), at(&world, last)))
    );
    assert_eq!(state(&world, asked.leaf), TaskState::Ahead);
    world.clock.forward(2 * DAY);
    assert_eq!(state(&world, asked.leaf), TaskState::Open);
    // The request itself was late: the same.
    let asked = ask(&world, ADA, facts(&world, Task::AuditCredentials)).unwrap();
    world.clock.forward(-300);
    world.sign_all(asked.leaf, &[ADA, BEA, CY]);
    world.clock.forward(300);
    assert_eq!(
        record(&world, asked.leaf).window().unwrap().0,
        at(&world, 0)
    );
    world.assert_good(CY);
}

#[test]
fn a_recovered_account_stays_told_until_its_credentials_are_deleted_again() {
    let world = World::ready();
    let create = opened(&world, Task::CreatePassword);
    assert_eq!(root(&world).tasks, [create]);
    assert_eq!(root(&world).recovered, None);
    done(&world, BEA, create).unwrap();
    let since = at(&world, 0);
    let recovered = root(&world).recovered.unwrap();
    assert_eq!(
        (recovered.at, recovered.task, recovered.credentials),
        (since, create, Credentials::Present)
    );
    // A look changes nothing, nor does a deletion that failed.
    world.clock.forward(600);
    let audit = opened(&world, Task::AuditCredentials);
    let found = CloseTask {
        credentials: Some(Credentials::Present),
        ..end(&world, audit, TaskOutcome::Done)
    };
    close(&world, BEA, found).unwrap();
    let delete = opened(&world, Task::DeleteCredentials);
    close(&world, BEA, end(&world, delete, TaskOutcome::Failed)).unwrap();
    assert_eq!(root(&world).recovered.unwrap().at, since);
    world.clock.forward(600);
    let delete = opened(&world, Task::DeleteCredentials);
    done(&world, BEA, delete).unwrap();
    assert_eq!(root(&world).recovered, None);
    assert_eq!(root(&world).deleted.unwrap().at, at(&world, 0));
    assert_eq!(root(&world).audited.unwrap().task, audit);
    world.assert_good(CY);
}

#[test]
fn a_task_is_signed_and_closed_by_people_who_never_see_the_ledger() {
    let world = World::ready();
    let asked = ask(&world, ADA, facts(&world, Task::ChangeEmail)).unwrap();
    world.session(ADA).sign_off(asked.leaf).unwrap();
    let answers = [DAN, EVE].map(|place| world.signed_away(place, asked.leaf));
    world.brought(ADA, &answers);
    assert_eq!(state(&world, asked.leaf), TaskState::Open);
    let closing = done(&world, BEA, asked.leaf).unwrap();
    let seconded = world.signed_away(CY, closing.leaf);
    world.brought(ADA, &[seconded]);
    assert_eq!(state(&world, asked.leaf), TaskState::Closed);
    world.assert_good(CY);
}

#[test]
fn a_forged_record_of_a_task_is_found() {
    let world = World::ready();
    let task = opened(&world, Task::CreatePassword);
    done(&world, BEA, task).unwrap();
    let forger = crate::forger::Forger::new(&world, DAN);
    assert_eq!(
        forger.edit("left", "\"recovered\":{", "\"recovered_\":{"),
        1
    );
    let mut session = world.open(CY).unwrap();
    let error = session.trust(&world.first_use()).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("state-mismatch", ErrorKind::Verification)
    );
}

/// Whatever the rules write of tasks is under the tables that are theirs.
#[test]
fn the_records_of_tasks_are_by_leaf_and_by_account() {
    let world = World::ready();
    let task = opened(&world, Task::AuditCredentials);
    let session = world.open(ADA).unwrap();
    let keys = |table| -> Vec<String> {
        let rows = session.view().list(table, "").unwrap();
        rows.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(keys(rootkeep::state::Table::Task), [task.to_hex()]);
    assert_eq!(keys(rootkeep::state::Table::Left), [MEMBER]);
}

/// The ids of an example are made up; the real ones take their places.
#[derive(Default)]
struct MadeUp(Vec<(String, String)>);

impl MadeUp {
    fn real(&self, text: &str) -> String {
        let all = self.0.iter();
        all.fold(text.to_owned(), |text, (made_up, real)| {
            text.replace(made_up, real)
        })
    }

    /// That a line of what was said is what the example shows, with anything for `…`; an id in it that is
    /// new is that one from now on.
    fn find(&mut self, shown: &str, said: &str) {
        let is_id = |word: &&str| word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit());
        let known = |word: &&str| self.0.iter().any(|(made_up, _)| made_up == word);
        let mut words = shown.split_whitespace();
        let new = words.find(|word| is_id(word) && !known(word));
        let expected = self.real(new.map_or(shown, |new| shown.strip_suffix(new).unwrap()));
        let rest = said.lines().find_map(|line| {
            expected
                .split('…')
                .try_fold(line, |rest, piece| Some(rest.split_once(piece)?.1))
        });
        let rest = rest.unwrap_or_else(|| panic!("`{expected}` is not in:\n{said}"));
        if let Some(new) = new {
            let digits = rest.chars().take_while(char::is_ascii_hexdigit);
            let real: String = digits.take(8).collect();
            assert_eq!(real.len(), 8, "{rest}");
            self.0.push((new.to_owned(), real));
        }
    }
}

#[test]
fn the_worked_example_of_the_documentation_goes_as_it_says() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/central-root.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let desk = Desk::ready();
    let (mut made_up, mut said, mut commands) = (MadeUp::default(), String::new(), 0);
    for line in docs.lines().filter_map(|line| line.strip_prefix("    ")) {
        let Some(command) = line.strip_prefix("$ rootkeep ") else {
            made_up.find(line.trim(), &said);
            continue;
        };
        let now = chrono::Utc::now().format("%H:%M").to_string();
        let command = made_up.real(command).replace("14:03", &now);
        let words = words(&command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = desk.ok(&words);
        said = format!("{}{}", run.out, run.err);
        commands += 1;
    }
    assert!(commands > 30, "{commands}");
    desk.ok_as("erin", &["verify"]);
    // What is left: nothing that was recovered.
    let left = desk.ok_as("erin", &["--json", "task", "list"]).json();
    assert!(left["left"][0]["recovered"].is_null(), "{left}");
    assert!(!left["left"][0]["deleted"].is_null(), "{left}");
    let strayed = left["tasks"].as_array().unwrap();
    assert!(
        strayed.iter().all(|task| task["strayed"] == false),
        "{left}"
    );
}

/// As a shell splits it, with words in double quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}

/// A task asked for on the command line, with more flags.
fn asked(desk: &Desk, name: &str, words: &[&str]) -> Run {
    let mut all = vec!["--json", "task", "request"];
    all.extend(words);
    all.extend(["--purpose", "as planned"]);
    desk.run_as(name, &all)
}

#[test]
fn what_somebody_typed_is_one_word_where_it_is_pasted() {
    let desk = Desk::ready();
    let words = [
        MEMBER,
        "change-email",
        "--new-address",
        "a$(id)'`b`@example.com",
        "--second",
        "bob",
    ];
    let id = asked(&desk, "alice", &words).succeeded().json()["id"].clone();
    let id = id.as_str().unwrap();
    let waiting = desk.ok_as("alice", &["--json", "task", "show", id]).json();
    assert_eq!(
        (&waiting["state"], &waiting["commands"]),
        (&"waiting".into(), &serde_json::Value::Null)
    );
    assert_eq!(waiting["waits_for"].as_array().unwrap().len(), 5);
    for name in ["alice", "carol", "dave"] {
        desk.ok_as(name, &["sign", id]);
    }
    let open = desk.ok_as("alice", &["--json", "task", "show", id]).json();
    let start = open["commands"]["first"][1].as_str().unwrap();
    assert!(
        start.ends_with("--primary-email 'a$(id)'\\''`b`@example.com'"),
        "{start}"
    );
    // A shell takes it for what it is.
    let echoed = std::process::Command::new("sh")
        .args(["-c", &start.replacen("aws", "printf '%s\\n'", 1)])
        .output()
        .unwrap();
    let echoed = String::from_utf8(echoed.stdout).unwrap();
    assert!(echoed.ends_with("a$(id)'`b`@example.com\n"), "{echoed}");
}

#[test]
fn a_task_that_is_refused_says_what_to_do() {
    let desk = Desk::ready();
    let refused = |words: &[&str], exit, code| {
        let mut all = vec!["task", "request"];
        all.extend(words);
        all.extend(["--purpose", "x"]);
        desk.refused("alice", &all, exit, code)
    };
    refused(&[MANAGEMENT, "audit-credentials"], 3, "management-account");
    refused(&[MEMBER, "unlock-bucket"], 3, "task-resource");
    refused(
        &[MEMBER, "audit-credentials", "--takes", "901"],
        3,
        "task-seconds",
    );
    refused(
        &[MEMBER, "audit-credentials", "--window", "90m"],
        2,
        "bad-duration",
    );
    refused(
        &[MEMBER, "audit-credentials", "--window", "30h"],
        3,
        "task-window",
    );
    refused(&["1234", "audit-credentials"], 2, "bad-account");
    let email = ["change-email", "--new-address", "a@b.example"];
    let second = refused(&[&[MEMBER][..], &email[..]].concat(), 3, "second-needed");
    assert!(second["hints"][0].as_str().unwrap().contains("--second"));
    desk.refused("alice", &["task", "show", "genesis"], 5, "no-task");
    let id = asked(&desk, "alice", &[MEMBER, "audit-credentials"]).succeeded();
    let id = id.json()["id"].as_str().unwrap().to_owned();
    let close = |more: &[&str], exit, code| {
        let mut all = vec!["task", "close", &id, "--note", "x", "--outcome"];
        all.extend(more);
        desk.refused("alice", &all, exit, code)
    };
    close(&["unused"], 3, "not-signed-off");
    for name in ["alice", "bob", "carol"] {
        desk.ok_as(name, &["sign", &id]);
    }
    let listed = desk.ok_as("bob", &["status"]).out;
    assert!(
        listed.contains("task audit-credentials on 444455556666"),
        "{listed}"
    );
    let now = chrono::Utc::now().format("%H:%M").to_string();
    let unsaid = close(&["done", "--began", &now], 3, "task-credentials");
    let hints = unsaid["hints"].as_array().unwrap();
    assert!(
        hints
            .iter()
            .any(|hint| hint.as_str().unwrap().contains("--credentials"))
    );
    assert_eq!(
        desk.run_as("alice", &["task", "close", &id, "--outcome", "done"])
            .code,
        2
    );
}

#[test]
fn what_is_known_of_an_account_has_its_tasks() {
    let desk = Desk::ready();
    asked(&desk, "alice", &[MEMBER, "audit-credentials"]).succeeded();
    let shown = desk
        .ok_as("bob", &["--json", "account", "show", MEMBER])
        .json();
    assert_eq!(shown["tasks"][0]["task"], "audit-credentials");
    assert_eq!(shown["tasks"][0]["state"], "waiting");
    let text = desk.ok_as("bob", &["account", "show", MEMBER]).out;
    assert!(text.contains("audit-credentials, waiting"), "{text}");
}
