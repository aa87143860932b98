//! Passwords for a root user: made so that AWS takes them and a person can type them.
//!
//! Rules: IAM User Guide, "Change the password for the AWS account root user": 8 to 128 characters;
//! at least three of upper case, lower case, digits and the symbols `! @ # $ % ^ & * () <> [] {} |
//! _+-=`; not identical to the account's name or e-mail address. Pure: randomness comes in by
//! argument.
//!
//! Of each set that looks alike in print (0 O o, 1 I l i |, 2 Z z, 5 S s, 8 B) only the digit is
//! used, or nothing for `0` and `1`. Of the symbols only `! $ %`, which lie on the same keys of US,
//! British and German keyboards (shift with 1, 4, 5) and have one name each: `@ # & * ( ) + - =`
//! and the brackets move. Letters that move between QWERTY, QWERTZ and AZERTY stay: without them
//! passwords would be longer for everyone.

use std::fmt;

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use crate::crypto::secret::SecretText;

/// The shortest password that is made; AWS takes 8.
pub const MIN_LENGTH: usize = 16;
/// The longest that AWS takes.
pub const MAX_LENGTH: usize = 128;

/// Upper case, lower case, digits, symbols.
const CLASSES: [&str; 4] = [
    "ACDEFGHJKLMNPQRTUVWXY",
    "abcdefghjkmnpqrtuvwxy",
    "23456789",
    "!$%",
];
/// How many of the four classes AWS wants to see.
const CLASSES_NEEDED: u32 = 3;
/// How often a whole password is drawn before randomness itself is in doubt. Of 16 characters
/// about one in forty is refused for its classes, so that many refusals don't happen.
const MAX_DRAWS: usize = 1000;
/// Characters in a group, for reading aloud and typing.
const GROUP: usize = 4;

/// A new password and how hard it is to guess.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The password.
    pub password: SecretText,
    /// log2 of the number of passwords it was drawn from, all equally likely.
    pub bits: f64,
}

/// Why no password was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// A length outside 16 to 128.
    Length {
        /// What was asked for.
        asked: usize,
    },
    /// The system's source of randomness failed.
    NoRandomness,
    /// The source gave nothing but refused passwords: it isn't random.
    StuckRandomness,
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { asked } => write!(
                f,
                "a generated password has {MIN_LENGTH} to {MAX_LENGTH} characters, not {asked}"
            ),
            Self::NoRandomness => f.write_str("the system's source of randomness failed"),
            Self::StuckRandomness => f.write_str(
                "the source of randomness gave only passwords that AWS would refuse: it is not random",
            ),
        }
    }
}

impl std::error::Error for PasswordError {}

/// Draws a password of `length` characters (16 to 128), uniformly among those that AWS takes and
/// that equal none of `forbidden` (the account's name and e-mail address) in any letter case.
///
/// # Errors
/// [`PasswordError`]: a length out of bounds, or randomness that failed or got stuck.
///
/// ```
/// let rng = ring::rand::SystemRandom::new();
/// let made = rootkeep::aws::password::generate(&rng, 24, &["Example Corp", "aws@example.com"])?;
/// assert!(made.bits > 137.0);
/// # Ok::<(), rootkeep::aws::password::PasswordError>(())
/// ```
pub fn generate(
    rng: &dyn SecureRandom,
    length: usize,
    forbidden: &[&str],
) -> Result<Generated, PasswordError> {
    let mut fill = |bytes: &mut [u8]| rng.fill(bytes).map_err(|_| PasswordError::NoRandomness);
    generate_from(&mut fill, length, forbidden)
}

/// Fills a buffer with random bytes. ring's trait can't be implemented outside ring, so that what
/// lies below it takes a function, which a test can script.
type Fill<'a> = dyn FnMut(&mut [u8]) -> Result<(), PasswordError> + 'a;

