//! Steps to be ticked off by hand: a runbook, a ceremony, a drill.

use super::blocks::{BODY, HEADING, LABEL, TITLE, VALUE};
use super::document::{Document, MARGIN};
use super::ink::Area;
use super::table::{self, Cell, Table};
use super::{Imprint, Paper, PrintError, Printed};

/// What is to be done.
pub struct Script<'a> {
    /// Its title.
    pub title: &'a str,
    /// What stands under it: practice or production, date, place, digest. An empty value is a line
    /// to be filled in.
    pub meta: &'a [(&'a str, &'a str)],
    /// Who takes part (name, role), to sign at the end; may be empty.
    pub people: &'a [(&'a str, &'a str)],
    /// What is done, in order.
    pub steps: &'a [Step<'a>],
}

/// A line of the script.
pub enum Step<'a> {
    /// The title of the steps that follow.
    Part(&'a str),
    /// A step, numbered through the whole script.
    Do(&'a str),
}

/// Draws it, on as many pages as it needs.
///
/// # Errors
/// [`PrintError`].
pub fn draw(
    script: &Script<'_>,
    imprint: &Imprint<'_>,
    paper: Paper,
) -> Result<Printed, PrintError> {
    const COLUMNS: [(f64, &str); 5] = [
        (0.06, "step"),
        (0.50, "what is done"),
        (0.09, "initials"),
        (0.10, "time"),
        (0.25, "notes, values, exceptions"),
    ];
    let mut document = Document::new(paper, "Script")?;
    let continued = format!("{}, continued", script.title);
    let y = head(&mut document, script);
    let mut table = Table::begin(&mut document, y, &COLUMNS, &continued);
    let mut number = 0;
    for step in script.steps {
        match step {
            Step::Part(title) => table.row(
                &mut document,
                9.0,
                &[Cell::Text("", BODY), Cell::Text(title, HEADING)],
            ),
            Step::Do(text) => {
                number += 1;
                table.row(
                    &mut document,
                    11.0,
                    &[
                        Cell::Text(&number.to_string(), BODY.pale()),
                        Cell::Text(text, BODY),
                        Cell::Blank,
                        Cell::Blank,
                        Cell::Blank,
                    ],
                );
            }
        }
    }
    let y = table.end(&mut document, 26.0);
    people(&mut document, y + 3.0, script.people, &continued);
    document.finish(imprint)
}

fn head(document: &mut Document, script: &Script<'_>) -> f64 {
    let width = document.content_width();
    let mut y = document.paragraph((MARGIN, 13.0), width, 3, script.title, TITLE) + 3.0;
    for (label, value) in script.meta {
        if value.is_empty() {
            document.text((MARGIN, y + 4.4), label, LABEL);
            let line = (MARGIN + 30.0, MARGIN + width);
            document.line(
                (line.0, y + 5.0),
                (line.1, y + 5.0),
                super::ink::Stroke::HAIR,
            );
            y += 7.0;
        } else {
            document.fitted((MARGIN, y + 3.4), 28.0, label, LABEL);
            y = document.paragraph((MARGIN + 30.0, y), width - 30.0, 4, value, VALUE) + 1.0;
        }
    }
    y + 3.0
}

fn people(document: &mut Document, mut y: f64, people: &[(&str, &str)], continued: &str) {
    const HEIGHT: f64 = 13.0;
    if people.is_empty() {
        return;
    }
    y = document.part(y, "Signatures", "each of those who took part");
    for (name, role) in people {
        if y + HEIGHT > document.content_end() {
            y = table::next_page(document, continued);
        }
        let area = Area {
            x: MARGIN,
            y,
            width: document.content_width(),
            height: HEIGHT,
        };
        document.signature(area, role, Some(name));
        y += HEIGHT;
    }
}
