//! Which drills are planned, due, overdue, running, passed, failed.
//!
//! A plan has one open occasion at a time: the period after the one in which it was last passed, or else
//! the one that it begins with. So what was missed stays overdue until a drill is passed, and what was
//! failed is to be passed still.

use chrono_tz::Tz;

use super::calendar::{CLOCK_ERROR, Period, day_in, days_before, last_second, notice};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::state::Records;
use crate::state::drills::{DrillRecord, ImprovementRecord, PlanRecord};
use crate::state::records::list;
use crate::statement::Time;
use crate::statement::drills::DrillOutcome;
use crate::statement::time::Date;

/// How a drill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its time will come.
    Planned,
    /// Its time has come.
    Due,
    /// It ought to be over.
    Overdue,
    /// It was started.
    Running,
    /// Everything worked, and everyone who took part has signed.
    Passed,
    /// Something did not work, and everyone who took part has signed.
    Failed,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Due => "due",
            Self::Overdue => "overdue",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// A drill that was started, or what a plan asks for next.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// The plan that it is by.
    pub plan: Option<PlanRecord>,
    /// The drill, with the leaf hash of its start.
    pub drill: Option<(Digest, DrillRecord)>,
    /// The day on which it is due.
    pub due: Option<Date>,
    /// How it stands.
    pub standing: Standing,
    /// Whether it was passed only after it was due.
    pub late: bool,
}

impl Occasion {
    /// The plan's name, or else the kind of drill.
    #[must_use]
    pub fn name(&self) -> String {
        match (&self.plan, &self.drill) {
            (Some(plan), _) => plan.facts.plan.to_string(),
            (None, Some((_, drill))) => drill.drill.as_str().to_owned(),
            (None, None) => String::new(),
        }
    }

    /// The time zone in which its days end.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.plan.as_ref().map_or(Tz::UTC, zone)
    }
}

/// The last second in which an occasion is not overdue.
#[must_use]
pub fn until(occasion: &Occasion) -> Option<Time> {
    last_second(occasion.zone(), occasion.due?.0)
}

/// When the plan of an occasion was last passed.
#[must_use]
pub fn last_passed(all: &[Occasion], occasion: &Occasion) -> Option<Time> {
    let plan = |one: &Occasion| one.plan.as_ref().map(|plan| plan.id);
    let same = all
        .iter()
        .filter(|one| plan(one).is_some() && plan(one) == plan(occasion));
    same.filter(|one| one.standing == Standing::Passed)
        .filter_map(|one| Some(one.drill.as_ref()?.1.finished.as_ref()?.at))
        .max()
}

/// The time zone in which a plan's days end.
#[must_use]
pub fn zone(plan: &PlanRecord) -> Tz {
    plan.facts.timezone.parse().unwrap_or(Tz::UTC)
}

/// Every drill, in the order of their starts, and what each plan asks for at `now`, the earliest first.
///
/// # Errors
/// Verification where the state is damaged.
pub fn occasions(records: &dyn Records, now: Time) -> Result<Vec<Occasion>> {
    let mut drills = list::<DrillRecord>(records, "")?
        .into_iter()
        .map(|(key, drill)| Ok((Digest::parse(&key)?, drill)))
        .collect::<Result<Vec<_>>>()?;
    drills.sort_by_key(|(_, drill)| drill.index);
    let mut open = Vec::new();
    let mut plans = Vec::new();
    for (_, plan) in list::<PlanRecord>(records, "")? {
        let next = next_period(&plan, drills.iter().map(|(_, drill)| drill), now);
        let running = drills.iter().any(|(_, drill)| {
            drill.finished.is_none() && drill.plan.as_ref() == Some(&plan.facts.plan)
        });
        if !plan.facts.ended && !running {
            open.push(Occasion {
                standing: standing(&plan, next, now),
                due: Some(next.due()),
                plan: Some(plan.clone()),
                drill: None,
                late: false,
            });
        }
        plans.push((plan, next));
    }
    open.sort_by_key(|occasion| occasion.due);
    let mut all: Vec<Occasion> = drills
        .into_iter()
        .map(|(leaf, drill)| {
            let named =
                |plan: &&(PlanRecord, Period)| Some(&plan.0.facts.plan) == drill.plan.as_ref();
            let plan = plans.iter().find(named).cloned();
            started(leaf, drill, plan, now)
        })
        .collect();
    all.extend(open);
    Ok(all)
}

fn started(
    leaf: Digest,
    drill: DrillRecord,
    plan: Option<(PlanRecord, Period)>,
    now: Time,
) -> Occasion {
    let (plan, next) = plan.unzip();
    let zone = plan.as_ref().map_or(Tz::UTC, zone);
    let after_due = |time: Time| drill.due.is_some_and(|due| day_in(zone, time) > due.0);
    // Until it is over it is in the plan's place, whatever day its author has put it down for.
    let after_plan = plan.as_ref().is_some_and(|plan| !plan.facts.ended)
        && next.is_some_and(|next| day_in(zone, now) > next.last);
    let (standing, late) = match &drill.finished {
        None if after_due(now) || after_plan => (Standing::Overdue, false),
        None => (Standing::Running, false),
        Some(finished) => match finished.outcome {
            DrillOutcome::Passed => (Standing::Passed, after_due(finished.at)),
            DrillOutcome::Failed => (Standing::Failed, after_due(finished.at)),
        },
    };
    Occasion {
        plan,
        due: drill.due,
        standing,
        late,
        drill: Some((leaf, drill)),
    }
}

/// The period in which a plan's drill is to be passed next, as of `now`: what is dated later, by a clock set
/// forward, has passed nothing yet.
#[must_use]
pub fn next_period<'d>(
    plan: &PlanRecord,
    drills: impl Iterator<Item = &'d DrillRecord>,
    now: Time,
) -> Period {
    let facts = &plan.facts;
    let first = Period::of(facts.every, facts.from.0);
    let passed = drills.filter_map(|drill| {
        let finished = drill.finished.as_ref()?;
        let counts = drill.plan.as_ref() == Some(&facts.plan)
            && finished.outcome == DrillOutcome::Passed
            && finished.at <= now.plus(CLOCK_ERROR);
        counts.then(|| Period::of(facts.every, day_in(zone(plan), finished.at)).following())
    });
    passed.fold(first, Ord::max)
}

fn standing(plan: &PlanRecord, next: Period, now: Time) -> Standing {
    let today = day_in(zone(plan), now);
    if today > next.last {
        Standing::Overdue
    } else if today >= days_before(next.last, notice(plan.facts.every)) {
        Standing::Due
    } else {
        Standing::Planned
    }
}

/// Improvements that nobody has closed, the earliest first.
///
/// # Errors
/// Verification where the state is damaged.
pub fn open_improvements(records: &dyn Records) -> Result<Vec<ImprovementRecord>> {
    let all = list::<ImprovementRecord>(records, "")?.into_iter();
    let mut open: Vec<ImprovementRecord> = all
        .map(|(_, improvement)| improvement)
        .filter(|improvement| improvement.closed.is_none())
        .collect();
    open.sort_by_key(|improvement| (improvement.due, improvement.index, improvement.number));
    Ok(open)
}

/// Whether an improvement ought to be there by now, or was there only after its day; days end as in UTC.
#[must_use]
pub fn is_late(improvement: &ImprovementRecord, now: Time) -> bool {
    let until = improvement.closed.as_ref().map_or(now, |closed| closed.at);
    day_in(Tz::UTC, until) > improvement.due.0
}
