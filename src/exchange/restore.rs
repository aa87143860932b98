//! A ledger made again from a backup, in a new directory: whole and verified, or not at all.

use std::path::Path;

use super::archive::{self, Packed};
use super::staging::Staging;
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::{self, AgainstPin, Progress, Session};

/// What was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The ledger.
    pub ledger: Digest,
    /// How many entries it has.
    pub size: u64,
    /// The log's root at that size.
    pub root: Digest,
    /// How many signatures were checked.
    pub signatures: u64,
    /// How it stands to what the person who restored it has seen.
    pub pin: AgainstPin,
    /// The backup.
    pub file: Packed,
}

/// Restores a backup into a new directory. `open` opens a directory as the person who restores, whatever
/// their pin remembers.
///
/// An older ledger than the pin has seen is restored, and said to be that; one that is a fork of what
/// the pin has seen is not. `keys/` is made anew from the verified log.
///
/// # Errors
/// Refused, code `exists`; verification, codes `bad-backup`, `not-good`, `forked`; what `open` says;
/// failed. Then there is no directory.
pub fn restore(
    file: &Path,
    out: &Path,
    open: impl FnOnce(&Path) -> Result<Session>,
    progress: Progress<'_>,
) -> Result<Restored> {
    let packed = archive::look(file)?;
    let staging = Staging::beside(out)?;
    let made = staging.join("restored.ledger");
    archive::unpack(file, &made)?;
    let session = open(&made)?;
    let report = session.verify_log(progress)?;
    report.require_good("the backup")?;
    let restored = Restored {
        ledger: session.id(),
        size: report.entries,
        root: report.root,
        signatures: report.signatures,
        pin: session.against_pin()?,
        file: packed,
    };
    session.renew_keys()?;
    // Nobody opens it before it has its name.
    let alone = session.settle()?;
    ledger::publish(&made, out)?;
    drop(alone);
    Ok(restored)
}
