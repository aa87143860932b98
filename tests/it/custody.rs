//! The register of places and things, and the log of who opened what: with a witness, and with what does
//! not fit kept as a finding.

use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::error::Result;
use rootkeep::ledger::Entered;
use rootkeep::present::describe;
use rootkeep::state::custody::Epoch;
use rootkeep::state::places::{AccessRecord, Finding, ItemRecord, LocationRecord, Place};
use rootkeep::state::records::read;
use rootkeep::statement::accesses::{
    Closed, ClosedPersonal, Handled, Happened, Logged, LoggedPersonal, Opened, OpenedPersonal,
    Present, SealState, Went,
};
use rootkeep::statement::decisions::SignOff;
use rootkeep::statement::people::Role;
use rootkeep::statement::register::{
    AddItem, AddItemPersonal, CheckItem, DestroyItem, HeldSecret, ItemKind, Location, LocationKind,
    LocationPersonal, Mailbox, MailboxPersonal, MoveItem, Remark, RetireLocation,
};
use rootkeep::statement::releases::{Close, ClosePersonal, Outcome as ReleaseOutcome};
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Time};

mod over_time;

use crate::story::retire;
use crate::world::*;

pub fn location(world: &World, word: &str) -> Claim {
    let mut access = vec![world.id(ADA), world.id(BEA)];
    access.sort();
    Claim::LocationSet(
        Location {
            location: name(word),
            kind: LocationKind::Safe,
            site: name("london"),
            timezone: "Europe/London".to_owned(),
            access,
            dual_control: true,
            depends_on_aws: false,
        },
        Some(LocationPersonal { description: None }),
    )
}

fn item(word: &str, at: &str, bag: Option<&str>) -> AddItem {
    AddItem {
        item: name(word),
        kind: ItemKind::QrSheet,
        holds: None,
        account: None,
        copy: None,
        location: name(at),
        bag: bag.map(text),
        sealed_by: None,
        witness: None,
        sealed_at: None,
        battery_checked: None,
        battery_expires: None,
    }
}

fn add(world: &World, item: AddItem) -> Result<Entered> {
    let personal = Some(AddItemPersonal { label: None });
    world
        .session(ADA)
        .enter(Claim::ItemAdd(item, personal), Vec::new())
}

/// Two safes in London, and a sheet of the password in the first.
fn registered() -> World {
    let world = World::ready();
    for word in ["london-a", "london-b"] {
        world
            .session(ADA)
            .enter(location(&world, word), Vec::new())
            .unwrap();
    }
    let mut sheet = item("sheet-1", "london-a", Some("A1"));
    sheet.holds = Some(HeldSecret {
        secret: world.secret(MFA),
        epoch: 1,
    });
    add(&world, sheet).unwrap();
    add(&world, item("papers", "london-a", None)).unwrap();
    world
}

fn now(world: &World) -> Time {
    Time::from_seconds(world.clock.seconds()).unwrap()
}

fn handled(word: &str, went: Went, bag: Option<&str>, seal: Option<SealState>) -> Handled {
    Handled {
        item: name(word),
        went,
        seal,
        bag: bag.map(text),
    }
}

fn access(world: &World, at: &str, witness: usize, items: Vec<Handled>) -> Claim {
    Claim::SafeLog(
        Logged {
            opened: Opened {
                location: name(at),
                opened_at: now(world),
                witness: world.id(witness),
                request: None,
            },
            happened: Happened {
                closed_at: now(world),
                items,
                counter: None,
                present: Vec::new(),
            },
        },
        Some(LoggedPersonal {
            purpose: text("Quarterly check"),
            others: Vec::new(),
            exceptions: Vec::new(),
            note: None,
        }),
    )
}

fn log(world: &World, claim: Claim) -> Result<Entered> {
    world.session(ADA).enter(claim, Vec::new())
}

/// Logged by ada, and signed by bea.
fn witnessed(world: &World, claim: Claim) -> Digest {
    let entered = log(world, claim).unwrap();
    assert_eq!((entered.effective, entered.needs), (false, 1));
    assert!(world.session(BEA).sign_off(entered.leaf).unwrap().effective);
    entered.leaf
}

