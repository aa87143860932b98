//! `review …`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::asked::Asked;
use super::context::Context;
use super::output::Done;
use super::when;
use super::{review_list, review_show};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::insight::calendar::day_in;
use crate::insight::reviews::{self, Occasion};
use crate::ledger::{People, Reading, Session};
use crate::policy;
use crate::present::{describe, reviews as present};
use crate::state::records::list;
use crate::state::reviews::{LayoutRecord, ReviewRecord, ReviewsRecord, StruckRecord};
use crate::statement::Claim;
use crate::statement::decisions::RejectPersonal;
use crate::statement::drills::Every;
use crate::statement::register::Remark;
use crate::statement::reviews::{ConfirmGroups, Named, ReviewPlan, Strike};
use crate::statement::text::Text;
use crate::statement::time::Date;

/// `review …`.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Plan reviews that come round, or change the plan
    Plan(PlanReviews),
    /// End the plan
    #[command(after_help = "Examples:\n  rootkeep review unplan")]
    Unplan,
    /// Lay out who has access to what; passed once two reviewers have judged every name and signed
    Start(StartReview),
    /// Confirm every name that you don't strike
    Confirm(ConfirmReview),
    /// Strike a name: it is to have that access no more
    Strike(StrikeName),
    /// Record that what had to follow a struck name was done
    Done(DoneStrike),
    /// Reviews, what is planned, due or overdue, and struck names that are open
    List(review_list::ListReviews),
    /// One review: each group, what changed, who has judged what, what is missing
    Show(review_show::ShowReview),
}

/// How often, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EveryArg {
    /// Once in each calendar month
    Month,
    /// Once in each calendar quarter
    Quarter,
}

/// `review plan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep review plan --every quarter\n  rootkeep review plan --every month --from 2027-01-01 --timezone Europe/London"
)]
pub struct PlanReviews {
    /// How often, by the calendar
    #[arg(long)]
    every: EveryArg,
    /// In the month or quarter of this day for the first time [default: today]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// IANA name of the time zone in which days end
    #[arg(long, value_name = "TZ", default_value = "UTC")]
    timezone: String,
}

/// `review start`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep review start\n  rootkeep review start --period 2026-Q4"
)]
pub struct StartReview {
    /// Of which month or quarter, such as 2026-11 or 2026-Q4 [default: what the plan asks for]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// `review confirm`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep review confirm 4eb276f8\n  rootkeep review confirm 4eb276f8 --group 2 --group 3"
)]
pub struct ConfirmReview {
    /// The review
    id: String,
    /// Only this group (repeatable) [default: all that you have not judged]
    #[arg(long, value_name = "N")]
    group: Vec<u32>,
}

