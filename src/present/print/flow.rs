//! Blocks one under the other, over as many pages as they need. A block stays whole where a page holds
//! it.

use super::blocks::LABEL;
use super::document::{Document, MARGIN, Type};
use super::fonts::Face;
use super::ink::{Area, Grey, Stroke};
use super::table;

/// The most lines of one text: whoever writes it can't fill pages without end.
const MOST_LINES: usize = 120;
/// Where so much is left of a page, a block that no page holds begins on it.
const BEGINS_IN: f64 = 60.0;
/// The height of a column's title.
pub const TITLES: f64 = 5.2;
/// Behind what was recorded.
const TINT: Grey = 0.93;
/// How far a command stands in, and what of it goes on below.
const INDENT: f64 = 4.0;

/// A line of a block.
struct Row {
    height: f64,
    tinted: bool,
    parts: Vec<Part>,
}

/// What stands in a line, from the left margin on.
enum Part {
    Text(f64, String, Type),
    /// A line to write on.
    Rule(f64, f64),
    /// A small square to tick.
    Tick(f64),
}

/// What belongs together.
#[derive(Default)]
pub struct Block {
    rows: Vec<Row>,
    tinted: bool,
}

impl Block {
    /// What follows has a pale ground, or none.
    pub fn tint(&mut self, tinted: bool) {
        self.tinted = tinted;
    }

    /// White.
    pub fn gap(&mut self, height: f64) {
        self.rows.push(Row {
            height,
            tinted: self.tinted,
            parts: Vec::new(),
        });
    }

    /// Room to write, on a line.
    pub fn rule(&mut self, x: f64, width: f64) {
        self.gap(8.0);
        if let Some(row) = self.rows.last_mut() {
            row.parts.push(Part::Rule(x, x + width));
        }
    }

    /// A small square to tick, beside line `row`.
    pub fn tick(&mut self, row: usize, x: f64) {
        if let Some(row) = self.rows.get_mut(row) {
            row.parts.push(Part::Tick(x));
        }
    }

    /// At which line the block is.
    pub fn at(&self) -> usize {
        self.rows.len()
    }

    /// Text in lines of `width`. A line that begins with four spaces is a command.
    pub fn text(&mut self, document: &mut Document, (x, width): (f64, f64), text: &str, set: Type) {
        let before = self.rows.len();
        let mut blank = true;
        for line in text.split('\n') {
            let left = MOST_LINES.saturating_sub(self.rows.len() - before);
            if left == 0 {
                self.cut(document, text);
                return;
            }
            if line.trim().is_empty() {
                // Several are one.
                if !blank {
                    self.gap(set.line() / 2.0);
                }
                blank = true;
                continue;
            }
            blank = false;
            let whole = match line.strip_prefix("    ") {
                Some(command) => {
                    let mono = Type::new(Face::Mono, set.size - 1.0);
                    self.command(
                        document,
                        (x + INDENT, width - INDENT),
                        left,
                        (command, mono),
                    )
                }
                None => {
                    let (lines, whole) = document.broken(width, left, line, set);
                    lines.into_iter().for_each(|line| self.line(x, line, set));
                    whole
                }
            };
            if !whole {
                self.cut(document, text);
                return;
            }
        }
    }

    /// What of it goes on below stands further in.
    fn command(
        &mut self,
        document: &mut Document,
        (x, width): (f64, f64),
        most: usize,
        (text, set): (&str, Type),
    ) -> bool {
        let (lines, whole) = document.broken(width - INDENT, most, text.trim_start(), set);
        for (number, line) in lines.into_iter().enumerate() {
            let x = if number == 0 { x } else { x + INDENT };
            self.line(x, line, set);
        }
        whole
    }

    /// Lines that stay as they are: where one is too long, what goes on below stands further in.
    pub fn verbatim(&mut self, document: &Document, (x, width): (f64, f64), text: &str, set: Type) {
        for line in text.lines() {
            let mut rest = line;
            let mut further = 0.0;
            while !rest.is_empty() {
                let fits = document.fits(rest, width - further, set);
                let (now, then) = rest.split_at_checked(fits).unwrap_or((rest, ""));
                self.line(x + further, now.to_owned(), set);
                (rest, further) = (then, INDENT);
            }
            if line.is_empty() {
                self.gap(set.line());
            }
        }
    }

    fn line(&mut self, x: f64, text: String, set: Type) {
        self.rows.push(Row {
            height: set.line(),
            tinted: self.tinted,
            parts: vec![Part::Text(x, text, set)],
        });
    }

    fn cut(&mut self, document: &mut Document, text: &str) {
        document.report_shortened(text);
        if let Some(Row { parts, .. }) = self.rows.last_mut()
            && let Some(Part::Text(_, last, _)) = parts.last_mut()
        {
            last.push('\u{2026}');
        }
    }

