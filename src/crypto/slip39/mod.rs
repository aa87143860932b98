//! SLIP-39: a key split into mnemonics, and put together again.
//!
//! Follows <https://github.com/satoshilabs/slips/blob/master/slip-0039.md> (status: final), cited
//! below by its headings. Touches no file, clock or terminal; randomness comes in by argument.
//!
//! What this program adds to the letter of the specification, and why:
//!
//! - [`combine`] takes more shares than needed. The surplus is a cross-check that names the wrong
//!   share; a rubbish share among enough good ones does not block.
//! - No passphrase. It would be unauthenticated: a wrong one gives a wrong key in silence.
//! - One share is never the secret: [`Scheme::check`] wants at least two to recover.
//! - Nothing indexes memory or branches by the bits of a secret. Field arithmetic has no tables and
//!   the word list is always read whole. The *lengths* of a mnemonic's words do show in the time
//!   its text takes to read and write, as they show in the length of that text itself.
//! - No error contains a word of a share. Words, shares, groups and members are named by number.
//!
//! What SLIP-39 cannot do: say who made a share. Its digest detects a set that does not fit
//! together; it does not authenticate the set. The ledger's possession keys do that.
//!
//! ```
//! use rootkeep::crypto::secret::Key32;
//! use rootkeep::crypto::slip39::{self, Mnemonic, Scheme};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rng = ring::rand::SystemRandom::new();
//! let key = Key32::new([7; 32]);
//! let groups = slip39::split(&rng, &key, &Scheme::single(2, 3))?;
//!
//! let mut given: Vec<Mnemonic> = Vec::new();
//! for share in groups.iter().flatten().take(2) {
//!     given.push(Mnemonic::parse(share.text().expose())?);
//! }
//! let combined = slip39::combine(&given)?;
//! assert_eq!(combined.key.expose(), key.expose());
//! assert!(combined.wrong.is_empty());
//! # Ok(())
//! # }
//! ```

mod audit;
mod cipher;
mod combine;
mod digest;
mod error;
mod explain;
mod gf256;
mod name;
mod rs1024;
mod scheme;
mod sets;
mod share;
mod solve;
mod split;
mod words;

#[cfg(test)]
mod tests;

pub use combine::{Combined, all_recover, combine};
pub use error::{CombineError, SchemeError, ShareError, SplitError};
pub use name::{Fault, Missing, ShareName, WrongShare};
pub use scheme::{Group, Scheme};
pub use share::{MAX_ITERATION_EXPONENT, Mnemonic, SHARE_WORDS, ShareHeader};
pub use split::split;

/// One word of the list, for fingerprints and codes that are read aloud; above 1023 it wraps.
#[must_use]
pub fn word(index: u16) -> String {
    let mut text = String::with_capacity(8);
    words::push_word(&mut text, u32::from(index) & 0x3ff);
    text
}