/// `review strike`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep review strike 4eb276f8 bob --reason \"Left the team\"\n  rootkeep review strike 4eb276f8 bob --group 2 --reason \"No longer on call\""
)]
pub struct StrikeName {
    /// The review
    id: String,
    /// Who is to have that access no more
    name: String,
    /// Out of this group alone (repeatable) [default: every group that has the name]
    #[arg(long, value_name = "N")]
    group: Vec<u32>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// `review done`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep review done 4eb276f8 bob --note \"Out of the group since Monday\""
)]
pub struct DoneStrike {
    /// The review
    id: String,
    /// Whose name was struck
    name: String,
    /// Out of which group, where there are several
    #[arg(long, value_name = "N")]
    group: Option<u32>,
    /// What was done
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(context: &Context, command: &ReviewCommand) -> Result<Done> {
    match command {
        ReviewCommand::Plan(command) => plan(context, command),
        ReviewCommand::Unplan => unplan(context),
        ReviewCommand::Start(command) => start(context, command),
        ReviewCommand::Confirm(command) => confirm(context, command),
        ReviewCommand::Strike(command) => strike(context, command),
        ReviewCommand::Done(command) => done(context, command),
        ReviewCommand::List(command) => review_list::list(context, command),
        ReviewCommand::Show(command) => review_show::show(context, command),
    }
}

/// A review by the id of its start.
pub fn find(context: &Context, session: &Session, typed: &str) -> Result<(Digest, ReviewRecord)> {
    let entry = context.entry(session, typed)?;
    let review = ReviewRecord::load(&session.view(), &entry.hash)?;
    let review = review.ok_or_else(|| {
        Error::not_found(
            "not-a-review",
            format!("#{} {} starts no review", entry.seq, entry.kind),
        )
        .hint("see which there are: rootkeep review list")
    })?;
    Ok((entry.hash, review))
}

fn plan(context: &Context, command: &PlanReviews) -> Result<Done> {
    let zone = when::zone(&command.timezone)?;
    let from = command.from.as_deref().map(Date::parse).transpose()?;
    let session = context.open_to_act()?;
    let facts = ReviewPlan {
        every: match command.every {
            EveryArg::Month => Every::Month,
            EveryArg::Quarter => Every::Quarter,
        },
        from: from.unwrap_or(Date(day_in(zone, session.now()?))),
        timezone: zone.name().to_owned(),
        ended: false,
    };
    enter_plan(context, session, facts)
}

fn unplan(context: &Context) -> Result<Done> {
    let session = context.open_to_act()?;
    let plan = ReviewsRecord::load(&session.view())?.plan.ok_or_else(|| {
        Error::not_found("no-plan", "no reviews are planned")
            .hint("rootkeep review plan --every quarter")
    })?;
    let facts = ReviewPlan {
        ended: true,
        ..plan.facts
    };
    enter_plan(context, session, facts)
}

fn enter_plan(context: &Context, mut session: Session, facts: ReviewPlan) -> Result<Done> {
    let (every, ended) = (facts.every, facts.ended);
    let entered = session.enter(Claim::ReviewPlan(facts), Vec::new())?;
    let open = open(&reviews::occasions(&session.view(), session.now()?)?);
    let due = open.map(|one| one.period.due());
    let headline = match due {
        _ if ended => "reviews are planned no more".to_owned(),
        Some(due) => format!("a review every {}, the next by {due}", every.as_str()),
        None => format!("a review every {}", every.as_str()),
    };
    context.report(session, &entered, &headline, json!({"due": due}))
}

/// What the plan asks for next.
fn open(all: &[Occasion]) -> Option<Occasion> {
    all.iter().find(|one| one.review.is_none()).cloned()
}

/// `2026-11`, `2026-Q4`.
fn period(typed: &str) -> Result<(Every, Date)> {
    let bad = || {
        Error::usage(
            "bad-period",
            format!("`{}` is not a month or a quarter", typed.escape_debug()),
        )
        .hint("such as 2026-11 or 2026-Q4")
    };
    let (year, rest) = typed.split_once('-').ok_or_else(bad)?;
    let (every, month) = match rest {
        "Q1" => (Every::Quarter, "01"),
        "Q2" => (Every::Quarter, "04"),
        "Q3" => (Every::Quarter, "07"),
        "Q4" => (Every::Quarter, "10"),
        month => (Every::Month, month),
    };
    let first = Date::parse(&format!("{year}-{month}-01")).map_err(|_| bad())?;
    Ok((every, first))
}

fn start(context: &Context, command: &StartReview) -> Result<Done> {
    let note = command.note.clone().map(Text::new).transpose()?;
    let typed = command.period.as_deref().map(period).transpose()?;
    let mut session = context.open_to_act()?;
    none_runs(&session)?;
    let (every, first) = match typed {
        Some(typed) => typed,
        None => planned(&session)?,
    };
    let entered = session.start_review(every, first, note)?;
    let id = entered.id.short();
    let layout = LayoutRecord::load(&session.view(), &entered.leaf)?;
    for one in ["review show", "review confirm", "sign"] {
        let program = context.program(Some("THEIR.key"));
        context.say(&format!("each reviewer: {program} {one} {id}"));
    }
    let period = present::period(every, first);
    let headline = format!(
        "the review of {period} has begun: {}",
        describe::counted(layout.groups.len(), "group")
    );
    let fields = json!({"review": entered.leaf, "period": period, "groups": layout.groups.len()});
    context.report(session, &entered, &headline, fields)
}

/// That no other review goes on.
fn none_runs(session: &Session) -> Result<()> {
    let view = session.view();
    let Some(leaf) = ReviewsRecord::load(&view)?.running else {
        return Ok(());
    };
    let error = Error::refused("review-running", "a review goes on already");
    Err(match ReviewRecord::load(&view, &leaf)? {
        Some(review) => {
            let (id, period) = (
                review.id.short(),
                present::period(review.every, review.first),
            );
            error
                .because(format!("the review of {period}, {id}"))
                .hint(format!("see what it waits for: rootkeep review show {id}"))
                .hint(format!(
                    "to end it without passing it: rootkeep reject {id} --reason TEXT"
                ))
        }
        None => error.hint("see what it waits for: rootkeep review list"),
    })
}

/// What the plan asks for, once it has begun.
fn planned(session: &Session) -> Result<(Every, Date)> {
    let now = session.now()?;
    let all = reviews::occasions(&session.view(), now)?;
    let plan = ReviewsRecord::load(&session.view())?.plan;
    let (Some(open), Some(plan)) = (open(&all), plan) else {
        return Err(
            Error::usage("missing-value", "no plan says of which period it is")
                .hint("--period PERIOD, such as 2026-11 or 2026-Q4"),
        );
    };
    if open.period.first > day_in(open.zone, now) {
        return Err(Error::refused(
            "not-begun",
            format!(
                "what the plan asks for next begins on {}",
                open.period.first
            ),
        )
        .hint("to review before that: --period PERIOD, such as 2026-11 or 2026-Q4"));
    }
    Ok((plan.facts.every, Date(open.period.first)))
}

fn confirm(context: &Context, command: &ConfirmReview) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let (leaf, record) = find(context, &session, &command.id)?;
    let who = session.member();
    let claim = confirmation(&session, &who, (&leaf, &record), &command.group)?;
    let people = session.people()?;
    let mut lines = Vec::new();
    present::details(&session, &claim, &people, &mut lines)?;
    lines.push(format!(
        "to see what changed: {} review show {}",
        context.program(None),
        record.id.short()
    ));
    context.show_before_asking(&lines);
    let name = people.name(&session.member());
    context.terminal.confirm(&format!(
        "{name}, is every name right, but those that you strike?"
    ))?;
    let entered = session.enter(claim, Vec::new())?;
    let record = ReviewRecord::load(&session.view(), &leaf)?.unwrap_or(record);
    let layout = LayoutRecord::load(&session.view(), &leaf)?;
    let left = policy::unjudged(&record, &layout, &session.member());
    let id = record.id.short();
    let headline = match left.len() {
        0 => format!("confirmed; every name is judged: now rootkeep sign {id}"),
        left => format!("confirmed; {} left", describe::counted(left, "group")),
    };
    context.report(
        session,
        &entered,
        &headline,
        json!({"review": leaf, "unjudged": left}),
    )
}

