//! What comes round by the calendar: when it was last done, and whether it is due.

use serde_json::{Value, json};

use super::context::Context;
use crate::error::Result;
use crate::ledger::{People, Session};
use crate::state::people::LedgerRecord;
use crate::statement::{Kind, Time};
use crate::store::LogFilter;

/// Seconds of a day.
const DAY: u64 = 86_400;
/// So many days before it is overdue, something is due.
const NOTICE: u64 = 14;

/// Something that comes round.
pub struct Due {
    /// What is to be done.
    pub what: &'static str,
    /// Who has to do it, where it is not one for all.
    pub who: Vec<String>,
    /// Whether whoever looks is one of them.
    mine: bool,
    /// What to type, behind the program's name.
    next: &'static str,
    /// When it was last done.
    pub last: Option<Time>,
    /// After this it is overdue.
    pub until: Time,
}

impl Due {
    /// Its fields for scripts.
    pub fn json(&self, context: &Context) -> Value {
        json!({
            "what": self.what, "waits_for": self.who, "next": self.next(context),
            "last": self.last, "until": self.until,
        })
    }

    /// What to type.
    pub fn next(&self, context: &Context) -> String {
        let whose = (!self.mine).then_some("THEIR.key");
        format!("{} {}", context.program(whose), self.next)
    }
}

/// What is due at `now`, and what is overdue.
pub struct Calendar {
    /// Due: never done, or to be done soon.
    pub due: Vec<Due>,
    /// Overdue.
    pub overdue: Vec<Due>,
}

impl Calendar {
    /// Reads it.
    pub fn load(session: &Session, people: &People, now: Time) -> Result<Self> {
        let mut calendar = Self {
            due: Vec::new(),
            overdue: Vec::new(),
        };
        let active = LedgerRecord::load(&session.view())?.and_then(|ledger| ledger.active);
        let Some(active) = active else {
            return Ok(calendar);
        };
        let founded = made_at(session, active)?.unwrap_or(now);
        for (kind, days, what, next) in [
            (Kind::Backup, 31, "a backup", "backup --out FILE"),
            (
                Kind::BackupConfirm,
                92,
                "a restore drill",
                "restore FILE --drill",
            ),
            (
                Kind::LeaversCompare,
                92,
                "a comparison with who left",
                "custodian leavers FILE.csv",
            ),
        ] {
            let last = last(session, kind)?;
            let one_for_all = (what, None, true, next);
            calendar.add(now, days, last, last.unwrap_or(founded), one_for_all);
        }
        for (id, custodian, _) in people.iter() {
            if !custodian.in_force() || custodian.has(crate::statement::people::Role::Reader) {
                continue;
            }
            let since = match (custodian.acknowledged, custodian.from) {
                (Some(when), _) => when,
                (None, Some(from)) => made_at(session, from)?.unwrap_or(founded),
                (None, None) => continue,
            };
            let what = (
                "acknowledging the duties",
                Some(people.name(id)),
                *id == session.member(),
                "custodian acknowledge",
            );
            calendar.add(now, 365, custodian.acknowledged, since, what);
        }
        Ok(calendar)
    }

    fn add(
        &mut self,
        now: Time,
        days: u64,
        last: Option<Time>,
        since: Time,
        (what, who, mine, next): (&'static str, Option<String>, bool, &'static str),
    ) {
        let until = since.plus(days * DAY);
        let list = if now > until {
            &mut self.overdue
        } else if last.is_none() || now.plus(NOTICE * DAY) > until {
            &mut self.due
        } else {
            return;
        };
        // What several have to do is one line, by the earliest of their dates.
        if let Some(same) = list.iter_mut().find(|due| due.what == what) {
            same.who.extend(who);
            same.who.sort();
            same.mine |= mine;
            same.until = same.until.min(until);
            same.last = same.last.min(last);
            return;
        }
        list.push(Due {
            what,
            who: who.into_iter().collect(),
            mine,
            next,
            last,
            until,
        });
    }
}

/// When the newest entry of a kind was made.
fn last(session: &Session, kind: Kind) -> Result<Option<Time>> {
    let filter = LogFilter {
        kind: Some(kind),
        limit: Some(1),
        ..LogFilter::default()
    };
    let entry = session.view().filtered(&filter)?.pop();
    Ok(entry.and_then(|entry| Time::from_seconds(entry.made_at)))
}

fn made_at(session: &Session, index: u64) -> Result<Option<Time>> {
    let entry = session.view().entry(index)?;
    Ok(entry.and_then(|entry| Time::from_seconds(entry.made_at)))
}
