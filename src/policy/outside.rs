//! What outsiders say of the log: each is about a checkpoint that this log has had. A witness' cosignature
//! is checked here; a time-stamp's token is a blob, and [`check_blobs`] holds the facts to it wherever one
//! comes in, and `verify` again.

use super::releases::CLOCK_ERROR;
use super::{Judge, Verdict, refusal};
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::Digest;
use crate::crypto::timestamp::UntrustedToken;
use crate::error::{Error, Result};
use crate::log::{
    self, Algorithm, Checkpoint, Hash, KeyName, NoteSignature, VerifierKey, verify_cosignature,
};
use crate::state::outside::{TimestampRecord, WitnessedRecord};
use crate::state::people::Custodian;
use crate::state::records::read;
use crate::state::rules::leaf_key;
use crate::statement::outside::{Timestamp, Witness};
use crate::statement::{Claim, Seen, Statement, Time};

impl Judge<'_> {
    pub(super) fn timestamp(&mut self, stamp: &Timestamp) -> Result<Verdict> {
        self.check_checkpoint(&stamp.at)?;
        if stamp.time > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the time-stamp"));
        }
        let record = TimestampRecord {
            index: self.index,
            facts: stamp.clone(),
        };
        self.state.put(&leaf_key(&self.leaf()), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn witness(&mut self, witness: &Witness) -> Result<Verdict> {
        self.check_checkpoint(&witness.at)?;
        let key = witness_key(witness.vkey.as_str())?;
        self.is_of_an_outsider(&key)?;
        let checkpoint = checkpoint(&self.statement.header().ledger, &witness.at)?;
        let time = cosigned_at(&checkpoint, &key, witness.line.as_str())?;
        if time > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the cosignature"));
        }
        let record = WitnessedRecord {
            index: self.index,
            facts: witness.clone(),
            name: key.name().to_string(),
            time,
        };
        let known = WitnessedRecord::key(witness);
        if read::<WitnessedRecord>(&self.state, &known)?.is_some() {
            return Err(Error::refused(
                "cosignature-known",
                "this cosignature is on record already",
            )
            .hint("rootkeep log --kind witness"));
        }
        self.state.put(&known, &record)?;
        Ok(Verdict::AT_ONCE)
    }

    fn check_checkpoint(&self, at: &Seen) -> Result<()> {
        if at.size == 0 {
            return Err(refusal::malformed("a checkpoint is of one entry at least"));
        }
        self.check_seen(at)
    }

    /// The signed message names nobody: a custodian's cosignature would pass for that of a witness with
    /// the same key.
    fn is_of_an_outsider(&self, key: &VerifierKey) -> Result<()> {
        let inside = || {
            Error::refused(
                "witness-inside",
                "the key is one of this ledger's own: that is no outside witness",
            )
            .hint("custodians cosign by rootkeep checkpoint --cosign")
        };
        if key.public_key() == self.ledger()?.log_key.as_bytes() {
            return Err(inside());
        }
        let custodians = Custodian::all(&self.state)?;
        let own = |(_, one): &(_, Custodian)| one.sign.as_bytes() == key.public_key();
        if custodians.iter().any(own) {
            return Err(inside());
        }
        Ok(())
    }
}

/// The key of an outside witness, in its one spelling.
///
/// # Errors
/// Refused, codes `bad-vkey`, `witness-name`; verification, code `weak-key`.
pub fn witness_key(text: &str) -> Result<VerifierKey> {
    let bad = |why: &dyn std::fmt::Display| {
        Error::refused("bad-vkey", "that is not the verifier key of a witness")
            .because(why)
            .hint("NAME+ID+KEY, as the witness publishes it, of type 0x04 (cosignature/v1)")
    };
    let key = VerifierKey::parse(text).map_err(|error| bad(&error))?;
    if key.algorithm() != Algorithm::CosignatureV1 {
        return Err(bad(&"it is for signatures of another type"));
    }
    PublicKey::new(*key.public_key())?;
    check_name(key.name())?;
    Ok(key)
}

/// A witness has a name that can be shown, and not one of a ledger's own.
fn check_name(name: &KeyName) -> Result<()> {
    let name = name.as_str();
    if name.bytes().all(|byte| byte.is_ascii_graphic()) && !name.starts_with("rootkeep/") {
        return Ok(());
    }
    Err(Error::refused(
        "witness-name",
        "a witness has a name in ASCII that does not begin with rootkeep/",
    ))
}

/// When a witness has cosigned a checkpoint, by its own clock.
///
/// # Errors
/// Verification, code `bad-cosignature`.
pub fn cosigned_at(checkpoint: &Checkpoint, key: &VerifierKey, line: &str) -> Result<Time> {
    let bad = |why: &dyn std::fmt::Display| {
        Error::verification("bad-cosignature", "the cosignature does not verify").because(why)
    };
    let signature = NoteSignature::parse(line).map_err(|error| bad(&error))?;
    if signature.to_string() != line {
        return Err(bad(&"it is not spelt in the one way"));
    }
    let time = verify_cosignature(checkpoint, key, &signature).map_err(|error| bad(&error))?;
    i64::try_from(time)
        .ok()
        .and_then(Time::from_seconds)
        .ok_or_else(|| bad(&"its time is not of the years 1970 to 9999"))
}

/// The checkpoint of a ledger at a size.
///
/// # Errors
/// Verification, code `false-checkpoint`.
pub fn checkpoint(ledger: &Digest, at: &Seen) -> Result<Checkpoint> {
    Checkpoint::new(log::origin(&ledger.0), at.size, Hash::from(at.root.0)).map_err(|error| {
        Error::verification("false-checkpoint", "that is no checkpoint").because(error)
    })
}

/// What a time-stamp of a checkpoint is over: SHA-256 of its body, the three lines that are signed.
///
/// # Errors
/// As [`checkpoint`].
pub fn imprint(ledger: &Digest, at: &Seen) -> Result<Digest> {
    checkpoint(ledger, at).map(|checkpoint| Digest::of(checkpoint.body().as_bytes()))
}

/// That the blobs are those that the statement names, and say what it says of them.
///
/// # Errors
/// As [`Claim::check_blobs`] and [`check_token`].
pub fn check_blobs(statement: &Statement, blobs: &[Vec<u8>]) -> Result<()> {
    statement.claim().check_blobs(blobs)?;
    match (statement.claim(), blobs) {
        (Claim::Timestamp(stamp), [token]) => check_token(&statement.header().ledger, stamp, token),
        _ => Ok(()),
    }
}

/// That a token is good, and says what is stated of it.
///
/// # Errors
/// As [`UntrustedToken::verify`]; verification, code `timestamp-token`.
pub fn check_token(ledger: &Digest, stamp: &Timestamp, token: &[u8]) -> Result<()> {
    let read = UntrustedToken::parse(token)?.verify()?;
    let fits = read.imprint == imprint(ledger, &stamp.at)?
        && Timestamp::of(stamp.at, &read, token)? == *stamp;
    if fits {
        Ok(())
    } else {
        Err(Error::verification(
            "timestamp-token",
            "what is stated of a time-stamp is not what its token says",
        ))
    }
}
