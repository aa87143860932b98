//! What a hostile custodian tried on others: each was tried on a real ledger first, and worked.

use rootkeep::crypto::card::{Card, CardPersonal};
use rootkeep::crypto::fixed::Digest;
use rootkeep::error::{Kind, Result};
use rootkeep::present::describe;
use rootkeep::state::custody::{Epoch, RequestRecord};
use rootkeep::statement::Claim;
use rootkeep::statement::decisions::About;
use rootkeep::statement::releases::Form;

use crate::forger::{Forger, edit_records, mend_shards};
use crate::world::*;

const YEAR: i64 = 365 * 86_400;

/// What a signer's program shows of a statement, or why it shows nothing.
fn shown(world: &World, place: usize, subject: &Digest) -> Result<String> {
    let session = world.trusted(place)?;
    let preview = session.preview(subject)?;
    let people = session.people()?;
    Ok(describe::statement(&session, &preview.statement, &people)?.join("\n"))
}

#[test]
fn a_secret_is_shown_to_signers_under_no_other_name() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    drop(world.trusted(BEA).unwrap());
    assert!(
        shown(&world, BEA, &request.leaf)
            .unwrap()
            .contains(PASSWORD)
    );
    assert!(edit_records(&world.raw(ADA), "secret", "password", "note") > 0);
    let error = shown(&world, BEA, &request.leaf).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("state-mismatch", Kind::Verification)
    );
}

#[test]
fn founders_are_shown_with_the_cards_of_the_charter() {
    let world = World::founded(3, 2);
    let mut world = world;
    let mallory = world.newcomer("mallory");
    let genesis = world.genesis();
    let own = world.people[CY].card.words();
    let raw = world.raw(ADA);
    // Cy's row says that Mallory's card is cy's.
    let card = world.people[mallory].card.envelope().to_vec();
    let encoded = data_encoding::BASE64.encode(&card);
    let record = format!("{{\"envelope\":\"{encoded}\"}}");
    raw.execute(
        "UPDATE state SET value = ?2 WHERE kind = 'card' AND key = ?1",
        rusqlite::params![world.id(CY).to_hex(), record.as_bytes()],
    )
    .unwrap();
    mend_shards(&raw);
    let mut session = world.open(BEA).unwrap();
    let seen = session.trust(&world.first_use()).and_then(|()| {
        let preview = session.preview(&genesis)?;
        let people = session.people()?;
        Ok(describe::statement(&session, &preview.statement, &people)?.join("\n"))
    });
    // Either nothing is shown, or what the charter has.
    assert!(
        seen.as_ref()
            .is_err_and(|error| error.code() == "state-mismatch"),
        "{seen:?}"
    );
    let from_charter = {
        let session = world.open(BEA).unwrap();
        let preview = session.preview(&genesis).unwrap();
        let people = session.people().unwrap();
        describe::statement(&session, &preview.statement, &people)
            .unwrap()
            .join("\n")
    };
    assert!(from_charter.contains(&own), "{from_charter}");
}

#[test]
fn an_id_that_is_typed_leads_to_the_entry_that_has_it() {
    let world = World::ready();
    let harmless = world.request(&[MFA]);
    let wanted = world.request(&[PASSWORD]);
    drop(world.trusted(BEA).unwrap());
    let raw = world.raw(ADA);
    raw.execute_batch(&format!(
        "UPDATE leaf SET id = x'00' WHERE seq = {0};
         UPDATE leaf SET id = x'{2}' WHERE seq = {1};
         UPDATE leaf SET id = x'{3}' WHERE seq = {0};",
        harmless.seq, wanted.seq, harmless.id, wanted.id
    ))
    .unwrap();
    let session = world.trusted(BEA).unwrap();
    let error = session.find_entry(&harmless.id.to_hex()).unwrap_err();
    assert_eq!(error.kind(), Kind::Verification, "{error}");
}

#[test]
fn what_was_edited_to_wait_again_is_not_signed() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.session(BEA).withdraw(request.leaf).unwrap_err();
    world.session(ADA).withdraw(request.leaf).unwrap();
    drop(world.trusted(BEA).unwrap());
    let raw = world.raw(ADA);
    assert!(edit_records(&raw, "request", "\"withdrawn\":true", "\"withdrawn\":false") > 0);
    let error = world.refused("state-mismatch", || {
        world.trusted(BEA)?.sign_off(request.leaf)
    });
    assert_eq!(error.kind(), Kind::Verification);
}

