//! Mailboxes and phones: two kinds of one thing, which custodians and others reach, for accounts.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use super::context::Context;
use super::location::custodians;
use super::output::{self, Done};
use super::table_import::{self, Rows, Standing, TableFile};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::exchange::table::{CsvTable, Row};
use crate::ledger::{People, Session};
use crate::state::records::{Record, list as records, read};
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// A kind of contact, in its words.
pub trait Contact {
    /// As it stands in the state.
    type Record: Record;
    /// What it is: `mailbox`.
    const WORD: &'static str;
    /// Several of it, in JSON.
    const MANY: &'static str;
    /// Where it is reached: `address`.
    const REACHED: &'static str;
    /// Custodians who reach it: `members`.
    const PEOPLE: &'static str;
    /// Whether it is tested, by a call.
    const TESTED: bool;
    /// The error where it is there already.
    const KNOWN: &'static str;
    /// The error where it is not.
    const UNKNOWN: &'static str;
    /// The name of an import's output.
    const IMPORT: &'static str;
    /// The columns of a table.
    const COLUMNS: &'static [&'static str];
    /// Those that it must have.
    const NEEDED: &'static [&'static str];

    /// What a record has.
    fn read(record: Self::Record) -> Entry;
    /// What a claim has, where it is of this kind.
    fn read_claim(claim: &Claim) -> Option<Entry>;
    /// The claim that registers it.
    fn claim(entry: Entry, personal: Reached) -> Claim;
}

/// One, as the register has it.
#[derive(PartialEq, Eq)]
pub struct Entry {
    pub name: Name,
    pub people: Vec<Id>,
    pub accounts: Vec<AccountId>,
    pub tested: Option<Date>,
    pub closed: bool,
    /// `None` once it was erased.
    pub personal: Option<Reached>,
}

/// Where one is reached, and who does besides the custodians.
#[derive(PartialEq, Eq)]
pub struct Reached {
    pub at: Text,
    pub others: Vec<Text>,
}

/// What was typed of one; what is empty stays as it was.
pub struct Typed {
    pub id: String,
    pub reached: Option<String>,
    pub people: Vec<String>,
    pub others: Vec<String>,
    pub accounts: Vec<String>,
    pub tested: Option<String>,
    pub closed: Option<bool>,
}

/// `mailbox add`, `phone set` and so on.
pub fn enter<C: Contact>(context: &Context, typed: &Typed, new: bool) -> Result<Done> {
    let (word, name) = (C::WORD, Name::new(&*typed.id)?);
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let before = find::<C>(&session, &name)?;
    match (&before, new) {
        (Some(_), true) => {
            return Err(
                Error::refused(C::KNOWN, format!("there is a {word} `{name}`"))
                    .hint(format!("to change it: rootkeep {word} set {name}")),
            );
        }
        (None, false) => {
            return Err(
                Error::not_found(C::UNKNOWN, format!("there is no {word} `{name}`"))
                    .hint(format!("rootkeep {word} list")),
            );
        }
        _ => {}
    }
    let claim = typed.claim::<C>(name.clone(), before, &people)?;
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("registered the {word} {name}");
    let fields: Map<String, Value> = [(word.to_owned(), json!(name))].into_iter().collect();
    context.report(session, &entered, &headline, Value::Object(fields))
}

fn find<C: Contact>(session: &Session, name: &Name) -> Result<Option<Entry>> {
    Ok(read::<C::Record>(&session.view(), name.as_str())?.map(C::read))
}

impl Typed {
    fn claim<C: Contact>(
        &self,
        name: Name,
        before: Option<Entry>,
        people: &People,
    ) -> Result<Claim> {
        let mut entry = before.unwrap_or(Entry {
            name,
            people: Vec::new(),
            accounts: Vec::new(),
            tested: None,
            closed: false,
            personal: None,
        });
        let (at, others) = match entry.personal.take() {
            Some(personal) => (Some(personal.at), personal.others),
            None => (None, Vec::new()),
        };
        let at = match (&self.reached, at) {
            (Some(typed), _) => Text::new(typed.clone())?,
            (None, Some(at)) => at,
            (None, None) => {
                let (word, reached) = (C::WORD, C::REACHED);
                return Err(
                    Error::usage("missing-value", format!("a {word} has its {reached}"))
                        .hint(format!("--{reached} TEXT")),
                );
            }
        };
        let others = if self.others.is_empty() {
            others
        } else {
            texts(&self.others)?
        };
        if !self.people.is_empty() {
            entry.people = custodians(people, &self.people)?;
        }
        if !self.accounts.is_empty() {
            entry.accounts = accounts(&self.accounts)?;
        }
        if let Some(date) = &self.tested {
            entry.tested = Some(Date::parse(date)?);
        }
        entry.closed = self.closed.unwrap_or(entry.closed);
        Ok(C::claim(entry, Reached { at, others }))
    }
}

fn texts(all: &[String]) -> Result<Vec<Text>> {
    all.iter().map(|text| Text::new(text.clone())).collect()
}

