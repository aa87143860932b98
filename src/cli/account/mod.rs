//! `account …`: the register of accounts.

mod import;
mod list;
mod listing;
mod set;
mod show;
mod table;

use clap::Subcommand;

use super::context::Context;
use super::output::Done;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::state::custody::AccountRecord;
use crate::state::records::read;
use crate::statement::account_id::AccountId;

/// `account …`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Take over what AWS's own CLI hands out
    ///
    /// docs/aws.md says which command writes which file. What is in the register already is not entered
    /// again.
    Import(import::ImportFiles),
    /// Record what people know of accounts; what is not given stays
    Set(set::SetAccounts),
    /// Every account
    List(list::ListAccounts),
    /// One account, its secrets, and all that is known of it
    #[command(
        after_help = "Examples:\n  rootkeep account show 111122223333\n  rootkeep account show 111122223333 --history"
    )]
    Show {
        /// Twelve digits
        #[arg(value_name = "ACCOUNT")]
        id: String,
        /// What each entry has changed, the newest first
        #[arg(long)]
        history: bool,
    },
}

pub fn run(context: &Context, command: &AccountCommand) -> Result<Done> {
    match command {
        AccountCommand::Import(files) => import::run(context, files),
        AccountCommand::Set(command) => set::run(context, command),
        AccountCommand::List(filter) => list::run(context, filter),
        AccountCommand::Show { id, history: false } => show::run(context, id),
        AccountCommand::Show { id, history: true } => show::history(context, id),
    }
}

fn find(session: &Session, account: AccountId) -> Result<AccountRecord> {
    read(&session.view(), &account.to_string())?.ok_or_else(|| {
        Error::not_found(
            "no-account",
            format!("account {account} is not in the register"),
        )
        .hint("rootkeep account import --organizations FILE")
    })
}
