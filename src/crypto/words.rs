//! Fingerprints and codes in words, to be read aloud across a room or a telephone
//! (docs/formats.md, section 1).

use super::fixed::Digest;
use super::slip39;
use crate::error::{Error, Result};

/// How many words: 120 bits.
pub const COUNT: usize = 12;

/// The first 120 bits of a digest as twelve words, in three groups of four.
#[must_use]
pub fn spell(digest: &Digest) -> String {
    let mut text = String::new();
    let (mut buffer, mut bits, mut count) = (0u32, 0u32, 0usize);
    for byte in digest.as_bytes().iter().take(15) {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        if bits >= 10 {
            bits -= 10;
            let index = (buffer >> bits) & 0x3ff;
            buffer &= (1 << bits) - 1;
            if count > 0 {
                text.push_str(if count % 4 == 0 { "  " } else { " " });
            }
            text.push_str(&slip39::word(u16::try_from(index).unwrap_or(0)));
            count += 1;
        }
    }
    text
}

/// Compares words that a person typed with those of `digest`; case and white space don't matter.
///
/// # Errors
/// Verification, code `words-differ`, with the first word that does.
pub fn compare(typed: &str, digest: &Digest, what: &str) -> Result<()> {
    let expected = spell(digest);
    let typed: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let differ = |message: String| {
        Err(Error::verification("words-differ", message).hint(format!(
            "compare the {what} with the other people by voice; if it differs, stop: somebody is giving you another one"
        )))
    };
    if typed.len() != COUNT {
        return Err(Error::usage(
            "words-count",
            format!("the {what} has {COUNT} words, {} were given", typed.len()),
        )
        .hint("type all twelve, with spaces between; on a command line in quotes"));
    }
    for (number, (typed, expected)) in typed.iter().zip(expected.split_whitespace()).enumerate() {
        if typed != expected {
            return differ(format!(
                "word {} of the {what} is not the one given",
                number + 1
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_words_are_the_first_120_bits() {
        let zero = spell(&Digest([0; 32]));
        assert_eq!(zero.split_whitespace().count(), COUNT);
        assert!(zero.split_whitespace().all(|word| word == "academic"));
        let mut digest = Digest([0; 32]);
        digest.0[14] = 1;
        let last = spell(&digest);
        assert_ne!(last.split_whitespace().last(), Some("academic"));
        digest.0[14] = 0;
        digest.0[15] = 0xff;
        assert_eq!(spell(&digest), zero, "bit 121 is not spelt");
    }

    #[test]
    fn one_wrong_word_is_named_by_its_place() {
        let digest = Digest::of(b"x");
        let words = spell(&digest);
        assert!(compare(&words.to_uppercase().replace("  ", "\n"), &digest, "code").is_ok());
        let mut wrong: Vec<&str> = words.split_whitespace().collect();
        wrong[6] = if wrong[6] == "academic" {
            "acid"
        } else {
            "academic"
        };
        let error = compare(&wrong.join(" "), &digest, "code").unwrap_err();
        assert!(error.message().contains("word 7"), "{error}");
        assert!(compare(&wrong[..11].join(" "), &digest, "code").is_err());
    }
}