    /// Puts a text beside what stands from line `row` on, in lines of its own.
    pub fn beside(
        &mut self,
        document: &mut Document,
        row: usize,
        (x, width): (f64, f64),
        text: &str,
        set: Type,
    ) {
        let (lines, whole) = document.broken(width, 3, text, set);
        if !whole {
            document.report_shortened(text);
        }
        for (at, line) in (row..).zip(lines) {
            if at >= self.rows.len() {
                self.gap(set.line());
            }
            if let Some(row) = self.rows.get_mut(at) {
                row.height = row.height.max(set.line());
                row.parts.push(Part::Text(x, line, set));
            }
        }
    }

    /// How high it is.
    pub fn height(&self) -> f64 {
        self.rows.iter().map(|row| row.height).sum()
    }
}

/// How wide a block may be beside these columns.
pub fn beside(document: &Document, columns: &[(f64, &str)]) -> f64 {
    document.content_width() - columns.iter().map(|(width, _)| width).sum::<f64>()
}

/// Pages that are filled from above.
pub struct Flow<'a> {
    continued: &'a str,
    columns: &'a [(f64, &'a str)],
    /// Where what follows begins.
    pub y: f64,
}

impl<'a> Flow<'a> {
    /// From `y` on. `continued` is the title of the pages that follow.
    pub fn begin(y: f64, continued: &'a str) -> Self {
        Self {
            continued,
            columns: &[],
            y,
        }
    }

    /// What follows has columns at its right, in millimetres, each with its title.
    pub fn columns(&mut self, document: &mut Document, columns: &'a [(f64, &'a str)]) {
        self.columns = columns;
        self.titles(document);
    }

    /// What follows has the whole width again.
    pub fn end_columns(&mut self) {
        self.columns = &[];
    }

    fn width(&self, document: &Document) -> f64 {
        beside(document, self.columns)
    }

    /// The title of a part, which stays with the first `needs` of what follows where a page holds them.
    pub fn part(&mut self, document: &mut Document, title: &str, note: &str, needs: f64) {
        const TITLE: f64 = 7.0;
        self.y += 4.0;
        let most = document.content_end() - table::CONTENT_AT;
        self.make_room(document, (TITLE + needs).min(most));
        self.y = document.part(self.y, title, note) + 1.0;
    }

    /// Goes on with the next page where there is less room than that.
    pub fn make_room(&mut self, document: &mut Document, height: f64) {
        if self.y + height > document.content_end() {
            self.next_page(document);
        }
    }

    /// Begins the next page.
    pub fn next_page(&mut self, document: &mut Document) {
        self.y = table::next_page(document, self.continued);
        if !self.columns.is_empty() {
            self.titles(document);
        }
    }

    /// Draws a block: on the next page where this one has no room for it; over several where none has.
    pub fn block(&mut self, document: &mut Document, block: &Block) {
        let height = block.height();
        let left = document.content_end() - self.y;
        let fits_on_one = height <= document.content_end() - table::CONTENT_AT - TITLES;
        if height > left && (fits_on_one || left < BEGINS_IN) {
            self.next_page(document);
        }
        let mut from = self.y;
        for row in &block.rows {
            if self.y + row.height > document.content_end() {
                self.frame(document, from);
                self.next_page(document);
                from = self.y;
            }
            self.row(document, row);
        }
        self.frame(document, from);
    }

    fn row(&mut self, document: &mut Document, row: &Row) {
        if row.tinted {
            let ground = Area {
                x: MARGIN,
                y: self.y,
                width: document.content_width(),
                height: row.height,
            };
            document.fill(ground, TINT);
        }
        for part in &row.parts {
            match part {
                Part::Text(x, text, set) => {
                    // What is smaller than its line's largest stands on the same baseline.
                    let lower = (row.height - set.line()).max(0.0) * 0.76;
                    let baseline = self.y + lower + set.ascent();
                    document.text((MARGIN + x, baseline), text, *set);
                }
                Part::Tick(x) => {
                    let baseline = self.y + row.height * 0.76;
                    document.tick((MARGIN + x, baseline), "", LABEL);
                }
                Part::Rule(from, to) => {
                    let y = self.y + row.height - 1.0;
                    document.line((MARGIN + from, y), (MARGIN + to, y), Stroke::FRAME);
                }
            }
        }
        self.y += row.height;
    }

    /// Lines round the columns, and below.
    fn frame(&self, document: &mut Document, from: f64) {
        if self.columns.is_empty() {
            return;
        }
        let mut x = MARGIN + self.width(document);
        for (width, _) in self.columns {
            document.line((x, from), (x, self.y), Stroke::HAIR);
            x += width;
        }
        document.line((MARGIN, self.y), (x, self.y), Stroke::FRAME);
    }

    fn titles(&mut self, document: &mut Document) {
        let set = Type::new(Face::Bold, LABEL.size);
        let mut x = MARGIN + self.width(document);
        for (width, title) in self.columns {
            document.fitted((x + 1.5, self.y + 3.6), width - 2.0, title, set);
            x += width;
        }
        self.y += TITLES;
        document.line((MARGIN, self.y), (x, self.y), Stroke::STRONG);
    }
}
