//! Threshold rules and the policy (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::founding::PolicySettings;
use super::text::Name;
use crate::crypto::fixed::Id;

/// One group of a quorum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What it is called.
    pub label: Name,
    /// How many of its members are needed.
    pub threshold: u8,
    /// In order; their places are the member indices of the split.
    pub members: Vec<Id>,
}

/// Facts of `quorum.define`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Define {
    /// The quorum; random at its first definition.
    pub quorum: Id,
    /// What it is called.
    pub name: Name,
    /// How many groups are needed.
    pub groups_needed: u8,
    /// The groups; one where there are no groups to speak of.
    pub groups: Vec<Group>,
}

/// Facts of `policy.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPolicy {
    /// The policy from here on.
    pub policy: PolicySettings,
}

/// Facts of `rekey`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rekey {
    /// Which one it is, counting from 1.
    pub number: u32,
}
