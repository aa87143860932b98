//! Drills: what they ask for is fixed when they start, only who has the share can answer, an answer is good
//! for nothing else, and nothing is passed that was not shown and signed.

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::Result;
use rootkeep::insight::drills::{Occasion, occasions};
use rootkeep::insight::possession::{Drills, Looked};
use rootkeep::ledger::{DrillRequest, Entered};
use rootkeep::state::drills::{DrillRecord, ImprovementRecord};
use rootkeep::state::records::list;
use rootkeep::statement::drills::{
    Answer, BadShare, CloseImprovement, DrillKind, DrillOutcome, Every, Fault, Finish,
    FinishPersonal, Found, Improved, Lesson, Plan, Record, RecordPersonal, Scope, Start, Target,
};
use rootkeep::statement::register::Remark;
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Time};

use crate::story::retire;
use crate::world::*;

const DAY: i64 = 86_400;

fn start(world: &World, place: usize, drill: DrillKind, scope: Scope) -> Result<Entered> {
    world.session(place).start_drill(DrillRequest {
        drill,
        scope,
        plan: None,
        sample: None,
        people: Vec::new(),
        note: None,
    })
}

fn possession(world: &World) -> Digest {
    start(world, ADA, DrillKind::Possession, Scope::All)
        .unwrap()
        .leaf
}

fn answer(world: &World, place: usize, drill: Digest) -> Result<(Entered, Vec<BadShare>)> {
    world
        .session(place)
        .answer_drill(drill, None, &mut |_, _| ())
}

fn record(world: &World, drill: &Digest) -> DrillRecord {
    let session = world.open(ADA).unwrap();
    DrillRecord::load(&session.view(), drill).unwrap().unwrap()
}

fn finish_claim(world: &World, drill: Digest, outcome: DrillOutcome, people: &[usize]) -> Claim {
    let mut people: Vec<_> = people.iter().map(|place| world.id(*place)).collect();
    people.sort();
    Claim::DrillFinish(
        Finish {
            drill,
            outcome,
            people,
            lessons: Vec::new(),
        },
        Some(FinishPersonal {
            lessons: Vec::new(),
            surprises: Vec::new(),
            note: None,
        }),
    )
}

fn finish(
    world: &World,
    drill: Digest,
    outcome: DrillOutcome,
    people: &[usize],
) -> Result<Entered> {
    let claim = finish_claim(world, drill, outcome, people);
    world.session(ADA).enter(claim, Vec::new())
}

fn plan_claim(word: &str, drill: DrillKind, every: Every, from: &str, zone: &str) -> Claim {
    Claim::DrillPlan(Plan {
        plan: name(word),
        drill,
        every,
        scope: Scope::All,
        from: Date::parse(from).unwrap(),
        timezone: zone.to_owned(),
        ended: false,
    })
}

fn plan(world: &World, claim: Claim) {
    world.session(ADA).enter(claim, Vec::new()).unwrap();
}

/// Everything that was drilled or is asked for at a moment, in short.
fn listed(world: &World, at: &str) -> Vec<String> {
    let session = world.open(ADA).unwrap();
    let all = occasions(&session.view(), Time::parse(at).unwrap()).unwrap();
    let line = |one: &Occasion| {
        let due = one.due.map_or_else(String::new, |due| due.to_string());
        let late = if one.late { " late" } else { "" };
        format!("{due} {}{late}", one.standing.as_str())
    };
    all.iter().map(line).collect()
}

const ALL: [usize; 5] = [ADA, BEA, CY, DAN, EVE];

/// A drill that all five answer, finished by ada and signed by all.
fn passed(world: &World, plan: Option<(&str, &str)>) -> Digest {
    let drill = world
        .session(ADA)
        .start_drill(DrillRequest {
            drill: DrillKind::Possession,
            scope: Scope::All,
            plan: plan.map(|(plan, due)| (name(plan), Date::parse(due).unwrap())),
            sample: None,
            people: Vec::new(),
            note: None,
        })
        .unwrap()
        .leaf;
    for place in ALL {
        assert_eq!(answer(world, place, drill).unwrap().1, Vec::new());
    }
    let finish = finish(world, drill, DrillOutcome::Passed, &ALL).unwrap();
    assert_eq!((finish.effective, finish.needs), (false, 4));
    world.sign_all(finish.leaf, &[BEA, CY, DAN, EVE]);
    drill
}

#[test]
fn a_drill_shows_that_a_quorum_is_alive_without_rebuilding_anything() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let alive = |world: &World| {
        let session = world.open(CY).unwrap();
        let view = session.view();
        let drills = Drills::load(&view).unwrap();
        let looked = Looked::at(&view, &drills, &secret, 1).unwrap().unwrap();
        looked.is_alive(&view, session.now().unwrap()).unwrap()
    };
    let drill = possession(&world);
    // Governance, the password and the MFA seed; ada holds shares of the first two.
    assert_eq!(record(&world, &drill).secrets, 3);
    let (entered, bad) = answer(&world, ADA, drill).unwrap();
    assert!(entered.effective && bad.is_empty());
    assert_eq!(record(&world, &drill).answers[0].proven, 2);
    assert!(!alive(&world), "one of two that are needed");
    answer(&world, BEA, drill).unwrap();
    assert!(alive(&world));
    assert_eq!(
        world.epoch(CY, &secret, 1).proven,
        [world.id(ADA), world.id(BEA)]
    );
    let real = world.clock.seconds();
    world.clock.forward(191 * DAY);
    assert!(!alive(&world), "stale");
    // A proof by a clock set forward is none of today, and is stale one day too.
    world.clock.forward(10 * 365 * DAY);
    for place in [ADA, BEA] {
        answer(&world, place, drill).unwrap();
    }
    assert!(alive(&world));
    world.clock.set(real);
    assert!(!alive(&world), "dated ahead");
    world.assert_good(CY);
}

