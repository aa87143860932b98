//! The Merkle tree of RFC 6962 over stored nodes.
//!
//! Only complete subtrees are stored: the node `(level, index)` covers the `2^level` leaves that
//! start at `index * 2^level`, and never changes once written. Roots and proofs are folded from
//! them with O(log n) reads.

use std::convert::Infallible;
use std::fmt;

use super::hash::{Hash, empty_root, node_hash};

/// The most leaves a tree may have: `2^63 - 1`, so that a size fits SQLite's and Go's integers and
/// a proof has at most 63 hashes.
pub const MAX_TREE_SIZE: u64 = u64::MAX >> 1;

/// Stored hashes of complete subtrees.
pub trait Nodes {
    /// What can go wrong when reading.
    type Error;

    /// The hash of the complete subtree of `2^level` leaves that starts at leaf `index * 2^level`;
    /// `None` where none is stored.
    fn node(&self, level: u8, index: u64) -> Result<Option<Hash>, Self::Error>;
}

impl<N: Nodes + ?Sized> Nodes for &N {
    type Error = N::Error;

    fn node(&self, level: u8, index: u64) -> Result<Option<Hash>, Self::Error> {
        (**self).node(level, index)
    }
}

/// A complete subtree that an append has just finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewNode {
    /// Height above the leaves, which are level 0.
    pub level: u8,
    /// Position within the level, from the left, from 0.
    pub index: u64,
    /// The subtree's hash.
    pub hash: Hash,
}

/// What one appended leaf changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Every node to store, the leaf itself (level 0) first, then upward.
    pub nodes: Vec<NewNode>,
    /// The number of leaves afterwards.
    pub size: u64,
    /// The root afterwards.
    pub root: Hash,
}

/// Why a tree could not be read or grown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeError<E> {
    /// The storage failed.
    Storage(E),
    /// A node that the tree of this size must have is not stored.
    MissingNode {
        /// Its level.
        level: u8,
        /// Its position within the level.
        index: u64,
    },
    /// The leaf is not in a tree of this size.
    IndexOutsideTree {
        /// The leaf's index, from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// A consistency proof was asked for from a larger tree to a smaller one.
    Shrinks {
        /// The first tree's number of leaves.
        old: u64,
        /// The second tree's.
        new: u64,
    },
    /// The size is beyond [`MAX_TREE_SIZE`].
    TooLarge,
}

impl<E: fmt::Display> fmt::Display for TreeError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(cause) => write!(f, "the log's nodes can't be read: {cause}"),
            Self::MissingNode { level, index } => {
                write!(f, "the log's node {index} of level {level} is missing")
            }
            Self::IndexOutsideTree { index, size } => {
                write!(f, "leaf {index} is not in a log of {size} leaves")
            }
            Self::Shrinks { old, new } => {
                write!(f, "a log of {old} leaves can't be a prefix of one of {new}")
            }
            Self::TooLarge => write!(f, "a log has at most {MAX_TREE_SIZE} leaves"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for TreeError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Storage(cause) => Some(cause),
            _ => None,
        }
    }
}

/// The tree already has [`MAX_TREE_SIZE`] leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeFull;

impl fmt::Display for TreeFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a log has at most {MAX_TREE_SIZE} leaves")
    }
}

impl std::error::Error for TreeFull {}

impl<E> From<TreeFull> for TreeError<E> {
    fn from(_: TreeFull) -> Self {
        Self::TooLarge
    }
}

/// Adds one leaf to a stored tree of `size` leaves. Reads one node for each bit set in `size`;
/// writes nothing: the caller stores [`Appended::nodes`].
///
/// To add many leaves, load a [`Frontier`] once and push into it.
pub fn append<N: Nodes>(nodes: &N, size: u64, leaf: Hash) -> Result<Appended, TreeError<N::Error>> {
    let mut frontier = Frontier::load(nodes, size)?;
    let mut new = Vec::new();
    frontier.push_into(leaf, &mut new)?;
    Ok(Appended {
        nodes: new,
        size: frontier.size(),
        root: frontier.root(),
    })
}

