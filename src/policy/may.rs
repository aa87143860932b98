//! What an author may do by role, and which shares a decision needs.

use std::collections::BTreeSet;

use super::{Judge, refusal};
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::state::Records;
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::rules::{Quorum, SplitRule};
use crate::statement::people::Role;
use crate::statement::secrets::Share;

impl Judge<'_> {
    fn standing(&self) -> Result<Custodian> {
        let author = self.author();
        Custodian::load(&self.state, &author)?.ok_or_else(|| refusal::unknown_author(&author))
    }

    pub(super) fn needs_role(&self, role: Role, what: &str) -> Result<()> {
        self.needs_one_of(&[role], what)
    }

    pub(super) fn needs_one_of(&self, roles: &[Role], what: &str) -> Result<()> {
        let standing = self.standing()?;
        if roles.iter().any(|role| standing.has(*role)) {
            return Ok(());
        }
        Err(refusal::lacks_roles(roles, what))
    }

    /// Keeper, operator, or a member of the secret's quorum.
    pub(super) fn may_seal(&self, quorum: &Quorum) -> Result<()> {
        let standing = self.standing()?;
        if standing.has(Role::Keeper) || standing.has(Role::Operator) || quorum.has(&self.author())
        {
            return Ok(());
        }
        Err(crate::error::Error::refused(
            "no-role",
            format!(
                "only a keeper, an operator or a member of the quorum `{}` may do this",
                quorum.name
            ),
        ))
    }

    /// Those of `people` whose keys are in force.
    pub(super) fn in_force(&self, people: &BTreeSet<Id>) -> Result<BTreeSet<Id>> {
        in_force(&self.state, people)
    }
}

pub(super) fn in_force(records: &dyn Records, people: &BTreeSet<Id>) -> Result<BTreeSet<Id>> {
    let mut good = BTreeSet::new();
    for id in people {
        if Custodian::load(records, id)?.is_some_and(|custodian| custodian.in_force()) {
            good.insert(*id);
        }
    }
    Ok(good)
}

/// The governance rule of a ledger.
pub(super) fn governance_rule(ledger: &LedgerRecord) -> Option<SplitRule> {
    let governance = ledger.governance.as_ref()?;
    Some(one_group(ledger.threshold, &governance.shares))
}

/// The rule of a split in one group.
pub(super) fn one_group(threshold: u8, shares: &[Share]) -> SplitRule {
    SplitRule {
        groups_needed: 1,
        thresholds: vec![threshold],
        holders: shares
            .iter()
            .map(|share| ((share.group, share.member), share.holder))
            .collect(),
    }
}

/// The rules that a request has to meet: one for each secret it names.
///
/// # Errors
/// Verification where the state is damaged; refused where an epoch is not known.
pub fn split_rules(records: &dyn Records, request: &RequestRecord) -> Result<Vec<SplitRule>> {
    request
        .secrets
        .iter()
        .map(|wanted| {
            Epoch::load(records, &wanted.secret, wanted.epoch)?
                .map(|epoch| epoch.rule())
                .ok_or_else(refusal::no_such_secret)
        })
        .collect()
}
