//! Reviews: every group of people is laid out once, and none left out; two reviewers judge every name before
//! they sign, one of them from outside; a struck name stays open until the ledger's own records are without
//! it.

use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::error::Result;
use rootkeep::insight::reviews::{self, Occasion};
use rootkeep::ledger::{Entered, Reading};
use rootkeep::state::records::read;
use rootkeep::state::reviews::{LayoutRecord, ReviewRecord, ReviewsRecord, StruckRecord};
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::decisions::RejectPersonal;
use rootkeep::statement::drills::Every;
use rootkeep::statement::people::Role;
use rootkeep::statement::register::{
    Location, LocationKind, LocationPersonal, Mailbox, MailboxPersonal, Phone, PhonePersonal,
    Remark,
};
use rootkeep::statement::reviews::{
    ConfirmGroups, Mfa, Named, Power, Privilege, PrivilegeKind, PrivilegePersonal, ReviewPlan,
    StartReview, StartReviewPersonal, Strike, StrikeDone,
};
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Kind, Time};

use crate::cli::{Desk, has};
use crate::story::retire;
use crate::world::*;

const DAY: i64 = 86_400;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn ids(world: &World, people: &[usize]) -> Vec<Id> {
    let mut ids: Vec<Id> = people.iter().map(|place| world.id(*place)).collect();
    ids.sort();
    ids
}

pub fn mailbox(world: &World, word: &str, people: &[usize], others: &[&str]) {
    let facts = Mailbox {
        mailbox: name(word),
        members: ids(world, people),
        accounts: vec![AccountId::new(MANAGEMENT).unwrap()],
        closed: false,
    };
    let personal = MailboxPersonal {
        address: text("aws-root@example.com"),
        others: others.iter().map(|other| text(other)).collect(),
    };
    let claim = Claim::MailboxSet(facts, Some(personal));
    world.session(ADA).enter(claim, Vec::new()).unwrap();
}

fn phone(world: &World, word: &str, people: &[usize]) {
    let facts = Phone {
        phone: name(word),
        holders: ids(world, people),
        accounts: vec![AccountId::new(MEMBER).unwrap()],
        tested: None,
        closed: false,
    };
    let personal = PhonePersonal {
        number: text("+44 20 7946 0000"),
        others: Vec::new(),
    };
    let claim = Claim::PhoneSet(facts, Some(personal));
    world.session(ADA).enter(claim, Vec::new()).unwrap();
}

fn location(world: &World, word: &str, people: &[usize]) {
    let facts = Location {
        location: name(word),
        kind: LocationKind::Safe,
        site: name("london"),
        timezone: "Europe/London".to_owned(),
        access: ids(world, people),
        dual_control: false,
        depends_on_aws: false,
    };
    let personal = LocationPersonal { description: None };
    let claim = Claim::LocationSet(facts, Some(personal));
    world.session(ADA).enter(claim, Vec::new()).unwrap();
}

fn privilege_claim(world: &World, word: &str, people: &[usize], others: &[&str]) -> Claim {
    Claim::PrivilegeSet(
        Privilege {
            privilege: name(word),
            account: AccountId::new(MANAGEMENT).unwrap(),
            kind: PrivilegeKind::Role,
            may: vec![Power::RootEmail, Power::Scp],
            people: ids(world, people),
            mfa: Mfa::Hardware,
            rotated: Some(date("2026-11-01")),
            ended: false,
        },
        Some(PrivilegePersonal {
            others: others.iter().map(|other| text(other)).collect(),
            note: None,
        }),
    )
}

fn privilege(world: &World, word: &str, people: &[usize], others: &[&str]) {
    let claim = privilege_claim(world, word, people, others);
    world.session(ADA).enter(claim, Vec::new()).unwrap();
}

pub fn start(world: &World, place: usize) -> Result<Entered> {
    let mut session = world.session(place);
    session.start_review(Every::Quarter, date("2026-10-01"), None)
}

/// The start that an honest program would make, to be changed.
fn crafted(world: &World) -> (StartReview, StartReviewPersonal) {
    let session = world.session(ADA);
    let view = session.view();
    let groups = rootkeep::policy::Reviewed::load(&view)
        .unwrap()
        .groups()
        .unwrap();
    let facts = StartReview {
        every: Every::Quarter,
        first: date("2026-10-01"),
        since: ReviewsRecord::load(&view).unwrap().passed,
        groups: groups.iter().map(|group| group.facts.clone()).collect(),
    };
    let others = groups.into_iter().map(|group| group.others.unwrap());
    let personal = StartReviewPersonal {
        others: others.collect(),
        note: None,
    };
    (facts, personal)
}

fn enter_start(world: &World, crafted: (StartReview, StartReviewPersonal)) -> Result<Entered> {
    let claim = Claim::ReviewStart(crafted.0, Some(crafted.1));
    world.session(ADA).enter(claim, Vec::new())
}

fn layout(world: &World, review: &Digest) -> LayoutRecord {
    LayoutRecord::load(&world.open(ADA).unwrap().view(), review).unwrap()
}

fn record(world: &World, review: &Digest) -> ReviewRecord {
    let session = world.open(ADA).unwrap();
    ReviewRecord::load(&session.view(), review)
        .unwrap()
        .unwrap()
}

/// The number of the group that has a thing.
pub fn group_of(world: &World, review: &Digest, thing: &str) -> u32 {
    let layout = layout(world, review);
    let thing = thing.parse().unwrap();
    let mut of = layout.numbered();
    of.find(|(_, group)| group.facts.things.contains(&thing))
        .unwrap()
        .0
}

fn confirm_claim(review: Digest, groups: &[u32]) -> Claim {
    Claim::ReviewConfirm(ConfirmGroups {
        review,
        groups: groups.to_vec(),
    })
}

fn confirm(world: &World, place: usize, review: Digest) -> Result<Entered> {
    let groups: Vec<u32> = (1..=record(world, &review).groups).collect();
    let claim = confirm_claim(review, &groups);
    world.session(place).enter(claim, Vec::new())
}

