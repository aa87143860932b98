//! Opening and making the SQLCipher database (docs/formats.md, section 12).

use std::cell::Cell;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::append::Batch;
use super::failed;
use super::migration::{self, SCHEMA_VERSION};
use super::view::View;
use crate::crypto::secret::Key32;
use crate::error::{Error, Result};
use crate::policy::LogView;
use crate::state::shard;

/// How long to wait for another writer.
const PATIENCE: Duration = Duration::from_secs(30);
/// No value in the database is longer.
const LENGTH_LIMIT: i32 = 64 << 20;
/// How much of the database is kept in memory at most, so that a page is decrypted once.
const PAGE_CACHE_KIB: i64 = 64 << 10;
/// How much where pages are read once, and the memory is wanted for what is made of them.
const PASSING_CACHE_KIB: i64 = 8 << 10;

/// What a ledger is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading and writing.
    Write,
    /// Reading from media that can't be written.
    ReadOnlyMedia,
}

/// An open database.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// SQLite's own version of the schema that was last found to be this program's.
    good_schema: Cell<Option<i64>>,
}

impl Store {
    /// Makes a new, empty database at `path`, which must not exist.
    ///
    /// # Errors
    /// Failed where the disk fails.
    pub fn create(path: &Path, key: &Key32) -> Result<Self> {
        new_file(path)?;
        let connection = connect(path, Access::Write)?;
        unlock(&connection, key)?;
        configure(&connection)?;
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(failed)?;
        let store = Self {
            connection,
            path: path.to_owned(),
            good_schema: Cell::new(None),
        };
        store.migrate_from(0)?.commit()?;
        Ok(store)
    }

    fn migrate_from(&self, version: i64) -> Result<Batch<'_>> {
        self.connection
            .execute_batch("BEGIN EXCLUSIVE")
            .map_err(failed)?;
        let batch = Batch::begun(self);
        migration::migrate(&self.connection, version)?;
        Ok(batch)
    }

    /// Opens the database with its key.
    ///
    /// # Errors
    /// Verification, code `wrong-data-key`; refused, codes `newer-schema`, `older-schema`; failed.
    pub fn open(path: &Path, key: &Key32, access: Access) -> Result<Self> {
        if access == Access::ReadOnlyMedia {
            no_unfinished_wal(path)?;
        }
        let connection = connect(path, access)?;
        unlock(&connection, key)?;
        migration::check_version(version(&connection)?)?;
        set_cache(&connection, PAGE_CACHE_KIB)?;
        if access == Access::Write {
            configure(&connection)?;
        }
        let store = Self {
            connection,
            path: path.to_owned(),
            good_schema: Cell::new(None),
        };
        store.check_schema()?;
        Ok(store)
    }

    /// Keeps fewer pages in memory from now on: for whoever reads much of the log once, and makes something of it.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn keep_fewer_pages(&self) -> Result<()> {
        set_cache(&self.connection, PASSING_CACHE_KIB)
    }

    /// Brings a ledger of an older schema version up to this program's, in one transaction. The file
    /// as it was is kept beside it; returns where. `fill` makes the new tables that are a cache of the
    /// log. Nobody else may have the database open.
    ///
    /// # Errors
    /// As [`Self::open`]; failed where the disk fails. Then the ledger is as it was.
    pub fn migrate(
        path: &Path,
        key: &Key32,
        fill: impl FnOnce(&Batch<'_>) -> Result<()>,
    ) -> Result<PathBuf> {
        let connection = connect(path, Access::Write)?;
        unlock(&connection, key)?;
        let from = version(&connection)?;
        configure(&connection)?;
        // So that the file alone is all there is.
        connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(failed)?;
        let kept = path.with_file_name(format!("before-schema-{SCHEMA_VERSION}.db"));
        keep_copy(path, &kept)?;
        let store = Self {
            connection,
            path: path.to_owned(),
            good_schema: Cell::new(None),
        };
        let batch = store.migrate_from(from)?;
        fill(&batch)?;
        batch.commit()?;
        Ok(kept)
    }

    /// How many rows every table has, and the head's root: what a copy has to have too.
    ///
    /// # Errors
    /// Failed where the database fails; verification where the tree is damaged.
    pub fn contents(&self) -> Result<Vec<String>> {
        self.check_schema()?;
        let mut all = self.view().counts()?;
        let size = self.view().size()?;
        all.push(LogView::root_at(&self.view(), size)?.to_hex());
        all.push(shard::root(&self.view().shards()?).to_hex());
        Ok(all)
    }

    /// Brings everything of the WAL into the database itself.
    ///
    /// # Errors
    /// Failed, code `busy`, where somebody still reads.
    pub fn settle(&self) -> Result<()> {
        self.end_read()?;
        let busy: i64 = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .map_err(failed)?;
        if busy == 0 {
            return Ok(());
        }
        Err(Error::failed("busy", "another program reads the ledger").hint("try again in a moment"))
    }

    /// Does something while others are waited for no longer than this.
    pub(super) fn with_patience<T>(
        &self,
        patience: Duration,
        act: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        self.connection.busy_timeout(patience).map_err(failed)?;
        let done = act(self);
        self.connection.busy_timeout(PATIENCE).map_err(failed)?;
        done
    }

    /// Everything that is read from now on is read from this one moment of the database, until the next
    /// call or the next write.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn read_from_now(&self) -> Result<()> {
        self.end_read()?;
        self.connection.execute_batch("BEGIN").map_err(failed)
    }

    /// Nothing was written; only the moment goes.
    pub(super) fn end_read(&self) -> Result<()> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch("ROLLBACK").map_err(failed)
    }

    /// Refuses tables, columns, indexes, views and triggers that this program did not make: whoever
    /// has the data key could add some that answer, or write, something of their own.
    ///
    /// A connection works with the schema that it has read, and reads it again when its version has
    /// changed: so one that was found good stays good until then.
    pub(super) fn check_schema(&self) -> Result<()> {
        let version = Some(self.view().schema_version()?);
        if self.good_schema.get() == version {
            return Ok(());
        }
        if self.view().schema()? == expected_schema()? {
            self.good_schema.set(version);
            return Ok(());
        }
        Err(Error::verification(
            "schema-changed",
            "the database has other tables, indexes, views or triggers than this program makes",
        )
        .hint("somebody has changed it from outside: go back to a copy whose checkpoint continues your pin"))
    }

    /// The rows, to read from.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::new(&self.connection)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// What [`View::schema`] gives for a database of this program's own; made once.
