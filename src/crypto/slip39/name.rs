//! How shares are spoken of without their words: by number.

use std::fmt;

use super::share::ShareHeader;

/// A share's name: where it stood among those given, and which one of its set it says it is.
///
/// The indices are SLIP-39's (from 0); people read them counted from 1, as other tools print them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShareName {
    /// Place in the slice given to [`combine`](super::combine), from 0.
    pub position: usize,
    /// Group index, from 0 (SLIP-39 "Format of the share mnemonic", GI).
    pub group: u8,
    /// Member index in the group, from 0 (SLIP-39 "Format of the share mnemonic", I).
    pub member: u8,
}

impl ShareName {
    pub(super) fn new(position: usize, header: &ShareHeader) -> Self {
        Self {
            position,
            group: header.group,
            member: header.member,
        }
    }
}

impl fmt::Display for ShareName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.position.saturating_add(1);
        let (group, member) = (u16::from(self.group) + 1, u16::from(self.member) + 1);
        write!(f, "share {position} (group {group}, member {member})")
    }
}

/// What is wrong with a share that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It is well formed, but does not lie on the polynomial of the others.
    DoesNotFit,
    /// It belongs to another set: this field differs from the set that was recovered, or from the
    /// largest one (SLIP-39 "Combining the shares", step 1).
    OtherSet {
        /// The first field that differs.
        field: &'static str,
    },
}

/// A share that was given, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WrongShare {
    /// Which share.
    pub share: ShareName,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for WrongShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::DoesNotFit => write!(f, "{} does not fit the others", self.share),
            Fault::OtherSet { field } => {
                write!(f, "{} is of another set: its {field} differs", self.share)
            }
        }
    }
}

/// A group that has fewer shares than it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Missing {
    /// Group index, from 0.
    pub group: u8,
    /// Different shares of the group that were given.
    pub given: usize,
    /// Shares of the group that are needed.
    pub needed: usize,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = self.needed.saturating_sub(self.given);
        let group = u16::from(self.group) + 1;
        write!(
            f,
            "{more} more of group {group} ({} of {} given)",
            self.given, self.needed
        )
    }
}

/// Writes `1`, `1 and 2`, `1, 2 and 3`.
pub(super) fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        match index {
            0 => {}
            _ if index + 1 == items.len() => f.write_str(" and ")?,
            _ => f.write_str(", ")?,
        }
        write!(f, "{item}")?;
    }
    Ok(())
}
