//! `phone …`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::location::custodians;
use super::output::{self, Done};
use super::table_import::{self, Rows, Standing, TableFile};
use crate::error::{Error, Result};
use crate::exchange::table::{CsvTable, Row};
use crate::ledger::{People, Session};
use crate::state::places::PhoneRecord;
use crate::state::records::{list as records, read};
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::register::{Phone, PhonePersonal};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// `phone …`.
#[derive(Debug, Subcommand)]
pub enum PhoneCommand {
    /// Register a phone
    #[command(
        after_help = "Examples:\n  rootkeep phone add root-1 --number \"+44 20 7946 0000\" --holder alice --holder bob"
    )]
    Add(PhoneFlags),
    /// Change what the register has of a phone
    #[command(after_help = "Examples:\n  rootkeep phone set root-1 --holder alice")]
    Set(PhoneFlags),
    /// Every phone
    #[command(after_help = "Examples:\n  rootkeep phone list")]
    List,
    /// Take phones over from a table
    ///
    /// Its columns: id, number, holders, others, accounts, tested, closed.
    #[command(after_help = "Examples:\n  rootkeep phone import phones.csv --preview")]
    Import(TableFile),
}

/// `phone add`, `phone set`: what is not given stays as it was.
#[derive(Debug, Args)]
pub struct PhoneFlags {
    /// Its name in the register, for good
    id: String,
    /// Its number
    #[arg(long, value_name = "TEXT")]
    number: Option<String>,
    /// A custodian who answers it (repeatable)
    #[arg(long, value_name = "NAME")]
    holder: Vec<String>,
    /// Somebody else who can (repeatable)
    #[arg(long, value_name = "TEXT")]
    other: Vec<String>,
    /// An account that it belongs to (repeatable)
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<String>,
    /// When it was last called and answered
    #[arg(long, value_name = "DATE")]
    tested: Option<String>,
    /// Whether it is out of use
    #[arg(long, value_name = "BOOL")]
    closed: Option<bool>,
}

pub fn run(context: &Context, command: PhoneCommand) -> Result<Done> {
    match command {
        PhoneCommand::Add(flags) => enter(context, &flags, true),
        PhoneCommand::Set(flags) => enter(context, &flags, false),
        PhoneCommand::List => list(context),
        PhoneCommand::Import(file) => table_import::run::<PhoneRows>(context, &file),
    }
}

fn enter(context: &Context, flags: &PhoneFlags, new: bool) -> Result<Done> {
    let name = Name::new(&*flags.id)?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let before = read::<PhoneRecord>(&session.view(), name.as_str())?;
    match (&before, new) {
        (Some(_), true) => {
            return Err(
                Error::refused("phone-known", format!("there is a phone `{name}`"))
                    .hint(format!("to change it: rootkeep phone set {name}")),
            );
        }
        (None, false) => {
            return Err(
                Error::not_found("no-phone", format!("there is no phone `{name}`"))
                    .hint("rootkeep phone list"),
            );
        }
        _ => {}
    }
    let claim = flags.claim(name.clone(), before, &people)?;
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("registered the phone {name}");
    context.report(session, &entered, &headline, json!({"phone": name}))
}

