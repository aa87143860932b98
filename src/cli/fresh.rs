//! Files that a command is to write: what can be known of them before anything is unlocked.

use std::path::Path;

use crate::error::{Error, Result};

/// That nothing is at `path` yet, and that something can be made there.
///
/// # Errors
/// Refused, code `exists`; failed, code `cannot-write`.
pub fn check(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(
            Error::refused("exists", format!("{} exists already", path.display()))
                .hint("name another; nothing is overwritten"),
        );
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    rustix::fs::access(directory, rustix::fs::Access::WRITE_OK).map_err(|error| {
        Error::failed("cannot-write", format!("cannot write {}", path.display()))
            .because(error)
            .hint("name one in a directory that you can write to")
    })
}
