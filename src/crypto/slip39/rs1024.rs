//! RS1024, the checksum in a mnemonic's last three words.
//!
//! SLIP-39 "Checksum": a Reed-Solomon code over GF(1024) that detects any three wrong words.

use zeroize::Zeroizing;

/// Words in a checksum.
pub(super) const CHECKSUM_WORDS: usize = 3;

/// The length of the cyclic code: the order of GF(1024) without zero.
const CYCLE: usize = 1023;

/// The generator's multiples, one for each bit that leaves the register.
const GENERATOR: [u32; 10] = [
    0x00e0_e040,
    0x01c1_c080,
    0x0383_8100,
    0x0707_0200,
    0x0e0e_0009,
    0x1c0c_2412,
    0x3808_6c24,
    0x3090_fc48,
    0x21b1_f890,
    0x03f3_f120,
];

/// Shifts one word into the register.
fn step(register: u32, word: u32) -> u32 {
    let leaving = register >> 20;
    let mut next = (register & 0x000f_ffff) << 10 ^ word;
    for (bit, multiple) in (0..).zip(GENERATOR) {
        next ^= multiple & (leaving >> bit & 1).wrapping_neg();
    }
    next
}

/// The register after the customization string and `words`.
fn register(extendable: bool, words: &[u32]) -> u32 {
    let customization: &[u8] = if extendable {
        b"shamir_extendable"
    } else {
        b"shamir"
    };
    let start = customization
        .iter()
        .fold(1, |register, byte| step(register, u32::from(*byte)));
    words
        .iter()
        .fold(start, |register, word| step(register, *word))
}

/// The three words that make `data` valid.
pub(super) fn checksum(extendable: bool, data: &[u32]) -> [u32; CHECKSUM_WORDS] {
    let end = register(extendable, data);
    let sum = (0..CHECKSUM_WORDS).fold(end, |register, _| step(register, 0)) ^ 1;
    [sum >> 20, sum >> 10 & 1023, sum & 1023]
}

/// Whether `words`, checksum included, are valid.
pub(super) fn is_valid(extendable: bool, words: &[u32]) -> bool {
    register(extendable, words) == 1
}

/// The extendable flag is the fifth bit from the end of the second word.
pub(super) fn is_extendable(words: &[u32]) -> bool {
    words.get(1).is_some_and(|word| word >> 4 & 1 == 1)
}

/// The place (from 0) of the only word whose exchange would make invalid `words` valid.
///
/// SLIP-39 "Checksum design" allows a hint where the error is, and no correction: none is given to
/// the caller. The code's distance is four, so two wrong words are never taken for one. Its time
/// depends on the words; it runs on a mistyped mnemonic, which is not yet a share.
pub(super) fn only_suspect(words: &[u32]) -> Option<usize> {
    let mut suspects = Vec::new();
    for extendable in [false, true] {
        // An error in the word that has `behind` words behind it went through that many steps.
        // The code is cyclic: 1023 steps change nothing, so the steps left to 1023 undo them,
        // and what then fits one word is that word's error.
        let mut error = Zeroizing::new(register(extendable, words) ^ 1);
        for behind in (0..CYCLE).rev() {
            *error = step(*error, 0);
            if *error < 1024
                && let Some(place) = words.len().checked_sub(behind + 1)
                && mended_flag(words, place, *error) == extendable
            {
                suspects.push(place);
            }
        }
    }
    match suspects.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The extendable flag once `error` is taken from the word at `place`.
fn mended_flag(words: &[u32], place: usize, error: u32) -> bool {
    is_extendable(words) ^ (place == 1 && error >> 4 & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(extendable: bool) -> Vec<u32> {
        let mut words: Vec<u32> = (0..30).map(|i| (i * 37 + 5) % 1024).collect();
        words[1] = words[1] & !16 | u32::from(extendable) << 4;
        let sum = checksum(extendable, &words);
        words.extend(sum);
        words
    }

    #[test]
    fn a_made_checksum_is_valid_and_belongs_to_its_flag() {
        for extendable in [false, true] {
            assert!(is_valid(extendable, &sealed(extendable)));
            assert!(!is_valid(!extendable, &sealed(extendable)));
        }
    }

    #[test]
    fn every_single_wrong_word_is_detected() {
        for extendable in [false, true] {
            let good = sealed(extendable);
            for place in 0..good.len() {
                for error in 1..1024 {
                    let mut bad = good.clone();
                    bad[place] ^= error;
                    assert!(
                        !is_valid(is_extendable(&bad), &bad),
                        "word {place} ^ {error}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_single_wrong_word_is_located_wherever_it_is() {
        let good = sealed(true);
        for place in 0..good.len() {
            for error in [1, 16, 1023] {
                let mut bad = good.clone();
                bad[place] ^= error;
                assert_eq!(only_suspect(&bad), Some(place), "word {place} ^ {error}");
            }
        }
    }

    #[test]
    fn two_wrong_words_are_detected_and_nothing_is_named() {
        let good = sealed(true);
        for second in 2..good.len() {
            let mut bad = good.clone();
            bad[0] ^= 3;
            bad[second] ^= 700;
            assert!(!is_valid(true, &bad));
            assert_eq!(only_suspect(&bad), None, "words 0 and {second}");
        }
    }

    #[test]
    fn swapped_neighbours_are_detected() {
        let good = sealed(true);
        for place in 2..good.len() - 1 {
            let mut bad = good.clone();
            bad.swap(place, place + 1);
            assert_eq!(bad == good, is_valid(true, &bad));
        }
    }
}
