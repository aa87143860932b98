//! What comes round by the calendar: when it was last done, and whether it is due.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::context::Context;
use crate::error::Result;
use crate::insight::calendar;
use crate::insight::drills::{self, Standing};
use crate::insight::reviews;
use crate::ledger::{People, Session};
use crate::present::drills as present;
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
    pub what: String,
    /// Who has to do it, where it is not one for all.
    pub who: Vec<String>,
    /// Whether whoever looks is one of them.
    mine: bool,
    /// What to type, behind the program's name.
    next: String,
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

    /// What to type, behind the program's name.
    pub fn command(&self) -> &str {
        &self.next
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
        let mut calendar = Self::load_round(session, people, now)?;
        calendar.add_drills(session, people, now)?;
        calendar.add_reviews(session, now)?;
        Ok(calendar)
    }

    /// As [`Self::load`], without drills, improvements and reviews.
    pub fn load_round(session: &Session, people: &People, now: Time) -> Result<Self> {
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
            let last = last(session, kind, now)?;
            let one_for_all = (what, None, true, next);
            calendar.add(now, days, last, last.unwrap_or(founded), one_for_all);
        }
        for (id, custodian, _) in people.iter() {
            if !custodian.in_force() || custodian.has(crate::statement::people::Role::Reader) {
                continue;
            }
            let happened = |when: &Time| *when <= now.plus(calendar::CLOCK_ERROR);
            let acknowledged = custodian.acknowledged.filter(happened);
            let since = match (acknowledged, custodian.from) {
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
            calendar.add(now, 365, acknowledged, since, what);
        }
        Ok(calendar)
    }

    /// Drills that a plan asks for, and improvements.
    fn add_drills(&mut self, session: &Session, people: &People, now: Time) -> Result<()> {
        let view = session.view();
        let all = drills::occasions(&view, now)?;
        for occasion in &all {
            let Some(until) = drills::until(occasion) else {
                continue;
            };
            let list = match occasion.standing {
                Standing::Due => &mut self.due,
                Standing::Overdue => &mut self.overdue,
                _ => continue,
            };
            let next = match &occasion.drill {
                Some((_, drill)) => format!("drill show {}", drill.id.short()),
                None => format!("drill start {}", occasion.name()),
            };
            list.push(Due {
                what: format!("the {} drill", occasion.name()),
                who: Vec::new(),
                mine: true,
                next,
                last: drills::last_passed(&all, occasion),
                until,
            });
        }
        for improvement in drills::open_improvements(&view)? {
            let Some(until) = calendar::last_second(Tz::UTC, improvement.due.0) else {
                continue;
            };
            let list = if now > until {
                &mut self.overdue
            } else if now.plus(NOTICE * DAY) > until {
                &mut self.due
            } else {
                continue;
            };
            let id = present::improvement(session, &improvement.subject, improvement.number)?;
            list.push(Due {
                what: format!("improvement {id}"),
                who: vec![people.name(&improvement.owner)],
                mine: improvement.owner == session.member(),
                next: format!("improvement close {id} --outcome done --note TEXT"),
                last: None,
                until,
            });
        }
        Ok(())
    }

    /// The review that goes on, or that the plan asks for.
    fn add_reviews(&mut self, session: &Session, now: Time) -> Result<()> {
        let all = reviews::occasions(&session.view(), now)?;
        for occasion in &all {
            let Some(until) = occasion.until() else {
                continue;
            };
            let list = match occasion.standing {
                Standing::Due => &mut self.due,
                Standing::Overdue => &mut self.overdue,
                _ => continue,
            };
            list.push(Due {
                what: "the review of who has access".to_owned(),
                who: Vec::new(),
                mine: true,
                next: match &occasion.review {
                    Some((_, review)) => format!("review show {}", review.id.short()),
                    None => "review start".to_owned(),
                },
                last: reviews::last_passed(&all),
                until,
            });
        }
        Ok(())
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
            what: what.to_owned(),
            who: who.into_iter().collect(),
            mine,
            next: next.to_owned(),
            last,
            until,
        });
    }
}

/// When the newest entry of a kind was made: of those that are not dated later than now.
fn last(session: &Session, kind: Kind, now: Time) -> Result<Option<Time>> {
    let filter = LogFilter {
        kind: Some(kind),
        to: Some(now.plus(calendar::CLOCK_ERROR).seconds()),
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
