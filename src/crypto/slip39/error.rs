//! What can go wrong. No message contains a word of a share.

use std::error::Error;
use std::fmt;

use super::name::{Missing, ShareName, WrongShare, list};
use super::share::{MAX_ITERATION_EXPONENT, SHARE_WORDS};

/// Why a [`Scheme`](super::Scheme) is refused. Group indices count from 0 here, from 1 in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeError {
    /// There are not 1 to 16 groups.
    Groups {
        /// Groups there are.
        found: usize,
    },
    /// More groups are needed than there are, or none.
    GroupsNeeded {
        /// Groups needed.
        needed: usize,
        /// Groups there are.
        groups: usize,
    },
    /// A group does not have 1 to 16 members.
    Members {
        /// The group's index.
        group: usize,
        /// Members it has.
        found: u8,
    },
    /// A group's threshold is not between 1 and the number of its members.
    Threshold {
        /// The group's index.
        group: usize,
        /// Its threshold.
        threshold: u8,
        /// Members it has.
        members: u8,
    },
    /// A threshold of 1 in a group of several: each member would hold the same share.
    OneOfMany {
        /// The group's index.
        group: usize,
        /// Members it has.
        members: u8,
    },
    /// One share alone would recover the key.
    OneShareRecovers,
}

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Groups { found } => write!(f, "a scheme has 1 to 16 groups, not {found}"),
            Self::GroupsNeeded { needed, groups } => {
                write!(
                    f,
                    "{needed} groups are needed, but there are {groups}: need at least 1 and at most all"
                )
            }
            Self::Members { group, found } => {
                write!(
                    f,
                    "group {} has {found} members: a group has 1 to 16",
                    group.saturating_add(1)
                )
            }
            Self::Threshold {
                group,
                threshold,
                members,
            } => write!(
                f,
                "group {} needs {threshold} of {members} members: need at least 1 and at most all",
                group.saturating_add(1)
            ),
            Self::OneOfMany { group, members } => write!(
                f,
                "group {} needs 1 of {members} members, who would all hold the same share: use 1 of 1, or need 2",
                group.saturating_add(1)
            ),
            Self::OneShareRecovers => f.write_str(
                "one share alone would recover the key: a scheme needs at least 2 shares",
            ),
        }
    }
}

impl Error for SchemeError {}

/// Why a key was not split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitError {
    /// The scheme is refused.
    Scheme(SchemeError),
    /// The system gave no randomness.
    Randomness,
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(_) => f.write_str("this scheme cannot be used"),
            Self::Randomness => f.write_str("the system gave no randomness"),
        }
    }
}

impl Error for SplitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Scheme(cause) => Some(cause),
            Self::Randomness => None,
        }
    }
}

impl From<SchemeError> for SplitError {
    fn from(cause: SchemeError) -> Self {
        Self::Scheme(cause)
    }
}

/// Why a text is no share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// Not the number of words of a share.
    WordCount {
        /// Words found.
        found: usize,
    },
    /// Not lower-case words with one space between two of them and nothing else.
    Spacing,
    /// Words that the list does not have.
    UnknownWords {
        /// Their places, from 1.
        places: Vec<usize>,
    },
    /// The checksum fails.
    Checksum {
        /// The place (from 1) of the only word whose exchange would mend it, where there is one.
        suspect: Option<usize>,
    },
    /// The bits before the value are not zero.
    Padding,
    /// The header contradicts itself: more groups needed than there are, or an index beyond them.
    Groups,
    /// An iteration exponent beyond [`MAX_ITERATION_EXPONENT`]: reading such a share would take
    /// too long.
    IterationExponent {
        /// The exponent found.
        found: u8,
    },
    /// A valid SLIP-39 share, but not of the one form this program writes.
    Foreign {
        /// What is not as it should be.
        field: &'static str,
    },
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WordCount { found } => {
                write!(f, "a share has {SHARE_WORDS} words, this text has {found}")
            }
            Self::Spacing => {
                f.write_str("a share is lower-case words with single spaces and nothing else")
            }
            Self::UnknownWords { places } => {
                f.write_str(if places.len() == 1 { "word " } else { "words " })?;
                list(f, places)?;
                f.write_str(if places.len() == 1 {
                    " is not in the list"
                } else {
                    " are not in the list"
                })
            }
            Self::Checksum {
                suspect: Some(place),
            } => {
                write!(
                    f,
                    "the checksum fails: if only one word is wrong, it is word {place}"
                )
            }
            Self::Checksum { suspect: None } => {
                f.write_str("the checksum fails: two or more words are wrong or exchanged")
            }
            Self::Padding => f.write_str(
                "the checksum is good but the padding is not: this share was made wrongly",
            ),
            Self::Groups => f.write_str("this share contradicts itself about the number of groups"),
            Self::IterationExponent { found } => write!(
                f,
                "this share asks for an iteration exponent of {found}; at most {MAX_ITERATION_EXPONENT} is read"
            ),
            Self::Foreign { field } => write!(
                f,
                "a valid SLIP-39 share, but not one of this program: {field}"
            ),
        }
    }
}