pub fn strike(
    world: &World,
    place: usize,
    review: Digest,
    groups: &[u32],
    who: Named,
) -> Result<Entered> {
    let claim = Claim::ReviewStrike(
        Strike {
            review,
            groups: groups.to_vec(),
            who,
        },
        Some(RejectPersonal {
            reason: text("left the team"),
        }),
    );
    world.session(place).enter(claim, Vec::new())
}

fn done(world: &World, place: usize, review: Digest, group: u32, who: Named) -> Result<Entered> {
    let claim = Claim::ReviewDone(
        StrikeDone { review, group, who },
        Some(Remark {
            note: text("out of it"),
        }),
    );
    world.session(place).enter(claim, Vec::new())
}

/// A sixth person, a reviewer and nothing else: no member of any group.
fn outsider(world: &mut World) -> usize {
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Reviewer]);
    world.session(fay).accept().unwrap();
    fay
}

fn ready() -> (World, usize) {
    let mut world = World::ready();
    let fay = outsider(&mut world);
    (world, fay)
}

/// A review that two people pass.
fn passed(world: &World, by: &[usize]) -> Digest {
    let review = start(world, ADA).unwrap().leaf;
    for place in by {
        confirm(world, *place, review).unwrap();
    }
    world.sign_all(review, by);
    review
}

fn listed(world: &World, at: &str) -> Vec<String> {
    let session = world.open(ADA).unwrap();
    let all = reviews::occasions(&session.view(), Time::parse(at).unwrap()).unwrap();
    let line = |one: &Occasion| {
        let late = if one.late { " late" } else { "" };
        format!("{} {}{late}", one.period.due(), one.standing.as_str())
    };
    all.iter().map(line).collect()
}

#[test]
fn people_who_share_several_things_are_laid_out_once() {
    let world = World::ready();
    mailbox(&world, "root-1", &[ADA, BEA, CY], &[]);
    mailbox(&world, "root-2", &[ADA, BEA, CY], &[]);
    phone(&world, "root-1", &[ADA, BEA, CY]);
    privilege(&world, "org-admin", &[DAN], &[]);
    let review = start(&world, ADA).unwrap().leaf;
    let layout = layout(&world, &review);
    // The engineers have mailboxes, a phone, a quorum and the password; the board has the MFA seed; all five
    // govern; dan has the privilege.
    assert_eq!(layout.groups.len(), 4);
    let engineers = group_of(&world, &review, "mailbox:root-1");
    assert_eq!(group_of(&world, &review, "mailbox:root-2"), engineers);
    assert_eq!(group_of(&world, &review, "phone:root-1"), engineers);
    let group = layout.group(engineers).unwrap();
    assert_eq!(group.facts.people, ids(&world, &[ADA, BEA, CY]));
    assert_eq!(group.facts.things.len(), 4);
    assert_eq!(group.secrets[0].1, [world.secret(PASSWORD)]);
    assert_eq!(group.facts.secrets[0].of.count, 1);
    let accounts: Vec<String> = group.accounts.iter().map(ToString::to_string).collect();
    assert_eq!(accounts, [MANAGEMENT, MEMBER]);
    world.assert_good(CY);
}

#[test]
fn who_is_no_custodian_makes_another_group() {
    let world = World::ready();
    mailbox(&world, "root-1", &[ADA], &[]);
    mailbox(&world, "root-2", &[ADA], &["Zoe", "Max"]);
    mailbox(&world, "root-3", &[ADA], &["Max", "Zoe"]);
    mailbox(&world, "root-4", &[], &["Zoe"]);
    mailbox(&world, "root-5", &[], &[]);
    let review = start(&world, ADA).unwrap().leaf;
    let two = group_of(&world, &review, "mailbox:root-2");
    assert_eq!(group_of(&world, &review, "mailbox:root-3"), two);
    assert_ne!(group_of(&world, &review, "mailbox:root-1"), two);
    assert_ne!(group_of(&world, &review, "mailbox:root-4"), two);
    let layout = layout(&world, &review);
    let others = layout.group(two).unwrap().others.clone().unwrap();
    assert_eq!(others, [text("Max"), text("Zoe")]);
    // Nobody has root-5.
    assert_eq!(layout.groups.len(), 6);
}

#[test]
fn nobody_lays_out_anything_else_than_there_is() {
    let world = World::ready();
    mailbox(&world, "root-1", &[ADA], &["Zoe"]);
    mailbox(&world, "root-2", &[ADA, BEA], &[]);
    let honest = || crafted(&world);
    let refused = |code: &str, start: (StartReview, StartReviewPersonal)| {
        world.refused(code, || enter_start(&world, start));
    };
    let place = |start: &StartReview| {
        let of = |group: &rootkeep::statement::reviews::Group| group.others > 0;
        start.groups.iter().position(of).unwrap()
    };
    // A group is left out, a name is, a thing is, one is there twice, or out of order.
    let mut start = honest();
    start.0.groups.remove(0);
    start.1.others.remove(0);
    refused("not-as-it-is", start);
    let mut start = honest();
    let two = start
        .0
        .groups
        .iter()
        .position(|group| group.people.len() == 2);
    start.0.groups[two.unwrap()].people.pop();
    refused("not-as-it-is", start);
    let mut start = honest();
    let at = place(&start.0);
    start.0.groups[at].things.clear();
    refused("not-as-it-is", start);
    let mut start = honest();
    let first = start.0.groups[0].clone();
    start.0.groups.insert(0, first);
    let others = start.1.others[0].clone();
    start.1.others.insert(0, others);
    refused("not-as-it-is", start);
    let mut start = honest();
    start.0.groups.reverse();
    start.1.others.reverse();
    refused("not-as-it-is", start);
    // Fewer secrets or accounts, or others.
    let mut start = honest();
    for group in &mut start.0.groups {
        for held in &mut group.secrets {
            held.of.count += 1;
        }
    }
    refused("not-as-it-is", start);
    let mut start = honest();
    start.0.groups[0].accounts.digest = Digest::of(b"others");
    refused("not-as-it-is", start);
    // Who is no custodian is left out, or is another.
    let mut start = honest();
    let at = place(&start.0);
    start.0.groups[at].others = 0;
    start.1.others[at].clear();
    refused("not-as-it-is", start);
    let mut start = honest();
    start.1.others[at] = vec![text("Max")];
    refused("not-as-it-is", start);
    let mut start = honest();
    start.1.others[at].clear();
    refused("malformed", start);
    enter_start(&world, honest()).unwrap();
    world.assert_good(BEA);
}

