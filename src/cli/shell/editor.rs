//! The line that is typed: rustyline's, with the shell's own completion, and a history that is only in
//! memory.

use std::borrow::Cow;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use rustyline::Helper;
use rustyline::completion::Pair;
use rustyline::config::Config;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::{History, SearchDirection, SearchResult};
use rustyline::validate::Validator;
use zeroize::Zeroizing;

use super::complete::{Completer, Room};
use crate::cli::attention::Attention;
use crate::cli::kept::Kept;
use crate::cli::output;
use crate::error::{Error, Result};

/// How many lines are remembered.
const REMEMBERED: usize = 500;

/// What came of waiting for a line.
pub enum Typed {
    /// A line, by Enter.
    Line(Zeroizing<String>),
    /// A line that is not to count: Ctrl-C.
    Dropped,
    /// Ctrl-D, or the terminal went away.
    End,
    /// Nobody has typed for too long.
    Nobody,
}

/// Reads lines while the shell is unlocked. What it remembers goes with it.
pub struct LineEditor {
    editor: rustyline::Editor<Aid, Lines>,
    attention: Arc<Attention>,
}

impl LineEditor {
    /// On the terminal, wherever input and output go.
    pub fn new(kept: Rc<Kept>, attention: Arc<Attention>) -> Result<Self> {
        let config = Config::builder()
            .behavior(rustyline::Behavior::PreferTerm)
            .completion_type(rustyline::CompletionType::List)
            .completion_prompt_limit(usize::MAX)
            .build();
        let mut editor =
            rustyline::Editor::with_history(config, Lines::default()).map_err(no_terminal)?;
        editor.set_helper(Some(Aid {
            completer: Completer::new(kept),
            attention: Arc::clone(&attention),
        }));
        Ok(Self { editor, attention })
    }

    /// Waits for a line.
    pub fn read(&mut self, prompt: &str) -> Result<Typed> {
        self.attention.input();
        let read = self.editor.readline(prompt).map(Zeroizing::new);
        self.attention.input_ended();
        // Whatever ended the line was heard.
        self.attention.answered();
        if self.attention.was_lost() {
            return Ok(Typed::Nobody);
        }
        match read {
            Ok(line) => {
                self.editor.history_mut().remember(&line);
                Ok(Typed::Line(line))
            }
            Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => Ok(Typed::Dropped),
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(error) => Err(no_terminal(error)),
        }
    }
}

fn no_terminal(error: ReadlineError) -> Error {
    Error::failed("cannot-read", "cannot read what is typed").because(error)
}

/// What the editor asks while somebody types.
struct Aid {
    completer: Completer,
    attention: Arc<Attention>,
}

impl Helper for Aid {}

impl Validator for Aid {}

impl rustyline::completion::Completer for Aid {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        self.attention.input();
        let room = Room {
            columns: output::columns().unwrap_or(80),
            // The line itself stays in sight.
            lines: output::rows().unwrap_or(24).saturating_sub(3),
        };
        Ok(self.completer.complete(line, position, room))
    }
}

/// There are no hints; but whoever changes the line is there.
impl Hinter for Aid {
    type Hint = String;

    fn hint(&self, _: &str, _: usize, _: &rustyline::Context<'_>) -> Option<String> {
        self.attention.input();
        None
    }
}

/// There are no colours; but whoever moves in the line is there.
impl Highlighter for Aid {
    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.attention.input();
        false
    }
}

/// The lines of this session: never in a file, wiped when dropped.
#[derive(Default)]
struct Lines(Vec<Zeroizing<String>>);

impl Lines {
    fn remember(&mut self, line: &str) {
        let again = self.0.last().is_some_and(|last| last.as_str() == line);
        if line.trim().is_empty() || again {
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.remove(0);
        }
        self.0.push(Zeroizing::new(line.to_owned()));
    }

    fn result(&self, at: usize, position: usize) -> Option<SearchResult<'_>> {
        self.0.get(at).map(|line| SearchResult {
            entry: Cow::Borrowed(line.as_str()),
            idx: at,
            pos: position,
        })
    }

    /// The nearest line from `start` on in which `find` finds a place.
    fn nearest(
        &self,
        start: usize,
        direction: SearchDirection,
        find: impl Fn(&str) -> Option<usize>,
    ) -> Option<SearchResult<'_>> {
        let found = |at: usize| self.result(at, find(self.0.get(at)?)?);
        match direction {
            SearchDirection::Forward => (start..self.0.len()).find_map(found),
            SearchDirection::Reverse => (0..=start).rev().find_map(found),
        }
    }
}

