//! What the keeper of the machine can do with any SQL tool and the data key: change a row. Here so
//! that `demo` can show what `verify` says to it; nothing else calls it.

use std::path::Path;

use rusqlite::params;

use super::database::{Access, Store};
use super::failed;
use super::view::signed;
use crate::crypto::secret::Key32;
use crate::error::Result;

/// Changes `from` into `to` (of the same length) in the personal part of one entry.
///
/// # Errors
/// Failed where the database fails.
pub fn forge_personal(path: &Path, key: &Key32, seq: u64, from: &str, to: &str) -> Result<()> {
    let store = Store::open(path, key, Access::Write)?;
    store
        .connection()
        .execute(
            "UPDATE leaf SET personal = CAST(replace(CAST(personal AS TEXT), ?2, ?3) AS BLOB) WHERE seq = ?1",
            params![signed(seq)?, from, to],
        )
        .map_err(failed)?;
    Ok(())
}