#[test]
fn a_review_is_passed_once_two_reviewers_have_judged_every_name_and_signed() {
    let (world, fay) = ready();
    let entered = start(&world, ADA).unwrap();
    assert_eq!((entered.effective, entered.needs), (false, 2));
    let review = entered.leaf;
    let error = world.refused("not-judged", || world.session(BEA).sign_off(review));
    assert!(!error.hints().is_empty());
    world
        .session(BEA)
        .enter(confirm_claim(review, &[1]), Vec::new())
        .unwrap();
    world.refused("not-judged", || world.session(BEA).sign_off(review));
    world.refused("already-confirmed", || {
        let claim = confirm_claim(review, &[1]);
        world.session(BEA).enter(claim, Vec::new())
    });
    let rest: Vec<u32> = (2..=record(&world, &review).groups).collect();
    world
        .session(BEA)
        .enter(confirm_claim(review, &rest), Vec::new())
        .unwrap();
    let signed = world.session(BEA).sign_off(review).unwrap();
    assert_eq!((signed.effective, signed.needs), (false, 1));
    world.refused("already-decided", || world.session(BEA).sign_off(review));
    // Who started it counts like everybody else.
    world.refused("not-judged", || world.session(ADA).sign_off(review));
    confirm(&world, fay, review).unwrap();
    assert!(world.session(fay).sign_off(review).unwrap().effective);
    assert!(record(&world, &review).is_passed());
    world.refused("already-effective", || world.session(CY).sign_off(review));
    world.refused("review-over", || confirm(&world, CY, review));
    world.assert_good(CY);
}

#[test]
fn members_alone_do_not_pass_their_own_group_where_somebody_is_outside_it() {
    let (world, fay) = ready();
    let review = start(&world, ADA).unwrap().leaf;
    for place in [ADA, BEA, CY, fay] {
        confirm(&world, place, review).unwrap();
    }
    // Governance has all five in it; fay alone is outside.
    assert_eq!(world.session(ADA).sign_off(review).unwrap().needs, 1);
    assert_eq!(world.session(BEA).sign_off(review).unwrap().needs, 1);
    assert_eq!(world.session(CY).sign_off(review).unwrap().needs, 1);
    assert!(world.session(fay).sign_off(review).unwrap().effective);
}

#[test]
fn where_every_reviewer_is_a_member_two_of_them_are_enough() {
    let world = World::ready();
    // dan and eve are in no other group than the board's and governance's; ada is outside the board.
    passed(&world, &[ADA, DAN]);
    world.assert_good(EVE);
}

#[test]
fn only_reviewers_in_force_judge() {
    let mut world = World::ready();
    let gus = world.newcomer("gus");
    world.enrol(gus, &[Role::Keeper]);
    world.session(gus).accept().unwrap();
    let hal = world.newcomer("hal");
    world.enrol(hal, &[Role::Reader]);
    let review = start(&world, gus).unwrap().leaf;
    let group = group_of(&world, &review, "quorum:00000000000000000000000000000000");
    let who = Named::Custodian(world.id(DAN));
    world.refused("no-role", || confirm(&world, gus, review));
    world.refused("no-role", || strike(&world, gus, review, &[group], who));
    world.refused("no-role", || world.session(gus).sign_off(review));
    world.refused("reader", || confirm(&world, hal, review));
    // Who was retired neither judges nor counts any more.
    confirm(&world, EVE, review).unwrap();
    world.session(EVE).sign_off(review).unwrap();
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    confirm(&world, ADA, review).unwrap();
    let signed = world.session(ADA).sign_off(review).unwrap();
    assert_eq!((signed.effective, signed.needs), (false, 1));
    world.assert_good(BEA);
}

#[test]
fn one_review_goes_on_at_a_time_and_one_no_ends_it() {
    let (world, fay) = ready();
    let first = start(&world, ADA).unwrap().leaf;
    world.refused("review-running", || start(&world, BEA));
    world.refused("not-author", || world.session(BEA).withdraw(first));
    // A no takes no judgement of each name.
    world
        .session(fay)
        .reject(first, text("The phone list is old"))
        .unwrap();
    world.refused("rejected", || world.session(BEA).sign_off(first));
    let second = start(&world, ADA).unwrap().leaf;
    assert_eq!(record(&world, &second).since, None);
    world.session(ADA).withdraw(second).unwrap();
    let third = passed(&world, &[BEA, fay]);
    let fourth = start(&world, ADA).unwrap().leaf;
    assert_eq!(record(&world, &fourth).since, Some(third));
    assert_eq!(
        listed(&world, "2026-11-21T12:00:00Z"),
        [
            "2026-12-31 failed",
            "2026-12-31 failed",
            "2026-12-31 passed",
            "2026-12-31 running"
        ]
    );
    world.assert_good(CY);
}

#[test]
fn a_review_is_of_a_period_that_has_begun() {
    let world = World::ready();
    let of = |every, first: &str| {
        let mut session = world.session(ADA);
        session.start_review(every, date(first), None)
    };
    world.refused("not-begun", || of(Every::Quarter, "2027-01-01"));
    world.refused("not-begun", || of(Every::Month, "2026-12-01"));
    world.refused("malformed", || of(Every::Month, "2026-11-02"));
    world.refused("malformed", || of(Every::Quarter, "2026-11-01"));
    world.refused("malformed", || of(Every::Year, "2026-01-01"));
    of(Every::Month, "2026-11-01").unwrap();
}

