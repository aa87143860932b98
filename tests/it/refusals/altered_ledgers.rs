//! Ledgers that were rolled back, forked, or edited past the program.

use std::fs;

use rootkeep::crypto::fixed::Id;
use rootkeep::crypto::secret::SecretBytes;
use rootkeep::error::{Kind, Result};
use rootkeep::ledger::SealRequest;

use crate::world::*;

#[test]
fn a_rolled_back_ledger_is_noticed_by_whoever_saw_more() {
    let world = World::ready();
    let old = world.dir.path().join("old.ledger");
    copy_dir(&world.ledger(), &old);
    world.import(BEA);
    fs::remove_dir_all(world.ledger()).unwrap();
    copy_dir(&old, &world.ledger());
    let error = world.open(BEA).err().unwrap();
    assert_eq!(
        (error.code(), error.kind()),
        ("rolled-back", Kind::Verification)
    );
    // Whoever saw no more can't know; a pin is what one has seen.
    world.assert_good(ADA);
}

#[test]
fn a_fork_is_noticed_even_where_it_is_longer() {
    let world = World::ready();
    let other = world.copy();
    world.import(BEA);
    other.import(ADA);
    other.import(ADA);
    fs::remove_dir_all(world.ledger()).unwrap();
    copy_dir(&other.ledger(), &world.ledger());
    let error = world.open(BEA).err().unwrap();
    assert_eq!((error.code(), error.kind()), ("forked", Kind::Verification));
}

#[test]
fn edited_tables_of_trust_are_refused_by_every_act() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let proposed = world
        .enter(ADA, world.define(random_id(), "late", 2, &[ADA, BEA]))
        .unwrap();
    let mallory = age::x25519::Identity::generate().to_public().to_string();
    let raw = world.raw(EVE);
    let bea = world.id(BEA).to_hex();
    let value: Vec<u8> = raw
        .query_row(
            "SELECT value FROM state WHERE kind = 'custodian' AND key = ?1",
            [&bea],
            |row| row.get(0),
        )
        .unwrap();
    let own = world.people[BEA].card.recipient.as_str();
    let edited = String::from_utf8(value).unwrap().replace(own, &mallory);
    let edits: [(&str, Vec<&dyn rusqlite::ToSql>); 7] = [
        (
            "UPDATE state SET value = CAST(?2 AS BLOB) WHERE kind = 'custodian' AND key = ?1",
            vec![&bea, &edited],
        ),
        (
            "DELETE FROM state WHERE kind = 'custodian' AND key = ?1",
            vec![&bea],
        ),
        (
            "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), '\"threshold\":2', '\"threshold\":1') AS BLOB) WHERE kind = 'quorum'",
            vec![],
        ),
        (
            "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), '\"pending_days\":30', '\"pending_days\":31') AS BLOB) WHERE kind = 'policy'",
            vec![],
        ),
        ("DELETE FROM state WHERE kind = 'person'", vec![]),
        (
            "UPDATE state SET value = CAST(value || ' ' AS BLOB) WHERE kind = 'card'",
            vec![],
        ),
        ("DELETE FROM state WHERE kind = 'proposal'", vec![]),
    ];
    for (sql, values) in edits {
        raw.execute_batch("CREATE TEMP TABLE good AS SELECT * FROM main.state")
            .unwrap();
        assert!(raw.execute(sql, values.as_slice()).unwrap() > 0, "{sql}");
        let acts: [(&str, &dyn Fn() -> Result<()>); 7] = [
            ("trust", &|| world.trusted(ADA).map(drop)),
            ("enter", &|| {
                world
                    .trusted(ADA)?
                    .enter(import_claim(), Vec::new())
                    .map(drop)
            }),
            ("seal", &|| {
                let plaintext = SecretBytes::copy_of(b"mine");
                let request = SealRequest {
                    name: "org/note".parse()?,
                    quorum: Some("engineers"),
                    serves: Vec::new(),
                    plaintext: &plaintext,
                };
                world.trusted(ADA)?.seal(request).map(drop)
            }),
            ("request", &|| {
                let secret = world.secret_by_table(PASSWORD);
                world
                    .trusted(ADA)?
                    .request(&[(secret, 1)], world.id(ADA), 600, purpose())
                    .map(drop)
            }),
            ("sign", &|| {
                world.trusted(ADA)?.sign_off(request.leaf).map(drop)
            }),
            ("sign governance", &|| {
                world.trusted(ADA)?.sign_off(proposed.leaf).map(drop)
            }),
            ("cosign", &|| world.trusted(ADA)?.cosign_head().map(drop)),
        ];
        for (what, act) in acts {
            let error = world.refused("state-mismatch", act);
            assert_eq!(error.kind(), Kind::Verification, "{what}: {sql}");
        }
        let report = world.open(ADA).unwrap().verify(&mut |_, _| {}).unwrap();
        assert!(
            report
                .problems
                .iter()
                .any(|problem| problem.code == "state-differs"),
            "{sql}"
        );
        raw.execute_batch(
            "DELETE FROM main.state; INSERT INTO main.state SELECT * FROM good; DROP TABLE good",
        )
        .unwrap();
    }
    world.assert_good(ADA);
}

