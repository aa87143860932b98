//! `drill list`, `drill show`.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::{drill, improvement, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::insight::drills::{self, Occasion, Standing};
use crate::insight::possession::{Drills, Looked};
use crate::ledger::{People, Session};
use crate::present::{describe, drills as present};
use crate::state::drills::{AskedRecord, DrillRecord, ImprovementRecord, JointRecord};
use crate::state::records::{list as records, read};
use crate::state::rules::leaf_key;
use crate::statement::Time;
use crate::statement::drills::DrillKind;

/// How many secrets are named one by one.
const NAMED: usize = 20;

/// `drill list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep drill list\n  rootkeep --json drill list --as-of 2027-03-31"
)]
pub struct ListDrills {
    /// What is due by the end of that day (UTC), such as 2027-03-31 [default: now]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

/// `drill show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep drill show 4eb276f8")]
pub struct ShowDrill {
    /// The drill
    id: String,
}

pub fn list(context: &Context, command: &ListDrills) -> Result<Done> {
    let session = context.open()?;
    let now = when::as_of(command.as_of.as_deref(), session.now()?)?;
    let people = session.people()?;
    let all = drills::occasions(&session.view(), now)?;
    let mut rows = Vec::new();
    let mut fields = Vec::new();
    for one in &all {
        let waits = waits_for(&session, &people, one)?;
        fields.push(row_fields(&session, one, &waits)?);
        rows.push(row(&session, one, &waits)?);
    }
    if context.global.json {
        output::object("drill.list", json!({"drills": fields}))?;
    } else if rows.is_empty() {
        output::data("nothing is planned: rootkeep drill plan possession --every quarter\n")?;
    } else {
        let headings = ["ID", "KIND", "DUE", "STATE", "PLAN", "OF", ""];
        output::data(&output::table(&headings, &rows))?;
    }
    let overdue = all.iter().any(|one| one.standing == Standing::Overdue);
    Ok(if overdue { Done::Attention } else { Done::Yes })
}

/// Who has yet to sign how a drill went, or to answer.
fn waits_for(session: &Session, people: &People, one: &Occasion) -> Result<Vec<String>> {
    let Some((_, drill)) = one.drill.as_ref().filter(|(_, one)| one.finished.is_none()) else {
        return Ok(Vec::new());
    };
    let missing: Vec<Id> = match &drill.finishing {
        Some(finish) => read::<JointRecord>(&session.view(), &leaf_key(finish))?
            .map_or_else(Vec::new, |joint| joint.missing().copied().collect()),
        None => unanswered(people, drill),
    };
    Ok(missing.iter().map(|id| people.name(id)).collect())
}

/// Holders in force who have not proven everything.
pub fn unanswered(people: &People, drill: &DrillRecord) -> Vec<Id> {
    let asked = drill.holders.iter().map(|(holder, _)| *holder);
    asked
        .filter(|holder| {
            let there = people.get(holder).is_some_and(|(who, ..)| who.in_force());
            there && !drill.is_proven_by(holder)
        })
        .collect()
}

/// The id to go on with: of the drill, or of the plan's statement.
fn id(one: &Occasion) -> Option<Id> {
    let drill = one.drill.as_ref().map(|(_, drill)| drill.id);
    drill.or(one.plan.as_ref().map(|plan| plan.id))
}

fn kind(one: &Occasion) -> Option<DrillKind> {
    let drill = one.drill.as_ref().map(|(_, drill)| drill.drill);
    drill.or(one.plan.as_ref().map(|plan| plan.facts.drill))
}

fn scope(session: &Session, one: &Occasion) -> Result<String> {
    let scope = match (&one.drill, &one.plan) {
        (Some((_, drill)), _) => &drill.scope,
        (None, Some(plan)) => &plan.facts.scope,
        (None, None) => return Ok(String::new()),
    };
    present::scope(session, scope)
}

fn row(session: &Session, one: &Occasion, waits: &[String]) -> Result<Vec<String>> {
    let signing = one
        .drill
        .as_ref()
        .is_some_and(|(_, drill)| drill.finishing.is_some());
    let remark = match (waits, one.late) {
        ([], true) => "late".to_owned(),
        ([], false) => String::new(),
        (some, _) if signing => format!("to be signed by {}", some.join(", ")),
        (some, _) => format!("waits for {}", some.join(", ")),
    };
    let plan = one.plan.as_ref();
    let sample = one.drill.as_ref().and_then(|(_, drill)| drill.sample);
    let of = scope(session, one)?;
    Ok(vec![
        id(one).map_or_else(String::new, |id| id.short()),
        kind(one).map_or("", DrillKind::as_str).to_owned(),
        one.due.map_or_else(String::new, |due| due.to_string()),
        one.standing.as_str().to_owned(),
        plan.map_or_else(String::new, |plan| plan.facts.plan.to_string()),
        sample.map_or(of.clone(), |size| format!("{of}, samples of {size}")),
        output::plain(&remark),
    ])
}

fn row_fields(session: &Session, one: &Occasion, waits: &[String]) -> Result<Value> {
    let drill = one.drill.as_ref().map(|(_, drill)| drill);
    Ok(json!({
        "id": id(one), "kind": kind(one), "due": one.due, "state": one.standing.as_str(),
        "plan": one.plan.as_ref().map(|plan| &plan.facts.plan), "of": scope(session, one)?,
        "late": one.late, "waits_for": waits, "sample": drill.and_then(|drill| drill.sample),
        "started_at": drill.map(|drill| drill.made_at),
        "finished_at": drill.and_then(|drill| drill.finished.as_ref()).map(|finished| finished.at),
    }))
}

pub fn show(context: &Context, command: &ShowDrill) -> Result<Done> {
    let session = context.open()?;
    let now = session.now()?;
    let people = session.people()?;
    let (leaf, record) = drill::find(context, &session, &command.id)?;
    let all = drills::occasions(&session.view(), now)?;
    let own = |one: &&Occasion| one.drill.as_ref().is_some_and(|(other, _)| *other == leaf);
    let Some(one) = all.iter().find(own) else {
        return Ok(Done::Yes);
    };
    let waits = waits_for(&session, &people, one)?;
    let proofs = Proofs::load(&session, &leaf, &record, now)?;
    let lessons = lessons(&session, &record)?;
    if context.global.json {
        let mut fields = row_fields(&session, one, &waits)?;
        let more = json!({
            "seq": record.index, "by": people.name(&record.author), "nonce": record.nonce,
            "sealings": record.secrets,
            "holders": holder_fields(&session, &people, &record)?,
            "targets": record.targets.iter().map(|target| json!({
                "target": target, "works": record.works(target),
            })).collect::<Vec<_>>(),
            "found": record.found.iter().map(|one| json!({
                "seq": one.index, "at": one.at, "by": people.name(&one.by), "found": one.found,
            })).collect::<Vec<_>>(),
            "steps": record.steps.iter().map(|step| json!({
                "step": step.step, "went": step.went, "at": step.at, "by": people.name(&step.by),
            })).collect::<Vec<_>>(),
            "people": record.people.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
            "alive_here": proofs.alive_here,
            "alive": proofs.alive, "not_alive": proofs.not_alive,
            "lessons": lessons.iter().map(|(id, text, one)| json!({
                "id": id, "text": text, "owner": people.name(&one.owner), "due": one.due,
                "closed": one.closed.as_ref().map(|closed| closed.outcome),
            })).collect::<Vec<_>>(),
        });
        fields = output::merge(fields, more);
        output::object("drill", fields)?;
        return Ok(Done::Yes);
    }
    let mut text = format!(
        "the {} drill of {}, {}{}\n  started   {} by {}, entry #{}\n",
        record.drill.as_str(),
        scope(&session, one)?,
        one.standing.as_str(),
        if one.late { ", late" } else { "" },
        describe::time(record.made_at),
        people.name(&record.author),
        record.index
    );
    if let (Some(plan), Some(due)) = (&record.plan, record.due) {
        text.push_str(&format!("  plan      {plan}, due {due}\n"));
    }
    if let Some(sample) = record.sample {
        text.push_str(&format!(
            "  sample    {} of each holder's, which the drill picks\n",
            describe::counted(usize::try_from(sample).unwrap_or(usize::MAX), "share")
        ));
    }
    if !waits.is_empty() {
        text.push_str(&format!("  waits for {}\n", waits.join(", ")));
    }
    answers(&session, &people, &record, &mut text)?;
    for target in &record.targets {
        let works = if record.works(target) {
            "works"
        } else {
            "not shown to work"
        };
        text.push_str(&format!("  {target:<28} {works}\n"));
    }
    for found in &record.found {
        text.push_str(&format!(
            "    {}  {} (#{})\n",
            describe::time(found.at),
            output::one_line(&present::found(&found.found, None, &people)),
            found.index
        ));
    }
    for step in &record.steps {
        text.push_str(&format!(
            "  step {}  {} {} by {}\n",
            step.step,
            step.went.as_str(),
            describe::time(step.at),
            people.name(&step.by)
        ));
    }
    proofs.told(&mut text);
    for (id, lesson, one) in &lessons {
        let closed = one
            .closed
            .as_ref()
            .map_or("open", |one| one.outcome.as_str());
        let lesson = output::one_line(lesson.as_deref().unwrap_or("withheld"));
        let owner = people.name(&one.owner);
        text.push_str(&format!(
            "  lesson    {id} {closed}, {owner} by {}: {lesson}\n",
            one.due
        ));
    }
    output::data(&output::plain(&text))?;
    Ok(Done::Yes)
}

fn holder_fields(session: &Session, people: &People, drill: &DrillRecord) -> Result<Vec<Value>> {
    let mut fields = Vec::new();
    for (holder, shares) in &drill.holders {
        let mut answers = Vec::new();
        for answer in drill.answers.iter().filter(|one| one.holder == *holder) {
            let mut bad = Vec::new();
            for (place, why) in &answer.bad {
                bad.push(json!({"share": present::share(session, place)?, "why": why}));
            }
            answers.push(json!({
                "seq": answer.index, "at": answer.at, "shares": answer.proven,
                "sampled": answer.sampled.is_some(), "bad": bad,
            }));
        }
        fields.push(json!({
            "name": people.name(holder), "shares": shares, "proven": drill.is_proven_by(holder),
            "answers": answers,
        }));
    }
    Ok(fields)
}

fn answers(
    session: &Session,
    people: &People,
    drill: &DrillRecord,
    text: &mut String,
) -> Result<()> {
    for (holder, shares) in &drill.holders {
        let name = people.name(holder);
        let mut own = drill.answers.iter().filter(|one| one.holder == *holder);
        let Some(first) = own.next() else {
            text.push_str(&format!(
                "  {name:<20} {shares} unproven: has not answered\n"
            ));
            continue;
        };
        for answer in std::iter::once(first).chain(own) {
            let sample = if answer.sampled.is_some() {
                ", a sample"
            } else {
                ""
            };
            text.push_str(&format!(
                "  {name:<20} {} of {shares} proven{sample} {} (#{})\n",
                answer.proven,
                describe::time(answer.at),
                answer.index
            ));
            for (place, why) in &answer.bad {
                let share = present::share(session, place)?;
                text.push_str(&format!("    bad: {share}: {}\n", present::fault(*why)));
            }
        }
    }
    Ok(())
}

/// Of which of a drill's secrets those in force can still show a quorum.
struct Proofs {
    /// By this drill alone, as it stood at its end, or stands.
    alive_here: usize,
    /// By all drills.
    alive: usize,
    not_alive: Vec<String>,
}

impl Proofs {
    fn load(session: &Session, leaf: &Digest, drill: &DrillRecord, now: Time) -> Result<Self> {
        let view = session.view();
        let mut proofs = Self {
            alive_here: 0,
            alive: 0,
            not_alive: Vec::new(),
        };
        let Some(asked) = read::<AskedRecord>(&view, &leaf_key(leaf))? else {
            return Ok(proofs);
        };
        let (drills, own) = (Drills::load(&view)?, Drills::one(&view, leaf)?);
        let until = drill.finished.as_ref().map_or(now, |ended| ended.at);
        for (secret, number) in &asked.secrets {
            let here = Looked::at(&view, &own, secret, *number)?;
            if let Some(here) = here
                && here.is_alive(&view, until)?
            {
                proofs.alive_here += 1;
            }
            let Some(looked) = Looked::at(&view, &drills, secret, *number)? else {
                continue;
            };
            if looked.is_alive(&view, now)? {
                proofs.alive += 1;
            } else {
                let name = present::sealed(session, secret)?;
                proofs.not_alive.push(format!("{name} epoch {number}"));
            }
        }
        Ok(proofs)
    }

