//! Signed notes: C2SP signed-note, with Ed25519 signatures (type 0x01) and lines of any other.
//!
//! A note is text that ends with a newline, a blank line, and signature lines. Nothing in it is
//! to be believed before a signature by a known key was verified.

use std::fmt;

use data_encoding::BASE64;
use ring::signature::Ed25519KeyPair;

use super::lines::base64;
use super::names::{KeyName, NameError};
use super::vkey::{Algorithm, VerifierKey};

/// The largest note read or written, in bytes. Go's `sumdb/note` has the same bound.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// The most signatures a note may carry. Go's `sumdb/note` has the same bound; C2SP signed-note
/// wants at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// What a signature line begins with: an em dash (U+2014) and a space.
const LINE_START: &str = "\u{2014} ";

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// The note has no signature line with the key's name and id.
    Absent,
    /// The key is for signatures of another type.
    WrongAlgorithm,
    /// The signature line names another key.
    AnotherKey,
    /// A log's signature must be by a key named like the checkpoint's origin.
    NotTheOrigin,
    /// The signature is not as long as its type demands.
    WrongLength,
    /// A cosignature's time is 0 or beyond `2^63 - 1`.
    TimeOutOfRange,
    /// The signature is not by this key over this text.
    Invalid,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "the note bears no signature by this key",
            Self::WrongAlgorithm => "the key is for signatures of another type",
            Self::AnotherKey => "the signature line names another key",
            Self::NotTheOrigin => "the log's key is not named like the checkpoint's origin",
            Self::WrongLength => "the signature has the wrong length",
            Self::TimeOutOfRange => "the cosignature's time is out of range",
            Self::Invalid => "the signature does not verify",
        })
    }
}

impl std::error::Error for SignatureError {}

/// One signature line, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    key_id: [u8; 4],
    bytes: Vec<u8>,
}

impl NoteSignature {
    /// A line for the key, with bytes that depend on its algorithm.
    pub(super) fn by(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self {
            name: key.name().clone(),
            key_id: key.key_id(),
            bytes,
        }
    }

    /// Reads one line, with or without its newline: `— <name> <base64 of key id and signature>`.
    /// So a cosignature can travel alone, as in the answers of C2SP tlog-witness.
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let rest = line
            .strip_prefix(LINE_START)
            .ok_or(NoteError::NotASignatureLine)?;
        let (name, encoded) = rest.split_once(' ').ok_or(NoteError::NotASignatureLine)?;
        let name = KeyName::new(name).map_err(NoteError::Name)?;
        let decoded = base64(encoded).ok_or(NoteError::NotBase64)?;
        match decoded.split_first_chunk() {
            Some((key_id, bytes)) if !bytes.is_empty() => Ok(Self {
                name,
                key_id: *key_id,
                bytes: bytes.to_vec(),
            }),
            _ => Err(NoteError::EmptySignature),
        }
    }

    /// The name of the key it claims to be by.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key it claims to be by.
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// The signature: 64 bytes for type 0x01, 72 for a cosignature, anything for others.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn same_key(&self, other: &Self) -> bool {
        self.name == other.name && self.key_id == other.key_id
    }
}

/// The line without its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(f, "{LINE_START}{} {}", self.name, BASE64.encode(&bytes))
    }
}

