//! A text that a command needs: given by a flag, or asked for at the terminal.

use super::terminal::Terminal;
use crate::error::Result;
use crate::statement::text::Text;

/// A text that is there, or that somebody can be asked for once the ledger is open.
pub struct Asked<'a> {
    given: Option<Text>,
    question: &'a str,
    flag: &'a str,
}

impl<'a> Asked<'a> {
    /// Holds what was given to its form, and refuses what nobody can be asked for: before anything
    /// is unlocked.
    pub fn new(
        terminal: &Terminal,
        given: Option<&String>,
        question: &'a str,
        flag: &'a str,
    ) -> Result<Self> {
        let given = given.cloned().map(Text::new).transpose()?;
        if given.is_none() {
            terminal.askable(question, flag)?;
        }
        Ok(Self {
            given,
            question,
            flag,
        })
    }

    /// The text.
    pub fn text(self, terminal: &Terminal) -> Result<Text> {
        match self.given {
            Some(text) => Ok(text),
            None => Text::new(terminal.ask(self.question, self.flag)?),
        }
    }
}
