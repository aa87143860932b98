//! `review list`: which reviews there are, whom they wait for, and which struck names are open; and what of
//! that `status` tells.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::steps::Step;
use super::when;
use crate::crypto::fixed::{Digest, Id};
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
        let mut rows = Vec::new();
        for one in &all {
            rows.push(row_fields(&session, &people, plan.as_ref(), one)?);
        }
        let open: Vec<Value> = open.iter().map(Open::json).collect();
        output::object("review.list", json!({"reviews": rows, "open": open}))?;
    } else if all.is_empty() {
        output::data("nothing is planned: rootkeep review plan --every quarter\n")?;
    } else {
        let mut rows = Vec::new();
        for one in &all {
            let waits = waits_for(&session, &people, one)?;
            rows.push(row(plan.as_ref(), one, &waits));
        }
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

/// How many reviewers have yet to sign at least, and who of those who have not could.
#[derive(Default)]
pub struct Waits {
    /// None, where the review is over.
    pub needed: usize,
    /// In order.
    pub names: Vec<String>,
}

impl Waits {
    /// For a review, by the leaf hash of its start.
    pub fn of(
        session: &Session,
        people: &People,
        leaf: &Digest,
        review: &ReviewRecord,
    ) -> Result<Self> {
        if review.ended.is_some() {
            return Ok(Self::default());
        }
        let view = session.view();
        let layout = LayoutRecord::load(&view, leaf)?;
        let needed = policy::reviewers_needed(&view, review, &layout)?;
        let reviewers = people
            .iter()
            .filter(|(_, who, _)| who.in_force() && who.has(Role::Reviewer));
        let (signed, able): (Vec<_>, Vec<_>) =
            reviewers.partition(|(id, ..)| review.signed.contains(id));
        // Where enough have signed, somebody is waited for who is no member of some group.
        let outsider = needed == 1 && signed.len() > 1;
        let mut names = Vec::new();
        for (id, ..) in able {
            let mut with = review.clone();
            with.signed.push(*id);
            if !outsider || policy::reviewers_needed(&view, &with, &layout)? < needed {
                names.push(people.name(id));
            }
        }
        names.sort();
        Ok(Self { needed, names })
    }

    /// In words; nothing, where nobody is waited for.
    pub fn words(&self) -> String {
        let all = self.names.join(", ");
        match (self.needed, self.names.len()) {
            (0, _) => String::new(),
            (needed, 0) => format!("{needed} more, and no reviewer is left"),
            (needed, able) if able <= needed => all,
            (1, _) => format!("one of {all}"),
            (2, _) => format!("two of {all}"),
            (needed, _) => format!("{needed} of {all}"),
        }
    }
}

fn waits_for(session: &Session, people: &People, one: &Occasion) -> Result<Waits> {
    let review = one.review.as_ref();
    review.map_or_else(
        || Ok(Waits::default()),
        |(leaf, review)| Waits::of(session, people, leaf, review),
    )
}

fn row(plan: Option<&Id>, one: &Occasion, waits: &Waits) -> Vec<String> {
    let remark = match (waits.words(), one.late) {
        (words, true) if words.is_empty() => "late".to_owned(),
        (words, false) if words.is_empty() => words,
        (words, _) => format!("waits for {words}"),
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
pub fn row_fields(
    session: &Session,
    people: &People,
    plan: Option<&Id>,
    one: &Occasion,
) -> Result<Value> {
    let review = one.review.as_ref().map(|(_, review)| review);
    let waits = waits_for(session, people, one)?;
    Ok(json!({
        "id": id(plan, one), "kind": "review", "due": one.period.due(),
        "state": one.standing.as_str(), "from": one.period.first.to_string(), "late": one.late,
        "period": review.map(|review| present::period(review.every, review.first)),
        "waits_for": waits.names, "needs": waits.needed,
        "started_at": review.map(|review| review.made_at),
        "ended_at": review.and_then(|review| review.ended.as_ref()).map(|ended| ended.at),
    }))
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
