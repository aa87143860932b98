//! Findings in words: what they are about, and what is proposed to be accepted.

use super::describe::{free, secret_name};
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::insight::rules;
use crate::ledger::{People, Reading};
use crate::policy::GOVERNANCE_SECRET;
use crate::state::records::read;
use crate::state::rules::Quorum;
use crate::statement::findings::{About, AcceptFinding, RuleId};
use crate::statement::register::Remark;

/// What a finding is about, with names.
///
/// # Errors
/// Verification where the state is damaged.
pub fn about(source: &dyn Reading, about: &About, people: &People) -> Result<String> {
    Ok(match about {
        About::Custodian(id) => format!("custodian:{}", people.name(id)),
        About::Quorum(id) => format!("quorum:{}", quorum(source, id)?),
        About::Secret(id) if *id == GOVERNANCE_SECRET => "secret:governance".to_owned(),
        About::Secret(id) => format!("secret:{}", secret_name(source, id)?),
        About::Entry(leaf) => match source.place(leaf)? {
            Some(place) => format!("entry:{}", place.id.short()),
            None => about.to_string(),
        },
        _ => about.to_string(),
    })
}

fn quorum(source: &dyn Reading, id: &Id) -> Result<String> {
    if *id == GOVERNANCE_SECRET {
        return Ok("governance".to_owned());
    }
    let known = read::<Quorum>(source.records().as_ref(), &id.to_hex())?;
    Ok(known.map_or_else(|| id.short(), |quorum| quorum.name))
}

/// The title of a rule, where this version knows it.
#[must_use]
pub fn title(id: &RuleId) -> Option<&'static str> {
    let known = rules::ALL.iter().find(|rule| rule.id().ok() == Some(*id));
    known.map(|rule| rule.title)
}

/// A proposal in one line.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, accept: &AcceptFinding, people: &People) -> Result<String> {
    Ok(format!(
        "proposes to accept what {} finds about {}, until {}",
        accept.rule,
        about(source, &accept.about, people)?,
        accept.until
    ))
}

/// What else a signer ought to read.
pub fn details(accept: &AcceptFinding, personal: Option<&Remark>, lines: &mut Vec<String>) {
    lines.push(match title(&accept.rule) {
        Some(title) => format!("  rule      {title}"),
        None => "  rule      this version of rootkeep knows no such rule".to_owned(),
    });
    if let Some(remark) = personal {
        lines.push(format!("  reason    {}", free(remark.note.as_str())));
    }
    lines.push(format!(
        "  what it finds now: rootkeep check --rule {}; until then it is shown as accepted, and exits with 0",
        accept.rule
    ));
}

/// How many findings weigh what: `2 critical, 1 high`.
#[must_use]
pub fn weights(report: &rules::Report) -> String {
    let counts = rules::Severity::ALL.map(|severity| (report.count(severity), severity));
    let some = counts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = some
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}
