//! How people, entries and times are written on the page.

use std::collections::BTreeSet;

use super::html::Html;
use crate::crypto::fixed::Id;
use crate::exchange::evidence::called::{About, Called};
use crate::exchange::evidence::model::Evidence;
use crate::statement::Time;

/// What everything is called, and which entries are on the page.
pub struct Names<'a> {
    called: Called<'a>,
    entries: BTreeSet<u64>,
}

impl<'a> Names<'a> {
    /// Of a bundle.
    #[must_use]
    pub fn new(evidence: &'a Evidence) -> Self {
        Self {
            called: Called::of(evidence),
            entries: evidence.statements.iter().map(|line| line.seq).collect(),
        }
    }

    /// What somebody is called; the first digits of the id where the bundle has no name.
    #[must_use]
    pub fn person(&self, id: &Id) -> String {
        self.called.person(id)
    }

    /// A person.
    pub fn put(&self, html: &mut Html, id: &Id) {
        html.element("bdi", &[], &self.person(id));
    }

    /// People, in their order.
    pub fn list(&self, html: &mut Html, ids: &[Id]) {
        for (place, id) in ids.iter().enumerate() {
            if place > 0 {
                html.put(", ");
            }
            self.put(html, id);
        }
    }

    /// What a secret is called, by its id.
    #[must_use]
    pub fn secret(&self, id: &str) -> Option<&'a str> {
        self.called.secret(id)
    }

    /// What a finding is about.
    pub fn about(&self, html: &mut Html, about: &str) {
        match self.called.about(about) {
            Some(About::Person(name)) => html.element("bdi", &[], name),
            Some(About::Secret(name)) => html.put("secret ").element("bdi", &[], name),
            Some(About::Entry(seq)) => {
                html.put("entry ");
                link(html, seq);
                html
            }
            None => html.element("bdi", &[], about),
        };
    }

    /// An entry, as a link where the page has it.
    pub fn entry(&self, html: &mut Html, seq: u64) {
        if self.entries.contains(&seq) {
            link(html, seq);
        } else {
            html.shown(seq);
        }
    }
}

/// A link to an entry of the page.
pub fn link(html: &mut Html, seq: u64) {
    html.open("a", &[("href", &format!("#s{seq}"))])
        .shown(seq)
        .close("a");
}

/// So many entries are listed at once; the rest unfolds.
const AT_ONCE: usize = 12;

/// Links to entries of the page.
pub fn entries(html: &mut Html, entries: &[u64]) {
    let links = |html: &mut Html, entries: &[u64]| {
        for (place, seq) in entries.iter().enumerate() {
            html.put(if place > 0 { ", " } else { "" });
            link(html, *seq);
        }
    };
    match entries.split_at_checked(AT_ONCE) {
        Some((first, rest)) if !rest.is_empty() => {
            links(html, first);
            html.put("<details><summary>");
            html.text(&count(length(rest.len()), "more", "more"))
                .put("</summary><noscript>");
            links(html, rest);
            html.put("</noscript></details>");
        }
        _ => links(html, entries),
    }
}

/// A text that has its cell to itself; an empty cell is shown with a dash.
pub fn text(html: &mut Html, text: Option<&str>) {
    html.text(text.unwrap_or(""));
}

/// Texts with commas.
pub fn texts(html: &mut Html, texts: &[String]) {
    for (place, one) in texts.iter().enumerate() {
        if place > 0 {
            html.put(", ");
        }
        html.element("bdi", &[], one);
    }
}

/// A number, where there is one.
pub fn number(html: &mut Html, number: Option<u64>) {
    if let Some(number) = number {
        html.shown(number);
    }
}

/// A moment in words, in UTC.
#[must_use]
pub fn moment(time: Time) -> String {
    time.to_chrono().format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A moment, in UTC.
pub fn time(html: &mut Html, time: Time) {
    html.element("time", &[("datetime", &time.to_string())], &moment(time));
}

/// A moment, where there is one.
pub fn maybe_time(html: &mut Html, moment: Option<Time>) {
    if let Some(moment) = moment {
        time(html, moment);
    }
}

/// How many of a thing: `1 entry`, `2 entries`.
#[must_use]
pub fn count(number: u64, one: &str, more: &str) -> String {
    let digits = grouped(number);
    format!("{digits} {}", if number == 1 { one } else { more })
}

/// A number with its thousands apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The length of a list.
#[must_use]
pub fn length(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(count(1, "entry", "entries"), "1 entry");
        assert_eq!(count(5_000, "entry", "entries"), "5,000 entries");
    }
}