/// What did not fit, besides that no release was in effect while the sheet, a way to sign-in codes, is there.
fn findings(world: &World, access: &Digest) -> Vec<Finding> {
    all_findings(world, access)
        .into_iter()
        .filter(|finding| *finding != Finding::NoRequest)
        .collect()
}

fn all_findings(world: &World, access: &Digest) -> Vec<Finding> {
    let session = world.session(ADA);
    read::<AccessRecord>(&session.view(), &access.to_hex())
        .unwrap()
        .unwrap()
        .findings
}

fn item_record(world: &World, word: &str) -> ItemRecord {
    ItemRecord::load(&world.session(ADA).view(), &name(word))
        .unwrap()
        .unwrap()
}

#[test]
fn an_access_counts_once_its_witness_has_signed() {
    let world = registered();
    let took = vec![handled("papers", Went::Out, None, None)];
    let entered = log(&world, access(&world, "london-a", BEA, took)).unwrap();
    let at_home = Place::At(name("london-a"));
    assert_eq!(item_record(&world, "papers").place, at_home);
    world.refused("not-the-witness", || {
        world.session(CY).sign_off(entered.leaf)
    });
    world.refused("not-the-witness", || {
        world.session(ADA).sign_off(entered.leaf)
    });
    world.session(BEA).sign_off(entered.leaf).unwrap();
    let place = item_record(&world, "papers").place;
    assert!(matches!(place, Place::Out { .. }), "{place:?}");
    world.refused("already-effective", || {
        world.session(BEA).sign_off(entered.leaf)
    });
    world.assert_good(CY);
}

#[test]
fn nobody_witnesses_what_they_did_themselves() {
    let world = registered();
    let own = access(&world, "london-a", ADA, Vec::new());
    world.refused("own-witness", || log(&world, own));
}

#[test]
fn a_witness_has_the_role_and_is_in_force() {
    let mut world = registered();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder]);
    world.session(fay).accept().unwrap();
    let by_holder = access(&world, "london-a", fay, Vec::new());
    world.refused("not-a-witness", || log(&world, by_holder));
    let entered = log(&world, access(&world, "london-a", CY, Vec::new())).unwrap();
    world.decide(ADA, retire(&world, CY, None), &[ADA, BEA, DAN]);
    world.refused("not-a-member", || world.open(CY));
    assert!(!entered.effective);
    let gone = access(&world, "london-a", CY, Vec::new());
    world.refused("not-a-witness", || log(&world, gone));
}

#[test]
fn a_witness_says_no_and_nothing_moves() {
    let world = registered();
    let took = vec![handled("papers", Went::Out, None, None)];
    let entered = log(&world, access(&world, "london-a", BEA, took)).unwrap();
    world
        .session(BEA)
        .reject(entered.leaf, text("I was not there"))
        .unwrap();
    world.refused("rejected", || world.session(BEA).sign_off(entered.leaf));
    let at_home = Place::At(name("london-a"));
    assert_eq!(item_record(&world, "papers").place, at_home);
}

#[test]
fn what_is_dated_ahead_is_rejected_and_not_signed() {
    let world = registered();
    let real = world.clock.seconds();
    world.clock.forward(10 * 365 * 86_400);
    let took = vec![handled("papers", Went::Out, None, None)];
    let entered = log(&world, access(&world, "london-a", BEA, took)).unwrap();
    world.clock.set(real);
    world.refused("dated-ahead", || world.session(BEA).sign_off(entered.leaf));
    let no = world
        .session(BEA)
        .reject(entered.leaf, text("That day is not yet"));
    no.unwrap();
    world.assert_good(CY);
}

#[test]
fn a_witness_sends_no_proof_and_no_share() {
    let world = registered();
    let entered = log(&world, access(&world, "london-a", BEA, Vec::new())).unwrap();
    let request = world.request(&[PASSWORD]);
    let mut session = world.session(BEA);
    session.sign_off(request.leaf).unwrap();
    let Claim::Sign(sign) = session.proven(request.seq + 1).unwrap().claim().clone() else {
        panic!()
    };
    let forged = SignOff {
        subject: entered.leaf,
        proofs: sign.proofs,
        shares: Vec::new(),
    };
    let error = session.enter(Claim::Sign(forged), Vec::new()).unwrap_err();
    assert_eq!(error.code(), "malformed");
}

