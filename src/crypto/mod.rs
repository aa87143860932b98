//! Every key and primitive. The primitives are ring's, age's and SQLCipher's; what is built from
//! them follows docs/formats.md. Nothing here reads a ledger or prints.

pub mod age_file;
pub mod canonical;
pub mod card;
pub mod dsse;
pub mod ed25519;
pub mod fingerprint;
pub mod fixed;
pub mod hardening;
pub mod identity;
pub mod member_key;
pub mod paper_pin;
pub mod part;
pub mod possession;
pub mod recipient;
pub mod secret;
pub mod slip39;
pub mod sshsig;
pub mod timestamp;
pub mod totp;
pub mod unseen;
pub mod words;
