//! `alarm …`: who hears of it when a root user is used.

use clap::{Args, Subcommand};

use super::contact::{self, Contact, Entry, Reached, Typed};
use super::context::Context;
use super::output::Done;
use super::table_import::TableFile;
use crate::error::Result;
use crate::state::estate::AlarmRecord;
use crate::statement::Claim;
use crate::statement::posture::{Alarm, AlarmPersonal};

/// `alarm …`.
#[derive(Debug, Subcommand)]
pub enum AlarmCommand {
    /// Register an alarm on use of root users
    #[command(
        after_help = "Examples:\n  rootkeep alarm add root-use --where \"EventBridge, SNS aws-root\" --receiver alice --receiver bob"
    )]
    Add(AlarmFlags),
    /// Change what the register has of an alarm
    #[command(after_help = "Examples:\n  rootkeep alarm set root-use --receiver alice")]
    Set(AlarmFlags),
    /// Every alarm
    #[command(after_help = "Examples:\n  rootkeep alarm list")]
    List,
    /// Take alarms over from a table
    ///
    /// Its columns: id, where, receivers, others, accounts, closed.
    #[command(after_help = "Examples:\n  rootkeep alarm import alarms.csv --preview")]
    Import(TableFile),
}

/// `alarm add`, `alarm set`: what is not given stays as it was.
#[derive(Debug, Args)]
pub struct AlarmFlags {
    /// Its name in the register, for good
    id: String,
    /// Where it is set up, and where it goes to
    #[arg(long = "where", value_name = "TEXT")]
    place: Option<String>,
    /// A custodian whom it reaches (repeatable)
    #[arg(long, value_name = "NAME")]
    receiver: Vec<String>,
    /// Somebody else whom it reaches (repeatable)
    #[arg(long, value_name = "TEXT")]
    other: Vec<String>,
    /// An account that it watches (repeatable) [default: all]
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<String>,
    /// Whether it is out of use
    #[arg(long, value_name = "BOOL")]
    closed: Option<bool>,
}

pub fn run(context: &Context, command: AlarmCommand) -> Result<Done> {
    match command {
        AlarmCommand::Add(flags) => contact::enter::<Alarm>(context, &flags.typed(), true),
        AlarmCommand::Set(flags) => contact::enter::<Alarm>(context, &flags.typed(), false),
        AlarmCommand::List => contact::list::<Alarm>(context, "alarm.list"),
        AlarmCommand::Import(file) => contact::import::<Alarm>(context, &file),
    }
}

impl AlarmFlags {
    fn typed(self) -> Typed {
        Typed {
            id: self.id,
            reached: self.place,
            people: self.receiver,
            others: self.other,
            accounts: self.account,
            tested: None,
            closed: self.closed,
        }
    }
}

impl Contact for Alarm {
    type Record = AlarmRecord;
    const WORD: &'static str = "alarm";
    const MANY: &'static str = "alarms";
    const REACHED: &'static str = "where";
    const PEOPLE: &'static str = "receivers";
    const TESTED: bool = false;
    const KNOWN: &'static str = "alarm-known";
    const UNKNOWN: &'static str = "no-alarm";
    const IMPORT: &'static str = "alarm.import";
    const COLUMNS: &'static [&'static str] =
        &["id", "where", "receivers", "others", "accounts", "closed"];
    const NEEDED: &'static [&'static str] = &["id", "where"];

    fn read(
        AlarmRecord {
            facts, personal, ..
        }: AlarmRecord,
    ) -> Entry {
        entry(facts, personal)
    }

    fn read_claim(claim: &Claim) -> Option<Entry> {
        match claim {
            Claim::AlarmSet(facts, personal) => Some(entry(facts.clone(), personal.clone())),
            _ => None,
        }
    }

    fn claim(entry: Entry, personal: Reached) -> Claim {
        Claim::AlarmSet(
            Self {
                alarm: entry.name,
                accounts: entry.accounts,
                receivers: entry.people,
                closed: entry.closed,
            },
            Some(AlarmPersonal {
                place: personal.at,
                others: personal.others,
            }),
        )
    }
}

fn entry(facts: Alarm, personal: Option<AlarmPersonal>) -> Entry {
    Entry {
        name: facts.alarm,
        people: facts.receivers,
        accounts: facts.accounts,
        tested: None,
        closed: facts.closed,
        personal: personal.map(|personal| Reached {
            at: personal.place,
            others: personal.others,
        }),
    }
}