#[test]
fn a_clock_that_was_set_back_judges_nothing() {
    let world = World::ready();
    let review = start(&world, ADA).unwrap().leaf;
    confirm(&world, BEA, review).unwrap();
    world.clock.forward(-DAY);
    world.refused("dated-ahead", || confirm(&world, CY, review));
    world.refused("dated-ahead", || world.session(BEA).sign_off(review));
    world.clock.forward(DAY);
    world.session(BEA).sign_off(review).unwrap();
}

#[test]
fn nothing_is_judged_that_is_not_there() {
    let world = World::ready();
    mailbox(&world, "root-1", &[ADA], &["Zoe"]);
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "mailbox:root-1");
    let last = record(&world, &review).groups;
    let say = |groups: &[u32]| {
        let claim = confirm_claim(review, groups);
        world.session(BEA).enter(claim, Vec::new())
    };
    world.refused("unknown-group", || say(&[0]));
    world.refused("unknown-group", || say(&[last + 1]));
    world.refused("malformed", || say(&[]));
    world.refused("malformed", || say(&[2, 1]));
    world.refused("malformed", || say(&[1, 1]));
    let cut = |who| strike(&world, BEA, review, &[group], who);
    world.refused("unknown-name", || cut(Named::Custodian(world.id(DAN))));
    world.refused("unknown-name", || cut(Named::Other(2)));
    cut(Named::Other(1)).unwrap();
    world.refused("already-struck", || cut(Named::Other(1)));
    // Another ledger's review is none here.
    let other = Digest::of(b"another review");
    world.refused("unknown-review", || {
        let claim = confirm_claim(other, &[1]);
        world.session(BEA).enter(claim, Vec::new())
    });
    world.refused("no-entry", || world.session(BEA).sign_off(other));
    world.refused("unknown-strike", || {
        done(&world, ADA, review, group, Named::Custodian(world.id(ADA)))
    });
}

#[test]
fn who_strikes_every_name_has_judged_a_group() {
    let (world, fay) = ready();
    mailbox(&world, "root-1", &[DAN], &["Zoe"]);
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "mailbox:root-1");
    let rest: Vec<u32> = (1..=record(&world, &review).groups)
        .filter(|number| *number != group)
        .collect();
    let claim = confirm_claim(review, &rest);
    world.session(fay).enter(claim, Vec::new()).unwrap();
    strike(&world, fay, review, &[group], Named::Other(1)).unwrap();
    world.refused("not-judged", || world.session(fay).sign_off(review));
    strike(
        &world,
        fay,
        review,
        &[group],
        Named::Custodian(world.id(DAN)),
    )
    .unwrap();
    world.session(fay).sign_off(review).unwrap();
}

#[test]
fn a_struck_name_is_open_until_the_register_is_without_it() {
    let world = World::ready();
    mailbox(&world, "root-1", &[CY, DAN], &["Zoe"]);
    phone(&world, "root-1", &[EVE]);
    privilege(&world, "org-admin", &[EVE], &[]);
    let review = start(&world, ADA).unwrap().leaf;
    let boxed = group_of(&world, &review, "mailbox:root-1");
    let alone = group_of(&world, &review, "phone:root-1");
    assert_eq!(group_of(&world, &review, "privilege:org-admin"), alone);
    let (dan, eve) = (
        Named::Custodian(world.id(DAN)),
        Named::Custodian(world.id(EVE)),
    );
    for (group, who) in [(boxed, dan), (boxed, Named::Other(1)), (alone, eve)] {
        strike(&world, BEA, review, &[group], who).unwrap();
        world.refused("still-there", || done(&world, ADA, review, group, who));
    }
    // Whatever becomes of the review, what was struck stays open.
    world.session(ADA).withdraw(review).unwrap();
    let open = || {
        let session = world.open(ADA).unwrap();
        reviews::open_strikes(&session.view()).unwrap().len()
    };
    assert_eq!(open(), 3);
    mailbox(&world, "root-1", &[CY], &["Zoe"]);
    world.refused("own-name", || done(&world, DAN, review, boxed, dan));
    done(&world, ADA, review, boxed, dan).unwrap();
    world.refused("closed", || done(&world, ADA, review, boxed, dan));
    world.refused("still-there", || {
        done(&world, ADA, review, boxed, Named::Other(1))
    });
    mailbox(&world, "root-1", &[CY], &[]);
    done(&world, ADA, review, boxed, Named::Other(1)).unwrap();
    // Out of the phone, and still in the privilege.
    phone(&world, "root-1", &[CY]);
    world.refused("still-there", || done(&world, ADA, review, alone, eve));
    privilege(&world, "org-admin", &[CY], &[]);
    done(&world, ADA, review, alone, eve).unwrap();
    assert_eq!(open(), 0);
    world.assert_good(CY);
}

#[test]
fn who_could_open_a_location_is_followed_by_a_new_combination() {
    let world = World::ready();
    let combination = "location:london-a/combination";
    location(&world, "london-a", &[CY, DAN]);
    let seal = |value: &[u8]| {
        world
            .seal(ADA, combination, Some("engineers"), value)
            .unwrap();
    };
    seal(b"11-22-33");
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "location:london-a");
    let dan = Named::Custodian(world.id(DAN));
    strike(&world, BEA, review, &[group], dan).unwrap();
    world.refused("still-there", || done(&world, ADA, review, group, dan));
    location(&world, "london-a", &[CY]);
    world.refused("still-there", || done(&world, ADA, review, group, dan));
    // Split anew, it is the same combination.
    let secret = world.secret(combination);
    let reshare = world
        .session(ADA)
        .reshare(&[secret], world.id(ADA), 600, purpose())
        .unwrap();
    world.sign_all(reshare.leaf, &[ADA, BEA]);
    world
        .session(ADA)
        .carry_out_reshare(&reshare.leaf, &mut |_, _| ())
        .unwrap();
    world.refused("still-there", || done(&world, ADA, review, group, dan));
    seal(b"44-55-66");
    done(&world, ADA, review, group, dan).unwrap();
    world.assert_good(CY);
}

