//! Erasures in words.

use super::describe::{free, subject};
use crate::error::Result;
use crate::ledger::{People, Reading};
use crate::state::erasure::ErasedRecord;
use crate::statement::erasure::Ground;
use crate::statement::{Claim, Statement};

/// A ground in words.
#[must_use]
pub fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::Asked => "whom it is about has asked for it",
        Ground::Mistake => "it ought never to have been written",
        Ground::Expired => "it was kept for as long as it was needed",
        Ground::Ordered => "an authority or a court has ordered it",
    }
}

/// An erasure in one line.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, claim: &Claim) -> Result<Option<String>> {
    let Claim::Erase(erase, _) = claim else {
        return Ok(None);
    };
    Ok(Some(format!(
        "proposes to erase what {} says of people: {}",
        subject(source, &erase.subject)?,
        ground(erase.ground)
    )))
}

/// What is read before signing.
pub fn details(claim: &Claim, lines: &mut Vec<String>) {
    let Claim::Erase(erase, personal) = claim else {
        return;
    };
    lines.push(format!("  ground    {}", ground(erase.ground)));
    if let Some(personal) = personal {
        lines.push(format!("  reason    {}", free(personal.reason.as_str())));
    }
    lines.push(
        "  what it says of people goes for good, with the files that only it names; that it was said, by whom and when stays".to_owned(),
    );
}

/// By whom, when and why what a statement says of people was erased.
///
/// # Errors
/// Verification where the state is damaged.
pub fn gone(
    source: &dyn Reading,
    statement: &Statement,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    let records = source.records();
    let Some(record) = ErasedRecord::load(records.as_ref(), &statement.leaf())? else {
        return Ok(());
    };
    let (seq, by) = source.statement(&record.by)?;
    let Claim::Erase(erase, personal) = by.claim() else {
        return Ok(());
    };
    lines.push(format!(
        "  erased    at entry #{}; {} proposed it in #{seq}: {}",
        record.index,
        people.name(&by.header().author),
        ground(erase.ground)
    ));
    if let Some(personal) = personal {
        lines.push(format!("  because   {}", free(personal.reason.as_str())));
    }
    Ok(())
}
