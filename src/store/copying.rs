//! A copy of the database as it is at one moment, while others go on writing.
//!
//! SQLite's online backup copies page by page from one read transaction; SQLCipher decrypts each
//! page with the one connection's key and encrypts it with the other's, which it supports where both
//! have the same settings. (`VACUUM INTO` runs the schema of the file, and `sqlcipher_export` leaves
//! out what is no table; both make every row again.)

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::database::{Access, Store, connect, new_file, unlock};
use super::failed;
use crate::crypto::secret::Key32;
use crate::error::{Error, Result};

impl Store {
    /// Writes this moment of the database into a new file at `path`, under `key`, in journal mode
    /// DELETE: the file alone is all there is, and it is on the disk.
    ///
    /// # Errors
    /// Failed, codes `cannot-write`, `disk-full`, `busy`, `database`.
    pub fn copy_to(&self, path: &Path, key: &Key32) -> Result<()> {
        new_file(path)?;
        let mut copy = connect(path, Access::Write)?;
        unlock(&copy, key)?;
        copy_pages(self.connection(), &mut copy)?;
        // Its header still says WAL: a connection that finds it so can end that.
        close(copy)?;
        let copy = connect(path, Access::Write)?;
        unlock(&copy, key)?;
        set_journal(&copy, "DELETE")?;
        close(copy)?;
        std::fs::File::open(path)
            .and_then(|file| file.sync_all())
            .map_err(|error| {
                Error::failed("cannot-write", format!("cannot write {}", path.display()))
                    .because(error)
            })
    }

    /// Makes a database that nobody else has open ready for many who write: journal mode WAL.
    ///
    /// # Errors
    /// Failed where the database fails, or somebody has it open; then it stays as it was.
    pub fn use_wal(&self) -> Result<()> {
        self.end_read()?;
        set_journal(self.connection(), "WAL")
    }
}

/// All pages in one step, so that it is one moment however much is written meanwhile.
fn copy_pages(from: &Connection, to: &mut Connection) -> Result<()> {
    let backup = Backup::new(from, to).map_err(failed)?;
    match backup.step(-1).map_err(failed)? {
        StepResult::Done => Ok(()),
        _ => Err(
            Error::failed("busy", "the database can't be copied at this moment")
                .hint("try again in a moment"),
        ),
    }
}

fn set_journal(connection: &Connection, mode: &str) -> Result<()> {
    let now: String = connection
        .query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| {
            row.get(0)
        })
        .map_err(failed)?;
    if now.eq_ignore_ascii_case(mode) {
        return Ok(());
    }
    Err(Error::failed(
        "database",
        format!("the database's journal mode stays {now}"),
    ))
}

fn close(connection: Connection) -> Result<()> {
    connection.close().map_err(|(_, error)| failed(error))
}