/// The root of the stored tree's first `size` leaves: RFC 6962 section 2.1.
pub fn root<N: Nodes>(nodes: &N, size: u64) -> Result<Hash, TreeError<N::Error>> {
    Ok(Frontier::load(nodes, size)?.root())
}

/// The audit path of leaf `index` in the tree of the first `size` leaves, from the leaf's sibling
/// up: RFC 6962 section 2.1.1.
pub fn inclusion_proof<N: Nodes>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, TreeError<N::Error>> {
    check_size(size)?;
    if index >= size {
        return Err(TreeError::IndexOutsideTree { index, size });
    }
    let mut range = Range { start: 0, size };
    let mut path = Vec::new();
    while let Some((left, right)) = range.split() {
        if index < right.start {
            path.push(right.hash(nodes)?);
            range = left;
        } else {
            path.push(left.hash(nodes)?);
            range = right;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the first `old` leaves are a prefix of the first `new`: RFC 6962 section 2.1.2.
///
/// Empty where `old` is 0, as C2SP tlog-witness wants it, and where the sizes are equal.
pub fn consistency_proof<N: Nodes>(
    nodes: &N,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, TreeError<N::Error>> {
    check_size(new)?;
    if old > new {
        return Err(TreeError::Shrinks { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut range = Range {
        start: 0,
        size: new,
    };
    let mut path = Vec::new();
    while range.end() != old {
        let Some((left, right)) = range.split() else {
            break;
        };
        if old <= right.start {
            path.push(right.hash(nodes)?);
            range = left;
        } else {
            path.push(left.hash(nodes)?);
            range = right;
        }
    }
    // SUBPROOF's flag b: the old root itself is known to the verifier and left out.
    if range.start != 0 {
        path.push(range.hash(nodes)?);
    }
    path.reverse();
    Ok(path)
}

fn check_size<E>(size: u64) -> Result<(), TreeError<E>> {
    if size > MAX_TREE_SIZE {
        Err(TreeError::TooLarge)
    } else {
        Ok(())
    }
}

/// `D[start : start + size]` of RFC 6962: a subtree, complete or at the tree's right edge. Its
/// start is a multiple of the first power of two that is no smaller than its size.
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    size: u64,
}

impl Range {
    fn end(self) -> u64 {
        self.start + self.size
    }

    /// The two children: the left has the largest power of two of leaves that is smaller than the
    /// size. `None` for a leaf.
    fn split(self) -> Option<(Self, Self)> {
        let below = self.size.checked_sub(1).filter(|below| *below > 0)?;
        let left = 1 << below.ilog2();
        Some((
            Self {
                start: self.start,
                size: left,
            },
            Self {
                start: self.start + left,
                size: self.size - left,
            },
        ))
    }

    fn hash<N: Nodes>(self, nodes: &N) -> Result<Hash, TreeError<N::Error>> {
        Ok(fold(&self.peaks(nodes)?))
    }

    /// The complete subtrees that make up the range, from the left: one for each bit in its size.
    fn peaks<N: Nodes>(self, nodes: &N) -> Result<Vec<Peak>, TreeError<N::Error>> {
        let mut peaks = Vec::new();
        let mut start = self.start;
        for level in (0..63).rev().filter(|level| self.size >> level & 1 == 1) {
            let index = start >> level;
            let hash = nodes
                .node(level, index)
                .map_err(TreeError::Storage)?
                .ok_or(TreeError::MissingNode { level, index })?;
            peaks.push(Peak { level, hash });
            start += 1 << level;
        }
        Ok(peaks)
    }
}

/// A complete subtree whose right neighbour is not complete yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Peak {
    level: u8,
    hash: Hash,
}

/// The root over adjoining peaks, folded from the right as RFC 6962's MTH nests them.
fn fold(peaks: &[Peak]) -> Hash {
    peaks
        .iter()
        .rev()
        .map(|peak| peak.hash)
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or_else(empty_root)
}

/// The right edge of a growing tree: enough to add leaves and to know the root at any time, in
/// O(log n) memory. Verifying a million leaves is a million calls of [`Frontier::push`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Peak>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The frontier of a stored tree's first `size` leaves.
    pub fn load<N: Nodes>(nodes: &N, size: u64) -> Result<Self, TreeError<N::Error>> {
        check_size(size)?;
        Ok(Self {
            size,
            peaks: Range { start: 0, size }.peaks(nodes)?,
        })
    }

    /// The number of leaves pushed.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves pushed.
    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }

    /// Adds one leaf.
    pub fn push(&mut self, leaf: Hash) -> Result<(), TreeFull> {
        self.grow(leaf, |_| ())
    }

    /// Adds one leaf, and appends to `new` every node to store for it, the leaf (level 0) first.
    pub fn push_into(&mut self, leaf: Hash, new: &mut Vec<NewNode>) -> Result<(), TreeFull> {
        self.grow(leaf, |node| new.push(node))
    }

    fn grow(&mut self, leaf: Hash, mut finished: impl FnMut(NewNode)) -> Result<(), TreeFull> {
        if self.size >= MAX_TREE_SIZE {
            return Err(TreeFull);
        }
        let mut node = NewNode {
            level: 0,
            index: self.size,
            hash: leaf,
        };
        finished(node);
        while let Some(left) = self.peaks.pop_if(|peak| peak.level == node.level) {
            node = NewNode {
                level: node.level + 1,
                index: node.index >> 1,
                hash: node_hash(&left.hash, &node.hash),
            };
            finished(node);
        }
        self.peaks.push(Peak {
            level: node.level,
            hash: node.hash,
        });
        self.size += 1;
        Ok(())
    }
}

/// Every node of a tree, in memory: 64 bytes a leaf.
#[derive(Clone, Debug, Default)]
pub struct MemoryNodes {
    frontier: Frontier,
    levels: Vec<Vec<Hash>>,
}

impl MemoryNodes {
    /// Adds one leaf.
    pub fn push(&mut self, leaf: Hash) -> Result<(), TreeFull> {
        let levels = &mut self.levels;
        self.frontier
            .grow(leaf, |node| match levels.get_mut(usize::from(node.level)) {
                Some(level) => level.push(node.hash),
                // A level's first node is finished right after the one below it.
                None => levels.push(vec![node.hash]),
            })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }
}

impl Nodes for MemoryNodes {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Option<Hash>, Infallible> {
        let level = self.levels.get(usize::from(level));
        let at = usize::try_from(index).ok();
        Ok(level.zip(at).and_then(|(level, at)| level.get(at)).copied())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]
mod tests {
    use super::super::hash::leaf_hash;
    use super::*;

    /// Leaves that Certificate Transparency implementations test with.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];

    /// The roots over the first one, two, ... eight of them.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn tree(size: usize) -> MemoryNodes {
        let mut tree = MemoryNodes::default();
        for leaf in &LEAVES[..size] {
            tree.push(leaf_hash(leaf)).unwrap();
        }
        tree
    }

    fn hex(hashes: &[Hash]) -> Vec<String> {
        hashes.iter().map(Hash::to_string).collect()
    }

    #[test]
    fn roots_are_the_known_ones() {
        let all = tree(8);
        assert_eq!(root(&all, 0), Ok(empty_root()));
        for (before, expected) in ROOTS.iter().enumerate() {
            let size = before + 1;
            assert_eq!(tree(size).root().to_string(), *expected);
            assert_eq!(root(&all, size as u64).unwrap().to_string(), *expected);
        }
    }

    #[test]
    fn inclusion_proofs_are_the_known_ones() {
        let all = tree(8);
        let no_hashes: [&str; 0] = [];
        assert_eq!(hex(&inclusion_proof(&all, 0, 1).unwrap()), no_hashes);
        assert_eq!(
            hex(&inclusion_proof(&all, 5, 8).unwrap()),
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
        assert_eq!(
            hex(&inclusion_proof(&all, 1, 5).unwrap()),
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        );
        assert_eq!(
            hex(&inclusion_proof(&all, 2, 3).unwrap()),
            ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]
        );
    }

    #[test]
    fn consistency_proofs_are_the_known_ones() {
        let all = tree(8);
        for (old, new) in [(0, 0), (0, 8), (1, 1), (8, 8)] {
            assert_eq!(consistency_proof(&all, old, new), Ok(vec![]));
        }
        assert_eq!(
            hex(&consistency_proof(&all, 1, 8).unwrap()),
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        );
        assert_eq!(
            hex(&consistency_proof(&all, 6, 8).unwrap()),
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
        assert_eq!(
            hex(&consistency_proof(&all, 2, 5).unwrap()),
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        );
    }

    #[test]
    fn append_yields_each_finished_subtree_once() {
        let mut grown = MemoryNodes::default();
        let all = tree(8);
        for (size, leaf) in LEAVES.iter().enumerate() {
            let size = size as u64;
            let appended = append(&all, size, leaf_hash(leaf)).unwrap();
            grown.push(leaf_hash(leaf)).unwrap();
            assert_eq!((appended.size, appended.root), (size + 1, grown.root()));
            // As many levels are finished as the new size has trailing zeros, and the leaf's own.
            assert_eq!(appended.nodes.len() as u32, (size + 1).trailing_zeros() + 1);
            for (level, node) in appended.nodes.iter().enumerate() {
                assert_eq!(usize::from(node.level), level);
                assert_eq!(node.index, size >> level);
                assert_eq!(grown.node(node.level, node.index), Ok(Some(node.hash)));
            }
        }
    }

    #[test]
    fn what_the_tree_does_not_have_is_said() {
        let three = tree(3);
        assert_eq!(
            inclusion_proof(&three, 3, 3),
            Err(TreeError::IndexOutsideTree { index: 3, size: 3 })
        );
        assert_eq!(
            inclusion_proof(&three, 0, 0),
            Err(TreeError::IndexOutsideTree { index: 0, size: 0 })
        );
        assert_eq!(
            consistency_proof(&three, 3, 2),
            Err(TreeError::Shrinks { old: 3, new: 2 })
        );
        assert_eq!(
            root(&three, 4),
            Err(TreeError::MissingNode { level: 2, index: 0 })
        );
        assert_eq!(
            append(&three, 5, leaf_hash(b"")),
            Err(TreeError::MissingNode { level: 2, index: 0 })
        );
        let beyond = MAX_TREE_SIZE + 1;
        assert_eq!(root(&three, beyond), Err(TreeError::TooLarge));
        assert_eq!(inclusion_proof(&three, 0, beyond), Err(TreeError::TooLarge));
        assert_eq!(
            consistency_proof(&three, 1, beyond),
            Err(TreeError::TooLarge)
        );
    }

    /// Every node is the same hash: lets trees of any size exist in no memory.
    struct Uniform;

    impl Nodes for Uniform {
        type Error = Infallible;

        fn node(&self, level: u8, _: u64) -> Result<Option<Hash>, Infallible> {
            Ok(Some(Hash::from([level; 32])))
        }
    }

    #[test]
    fn the_largest_tree_is_full_and_its_proofs_have_63_hashes() {
        assert!(append(&Uniform, MAX_TREE_SIZE - 1, leaf_hash(b"")).is_ok());
        assert_eq!(
            append(&Uniform, MAX_TREE_SIZE, leaf_hash(b"")),
            Err(TreeError::TooLarge)
        );
        assert_eq!(
            inclusion_proof(&Uniform, 0, MAX_TREE_SIZE).unwrap().len(),
            63
        );
        assert_eq!(
            inclusion_proof(&Uniform, MAX_TREE_SIZE - 1, MAX_TREE_SIZE)
                .unwrap()
                .len(),
            62
        );
        assert_eq!(
            consistency_proof(&Uniform, MAX_TREE_SIZE - 1, MAX_TREE_SIZE)
                .unwrap()
                .len(),
            63
        );
    }

    struct Broken;

    impl Nodes for Broken {
        type Error = &'static str;

        fn node(&self, _: u8, _: u64) -> Result<Option<Hash>, &'static str> {
            Err("disk")
        }
    }

    #[test]
    fn a_storage_failure_is_passed_on() {
        assert_eq!(root(&Broken, 1), Err(TreeError::Storage("disk")));
        assert_eq!(
            inclusion_proof(&Broken, 0, 2),
            Err(TreeError::Storage("disk"))
        );
        assert_eq!(
            consistency_proof(&Broken, 1, 2),
            Err(TreeError::Storage("disk"))
        );
    }
}
