//! Putting a key together again, and saying which shares are wrong.
//!
//! SLIP-39 "Combining the shares", with surplus shares allowed. Sorts the shares into sets and
//! recovers what recovers (`sets`), then holds every share given against that (`audit`). Where
//! nothing recovers, says why (`explain`).

use zeroize::Zeroizing;

use super::audit::{Audit, audit};
use super::cipher::{self, Settings};
use super::error::CombineError;
use super::explain::explain;
use super::gf256::equal;
use super::name::{ShareName, WrongShare};
use super::sets::{sort_into_sets, take_once};
use super::share::Mnemonic;
use super::solve::{Budget, Exhausted, STEPS};
use crate::crypto::secret::Key32;

/// What shares recover.
#[derive(Clone, Debug)]
pub struct Combined {
    /// The key.
    pub key: Key32,
    /// Shares that are certainly wrong: they belong to another set, or lie off the polynomial.
    pub wrong: Vec<WrongShare>,
    /// Shares of which nothing can be said: too few of their group were given to check them, or at
    /// least one of them is wrong and it cannot be told which. The key does not rest on them.
    pub unchecked: Vec<ShareName>,
    /// Shares that had been given before, and were counted once.
    pub repeated: Vec<ShareName>,
}

/// Recovers a key from shares of one split, in any order, as many as there are.
///
/// SLIP-39 "Combining the shares", steps 2 to 4, with an empty passphrase. The work is bounded.
///
/// # Errors
/// Why nothing could be recovered; see [`CombineError`].
pub fn combine(shares: &[Mnemonic]) -> Result<Combined, CombineError> {
    let recovered = recover(shares, &mut Budget::new(STEPS))?;
    let wrong_length = CombineError::SecretLength {
        bits: recovered.encrypted.len().saturating_mul(8),
    };
    if recovered.encrypted.len() != 32 {
        return Err(wrong_length);
    }
    let secret = cipher::decrypt(&recovered.encrypted, b"", recovered.settings);
    let key: &[u8; 32] = secret.as_slice().try_into().map_err(|_| wrong_length)?;
    Ok(Combined {
        key: Key32::new(*key),
        wrong: recovered.audit.wrong,
        unchecked: recovered.audit.unchecked,
        repeated: recovered.repeated,
    })
}

/// Whether each of `sets` recovers `key`, with no share among them wrong.
///
/// As [`combine`] on every set. What they recover before the cipher is compared, so that the cipher
/// runs once: the same encrypted key under the same settings is the same key.
///
/// # Errors
/// Why a set recovers nothing; see [`CombineError`].
pub fn all_recover(key: &Key32, sets: &[Vec<Mnemonic>]) -> Result<bool, CombineError> {
    let mut first: Option<Recovered> = None;
    for set in sets {
        let recovered = recover(set, &mut Budget::new(STEPS))?;
        let agrees = first.as_ref().is_none_or(|first| {
            first.settings == recovered.settings && equal(&first.encrypted, &recovered.encrypted)
        });
        if !agrees || !recovered.audit.wrong.is_empty() {
            return Ok(false);
        }
        first.get_or_insert(recovered);
    }
    let first = first.ok_or(CombineError::NoShares)?;
    let again = cipher::decrypt(&first.encrypted, b"", first.settings);
    Ok(equal(&again, key.expose()))
}

/// What is recovered before decryption: generic over length and passphrase.
pub(super) struct Recovered {
    pub(super) encrypted: Zeroizing<Vec<u8>>,
    pub(super) settings: Settings,
    audit: Audit,
    repeated: Vec<ShareName>,
}

/// SLIP-39 "Combining the shares", steps 1 to 3.
pub(super) fn recover(shares: &[Mnemonic], budget: &mut Budget) -> Result<Recovered, CombineError> {
    let (given, repeated) = take_once(shares);
    let sets = sort_into_sets(given);

    let mut answers = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        answers.extend(
            set.recover(budget)?
                .into_iter()
                .map(|answer| (index, answer)),
        );
    }
    // A set with a digest outvotes one without; and one without counts only where nothing contradicts it.
    let alone = sets.len() == 1 && sets.iter().all(|set| set.is_of_one_mind());
    let has_digest = answers.iter().any(|(_, answer)| answer.has_digest);
    answers.retain(|(_, answer)| answer.has_digest || (alone && !has_digest));

    match answers.as_slice() {
        [(index, answer)] => {
            let audit = audit(&sets, *index, answer, budget)?;
            let set = sets.get(*index).ok_or(CombineError::NoShares)?;
            let encrypted = answer.polynomial.secret();
            Ok(Recovered {
                encrypted,
                settings: set.header.settings(),
                audit,
                repeated,
            })
        }
        [] => Err(explain(sets, &repeated, false, budget)),
        _ => Err(explain(sets, &repeated, true, budget)),
    }
}

impl From<Exhausted> for CombineError {
    fn from(_: Exhausted) -> Self {
        Self::TooManyWrong
    }
}
