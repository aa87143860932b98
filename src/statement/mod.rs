//! What a person claims: one signed header that commits to two parts (docs/formats.md, sections 2,
//! 3 and 6). One file for each family of kinds. Nothing here does input or output.

pub mod accesses;
pub mod account_id;
pub mod accounts;
pub mod blobs;
mod bounds;
pub mod ceremonies;
pub mod claim;
pub mod copies;
pub mod decisions;
pub mod drills;
pub mod erasure;
pub mod estate;
pub mod evidence;
pub mod findings;
pub mod founding;
pub mod header;
pub mod imports;
pub mod names;
pub mod notes;
pub mod outside;
pub mod people;
pub mod posture;
pub mod quorums;
pub mod register;
pub mod registry;
pub mod releases;
pub mod reviews;
pub mod runbooks;
pub mod secrets;
pub mod slips;
pub mod tasks;
pub mod text;
pub mod time;
pub mod trails;

pub use claim::{Claim, Kind};
pub use header::{Draft, Header, Parts, Seen, Statement, UntrustedStatement};
pub use names::{SecretKind, SecretName, Subject};
pub use time::Time;
