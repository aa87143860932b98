//! Proofs as files: C2SP tlog-proof for inclusion, and the body of C2SP tlog-witness'
//! `add-checkpoint` for consistency. Each carries the signed checkpoint that it leads to.

use std::fmt;

use super::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use super::hash::{Hash, HashTextError};
use super::lines::{NumberError, decimal};
use super::note::MAX_NOTE_BYTES;
use super::verify::{ProofError, verify_consistency, verify_inclusion};

/// The most hashes in a proof: "MUST NOT send more than 63 consistency proof lines", and a tree of
/// at most `2^63 - 1` leaves needs no more for inclusion.
pub const MAX_PROOF_HASHES: usize = 63;

/// The largest proof read, in bytes: the largest note, and 63 hashes with what precedes them.
pub const MAX_PROOF_BYTES: usize = MAX_NOTE_BYTES + 4096;

/// The first line of a tlog-proof.
const PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";

/// That one leaf is in the tree of a checkpoint: C2SP tlog-proof, without extra data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    path: TlogPath,
    checkpoint: SignedCheckpoint,
}

/// What a [`TlogProof`] has before its checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogPath {
    /// The leaf's index, from 0.
    pub index: u64,
    /// The audit path, from the leaf's sibling up.
    pub hashes: Vec<Hash>,
}

impl TlogPath {
    /// Reads a `.tlog-proof` file, and returns the checkpoint as it is spelt: of many files with one checkpoint, that
    /// need not be read again.
    pub fn parse(bytes: &[u8]) -> Result<(Self, &str), ProofFileError> {
        let (head, checkpoint) = head_and_checkpoint(bytes)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(PROOF_HEADER) {
            return Err(ProofFileError::NotATlogProof);
        }
        let index = lines.next().ok_or(ProofFileError::NoIndex)?;
        if index.starts_with("extra ") {
            return Err(ProofFileError::ExtraData);
        }
        let index = index
            .strip_prefix("index ")
            .ok_or(ProofFileError::NoIndex)?;
        let path = Self {
            index: decimal(index).map_err(ProofFileError::Number)?,
            hashes: hash_lines(lines)?,
        };
        Ok((path, checkpoint))
    }

    /// Checks that the leaf is in the tree with a checkpoint's root.
    pub fn verify_inclusion(&self, leaf: &Hash, head: &Checkpoint) -> Result<(), ProofError> {
        verify_inclusion(leaf, self.index, head.size(), &self.hashes, head.root())
    }
}

impl TlogProof {
    /// A proof for leaf `index`, from [`super::inclusion_proof`] at the checkpoint's size.
    pub fn new(index: u64, hashes: Vec<Hash>, checkpoint: SignedCheckpoint) -> Self {
        Self {
            path: TlogPath { index, hashes },
            checkpoint,
        }
    }

    /// Reads a `.tlog-proof` file. What is accepted is written back, by `Display`, as the same
    /// bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let (path, checkpoint) = TlogPath::parse(bytes)?;
        let checkpoint = signed(checkpoint)?;
        Ok(Self { path, checkpoint })
    }

    /// The leaf's index, from 0.
    pub fn index(&self) -> u64 {
        self.path.index
    }

    /// The audit path, from the leaf's sibling up.
    pub fn hashes(&self) -> &[Hash] {
        &self.path.hashes
    }

    /// The checkpoint that the proof leads to. Its signatures are to be verified apart.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks that the leaf is in the tree with the checkpoint's root. Says nothing about who
    /// vouches for that root.
    pub fn verify_inclusion(&self, leaf: &Hash) -> Result<(), ProofError> {
        self.path
            .verify_inclusion(leaf, self.checkpoint.unverified())
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{PROOF_HEADER}\nindex {}", self.path.index)?;
        write_hashes(f, &self.path.hashes)?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// That a tree known before is a prefix of the tree of a checkpoint: the request body of
/// `add-checkpoint` in C2SP tlog-witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    hashes: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// A proof from `old_size`, by [`super::consistency_proof`] to the checkpoint's size.
    pub fn new(old_size: u64, hashes: Vec<Hash>, checkpoint: SignedCheckpoint) -> Self {
        Self {
            old_size,
            hashes,
            checkpoint,
        }
    }

    /// Reads a request body. What is accepted is written back, by `Display`, as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let (head, checkpoint) = head_and_checkpoint(bytes)?;
        let checkpoint = signed(checkpoint)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old_size = decimal(old.ok_or(ProofFileError::NoOldSize)?);
        let old_size = old_size.map_err(ProofFileError::Number)?;
        Ok(Self {
            old_size,
            hashes: hash_lines(lines)?,
            checkpoint,
        })
    }

    /// The number of leaves of the tree known before.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The consistency proof.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The checkpoint that the proof leads to. Its signatures are to be verified apart.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks that the tree with the checkpoint's root continues the tree of
    /// [`AddCheckpoint::old_size`] leaves with this root. The caller compares that size with the
    /// one it remembers the root for.
    pub fn verify_consistency(&self, old_root: &Hash) -> Result<(), ProofError> {
        let head = self.checkpoint.unverified();
        verify_consistency(
            self.old_size,
            head.size(),
            &self.hashes,
            old_root,
            head.root(),
        )
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        write_hashes(f, &self.hashes)?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Why bytes are no proof file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofFileError {
    /// More than [`MAX_PROOF_BYTES`].
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// No blank line before a checkpoint.
    NoCheckpoint,
    /// The first line is not `c2sp.org/tlog-proof@v1`.
    NotATlogProof,
    /// No `index` line where it belongs.
    NoIndex,
    /// No `old` line where it belongs.
    NoOldSize,
    /// An `extra` line. C2SP allows one; nothing signs it, and a ledger never writes one.
    ExtraData,
    /// The index or the old size is not a decimal number with one spelling.
    Number(NumberError),
    /// A proof line is not a hash.
    Hash(HashTextError),
    /// More than [`MAX_PROOF_HASHES`].
    TooManyHashes,
    /// What follows the blank line is not a signed checkpoint.
    Checkpoint(CheckpointError),
}

impl fmt::Display for ProofFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "a proof is larger than {MAX_PROOF_BYTES} bytes"),
            Self::NotUtf8 => f.write_str("a proof is not UTF-8"),
            Self::NoCheckpoint => f.write_str("a proof has no checkpoint"),
            Self::NotATlogProof => write!(f, "a proof does not begin with {PROOF_HEADER}"),
            Self::NoIndex => f.write_str("a proof has no index line"),
            Self::NoOldSize => f.write_str("a consistency proof does not begin with the old size"),
            Self::ExtraData => f.write_str("a proof has extra data"),
            Self::Number(cause) => write!(f, "a proof's first lines: {cause}"),
            Self::Hash(cause) => write!(f, "a proof line: {cause}"),
            Self::TooManyHashes => write!(f, "a proof has more than {MAX_PROOF_HASHES} hashes"),
            Self::Checkpoint(cause) => cause.fmt(f),
        }
    }
}

