//! Ceremonies: only what governance has agreed to is performed, only those who are there act, and nothing is
//! completed that was not recorded and signed by everyone who took part.

use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::error::Result;
use rootkeep::ledger::Entered;
use rootkeep::state::ceremonies::CeremonyRecord;
use rootkeep::state::drills::ImprovementRecord;
use rootkeep::state::records::list;
use rootkeep::statement::ceremonies::{
    Break, BreakEnd, CeremonyOutcome, Exception, ExceptionPersonal, Finish, Guest, Moved,
    Participant, Performance, Presence, PresencePersonal, Start, StartPersonal, Step, StepPersonal,
    StepWent,
};
use rootkeep::statement::drills::{CloseImprovement, FinishPersonal, Improved, Lesson, Noted};
use rootkeep::statement::people::Role;
use rootkeep::statement::register::Remark;
use rootkeep::statement::runbooks::AddRunbook;
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Time};

use crate::custody::location;
use crate::story::retire;
use crate::world::*;

const SCRIPT: &[u8] = b"open the bag, and close it";
const LATER: &[u8] = b"open the bag, look, and close it";
const THREE: [usize; 3] = [ADA, BEA, CY];

fn publish(world: &World, version: u32, file: &[u8]) {
    let facts = AddRunbook {
        runbook: name("handover"),
        version,
        file: Digest::of(file),
    };
    let claim = Claim::RunbookAdd(facts, Some(Noted { note: None }));
    let entered = world
        .session(ADA)
        .enter(claim, vec![file.to_vec()])
        .unwrap();
    world.sign_all(entered.leaf, &THREE);
}

/// A ledger with the runbook in effect.
fn ready() -> World {
    let world = World::active(5, 3);
    publish(&world, 1, SCRIPT);
    world
}

fn now(world: &World) -> Time {
    after(world, 0)
}

fn after(world: &World, seconds: i64) -> Time {
    Time::from_seconds(world.clock.seconds() + seconds).unwrap()
}

fn ids(world: &World, places: &[usize]) -> Vec<Id> {
    let mut ids: Vec<Id> = places.iter().map(|place| world.id(*place)).collect();
    ids.sort();
    ids
}

fn cast(world: &World, places: &[usize]) -> Vec<Participant> {
    let everyone = ids(world, places).into_iter();
    everyone
        .map(|custodian| Participant {
            custodian,
            roles: vec![name("lead")],
        })
        .collect()
}

/// The start of a ceremony by these people.
fn start(world: &World, places: &[usize]) -> Start {
    Start {
        runbook: name("handover"),
        version: 1,
        file: Digest::of(SCRIPT),
        performance: Performance::Practice,
        at: now(world),
        timezone: "Asia/Tokyo".to_owned(),
        location: None,
        participants: cast(world, places),
        steps: vec![name("open"), name("close")],
        about: Vec::new(),
    }
}

fn begin(world: &World, start: Start) -> Result<Entered> {
    begin_with(world, start, Vec::new())
}

fn begin_with(world: &World, start: Start, guests: Vec<Guest>) -> Result<Entered> {
    let told = StartPersonal {
        place: None,
        guests,
        note: None,
    };
    let claim = Claim::CeremonyStart(start, Some(told));
    world.session(ADA).enter(claim, Vec::new())
}

/// A ceremony of ada, bea and cy.
fn begun(world: &World) -> Digest {
    begin(world, start(world, &THREE)).unwrap().leaf
}

fn record(world: &World, ceremony: Digest) -> CeremonyRecord {
    let session = world.open(ADA).unwrap();
    CeremonyRecord::load(&session.view(), &ceremony)
        .unwrap()
        .unwrap()
}

/// Somebody records at this moment.
struct Scribe<'w> {
    world: &'w World,
    ceremony: Digest,
    by: usize,
    at: Time,
}

fn scribe(world: &World, ceremony: Digest, by: usize) -> Scribe<'_> {
    let at = now(world);
    Scribe {
        world,
        ceremony,
        by,
        at,
    }
}

