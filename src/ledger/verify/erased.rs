//! What was erased is gone, and nothing else is; and the tables made again without it.

use super::{Run, run};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::own_facts;
use crate::state::custody::BroughtRecord;
use crate::state::erasure::ErasedRecord;
use crate::state::records::{list, read};
use crate::state::shard::{self, Shards};
use crate::store::Batch;

impl Run<'_> {
    /// Personal parts are missing where governance has had them erased, and nowhere else.
    pub(super) fn check_erased(&mut self) -> Result<()> {
        for (seq, leaf) in std::mem::take(&mut self.lacking) {
            if ErasedRecord::load(&self.state, &leaf)?.is_none() {
                self.found(
                    Some(seq),
                    "personal-missing",
                    "a personal part is missing that nobody has erased",
                );
            }
        }
        for (key, erased) in list::<ErasedRecord>(&self.state, "")? {
            let entry = self.view.entry_by_hash(&Digest::parse(&key)?)?;
            if let Some(entry) = entry.filter(|entry| entry.personal.is_some()) {
                self.found(
                    Some(entry.seq),
                    "not-erased",
                    format!(
                        "a personal part is there that was erased at entry {}",
                        erased.index
                    ),
                );
            }
        }
        Ok(())
    }
}

/// Makes the tables that are a cache of the log again, in a transaction in which something was erased, and
/// takes those of `blobs` away that nothing else has brought. The state's hashes.
///
/// # Errors
/// Verification, code `not-good`, where the log itself is not; failed where the database fails.
pub(in crate::ledger) fn make_again(batch: &Batch<'_>, blobs: &[Digest]) -> Result<Shards> {
    let view = batch.view();
    let (ledger, log_key) = own_facts(&view)?;
    let report = run(view, ledger, &log_key.public(), &mut |_, _| {}, |_| Ok(()))?;
    report.require_good("the ledger without what is erased")?;
    batch.replace_tables(&report.state, &report.undo)?;
    for blob in blobs {
        if read::<BroughtRecord>(&report.state, &blob.to_hex())?.is_none() {
            batch.drop_blob(blob)?;
        }
    }
    Ok(shard::all(report.state.iter()))
}
