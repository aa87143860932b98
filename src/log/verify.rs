//! Checking proofs: RFC 9162 sections 2.1.3.2 (inclusion) and 2.1.4.2 (consistency).
//!
//! The trees are those of RFC 6962; RFC 9162 only spells out how to verify. A proof is accepted
//! only with exactly the hashes that its sizes call for.

use std::fmt;

use super::hash::{Hash, empty_root, node_hash};
use super::tree::MAX_TREE_SIZE;

/// Why a proof was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// The leaf's index is not in a tree of this size.
    IndexOutsideTree {
        /// The leaf's index, from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The older tree is larger than the newer.
    Shrinks {
        /// The older tree's number of leaves.
        old: u64,
        /// The newer tree's.
        new: u64,
    },
    /// A size is beyond [`MAX_TREE_SIZE`].
    TooLarge,
    /// The proof has more hashes than its sizes call for.
    TooLong,
    /// The proof has fewer hashes than its sizes call for.
    TooShort,
    /// The leaf and the proof lead to another root.
    RootMismatch,
    /// The proof is not about this older root: the tree was changed, or the proof is of another.
    OldRootMismatch,
    /// The proof is not about this newer root: the tree was changed, or the proof is of another.
    NewRootMismatch,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexOutsideTree { index, size } => {
                write!(f, "leaf {index} is not in a log of {size} leaves")
            }
            Self::Shrinks { old, new } => {
                write!(f, "the log had {old} leaves before and {new} now")
            }
            Self::TooLarge => write!(f, "a log has at most {MAX_TREE_SIZE} leaves"),
            Self::TooLong => f.write_str("the proof has too many hashes"),
            Self::TooShort => f.write_str("the proof has too few hashes"),
            Self::RootMismatch => f.write_str("the proof leads to another root than the log's"),
            Self::OldRootMismatch => f.write_str("the proof does not fit the earlier root"),
            Self::NewRootMismatch => f.write_str("the proof does not fit the later root"),
        }
    }
}

impl std::error::Error for ProofError {}

/// Checks that `leaf` is leaf number `index` of the tree with this `size` and `root`:
/// RFC 9162 section 2.1.3.2.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    check_size(size)?;
    if index >= size {
        return Err(ProofError::IndexOutsideTree { index, size });
    }
    let mut climb = Climb {
        node: index,
        last: size - 1,
    };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match climb.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    climb.at_root()?;
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::RootMismatch)
    }
}

/// Checks that the tree of size `old` is a prefix of the tree of size `new`:
/// RFC 9162 section 2.1.4.2.
///
/// From nothing (`old` is 0) the proof is empty and `old_root` is the empty tree's, as in C2SP
/// tlog-witness: every tree continues the empty one. Between equal sizes the proof is empty and
/// the roots are the same.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    check_size(new)?;
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    if old == 0 || old == new {
        return without_proof(old, new, proof, old_root, new_root);
    }
    // A complete old tree is one node of the new tree, so that the proof leaves its root out.
    let (start, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::TooShort)?
    };
    let mut climb = Climb {
        node: old - 1,
        last: new - 1,
    };
    while climb.node & 1 == 1 {
        climb.up();
    }
    let (mut old_hash, mut new_hash) = (*start, *start);
    for sibling in rest {
        match climb.step()? {
            Side::Left => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, sibling),
        }
    }
    climb.at_root()?;
    if old_hash != *old_root {
        return Err(ProofError::OldRootMismatch);
    }
    if new_hash != *new_root {
        return Err(ProofError::NewRootMismatch);
    }
    Ok(())
}

/// The two cases of consistency that need no hashes.
fn without_proof(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if !proof.is_empty() {
        return Err(ProofError::TooLong);
    }
    if old == 0 && *old_root != empty_root() {
        return Err(ProofError::OldRootMismatch);
    }
    if old == new && old_root != new_root {
        return Err(ProofError::NewRootMismatch);
    }
    Ok(())
}

fn check_size(size: u64) -> Result<(), ProofError> {
    if size > MAX_TREE_SIZE {
        Err(ProofError::TooLarge)
    } else {
        Ok(())
    }
}

/// On which side of the climbing hash the next hash of the proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: `fn` and `sn` of RFC 9162.
struct Climb {
    /// The index, within its level, of the node reached.
    node: u64,
    /// The index of that level's last node.
    last: u64,
}