impl Scribe<'_> {
    fn enter(&self, claim: Claim) -> Result<Entered> {
        self.world.session(self.by).enter(claim, Vec::new())
    }

    fn step_by(&self, step: u32, by: Vec<Id>) -> Result<Entered> {
        let facts = Step {
            ceremony: self.ceremony,
            step,
            went: StepWent::Done,
            at: self.at,
            by,
        };
        let told = StepPersonal {
            values: Vec::new(),
            others: Vec::new(),
            note: None,
        };
        self.enter(Claim::CeremonyStep(facts, Some(told)))
    }

    fn step(&self, step: u32, by: &[usize]) -> Result<Entered> {
        self.step_by(step, ids(self.world, by))
    }

    fn exception_claim(&self, step: Option<u32>, decided_by: Vec<Id>) -> Claim {
        let facts = Exception {
            ceremony: self.ceremony,
            step,
            at: self.at,
            decided_by,
        };
        let told = ExceptionPersonal {
            expected: text("Two sheets"),
            happened: text("One"),
            decided: text("To go on"),
        };
        Claim::CeremonyException(facts, Some(told))
    }

    fn exception(&self, step: Option<u32>, by: &[usize]) -> Result<Entered> {
        self.enter(self.exception_claim(step, ids(self.world, by)))
    }

    fn passed(&self, moved: Moved, who: Vec<Id>, items: &[&str]) -> Result<Entered> {
        let facts = Presence {
            ceremony: self.ceremony,
            moved,
            at: self.at,
            who,
            items: items.iter().map(|word| name(word)).collect(),
        };
        let told = PresencePersonal {
            others: Vec::new(),
            carried: Vec::new(),
            note: None,
        };
        self.enter(Claim::CeremonyPresence(facts, Some(told)))
    }

    fn moves(&self, moved: Moved, who: &[usize]) -> Result<Entered> {
        self.passed(moved, ids(self.world, who), &[])
    }

    fn pause(&self, pause: BreakEnd, stay: Vec<Id>) -> Result<Entered> {
        let facts = Break {
            ceremony: self.ceremony,
            pause,
            at: self.at,
            stay,
        };
        self.enter(Claim::CeremonyBreak(facts, Some(Noted { note: None })))
    }

    fn rest(&self, stay: &[usize]) -> Result<Entered> {
        self.pause(BreakEnd::Began, ids(self.world, stay))
    }

    fn resume(&self) -> Result<Entered> {
        self.pause(BreakEnd::Ended, Vec::new())
    }

    fn finish_claim(&self, outcome: CeremonyOutcome, people: Vec<Id>, owners: &[usize]) -> Claim {
        let lessons = owners.iter().map(|owner| Lesson {
            owner: self.world.id(*owner),
            due: Date::parse("2030-01-31").unwrap(),
        });
        let facts = Finish {
            ceremony: self.ceremony,
            outcome,
            at: self.at,
            people,
            lessons: lessons.collect(),
        };
        let told = FinishPersonal {
            lessons: owners.iter().map(|_| text("A lamp")).collect(),
            surprises: Vec::new(),
            note: None,
        };
        Claim::CeremonyFinish(facts, Some(told))
    }

    fn finish(&self, outcome: CeremonyOutcome, people: &[usize]) -> Result<Entered> {
        self.enter(self.finish_claim(outcome, ids(self.world, people), &[]))
    }

    fn complete(&self, people: &[usize]) -> Result<Entered> {
        self.finish(CeremonyOutcome::Completed, people)
    }

    fn abort(&self, people: &[usize]) -> Result<Entered> {
        self.finish(CeremonyOutcome::Aborted, people)
    }

    /// The same, at another time.
    fn at(&self, seconds: i64) -> Self {
        Self {
            at: after(self.world, seconds),
            ..*self
        }
    }

    /// The same, by somebody else.
    fn by(&self, by: usize) -> Self {
        Self { by, ..*self }
    }
}

#[test]
fn what_is_performed_is_the_version_in_effect() {
    let world = World::active(5, 3);
    let first = || start(&world, &THREE);
    world.refused("no-runbook", || begin(&world, first()));
    publish(&world, 1, SCRIPT);
    for (version, file) in [(2, SCRIPT), (0, SCRIPT), (1, LATER)] {
        world.refused("other-version", || {
            let start = Start {
                version,
                file: Digest::of(file),
                ..first()
            };
            begin(&world, start)
        });
    }
    let running = begun(&world);
    publish(&world, 2, LATER);
    world.refused("other-version", || begin(&world, first()));
    // What has begun is performed as it began.
    scribe(&world, running, BEA).step(1, &[ADA]).unwrap();
    world.assert_good(CY);
}

