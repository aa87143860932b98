//! A bundle's tables as CSV, for spreadsheets: RFC 4180, UTF-8, lines ended by CR LF, a first row of names that
//! stay.
//!
//! A spreadsheet takes a cell that begins with `=` for a formula, whoever typed it. So a cell that begins with one
//! of [`FORMULA`] has an apostrophe before it (OWASP, "CSV Injection"). In a cell with several values they are
//! separated by `; `; people are in two columns, by name and by id.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::called::{About, Called};
use super::model::{Evidence, FindingLine, ItemLine, PersonLine, SignedLine, StatementLine};
use super::tables::{AccessRow, CeremonyRow, DrillRow, ReleaseRow, ReviewRow};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};

/// What a formula can begin with; the last four are wide forms, which some programs take for the others.
const FORMULA: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// The tables' names.
const TABLES: [&str; 9] = [
    "accesses",
    "ceremonies",
    "custodians",
    "drills",
    "entries",
    "findings",
    "items",
    "releases",
    "reviews",
];

/// Whether a file is one of the tables.
#[must_use]
pub fn is_table(file: &str) -> bool {
    let name = file
        .strip_prefix("tables/")
        .and_then(|name| name.strip_suffix(".csv"));
    name.is_some_and(|name| TABLES.contains(&name))
}

/// Name and bytes of each file.
///
/// # Errors
/// Failed, code `internal`.
pub fn csv_files(evidence: &Evidence) -> Result<Vec<(String, Vec<u8>)>> {
    let rows = Rows(Called::of(evidence));
    let tables = &evidence.tables;
    Ok(vec![
        file("accesses", &ACCESSES, &tables.accesses, |row| {
            rows.access(row)
        })?,
        file("ceremonies", &CEREMONIES, &tables.ceremonies, |row| {
            rows.ceremony(row)
        })?,
        file("custodians", &CUSTODIANS, &evidence.people, custodian)?,
        file("drills", &DRILLS, &tables.drills, |row| rows.drill(row))?,
        file("entries", &ENTRIES, &evidence.statements, |row| {
            rows.entry(row)
        })?,
        file("findings", &FINDINGS, &evidence.findings, |row| {
            rows.finding(row)
        })?,
        file("items", &ITEMS, &evidence.custody.items, item)?,
        file("releases", &RELEASES, &tables.releases, |row| {
            rows.release(row)
        })?,
        file("reviews", &REVIEWS, &tables.reviews, |row| rows.review(row))?,
    ])
}

const ACCESSES: [&str; 16] = [
    "entry",
    "location",
    "opened_at",
    "closed_at",
    "opened_by",
    "opened_by_id",
    "witness",
    "witness_id",
    "witness_agreed",
    "purpose",
    "taken",
    "put",
    "broken",
    "counter",
    "exceptions",
    "recorded_at",
];
const CEREMONIES: [&str; 10] = [
    "entry",
    "runbook",
    "version",
    "performance",
    "began_at",
    "ended_at",
    "outcome",
    "exceptions",
    "agreed",
    "agreed_ids",
];
const CUSTODIANS: [&str; 6] = ["id", "name", "roles", "from", "until", "distrusted"];
const DRILLS: [&str; 12] = [
    "entry",
    "drill",
    "plan",
    "due",
    "started_at",
    "took_part",
    "took_part_ids",
    "finished_at",
    "outcome",
    "agreed",
    "agreed_ids",
    "lessons",
];
const ENTRIES: [&str; 15] = [
    "entry",
    "kind",
    "author",
    "author_id",
    "recorded_at",
    "happened_at",
    "late_seconds",
    "shown",
    "text",
    "agreed",
    "agreed_ids",
    "rejected",
    "corrected_by",
    "erased_by",
    "leaf",
];
const FINDINGS: [&str; 11] = [
    "rule",
    "severity",
    "about",
    "about_name",
    "title",
    "message",
    "state",
    "accepted_until",
    "accepted_since",
    "accepted_leaf",
    "accepted_why",
];
const ITEMS: [&str; 6] = ["item", "kind", "location", "out", "bag", "battery_checked"];
const RELEASES: [&str; 14] = [
    "entry",
    "what",
    "of",
    "of_names",
    "operator",
    "operator_id",
    "purpose",
    "requested_at",
    "agreed",
    "agreed_ids",
    "revealed_at",
    "closed_at",
    "outcome",
    "rotated",
];
const REVIEWS: [&str; 9] = [
    "entry",
    "first",
    "every",
    "started_at",
    "groups",
    "reviewers",
    "reviewers_ids",
    "struck",
    "done",
];

/// A file of as many columns as `heading` has.
fn file<Row, const COLUMNS: usize>(
    name: &str,
    heading: &[&str; COLUMNS],
    rows: &[Row],
    cells: impl Fn(&Row) -> [String; COLUMNS],
) -> Result<(String, Vec<u8>)> {
    let failed = |why: String| Error::failed("internal", "cannot write CSV").because(why);
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new());
    writer
        .write_record(heading)
        .map_err(|error| failed(error.to_string()))?;
    for row in rows {
        let cells = cells(row).map(harmless);
        writer
            .write_record(&cells)
            .map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))?;
    Ok((format!("tables/{name}.csv"), bytes))
}

/// The cell, with an apostrophe before it where it could be a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(FORMULA) {
        return format!("'{cell}");
    }
    cell
}

fn cell<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, ToString::to_string)
}

fn list<T: ToString>(values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    values.join("; ")
}