impl Climb {
    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Consumes one hash of the proof.
    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::TooLong);
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // A right edge without a sibling rises, unhashed, to the level where it has one.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Ok(side)
    }

    fn at_root(&self) -> Result<(), ProofError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(ProofError::TooShort)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::hash::leaf_hash;
    use super::super::tree::{MemoryNodes, consistency_proof, inclusion_proof, root};
    use super::*;

    const SIZE: u64 = 40;

    fn leaf(index: u64) -> Hash {
        leaf_hash(&index.to_be_bytes())
    }

    fn tree() -> MemoryNodes {
        let mut tree = MemoryNodes::default();
        (0..SIZE).for_each(|index| tree.push(leaf(index)).unwrap());
        tree
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proven_and_no_other_index() {
        let tree = tree();
        for size in 1..=SIZE {
            let root = root(&tree, size).unwrap();
            for index in 0..size {
                let proof = inclusion_proof(&tree, index, size).unwrap();
                assert_eq!(
                    verify_inclusion(&leaf(index), index, size, &proof, &root),
                    Ok(())
                );
                for other in (0..size).filter(|other| *other != index) {
                    assert!(verify_inclusion(&leaf(index), other, size, &proof, &root).is_err());
                }
                assert_eq!(
                    verify_inclusion(&leaf(index), size, size, &proof, &root),
                    Err(ProofError::IndexOutsideTree { index: size, size })
                );
            }
        }
    }

    #[test]
    fn every_pair_of_small_trees_is_consistent() {
        let tree = tree();
        for new in 0..=SIZE {
            let new_root = root(&tree, new).unwrap();
            for old in 0..=new {
                let old_root = root(&tree, old).unwrap();
                let proof = consistency_proof(&tree, old, new).unwrap();
                assert_eq!(
                    verify_consistency(old, new, &proof, &old_root, &new_root),
                    Ok(())
                );

                let mut longer = proof.clone();
                longer.push(new_root);
                assert_eq!(
                    verify_consistency(old, new, &longer, &old_root, &new_root),
                    Err(ProofError::TooLong)
                );
                if let Some((_, shorter)) = proof.split_last() {
                    assert_eq!(
                        verify_consistency(old, new, shorter, &old_root, &new_root),
                        Err(ProofError::TooShort)
                    );
                }
            }
        }
    }

    #[test]
    fn each_rule_has_its_own_error() {
        let tree = tree();
        let (old_root, new_root) = (root(&tree, 6).unwrap(), root(&tree, 8).unwrap());
        let proof = consistency_proof(&tree, 6, 8).unwrap();
        let check = verify_consistency;
        assert_eq!(
            check(6, 8, &proof, &new_root, &new_root),
            Err(ProofError::OldRootMismatch)
        );
        assert_eq!(
            check(6, 8, &proof, &old_root, &old_root),
            Err(ProofError::NewRootMismatch)
        );
        assert_eq!(
            check(6, 8, &[], &old_root, &new_root),
            Err(ProofError::TooShort)
        );
        assert_eq!(
            check(8, 6, &proof, &new_root, &old_root),
            Err(ProofError::Shrinks { old: 8, new: 6 })
        );
        assert_eq!(
            check(8, 8, &[], &old_root, &new_root),
            Err(ProofError::NewRootMismatch)
        );
        assert_eq!(
            check(8, 8, &proof, &new_root, &new_root),
            Err(ProofError::TooLong)
        );
        assert_eq!(
            check(0, 8, &[], &old_root, &new_root),
            Err(ProofError::OldRootMismatch)
        );
        assert_eq!(
            check(0, 0, &[], &empty_root(), &new_root),
            Err(ProofError::NewRootMismatch)
        );
        assert_eq!(check(0, 8, &[], &empty_root(), &new_root), Ok(()));
        let beyond = MAX_TREE_SIZE + 1;
        assert_eq!(
            check(6, beyond, &proof, &old_root, &new_root),
            Err(ProofError::TooLarge)
        );

        let proof = inclusion_proof(&tree, 2, 8).unwrap();
        let check = |leaf: &Hash, proof: &[Hash]| verify_inclusion(leaf, 2, 8, proof, &new_root);
        assert_eq!(check(&leaf(3), &proof), Err(ProofError::RootMismatch));
        assert_eq!(check(&leaf(2), &proof[..2]), Err(ProofError::TooShort));
        assert_eq!(check(&leaf(2), &[]), Err(ProofError::TooShort));
        assert_eq!(
            check(&leaf(2), &[proof[0], proof[1], proof[2], proof[2]]),
            Err(ProofError::TooLong)
        );
        assert_eq!(
            verify_inclusion(&leaf(2), 2, beyond, &proof, &new_root),
            Err(ProofError::TooLarge)
        );
        assert_eq!(
            verify_inclusion(&leaf(2), 0, 0, &[], &empty_root()),
            Err(ProofError::IndexOutsideTree { index: 0, size: 0 })
        );
    }
}