#[test]
fn a_drill_is_passed_once_everyone_who_took_part_has_signed() {
    let world = World::ready();
    let drill = possession(&world);
    for place in [ADA, BEA, CY, DAN] {
        answer(&world, place, drill).unwrap();
    }
    world.refused("not-passed", || {
        finish(&world, drill, DrillOutcome::Passed, &[ADA, BEA, CY, DAN])
    });
    answer(&world, EVE, drill).unwrap();
    world.refused("participant-missing", || {
        finish(&world, drill, DrillOutcome::Passed, &[ADA, BEA, CY, DAN])
    });
    let done = finish(&world, drill, DrillOutcome::Passed, &ALL).unwrap();
    world.refused("drill-over", || answer(&world, EVE, drill));
    world.refused("not-a-participant", || {
        world.session(ADA).sign_off(done.leaf)
    });
    for place in [BEA, CY, DAN] {
        assert!(!world.session(place).sign_off(done.leaf).unwrap().effective);
    }
    world.refused("already-decided", || world.session(BEA).sign_off(done.leaf));
    assert_eq!(record(&world, &drill).finished, None);
    assert!(world.session(EVE).sign_off(done.leaf).unwrap().effective);
    assert!(record(&world, &drill).finished.is_some());
    world.refused("drill-over", || answer(&world, EVE, drill));
    world.refused("already-effective", || {
        world.session(EVE).sign_off(done.leaf)
    });
    world.assert_good(CY);
}

#[test]
fn one_no_lets_a_drill_go_on_and_so_does_its_withdrawal() {
    let world = World::ready();
    let drill = possession(&world);
    answer(&world, BEA, drill).unwrap();
    let first = finish(&world, drill, DrillOutcome::Failed, &[ADA, BEA]).unwrap();
    world
        .session(BEA)
        .reject(first.leaf, text("It went on"))
        .unwrap();
    answer(&world, CY, drill).unwrap();
    let second = finish(&world, drill, DrillOutcome::Failed, &[ADA, BEA, CY]).unwrap();
    world.refused("not-author", || world.session(BEA).withdraw(second.leaf));
    world.session(ADA).withdraw(second.leaf).unwrap();
    answer(&world, DAN, drill).unwrap();
    world.assert_good(CY);
}

#[test]
fn who_was_retired_is_not_waited_for() {
    let world = World::ready();
    let drill = possession(&world);
    for place in ALL {
        answer(&world, place, drill).unwrap();
    }
    world.decide(ADA, retire(&world, CY, None), &[ADA, BEA, CY]);
    world.refused("not-in-force", || {
        finish(&world, drill, DrillOutcome::Passed, &ALL)
    });
    let left = [ADA, BEA, DAN, EVE];
    let done = finish(&world, drill, DrillOutcome::Passed, &left).unwrap();
    assert_eq!(done.needs, 3);
    world.sign_all(done.leaf, &[BEA, DAN, EVE]);
}

/// An answer of cy's to `drill`, with proofs for `about` of the shares of one secret.
fn crafted(world: &World, drill: Digest, about: Digest) -> Answer {
    let mut proofs = Vec::new();
    let governance = rootkeep::policy::GOVERNANCE_SECRET;
    for (context, _, share) in world.shares_of(CY, &world.secret(PASSWORD), 1) {
        proofs.push(prove(&share, &context, &world.id(CY), &about));
    }
    Answer {
        drill,
        sample: None,
        proofs,
        // Not what this is about: cy says nothing good of the governance share.
        bad: vec![BadShare {
            secret: governance,
            epoch: 1,
            group: 0,
            member: 2,
            why: Fault::WrongIdentity,
        }],
    }
}

#[test]
fn an_answer_is_good_for_nothing_else() {
    let world = World::ready();
    world
        .seal(
            ADA,
            PASSWORD,
            Some("engineers"),
            b"the next one, for epoch 2",
        )
        .unwrap();
    let engineers = Scope::Quorum({
        let session = world.open(ADA).unwrap();
        session.find_quorum("engineers").unwrap().0
    });
    let (one, other) = (possession(&world), possession(&world));
    let say = |answer: Answer| {
        world
            .session(CY)
            .enter(Claim::DrillProve(answer), Vec::new())
    };
    // Made for another drill.
    let mut replayed = crafted(&world, one, other);
    let later = |world: &World, about| {
        let (context, _, share) = &world.shares_of(CY, &world.secret(PASSWORD), 2)[0];
        prove(share, context, &world.id(CY), &about)
    };
    replayed.proofs.push(later(&world, one));
    world.refused("bad-proof", || say(replayed));
    // Of another epoch, of another secret, of another share.
    let whole = || {
        let mut answer = crafted(&world, one, one);
        answer.proofs.push(later(&world, one));
        answer
    };
    let mut swapped = whole();
    let first = swapped.proofs[0].proof.clone();
    swapped.proofs[0].proof = swapped.proofs[1].proof.clone();
    swapped.proofs[1].proof = first;
    world.refused("bad-proof", || say(swapped));
    let mut of_mfa = whole();
    of_mfa.proofs[0].secret = world.secret(MFA);
    of_mfa
        .proofs
        .sort_by_key(|one| (one.secret, one.epoch, one.group, one.member));
    world.refused("not-all-shares", || say(of_mfa));
    let mut of_another = whole();
    of_another.proofs[0].member = 1;
    world.refused("not-all-shares", || say(of_another));
    // By somebody else: the proof says in whose name it is.
    let mut of_bea = whole();
    let (context, _, share) = &world.shares_of(CY, &world.secret(PASSWORD), 1)[0];
    of_bea.proofs[0] = prove(share, context, &world.id(BEA), &one);
    world.refused("bad-proof", || say(of_bea));
    // Some left out.
    let mut part = whole();
    part.proofs.pop();
    world.refused("not-all-shares", || say(part));
    // Dan holds no share of the engineers' secrets.
    let theirs = start(&world, ADA, DrillKind::Possession, engineers).unwrap();
    world.refused("not-in-quorum", || answer(&world, DAN, theirs.leaf));
    // Whole, it is taken; and what it has is no sign-off.
    say(whole()).unwrap();
    world.assert_good(ADA);
}

