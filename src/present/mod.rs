//! Views: pictures and words, pure functions of what they show.

pub mod accounts;
pub mod ceremonies;
pub mod custody;
pub mod describe;
pub mod drills;
pub mod erasure;
pub mod estate;
pub mod evidence;
pub mod findings;
pub mod ics;
pub mod map;
pub mod minutes;
pub mod outside;
pub mod print;
pub mod qr;
pub mod reach;
pub mod reviews;
pub mod runbooks;
pub mod tasks;
pub mod trails;
