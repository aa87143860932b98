//! What stands at the foot of every page.

use crate::cli::when;
use crate::error::Result;
use crate::ledger::Session;
use crate::present::print::Imprint;
use crate::statement::Claim;

/// The texts of an [`Imprint`].
pub struct Foot {
    /// The ledger's name; its id's first digits where the name was erased.
    ledger: String,
    ledger_id: String,
    entry: Option<String>,
    checkpoint: String,
    printed: String,
}

impl Foot {
    /// As the ledger stands now.
    pub fn new(session: &Session) -> Result<Self> {
        let (size, root) = session.head()?;
        let ledger_id: String = session.id().to_hex().chars().take(8).collect();
        let name = match session.proven(0)?.claim() {
            Claim::Genesis(_, Some(personal)) => personal.name.to_string(),
            _ => ledger_id.clone(),
        };
        let root: String = root.to_hex().chars().take(8).collect();
        Ok(Self {
            ledger: name,
            ledger_id,
            entry: None,
            checkpoint: format!("{size} {root}\u{2026}"),
            printed: when::clock(session.now()?, chrono_tz::UTC),
        })
    }

    /// For paper that goes back to an entry.
    pub fn of_entry(self, seq: u64) -> Self {
        Self {
            entry: Some(format!("entry #{seq}")),
            ..self
        }
    }

    /// The ledger's name.
    pub fn ledger(&self) -> &str {
        &self.ledger
    }

    /// For a sheet.
    pub fn imprint(&self) -> Imprint<'_> {
        Imprint {
            ledger: &self.ledger,
            ledger_id: &self.ledger_id,
            entry: self.entry.as_deref(),
            checkpoint: Some(&self.checkpoint),
            printed: Some(&self.printed),
            sample: false,
        }
    }
}
