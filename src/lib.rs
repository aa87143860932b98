//! Rootkeep: an offline custody ledger for AWS root credentials.
//!
//! The rooms, each importing only from those above it:
//!
//! | room | what it is for |
//! |---|---|
//! | [`error`] | what failed, why, what to do next |
//! | [`log`] | RFC 6962 tree, notes, cosignatures, proofs |
//! | [`crypto`] | every key and primitive |
//! | [`statement`] | what a person claims |
//! | [`state`] | what the log adds up to, as records |
//! | [`policy`] | who may claim what, and when it takes effect |
//! | [`store`] | the encrypted database |
//! | [`ledger`] | the facade: open, append, read; pins |
//! | [`aws`] | parsers of what AWS hands out |
//! | [`insight`] | what is due, what is provable |
//! | [`exchange`] | all that leaves or enters |
//! | [`present`] | pictures and tables |
//! | [`cli`] | arguments, prompts, exit codes |
//!
//! A split and its recovery:
//!
//! ```
//! use ring::rand::SystemRandom;
//! use rootkeep::crypto::secret::Key32;
//! use rootkeep::crypto::slip39::{self, Scheme};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = Key32::new([7; 32]);
//! let groups = slip39::split(&SystemRandom::new(), &key, &Scheme::single(2, 3))?;
//! let shares: Vec<_> = groups.into_iter().flatten().take(2).collect();
//! assert_eq!(slip39::combine(&shares)?.key.expose(), key.expose());
//! # Ok(())
//! # }
//! ```

pub mod aws;
pub mod cli;
pub mod crypto;
pub mod error;
pub mod exchange;
pub mod insight;
pub mod ledger;
pub mod log;
pub mod policy;
pub mod present;
pub mod state;
pub mod statement;
pub mod store;