fn open(world: &World, place: usize, witness: usize) -> Result<Entered> {
    let claim = Claim::SafeOpen(
        Opened {
            location: name("london-a"),
            opened_at: now(world),
            witness: world.id(witness),
            request: None,
        },
        Some(OpenedPersonal {
            purpose: text("Check"),
        }),
    );
    world.session(place).enter(claim, Vec::new())
}

/// The papers were taken out, says `place`, and `witness` saw it.
fn close(world: &World, place: usize, access: Digest, witness: usize) -> Result<Entered> {
    let claim = Claim::SafeClose(
        Closed {
            access,
            witness: world.id(witness),
            happened: Happened {
                closed_at: now(world),
                items: vec![handled("papers", Went::Out, None, None)],
                counter: Some(7),
                present: Vec::new(),
            },
        },
        Some(ClosedPersonal {
            others: Vec::new(),
            exceptions: Vec::new(),
            note: None,
        }),
    );
    world.session(place).enter(claim, Vec::new())
}

fn location_record(world: &World) -> LocationRecord {
    LocationRecord::load(&world.session(ADA).view(), &name("london-a"))
        .unwrap()
        .unwrap()
}

/// A custodian who is a witness and holds shares, and keeps nothing.
fn no_keeper(world: &mut World) -> usize {
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder, Role::Witness]);
    world.session(fay).accept().unwrap();
    fay
}

#[test]
fn as_it_happens_a_safe_is_opened_once_and_closed_by_who_opened_it_or_a_keeper() {
    let mut world = registered();
    let fay = no_keeper(&mut world);
    let opened = open(&world, ADA, BEA).unwrap();
    assert!(opened.effective);
    world.refused("still-open", || open(&world, CY, BEA));
    world.refused("no-role", || close(&world, fay, opened.leaf, BEA));
    world.clock.forward(300);
    let closed = close(&world, ADA, opened.leaf, BEA).unwrap();
    assert!(world.session(BEA).sign_off(closed.leaf).unwrap().effective);
    world.refused("not-open", || close(&world, ADA, opened.leaf, BEA));
    let location = location_record(&world);
    assert_eq!((location.open, location.accesses), (None, 1));
    assert_eq!(location.counter, Some(7));
    let by_fay = open(&world, fay, BEA).unwrap();
    let by_keeper = close(&world, CY, by_fay.leaf, BEA).unwrap();
    assert!(
        world
            .session(BEA)
            .sign_off(by_keeper.leaf)
            .unwrap()
            .effective
    );
    world.assert_good(DAN);
}

#[test]
fn a_safe_stays_open_until_a_witness_has_signed_how_it_was_closed() {
    let world = registered();
    let opened = open(&world, ADA, BEA).unwrap();
    let denied = close(&world, ADA, opened.leaf, BEA).unwrap();
    assert!(location_record(&world).open.is_some());
    world.refused("still-open", || open(&world, ADA, BEA));
    world
        .session(BEA)
        .reject(denied.leaf, text("It was otherwise"))
        .unwrap();
    assert!(location_record(&world).open.is_some());
    // Told twice, it is closed by the one that the witness signs, and the other lapses.
    let one = close(&world, ADA, opened.leaf, BEA).unwrap();
    let other = close(&world, ADA, opened.leaf, BEA).unwrap();
    world.session(BEA).sign_off(other.leaf).unwrap();
    assert_eq!(location_record(&world).open, None);
    world.refused("lapsed", || world.session(BEA).sign_off(one.leaf));
    // Nor does it close what was opened since.
    open(&world, ADA, BEA).unwrap();
    world.refused("lapsed", || world.session(BEA).sign_off(one.leaf));
    assert!(location_record(&world).open.is_some());
    world.assert_good(DAN);
}

#[test]
fn another_may_witness_the_closing_than_was_named_at_the_opening() {
    let world = registered();
    let opened = open(&world, ADA, BEA).unwrap();
    world.refused("own-witness", || close(&world, ADA, opened.leaf, ADA));
    let closed = close(&world, ADA, opened.leaf, CY).unwrap();
    world.refused("not-the-witness", || {
        world.session(BEA).sign_off(closed.leaf)
    });
    world.session(CY).sign_off(closed.leaf).unwrap();
    let access = read::<AccessRecord>(&world.session(ADA).view(), &closed.leaf.to_hex())
        .unwrap()
        .unwrap();
    assert_eq!(access.witness, world.id(CY));
}

