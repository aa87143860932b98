//! What an auditor ought to know is not there: said first, because a bundle shows well what it has.

use std::collections::BTreeMap;
use std::fmt;

use super::by_kind;
use crate::exchange::evidence::model::{Evidence, Missing, Shown};

/// The gravest first.
#[must_use]
pub fn of(evidence: &Evidence) -> Vec<Missing> {
    let mut all = Vec::new();
    let mut say = |code: &str, text: String| {
        all.push(Missing {
            code: code.to_owned(),
            text,
        });
    };
    let head = &evidence.checkpoint;
    let (have, need) = (head.cosigned.len(), usize::from(evidence.ledger.threshold));
    if have < need {
        say(
            "too-few-cosigners",
            format!(
                "The checkpoint is cosigned by {have} of the {need} custodians that the governance asks for: those few could show another log to others."
            ),
        );
    }
    let open: Vec<_> = evidence
        .findings
        .iter()
        .filter(|finding| finding.accepted.is_none())
        .collect();
    if !open.is_empty() {
        let of = |severity: &str| {
            open.iter()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        say(
            "open-findings",
            format!(
                "{} open: {} critical, {} high, {} medium, {} low.",
                many(open.len(), "finding is", "findings are"),
                of("critical"),
                of("high"),
                of("medium"),
                of("low")
            ),
        );
    }
    let outside = &evidence.outside;
    if outside.open_events > 0 {
        say(
            "unexplained-events",
            format!(
                "{} explained by nothing on record.",
                many(
                    outside.open_events,
                    "event of a root user in CloudTrail is",
                    "events of root users in CloudTrail are"
                )
            ),
        );
    }
    if outside.trails.is_empty() {
        say(
            "no-cloudtrail",
            "No CloudTrail files were compared with the log in this period: nothing here shows that every use of a root user is in it.".to_owned(),
        );
    }
    if evidence.previous.is_none() {
        say(
            "no-bundle-before",
            "This bundle continues no other: that nothing was rewritten before it is shown by its checkpoint's cosigners alone.".to_owned(),
        );
    }
    if outside.timestamps.is_empty() {
        say(
            "no-timestamp",
            "No outside time-stamp is in this bundle: every time in it is by a custodian's clock."
                .to_owned(),
        );
    }
    around(evidence, &mut say);
    withheld(evidence, &mut say);
    practice(evidence, &mut say);
    all
}

/// So many of something, with the words for one and for more.
fn many(count: impl fmt::Display, one: &str, more: &str) -> String {
    match count.to_string() {
        single if single == "1" => format!("1 {one}"),
        count => format!("{count} {more}"),
    }
}

/// What of the log is not here.
fn around(evidence: &Evidence, say: &mut impl FnMut(&str, String)) {
    let (range, size) = (&evidence.range, evidence.checkpoint.size);
    if evidence.previous.is_none() && range.first > 0 {
        say(
            "entries-before",
            format!(
                "{} not here.",
                many(
                    range.first,
                    "entry at the log's beginning is",
                    "entries at the log's beginning are"
                )
            ),
        );
    }
    if range.end < size {
        say(
            "entries-after",
            format!(
                "The log had {size} entries at the checkpoint: those from {} on are not here.",
                range.end
            ),
        );
    }
    if evidence.as_of.to_chrono().date_naive() < evidence.query.to.0 {
        say(
            "cut-short",
            format!(
                "The period lasts until {}, and the checkpoint is of {}: what was entered after it is not here.",
                evidence.query.to,
                evidence.as_of.to_chrono().date_naive()
            ),
        );
    }
}

/// Parts that are not shown.
fn withheld(evidence: &Evidence, say: &mut impl FnMut(&str, String)) {
    let lines = &evidence.statements;
    let hidden: Vec<_> = lines
        .iter()
        .filter(|line| line.shown == Shown::Header)
        .cloned()
        .collect();
    if !hidden.is_empty() {
        let kinds: Vec<String> = by_kind(&hidden)
            .into_iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        say(
            "headers-alone",
            format!(
                "Of {}, {} signed header alone: {}.",
                many(lines.len(), "entry", "entries"),
                many(hidden.len(), "shows its", "show their"),
                kinds.join(", ")
            ),
        );
    }
    if evidence.query.redacted {
        say(
            "redacted",
            "Names, contacts and free text are withheld, as was asked for.".to_owned(),
        );
    }
    let erased = lines
        .iter()
        .filter(|line| line.shown == Shown::Erased)
        .count();
    if erased > 0 {
        say(
            "erased",
            format!(
                "The personal part of {} was erased.",
                many(erased, "entry", "entries")
            ),
        );
    }
    let people = evidence.people.iter();
    let distrusted: BTreeMap<_, _> = people
        .filter_map(|one| Some((one.id, one.distrusted?)))
        .collect();
    let distrusted = lines
        .iter()
        .filter(|line| {
            let from = distrusted.get(&line.author);
            from.is_some_and(|from| line.seq >= *from)
        })
        .count();
    if distrusted > 0 {
        say(
            "distrusted",
            format!(
                "{} signed by keys that the custodians no longer trusted by then.",
                many(distrusted, "entry is", "entries are")
            ),
        );
    }
    let late = lines.iter().filter(|line| line.late_by().is_some()).count();
    if late > 0 {
        say(
            "late",
            format!(
                "{} written down more than 24 hours after what was done.",
                many(late, "entry was", "entries were")
            ),
        );
    }
}

/// What people did not do.
fn practice(evidence: &Evidence, say: &mut impl FnMut(&str, String)) {
    let tables = &evidence.tables;
    let alone = tables.accesses.iter().filter(|row| !row.agreed).count();
    if alone > 0 {
        say(
            "accesses-unwitnessed",
            format!(
                "{} no agreement by the witness in this bundle.",
                many(alone, "access has", "accesses have")
            ),
        );
    }
    let open = tables
        .releases
        .iter()
        .filter(|row| !row.revealed_at.is_empty() && row.closed_at.is_none())
        .count();
    if open > 0 {
        say(
            "releases-open",
            format!(
                "{} shown a secret, and no end in this bundle.",
                many(open, "release has", "releases have")
            ),
        );
    }
    let kept = tables
        .releases
        .iter()
        .filter(|row| row.outcome.as_deref() == Some("used") && row.rotated == Some(false))
        .count();
    if kept > 0 {
        say(
            "not-rotated",
            format!(
                "After {} what was shown was not changed.",
                many(kept, "release", "releases")
            ),
        );
    }
    let withheld = |family: &str| {
        let lines = evidence.statements.iter();
        lines
            .filter(|line| line.shown == Shown::Header && line.kind.starts_with(family))
            .count()
    };
    let mut none = |code: &str, family: &str, what: &str| match withheld(family) {
        0 => say(code, format!("No {what} is in this bundle.")),
        entries => say(
            code,
            format!(
                "No {what} is told of in this bundle: {} withheld.",
                many(entries, "entry of one is", "entries of such are")
            ),
        ),
    };
    if tables.drills.is_empty() {
        none("no-drills", "drill.", "drill");
    }
    if tables.reviews.is_empty() {
        none("no-reviews", "review.", "access review");
    }
}
