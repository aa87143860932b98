//! A document while it is drawn: pages, text in lines, QR codes, footers.
//!
//! Everything is drawn into memory that is wiped. What is left behind unwiped is which characters
//! beside ASCII a document has, in the tables of its fonts.

use std::collections::BTreeSet;

use super::code;
use super::fonts::{Face, Font, replacement, with_replacements};
use super::ink::{Area, Grey, Ink, POINTS, Stroke};
use super::{Imprint, Paper, PrintError, Printed};
use super::{pdf, wrap};
use crate::crypto::secret::SecretText;
use crate::present::qr::{Drawing, Medium};

/// White at a page's left and right.
pub const MARGIN: f64 = 15.0;
/// How far above a page's lower edge its footer stands.
const FOOTER: f64 = 9.0;
/// Where a page's own content must end, above its lower edge.
pub const ABOVE_FOOTER: f64 = 15.0;
/// Millimetres in a point.
const POINT: f64 = 1.0 / POINTS;
/// From one line to the next, in type sizes.
const LEADING: f64 = 1.38;
/// How far below a line's upper edge its baseline is, in type sizes.
const ASCENT: f64 = 1.05;
/// The least side of a module on paper: below it, cheap scanners and old toner fail.
const LEAST_MODULE: f64 = 0.4;

/// How text is set.
#[derive(Clone, Copy)]
pub struct Type {
    /// In which face.
    pub face: Face,
    /// In points.
    pub size: f64,
    /// In which shade.
    pub grey: Grey,
}

impl Type {
    /// Black, in this face and size.
    #[must_use]
    pub const fn new(face: Face, size: f64) -> Self {
        Self {
            face,
            size,
            grey: 0.0,
        }
    }

    /// The same, paler: labels and what is secondary.
    #[must_use]
    pub const fn pale(self) -> Self {
        Self { grey: 0.38, ..self }
    }

    /// The height of a line, in millimetres.
    #[must_use]
    pub fn line(self) -> f64 {
        self.size * LEADING * POINT
    }

    /// How far below a line's upper edge its baseline is, in millimetres.
    #[must_use]
    pub fn ascent(self) -> f64 {
        self.size * ASCENT * POINT
    }
}

/// Pages that are drawn.
pub struct Document {
    /// A page's width in millimetres.
    pub width: f64,
    /// A page's height in millimetres.
    pub height: f64,
    title: &'static str,
    fonts: Vec<(Face, Font)>,
    pages: Vec<Ink>,
    /// The place of the page that is drawn on.
    page: usize,
    codes: Vec<SecretText>,
    undrawn: BTreeSet<char>,
    shortened: Vec<String>,
}

impl Document {
    /// With one empty page. `title` is what a viewer and a printer's queue show, so nothing of the
    /// content may be in it.
    ///
    /// # Errors
    /// [`PrintError::Fonts`].
    pub fn new(paper: Paper, title: &'static str) -> Result<Self, PrintError> {
        let (width, height) = paper.size();
        Self::of_size(width, height, title)
    }

    /// As [`Self::new`], on its side.
    ///
    /// # Errors
    /// [`PrintError::Fonts`].
    pub fn landscape(paper: Paper, title: &'static str) -> Result<Self, PrintError> {
        let (width, height) = paper.size();
        Self::of_size(height, width, title)
    }

    fn of_size(width: f64, height: f64, title: &'static str) -> Result<Self, PrintError> {
        let fonts = Face::ALL.map(|face| Font::open(face).map(|font| (face, font)));
        let fonts: Option<Vec<_>> = fonts.into_iter().collect();
        Ok(Self {
            width,
            height,
            title,
            fonts: fonts.ok_or(PrintError::Fonts)?,
            pages: vec![Ink::new(height)],
            page: 0,
            codes: Vec::new(),
            undrawn: BTreeSet::new(),
            shortened: Vec::new(),
        })
    }

