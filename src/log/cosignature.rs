//! Cosignatures: C2SP tlog-cosignature, the Ed25519 kind ("cosignature/v1", type 0x04).
//!
//! Semantically, a custodian states that, at the time given, this checkpoint is the largest the
//! custodian has seen of the log, and that it continues everything seen before. Whoever calls
//! [`cosign`] has verified that; this room can't know it.

use std::fmt;

use ring::signature::Ed25519KeyPair;

use super::checkpoint::Checkpoint;
use super::names::KeyName;
use super::note::{NoteSignature, SignatureError};
use super::vkey::{Algorithm, VerifierKey};

/// The latest time a cosignature may bear: "MUST NOT exceed 2^63 - 1".
pub const MAX_TIME: u64 = u64::MAX >> 1;

/// A time that a cosignature can't bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CosignError {
    /// 0 means "no time" in the formats that allow it; tlog-witness forbids it.
    NoTime,
    /// Beyond [`MAX_TIME`].
    TimeTooLarge,
}

impl fmt::Display for CosignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTime => "a cosignature needs a time",
            Self::TimeTooLarge => "a cosignature's time is beyond 2^63 - 1 seconds",
        })
    }
}

impl std::error::Error for CosignError {}

/// Cosigns a checkpoint at `time`, in seconds since the Unix epoch.
///
/// Takes a checkpoint, not bytes, so that the key signs nothing but
/// `cosignature/v1\ntime <time>\n<checkpoint>`.
pub fn cosign(
    checkpoint: &Checkpoint,
    name: &KeyName,
    time: u64,
    key: &Ed25519KeyPair,
) -> Result<NoteSignature, CosignError> {
    if time == 0 {
        return Err(CosignError::NoTime);
    }
    if time > MAX_TIME {
        return Err(CosignError::TimeTooLarge);
    }
    let mut bytes = time.to_be_bytes().to_vec();
    bytes.extend_from_slice(key.sign(message(checkpoint, time).as_bytes()).as_ref());
    Ok(NoteSignature::by(
        &VerifierKey::of_cosigner(name.clone(), key),
        bytes,
    ))
}

/// The time at which this key cosigned the checkpoint, in seconds since the Unix epoch. Whether
/// that is in the future or too long ago is for the caller to judge.
pub fn verify_cosignature(
    checkpoint: &Checkpoint,
    key: &VerifierKey,
    signature: &NoteSignature,
) -> Result<u64, SignatureError> {
    key.claims(Algorithm::CosignatureV1, signature)?;
    let (time, bytes) = signature
        .bytes()
        .split_first_chunk()
        .ok_or(SignatureError::WrongLength)?;
    let time = u64::from_be_bytes(*time);
    if bytes.len() != 64 {
        return Err(SignatureError::WrongLength);
    }
    if time == 0 || time > MAX_TIME {
        return Err(SignatureError::TimeOutOfRange);
    }
    key.verify_ed25519(message(checkpoint, time).as_bytes(), bytes)?;
    Ok(time)
}

