//! What CloudTrail was found to say, in words.

use super::describe::{counted, day, duration, free, time};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::Reading;
use crate::state::records::read;
use crate::state::trails::{EventRecord, ReconcileRecord};
use crate::statement::Claim;
use crate::statement::trails::{
    EventName, Explain, ExplainPersonal, Reason, Reconcile, ReconcilePersonal, Traces, Unexplained,
};

/// How many things of a sort are named; the rest are counted.
const NAMED: usize = 20;

/// In one line.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, claim: &Claim) -> Result<Option<String>> {
    Ok(Some(match claim {
        Claim::Reconcile(found, _) => format!(
            "has compared CloudTrail from {} to {} with the ledger: {} of {} unexplained{}",
            day(found.from),
            day(found.to),
            found.unexplained.len(),
            counted(
                usize::try_from(found.counts.events).unwrap_or(usize::MAX),
                "event"
            ),
            match found.missing.len() {
                0 => String::new(),
                missing => format!(", {missing} left no trace"),
            }
        ),
        Claim::EventExplain(explain, personal) => format!(
            "proposes that {} {} {}{}",
            events(&explain.events),
            if explain.events.len() == 1 {
                "was"
            } else {
                "were"
            },
            explain.was.as_str(),
            personal.as_ref().map_or_else(String::new, |told| format!(
                ": {}",
                free(told.text.as_str())
            ))
        ),
        Claim::ReconcileVoid(void, personal) => format!(
            "proposes to set aside {}{}",
            subject(source, &void.reconcile)?,
            personal.as_ref().map_or_else(String::new, |told| format!(
                ": {}",
                free(told.reason.as_str())
            ))
        ),
        _ => return Ok(None),
    }))
}

fn subject(source: &dyn Reading, leaf: &Digest) -> Result<String> {
    let found = read::<ReconcileRecord>(source.records().as_ref(), &leaf.to_hex())?;
    Ok(found.map_or_else(
        || "what CloudTrail was found to say".to_owned(),
        |found| {
            let (from, to) = (day(found.from), day(found.to));
            format!(
                "what CloudTrail was found to say from {from} to {to} ({}, #{})",
                found.id.short(),
                found.index
            )
        },
    ))
}

fn events(events: &[EventName]) -> String {
    match events {
        [one] => format!("event {}", one.event),
        _ => format!("{} events", events.len()),
    }
}

/// What else a signer ought to read.
///
/// # Errors
/// Verification where the state is damaged; failed.
pub fn details(source: &dyn Reading, claim: &Claim, lines: &mut Vec<String>) -> Result<()> {
    match claim {
        Claim::Reconcile(found, personal) => reconciled(found, personal.as_ref(), lines),
        Claim::EventExplain(explain, personal) => explained(explain, personal.as_ref(), lines),
        Claim::ReconcileVoid(void, personal) => {
            set_aside(source, &void.reconcile, lines)?;
            if let Some(personal) = personal {
                lines.push(format!("  reason    {}", free(personal.reason.as_str())));
            }
        }
        _ => {}
    }
    Ok(())
}

/// What it found, and how much of that nothing else did.
fn set_aside(source: &dyn Reading, leaf: &Digest, lines: &mut Vec<String>) -> Result<()> {
    let (_, statement) = source.statement(leaf)?;
    if let Claim::Reconcile(found, personal) = statement.claim() {
        reconciled(found, personal.as_ref(), lines);
    }
    let all = EventRecord::all(source.records().as_ref())?.into_iter();
    let alone = all.filter(|event| event.clone().without(leaf).is_none());
    lines.push(format!(
        "  !         {} of it would be open no more, that nothing else has found",
        counted(alone.count(), "event")
    ));
    Ok(())
}