#[test]
fn what_waits_for_one_who_left_is_taken_back_by_a_keeper() {
    let mut world = registered();
    let fay = no_keeper(&mut world);
    let waits = |world: &World| {
        let claim = access(world, "london-a", CY, Vec::new());
        world.session(fay).enter(claim, Vec::new()).unwrap().leaf
    };
    let leaf = waits(&world);
    world.refused("not-author", || world.session(ADA).withdraw(leaf));
    world.decide(ADA, retire(&world, CY, None), &[ADA, BEA, DAN]);
    world.session(ADA).withdraw(leaf).unwrap();
}

#[test]
fn a_thing_is_elsewhere_once_a_witness_has_signed() {
    let world = registered();
    let moved = |to: &str, witness: usize| {
        let moved = MoveItem {
            item: name("papers"),
            location: name(to),
            bag: None,
            witness: world.id(witness),
        };
        let note = text("carried");
        Claim::ItemMove(moved, Some(Remark { note }))
    };
    world.refused("own-witness", || log(&world, moved("london-b", ADA)));
    let entered = log(&world, moved("london-b", BEA)).unwrap();
    let at = |place: &str| Place::At(name(place));
    assert_eq!(item_record(&world, "papers").place, at("london-a"));
    world.refused("not-the-witness", || {
        world.session(CY).sign_off(entered.leaf)
    });
    world.session(BEA).sign_off(entered.leaf).unwrap();
    assert_eq!(item_record(&world, "papers").place, at("london-b"));
    // It has left london-a, which may end, and then nothing can come back there.
    let back = log(&world, moved("london-a", BEA)).unwrap();
    let sheet = MoveItem {
        item: name("sheet-1"),
        location: name("london-b"),
        bag: None,
        witness: world.id(BEA),
    };
    let note = text("carried");
    witnessed(&world, Claim::ItemMove(sheet, Some(Remark { note })));
    let note = text("let");
    let gone = RetireLocation {
        location: name("london-a"),
    };
    log(&world, Claim::LocationRetire(gone, Some(Remark { note }))).unwrap();
    world.refused("lapsed", || world.session(BEA).sign_off(back.leaf));
}

#[test]
fn what_does_not_fit_is_a_finding() {
    let world = registered();
    let sheet = |went, bag, seal| vec![handled("sheet-1", went, bag, seal)];
    let took = access(
        &world,
        "london-a",
        BEA,
        sheet(Went::Out, Some("A2"), Some(SealState::Intact)),
    );
    let item = name("sheet-1");
    assert_eq!(
        findings(&world, &witnessed(&world, took)),
        [
            Finding::BagMismatch {
                item: item.clone(),
                registered: Some(text("A1")),
                typed: text("A2"),
            },
            Finding::NoRelease { item: item.clone() },
        ]
    );
    // It is out: nobody can look at it in a safe.
    let saw = access(
        &world,
        "london-a",
        BEA,
        sheet(Went::Stayed, Some("A1"), None),
    );
    assert_eq!(
        findings(&world, &witnessed(&world, saw)),
        [Finding::NotThere { item: item.clone() }]
    );
    let back = access(
        &world,
        "london-b",
        BEA,
        sheet(Went::In, Some("A1"), Some(SealState::Intact)),
    );
    assert_eq!(findings(&world, &witnessed(&world, back)), []);
    let elsewhere = access(&world, "london-a", BEA, sheet(Went::In, Some("A1"), None));
    assert_eq!(
        findings(&world, &witnessed(&world, elsewhere)),
        [Finding::TwoPlaces {
            item: item.clone(),
            at: name("london-b"),
        }]
    );
    let unread = access(&world, "london-a", BEA, sheet(Went::Stayed, None, None));
    assert_eq!(
        findings(&world, &witnessed(&world, unread)),
        [Finding::BagNotRead { item }]
    );
}

#[test]
fn a_gap_in_a_locks_counter_is_a_finding() {
    let world = registered();
    for (counter, gap) in [
        (5, None),
        (6, None),
        (9, Some(7)),
        (10, None),
        (3, Some(11)),
    ] {
        let Claim::SafeLog(mut logged, personal) = access(&world, "london-a", BEA, Vec::new())
        else {
            panic!()
        };
        logged.happened.counter = Some(counter);
        let leaf = witnessed(&world, Claim::SafeLog(logged, personal));
        let wanted: Vec<Finding> = gap
            .map(|expected| Finding::CounterGap {
                expected,
                was: counter,
            })
            .into_iter()
            .collect();
        assert_eq!(findings(&world, &leaf), wanted, "{counter}");
    }
}

