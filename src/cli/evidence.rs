//! `evidence …`.

mod cosign;
mod export;
mod parts;
mod verify;

use clap::Subcommand;

use super::context::Context;
use super::output::Done;
use crate::error::Result;
use crate::exchange::evidence::bundle::{self, Bundle};
use crate::exchange::evidence::gather::Words;
use crate::exchange::evidence::{csv_tables, oscal};
use crate::ledger::{People, Reading};
use crate::present::{describe, evidence as present};
use crate::state::rules::Quorum;
use crate::statement::Claim;

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

/// Statements and rules in this program's words.
struct OurWords;

impl Words for OurWords {
    fn claim(&self, source: &dyn Reading, claim: &Claim, people: &People) -> Result<String> {
        describe::claim(source, claim, people)
    }

    fn rule(&self, quorum: &Quorum, people: &People) -> String {
        describe::rule(quorum, people)
    }
}

/// The files that are made from the rest, for people and for other programs.
fn views(bundle: &Bundle) -> Result<Vec<(String, Vec<u8>)>> {
    let mut views = csv_tables::csv_files(&bundle.evidence)?;
    if let Some(results) = oscal::assessment_results(&bundle.evidence)? {
        views.push(("assessment-results.json".to_owned(), results));
    }
    views.push((bundle::PAGE.to_owned(), present::page(bundle)?.into()));
    Ok(views)
}

/// One thread for each core.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
