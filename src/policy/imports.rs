//! What was stated away from the ledger and is brought in by somebody: announced by one statement,
//! followed by just those, judged by the time of the bringing in.

use std::collections::BTreeSet;

use super::{Judge, Verdict, refusal};
use crate::error::{Error, Result};
use crate::state::imports::ImportRecord;
use crate::state::people::{Custodian, ONE};
use crate::state::records::Table;
use crate::statement::Kind;
use crate::statement::imports::{IMPORT_LIMIT, Import};

impl Judge<'_> {
    pub(super) fn import(&mut self, import: &Import) -> Result<Verdict> {
        if self.ledger()?.governance.is_none() {
            return Err(refusal::malformed(
                "nothing is imported before the governance secret is sealed",
            ));
        }
        let distinct: BTreeSet<_> = import.statements.iter().collect();
        if distinct.len() != import.statements.len()
            || !(1..=IMPORT_LIMIT).contains(&distinct.len())
        {
            return Err(refusal::malformed(&format!(
                "an import announces 1 to {IMPORT_LIMIT} statements, each once"
            )));
        }
        let record = ImportRecord {
            index: self.index,
            importer: self.author(),
            made_at: self.time(),
            left: import.statements.clone(),
        };
        self.state.put(ONE, &record)?;
        Ok(Verdict::AT_ONCE)
    }

    /// While an import is not complete, only the next statement that it announced may follow; and
    /// that one is judged by the import's time, not by its own.
    pub(super) fn follow_import(&mut self) -> Result<()> {
        let Some(mut import) = ImportRecord::load(&self.state)? else {
            return Ok(());
        };
        if import.left.first() != Some(&self.leaf()) {
            return Err(Error::refused(
                "not-announced",
                format!(
                    "the import at entry {} has announced another statement here",
                    import.index
                ),
            ));
        }
        if matches!(
            self.statement.kind(),
            Kind::Genesis
                | Kind::GovernanceSeal
                | Kind::Rekey
                | Kind::Reseal
                | Kind::Reveal
                | Kind::Import
        ) {
            return Err(Error::refused(
                "not-importable",
                format!(
                    "a statement of kind `{}` is made in the ledger and nowhere else",
                    self.statement.kind().as_str()
                ),
            ));
        }
        if !Custodian::load(&self.state, &import.importer)?.is_some_and(|who| who.in_force()) {
            return Err(Error::refused(
                "importer-retired",
                "whoever brings it in was retired by what came with it",
            )
            .hint("let another custodian bring it in"));
        }
        self.time = import.made_at;
        import.left.remove(0);
        if import.left.is_empty() {
            self.state.remove(Table::Import, ONE);
        } else {
            self.state.put(ONE, &import)?;
        }
        Ok(())
    }
}
