//! A ledger as one file: a POSIX tar that any tool unpacks into a directory that opens (docs/formats.md,
//! section 17). What is read comes from anywhere: nothing but regular files with this program's own names
//! leaves it, each once, and no more bytes than the file has.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tar::{Archive, Builder, EntryType, Header};

use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger;

/// The directory in which everything lies.
const FOLDER: &str = "backup.ledger/";
/// More members than any ledger has.
const FILES_LIMIT: usize = 100_000;

/// A file that was packed, or is to be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}

/// Packs the ledger in a directory, which nobody else has open, into a new file that only its owner may
/// read.
///
/// # Errors
/// Failed, codes `cannot-read`, `cannot-write`.
pub fn pack(directory: &Path, file: &Path) -> Result<Packed> {
    let names = names(directory)
        .map_err(|error| Error::failed("cannot-read", "cannot read the copy").because(error))?;
    let written = || -> std::io::Result<()> {
        let new = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)?;
        let mut tar = Builder::new(BufWriter::with_capacity(1 << 20, new));
        for name in names {
            let source = File::open(directory.join(&name))?;
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o600);
            header.set_size(source.metadata()?.len());
            tar.append_data(&mut header, format!("{FOLDER}{name}"), source)?;
        }
        let mut buffer = tar.into_inner()?;
        buffer.flush()?;
        buffer.get_ref().sync_all()
    };
    written().map_err(|error| {
        Error::failed("cannot-write", format!("cannot write {}", file.display())).because(error)
    })?;
    look(file)
}

/// The files of a copy: the small ones first.
fn names(directory: &Path) -> std::io::Result<Vec<String>> {
    let mut keys = BTreeSet::new();
    for entry in fs::read_dir(directory.join("keys"))? {
        let name = entry?.file_name();
        keys.extend(name.to_str().map(|name| format!("keys/{name}")));
    }
    let last = ["lock", "ledger.db"].map(str::to_owned);
    Ok(keys.into_iter().chain(last).collect())
}

/// Digest and length of a file.
///
/// # Errors
/// Not found, code `no-file`; usage, code `not-a-file`; failed, code `cannot-read`.
pub fn look(file: &Path) -> Result<Packed> {
    let (opened, bytes) = open(file)?;
    let digest =
        Digest::of_reader(&mut BufReader::new(opened)).map_err(|error| cannot_read(file, error))?;
    Ok(Packed { digest, bytes })
}

/// A regular file and its length: a pipe would hold everybody up.
fn open(file: &Path) -> Result<(File, u64)> {
    let there = fs::metadata(file).map_err(|error| cannot_read(file, error))?;
    if !there.is_file() {
        return Err(Error::usage(
            "not-a-file",
            format!("{} is not a regular file", file.display()),
        ));
    }
    let opened = File::open(file).map_err(|error| cannot_read(file, error))?;
    Ok((opened, there.len()))
}

fn cannot_read(file: &Path, error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::not_found("no-file", format!("there is no file {}", file.display())).hint(
                "check the name; without a leading / it is looked for where the command is typed",
            )
        }
        _ => Error::failed("cannot-read", format!("cannot read {}", file.display())).because(error),
    }
}

/// Unpacks a file into a new directory of a ledger. Nothing in it is believed, and nothing is verified
/// but its form.
///
/// # Errors
/// Verification, code `bad-backup`, where it has another form; as [`look`]; failed, code
/// `cannot-write`. What was begun is left to the caller.
pub fn unpack(file: &Path, directory: &Path) -> Result<()> {
    let (opened, bytes) = open(file)?;
    ledger::lay_out(directory)?;
    let mut archive = Archive::new(BufReader::with_capacity(1 << 20, opened));
    let mut found = BTreeSet::new();
    // Raw: no header of one entry changes what another one means.
    let entries = archive.entries().map_err(bad)?.raw(true);
    for entry in entries {
        let mut entry = entry.map_err(bad)?;
        let name = own_name(&entry)?;
        if !found.insert(name.clone()) || found.len() > FILES_LIMIT {
            return Err(bad(format!(
                "`{name}` is in it twice, or it has too many files"
            )));
        }
        let size = entry.header().entry_size().map_err(bad)?;
        let limit = match name.as_str() {
            "lock" => 0,
            "ledger.db" => bytes,
            _ => ledger::KEY_FILE_LIMIT,
        };
        if size > limit {
            return Err(bad(format!("`{name}` has {size} bytes")));
        }
        // The lock is there already, and empty.
        if name != "lock" {
            write_new(&mut entry, size, &directory.join(name))?;
        }
    }
    if !found.contains("lock") || !found.contains("ledger.db") {
        return Err(bad("it ends before its database does"));
    }
    Ok(())
}

/// Where in a ledger's directory an entry belongs, if it belongs there at all.
fn own_name<R: Read>(entry: &tar::Entry<'_, R>) -> Result<String> {
    let path = entry.path_bytes();
    let name = std::str::from_utf8(&path)
        .ok()
        .and_then(|path| path.strip_prefix(FOLDER))
        .filter(|name| {
            ["lock", "ledger.db"].contains(name)
                || name.strip_prefix("keys/").is_some_and(ledger::is_key_file)
        });
    match (name, entry.header().entry_type()) {
        (Some(name), EntryType::Regular) => Ok(name.to_owned()),
        _ => Err(bad(format!(
            "`{}` is no file of a ledger",
            String::from_utf8_lossy(&path).escape_debug()
        ))),
    }
}

fn write_new(from: &mut impl Read, size: u64, path: &PathBuf) -> Result<()> {
    let cannot = |error: std::io::Error| {
        Error::failed("cannot-write", format!("cannot write {}", path.display())).because(error)
    };
    let mut to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(cannot)?;
    let copied = std::io::copy(from, &mut to).map_err(cannot)?;
    if copied != size {
        return Err(bad("it ends before its database does"));
    }
    to.sync_all().map_err(cannot)
}

fn bad(why: impl std::fmt::Display) -> Error {
    Error::verification(
        "bad-backup",
        "the file is no backup of a ledger, or is damaged",
    )
    .because(why)
    .hint("take another copy of the backup, or an older one")
}
