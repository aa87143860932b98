//! Files that appear complete or not at all, and reads that are bounded.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::crypto::fixed::Id;
use crate::error::{Error, Result};

/// How sure a write must be before it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Whole or not at all.
    Rename,
    /// Whole or not at all, and on the disk.
    Synced,
}

/// Writes a file that only its owner may read: into a temporary file beside it, then renamed.
///
/// # Errors
/// Failed, code `cannot-write`; nothing is left behind.
pub fn write_private(path: &Path, bytes: &[u8], durability: Durability) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::failed("cannot-write", format!("cannot write {}", path.display())).because(error)
    };
    let temporary = temporary_beside(path)?;
    let written = write_new(&temporary, bytes, durability)
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| match durability {
            Durability::Synced => sync_directory(path),
            Durability::Rename => Ok(()),
        });
    written.map_err(|error| {
        // Already gone where the rename was done.
        let _nothing_left = fs::remove_file(&temporary);
        failed(error)
    })
}

/// As [`write_private`], but never over a file that is there.
///
/// # Errors
/// Refused, code `exists`.
pub fn write_private_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(
            Error::refused("exists", format!("{} exists already", path.display()))
                .hint("name another file; nothing is overwritten"),
        );
    }
    write_private(path, bytes, Durability::Synced)
}

fn write_new(path: &Path, bytes: &[u8], durability: Durability) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    if durability == Durability::Synced {
        file.sync_all()?;
    }
    Ok(())
}

fn sync_directory(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Makes the directory of a ledger, which only its owner may enter: its `lock`, and `keys` with nothing
/// in it.
///
/// # Errors
/// Failed, code `cannot-write`; what was begun is left to the caller.
pub fn lay_out(directory: &Path) -> Result<()> {
    for part in [directory, &directory.join("keys")] {
        DirBuilder::new()
            .mode(0o700)
            .create(part)
            .map_err(|error| {
                Error::failed("cannot-write", format!("cannot make {}", part.display()))
                    .because(error)
            })?;
    }
    write_private(&directory.join("lock"), b"", Durability::Synced)
}

/// Gives what was made under a temporary name its own, whole and on the disk: a file, or a directory
/// whose files are there already. Never over anything.
///
/// # Errors
/// Refused, code `exists`; failed, code `cannot-write`.
pub fn publish(made: &Path, path: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let exists = || {
        Error::refused("exists", format!("{} exists already", path.display()))
            .hint("name another; nothing is overwritten")
    };
    let failed = |error: std::io::Error| {
        Error::failed("cannot-write", format!("cannot write {}", path.display())).because(error)
    };
    File::open(made)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    match renameat_with(CWD, made, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => {}
        Err(Errno::EXIST) => return Err(exists()),
        // Some file systems of sticks can't promise it.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            if path.symlink_metadata().is_ok() {
                return Err(exists());
            }
            fs::rename(made, path).map_err(failed)?;
        }
        Err(error) => return Err(failed(error.into())),
    }
    sync_directory(path).map_err(failed)
}

/// Puts a directory in the place of another, in one step where the file system can; the other one is
/// then at `made`.
///
/// # Errors
/// Failed, code `cannot-write`; then the other one is still in its place.
pub fn replace(made: &Path, path: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let failed = |error: std::io::Error| {
        Error::failed("cannot-write", format!("cannot write {}", path.display())).because(error)
    };
    File::open(made)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    match renameat_with(CWD, made, CWD, path, RenameFlags::EXCHANGE) {
        Ok(()) => {}
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            let aside = temporary_beside(made)?;
            fs::rename(path, &aside).map_err(failed)?;
            if let Err(error) = fs::rename(made, path) {
                // Back to where it was; what is said is why.
                let _in_its_place = fs::rename(&aside, path);
                return Err(failed(error));
            }
            fs::rename(&aside, made).map_err(failed)?;
        }
        Err(error) => return Err(failed(error.into())),
    }
    sync_directory(path).map_err(failed)
}

/// A name beside `path` that nothing has yet.
///
/// # Errors
/// Failed where there is no randomness.
pub fn temporary_beside(path: &Path) -> Result<PathBuf> {
    let random = Id::random(&ring::rand::SystemRandom::new())?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok(path.with_file_name(format!(".{name}.{random}.tmp")))
}

/// As [`read_bounded`], of a file that others could have put there: nothing but a regular file, so that
/// a pipe in its place holds nobody up.
///
/// # Errors
/// As [`read_bounded`]; usage, code `not-a-file`.
pub fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => Err(Error::usage(
            "not-a-file",
            format!("{} is not a regular file", path.display()),
        )),
        _ => read_bounded(path, limit),
    }
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// Not found; usage, code `file-too-large`; failed.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::not_found("no-file", format!("there is no file {}", path.display())).hint(
                "check the name; without a leading / it is looked for where the command is typed",
            )
        }
        _ => Error::failed("cannot-read", format!("cannot read {}", path.display())).because(error),
    };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Error::usage(
            "not-a-file",
            format!("{} is a directory", path.display()),
        ));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if u64::try_from(bytes.len()).map_or(true, |length| length > limit) {
        return Err(Error::usage(
            "file-too-large",
            format!("{} has more than {limit} bytes", path.display()),
        ));
    }
    Ok(bytes)
}
