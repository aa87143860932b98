//! A bundle's file on disk: there as a whole, or not at all.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::container;
use crate::error::{Error, Result};
use crate::ledger;

/// Writes a new file.
///
/// # Errors
/// Refused, codes `exists`, `bundle-too-large`; failed, code `cannot-write`.
pub fn publish(path: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    aside(path, files, |made| ledger::publish(made, path))
}

/// Puts a file in the place of one that is there.
///
/// # Errors
/// As [`publish`], but for `exists`.
pub fn replace(path: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    aside(path, files, |made| {
        fs::rename(made, path).map_err(|error| cannot_write(path, error))
    })
}

fn aside(
    path: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    finish: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let made = ledger::temporary_beside(path)?;
    let done = write(&made, files).and_then(|()| finish(&made));
    if done.is_err() {
        // What failed is said; a half-made file is of no use.
        let _nothing_left = fs::remove_file(&made);
    }
    done
}

fn write(path: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| cannot_write(path, error))?;
    let mut buffer = BufWriter::with_capacity(1 << 20, file);
    container::write(&mut buffer, files)?;
    buffer
        .flush()
        .and_then(|()| buffer.get_ref().sync_all())
        .map_err(|error| cannot_write(path, error))
}

fn cannot_write(path: &Path, error: std::io::Error) -> Error {
    Error::failed("cannot-write", format!("cannot write {}", path.display())).because(error)
}
