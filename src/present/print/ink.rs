//! What is on one page, as a PDF content stream (ISO 32000-1, section 8.2), in memory that is wiped.
//!
//! Lengths are millimetres, counted from the page's upper left corner; type sizes are points.

use std::fmt::{self, Write};

use zeroize::Zeroizing;

/// Points in a millimetre.
pub const POINTS: f64 = 72.0 / 25.4;
/// Where a QR code's rectangles begin and end, so that they can be found again in the finished file.
pub const CODE_BEGINS: &str = "/Code BMC\n";
/// See [`CODE_BEGINS`].
pub const CODE_ENDS: &str = "EMC\n";

/// A shade, from 0 for black to 1 for white.
pub type Grey = f64;

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Area {
    /// The rectangle less a margin on all sides.
    #[must_use]
    pub fn inset(self, by: f64) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            width: self.width - 2.0 * by,
            height: self.height - 2.0 * by,
        }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy)]
pub struct Stroke {
    /// Its width in points.
    pub points: f64,
    /// Its shade.
    pub grey: Grey,
    /// Whether it is dashed.
    pub dashed: bool,
}

impl Stroke {
    /// A thin, pale line: rows, frames of what is secondary.
    pub const HAIR: Self = Self {
        points: 0.4,
        grey: 0.6,
        dashed: false,
    };
    /// A line that frames what is to be filled in.
    pub const FRAME: Self = Self {
        points: 0.6,
        grey: 0.25,
        dashed: false,
    };
    /// A line under a heading.
    pub const STRONG: Self = Self {
        points: 1.1,
        grey: 0.0,
        dashed: false,
    };
    /// Where the paper is folded.
    pub const FOLD: Self = Self {
        points: 0.5,
        grey: 0.45,
        dashed: true,
    };
}

/// One page's content.
pub struct Ink {
    bytes: Zeroizing<Vec<u8>>,
    page_height: f64,
}

impl Ink {
    /// An empty page.
    #[must_use]
    pub fn new(page_height: f64) -> Self {
        Self {
            bytes: Zeroizing::new(Vec::with_capacity(64 * 1024)),
            page_height,
        }
    }

    /// The stream.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.lines(stroke, std::iter::once((from, to)));
    }

    /// A rectangle's outline.
    pub fn frame(&mut self, area: Area, stroke: Stroke) {
        self.stroke(stroke);
        self.rectangle(area);
        self.put(format_args!("S\n"));
    }

    /// A filled rectangle.
    pub fn fill(&mut self, area: Area, grey: Grey) {
        self.put(format_args!("{grey:.2} g "));
        self.rectangle(area);
        self.put(format_args!("f\n"));
    }

    /// Begins a run of glyphs whose baseline starts at a place; [`Self::glyph`] adds to it.
    pub fn begin_glyphs(&mut self, font: &str, size: f64, grey: Grey, place: (f64, f64)) {
        let (x, y) = (x(place.0), self.y(place.1));
        self.put(format_args!(
            "{grey:.2} g BT /{font} {size:.2} Tf {x:.3} {y:.3} Td <"
        ));
    }

    /// Adds a glyph by its number in the font.
    pub fn glyph(&mut self, number: u16) {
        self.put(format_args!("{number:04X}"));
    }

    /// Ends a run of glyphs.
    pub fn end_glyphs(&mut self) {
        self.put(format_args!("> Tj ET\n"));
    }

    /// A QR code's dark modules, as one filled path of runs (column, row, length) that can be found
    /// again in the finished file. `corner` is the upper left module's.
    pub fn code(
        &mut self,
        corner: (f64, f64),
        module: f64,
        runs: impl Iterator<Item = (u32, u32, u32)>,
    ) {
        self.put(format_args!("{CODE_BEGINS}0.00 g\n"));
        for (column, row, length) in runs {
            self.rectangle(Area {
                x: corner.0 + module * f64::from(column),
                y: corner.1 + module * f64::from(row),
                width: module * f64::from(length),
                height: module,
            });
        }
        self.put(format_args!("f\n{CODE_ENDS}"));
    }

    /// Many straight lines of one kind.
    pub fn lines(&mut self, stroke: Stroke, lines: impl Iterator<Item = ((f64, f64), (f64, f64))>) {
        self.stroke(stroke);
        for (from, to) in lines {
            let (x0, y0) = (x(from.0), self.y(from.1));
            let (x1, y1) = (x(to.0), self.y(to.1));
            self.put(format_args!("{x0:.2} {y0:.2} m {x1:.2} {y1:.2} l\n"));
        }
        self.put(format_args!("S\n"));
    }

    fn rectangle(&mut self, area: Area) {
        let (left, bottom) = (x(area.x), self.y(area.y + area.height));
        let (width, height) = (x(area.width), x(area.height));
        self.put(format_args!(
            "{left:.3} {bottom:.3} {width:.3} {height:.3} re\n"
        ));
    }

    fn stroke(&mut self, stroke: Stroke) {
        let Stroke { points, grey, .. } = stroke;
        let dashes = if stroke.dashed { "[3 3]" } else { "[]" };
        self.put(format_args!("{points:.2} w {grey:.2} G {dashes} 0 d "));
    }

    /// PDF counts from below.
    fn y(&self, y: f64) -> f64 {
        (self.page_height - y) * POINTS
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Writing to memory doesn't fail.
        let _ = self.write_fmt(text);
    }
}

impl Write for Ink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.bytes.capacity() - self.bytes.len() < text.len() {
            // A vector that grows by itself leaves its old memory as it was.
            let mut larger = Vec::with_capacity(2 * (self.bytes.len() + text.len()));
            larger.extend_from_slice(&self.bytes);
            self.bytes = Zeroizing::new(larger);
        }
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// In points.
fn x(millimetres: f64) -> f64 {
    millimetres * POINTS
}