fn generate_from(
    fill: &mut Fill,
    length: usize,
    forbidden: &[&str],
) -> Result<Generated, PasswordError> {
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&length) {
        return Err(PasswordError::Length { asked: length });
    }
    for _ in 0..MAX_DRAWS {
        let password = draw(fill, length)?;
        let text = password.expose();
        if classes_of(text) >= CLASSES_NEEDED
            && !forbidden
                .iter()
                .any(|other| other.eq_ignore_ascii_case(text))
        {
            return Ok(Generated {
                password,
                bits: entropy(length),
            });
        }
    }
    Err(PasswordError::StuckRandomness)
}

/// Draws each character by itself.
fn draw(fill: &mut Fill, length: usize) -> Result<SecretText, PasswordError> {
    // The buffer never grows, so no copy of a part stays behind.
    let mut text = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0u8; 64]);
    // Half of the numbers at worst are refused; 64 bytes a time for at most 128 characters, so even
    // the refusals of a fair source end after a few rounds.
    for _ in 0..MAX_DRAWS {
        fill(bytes.as_mut())?;
        for number in bytes.iter().map(|byte| byte & 0x3f) {
            if text.len() == length {
                return Ok(SecretText::new(std::mem::take(&mut *text)));
            }
            // Rejection: a remainder would favour the first characters.
            if let Some(c) = character(number) {
                text.push(c);
            }
        }
    }
    Err(PasswordError::StuckRandomness)
}

/// The alphabet's character at `number`, found by looking at all of them, so that no look-up
/// depends on it; `None` past the end.
fn character(number: u8) -> Option<char> {
    let alphabet = CLASSES.iter().flat_map(|class| class.bytes());
    let found = (0u8..).zip(alphabet).fold(0u8, |found, (place, byte)| {
        // All ones where place and number agree, else zero.
        let differs = u16::from(place ^ number).wrapping_neg() >> 8;
        let [_, differs] = differs.to_be_bytes();
        found | (byte & !differs)
    });
    (found != 0).then(|| char::from(found))
}

/// How many of AWS's four classes a text has characters of.
fn classes_of(text: &str) -> u32 {
    let has = |class: &str| u32::from(text.chars().any(|c| class.contains(c)));
    CLASSES.into_iter().map(has).sum()
}

/// log2 of the number of texts of `length` characters with at least three classes. By inclusion and
/// exclusion over the sets of classes, a set of n counts 1 where n is 4, 0 where it is 3, -1 where
/// it is 2 and 2 where it is 1: what is left has three or four. (The few forbidden texts that could
/// be drawn at all change nothing that an f64 could show.)
fn entropy(length: usize) -> f64 {
    let sizes = CLASSES.map(|class| class.chars().fold(0.0, |count, _| count + 1.0));
    let all: f64 = sizes.iter().sum();
    let exponent = (0..length).fold(0.0, |count, _| count + 1.0);
    let share = |size: f64| (size / all).powf(exponent);
    let singles: f64 = sizes.iter().map(|size| share(*size)).sum();
    let pairs: f64 = sizes
        .iter()
        .enumerate()
        .flat_map(|(place, one)| sizes.iter().skip(place + 1).map(move |other| one + other))
        .map(share)
        .sum();
    exponent * all.log2() + (1.0 - pairs + 2.0 * singles).log2()
}

