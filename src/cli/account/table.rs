//! A table of what people know of accounts.

use std::collections::BTreeMap;
use std::path::Path;

use super::set::{Entry, known};
use crate::cli::table_import::{in_file, in_line, needed, text, yes};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::exchange::table::{CsvTable, Row};
use crate::ledger::Session;
use crate::statement::account_id::AccountId;
use crate::statement::registry::{Answers, CredentialState, Credentials, Scp};
use crate::statement::text::Name;
use crate::statement::time::Date;

const COLUMNS: [&str; 11] = [
    "account",
    "credentials",
    "since",
    "evidence_digest",
    "shown_by",
    "scp",
    "scp_since",
    "scp_exempts",
    "answers",
    "contacts_checked",
    "note",
];

/// Every row as what the register is to have, in order of account.
///
/// # Errors
/// Usage, code `bad-csv`, naming file and line.
pub fn read(session: &Session, path: &Path) -> Result<Vec<Entry>> {
    let table = CsvTable::read(path)?;
    let checked = table.check_headings(&COLUMNS, &["account"]);
    checked.map_err(|error| in_file(path, error))?;
    let mut all: BTreeMap<AccountId, (u64, Entry)> = BTreeMap::new();
    for row in table.rows() {
        let wrong = |error| in_file(path, in_line(row, error));
        let entry = entry(session, &table, row).map_err(wrong)?;
        let account = entry.0.account;
        if let Some((line, _)) = all.insert(account, (row.line, entry)) {
            let twice = format!("{account} is on line {line} already");
            return Err(wrong(Error::usage("bad-csv", twice)));
        }
    }
    Ok(all.into_values().map(|(_, entry)| entry).collect())
}

fn entry(session: &Session, table: &CsvTable, row: &Row) -> Result<Entry> {
    let account = AccountId::new(needed(table, row, "account")?)?;
    let (mut facts, mut words) = known(session, account)?;
    if table.has("credentials") {
        facts.credentials = credentials(table, row)?;
    }
    if table.has("scp") {
        facts.scp = scp(table, row)?;
    }
    if table.has("answers") {
        let answers = table.cell(row, "answers");
        facts.answers = answers
            .map(|word| Answers::parse(word).ok_or_else(|| unknown("answers", word)))
            .transpose()?;
    }
    if table.has("contacts_checked") {
        facts.contacts_checked = date(table, row, "contacts_checked")?;
    }
    if table.has("shown_by") {
        words.evidence = text(table, row, "shown_by")?;
    }
    if table.has("note") {
        words.note = text(table, row, "note")?;
    }
    Ok((facts, words))
}

fn credentials(table: &CsvTable, row: &Row) -> Result<Option<Credentials>> {
    let Some(word) = table.cell(row, "credentials") else {
        return Ok(None);
    };
    let evidence = table.cell(row, "evidence_digest");
    Ok(Some(Credentials {
        state: CredentialState::parse(word).ok_or_else(|| unknown("credentials", word))?,
        since: date(table, row, "since")?,
        evidence: evidence.map(Digest::parse).transpose()?,
    }))
}

fn scp(table: &CsvTable, row: &Row) -> Result<Option<Scp>> {
    let Some(name) = table.cell(row, "scp") else {
        return Ok(None);
    };
    Ok(Some(Scp {
        name: Name::new(name)?,
        exempts_assumed_root: yes(table, row, "scp_exempts")?,
        since: Date::parse(needed(table, row, "scp_since")?)?,
    }))
}

fn date(table: &CsvTable, row: &Row, column: &str) -> Result<Option<Date>> {
    table.cell(row, column).map(Date::parse).transpose()
}

fn unknown(column: &str, word: &str) -> Error {
    let word = word.escape_debug();
    Error::usage(
        "bad-csv",
        format!("`{word}` under `{column}` is no such word"),
    )
    .hint("credentials: never-set, deleted or present; answers: not-set or recorded")
}
