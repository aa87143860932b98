//! The word list: index to word and word to index, each by reading the whole list.
//!
//! SLIP-39 "Wordlist". `wordlist.txt` is the official file, unchanged. A word has 4 to 8 letters,
//! so it fits a `u64`, and comparing two words is one operation without a branch.

use zeroize::Zeroizing;

/// How many words the list has: ten bits of share each.
const COUNT: usize = 1024;

/// The list, each word's letters as a big-endian number.
static WORDS: [u64; COUNT] = pack_list(include_str!("wordlist.txt").as_bytes());

/// A letter put behind the letters of `word`.
const fn append(word: u64, letter: u8) -> u64 {
    word << 8 | u64::from_be_bytes([0, 0, 0, 0, 0, 0, 0, letter])
}

/// Packs the list while compiling.
const fn pack_list(mut text: &[u8]) -> [u64; COUNT] {
    let mut words = [0; COUNT];
    let mut free: &mut [u64] = &mut words;
    while let Some((slot, others)) = free.split_first_mut() {
        while let Some((letter, rest)) = text.split_first() {
            text = rest;
            if *letter == b'\n' {
                break;
            }
            *slot = append(*slot, *letter);
        }
        free = others;
    }
    words
}

/// All ones where the numbers are equal, else zero.
const fn equal(a: u64, b: u64) -> u64 {
    let difference = a ^ b;
    ((difference | difference.wrapping_neg()) >> 63).wrapping_sub(1)
}

/// How letters are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Lower case only.
    Lower,
    /// Upper case counts as lower case.
    Any,
}

/// The index of a word, or `None` where the list does not have it.
pub(super) fn index_of(text: &str, case: Case) -> Option<u32> {
    let mut wanted = Zeroizing::new(0u64);
    // A NUL in front would not change the number.
    let mut packs = text.len() <= 8;
    for letter in text.bytes().take(8) {
        let letter = if case == Case::Any {
            letter.to_ascii_lowercase()
        } else {
            letter
        };
        *wanted = append(*wanted, letter);
        packs &= letter != 0;
    }
    let mut index = Zeroizing::new(0u64);
    let mut found = 0;
    for (candidate, word) in (0..).zip(&WORDS) {
        let hit = equal(*word, *wanted);
        *index |= candidate & hit;
        found |= hit;
    }
    let [low, high, ..] = index.to_le_bytes();
    (found != 0 && packs).then(|| u32::from_le_bytes([low, high, 0, 0]))
}

/// Writes the word of an index below 1024 at the end of `text`.
pub(super) fn push_word(text: &mut String, index: u32) {
    let mut word = Zeroizing::new(0u64);
    for (candidate, other) in (0..).zip(&WORDS) {
        *word |= other & equal(candidate, u64::from(index));
    }
    let letters = Zeroizing::new(word.to_be_bytes());
    text.extend(
        letters
            .iter()
            .filter(|letter| **letter != 0)
            .map(|letter| char::from(*letter)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::digest::{SHA256, digest};

    const LIST: &str = include_str!("wordlist.txt");

    #[test]
    fn the_list_is_the_official_one() {
        // sha256sum of slip-0039/wordlist.txt at satoshilabs/slips 73c23ac.
        let sum = digest(&SHA256, LIST.as_bytes());
        let hex: String = sum
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3"
        );
        assert_eq!(LIST.lines().count(), COUNT);
    }

    #[test]
    fn every_word_goes_there_and_back() {
        for (index, word) in (0..).zip(LIST.lines()) {
            assert_eq!(index_of(word, Case::Lower), Some(index));
            assert_eq!(index_of(&word.to_uppercase(), Case::Any), Some(index));
            assert_eq!(index_of(&word.to_uppercase(), Case::Lower), None);
            let mut text = String::new();
            push_word(&mut text, index);
            assert_eq!(text, word);
        }
    }

    #[test]
    fn what_is_nearly_a_word_is_not_one() {
        for text in [
            "",
            "acad",
            "academi",
            "academicc",
            "academic ",
            " academic",
            "zzzz",
            "\0acid",
            "acid\0",
            "ácid",
        ] {
            assert_eq!(index_of(text, Case::Any), None, "{text:?}");
        }
    }
}