    /// Begins another page, which all that follows is drawn on.
    pub fn next_page(&mut self) {
        self.page = self.pages.len();
        self.pages.push(Ink::new(self.height));
    }

    /// How wide the content may be.
    #[must_use]
    pub fn content_width(&self) -> f64 {
        self.width - 2.0 * MARGIN
    }

    /// Where the content must end.
    #[must_use]
    pub fn content_end(&self) -> f64 {
        self.height - ABOVE_FOOTER
    }

    /// A line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.with_ink(|ink| ink.line(from, to, stroke));
    }

    /// A rectangle's outline.
    pub fn frame(&mut self, area: Area, stroke: Stroke) {
        self.with_ink(|ink| ink.frame(area, stroke));
    }

    /// A filled rectangle.
    pub fn fill(&mut self, area: Area, grey: Grey) {
        self.with_ink(|ink| ink.fill(area, grey));
    }

    /// Many lines of one kind.
    pub fn lines_of(
        &mut self,
        stroke: Stroke,
        lines: impl Iterator<Item = ((f64, f64), (f64, f64))>,
    ) {
        self.with_ink(|ink| ink.lines(stroke, lines));
    }

    /// One line of text, its baseline beginning at a place. Returns how wide it is. No memory but the
    /// page's holds the text, as long as every character can be drawn.
    pub fn text(&mut self, place: (f64, f64), text: &str, set: Type) -> f64 {
        let (shown, unknown) = with_replacements(text, |c| self.knows(c));
        self.undrawn.extend(unknown);
        let mut used = 0.0;
        let mut rest = &*shown;
        while let Some(character) = rest.chars().next() {
            let face = self.face_for(set.face, character);
            let end = rest
                .find(|c| self.face_for(set.face, c) != face)
                .unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            used += self.run((place.0 + used, place.1), run, Type { face, ..set });
            rest = after;
        }
        used
    }

    /// As [`Self::text`], ending at a place.
    pub fn text_ending_at(&mut self, place: (f64, f64), text: &str, set: Type) {
        let width = self.measure(text, set);
        self.text((place.0 - width, place.1), text, set);
    }

    /// As [`Self::text`], with an ellipsis where it is wider than `width`; what was cut is reported.
    pub fn fitted(&mut self, place: (f64, f64), width: f64, text: &str, set: Type) -> f64 {
        if self.measure(text, set) <= width {
            return self.text(place, text, set);
        }
        let cut = self.cut(text, width, set);
        self.report_shortened(text);
        self.text(place, &cut, set)
    }

    /// Text in lines of `width`, the first line's upper edge at `place`. What goes beyond `most`
    /// lines is cut and reported. Returns where the last line ends.
    pub fn paragraph(
        &mut self,
        place: (f64, f64),
        width: f64,
        most: usize,
        text: &str,
        set: Type,
    ) -> f64 {
        let (shown, unknown) = with_replacements(text, |c| c == '\n' || self.knows(c));
        let broken = wrap::lines(&shown, width, most, |c| self.advance(c, set));
        let last = broken.lines.len().saturating_sub(1);
        let cut = (!broken.rest.is_empty()).then(|| {
            let line = broken.lines.last().copied().unwrap_or("");
            self.cut(&format!("{line} {}", broken.rest), width, set)
        });
        self.undrawn.extend(unknown);
        if cut.is_some() {
            self.report_shortened(text);
        }
        let mut y = place.1;
        for (number, line) in broken.lines.into_iter().enumerate() {
            let line = cut.as_deref().filter(|_| number == last).unwrap_or(line);
            self.text((place.0, y + set.ascent()), line, set);
            y += set.line();
        }
        y
    }

    /// Text in lines of `width`, to be drawn one by one; at most `most`. Whether that was all of it
    /// comes with them.
    pub fn broken(
        &mut self,
        width: f64,
        most: usize,
        text: &str,
        set: Type,
    ) -> (Vec<String>, bool) {
        let (shown, unknown) = with_replacements(text, |c| c == '\n' || self.knows(c));
        let broken = wrap::lines(&shown, width, most, |c| self.advance(c, set));
        let lines = broken.lines.iter().map(|line| (*line).to_owned()).collect();
        let whole = broken.rest.is_empty();
        self.undrawn.extend(unknown);
        (lines, whole)
    }

    /// How high a text is, broken into lines of `width`.
    #[must_use]
    pub fn height_of(&self, width: f64, text: &str, set: Type) -> f64 {
        let (shown, _) = with_replacements(text, |c| c == '\n' || self.knows(c));
        let broken = wrap::lines(&shown, width, usize::MAX, |c| self.advance(c, set));
        set.line() * u32::try_from(broken.lines.len()).map_or(f64::MAX, f64::from)
    }

    /// Adds to the texts that were too long for their place.
    pub fn report_shortened(&mut self, text: &str) {
        self.shortened.push(text.to_owned());
    }

    /// How many bytes of the start of a line fit into `width`; of its first character all.
    #[must_use]
    pub fn fits(&self, line: &str, width: f64, set: Type) -> usize {
        let first = line.chars().next().map_or(0, char::len_utf8);
        let drawn = |c: char| {
            if self.knows(c) {
                self.advance(c, set)
            } else {
                self.measure(&format!(" {} ", replacement(c)), set)
            }
        };
        wrap::fitting(line, width, drawn).len().max(first)
    }

    /// How wide one line of text is.
    #[must_use]
    pub fn measure(&self, text: &str, set: Type) -> f64 {
        let (shown, _) = with_replacements(text, |c| self.knows(c));
        shown.chars().map(|c| self.advance(c, set)).sum()
    }

    /// A QR code, level Q, its dark square `side` wide. Its quiet zone must stay white around that:
    /// an eighth of `side` for the 33 modules of the shortest key URI, less for all others.
    /// [`Self::finish`] reads it back.
    ///
    /// # Errors
    /// [`PrintError::Code`], and [`PrintError::CodeTooFine`] where a module would be too small.
    pub fn code(
        &mut self,
        corner: (f64, f64),
        side: f64,
        text: &SecretText,
    ) -> Result<(), PrintError> {
        let drawing = Drawing::new(text, Medium::Paper).map_err(PrintError::Code)?;
        let modules = u32::try_from(drawing.side()).map_err(|_| PrintError::CodeTooFine)?;
        let module = side / f64::from(modules);
        if module < LEAST_MODULE {
            return Err(PrintError::CodeTooFine);
        }
        self.codes.push(text.clone());
        self.with_ink(|ink| ink.code(corner, module, runs(&drawing)));
        Ok(())
    }

    /// The PDF, each page with its footer, each code read back from it.
    ///
    /// # Errors
    /// [`PrintError::Fonts`], [`PrintError::NotReadBack`].
    pub fn finish(mut self, imprint: &Imprint<'_>) -> Result<Printed, PrintError> {
        let count = self.pages.len();
        for page in 0..count {
            self.page = page;
            self.footer(imprint, count);
        }
        let size = (self.width, self.height);
        let pdf = pdf::write(self.title, size, &self.fonts, &self.pages)?;
        let read = code::read_all(pdf.expose()).ok_or(PrintError::NotReadBack)?;
        let drawn = self.codes.iter().map(SecretText::expose);
        if !read.iter().map(SecretText::expose).eq(drawn) {
            return Err(PrintError::NotReadBack);
        }
        Ok(Printed {
            pdf,
            pages: count,
            undrawn: self.undrawn.into_iter().collect(),
            shortened: self.shortened,
        })
    }

    fn footer(&mut self, imprint: &Imprint<'_>, count: usize) {
        let set = Type::new(Face::Regular, 7.5).pale();
        let baseline = self.height - FOOTER;
        let page = format!("page {} of {count}", self.page + 1);
        let right = self.width - MARGIN;
        let room = right - MARGIN - self.measure(&page, set) - 6.0;
        self.line(
            (MARGIN, baseline - 4.2),
            (right, baseline - 4.2),
            Stroke::HAIR,
        );
        self.text_ending_at((right, baseline), &page, set);
        let mut parts = vec![format!("{} · ledger {}", imprint.ledger, imprint.ledger_id)];
        parts.extend(imprint.entry.map(str::to_owned));
        parts.extend(imprint.checkpoint.map(|at| format!("checkpoint {at}")));
        parts.extend(imprint.printed.map(|when| format!("printed {when}")));
        self.fitted((MARGIN, baseline), room, &parts.join(" · "), set);
        if imprint.sample {
            let text = "SAMPLE   made-up data   SAMPLE";
            let set = Type::new(Face::Bold, 8.0);
            let place = (self.width - self.measure(text, set)) / 2.0;
            self.text((place, 8.0), text, set);
        }
    }

    /// Text of one face, which has all its characters.
    fn run(&mut self, place: (f64, f64), text: &str, set: Type) -> f64 {
        let font = self.fonts.iter_mut().find(|(face, _)| *face == set.face);
        let (Some((face, font)), Some(ink)) = (font, self.pages.get_mut(self.page)) else {
            return 0.0;
        };
        let (name, _) = face.names();
        ink.begin_glyphs(name, set.size, set.grey, place);
        let mut used = 0.0;
        for glyph in text.chars().filter_map(|c| font.glyph(c)) {
            ink.glyph(glyph.number);
            used += thousandths(glyph.width) * set.size * POINT;
        }
        ink.end_glyphs();
        used
    }

    /// The start of a text with an ellipsis, no wider than `width`.
    fn cut(&self, text: &str, width: f64, set: Type) -> String {
        let (shown, _) = with_replacements(text, |c| self.knows(c));
        let room = width - self.advance('…', set);
        let kept = wrap::fitting(&shown, room, |c| self.advance(c, set));
        format!("{}…", kept.trim_end())
    }

    /// The face that draws a character: the one asked for, or the first that has it.
    fn face_for(&self, asked: Face, character: char) -> Face {
        let has = |wanted: Face| {
            self.fonts
                .iter()
                .any(|(face, font)| *face == wanted && font.width(character).is_some())
        };
        std::iter::once(asked)
            .chain(Face::ALL)
            .find(|face| has(*face))
            .unwrap_or(asked)
    }

    fn knows(&self, character: char) -> bool {
        self.fonts
            .iter()
            .any(|(_, font)| font.width(character).is_some())
    }

    fn advance(&self, character: char, set: Type) -> f64 {
        let face = self.face_for(set.face, character);
        let font = self.fonts.iter().find(|(known, _)| *known == face);
        let width = font.and_then(|(_, font)| font.width(character));
        thousandths(width.unwrap_or(0)) * set.size * POINT
    }

    fn with_ink(&mut self, draw: impl FnOnce(&mut Ink)) {
        if let Some(ink) = self.pages.get_mut(self.page) {
            draw(ink);
        }
    }
}

/// The code's dark runs (column, row, length).
fn runs(drawing: &Drawing) -> impl Iterator<Item = (u32, u32, u32)> {
    let side = drawing.side();
    let place = |at: usize| u32::try_from(at).unwrap_or(0);
    (0..side).flat_map(move |row| {
        let mut found = Vec::new();
        let mut column = 0;
        while column < side {
            let length = (column..side)
                .take_while(|x| drawing.is_dark(*x, row))
                .count();
            if length > 0 {
                found.push((place(column), place(row), place(length)));
            }
            column += length.max(1);
        }
        found
    })
}

fn thousandths(width: u16) -> f64 {
    f64::from(width) / 1000.0
}
