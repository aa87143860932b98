//! Before a ledger is active: who founds it, and what the founders compare.

use std::fs;

use rootkeep::crypto::card::Card;
use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::words;
use rootkeep::error::Kind;
use rootkeep::ledger::FirstUse;
use rootkeep::statement::Claim;
use rootkeep::statement::decisions::About;

use crate::world::*;

#[test]
fn nothing_but_the_founding_is_said_before_the_ledger_is_active() {
    let world = World::founded(3, 2);
    let genesis = world.genesis();
    for founder in [BEA, CY] {
        world.refused("not-active", || world.enter(ADA, import_claim()));
        world.refused("not-active", || {
            world.enter(ADA, world.define(random_id(), "early", 2, &[ADA, BEA]))
        });
        world.refused("not-active", || {
            world.enter(BEA, Claim::Withdraw(About { subject: genesis }))
        });
        world.sign(founder, genesis).unwrap();
    }
    world.import(ADA);
    world.refused("already-decided", || world.sign(ADA, genesis));
    world.assert_good(ADA);
}

#[test]
fn a_genesis_is_signed_only_with_the_code_that_the_others_read_aloud() {
    let world = World::founded(3, 2);
    let genesis = world.genesis();
    world.refused("genesis-code-needed", || world.open(BEA)?.sign_off(genesis));
    world.refused("genesis-code-needed", || {
        world.open(BEA)?.trust(&FirstUse::default())
    });
    let other = words::spell(&Digest([9; 32]));
    let with = |code: String| {
        let mut session = world.open(BEA)?;
        session.trust(&FirstUse {
            genesis_code: Some(code),
            fingerprint: None,
        })?;
        session.sign_off(genesis)
    };
    world.refused("words-differ", || with(other));
    let mut eleven: Vec<String> = world.code().split_whitespace().map(str::to_owned).collect();
    eleven.pop();
    world.refused("words-count", || with(eleven.join(" ")));
    eleven.push("academic".to_owned());
    if eleven.join(" ")
        != world
            .code()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    {
        world.refused("words-differ", || with(eleven.join(" ")));
    }
    assert!(
        with(world.code().to_uppercase()).is_ok(),
        "case and spaces don't matter"
    );
}

#[test]
fn a_founder_whose_card_was_swapped_notices() {
    // ada founds with a card that has bea's id and recipient and ada's own keys.
    let world = World::of_people(3);
    let bea = &world.people[BEA];
    let (swapped, part) = Card::issue(
        &rng(),
        bea.card.recipient.clone(),
        &bea.personal,
        &world.host,
    )
    .unwrap();
    let mut cards: Vec<_> = world
        .people
        .iter()
        .map(|p| (p.card.clone(), p.part.clone(), p.personal.clone()))
        .collect();
    cards[BEA] = (swapped.clone(), part.clone(), bea.personal.clone());
    world.found(2, cards).unwrap();
    // bea's own card is beside the identity: it is in no ledger.
    let error = world.open(BEA).err().unwrap();
    assert_eq!(
        (error.code(), error.kind()),
        ("not-a-member", Kind::Refused)
    );
    // Without it, bea has to type the fingerprint of the own card.
    fs::remove_file(world.card_file(BEA)).unwrap();
    let code = words::spell(&world.open(ADA).unwrap().id());
    let mut session = world.open(BEA).unwrap();
    let first = |fingerprint: Option<String>| FirstUse {
        genesis_code: Some(code.clone()),
        fingerprint,
    };
    assert_eq!(
        session.trust(&first(None)).unwrap_err().code(),
        "card-needed"
    );
    let error = session.trust(&first(Some(bea.card.words()))).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("words-differ", Kind::Verification)
    );
    assert!(session.pin().is_none());
}

#[test]
fn an_own_card_with_anothers_keys_is_refused_when_founding() {
    let world = World::of_people(3);
    let bea = &world.people[BEA];
    let own = &world.people[ADA];
    let cards = |first: Card, part| {
        vec![
            (first, part, own.personal.clone()),
            (bea.card.clone(), bea.part.clone(), bea.personal.clone()),
        ]
    };
    let (other, part) = Card::issue(
        &rng(),
        own.card.recipient.clone(),
        &own.personal,
        &world.host,
    )
    .unwrap();
    let error = world.found(2, cards(other, part)).unwrap_err();
    assert_eq!(error.code(), "own-card-missing");
    for threshold in [0, 1, 3] {
        let error = world
            .found(threshold, cards(own.card.clone(), own.part.clone()))
            .unwrap_err();
        assert_eq!(error.code(), "malformed", "threshold {threshold} of 2");
    }
    let twice = vec![(own.card.clone(), own.part.clone(), own.personal.clone()); 2];
    assert_eq!(world.found(2, twice).unwrap_err().code(), "malformed");
    let alone = vec![(own.card.clone(), own.part.clone(), own.personal.clone())];
    assert_eq!(world.found(2, alone).unwrap_err().code(), "malformed");
    assert!(
        !world.ledger().exists(),
        "a founding that failed leaves nothing"
    );
    let leftovers = fs::read_dir(world.dir.path())
        .unwrap()
        .flatten()
        .filter(|e| e.path().is_dir())
        .count();
    assert_eq!(leftovers, 0);
    world
        .found(2, cards(own.card.clone(), own.part.clone()))
        .unwrap();
    assert_eq!(
        world
            .found(2, cards(own.card.clone(), own.part.clone()))
            .unwrap_err()
            .code(),
        "exists"
    );
}

#[test]
fn sixteen_founders_are_the_most() {
    let world = World::of_people(17);
    let cards: Vec<_> = world
        .people
        .iter()
        .map(|p| (p.card.clone(), p.part.clone(), p.personal.clone()))
        .collect();
    assert_eq!(
        world.found(9, cards.clone()).unwrap_err().code(),
        "malformed"
    );
    world.found(16, cards[..16].to_vec()).unwrap();
}
