//! What a bundle's words are made from: the ledger without what the bundle leaves out. An entry is told in words by
//! what others say, too; so what those withhold is withheld here, once, and no description has to know of it.

use super::Wanted;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::{LeafPlace, Reading, Session};
use crate::state::{Records, Table};
use crate::statement::header::Parts;
use crate::statement::{Kind, Statement, UntrustedStatement};
use crate::store::View;

/// A ledger, as far as a bundle tells of it.
pub(super) struct Sparing<'s> {
    pub(super) session: &'s Session,
    pub(super) wanted: &'s Wanted,
}

impl Reading for Sparing<'_> {
    fn ledger(&self) -> Digest {
        self.session.id()
    }

    fn records(&self) -> Box<dyn Records + '_> {
        Box::new(Shown {
            view: self.session.view(),
            wanted: self.wanted,
        })
    }

    fn place(&self, leaf: &Digest) -> Result<Option<LeafPlace>> {
        self.session.place(leaf)
    }

    fn statement(&self, leaf: &Digest) -> Result<(u64, Statement)> {
        self.told(leaf)?
            .ok_or_else(|| Error::not_found("no-entry", "the entry is not told of here"))
    }

    fn told(&self, leaf: &Digest) -> Result<Option<(u64, Statement)>> {
        let Some((seq, statement)) = self.session.told(leaf)? else {
            return Ok(None);
        };
        let kind = statement.kind();
        if self.wanted.withholds(kind) {
            return Ok(None);
        }
        if !self.wanted.hides(kind) {
            return Ok(Some((seq, statement)));
        }
        let facts = Parts {
            facts: statement.parts().facts.clone(),
            personal: None,
        };
        let spared = UntrustedStatement::parse(statement.envelope())?.with_parts(facts)?;
        Ok(Some((seq, spared)))
    }

    /// Files are as their owners made them: nothing of one is told.
    fn blob(&self, _: &Digest) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}

/// The records that words may be made from. A table that is not named here is not read: whoever needs another one
/// for a line of words has to say what it has of people.
struct Shown<'v> {
    view: View<'v>,
    wanted: &'v Wanted,
}

impl Shown<'_> {
    fn has(&self, table: Table) -> bool {
        let facts = |kind| !self.wanted.withholds(kind);
        match table {
            Table::Secret => facts(Kind::Seal),
            Table::Quorum => facts(Kind::QuorumDefine),
            Table::Drill => facts(Kind::DrillStart),
            Table::Ceremony => facts(Kind::CeremonyStart),
            Table::Review => facts(Kind::ReviewStart),
            Table::Task => facts(Kind::TaskRequest),
            Table::Reconcile => facts(Kind::Reconcile),
            // It has the names of those who are no custodians.
            Table::Layout => !self.wanted.hides(Kind::ReviewStart),
            _ => false,
        }
    }
}

impl Records for Shown<'_> {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        if self.has(table) {
            self.view.get(table, key)
        } else {
            Ok(None)
        }
    }

    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        if self.has(table) {
            self.view.list(table, prefix)
        } else {
            Ok(Vec::new())
        }
    }
}