#[test]
fn a_ceremony_begins_with_a_room_that_can_perform_it() {
    let mut world = ready();
    let gus = world.newcomer("gus");
    world.enrol(gus, &[Role::Reader]);
    let all = || start(&world, &THREE);
    let refused = |code, start: Start| {
        world.refused(code, || begin(&world, start));
    };
    refused("alone", start(&world, &[ADA]));
    refused("not-there", start(&world, &[BEA, CY]));
    refused("not-in-force", start(&world, &[ADA, gus]));
    let malformed = |change: &dyn Fn(&mut Start)| {
        let mut start = all();
        change(&mut start);
        refused("malformed", start);
    };
    malformed(&|start| start.participants.reverse());
    malformed(&|start| start.participants[1].roles.clear());
    malformed(&|start| start.participants[1].roles = vec![name("lead"), name("a")]);
    malformed(&|start| start.participants[1].roles = vec![name("lead"), name("lead")]);
    malformed(&|start| start.steps.clear());
    malformed(&|start| start.steps = vec![name("open"), name("open")]);
    malformed(&|start| start.timezone = "Atlantis".to_owned());
    let ahead = |seconds| Start {
        at: after(&world, seconds),
        ..all()
    };
    refused("dated-ahead", ahead(301));
    begin(&world, ahead(300)).unwrap();
    let guest = |roles: &[&str]| Guest {
        name: text("Jo"),
        affiliation: text("Acme"),
        roles: roles.iter().map(|role| name(role)).collect(),
    };
    world.refused("malformed", || {
        begin_with(&world, all(), vec![guest(&["witness", "lead"])])
    });
    begin_with(&world, all(), vec![guest(&[]), guest(&["lead", "witness"])]).unwrap();
    world.assert_good(CY);
}

#[test]
fn a_ceremony_is_somewhere_and_about_something_that_there_is() {
    let world = World::ready();
    publish(&world, 1, SCRIPT);
    let all = || start(&world, &THREE);
    let about = |about: Vec<Digest>| Start { about, ..all() };
    let request = world.request(&[PASSWORD]).leaf;
    let mut both = vec![request, world.request(&[MFA]).leaf];
    both.sort();
    begin(&world, about(both.clone())).unwrap();
    both.reverse();
    world.refused("malformed", || begin(&world, about(both)));
    world.refused("malformed", || begin(&world, about(vec![request; 2])));
    world.refused("malformed", || begin(&world, about(vec![world.genesis()])));
    world.refused("unknown-subject", || {
        begin(&world, about(vec![Digest([7; 32])]))
    });
    let safe = || Start {
        location: Some(name("london-a")),
        ..all()
    };
    world.refused("unknown-location", || begin(&world, safe()));
    world
        .session(ADA)
        .enter(location(&world, "london-a"), Vec::new())
        .unwrap();
    begin(&world, safe()).unwrap();
    world.assert_good(CY);
}

#[test]
fn only_who_was_named_records_and_only_while_it_goes_on() {
    let world = ready();
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    let stranger = ada.by(DAN);
    world.refused("not-a-participant", || stranger.step(1, &[ADA]));
    world.refused("not-a-participant", || stranger.exception(None, &[ADA]));
    world.refused("not-a-participant", || stranger.moves(Moved::Left, &[ADA]));
    world.refused("not-a-participant", || stranger.rest(&[]));
    let nowhere = scribe(&world, Digest([7; 32]), ADA);
    world.refused("unknown-ceremony", || nowhere.step(1, &[ADA]));
    world.refused("unknown-ceremony", || nowhere.abort(&THREE));
    world.refused("out-of-order", || ada.at(-1).step(1, &[ADA]));
    world.refused("dated-ahead", || ada.at(301).step(1, &[ADA]));
    ada.at(300).step(1, &[ADA]).unwrap();
    ada.moves(Moved::Entered, &[DAN]).unwrap();
    stranger.step(2, &[DAN]).unwrap();
    let end = ada.at(300).abort(&[ADA, BEA, CY, DAN]).unwrap();
    world.refused("ceremony-over", || ada.step(1, &[ADA]));
    world.refused("ceremony-over", || ada.abort(&[ADA, BEA, CY, DAN]));
    world.sign_all(end.leaf, &[BEA, CY, DAN]);
    world.refused("ceremony-over", || ada.exception(None, &[ADA]));
    world.assert_good(CY);
}

