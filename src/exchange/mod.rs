//! All that leaves or enters.

pub mod qr_image;
