//! Ledgers of every schema version that was ever in use are brought up to date without losing or
//! changing anything, or left as they were.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::identity::Identity;
use rootkeep::error::Result;
use rootkeep::ledger::{Opening, Session, SystemClock};
use rootkeep::state::custody::BroughtRecord;
use rootkeep::state::records::list;
use rootkeep::statement::Kind as StatementKind;

use crate::cli::PROGRAM;
use crate::killing::Kills;
use crate::world::{TempDir, copy_dir, host};
/// The schema versions that have a fixture: all before this program's.
const OLD: [u32; 3] = [1, 2, 3];
/// How many kinds of statement there were then.
const KINDS: [usize; 3] = [20, 43, 77];

/// A copy of a fixture.
struct Old(TempDir);

impl Old {
    fn of(version: u32) -> Self {
        let fixture = format!(
            "{}/tests/fixtures/schema-{version}",
            env!("CARGO_MANIFEST_DIR")
        );
        let dir = TempDir::new();
        copy_dir(Path::new(&fixture), dir.path());
        for file in fs::read_dir(dir.path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "key") {
                fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
            }
        }
        Self(dir)
    }

    fn ledger(&self) -> PathBuf {
        self.0.path().join("example")
    }

    fn database(&self) -> Digest {
        Digest::of(&fs::read(self.ledger().join("ledger.db")).unwrap())
    }

    fn open(&self, name: &str) -> Result<Session> {
        let host = host();
        Session::open(
            &self.ledger(),
            Opening {
                identity: Identity::load(&self.0.path().join(format!("{name}.key")), &host)?,
                host,
                state_dir: None,
                card: None,
                clock: Box::new(SystemClock),
            },
        )
    }

    fn data_key(&self, name: &str) -> rootkeep::crypto::secret::Key32 {
        use rootkeep::crypto::member_key::MemberKey;
        use rootkeep::crypto::secret::{Key32, SecretText};
        let card = fs::read(self.0.path().join(format!("{name}.card"))).unwrap();
        let (card, ..) = rootkeep::crypto::card::read_file(&card).unwrap();
        let identity = Identity::load(&self.0.path().join(format!("{name}.key")), &host()).unwrap();
        let member = MemberKey::unseal(&card.sealed, &identity).unwrap();
        let wrapped = fs::read(self.ledger().join(format!("keys/{}.age", card.id))).unwrap();
        let line = SecretText::from_utf8(&member.decrypt(&wrapped).unwrap()).unwrap();
        Key32::from_hex(line.expose().trim_end()).unwrap()
    }

    /// The schema version, and everything that the schema has.
    fn schema(&self) -> (u32, Vec<String>) {
        let raw = crate::world::raw(&self.ledger().join("ledger.db"), &self.data_key("cy"));
        let version = raw
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        let mut made = raw
            .prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY 1")
            .unwrap();
        let made = made.query_map([], |row| row.get(0)).unwrap();
        (version, made.map(|sql| sql.unwrap()).collect())
    }
}

