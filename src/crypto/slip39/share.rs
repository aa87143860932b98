//! One share: its header, its value and the mnemonic they make.
//!
//! SLIP-39 "Format of the share mnemonic". The first four words are the header, the last three the
//! checksum, and what lies between is the value, after two to eight bits of zero.

use std::fmt;

use zeroize::Zeroizing;

use super::error::ShareError;
use super::rs1024::{self, CHECKSUM_WORDS};
use super::words::{self, Case};
use crate::crypto::secret::SecretText;

/// Words of a share of a 256-bit key.
pub const SHARE_WORDS: usize = 33;

/// The highest iteration exponent that is read: 640,000 iterations, a sixth of a second here and a
/// few seconds on a slow machine. This program writes 0 and other tools write 0 or 1; the format
/// allows 15, with which a hostile share would keep a slow machine busy for an hour.
pub const MAX_ITERATION_EXPONENT: u8 = 6;

/// Words of the header.
const HEADER_WORDS: usize = 4;
/// Words of a share of the shortest secret, 128 bits, and of the longest one read, 512 bits.
const TYPED_WORDS: std::ops::RangeInclusive<usize> = 20..=59;
/// Bits of share in a word.
const WORD_BITS: usize = 10;
/// Letters and a space: the most room a word takes.
const WORD_ROOM: usize = 9;

/// What a share says of itself (SLIP-39 "Format of the share mnemonic"). None of it is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShareHeader {
    /// Random, 15 bits, the same for all shares of one split (id).
    pub identifier: u16,
    /// Whether the identifier is no salt of the key's encryption (ext).
    pub extendable: bool,
    /// PBKDF2 takes 10,000 times two to this power iterations (e).
    pub iteration_exponent: u8,
    /// This group's index, from 0 (GI).
    pub group: u8,
    /// Groups that are needed, from 1 (GT).
    pub groups_needed: u8,
    /// Groups there are, from 1 (G).
    pub groups: u8,
    /// This member's index in the group, from 0 (I).
    pub member: u8,
    /// Members of this group that are needed, from 1 (T).
    pub threshold: u8,
    /// Bytes of the secret, and of the share's value (n).
    pub secret_bytes: usize,
}

/// One valid share. Wiped when dropped, prints as `[redacted]`.
#[derive(Clone)]
pub struct Mnemonic {
    header: ShareHeader,
    value: Zeroizing<Vec<u8>>,
    text: SecretText,
}

