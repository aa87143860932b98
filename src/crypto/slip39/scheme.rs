//! How a secret is to be split: groups, their members and thresholds.
//!
//! SLIP-39 "Two-level scheme", with this project's narrower bounds.

use super::error::SchemeError;

/// The most groups of a scheme and the most members of a group: four bits of index.
pub(super) const MOST: usize = 16;

/// One group: any `threshold` of its `members` shares recover its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// Shares of this group that are needed, at least 1 (SLIP-39 "Two-level scheme", T).
    pub threshold: u8,
    /// Shares that are made, at most 16 (SLIP-39 "Two-level scheme", N).
    pub members: u8,
}

/// A two-level scheme: any `groups_needed` of the `groups` recover the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scheme {
    /// Groups that are needed (SLIP-39 "Two-level scheme", GT).
    pub groups_needed: u8,
    /// The groups, in the order of their indices; at most 16 (SLIP-39 "Two-level scheme", G).
    pub groups: Vec<Group>,
}

impl Scheme {
    /// A plain `threshold`-of-`members` scheme: one group, as SLIP-39 "Two-level scheme" advises.
    #[must_use]
    pub fn single(threshold: u8, members: u8) -> Self {
        Self {
            groups_needed: 1,
            groups: vec![Group { threshold, members }],
        }
    }

    /// The fewest shares that can recover: the smallest thresholds of as many groups as needed.
    #[must_use]
    pub fn fewest_shares(&self) -> usize {
        let mut thresholds: Vec<usize> = self
            .groups
            .iter()
            .map(|group| group.threshold.into())
            .collect();
        thresholds.sort_unstable();
        thresholds.iter().take(self.groups_needed.into()).sum()
    }

    /// Checks every bound: those of SLIP-39 "Two-level scheme" and "Generating the shares", and this
    /// project's own, that one share alone never recovers.
    ///
    /// # Errors
    /// The first bound broken.
    pub fn check(&self) -> Result<(), SchemeError> {
        let groups = self.groups.len();
        if groups == 0 || groups > MOST {
            return Err(SchemeError::Groups { found: groups });
        }
        let needed = usize::from(self.groups_needed);
        if needed == 0 || needed > groups {
            return Err(SchemeError::GroupsNeeded { needed, groups });
        }
        for (index, group) in self.groups.iter().enumerate() {
            group.check(index)?;
        }
        if self.fewest_shares() < 2 {
            return Err(SchemeError::OneShareRecovers);
        }
        Ok(())
    }
}

impl Group {
    fn check(self, group: usize) -> Result<(), SchemeError> {
        let Self { threshold, members } = self;
        if members == 0 || usize::from(members) > MOST {
            return Err(SchemeError::Members {
                group,
                found: members,
            });
        }
        if threshold == 0 || threshold > members {
            return Err(SchemeError::Threshold {
                group,
                threshold,
                members,
            });
        }
        // SLIP-39 "Generating the shares", step 1.
        if threshold == 1 && members != 1 {
            return Err(SchemeError::OneOfMany { group, members });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(groups_needed: u8, groups: &[(u8, u8)]) -> Scheme {
        let groups = groups
            .iter()
            .map(|&(threshold, members)| Group { threshold, members })
            .collect();
        Scheme {
            groups_needed,
            groups,
        }
    }

    fn check(groups_needed: u8, groups: &[(u8, u8)]) -> Result<(), SchemeError> {
        scheme(groups_needed, groups).check()
    }

    #[test]
    fn there_are_1_to_16_groups() {
        assert_eq!(check(1, &[]), Err(SchemeError::Groups { found: 0 }));
        assert_eq!(check(1, &[(2, 2)]), Ok(()));
        assert_eq!(check(1, &[(2, 2); 16]), Ok(()));
        assert_eq!(
            check(1, &[(2, 2); 17]),
            Err(SchemeError::Groups { found: 17 })
        );
    }

    #[test]
    fn groups_needed_are_1_to_the_number_of_groups() {
        assert_eq!(
            check(0, &[(2, 2); 3]),
            Err(SchemeError::GroupsNeeded {
                needed: 0,
                groups: 3
            })
        );
        assert_eq!(check(1, &[(2, 2); 3]), Ok(()));
        assert_eq!(check(3, &[(2, 2); 3]), Ok(()));
        assert_eq!(
            check(4, &[(2, 2); 3]),
            Err(SchemeError::GroupsNeeded {
                needed: 4,
                groups: 3
            })
        );
    }

    #[test]
    fn a_group_has_1_to_16_members() {
        assert_eq!(
            check(1, &[(2, 2), (0, 0)]),
            Err(SchemeError::Members { group: 1, found: 0 })
        );
        assert_eq!(check(2, &[(2, 2), (1, 1)]), Ok(()));
        assert_eq!(check(1, &[(2, 16)]), Ok(()));
        assert_eq!(
            check(1, &[(2, 17)]),
            Err(SchemeError::Members {
                group: 0,
                found: 17
            })
        );
    }

    #[test]
    fn a_threshold_is_1_to_the_number_of_members() {
        let refused = |threshold| {
            Err(SchemeError::Threshold {
                group: 0,
                threshold,
                members: 5,
            })
        };
        assert_eq!(check(1, &[(0, 5)]), refused(0));
        assert_eq!(check(1, &[(2, 5)]), Ok(()));
        assert_eq!(check(1, &[(5, 5)]), Ok(()));
        assert_eq!(check(1, &[(6, 5)]), refused(6));
        assert_eq!(check(2, &[(1, 1), (2, 5)]), Ok(()));
    }

    #[test]
    fn a_threshold_of_1_is_only_for_1_of_1() {
        assert_eq!(check(2, &[(1, 1), (1, 1)]), Ok(()));
        assert_eq!(
            check(2, &[(1, 1), (1, 2)]),
            Err(SchemeError::OneOfMany {
                group: 1,
                members: 2
            })
        );
    }

    #[test]
    fn one_share_alone_never_recovers() {
        assert_eq!(check(1, &[(1, 1)]), Err(SchemeError::OneShareRecovers));
        assert_eq!(
            check(1, &[(3, 5), (1, 1)]),
            Err(SchemeError::OneShareRecovers)
        );
        assert_eq!(check(2, &[(1, 1), (1, 1)]), Ok(()));
        assert_eq!(check(1, &[(2, 2)]), Ok(()));
        assert_eq!(scheme(2, &[(5, 5), (3, 4), (2, 9)]).fewest_shares(), 5);
    }
}