#[test]
fn whoever_opened_a_bag_may_know_what_was_in_it() {
    let world = registered();
    let opened = vec![handled(
        "sheet-1",
        Went::Stayed,
        Some("A1"),
        Some(SealState::Broken),
    )];
    let Claim::SafeLog(mut logged, personal) = access(&world, "london-a", BEA, opened) else {
        panic!()
    };
    logged.happened.present = vec![Present {
        custodian: world.id(CY),
        entered: now(&world),
        left: now(&world),
    }];
    witnessed(&world, Claim::SafeLog(logged, personal));
    let epoch = Epoch::load(&world.session(ADA).view(), &world.secret(MFA), 1)
        .unwrap()
        .unwrap();
    for place in [ADA, BEA, CY] {
        assert!(epoch.knowers.contains(&world.id(place)));
    }
    assert!(item_record(&world, "sheet-1").broken);
    // In a new bag it is whole again, and that is the registered one.
    let back = vec![handled(
        "sheet-1",
        Went::In,
        Some("B7"),
        Some(SealState::Intact),
    )];
    witnessed(&world, access(&world, "london-a", BEA, back));
    let sheet = item_record(&world, "sheet-1");
    assert_eq!((sheet.broken, sheet.facts.bag), (false, Some(text("B7"))));
}

#[test]
fn in_a_release_the_same_access_is_in_order() {
    let world = registered();
    let request = world.request_by(DAN, &[MFA], DAN, 3600).unwrap();
    world.sign_all(request.leaf, &[DAN, EVE]);
    let took = vec![handled(
        "sheet-1",
        Went::Out,
        Some("A1"),
        Some(SealState::Intact),
    )];
    let with_release = |world: &World| {
        let Claim::SafeLog(mut logged, personal) = access(world, "london-a", BEA, took.clone())
        else {
            panic!()
        };
        logged.opened.request = Some(request.leaf);
        Claim::SafeLog(logged, personal)
    };
    let leaf = witnessed(&world, with_release(&world));
    assert_eq!(findings(&world, &leaf), []);
    let home = MoveItem {
        item: name("sheet-1"),
        location: name("london-a"),
        bag: None,
        witness: world.id(BEA),
    };
    let note = text("put back");
    witnessed(&world, Claim::ItemMove(home, Some(Remark { note })));
    world.clock.forward(4000);
    let late = witnessed(&world, with_release(&world));
    let item = name("sheet-1");
    assert_eq!(findings(&world, &late), [Finding::NoRelease { item }]);
}

#[test]
fn a_place_with_an_mfa_device_is_opened_in_a_release() {
    let world = registered();
    let at = |place: &str| access(&world, place, BEA, Vec::new());
    let leaf = witnessed(&world, at("london-a"));
    assert_eq!(all_findings(&world, &leaf), [Finding::NoRequest]);
    let leaf = witnessed(&world, at("london-b"));
    assert_eq!(all_findings(&world, &leaf), []);
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[ADA, BEA]);
    let Claim::SafeLog(mut logged, personal) = at("london-a") else {
        panic!()
    };
    logged.opened.request = Some(request.leaf);
    let leaf = witnessed(&world, Claim::SafeLog(logged, personal));
    assert_eq!(all_findings(&world, &leaf), []);
}

#[test]
fn a_release_covers_nothing_once_it_was_closed() {
    let world = registered();
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[ADA, BEA]);
    let close = Claim::Close(
        Close {
            request: request.leaf,
            outcome: ReleaseOutcome::Unused,
            rotated: false,
        },
        Some(ClosePersonal {
            note: text("not needed"),
        }),
    );
    log(&world, close).unwrap();
    let within = |world: &World| {
        let Claim::SafeLog(mut logged, personal) = access(world, "london-a", BEA, Vec::new())
        else {
            panic!()
        };
        logged.opened.request = Some(request.leaf);
        let leaf = witnessed(world, Claim::SafeLog(logged, personal));
        all_findings(world, &leaf)
    };
    // By two people's clocks it may have been before.
    world.clock.forward(300);
    assert_eq!(within(&world), []);
    world.clock.forward(1);
    assert_eq!(within(&world), [Finding::NoRequest]);
}

