//! `phone …`.

use clap::{Args, Subcommand};

use super::contact::{self, Contact, Entry, Reached, Typed};
use super::context::Context;
use super::output::Done;
use super::table_import::TableFile;
use crate::error::Result;
use crate::state::places::PhoneRecord;
use crate::statement::Claim;
use crate::statement::register::{Phone, PhonePersonal};

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
        PhoneCommand::Add(flags) => contact::enter::<Phone>(context, &flags.typed(), true),
        PhoneCommand::Set(flags) => contact::enter::<Phone>(context, &flags.typed(), false),
        PhoneCommand::List => contact::list::<Phone>(context, "phone.list"),
        PhoneCommand::Import(file) => contact::import::<Phone>(context, &file),
    }
}

impl PhoneFlags {
    fn typed(self) -> Typed {
        Typed {
            id: self.id,
            reached: self.number,
            people: self.holder,
            others: self.other,
            accounts: self.account,
            tested: self.tested,
            closed: self.closed,
        }
    }
}

impl Contact for Phone {
    type Record = PhoneRecord;
    const WORD: &'static str = "phone";
    const MANY: &'static str = "phones";
    const REACHED: &'static str = "number";
    const PEOPLE: &'static str = "holders";
    const TESTED: bool = true;
    const KNOWN: &'static str = "phone-known";
    const UNKNOWN: &'static str = "no-phone";
    const IMPORT: &'static str = "phone.import";
    const COLUMNS: &'static [&'static str] = &[
        "id", "number", "holders", "others", "accounts", "tested", "closed",
    ];
    const NEEDED: &'static [&'static str] = &["id", "number"];

    fn read(
        PhoneRecord {
            facts, personal, ..
        }: PhoneRecord,
    ) -> Entry {
        entry(facts, personal)
    }

    fn read_claim(claim: &Claim) -> Option<Entry> {
        match claim {
            Claim::PhoneSet(facts, personal) => Some(entry(facts.clone(), personal.clone())),
            _ => None,
        }
    }

    fn claim(entry: Entry, personal: Reached) -> Claim {
        Claim::PhoneSet(
            Self {
                phone: entry.name,
                holders: entry.people,
                accounts: entry.accounts,
                tested: entry.tested,
                closed: entry.closed,
            },
            Some(PhonePersonal {
                number: personal.at,
                others: personal.others,
            }),
        )
    }
}

fn entry(facts: Phone, personal: Option<PhonePersonal>) -> Entry {
    Entry {
        name: facts.phone,
        people: facts.holders,
        accounts: facts.accounts,
        tested: facts.tested,
        closed: facts.closed,
        personal: personal.map(|personal| Reached {
            at: personal.number,
            others: personal.others,
        }),
    }
}