#[test]
fn a_proof_for_another_ledger_is_none() {
    let (world, other) = (World::ready(), World::ready());
    // The same people, secrets and shares, under another ledger's id.
    let drill = possession(&world);
    let answer = crafted(&world, drill, drill);
    let mut foreign = answer;
    let (mut context, _, share) = other
        .shares_of(CY, &other.secret(PASSWORD), 1)
        .pop()
        .unwrap();
    context.ledger = Digest::of(b"another ledger");
    foreign.proofs = vec![prove(&share, &context, &world.id(CY), &drill)];
    world.refused("bad-proof", || {
        world
            .session(CY)
            .enter(Claim::DrillProve(foreign), Vec::new())
    });
}

#[test]
fn who_has_not_the_share_can_not_answer() {
    let world = World::ready();
    let drill = possession(&world);
    let mut forged = crafted(&world, drill, drill);
    // dan knows everything that is public, and has a share of his own.
    let (mut context, _, share) = world.shares_of(DAN, &world.secret(MFA), 1).pop().unwrap();
    context.secret = world.secret(PASSWORD);
    context.member = 2;
    forged.proofs = vec![prove(&share, &context, &world.id(CY), &drill)];
    world.refused("bad-proof", || {
        world
            .session(CY)
            .enter(Claim::DrillProve(forged), Vec::new())
    });
}

#[test]
fn one_bad_share_stops_no_other_and_is_named() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let epoch = world.epoch(CY, &secret, 1);
    let blob = epoch
        .shares
        .iter()
        .find(|share| share.holder == world.id(CY))
        .unwrap()
        .blob;
    let drill = possession(&world);
    let copies: Vec<World> = (0..2).map(|_| world.copy()).collect();
    copies[0]
        .raw(ADA)
        .execute("DELETE FROM blob WHERE digest = ?1", [blob.as_bytes()])
        .unwrap();
    copies[1]
        .raw(ADA)
        .execute(
            "UPDATE blob SET bytes = x'00' WHERE digest = ?1",
            [blob.as_bytes()],
        )
        .unwrap();
    for (world, why) in copies.iter().zip([Fault::BlobMissing, Fault::ShareSwapped]) {
        let (entered, bad) = answer(world, CY, drill).unwrap();
        assert!(entered.effective);
        assert_eq!(bad.len(), 1);
        assert_eq!((bad[0].secret, bad[0].why), (secret, why));
        let record = record(world, &drill);
        assert_eq!(record.answers[0].proven, 1, "the governance share");
        assert!(!record.is_proven_by(&world.id(CY)));
    }
}

fn sampled(world: &World, size: u32) -> Digest {
    let request = DrillRequest {
        drill: DrillKind::Possession,
        scope: Scope::All,
        plan: None,
        sample: Some(size),
        people: Vec::new(),
        note: None,
    };
    world.session(ADA).start_drill(request).unwrap().leaf
}

fn answer_so_many(
    world: &World,
    place: usize,
    drill: Digest,
    size: Option<u32>,
) -> Result<Entered> {
    let answered = world
        .session(place)
        .answer_drill(drill, size, &mut |_, _| ())?;
    Ok(answered.0)
}

#[test]
fn a_sample_is_what_the_drill_picks() {
    let world = World::ready();
    let drill = sampled(&world, 1);
    let mut session = world.session(CY);
    assert_eq!(session.asked_of_me(&drill, None).unwrap(), 2);
    assert_eq!(session.asked_of_me(&drill, Some(1)).unwrap(), 1);
    answer_so_many(&world, CY, drill, Some(1)).unwrap();
    let answered = record(&world, &drill);
    let sampled = answered.answers[0].sampled.clone().unwrap();
    assert_eq!((answered.answers[0].proven, sampled.len()), (1, 1));
    assert!(answered.is_proven_by(&world.id(CY)));
    // The other one, which was not picked.
    let mut all = crafted(&world, drill, drill);
    let picked_password = sampled[0].secret == world.secret(PASSWORD);
    if picked_password {
        all.proofs.clear();
    } else {
        all.bad.clear();
    }
    all.sample = Some(1);
    world.refused("not-all-shares", || {
        world.session(CY).enter(Claim::DrillProve(all), Vec::new())
    });
    world.assert_good(ADA);
}

