//! One file from which the ledger can be made again; it exists only once it was opened again and found
//! good.

use std::fs;
use std::path::Path;

use super::archive::{self, Packed};
use super::staging::Staging;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::{self, Progress, Session};

/// A backup that was made and verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// How many entries it has.
    pub size: u64,
    /// The log's root at that size.
    pub root: Digest,
    /// The file.
    pub file: Packed,
}

/// Backs up the ledger as it is at this moment, while others go on writing, into a new file.
///
/// It is packed beside `out`, unpacked again, opened with the own member key and verified whole, and
/// only then given its name. That takes three times the ledger's size on the same disk, of which one
/// stays.
///
/// # Errors
/// Refused, code `exists`; verification, code `not-good`, where the ledger, and so the backup, has
/// problems; failed. Then there is no file.
pub fn make(session: &Session, out: &Path, progress: Progress<'_>) -> Result<Backup> {
    let staging = Staging::beside(out)?;
    let copy = staging.join("copy.ledger");
    let (size, root) = session.copy_into(&copy, false)?;
    let packed = staging.join("backup.tar");
    let file = archive::pack(&copy, &packed)?;
    fs::remove_dir_all(&copy).map_err(|error| {
        Error::failed("cannot-write", "a temporary copy can't be removed").because(error)
    })?;
    let again = staging.join("again.ledger");
    archive::unpack(&packed, &again)?;
    let report = session.open_other(&again)?.side().verify(progress)?;
    report.require_good("the backup")?;
    if (report.entries, report.root) != (size, root) {
        return Err(Error::verification(
            "not-good",
            "what was read back from the backup has another head than the ledger",
        ));
    }
    ledger::publish(&packed, out)?;
    Ok(Backup { size, root, file })
}
