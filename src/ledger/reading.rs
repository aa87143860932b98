//! What statements are read against, wherever the log is: in the ledger, or in a slip.

use super::Session;
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::state::Records;
use crate::statement::Statement;

/// Where a leaf stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafPlace {
    /// Its index.
    pub seq: u64,
    /// The statement's id.
    pub id: Id,
    /// The kind's word.
    pub kind: String,
}

/// A log and its state, as one person's program trusts them.
pub trait Reading {
    /// The ledger's id.
    fn ledger(&self) -> Digest;

    /// The state.
    fn records(&self) -> Box<dyn Records + '_>;

    /// Where a leaf stands.
    ///
    /// # Errors
    /// Failed, verification.
    fn place(&self, leaf: &Digest) -> Result<Option<LeafPlace>>;

    /// What stands under a leaf hash, proven to be in the log, and its index.
    ///
    /// # Errors
    /// Not found, code `no-entry`; verification.
    fn statement(&self, leaf: &Digest) -> Result<(u64, Statement)>;

    /// What stands under a leaf hash, as [`Self::statement`], where it is there to be read.
    ///
    /// # Errors
    /// Verification.
    fn told(&self, leaf: &Digest) -> Result<Option<(u64, Statement)>> {
        match self.place(leaf)? {
            Some(_) => self.statement(leaf).map(Some),
            None => Ok(None),
        }
    }

    /// A blob's bytes.
    ///
    /// # Errors
    /// Failed, verification.
    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>>;
}

impl Reading for Session {
    fn ledger(&self) -> Digest {
        self.id()
    }

    fn records(&self) -> Box<dyn Records + '_> {
        Box::new(self.view())
    }

    fn place(&self, leaf: &Digest) -> Result<Option<LeafPlace>> {
        Ok(self.view().entry_by_hash(leaf)?.map(|entry| LeafPlace {
            seq: entry.seq,
            id: entry.id,
            kind: entry.kind,
        }))
    }

    fn statement(&self, leaf: &Digest) -> Result<(u64, Statement)> {
        self.proven_by_hash(leaf)
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        self.view().blob(digest)
    }
}
