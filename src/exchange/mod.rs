//! All that leaves or enters.

pub mod archive;
pub mod backup;
pub mod casting;
pub mod compare;
pub mod copy;
pub mod evidence;
pub mod gathering;
pub mod photo;
pub mod qr_image;
pub mod restore;
pub mod runbook;
pub mod slip_frames;
pub mod staging;
pub mod table;
