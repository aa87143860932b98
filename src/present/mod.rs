//! Views: pictures and words, pure functions of what they show.

pub mod ceremonies;
pub mod custody;
pub mod describe;
pub mod drills;
pub mod ics;
pub mod map;
pub mod minutes;
pub mod print;
pub mod qr;
pub mod reach;
pub mod reviews;
pub mod runbooks;