#[test]
fn an_old_ledger_is_brought_up_to_date_at_its_first_opening() {
    for (version, then) in OLD.into_iter().zip(KINDS) {
        let old = Old::of(version);
        let before = old.database();
        let session = old.open("ada").unwrap();
        let kept = session.migrated().unwrap().to_owned();
        // The database as it was is still there.
        assert_eq!(Digest::of(&fs::read(&kept).unwrap()), before);
        assert_eq!(
            fs::metadata(&kept).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // Ada's pin, made by the version of then, is continued.
        assert_eq!(
            session.pin().unwrap().root,
            session.root_at(session.head().unwrap().0).unwrap()
        );
        let report = session.verify(&mut |_, _| {}).unwrap();
        assert_eq!(report.problems, Vec::new(), "schema {version}");
        assert!(report.entries > 40, "{}", report.entries);
        let view = session.view();
        // The kinds of then.
        let kinds = StatementKind::ALL
            .iter()
            .filter(|kind| !view.indices_of_kind(**kind, 0).unwrap().is_empty());
        assert_eq!(kinds.count(), then, "schema {version}");
        // The cosignature of somebody else than the appender came along.
        let size = report.entries;
        assert_eq!(view.cosignatures(size, size).unwrap().len(), 1);
        drop(session);
        assert!(old.open("ada").unwrap().migrated().is_none());
    }
}

#[test]
fn what_it_let_go_of_is_not_brought_again() {
    let old = Old::of(2);
    let session = old.open("ada").unwrap();
    let view = session.view();
    let brought = list::<BroughtRecord>(&view, "").unwrap();
    let gone = brought.iter().filter(|(digest, _)| {
        view.blob(&Digest::parse(digest).unwrap())
            .unwrap()
            .is_none()
    });
    assert!(gone.count() > 3);
}

#[test]
fn it_goes_on_growing() {
    for version in OLD {
        let old = Old::of(version);
        let mut session = old.open("ada").unwrap();
        let size = session.head().unwrap().0;
        session
            .trust(&rootkeep::ledger::FirstUse::default())
            .unwrap();
        session.cosign_head().unwrap();
        let note = session.note(size).unwrap().to_string();
        assert_eq!(note.matches("\n\u{2014} ").count(), 3, "{note}");
    }
}

#[test]
fn nothing_happens_to_it_while_somebody_else_has_it_open() {
    for version in OLD {
        let old = Old::of(version);
        let before = old.database();
        let lock = fs::File::open(old.ledger().join("lock")).unwrap();
        lock.lock_shared().unwrap();
        let error = old.open("ada").err().unwrap();
        assert_eq!(error.code(), "locked");
        assert_eq!(old.database(), before);
        drop(lock);
        assert!(old.open("ada").is_ok());
    }
}

#[test]
fn a_ledger_that_was_tampered_with_before_is_found_after() {
    for version in OLD {
        let old = Old::of(version);
        let key = old.data_key("cy");
        let changed = match version {
            1 => "UPDATE part SET bytes = CAST('{}' AS BLOB) WHERE seq = 7 AND part = 'facts'",
            _ => "UPDATE leaf SET facts = CAST('{}' AS BLOB) WHERE seq = 7",
        };
        let raw = crate::world::raw(&old.ledger().join("ledger.db"), &key);
        raw.execute_batch(&format!("{changed}; PRAGMA wal_checkpoint(TRUNCATE)"))
            .unwrap();
        drop(raw);
        let session = old.open("bea").unwrap();
        let report = session.verify(&mut |_, _| {}).unwrap();
        assert!(report.problems.iter().any(|problem| problem.seq == Some(7)));
        // What doesn't fit the new form at all is refused, and stays as it was.
        if version > 1 {
            continue;
        }
        let old = Old::of(version);
        let raw = crate::world::raw(&old.ledger().join("ledger.db"), &key);
        raw.execute_batch("DELETE FROM part WHERE seq = 7; PRAGMA wal_checkpoint(TRUNCATE)")
            .unwrap();
        drop(raw);
        assert!(old.open("bea").is_err());
        let raw = crate::world::raw(&old.ledger().join("ledger.db"), &key);
        let now: u32 = raw
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(now, version);
    }
}

#[test]
fn killed_at_any_moment_it_is_of_the_old_version_or_the_new_one() {
    for version in OLD {
        let mut kills = Kills::of("migration", 8);
        while kills.again().is_some() {
            let old = Old::of(version);
            let before = old.database();
            let schema = old.schema();
            let mut verify = Command::new(PROGRAM);
            verify
                .args(["-L", "example", "-i", "ada.key", "verify"])
                .current_dir(old.0.path())
                .env_clear();
            let said_done = kills.strike(verify, b"");
            let left = old.schema();
            assert!(left != schema || !said_done, "it was said to be done");
            let done = left != schema;
            let session = old.open("bea").unwrap();
            assert_eq!(session.migrated().is_none(), done);
            let report = session.verify(&mut |_, _| {}).unwrap();
            assert_eq!(report.problems, Vec::new());
            drop(session);
            let new = old.schema();
            assert!(left == new || !done, "neither the old one nor the new one");
            // The database of before is beside it, and nothing else.
            let kept = format!("before-schema-{}.db", new.0);
            let bytes = fs::read(old.ledger().join(&kept)).unwrap();
            assert_eq!(Digest::of(&bytes), before);
            let mut left: Vec<String> = fs::read_dir(old.ledger())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            left.sort();
            assert_eq!(left, [&kept, "keys", "ledger.db", "lock"]);
        }
    }
}
