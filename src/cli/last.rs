//! The last backup and the last that was restored, as `status` shows them.

use serde_json::{Value, json};

use crate::insight::backups::Last;
use crate::present::describe;
use crate::statement::Time;

/// Its fields.
pub fn json(last: &Last) -> Value {
    json!({"seq": last.seq, "made_at": last.made_at, "size": last.at.size})
}

/// Its line of `status`.
pub fn line(last: &Last, what: &str, now: Time, entries: u64) -> String {
    let age = now.seconds().saturating_sub(last.made_at.seconds());
    format!(
        "last {what}  {} ago (#{}), {} entries since\n",
        describe::duration(u64::try_from(age).unwrap_or(0)),
        last.seq,
        entries.saturating_sub(last.at.size + 1)
    )
}
