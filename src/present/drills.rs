//! Statements about drills, in words.

use super::describe::{counted, free, secret_name, time};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::ledger::{People, Reading};
use crate::policy::GOVERNANCE_SECRET;
use crate::state::drills::{DrillRecord, SharePlace};
use crate::state::rules::Quorum;
use crate::statement::Claim;
use crate::statement::drills::{
    Fault, Finish, FinishPersonal, Found, Lesson, RecordPersonal, Scope, StepDone,
};
use crate::statement::text::Text;

/// In one line; nothing for kinds that are about something else.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, claim: &Claim, people: &People) -> Result<Option<String>> {
    Ok(Some(match claim {
        Claim::DrillPlan(plan) if plan.ended => format!("ends the plan {}", plan.plan),
        Claim::DrillPlan(plan) => format!(
            "plans {}: a {} drill every {}, of {}",
            plan.plan,
            plan.drill.as_str(),
            plan.every.as_str(),
            scope(source, &plan.scope)?
        ),
        Claim::DrillStart(start, personal) => format!(
            "starts a {} drill of {}{}{}",
            start.drill.as_str(),
            scope(source, &start.scope)?,
            sampled(start.sample),
            remark(
                personal
                    .as_ref()
                    .and_then(|personal| personal.note.as_ref())
            )
        ),
        Claim::DrillProve(answer) => {
            let sample = answer.sample.map_or("", |_| ", a sample,");
            let bad = match answer.bad.len() {
                0 => String::new(),
                bad => format!(", and could not prove {bad}"),
            };
            let proven = counted(answer.proofs.len(), "share");
            format!(
                "has proven {proven}{sample} in {}{bad}",
                drill(source, &answer.drill)?
            )
        }
        Claim::DrillStep(step, personal) => format!(
            "has done step {} of {}{}{}",
            step.step,
            drill(source, &step.drill)?,
            match step.went {
                StepDone::Done => "",
                StepDone::Deviated => ", otherwise than it was to go",
            },
            remark(
                personal
                    .as_ref()
                    .and_then(|personal| personal.note.as_ref())
            )
        ),
        Claim::DrillRecord(record, personal) => format!(
            "records in {}: {}",
            drill(source, &record.drill)?,
            found(&record.found, personal.as_ref(), people)
        ),
        Claim::DrillFinish(finish, _) => {
            let record = DrillRecord::load(source.records().as_ref(), &finish.drill)?;
            format!(
                "ends {}: {}{}",
                drill(source, &finish.drill)?,
                finish.outcome.as_str(),
                sampled(record.and_then(|record| record.sample))
            )
        }
        Claim::ImprovementClose(close, personal) => format!(
            "closes improvement {}, {}{}",
            improvement(source, &close.subject, close.number)?,
            close.outcome.as_str(),
            remark(personal.as_ref().map(|personal| &personal.note))
        ),
        _ => return Ok(None),
    }))
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
        Claim::DrillPlan(plan) => {
            lines.push(format!("  from      {} ({})", plan.from, plan.timezone));
        }
        Claim::DrillStart(start, _) => {
            if let (Some(plan), Some(due)) = (&start.plan, start.due) {
                lines.push(format!("  plan      {plan}, due {due}"));
            }
            if !start.secrets.is_empty() {
                lines.push(format!(
                    "  asks      the shares of {}",
                    counted(start.secrets.len(), "sealing")
                ));
            }
            for target in &start.targets {
                lines.push(format!("  tries     {target}"));
            }
            if !start.people.is_empty() {
                lines.push(format!("  with      {}", people.names(&start.people)));
            }
            lines.push(format!("  nonce     {}", start.nonce));
        }
        Claim::DrillProve(answer) => {
            for bad in &answer.bad {
                let place = SharePlace {
                    secret: bad.secret,
                    epoch: bad.epoch,
                    group: bad.group,
                    member: bad.member,
                };
                lines.push(format!(
                    "  bad       {}: {}",
                    share(source, &place)?,
                    fault(bad.why)
                ));
            }
        }
        Claim::DrillStep(step, _) => lines.push(format!("  at        {}", time(step.at))),
        Claim::DrillRecord(record, _) => lines.push(format!("  at        {}", time(record.at))),
        Claim::DrillFinish(finish, personal) => {
            finished(source, finish, personal.as_ref(), people, lines)?;
        }
        _ => {}
    }
    Ok(())
}

/// That a drill asks for a sample, and of how many shares.
#[must_use]
pub fn sampled(sample: Option<u32>) -> String {
    sample.map_or_else(String::new, |size| {
        format!(", by samples of {size} of each holder's shares")
    })
}

/// What the end of a drill binds: who took part and signs, and what is to be made better.
fn finished(
    source: &dyn Reading,
    finish: &Finish,
    personal: Option<&FinishPersonal>,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    lines.push(format!("  took part {}", people.names(&finish.people)));
    if let Some(record) = DrillRecord::load(source.records().as_ref(), &finish.drill)? {
        lines.extend(left_out(people, &record.people, &finish.people));
        for answer in &record.answers {
            let sampled = answer.sampled.as_ref().map_or("", |_| ", a sample");
            lines.push(format!(
                "  proven    {} of {}{sampled}, {} bad",
                counted(answer.proven, "share"),
                people.name(&answer.holder),
                answer.bad.len()
            ));
        }
        for one in &record.found {
            lines.push(format!(
                "  found     {} ({})",
                found(&one.found, None, people),
                time(one.at)
            ));
        }
        for step in &record.steps {
            lines.push(format!("  step {:<4} {}", step.step, step.went.as_str()));
        }
    }
    lessons(&finish.lessons, personal, people, lines);
    Ok(())
}

