//! What complete means, what the log was held against, what was late, corrected, erased or accepted, and the
//! populations to draw samples from.

use std::collections::BTreeMap;

use super::html::Html;
use super::names::{self, Names, length};
use super::{end_part, part, withheld};
use crate::exchange::evidence::bundle::timestamp_name;
use crate::exchange::evidence::model::{
    CounterLine, Evidence, Outside, Shown, StatementLine, TrailLine,
};

/// The whole part.
pub fn write(html: &mut Html, evidence: &Evidence, names: &Names<'_>) {
    part(html, "completeness");
    html.put(
        "<p>This bundle is complete as to <em>the log</em>: every entry of the range is here, in order, \
         each with a proof that it stands at its place under the checkpoint. An entry can\u{2019}t have been left out, \
         put in or changed without the self-check saying so.</p>\n\
         <p>It is not complete as to <em>the world</em>. A safe can be opened, and a root user can sign in, without anybody \
         writing it down. What speaks for the rest is what the log was held against below, \
         and how much of it fitted.</p>\n",
    );
    withheld::before_counts(html, evidence);
    outside(html, &evidence.outside, names);
    lateness(html, evidence, names);
    changed(html, evidence, names);
    populations(html, evidence);
    end_part(html);
}

fn outside(html: &mut Html, outside: &Outside, names: &Names<'_>) {
    html.put("<h3 id=\"outside\" tabindex=\"-1\">Held against the world outside the log</h3>\n");
    html.table(
        "outside titled",
        "What was compared in the period",
        &["With", "Seen", "Written down", "Did not fit"],
        3,
    );
    let counter = |html: &mut Html, what: &'static str, line: CounterLine| {
        html.put("<tr><th scope=\"row\">").put(what).put("</th>");
        for number in [line.seen, line.recorded, line.wrong] {
            html.put("<td class=\"number\">").shown(number).put("</td>");
        }
        html.put("</tr>\n");
    };
    let sum = |what: fn(&TrailLine) -> u64| {
        let trails = outside.trails.iter();
        trails.fold(0_u64, |sum, trail| sum.saturating_add(what(trail)))
    };
    let events = sum(|trail| trail.events);
    let explained = sum(|trail| trail.explained);
    let unexplained = sum(|trail| trail.unexplained);
    let trails = CounterLine {
        seen: events,
        recorded: explained,
        wrong: unexplained,
    };
    counter(
        html,
        "CloudTrail: events of root users; explained by the log; not explained",
        trails,
    );
    counter(
        html,
        "Lock counters: accesses; counter written down; gap before it",
        outside.counters,
    );
    counter(
        html,
        "Bag numbers: items handled; number written down; other than expected",
        outside.bags,
    );
    html.end_table();
    if !outside.trails.is_empty() {
        html.put("<p>Events of root users that nobody has explained, at the checkpoint: <strong>");
        html.shown(outside.open_events).put("</strong>.</p>\n");
    }
    trails_table(html, outside, names);
    if outside.timestamps.is_empty() {
        html.put("<p>No time-stamp of an outside authority is in this bundle: times are the authors\u{2019} clocks.</p>\n");
    } else {
        html.table(
            "",
            "Time-stamps by outside authorities",
            &[
                "Entry",
                "Of the log at",
                "When, by the authority",
                "Authority",
                "File",
            ],
            outside.timestamps.len(),
        );
        for stamp in &outside.timestamps {
            html.put("<tr><td class=\"number\">");
            names.entry(html, stamp.seq);
            html.put("</td><td class=\"number\">")
                .shown(stamp.checkpoint.size)
                .put("</td><td class=\"when\">");
            names::time(html, stamp.at);
            html.put("</td><td>")
                .text(&stamp.authority)
                .put("</td><td><code>")
                .text(&timestamp_name(stamp.seq, "token"))
                .put("</code></td></tr>\n");
        }
        html.end_table();
    }
    if !outside.witnesses.is_empty() {
        html.table(
            "",
            "Cosignatures by outside witnesses",
            &["Entry", "Of the log at", "When, by the witness", "Key"],
            outside.witnesses.len(),
        );
        for witness in &outside.witnesses {
            html.put("<tr><td class=\"number\">");
            names.entry(html, witness.seq);
            html.put("</td><td class=\"number\">")
                .shown(witness.checkpoint.size)
                .put("</td><td class=\"when\">");
            names::time(html, witness.at);
            html.put("</td><td><code>")
                .text(&witness.vkey)
                .put("</code></td></tr>\n");
        }
        html.end_table();
    }
}

