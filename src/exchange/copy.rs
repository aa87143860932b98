//! A read-only copy for another site: made whole and verified, or brought up to date by one that is, in
//! one step.

use std::path::Path;

use super::compare::{self, Standing};
use super::staging::Staging;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::{self, Other, Progress, Session};

/// A copy that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many entries it has.
    pub size: u64,
    /// The log's root at that size.
    pub root: Digest,
    /// How many entries the older copy had whose place it took.
    pub before: Option<u64>,
}

/// Copies the ledger as it is at this moment into `out`: a new directory, or that of an older copy which
/// this ledger continues.
///
/// # Errors
/// Refused, codes `exists` (no ledger), `not-a-copy`, `copy-ahead`; verification, codes `forked`,
/// `other-ledger`, `not-good`; failed. Then `out` is as it was.
pub fn make(session: &Session, out: &Path, progress: Progress<'_>) -> Result<Copied> {
    let older = match out.symlink_metadata() {
        Ok(_) => Some(older_copy(session, out, progress)?),
        Err(_) => None,
    };
    let staging = Staging::beside(out)?;
    let made = staging.join("copy.ledger");
    let (size, root) = session.copy_into(&made, true)?;
    {
        let copy = session.open_other(&made)?;
        let report = copy.side().verify(progress)?;
        report.require_good("the copy")?;
        if (report.entries, report.root) != (size, root) || !copy.is_copy()? {
            return Err(Error::verification(
                "not-good",
                "the copy has another head than the ledger",
            ));
        }
    }
    let before = match older {
        None => {
            ledger::publish(&made, out)?;
            None
        }
        Some((other, before)) => {
            let alone = other.alone()?;
            ledger::replace(&made, out)?;
            drop(alone);
            Some(before)
        }
    };
    Ok(Copied { size, root, before })
}

/// What is at `out`, if it is a good copy whose every entry this ledger has; and its size.
fn older_copy(session: &Session, out: &Path, progress: Progress<'_>) -> Result<(Other, u64)> {
    if !out.join("ledger.db").is_file() {
        return Err(
            Error::refused("exists", format!("{} exists already", out.display()))
                .hint("name another; nothing is overwritten but an older copy of this ledger"),
        );
    }
    let other = session.open_other(out)?;
    if !other.is_copy()? {
        return Err(Error::refused(
            "not-a-copy",
            format!("{} is a ledger that is written to, no copy", out.display()),
        )
        .hint("name another directory"));
    }
    let report = other.side().verify(progress)?;
    report.require_good("the older copy")?;
    let found = compare::heads(session.side()?, other.side())?;
    match found.standing {
        Standing::Equal | Standing::Ahead(_) => Ok((other, found.there.0)),
        Standing::Behind(entries) => Err(Error::refused(
            "copy-ahead",
            format!("the copy has {entries} entries that this ledger lacks"),
        )
        .hint("this ledger is the older one: look for what has happened here")),
        Standing::Fork(_) => Err(Error::verification(
            "forked",
            "the copy is a fork of this ledger, not an older state of it",
        )
        .hint("keep both; what parts them: rootkeep compare DIR --out PROOF")),
    }
}