/// The confirmation of some groups, or of all that whoever states it has not judged.
pub fn confirmation(
    source: &dyn Reading,
    member: &Id,
    (leaf, record): (&Digest, &ReviewRecord),
    groups: &[u32],
) -> Result<Claim> {
    let mut groups = groups.to_vec();
    if groups.is_empty() {
        let layout = LayoutRecord::load(source.records().as_ref(), leaf)?;
        groups = policy::unjudged(record, &layout, member);
    }
    if groups.is_empty() {
        return Err(Error::refused(
            "already-confirmed",
            "you have judged every name of this review",
        )
        .hint(format!("rootkeep sign {}", record.id.short())));
    }
    groups.sort_unstable();
    groups.dedup();
    Ok(Claim::ReviewConfirm(ConfirmGroups {
        review: *leaf,
        groups,
    }))
}

fn strike(context: &Context, command: &StrikeName) -> Result<Done> {
    let terminal = &context.terminal;
    let reason = Asked::new(terminal, command.reason.as_ref(), "Why", "--reason TEXT")?;
    let mut session = context.open_to_act()?;
    let (leaf, _) = find(context, &session, &command.id)?;
    let people = session.people()?;
    let strike = struck(&session, &people, leaf, &command.name, &command.group)?;
    let groups = strike.groups.clone();
    let personal = RejectPersonal {
        reason: reason.text(terminal)?,
    };
    let claim = Claim::ReviewStrike(strike, Some(personal));
    let lines = [describe::claim(&session, &claim, &people)?];
    context.show_before_asking(&lines);
    context.terminal.confirm("Is this name to go?")?;
    let entered = session.enter(claim, Vec::new())?;
    let headline = "struck; it stays open until what has to follow is recorded as done";
    context.report(
        session,
        &entered,
        headline,
        json!({"review": leaf, "groups": groups}),
    )
}

