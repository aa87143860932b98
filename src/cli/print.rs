//! `print …`: sheets of paper, into a file or straight to a printer.

pub mod copy;
mod form;
pub mod imprint;
mod inventory;
mod lp;
pub mod onto;
mod performed;
mod script;
mod share;
mod sheet;

use clap::Subcommand;

use super::context::Context;
use super::output::Done;
use crate::error::Result;

/// `print …`.
#[derive(Debug, Subcommand)]
pub enum PrintCommand {
    /// A later copy of a sealed MFA seed, of a request in effect, for a bag in a safe
    Sheet(sheet::PrintSheet),
    /// Your own share of a secret, as words and QR code on a card
    Share(share::PrintShare),
    /// What is registered in a location, to be compared with what lies there
    Inventory(inventory::PrintInventory),
    /// A form to record an access by pen, when no computer runs
    Form(form::PrintForm),
    /// A runbook to be performed; or a ceremony: its script with what was recorded, and the log's proof
    Script(script::PrintScript),
}

pub fn run(context: &Context, command: &PrintCommand) -> Result<Done> {
    match command {
        PrintCommand::Sheet(command) => sheet::run(context, command),
        PrintCommand::Share(command) => share::run(context, command),
        PrintCommand::Inventory(command) => inventory::run(context, command),
        PrintCommand::Form(command) => form::run(context, command),
        PrintCommand::Script(command) => script::run(context, command),
    }
}
