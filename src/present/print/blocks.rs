//! What the sheets are put together from: headings, facts, steps, boxes to fill in.

use super::document::{Document, Type};
use super::fonts::Face;
use super::ink::{Area, Stroke};

/// A sheet's title.
pub const TITLE: Type = Type::new(Face::Bold, 20.0);
/// A part's title.
pub const HEADING: Type = Type::new(Face::Bold, 11.0);
/// Running text.
pub const BODY: Type = Type::new(Face::Regular, 9.0);
/// A value beside its label.
pub const VALUE: Type = Type::new(Face::Regular, 9.5);
/// A value that is compared or typed.
pub const NUMBER: Type = Type::new(Face::Mono, 9.5);
/// A label.
pub const LABEL: Type = Type::new(Face::Regular, 7.5).pale();

/// The room for a label beside its value.
const LABEL_WIDTH: f64 = 17.5;
/// Below a fact.
const FACT_GAP: f64 = 1.1;

impl Document {
    /// How high a value beside its label is, all of it.
    pub fn fact_height(&self, width: f64, text: &str, set: Type) -> f64 {
        self.height_of(width - LABEL_WIDTH, text, set) + FACT_GAP
    }

    /// A value beside its label, in lines of its own where it is long; at most `most`. Returns where
    /// it ends.
    pub fn fact(
        &mut self,
        place: (f64, f64),
        width: f64,
        label: &str,
        value: (&str, Type, usize),
    ) -> f64 {
        let (text, set, most) = value;
        // The label stands on the value's first baseline.
        let lower = (set.line() - LABEL.line()) * 0.76;
        self.paragraph((place.0, place.1 + lower), LABEL_WIDTH, 1, label, LABEL);
        let value_width = width - LABEL_WIDTH;
        self.paragraph(
            (place.0 + LABEL_WIDTH, place.1),
            value_width,
            most,
            text,
            set,
        ) + FACT_GAP
    }

    /// Numbered steps. Returns where they end.
    pub fn steps(&mut self, place: (f64, f64), width: f64, steps: &[&str], set: Type) -> f64 {
        const INDENT: f64 = 5.0;
        const MOST_LINES: usize = 4;
        let mut y = place.1;
        for (number, step) in (1..).zip(steps) {
            let label = Type {
                face: Face::Bold,
                ..set
            };
            self.paragraph((place.0, y), INDENT, 1, &number.to_string(), label);
            y = self.paragraph((place.0 + INDENT, y), width - INDENT, MOST_LINES, step, set) + 1.0;
        }
        y
    }

    /// A box to be filled in by hand, with its label in its upper left corner and, where one is
    /// known, what stands in it already.
    pub fn field(&mut self, area: Area, label: &str, known: Option<&str>) {
        self.frame(area, Stroke::FRAME);
        let inner = area.width - 3.0;
        self.fitted((area.x + 1.5, area.y + 3.2), inner, label, LABEL);
        if let Some(known) = known {
            let baseline = area.y + area.height - 2.6;
            self.fitted((area.x + 1.5, baseline), inner, known, VALUE);
        }
    }

    /// A row of [`Self::field`]s that fill a width, each with its share of it.
    pub fn fields(&mut self, row: Area, fields: &[(f64, &str, Option<&str>)]) {
        let whole: f64 = fields.iter().map(|(share, ..)| share).sum();
        let mut x = row.x;
        for (share, label, known) in fields {
            let width = row.width * share / whole;
            self.field(Area { x, width, ..row }, label, *known);
            x += width;
        }
    }

    /// A small square to tick, its lower left corner on a baseline, and what it means. Returns where
    /// the text ends.
    pub fn tick(&mut self, place: (f64, f64), text: &str, set: Type) -> f64 {
        const SIDE: f64 = 2.8;
        let square = Area {
            x: place.0,
            y: place.1 - SIDE + 0.3,
            width: SIDE,
            height: SIDE,
        };
        self.frame(square, Stroke::FRAME);
        place.0 + SIDE + 1.4 + self.text((place.0 + SIDE + 1.4, place.1), text, set)
    }

    /// Where a person signs: name, signature, date and time.
    pub fn signature(&mut self, area: Area, role: &str, name: Option<&str>) {
        self.fields(
            area,
            &[
                (0.34, &format!("{role}: name"), name),
                (0.40, "signature", None),
                (0.26, "date, time, zone", None),
            ],
        );
    }

    /// A part's title over a line. Returns where what follows may begin.
    pub fn part(&mut self, y: f64, title: &str, note: &str) -> f64 {
        let (left, width) = (super::document::MARGIN, self.content_width());
        let used = self.text((left, y + 4.0), title, HEADING);
        let room = width - used - 4.0;
        self.fitted((left + used + 3.0, y + 4.0), room, note, LABEL);
        y + 6.0
    }
}
