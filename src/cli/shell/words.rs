//! A typed line as words, the way a shell splits it: quotes and backslashes, and nothing else.
//! Variables, globs, pipes and files behind `<` are a shell's; here a `$` or `*` stands for itself.

use crate::error::{Error, Result};

/// A line that may still be being typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The words, without their quotes.
    pub words: Vec<Word>,
    /// What the line ends inside of.
    pub open: Option<Open>,
}

/// One word.
#[derive(Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is meant.
    pub text: String,
    /// Where it begins in the line, its quote included; bytes.
    pub start: usize,
}

/// What a line can end inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// A word.
    Word,
    /// A quoted text.
    Quote(char),
    /// Behind a backslash.
    Backslash,
}

impl Split {
    /// Splits a line.
    ///
    /// # Errors
    /// Usage, codes `several-commands` and `no-pipes`, for what only a shell of the system does.
    pub fn new(line: &str) -> Result<Self> {
        let mut split = Self::default();
        let mut escaped_in = None;
        for (at, c) in line.char_indices() {
            split.open = match (split.open, c) {
                (Some(Open::Backslash), c) => {
                    // In double quotes a backslash counts before these two alone.
                    if escaped_in == Some('"') && !matches!(c, '"' | '\\') {
                        split.push('\\');
                    }
                    split.push(c);
                    escaped_in.take().map(Open::Quote).or(Some(Open::Word))
                }
                (Some(Open::Quote(quote)), c) if c == quote => Some(Open::Word),
                (Some(Open::Quote('"')), '\\') => {
                    escaped_in = Some('"');
                    Some(Open::Backslash)
                }
                (Some(Open::Quote(quote)), c) => {
                    split.push(c);
                    Some(Open::Quote(quote))
                }
                (_, '\n' | '\r') => return Err(several_commands()),
                (_, c) if c.is_whitespace() => None,
                (None, '|' | '<' | '>' | '&' | ';') => return Err(no_pipes(c)),
                (open, c) => {
                    if open.is_none() {
                        split.words.push(Word {
                            text: String::new(),
                            start: at,
                        });
                    }
                    match c {
                        '\\' => Some(Open::Backslash),
                        '"' | '\'' => Some(Open::Quote(c)),
                        c => {
                            split.push(c);
                            Some(Open::Word)
                        }
                    }
                }
            };
        }
        Ok(split)
    }

    fn push(&mut self, c: char) {
        if let Some(word) = self.words.last_mut() {
            word.text.push(c);
        }
    }
}

/// The words of a whole line.
///
/// # Errors
/// As [`Split::new`]; usage, code `unclosed-quote`.
pub fn words(line: &str) -> Result<Vec<String>> {
    let split = Split::new(line.trim_end_matches(['\r', '\n']))?;
    match split.open {
        Some(Open::Quote(quote)) => {
            Err(
                Error::usage("unclosed-quote", format!("the quote {quote} is not closed")).hint(
                    format!("close it with {quote}, or write \\{quote} for the sign itself"),
                ),
            )
        }
        Some(Open::Backslash) => Err(Error::usage(
            "unclosed-quote",
            "nothing stands behind the last backslash",
        )
        .hint("write \\\\ for the sign itself")),
        Some(Open::Word) | None => Ok(split.words.into_iter().map(|word| word.text).collect()),
    }
}

fn several_commands() -> Error {
    Error::usage("several-commands", "there is more than one line")
        .hint("one command at a time; a text of several lines goes in quotes")
}

fn no_pipes(sign: char) -> Error {
    Error::usage(
        "no-pipes",
        format!("`{sign}` means nothing here: there are no pipes, and no files behind < and >"),
    )
    .hint("put it in quotes where it is meant as it stands")
    .hint("for pipes and files: rootkeep once per command, outside")
}

/// A word as [`words`] and every shell take it.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '/' | ':');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        for (line, expected) in [
            ("", vec![]),
            ("  \t ", vec![]),
            (" status ", vec!["status"]),
            ("sign  4eb276f8", vec!["sign", "4eb276f8"]),
            (
                "--purpose \"Change the plan\"",
                vec!["--purpose", "Change the plan"],
            ),
            ("'it is' \"it's\"", vec!["it is", "it's"]),
            ("it\\'s a\\ b", vec!["it's", "a b"]),
            ("'it'\\''s'", vec!["it's"]),
            ("--note=\"a b\"c", vec!["--note=a bc"]),
            ("'' \"\"", vec!["", ""]),
            (
                r#""a\"b" "a\\b" "a\nb" 'a\b'"#,
                vec!["a\"b", "a\\b", "a\\nb", "a\\b"],
            ),
            ("\"two\nlines\"", vec!["two\nlines"]),
            ("Zoë · 東京", vec!["Zoë", "·", "東京"]),
            ("show #12", vec!["show", "#12"]),
            ("a>b x|y", vec!["a>b", "x|y"]),
        ] {
            assert_eq!(words(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn nothing_is_expanded() {
        let line = "$HOME ~ *.card `id` $(id) {a,b} !! ${X} %1";
        let expected: Vec<&str> = line.split(' ').collect();
        assert_eq!(words(line).unwrap(), expected);
    }

    #[test]
    fn what_is_not_closed_is_an_error_that_says_so() {
        for line in [
            "sign \"4eb2",
            "sign '4eb2",
            "sign 4eb2\\",
            "\"a\\",
            "'it''s",
            "\"a\\\"",
        ] {
            let error = words(line).unwrap_err();
            assert_eq!(error.code(), "unclosed-quote", "{line}");
        }
    }

    #[test]
    fn what_only_a_systems_shell_does_is_refused() {
        for line in [
            "log | grep x",
            "log > file",
            "seal x --stdin <file",
            "lock && exit",
            "lock ; exit",
        ] {
            assert!(words(line).unwrap_err().code() == "no-pipes", "{line}");
        }
        assert_eq!(
            words("sign 1\nsign 2").unwrap_err().code(),
            "several-commands"
        );
        assert_eq!(words("sign 1\n").unwrap(), ["sign", "1"]);
        assert_eq!(
            words("find '|' \">\" \\;").unwrap(),
            ["find", "|", ">", ";"]
        );
    }

    #[test]
    fn a_half_typed_line_says_where_its_last_word_begins() {
        let split = Split::new("sign --note \"Ada L").unwrap();
        assert_eq!(split.open, Some(Open::Quote('"')));
        let last = split.words.last().unwrap();
        assert_eq!((last.text.as_str(), last.start), ("Ada L", 12));
        assert_eq!(Split::new("sign ").unwrap().open, None);
        assert_eq!(Split::new("sign").unwrap().open, Some(Open::Word));
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_one_word_again(word in "\\PC*") {
            prop_assert_eq!(words(&quoted(&word)).unwrap(), [word]);
        }

        #[test]
        fn no_line_is_too_odd(line in "[ -~\n'\"\\\\é]*") {
            let _any = words(&line);
        }
    }
}
