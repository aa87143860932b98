//! Schema versions: the numbered files of `schema/`, each of which takes a database one version on.

use rusqlite::Connection;

use super::failed;
use crate::error::{Error, Result};

/// What takes a database from version n to n + 1, for n from 0: an empty one.
const STEPS: [&str; 4] = [
    include_str!("../../schema/0001.sql"),
    include_str!("../../schema/0002.sql"),
    include_str!("../../schema/0003.sql"),
    include_str!("../../schema/0004.sql"),
];

/// The schema version that this program writes, and the only one that it reads.
pub const SCHEMA_VERSION: i64 = 4;
const _: () = assert!(STEPS.len() == 4, "one step a version");

/// Takes a database from version `from` to [`SCHEMA_VERSION`], in the transaction that is open.
///
/// # Errors
/// Refused where `from` is no older version; failed where the database fails.
pub fn migrate(connection: &Connection, from: i64) -> Result<()> {
    let done = usize::try_from(from).unwrap_or(usize::MAX);
    let steps = STEPS.get(done..).ok_or_else(|| {
        check_version(from)
            .err()
            .unwrap_or_else(|| Error::failed("internal", "there is nothing to migrate"))
    })?;
    for step in steps {
        connection.execute_batch(step).map_err(failed)?;
    }
    connection
        .pragma_update(None, "user_version", SCHEMA_VERSION)
        .map_err(failed)
}

/// That a database is of the version that this program reads.
///
/// # Errors
/// Refused, codes `newer-schema`, `older-schema`; verification, code `not-a-ledger`.
pub fn check_version(version: i64) -> Result<()> {
    match version {
        SCHEMA_VERSION => Ok(()),
        1..SCHEMA_VERSION => Err(Error::refused(
            "older-schema",
            format!(
                "the ledger has schema version {version}; this program works with {SCHEMA_VERSION}"
            ),
        )
        .hint("open it once where it can be written: that brings it up to date")),
        _ if version > SCHEMA_VERSION => Err(Error::refused(
            "newer-schema",
            format!(
                "the ledger has schema version {version}; this program knows up to {SCHEMA_VERSION}"
            ),
        )
        .hint("use a newer rootkeep")),
        _ => Err(Error::verification(
            "not-a-ledger",
            "the database is not a ledger's",
        )),
    }
}
