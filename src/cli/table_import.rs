//! Rows of a spreadsheet, taken over into the register: each new or changed row is an entry of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::error::{Error, Result};
use crate::exchange::table::{CsvTable, Row};
use crate::ledger::{People, Session};
use crate::present::custody;
use crate::statement::Claim;
use crate::statement::text::Text;

/// What every table is taken over with.
#[derive(Debug, Args)]
pub struct TableFile {
    /// The table, as CSV
    pub file: PathBuf,
    /// Only say what would change
    #[arg(long)]
    pub preview: bool,
}

/// How a row stands to the register.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not in it.
    New,
    /// It is in it, and differs.
    Changed,
    /// It is in it just so.
    Same,
}

/// A kind of table.
pub trait Rows {
    /// What its output is called: `location.import`.
    const SCHEMA: &'static str;
    /// Its columns.
    const COLUMNS: &'static [&'static str];
    /// Those that it must have.
    const NEEDED: &'static [&'static str];

    /// What a row claims.
    fn claim(table: &CsvTable, row: &Row, session: &Session, people: &People) -> Result<Claim>;
    /// How that stands to the register.
    fn standing(session: &Session, claim: &Claim) -> Result<Standing>;
}

/// Takes a table over: all of it or nothing.
pub fn run<R: Rows>(context: &Context, command: &TableFile) -> Result<Done> {
    let table = CsvTable::read(&command.file)?;
    table
        .check_headings(R::COLUMNS, R::NEEDED)
        .map_err(|error| in_file(&command.file, error))?;
    let mut session = if command.preview {
        context.open()?
    } else {
        context.open_to_act()?
    };
    let people = session.people()?;
    let mut wanted = Vec::new();
    let mut lines: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut new, mut changed, mut same) = (0u64, 0u64, 0u64);
    for row in table.rows() {
        if let Some(id) = table.cell(row, "id")
            && let Some(line) = lines.insert(id, row.line)
        {
            let twice = format!("`{}` is on line {line} already", id.escape_debug());
            let error = in_line(row, Error::usage("bad-csv", twice));
            return Err(in_file(&command.file, error));
        }
        let claim = R::claim(&table, row, &session, &people)
            .map_err(|error| in_file(&command.file, in_line(row, error)))?;
        let word = match R::standing(&session, &claim)? {
            Standing::New => {
                new += 1;
                "new"
            }
            Standing::Changed => {
                changed += 1;
                "changed"
            }
            Standing::Same => {
                same += 1;
                continue;
            }
        };
        context.say(&format!(
            "line {}, {word}: {}",
            row.line,
            custody::claim(&claim, &people)
        ));
        if word == "changed" {
            let mut lines = Vec::new();
            custody::details(&claim, &people, &mut lines);
            lines.iter().for_each(|line| context.say(line));
        }
        wanted.push((row.line, claim));
    }
    let fields = json!({"new": new, "changed": changed, "same": same});
    let headline = format!("{new} new, {changed} changed, {same} as before");
    if command.preview || wanted.is_empty() {
        if context.global.json {
            output::object(R::SCHEMA, fields)?;
        } else {
            output::data(&format!("{headline}\n"))?;
        }
        return Ok(Done::Yes);
    }
    context.terminal.confirm("Take this over?")?;
    let (lines, claims): (Vec<u64>, Vec<Claim>) = wanted.into_iter().unzip();
    let entered = session.enter_all(claims, |place, error| {
        let line = lines.get(place).copied().unwrap_or_default();
        error.because(format!(
            "in {}, line {line}; nothing was entered",
            command.file.display()
        ))
    })?;
    match entered.last() {
        Some(last) => context.report(session, last, &headline, fields),
        None => Ok(Done::Yes),
    }
}

/// A cell that has to be there.
pub fn needed<'t>(table: &'t CsvTable, row: &'t Row, column: &str) -> Result<&'t str> {
    table
        .cell(row, column)
        .ok_or_else(|| Error::usage("bad-csv", format!("the cell under `{column}` is empty")))
}

/// A cell with a text.
pub fn text(table: &CsvTable, row: &Row, column: &str) -> Result<Option<Text>> {
    table.cell(row, column).map(Text::new).transpose()
}

/// A cell with several values, between semicolons or commas.
pub fn several(table: &CsvTable, row: &Row, column: &str) -> Vec<String> {
    table
        .cell(row, column)
        .unwrap_or_default()
        .split([';', ','])
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A cell with yes or no; empty is no.
pub fn yes(table: &CsvTable, row: &Row, column: &str) -> Result<bool> {
    match table
        .cell(row, column)
        .unwrap_or("no")
        .to_lowercase()
        .as_str()
    {
        "yes" | "y" | "true" | "1" | "x" => Ok(true),
        "no" | "n" | "false" | "0" => Ok(false),
        other => Err(Error::usage(
            "bad-csv",
            format!(
                "`{}` under `{column}` is neither yes nor no",
                other.escape_debug()
            ),
        )),
    }
}

/// An error about a row, with its line.
pub fn in_line(row: &Row, error: Error) -> Error {
    let line = format!("line {}: {}", row.line, error.message());
    let mut named = Error::usage("bad-csv", line);
    for hint in error.hints() {
        named = named.hint(hint.clone());
    }
    named
}

/// An error about a table, with its file.
pub fn in_file(path: &Path, error: Error) -> Error {
    error.because(format!("in {}; nothing was entered", path.display()))
}
