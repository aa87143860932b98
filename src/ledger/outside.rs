//! Time-stamps by outside authorities, and outside witnesses (docs/time.md): what is carried out to them,
//! and what they have said.

use super::Session;
use super::acts::Entered;
use super::trusted::damaged;
use crate::crypto::fixed::Digest;
use crate::crypto::timestamp::{self, UntrustedToken};
use crate::error::{Error, Result};
use crate::log::{self, AddCheckpoint, NoteSignature, SignedCheckpoint, VerifierKey};
use crate::policy;
use crate::state::outside::{TimestampRecord, WitnessedRecord};
use crate::statement::outside::{Timestamp, Witness};
use crate::statement::text::Text;
use crate::statement::{Claim, Seen};

/// How many checkpoints are looked at in one go.
const BATCH: u64 = 4_096;

/// For how many of the newest checkpoints a signature line without its checkpoint is tried.
const LINE_TRIED: u64 = 4_096;

/// A time-stamp, and its token.
#[derive(Clone, Debug)]
pub struct Stamped {
    /// What is stated of it, and where.
    pub record: TimestampRecord,
    /// The token: CMS, in DER.
    pub token: Vec<u8>,
}

impl Session {
    /// A query for a time-stamp of the head's checkpoint, and that checkpoint.
    ///
    /// # Errors
    /// Verification where the log is damaged.
    pub fn timestamp_query(&self) -> Result<(Seen, Vec<u8>)> {
        let at = self.seen_now()?;
        let query = timestamp::query(&policy::imprint(&self.id(), &at)?)?;
        Ok((at, query))
    }

    fn seen_now(&self) -> Result<Seen> {
        let (size, root) = self.head()?;
        Ok(Seen { size, root })
    }

    /// Records what an authority has answered, once it is checked and found to be of a checkpoint of this
    /// log.
    ///
    /// # Errors
    /// As [`UntrustedToken::of_answer`] and [`UntrustedToken::verify`]; verification, code
    /// `timestamp-imprint`; as [`Self::enter`].
    pub fn timestamp(&mut self, answer: &[u8]) -> Result<(Entered, Timestamp)> {
        let untrusted = UntrustedToken::of_answer(answer)?;
        let token = untrusted.verify()?;
        let at = self.imprinted(&token.imprint)?;
        let stamp = Timestamp::of(at, &token, untrusted.bytes())?;
        let known = TimestampRecord::all(&self.view())?;
        if let Some(known) = known.iter().find(|known| known.facts.token == stamp.token) {
            return Err(Error::refused(
                "already-recorded",
                format!("this time-stamp is on record as #{}", known.index),
            ));
        }
        let blobs = vec![untrusted.bytes().to_vec()];
        let entered = self.enter(Claim::Timestamp(stamp.clone()), blobs)?;
        Ok((entered, stamp))
    }

    /// The checkpoint that a digest is of: the newest ones are tried first.
    fn imprinted(&self, imprint: &Digest) -> Result<Seen> {
        let (id, mut below) = (self.id(), self.head()?.0);
        while below > 0 {
            for (size, root) in self.view().roots(below, BATCH)? {
                let at = Seen { size, root };
                if policy::imprint(&id, &at)? == *imprint {
                    return Ok(at);
                }
                below = size.saturating_sub(1);
            }
        }
        Err(Error::verification(
            "timestamp-imprint",
            "the time-stamp is of no checkpoint of this ledger",
        )
        .because(format!("it is of {imprint}"))
        .hint("is it the answer to another ledger's query? ask anew: checkpoint --timestamp-query FILE"))
    }

    /// All time-stamps of checkpoints up to a size, with their tokens, in the order in which they were
    /// recorded up to that size: what a bundle at that checkpoint has.
    ///
    /// # Errors
    /// Verification, code `blob-missing`, or where a token is not what is stated of it.
    pub fn timestamps(&self, size: u64) -> Result<Vec<Stamped>> {
        let mut all = TimestampRecord::all(&self.view())?;
        all.retain(|one| one.index < size);
        all.into_iter().map(|record| self.stamped(record)).collect()
    }

    /// The newest time-stamp: the one of the largest checkpoint, and of these the latest.
    ///
    /// # Errors
    /// As [`Self::timestamps`].
    pub fn newest_timestamp(&self) -> Result<Option<Stamped>> {
        let all = TimestampRecord::all(&self.view())?.into_iter();
        let newest = all.max_by_key(|one| (one.facts.at.size, one.index));
        newest.map(|record| self.stamped(record)).transpose()
    }

    fn stamped(&self, record: TimestampRecord) -> Result<Stamped> {
        let token = self.view().blob(&record.facts.token)?.ok_or_else(|| {
            Error::verification("blob-missing", "a time-stamp's token is not in the ledger")
        })?;
        policy::check_token(&self.id(), &record.facts, &token)?;
        Ok(Stamped { record, token })
    }

