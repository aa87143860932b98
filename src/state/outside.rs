//! What outsiders have said of the log, as records.

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, list};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::statement::Time;
use crate::statement::outside::{Timestamp, Witness};

/// A time-stamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimestampRecord {
    /// Index of its leaf.
    pub index: u64,
    /// What it says.
    pub facts: Timestamp,
}

impl Record for TimestampRecord {
    const TABLE: Table = Table::Timestamp;
}

impl TimestampRecord {
    /// All of them, in the order in which they were recorded.
    ///
    /// # Errors
    /// As [`list`].
    pub fn all(records: &dyn Records) -> Result<Vec<Self>> {
        let mut all: Vec<Self> = values(list(records, "")?);
        all.sort_by_key(|one| one.index);
        Ok(all)
    }
}

/// A cosignature by a witness outside the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessedRecord {
    /// Index of its leaf.
    pub index: u64,
    /// What was brought in.
    pub facts: Witness,
    /// What the witness is called, by its verifier key.
    pub name: String,
    /// When it cosigned, by its own clock.
    pub time: Time,
}

impl Record for WitnessedRecord {
    const TABLE: Table = Table::Witnessed;
}

impl WitnessedRecord {
    /// The key of a record: one line by one key is there once.
    #[must_use]
    pub fn key(witness: &Witness) -> String {
        Digest::of(format!("{}\n{}\n", witness.vkey, witness.line).as_bytes()).to_hex()
    }

    /// All of them, in the order in which they were recorded.
    ///
    /// # Errors
    /// As [`list`].
    pub fn all(records: &dyn Records) -> Result<Vec<Self>> {
        let mut all: Vec<Self> = values(list(records, "")?);
        all.sort_by_key(|one| one.index);
        Ok(all)
    }
}

fn values<R>(all: Vec<(String, R)>) -> Vec<R> {
    all.into_iter().map(|(_, record)| record).collect()
}
