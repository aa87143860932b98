//! What the records say when they are looked at together: what is due, what is still
//! provable, and whether each use of a root user was expected.
//! Pure: it reads records, and is told the time.

pub mod backups;
pub mod calendar;
pub mod drills;
pub mod erasure;
pub mod estate;
pub mod possession;
pub mod reach;
pub mod reconcile;
pub mod reviews;
pub mod roots;
pub mod rules;