#[test]
fn who_acts_is_in_the_room_and_a_custodian_still() {
    let world = ready();
    let ceremony = begun(&world);
    let bea = scribe(&world, ceremony, BEA);
    world.refused("no-such-step", || bea.step(0, &[ADA]));
    world.refused("no-such-step", || bea.step(3, &[ADA]));
    world.refused("malformed", || bea.step(1, &[]));
    let mut backwards = ids(&world, &[ADA, BEA]);
    backwards.reverse();
    world.refused("malformed", || bea.step_by(1, backwards.clone()));
    world.refused("not-there", || bea.step(1, &[DAN]));
    bea.moves(Moved::Left, &[ADA]).unwrap();
    world.refused("not-there", || bea.step(1, &[ADA]));
    bea.moves(Moved::Entered, &[ADA]).unwrap();
    bea.step(1, &[ADA, BEA]).unwrap();
    // Whoever decided need not be in the room, but was named.
    world.refused("not-there", || bea.exception(None, &[DAN]));
    world.refused("malformed", || bea.exception(None, &[]));
    world.refused("malformed", || {
        bea.enter(bea.exception_claim(None, backwards.clone()))
    });
    world.refused("no-such-step", || bea.exception(Some(3), &[ADA]));
    bea.moves(Moved::Left, &[CY]).unwrap();
    bea.exception(Some(2), &[CY]).unwrap();
    bea.moves(Moved::Entered, &[CY, DAN]).unwrap();
    world.decide(ADA, retire(&world, DAN, None), &THREE);
    world.refused("not-in-force", || bea.step(1, &[DAN]));
    world.refused("not-in-force", || bea.exception(None, &[DAN]));
    world.refused("not-in-force", || bea.rest(&[DAN]));
    bea.moves(Moved::Left, &[DAN]).unwrap();
    world.refused("not-in-force", || bea.moves(Moved::Entered, &[DAN]));
    world.assert_good(CY);
}

#[test]
fn nobody_comes_in_twice_or_leaves_without_having_come() {
    let world = ready();
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    world.refused("is-there", || ada.moves(Moved::Entered, &[BEA]));
    world.refused("not-there", || ada.moves(Moved::Left, &[DAN]));
    world.refused("not-there", || ada.moves(Moved::Absent, &[DAN]));
    world.refused("malformed", || {
        let mut both = ids(&world, &[BEA, CY]);
        both.reverse();
        ada.passed(Moved::Left, both, &[])
    });
    let bea = || ids(&world, &[BEA]);
    world.refused("unknown-item", || {
        ada.passed(Moved::Left, bea(), &["sheet-1"])
    });
    world.refused("malformed", || {
        ada.passed(Moved::Left, bea(), &["sheet-2", "sheet-1"])
    });
    world.refused("malformed", || {
        ada.passed(Moved::Absent, bea(), &["sheet-1"])
    });
    ada.moves(Moved::Left, &[BEA]).unwrap();
    world.refused("not-there", || ada.moves(Moved::Left, &[BEA]));
    assert_eq!(record(&world, ceremony).present, ids(&world, &[ADA, CY]));
    world.assert_good(CY);
}

