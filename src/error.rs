//! What failed, why, and what to do next: the one error that leaves the library.
//!
//! An error never prints itself and never holds a secret. Its [`Kind`] decides the exit status
//! (docs: the table in `docs/cli.md`), its `code` is stable for scripts, its hints are for people.

use std::fmt;

/// The broad class of a failure; each has one exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Could not: input or output, disk full, locked, internal. Exit 1.
    Failed,
    /// The words of the command, or a file given to it, are not of the form asked for. Exit 2.
    Usage,
    /// Not allowed, not yet signed off, expired, withdrawn. Exit 3.
    Refused,
    /// Tampering, a bad signature, a fork, a wrong share, a state that doesn't fit the pin. Exit 4.
    Verification,
    /// No such thing. Exit 5.
    NotFound,
}

/// A failure with its causes and its hints.
#[derive(Clone, Debug)]
pub struct Error {
    kind: Kind,
    code: &'static str,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `kind` with a stable `code` and a message for people.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// [`Kind::Failed`].
    pub fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, code, message)
    }

    /// [`Kind::Usage`].
    pub fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, code, message)
    }

    /// [`Kind::Refused`].
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, code, message)
    }

    /// [`Kind::Verification`].
    pub fn verification(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Verification, code, message)
    }

    /// [`Kind::NotFound`].
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, code, message)
    }

    /// Adds the reason below this one.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to do next; best as a command that can be typed.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The class of the failure.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What failed, in one sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Why, outermost first.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The exit status that belongs to this error's kind.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::Verification => 4,
            Kind::NotFound => 5,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
