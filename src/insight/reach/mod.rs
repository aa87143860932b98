//! Who can reach which root user, and who is locked out when people or sites are gone: exactly, from what
//! the ledger records, and with what it doesn't record said beside it (docs/who-can.md).

pub mod answer;
pub mod diagrams;
pub mod estate;
pub mod formula;
pub mod gaps;
mod read;
pub mod routes;
pub mod sets;
pub mod ways;
pub mod what_if;

pub use answer::{Answer, Reach};
pub use read::read;
pub use routes::{Asked, Lost, Question, Route};
