//! The person at the keyboard: questions, passphrases, confirmations.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;

use super::attention::Attention;
use super::hidden::{self, Hidden};
use super::output;
use crate::crypto::fixed::Digest;
use crate::crypto::recipient::{NoPassphrase, Prompter};
use crate::crypto::secret::SecretText;
use crate::crypto::words;
use crate::error::{Error, Result};

/// How often something may be typed before it counts as wrong.
const TRIES: usize = 3;

/// Asks on the terminal, or not at all.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Whether anybody can be asked.
    pub interactive: bool,
    /// In a shell: whether somebody still answers.
    attention: Option<Arc<Attention>>,
}

impl Terminal {
    /// Interactive where stdin and stderr are a terminal and `--batch` was not given.
    pub fn detect(batch: bool) -> Self {
        Self {
            interactive: !batch
                && std::io::stdin().is_terminal()
                && std::io::stderr().is_terminal(),
            attention: None,
        }
    }

    /// The same, in a shell: Ctrl-C ends a question and not the process, and so does long silence.
    pub fn attended(self, attention: Arc<Attention>) -> Self {
        Self {
            attention: Some(attention),
            ..self
        }
    }

    /// Whether what runs on is to end, because somebody in a shell has typed Ctrl-C.
    pub fn interrupted(&self) -> bool {
        let attention = self.attention.as_ref();
        attention.is_some_and(|attention| attention.interrupted())
    }

    /// That somebody can be asked.
    ///
    /// # Errors
    /// Usage, code `missing-value`, naming the flag.
    pub fn askable(&self, question: &str, flag: &str) -> Result<()> {
        if self.interactive {
            return Ok(());
        }
        Err(
            Error::usage("missing-value", format!("no {} was given", answer_of(flag)))
                .because(format!("nobody is at a terminal to be asked: {question}"))
                .hint(format!("add {flag}")),
        )
    }

    /// Asks for a line; white space around it does not count.
    ///
    /// # Errors
    /// Usage, code `missing-value`, naming the flag, where nobody can be asked.
    pub fn ask(&self, question: &str, flag: &str) -> Result<String> {
        Ok(self.line(question, flag)?.trim().to_owned())
    }