/// What is signed: C2SP tlog-cosignature, "Ed25519 signed message".
fn message(checkpoint: &Checkpoint, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{}", checkpoint.body())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::checkpoint::SignedCheckpoint;
    use super::super::hash::Hash;
    use super::super::names::{custodian_name, origin};
    use super::*;

    const TIME: u64 = 1_679_315_147;

    fn key(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn name(custodian: u8) -> KeyName {
        custodian_name(&[5; 32], &[custodian; 16])
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint::new(origin(&[5; 32]), 9, Hash::from([1; 32])).unwrap()
    }

    #[test]
    fn the_signed_message_is_the_specifications() {
        let body =
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
                        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(message(&Checkpoint::parse(body).unwrap(), TIME), expected);
    }

    #[test]
    fn a_cosignature_gives_its_time_back() {
        let line = cosign(&checkpoint(), &name(1), TIME, &key(1)).unwrap();
        assert_eq!(line.bytes().len(), 72);
        assert!(line.bytes().starts_with(&TIME.to_be_bytes()));
        let alice = VerifierKey::of_cosigner(name(1), &key(1));
        assert_eq!(verify_cosignature(&checkpoint(), &alice, &line), Ok(TIME));

        let log_line = checkpoint().sign(&key(9));
        let mut signed = SignedCheckpoint::new(checkpoint(), log_line).unwrap();
        assert_eq!(
            signed.verify_cosignature(&alice),
            Err(SignatureError::Absent)
        );
        signed.add(line).unwrap();
        let read = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
        assert_eq!(read.verify_cosignature(&alice), Ok(TIME));
        assert_eq!(read.unverified(), &checkpoint());
    }

    #[test]
    fn times_are_bounded_on_both_sides() {
        let alice = VerifierKey::of_cosigner(name(1), &key(1));
        for time in [1, MAX_TIME] {
            let line = cosign(&checkpoint(), &name(1), time, &key(1)).unwrap();
            assert_eq!(verify_cosignature(&checkpoint(), &alice, &line), Ok(time));
        }
        let refused = |time| cosign(&checkpoint(), &name(1), time, &key(1));
        assert_eq!(refused(0), Err(CosignError::NoTime));
        assert_eq!(refused(MAX_TIME + 1), Err(CosignError::TimeTooLarge));
        for time in [0, MAX_TIME + 1, u64::MAX] {
            let mut bytes = time.to_be_bytes().to_vec();
            let text = message(&checkpoint(), time);
            bytes.extend_from_slice(key(1).sign(text.as_bytes()).as_ref());
            let line = NoteSignature::by(&alice, bytes);
            assert_eq!(
                verify_cosignature(&checkpoint(), &alice, &line),
                Err(SignatureError::TimeOutOfRange)
            );
        }
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let line = cosign(&checkpoint(), &name(1), TIME, &key(1)).unwrap();
        let alice = VerifierKey::of_cosigner(name(1), &key(1));
        let check =
            |key: &VerifierKey, line: &NoteSignature| verify_cosignature(&checkpoint(), key, line);
        for stranger in [
            VerifierKey::of_cosigner(name(1), &key(2)),
            VerifierKey::of_cosigner(name(2), &key(1)),
        ] {
            assert_eq!(check(&stranger, &line), Err(SignatureError::AnotherKey));
        }
        // The same key id and bytes under another name.
        let renamed = line.to_string().replace(name(1).as_str(), name(2).as_str());
        let renamed = NoteSignature::parse(&renamed).unwrap();
        assert_eq!(check(&alice, &renamed), Err(SignatureError::AnotherKey));
        let log = VerifierKey::of_log(name(1), &key(1));
        assert_eq!(check(&log, &line), Err(SignatureError::WrongAlgorithm));

        for (at, _) in line.bytes().iter().enumerate() {
            let mut bytes = line.bytes().to_vec();
            *bytes.get_mut(at).unwrap() ^= 1;
            assert_eq!(
                check(&alice, &NoteSignature::by(&alice, bytes)),
                Err(SignatureError::Invalid),
                "byte {at}"
            );
        }
        for length in [1, 7, 8, 64, 71, 73] {
            let mut bytes = line.bytes().to_vec();
            bytes.resize(length, 0);
            assert_eq!(
                check(&alice, &NoteSignature::by(&alice, bytes)),
                Err(SignatureError::WrongLength),
                "{length} bytes"
            );
        }
        for other in [
            Checkpoint::new(origin(&[6; 32]), 9, Hash::from([1; 32])).unwrap(),
            Checkpoint::new(origin(&[5; 32]), 8, Hash::from([1; 32])).unwrap(),
            Checkpoint::new(origin(&[5; 32]), 9, Hash::from([2; 32])).unwrap(),
        ] {
            assert_eq!(
                verify_cosignature(&other, &alice, &line),
                Err(SignatureError::Invalid)
            );
        }
    }
}
