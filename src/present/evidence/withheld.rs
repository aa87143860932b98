//! That entries are here as headers alone, said wherever something is counted that they would tell of.

use super::html::Html;
use super::names::count;
use crate::exchange::evidence::gather::SEALED;
use crate::exchange::evidence::model::{Evidence, Shown};

/// Whether what somebody asked to be left out can lack in what is counted.
pub fn any(evidence: &Evidence) -> bool {
    evidence
        .statements
        .iter()
        .any(|line| line.shown == Shown::Header && !is_sealed(&line.kind))
}

/// No bundle has what these say.
pub fn is_sealed(kind: &str) -> bool {
    SEALED.iter().any(|sealed| sealed.as_str() == kind)
}

/// A notice before everything that is counted.
pub fn before_counts(html: &mut Html, evidence: &Evidence) {
    notice(
        html,
        evidence,
        "What is counted here is what is disclosed, and can be too little",
        |kind| !is_sealed(kind),
    );
}

/// A notice where entries of the kinds that tell are headers alone.
pub fn notice(
    html: &mut Html,
    evidence: &Evidence,
    words: &'static str,
    tells: impl Fn(&str) -> bool,
) {
    let mut kinds: Vec<&str> = Vec::new();
    let mut entries = 0;
    for line in &evidence.statements {
        if line.shown == Shown::Header && tells(&line.kind) {
            entries += 1;
            if !kinds.contains(&line.kind.as_str()) {
                kinds.push(&line.kind);
            }
        }
    }
    if kinds.is_empty() {
        return;
    }
    kinds.sort_unstable();
    html.put("<p class=\"notice warn\">").put(words).put(": ");
    html.text(&count(
        entries,
        "entry that would tell is a header alone",
        "entries that would tell are headers alone",
    ));
    html.put(" (");
    for (place, kind) in kinds.iter().enumerate() {
        html.put(if place > 0 { ", " } else { "" })
            .element("code", &[], kind);
    }
    html.put(").</p>\n");
}
