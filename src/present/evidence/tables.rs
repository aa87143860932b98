//! Accesses, releases, drills, ceremonies and reviews, row by row.

use super::html::Html;
use super::names::{self, Names};
use super::rows::{Rows, Table};
use super::{end_part, part, withheld};
use crate::crypto::fixed::Id;
use crate::exchange::evidence::model::Evidence;
use crate::exchange::evidence::tables::{AccessRow, CeremonyRow, DrillRow, ReleaseRow, ReviewRow};
use crate::statement::Time;

/// A row that began before the bundle has dashes where its first entry would tell.
const BEFORE: &str = "<p class=\"hint\">The first column leads to the signed entries that a row is made of, and each of them back to its row. What began before the bundle\u{2019}s first entry has dashes where that entry would tell.</p>\n";

/// What the rows are written with.
struct Page<'a> {
    evidence: &'a Evidence,
    names: &'a Names<'a>,
    rows: &'a Rows,
}

/// The four parts.
pub fn write(html: &mut Html, evidence: &Evidence, names: &Names<'_>, rows: &Rows) {
    let page = Page {
        evidence,
        names,
        rows,
    };
    let tables = &evidence.tables;
    part(html, "accesses");
    html.put(BEFORE);
    let columns = [
        "Entries",
        "Location",
        "Opened",
        "Closed",
        "By",
        "Witness",
        "Purpose",
        "Items",
        "Counter",
        "Exceptions",
    ];
    page.table(html, Table::Accesses, &columns, &tables.accesses, access);
    end_part(html);
    part(html, "releases");
    let columns = [
        "Entries",
        "What",
        "Of",
        "Operator",
        "Purpose",
        "Asked for",
        "Agreed",
        "Shown",
        "Ended",
    ];
    page.table(html, Table::Releases, &columns, &tables.releases, release);
    end_part(html);
    part(html, "drills");
    let columns = [
        "Entries",
        "What was tried",
        "Plan",
        "Started",
        "Took part",
        "Finished",
        "Agreed",
        "Lessons",
    ];
    page.table(html, Table::Drills, &columns, &tables.drills, drill);
    end_part(html);
    part(html, "ceremonies");
    html.put("<h3>Ceremonies</h3>\n");
    let columns = [
        "Entries",
        "Runbook",
        "Performed as",
        "Began",
        "Over",
        "Exceptions",
        "Agreed",
    ];
    page.table(
        html,
        Table::Ceremonies,
        &columns,
        &tables.ceremonies,
        ceremony,
    );
    html.put("<h3 id=\"reviews\" tabindex=\"-1\">Access reviews</h3>\n");
    let columns = [
        "Entries",
        "Period from",
        "How often",
        "Started",
        "Groups",
        "Reviewers",
        "Names struck",
        "Followed up",
    ];
    page.table(html, Table::Reviews, &columns, &tables.reviews, review);
    end_part(html);
}

impl Page<'_> {
    fn table<R>(
        &self,
        html: &mut Html,
        table: Table,
        columns: &[&str],
        rows: &[R],
        row: fn(&Self, &mut Html, &R),
    ) {
        withheld::notice(
            html,
            self.evidence,
            "Rows can be missing here, and rows can lack something",
            |kind| table.kinds().iter().any(|known| known.as_str() == kind),
        );
        let told = matches!(table, Table::Accesses | Table::Releases);
        if self.evidence.query.redacted && told && !rows.is_empty() {
            html.put("<p class=\"hint\">Purposes, and what was noted besides, are withheld throughout this bundle.</p>\n");
        }
        if rows.is_empty() {
            html.put("<p>None in this period.</p>\n");
            return;
        }
        html.table("sortable titled", table.title(), columns, rows.len());
        for one in rows {
            row(self, html, one);
            html.put("</tr>\n");
        }
        html.end_table();
    }

    /// The row's beginning: what it is made of.
    fn begin(&self, html: &mut Html, seq: u64) {
        html.open("tr", &[("id", &format!("r{seq}"))]);
        html.put("<td class=\"made\">");
        self.rows.put(html, seq, self.names);
        html.put("</td>");
    }

    /// Who agreed, and who had to.
    fn agreed(&self, html: &mut Html, seq: u64, agreed: &[Id]) {
        cell(html, |html| {
            self.names.list(html, agreed);
            if let Some(needed) = self.rows.needed_of(seq) {
                html.put(if agreed.is_empty() { "nobody here" } else { "" });
                html.put("<p class=\"more\">needed: ")
                    .text(needed)
                    .put("</p>");
            }
        });
    }
}

fn cell(html: &mut Html, inside: impl FnOnce(&mut Html)) {
    html.put("<td>");
    inside(html);
    html.put("</td>");
}

fn time_cell(html: &mut Html, at: Option<Time>) {
    end_cell(html, at, &[]);
}

fn count_cell(html: &mut Html, number: Option<u64>) {
    html.put("<td class=\"number\">");
    names::number(html, number);
    html.put("</td>");
}

/// A moment, and what there is to say of it in a line below.
fn end_cell(html: &mut Html, at: Option<Time>, more: &[Option<&str>]) {
    html.put("<td class=\"when\">");
    names::maybe_time(html, at);
    for more in more.iter().flatten() {
        html.put("<p class=\"more\">").text(more).put("</p>");
    }
    html.put("</td>");
}