type Act = fn(&Scribe<'_>) -> Result<Entered>;

#[test]
fn who_has_recorded_something_was_not_absent() {
    let world = ready();
    let acts: [Act; 3] = [
        |by| by.step(1, &[BEA]),
        |by| by.exception(None, &[ADA]),
        |by| by.rest(&[]),
    ];
    for act in acts {
        let bea = scribe(&world, begun(&world), BEA);
        world.refused("has-acted", || bea.moves(Moved::Absent, &[ADA]));
        act(&bea.by(CY)).unwrap();
        world.refused("has-acted", || bea.moves(Moved::Absent, &[CY]));
    }
    // Who was absent, and says something after all, has taken part again.
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    ada.moves(Moved::Absent, &[CY]).unwrap();
    assert_eq!(record(&world, ceremony).people, ids(&world, &[ADA, BEA]));
    ada.by(CY).exception(None, &[CY]).unwrap();
    assert_eq!(record(&world, ceremony).people, ids(&world, &THREE));
    world.refused("participant-missing", || ada.complete(&[ADA, BEA]));
    world.assert_good(CY);
}

#[test]
fn nobody_is_made_a_participant_by_what_others_record_of_them() {
    let world = ready();
    let acts: [Act; 3] = [
        |ada| ada.step(1, &[CY]),
        |ada| ada.exception(None, &[CY]),
        |ada| ada.rest(&[CY]),
    ];
    for act in acts {
        let ceremony = begun(&world);
        let ada = scribe(&world, ceremony, ADA);
        act(&ada).unwrap();
        ada.moves(Moved::Absent, &[CY]).unwrap();
        assert_eq!(record(&world, ceremony).people, ids(&world, &[ADA, BEA]));
    }
    // But a step is then to be recorded of whoever did it.
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    ada.step(1, &[CY]).unwrap();
    ada.step(2, &[ADA]).unwrap();
    ada.moves(Moved::Absent, &[CY]).unwrap();
    world.refused("not-completed", || ada.complete(&[ADA, BEA]));
    ada.step(1, &[BEA]).unwrap();
    let done = ada.complete(&[ADA, BEA]).unwrap();
    world.sign_all(done.leaf, &[BEA]);
    world.assert_good(CY);
}

#[test]
fn a_keeper_and_somebody_else_abort_what_others_would_keep_open() {
    let mut world = ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Operator]);
    world.session(fay).accept().unwrap();
    let ceremony = begin(&world, start(&world, &[ADA, BEA, fay])).unwrap().leaf;
    let ada = scribe(&world, ceremony, ADA);
    world.refused("participant-missing", || ada.abort(&[ADA]));
    world.refused("participant-missing", || ada.complete(&[ADA, fay]));
    world.refused("no-role", || ada.by(fay).abort(&[ADA, fay]));
    let done = ada.abort(&[ADA, CY]).unwrap();
    assert_eq!(done.needs, 1);
    world.sign_all(done.leaf, &[CY]);
    assert!(record(&world, ceremony).finished.is_some());
    world.assert_good(CY);
}

#[test]
fn nobody_works_in_a_break() {
    let world = ready();
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    world.refused("not-on-break", || ada.resume());
    world.refused("not-there", || ada.rest(&[DAN]));
    ada.at(9).rest(&[ADA, BEA]).unwrap();
    world.refused("on-break", || ada.rest(&[]));
    world.refused("on-break", || ada.step(1, &[ADA]));
    world.refused("malformed", || {
        ada.at(9).pause(BreakEnd::Ended, ids(&world, &[ADA]))
    });
    world.refused("out-of-order", || ada.at(8).resume());
    ada.at(9).resume().unwrap();
    ada.step(1, &[ADA]).unwrap();
    world.assert_good(CY);
}

#[test]
fn it_is_noted_when_one_person_is_left_with_what_lies_open() {
    let world = ready();
    let ceremony = begin(&world, start(&world, &[ADA, BEA, CY, EVE]))
        .unwrap()
        .leaf;
    let ada = scribe(&world, ceremony, ADA);
    let noted = |entered: Entered| record(&world, ceremony).alone.contains(&entered.seq);
    assert!(!noted(ada.moves(Moved::Left, &[BEA]).unwrap()));
    assert!(!noted(ada.rest(&[ADA, CY]).unwrap()));
    // In a break those count who stay.
    assert!(noted(ada.moves(Moved::Left, &[CY]).unwrap()));
    assert!(!noted(ada.moves(Moved::Entered, &[BEA]).unwrap()));
    assert!(!noted(ada.resume().unwrap()));
    assert!(!noted(ada.step(1, &[ADA]).unwrap()));
    assert!(noted(ada.rest(&[EVE]).unwrap()));
    ada.resume().unwrap();
    ada.moves(Moved::Left, &[BEA]).unwrap();
    // Who was retired is no custodian, wherever they are.
    world.decide(ADA, retire(&world, EVE, None), &THREE);
    assert!(noted(ada.step(2, &[ADA]).unwrap()));
    world.assert_good(CY);
}

/// A ceremony of ada, bea and cy with both steps recorded.
fn performed(world: &World) -> Digest {
    let ceremony = begun(world);
    for step in [1, 2] {
        scribe(world, ceremony, BEA).step(step, &[ADA]).unwrap();
    }
    ceremony
}

