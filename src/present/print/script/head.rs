//! What stands above a script: its title, and what it is a script of.

use crate::crypto::fixed::Digest;
use crate::exchange::runbook::{Role, Runbook};
use crate::present::print::blocks::{LABEL, NUMBER, TITLE, VALUE};
use crate::present::print::document::{Document, MARGIN, Type};
use crate::present::print::fonts::Face;

/// The room for a label beside its value.
const LABEL_WIDTH: f64 = 30.0;
/// The most lines of a title, and of a fact.
const TITLE_LINES: usize = 3;
const FACT_LINES: usize = 12;

/// Draws what sort of paper it is, and under it the runbook's title. Returns where they end.
pub fn title(document: &mut Document, sort: &str, runbook: &Runbook) -> f64 {
    const OWN: Type = Type::new(Face::Bold, 13.0);
    let width = document.content_width();
    let y = document.paragraph((MARGIN, 13.0), width, TITLE_LINES, sort, TITLE) + 1.0;
    let own = one_line(runbook.title.as_str());
    document.paragraph((MARGIN, y), width, TITLE_LINES, &own, OWN) + 3.0
}

/// Draws facts, each beside its label. Returns where they end.
pub fn facts<'a>(
    document: &mut Document,
    mut y: f64,
    facts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> f64 {
    for (label, value) in facts {
        y = fact(document, y, label, value, VALUE);
    }
    y
}

/// Draws the digest of the file, in groups that can be read aloud. Returns where it ends.
pub fn digest(document: &mut Document, y: f64, digest: &Digest) -> f64 {
    let hex = digest.to_hex();
    let mut groups = String::new();
    for (place, digit) in hex.chars().enumerate() {
        if place > 0 && place % 8 == 0 {
            groups.push(' ');
        }
        groups.push(digit);
    }
    let set = Type {
        size: 8.8,
        ..NUMBER
    };
    fact(document, y, "SHA-256 of the file", &groups, set)
}

fn fact(document: &mut Document, y: f64, label: &str, value: &str, set: Type) -> f64 {
    let lower = (set.line() - LABEL.line()) * 0.76;
    let place = (MARGIN, y + lower);
    document.paragraph(place, LABEL_WIDTH - 2.0, 1, label, LABEL);
    let width = document.content_width() - LABEL_WIDTH;
    let place = (MARGIN + LABEL_WIDTH, y);
    document.paragraph(place, width, FACT_LINES, value, set) + 1.1
}

/// What a role is for, and whom it is kept apart from.
pub fn what_for(role: &Role) -> String {
    let who = one_line(role.who.as_str());
    if role.apart_from.is_empty() {
        return who;
    }
    format!("{who}. Not also {}", super::step::names(&role.apart_from))
}

/// A text without its line breaks.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
