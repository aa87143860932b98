//! The only room that knows rusqlite: opens the encrypted database, appends to it in one
//! transaction, and answers from it.

mod append;
mod checked;
mod copying;
mod database;
mod erasing;
mod forgery;
mod migration;
mod view;

pub use append::{Appended, Batch, Cosigner};
pub use checked::Checker;
pub use database::{Access, Store};
pub use forgery::forge_personal;
pub use view::{Dated, Entry, LogFilter, StoredCosignature, UndoRow, View};

use crate::error::Error;

/// A failure of SQLite in words a custodian can act on.
fn failed(error: rusqlite::Error) -> Error {
    use rusqlite::{Error as Sql, ErrorCode};
    if let Sql::FromSqlConversionFailure(..)
    | Sql::IntegralValueOutOfRange(..)
    | Sql::InvalidColumnType(..)
    | Sql::Utf8Error(..)
    | Sql::InvalidQuery = error
    {
        return damaged(&error.to_string());
    }
    let code = error.sqlite_error_code();
    let base = match code {
        Some(ErrorCode::DiskFull) => Error::failed("disk-full", "the disk is full; nothing was written")
            .hint("make room and do it again"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::failed("busy", "another program is writing to the ledger").hint("try again in a moment")
        }
        Some(ErrorCode::ReadOnly) => {
            Error::failed("read-only", "the ledger is on read-only media: nothing can be written")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::verification(
            "database-damaged",
            "the database is damaged or was changed from outside",
        )
        .hint("restore a backup into another directory and compare: its checkpoint must continue your pin"),
        Some(ErrorCode::SystemIoFailure) => {
            Error::failed("database", "the disk could not be read or written; nothing was entered")
                .hint("a full disk is one reason, a stick that was pulled out another: look (df), make room, and do it again")
        }
        _ => Error::failed("database", "the database failed").hint("rootkeep verify says whether it is whole"),
    };
    base.because(error)
}

/// A value that this program never wrote.
fn damaged(why: &str) -> Error {
    Error::verification(
        "database-damaged",
        "the database is damaged or was changed from outside",
    )
    .because(why)
    .hint("rootkeep verify --rebuild says what is wrong")
}