    fn told(&self, text: &mut String) {
        if self.alive > 0 || !self.not_alive.is_empty() {
            text.push_str(&format!(
                "  by its own proofs, a quorum is provably alive of {}\n",
                describe::counted(self.alive_here, "sealing")
            ));
            text.push_str(&format!(
                "  by proofs of any drill, of {}, and not of {}\n",
                describe::counted(self.alive, "sealing"),
                self.not_alive.len()
            ));
        }
        for name in self.not_alive.iter().take(NAMED) {
            text.push_str(&format!("    not of {name}\n"));
        }
        if self.not_alive.len() > NAMED {
            let more = self.not_alive.len() - NAMED;
            text.push_str(&format!("    and {more} more\n"));
        }
    }
}

/// A drill's improvements, each with its id and what it is.
type Lesson = (String, Option<String>, ImprovementRecord);

fn lessons(session: &Session, drill: &DrillRecord) -> Result<Vec<Lesson>> {
    let Some(finished) = &drill.finished else {
        return Ok(Vec::new());
    };
    let prefix = format!("{}/", finished.finish);
    let mut lessons = Vec::new();
    for (_, one) in records::<ImprovementRecord>(&session.view(), &prefix)? {
        let id = present::improvement(session, &one.subject, one.number)?;
        lessons.push((id, improvement::text(session, &one)?, one));
    }
    Ok(lessons)
}
