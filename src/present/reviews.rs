//! Reviews and privileges in words.

use chrono::Datelike;

use super::describe::{counted, free};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::{People, Reading};
use crate::policy::{GOVERNANCE_SECRET, Remains};
use crate::state::records::list;
use crate::state::reviews::{LaidOut, LayoutRecord, ReviewRecord, StruckRecord};
use crate::state::rules::Quorum;
use crate::statement::decisions::RejectPersonal;
use crate::statement::drills::Every;
use crate::statement::register::Remark;
use crate::statement::reviews::{
    Group, Named, Power, Privilege, PrivilegePersonal, StartReview, StartReviewPersonal, Strike,
    StrikeDone, Thing,
};
use crate::statement::text::Text;
use crate::statement::time::Date;
use crate::statement::{Claim, SecretKind};

/// How many things of a group are named one by one.
const NAMED: usize = 24;

/// In one line; nothing for kinds that are about something else.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, claim: &Claim, people: &People) -> Result<Option<String>> {
    Ok(Some(match claim {
        Claim::PrivilegeSet(set, _) if set.ended => format!("ends the privilege {}", set.privilege),
        Claim::PrivilegeSet(set, _) => format!(
            "registers the privilege {}: {} on {}, {}",
            set.privilege,
            set.kind.as_str(),
            set.account,
            people.names(&set.people)
        ),
        Claim::ReviewPlan(plan) if plan.ended => "ends the plan of reviews".to_owned(),
        Claim::ReviewPlan(plan) => format!("plans a review every {}", plan.every.as_str()),
        Claim::ReviewStart(start, _) => format!(
            "starts the review of {}: {}",
            period(start.every, start.first),
            counted(start.groups.len(), "group")
        ),
        Claim::ReviewConfirm(confirm) => format!(
            "confirms {} of {}",
            numbers(&confirm.groups),
            review(source, &confirm.review)?
        ),
        Claim::ReviewStrike(strike, personal) => struck(source, strike, personal.as_ref(), people)?,
        Claim::ReviewDone(done, personal) => followed(source, done, personal.as_ref(), people)?,
        _ => return Ok(None),
    }))
}

fn struck(
    source: &dyn Reading,
    strike: &Strike,
    personal: Option<&RejectPersonal>,
    people: &People,
) -> Result<String> {
    let layout = LayoutRecord::load(source.records().as_ref(), &strike.review)?;
    let first = strike.groups.first();
    let group = first.and_then(|number| layout.group(*number));
    Ok(format!(
        "strikes {} out of {} of {}{}",
        who(group, &strike.who, people),
        numbers(&strike.groups),
        review(source, &strike.review)?,
        remark(personal.map(|personal| &personal.reason))
    ))
}

fn followed(
    source: &dyn Reading,
    done: &StrikeDone,
    personal: Option<&Remark>,
    people: &People,
) -> Result<String> {
    let layout = LayoutRecord::load(source.records().as_ref(), &done.review)?;
    Ok(format!(
        "records as done what striking {} out of group {} of {} asked for{}",
        who(layout.group(done.group), &done.who, people),
        done.group,
        review(source, &done.review)?,
        remark(personal.map(|personal| &personal.note))
    ))
}