#[test]
fn an_entry_past_the_rules_stops_every_program_that_meets_it() {
    // Carol closes somebody else's request by SQL.
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[BEA, CY]);
    drop(world.trusted(BEA).unwrap());
    let forger = Forger::new(&world, CY);
    forger.enter(close_claim(request.leaf), &[]);
    drop(forger);
    let error = world.trusted(BEA).err().unwrap();
    assert_eq!(
        (error.code(), error.kind()),
        ("illegal-entry", Kind::Verification)
    );
}

#[test]
fn a_clock_that_runs_ahead_stretches_no_window() {
    let world = World::ready();
    let now = world.clock.seconds();
    world.clock.set(now + 20 * YEAR);
    let ahead = world.request(&[PASSWORD]);
    world.clock.set(now + 60);
    world.refused("dated-ahead", || world.trusted(BEA)?.sign_off(ahead.leaf));
    // Just within what two clocks may differ by.
    world.clock.set(now + 400);
    let close = world.request(&[PASSWORD]);
    world.clock.set(now + 400 - 301);
    world.refused("dated-ahead", || world.trusted(BEA)?.sign_off(close.leaf));
    world.clock.set(now + 400 - 300);
    world.trusted(BEA).unwrap().sign_off(close.leaf).unwrap();
    // Put into effect ahead of time, it is revealed when that time has come, and not before.
    world.clock.set(now + 2000);
    world.trusted(CY).unwrap().sign_off(close.leaf).unwrap();
    let secret = world.secret(PASSWORD);
    let reveal = || {
        world
            .trusted(ADA)?
            .reveal(&close.leaf, &secret, Form::Text, |_| Ok(()))
            .map(drop)
    };
    world.clock.set(now + 2000 - 301);
    world.refused("dated-ahead", reveal);
    world.clock.set(now + 2000 - 300);
    reveal().unwrap();
    world.assert_good(ADA);
}

#[test]
fn a_clock_that_is_behind_moves_no_window_back() {
    let world = World::ready();
    let now = world.clock.seconds();
    let asked = world.request(&[PASSWORD]);
    world.clock.set(now + 71 * 3600);
    world.trusted(BEA).unwrap().sign_off(asked.leaf).unwrap();
    // cy signs as though it were three days ago, when somebody signed in.
    world.clock.set(now);
    world.trusted(CY).unwrap().sign_off(asked.leaf).unwrap();
    let record = || {
        let session = world.open(ADA).unwrap();
        RequestRecord::load(&session.view(), &asked.leaf)
            .unwrap()
            .unwrap()
    };
    let began = record().effect.unwrap().at;
    assert_eq!(began.seconds(), now + 71 * 3600);
    let secret = world.secret(PASSWORD);
    let reveal = || {
        world
            .trusted(ADA)?
            .reveal(&asked.leaf, &secret, Form::Text, |_| Ok(()))
            .map(drop)
    };
    world.refused("dated-ahead", reveal);
    // Nor does whoever signs once it is in effect.
    world.clock.set(now + 71 * 3600 - 300);
    world.trusted(ADA).unwrap().sign_off(asked.leaf).unwrap();
    assert_eq!(record().effect.unwrap().at, began);
    world.clock.set(now + 72 * 3600);
    reveal().unwrap();
    world.clock.set(now + 72 * 3600 + 1);
    world.refused("expired", reveal);
    world.assert_good(ADA);
}

#[test]
fn a_proposal_that_is_dated_ahead_is_not_signed() {
    let world = World::ready();
    let now = world.clock.seconds();
    world.clock.set(now + 301);
    let proposed = world
        .session(ADA)
        .enter(
            world.define(random_id(), "late", 2, &[ADA, BEA]),
            Vec::new(),
        )
        .unwrap();
    world.clock.set(now);
    world.refused("dated-ahead", || {
        world.trusted(BEA)?.sign_off(proposed.leaf)
    });
    world.clock.set(now + 1);
    world.trusted(BEA).unwrap().sign_off(proposed.leaf).unwrap();
}

