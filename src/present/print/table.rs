//! Tables that go on over pages.

use super::blocks::{BODY, LABEL};
use super::document::{Document, MARGIN, Type};
use super::fonts::Face;
use super::ink::{Area, Stroke};

/// Where a page that continues a table has its title.
const CONTINUED_AT: f64 = 18.0;
/// Where its content begins.
pub const CONTENT_AT: f64 = CONTINUED_AT + 4.0;
/// White between a cell's frame and its text.
const PADDING: f64 = 1.5;
/// The most lines of a cell.
const MOST_LINES: u8 = 40;

/// What is in a cell.
#[derive(Clone, Copy)]
pub enum Cell<'a> {
    /// Text.
    Text(&'a str, Type),
    /// A small square to tick for each text.
    Ticks(&'a [&'a str]),
    /// Room to write.
    Blank,
}

/// A table while it is drawn.
pub struct Table<'a> {
    columns: Vec<(f64, &'a str)>,
    continued: &'a str,
    /// Where the next row begins.
    pub y: f64,
}

impl<'a> Table<'a> {
    /// Draws the column titles at `y`. Columns are shares of the page's width. `continued` is the
    /// title of the pages that follow.
    pub fn begin(
        document: &mut Document,
        y: f64,
        columns: &[(f64, &'a str)],
        continued: &'a str,
    ) -> Self {
        let whole: f64 = columns.iter().map(|(share, _)| share).sum();
        let width = document.content_width();
        let mut table = Self {
            columns: columns
                .iter()
                .map(|(share, title)| (width * share / whole, *title))
                .collect(),
            continued,
            y,
        };
        table.titles(document);
        table
    }

    /// Draws a row, on the next page where there is no room for it on this one.
    pub fn row(&mut self, document: &mut Document, least: f64, cells: &[Cell<'_>]) {
        let natural = self.height_of(document, cells);
        let height = natural.max(least);
        if !self.has_room(document, height) {
            self.y = next_page(document, self.continued);
            self.titles(document);
        }
        let mut x = MARGIN;
        for ((width, _), cell) in self.columns.iter().zip(cells) {
            let area = Area {
                x,
                y: self.y,
                width: *width,
                height,
            };
            draw_cell(document, area, (height - natural) / 2.0, *cell);
            x += width;
        }
        self.y += height;
        let end = MARGIN + document.content_width();
        document.line((MARGIN, self.y), (end, self.y), Stroke::HAIR);
    }

    /// Whether a row of this height fits on the page.
    pub fn has_room(&self, document: &Document, height: f64) -> bool {
        self.y + height <= document.content_end()
    }

    /// Where what follows may begin: below, or on the next page where it needs more room than is
    /// left.
    pub fn end(self, document: &mut Document, needs: f64) -> f64 {
        if self.has_room(document, needs) {
            self.y
        } else {
            next_page(document, self.continued)
        }
    }

    fn titles(&mut self, document: &mut Document) {
        let set = Type::new(Face::Bold, 7.5);
        let mut x = MARGIN;
        for (width, title) in &self.columns {
            document.fitted((x + PADDING, self.y + 3.6), width - 2.0, title, set);
            x += width;
        }
        self.y += 5.2;
        let end = MARGIN + document.content_width();
        document.line((MARGIN, self.y), (end, self.y), Stroke::STRONG);
    }

    fn height_of(&self, document: &Document, cells: &[Cell<'_>]) -> f64 {
        let heights = self.columns.iter().zip(cells).map(|((width, _), cell)| {
            let inner = match cell {
                Cell::Text(text, set) => document
                    .height_of(width - 2.0 * PADDING, text, *set)
                    .min(set.line() * f64::from(MOST_LINES)),
                Cell::Ticks(_) | Cell::Blank => BODY.line(),
            };
            inner + 2.0 * PADDING
        });
        heights.fold(0.0, f64::max)
    }
}

/// `lower`: how far its text is moved down, where the row is higher than its text.
fn draw_cell(document: &mut Document, area: Area, lower: f64, cell: Cell<'_>) {
    match cell {
        Cell::Text(text, set) => {
            let place = (area.x + PADDING, area.y + PADDING + lower);
            let width = area.width - 2.0 * PADDING;
            document.paragraph(place, width, usize::from(MOST_LINES), text, set);
        }
        Cell::Ticks(texts) => {
            let baseline = area.y + PADDING + lower + BODY.line() * 0.76;
            let mut x = area.x + PADDING;
            for text in texts {
                x = document.tick((x, baseline), text, LABEL) + 2.2;
            }
        }
        Cell::Blank => {
            for x in [area.x, area.x + area.width] {
                document.line((x, area.y), (x, area.y + area.height), Stroke::HAIR);
            }
        }
    }
}

/// Begins a page with a title that says what it continues. Returns where its content begins.
pub fn next_page(document: &mut Document, continued: &str) -> f64 {
    document.next_page();
    let set = Type::new(Face::Bold, 11.0);
    let width = document.content_width();
    document.fitted((MARGIN, CONTINUED_AT), width, continued, set);
    CONTENT_AT
}