/// What else a signer ought to read.
///
/// # Errors
/// Verification where the state is damaged.
pub fn details(
    source: &dyn Reading,
    claim: &Claim,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    match claim {
        Claim::PrivilegeSet(set, personal) => privilege(set, personal.as_ref(), people, lines),
        Claim::ReviewPlan(plan) => {
            lines.push(format!("  from      {} ({})", plan.from, plan.timezone));
        }
        Claim::ReviewStart(start, personal) => {
            started(source, start, personal.as_ref(), people, lines)?;
        }
        Claim::ReviewConfirm(confirm) => {
            let layout = LayoutRecord::load(source.records().as_ref(), &confirm.review)?;
            for number in &confirm.groups {
                if let Some(group) = layout.group(*number) {
                    let others = group.others.as_deref();
                    lines.extend(group_lines(source, *number, &group.facts, others, people)?);
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// The names that have been struck in a review so far, for those who sign it.
///
/// # Errors
/// Verification where the state is damaged.
pub fn strikes(
    source: &dyn Reading,
    leaf: &Digest,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    let records = source.records();
    let layout = LayoutRecord::load(records.as_ref(), leaf)?;
    for (_, struck) in list::<StruckRecord>(records.as_ref(), &format!("{leaf}/"))? {
        lines.push(format!(
            "  struck    {} out of group {}, by {} (#{})",
            who(layout.group(struck.group), &struck.who, people),
            struck.group,
            people.name(&struck.by),
            struck.index
        ));
    }
    Ok(())
}

fn privilege(
    set: &Privilege,
    personal: Option<&PrivilegePersonal>,
    people: &People,
    lines: &mut Vec<String>,
) {
    lines.push(format!("  may       {}", powers(&set.may)));
    lines.push(format!("  people    {}", people.names(&set.people)));
    for other in personal.iter().flat_map(|personal| &personal.others) {
        lines.push(format!("  other     {}", free(other.as_str())));
    }
    lines.push(format!("  mfa       {}", set.mfa.as_str()));
    if let Some(rotated) = set.rotated {
        lines.push(format!("  rotated   {rotated}"));
    }
    if let Some(note) = personal.and_then(|personal| personal.note.as_ref()) {
        lines.push(format!("  note      {}", free(note.as_str())));
    }
}

/// What a privilege allows, in words.
#[must_use]
pub fn powers(may: &[Power]) -> String {
    let words: Vec<&str> = may.iter().map(|power| power.as_str()).collect();
    if words.is_empty() {
        return "nothing that is listed".to_owned();
    }
    words.join(", ")
}

fn started(
    source: &dyn Reading,
    start: &StartReview,
    personal: Option<&StartReviewPersonal>,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    for (place, (number, group)) in (1u32..).zip(&start.groups).enumerate() {
        let others = personal.and_then(|personal| personal.others.get(place));
        let others = others.map(Vec::as_slice);
        lines.extend(group_lines(source, number, group, others, people)?);
    }
    if let Some(note) = personal.and_then(|personal| personal.note.as_ref()) {
        lines.push(format!("  note      {}", free(note.as_str())));
    }
    Ok(())
}

/// A group: who is in it, and what they have access to.
///
/// # Errors
/// Verification where the state is damaged.
pub fn group_lines(
    source: &dyn Reading,
    number: u32,
    group: &Group,
    others: Option<&[Text]>,
    people: &People,
) -> Result<Vec<String>> {
    let mut names: Vec<String> = group.people.iter().map(|id| people.name(id)).collect();
    match others {
        Some(others) => names.extend(others.iter().map(|other| free(other.as_str()))),
        None if group.others > 0 => names.push(format!("{} withheld", group.others)),
        None => {}
    }
    let mut of = Vec::new();
    for thing in group.things.iter().take(NAMED) {
        of.push(self::thing(source, thing)?);
    }
    if group.things.len() > NAMED {
        of.push(format!("{} more", group.things.len() - NAMED));
    }
    for held in &group.secrets {
        of.push(secrets(
            held.kind,
            usize::try_from(held.of.count).unwrap_or(0),
        ));
    }
    let accounts = usize::try_from(group.accounts.count).unwrap_or(0);
    Ok(vec![
        format!("  group {number:<3} {}", names.join(", ")),
        format!("    has     {}", of.join("; ")),
        format!("    covers  {}", counted(accounts, "account")),
    ])
}

/// Shares of so many secrets of a kind.
#[must_use]
pub fn secrets(kind: SecretKind, count: usize) -> String {
    format!("shares of {count} {}", kind.as_str())
}

/// What a thing is called.
///
/// # Errors
/// Verification where the state is damaged.
pub fn thing(source: &dyn Reading, thing: &Thing) -> Result<String> {
    Ok(match thing {
        Thing::Location(name) => format!("location {name}"),
        Thing::Mailbox(name) => format!("mailbox {name}"),
        Thing::Phone(name) => format!("phone {name}"),
        Thing::Privilege(name) => format!("privilege {name}"),
        Thing::Quorum(quorum) if *quorum == GOVERNANCE_SECRET => "quorum governance".to_owned(),
        Thing::Quorum(quorum) => {
            let known = Quorum::load(source.records().as_ref(), quorum)?;
            let name = known.map_or_else(|| quorum.short(), |quorum| quorum.name);
            format!("quorum {name}")
        }
    })
}

/// A name of a group.
#[must_use]
pub fn who(group: Option<&LaidOut>, who: &Named, people: &People) -> String {
    match who {
        Named::Custodian(id) => people.name(id),
        Named::Other(number) => group
            .and_then(|group| group.other(*number))
            .map_or_else(|| "somebody".to_owned(), |other| free(other.as_str())),
    }
}

/// What a struck name still has, and how that ends.
///
/// # Errors
/// Verification where the state is damaged.
pub fn remaining(source: &dyn Reading, who: &Named, left: &Remains) -> Result<(String, String)> {
    let is_other = matches!(who, Named::Other(_));
    Ok(match left {
        Remains::In(thing) => {
            let next = match thing {
                // One who is no custodian may have been the only one there.
                Thing::Mailbox(_) if is_other => "mailbox import FILE".to_owned(),
                Thing::Phone(_) if is_other => "phone import FILE".to_owned(),
                Thing::Privilege(name) if is_other => format!("privilege set {name} --other TEXT"),
                Thing::Location(name) => format!("location set {name} --access NAME"),
                Thing::Mailbox(name) => format!("mailbox set {name} --member NAME"),
                Thing::Phone(name) => format!("phone set {name} --holder NAME"),
                Thing::Privilege(name) => format!("privilege set {name} --member NAME"),
                Thing::Quorum(_) => {
                    let name = self::thing(source, thing)?;
                    let name = name.trim_start_matches("quorum ").to_owned();
                    format!("quorum define {name} --threshold K --member NAME")
                }
            };
            (self::thing(source, thing)?, next)
        }
        Remains::Combination(location) => (
            format!("the combination of {location}, unchanged since"),
            format!("seal location:{location}/combination"),
        ),
        Remains::Shares(kind, count) => (
            secrets(*kind, *count),
            "reshare; then secret destroy SECRET --epoch N".to_owned(),
        ),
    })
}

/// `2026-11`, `2026-Q4`.
#[must_use]
pub fn period(every: Every, first: Date) -> String {
    let day = first.0;
    match every {
        Every::Month => day.format("%Y-%m").to_string(),
        Every::Quarter => format!("{}-Q{}", day.format("%Y"), day.month0() / 3 + 1),
        Every::Year => day.format("%Y").to_string(),
    }
}

/// A review, by its period and id.
fn review(source: &dyn Reading, leaf: &Digest) -> Result<String> {
    let record = ReviewRecord::load(source.records().as_ref(), leaf)?;
    Ok(record.map_or_else(
        || "a review".to_owned(),
        |record| {
            let period = period(record.every, record.first);
            format!("the review of {period} ({})", record.id.short())
        },
    ))
}

fn numbers(groups: &[u32]) -> String {
    let some: Vec<String> = groups.iter().take(NAMED).map(ToString::to_string).collect();
    let more = groups.len().saturating_sub(NAMED);
    match (some.as_slice(), more) {
        ([one], _) => format!("group {one}"),
        (_, 0) => format!("groups {}", some.join(", ")),
        _ => format!("groups {} and {more} more", some.join(", ")),
    }
}

fn remark(text: Option<&Text>) -> String {
    text.map_or_else(String::new, |text| format!(": {}", free(text.as_str())))
}
