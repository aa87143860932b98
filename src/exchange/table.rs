//! CSV as spreadsheets write it: any of three separators, with or without a byte order mark, quoted
//! cells with line breaks in them. What is wrong is said with its line.

use std::path::Path;

use crate::error::{Error, Result};
use crate::ledger::read_bounded;

/// The most bytes of a file.
pub const MAX_BYTES: u64 = 16 << 20;
/// The most rows.
pub const MAX_ROWS: usize = 100_000;
/// The most columns.
const MAX_COLUMNS: usize = 256;
/// The most characters of a cell.
const MAX_CELL: usize = 4096;

/// A table: a heading, and rows of as many cells.
#[derive(Clone, Debug)]
pub struct CsvTable {
    /// The file's bytes, for its digest.
    pub bytes: Vec<u8>,
    headings: Vec<String>,
    rows: Vec<Row>,
}

/// A row with the line that it begins on.
#[derive(Clone, Debug)]
pub struct Row {
    /// Counted from 1.
    pub line: u64,
    cells: Vec<String>,
}

impl CsvTable {
    /// Reads a file.
    ///
    /// # Errors
    /// Failed, not found; usage, code `bad-csv`, naming file and line.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = read_bounded(path, MAX_BYTES)?;
        Self::parse(bytes).map_err(|error| {
            Error::usage(
                "bad-csv",
                format!("{} is not a table that can be taken over", path.display()),
            )
            .because(error)
            .hint("save it as `CSV UTF-8`, with the names of its columns in the first line")
        })
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// Usage, code `bad-csv`, naming the line.
    pub fn parse(bytes: Vec<u8>) -> Result<Self> {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator(text))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text);
        let mut headings: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| unreadable(text, error))?;
            let line = line_of(text, record.position());
            if record.len() > MAX_COLUMNS {
                return Err(bad(line, "a table has at most 256 columns"));
            }
            let cells: Vec<String> = record.iter().map(str::to_owned).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            if cells.iter().any(|cell| cell.chars().count() > MAX_CELL) {
                return Err(bad(line, "a cell has more than 4,096 characters"));
            }
            match &headings {
                None => headings = Some(heading(line, &cells)?),
                Some(headings) if headings.len() != cells.len() => {
                    let (is, ought) = (cells.len(), headings.len());
                    return Err(bad(
                        line,
                        &format!("{is} cells, and the first line names {ought} columns"),
                    ));
                }
                Some(_) if rows.len() == MAX_ROWS => {
                    return Err(bad(line, "a table has at most 100,000 rows"));
                }
                Some(_) => rows.push(Row { line, cells }),
            }
        }
        Ok(Self {
            headings: headings.ok_or_else(|| bad(1, "it is empty"))?,
            bytes,
            rows,
        })
    }

    /// The names of the columns, in lower case.
    #[must_use]
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether there is a column of that name.
    #[must_use]
    pub fn has(&self, heading: &str) -> bool {
        self.headings.iter().any(|name| name == heading)
    }

    /// A row's cell under a heading; `None` where it is empty or there is no such column.
    #[must_use]
    pub fn cell<'t>(&self, row: &'t Row, heading: &str) -> Option<&'t str> {
        let place = self.headings.iter().position(|name| name == heading)?;
        row.cells
            .get(place)
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
    }

    /// Holds the columns to those that are known: a misspelt one would be left out in silence.
    ///
    /// # Errors
    /// Usage, code `bad-csv`.
    pub fn check_headings(&self, known: &[&str], needed: &[&str]) -> Result<()> {
        let unknown = self
            .headings
            .iter()
            .find(|name| !known.contains(&name.as_str()));
        if let Some(name) = unknown {
            return Err(
                bad(1, &format!("there is no column `{}`", name.escape_debug()))
                    .hint(format!("the columns are: {}", known.join(", "))),
            );
        }
        let missing = needed
            .iter()
            .find(|name| !self.headings.iter().any(|heading| heading == *name));
        match missing {
            Some(name) => Err(bad(1, &format!("the column `{name}` is missing"))
                .hint(format!("the columns are: {}", known.join(", ")))),
            None => Ok(()),
        }
    }
}

/// An error about one line.
#[must_use]
pub fn bad(line: u64, what: &str) -> Error {
    Error::usage("bad-csv", format!("line {line}: {what}"))
}