/// Why bytes are no signed note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// More than [`MAX_NOTE_BYTES`].
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// An ASCII control character other than newline; a carriage return is one.
    ControlCharacter,
    /// The text, or the last signature line, does not end with a newline.
    Unterminated,
    /// No blank line before the signatures, or none after it.
    NoSignatures,
    /// More than [`MAX_SIGNATURES`].
    TooManySignatures,
    /// A line after the blank one is not an em dash, a name and base64 with single spaces.
    NotASignatureLine,
    /// A signature line's key name is not allowed.
    Name(NameError),
    /// A signature is not canonical base64.
    NotBase64,
    /// A signature has no bytes after the key id.
    EmptySignature,
    /// Two lines name the same key.
    DuplicateSignature,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "a signed note is larger than {MAX_NOTE_BYTES} bytes"),
            Self::NotUtf8 => f.write_str("a signed note is not UTF-8"),
            Self::ControlCharacter => f.write_str("a signed note contains a control character"),
            Self::Unterminated => f.write_str("a signed note does not end with a newline"),
            Self::NoSignatures => f.write_str("a signed note has no signatures"),
            Self::TooManySignatures => {
                write!(f, "a signed note has more than {MAX_SIGNATURES} signatures")
            }
            Self::NotASignatureLine => f.write_str("a signed note has a malformed signature line"),
            Self::Name(cause) => cause.fmt(f),
            Self::NotBase64 => f.write_str("a signature is not canonical base64"),
            Self::EmptySignature => f.write_str("a signature line holds no signature"),
            Self::DuplicateSignature => f.write_str("a signed note has two signatures by one key"),
        }
    }
}

impl std::error::Error for NoteError {}

/// A well-formed note with at least one signature, none of them verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// A note of this text, which must end with a newline, with its first signature.
    pub fn new(text: &str, signature: NoteSignature) -> Result<Self, NoteError> {
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Unterminated);
        }
        let mut note = Self {
            text: text.to_owned(),
            signatures: Vec::new(),
        };
        note.add(signature)?;
        Ok(note)
    }

    /// Reads a note. What is accepted is written back, by `Display`, as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        check_characters(note)?;
        let lines = note.strip_suffix('\n').ok_or(NoteError::Unterminated)?;
        // "the text is separated from the signatures by the last empty line in the note"
        let (text, lines) = lines.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let mut signatures: Vec<NoteSignature> = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let signature = NoteSignature::parse(line)?;
            if signatures.iter().any(|other| other.same_key(&signature)) {
                return Err(NoteError::DuplicateSignature);
            }
            signatures.push(signature);
        }
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// The text, which nobody has vouched for yet; it ends with a newline.
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in order; at least one.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature line. A key has only one.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self
            .signatures
            .iter()
            .any(|other| other.same_key(&signature))
        {
            return Err(NoteError::DuplicateSignature);
        }
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let size = self.to_string().len() + signature.to_string().len() + "\n".len();
        if size > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The signature line that names this key.
    pub fn signature_by(&self, key: &VerifierKey) -> Result<&NoteSignature, SignatureError> {
        let id = key.key_id();
        self.signatures
            .iter()
            .find(|line| line.name == *key.name() && line.key_id == id)
            .ok_or(SignatureError::Absent)
    }

    /// The text, if this key (type 0x01) has signed it.
    pub fn verify(&self, key: &VerifierKey) -> Result<&str, SignatureError> {
        let signature = self.signature_by(key)?;
        key.claims(Algorithm::Ed25519, signature)?;
        key.verify_ed25519(self.text.as_bytes(), &signature.bytes)?;
        Ok(&self.text)
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// "MUST NOT contain any ASCII control characters (those below U+0020) other than newline"
fn check_characters(text: &str) -> Result<(), NoteError> {
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::ControlCharacter);
    }
    Ok(())
}

