//! Threshold rules.

use std::collections::BTreeSet;

use super::{Judge, refusal};
use crate::crypto::fixed::Id;
use crate::crypto::slip39::{Group, Scheme};
use crate::error::{Error, Result};
use crate::state::custody::SecretRecord;
use crate::state::people::Custodian;
use crate::state::records::{list, read};
use crate::state::rules::{Quorum, SplitRule, fewest_missing};
use crate::statement::people::Role;
use crate::statement::quorums::Define;

impl Judge<'_> {
    /// The quorum that a secret is sealed to.
    pub(super) fn quorum_of(&self, secret: &Id) -> Result<Option<Quorum>> {
        match read::<SecretRecord>(&self.state, &secret.to_hex())? {
            Some(secret) => Quorum::load(&self.state, &secret.quorum),
            None => Ok(None),
        }
    }

    pub(super) fn check_define(&self, define: &Define) -> Result<()> {
        if define.name.as_str() == "governance" {
            return Err(
                refusal::malformed("the governance quorum is the founders' own")
                    .hint("choose another name"),
            );
        }
        for (key, quorum) in list::<Quorum>(&self.state, "")? {
            if (key == define.quorum.to_hex()) != (quorum.name == define.name.as_str()) {
                return Err(refusal::malformed(
                    "a quorum keeps its name, and no two have the same",
                ));
            }
        }
        check_scheme(define)?;
        for group in &define.groups {
            let distinct: BTreeSet<&Id> = group.members.iter().collect();
            if distinct.len() != group.members.len() {
                return Err(refusal::malformed("somebody is twice in one group"));
            }
            for member in &group.members {
                let custodian = Custodian::load(&self.state, member)?
                    .ok_or_else(|| refusal::unknown_author(member))?;
                if !custodian.in_force() || !custodian.has(Role::Holder) {
                    return Err(Error::refused(
                        "not-a-holder",
                        "a member of a quorum must be in force and have the role `holder`",
                    )
                    .because(format!("custodian {member}")));
                }
            }
        }
        let rule = rule_of(define);
        let people = rule.people();
        if fewest_missing(&[rule], &BTreeSet::new(), &people).is_none_or(|fewest| fewest < 2) {
            return Err(refusal::malformed(
                "one person alone could meet this quorum",
            ));
        }
        Ok(())
    }

    pub(super) fn define(&mut self, define: &Define) -> Result<()> {
        self.state.put(
            &define.quorum.to_hex(),
            &Quorum {
                name: define.name.as_str().to_owned(),
                groups_needed: define.groups_needed,
                groups: define.groups.clone(),
                index: self.index,
            },
        )
    }
}

/// What SLIP-39 can split.
fn check_scheme(define: &Define) -> Result<()> {
    let groups = define
        .groups
        .iter()
        .map(|group| {
            Ok(Group {
                threshold: group.threshold,
                members: u8::try_from(group.members.len())
                    .map_err(|_| refusal::malformed("a group has at most 16 members"))?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Scheme {
        groups_needed: define.groups_needed,
        groups,
    }
    .check()
    .map_err(|error| refusal::malformed("this threshold rule can't be split").because(error))
}

fn rule_of(define: &Define) -> SplitRule {
    SplitRule {
        groups_needed: define.groups_needed,
        thresholds: define.groups.iter().map(|group| group.threshold).collect(),
        holders: (0u8..)
            .zip(&define.groups)
            .flat_map(|(g, group)| {
                (0u8..)
                    .zip(&group.members)
                    .map(move |(m, id)| ((g, m), *id))
            })
            .collect(),
    }
}
