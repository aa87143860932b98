//! What a ledger was at one moment, in words for paper (docs/formats.md, section 14): the whole root, so
//! that nobody can make another log for the same words.

use std::collections::HashMap;

use super::fixed::Digest;
use super::slip39;
use crate::error::{Error, Result};

/// How many words: 336 bits of content and 14 of a checksum, ten a word.
pub const COUNT: usize = 35;
/// The ledger's first bytes, the size, the root.
const CONTENT: usize = 5 + 5 + 32;
const LABEL: &[u8] = b"rootkeep/paper-pin/v1\n";

/// A pin for paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaperPin {
    /// The first 40 bits of the ledger's id: which ledger, for an error that says so.
    pub ledger: [u8; 5],
    /// How many entries; below 2^40.
    pub size: u64,
    /// The log's root at that size.
    pub root: Digest,
}

impl PaperPin {
    /// Of a ledger's head.
    #[must_use]
    pub fn new(ledger: &Digest, size: u64, root: Digest) -> Self {
        Self {
            ledger: start_of(ledger),
            size,
            root,
        }
    }

    /// How many entries it is of.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether it is of this ledger, as far as it says.
    #[must_use]
    pub fn is_of(&self, ledger: &Digest) -> bool {
        self.ledger == start_of(ledger)
    }

    fn bytes(&self) -> Vec<u8> {
        let size = self.size.to_be_bytes();
        let mut bytes = self.ledger.to_vec();
        bytes.extend(size.iter().skip(3));
        bytes.extend(self.root.as_bytes());
        let sum = Digest::of_all(&[LABEL, &bytes]);
        bytes.extend(sum.as_bytes().iter().take(2));
        bytes
    }

    /// Its words, with single spaces.
    #[must_use]
    pub fn words(&self) -> String {
        let bytes = self.bytes();
        let bit = |at: usize| {
            let byte = bytes.get(at / 8).copied().unwrap_or(0);
            u16::from(byte >> (7 - at % 8) & 1)
        };
        let word = |place: usize| (0..10).fold(0, |index, at| index << 1 | bit(place * 10 + at));
        let words: Vec<String> = (0..COUNT).map(|place| slip39::word(word(place))).collect();
        words.join(" ")
    }

    /// Reads words that somebody typed; case and white space don't matter.
    ///
    /// # Errors
    /// Usage, codes `words-count`, `no-such-word` with its place, `words-mistyped` where the checksum
    /// doesn't fit.
    pub fn parse(typed: &str) -> Result<Self> {
        let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
        if words.len() != COUNT {
            return Err(Error::usage(
                "words-count",
                format!("a pin has {COUNT} words, {} were given", words.len()),
            )
            .hint("type all of them, in quotes, with spaces between"));
        }
        let known: HashMap<String, u16> = (0..1024)
            .map(|index| (slip39::word(index), index))
            .collect();
        let mut bits = Vec::with_capacity(COUNT * 10);
        for (place, word) in words.iter().enumerate() {
            let index = known.get(word).ok_or_else(|| {
                Error::usage(
                    "no-such-word",
                    format!(
                        "word {}, `{}`, is none of the list",
                        place + 1,
                        word.escape_debug()
                    ),
                )
                .hint(format!(
                    "read line {} of the paper again: five words stand in a line",
                    place / 5 + 1
                ))
            })?;
            bits.extend((0..10).rev().map(|at| index >> at & 1 == 1));
        }
        let bytes: Vec<u8> = bits
            .chunks_exact(8)
            .take(CONTENT)
            .map(|byte| byte.iter().fold(0, |all, bit| all << 1 | u8::from(*bit)))
            .collect();
        let pin = Self::of_content(&bytes).filter(|pin| pin.words() == words.join(" "));
        pin.ok_or_else(|| {
            Error::usage(
                "words-mistyped",
                "the words are no pin: one is not the one printed",
            )
            .hint("compare them with the paper, one by one")
        })
    }

    fn of_content(bytes: &[u8]) -> Option<Self> {
        let (ledger, rest) = bytes.split_first_chunk::<5>()?;
        let (size, root) = rest.split_first_chunk::<5>()?;
        Some(Self {
            ledger: *ledger,
            size: size
                .iter()
                .fold(0, |size, byte| size << 8 | u64::from(*byte)),
            root: Digest::from_slice(root)?,
        })
    }
}

fn start_of(ledger: &Digest) -> [u8; 5] {
    let mut start = [0; 5];
    for (to, from) in start.iter_mut().zip(ledger.as_bytes()) {
        *to = *from;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_say_ledger_size_and_the_whole_root() {
        let pins = [
            PaperPin::new(&Digest([0; 32]), 0, Digest([0; 32])),
            PaperPin::new(&Digest([0xff; 32]), (1 << 40) - 1, Digest([0xff; 32])),
            PaperPin::new(&Digest::of(b"l"), 1_000_000, Digest::of(b"r")),
        ];
        for pin in pins {
            let words = pin.words();
            assert_eq!(words.split(' ').count(), COUNT);
            assert_eq!(PaperPin::parse(&words).unwrap(), pin);
            let typed = words.to_uppercase().replace(' ', "\n  ");
            assert_eq!(PaperPin::parse(&typed).unwrap(), pin);
        }
        for bit in [0, 255] {
            let mut root = Digest::of(b"r");
            root.0[bit / 8] ^= 0x80 >> (bit % 8);
            let other = PaperPin::new(&Digest::of(b"l"), 1_000_000, root);
            assert_ne!(other.words(), pins[2].words());
        }
    }

    #[test]
    fn words_that_were_mistyped_are_found() {
        let words = PaperPin::new(&Digest::of(b"l"), 17, Digest::of(b"r")).words();
        let all: Vec<&str> = words.split(' ').collect();
        assert_eq!(
            PaperPin::parse(&all[1..].join(" ")).unwrap_err().code(),
            "words-count"
        );
        let mut found = 0;
        for place in 0..COUNT {
            let mut other = all.clone();
            other[place] = if all[place] == "acid" { "acne" } else { "acid" };
            found += usize::from(PaperPin::parse(&other.join(" ")).is_err());
        }
        assert_eq!(found, COUNT);
        let mut unknown = all;
        unknown[3] = "rootkeep";
        let error = PaperPin::parse(&unknown.join(" ")).unwrap_err();
        assert!(error.code() == "no-such-word" && error.message().contains("word 4"));
    }
}