#[test]
fn how_many_shares_are_enough_is_fixed_by_the_start_and_not_by_who_answers() {
    let world = World::ready();
    let whole = possession(&world);
    world.refused("sample-too-small", || {
        answer_so_many(&world, CY, whole, Some(1))
    });
    // Not even where it is all that they have: who passes it would not see that it was a sample.
    world.refused("sample-too-small", || {
        answer_so_many(&world, CY, whole, Some(9))
    });
    let of_two = sampled(&world, 2);
    world.refused("sample-too-small", || {
        answer_so_many(&world, CY, of_two, Some(1))
    });
    for more in [Some(2), Some(9), None] {
        answer_so_many(&world, CY, of_two, more).unwrap();
    }
    assert_eq!(record(&world, &of_two).sample, Some(2));
    // Of other drills there is none.
    let start_of = |drill, sample| {
        let request = DrillRequest {
            drill,
            scope: Scope::All,
            plan: None,
            sample,
            people: Vec::new(),
            note: None,
        };
        world.session(ADA).start_drill(request)
    };
    world.refused("malformed", || start_of(DrillKind::LedgerRestore, Some(1)));
    world.refused("malformed", || start_of(DrillKind::Possession, Some(0)));
    world.assert_good(ADA);
}

#[test]
fn the_newest_word_on_a_share_counts() {
    let world = World::ready();
    let drill = sampled(&world, 1);
    let proven = || record(&world, &drill).is_proven_by(&world.id(CY));
    answer_so_many(&world, CY, drill, None).unwrap();
    assert!(proven());
    // A good answer of before does not outweigh a bad one.
    let mut bad = crafted(&world, drill, drill);
    let say = |answer: Answer| {
        world
            .session(CY)
            .enter(Claim::DrillProve(answer), Vec::new())
    };
    say(bad.clone()).unwrap();
    assert!(!proven());
    // Nor does a sample that leaves the bad share out.
    let governance = rootkeep::policy::GOVERNANCE_SECRET;
    answer_so_many(&world, CY, drill, Some(1)).unwrap();
    let last = record(&world, &drill).answers.pop().unwrap();
    let picked_it = last.sampled.unwrap()[0].secret == governance;
    assert_eq!(proven(), picked_it);
    say(bad.clone()).unwrap();
    answer_so_many(&world, CY, drill, None).unwrap();
    assert!(proven());
    bad.drill = drill;
    say(bad).unwrap();
    world.refused("not-passed", || {
        finish(&world, drill, DrillOutcome::Passed, &[ADA, CY])
    });
    world.assert_good(ADA);
}

fn step_claim(world: &World, drill: Digest) -> Claim {
    let step = rootkeep::statement::drills::Step {
        drill,
        step: 1,
        went: rootkeep::statement::drills::StepDone::Done,
        at: Time::from_seconds(world.clock.seconds()).unwrap(),
    };
    let told = rootkeep::statement::drills::Noted { note: None };
    Claim::DrillStep(step, Some(told))
}

/// A step of a drill, by somebody.
fn step(world: &World, place: usize, drill: Digest) -> Result<Entered> {
    let claim = step_claim(world, drill);
    world.session(place).enter(claim, Vec::new())
}

fn restored(world: &World, place: usize, drill: Digest) -> Result<Entered> {
    let (size, root) = world.session(place).head()?;
    let claim = Claim::DrillRecord(
        Record {
            drill,
            at: Time::from_seconds(world.clock.seconds()).unwrap(),
            found: Found::Restore {
                file: Digest::of(b"a backup"),
                at: Some(rootkeep::statement::Seen { size, root }),
            },
        },
        Some(RecordPersonal {
            who: None,
            note: None,
        }),
    );
    world.session(place).enter(claim, Vec::new())
}

#[test]
fn nothing_of_a_drill_happened_before_it_began() {
    let world = World::ready();
    let drill = start(&world, ADA, DrillKind::LedgerRestore, Scope::All)
        .unwrap()
        .leaf;
    let began = record(&world, &drill).made_at.seconds();
    for (at, good) in [(began - 301, false), (began - 300, true)] {
        let dated = Time::from_seconds(at).unwrap();
        let (size, root) = world.session(ADA).head().unwrap();
        let found = Claim::DrillRecord(
            Record {
                drill,
                at: dated,
                found: Found::Restore {
                    file: Digest::of(b"a backup"),
                    at: Some(rootkeep::statement::Seen { size, root }),
                },
            },
            Some(RecordPersonal {
                who: None,
                note: None,
            }),
        );
        let Claim::DrillStep(mut step, told) = step_claim(&world, drill) else {
            unreachable!()
        };
        step.at = dated;
        for claim in [found, Claim::DrillStep(step, told)] {
            let enter = || world.session(ADA).enter(claim.clone(), Vec::new());
            if good {
                enter().unwrap();
            } else {
                world.refused("before-the-drill", enter);
            }
        }
    }
    world.assert_good(CY);
}

