//! When a backup was last made, and when one was last restored: by `restore --drill`, or in a drill.

use serde_json::{Value, json};

use crate::error::Result;
use crate::insight::calendar::CLOCK_ERROR;
use crate::ledger::Session;
use crate::present::describe;
use crate::state::drills::DrillRecord;
use crate::state::records::list;
use crate::statement::drills::Found;
use crate::statement::{Claim, Kind, Seen, Time};
use crate::store::LogFilter;

/// A backup, or a restored one, as the ledger has it on record.
pub struct Last {
    seq: u64,
    /// When the entry was made.
    pub made_at: Time,
    at: Seen,
}

impl Last {
    /// Its fields.
    pub fn json(&self) -> Value {
        json!({"seq": self.seq, "made_at": self.made_at, "size": self.at.size})
    }

    /// Its line of `status`.
    pub fn line(&self, what: &str, now: Time, entries: u64) -> String {
        let age = now.seconds().saturating_sub(self.made_at.seconds());
        format!(
            "last {what}  {} ago (#{}), {} entries since\n",
            describe::duration(u64::try_from(age).unwrap_or(0)),
            self.seq,
            entries.saturating_sub(self.at.size + 1)
        )
    }
}

/// The last backup that was made: of those that are not dated later than now.
pub fn backup(session: &Session, now: Time) -> Result<Option<Last>> {
    of_kind(session, Kind::Backup, now)
}

/// The last backup that was restored and good, in whichever way that was tried; dated as for [`backup`].
pub fn restored(session: &Session, now: Time) -> Result<Option<Last>> {
    let tried = of_kind(session, Kind::BackupConfirm, now)?;
    let drilled = in_a_drill(session, now)?;
    Ok(tried.into_iter().chain(drilled).max_by_key(|last| last.seq))
}

fn in_a_drill(session: &Session, now: Time) -> Result<Option<Last>> {
    let view = session.view();
    let mut newest = None;
    for (_, drill) in list::<DrillRecord>(&view, "")? {
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
fn of_kind(session: &Session, kind: Kind, now: Time) -> Result<Option<Last>> {
    let filter = LogFilter {
        kind: Some(kind),
        to: Some(now.plus(CLOCK_ERROR).seconds()),
        limit: Some(1),
        ..LogFilter::default()
    };
    let Some(entry) = session.view().filtered(&filter)?.pop() else {
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