    /// As [`Self::ask`], exactly as it was typed.
    fn line(&self, question: &str, flag: &str) -> Result<String> {
        self.askable(question, flag)?;
        let mut stderr = std::io::stderr().lock();
        let question = output::plain(question);
        let _unheard = write!(stderr, "{question}: ").and_then(|()| stderr.flush());
        drop(stderr);
        let no_answer = || Error::refused("not-confirmed", "no answer: nothing was done");
        if let Some(attention) = &self.attention
            && !attention.wait(std::io::stdin())
        {
            output::talk("");
            return Err(no_answer());
        }
        let mut line = String::new();
        let read = std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| {
                Error::failed("cannot-read", "cannot read the answer").because(error)
            })?;
        if read == 0 {
            return Err(no_answer());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Lets something be typed again, three times in all, while `mistyped` finds that its error is
    /// a slip of the fingers. Without a terminal nothing was typed, and nothing is tried again.
    ///
    /// # Errors
    /// The last one, or the first that is no slip.
    pub fn retry<T>(
        &self,
        mistyped: impl Fn(&Error) -> bool,
        mut attempt: impl FnMut() -> Result<T>,
    ) -> Result<T> {
        for left in (1..TRIES).rev() {
            match attempt() {
                Err(error) if self.interactive && mistyped(&error) => {
                    output::talk(&output::plain(error.message()));
                    for hint in error.hints() {
                        output::talk(&format!("  {}", output::plain(hint)));
                    }
                    let tries = if left == 1 { "try is" } else { "tries are" };
                    output::talk(&format!("{left} more {tries} left."));
                }
                outcome => return outcome,
            }
        }
        attempt()
    }

    /// Asks for words that were read aloud, until they are those of `digest` or nobody would mistype
    /// so often.
    ///
    /// # Errors
    /// As [`Self::ask`] and [`words::compare`].
    pub fn words(&self, question: &str, flag: &str, digest: &Digest, what: &str) -> Result<String> {
        self.retry(words_mistyped, || {
            let typed = self.ask(question, flag)?;
            words::compare(&typed, digest, what)?;
            Ok(typed)
        })
    }

    /// Asks for an exact "Yes". Without a terminal, `--batch` has said so already.
    ///
    /// # Errors
    /// Refused, code `not-confirmed`.
    pub fn confirm(&self, question: &str) -> Result<()> {
        if !self.interactive {
            return Ok(());
        }
        if self.line(&format!("{question} Type Yes to agree"), "--batch")? == "Yes" {
            Ok(())
        } else {
            Err(
                Error::refused("not-confirmed", "not confirmed: nothing was done")
                    .hint("to agree, give the command again and type exactly Yes: a capital Y, and nothing else"),
            )
        }
    }

    /// Asks for a passphrase twice.
    ///
    /// # Errors
    /// Usage where nobody can be asked; refused where the two differ or are too short.
    pub fn new_passphrase(&self, what: &str) -> Result<SecretText> {
        self.retry(
            |error| matches!(error.code(), "passphrases-differ" | "passphrase-short"),
            || self.passphrase_twice(what),
        )
    }

    fn passphrase_twice(&self, what: &str) -> Result<SecretText> {
        let missing = |why| match why {
            NoPassphrase::Declined => {
                Error::refused("not-confirmed", "no passphrase was given: nothing was done")
            }
            NoPassphrase::NobodyThere => Error::usage(
                "passphrase-needed",
                "there is no terminal to ask for a passphrase on",
            )
            .hint("run this on a terminal, or add --plain for an identity without passphrase"),
        };
        let first = self
            .passphrase(&format!("Passphrase for {what}"))
            .map_err(missing)?;
        let second = self.passphrase("The same again").map_err(missing)?;
        if first.expose() != second.expose() {
            return Err(Error::refused(
                "passphrases-differ",
                "the two passphrases differ",
            ));
        }
        if first.expose().chars().count() < 12 {
            return Err(Error::refused(
                "passphrase-short",
                "a passphrase has at least 12 characters",
            )
            .hint("five random words are better than one clever one"));
        }
        Ok(first)
    }
}

/// What a flag, or an argument, says, to go after "no".
fn answer_of(flag: &str) -> String {
    let name = flag.split_whitespace().next().unwrap_or_default();
    match name {
        "--confirm" => "id of what you agree to".to_owned(),
        "--opened-at" => "time of the opening".to_owned(),
        "--closed-at" => "time of the closing".to_owned(),
        "--code" => "genesis code".to_owned(),
        "--own-fingerprint" => "fingerprint of your own card".to_owned(),
        "--fingerprint" => "fingerprint from the newcomer".to_owned(),
        _ => name
            .trim_start_matches('-')
            .replace('-', " ")
            .to_lowercase(),
    }
}

/// Whether words that were typed are not the ones meant.
pub fn words_mistyped(error: &Error) -> bool {
    matches!(error.code(), "words-differ" | "words-count")
}

impl Prompter for Terminal {
    fn message(&self, text: &str) {
        output::talk(&output::plain(text));
    }

    fn confirm(&self, text: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let choices = no.map_or_else(|| yes.to_owned(), |no| format!("{yes}/{no}"));
        let answer = self
            .ask(&format!("{} ({choices})", output::plain(text)), "")
            .ok()?;
        Some(answer.eq_ignore_ascii_case(yes) || answer.eq_ignore_ascii_case("y"))
    }

    fn public_text(&self, text: &str) -> Option<String> {
        self.ask(&output::plain(text), "").ok()
    }

    fn passphrase(&self, text: &str) -> std::result::Result<SecretText, NoPassphrase> {
        if !self.interactive {
            return Err(NoPassphrase::NobodyThere);
        }
        match hidden::ask(&output::plain(text), self.attention.as_deref()) {
            Hidden::Line(text) => Ok(text),
            Hidden::NotGiven => Err(NoPassphrase::Declined),
            Hidden::NoTerminal => Err(NoPassphrase::NobodyThere),
        }
    }
}
