//! Checkpoints: C2SP tlog-checkpoint, without extension lines.
//!
//! A checkpoint says that the log with this origin had this root at this size. It travels as a
//! signed note. The log's own signature is there for the format and authenticates nothing;
//! verdicts count custodians' cosignatures.

use std::fmt;

use ring::signature::Ed25519KeyPair;

use super::cosignature::verify_cosignature;
use super::hash::{Hash, HashTextError, empty_root};
use super::lines::{NumberError, decimal};
use super::names::{KeyName, NameError};
use super::note::{NoteError, NoteSignature, SignatureError, SignedNote, sign_text};
use super::tree::MAX_TREE_SIZE;
use super::vkey::VerifierKey;

/// A tree head: origin, size and root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: KeyName,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// A checkpoint of a tree of `size` leaves, at most [`MAX_TREE_SIZE`].
    ///
    /// The root of no leaves is given by RFC 6962 section 2.1; another is refused (tlog-witness).
    pub fn new(origin: KeyName, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if size > MAX_TREE_SIZE {
            return Err(CheckpointError::Size(NumberError::TooLarge));
        }
        if size == 0 && root != empty_root() {
            return Err(CheckpointError::WrongEmptyRoot);
        }
        Ok(Self { origin, size, root })
    }

    /// Reads a note text: exactly three lines, each with one spelling, so that
    /// [`Checkpoint::body`] gives the same text again.
    pub fn parse(body: &str) -> Result<Self, CheckpointError> {
        let lines = body
            .strip_suffix('\n')
            .ok_or(CheckpointError::NotThreeLines)?;
        let mut lines = lines.split('\n');
        let mut next = || lines.next().ok_or(CheckpointError::NotThreeLines);
        let (origin, size, root) = (next()?, next()?, next()?);
        if lines.next().is_some() {
            return Err(CheckpointError::ExtensionLine);
        }
        let origin = KeyName::new(origin).map_err(CheckpointError::Origin)?;
        let size = decimal(size).map_err(CheckpointError::Size)?;
        let root = Hash::from_base64(root).map_err(CheckpointError::Root)?;
        Self::new(origin, size, root)
    }

    /// The note text: three lines, each ending with a newline.
    pub fn body(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            self.root.to_base64()
        )
    }

    /// Which log this is about; also the name of the log's own key.
    pub fn origin(&self) -> &KeyName {
        &self.origin
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// The log's own signature (type 0x01), by a key named like the origin.
    pub fn sign(&self, key: &Ed25519KeyPair) -> NoteSignature {
        sign_text(&self.body(), &self.origin, key)
    }
}

/// Why text is no checkpoint of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointError {
    /// Not a signed note.
    Note(NoteError),
    /// Fewer than three lines, or the last without its newline.
    NotThreeLines,
    /// The origin is no key name.
    Origin(NameError),
    /// The size is not a decimal number with one spelling, at most [`MAX_TREE_SIZE`].
    Size(NumberError),
    /// The root is not 32 bytes of canonical base64.
    Root(HashTextError),
    /// The size is 0 and the root is not that of the tree without leaves.
    WrongEmptyRoot,
    /// There are lines after the third. C2SP allows them; a ledger never has any.
    ExtensionLine,
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(cause) => cause.fmt(f),
            Self::NotThreeLines => f.write_str("a checkpoint has fewer than three lines"),
            Self::Origin(cause) => write!(f, "a checkpoint's origin: {cause}"),
            Self::Size(cause) => write!(f, "a checkpoint's size: {cause}"),
            Self::Root(cause) => write!(f, "a checkpoint's root: {cause}"),
            Self::WrongEmptyRoot => f.write_str("a checkpoint of no leaves has a wrong root"),
            Self::ExtensionLine => f.write_str("a checkpoint has extension lines"),
        }
    }
}

impl std::error::Error for CheckpointError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Note(cause) => Some(cause),
            Self::Origin(cause) => Some(cause),
            Self::Size(cause) => Some(cause),
            Self::Root(cause) => Some(cause),
            Self::NotThreeLines | Self::WrongEmptyRoot | Self::ExtensionLine => None,
        }
    }
}

impl From<NoteError> for CheckpointError {
    fn from(cause: NoteError) -> Self {
        Self::Note(cause)
    }
}

/// A checkpoint with signature lines, well-formed but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
}

impl SignedCheckpoint {
    /// A checkpoint with its first signature line, by [`Checkpoint::sign`].
    pub fn new(checkpoint: Checkpoint, signature: NoteSignature) -> Result<Self, NoteError> {
        let note = SignedNote::new(&checkpoint.body(), signature)?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a signed note whose text is a checkpoint. What is accepted is written back, by
    /// `Display`, as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.unverified_text())?;
        Ok(Self { checkpoint, note })
    }

    /// The checkpoint, which nobody has vouched for yet.
    pub fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signature lines, in order; at least one.
    pub fn signatures(&self) -> &[NoteSignature] {
        self.note.signatures()
    }

