//! `drill plan`, `drill unplan`.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::drill::{self, KindArg};
use super::output::Done;
use super::when;
use crate::error::{Error, Result};
use crate::insight::calendar::day_in;
use crate::insight::drills::next_period;
use crate::ledger::Session;
use crate::present::drills as present;
use crate::state::drills::{DrillRecord, PlanRecord};
use crate::state::records::{list, read};
use crate::statement::Claim;
use crate::statement::drills::{DrillKind, Every, Plan, Scope};
use crate::statement::text::Name;
use crate::statement::time::Date;

/// How often, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EveryArg {
    /// Once in each calendar month
    Month,
    /// Once in each calendar quarter
    Quarter,
    /// Once in each calendar year
    Year,
}

impl EveryArg {
    fn every(self) -> Every {
        match self {
            Self::Month => Every::Month,
            Self::Quarter => Every::Quarter,
            Self::Year => Every::Year,
        }
    }
}

/// `drill plan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep drill plan possession --every quarter\n  rootkeep drill plan sign-in --every year --scope 111122223333 --name management"
)]
pub struct PlanDrill {
    /// What is tried
    kind: KindArg,
    /// How often, by the calendar
    #[arg(long)]
    every: EveryArg,
    /// About what: all, an account's 12 digits, quorum:NAME or location:NAME
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    scope: String,
    /// What the plan is called [default: the kind]
    #[arg(long, value_name = "PLAN")]
    name: Option<String>,
    /// In the month, quarter or year of this day for the first time [default: today]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// IANA name of the time zone in which days end
    #[arg(long, value_name = "TZ", default_value = "UTC")]
    timezone: String,
    /// In the place of a plan of that name which has another scope
    #[arg(long)]
    replace: bool,
}

pub fn plan(context: &Context, command: &PlanDrill) -> Result<Done> {
    let kind = command.kind.kind();
    let name = command.name.as_deref().unwrap_or(kind.as_str());
    let name = Name::new(name)?;
    check_name(&name, kind)?;
    let zone = when::zone(&command.timezone)?;
    let from = command.from.as_deref().map(Date::parse).transpose()?;
    let session = context.open_to_act()?;
    let facts = Plan {
        plan: name,
        drill: kind,
        every: command.every.every(),
        scope: drill::scope(&session, &command.scope)?,
        from: from.unwrap_or(Date(day_in(zone, session.now()?))),
        timezone: zone.name().to_owned(),
        ended: false,
    };
    if !command.replace {
        not_in_the_way(&session, &facts)?;
    }
    enter(context, session, facts)
}

/// That no plan of that name tries something else: it would be gone. How often is changed by planning anew.
fn not_in_the_way(session: &Session, facts: &Plan) -> Result<()> {
    let before = read::<PlanRecord>(&session.view(), facts.plan.as_str())?;
    let Some(before) = before.filter(|plan| !plan.facts.ended) else {
        return Ok(());
    };
    if (before.facts.drill, &before.facts.scope) == (facts.drill, &facts.scope) {
        return Ok(());
    }
    let of = present::scope(session, &before.facts.scope)?;
    let error = Error::refused(
        "plan-exists",
        format!(
            "there is a plan {} already: a {} drill of {of}",
            facts.plan,
            before.facts.drill.as_str()
        ),
    )
    .hint("to have both, call this one otherwise: --name PLAN");
    if before.facts.drill == facts.drill {
        return Err(error.hint("to have this one in its place: --replace"));
    }
    // A plan is of one kind of drill for good.
    Err(error)
}

/// A plan called as another kind of drill would be found in its place.
fn check_name(name: &Name, kind: DrillKind) -> Result<()> {
    match DrillKind::parse(name.as_str()) {
        Some(other) if other != kind => Err(Error::usage(
            "bad-name",
            format!("`{name}` is another kind of drill: a plan is not called that"),
        )),
        _ => Ok(()),
    }
}

pub fn unplan(context: &Context, typed: &str) -> Result<Done> {
    let name = Name::new(typed)?;
    let session = context.open_to_act()?;
    let record = read::<PlanRecord>(&session.view(), name.as_str())?.ok_or_else(|| {
        Error::not_found("no-plan", format!("there is no plan `{name}`"))
            .hint("rootkeep drill list")
    })?;
    let facts = Plan {
        ended: true,
        ..record.facts
    };
    enter(context, session, facts)
}

fn enter(context: &Context, mut session: Session, facts: Plan) -> Result<Done> {
    let (name, ended) = (facts.plan.clone(), facts.ended);
    if let Scope::Location(location) = &facts.scope {
        super::location::find(&session, location.as_str())?;
    }
    let entered = session.enter(Claim::DrillPlan(facts), Vec::new())?;
    let view = session.view();
    let record = read::<PlanRecord>(&view, name.as_str())?;
    let (all, now) = (list::<DrillRecord>(&view, "")?, session.now()?);
    let due = record.filter(|_| !ended).map(|record| {
        let next = next_period(&record, all.iter().map(|(_, drill)| drill), now);
        next.due()
    });
    let headline = match due {
        Some(due) => format!("planned {name}; due next by {due}"),
        None => format!("{name} is planned no more"),
    };
    let fields = json!({"plan": name, "due": due});
    context.report(session, &entered, &headline, fields)
}