#[test]
fn nobody_keeps_a_drill_from_passing_that_does_not_concern_them() {
    let world = World::ready();
    let drill = start(&world, ADA, DrillKind::LedgerRestore, Scope::All)
        .unwrap()
        .leaf;
    world.refused("not-a-participant", || step(&world, EVE, drill));
    world.refused("not-a-participant", || restored(&world, EVE, drill));
    restored(&world, ADA, drill).unwrap();
    let done = finish(&world, drill, DrillOutcome::Passed, &[ADA]).unwrap();
    assert!(done.effective);
    // Who was invited takes part, once they do something, and signs then.
    let request = || DrillRequest {
        drill: DrillKind::LedgerRestore,
        scope: Scope::All,
        plan: None,
        sample: None,
        people: vec![world.id(BEA), world.id(CY)],
        note: None,
    };
    let drill = world.session(ADA).start_drill(request()).unwrap().leaf;
    restored(&world, BEA, drill).unwrap();
    world.refused("participant-missing", || {
        finish(&world, drill, DrillOutcome::Passed, &[ADA])
    });
    let done = finish(&world, drill, DrillOutcome::Passed, &[ADA, BEA]).unwrap();
    world.sign_all(done.leaf, &[BEA]);
    assert!(record(&world, &drill).finished.is_some());
    world.assert_good(CY);
}

#[test]
fn who_is_only_named_by_another_is_not_waited_for() {
    let world = World::ready();
    let claim = Claim::PhoneSet(
        rootkeep::statement::register::Phone {
            phone: name("desk"),
            holders: Vec::new(),
            accounts: Vec::new(),
            tested: None,
            closed: false,
        },
        Some(rootkeep::statement::register::PhonePersonal {
            number: text("+44 20 7946 0000"),
            others: Vec::new(),
        }),
    );
    world.session(ADA).enter(claim, Vec::new()).unwrap();
    let called = |place: usize, drill, by: usize| {
        let claim = Claim::DrillRecord(
            Record {
                drill,
                at: Time::from_seconds(world.clock.seconds()).unwrap(),
                found: Found::Call {
                    target: Target::Phone(name("desk")),
                    reached: true,
                    by: Some(world.id(by)),
                    code: true,
                },
            },
            Some(RecordPersonal {
                who: None,
                note: None,
            }),
        );
        world.session(place).enter(claim, Vec::new())
    };
    let drill = start(&world, ADA, DrillKind::Phone, Scope::All)
        .unwrap()
        .leaf;
    // Nobody lets themselves in.
    world.refused("not-a-participant", || called(EVE, drill, EVE));
    called(ADA, drill, EVE).unwrap();
    finish(&world, drill, DrillOutcome::Passed, &[ADA]).unwrap();
    // Who was named may take part, and then signs.
    let drill = start(&world, ADA, DrillKind::Phone, Scope::All)
        .unwrap()
        .leaf;
    called(ADA, drill, EVE).unwrap();
    step(&world, EVE, drill).unwrap();
    world.refused("participant-missing", || {
        finish(&world, drill, DrillOutcome::Passed, &[ADA])
    });
    world.assert_good(CY);
}

#[test]
fn a_keeper_and_somebody_else_end_as_failed_what_others_would_keep_open() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[rootkeep::statement::people::Role::Operator]);
    world.session(fay).accept().unwrap();
    let drill = start(&world, fay, DrillKind::Possession, Scope::All)
        .unwrap()
        .leaf;
    answer(&world, EVE, drill).unwrap();
    let end = |by: usize, outcome, people: &[usize]| {
        let claim = finish_claim(&world, drill, outcome, people);
        world.session(by).enter(claim, Vec::new())
    };
    world.refused("participant-missing", || {
        end(ADA, DrillOutcome::Failed, &[ADA])
    });
    world.refused("no-role", || end(fay, DrillOutcome::Failed, &[fay, ADA]));
    let done = end(ADA, DrillOutcome::Failed, &[ADA, BEA]).unwrap();
    assert_eq!((done.effective, done.needs), (false, 1));
    world.sign_all(done.leaf, &[BEA]);
    assert!(record(&world, &drill).finished.is_some());
    world.assert_good(CY);
}

#[test]
fn what_one_keeper_alone_would_be_left_to_end_goes_on() {
    let world = World::ready();
    let drill = possession(&world);
    answer(&world, BEA, drill).unwrap();
    let waiting = finish(&world, drill, DrillOutcome::Failed, &[ADA, EVE]).unwrap();
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    assert!(record(&world, &drill).finishing.is_none());
    world.refused("rejected", || world.session(BEA).sign_off(waiting.leaf));
    let done = finish(&world, drill, DrillOutcome::Failed, &[ADA, BEA]).unwrap();
    world.sign_all(done.leaf, &[BEA]);
    world.assert_good(CY);
}

#[test]
fn an_end_that_waits_for_somebody_out_of_reach_is_taken_back_by_a_keeper() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[rootkeep::statement::people::Role::Operator]);
    world.session(fay).accept().unwrap();
    let drill = possession(&world);
    answer(&world, BEA, drill).unwrap();
    let waiting = finish(&world, drill, DrillOutcome::Failed, &[ADA, EVE]).unwrap();
    world.refused("not-author", || world.session(BEA).withdraw(waiting.leaf));
    world.clock.forward(31 * DAY);
    world.refused("no-role", || world.session(fay).withdraw(waiting.leaf));
    world.session(BEA).withdraw(waiting.leaf).unwrap();
    assert!(record(&world, &drill).finishing.is_none());
    // So is one by a clock that was set forward.
    let real = world.clock.seconds();
    world.clock.forward(10 * 365 * DAY);
    let ahead = finish(&world, drill, DrillOutcome::Failed, &[ADA, EVE]).unwrap();
    world.clock.set(real);
    world.session(BEA).withdraw(ahead.leaf).unwrap();
    world.assert_good(CY);
}

