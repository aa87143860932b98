//! What the log adds up to. State is a cache of the log: the policy room folds each statement into
//! records, the store room keeps them, and `verify --rebuild` folds again and compares.

pub mod ceremonies;
pub mod custody;
pub mod drills;
pub mod erasure;
pub mod estate;
pub mod findings;
pub mod imports;
pub mod outside;
mod overlay;
pub mod people;
pub mod places;
pub mod records;
pub mod reviews;
pub mod rules;
pub mod runbooks;
pub mod shard;
pub mod tasks;
pub mod trails;

pub use overlay::{Change, Memory, Overlay};
pub use records::{Record, Records, Table};