    /// The body of a C2SP tlog-witness `add-checkpoint` request, to a witness that knows `old` entries.
    ///
    /// # Errors
    /// Usage, code `bad-size`; verification where the log is damaged.
    pub fn witness_request(&self, old: u64) -> Result<AddCheckpoint> {
        let (size, _) = self.head()?;
        if old > size {
            return Err(Error::usage(
                "bad-size",
                format!("the ledger has {size} entries, not {old}"),
            ));
        }
        let proof = log::consistency_proof(&self.view(), old, size).map_err(damaged)?;
        Ok(AddCheckpoint::new(old, proof, self.note(size)?))
    }

    /// How many entries a witness has seen, as its cosignatures here say.
    ///
    /// # Errors
    /// Refused where that is no witness' key; verification where the state is damaged.
    pub fn known_to_witness(&self, vkey: &str) -> Result<u64> {
        let key = policy::witness_key(vkey)?.to_string();
        let all = WitnessedRecord::all(&self.view())?.into_iter();
        let own = all.filter(|one| one.facts.vkey.as_str() == key);
        Ok(own.map(|one| one.facts.at.size).max().unwrap_or(0))
    }

    /// Records a witness' cosignature: from a checkpoint with its signature lines, or from lines alone, as a
    /// witness answers.
    ///
    /// # Errors
    /// Refused, codes `bad-vkey`, `witness-name`, `witness-inside`, `cosignature-known`; usage, code
    /// `bad-cosignature-file`; verification, codes `bad-cosignature`, `other-ledger`, `false-checkpoint`;
    /// as [`Self::enter`].
    pub fn witness(&mut self, vkey: &str, file: &[u8]) -> Result<(Entered, Witness)> {
        let key = policy::witness_key(vkey)?;
        let (at, line) = match SignedCheckpoint::parse(file) {
            Ok(note) => self.cosigned(&note, &key)?,
            Err(_) => self.cosigned_by_line(file, &key)?,
        };
        let text = |text: String| Text::new(text).map_err(not_a_cosignature);
        let witness = Witness {
            at,
            vkey: text(key.to_string())?,
            line: text(line.to_string())?,
        };
        let entered = self.enter(Claim::Witness(witness.clone()), Vec::new())?;
        Ok((entered, witness))
    }

    /// The line by this key under a whole checkpoint.
    fn cosigned(
        &self,
        note: &SignedCheckpoint,
        key: &VerifierKey,
    ) -> Result<(Seen, NoteSignature)> {
        let head = note.unverified();
        if *head.origin() != log::origin(&self.id().0) {
            return Err(Error::verification(
                "other-ledger",
                "the checkpoint is of another ledger",
            ));
        }
        let at = Seen {
            size: head.size(),
            root: Digest((*head.root()).into()),
        };
        let lines = note.signatures().iter();
        let mut own = lines.filter(|line| is_by(line, key));
        let line = own.next().ok_or_else(|| none_by(key))?;
        Ok((at, line.clone()))
    }

    /// The line by this key, and the checkpoint that it is under: the newest that it verifies for.
    fn cosigned_by_line(&self, file: &[u8], key: &VerifierKey) -> Result<(Seen, NoteSignature)> {
        let text = std::str::from_utf8(file).map_err(not_a_cosignature)?;
        let lines: Vec<NoteSignature> = text
            .lines()
            .map(NoteSignature::parse)
            .collect::<std::result::Result<_, _>>()
            .map_err(not_a_cosignature)?;
        let mut own = lines.into_iter().filter(|line| is_by(line, key));
        let line = own.next().ok_or_else(|| none_by(key))?;
        for (size, root) in self.view().roots(self.head()?.0, LINE_TRIED)? {
            let at = Seen { size, root };
            let checkpoint = policy::checkpoint(&self.id(), &at)?;
            if log::verify_cosignature(&checkpoint, key, &line).is_ok() {
                return Ok((at, line));
            }
        }
        Err(Error::verification(
            "bad-cosignature",
            format!("the line is under none of the last {LINE_TRIED} checkpoints of this ledger"),
        )
        .hint("where it is under an older one, give the whole checkpoint with that line"))
    }

    /// Witnesses' cosignatures that were recorded up to a size: each checkpoint with one more line.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn witnessed(&self, size: u64) -> Result<Vec<WitnessedRecord>> {
        let mut all = WitnessedRecord::all(&self.view())?;
        all.retain(|one| one.index < size);
        Ok(all)
    }
}

fn is_by(line: &NoteSignature, key: &VerifierKey) -> bool {
    line.name() == key.name() && line.key_id() == key.key_id()
}

fn none_by(key: &VerifierKey) -> Error {
    Error::verification(
        "bad-cosignature",
        format!("there is no line by {} in the file", key.name()),
    )
    .hint("name the witness whose line it is: --witness VKEY")
}

fn not_a_cosignature(why: impl std::fmt::Display) -> Error {
    Error::usage(
        "bad-cosignature-file",
        "the file has no signature line, as a witness answers with",
    )
    .because(why)
}
