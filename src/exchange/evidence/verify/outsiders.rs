//! What outsiders have said of the log: each token, and each witness's line, is good and of a state that the
//! bundle's log had. Whether an authority or a witness is to be believed is the reader's to say.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, Files, Problem, Trust, Verdict, continues_from, is_header};
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::Digest;
use crate::crypto::timestamp::UntrustedToken;
use crate::error::{Error, Result};
use crate::exchange::evidence::bundle::{EVIDENCE, timestamp_name, witness_name};
use crate::exchange::evidence::model::{TimestampLine, WitnessLine};
use crate::exchange::evidence::tables::Told;
use crate::log::{self, Checkpoint, Hash, SignedCheckpoint, VerifierKey, origin};
use crate::statement::outside::{Timestamp, Witness};
use crate::statement::text::Text;
use crate::statement::{Claim, Kind, Seen};

pub(super) fn check(
    files: &Files<'_>,
    evidence: &Evidence,
    trust: &Trust,
    head: &SignedCheckpoint,
    verdict: &mut Verdict,
) -> Vouched {
    let mut vouched = Vouched::default();
    let ledger = &evidence.ledger.id;
    let mut expected = BTreeSet::new();
    let ordered = |all: Vec<u64>| {
        all.is_sorted_by(|one, next| one < next)
            && all.iter().all(|seq| *seq < evidence.checkpoint.size)
    };
    let outside = &evidence.outside;
    if !ordered(outside.timestamps.iter().map(|line| line.seq).collect())
        || !ordered(outside.witnesses.iter().map(|line| line.seq).collect())
    {
        verdict.file(
            EVIDENCE,
            "line-differs",
            "its time-stamps or witnesses are not entries of the log, in order, each once",
        );
    }
    for line in &evidence.outside.timestamps {
        let name = timestamp_name(line.seq, "token");
        match stamped(files, ledger, line) {
            Ok(stamp) => {
                vouched.stamps.insert(line.seq, stamp);
            }
            Err(error) => verdict.error(&name, &error),
        }
        let proof = timestamp_name(line.seq, "consistency");
        continues_from(files, &proof, &line.checkpoint, head, verdict);
        expected.extend([name, proof, timestamp_name(line.seq, "body")]);
    }
    for line in &evidence.outside.witnesses {
        let name = witness_name(line.seq, "checkpoint");
        verdict.signatures += 1;
        match witnessed(files, ledger, trust, line) {
            Ok(witness) => {
                vouched.witnesses.insert(line.seq, witness);
            }
            Err(error) => verdict.error(&name, &error),
        }
        let proof = witness_name(line.seq, "consistency");
        continues_from(files, &proof, &line.checkpoint, head, verdict);
        expected.extend([name, proof]);
    }
    for name in files.keys() {
        let ours = name.starts_with("timestamps/") || name.starts_with("witnesses/");
        if ours && !expected.contains(name) {
            verdict.file(
                name,
                "stray-file",
                format!("{name} is of nothing that evidence.json names"),
            );
        }
    }
    vouched
}

/// What the files of outsiders say, as their entries would state it.
#[derive(Default)]
pub(super) struct Vouched {
    stamps: BTreeMap<u64, Timestamp>,
    witnesses: BTreeMap<u64, Witness>,
}

impl Vouched {
    /// That what is listed is what the entries have recorded, and that nothing of it is left out. What lies after the
    /// range, or is a header alone, says of itself no more than that.
    pub(super) fn held_to(&self, evidence: &Evidence, told: &[Told], verdict: &mut Verdict) {
        let mut bad = |seq: u64, what: Kind, why: &str| {
            verdict.add(Problem {
                file: Some(EVIDENCE.to_owned()),
                seq: Some(seq),
                code: "line-differs".to_owned(),
                message: format!("the {} listed for it {why}", what.as_str()),
            });
        };
        let first = evidence.range.first;
        for told in told {
            let (stamp, witness) = (self.stamps.get(&told.seq), self.witnesses.get(&told.seq));
            let (said, vouched) = match &told.claim {
                Some(Claim::Timestamp(said)) => (Some(said), None),
                Some(Claim::Witness(said)) => (None, Some(said)),
                Some(_) => (None, None),
                // A header alone says of what kind it is.
                None => (
                    stamp.filter(|_| is_header(evidence, told.seq, Kind::Timestamp)),
                    witness.filter(|_| is_header(evidence, told.seq, Kind::Witness)),
                ),
            };
            // Of checkpoints before the range there is no entry here that they would date.
            if said.filter(|said| stamp.is_some() || said.at.size > first) != stamp {
                bad(
                    told.seq,
                    Kind::Timestamp,
                    "is not the one that it has recorded",
                );
            }
            if vouched.filter(|said| witness.is_some() || said.at.size > first) != witness {
                bad(
                    told.seq,
                    Kind::Witness,
                    "is not the one that it has recorded",
                );
            }
        }
        let stamps = self
            .stamps
            .iter()
            .map(|(seq, one)| (*seq, one.at, Kind::Timestamp));
        let witnesses = self
            .witnesses
            .iter()
            .map(|(seq, one)| (*seq, one.at, Kind::Witness));
        for (seq, at, kind) in stamps.chain(witnesses) {
            // An entry can only tell of a state that was there before it.
            if at.size <= first || seq < at.size {
                bad(seq, kind, "is of a checkpoint that it can't be of");
            }
        }
    }
}