#[test]
fn a_ceremony_is_over_once_everyone_who_took_part_has_signed() {
    let world = ready();
    let ceremony = performed(&world);
    let ada = scribe(&world, ceremony, ADA);
    ada.moves(Moved::Entered, &[EVE]).unwrap();
    world.refused("participant-missing", || ada.complete(&THREE));
    let done = ada.complete(&[ADA, BEA, CY, EVE]).unwrap();
    assert_eq!((done.effective, done.needs), (false, 3));
    world.refused("not-a-participant", || {
        world.session(ADA).sign_off(done.leaf)
    });
    world.refused("not-a-participant", || {
        world.session(DAN).sign_off(done.leaf)
    });
    world.refused("not-a-participant", || {
        world.session(DAN).reject(done.leaf, text("No"))
    });
    for place in [BEA, CY] {
        assert!(!world.session(place).sign_off(done.leaf).unwrap().effective);
    }
    world.refused("already-decided", || world.session(BEA).sign_off(done.leaf));
    assert_eq!(record(&world, ceremony).finished, None);
    assert!(world.session(EVE).sign_off(done.leaf).unwrap().effective);
    let ended = record(&world, ceremony).finished.unwrap();
    assert_eq!(
        (ended.finish, ended.outcome),
        (done.leaf, CeremonyOutcome::Completed)
    );
    world.refused("already-effective", || {
        world.session(EVE).sign_off(done.leaf)
    });
    world.assert_good(CY);
}

#[test]
fn one_no_lets_a_ceremony_go_on_and_so_does_its_withdrawal() {
    let world = ready();
    let ceremony = performed(&world);
    let ada = scribe(&world, ceremony, ADA);
    let first = ada.complete(&THREE).unwrap();
    world.session(BEA).sign_off(first.leaf).unwrap();
    world
        .session(CY)
        .reject(first.leaf, text("The bag is open"))
        .unwrap();
    world.refused("rejected", || world.session(CY).sign_off(first.leaf));
    ada.step(2, &[CY]).unwrap();
    let second = ada.complete(&THREE).unwrap();
    world.refused("not-author", || world.session(BEA).withdraw(second.leaf));
    world.session(ADA).withdraw(second.leaf).unwrap();
    ada.step(2, &[BEA]).unwrap();
    let third = ada.complete(&THREE).unwrap();
    world.sign_all(third.leaf, &[BEA, CY]);
    world.assert_good(CY);
}

#[test]
fn who_was_retired_is_waited_for_no_more() {
    let world = ready();
    // Before the end is written, and after.
    let before = begin(&world, start(&world, &[ADA, BEA, EVE])).unwrap().leaf;
    let since = begin(&world, start(&world, &[ADA, BEA, EVE])).unwrap().leaf;
    let waiting = scribe(&world, since, ADA)
        .abort(&[ADA, BEA, EVE])
        .unwrap()
        .leaf;
    let theirs = performed(&world);
    let ada = scribe(&world, theirs, ADA);
    ada.moves(Moved::Entered, &[EVE]).unwrap();
    let left = ada.by(EVE).abort(&[ADA, BEA, CY, EVE]).unwrap().leaf;
    world.refused("not-author", || world.session(BEA).withdraw(left));
    world.decide(ADA, retire(&world, EVE, None), &THREE);
    let ada = scribe(&world, before, ADA);
    world.refused("not-in-force", || ada.abort(&[ADA, BEA, EVE]));
    let done = ada.abort(&[ADA, BEA]).unwrap();
    world.sign_all(done.leaf, &[BEA]);
    assert!(world.session(BEA).sign_off(waiting).unwrap().effective);
    // What she has ended, a keeper takes back.
    world.session(BEA).withdraw(left).unwrap();
    let done = scribe(&world, theirs, BEA).complete(&THREE).unwrap();
    world.sign_all(done.leaf, &[ADA, CY]);
    world.assert_good(CY);
}