#[test]
fn an_end_that_waited_for_one_who_was_retired_takes_effect() {
    let world = World::ready();
    let drill = possession(&world);
    answer(&world, EVE, drill).unwrap();
    finish(&world, drill, DrillOutcome::Failed, &[ADA, EVE]).unwrap();
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    assert!(record(&world, &drill).finished.is_some());
    world.assert_good(CY);
}

#[test]
fn a_drill_is_not_passed_by_fewer_than_can_open_what_it_asks_for() {
    let world = World::ready();
    let drill = possession(&world);
    for place in ALL {
        answer(&world, place, drill).unwrap();
    }
    // Of the password's three holders bea and cy go: ada alone opens nothing.
    for gone in [BEA, CY] {
        world.decide(ADA, retire(&world, gone, None), &[ADA, DAN, EVE]);
    }
    let error = world.refused("not-passed", || {
        finish(&world, drill, DrillOutcome::Passed, &[ADA, DAN, EVE])
    });
    assert!(error.to_string().contains("not enough") || !error.causes().is_empty());
    let done = finish(&world, drill, DrillOutcome::Failed, &[ADA, DAN, EVE]).unwrap();
    world.sign_all(done.leaf, &[DAN, EVE]);
    world.assert_good(ADA);
}

#[test]
fn a_drill_of_a_governance_secret_that_was_given_on_ends_as_failed() {
    let world = World::ready();
    let governance = Scope::Quorum(rootkeep::policy::GOVERNANCE_SECRET);
    let drill = start(&world, ADA, DrillKind::Possession, governance)
        .unwrap()
        .leaf;
    let everything = possession(&world);
    let ids: Vec<_> = ALL.iter().map(|place| world.id(*place)).collect();
    let proposed = world.session(ADA).propose_governance(3, &ids).unwrap();
    world.sign_all(proposed.leaf, &ALL);
    world.refused("nothing-left", || answer(&world, DAN, drill));
    let error = world.refused("not-passed", || {
        finish(&world, drill, DrillOutcome::Passed, &[ADA])
    });
    let why = error.causes().join(" ");
    assert!(why.contains("given to others"), "{why}");
    let done = finish(&world, drill, DrillOutcome::Failed, &[ADA]).unwrap();
    assert!(done.effective);
    // What else a drill asks for is still to be proven, and enough.
    for place in ALL {
        answer(&world, place, everything).unwrap();
    }
    let done = finish(&world, everything, DrillOutcome::Passed, &ALL).unwrap();
    world.sign_all(done.leaf, &[BEA, CY, DAN, EVE]);
    assert!(record(&world, &everything).finished.is_some());
    world.assert_good(CY);
}

#[test]
fn a_drill_of_1024_entries_can_still_be_ended() {
    let world = World::ready();
    let drill = possession(&world);
    let mut session = world.session(ADA);
    for _ in 1..1_024 {
        session
            .enter(step_claim(&world, drill), Vec::new())
            .unwrap();
    }
    drop(session);
    world.refused("too-many", || step(&world, ADA, drill));
    world.refused("too-many", || answer(&world, BEA, drill));
    let done = finish(&world, drill, DrillOutcome::Failed, &[ADA]).unwrap();
    assert!(done.effective);
}

/// Enough that the proofs are checked on more than one core.
#[test]
fn of_many_proofs_none_may_be_false() {
    let world = World::ready();
    for place in 0..20 {
        let secret = format!("mailbox:m{place}/password");
        world
            .seal(ADA, &secret, Some("engineers"), b"hunter2")
            .unwrap();
    }
    let drill = possession(&world);
    let (entered, bad) = answer(&world, CY, drill).unwrap();
    assert!(bad.is_empty());
    let statement = world.session(CY).preview(&entered.leaf).unwrap().statement;
    let Claim::DrillProve(good) = statement.claim().clone() else {
        panic!("not an answer");
    };
    assert_eq!(good.proofs.len(), 22, "governance and the password too");
    let say = |answer: &Answer| {
        world
            .session(CY)
            .enter(Claim::DrillProve(answer.clone()), Vec::new())
    };
    for place in [0, 15, 16, 21] {
        let mut false_one = good.clone();
        false_one.proofs[place].proof.0[40] ^= 1;
        world.refused("bad-proof", || say(&false_one));
    }
    say(&good).unwrap();
    world.assert_good(ADA);
}

#[test]
fn who_may_start_what_is_asked_for_and_in_which_order() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[rootkeep::statement::people::Role::Witness]);
    world.session(fay).accept().unwrap();
    world.refused("no-role", || {
        start(&world, fay, DrillKind::Possession, Scope::All)
    });
    world.refused("nothing-in-scope", || {
        start(&world, ADA, DrillKind::Phone, Scope::All)
    });
    let drill = possession(&world);
    let statement = world.session(ADA).preview(&drill).unwrap().statement;
    let Claim::DrillStart(facts, personal) = statement.claim().clone() else {
        panic!("not a start");
    };
    let say = |facts: Start| {
        world
            .session(ADA)
            .enter(Claim::DrillStart(facts, personal.clone()), Vec::new())
    };
    let mut backwards = facts.clone();
    backwards.secrets.reverse();
    world.refused("malformed", || say(backwards));
    let mut nothing = facts.clone();
    nothing.secrets.clear();
    world.refused("malformed", || say(nothing));
    let mut unknown = facts.clone();
    unknown.secrets[2].epoch = 9;
    world.refused("unknown-secret", || say(unknown));
    let mut by_no_plan = facts.clone();
    by_no_plan.plan = Some(name("possession"));
    by_no_plan.due = Some(Date::parse("2026-12-31").unwrap());
    world.refused("unknown-plan", || say(by_no_plan));
    let mut things = facts;
    things.targets = vec![Target::Ledger];
    world.refused("malformed", || say(things));
}