#[test]
fn a_combination_under_another_label_follows_no_strike() {
    let world = World::ready();
    let label = |label: &str| format!("location:london-a/combination:{label}");
    location(&world, "london-a", &[CY, DAN]);
    let seal = |name: &str, value: &[u8]| {
        let seal = world.seal(ADA, name, Some("engineers"), value);
        seal.unwrap();
    };
    seal(&label("outer"), b"11-22-33");
    seal(&label("inner"), b"44-55-66");
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "location:london-a");
    let dan = Named::Custodian(world.id(DAN));
    strike(&world, BEA, review, &[group], dan).unwrap();
    location(&world, "london-a", &[CY]);
    let refused = || world.refused("still-there", || done(&world, ADA, review, group, dan));
    // One that was not there before says nothing of the locks.
    seal(&label("decoy"), b"77-88-99");
    seal(&label("decoy"), b"77-88-00");
    refused();
    seal(&label("outer"), b"12-34-56");
    refused();
    // What is destroyed opens nothing more, by the record.
    let destroy = Claim::SecretDestroy(
        rootkeep::statement::secrets::Destroy {
            secret: world.secret(&label("inner")),
            epoch: None,
        },
        Some(rootkeep::statement::secrets::DestroyPersonal {
            reason: text("The inner lock is gone"),
        }),
    );
    world.decide(ADA, destroy, &[ADA, BEA, CY]);
    done(&world, ADA, review, group, dan).unwrap();
    world.assert_good(CY);
}

#[test]
fn a_review_that_waited_for_one_who_was_retired_is_passed() {
    let (world, fay) = ready();
    let review = start(&world, ADA).unwrap().leaf;
    for place in [ADA, DAN] {
        confirm(&world, place, review).unwrap();
        world.session(place).sign_off(review).unwrap();
    }
    // fay alone is outside governance's group, and says nothing.
    assert!(record(&world, &review).ended.is_none());
    world.decide(ADA, retire(&world, fay, None), &[ADA, BEA, CY]);
    assert!(record(&world, &review).is_passed());
    start(&world, ADA).unwrap();
    world.assert_good(CY);
}

#[test]
fn a_review_is_passed_by_nobodys_retirement_before_two_have_signed() {
    let (world, fay) = ready();
    let review = start(&world, ADA).unwrap().leaf;
    confirm(&world, ADA, review).unwrap();
    world.session(ADA).sign_off(review).unwrap();
    world.decide(ADA, retire(&world, fay, None), &[ADA, BEA, CY]);
    assert!(record(&world, &review).ended.is_none());
    world.assert_good(CY);
}

#[test]
fn who_held_shares_is_followed_by_a_split_without_them() {
    let world = World::ready();
    let review = start(&world, ADA).unwrap().leaf;
    let engineers = {
        let session = world.open(ADA).unwrap();
        session.find_quorum("engineers").unwrap().0
    };
    let group = group_of(&world, &review, &format!("quorum:{engineers}"));
    let cy = Named::Custodian(world.id(CY));
    strike(&world, DAN, review, &[group], cy).unwrap();
    world.refused("still-there", || done(&world, ADA, review, group, cy));
    world.decide(
        ADA,
        world.define(engineers, "engineers", 2, &[ADA, BEA]),
        &[ADA, BEA, CY],
    );
    // Out of the quorum, with a share of what was sealed before.
    world.refused("still-there", || done(&world, ADA, review, group, cy));
    let secret = world.secret(PASSWORD);
    let reshare = world
        .session(ADA)
        .reshare(&[secret], world.id(ADA), 600, purpose())
        .unwrap();
    world.sign_all(reshare.leaf, &[ADA, BEA]);
    world
        .session(ADA)
        .carry_out_reshare(&reshare.leaf, &mut |_, _| ())
        .unwrap();
    for place in [ADA, BEA] {
        let mut session = world.session(place);
        session.prove_shares(reshare.leaf, &[secret]).unwrap();
    }
    world.refused("still-there", || done(&world, ADA, review, group, cy));
    let destroy = Claim::SecretDestroy(
        rootkeep::statement::secrets::Destroy {
            secret,
            epoch: Some(1),
        },
        Some(rootkeep::statement::secrets::DestroyPersonal {
            reason: text("split anew"),
        }),
    );
    world.decide(ADA, destroy, &[ADA, BEA, DAN]);
    done(&world, ADA, review, group, cy).unwrap();
    world.assert_good(DAN);
}

#[test]
fn whoever_was_retired_decides_nothing_any_more() {
    let world = World::ready();
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "quorum:00000000000000000000000000000000");
    let eve = Named::Custodian(world.id(EVE));
    strike(&world, BEA, review, &[group], eve).unwrap();
    world.refused("still-there", || done(&world, ADA, review, group, eve));
    world.decide(ADA, retire(&world, EVE, None), &[ADA, BEA, CY]);
    done(&world, ADA, review, group, eve).unwrap();
}

