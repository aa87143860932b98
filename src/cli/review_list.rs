//! `review list`: which reviews there are, whom they wait for, and which struck names are open; and what of
//! that `status` tells.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::steps::Step;
use super::when;
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::insight::drills::Standing;
use crate::insight::reviews::{self, Occasion};
use crate::ledger::{People, Session};
use crate::policy;
use crate::present::{describe, reviews as present};
use crate::state::reviews::{LayoutRecord, ReviewRecord, ReviewsRecord};
use crate::statement::people::Role;

/// `review list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep review list\n  rootkeep --json review list --as-of 2027-03-31"
)]
pub struct ListReviews {
    /// What is due by the end of that day (UTC), such as 2027-03-31 [default: now]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

pub fn list(context: &Context, command: &ListReviews) -> Result<Done> {
    let session = context.open()?;
    let now = when::as_of(command.as_of.as_deref(), session.now()?)?;
    let people = session.people()?;
    let view = session.view();
    let all = reviews::occasions(&view, now)?;
    let plan = ReviewsRecord::load(&view)?.plan.map(|plan| plan.id);
    let open = Open::all(&session, &people)?;
    if context.global.json {
        let rows: Vec<Value> = all
            .iter()
            .map(|one| row_fields(&people, plan.as_ref(), one))
            .collect();
        let open: Vec<Value> = open.iter().map(Open::json).collect();
        output::object("review.list", json!({"reviews": rows, "open": open}))?;
    } else if all.is_empty() {
        output::data("nothing is planned: rootkeep review plan --every quarter\n")?;
    } else {
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|one| row(&people, plan.as_ref(), one))
            .collect();
        let headings = ["ID", "PERIOD", "DUE", "STATE", ""];
        output::data(&output::table(&headings, &rows))?;
    }
    if !context.global.json && !open.is_empty() {
        let rows: Vec<Vec<String>> = open.iter().map(Open::row).collect();
        let headings = ["STRUCK IN", "GROUP", "NAME", "SINCE", "STILL HAS"];
        output::data(&format!("\n{}", output::table(&headings, &rows)))?;
    }
    let overdue = all.iter().any(|one| one.standing == Standing::Overdue);
    Ok(if overdue { Done::Attention } else { Done::Yes })
}

/// The id to go on with: of the review, or of the plan's statement.
fn id(plan: Option<&Id>, one: &Occasion) -> Option<Id> {
    let review = one.review.as_ref().map(|(_, review)| review.id);
    review.or(plan.copied())
}

/// Of which period a review is, or from when on one is planned.
pub fn period(one: &Occasion) -> String {
    let own = one
        .review
        .as_ref()
        .map(|(_, review)| (review.every, review.first));
    own.map_or_else(
        || format!("from {}", one.period.first),
        |(every, first)| present::period(every, first),
    )
}

fn waits_for(people: &People, one: &Occasion) -> Vec<String> {
    let going = one.review.as_ref().filter(|(_, one)| one.ended.is_none());
    going.map_or_else(Vec::new, |(_, review)| reviewers_left(people, review))
}

/// Reviewers in force who have not signed.
pub fn reviewers_left(people: &People, review: &ReviewRecord) -> Vec<String> {
    let able = people.iter().filter(|(id, who, _)| {
        who.in_force() && who.has(Role::Reviewer) && !review.signed.contains(id)
    });
    let mut names: Vec<String> = able.map(|(id, ..)| people.name(id)).collect();
    names.sort();
    names
}

fn row(people: &People, plan: Option<&Id>, one: &Occasion) -> Vec<String> {
    let waits = waits_for(people, one);
    let remark = match (waits.as_slice(), one.late) {
        ([], true) => "late".to_owned(),
        ([], false) => String::new(),
        (some, _) => format!("waits for two of {}", some.join(", ")),
    };
    vec![
        id(plan, one).map_or_else(String::new, |id| id.short()),
        period(one),
        one.period.due().to_string(),
        one.standing.as_str().to_owned(),
        output::plain(&remark),
    ]
}

/// What of a review `--json` has, listed and shown.
pub fn row_fields(people: &People, plan: Option<&Id>, one: &Occasion) -> Value {
    let review = one.review.as_ref().map(|(_, review)| review);
    json!({
        "id": id(plan, one), "kind": "review", "due": one.period.due(),
        "state": one.standing.as_str(), "from": one.period.first.to_string(), "late": one.late,
        "period": review.map(|review| present::period(review.every, review.first)),
        "waits_for": waits_for(people, one),
        "started_at": review.map(|review| review.made_at),
        "ended_at": review.and_then(|review| review.ended.as_ref()).map(|ended| ended.at),
    })
}

/// A struck name whose follow-up is open.
struct Open {
    review: String,
    group: u32,
    name: String,
    since: String,
    at: Value,
    left: Vec<String>,
}

impl Open {
    fn all(session: &Session, people: &People) -> Result<Vec<Self>> {
        let view = session.view();
        let mut all = Vec::new();
        for struck in reviews::open_strikes(&view)? {
            let layout = LayoutRecord::load(&view, &struck.review)?;
            let review = ReviewRecord::load(&view, &struck.review)?;
            let Some((group, review)) = layout.group(struck.group).zip(review) else {
                continue;
            };
            let mut left = Vec::new();
            for one in policy::remains(&view, group, &struck)? {
                left.push(present::remaining(session, &struck.who, &one)?.0);
            }
            all.push(Self {
                review: review.id.short(),
                group: struck.group,
                name: present::who(Some(group), &struck.who, people),
                since: describe::day(struck.at),
                at: json!(struck.at),
                left,
            });
        }
        Ok(all)
    }

    fn json(&self) -> Value {
        json!({
            "review": self.review, "group": self.group, "name": self.name, "since": self.at,
            "still_has": self.left,
        })
    }

    fn row(&self) -> Vec<String> {
        let left = match self.left.as_slice() {
            [] => "nothing: to be recorded as done".to_owned(),
            some => some.join(", "),
        };
        vec![
            self.review.clone(),
            self.group.to_string(),
            output::plain(&self.name),
            self.since.clone(),
            output::plain(&left),
        ]
    }
}

/// What struck names ask for, for `status`.
pub fn steps(context: &Context, session: &Session, people: &People) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for open in Open::all(session, people)? {
        let (review, name) = (&open.review, &open.name);
        let (left, next) = match open.left.as_slice() {
            [] => (
                "is out of everything".to_owned(),
                format!(
                    "review done {review} {} --group {} --note TEXT",
                    super::shell::words::quoted(name),
                    open.group
                ),
            ),
            some => (
                format!("still has {}", some.join(", ")),
                format!("review show {review}"),
            ),
        };
        steps.push(Step::new(
            format!("{name}, group {} of {review}, {left}", open.group),
            format!("{} {next}", context.program(None)),
            open.json(),
        ));
    }
    Ok(steps)
}