impl Error for ShareError {}

/// Why shares recover no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CombineError {
    /// No share was given.
    NoShares,
    /// Well-formed shares of one set, but too few of them.
    TooFew {
        /// Groups that are needed.
        groups_needed: usize,
        /// Groups that have enough shares.
        groups_complete: usize,
        /// Groups of which some shares were given, but not enough.
        missing: Vec<Missing>,
        /// Shares that were given before and so count once.
        repeated: Vec<ShareName>,
    },
    /// Enough shares, but at least one of these is wrong, and nothing tells which one.
    WrongAmong {
        /// The shares of which at least one is wrong.
        shares: Vec<ShareName>,
    },
    /// Shares of other sets are among these, and what remains recovers nothing.
    OtherSets {
        /// The shares of other sets.
        shares: Vec<WrongShare>,
        /// What keeps the largest set from recovering, without the shares of other sets.
        rest: Box<CombineError>,
    },
    /// A share that needs no other was given together with shares of another set: it has no digest
    /// to check, so it cannot outvote them.
    Unverifiable,
    /// The shares recover more than one key, each with a good digest: somebody made shares up, or
    /// two whole sets were given.
    Ambiguous,
    /// So many shares that do not fit that trying them all would take too long.
    TooManyWrong,
    /// The shares recover a secret that is no 256-bit key.
    SecretLength {
        /// Its bits.
        bits: usize,
    },
}

impl fmt::Display for CombineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoShares => f.write_str("no share was given"),
            Self::TooFew { groups_needed, groups_complete, missing, repeated } => {
                too_few(f, *groups_needed, *groups_complete, missing)?;
                if !repeated.is_empty() {
                    f.write_str("; given twice and counted once: ")?;
                    list(f, repeated)?;
                }
                Ok(())
            }
            Self::WrongAmong { shares } => {
                f.write_str("at least one of these is wrong: ")?;
                list(f, shares)?;
                f.write_str("; another good share of the same group, or a whole other group, can tell which")
            }
            Self::OtherSets { shares, rest } => {
                list(f, shares)?;
                write!(f, "; without: {rest}")
            }
            Self::Unverifiable => {
                f.write_str("a share that needs no other cannot be checked beside shares of another set: give it alone")
            }
            Self::Ambiguous => {
                f.write_str("these shares recover more than one key: give those of one set, from holders you trust")
            }
            Self::TooManyWrong => {
                f.write_str("too many of these shares do not fit together to try them all: give fewer")
            }
            Self::SecretLength { bits } => {
                write!(f, "these shares hold a secret of {bits} bits, not a key of 256 bits")
            }
        }
    }
}

fn too_few(
    f: &mut fmt::Formatter<'_>,
    needed: usize,
    complete: usize,
    missing: &[Missing],
) -> fmt::Result {
    f.write_str("too few shares: ")?;
    if needed > 1 {
        write!(f, "{complete} of {needed} groups are complete; ")?;
    }
    let others = needed
        .saturating_sub(complete)
        .saturating_sub(missing.len());
    if !missing.is_empty() {
        f.write_str("needs ")?;
        list(f, missing)?;
    }
    if others > 0 {
        f.write_str(if missing.is_empty() {
            "needs "
        } else {
            ", and "
        })?;
        write!(
            f,
            "{others} more {}",
            if others == 1 { "group" } else { "groups" }
        )?;
    }
    Ok(())
}

impl Error for CombineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::OtherSets { rest, .. } => Some(rest.as_ref()),
            _ => None,
        }
    }
}