#[test]
fn nothing_is_completed_that_is_not_recorded() {
    let world = ready();
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    ada.step(2, &[ADA]).unwrap();
    ada.step(2, &[ADA]).unwrap();
    let error = world.refused("not-completed", || ada.complete(&THREE));
    assert!(error.to_string().contains("step 1"), "{error}");
    ada.at(9).step(1, &[ADA]).unwrap();
    // An end has its time too, whichever was recorded last.
    ada.at(5).step(1, &[ADA]).unwrap();
    world.refused("out-of-order", || ada.at(8).complete(&THREE));
    world.refused("dated-ahead", || ada.at(301).complete(&THREE));
    world.refused("malformed", || {
        let mut people = ids(&world, &THREE);
        people.reverse();
        ada.enter(
            ada.at(9)
                .finish_claim(CeremonyOutcome::Aborted, people, &[]),
        )
    });
    ada.rest(&[]).unwrap();
    world.refused("on-break", || ada.at(9).complete(&THREE));
    ada.resume().unwrap();
    ada.at(9).complete(&THREE).unwrap();
    world.assert_good(CY);
}

#[test]
fn what_one_person_does_alone_is_not_completed() {
    let world = ready();
    let ceremony = begin(&world, start(&world, &[ADA, EVE])).unwrap().leaf;
    let ada = scribe(&world, ceremony, ADA);
    for step in [1, 2] {
        ada.step(step, &[ADA]).unwrap();
    }
    ada.moves(Moved::Absent, &[EVE]).unwrap();
    world.refused("alone", || ada.complete(&[ADA]));
    assert!(ada.abort(&[ADA]).unwrap().effective);
    // Who was retired counts by what they have recorded themselves, and by nothing else.
    let begin_again = || begin(&world, start(&world, &[ADA, EVE])).unwrap().leaf;
    let [named, waiting, acted, signed] = std::array::from_fn(|_| {
        let ada = scribe(&world, begin_again(), ADA);
        for step in [1, 2] {
            ada.step(step, &[ADA, EVE]).unwrap();
        }
        ada
    });
    acted.by(EVE).exception(None, &[ADA]).unwrap();
    let ended = signed.complete(&[ADA, DAN, EVE]).unwrap();
    world.session(EVE).sign_off(ended.leaf).unwrap();
    waiting.complete(&[ADA, EVE]).unwrap();
    world.decide(ADA, retire(&world, EVE, None), &THREE);
    world.refused("alone", || named.complete(&[ADA]));
    assert!(named.abort(&[ADA]).unwrap().effective);
    assert!(acted.complete(&[ADA]).unwrap().effective);
    assert!(world.session(DAN).sign_off(ended.leaf).unwrap().effective);
    // What waited for her is as good as rejected: ada alone completes nothing.
    world.refused("alone", || waiting.complete(&[ADA]));
    assert!(waiting.abort(&[ADA]).unwrap().effective);
    world.assert_good(CY);
}

#[test]
fn who_was_not_named_ends_it_as_a_keeper_only() {
    let mut world = ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Operator]);
    world.session(fay).accept().unwrap();
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    world.refused("no-role", || ada.by(fay).abort(&THREE));
    let done = ada.by(DAN).abort(&THREE).unwrap();
    assert_eq!(done.needs, 3);
    world.sign_all(done.leaf, &THREE);
    world.assert_good(CY);
}

#[test]
fn whoever_ends_it_has_seen_all_of_it() {
    let world = ready();
    let ceremony = performed(&world);
    let ada = scribe(&world, ceremony, ADA);
    let mut away = world.remote(BEA, &world.slip(ADA, BEA, None));
    ada.exception(None, &[CY]).unwrap();
    let claim = ada.finish_claim(CeremonyOutcome::Completed, ids(&world, &THREE), &[]);
    let answer = away.make(claim, Vec::new()).unwrap();
    let imported = world.brought(ADA, &[answer.file]);
    assert_eq!(crate::slips::refusal(&imported, 0), "subject-not-seen");
    world.assert_good(CY);
}

#[test]
fn lessons_of_a_ceremony_are_followed_until_somebody_closes_them() {
    let world = ready();
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    let end = |owners: &[usize]| {
        let people = ids(&world, &THREE);
        ada.enter(ada.finish_claim(CeremonyOutcome::Aborted, people, owners))
    };
    world.refused("malformed", || end(&[CY; 65]));
    let done = end(&[CY, DAN]).unwrap();
    let close = |place, number| {
        let facts = CloseImprovement {
            subject: done.leaf,
            number,
            outcome: Improved::Done,
        };
        let claim = Claim::ImprovementClose(
            facts,
            Some(Remark {
                note: text("Bought"),
            }),
        );
        world.session(place).enter(claim, Vec::new())
    };
    world.refused("unknown-improvement", || close(CY, 1));
    world.sign_all(done.leaf, &[BEA, CY]);
    close(CY, 1).unwrap();
    world.refused("closed", || close(CY, 1));
    world.refused("unknown-improvement", || close(CY, 3));
    let view = world.open(ADA).unwrap();
    let all = list::<ImprovementRecord>(&view.view(), "").unwrap();
    let open: Vec<bool> = all.iter().map(|(_, one)| one.closed.is_none()).collect();
    assert_eq!(open, [false, true]);
    assert_eq!(record(&world, ceremony).finished.unwrap().lessons, 2);
    world.assert_good(CY);
}