/// Who took part, is still there, and is not among those who sign.
#[must_use]
pub fn left_out(people: &People, took_part: &[Id], signing: &[Id]) -> Option<String> {
    let there = |id: &Id| people.get(id).is_some_and(|(who, ..)| who.in_force());
    let missing = took_part.iter().filter(|id| !signing.contains(id));
    let missing: Vec<Id> = missing.filter(|id| there(id)).copied().collect();
    (!missing.is_empty()).then(|| format!("! without   {}, who took part", people.names(&missing)))
}

/// What was learnt, and what surprised.
pub fn lessons(
    lessons: &[Lesson],
    personal: Option<&FinishPersonal>,
    people: &People,
    lines: &mut Vec<String>,
) {
    let texts = personal.map_or(&[][..], |personal| personal.lessons.as_slice());
    for (place, lesson) in lessons.iter().enumerate() {
        lines.push(format!(
            "  lesson    {} (until {}): {}",
            people.name(&lesson.owner),
            lesson.due,
            texts
                .get(place)
                .map_or_else(|| "withheld".to_owned(), |text| free(text.as_str()))
        ));
    }
    for surprise in personal.iter().flat_map(|personal| &personal.surprises) {
        lines.push(format!("  surprise  {}", free(surprise.as_str())));
    }
    if let Some(note) = personal.and_then(|personal| personal.note.as_ref()) {
        lines.push(format!("  note      {}", free(note.as_str())));
    }
}

/// What a drill is about, in words.
///
/// # Errors
/// Verification where the state is damaged.
pub fn scope(source: &dyn Reading, scope: &Scope) -> Result<String> {
    Ok(match scope {
        Scope::All => "all".to_owned(),
        Scope::Account(account) => format!("account {account}"),
        Scope::Quorum(quorum) if *quorum == GOVERNANCE_SECRET => "quorum governance".to_owned(),
        Scope::Quorum(quorum) => {
            let known = Quorum::load(source.records().as_ref(), quorum)?;
            format!(
                "quorum {}",
                known.map_or_else(|| quorum.short(), |quorum| quorum.name)
            )
        }
        Scope::Location(location) => format!("location {location}"),
    })
}

/// Where a share is, in words.
///
/// # Errors
/// Verification where the state is damaged.
pub fn share(source: &dyn Reading, place: &SharePlace) -> Result<String> {
    Ok(format!(
        "share {}.{} of {} epoch {}",
        u16::from(place.group) + 1,
        u16::from(place.member) + 1,
        sealed(source, &place.secret)?,
        place.epoch
    ))
}

/// A secret's name, of governance too.
///
/// # Errors
/// Verification where the state is damaged.
pub fn sealed(source: &dyn Reading, secret: &Id) -> Result<String> {
    if *secret == GOVERNANCE_SECRET {
        return Ok("governance".to_owned());
    }
    secret_name(source, secret)
}

/// Why a share was not proven, in words.
#[must_use]
pub fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::WrongIdentity => "the identity does not open its ciphertext",
        Fault::ShareSwapped => "what its ciphertext holds is not the share that was sealed",
        Fault::BlobMissing => "its ciphertext is not in the ledger",
    }
}

/// What was found out, in words.
#[must_use]
pub fn found(found: &Found, personal: Option<&RecordPersonal>, people: &People) -> String {
    let who = |by: &Option<Id>| {
        let other = personal.and_then(|personal| personal.who.as_ref());
        match (by, other) {
            (Some(by), _) => format!(" by {}", people.name(by)),
            (None, Some(other)) => format!(" by {}", free(other.as_str())),
            (None, None) => String::new(),
        }
    };
    let text = match found {
        Found::SignIn {
            account, worked, ..
        } => format!(
            "signing in to {account} {}",
            if *worked { "worked" } else { "did not work" }
        ),
        Found::Alarm { account, seen, by } if *seen => {
            format!("the alarm of {account} was seen{}", who(by))
        }
        Found::Alarm { account, .. } => format!("nobody saw an alarm of {account}"),
        Found::Call {
            target,
            reached,
            by,
            code,
        } if *reached => format!(
            "{target} was answered{}, and the code {}",
            who(by),
            if *code {
                "was read back"
            } else {
                "was not read back"
            }
        ),
        Found::Call { target, .. } => format!("{target} was not answered"),
        Found::Sheet { item, good } => format!(
            "{item} {}",
            if *good {
                "is what was sealed"
            } else {
                "is not what was sealed"
            }
        ),
        Found::Restore { at: Some(at), .. } => {
            format!("a backup of {} entries was restored, and is good", at.size)
        }
        Found::Restore { at: None, .. } => "a backup could not be restored".to_owned(),
    };
    text + &remark(personal.and_then(|personal| personal.note.as_ref()))
}

fn drill(source: &dyn Reading, leaf: &Digest) -> Result<String> {
    let record = DrillRecord::load(source.records().as_ref(), leaf)?;
    Ok(record.map_or_else(
        || "a drill".to_owned(),
        |record| format!("the {} drill {}", record.drill.as_str(), record.id.short()),
    ))
}

/// What an improvement is called: the id of what has the lesson, and its number.
///
/// # Errors
/// Verification where the state is damaged.
pub fn improvement(source: &dyn Reading, subject: &Digest, number: u32) -> Result<String> {
    let place = source.place(subject)?;
    let id = place.map_or_else(|| subject.to_hex(), |place| place.id.short());
    Ok(format!("{id}.{number}"))
}

/// What somebody has added, after a colon.
#[must_use]
pub fn remark(text: Option<&Text>) -> String {
    text.map_or_else(String::new, |text| format!(": {}", free(text.as_str())))
}