#[test]
fn a_name_that_was_struck_by_mistake_is_settled_by_the_next_review_that_finds_it_right() {
    let (world, fay) = ready();
    mailbox(&world, "root-1", &[CY, DAN], &["Zoe"]);
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "mailbox:root-1");
    let dan = Named::Custodian(world.id(DAN));
    strike(&world, fay, review, &[group], dan).unwrap();
    strike(&world, fay, review, &[group], Named::Other(1)).unwrap();
    for place in [BEA, fay] {
        confirm(&world, place, review).unwrap();
    }
    world.sign_all(review, &[BEA, fay]);
    // The review in which it was struck does not settle it.
    world.refused("still-there", || done(&world, ADA, review, group, dan));
    let next = start(&world, ADA).unwrap().leaf;
    let later = group_of(&world, &next, "mailbox:root-1");
    strike(&world, fay, next, &[later], Named::Other(1)).unwrap();
    for place in [BEA, fay] {
        confirm(&world, place, next).unwrap();
    }
    world.refused("still-there", || done(&world, ADA, review, group, dan));
    world.sign_all(next, &[BEA, fay]);
    done(&world, ADA, review, group, dan).unwrap();
    // Struck again, it is not found right.
    world.refused("still-there", || {
        done(&world, ADA, review, group, Named::Other(1))
    });
    world.assert_good(CY);
}

#[test]
fn what_a_review_has_found_right_stays_so_once_its_names_are_erased() {
    let (world, fay) = ready();
    mailbox(&world, "root-1", &[CY, DAN], &["Zoe"]);
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "mailbox:root-1");
    let zoe = Named::Other(1);
    strike(&world, fay, review, &[group], zoe).unwrap();
    let governors = [ADA, BEA, CY];
    let propose = |subject| {
        let claim = crate::erasure::erase_claim(subject);
        world.session(ADA).enter(claim, Vec::new())
    };
    world.refused("still-waits", || propose(review));
    for place in [BEA, fay] {
        confirm(&world, place, review).unwrap();
    }
    world.sign_all(review, &[BEA, fay]);
    world.refused("still-needed", || propose(review));
    let next = start(&world, ADA).unwrap().leaf;
    for place in [BEA, fay] {
        confirm(&world, place, next).unwrap();
    }
    world.sign_all(next, &[BEA, fay]);
    // Zoe stood in the next one, and nobody struck her.
    done(&world, ADA, review, group, zoe).unwrap();
    mailbox(&world, "root-1", &[CY, DAN], &["Max"]);
    let last = start(&world, ADA).unwrap().leaf;
    world.session(ADA).withdraw(last).unwrap();
    let first = {
        let session = world.session(ADA);
        let seq = session.view().indices_of_kind(Kind::MailboxSet, 0).unwrap()[0];
        session.view().entry(seq).unwrap().unwrap().hash
    };
    for subject in [next, first, review, last] {
        crate::erasure::erase(&world, subject, &governors);
        world.assert_good(CY);
    }
}

#[test]
fn the_next_review_says_who_came_and_who_went() {
    let (world, fay) = ready();
    mailbox(&world, "root-1", &[ADA, BEA], &["Zoe"]);
    phone(&world, "old", &[DAN]);
    let first = passed(&world, &[BEA, fay]);
    mailbox(&world, "root-1", &[BEA, DAN], &["Max"]);
    let mut closed = Phone {
        phone: name("old"),
        holders: ids(&world, &[DAN]),
        accounts: Vec::new(),
        tested: None,
        closed: true,
    };
    let personal = PhonePersonal {
        number: text("1"),
        others: Vec::new(),
    };
    closed.closed = true;
    let claim = Claim::PhoneSet(closed, Some(personal));
    world.session(ADA).enter(claim, Vec::new()).unwrap();
    privilege(&world, "org-admin", &[EVE], &[]);
    let second = start(&world, ADA).unwrap().leaf;
    let (before, now) = (layout(&world, &first), layout(&world, &second));
    let changes = reviews::changes(&before, &now);
    let of = |thing: &str| {
        let number = group_of(&world, &second, thing);
        changes[usize::try_from(number).unwrap() - 1].clone()
    };
    let boxed = of("mailbox:root-1");
    assert_eq!(boxed.came, [world.id(DAN)]);
    assert_eq!(boxed.went, [world.id(ADA)]);
    assert_eq!(boxed.others_came, ["Max"]);
    assert_eq!(boxed.others_went, ["Zoe"]);
    assert!(of("privilege:org-admin").new);
    assert!(
        of("quorum:00000000000000000000000000000000")
            .came
            .is_empty()
    );
    let gone = reviews::gone(&before, &now);
    assert_eq!(gone, [group_of(&world, &first, "phone:old")]);
}

#[test]
fn reviews_come_round_as_they_are_planned() {
    let (world, fay) = ready();
    let plan = |every| {
        Claim::ReviewPlan(ReviewPlan {
            every,
            from: date("2026-11-21"),
            timezone: "UTC".to_owned(),
            ended: false,
        })
    };
    world.refused("no-role", || {
        world.session(fay).enter(plan(Every::Month), Vec::new())
    });
    world.refused("malformed", || {
        world.session(ADA).enter(plan(Every::Year), Vec::new())
    });
    world
        .session(ADA)
        .enter(plan(Every::Quarter), Vec::new())
        .unwrap();
    let at = |text: &str| listed(&world, text);
    assert_eq!(at("2026-11-21T12:00:00Z"), ["2026-12-31 planned"]);
    assert_eq!(at("2026-12-01T00:00:00Z"), ["2026-12-31 due"]);
    assert_eq!(at("2027-01-01T00:00:00Z"), ["2026-12-31 overdue"]);
    let review = start(&world, ADA).unwrap().leaf;
    assert_eq!(at("2026-12-31T23:59:59Z"), ["2026-12-31 running"]);
    assert_eq!(at("2027-01-01T00:00:00Z"), ["2026-12-31 overdue"]);
    for place in [BEA, fay] {
        confirm(&world, place, review).unwrap();
    }
    // Passed late, it is still of its own period: the next is that of the quarter that goes on.
    world.clock.forward(45 * DAY);
    world.sign_all(review, &[BEA, fay]);
    assert_eq!(
        at("2027-01-05T12:00:00Z"),
        ["2026-12-31 passed late", "2027-03-31 planned"]
    );
    // Monthly from here on, what it covers is the December before.
    world
        .session(ADA)
        .enter(plan(Every::Month), Vec::new())
        .unwrap();
    assert_eq!(
        at("2027-01-05T12:00:00Z"),
        ["2026-12-31 passed late", "2027-01-31 planned"]
    );
}