#[test]
fn edited_records_of_large_tables_are_refused_by_whoever_reads_them() {
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let request = world.request(&[PASSWORD]);
    let raw = world.raw(EVE);
    let refused = |sql: &str, act: &dyn Fn() -> Result<()>| {
        raw.execute_batch("CREATE TEMP TABLE good AS SELECT * FROM main.state")
            .unwrap();
        assert!(raw.execute(sql, []).unwrap() > 0, "{sql}");
        // Whether the shards' hashes fit the edit or not: the pin's root does not.
        for mended in [false, true] {
            if mended {
                crate::forger::mend_shards(&raw);
            }
            let error = world.refused("state-mismatch", act);
            assert_eq!(error.kind(), Kind::Verification, "{sql}");
        }
        raw.execute_batch(
            "DELETE FROM main.state; INSERT INTO main.state SELECT * FROM good; DROP TABLE good",
        )
        .unwrap();
        crate::forger::mend_shards(&raw);
    };
    let seal = || {
        let plaintext = SecretBytes::copy_of(b"mine");
        let request = SealRequest {
            name: PASSWORD.parse()?,
            quorum: Some("engineers"),
            serves: Vec::new(),
            plaintext: &plaintext,
        };
        world.trusted(ADA)?.seal(request).map(drop)
    };
    let ask = || {
        world
            .trusted(ADA)?
            .request(&[(secret, 1)], world.id(ADA), 600, purpose())
            .map(drop)
    };
    let sign = || world.trusted(ADA)?.sign_off(request.leaf).map(drop);
    let replace = |kind: &str, from: &str, to: &str| {
        format!(
            "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), '{from}', '{to}') AS BLOB) WHERE kind = '{kind}'"
        )
    };
    refused("DELETE FROM state WHERE kind = 'binding'", &seal);
    refused("DELETE FROM state WHERE kind = 'secret'", &seal);
    refused(&replace("secret", "/password", "/note"), &seal);
    refused(
        &replace("epoch", "\"confirmed\":[]", "\"confirmed\":[1]"),
        &ask,
    );
    refused(
        &replace("epoch", "\"destroyed\":null", "\"destroyed\":7"),
        &ask,
    );
    refused(
        &replace("request", "\"rejected\":false", "\"rejected\":true"),
        &sign,
    );
    refused("DELETE FROM state WHERE kind = 'request'", &sign);
    world.assert_good(ADA);
}

impl World {
    /// A secret's id from the table that no pin covers.
    fn secret_by_table(&self, name: &str) -> Id {
        let key: String = self
            .raw(EVE)
            .query_row(
                "SELECT key FROM state WHERE kind = 'secret' AND CAST(value AS TEXT) LIKE ?1",
                [format!("%{name}%")],
                |row| row.get(0),
            )
            .unwrap();
        Id::parse(&key).unwrap()
    }
}
