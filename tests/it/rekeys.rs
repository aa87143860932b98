//! A new data key: whoever went opens nothing that is written after, and it is whole wherever it was
//! interrupted.

use std::fs;

use rootkeep::crypto::age_file;
use rootkeep::crypto::recipient::Recipient;
use rootkeep::ledger::People;
use rootkeep::statement::Claim;
use rootkeep::statement::quorums::Rekey;
use rootkeep::store::{Access, Store};

use crate::cli::Desk;
use crate::killing::Kills;
use crate::story::retire;
use crate::world::*;

#[test]
fn whoever_went_opens_nothing_that_is_written_after() {
    let world = World::ready();
    let old = world.data_key(CY);
    world.decide(ADA, retire(&world, CY, None), &[BEA, 3, 4]);
    let entered = world.rekeyed(ADA);
    assert!(entered.effective && entered.warnings.is_empty());
    let database = world.ledger().join("ledger.db");
    let error = Store::open(&database, &old, Access::Write).err().unwrap();
    assert_eq!(error.code(), "wrong-data-key");
    assert!(
        !world
            .ledger()
            .join(format!("keys/{}.age", world.id(CY)))
            .exists()
    );
    for place in [ADA, BEA, 3, 4] {
        drop(world.trusted(place).unwrap());
        world.assert_good(place);
    }
    // Governance recovery has the new one too, and the next time is counted.
    let again = world.rekeyed(BEA);
    assert!(again.seq > entered.seq);
    assert_ne!(world.data_key(ADA).expose(), old.expose());
    world.assert_good(ADA);
}

/// What helps with typing needs no identity, and is in nobody's way.
#[test]
fn a_glance_reads_names_until_the_key_is_new_and_holds_nothing() {
    let world = World::ready();
    let glance = world.open(ADA).unwrap().glance();
    let mut names = glance.read(|records| People::load(records)).unwrap();
    let here = names
        .iter()
        .filter_map(|(_, _, card)| Some(card?.name.clone()));
    assert!(here.collect::<Vec<_>>().contains(&"ada".to_owned()));
    world.rekeyed(ADA);
    let error = glance.read(|records| People::load(records)).err().unwrap();
    assert_eq!(error.code(), "wrong-data-key");
    let glance = world.open(BEA).unwrap().glance();
    names = glance.read(|records| People::load(records)).unwrap();
    assert_eq!(names.iter().count(), 5);
}

#[test]
fn it_wants_the_ledger_alone_and_a_keeper() {
    let world = World::ready();
    let before = world.contents(ADA);
    let other = world.open(BEA).unwrap();
    let error = world.trusted(ADA).unwrap().rekey().err().unwrap();
    assert_eq!(error.code(), "locked");
    drop(other);
    assert_eq!(world.contents(ADA), before);
    // The count can't be skipped, nor said by somebody who is no keeper.
    world.refused("malformed", || {
        world
            .trusted(ADA)?
            .enter(Claim::Rekey(Rekey { number: 2 }), Vec::new())
    });
}

#[test]
fn key_files_with_both_keys_open_the_database_that_is_there() {
    for swapped in [false, true] {
        let world = World::ready();
        let old = world.data_key(ADA);
        if swapped {
            world.rekeyed(ADA);
        }
        let own = world.data_key(ADA);
        let other = if swapped { &old } else { &own };
        // As a kill between the two leaves them: the new key first, then the old one.
        let new = if swapped {
            own.to_hex()
        } else {
            rootkeep::crypto::secret::Key32::new([7; 32]).to_hex()
        };
        for place in 0..5 {
            let lines = format!("{}\n{}\n", new.expose(), other.to_hex().expose());
            let recipient = Recipient::parse_native(world.people[place].card.age.as_str()).unwrap();
            let wrapped = age_file::encrypt(&recipient, lines.as_bytes(), &world.host).unwrap();
            let path = world.ledger().join(format!("keys/{}.age", world.id(place)));
            fs::write(path, wrapped).unwrap();
        }
        fs::write(world.ledger().join("ledger.db.rekey"), b"half").unwrap();
        drop(world.trusted(BEA).unwrap());
        // Now there is one key again, everybody's, and nothing is left behind.
        assert_eq!(world.data_key(CY).expose(), own.expose());
        assert!(!world.ledger().join("ledger.db.rekey").exists());
        world.assert_good(ADA);
    }
}

#[test]
fn what_killed_programs_have_left_goes() {
    let world = World::ready();
    let member = format!("keys/.{}.age.{}.tmp", world.id(CY), random_id());
    let left = [
        "ledger.db.rekey",
        "ledger.db.rekey-journal",
        "ledger.db.rekey-wal",
        "ledger.db.rekey-shm",
        member.as_str(),
        "keys/.recovery.age.0123456789abcdef0123456789abcdef.tmp",
    ];
    // What this program does not name so is somebody else's.
    let others = ["keys/.note.tmp", "keys/.recovery.age.tmp", "keys/notes.txt"];
    for name in left.iter().chain(&others) {
        fs::write(world.ledger().join(name), b"half").unwrap();
    }
    world.rekeyed(ADA);
    world.assert_good(BEA);
    for name in left {
        assert!(!world.ledger().join(name).exists(), "{name}");
    }
    for name in others {
        assert!(world.ledger().join(name).exists(), "{name}");
    }
}

#[test]
fn killed_at_any_moment_it_is_done_or_not_begun() {
    let desk = Desk::ready();
    let mut kills = Kills::of("rekey", 12);
    while kills.again().is_some() {
        let before = desk.entries().unwrap();
        let rekey = desk.command(&["-i", "alice.key", "--batch", "-q", "rekey"]);
        let said_done = kills.strike(rekey, b"");
        desk.ok_as("bob", &["verify"]);
        desk.ok_as("alice", &["account", "list"]);
        let recorded = desk.entries().unwrap() - before;
        assert!(recorded == 1 || (recorded == 0 && !said_done));
    }
    desk.ok_as("alice", &["rekey"]);
    desk.ok_as("erin", &["verify"]);
    let names: Vec<String> = desk
        .files()
        .into_iter()
        .filter(|name| name.starts_with("acme.ledger/") && !name.starts_with("acme.ledger/keys/"))
        .collect();
    assert!(
        names.iter().all(|name| !name.contains("rekey")),
        "{names:?}"
    );
}