/// The password in groups of four with a space between, for the eye; the spaces are no part of it.
#[must_use]
pub fn grouped(password: &SecretText) -> SecretText {
    let text = password.expose();
    let mut out = String::with_capacity(text.len() * 2);
    for (place, c) in text.chars().enumerate() {
        if place > 0 && place % GROUP == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    SecretText::new(out)
}

/// The password spelt, one line for each group of four, for typing from another screen or reading
/// aloud: `1: capital A - Alfa, small f - foxtrot, digit 7, exclamation mark`. Takes any text, so
/// that a password of a person's own can be spelt as well.
#[must_use]
pub fn spelt(password: &SecretText) -> SecretText {
    let text = password.expose();
    // The longest spelling of a character is below 40 bytes.
    let mut out = String::with_capacity(text.len() * 48 + 16);
    let mut group = 0usize;
    for (place, c) in text.chars().enumerate() {
        if place % GROUP == 0 {
            group += 1;
            if place > 0 {
                out.push('\n');
            }
            out.push_str(&group.to_string());
            out.push_str(": ");
        } else {
            out.push_str(", ");
        }
        push_spelt(&mut out, c);
    }
    SecretText::new(out)
}

fn push_spelt(out: &mut String, c: char) {
    let before = match c {
        'A'..='Z' => "capital ",
        'a'..='z' => "small ",
        '0'..='9' => "digit ",
        _ => "",
    };
    out.push_str(before);
    if let Some(word) = letter_word(c.to_ascii_uppercase()) {
        out.push(c);
        out.push_str(" - ");
        // The word's own first letter in the letter's case: "Alfa", "foxtrot".
        let first = if c.is_ascii_uppercase() {
            c
        } else {
            c.to_ascii_lowercase()
        };
        out.push(first);
        out.extend(word.chars().skip(1));
    } else if c.is_ascii_digit() {
        out.push(c);
    } else if let Some(name) = symbol_name(c) {
        out.push_str(name);
    } else {
        // Controls and letters beyond ASCII by number alone: they may not even print.
        out.push_str("character ");
        out.extend(
            c.escape_unicode()
                .filter(|c| !matches!(c, '\\' | '{' | '}')),
        );
    }
}

/// The ICAO spelling alphabet (Annex 10, volume II, 5.2.1.3).
fn letter_word(letter: char) -> Option<&'static str> {
    const WORDS: [&str; 26] = [
        "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India",
        "Juliett", "Kilo", "Lima", "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo",
        "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu",
    ];
    WORDS.into_iter().find(|word| word.starts_with(letter))
}

fn symbol_name(c: char) -> Option<&'static str> {
    Some(match c {
        ' ' => "space",
        '!' => "exclamation mark",
        '"' => "double quote",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "ampersand",
        '\'' => "apostrophe",
        '(' => "left parenthesis",
        ')' => "right parenthesis",
        '*' => "asterisk",
        '+' => "plus",
        ',' => "comma",
        '-' => "hyphen",
        '.' => "full stop",
        '/' => "slash",
        ':' => "colon",
        ';' => "semicolon",
        '<' => "less than",
        '=' => "equals",
        '>' => "greater than",
        '?' => "question mark",
        '@' => "at sign",
        '[' => "left square bracket",
        '\\' => "backslash",
        ']' => "right square bracket",
        '^' => "caret",
        '_' => "underscore",
        '`' => "backquote",
        '{' => "left curly bracket",
        '|' => "vertical bar",
        '}' => "right curly bracket",
        '~' => "tilde",
        _ => return None,
    })
}