#[test]
fn a_ceremony_of_1024_entries_can_still_be_ended() {
    let world = ready();
    let ceremony = begun(&world);
    let ada = scribe(&world, ceremony, ADA);
    let mut session = world.session(ADA);
    for _ in 1..1_024 {
        let claim = ada.exception_claim(None, ids(&world, &[ADA]));
        session.enter(claim, Vec::new()).unwrap();
    }
    drop(session);
    assert_eq!(record(&world, ceremony).events.len(), 1_024);
    world.refused("too-many", || ada.exception(None, &[ADA]));
    let first = ada.abort(&THREE).unwrap();
    world
        .session(BEA)
        .reject(first.leaf, text("Not yet"))
        .unwrap();
    world.refused("too-many", || ada.step(1, &[ADA]));
    let last = ada.abort(&THREE).unwrap();
    world.sign_all(last.leaf, &[BEA, CY]);
}

#[test]
fn an_entry_by_a_clock_set_forward_does_not_keep_a_ceremony_from_being_aborted() {
    let world = ready();
    let ceremony = begun(&world);
    let now = world.clock.seconds();
    world.clock.forward(10 * 365 * 86_400);
    scribe(&world, ceremony, BEA).step(1, &[BEA]).unwrap();
    world.clock.set(now);
    let ada = scribe(&world, ceremony, ADA);
    world.refused("out-of-order", || ada.complete(&THREE));
    let done = ada.abort(&THREE).unwrap();
    world.sign_all(done.leaf, &[BEA, CY]);
    world.assert_good(CY);
}

#[test]
fn a_ceremony_begun_by_a_clock_set_forward_can_be_aborted() {
    let world = ready();
    let now = world.clock.seconds();
    world.clock.forward(10 * 365 * 86_400);
    let ceremony = begun(&world);
    world.clock.set(now);
    let done = scribe(&world, ceremony, BEA).abort(&THREE).unwrap();
    world.sign_all(done.leaf, &[ADA, CY]);
    world.assert_good(CY);
}

#[test]
fn an_end_by_a_clock_set_forward_can_be_rejected() {
    let world = ready();
    let ceremony = begun(&world);
    let now = world.clock.seconds();
    world.clock.forward(10 * 365 * 86_400);
    let end = scribe(&world, ceremony, CY).abort(&THREE).unwrap();
    world.clock.set(now);
    world
        .session(BEA)
        .reject(end.leaf, text("That day is not yet"))
        .unwrap();
    scribe(&world, ceremony, ADA).step(1, &[ADA]).unwrap();
    world.assert_good(CY);
}

#[test]
fn who_signs_is_told_where_the_steps_are_not_those_of_the_script() {
    let world = ready();
    let script = include_bytes!("../interop/handover.toml");
    publish(&world, 2, script);
    let told = |steps: &[&str]| {
        let begun = Start {
            version: 2,
            file: Digest::of(script),
            steps: steps.iter().map(|step| name(step)).collect(),
            ..start(&world, &THREE)
        };
        let ceremony = begin(&world, begun).unwrap().leaf;
        let claim = scribe(&world, ceremony, ADA).finish_claim(
            CeremonyOutcome::Aborted,
            ids(&world, &THREE),
            &[],
        );
        let session = world.session(BEA);
        let mut lines = Vec::new();
        let people = session.people().unwrap();
        rootkeep::present::ceremonies::details(&session, &claim, &people, &mut lines).unwrap();
        lines.join("\n")
    };
    let same = told(&["open", "count", "close"]);
    assert!(!same.contains('!'), "{same}");
    for other in [&["open", "close"][..], &["count", "open", "close"], &["x"]] {
        let other = told(other);
        assert!(
            other.contains("! these are NOT the steps of handover version 2"),
            "{other}"
        );
    }
}
