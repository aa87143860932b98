//! What is registered in one location, to be compared with what lies there.
//!
//! Two people go through it, tick, note what else they find, and sign.

use super::blocks::{BODY, LABEL, NUMBER, TITLE, VALUE};
use super::document::{Document, MARGIN};
use super::ink::Area;
use super::table::{Cell, Table};
use super::{Imprint, Paper, PrintError, Printed};

/// How much room the note and the signatures at the end take.
const CLOSE: f64 = 52.5;

/// What is registered.
pub struct Inventory<'a> {
    /// The location's id.
    pub location: &'a str,
    /// What stands under its name: kind, site, time zone, who has the combination or key.
    pub facts: &'a [(&'a str, &'a str)],
    /// When the register said so, with its zone.
    pub as_of: &'a str,
    /// Its items.
    pub items: &'a [Item<'a>],
}

/// One item.
pub struct Item<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is.
    pub kind: &'a str,
    /// The secret or account that it is for.
    pub serves: &'a str,
    /// Its bag's number.
    pub bag: Option<&'a str>,
    /// When it was sealed, by whom, and who watched.
    pub sealed: Option<Sealed<'a>>,
    /// Here, out, due for a check.
    pub state: &'a str,
}

/// A sealing.
pub struct Sealed<'a> {
    /// When.
    pub at: &'a str,
    /// By whom.
    pub by: &'a str,
    /// Who watched.
    pub witness: Option<&'a str>,
}

/// Draws it, on as many pages as it needs, on their sides.
///
/// # Errors
/// [`PrintError`].
pub fn draw(
    inventory: &Inventory<'_>,
    imprint: &Imprint<'_>,
    paper: Paper,
) -> Result<Printed, PrintError> {
    let mut document = Document::landscape(paper, "Inventory of a location")?;
    let y = head(&mut document, inventory);
    let continued = format!("Inventory of {}, continued", inventory.location);
    let columns = [
        (0.11, "item"),
        (0.12, "kind"),
        (0.20, "for"),
        (0.13, "bag"),
        (0.17, "sealed"),
        (0.11, "state"),
        (0.16, "found"),
    ];
    let mut table = Table::begin(&mut document, y, &columns, &continued);
    for item in inventory.items {
        let sealed = item.sealed.as_ref().map_or_else(String::new, |sealed| {
            let witness = sealed
                .witness
                .map_or_else(String::new, |name| format!("\nwitness {name}"));
            format!("{}\nby {}{witness}", sealed.at, sealed.by)
        });
        table.row(
            &mut document,
            9.0,
            &[
                Cell::Text(item.id, NUMBER),
                Cell::Text(item.kind, BODY),
                Cell::Text(item.serves, BODY),
                Cell::Text(item.bag.unwrap_or("\u{2013}"), NUMBER),
                Cell::Text(&sealed, BODY),
                Cell::Text(item.state, BODY),
                Cell::Ticks(&["there", "bag", "seal"]),
            ],
        );
    }
    let y = table.end(&mut document, CLOSE);
    close(&mut document, y, inventory.items.len());
    document.finish(imprint)
}

fn head(document: &mut Document, inventory: &Inventory<'_>) -> f64 {
    let right = MARGIN + document.content_width();
    let y = 20.0;
    document.text_ending_at((right, y), inventory.as_of, VALUE);
    let taken = document.measure(inventory.as_of, VALUE) + 8.0;
    let room = right - MARGIN - taken;
    let title = format!("Inventory of {}", inventory.location);
    document.fitted((MARGIN, y), room, &title, TITLE);
    let mut x = MARGIN;
    let mut y = y + 7.0;
    for (label, value) in inventory.facts {
        let width = document.measure(label, LABEL) + 2.0 + document.measure(value, VALUE);
        if x > MARGIN && x + width > right {
            (x, y) = (MARGIN, y + 5.0);
        }
        x += document.text((x, y), label, LABEL) + 2.0;
        x += document.fitted((x, y), right - x, value, VALUE) + 7.0;
    }
    y = document.paragraph(
        (MARGIN, y + 2.5),
        right - MARGIN,
        2,
        "Read each number from the bag itself, not from this list, and only then compare. Tick: it \
         is there; the bag has this number; the seal is whole. What is not so is an incident: note \
         it below and record it before anything else is touched.",
        BODY.pale(),
    );
    y + 3.0
}

fn close(document: &mut Document, y: f64, items: usize) {
    let width = document.content_width();
    let count = match items {
        0 => "Nothing is registered here.".to_owned(),
        1 => "End of the list: 1 item.".to_owned(),
        _ => format!("End of the list: {items} items."),
    };
    document.text((MARGIN, y + 5.0), &count, BODY);
    let area = |y: f64, height: f64| Area {
        x: MARGIN,
        y,
        width,
        height,
    };
    document.field(
        area(y + 8.0, 18.0),
        "Found and not on the list; missing; another number; a broken seal",
        None,
    );
    document.signature(area(y + 28.0, 12.0), "Counted by", None);
    document.signature(area(y + 40.0, 12.0), "Witnessed by", None);
}
