//! Two ledgers, or a ledger and a checkpoint that somebody kept: the same, one ahead of the other, or
//! forks, with the proof of it.

use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::ledger::{Progress, Session, Side};
use crate::log::{self, SignedCheckpoint};

/// How this ledger stands to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They have the same entries.
    Equal,
    /// This one continues the other by so many entries.
    Ahead(u64),
    /// The other has so many entries more. From a checkpoint alone it can't be told whether they
    /// continue this ledger.
    Behind(u64),
    /// Neither continues the other.
    Fork(Box<Fork>),
}

/// What proves a fork: two checkpoints of one size with two roots, each cosigned by whoever appended
/// there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The first entry in which they differ, where both ledgers are at hand.
    pub first: Option<u64>,
    /// This ledger's checkpoint.
    pub here: SignedCheckpoint,
    /// The other's.
    pub there: SignedCheckpoint,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The verdict.
    pub standing: Standing,
    /// Size and root of this ledger.
    pub here: (u64, Digest),
    /// Size and root of the other.
    pub there: (u64, Digest),
    /// Whose cosignatures vouch for a checkpoint; of two ledgers, none.
    pub cosigners: Vec<Id>,
}

/// Compares two ledgers, each verified whole first.
///
/// # Errors
/// Verification, code `not-good`, where one of them has problems; failed.
pub fn ledgers(here: Side<'_>, there: Side<'_>, progress: Progress<'_>) -> Result<Comparison> {
    here.verify(progress)?.require_good("this ledger")?;
    there.verify(progress)?.require_good("the other ledger")?;
    heads(here, there)
}

/// Compares two ledgers that were verified.
///
/// # Errors
/// Failed where a database fails.
pub fn heads(here: Side<'_>, there: Side<'_>) -> Result<Comparison> {
    let (own, others) = (here.head()?, there.head()?);
    let common = own.0.min(others.0);
    let standing = if here.root_at(common)? == there.root_at(common)? {
        by_size(own.0, others.0)
    } else {
        let first = first_difference(here, there, common)?;
        Standing::Fork(Box::new(Fork {
            first: Some(first),
            here: here.note(first + 1)?,
            there: there.note(first + 1)?,
        }))
    };
    Ok(Comparison {
        standing,
        here: own,
        there: others,
        cosigners: Vec::new(),
    })
}

fn by_size(here: u64, there: u64) -> Standing {
    match here.cmp(&there) {
        std::cmp::Ordering::Equal => Standing::Equal,
        std::cmp::Ordering::Greater => Standing::Ahead(here - there),
        std::cmp::Ordering::Less => Standing::Behind(there - here),
    }
}

/// The first entry in which two logs differ whose roots at `differ` do: a tree's root fixes all smaller
/// ones, so that from some size on all are different.
fn first_difference(here: Side<'_>, there: Side<'_>, differ: u64) -> Result<u64> {
    let (mut same, mut differ) = (0, differ);
    while differ - same > 1 {
        let middle = same + (differ - same) / 2;
        if here.root_at(middle)? == there.root_at(middle)? {
            same = middle;
        } else {
            differ = middle;
        }
    }
    Ok(same)
}

/// Compares a ledger, verified whole first, with a checkpoint.
///
/// # Errors
/// Verification, codes `bad-checkpoint`, `other-ledger`, and `no-cosigner` where nobody in this ledger
/// has signed it; `not-good`; failed.
pub fn checkpoint(session: &Session, note: &[u8], progress: Progress<'_>) -> Result<Comparison> {
    let note = SignedCheckpoint::parse(note).map_err(|error| {
        Error::verification("bad-checkpoint", "the file is no checkpoint").because(error)
    })?;
    let kept = note.unverified().clone();
    if *kept.origin() != log::origin(&session.id().0) {
        return Err(Error::verification(
            "other-ledger",
            "the checkpoint is of another ledger",
        ));
    }
    let here = session.side()?;
    here.verify(progress)?.require_good("this ledger")?;
    let cosigners = session.cosigners(&note)?;
    if cosigners.is_empty() {
        return Err(Error::verification(
            "no-cosigner",
            "nobody in this ledger has signed the checkpoint: it proves nothing",
        ));
    }
    let own = here.head()?;
    let root = Digest((*kept.root()).into());
    let standing = if kept.size() > own.0 {
        Standing::Behind(kept.size() - own.0)
    } else if here.root_at(kept.size())? == root {
        by_size(own.0, kept.size())
    } else {
        Standing::Fork(Box::new(Fork {
            first: None,
            here: here.note(kept.size())?,
            there: note,
        }))
    };
    Ok(Comparison {
        standing,
        here: own,
        there: (kept.size(), root),
        cosigners,
    })
}
