//! Accesses, releases, drills, ceremonies and reviews, row by row.

use super::html::Html;
use super::names::{self, Names};
use super::{end_part, part};
use crate::exchange::evidence::tables::{
    AccessRow, CeremonyRow, DrillRow, ReleaseRow, ReviewRow, Tables,
};

/// A row that began before the bundle has dashes where its first entry would tell.
const BEFORE: &str = "<p class=\"hint\">What began before the bundle\u{2019}s first entry has dashes where that entry would tell. The first column leads to the signed statement.</p>\n";

/// The four parts.
pub fn write(html: &mut Html, tables: &Tables, names: &Names<'_>) {
    part(html, "accesses");
    html.put(BEFORE);
    html.table(
        "sortable",
        "Openings of locations",
        &[
            "Entry",
            "Location",
            "Opened",
            "Closed",
            "By",
            "Witness",
            "Witness agreed",
            "Purpose",
            "Taken out",
            "Put in",
            "Seal broken",
            "Counter",
            "Exceptions",
            "Recorded",
        ],
        tables.accesses.len(),
    );
    for row in &tables.accesses {
        access(html, row, names);
    }
    html.end_table();
    end_part(html);
    part(html, "releases");
    html.table(
        "sortable",
        "Releases of secrets, and tasks",
        &[
            "Entry",
            "What",
            "Of",
            "Operator",
            "Purpose",
            "Asked for",
            "Agreed",
            "Shown at",
            "Closed",
            "Outcome",
            "Changed afterwards",
        ],
        tables.releases.len(),
    );
    for row in &tables.releases {
        release(html, row, names);
    }
    html.end_table();
    end_part(html);
    part(html, "drills");
    html.table(
        "sortable",
        "Drills",
        &[
            "Entry",
            "What was tried",
            "Plan",
            "Due",
            "Started",
            "Took part",
            "Finished",
            "Outcome",
            "Agreed",
            "Lessons",
        ],
        tables.drills.len(),
    );
    for row in &tables.drills {
        drill(html, row, names);
    }
    html.end_table();
    end_part(html);
    part(html, "ceremonies");
    html.table(
        "sortable",
        "Ceremonies",
        &[
            "Entry",
            "Runbook",
            "Version",
            "Performed as",
            "Began",
            "Over",
            "Outcome",
            "Exceptions",
            "Agreed",
        ],
        tables.ceremonies.len(),
    );
    for row in &tables.ceremonies {
        ceremony(html, row, names);
    }
    html.end_table();
    html.put("<h3 id=\"reviews\" tabindex=\"-1\">Access reviews</h3>\n");
    html.table(
        "sortable",
        "Access reviews",
        &[
            "Entry",
            "Period from",
            "How often",
            "Started",
            "Groups",
            "Reviewers",
            "Names struck",
            "Followed up",
        ],
        tables.reviews.len(),
    );
    for row in &tables.reviews {
        review(html, row, names);
    }
    html.end_table();
    end_part(html);
}

fn begin(html: &mut Html, seq: u64) {
    html.put("<tr><td class=\"number\">");
    names::link(html, seq);
    html.put("</td>");
}

fn cell(html: &mut Html, inside: impl FnOnce(&mut Html)) {
    html.put("<td>");
    inside(html);
    html.put("</td>");
}

fn count_cell(html: &mut Html, number: Option<u64>) {
    html.put("<td class=\"number\">");
    names::number(html, number);
    html.put("</td>");
}

fn yes(html: &mut Html, yes: Option<bool>) {
    if let Some(yes) = yes {
        html.put(if yes { "yes" } else { "no" });
    }
}

fn access(html: &mut Html, row: &AccessRow, names: &Names<'_>) {
    begin(html, row.seq);
    cell(html, |html| names::text(html, row.location.as_deref()));
    cell(html, |html| names::maybe_time(html, row.opened_at));
    cell(html, |html| names::maybe_time(html, row.closed_at));
    cell(html, |html| names.list(html, row.opened_by.as_slice()));
    cell(html, |html| names.put(html, &row.witness));
    cell(html, |html| yes(html, Some(row.agreed)));
    cell(html, |html| names::text(html, row.purpose.as_deref()));
    cell(html, |html| names::texts(html, &row.taken));
    cell(html, |html| names::texts(html, &row.put));
    cell(html, |html| names::texts(html, &row.broken));
    count_cell(html, row.counter);
    count_cell(html, row.exceptions);
    cell(html, |html| names::maybe_time(html, row.recorded_at));
    html.put("</tr>\n");
}

fn release(html: &mut Html, row: &ReleaseRow, names: &Names<'_>) {
    begin(html, row.seq);
    cell(html, |html| names::text(html, row.what.as_deref()));
    cell(html, |html| secrets(html, &row.of, names));
    cell(html, |html| names.list(html, row.operator.as_slice()));
    cell(html, |html| names::text(html, row.purpose.as_deref()));
    cell(html, |html| names::maybe_time(html, row.requested_at));
    cell(html, |html| names.list(html, &row.agreed));
    cell(html, |html| {
        for (place, at) in row.revealed_at.iter().enumerate() {
            html.put(if place > 0 { ", " } else { "" });
            names::time(html, *at);
        }
    });
    cell(html, |html| names::maybe_time(html, row.closed_at));
    cell(html, |html| names::text(html, row.outcome.as_deref()));
    cell(html, |html| yes(html, row.rotated));
    html.put("</tr>\n");
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

fn drill(html: &mut Html, row: &DrillRow, names: &Names<'_>) {
    begin(html, row.seq);
    cell(html, |html| names::text(html, row.drill.as_deref()));
    cell(html, |html| names::text(html, row.plan.as_deref()));
    cell(html, |html| {
        names::text(html, row.due.map(|day| day.to_string()).as_deref())
    });
    cell(html, |html| names::maybe_time(html, row.started_at));
    cell(html, |html| names.list(html, &row.took_part));
    cell(html, |html| names::maybe_time(html, row.finished_at));
    cell(html, |html| names::text(html, row.outcome.as_deref()));
    cell(html, |html| names.list(html, &row.agreed));
    count_cell(html, row.lessons);
    html.put("</tr>\n");
}

fn ceremony(html: &mut Html, row: &CeremonyRow, names: &Names<'_>) {
    begin(html, row.seq);
    cell(html, |html| names::text(html, row.runbook.as_deref()));
    count_cell(html, row.version);
    cell(html, |html| names::text(html, row.performance.as_deref()));
    cell(html, |html| names::maybe_time(html, row.began_at));
    cell(html, |html| names::maybe_time(html, row.ended_at));
    cell(html, |html| names::text(html, row.outcome.as_deref()));
    count_cell(html, Some(row.exceptions));
    cell(html, |html| names.list(html, &row.agreed));
    html.put("</tr>\n");
}

fn review(html: &mut Html, row: &ReviewRow, names: &Names<'_>) {
    begin(html, row.seq);
    cell(html, |html| {
        names::text(html, row.first.map(|day| day.to_string()).as_deref())
    });
    cell(html, |html| names::text(html, row.every.as_deref()));
    cell(html, |html| names::maybe_time(html, row.started_at));
    count_cell(html, row.groups);
    cell(html, |html| names.list(html, &row.reviewers));
    count_cell(html, Some(row.struck));
    count_cell(html, Some(row.done));
    html.put("</tr>\n");
}