#[test]
fn who_has_no_access_and_who_is_alone_under_dual_control_is_a_finding() {
    let world = registered();
    let leaf = world
        .session(CY)
        .enter(access(&world, "london-b", BEA, Vec::new()), Vec::new())
        .unwrap()
        .leaf;
    world.session(BEA).sign_off(leaf).unwrap();
    let custodian = world.id(CY);
    assert_eq!(
        findings(&world, &leaf),
        [Finding::Unlisted { custodian }, Finding::NotTwo]
    );
    let leaf = world
        .session(ADA)
        .enter(access(&world, "london-b", CY, Vec::new()), Vec::new())
        .unwrap()
        .leaf;
    world.session(CY).sign_off(leaf).unwrap();
    assert_eq!(findings(&world, &leaf), [Finding::NotTwo]);
}

#[test]
fn what_was_written_down_before_a_thing_was_moved_does_not_move_it_back() {
    let world = registered();
    let moved = |item: &str, to: &str| {
        let moved = MoveItem {
            item: name(item),
            location: name(to),
            bag: Some(text("A1")),
            witness: world.id(BEA),
        };
        let note = text("carried");
        Claim::ItemMove(moved, Some(Remark { note }))
    };
    let held_back = log(&world, moved("sheet-1", "london-b")).unwrap();
    let old_log = access(
        &world,
        "london-a",
        BEA,
        vec![handled(
            "sheet-1",
            Went::Out,
            Some("A1"),
            Some(SealState::Intact),
        )],
    );
    let old_log = log(&world, old_log).unwrap();
    let broken = vec![handled(
        "sheet-1",
        Went::Stayed,
        Some("A1"),
        Some(SealState::Broken),
    )];
    witnessed(&world, access(&world, "london-a", BEA, broken));
    world.refused("lapsed", || world.session(BEA).sign_off(held_back.leaf));
    assert!(item_record(&world, "sheet-1").broken);
    world.session(BEA).sign_off(old_log.leaf).unwrap();
    let item = name("sheet-1");
    assert!(findings(&world, &old_log.leaf).contains(&Finding::Overtaken { item }));
}

#[test]
fn who_has_opened_does_not_witness_how_a_keeper_closes_it() {
    let world = registered();
    let opened = open(&world, CY, DAN).unwrap();
    world.refused("own-witness", || close(&world, ADA, opened.leaf, CY));
    let closed = close(&world, ADA, opened.leaf, DAN).unwrap();
    let shown = {
        let session = world.session(DAN);
        let preview = session.preview(&closed.leaf).unwrap();
        let people = session.people().unwrap();
        describe::statement(&session, &preview.statement, &people)
            .unwrap()
            .join("\n")
    };
    assert!(
        shown.contains("opening   cy opens london-a") && shown.contains("release   none"),
        "{shown}"
    );
}

#[test]
fn a_release_of_something_else_excuses_nothing() {
    let world = registered();
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[ADA, BEA]);
    let took = vec![handled(
        "sheet-1",
        Went::Out,
        Some("A1"),
        Some(SealState::Intact),
    )];
    let Claim::SafeLog(mut logged, personal) = access(&world, "london-a", BEA, took) else {
        panic!()
    };
    logged.opened.request = Some(request.leaf);
    let leaf = witnessed(&world, Claim::SafeLog(logged, personal));
    let item = name("sheet-1");
    assert_eq!(findings(&world, &leaf), [Finding::NoRelease { item }]);
}

#[test]
fn a_token_and_the_password_in_the_same_hands_are_a_finding() {
    let world = registered();
    let mut sheet = item("password", "london-a", None);
    sheet.holds = Some(HeldSecret {
        secret: world.secret(PASSWORD),
        epoch: 1,
    });
    add(&world, sheet).unwrap();
    let mut token = item("token", "london-a", None);
    token.kind = ItemKind::MfaToken;
    token.account = Some(MANAGEMENT.parse().unwrap());
    add(&world, token).unwrap();
    let took = ["password", "token"].map(|word| handled(word, Went::Out, None, None));
    let leaf = witnessed(&world, access(&world, "london-a", BEA, took.to_vec()));
    let subject = MANAGEMENT.to_owned();
    assert!(findings(&world, &leaf).contains(&Finding::BothFactors { subject }));
}