#[cfg(test)]
#[allow(
    clippy::as_conversions,
    reason = "tests count and draw with small numbers"
)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use std::collections::BTreeMap;

    fn make(length: usize) -> Generated {
        generate(&SystemRandom::new(), length, &[]).unwrap()
    }

    fn spell(text: &str) -> String {
        spelt(&SecretText::new(text.into())).expose().to_owned()
    }

    #[test]
    fn length_is_bound_on_both_sides() {
        let rng = SystemRandom::new();
        for length in [0, 15, 129, usize::MAX] {
            let refused = generate(&rng, length, &[]).unwrap_err();
            assert_eq!(refused, PasswordError::Length { asked: length });
        }
        for length in [16, 17, 64, 127, 128] {
            assert_eq!(make(length).password.expose().len(), length);
        }
    }

    #[test]
    fn every_password_obeys_the_rules_of_aws() {
        let allowed = "!@#$%^&*()<>[]{}|_+-=";
        for _ in 0..2000 {
            let made = make(16);
            let text = made.password.expose();
            let any = |test: fn(&char) -> bool| u32::from(text.chars().any(|c| test(&c)));
            let symbols = u32::from(text.chars().any(|c| allowed.contains(c)));
            let classes = any(char::is_ascii_uppercase)
                + any(char::is_ascii_lowercase)
                + any(char::is_ascii_digit)
                + symbols;
            assert!(classes >= 3, "{text}");
            assert!(
                text.chars()
                    .all(|c| c.is_ascii_alphanumeric() || allowed.contains(c)),
                "{text}"
            );
        }
    }

    #[test]
    fn the_alphabet_has_one_of_each_look_alike_and_no_character_twice() {
        let alphabet: String = CLASSES.concat();
        assert_eq!(alphabet.len(), 53);
        for alike in ["0Oo", "1Iil|", "2Zz", "5Ss", "8B"] {
            assert!(
                alike.chars().filter(|c| alphabet.contains(*c)).count() <= 1,
                "{alike}"
            );
        }
        let mut sorted: Vec<char> = alphabet.chars().collect();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 53);
    }

    #[test]
    fn each_number_gives_its_character_and_the_rest_none() {
        let alphabet: Vec<char> = CLASSES.concat().chars().collect();
        for number in 0..=255u8 {
            assert_eq!(
                character(number),
                alphabet.get(usize::from(number)).copied()
            );
        }
    }

    /// Chi squared over 53 characters: 52 degrees of freedom, 120 is beyond one in ten million.
    #[test]
    fn characters_are_uniform() {
        let mut counts: BTreeMap<char, f64> = BTreeMap::new();
        let mut fill = |bytes: &mut [u8]| {
            SystemRandom::new()
                .fill(bytes)
                .map_err(|_| PasswordError::NoRandomness)
        };
        for _ in 0..1000 {
            for c in draw(&mut fill, 106).unwrap().expose().chars() {
                *counts.entry(c).or_default() += 1.0;
            }
        }
        assert_eq!(counts.len(), 53);
        let squared: f64 = counts
            .values()
            .map(|n| (n - 2000.0) * (n - 2000.0) / 2000.0)
            .sum();
        assert!(squared < 120.0, "{squared}");
    }

    /// By dynamic programming over which classes were seen, another way than the one that is tested.
    #[test]
    fn entropy_is_the_count_of_acceptable_passwords() {
        for length in [16usize, 24, 64, 128] {
            let mut seen = [0.0f64; 16];
            seen[0] = 1.0;
            for _ in 0..length {
                let mut next = [0.0f64; 16];
                for (set, share) in seen.iter().enumerate() {
                    for (class, characters) in CLASSES.iter().enumerate() {
                        next[set | (1 << class)] += share * characters.len() as f64 / 53.0;
                    }
                }
                seen = next;
            }
            let kept: f64 = (0..16usize)
                .filter(|set| set.count_ones() >= 3)
                .map(|set| seen[set])
                .sum();
            let expected = length as f64 * 53f64.log2() + kept.log2();
            assert!((entropy(length) - expected).abs() < 1e-9, "{length}");
            assert!((make(length).bits - expected).abs() < 1e-9);
        }
        assert!(entropy(16) > 91.0 && entropy(16) < 92.0);
    }

    /// Gives out these texts, one a buffer, each padded with numbers past the alphabet's end; then
    /// fails.
    fn scripted(texts: &[&str]) -> impl FnMut(&mut [u8]) -> Result<(), PasswordError> {
        let number = |c| u8::try_from(CLASSES.concat().find(c).unwrap()).unwrap();
        let script: Vec<Vec<u8>> = texts
            .iter()
            .map(|text| text.chars().map(number).collect())
            .collect();
        let mut script = script.into_iter();
        move |buffer| {
            let numbers = script.next().ok_or(PasswordError::NoRandomness)?;
            buffer.fill(0xff);
            buffer[..numbers.len()].copy_from_slice(&numbers);
            Ok(())
        }
    }

    const GOOD: &str = "ACDEFGHJabcdef23";

    fn from_script(texts: &[&str], forbidden: &[&str]) -> Result<String, PasswordError> {
        generate_from(&mut scripted(texts), 16, forbidden).map(|made| made.password.expose().into())
    }

    #[test]
    fn a_password_of_two_classes_is_drawn_again() {
        for two in [
            "ACDEFGHJabcdefgh",
            "ACDEFGHJ23456789",
            "abcdefgh!!!!!!!!",
            "2345678923456789",
        ] {
            assert_eq!(from_script(&[two, GOOD], &[]).as_deref(), Ok(GOOD));
        }
        for three in [
            GOOD,
            "ACDEFGHJabcdef!!",
            "ACDEFGHJ234567$$",
            "abcdefgh234567%%",
        ] {
            assert_eq!(from_script(&[three], &[]).as_deref(), Ok(three));
        }
    }

    #[test]
    fn a_password_that_is_the_accounts_name_or_address_is_drawn_again() {
        let other = "acdefghjabcdef!2";
        assert_eq!(from_script(&[GOOD, other], &[]).as_deref(), Ok(GOOD));
        for name in [GOOD, "acdefghjABCDEF23"] {
            assert_eq!(
                from_script(&[GOOD, other], &["Example", name]).as_deref(),
                Ok(other)
            );
        }
    }

    #[test]
    fn numbers_past_the_alphabet_are_passed_over() {
        assert_eq!(
            from_script(&["ACDEF", "GHJabcdef23"], &[]).as_deref(),
            Ok(GOOD)
        );
    }

    #[test]
    fn failing_and_stuck_randomness_are_errors() {
        assert_eq!(from_script(&[], &[]), Err(PasswordError::NoRandomness));
        let mut zeros = |buffer: &mut [u8]| {
            buffer.fill(0);
            Ok(())
        };
        let stuck = generate_from(&mut zeros, 16, &[]).unwrap_err();
        assert_eq!(stuck, PasswordError::StuckRandomness);
        let mut ones = |buffer: &mut [u8]| {
            buffer.fill(0xff);
            Ok(())
        };
        assert_eq!(
            generate_from(&mut ones, 16, &[]).unwrap_err(),
            PasswordError::StuckRandomness
        );
    }

    #[test]
    fn groups_have_four_characters() {
        let group = |text: &str| grouped(&SecretText::new(text.into())).expose().to_owned();
        assert_eq!(group(""), "");
        assert_eq!(group("abcd"), "abcd");
        assert_eq!(group("abcde"), "abcd e");
        assert_eq!(group("abcdefghij"), "abcd efgh ij");
        assert_eq!(group("äöüßé"), "äöüß é");
    }

    #[test]
    fn a_password_is_spelt_a_line_for_each_group() {
        assert_eq!(
            spell("Af7!$%"),
            "1: capital A - Alfa, small f - foxtrot, digit 7, exclamation mark\n2: dollar, percent"
        );
        assert_eq!(spell("xX"), "1: small x - x-ray, capital X - X-ray");
        assert_eq!(spell("é\u{1b}"), "1: character ue9, character u1b");
        assert_eq!(spell(""), "");
    }

    #[test]
    fn every_printable_character_has_a_spelling_of_its_own() {
        let all: Vec<String> = (' '..='~').map(|c| spell(&c.to_string())).collect();
        let mut distinct = all.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), all.len());
        assert!(
            all.iter()
                .all(|spelling| !spelling.contains("character") && spelling.len() < 40)
        );
    }

    #[test]
    fn the_buffers_for_grouping_and_spelling_never_grow() {
        for made in [
            make(128).password,
            SecretText::new("W".repeat(128)),
            SecretText::new("]".repeat(128)),
        ] {
            let length = made.expose().len();
            assert!(spelt(&made).expose().len() <= length * 48 + 16);
            assert!(grouped(&made).expose().len() <= length * 2);
        }
    }
}