fn trails_table(html: &mut Html, outside: &Outside, names: &Names<'_>) {
    if outside.trails.is_empty() {
        html.put("<p class=\"notice bad\">No CloudTrail files were reconciled in the period: nothing outside the log speaks for uses of root.</p>\n");
        return;
    }
    html.table(
        "sortable",
        "Reconciliations with CloudTrail",
        &[
            "Entry",
            "First event",
            "Last event",
            "Files",
            "Events",
            "Explained",
            "Unexplained",
            "Gaps in time",
        ],
        outside.trails.len(),
    );
    for trail in &outside.trails {
        html.put("<tr><td class=\"number\">");
        names.entry(html, trail.seq);
        html.put("</td><td class=\"when\">");
        names::time(html, trail.from);
        html.put("</td><td class=\"when\">");
        names::time(html, trail.to);
        html.put("</td>");
        for number in [
            trail.files,
            trail.events,
            trail.explained,
            trail.unexplained,
            trail.gaps,
        ] {
            html.put("<td class=\"number\">").shown(number).put("</td>");
        }
        html.put("</tr>\n");
    }
    html.end_table();
}

/// Entries that were written down late, and by how many seconds.
pub fn late(evidence: &Evidence) -> Vec<(&StatementLine, i64)> {
    let lines = evidence.statements.iter();
    lines
        .filter_map(|line| Some((line, line.late_by()?)))
        .collect()
}

fn lateness(html: &mut Html, evidence: &Evidence, names: &Names<'_>) {
    html.put("<h3 id=\"late\" tabindex=\"-1\">Written down late</h3>\n");
    let late = late(evidence);
    if late.is_empty() {
        html.put("<p>Nothing that tells when it happened was written down more than 24 hours later.</p>\n");
        return;
    }
    html.table(
        "sortable titled",
        "Entries written down more than 24 hours after what they tell of",
        &[
            "Entry",
            "Kind",
            "Author",
            "Happened",
            "Recorded",
            "Hours later",
        ],
        late.len(),
    );
    for (line, by) in late {
        html.put("<tr><td class=\"number\">");
        names.entry(html, line.seq);
        html.put("</td><td><code>")
            .text(&line.kind)
            .put("</code></td><td>");
        names.put(html, &line.author);
        html.put("</td><td class=\"when\">");
        names::maybe_time(html, line.happened_at);
        html.put("</td><td class=\"when\">");
        names::time(html, line.made_at);
        html.put("</td><td class=\"number\">")
            .shown(by / 3_600)
            .put("</td></tr>\n");
    }
    html.end_table();
}

fn changed(html: &mut Html, evidence: &Evidence, names: &Names<'_>) {
    html.put("<h3 id=\"corrected\" tabindex=\"-1\">Corrected, refused, erased, accepted as risk</h3>\n<ul class=\"changes\">\n");
    list(
        html,
        evidence,
        names,
        "Corrected by a later entry: ",
        |line| !line.corrected.is_empty(),
    );
    list(html, evidence, names, "Refused by somebody: ", |line| {
        !line.rejected.is_empty()
    });
    html.put("<li id=\"erased\">Personal part erased: ");
    let erased: Vec<_> = evidence
        .statements
        .iter()
        .filter(|line| line.shown == Shown::Erased)
        .collect();
    for (place, line) in erased.iter().enumerate() {
        html.put(if place > 0 { "; " } else { "" });
        names.entry(html, line.seq);
        if let Some(told) = &line.erased {
            html.put(" (by ");
            names.put(html, &told.by);
            html.put(" in entry ");
            names.entry(html, told.seq);
            html.put(": ");
            html.element("bdi", &[], told.why.as_deref().unwrap_or("why is withheld"));
            html.put(")");
        }
    }
    html.put(if erased.is_empty() { "none" } else { "" })
        .put("</li>\n<li>Accepted as a risk: ");
    let accepted = evidence
        .findings
        .iter()
        .filter(|one| one.accepted.is_some())
        .count();
    if accepted == 0 {
        html.put("none");
    } else {
        html.put("<a href=\"#accepted\">")
            .text(&names::count(length(accepted), "finding", "findings"))
            .put("</a>");
    }
    html.put("</li>\n</ul>\n");
}