impl Mnemonic {
    /// Reads a share as this program writes it, and nothing else: 33 lower-case words with single
    /// spaces, extendable, iteration exponent 0 (SLIP-39 "Format of the share mnemonic"). So one
    /// share has one text, byte for byte.
    ///
    /// # Errors
    /// What is wrong with the text, without any of it.
    pub fn parse(text: &str) -> Result<Self, ShareError> {
        let spaced = text
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_lowercase());
        let words: Vec<&str> = text.split(' ').collect();
        if !spaced || words.iter().any(|word| word.is_empty()) {
            return Err(ShareError::Spacing);
        }
        if words.len() != SHARE_WORDS {
            return Err(ShareError::WordCount { found: words.len() });
        }
        // Words of the list, in their one spelling: nothing would come of spelling them again.
        let share = Self::decode(&indices(&words, Case::Lower)?, |_| {
            SecretText::new(text.to_owned())
        })?;
        share.require_canonical()?;
        Ok(share)
    }

    /// Reads a share as a person types it, of this program or another one: any white space, any
    /// case, secrets of 128 to 512 bits, extendable or not, any iteration exponent up to
    /// [`MAX_ITERATION_EXPONENT`]. [`Mnemonic::text`] is then in canonical spelling.
    ///
    /// # Errors
    /// What is wrong with the text, without any of it.
    pub fn parse_typed(text: &str) -> Result<Self, ShareError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if !TYPED_WORDS.contains(&words.len()) {
            return Err(ShareError::WordCount { found: words.len() });
        }
        Self::decode(&indices(&words, Case::Any)?, to_text)
    }

    /// Checks that this share is of the one form this program writes: a 256-bit key, extendable,
    /// iteration exponent 0.
    ///
    /// # Errors
    /// [`ShareError::Foreign`] with what differs.
    pub fn require_canonical(&self) -> Result<(), ShareError> {
        let field = if self.header.secret_bytes != 32 {
            "its secret is not of 256 bits"
        } else if !self.header.extendable {
            "it is not extendable"
        } else if self.header.iteration_exponent != 0 {
            "its iteration exponent is not 0"
        } else {
            return Ok(());
        };
        Err(ShareError::Foreign { field })
    }

    /// What the share says of itself.
    #[must_use]
    pub fn header(&self) -> &ShareHeader {
        &self.header
    }

    /// The words, lower case, single spaces.
    #[must_use]
    pub fn text(&self) -> &SecretText {
        &self.text
    }

    /// The share's value: a point's secret coordinate.
    pub(super) fn value(&self) -> &Zeroizing<Vec<u8>> {
        &self.value
    }

    /// Makes the share of a header and a value of the length the header says.
    pub(super) fn encode(header: ShareHeader, value: &Zeroizing<Vec<u8>>) -> Self {
        let mut words = Zeroizing::new(Vec::with_capacity(*TYPED_WORDS.end()));
        words.extend(header.to_words());
        push_value(&mut words, value);
        let sum = rs1024::checksum(header.extendable, &words);
        words.extend(sum);
        Self {
            header,
            value: value.clone(),
            text: to_text(&words),
        }
    }

    fn decode(words: &[u32], spell: impl FnOnce(&[u32]) -> SecretText) -> Result<Self, ShareError> {
        let [a, b, c, d, middle @ .., _, _, _] = words else {
            return Err(ShareError::WordCount { found: words.len() });
        };
        if !rs1024::is_valid(rs1024::is_extendable(words), words) {
            let suspect = rs1024::only_suspect(words).map(|place| place + 1);
            return Err(ShareError::Checksum { suspect });
        }
        let value = take_value(middle)?;
        let header = ShareHeader::from_words([*a, *b, *c, *d], value.len());
        header.check()?;
        Ok(Self {
            header,
            value,
            text: spell(words),
        })
    }
}

impl fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl ShareHeader {
    /// The forty bits of the header.
    fn to_words(self) -> [u32; HEADER_WORDS] {
        let mut bits = u64::from(self.identifier);
        bits = bits << 1 | u64::from(self.extendable);
        for field in [
            self.iteration_exponent,
            self.group,
            self.groups_needed.wrapping_sub(1),
            self.groups.wrapping_sub(1),
            self.member,
            self.threshold.wrapping_sub(1),
        ] {
            bits = bits << 4 | u64::from(field & 15);
        }
        [30, 20, 10, 0].map(|shift| u32::from(low_u16(bits >> shift) & 1023))
    }

    fn from_words(words: [u32; HEADER_WORDS], secret_bytes: usize) -> Self {
        let bits = words
            .iter()
            .fold(0, |bits, word| bits << WORD_BITS | u64::from(*word));
        let nibble = |shift: u32| {
            let [low, ..] = (bits >> shift).to_le_bytes();
            low & 15
        };
        Self {
            identifier: low_u16(bits >> 25),
            extendable: bits >> 24 & 1 == 1,
            iteration_exponent: nibble(20),
            group: nibble(16),
            groups_needed: nibble(12) + 1,
            groups: nibble(8) + 1,
            member: nibble(4),
            threshold: nibble(0) + 1,
            secret_bytes,
        }
    }

    fn check(&self) -> Result<(), ShareError> {
        // SLIP-39 "Combining the shares", step 1; an index beyond the groups cannot come from a split.
        if self.groups_needed > self.groups || self.group >= self.groups {
            return Err(ShareError::Groups);
        }
        if self.iteration_exponent > MAX_ITERATION_EXPONENT {
            return Err(ShareError::IterationExponent {
                found: self.iteration_exponent,
            });
        }
        Ok(())
    }
}

fn low_u16(bits: u64) -> u16 {
    let [low, high, ..] = bits.to_le_bytes();
    u16::from_le_bytes([low, high])
}

fn indices(words: &[&str], case: Case) -> Result<Zeroizing<Vec<u32>>, ShareError> {
    let mut indices = Zeroizing::new(Vec::with_capacity(words.len()));
    let mut places = Vec::new();
    for (place, word) in (1..).zip(words) {
        match words::index_of(word, case) {
            Some(index) => indices.push(index),
            None => places.push(place),
        }
    }
    if places.is_empty() {
        Ok(indices)
    } else {
        Err(ShareError::UnknownWords { places })
    }
}