fn heading(line: u64, cells: &[String]) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::with_capacity(cells.len());
    for cell in cells {
        let name = cell.to_lowercase();
        if name.is_empty() || names.contains(&name) {
            return Err(bad(
                line,
                "the first line must name each column, with a name of its own",
            ));
        }
        names.push(name);
    }
    Ok(names)
}

/// What stands most often in the first line, outside quotes.
fn separator(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    for byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            byte => {
                for (separator, count) in &mut counts {
                    *count += usize::from(separator == byte);
                }
            }
        }
    }
    // Of equals the first: a comma where there is nothing to go by.
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(separator, _)| separator)
}

/// The line that a record begins on. Its position is where the one before it has ended: that may be
/// within a line's end, and before empty lines.
fn line_of(text: &[u8], position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else {
        return 1;
    };
    let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let between = text.iter().skip(from);
    let ends = between.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let lines = ends.filter(|byte| **byte == b'\n').count();
    position.line() + u64::try_from(lines).unwrap_or(0)
}

fn unreadable(text: &[u8], error: csv::Error) -> Error {
    let line = line_of(text, error.position());
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => bad(line, "it is not UTF-8 text"),
        _ => bad(line, "it can't be read").because(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> CsvTable {
        CsvTable::parse(text.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn spreadsheets_of_three_kinds_are_read() {
        for text in [
            "Name,Left\nErin,2026-01-31\n",
            "\u{feff}name;left\r\nErin;2026-01-31\r\n",
            "name\tleft\n\nErin\t2026-01-31",
            "\"name\",\"left\"\n\" Erin \",\"2026-01-31\"\n,\n",
        ] {
            let table = parse(text);
            let [row] = table.rows() else {
                panic!("{text}")
            };
            assert_eq!(table.cell(row, "name"), Some("Erin"), "{text}");
            assert_eq!(table.cell(row, "left"), Some("2026-01-31"), "{text}");
        }
    }

    #[test]
    fn a_quoted_cell_has_commas_and_line_breaks() {
        let table = parse("name,note\n\"Doe, Jane\",\"two\nlines\"\nBob,\n");
        let [jane, bob] = table.rows() else { panic!() };
        assert_eq!(table.cell(jane, "name"), Some("Doe, Jane"));
        assert_eq!(table.cell(jane, "note"), Some("two\nlines"));
        assert_eq!((bob.line, table.cell(bob, "note")), (4, None));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line) in [
            ("", "line 1: it is empty"),
            ("name,name\n", "line 1: the first line"),
            ("name,\n", "line 1: the first line"),
            ("name,left\nErin\n", "line 2: 1 cells"),
        ] {
            let error = CsvTable::parse(text.as_bytes().to_vec()).unwrap_err();
            assert!(error.message().starts_with(line), "{text}: {error}");
        }
        let error = CsvTable::parse(b"name\nErin\nM\xfcller\n".to_vec()).unwrap_err();
        assert_eq!(error.message(), "line 3: it is not UTF-8 text");
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        for (text, line) in [
            ("name\nErin\n", 2),
            ("name\r\nErin\r\n", 2),
            ("\u{feff}name\r\n\r\n\r\nErin", 4),
            ("\n\nname\n\nErin\n", 5),
            ("name,note\r\nBob,\"two\r\nlines\"\r\nErin,\r\n", 4),
        ] {
            let lines: Vec<u64> = parse(text).rows().iter().map(|row| row.line).collect();
            assert_eq!(lines.last(), Some(&line), "{text:?}");
        }
        let error = CsvTable::parse(b"name\r\nErin\r\nM\xfcller\r\n".to_vec()).unwrap_err();
        assert_eq!(error.message(), "line 3: it is not UTF-8 text");
    }

    #[test]
    fn a_table_of_commas_is_refused_before_it_is_taken_apart() {
        let error = CsvTable::parse(vec![b','; 1 << 20]).unwrap_err();
        assert!(error.message().contains("256 columns"), "{error}");
    }

    #[test]
    fn a_misspelt_column_is_not_left_out() {
        let table = parse("nmae\nErin\n");
        let error = table.check_headings(&["name"], &["name"]).unwrap_err();
        assert!(error.message().contains("`nmae`"));
        let error = parse("note\nx\n")
            .check_headings(&["name", "note"], &["name"])
            .unwrap_err();
        assert!(error.message().contains("`name` is missing"));
    }
}
