//! Who can still open what: which shares were proven when, and whether those in force are enough.

use std::collections::BTreeSet;

use super::calendar::CLOCK_ERROR;
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::policy::GOVERNANCE_SECRET;
use crate::state::Records;
use crate::state::custody::Epoch;
use crate::state::drills::{AskedRecord, DrillRecord, SharePlace};
use crate::state::estate::PostureRecord;
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::records::{list, read};
use crate::state::rules::{SplitRule, leaf_key};
use crate::statement::Time;
use crate::statement::drills::Fault;

/// What drills have shown of one share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// No drill has asked for it, or its holder has not answered.
    Nothing,
    /// It was proven.
    Proven {
        /// When.
        at: Time,
        /// Index of the answer.
        index: u64,
    },
    /// It could not be proven.
    Bad {
        /// When.
        at: Time,
        /// Index of the answer.
        index: u64,
        /// Why.
        why: Fault,
    },
}

impl Shown {
    /// Whether it was proven, at most so many days before `now`, and not after it: by a clock set forward a
    /// proof would stay fresh for years.
    #[must_use]
    pub fn is_fresh(&self, now: Time, days: u32) -> bool {
        let Self::Proven { at, .. } = self else {
            return false;
        };
        *at <= now.plus(CLOCK_ERROR) && at.plus(u64::from(days) * 86_400) >= now
    }

    /// Whether it was proven between two moments.
    #[must_use]
    pub fn is_since(&self, since: Time, now: Time) -> bool {
        matches!(self, Self::Proven { at, .. } if (since..=now).contains(at))
    }
}

/// The possession drills of a ledger, the newest first.
pub struct Drills {
    all: Vec<(DrillRecord, AskedRecord)>,
}

impl Drills {
    /// Reads them.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn load(records: &dyn Records) -> Result<Self> {
        let mut all = Vec::new();
        for (key, drill) in list::<DrillRecord>(records, "")? {
            if drill.answers.is_empty() {
                continue;
            }
            if let Some(asked) = read::<AskedRecord>(records, &key)? {
                all.push((drill, asked));
            }
        }
        all.sort_by_key(|(drill, _)| std::cmp::Reverse(drill.index));
        Ok(Self { all })
    }

    /// One of them alone, by the leaf hash of its start.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn one(records: &dyn Records, leaf: &Digest) -> Result<Self> {
        let drill = DrillRecord::load(records, leaf)?;
        let asked = read::<AskedRecord>(records, &leaf_key(leaf))?;
        Ok(Self {
            all: drill.zip(asked).into_iter().collect(),
        })
    }

    /// What the newest answer about a share says of it.
    #[must_use]
    pub fn of(&self, holder: &Id, place: &SharePlace) -> Shown {
        let newest = self
            .all
            .iter()
            .filter(|(_, asked)| asked.has(&place.secret, place.epoch))
            .flat_map(|(drill, _)| &drill.answers)
            .filter(|answer| answer.holder == *holder)
            .filter_map(|answer| {
                let bad = answer.bad.iter().find(|(bad, _)| bad == place);
                let (at, index) = (answer.at, answer.index);
                match bad {
                    Some((_, why)) => Some((
                        index,
                        Shown::Bad {
                            at,
                            index,
                            why: *why,
                        },
                    )),
                    None if answer.proves(place) => Some((index, Shown::Proven { at, index })),
                    None => None,
                }
            })
            .max_by_key(|(index, _)| *index);
        newest.map_or(Shown::Nothing, |(_, shown)| shown)
    }
}

/// A sealing that is not destroyed: which of its shares are enough, who has them, and what drills have shown
/// of them.
pub struct Looked {
    rule: SplitRule,
    /// Each share with its holder.
    pub shares: Vec<(SharePlace, Id, Shown)>,
}

impl Looked {
    /// Looks at an epoch of a secret, or of governance, where the id is all zero.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn at(
        records: &dyn Records,
        drills: &Drills,
        secret: &Id,
        number: u32,
    ) -> Result<Option<Self>> {
        let (rule, shares) = if *secret == GOVERNANCE_SECRET {
            let ledger = LedgerRecord::load(records)?;
            let Some((governance, threshold)) = ledger
                .and_then(|ledger| Some((ledger.governance?, ledger.threshold)))
                .filter(|(governance, _)| governance.epoch == number)
            else {
                return Ok(None);
            };
            let places = governance.shares.iter();
            let rule = SplitRule {
                groups_needed: 1,
                thresholds: vec![threshold],
                holders: places
                    .map(|share| ((share.group, share.member), share.holder))
                    .collect(),
            };
            (rule, governance.shares)
        } else {
            let epoch = Epoch::load(records, secret, number)?;
            let Some(epoch) = epoch.filter(|epoch| epoch.destroyed.is_none()) else {
                return Ok(None);
            };
            (epoch.rule(), epoch.shares)
        };
        let looked = shares.iter().map(|share| {
            let place = SharePlace {
                secret: *secret,
                epoch: number,
                group: share.group,
                member: share.member,
            };
            (place, share.holder, drills.of(&share.holder, &place))
        });
        Ok(Some(Self {
            rule,
            shares: looked.collect(),
        }))
    }

    /// Whether those in force whose shares are freshly proven, as governance has set it, are enough to open it.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn is_alive(&self, records: &dyn Records, now: Time) -> Result<bool> {
        let days = PostureRecord::load(records)?.posture.stale_share_days;
        let mut able = BTreeSet::new();
        for (_, holder, _) in &self.shares {
            let mut own = self.shares.iter().filter(|(_, who, _)| who == holder);
            let there = Custodian::load(records, holder)?.is_some_and(|who| who.in_force());
            // Whoever holds several counts once all are proven.
            if there && own.all(|(.., shown)| shown.is_fresh(now, days)) {
                able.insert(*holder);
            }
        }
        Ok(self.rule.met_by(&able))
    }
}