#[test]
fn a_backup_that_was_restored_is_recorded_with_its_checkpoint() {
    let world = World::ready();
    let drill = start(&world, BEA, DrillKind::LedgerRestore, Scope::All).unwrap();
    let (size, root) = world.session(BEA).head().unwrap();
    let found = |root| {
        Claim::DrillRecord(
            Record {
                drill: drill.leaf,
                at: Time::from_seconds(world.clock.seconds()).unwrap(),
                found: Found::Restore {
                    file: Digest::of(b"a backup"),
                    at: Some(rootkeep::statement::Seen { size, root }),
                },
            },
            Some(RecordPersonal {
                who: None,
                note: None,
            }),
        )
    };
    let say = |claim| world.session(BEA).enter(claim, Vec::new());
    world.refused("false-checkpoint", || say(found(Digest::of(b"another"))));
    say(found(root)).unwrap();
    // bea alone took part: nobody else is to sign.
    let claim = finish_claim(&world, drill.leaf, DrillOutcome::Passed, &[BEA]);
    assert!(say(claim).unwrap().effective);
    world.assert_good(CY);
}

#[test]
fn lessons_are_followed_until_somebody_closes_them() {
    let world = World::ready();
    let drill = possession(&world);
    answer(&world, BEA, drill).unwrap();
    let claim = Claim::DrillFinish(
        Finish {
            drill,
            outcome: DrillOutcome::Failed,
            people: {
                let mut people = vec![world.id(ADA), world.id(BEA)];
                people.sort();
                people
            },
            lessons: vec![Lesson {
                owner: world.id(CY),
                due: Date::parse("2027-01-31").unwrap(),
            }],
        },
        Some(FinishPersonal {
            lessons: vec![text("Order a spare token")],
            surprises: vec![text("The token was in the other safe")],
            note: None,
        }),
    );
    let done = world.session(ADA).enter(claim, Vec::new()).unwrap();
    let improvements = || {
        let session = world.open(ADA).unwrap();
        list::<ImprovementRecord>(&session.view(), "").unwrap()
    };
    assert_eq!(improvements().len(), 0, "bea has not signed");
    world.session(BEA).sign_off(done.leaf).unwrap();
    assert_eq!(improvements().len(), 1);
    let close = |number| {
        Claim::ImprovementClose(
            CloseImprovement {
                subject: done.leaf,
                number,
                outcome: Improved::Done,
            },
            Some(Remark {
                note: text("Bought"),
            }),
        )
    };
    let say = |place: usize, number| world.session(place).enter(close(number), Vec::new());
    world.refused("unknown-improvement", || say(CY, 2));
    say(CY, 1).unwrap();
    world.refused("closed", || say(CY, 1));
    assert!(improvements()[0].1.closed.is_some());
    world.assert_good(CY);
}

#[test]
fn a_plan_is_due_by_the_calendar_of_its_time_zone() {
    let world = World::ready();
    let kind = DrillKind::Possession;
    for (word, every, zone) in [
        ("months", Every::Month, "Asia/Tokyo"),
        ("quarters", Every::Quarter, "America/New_York"),
        ("years", Every::Year, "UTC"),
    ] {
        plan(&world, plan_claim(word, kind, every, "2026-11-21", zone));
    }
    let at = |moment: &str| listed(&world, moment);
    assert_eq!(
        at("2026-11-21T09:30:00Z"),
        ["2026-11-30 due", "2026-12-31 planned", "2026-12-31 planned"]
    );
    // In Tokyo the first of December begins at 15:00 of the day before in UTC.
    assert_eq!(at("2026-11-30T14:59:59Z")[0], "2026-11-30 due");
    assert_eq!(at("2026-11-30T15:00:00Z")[0], "2026-11-30 overdue");
    assert_eq!(
        at("2026-12-31T23:59:59Z")[1..],
        ["2026-12-31 due", "2026-12-31 due"]
    );
    // In New York it is still 2026.
    let mut new_year = at("2027-01-01T00:00:00Z");
    new_year.sort();
    assert_eq!(
        new_year,
        ["2026-11-30 overdue", "2026-12-31 due", "2026-12-31 overdue"]
    );
    assert_eq!(
        at("2027-01-01T05:00:00Z")[1..],
        ["2026-12-31 overdue", "2026-12-31 overdue"]
    );
}