pub(super) fn expected_schema() -> Result<&'static [String]> {
    static EXPECTED: OnceLock<Vec<String>> = OnceLock::new();
    if let Some(known) = EXPECTED.get() {
        return Ok(known);
    }
    let empty = Connection::open_in_memory().map_err(failed)?;
    migration::migrate(&empty, 0)?;
    let made = View::new(&empty).schema()?;
    Ok(EXPECTED.get_or_init(|| made))
}

/// An empty file for a database, made here because SQLite gives it, and its WAL after it, the umask's
/// mode.
pub(super) fn new_file(path: &Path) -> Result<()> {
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|error| {
            Error::failed("cannot-write", format!("cannot make {}", path.display())).because(error)
        })
}

pub(super) fn connect(path: &Path, access: Access) -> Result<Connection> {
    match access {
        Access::Write => Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        ),
        Access::ReadOnlyMedia => Connection::open_with_flags(
            immutable_uri(path)?,
            OpenFlags::SQLITE_OPEN_READ_ONLY
                | OpenFlags::SQLITE_OPEN_NO_MUTEX
                | OpenFlags::SQLITE_OPEN_URI,
        ),
    }
    .map_err(failed)
}

/// The schema version in the file; the first thing that is read, so it tells whether the key fits.
fn version(connection: &Connection) -> Result<i64> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Error::verification(
                "wrong-data-key",
                "the data key does not open this ledger's database",
            )
            .because(
                "either the key file or the database comes from somewhere else, or is damaged",
            ),
            _ => failed(error),
        })
}

/// A durable copy of a file that nobody writes, whole or not at all.
fn keep_copy(from: &Path, to: &Path) -> Result<()> {
    let half = to.with_extension("db.tmp");
    let copied = || -> std::io::Result<()> {
        let mut source = std::fs::File::open(from)?;
        // What an interrupted try has left.
        match std::fs::remove_file(&half) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut copy = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&half)?;
        std::io::copy(&mut source, &mut copy)?;
        copy.sync_all()?;
        std::fs::rename(&half, to)?;
        match to.parent() {
            Some(parent) => std::fs::File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    };
    copied().map_err(|error| {
        Error::failed("cannot-write", format!("cannot make {}", to.display())).because(error)
    })
}

/// Gives SQLCipher the raw key. The statement's text is wiped; a bound parameter is not possible.
pub(super) fn unlock(connection: &Connection, key: &Key32) -> Result<()> {
    // SQLCipher would write its own lines to standard error.
    connection
        .execute_batch("PRAGMA cipher_log_level = NONE")
        .map_err(failed)?;
    let hex = key.to_hex();
    let statement = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex.expose()));
    connection.execute_batch(&statement).map_err(|_| {
        // SQLite's own message could repeat the statement, and the key with it.
        Error::failed("database", "the database did not take its key")
    })?;
    distrust_schema(connection)?;
    set_bounds(connection)
}

/// Nothing in the file is run: no trigger, no view, no function from a schema.
fn distrust_schema(connection: &Connection) -> Result<()> {
    for (config, on) in [
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
    ] {
        connection.set_db_config(config, on).map_err(failed)?;
    }
    Ok(())
}

/// How much memory the connection may take; nothing is written.
fn set_bounds(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, LENGTH_LIMIT)
        .map(|_| ())
        .map_err(failed)
}

/// How many decrypted pages are kept. It reads the file, so it comes after the key was tried.
fn set_cache(connection: &Connection, kib: i64) -> Result<()> {
    connection
        .pragma_update(None, "cache_size", -kib)
        .map_err(failed)
}

fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;",
        )
        .map_err(failed)
}

/// On media that can't be written, entries in the WAL can't be read either: rather none than some.
fn no_unfinished_wal(path: &Path) -> Result<()> {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    if std::fs::metadata(&wal).is_ok_and(|wal| wal.len() > 0) {
        return Err(Error::failed(
            "read-only",
            "the ledger is on read-only media, and its newest entries are still in ledger.db-wal",
        )
        .hint("copy the whole directory to a disk that can be written, and open it there"));
    }
    Ok(())
}

fn immutable_uri(path: &Path) -> Result<String> {
    let text = path.to_str().ok_or_else(|| {
        Error::usage(
            "bad-path",
            "the ledger's path is not UTF-8: it can't be opened read-only",
        )
    })?;
    let mut uri = String::from("file:");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri.push_str("?immutable=1");
    Ok(uri)
}
