//! The governance secret for other people, or with another threshold: agreed by those who hold it now,
//! and proven by each who is to hold it, before it counts.

use std::collections::BTreeSet;

use super::founding::{FOUNDERS, in_places};
use super::{Judge, may, refusal};
use crate::crypto::fixed::Id;
use crate::crypto::recipient::Recipient;
use crate::error::{Error, Result};
use crate::state::people::{Custodian, GovernanceRecord, ONE};
use crate::state::rules::SplitRule;
use crate::statement::Claim;
use crate::statement::founding::GovernanceSet;
use crate::statement::people::Role;

/// That everybody who is to hold a share has proven it: the part of the rule that only a new split has.
pub(super) fn all_new_holders(claim: &Claim) -> Option<SplitRule> {
    let Claim::GovernanceSet(set) = claim else {
        return None;
    };
    let all = u8::try_from(set.seal.shares.len()).unwrap_or(u8::MAX);
    Some(may::one_group(all, &set.seal.shares))
}

impl Judge<'_> {
    pub(super) fn check_governance_set(&self, set: &GovernanceSet) -> Result<()> {
        let governance = self
            .ledger()?
            .governance
            .ok_or_else(|| refusal::malformed("no governance secret"))?;
        let seal = &set.seal;
        if Some(seal.epoch) != governance.epoch.checked_add(1) {
            return Err(Error::refused(
                "wrong-epoch",
                "the governance secret was given to others since",
            )
            .hint("propose it again"));
        }
        Recipient::parse_native(&seal.recovery)?;
        if seal.recovery == governance.recovery {
            return Err(refusal::malformed(
                "a new governance secret has a recovery identity of its own",
            ));
        }
        let holders: Vec<Id> = seal.shares.iter().map(|share| share.holder).collect();
        let distinct: BTreeSet<&Id> = holders.iter().collect();
        let threshold = usize::from(set.threshold);
        if !FOUNDERS.contains(&holders.len()) || threshold < 2 || threshold > holders.len() {
            return Err(refusal::malformed(
                "governance has 2 to 16 members, and a threshold of at least 2 and at most all of them",
            ));
        }
        if distinct.len() != holders.len() || !in_places(&seal.shares, &holders) {
            return Err(refusal::malformed(
                "every member of governance has one share, in order",
            ));
        }
        for holder in &holders {
            let custodian = Custodian::load(&self.state, holder)?
                .ok_or_else(|| refusal::unknown_author(holder))?;
            if !custodian.in_force() || !custodian.has(Role::Holder) {
                return Err(Error::refused(
                    "not-a-holder",
                    "a member of governance must be in force and have the role `holder`",
                )
                .because(format!("custodian {holder}")));
            }
        }
        Ok(())
    }

    /// The new split counts from here on.
    pub(super) fn set_governance(&mut self, set: &GovernanceSet, maker: Id) -> Result<()> {
        let mut ledger = self.ledger()?;
        let seal = &set.seal;
        ledger.threshold = set.threshold;
        ledger.governance = Some(GovernanceRecord {
            epoch: seal.epoch,
            index: self.index,
            maker: Some(maker),
            recovery: seal.recovery.clone(),
            payload: seal.payload,
            shares: seal.shares.clone(),
        });
        self.state.put(ONE, &ledger)
    }
}