#[test]
fn a_year_of_drills_one_failed_one_late_and_one_overdue() {
    let world = World::ready();
    let at = |moment: &str| world.clock.set(Time::parse(moment).unwrap().seconds());
    let quarters = plan_claim(
        "possession",
        DrillKind::Possession,
        Every::Quarter,
        "2026-11-21",
        "Europe/London",
    );
    plan(&world, quarters);
    let by = |due: &'static str| Some(("possession", due));
    at("2026-12-10T10:00:00Z");
    passed(&world, by("2026-12-31"));
    assert_eq!(
        listed(&world, "2026-12-10T12:00:00Z"),
        ["2026-12-31 passed", "2027-03-31 planned"]
    );
    // A second drill in the same quarter does not stand for the next one.
    passed(&world, None);
    assert_eq!(listed(&world, "2027-03-31T12:00:00Z")[2], "2027-03-31 due");
    // The first quarter's drill fails, and is to be passed still.
    at("2027-03-02T10:00:00Z");
    let failed = world
        .session(ADA)
        .start_drill(DrillRequest {
            drill: DrillKind::Possession,
            scope: Scope::All,
            plan: Some((name("possession"), Date::parse("2027-03-31").unwrap())),
            sample: None,
            people: Vec::new(),
            note: None,
        })
        .unwrap()
        .leaf;
    assert_eq!(
        listed(&world, "2027-03-02T12:00:00Z")[2],
        "2027-03-31 running"
    );
    assert_eq!(
        listed(&world, "2027-04-01T12:00:00Z")[2],
        "2027-03-31 overdue"
    );
    answer(&world, BEA, failed).unwrap();
    let done = finish(&world, failed, DrillOutcome::Failed, &[ADA, BEA]).unwrap();
    world.session(BEA).sign_off(done.leaf).unwrap();
    assert_eq!(
        listed(&world, "2027-03-02T12:00:00Z")[2..],
        ["2027-03-31 failed", "2027-03-31 due"]
    );
    // It is passed in April only: late, and April is of the second quarter, which it serves too.
    at("2027-04-10T10:00:00Z");
    assert_eq!(
        listed(&world, "2027-04-10T10:00:00Z")[3],
        "2027-03-31 overdue"
    );
    passed(&world, by("2027-03-31"));
    assert_eq!(
        listed(&world, "2027-04-10T12:00:00Z")[3..],
        ["2027-03-31 passed late", "2027-09-30 planned"]
    );
    assert_eq!(
        listed(&world, "2027-10-01T12:00:00Z")[4],
        "2027-09-30 overdue"
    );
    // A clock that was set back takes nothing back.
    at("2026-12-20T10:00:00Z");
    passed(&world, None);
    assert_eq!(
        listed(&world, "2027-04-11T12:00:00Z")[5],
        "2027-09-30 planned"
    );
    world.assert_good(CY);
}

#[test]
fn who_is_away_answers_by_slip() {
    let world = World::ready();
    let drill = possession(&world);
    let slip = world.slip(ADA, CY, Some(drill));
    let mut remote = world.remote(CY, &slip);
    let answered = remote.answer_drill(None, &mut |_, _| ()).unwrap();
    assert_eq!((answered.proofs.len(), answered.bad.len()), (2, 0));
    let made = remote
        .make(Claim::DrillProve(answered), Vec::new())
        .unwrap();
    world.brought(ADA, &[made.file]);
    assert!(record(&world, &drill).is_proven_by(&world.id(CY)));
    // So is how it ended: who took part proves nothing by signing.
    let done = finish(&world, drill, DrillOutcome::Failed, &[ADA, CY]).unwrap();
    let signed = world.signed_away(CY, done.leaf);
    world.brought(ADA, &[signed]);
    assert!(record(&world, &drill).finished.is_some());
    world.assert_good(BEA);
}

#[test]
fn a_drill_that_is_put_down_for_a_far_day_is_overdue_with_its_plan() {
    let world = World::ready();
    plan(
        &world,
        plan_claim(
            "shares",
            DrillKind::Possession,
            Every::Month,
            "2026-11-01",
            "UTC",
        ),
    );
    world
        .session(ADA)
        .start_drill(DrillRequest {
            drill: DrillKind::Possession,
            scope: Scope::All,
            plan: Some((name("shares"), Date::parse("2099-12-31").unwrap())),
            sample: None,
            people: Vec::new(),
            note: None,
        })
        .unwrap();
    assert_eq!(
        listed(&world, "2026-11-30T12:00:00Z"),
        ["2099-12-31 running"]
    );
    assert_eq!(
        listed(&world, "2026-12-01T12:00:00Z"),
        ["2099-12-31 overdue"]
    );
}

#[test]
fn a_clock_set_forward_passes_no_drill_of_today() {
    let world = World::ready();
    let claim = plan_claim(
        "backups",
        DrillKind::LedgerRestore,
        Every::Month,
        "2026-11-01",
        "UTC",
    );
    plan(&world, claim);
    let drill = world
        .session(ADA)
        .start_drill(DrillRequest {
            drill: DrillKind::LedgerRestore,
            scope: Scope::All,
            plan: Some((name("backups"), Date::parse("2026-11-30").unwrap())),
            sample: None,
            people: Vec::new(),
            note: None,
        })
        .unwrap()
        .leaf;
    let now = world.clock.seconds();
    world.clock.forward(10 * 365 * DAY);
    let (size, root) = world.session(ADA).head().unwrap();
    let restored = Record {
        drill,
        at: Time::from_seconds(world.clock.seconds()).unwrap(),
        found: Found::Restore {
            file: Digest::of(b"a backup"),
            at: Some(rootkeep::statement::Seen { size, root }),
        },
    };
    let told = RecordPersonal {
        who: None,
        note: None,
    };
    let claim = Claim::DrillRecord(restored, Some(told));
    world.session(ADA).enter(claim, Vec::new()).unwrap();
    finish(&world, drill, DrillOutcome::Passed, &[ADA]).unwrap();
    world.clock.set(now);
    let today = listed(&world, "2026-12-05T12:00:00Z");
    assert_eq!(today.last().unwrap(), "2026-11-30 overdue");
    // By then it was.
    let then = listed(&world, "2036-11-30T12:00:00Z");
    assert!(then.last().unwrap().ends_with(" planned"), "{then:?}");
}
