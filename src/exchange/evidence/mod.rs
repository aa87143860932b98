//! Evidence: a bundle of a period's entries that stands without the ledger and without this program
//! (docs/formats.md, section 18).

pub mod archive;
pub mod bundle;
pub mod called;
pub mod compared;
pub mod container;
pub mod csv_tables;
pub mod frameworks;
pub mod gather;
pub mod guide;
pub mod model;
pub mod oscal;
pub mod sums;
pub mod tables;
pub mod trust;
mod uuid;
pub mod verify;