fn list(
    html: &mut Html,
    evidence: &Evidence,
    names: &Names<'_>,
    what: &'static str,
    which: impl Fn(&StatementLine) -> bool,
) {
    html.put("<li>").put(what);
    let found: Vec<u64> = evidence
        .statements
        .iter()
        .filter(|line| which(line))
        .map(|line| line.seq)
        .collect();
    for (place, seq) in found.iter().enumerate() {
        html.put(if place > 0 { ", " } else { "" });
        names.entry(html, *seq);
    }
    html.put(if found.is_empty() { "none" } else { "" })
        .put("</li>\n");
}

fn populations(html: &mut Html, evidence: &Evidence) {
    html.put("<h3 id=\"populations\" tabindex=\"-1\">Populations for sampling</h3>\n<p>");
    html.put(if withheld::any(evidence) {
        "Each kind below is a whole population: the log has no more of it in the range. A table is made of what is disclosed, \
         and can lack rows."
    } else {
        "Each table and each kind below is a whole population: the log has no more of it in the range."
    });
    html.put(
        " To draw a sample, number the rows of a population from 1 in the order of their entries, \
         draw numbers by your own means, and follow each row to its signed entry. \
         An entry shown as a header alone counts too: ask for what it says. \
         The folder <code>tables</code> of the bundle has the same for spreadsheets; \
         <code>tables/entries.csv</code> has every entry.</p>\n",
    );
    let tables = &evidence.tables;
    html.table(
        "",
        "Tables",
        &["Population", "Rows", "First entry", "Last entry"],
        5,
    );
    let rows: [(&'static str, &'static str, Vec<u64>); 5] = [
        (
            "#accesses",
            "Accesses",
            tables.accesses.iter().map(|row| row.seq).collect(),
        ),
        (
            "#releases",
            "Releases and tasks",
            tables.releases.iter().map(|row| row.seq).collect(),
        ),
        (
            "#drills",
            "Drills",
            tables.drills.iter().map(|row| row.seq).collect(),
        ),
        (
            "#ceremonies",
            "Ceremonies",
            tables.ceremonies.iter().map(|row| row.seq).collect(),
        ),
        (
            "#reviews",
            "Reviews",
            tables.reviews.iter().map(|row| row.seq).collect(),
        ),
    ];
    for (address, name, entries) in &rows {
        html.put("<tr><th scope=\"row\"><a href=\"")
            .put(address)
            .put("\">")
            .put(name)
            .put("</a></th><td class=\"number\">");
        html.shown(entries.len()).put("</td>");
        ends(html, entries.iter().min(), entries.iter().max());
        html.put("</tr>\n");
    }
    html.end_table();
    let mut kinds: BTreeMap<&str, (u64, u64, u64, u64)> = BTreeMap::new();
    for line in &evidence.statements {
        let kind = kinds
            .entry(&line.kind)
            .or_insert((0, 0, line.seq, line.seq));
        kind.0 += 1;
        kind.1 += u64::from(line.shown != Shown::Header);
        kind.3 = line.seq;
    }
    html.table(
        "sortable",
        "Entries by kind",
        &["Kind", "Entries", "Disclosed", "First entry", "Last entry"],
        kinds.len(),
    );
    for (kind, (all, disclosed, first, last)) in &kinds {
        html.put("<tr><th scope=\"row\"><code>")
            .text(kind)
            .put("</code></th><td class=\"number\">");
        html.shown(all)
            .put("</td><td class=\"number\">")
            .shown(disclosed)
            .put("</td>");
        ends(html, Some(first), Some(last));
        html.put("</tr>\n");
    }
    html.end_table();
}

fn ends(html: &mut Html, first: Option<&u64>, last: Option<&u64>) {
    for end in [first, last] {
        html.put("<td class=\"number\">");
        if let Some(seq) = end {
            names::link(html, *seq);
        }
        html.put("</td>");
    }
}
