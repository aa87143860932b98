//! What an auditor ought to know is not there: said first, because a bundle shows well what it has.

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
                "{} findings are open: {} critical, {} high, {} medium, {} low.",
                open.len(),
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
                "{} events of root users in CloudTrail are explained by nothing on record.",
                outside.open_events
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

/// What of the log is not here.
fn around(evidence: &Evidence, say: &mut impl FnMut(&str, String)) {
    let (range, size) = (&evidence.range, evidence.checkpoint.size);
    if evidence.previous.is_none() && range.first > 0 {
        say(
            "entries-before",
            format!("The log's first {} entries are not here.", range.first),
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
                "{} of {} entries show their signed header alone: {}.",
                hidden.len(),
                lines.len(),
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
            format!("The personal part of {erased} entries was erased."),
        );
    }
    let distrusted = lines
        .iter()
        .filter(|line| {
            let author = evidence.people.iter().find(|one| one.id == line.author);
            author.is_some_and(|one| one.distrusted.is_some_and(|from| line.seq >= from))
        })
        .count();
    if distrusted > 0 {
        say(
            "distrusted",
            format!(
                "{distrusted} entries are signed by keys that the custodians no longer trusted by then."
            ),
        );
    }
    let late = lines.iter().filter(|line| line.late_by().is_some()).count();
    if late > 0 {
        say(
            "late",
            format!("{late} entries were written down more than 24 hours after what they tell of."),
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
            format!("{alone} accesses have no agreement by their witness in this bundle."),
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
            format!("{open} releases have shown a secret, and have no end in this bundle."),
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
            format!("After {kept} releases what was shown was not changed."),
        );
    }
    if tables.drills.is_empty() {
        say("no-drills", "No drill is in this bundle.".to_owned());
    }
    if tables.reviews.is_empty() {
        say(
            "no-reviews",
            "No access review is in this bundle.".to_owned(),
        );
    }
}