#[test]
fn times_that_cannot_be_are_refused() {
    let world = registered();
    let at = |seconds: i64| Time::from_seconds(world.clock.seconds() + seconds).unwrap();
    for (opened, closed, code) in [
        (0, -60, "malformed"),
        (0, 600, "dated-ahead"),
        (600, 600, "dated-ahead"),
    ] {
        let Claim::SafeLog(mut logged, personal) = access(&world, "london-a", BEA, Vec::new())
        else {
            panic!()
        };
        logged.opened.opened_at = at(opened);
        logged.happened.closed_at = at(closed);
        let claim = Claim::SafeLog(logged, personal);
        world.refused(code, || log(&world, claim));
    }
}

#[test]
fn names_are_for_good_and_what_is_not_there_is_refused() {
    let world = registered();
    world.refused("item-known", || {
        add(&world, item("papers", "london-b", None))
    });
    world.refused("unknown-location", || {
        add(&world, item("new", "paris", None))
    });
    let strange = vec![handled("nothing", Went::Out, None, None)];
    let claim = access(&world, "london-a", BEA, strange);
    world.refused("unknown-item", || log(&world, claim));
    let twice = vec![
        handled("papers", Went::Out, None, None),
        handled("papers", Went::In, None, None),
    ];
    let claim = access(&world, "london-a", BEA, twice);
    world.refused("malformed", || log(&world, claim));
    let retire = |word: &str| {
        Claim::LocationRetire(
            RetireLocation {
                location: name(word),
            },
            Some(Remark {
                note: text("moved"),
            }),
        )
    };
    world.refused("not-empty", || log(&world, retire("london-a")));
    log(&world, retire("london-b")).unwrap();
    world.refused("location-retired", || {
        log(&world, location(&world, "london-b"))
    });
}

#[test]
fn a_thing_is_destroyed_before_a_witness_and_is_then_nowhere() {
    let world = registered();
    let destroy = || {
        Claim::ItemDestroy(
            DestroyItem {
                item: name("papers"),
                witness: world.id(BEA),
            },
            Some(Remark {
                note: text("shredded"),
            }),
        )
    };
    let (one, other) = (
        log(&world, destroy()).unwrap(),
        log(&world, destroy()).unwrap(),
    );
    world.session(BEA).sign_off(one.leaf).unwrap();
    assert_eq!(item_record(&world, "papers").place, Place::Destroyed);
    world.refused("lapsed", || world.session(BEA).sign_off(other.leaf));
    let check = CheckItem {
        item: name("papers"),
        battery_checked: Date::parse("2026-11-21").unwrap(),
        battery_expires: None,
    };
    world.refused("item-destroyed", || log(&world, Claim::ItemCheck(check)));
}

#[test]
fn only_a_keeper_keeps_the_register() {
    let mut world = registered();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder, Role::Witness]);
    world.session(fay).accept().unwrap();
    let mailbox = || {
        Claim::MailboxSet(
            Mailbox {
                mailbox: name("root-1"),
                members: vec![world.id(ADA)],
                accounts: Vec::new(),
                closed: false,
            },
            Some(MailboxPersonal {
                address: text("aws-root@example.com"),
                others: vec![text("the service desk")],
            }),
        )
    };
    log(&world, mailbox()).unwrap();
    for claim in [mailbox(), location(&world, "london-c")] {
        world.refused("no-role", || world.session(fay).enter(claim, Vec::new()));
    }
    // Whoever opens writes it down, keeper or not.
    let own = access(&world, "london-a", BEA, Vec::new());
    world.session(fay).enter(own, Vec::new()).unwrap();
}

#[test]
fn who_has_left_gets_no_way_in() {
    let world = registered();
    world.decide(ADA, retire(&world, CY, None), &[ADA, BEA, DAN]);
    let Claim::LocationSet(mut set, personal) = location(&world, "london-a") else {
        panic!()
    };
    let mut access: Vec<Id> = vec![world.id(ADA), world.id(CY)];
    access.sort();
    set.access = access;
    let claim = Claim::LocationSet(set, personal);
    world.refused("retired", || log(&world, claim));
}