/// The strike of a name, as it is typed, out of some groups, or out of all that have it.
pub fn struck(
    source: &dyn Reading,
    people: &People,
    review: Digest,
    typed: &str,
    groups: &[u32],
) -> Result<Strike> {
    let layout = LayoutRecord::load(source.records().as_ref(), &review)?;
    let all = named(people, &layout, typed)?;
    in_each(&all, typed, groups)?;
    let mut found: Vec<(u32, Named)> = all
        .into_iter()
        .filter(|(group, _)| groups.is_empty() || groups.contains(group))
        .collect();
    let Some((_, who)) = found.first().copied() else {
        return Err(unknown(typed));
    };
    if found.iter().any(|(_, other)| *other != who) {
        return Err(Error::usage(
            "which-group",
            "several groups have that name, each at another place",
        )
        .hint("one after another: --group N"));
    }
    found.sort();
    Ok(Strike {
        review,
        groups: found.into_iter().map(|(group, _)| group).collect(),
        who,
    })
}

/// That each group which was typed has the name.
fn in_each(found: &[(u32, Named)], typed: &str, groups: &[u32]) -> Result<()> {
    let has = |group: &u32| found.iter().any(|(own, _)| own == group);
    let Some(wrong) = groups.iter().find(|group| !has(group)) else {
        return Ok(());
    };
    let own: Vec<String> = found.iter().map(|(group, _)| group.to_string()).collect();
    if own.is_empty() {
        return Err(unknown(typed));
    }
    Err(Error::not_found(
        "unknown-name",
        format!("group {wrong} does not have `{}`", typed.escape_debug()),
    )
    .hint(format!(
        "in groups of that name: --group {}",
        own.join(", --group ")
    )))
}

/// The groups that have a name, as it is typed: a custodian's, or one of the others'.
fn named(people: &People, layout: &LayoutRecord, typed: &str) -> Result<Vec<(u32, Named)>> {
    let custodian = match people.find(typed) {
        Ok(id) => Some(Named::Custodian(id)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for (number, group) in layout.numbered() {
        let other = || {
            let mut others = (1u32..).zip(group.others.iter().flatten());
            let own = others.find(|(_, other)| other.as_str() == typed);
            own.map(|(place, _)| Named::Other(place))
        };
        let custodian = custodian.filter(|who| group.has(who));
        if let Some(who) = custodian.or_else(other) {
            found.push((number, who));
        }
    }
    Ok(found)
}

fn unknown(typed: &str) -> Error {
    Error::not_found(
        "unknown-name",
        format!("no group of this review has `{}`", typed.escape_debug()),
    )
    .hint("see who is in which: rootkeep review show ID")
}

fn done(context: &Context, command: &DoneStrike) -> Result<Done> {
    let terminal = &context.terminal;
    let note = command.note.as_ref();
    let note = Asked::new(terminal, note, "What was done", "--note TEXT")?;
    let mut session = context.open_to_act()?;
    let (leaf, _) = find(context, &session, &command.id)?;
    let people = session.people()?;
    let layout = LayoutRecord::load(&session.view(), &leaf)?;
    let named = named(&people, &layout, &command.name)?;
    let all = list::<StruckRecord>(&session.view(), &format!("{leaf}/"))?;
    let all = all.into_iter().map(|(_, struck)| struck);
    let wanted = |struck: &StruckRecord| {
        let here = command.group.is_none_or(|group| group == struck.group);
        here && named.contains(&(struck.group, struck.who))
    };
    let struck: Vec<StruckRecord> = all.filter(wanted).collect();
    let open: Vec<&StruckRecord> = struck.iter().filter(|one| one.done.is_none()).collect();
    let one = match (open.as_slice(), struck.as_slice()) {
        ([one], _) => one.followed(),
        // What is recorded already is refused with its reason.
        ([], [one]) => one.followed(),
        ([], _) => return Err(unknown(&command.name)),
        (several, _) => {
            let error = Error::usage("which-group", "the name was struck out of several groups");
            return Err(several.iter().fold(error, |error, one| {
                error.hint(format!("--group {}", one.group))
            }));
        }
    };
    let group = one.group;
    let personal = Remark {
        note: note.text(terminal)?,
    };
    let claim = Claim::ReviewDone(one, Some(personal));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("recorded as done: {} in group {group}", command.name);
    context.report(
        session,
        &entered,
        &headline,
        json!({"review": leaf, "group": group}),
    )
}