#[test]
fn whoever_was_sent_enough_may_know_the_value_whatever_became_of_the_request() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let knows = |place: usize| {
        let session = world.trusted(ADA).unwrap();
        let epoch = Epoch::load(&session.view(), &secret, 1).unwrap().unwrap();
        epoch.knowers.contains(&world.id(place))
    };
    // Two of ada, bea and cy are enough. Ada sealed it; dan holds no share, cy does.
    let by = |operator: usize| {
        world
            .session(ADA)
            .request(&[(secret, 1)], world.id(operator), 600, purpose())
            .unwrap()
    };
    let request = by(CY);
    world.trusted(BEA).unwrap().sign_off(request.leaf).unwrap();
    assert!(knows(CY), "one share was sent, and one is cy's own");
    world.session(ADA).withdraw(request.leaf).unwrap();
    // Dan collects one share by each of two requests that never take effect.
    let request = by(3);
    world.trusted(BEA).unwrap().sign_off(request.leaf).unwrap();
    world.session(ADA).withdraw(request.leaf).unwrap();
    assert!(!knows(3));
    let request = by(3);
    world.trusted(CY).unwrap().sign_off(request.leaf).unwrap();
    assert!(knows(3));
    world.assert_good(ADA);
}

#[test]
fn a_statement_without_its_purpose_is_not_shown_to_be_signed() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    drop(world.trusted(BEA).unwrap());
    world
        .raw(ADA)
        .execute(
            "UPDATE leaf SET personal = NULL, personal_salt = NULL WHERE seq = ?1",
            [request.seq as i64],
        )
        .unwrap();
    let error = shown(&world, BEA, &request.leaf).unwrap_err();
    assert_eq!(error.code(), "personal-missing");
}

#[test]
fn names_that_look_alike_are_told_apart_and_unseen_characters_are_no_names() {
    let mut world = World::ready();
    let twin = world.newcomer("b\u{435}a");
    world.enrol(twin, &[rootkeep::statement::people::Role::Witness]);
    let people = world.trusted(ADA).unwrap().people().unwrap();
    for place in [BEA, twin] {
        let id: String = world.id(place).to_hex().chars().take(8).collect();
        assert!(people.name(&world.id(place)).ends_with(&format!("[{id}]")));
    }
    assert_eq!(people.name(&world.id(CY)), "cy");
    for name in [
        "bob\u{34f}",
        "bob\u{3164}",
        "bob\u{fe0f}",
        "\u{115f}",
        "carol, dave",
    ] {
        let personal = CardPersonal {
            name: name.to_owned(),
            contact: None,
            timezone: None,
        };
        let recipient = world.people[ADA].card.recipient.clone();
        let error = Card::issue(&rng(), recipient, &personal, &world.host).unwrap_err();
        assert_eq!(error.code(), "bad-text", "{name:?}");
    }
}

#[test]
fn a_card_that_was_proposed_by_somebody_else_and_taken_back_is_in_nobodys_way() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    // A squatter's card with fay's recipient and keys of his own.
    let personal = world.people[fay].personal.clone();
    let recipient = world.people[fay].card.recipient.clone();
    let (card, part) = Card::issue(&rng(), recipient, &personal, &world.host).unwrap();
    let Claim::CustodianAdd(mut add, added) =
        world.add_claim(fay, &[rootkeep::statement::people::Role::Witness])
    else {
        panic!()
    };
    add.card = rootkeep::crypto::fixed::Base64(card.envelope().to_vec());
    let added = added.map(|mut added| {
        added.salt = part.salt;
        added.bytes = part.bytes;
        added
    });
    let squat = world
        .session(ADA)
        .enter(Claim::CustodianAdd(add, added), Vec::new())
        .unwrap();
    let proper = || {
        world.session(BEA).enter(
            world.add_claim(fay, &[rootkeep::statement::people::Role::Witness]),
            Vec::new(),
        )
    };
    world.refused("card-known", proper);
    world
        .session(ADA)
        .enter(
            Claim::Withdraw(About {
                subject: squat.leaf,
            }),
            Vec::new(),
        )
        .unwrap();
    proper().unwrap();
    world.assert_good(CY);
}
