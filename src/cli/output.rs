//! What goes to stdout and stderr: data to one, talk to the other.

use std::io::Write;

use serde_json::{Value, json};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::error::{Error, Result};
use crate::ledger::Entered;

/// How a command ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// All is done.
    Yes,
    /// Done, and something wants attention.
    Attention,
    /// `verify` has found problems and said so.
    Problems,
    /// Done in part; what was not has said why, and has this exit status.
    InPart(u8),
}

impl Done {
    /// Its exit status.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::Attention => 6,
            Self::Problems => 4,
            Self::InPart(code) => code,
        }
    }
}

/// Writes data to stdout. A closed pipe ends quietly: nobody reads any more.
pub fn data(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            Err(Error::failed("cannot-write", "cannot write to standard output").because(error))
        }
    }
}

/// Writes talk to stderr.
pub fn talk(text: &str) {
    // Where nobody can be told, there is nobody to tell that either.
    let _unheard = writeln!(std::io::stderr().lock(), "{text}");
}

/// Clears the window, and what was scrolled out of it where the terminal can do that.
pub fn clear_screen() {
    let all = "\x1b[H\x1b[2J\x1b[3J";
    let mut stderr = std::io::stderr().lock();
    // Where nobody can be shown anything, there is nothing to clear.
    let _gone = stderr
        .write_all(all.as_bytes())
        .and_then(|()| stderr.flush());
}

/// Writes one JSON object.
pub fn object(schema: &str, mut fields: Value) -> Result<()> {
    if let Some(map) = fields.as_object_mut() {
        map.insert("schema".to_owned(), json!(format!("rootkeep/v1/{schema}")));
    }
    data(&format!("{}\n", spelt(&fields)))
}

/// The fields that every command that appends reports.
pub fn entered_fields(entered: &Entered) -> Value {
    json!({
        "id": entered.id,
        "seq": entered.seq,
        "kind": entered.kind.as_str(),
        "leaf": entered.leaf,
        "effective": entered.effective,
        "needs": entered.needs,
        "checkpoint": {"size": entered.size, "root": entered.root},
    })
}

/// Puts the fields of `more` into `base`.
pub fn merge(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

/// An error for people or for scripts.
pub fn print_error(error: &Error, json: bool) {
    if json {
        talk(&spelt(&json!({"error": {
            "code": error.code(),
            "message": error.message(),
            "causes": error.causes(),
            "hints": error.hints(),
        }})));
        return;
    }
    talk(&format!(
        "error: {} [{}]",
        plain(error.message()),
        error.code()
    ));
    for cause in error.causes() {
        talk(&format!("  because: {}", plain(cause)));
    }
    for hint in error.hints() {
        talk(&format!("  try: {}", plain(hint)));
    }
}

/// What was typed wrongly, in the words of the argument parser.
pub fn print_usage(rendered: &str, json: bool) {
    let text = plain(rendered.trim_end());
    if !json {
        talk(&text);
        return;
    }
    let mut paragraphs = text.split("\n\n").map(str::trim);
    let message = paragraphs.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    talk(&spelt(&json!({"error": {
        "code": "usage",
        "message": message,
        "causes": [],
        "hints": paragraphs.collect::<Vec<_>>(),
    }})));
}

/// JSON in one line, in which what a terminal would obey is escaped.
fn spelt(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if obeyed(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// Whether a terminal would not show it but move its cursor, reorder a line, or hide something.
fn obeyed(c: char) -> bool {
    c.is_control() || crate::crypto::unseen::is_unseen(c)
}

/// Text from outside, without what a terminal would obey; line breaks stay.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if obeyed(c) && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// One line of a description. Where a text in it has line breaks, a bar marks what belongs to it:
/// nobody can make a purpose look like another line of the statement.
///
/// A line longer than the window is cut by this program, so that what follows has its bar too.
pub fn item(text: &str) -> String {
    wrapped(&plain(text), columns().unwrap_or(usize::MAX))
}

fn wrapped(text: &str, width: usize) -> String {
    const BAR: &str = "          | ";
    let room = width.saturating_sub(BAR.len()).max(20);
    let mut lines = Vec::new();
    for (place, line) in text.split('\n').enumerate() {
        let mut rest = line;
        loop {
            let first = place == 0 && rest.len() == line.len();
            let fits = if first { width.max(20) } else { room };
            let (head, tail) = cut(rest, fits);
            lines.push(format!("{}{head}", if first { "" } else { BAR }));
            if tail.is_empty() {
                break;
            }
            rest = tail;
        }
    }
    lines.join("\n")
}

/// As many whole words as fit into so many columns, and the rest.
pub fn cut(text: &str, fits: usize) -> (&str, &str) {
    let Some(end) = too_wide_from(text, fits) else {
        return (text, "");
    };
    let (head, _) = text.split_at(end);
    match head
        .rfind(' ')
        .filter(|space| !head[..*space].trim().is_empty())
    {
        Some(space) => (&text[..space], text[space..].trim_start_matches(' ')),
        None => text.split_at(end),
    }
}

/// Where the first character is that no longer fits into so many columns; the very first always does.
fn too_wide_from(text: &str, fits: usize) -> Option<usize> {
    let mut used = 0;
    for (place, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > fits && place > 0 {
            return Some(place);
        }
    }
    None
}

/// As much of the end as fits into so many columns.
pub fn tail(text: &str, fits: usize) -> &str {
    let (mut used, mut from) = (0, text.len());
    for (place, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > fits {
            break;
        }
        from = place;
    }
    text.get(from..).unwrap_or("")
}

/// How many columns the window has, where standard error is one.
pub fn columns() -> Option<usize> {
    window(|size| size.ws_col)
}

/// How many lines it has.
pub fn rows() -> Option<usize> {
    window(|size| size.ws_row)
}

fn window(extent: fn(rustix::termios::Winsize) -> u16) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    let extent = extent(size);
    (extent > 0).then(|| usize::from(extent))
}

/// A text of somebody's own in one line: line breaks of theirs would look like lines of ours.
pub fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" / ")
}

/// A number of things, in words.
pub fn count(number: u64, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// Rows as a table with aligned columns, each in one line.
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| one_line(cell)).collect())
        .collect();
    let width = |text: &str| text.width();
    let mut widths: Vec<usize> = headings.iter().map(|heading| width(heading)).collect();
    for row in &rows {
        for (known, cell) in widths.iter_mut().zip(row) {
            *known = (*known).max(width(cell));
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (cell, known) in cells.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(known.saturating_sub(width(cell)) + 2));
        }
        format!("{}\n", text.trim_end())
    };
    let mut text = line(headings.to_vec());
    for row in &rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_by_the_columns_that_it_takes() {
        assert_eq!(cut("one two three", 8), ("one two", "three"));
        assert_eq!(cut("日本語の鍵", 6), ("日本語", "の鍵"));
        assert_eq!(cut("日本語の鍵", 7), ("日本語", "の鍵"));
        assert_eq!(cut("e\u{301}e\u{301}", 2), ("e\u{301}e\u{301}", ""));
        // However narrow, something is shown.
        assert_eq!(cut("日本", 1), ("日", "本"));
        assert_eq!(tail("日本語の鍵", 5), "の鍵");
        assert_eq!(tail("abc", 9), "abc");
    }

    #[test]
    fn columns_of_a_table_are_as_wide_as_they_look() {
        let rows = [["日本", "x"], ["a", "y"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&["N", "M"], &rows), "N     M\n日本  x\na     y\n");
    }
}
