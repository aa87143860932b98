//! What a rule is, and what it says.

use std::fmt;

use super::world::World;
use crate::statement::findings::{About, RuleId};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// One person, or nobody known, can take an account, or nobody can get in.
    Critical,
    /// One more fault and that is so.
    High,
    /// Practice that keeps the others from happening was left out.
    Medium,
    /// Worth knowing.
    Low,
}

impl Severity {
    /// All, the gravest first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One posture check.
pub struct Rule {
    /// The number of its stable id: 1 is RK001. A number is never given to another rule.
    pub number: u16,
    /// What it is called, for those who read.
    pub name: &'static str,
    /// How much what it finds weighs.
    pub severity: Severity,
    /// What it asks for, in one line.
    pub title: &'static str,
    /// Why.
    pub why: &'static str,
    /// What to do about a finding, with the command where there is one.
    pub fix: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Looks.
    pub look: fn(&World) -> Looked,
}

impl Rule {
    /// Its stable id.
    ///
    /// # Errors
    /// Usage, code `bad-rule`, for a number out of range; a test holds the list to it.
    pub fn id(&self) -> crate::error::Result<RuleId> {
        RuleId::new(self.number)
    }
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// What it is about.
    pub about: About,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// What a rule has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What breaks it, in order.
    pub found: Vec<Found>,
    /// How many things it has looked at.
    pub at: usize,
    /// Why it says nothing, of everything or of some things: each reason once, with how many.
    pub not_applicable: Vec<(String, usize)>,
}

impl Looked {
    /// One thing was looked at, and is as it should be unless `wrong` says otherwise.
    pub fn at(&mut self, about: impl FnOnce() -> About, wrong: Option<String>) {
        self.at += 1;
        if let Some(message) = wrong {
            self.found.push(Found {
                about: about(),
                message,
            });
        }
    }

    /// The rule says nothing of one thing.
    pub fn skip(&mut self, reason: &str) {
        match self
            .not_applicable
            .iter_mut()
            .find(|(known, _)| known == reason)
        {
            Some((_, count)) => *count += 1,
            None => self.not_applicable.push((reason.to_owned(), 1)),
        }
    }

    /// A rule that says nothing of anything.
    #[must_use]
    pub fn nothing(reason: &str) -> Self {
        let mut looked = Self::default();
        looked.skip(reason);
        looked
    }
}
