//! `calendar`.

use std::path::PathBuf;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use clap::Args;
use serde_json::json;

use super::context::Context;
use super::due::Calendar;
use super::fresh;
use super::output::{self, Done};
use crate::error::{Error, Result};
use crate::insight::calendar::{Period, day_in};
use crate::insight::drills::{self, Occasion, Standing};
use crate::insight::reviews;
use crate::ledger::{Durability, Session, write_private};
use crate::present::drills as present;
use crate::present::ics::{self, Event};
use crate::state::places::{ItemRecord, Place};
use crate::state::records::list as records;
use crate::state::reviews::ReviewsRecord;
use crate::statement::Time;

/// How far a calendar looks ahead.
const AHEAD_DAYS: u64 = 400;
/// So many days before, there is a reminder.
const REMIND_DAYS: u32 = 14;

/// `calendar`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep calendar --out custody.ics")]
pub struct CalendarCommand {
    /// The file; one that is there already is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(context: &Context, command: &CalendarCommand) -> Result<Done> {
    if !command.out.exists() {
        fresh::check(&command.out)?;
    }
    let session = context.open()?;
    let now = session.now()?;
    let ledger: String = session.id().to_hex().chars().take(16).collect();
    let today = day_in(Tz::UTC, now);
    let until = today
        .checked_add_days(Days::new(AHEAD_DAYS))
        .ok_or_else(|| Error::usage("bad-date", "that day is out of range"))?;
    let mut events = Vec::new();
    for one in drills::occasions(&session.view(), now)? {
        planned(&session, &one, until, &mut events)?;
    }
    reviewed(&session, now, until, &mut events)?;
    lessons(&session, &mut events)?;
    batteries(&session, until, &mut events)?;
    let mut round = Calendar::load_round(&session, &session.people()?, now)?;
    for due in round.due.drain(..).chain(round.overdue.drain(..)) {
        events.push(Event {
            uid: due.what.replace(' ', "-"),
            day: day_in(Tz::UTC, due.until),
            summary: due.what.clone(),
            description: format!("rootkeep {}", due.command()),
            remind_days: REMIND_DAYS,
        });
    }
    for event in &mut events {
        event.uid = format!("{}@{ledger}.rootkeep", event.uid);
    }
    events.sort_by(|one, other| (one.day, &one.uid).cmp(&(other.day, &other.uid)));
    let file = ics::write("Rootkeep", &events, now);
    write_private(&command.out, file.as_bytes(), Durability::Rename)?;
    if context.global.json {
        let fields = json!({"file": command.out, "events": events.len()});
        output::object("calendar", fields)?;
    } else {
        let path = command.out.display();
        let text = format!("{} dates are in {path}\n", events.len());
        output::data(&output::plain(&text))?;
    }
    Ok(Done::Yes)
}

/// What a plan asks for next, and again until a day.
fn planned(
    session: &Session,
    one: &Occasion,
    until: NaiveDate,
    events: &mut Vec<Event>,
) -> Result<()> {
    let over = matches!(one.standing, Standing::Passed | Standing::Failed);
    let (Some(plan), Some(due), false) = (&one.plan, one.due, over) else {
        return Ok(());
    };
    let facts = &plan.facts;
    let of = present::scope(session, &facts.scope)?;
    let mut day = due.0;
    loop {
        events.push(Event {
            uid: format!("drill-{}-{day}", facts.plan),
            day,
            summary: format!("{} drill of {of} ({})", facts.drill.as_str(), facts.plan),
            description: format!("rootkeep drill start {}", facts.plan),
            remind_days: REMIND_DAYS,
        });
        day = Period::of(facts.every, day).following().last;
        if day > until || facts.ended {
            return Ok(());
        }
    }
}

/// A review that goes on, and what the plan asks for next and again until a day.
fn reviewed(session: &Session, now: Time, until: NaiveDate, events: &mut Vec<Event>) -> Result<()> {
    let view = session.view();
    let all = reviews::occasions(&view, now)?;
    let plan = ReviewsRecord::load(&view)?.plan;
    let plan = plan.filter(|plan| !plan.facts.ended);
    let mut next = plan.map(|plan| reviews::next_period(&plan, &all));
    let mut event = |uid: String, day: NaiveDate, next: String| {
        events.push(Event {
            uid: format!("review-{uid}"),
            day,
            summary: "review of who has access".to_owned(),
            description: format!("rootkeep {next}"),
            remind_days: REMIND_DAYS,
        });
    };
    for one in &all {
        let Some((_, review)) = one.review.as_ref().filter(|(_, one)| one.ended.is_none()) else {
            continue;
        };
        let (id, day) = (review.id.short(), one.period.last);
        if next == Some(one.period) {
            // It is what the plan asks for.
            event(day.to_string(), day, format!("review show {id}"));
            next = Some(one.period.following());
        } else {
            event(id.clone(), day, format!("review show {id}"));
        }
    }
    let Some(mut period) = next else {
        return Ok(());
    };
    loop {
        let day = period.last;
        event(day.to_string(), day, "review start".to_owned());
        period = period.following();
        if period.last > until {
            return Ok(());
        }
    }
}

fn lessons(session: &Session, events: &mut Vec<Event>) -> Result<()> {
    let people = session.people()?;
    for one in drills::open_improvements(&session.view())? {
        let id = present::improvement(session, &one.subject, one.number)?;
        let owner = people.name(&one.owner);
        let what = super::improvement::text(session, &one)?;
        events.push(Event {
            uid: format!("improvement-{id}"),
            day: one.due.0,
            summary: format!("improvement {id} ({owner})"),
            description: format!(
                "{}\nrootkeep improvement close {id}",
                what.unwrap_or_default()
            ),
            remind_days: REMIND_DAYS,
        });
    }
    Ok(())
}

fn batteries(session: &Session, until: NaiveDate, events: &mut Vec<Event>) -> Result<()> {
    for (_, item) in records::<ItemRecord>(&session.view(), "")? {
        let (Some(date), false) = (item.facts.battery_expires, item.place == Place::Destroyed)
        else {
            continue;
        };
        if date.0 <= until {
            events.push(Event {
                uid: format!("battery-{}-{date}", item.facts.item),
                day: date.0,
                summary: format!("battery of {}", item.facts.item),
                description: format!("rootkeep item check {}", item.facts.item),
                remind_days: REMIND_DAYS,
            });
        }
    }
    Ok(())
}