impl PhoneFlags {
    fn claim(&self, name: Name, before: Option<PhoneRecord>, people: &People) -> Result<Claim> {
        let (facts, personal) = match before {
            Some(before) => (Some(before.facts), before.personal),
            None => (None, None),
        };
        let number = match (&self.number, &personal) {
            (Some(text), _) => Text::new(text.clone())?,
            (None, Some(personal)) => personal.number.clone(),
            (None, None) => {
                return Err(
                    Error::usage("missing-value", "a phone has a number").hint("--number TEXT")
                );
            }
        };
        let others = if self.other.is_empty() {
            personal.map_or_else(Vec::new, |personal| personal.others)
        } else {
            texts(&self.other)?
        };
        let holders = match &facts {
            Some(facts) if self.holder.is_empty() => facts.holders.clone(),
            _ => custodians(people, &self.holder)?,
        };
        let accounts = match &facts {
            Some(facts) if self.account.is_empty() => facts.accounts.clone(),
            _ => accounts(&self.account)?,
        };
        let tested = match &self.tested {
            Some(date) => Some(Date::parse(date)?),
            None => facts.as_ref().and_then(|facts| facts.tested),
        };
        let closed = self
            .closed
            .unwrap_or_else(|| facts.as_ref().is_some_and(|facts| facts.closed));
        Ok(Claim::PhoneSet(
            Phone {
                phone: name,
                holders,
                accounts,
                tested,
                closed,
            },
            Some(PhonePersonal { number, others }),
        ))
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

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let all = records::<PhoneRecord>(&session.view(), "")?;
    if context.global.json {
        let all: Vec<Value> = all
            .iter()
            .map(|(name, record)| {
                let (facts, personal) = (&record.facts, record.personal.as_ref());
                json!({
                    "id": name, "number": personal.map(|personal| &personal.number),
                    "holders": facts.holders.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
                    "others": personal.map(|personal| &personal.others),
                    "accounts": facts.accounts, "tested": facts.tested, "closed": facts.closed,
                })
            })
            .collect();
        output::object("phone.list", json!({"phones": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(name, record)| {
            let personal = record.personal.as_ref();
            let mut who: Vec<String> = record
                .facts
                .holders
                .iter()
                .map(|id| people.name(id))
                .collect();
            who.extend(
                personal
                    .iter()
                    .flat_map(|personal| personal.others.iter().map(ToString::to_string)),
            );
            vec![
                name.clone(),
                output::plain(personal.map_or("", |personal| personal.number.as_str())),
                output::plain(&who.join(", ")),
                record.facts.accounts.len().to_string(),
                record
                    .facts
                    .tested
                    .map_or_else(|| "never".to_owned(), |date| date.to_string()),
                if record.facts.closed { "closed" } else { "" }.to_owned(),
            ]
        })
        .collect();
    output::data(&output::table(
        &["PHONE", "NUMBER", "HOLDERS", "ACCOUNTS", "TESTED", ""],
        &rows,
    ))?;
    Ok(Done::Yes)
}

/// Phones in a table.
struct PhoneRows;

impl Rows for PhoneRows {
    const SCHEMA: &'static str = "phone.import";
    const COLUMNS: &'static [&'static str] = &[
        "id", "number", "holders", "others", "accounts", "tested", "closed",
    ];
    const NEEDED: &'static [&'static str] = &["id", "number"];

    fn claim(table: &CsvTable, row: &Row, session: &Session, people: &People) -> Result<Claim> {
        let id = table_import::needed(table, row, "id")?.to_owned();
        let name = Name::new(&*id)?;
        let flags = PhoneFlags {
            id,
            number: Some(table_import::needed(table, row, "number")?.to_owned()),
            holder: table_import::several(table, row, "holders"),
            other: table_import::several(table, row, "others"),
            account: table_import::several(table, row, "accounts"),
            tested: table.cell(row, "tested").map(str::to_owned),
            closed: table
                .has("closed")
                .then(|| table_import::yes(table, row, "closed"))
                .transpose()?,
        };
        // A column that the table does not have changes nothing; an empty cell empties.
        let before = read::<PhoneRecord>(&session.view(), name.as_str())?.map(|mut before| {
            let facts = &mut before.facts;
            if table.has("holders") {
                facts.holders.clear();
            }
            if table.has("accounts") {
                facts.accounts.clear();
            }
            if table.has("tested") {
                facts.tested = None;
            }
            if let Some(personal) = before.personal.as_mut().filter(|_| table.has("others")) {
                personal.others.clear();
            }
            before
        });
        flags.claim(name, before, people)
    }

    fn standing(session: &Session, claim: &Claim) -> Result<Standing> {
        let Claim::PhoneSet(facts, personal) = claim else {
            return Ok(Standing::New);
        };
        let before = read::<PhoneRecord>(&session.view(), facts.phone.as_str())?;
        Ok(match before {
            None => Standing::New,
            Some(before) if before.facts == *facts && before.personal == *personal => {
                Standing::Same
            }
            Some(_) => Standing::Changed,
        })
    }
}
