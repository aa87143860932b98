//! A hostile custodian: holds the data key and an own signing key, and writes rows past the program.
//! What can be mended is mended: tree, checkpoints, tables, undo rows.

use rusqlite::params;

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::Result;
use rootkeep::log::{self, Checkpoint, Frontier, Hash};
use rootkeep::policy::{self, CheckNow};
use rootkeep::state::shard;
use rootkeep::state::{Change, Records, Table};
use rootkeep::statement::{Claim, Draft, Seen, Statement, Time};
use rootkeep::store::View;

use crate::world::*;

/// The database past the program, in the hands of one custodian.
pub struct Forger<'w> {
    world: &'w World,
    place: usize,
    pub raw: rusqlite::Connection,
}

/// Records that know of no blobs: for statements that bring what another one has brought.
struct Lax<'v>(View<'v>);

impl Records for Lax<'_> {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        match table {
            Table::Brought => Ok(None),
            _ => self.0.get(table, key),
        }
    }
    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        self.0.list(table, prefix)
    }
}

impl<'w> Forger<'w> {
    pub fn new(world: &'w World, place: usize) -> Self {
        Self {
            world,
            place,
            raw: world.raw(place),
        }
    }

    /// A statement of the forger's own, well signed, as of the present head.
    pub fn statement(&self, claim: Claim) -> Statement {
        self.statement_by(self.place, claim)
    }

    pub fn statement_by(&self, signer: usize, claim: Claim) -> Statement {
        let session = self.world.open(self.place).unwrap();
        let (size, root) = session.head().unwrap();
        let key = self.world.member_key(signer);
        let draft = Draft::new(&rng(), claim, Vec::new()).unwrap();
        let time = Time::from_seconds(self.world.clock.seconds()).unwrap();
        draft
            .sign(
                self.world.ledger_id(),
                self.world.id(self.place),
                key.signing(),
                time,
                Seen { size, root },
            )
            .unwrap()
            .0
    }

    /// Enters a claim of the forger's own; its records are those that the rules give, where they
    /// admit it (blobs apart), and otherwise none.
    pub fn enter(&self, claim: Claim, blobs: &[Vec<u8>]) -> Digest {
        let statement = self.statement(claim);
        let changes = {
            let session = self.world.open(self.place).unwrap();
            let view = session.view();
            let size = session.head().unwrap().0;
            policy::judge(&Lax(view), &view, &mut CheckNow, &statement, size)
                .map(policy::Ruled::into_changes)
                .unwrap_or_default()
        };
        self.append(&statement, blobs);
        self.apply(&changes);
        statement.leaf()
    }

    /// Puts a statement at the end of the log, rules or no rules.
    pub fn append(&self, statement: &Statement, blobs: &[Vec<u8>]) {
        let (header, parts) = (statement.header(), statement.parts());
        let seq: i64 = self
            .raw
            .query_row("SELECT count(*) FROM leaf", [], |row| row.get(0))
            .unwrap();
        self.raw
            .execute(
                "INSERT INTO leaf VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, x'', x'', x'', 0, x'', 0)",
                params![
                    seq,
                    statement.leaf().as_bytes(),
                    header.id.as_bytes(),
                    header.author.as_bytes(),
                    header.kind,
                    header.made_at.seconds(),
                    statement.envelope(),
                    parts.facts.salt.0,
                    parts.facts.bytes.0,
                    parts.personal.as_ref().map(|part| &part.salt.0),
                    parts.personal.as_ref().map(|part| &part.bytes.0),
                ],
            )
            .unwrap();
        for bytes in blobs {
            self.raw
                .execute(
                    "INSERT OR IGNORE INTO blob VALUES (?1, ?2)",
                    params![Digest::of(bytes).as_bytes(), bytes],
                )
                .unwrap();
        }
        self.mend();
    }

