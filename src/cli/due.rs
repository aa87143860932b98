//! What comes round by the calendar: when it was last done, and whether it is due.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::context::Context;
use crate::error::Result;
use crate::insight::drills::{self, Occasion, Standing};
use crate::insight::reviews;
use crate::insight::{backups, calendar};
use crate::ledger::{People, Session};
use crate::present::drills as present;
use crate::state::people::LedgerRecord;
use crate::statement::drills::DrillKind;
use crate::statement::{Kind, Time};
use crate::store::LogFilter;

/// Seconds of a day.
const DAY: u64 = 86_400;
/// So many days before it is overdue, something is due.
const NOTICE: u64 = 14;
/// What a restored backup is called.
const RESTORE: &str = "a restore drill";

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
    /// What else it is: one act does both.
    pub also: Option<&'static str>,
    /// When it was last done.
    pub last: Option<Time>,
    /// After this it is overdue.
    pub until: Time,
}

impl Due {
    /// Its fields for scripts.
    pub fn json(&self, context: &Context) -> Value {
        json!({
            "what": self.what, "also": self.also, "waits_for": self.who, "next": self.next(context),
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
        calendar.restore_once(session, now)?;
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
            (Kind::BackupConfirm, 92, RESTORE, "restore FILE --drill"),
            (
                Kind::LeaversCompare,
                92,
                "a comparison with who left",
                "custodian leavers FILE.csv",
            ),
        ] {
            let last = match kind {
                Kind::BackupConfirm => {
                    backups::restored(&session.view(), now)?.map(|last| last.made_at)
                }
                _ => newest(session, kind, now)?,
            };
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
                what: drill_of(occasion),
                who: Vec::new(),
                mine: true,
                next,
                also: None,
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
                also: None,
                last: None,
                until,
            });
        }
        Ok(())
    }

    /// A drill that restores a backup is a restored backup too: where both are asked for, that is one line.
    fn restore_once(&mut self, session: &Session, now: Time) -> Result<()> {
        let round = |due: &Due| due.what == RESTORE;
        let mut both = self.due.iter().chain(&self.overdue);
        let Some(until) = both.find(|due| round(due)).map(|due| due.until) else {
            return Ok(());
        };
        let all = drills::occasions(&session.view(), now)?;
        let restores = |one: &&Occasion| {
            let plan = one.plan.as_ref().map(|plan| plan.facts.drill);
            let drill = one.drill.as_ref().map(|(_, drill)| drill.drill);
            drill.or(plan) == Some(DrillKind::LedgerRestore)
        };
        let over = |one: &&Occasion| matches!(one.standing, Standing::Passed | Standing::Failed);
        let asked: Vec<&Occasion> = all
            .iter()
            .filter(restores)
            .filter(|one| !over(one))
            .collect();
        let names: Vec<String> = asked.iter().map(|one| drill_of(one)).collect();
        let planned = |due: &Due| names.contains(&due.what);
        if self.due.iter().chain(&self.overdue).any(planned) {
            self.due.retain(|due| !round(due));
            self.overdue.retain(|due| !round(due));
            for due in self.due.iter_mut().chain(&mut self.overdue) {
                if names.contains(&due.what) {
                    due.also = Some(RESTORE);
                    due.until = due.until.min(until);
                }
            }
            let (late, on_time): (Vec<Due>, Vec<Due>) = std::mem::take(&mut self.due)
                .into_iter()
                .partition(|due| due.also.is_some() && now > due.until);
            self.due = on_time;
            self.overdue.extend(late);
        } else if let Some((_, drill)) = asked.iter().find_map(|one| one.drill.as_ref()) {
            let next = format!("drill record restore {} FILE", drill.id.short());
            for due in self.due.iter_mut().chain(&mut self.overdue) {
                if round(due) {
                    due.next.clone_from(&next);
                }
            }
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
                also: None,
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
            also: None,
            last,
            until,
        });
    }
}

/// What a drill is called here.
fn drill_of(occasion: &Occasion) -> String {
    format!("the {} drill", occasion.name())
}

/// When the newest entry of a kind was made: of those that are not dated later than now.
fn newest(session: &Session, kind: Kind, now: Time) -> Result<Option<Time>> {
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