#[test]
fn the_register_of_privileges_is_kept_by_keepers_and_whole() {
    let (world, fay) = ready();
    let set = |place: usize, claim: Claim| world.session(place).enter(claim, Vec::new());
    let good = || privilege_claim(&world, "org-admin", &[ADA], &["Zoe"]);
    world.refused("no-role", || set(fay, good()));
    let changed = |change: &dyn Fn(&mut Privilege)| {
        let Claim::PrivilegeSet(mut facts, personal) = good() else {
            panic!("another kind");
        };
        change(&mut facts);
        Claim::PrivilegeSet(facts, personal)
    };
    world.refused("malformed", || set(ADA, changed(&|it| it.may.reverse())));
    world.refused("malformed", || {
        set(ADA, changed(&|it| it.may = vec![Power::Scp, Power::Scp]))
    });
    world.refused("unknown-account", || {
        set(
            ADA,
            changed(&|it| it.account = AccountId::new("999988887777").unwrap()),
        )
    });
    world.refused("unknown-author", || {
        set(ADA, changed(&|it| it.people = vec![Id([7; 16])]))
    });
    set(ADA, good()).unwrap();
    set(ADA, changed(&|it| it.ended = true)).unwrap();
    let review = start(&world, ADA).unwrap().leaf;
    let ended = "privilege:org-admin".parse().unwrap();
    let layout = layout(&world, &review);
    assert!(
        !layout
            .groups
            .iter()
            .any(|group| group.facts.things.contains(&ended))
    );
}

#[test]
fn somebody_elsewhere_judges_and_signs_by_slip() {
    let (world, fay) = ready();
    mailbox(&world, "root-1", &[ADA, BEA], &["Zoe"]);
    let review = start(&world, ADA).unwrap().leaf;
    let group = group_of(&world, &review, "mailbox:root-1");
    let slip = |world: &World| {
        let file = world
            .session(ADA)
            .write_slip(world.id(fay), Some(review))
            .unwrap();
        let mut remote =
            rootkeep::ledger::Remote::open(&file, world.opening(fay).unwrap()).unwrap();
        remote.trust(&world.first_use()).unwrap();
        remote
    };
    let mut remote = slip(&world);
    // The names of others come along with what the slip is about.
    let seen = LayoutRecord::load(remote.records().as_ref(), &review).unwrap();
    assert_eq!(seen.group(group).unwrap().others, Some(vec![text("Zoe")]));
    assert_eq!(remote.sign().err().unwrap().code(), "not-judged");
    let struck = Claim::ReviewStrike(
        Strike {
            review,
            groups: vec![group],
            who: Named::Other(1),
        },
        Some(RejectPersonal {
            reason: text("not known here"),
        }),
    );
    let struck = remote.make(struck, Vec::new()).unwrap();
    let groups: Vec<u32> = (1..=record(&world, &review).groups).collect();
    let confirmed = remote
        .make(confirm_claim(review, &groups), Vec::new())
        .unwrap();
    world.brought(ADA, &[struck.file, confirmed.file]);
    let signed = slip(&world).sign().unwrap();
    world.brought(ADA, &[signed.file]);
    assert_eq!(record(&world, &review).signed, [world.id(fay)]);
    let key = StruckRecord::key(&review, group, &Named::Other(1));
    let session = world.open(ADA).unwrap();
    let struck = read::<StruckRecord>(&session.view(), &key)
        .unwrap()
        .unwrap();
    assert_eq!(struck.by, world.id(fay));
    drop(session);
    confirm(&world, CY, review).unwrap();
    assert!(world.session(CY).sign_off(review).unwrap().effective);
    world.assert_good(DAN);
}

/// A ledger with something to review, and a plan.
fn desk() -> Desk {
    let desk = Desk::ready();
    let mailbox = [
        "mailbox",
        "add",
        "root",
        "--address",
        "aws-root@example.com",
        "--member",
        "alice",
        "--member",
        "dave",
        "--other",
        "Zoe of the help desk",
        "--account",
        MANAGEMENT,
    ];
    desk.ok_as("alice", &mailbox);
    let privilege = [
        "privilege",
        "set",
        "org-admin",
        "--account",
        MANAGEMENT,
        "--kind",
        "break-glass",
        "--may",
        "scp",
        "--may",
        "root-email",
        "--member",
        "erin",
        "--mfa",
        "hardware",
    ];
    desk.ok_as("alice", &privilege);
    desk.ok_as("alice", &["review", "plan", "--every", "quarter"]);
    desk
}

/// The number of the group that has a thing, as `review show` has it.
fn group_on(desk: &Desk, review: &str, thing: &str) -> String {
    let shown = desk
        .ok_as("bob", &["--json", "review", "show", review])
        .json();
    let groups = shown["groups"].as_array().unwrap();
    let of =
        |group: &&serde_json::Value| group["things"].as_array().unwrap().contains(&thing.into());
    groups.iter().find(of).unwrap()["group"].to_string()
}