fn to_text(indices: &[u32]) -> SecretText {
    let mut text = String::with_capacity(indices.len() * WORD_ROOM);
    for index in indices {
        if !text.is_empty() {
            text.push(' ');
        }
        words::push_word(&mut text, *index);
    }
    SecretText::new(text)
}

/// Appends a value, left-padded with zero bits to whole words.
fn push_value(words: &mut Vec<u32>, value: &[u8]) {
    let bits = value.len() * 8;
    let mut held = bits.next_multiple_of(WORD_BITS) - bits;
    let mut window = Zeroizing::new(0u32);
    for byte in value {
        *window = (*window << 8 | u32::from(*byte)) & 0x3_ffff;
        held += 8;
        if held >= WORD_BITS {
            held -= WORD_BITS;
            words.push(*window >> held & 1023);
        }
    }
}

/// Reads a value. Its padding is what is over from a multiple of sixteen bits: at most eight, all zero.
fn take_value(words: &[u32]) -> Result<Zeroizing<Vec<u8>>, ShareError> {
    let bits = words.len() * WORD_BITS;
    let padding = bits % 16;
    if padding > 8 {
        return Err(ShareError::WordCount {
            found: words.len() + HEADER_WORDS + CHECKSUM_WORDS,
        });
    }
    if words
        .first()
        .is_some_and(|word| word >> (WORD_BITS - padding) != 0)
    {
        return Err(ShareError::Padding);
    }
    let mut value = Zeroizing::new(Vec::with_capacity(bits / 8));
    let mut window = Zeroizing::new(0u32);
    let mut skip = padding;
    let mut held = 0;
    for word in words {
        *window = (*window << WORD_BITS | word) & 0x3_ffff;
        held += WORD_BITS - skip;
        skip = 0;
        while held >= 8 {
            held -= 8;
            let [byte, ..] = (*window >> held).to_le_bytes();
            value.push(byte);
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: ShareHeader = ShareHeader {
        identifier: 0x7a5b,
        extendable: true,
        iteration_exponent: 0,
        group: 2,
        groups_needed: 2,
        groups: 3,
        member: 15,
        threshold: 9,
        secret_bytes: 32,
    };

    fn share(header: ShareHeader) -> Mnemonic {
        let length = u8::try_from(header.secret_bytes).unwrap();
        Mnemonic::encode(
            header,
            &Zeroizing::new((0..length).map(|i| 255 - i * 3).collect()),
        )
    }

    fn text(header: ShareHeader) -> String {
        share(header).text().expose().to_owned()
    }

    fn typed(header: ShareHeader) -> Result<ShareHeader, ShareError> {
        Mnemonic::parse_typed(&text(header)).map(|share| *share.header())
    }

    #[test]
    fn a_share_reads_back_as_written() {
        let ours = share(HEADER);
        let read = Mnemonic::parse(ours.text().expose()).unwrap();
        assert_eq!(*read.header(), HEADER);
        assert_eq!(read.value(), ours.value());
        assert_eq!(read.text().expose(), ours.text().expose());
        assert_eq!(ours.text().expose().split(' ').count(), SHARE_WORDS);
    }

    #[test]
    fn every_length_between_the_bounds_reads_back() {
        for secret_bytes in (16..=64).step_by(2) {
            let header = ShareHeader {
                secret_bytes,
                ..HEADER
            };
            assert_eq!(typed(header), Ok(header));
        }
        for secret_bytes in [14, 66] {
            assert!(matches!(
                typed(ShareHeader {
                    secret_bytes,
                    ..HEADER
                }),
                Err(ShareError::WordCount { .. })
            ));
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", share(HEADER)), "[redacted]");
    }

    #[test]
    fn only_one_spelling_is_canonical_and_a_person_may_type_others() {
        let good = text(HEADER);
        for other in [
            format!(" {good}"),
            format!("{good} "),
            format!("{good}\n"),
            good.replacen(' ', "  ", 1),
            good.replacen(' ', "\t", 1),
            good.replacen(' ', "\u{a0}", 1),
            good.to_uppercase(),
        ] {
            assert_eq!(
                Mnemonic::parse(&other).unwrap_err(),
                ShareError::Spacing,
                "{other:?}"
            );
            assert_eq!(Mnemonic::parse_typed(&other).unwrap().text().expose(), good);
        }
    }

    #[test]
    fn word_counts_beside_33_are_refused() {
        let good = text(HEADER);
        let short = good.rsplit_once(' ').unwrap().0.to_owned();
        assert_eq!(
            Mnemonic::parse(&short).unwrap_err(),
            ShareError::WordCount { found: 32 }
        );
        let long = format!("{good} academic");
        assert_eq!(
            Mnemonic::parse(&long).unwrap_err(),
            ShareError::WordCount { found: 34 }
        );
        assert_eq!(
            Mnemonic::parse_typed("").unwrap_err(),
            ShareError::WordCount { found: 0 }
        );
    }

    #[test]
    fn a_bad_word_is_named_by_its_place_only() {
        let mut words: Vec<String> = text(HEADER).split(' ').map(str::to_owned).collect();
        words[16] = "hunter".to_owned();
        let error = Mnemonic::parse(&words.join(" ")).unwrap_err();
        assert_eq!(error.to_string(), "word 17 is not in the list");
        words[32].push('x');
        let error = Mnemonic::parse_typed(&words.join("\n")).unwrap_err();
        assert_eq!(error.to_string(), "words 17 and 33 are not in the list");
        assert!(!format!("{error:?}").contains("hunter"));
    }

    #[test]
    fn a_wrong_word_is_located_and_two_are_not() {
        let mut words: Vec<String> = text(HEADER).split(' ').map(str::to_owned).collect();
        let other = |word: &str| {
            if word == "academic" {
                "acid"
            } else {
                "academic"
            }
            .to_owned()
        };
        words[16] = other(&words[16]);
        assert_eq!(
            Mnemonic::parse(&words.join(" ")).unwrap_err(),
            ShareError::Checksum { suspect: Some(17) }
        );
        words[20] = other(&words[20]);
        assert_eq!(
            Mnemonic::parse(&words.join(" ")).unwrap_err(),
            ShareError::Checksum { suspect: None }
        );
    }

    #[test]
    fn padding_must_be_zero() {
        for bit in 6..10 {
            let mut words = HEADER.to_words().to_vec();
            push_value(&mut words, share(HEADER).value());
            words[HEADER_WORDS] |= 1 << bit;
            let sum = rs1024::checksum(true, &words);
            words.extend(sum);
            assert_eq!(
                Mnemonic::decode(&words, to_text).unwrap_err(),
                ShareError::Padding
            );
        }
    }

    #[test]
    fn the_iteration_exponent_is_bounded_when_reading() {
        let with = |iteration_exponent| ShareHeader {
            iteration_exponent,
            ..HEADER
        };
        assert!(typed(with(MAX_ITERATION_EXPONENT)).is_ok());
        let over = MAX_ITERATION_EXPONENT + 1;
        assert_eq!(
            typed(with(over)),
            Err(ShareError::IterationExponent { found: over })
        );
        assert_eq!(
            typed(with(15)),
            Err(ShareError::IterationExponent { found: 15 })
        );
    }

    #[test]
    fn group_numbers_must_agree() {
        let with = |group, groups_needed, groups| ShareHeader {
            group,
            groups_needed,
            groups,
            ..HEADER
        };
        assert!(typed(with(2, 3, 3)).is_ok());
        assert_eq!(typed(with(2, 4, 3)), Err(ShareError::Groups));
        assert_eq!(typed(with(3, 3, 3)), Err(ShareError::Groups));
        assert!(typed(with(15, 16, 16)).is_ok());
    }

    #[test]
    fn what_another_tool_made_is_typed_but_not_canonical() {
        for header in [
            ShareHeader {
                extendable: false,
                ..HEADER
            },
            ShareHeader {
                iteration_exponent: 1,
                ..HEADER
            },
        ] {
            assert_eq!(typed(header), Ok(header));
            assert!(matches!(
                Mnemonic::parse(&text(header)),
                Err(ShareError::Foreign { .. })
            ));
        }
        let short = share(ShareHeader {
            secret_bytes: 16,
            ..HEADER
        });
        assert!(matches!(
            short.require_canonical(),
            Err(ShareError::Foreign { .. })
        ));
        assert!(share(HEADER).require_canonical().is_ok());
    }
}
