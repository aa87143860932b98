//! What still holds what was erased, or is to be: as far as the ledger has it on record.

use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::state::custody::NoteRecord;
use crate::state::erasure::ErasedRecord;
use crate::state::records::list;
use crate::statement::time::Date;
use crate::statement::{Claim, Kind, Time};
use crate::store::{LogFilter, View};

/// Something outside the ledger that holds what a statement says of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Index of the entry that has it on record.
    pub seq: u64,
    /// That entry's id.
    pub id: Id,
    /// When it was made.
    pub made_at: Time,
    /// What it is.
    pub what: What,
}

/// What holds it. Each kind of statement that records something leaving the ledger has its place here, and
/// in [`holds`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A backup: the digest of its file.
    Backup(Digest),
    /// A bundle of evidence: the digest of its `SHA256SUMS`, and its period.
    Evidence {
        /// The digest.
        sums: Digest,
        /// Its first day.
        from: Date,
        /// Its last day.
        to: Date,
    },
}

/// Kinds whose names are in every bundle that is not redacted.
const NAMES: [Kind; 3] = [Kind::Genesis, Kind::CustodianAdd, Kind::CustodianReplace];

/// Kinds of which a bundle can tell what they say of people wherever they stand in the log, as it can of
/// [`IN_FINDINGS`]: beside what was accepted or erased, and in the words of a review's entries.
const BEYOND: [Kind; 3] = [Kind::FindingAccept, Kind::Erase, Kind::ReviewStart];

/// Kinds whose personal parts the posture rules read: what they find can tell of them.
pub const IN_FINDINGS: [Kind; 4] = [
    Kind::AccountImport,
    Kind::MailboxSet,
    Kind::PhoneSet,
    Kind::PrivilegeSet,
];

/// The kinds of statements that record something leaving the ledger.
const LEAVING: [Kind; 2] = [Kind::Backup, Kind::EvidenceExport];

/// What has left the ledger with the personal part of entry `seq`: since that entry, and before it was
/// erased.
///
/// # Errors
/// Verification where an entry is damaged.
pub fn holders(view: &View<'_>, seq: u64) -> Result<Vec<Holder>> {
    let Some(subject) = view.entry(seq)? else {
        return Ok(Vec::new());
    };
    let erased = ErasedRecord::load(view, &subject.hash)?;
    let of = Kind::parse(&subject.kind)?;
    let end = erased.map_or(u64::MAX, |erased| erased.index);
    let mut found = Vec::new();
    for kind in LEAVING {
        let filter = LogFilter {
            kind: Some(kind),
            ..LogFilter::default()
        };
        for entry in view.filtered(&filter)? {
            let claim = Claim::parse(kind, &entry.facts.bytes.0, None)?;
            let (Some((size, what)), Some(made_at)) =
                (holds(&claim, seq, of), Time::from_seconds(entry.made_at))
            else {
                continue;
            };
            // What it holds is the log of that size: what was erased before was in none of it.
            if size > seq && size <= end {
                found.push(Holder {
                    seq: entry.seq,
                    id: entry.id,
                    made_at,
                    what,
                });
            }
        }
    }
    found.sort_by_key(|holder| holder.seq);
    Ok(found)
}

/// The size of the log that has left with a statement, and what it has left as, where what entry `seq` of kind `of`
/// says of people is in it.
fn holds(claim: &Claim, seq: u64, of: Kind) -> Option<(u64, What)> {
    match claim {
        Claim::Backup(made) => Some((made.at.size, What::Backup(made.file))),
        Claim::EvidenceExport(made) => {
            let told = if NAMES.contains(&of) {
                !made.redacted
            } else {
                let beyond = BEYOND.contains(&of) || IN_FINDINGS.contains(&of);
                (beyond || (made.first..made.end).contains(&seq)) && made.tells(of)
            };
            told.then_some((
                made.at.size,
                What::Evidence {
                    sums: made.sums,
                    from: made.from,
                    to: made.to,
                },
            ))
        }
        _ => None,
    }
}

/// Entries that say more about a statement and were not erased: corrections, and files attached.
///
/// # Errors
/// Verification where the state is damaged.
pub fn notes(view: &View<'_>, subject: &Digest) -> Result<Vec<NoteRecord>> {
    let mut notes = Vec::new();
    for (_, note) in list::<NoteRecord>(view, &format!("{subject}/"))? {
        let entry = view.entry(note.index)?;
        if entry.is_some_and(|entry| entry.personal.is_some()) {
            notes.push(note);
        }
    }
    Ok(notes)
}