/// Signs a text with type 0x01. Kept inside the room: a key that signs whatever it is given is an
/// oracle, so that only checkpoints reach it.
pub(super) fn sign_text(text: &str, name: &KeyName, key: &Ed25519KeyPair) -> NoteSignature {
    let verifier = VerifierKey::of_log(name.clone(), key);
    NoteSignature::by(&verifier, key.sign(text.as_bytes()).as_ref().to_vec())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The worked example of C2SP signed-note, "Verifier keys".
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\
        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn key(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn name(text: &str) -> KeyName {
        KeyName::new(text).unwrap()
    }

    fn signed(text: &str, seed: u8) -> SignedNote {
        SignedNote::new(text, sign_text(text, &name("a"), &key(seed))).unwrap()
    }

    #[test]
    fn the_specifications_example_verifies() {
        let vkey = VerifierKey::parse(VKEY).unwrap();
        assert_eq!(vkey.to_string(), VKEY);
        assert_eq!(vkey.algorithm(), Algorithm::Ed25519);
        assert_eq!(vkey.key_id(), [0x53, 0x0d, 0x90, 0x3a]);
        let note = SignedNote::parse(NOTE.as_bytes()).unwrap();
        assert_eq!(note.to_string(), NOTE);
        assert_eq!(note.verify(&vkey), Ok("This is an example message.\n"));

        let altered = NOTE.replace("example message", "exemplary message");
        let altered = SignedNote::parse(altered.as_bytes()).unwrap();
        assert_eq!(altered.verify(&vkey), Err(SignatureError::Invalid));
    }

    #[test]
    fn only_the_named_key_of_the_right_type_verifies() {
        let note = signed("text\n", 1);
        let log = VerifierKey::of_log(name("a"), &key(1));
        assert_eq!(note.verify(&log), Ok("text\n"));
        let other_key = VerifierKey::of_log(name("a"), &key(2));
        let other_name = VerifierKey::of_log(name("b"), &key(1));
        let other_type = VerifierKey::of_cosigner(name("a"), &key(1));
        for stranger in [&other_key, &other_name, &other_type] {
            assert_eq!(note.verify(stranger), Err(SignatureError::Absent));
        }
        let line = note.signature_by(&log).unwrap();
        assert_eq!(
            log.claims(Algorithm::CosignatureV1, line),
            Err(SignatureError::WrongAlgorithm)
        );
        assert_eq!(
            other_key.claims(Algorithm::Ed25519, line),
            Err(SignatureError::AnotherKey)
        );

        // The same key id and bytes under another name.
        let renamed = note.to_string().replace("— a ", "— b ");
        let renamed = SignedNote::parse(renamed.as_bytes()).unwrap();
        assert_eq!(renamed.verify(&log), Err(SignatureError::Absent));

        // The right name and key id over another key's signature.
        let forged = NoteSignature::by(&log, key(2).sign(b"text\n").as_ref().to_vec());
        let forged = SignedNote::new("text\n", forged).unwrap();
        assert_eq!(forged.verify(&log), Err(SignatureError::Invalid));
        for length in [1, 63, 65] {
            let short = NoteSignature::by(&log, vec![0; length]);
            let short = SignedNote::new("text\n", short).unwrap();
            assert_eq!(short.verify(&log), Err(SignatureError::WrongLength));
        }
    }

    #[test]
    fn signatures_by_unknown_keys_do_not_disturb() {
        let mut note = signed("text\n", 1);
        note.add(NoteSignature::parse("— grüße/other AAAAAAA=\n").unwrap())
            .unwrap();
        let read = SignedNote::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(read, note);
        assert_eq!(
            read.verify(&VerifierKey::of_log(name("a"), &key(1))),
            Ok("text\n")
        );
    }

    #[test]
    fn text_may_hold_blank_lines_and_dashes() {
        for text in [
            "\n",
            "a\n\nb\n",
            "a\n\n",
            "— a AAAAAAA=\n\nb\n",
            "è sera — ß\n",
        ] {
            let note = signed(text, 1);
            let read = SignedNote::parse(note.to_string().as_bytes()).unwrap();
            assert_eq!(read.unverified_text(), text);
            assert_eq!(read, note);
        }
    }

    #[test]
    fn malformed_notes_are_refused_each_by_its_rule() {
        for (bad, why) in [
            ("", NoteError::Unterminated),
            ("text\n", NoteError::NoSignatures),
            ("text\n\n", NoteError::NoSignatures),
            ("text\n\n\n", NoteError::NotASignatureLine),
            ("\n— a AAAAAAA=\n", NoteError::NoSignatures),
            ("text\n— a AAAAAAA=\n", NoteError::NoSignatures),
            ("text\n\n— a AAAAAAA=", NoteError::Unterminated),
            ("text\n\n— a AAAAAAA=\n\n", NoteError::NotASignatureLine),
            ("text\n\n— a AAAAAAA=\n\n\n", NoteError::NotASignatureLine),
            ("text\n\n- a AAAAAAA=\n", NoteError::NotASignatureLine),
            ("text\n\n—a AAAAAAA=\n", NoteError::NotASignatureLine),
            ("text\n\n— a\n", NoteError::NotASignatureLine),
            ("text\n\n—  AAAAAAA=\n", NoteError::Name(NameError::Empty)),
            ("text\n\n— a+b AAAAAAA=\n", NoteError::Name(NameError::Plus)),
            ("text\n\n— a  AAAAAAA=\n", NoteError::NotBase64),
            ("text\n\n— a AAAAAAA= \n", NoteError::NotBase64),
            ("text\n\n— a AAAAAAB=\n", NoteError::NotBase64),
            ("text\n\n— a AAAAAAA\n", NoteError::NotBase64),
            ("text\n\n— a AAAAAAA=AAA=\n", NoteError::NotBase64),
            ("text\n\n— a \n", NoteError::EmptySignature),
            ("text\n\n— a AAAAAA==\n", NoteError::EmptySignature),
            ("text\r\n\r\n— a AAAAAAA=\r\n", NoteError::ControlCharacter),
            ("te\txt\n\n— a AAAAAAA=\n", NoteError::ControlCharacter),
            ("te\0xt\n\n— a AAAAAAA=\n", NoteError::ControlCharacter),
            (
                "text\n\n— a AAAAAAA=\n— a AAAAAAE=\n",
                NoteError::DuplicateSignature,
            ),
        ] {
            assert_eq!(SignedNote::parse(bad.as_bytes()), Err(why), "{bad:?}");
        }
        assert_eq!(SignedNote::parse(b"te\xffxt\n\n"), Err(NoteError::NotUtf8));
        assert!(SignedNote::parse("text\n\n— a AAAAAAA=\n— b AAAAAAA=\n".as_bytes()).is_ok());
        let line = NoteSignature::parse("— a AAAAAAA=").unwrap();
        assert_eq!(
            SignedNote::new("text", line.clone()),
            Err(NoteError::Unterminated)
        );
        assert_eq!(
            SignedNote::new("", line.clone()),
            Err(NoteError::Unterminated)
        );
        assert_eq!(
            SignedNote::new("te\rxt\n", line.clone()),
            Err(NoteError::ControlCharacter)
        );
        let mut note = SignedNote::new("text\n", line.clone()).unwrap();
        assert_eq!(note.add(line), Err(NoteError::DuplicateSignature));
    }

    #[test]
    fn the_number_of_signatures_is_bounded() {
        let lines: Vec<_> = (0..=MAX_SIGNATURES)
            .map(|n| format!("— k{n} AAAAAAA=\n"))
            .collect();
        let (last, allowed) = lines.split_last().unwrap();
        let mut note =
            SignedNote::parse(format!("text\n\n{}", allowed.concat()).as_bytes()).unwrap();
        assert_eq!(note.signatures().len(), MAX_SIGNATURES);
        let one_more = NoteSignature::parse(last).unwrap();
        assert_eq!(note.add(one_more), Err(NoteError::TooManySignatures));
        assert_eq!(
            SignedNote::parse(format!("text\n\n{}", lines.concat()).as_bytes()),
            Err(NoteError::TooManySignatures)
        );
    }

    #[test]
    fn the_size_is_bounded() {
        let line = NoteSignature::parse("— a AAAAAAA=").unwrap();
        let room = MAX_NOTE_BYTES - "\n\n— a AAAAAAA=\n".len();
        let largest = SignedNote::new(&format!("{}\n", "x".repeat(room)), line.clone()).unwrap();
        assert_eq!(largest.to_string().len(), MAX_NOTE_BYTES);
        assert_eq!(
            SignedNote::parse(largest.to_string().as_bytes()),
            Ok(largest)
        );
        let too_long = format!("{}\n", "x".repeat(room + 1));
        assert_eq!(
            SignedNote::new(&too_long, line.clone()),
            Err(NoteError::TooLarge)
        );
        let bytes = format!("{too_long}\n{line}\n");
        assert_eq!(
            SignedNote::parse(bytes.as_bytes()),
            Err(NoteError::TooLarge)
        );
    }
}
