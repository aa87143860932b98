//! `evidence …`.

mod cosign;
mod export;
mod parts;
mod verify;

use clap::Subcommand;

use super::context::Context;
use super::output::Done;
use crate::error::Result;

/// `evidence …`.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Export a period's entries as a bundle that stands without the ledger
    Export(export::ExportCommand),
    /// Check a bundle: no ledger is needed
    Verify(verify::VerifyBundle),
    /// Add your own signature to a bundle, once it is what your ledger says
    Cosign(cosign::CosignCommand),
}

pub fn run(context: &Context, command: &EvidenceCommand) -> Result<Done> {
    match command {
        EvidenceCommand::Export(command) => export::run(context, command),
        EvidenceCommand::Verify(command) => verify::run(context, command),
        EvidenceCommand::Cosign(command) => cosign::run(context, command),
    }
}