/// Rows by what the bundle calls things.
struct Rows<'e>(Called<'e>);

impl Rows<'_> {
    fn name(&self, id: &Id) -> String {
        self.0.person(id)
    }

    /// What a release is of, by name: a secret that is not sealed any more, or an account, as it is.
    fn secrets(&self, of: &[String]) -> String {
        let named = |one: &String| self.0.secret(one).unwrap_or(one).to_owned();
        list(&of.iter().map(named).collect::<Vec<_>>())
    }

    /// What a finding is about, where that is an id to which the bundle has a name.
    fn about(&self, about: &str) -> String {
        match self.0.about(about) {
            Some(About::Person(name) | About::Secret(name)) => name.to_owned(),
            Some(About::Entry(seq)) => format!("#{seq}"),
            None => String::new(),
        }
    }

    fn names(&self, ids: &[Id]) -> String {
        let names: Vec<String> = ids.iter().map(|id| self.name(id)).collect();
        list(&names)
    }

    fn access(&self, row: &AccessRow) -> [String; 16] {
        let opened_by = row.opened_by.as_ref();
        [
            row.seq.to_string(),
            cell(&row.location),
            cell(&row.opened_at),
            cell(&row.closed_at),
            opened_by.map_or_else(String::new, |id| self.name(id)),
            cell(&row.opened_by),
            self.name(&row.witness),
            row.witness.to_string(),
            row.agreed.to_string(),
            cell(&row.purpose),
            list(&row.taken),
            list(&row.put),
            list(&row.broken),
            cell(&row.counter),
            cell(&row.exceptions),
            cell(&row.recorded_at),
        ]
    }

    fn ceremony(&self, row: &CeremonyRow) -> [String; 10] {
        [
            row.seq.to_string(),
            cell(&row.runbook),
            cell(&row.version),
            cell(&row.performance),
            cell(&row.began_at),
            cell(&row.ended_at),
            cell(&row.outcome),
            row.exceptions.to_string(),
            self.names(&row.agreed),
            list(&row.agreed),
        ]
    }

    fn drill(&self, row: &DrillRow) -> [String; 12] {
        [
            row.seq.to_string(),
            cell(&row.drill),
            cell(&row.plan),
            cell(&row.due),
            cell(&row.started_at),
            self.names(&row.took_part),
            list(&row.took_part),
            cell(&row.finished_at),
            cell(&row.outcome),
            self.names(&row.agreed),
            list(&row.agreed),
            cell(&row.lessons),
        ]
    }

    /// One of all entries of the range: what a sample is drawn from.
    fn entry(&self, row: &StatementLine) -> [String; 15] {
        let people =
            |lines: &[SignedLine]| -> Vec<Id> { lines.iter().map(|line| line.custodian).collect() };
        let agreed = people(&row.signed);
        [
            row.seq.to_string(),
            row.kind.clone(),
            self.name(&row.author),
            row.author.to_string(),
            row.made_at.to_string(),
            cell(&row.happened_at),
            cell(&row.late_by()),
            row.shown.as_str().to_owned(),
            cell(&row.text),
            self.names(&agreed),
            list(&agreed),
            self.names(&people(&row.rejected)),
            list(&row.corrected),
            cell(&row.erased.as_ref().map(|erased| erased.seq)),
            row.leaf.to_string(),
        ]
    }

    fn release(&self, row: &ReleaseRow) -> [String; 14] {
        let operator = row.operator.as_ref();
        [
            row.seq.to_string(),
            cell(&row.what),
            list(&row.of),
            self.secrets(&row.of),
            operator.map_or_else(String::new, |id| self.name(id)),
            cell(&row.operator),
            cell(&row.purpose),
            cell(&row.requested_at),
            self.names(&row.agreed),
            list(&row.agreed),
            list(&row.revealed_at),
            cell(&row.closed_at),
            cell(&row.outcome),
            cell(&row.rotated),
        ]
    }

    fn finding(&self, row: &FindingLine) -> [String; 11] {
        let accepted = row.accepted.as_ref();
        let state = accepted.map_or("open", |_| "accepted");
        [
            row.rule.clone(),
            row.severity.clone(),
            row.about.clone(),
            self.about(&row.about),
            row.title.clone(),
            row.message.clone(),
            state.to_owned(),
            cell(&accepted.map(|accepted| accepted.until)),
            cell(&accepted.map(|accepted| accepted.since)),
            cell(&accepted.map(|accepted| accepted.leaf)),
            cell(&accepted.and_then(|accepted| accepted.why.clone())),
        ]
    }

    fn review(&self, row: &ReviewRow) -> [String; 9] {
        [
            row.seq.to_string(),
            cell(&row.first),
            cell(&row.every),
            cell(&row.started_at),
            cell(&row.groups),
            self.names(&row.reviewers),
            list(&row.reviewers),
            row.struck.to_string(),
            row.done.to_string(),
        ]
    }
}

fn custodian(row: &PersonLine) -> [String; 6] {
    [
        row.id.to_string(),
        row.name.clone(),
        list(&row.roles),
        cell(&row.from),
        cell(&row.until),
        cell(&row.distrusted),
    ]
}

fn item(row: &ItemLine) -> [String; 6] {
    [
        row.item.clone(),
        row.kind.clone(),
        row.location.clone(),
        row.out.to_string(),
        cell(&row.bag),
        cell(&row.battery_checked),
    ]
}

#[cfg(test)]
mod tests;