fn accounts(ids: &[String]) -> Result<Vec<AccountId>> {
    let mut accounts = ids
        .iter()
        .map(AccountId::new)
        .collect::<Result<Vec<AccountId>>>()?;
    accounts.sort();
    accounts.dedup();
    Ok(accounts)
}

/// `mailbox list`, `phone list`.
pub fn list<C: Contact>(context: &Context, schema: &str) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let all: Vec<Entry> = records::<C::Record>(&session.view(), "")?
        .into_iter()
        .map(|(_, record)| C::read(record))
        .collect();
    if context.global.json {
        let all: Vec<Value> = all
            .iter()
            .map(|entry| fields::<C>(entry, &people))
            .collect();
        let many: Map<String, Value> = [(C::MANY.to_owned(), json!(all))].into_iter().collect();
        output::object(schema, Value::Object(many))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all.iter().map(|entry| row::<C>(entry, &people)).collect();
    let headings = [C::WORD, C::REACHED, C::PEOPLE, "accounts"].map(str::to_uppercase);
    let mut headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    if C::TESTED {
        headings.push("TESTED");
    }
    headings.push("");
    output::data(&output::table(&headings, &rows))?;
    Ok(Done::Yes)
}

fn fields<C: Contact>(entry: &Entry, people: &People) -> Value {
    let personal = entry.personal.as_ref();
    let names: Vec<String> = entry.people.iter().map(|id| people.name(id)).collect();
    let mut fields: Map<String, Value> = [
        ("id", json!(entry.name)),
        (C::REACHED, json!(personal.map(|personal| &personal.at))),
        (C::PEOPLE, json!(names)),
        ("others", json!(personal.map(|personal| &personal.others))),
        ("accounts", json!(entry.accounts)),
        ("closed", json!(entry.closed)),
    ]
    .map(|(field, value)| (field.to_owned(), value))
    .into_iter()
    .collect();
    if C::TESTED {
        fields.insert("tested".to_owned(), json!(entry.tested));
    }
    Value::Object(fields)
}

fn row<C: Contact>(entry: &Entry, people: &People) -> Vec<String> {
    let personal = entry.personal.as_ref();
    let others = personal.iter().flat_map(|personal| &personal.others);
    let who: Vec<String> = entry
        .people
        .iter()
        .map(|id| people.name(id))
        .chain(others.map(ToString::to_string))
        .collect();
    let mut cells = vec![
        entry.name.to_string(),
        output::plain(personal.map_or("", |personal| personal.at.as_str())),
        output::plain(&who.join(", ")),
        entry.accounts.len().to_string(),
    ];
    if C::TESTED {
        let tested = entry.tested.map(|date| date.to_string());
        cells.push(tested.unwrap_or_else(|| "never".to_owned()));
    }
    cells.push(if entry.closed { "closed" } else { "" }.to_owned());
    cells
}

/// `mailbox import`, `phone import`.
pub fn import<C: Contact>(context: &Context, file: &TableFile) -> Result<Done> {
    table_import::run::<Table<C>>(context, file)
}

/// Contacts of one kind in a table.
struct Table<C>(PhantomData<C>);

impl<C: Contact> Rows for Table<C> {
    const SCHEMA: &'static str = C::IMPORT;
    const COLUMNS: &'static [&'static str] = C::COLUMNS;
    const NEEDED: &'static [&'static str] = C::NEEDED;

    fn claim(table: &CsvTable, row: &Row, session: &Session, people: &People) -> Result<Claim> {
        let id = table_import::needed(table, row, "id")?.to_owned();
        let name = Name::new(&*id)?;
        let typed = Typed {
            id,
            reached: Some(table_import::needed(table, row, C::REACHED)?.to_owned()),
            people: table_import::several(table, row, C::PEOPLE),
            others: table_import::several(table, row, "others"),
            accounts: table_import::several(table, row, "accounts"),
            tested: table.cell(row, "tested").map(str::to_owned),
            closed: table
                .has("closed")
                .then(|| table_import::yes(table, row, "closed"))
                .transpose()?,
        };
        // A column that the table does not have changes nothing; an empty cell empties.
        let before = find::<C>(session, &name)?.map(|mut before| {
            if table.has(C::PEOPLE) {
                before.people.clear();
            }
            if table.has("accounts") {
                before.accounts.clear();
            }
            if table.has("tested") {
                before.tested = None;
            }
            if let Some(personal) = before.personal.as_mut().filter(|_| table.has("others")) {
                personal.others.clear();
            }
            before
        });
        typed.claim::<C>(name, before, people)
    }

    fn standing(session: &Session, claim: &Claim) -> Result<Standing> {
        let Some(entry) = C::read_claim(claim) else {
            return Ok(Standing::New);
        };
        Ok(match find::<C>(session, &entry.name)? {
            None => Standing::New,
            Some(before) if before == entry => Standing::Same,
            Some(_) => Standing::Changed,
        })
    }
}
