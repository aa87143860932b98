//! What the records say when they are looked at together: what is due, and what is still provable.
//! Pure: it reads records, and is told the time.

pub mod calendar;
pub mod drills;
pub mod possession;
pub mod reach;
pub mod reviews;