type Found<'h> = rustyline::Result<Option<SearchResult<'h>>>;

impl History for Lines {
    fn get(&self, index: usize, _: SearchDirection) -> Found<'_> {
        Ok(self.result(index, 0))
    }

    fn add(&mut self, line: &str) -> rustyline::Result<bool> {
        self.remember(line);
        Ok(true)
    }

    fn add_owned(&mut self, line: String) -> rustyline::Result<bool> {
        self.add(&Zeroizing::new(line))
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn set_max_len(&mut self, _: usize) -> rustyline::Result<()> {
        Ok(())
    }

    fn ignore_dups(&mut self, _: bool) -> rustyline::Result<()> {
        Ok(())
    }

    fn ignore_space(&mut self, _: bool) {}

    fn save(&mut self, _: &Path) -> rustyline::Result<()> {
        Err(no_file())
    }

    fn append(&mut self, _: &Path) -> rustyline::Result<()> {
        Err(no_file())
    }

    fn load(&mut self, _: &Path) -> rustyline::Result<()> {
        Err(no_file())
    }

    fn clear(&mut self) -> rustyline::Result<()> {
        self.0.clear();
        Ok(())
    }

    fn search(&self, term: &str, start: usize, direction: SearchDirection) -> Found<'_> {
        Ok(self.nearest(start, direction, |line| {
            line.find(term).filter(|_| !term.is_empty())
        }))
    }

    fn starts_with(&self, term: &str, start: usize, direction: SearchDirection) -> Found<'_> {
        Ok(self.nearest(start, direction, |line| {
            (!term.is_empty() && line.starts_with(term)).then_some(term.len())
        }))
    }
}

/// What was typed is in no file.
fn no_file() -> ReadlineError {
    std::io::Error::from(std::io::ErrorKind::Unsupported).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Lines {
        let mut lines = Lines::default();
        texts.iter().for_each(|text| lines.remember(text));
        lines
    }

    #[test]
    fn a_line_is_remembered_once_in_a_row_and_an_empty_one_never() {
        let lines = lines(&["status", "status", " ", "", "log", "status"]);
        let kept: Vec<&str> = lines.0.iter().map(|line| line.as_str()).collect();
        assert_eq!(kept, ["status", "log", "status"]);
    }

    #[test]
    fn no_more_is_remembered_than_fits() {
        let many: Vec<String> = (0..REMEMBERED + 3).map(|n| format!("show {n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let lines = lines(&many);
        assert_eq!(lines.len(), REMEMBERED);
        let first = lines.get(0, SearchDirection::Forward).unwrap().unwrap();
        assert_eq!(first.entry, "show 3");
        assert!(
            lines
                .get(REMEMBERED, SearchDirection::Forward)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_line_is_found_by_a_part_and_by_its_beginning_both_ways() {
        use SearchDirection::{Forward, Reverse};
        let lines = lines(&["sign 4eb2", "log", "sign 77aa"]);
        let found = |result: Found<'_>| result.unwrap().map(|found| (found.idx, found.pos));
        assert_eq!(found(lines.search("sign", 2, Reverse)), Some((2, 0)));
        assert_eq!(found(lines.search("sign", 1, Reverse)), Some((0, 0)));
        assert_eq!(found(lines.search("77", 0, Forward)), Some((2, 5)));
        assert_eq!(found(lines.search("", 0, Forward)), None);
        assert_eq!(found(lines.search("log", 0, Reverse)), None);
        assert_eq!(found(lines.starts_with("lo", 2, Reverse)), Some((1, 2)));
        assert_eq!(found(lines.starts_with("og", 2, Reverse)), None);
    }

    #[test]
    fn nothing_writes_it_to_a_file() {
        let mut lines = lines(&["status"]);
        let path = Path::new("history");
        assert!(
            lines.save(path).is_err() && lines.append(path).is_err() && lines.load(path).is_err()
        );
        assert!(!path.exists());
    }
}