impl std::error::Error for ProofFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Number(cause) => Some(cause),
            Self::Hash(cause) => Some(cause),
            Self::Checkpoint(cause) => Some(cause),
            _ => None,
        }
    }
}

/// Splits at the first blank line: no line of a proof before it can be empty.
fn head_and_checkpoint(bytes: &[u8]) -> Result<(&str, &str), ProofFileError> {
    if bytes.len() > MAX_PROOF_BYTES {
        return Err(ProofFileError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ProofFileError::NotUtf8)?;
    text.split_once("\n\n").ok_or(ProofFileError::NoCheckpoint)
}

fn signed(checkpoint: &str) -> Result<SignedCheckpoint, ProofFileError> {
    SignedCheckpoint::parse(checkpoint.as_bytes()).map_err(ProofFileError::Checkpoint)
}

/// One base64 hash a line.
fn hash_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, ProofFileError> {
    let mut hashes = Vec::new();
    for line in lines {
        if hashes.len() == MAX_PROOF_HASHES {
            return Err(ProofFileError::TooManyHashes);
        }
        hashes.push(Hash::from_base64(line).map_err(ProofFileError::Hash)?);
    }
    Ok(hashes)
}

fn write_hashes(f: &mut fmt::Formatter<'_>, hashes: &[Hash]) -> fmt::Result {
    hashes
        .iter()
        .try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ring::signature::Ed25519KeyPair;

    use super::super::checkpoint::Checkpoint;
    use super::super::hash::leaf_hash;
    use super::super::names::origin;
    use super::super::note::NoteError;
    use super::super::tree::{MemoryNodes, consistency_proof, inclusion_proof, root};
    use super::*;

    fn tree() -> MemoryNodes {
        let mut tree = MemoryNodes::default();
        (0..20_u8).for_each(|n| tree.push(leaf_hash(&[n])).unwrap());
        tree
    }

    fn signed(size: u64) -> SignedCheckpoint {
        let key = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
        let root = root(&tree(), size).unwrap();
        let checkpoint = Checkpoint::new(origin(&[5; 32]), size, root).unwrap();
        SignedCheckpoint::new(checkpoint.clone(), checkpoint.sign(&key)).unwrap()
    }

    fn proof() -> TlogProof {
        TlogProof::new(6, inclusion_proof(&tree(), 6, 11).unwrap(), signed(11))
    }

    fn request() -> AddCheckpoint {
        AddCheckpoint::new(6, consistency_proof(&tree(), 6, 11).unwrap(), signed(11))
    }

    #[test]
    fn a_tlog_proof_reads_back_and_verifies() {
        let text = proof().to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 6\n"));
        assert!(text.ends_with(&format!("=\n\n{}", signed(11))));
        let read = TlogProof::parse(text.as_bytes()).unwrap();
        assert_eq!(read, proof());
        assert_eq!(read.verify_inclusion(&leaf_hash(&[6])), Ok(()));
        assert_eq!(
            read.verify_inclusion(&leaf_hash(&[7])),
            Err(ProofError::RootMismatch)
        );
    }

    #[test]
    fn a_tlog_proof_for_the_only_leaf_has_no_hashes() {
        let only = TlogProof::new(0, vec![], signed(1));
        let text = only.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nrootkeep/"));
        let read = TlogProof::parse(text.as_bytes()).unwrap();
        assert_eq!(read.verify_inclusion(&leaf_hash(&[0])), Ok(()));
    }

    #[test]
    fn an_add_checkpoint_body_reads_back_and_verifies() {
        let text = request().to_string();
        assert!(text.starts_with("old 6\n"));
        let read = AddCheckpoint::parse(text.as_bytes()).unwrap();
        assert_eq!(read, request());
        assert_eq!(read.verify_consistency(&root(&tree(), 6).unwrap()), Ok(()));
        assert_eq!(
            read.verify_consistency(&root(&tree(), 5).unwrap()),
            Err(ProofError::OldRootMismatch)
        );
        let first = AddCheckpoint::new(0, vec![], signed(11));
        assert!(first.to_string().starts_with("old 0\n\nrootkeep/"));
        assert_eq!(
            AddCheckpoint::parse(first.to_string().as_bytes()),
            Ok(first)
        );
    }

    #[test]
    fn the_specifications_example_reads_back() {
        let text = "old 20852014\n\
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
            \n\
            example.com/behind-the-sofa\n\
            20852163\n\
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
            \n\
            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
            — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
        let read = AddCheckpoint::parse(text.as_bytes()).unwrap();
        assert_eq!((read.old_size(), read.hashes().len()), (20_852_014, 4));
        assert_eq!(read.checkpoint().signatures().len(), 2);
        assert_eq!(read.to_string(), text);
    }

    #[test]
    fn malformed_tlog_proofs_are_refused_each_by_its_rule() {
        let good = proof().to_string();
        let hash = proof().hashes().first().unwrap().to_base64();
        for (bad, why) in [
            (good.replace("@v1", "@v2"), ProofFileError::NotATlogProof),
            (format!("\n{good}"), ProofFileError::NotATlogProof),
            (
                good.replace("index 6", "extra AAAA\nindex 6"),
                ProofFileError::ExtraData,
            ),
            (good.replace("index 6\n", ""), ProofFileError::NoIndex),
            (good.replace("index 6", "Index 6"), ProofFileError::NoIndex),
            (
                good.replace("index 6", "index 06"),
                ProofFileError::Number(NumberError::LeadingZero),
            ),
            (
                good.replace("index 6", "index -6"),
                ProofFileError::Number(NumberError::NotDecimal),
            ),
            (
                good.replace("index 6", "index 6 "),
                ProofFileError::Number(NumberError::NotDecimal),
            ),
            (
                good.replace(&hash, "AAAA"),
                ProofFileError::Hash(HashTextError::NotThirtyTwoBytes),
            ),
            (
                good.replace(&hash, "?"),
                ProofFileError::Hash(HashTextError::NotBase64),
            ),
            (good.replace("\n\n", "\n"), ProofFileError::NoCheckpoint),
            (
                good.replace("index 6\n", "index 6\n\n"),
                ProofFileError::Checkpoint(CheckpointError::ExtensionLine),
            ),
            (
                good.trim_end().to_owned(),
                ProofFileError::Checkpoint(CheckpointError::Note(NoteError::Unterminated)),
            ),
            (good.replace('\n', "\r\n"), ProofFileError::NoCheckpoint),
            (String::new(), ProofFileError::NoCheckpoint),
        ] {
            assert_eq!(TlogProof::parse(bad.as_bytes()), Err(why), "{bad:?}");
        }
        assert_eq!(TlogProof::parse(b"\xff"), Err(ProofFileError::NotUtf8));
        assert_eq!(
            TlogProof::parse(&vec![b'x'; MAX_PROOF_BYTES + 1]),
            Err(ProofFileError::TooLarge)
        );
    }

    #[test]
    fn malformed_add_checkpoint_bodies_are_refused_each_by_its_rule() {
        let good = request().to_string();
        for (bad, why) in [
            (good.replace("old 6\n", ""), ProofFileError::NoOldSize),
            (good.replace("old 6", "old"), ProofFileError::NoOldSize),
            (
                good.replace("old 6", "old 06"),
                ProofFileError::Number(NumberError::LeadingZero),
            ),
            (
                good.replace("old 6", "old 6 "),
                ProofFileError::Number(NumberError::NotDecimal),
            ),
            (good.replace("\n\n", "\n"), ProofFileError::NoCheckpoint),
        ] {
            assert_eq!(AddCheckpoint::parse(bad.as_bytes()), Err(why), "{bad:?}");
        }
    }

    #[test]
    fn the_number_of_hashes_is_bounded() {
        let with = |hashes| AddCheckpoint::new(6, vec![leaf_hash(b""); hashes], signed(11));
        let most = with(MAX_PROOF_HASHES);
        assert_eq!(AddCheckpoint::parse(most.to_string().as_bytes()), Ok(most));
        assert_eq!(
            AddCheckpoint::parse(with(MAX_PROOF_HASHES + 1).to_string().as_bytes()),
            Err(ProofFileError::TooManyHashes)
        );
    }
}