    /// Makes tree, checkpoints and cosignatures anew from the leaves as they now are; the forger
    /// signs for every size that has no good cosignature any more.
    pub fn mend(&self) {
        let leaves: Vec<Vec<u8>> = {
            let mut statement = self
                .raw
                .prepare("SELECT hash FROM leaf ORDER BY seq")
                .unwrap();
            statement
                .query_map([], |row| row.get(0))
                .unwrap()
                .map(|hash| hash.unwrap())
                .collect()
        };
        let old: Vec<Vec<u8>> = {
            let mut statement = self
                .raw
                .prepare("SELECT root FROM leaf ORDER BY seq")
                .unwrap();
            statement
                .query_map([], |row| row.get(0))
                .unwrap()
                .map(|root| root.unwrap())
                .collect()
        };
        let member = self.world.member_key(self.place);
        let ledger = self.world.ledger_id();
        let last = leaves.len() as i64;
        self.raw
            .execute("DELETE FROM cosignature WHERE size > ?1", [last])
            .unwrap();
        let mut tree = Frontier::new();
        for (at, leaf) in leaves.iter().enumerate() {
            let size = at as u64 + 1;
            let mut complete = Vec::new();
            tree.push_into(Hash::try_from(leaf.as_slice()).unwrap(), &mut complete)
                .unwrap();
            let root = tree.root();
            if old
                .get(at)
                .is_some_and(|old| old.as_slice() == root.as_ref())
            {
                continue;
            }
            let above = complete.iter().filter(|node| node.level > 0);
            let nodes: Vec<u8> = above.flat_map(|node| *node.hash.as_bytes()).collect();
            let checkpoint = Checkpoint::new(log::origin(&ledger.0), size, root).unwrap();
            let name = log::custodian_name(&ledger.0, &self.world.id(self.place).0);
            let time = self.world.clock.seconds();
            let cosignature =
                log::cosign(&checkpoint, &name, time as u64, member.signing().pair()).unwrap();
            self.raw
                .execute("DELETE FROM cosignature WHERE size = ?1", [size as i64])
                .unwrap();
            self.raw
                .execute(
                    "UPDATE leaf SET nodes = ?2, root = ?3, appender = ?4, cosigned_at = ?5, \
                     cosignature = ?6, cosigners = 0 WHERE seq = ?1",
                    params![
                        at as i64,
                        nodes,
                        root.as_ref(),
                        self.world.id(self.place).as_bytes(),
                        time,
                        &cosignature.bytes()[8..]
                    ],
                )
                .unwrap();
        }
    }

    /// Writes records as the program would, undo rows and all, as of the last leaf.
    pub fn apply(&self, changes: &[Change]) {
        let seq: i64 = self
            .raw
            .query_row("SELECT max(seq) FROM leaf", [], |row| row.get(0))
            .unwrap();
        for change in changes {
            let kind = change.table.as_str();
            let old: Option<Vec<u8>> = {
                let session = self.world.open(self.place).unwrap();
                session.view().get(change.table, &change.key).unwrap()
            };
            if old != change.value {
                self.raw
                    .execute(
                        "INSERT OR REPLACE INTO undo VALUES (?1, ?2, ?3, ?4)",
                        params![seq, kind, change.key, old],
                    )
                    .unwrap();
            }
            self.raw
                .execute(
                    "DELETE FROM state WHERE kind = ?1 AND key = ?2",
                    params![kind, change.key],
                )
                .unwrap();
            if let Some(value) = &change.value {
                self.raw
                    .execute(
                        "INSERT INTO state VALUES (?1, ?2, ?3)",
                        params![kind, change.key, value],
                    )
                    .unwrap();
            }
        }
        mend_shards(&self.raw);
    }

    /// As [`edit_records`].
    pub fn edit(&self, kind: &str, from: &str, to: &str) -> usize {
        edit_records(&self.raw, kind, from, to)
    }
}

/// Replaces a text in every record of a kind; returns how many records it changed.
pub fn edit_records(raw: &rusqlite::Connection, kind: &str, from: &str, to: &str) -> usize {
    let edited = raw
        .execute(
            "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), ?2, ?3) AS BLOB) \
         WHERE kind = ?1 AND CAST(value AS TEXT) LIKE '%' || ?2 || '%'",
            params![kind, from, to],
        )
        .unwrap();
    mend_shards(raw);
    edited
}

/// Hashes the records anew, as they now are.
pub fn mend_shards(raw: &rusqlite::Connection) {
    let records: Vec<(Table, String, Vec<u8>)> = {
        let mut statement = raw
            .prepare("SELECT kind, key, value FROM state ORDER BY kind, key")
            .unwrap();
        statement
            .query_map([], |row| {
                let kind: String = row.get(0)?;
                Ok((Table::parse(&kind).unwrap(), row.get(1)?, row.get(2)?))
            })
            .unwrap()
            .map(|record| record.unwrap())
            .collect()
    };
    let records = records
        .iter()
        .map(|(table, key, value)| (*table, key.as_str(), value.as_slice()));
    raw.execute("DELETE FROM shard", []).unwrap();
    for (shard, hash) in shard::all(records) {
        raw.execute(
            "INSERT INTO shard VALUES (?1, ?2, ?3)",
            params![shard.table.as_str(), shard.prefix, hash.as_bytes()],
        )
        .unwrap();
    }
}
