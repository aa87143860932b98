//! `mailbox …`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::location::custodians;
use super::output::{self, Done};
use super::table_import::{self, Rows, Standing, TableFile};
use crate::error::{Error, Result};
use crate::exchange::table::{CsvTable, Row};
use crate::ledger::{People, Session};
use crate::state::places::MailboxRecord;
use crate::state::records::{list as records, read};
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::register::{Mailbox, MailboxPersonal};
use crate::statement::text::{Name, Text};

/// `mailbox …`.
#[derive(Debug, Subcommand)]
pub enum MailboxCommand {
    /// Register a mailbox
    #[command(
        after_help = "Examples:\n  rootkeep mailbox add root-1 --address aws-root@example.com --member alice --member bob"
    )]
    Add(MailboxFlags),
    /// Change what the register has of a mailbox
    #[command(after_help = "Examples:\n  rootkeep mailbox set root-1 --member alice")]
    Set(MailboxFlags),
    /// Every mailbox
    #[command(after_help = "Examples:\n  rootkeep mailbox list")]
    List,
    /// Take mailboxes over from a table
    ///
    /// Its columns: id, address, members, others, accounts, closed.
    #[command(after_help = "Examples:\n  rootkeep mailbox import mailboxes.csv --preview")]
    Import(TableFile),
}

/// `mailbox add`, `mailbox set`: what is not given stays as it was.
#[derive(Debug, Args)]
pub struct MailboxFlags {
    /// Its name in the register, for good
    id: String,
    /// Its address
    #[arg(long, value_name = "TEXT")]
    address: Option<String>,
    /// A custodian who can read it (repeatable)
    #[arg(long, value_name = "NAME")]
    member: Vec<String>,
    /// Somebody else who can (repeatable)
    #[arg(long, value_name = "TEXT")]
    other: Vec<String>,
    /// An account that it belongs to (repeatable)
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<String>,
    /// Whether it is out of use
    #[arg(long, value_name = "BOOL")]
    closed: Option<bool>,
}

pub fn run(context: &Context, command: MailboxCommand) -> Result<Done> {
    match command {
        MailboxCommand::Add(flags) => enter(context, &flags, true),
        MailboxCommand::Set(flags) => enter(context, &flags, false),
        MailboxCommand::List => list(context),
        MailboxCommand::Import(file) => table_import::run::<MailboxRows>(context, &file),
    }
}

fn enter(context: &Context, flags: &MailboxFlags, new: bool) -> Result<Done> {
    let name = Name::new(&*flags.id)?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let before = read::<MailboxRecord>(&session.view(), name.as_str())?;
    match (&before, new) {
        (Some(_), true) => {
            return Err(
                Error::refused("mailbox-known", format!("there is a mailbox `{name}`"))
                    .hint(format!("to change it: rootkeep mailbox set {name}")),
            );
        }
        (None, false) => {
            return Err(
                Error::not_found("no-mailbox", format!("there is no mailbox `{name}`"))
                    .hint("rootkeep mailbox list"),
            );
        }
        _ => {}
    }
    let claim = flags.claim(name.clone(), before, &people)?;
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("registered the mailbox {name}");
    context.report(session, &entered, &headline, json!({"mailbox": name}))
}

impl MailboxFlags {
    fn claim(&self, name: Name, before: Option<MailboxRecord>, people: &People) -> Result<Claim> {
        let (facts, personal) = match before {
            Some(before) => (Some(before.facts), before.personal),
            None => (None, None),
        };
        let address = match (&self.address, &personal) {
            (Some(text), _) => Text::new(text.clone())?,
            (None, Some(personal)) => personal.address.clone(),
            (None, None) => {
                return Err(Error::usage("missing-value", "a mailbox has an address")
                    .hint("--address TEXT"));
            }
        };
        let others = if self.other.is_empty() {
            personal.map_or_else(Vec::new, |personal| personal.others)
        } else {
            texts(&self.other)?
        };
        let members = match &facts {
            Some(facts) if self.member.is_empty() => facts.members.clone(),
            _ => custodians(people, &self.member)?,
        };
        let accounts = match &facts {
            Some(facts) if self.account.is_empty() => facts.accounts.clone(),
            _ => accounts(&self.account)?,
        };
        let closed = self
            .closed
            .unwrap_or_else(|| facts.as_ref().is_some_and(|facts| facts.closed));
        Ok(Claim::MailboxSet(
            Mailbox {
                mailbox: name,
                members,
                accounts,
                closed,
            },
            Some(MailboxPersonal { address, others }),
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
    let all = records::<MailboxRecord>(&session.view(), "")?;
    if context.global.json {
        let all: Vec<Value> = all
            .iter()
            .map(|(name, record)| {
                let (facts, personal) = (&record.facts, record.personal.as_ref());
                json!({
                    "id": name, "address": personal.map(|personal| &personal.address),
                    "members": facts.members.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
                    "others": personal.map(|personal| &personal.others),
                    "accounts": facts.accounts, "closed": facts.closed,
                })
            })
            .collect();
        output::object("mailbox.list", json!({"mailboxes": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(name, record)| {
            let personal = record.personal.as_ref();
            let mut who: Vec<String> = record
                .facts
                .members
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
                output::plain(personal.map_or("", |personal| personal.address.as_str())),
                output::plain(&who.join(", ")),
                record.facts.accounts.len().to_string(),
                if record.facts.closed { "closed" } else { "" }.to_owned(),
            ]
        })
        .collect();
    output::data(&output::table(
        &["MAILBOX", "ADDRESS", "MEMBERS", "ACCOUNTS", ""],
        &rows,
    ))?;
    Ok(Done::Yes)
}

/// Mailboxes in a table.
struct MailboxRows;

impl Rows for MailboxRows {
    const SCHEMA: &'static str = "mailbox.import";
    const COLUMNS: &'static [&'static str] =
        &["id", "address", "members", "others", "accounts", "closed"];
    const NEEDED: &'static [&'static str] = &["id", "address"];

    fn claim(table: &CsvTable, row: &Row, session: &Session, people: &People) -> Result<Claim> {
        let id = table_import::needed(table, row, "id")?.to_owned();
        let name = Name::new(&*id)?;
        let flags = MailboxFlags {
            id,
            address: Some(table_import::needed(table, row, "address")?.to_owned()),
            member: table_import::several(table, row, "members"),
            other: table_import::several(table, row, "others"),
            account: table_import::several(table, row, "accounts"),
            closed: table
                .has("closed")
                .then(|| table_import::yes(table, row, "closed"))
                .transpose()?,
        };
        // A column that the table does not have changes nothing; an empty cell empties.
        let before = read::<MailboxRecord>(&session.view(), name.as_str())?.map(|mut before| {
            let facts = &mut before.facts;
            if table.has("members") {
                facts.members.clear();
            }
            if table.has("accounts") {
                facts.accounts.clear();
            }
            if let Some(personal) = before.personal.as_mut().filter(|_| table.has("others")) {
                personal.others.clear();
            }
            before
        });
        flags.claim(name, before, people)
    }

    fn standing(session: &Session, claim: &Claim) -> Result<Standing> {
        let Claim::MailboxSet(facts, personal) = claim else {
            return Ok(Standing::New);
        };
        let before = read::<MailboxRecord>(&session.view(), facts.mailbox.as_str())?;
        Ok(match before {
            None => Standing::New,
            Some(before) if before.facts == *facts && before.personal == *personal => {
                Standing::Same
            }
            Some(_) => Standing::Changed,
        })
    }
}