#[test]
fn a_review_from_its_plan_to_its_last_follow_up() {
    let desk = desk();
    let started = desk.ok_as("alice", &["--json", "review", "start"]).json();
    has(&started, &["id", "review", "period", "groups", "needs"]);
    assert_eq!(started["needs"], 2);
    let id = started["id"].as_str().unwrap();
    let shown = desk.ok_as("bob", &["review", "show", id]);
    for line in shown.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(shown.out.contains("Zoe of the help desk"));
    let mailbox = group_on(&desk, id, "mailbox:root");
    desk.refused("bob", &["sign", id], 3, "not-judged");
    desk.refused(
        "bob",
        &["review", "strike", id, "mallory", "--reason", "unknown"],
        5,
        "unknown-name",
    );
    desk.ok_as(
        "bob",
        &[
            "review",
            "strike",
            id,
            "dave",
            "--group",
            &mailbox,
            "--reason",
            "Left the desk",
        ],
    );
    desk.ok_as(
        "bob",
        &[
            "review",
            "strike",
            id,
            "Zoe of the help desk",
            "--reason",
            "Who?",
        ],
    );
    for name in ["bob", "erin"] {
        let said = desk
            .ok_as(name, &["--json", "review", "confirm", id])
            .json();
        assert_eq!(said["unjudged"], serde_json::json!([]));
    }
    assert_eq!(
        desk.ok_as("bob", &["--json", "sign", id]).json()["needs"],
        1
    );
    assert_eq!(
        desk.ok_as("erin", &["--json", "sign", id]).json()["effective"],
        true
    );
    let listed = desk.ok_as("alice", &["--json", "review", "list"]).json();
    assert_eq!(listed["reviews"][0]["state"], "passed");
    assert_eq!(listed["open"].as_array().unwrap().len(), 2);
    let status = desk.run_as("alice", &["--json", "status"]).json();
    assert_eq!(status["struck"].as_array().unwrap().len(), 2);
    // The ledger's own register has the names still.
    let done = |name| ["review", "done", id, name, "--note", "Out of it"];
    desk.refused("alice", &done("dave"), 3, "still-there");
    desk.write(
        "mailboxes.csv",
        b"id,address,members,others\nroot,aws-root@example.com,alice,\n",
    );
    desk.ok_as("alice", &["mailbox", "import", "mailboxes.csv"]);
    desk.ok_as("alice", &done("dave"));
    desk.ok_as("alice", &done("Zoe of the help desk"));
    let listed = desk.ok_as("alice", &["--json", "review", "list"]).json();
    assert_eq!(listed["open"], serde_json::json!([]));
    // The next one says what changed.
    let next = desk
        .ok_as(
            "alice",
            &[
                "--json",
                "review",
                "start",
                "--period",
                started["period"].as_str().unwrap(),
            ],
        )
        .json();
    let next = next["id"].as_str().unwrap();
    let shown = desk.ok_as("bob", &["review", "show", next]).out;
    assert!(
        shown.contains("went: dave; went: Zoe of the help desk"),
        "{shown}"
    );
    desk.ok_as("bob", &["reject", next, "--reason", "Too early"]);
    let verified = desk.ok_as("carol", &["--json", "verify"]).json();
    assert_eq!(verified["ok"], true);
}

#[test]
fn what_is_overdue_asks_for_attention() {
    let desk = desk();
    let later = ["--json", "review", "list", "--as-of", "2199-01-01"];
    let run = desk.run_as("alice", &later);
    assert_eq!(run.code, 6);
    assert_eq!(run.json()["reviews"][0]["state"], "overdue");
    let status = desk.run_as("alice", &["--json", "status", "--as-of", "2199-01-01"]);
    assert_eq!(status.code, 6);
    let overdue = status.json()["overdue"].to_string();
    assert!(
        overdue.contains("the review of who has access"),
        "{overdue}"
    );
    desk.ok_as("alice", &["calendar", "--out", "c.ics"]);
    let calendar = std::fs::read_to_string(desk.path("c.ics")).unwrap();
    assert!(calendar.contains("rootkeep review start"));
    desk.ok_as("alice", &["review", "unplan"]);
    assert_eq!(desk.run_as("alice", &later).code, 0);
    desk.refused("alice", &["review", "start"], 2, "missing-value");
    for period in ["2026", "2026-13", "2026-Q5", "now"] {
        desk.refused(
            "alice",
            &["review", "start", "--period", period],
            2,
            "bad-period",
        );
    }
}

#[test]
fn slips_confirm_strike_and_sign() {
    let desk = desk();
    let started = desk.ok_as("alice", &["--json", "review", "start"]).json();
    let id = started["id"].as_str().unwrap();
    let code = desk.code();
    let ask = |file: &str| {
        desk.ok_as(
            "alice",
            &["slip", "request", id, "--for", "erin", "--out", file],
        );
    };
    ask("one.slip");
    desk.refused(
        "erin",
        &[
            "slip",
            "sign",
            "one.slip",
            "--out",
            "early.slip",
            "--confirm",
            id,
            "--code",
            &code,
        ],
        3,
        "not-judged",
    );
    let strike = [
        "slip",
        "make",
        "review",
        "one.slip",
        "--strike",
        "Zoe of the help desk",
        "--reason",
        "Who?",
        "--out",
        "struck.slip",
    ];
    desk.ok_as("erin", &strike);
    desk.ok_as(
        "erin",
        &[
            "slip",
            "make",
            "review",
            "one.slip",
            "--out",
            "confirmed.slip",
        ],
    );
    desk.ok_as(
        "alice",
        &["slip", "import", "struck.slip", "confirmed.slip"],
    );
    ask("two.slip");
    desk.ok_as(
        "erin",
        &[
            "slip",
            "sign",
            "two.slip",
            "--out",
            "signed.slip",
            "--confirm",
            id,
        ],
    );
    desk.ok_as("alice", &["slip", "import", "signed.slip"]);
    let shown = desk
        .ok_as("alice", &["--json", "review", "show", id])
        .json();
    assert_eq!(shown["signed"], serde_json::json!(["erin"]));
    assert_eq!(shown["needs"], 1);
}

#[test]
fn a_review_begun_by_a_clock_set_forward_can_be_rejected() {
    let (world, fay) = ready();
    let now = world.clock.seconds();
    world.clock.forward(10 * 365 * 86_400);
    let review = start(&world, ADA).unwrap().leaf;
    world.clock.set(now);
    world
        .session(fay)
        .reject(review, text("That day is not yet"))
        .unwrap();
    passed(&world, &[BEA, fay]);
    world.assert_good(CY);
}
