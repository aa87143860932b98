//! The record of an access by pen, for when no computer runs; later it is entered as recorded late.
//!
//! It asks for what `safe open` and `safe close` ask for. Bag numbers are never printed on it: they
//! are to be read from the bags.

use super::blocks::{BODY, NUMBER, TITLE};
use super::document::{Document, MARGIN};
use super::ink::Area;
use super::table::{Cell, Table};
use super::{Imprint, Paper, PrintError, Printed};

/// The height of a row in which a name or a number is written.
const ROW: f64 = 9.0;
/// The height of a row in which sentences are written.
const HIGH_ROW: f64 = 15.0;
/// How many people's names there is room for.
const PEOPLE: usize = 8;
/// What the signatures take at the end of the last page.
const SIGNATURES: f64 = 50.0;

/// What is known beforehand; all of it may be empty.
#[derive(Default)]
pub struct AccessForm<'a> {
    /// The form's own number.
    pub number: Option<&'a str>,
    /// The location's id.
    pub location: Option<&'a str>,
    /// The location's site.
    pub site: Option<&'a str>,
    /// The location's time zone.
    pub timezone: Option<&'a str>,
    /// The ids of the items that are registered there.
    pub items: &'a [&'a str],
}

/// Draws it, on two pages or more.
///
/// # Errors
/// [`PrintError`].
pub fn draw(
    form: &AccessForm<'_>,
    imprint: &Imprint<'_>,
    paper: Paper,
) -> Result<Printed, PrintError> {
    let mut document = Document::new(paper, "Record of an access")?;
    let y = head(&mut document, form);
    let continued = form.number.map_or_else(
        || "Record of an access, continued".to_owned(),
        |number| format!("Record of an access {number}, continued"),
    );
    items(&mut document, y, form, &continued);
    let y = super::table::next_page(&mut document, &continued);
    let y = people(&mut document, y, &continued);
    let y = exceptions(&mut document, y + 3.0, &continued);
    signatures(&mut document, y + 3.0);
    document.finish(imprint)
}

/// Rows of boxes from `y` on, each 12 mm high.
fn rows(document: &mut Document, mut y: f64, rows: &[&[(f64, &str, Option<&str>)]]) -> f64 {
    for fields in rows {
        let row = Area {
            x: MARGIN,
            y,
            width: document.content_width(),
            height: 12.0,
        };
        document.fields(row, fields);
        y += row.height;
    }
    y
}

fn head(document: &mut Document, form: &AccessForm<'_>) -> f64 {
    document.text((MARGIN, 20.0), "Record of an access", TITLE);
    let number = Area {
        x: MARGIN + document.content_width() - 52.0,
        y: 12.0,
        width: 52.0,
        height: 12.0,
    };
    document.field(number, "form number", form.number);
    let y = document.paragraph(
        (MARGIN, 26.5),
        document.content_width(),
        3,
        &format!(
            "For when no computer runs. Write as it happens, in ink, times from one clock; strike \
             out mistakes with one line and two initials. Enter it as soon as you can: rootkeep \
             safe log {} asks for what stands here. It is recorded late, and in effect when the \
             witness has signed it there.",
            form.location.unwrap_or("LOCATION")
        ),
        BODY.pale(),
    );
    rows(
        document,
        y + 3.0,
        &[
            &[
                (0.40, "location", form.location),
                (0.30, "site", form.site),
                (0.30, "time zone", form.timezone),
            ],
            &[
                (0.25, "date, as 2025-12-31", None),
                (0.25, "opened at, as 14:05", None),
                (0.25, "closed at", None),
                (0.25, "clock: whose, which", None),
            ],
            &[
                (0.5, "opened by", None),
                (0.5, "witness: another custodian, there all the time", None),
            ],
            &[(0.7, "purpose", None), (0.3, "request or ticket", None)],
            &[
                (0.25, "lock counter before", None),
                (0.25, "lock counter after", None),
                (0.5, "lock: combination or key of", None),
            ],
        ],
    )
}

fn items(document: &mut Document, y: f64, form: &AccessForm<'_>, continued: &str) {
    let y = document.part(
        y + 3.0,
        "Items",
        "read each bag number from the bag; a new bag has a row of its own",
    );
    let columns = [
        (0.17, "item"),
        (0.13, "moved"),
        (0.10, "time"),
        (0.28, "number on the bag"),
        (0.20, "seal"),
        (0.12, "initials of both"),
    ];
    let mut table = Table::begin(document, y, &columns, continued);
    let row = |document: &mut Document, table: &mut Table<'_>, id| {
        let cells = [
            id,
            Cell::Ticks(&["out", "in"]),
            Cell::Blank,
            Cell::Blank,
            Cell::Ticks(&["whole", "broken"]),
            Cell::Blank,
        ];
        table.row(document, ROW, &cells);
    };
    for id in form.items {
        row(document, &mut table, Cell::Text(id, NUMBER));
    }
    // One empty row for a new bag at least; the page is then filled.
    row(document, &mut table, Cell::Blank);
    while table.has_room(document, ROW) {
        row(document, &mut table, Cell::Blank);
    }
}

fn people(document: &mut Document, y: f64, continued: &str) -> f64 {
    let y = document.part(
        y,
        "People",
        "everybody who was in the room, also for a moment",
    );
    let columns = [
        (0.32, "name"),
        (0.30, "of, role"),
        (0.13, "came at"),
        (0.13, "left at"),
        (0.12, "initials"),
    ];
    let mut table = Table::begin(document, y, &columns, continued);
    for _ in 0..PEOPLE {
        table.row(document, ROW, &[Cell::Blank; 5]);
    }
    table.y
}

fn exceptions(document: &mut Document, y: f64, continued: &str) -> f64 {
    let y = document.part(
        y,
        "Exceptions",
        "a wrong number, a broken seal, somebody missing, a break",
    );
    let columns = [
        (0.10, "time"),
        (0.28, "expected"),
        (0.34, "happened"),
        (0.28, "decided, by whom"),
    ];
    let mut table = Table::begin(document, y, &columns, continued);
    while table.has_room(document, HIGH_ROW + SIGNATURES) {
        table.row(document, HIGH_ROW, &[Cell::Blank; 4]);
    }
    table.y
}

fn signatures(document: &mut Document, y: f64) {
    let y = document.part(y, "Signatures", "after the lock was closed and tried");
    let width = document.content_width();
    let row = |number: f64| Area {
        x: MARGIN,
        y: y + 13.0 * number,
        width,
        height: 13.0,
    };
    document.signature(row(0.0), "Opened by", None);
    document.signature(row(1.0), "Witness", None);
    document.fields(
        row(2.0),
        &[
            (0.34, "entered in the ledger by", None),
            (0.40, "entry number", None),
            (0.26, "date, time, zone", None),
        ],
    );
}
