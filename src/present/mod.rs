//! Pictures of things: pure functions of what they show.

pub mod qr;