fn access(page: &Page<'_>, html: &mut Html, row: &AccessRow) {
    page.begin(html, row.seq);
    cell(html, |html| names::text(html, row.location.as_deref()));
    time_cell(html, row.opened_at);
    let recorded = recorded(row);
    end_cell(
        html,
        row.closed_at,
        &recorded.each_ref().map(Option::as_deref),
    );
    cell(html, |html| page.names.list(html, row.opened_by.as_slice()));
    cell(html, |html| {
        page.names.put(html, &row.witness);
        html.put(if row.agreed {
            ", agreed"
        } else {
            ", <strong>has not agreed</strong>"
        });
    });
    cell(html, |html| names::text(html, row.purpose.as_deref()));
    cell(html, |html| items(html, row));
    count_cell(html, row.counter);
    count_cell(html, row.exceptions);
}

/// When the end was written down: the hour alone where it is the same day.
fn recorded(row: &AccessRow) -> [Option<String>; 2] {
    let Some(at) = row.recorded_at else {
        return [None, None];
    };
    let day = |at: Time| at.to_chrono().date_naive();
    let hour = at.to_chrono().format("%H:%M:%S");
    if row.closed_at.map(day) == Some(day(at)) {
        [Some(format!("recorded {hour}")), None]
    } else {
        [Some("recorded".to_owned()), Some(names::moment(at))]
    }
}

fn items(html: &mut Html, row: &AccessRow) {
    let mut before = false;
    for (what, items) in [
        ("taken out: ", &row.taken),
        ("put in: ", &row.put),
        ("seal broken: ", &row.broken),
    ] {
        if !items.is_empty() {
            html.put(if before { "; " } else { "" }).put(what);
            names::texts(html, items);
            before = true;
        }
    }
}

fn release(page: &Page<'_>, html: &mut Html, row: &ReleaseRow) {
    page.begin(html, row.seq);
    cell(html, |html| names::text(html, row.what.as_deref()));
    cell(html, |html| secrets(html, &row.of, page.names));
    cell(html, |html| page.names.list(html, row.operator.as_slice()));
    cell(html, |html| names::text(html, row.purpose.as_deref()));
    time_cell(html, row.requested_at);
    page.agreed(html, row.seq, &row.agreed);
    html.put("<td class=\"when\">");
    for (place, at) in row.revealed_at.iter().enumerate() {
        html.put(if place > 0 { ", " } else { "" });
        names::time(html, *at);
    }
    html.put("</td>");
    let rotated = row.rotated.map(|rotated| {
        if rotated {
            "secret changed afterwards"
        } else {
            "secret not changed afterwards"
        }
    });
    end_cell(html, row.closed_at, &[row.outcome.as_deref(), rotated]);
}

/// Secrets by name where the custody map has them, else as they are.
fn secrets(html: &mut Html, of: &[String], names: &Names<'_>) {
    for (place, one) in of.iter().enumerate() {
        html.put(if place > 0 { ", " } else { "" });
        match names.secret(one) {
            Some(name) => {
                html.open("a", &[("href", &format!("#secret-{one}"))]);
                html.element("bdi", &[], name).close("a");
            }
            None => {
                html.element("bdi", &[], one);
            }
        }
    }
}

fn drill(page: &Page<'_>, html: &mut Html, row: &DrillRow) {
    page.begin(html, row.seq);
    cell(html, |html| names::text(html, row.drill.as_deref()));
    cell(html, |html| {
        names::text(html, row.plan.as_deref());
        if let Some(due) = row.due {
            html.put("<p class=\"more\">due ").shown(due).put("</p>");
        }
    });
    time_cell(html, row.started_at);
    cell(html, |html| page.names.list(html, &row.took_part));
    end_cell(html, row.finished_at, &[row.outcome.as_deref()]);
    page.agreed(html, row.seq, &row.agreed);
    count_cell(html, row.lessons);
}

fn ceremony(page: &Page<'_>, html: &mut Html, row: &CeremonyRow) {
    page.begin(html, row.seq);
    cell(html, |html| {
        names::text(html, row.runbook.as_deref());
        if let Some(version) = row.version {
            html.put("<p class=\"more\">version ")
                .shown(version)
                .put("</p>");
        }
    });
    cell(html, |html| names::text(html, row.performance.as_deref()));
    time_cell(html, row.began_at);
    end_cell(html, row.ended_at, &[row.outcome.as_deref()]);
    count_cell(html, Some(row.exceptions));
    page.agreed(html, row.seq, &row.agreed);
}

fn review(page: &Page<'_>, html: &mut Html, row: &ReviewRow) {
    page.begin(html, row.seq);
    cell(html, |html| {
        names::text(html, row.first.map(|day| day.to_string()).as_deref());
    });
    cell(html, |html| names::text(html, row.every.as_deref()));
    time_cell(html, row.started_at);
    count_cell(html, row.groups);
    cell(html, |html| page.names.list(html, &row.reviewers));
    count_cell(html, Some(row.struck));
    count_cell(html, Some(row.done));
}