fn reconciled(found: &Reconcile, personal: Option<&ReconcilePersonal>, lines: &mut Vec<String>) {
    let counts = &found.counts;
    lines.push(format!("  from      {}", time(found.from)));
    lines.push(format!("  to        {}", time(found.to)));
    lines.push(format!(
        "  files     {}, {} bytes, {} records",
        found.files.count, found.files.bytes, counts.records
    ));
    lines.push(format!("  digest    {}", found.files.digest));
    lines.push(format!(
        "  events    {}: {} explained, {} unexplained; {} of AWS's services beside",
        counts.events,
        counts.explained,
        found.unexplained.len(),
        counts.service
    ));
    for (place, event) in found.unexplained.iter().enumerate().take(NAMED) {
        let traces = personal.and_then(|told| told.traces.get(place));
        lines.extend(unexplained(event, traces));
    }
    more(found.unexplained.len(), "event", lines);
    for missing in found.missing.iter().take(NAMED) {
        lines.push(format!(
            "  no trace  of {} in {}",
            missing.subject, missing.account
        ));
    }
    more(found.missing.len(), "release", lines);
    for gap in found.gaps.iter().take(NAMED) {
        let seconds = gap.to.seconds().saturating_sub(gap.from.seconds());
        lines.push(format!(
            "  gap       {} {}: {} from {} on",
            gap.account,
            gap.region,
            duration(u64::try_from(seconds).unwrap_or(0)),
            gap.from
        ));
    }
    more(
        found.gaps.len() + usize::try_from(found.more_gaps).unwrap_or(0),
        "gap",
        lines,
    );
}

fn more(count: usize, what: &str, lines: &mut Vec<String>) {
    if let Some(left) = count.checked_sub(NAMED).filter(|left| *left > 0) {
        lines.push(format!("            and {} more", counted(left, what)));
    }
}

/// An event that nothing explains, and where it came from.
#[must_use]
pub fn unexplained(event: &Unexplained, traces: Option<&Traces>) -> Vec<String> {
    let account = event
        .account
        .map_or_else(|| "no account".to_owned(), |account| account.to_string());
    let mut lines = vec![
        format!("  {}  {account}  {}", event.at, event.name),
        format!("    why     {}", reason(event.reason, event.off)),
        format!("    event   {}", event.event),
    ];
    if let Some(traces) = traces {
        for (label, text) in [
            ("from", &traces.address),
            ("with", &traces.agent),
            ("as", &traces.who),
        ] {
            if let Some(text) = text {
                lines.push(format!("    {label:<7} {}", free(text.as_str())));
            }
        }
    }
    lines
}

/// Why nothing explains an event.
#[must_use]
pub fn reason(reason: Reason, off: Option<u64>) -> String {
    match reason {
        Reason::NoRelease => "no release or drill of this account was ever in effect",
        Reason::OutsideWindow => {
            return format!(
                "outside every release, drill and task of this account, by {}",
                duration(off.unwrap_or(0))
            );
        }
        Reason::OtherSecret => "a release was in effect, and not of this account's password",
        Reason::NoMfa => "signed in without MFA, and the account has one",
        Reason::Failed => "it failed, or was denied",
        Reason::CredentialChange => {
            "it changes how the root user is signed in to, or asks for that"
        }
        Reason::AccessKey => "an access key of the root user was made or used",
        Reason::NoTask => "no task on this account was ever in effect",
        Reason::OtherTask => "a task was in effect, and another one",
        Reason::Session => "done in a session of central root access that is not explained",
        Reason::SessionUnknown => {
            "looks like a session of central root access, whose AssumeRoot is in none of the files"
        }
        Reason::SessionOver => "done with a session's key later than sessions last",
        Reason::ClosedUnused => "a release was in effect, and was closed as not used",
        Reason::Management => "it changes who can reach root users",
        Reason::NoAccount => "it names no account",
        Reason::SealedAlone => {
            "a seal is near it, and nobody but who sealed has found that what is sealed works"
        }
    }
    .to_owned()
}

fn explained(explain: &Explain, personal: Option<&ExplainPersonal>, lines: &mut Vec<String>) {
    for event in explain.events.iter().take(NAMED) {
        lines.push(format!("  event     {}", event.event));
        if let Some(account) = event.account {
            lines.push(format!("  account   {account}"));
        }
    }
    more(explain.events.len(), "event", lines);
    lines.push(format!("  was       {}", explain.was.as_str()));
    if let Some(personal) = personal {
        lines.push(format!("  how known {}", free(personal.text.as_str())));
    }
    lines.push("  to see them before you agree: rootkeep event show EVENT".to_owned());
}
