//! When a backup was last made, and when one was last restored: by `restore --drill`, or in a drill.

use super::calendar::CLOCK_ERROR;
use crate::error::Result;
use crate::state::drills::DrillRecord;
use crate::state::records::list;
use crate::statement::drills::Found;
use crate::statement::{Claim, Kind, Seen, Time};
use crate::store::{LogFilter, View};

/// A backup, or a restored one, as the ledger has it on record.
#[derive(Clone, Copy, Debug)]
pub struct Last {
    /// Index of the entry.
    pub seq: u64,
    /// When it was made.
    pub made_at: Time,
    /// The state of the log that was backed up.
    pub at: Seen,
}

/// The last backup that was made: of those that are not dated later than now.
///
/// # Errors
/// Verification where the state is damaged.
pub fn backup(view: &View<'_>, now: Time) -> Result<Option<Last>> {
    of_kind(view, Kind::Backup, now)
}

/// The last backup that was restored and good, in whichever way that was tried; dated as for [`backup`].
///
/// # Errors
/// As [`backup`].
pub fn restored(view: &View<'_>, now: Time) -> Result<Option<Last>> {
    let tried = of_kind(view, Kind::BackupConfirm, now)?;
    let drilled = in_a_drill(view, now)?;
    Ok(tried.into_iter().chain(drilled).max_by_key(|last| last.seq))
}

fn in_a_drill(view: &View<'_>, now: Time) -> Result<Option<Last>> {
    let mut newest = None;
    for (_, drill) in list::<DrillRecord>(view, "")? {
        for found in drill.found {
            if let Found::Restore { at: Some(at), .. } = found.found
                && found.at <= now.plus(CLOCK_ERROR)
            {
                newest = newest.max(Some((found.index, at.size, at.root)));
            }
        }
    }
    let Some((seq, size, root)) = newest else {
        return Ok(None);
    };
    let entry = view.entry(seq)?;
    let made_at = entry.and_then(|entry| Time::from_seconds(entry.made_at));
    Ok(made_at.map(|made_at| Last {
        seq,
        made_at,
        at: Seen { size, root },
    }))
}

/// The newest entry of a kind that names a state of the log.
fn of_kind(view: &View<'_>, kind: Kind, now: Time) -> Result<Option<Last>> {
    let filter = LogFilter {
        kind: Some(kind),
        to: Some(now.plus(CLOCK_ERROR).seconds()),
        limit: Some(1),
        ..LogFilter::default()
    };
    let Some(entry) = view.filtered(&filter)?.pop() else {
        return Ok(None);
    };
    let at = match Claim::parse(kind, &entry.facts.bytes.0, None)? {
        Claim::Backup(made) => made.at,
        Claim::BackupConfirm(tried) => tried.at,
        _ => return Ok(None),
    };
    Ok(Time::from_seconds(entry.made_at).map(|made_at| Last {
        seq: entry.seq,
        made_at,
        at,
    }))
}
