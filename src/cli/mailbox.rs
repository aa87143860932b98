//! `mailbox …`.

use clap::{Args, Subcommand};

use super::contact::{self, Contact, Entry, Reached, Typed};
use super::context::Context;
use super::output::Done;
use super::table_import::TableFile;
use crate::error::Result;
use crate::state::places::MailboxRecord;
use crate::statement::Claim;
use crate::statement::register::{Mailbox, MailboxPersonal};

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
        MailboxCommand::Add(flags) => contact::enter::<Mailbox>(context, &flags.typed(), true),
        MailboxCommand::Set(flags) => contact::enter::<Mailbox>(context, &flags.typed(), false),
        MailboxCommand::List => contact::list::<Mailbox>(context, "mailbox.list"),
        MailboxCommand::Import(file) => contact::import::<Mailbox>(context, &file),
    }
}

impl MailboxFlags {
    fn typed(self) -> Typed {
        Typed {
            id: self.id,
            reached: self.address,
            people: self.member,
            others: self.other,
            accounts: self.account,
            tested: None,
            closed: self.closed,
        }
    }
}

impl Contact for Mailbox {
    type Record = MailboxRecord;
    const WORD: &'static str = "mailbox";
    const MANY: &'static str = "mailboxes";
    const REACHED: &'static str = "address";
    const PEOPLE: &'static str = "members";
    const TESTED: bool = false;
    const KNOWN: &'static str = "mailbox-known";
    const UNKNOWN: &'static str = "no-mailbox";
    const IMPORT: &'static str = "mailbox.import";
    const COLUMNS: &'static [&'static str] =
        &["id", "address", "members", "others", "accounts", "closed"];
    const NEEDED: &'static [&'static str] = &["id", "address"];

    fn read(
        MailboxRecord {
            facts, personal, ..
        }: MailboxRecord,
    ) -> Entry {
        entry(facts, personal)
    }

    fn read_claim(claim: &Claim) -> Option<Entry> {
        match claim {
            Claim::MailboxSet(facts, personal) => Some(entry(facts.clone(), personal.clone())),
            _ => None,
        }
    }

    fn claim(entry: Entry, personal: Reached) -> Claim {
        Claim::MailboxSet(
            Self {
                mailbox: entry.name,
                members: entry.people,
                accounts: entry.accounts,
                closed: entry.closed,
            },
            Some(MailboxPersonal {
                address: personal.at,
                others: personal.others,
            }),
        )
    }
}

fn entry(facts: Mailbox, personal: Option<MailboxPersonal>) -> Entry {
    Entry {
        name: facts.mailbox,
        people: facts.members,
        accounts: facts.accounts,
        tested: None,
        closed: facts.closed,
        personal: personal.map(|personal| Reached {
            at: personal.address,
            others: personal.others,
        }),
    }
}