    /// Adds a signature line, such as a cosignature. A key has only one.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.note.add(signature)
    }

    /// The checkpoint, if the log's own key (type 0x01, named like the origin) has signed it.
    pub fn verify_log(&self, key: &VerifierKey) -> Result<&Checkpoint, SignatureError> {
        if key.name() != self.checkpoint.origin() {
            return Err(SignatureError::NotTheOrigin);
        }
        self.note.verify(key)?;
        Ok(&self.checkpoint)
    }

    /// When this cosigner (type 0x04) says to have seen the checkpoint as the log's latest:
    /// seconds since the Unix epoch, by the cosigner's own clock.
    pub fn verify_cosignature(&self, key: &VerifierKey) -> Result<u64, SignatureError> {
        verify_cosignature(&self.checkpoint, key, self.note.signature_by(key)?)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::names::origin;
    use super::*;

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    #[test]
    fn the_specifications_example_reads_back() {
        let body = format!("example.com/behind-the-sofa\n20852163\n{ROOT}\n");
        let checkpoint = Checkpoint::parse(&body).unwrap();
        assert_eq!(checkpoint.origin().as_str(), "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size(), 20_852_163);
        assert_eq!(checkpoint.root().to_base64(), ROOT);
        assert_eq!(checkpoint.body(), body);

        let note = format!(
            "{body}\n\
             — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
             — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
        );
        let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
        assert_eq!(signed.unverified(), &checkpoint);
        assert_eq!(signed.signatures().len(), 2);
        assert_eq!(signed.to_string(), note);
    }

    #[test]
    fn malformed_checkpoints_are_refused_each_by_its_rule() {
        let empty = empty_root().to_base64();
        assert!(Checkpoint::parse(&format!("o\n0\n{empty}\n")).is_ok());
        assert!(Checkpoint::parse(&format!("o\n9223372036854775807\n{ROOT}\n")).is_ok());
        for (bad, why) in [
            (String::new(), CheckpointError::NotThreeLines),
            (format!("o\n1\n{ROOT}"), CheckpointError::NotThreeLines),
            ("o\n1\n".to_owned(), CheckpointError::NotThreeLines),
            (
                format!("\n1\n{ROOT}\n"),
                CheckpointError::Origin(NameError::Empty),
            ),
            (
                format!("a b\n1\n{ROOT}\n"),
                CheckpointError::Origin(NameError::Space),
            ),
            (
                format!("a+b\n1\n{ROOT}\n"),
                CheckpointError::Origin(NameError::Plus),
            ),
            (
                format!("o\n\n{ROOT}\n"),
                CheckpointError::Size(NumberError::NotDecimal),
            ),
            (
                format!("o\n-1\n{ROOT}\n"),
                CheckpointError::Size(NumberError::NotDecimal),
            ),
            (
                format!("o\n+1\n{ROOT}\n"),
                CheckpointError::Size(NumberError::NotDecimal),
            ),
            (
                format!("o\n01\n{ROOT}\n"),
                CheckpointError::Size(NumberError::LeadingZero),
            ),
            (
                format!("o\n9223372036854775808\n{ROOT}\n"),
                CheckpointError::Size(NumberError::TooLarge),
            ),
            (
                "o\n1\n\n".to_owned(),
                CheckpointError::Root(HashTextError::NotThirtyTwoBytes),
            ),
            (
                "o\n1\nAAAA\n".to_owned(),
                CheckpointError::Root(HashTextError::NotThirtyTwoBytes),
            ),
            (
                format!("o\n1\n{}\n", ROOT.replace("2I=", "2J=")),
                CheckpointError::Root(HashTextError::NotBase64),
            ),
            (
                format!("o\n1\n{ROOT} \n"),
                CheckpointError::Root(HashTextError::NotBase64),
            ),
            (format!("o\n0\n{ROOT}\n"), CheckpointError::WrongEmptyRoot),
            (format!("o\n1\n{ROOT}\nx\n"), CheckpointError::ExtensionLine),
            (format!("o\n1\n{ROOT}\n\n"), CheckpointError::ExtensionLine),
        ] {
            assert_eq!(Checkpoint::parse(&bad), Err(why), "{bad:?}");
        }
        let root = Hash::from([1; 32]);
        let at = |size| Checkpoint::new(origin(&[0; 32]), size, root);
        assert!(at(MAX_TREE_SIZE).is_ok());
        assert_eq!(
            at(MAX_TREE_SIZE + 1),
            Err(CheckpointError::Size(NumberError::TooLarge))
        );
        assert_eq!(at(0), Err(CheckpointError::WrongEmptyRoot));
        assert_eq!(
            SignedCheckpoint::parse(b"o\n1\n"),
            Err(CheckpointError::Note(NoteError::NoSignatures))
        );
    }

    #[test]
    fn the_logs_key_is_named_like_the_origin() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
        let checkpoint = Checkpoint::new(origin(&[5; 32]), 9, Hash::from([1; 32])).unwrap();
        let signed = SignedCheckpoint::new(checkpoint.clone(), checkpoint.sign(&key)).unwrap();
        let log = VerifierKey::of_log(origin(&[5; 32]), &key);
        assert_eq!(signed.verify_log(&log), Ok(&checkpoint));
        let elsewhere = VerifierKey::of_log(origin(&[6; 32]), &key);
        assert_eq!(
            signed.verify_log(&elsewhere),
            Err(SignatureError::NotTheOrigin)
        );
        let stranger = Ed25519KeyPair::from_seed_unchecked(&[4; 32]).unwrap();
        let stranger = VerifierKey::of_log(origin(&[5; 32]), &stranger);
        assert_eq!(signed.verify_log(&stranger), Err(SignatureError::Absent));
    }

    #[test]
    fn a_changed_checkpoint_does_not_verify() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
        let checkpoint = Checkpoint::new(origin(&[5; 32]), 9, Hash::from([1; 32])).unwrap();
        let changed = Checkpoint::new(origin(&[5; 32]), 8, Hash::from([1; 32])).unwrap();
        let signed = SignedCheckpoint::new(changed, checkpoint.sign(&key)).unwrap();
        let log = VerifierKey::of_log(origin(&[5; 32]), &key);
        assert_eq!(signed.verify_log(&log), Err(SignatureError::Invalid));
    }
}