fn file<'f>(files: &'f Files<'_>, name: &str) -> Result<&'f [u8]> {
    files
        .get(name)
        .map(AsRef::as_ref)
        .ok_or_else(|| Error::verification("file-missing", format!("{name} is missing")))
}

fn checkpoint(ledger: &Digest, at: &Seen) -> Result<Checkpoint> {
    Checkpoint::new(origin(&ledger.0), at.size, Hash::from(at.root.0))
        .map_err(|error| Error::verification("bad-checkpoint", "it is of no state").because(error))
}

fn stamped(files: &Files<'_>, ledger: &Digest, line: &TimestampLine) -> Result<Timestamp> {
    let body = checkpoint(ledger, &line.checkpoint)?.body();
    if file(files, &timestamp_name(line.seq, "body"))? != body.as_bytes() {
        return Err(Error::verification(
            "other-checkpoint",
            "the body beside it is not of the checkpoint that evidence.json names",
        ));
    }
    let bytes = file(files, &timestamp_name(line.seq, "token"))?;
    let token = UntrustedToken::parse(bytes)?.verify()?;
    let said = Timestamp::of(line.checkpoint, &token, bytes)?;
    if said.authority.as_str() != line.authority {
        return Err(Error::verification(
            "other-authority",
            "the time-stamp is by another authority than evidence.json says",
        ));
    }
    if token.imprint != Digest::of(body.as_bytes()) || token.time != line.at.seconds() {
        return Err(Error::verification(
            "other-checkpoint",
            "the time-stamp is of another checkpoint, or of another time, than evidence.json says",
        ));
    }
    Ok(said)
}

fn witnessed(
    files: &Files<'_>,
    ledger: &Digest,
    trust: &Trust,
    line: &WitnessLine,
) -> Result<Witness> {
    let bad = |why: &dyn std::fmt::Display| {
        Error::verification("bad-cosignature", "the witness's cosignature is not good")
            .because(why.to_string())
    };
    let bytes = file(files, &witness_name(line.seq, "checkpoint"))?;
    let note = SignedCheckpoint::parse(bytes).map_err(|error| bad(&error))?;
    if *note.unverified() != checkpoint(ledger, &line.checkpoint)? {
        return Err(bad(&"it is of another checkpoint than evidence.json says"));
    }
    let key = VerifierKey::parse(&line.vkey).map_err(|error| bad(&error))?;
    let public = PublicKey::new(*key.public_key())?;
    let inside = trust.log_key == public || trust.custodians.iter().any(|one| one.sign == public);
    if inside || log::parse_custodian_name(key.name()).is_ok() {
        return Err(bad(&"it is by a key of the ledger's own"));
    }
    let at = note.verify_cosignature(&key).map_err(|error| bad(&error))?;
    if i64::try_from(at).ok() != Some(line.at.seconds()) {
        return Err(bad(&"it was made at another time than evidence.json says"));
    }
    let mut lines = note
        .signatures()
        .iter()
        .filter(|line| line.name() == key.name());
    let (Some(own), None) = (lines.next(), lines.next()) else {
        return Err(bad(&"there is not one line by its name"));
    };
    Ok(Witness {
        at: line.checkpoint,
        vkey: Text::new(line.vkey.as_str())?,
        line: Text::new(own.to_string().trim_end())?,
    })
}
