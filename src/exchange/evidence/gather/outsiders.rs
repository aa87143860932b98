//! What outsiders have said of the log: time-stamps by authorities, cosignatures by witnesses.

use super::{Wanted, consistency};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::exchange::evidence::bundle::{timestamp_name, witness_name};
use crate::exchange::evidence::model::{Outside, TimestampLine, WitnessLine};
use crate::ledger::Session;
use crate::log::{Checkpoint, Hash, NoteSignature, SignedCheckpoint, origin};
use crate::statement::Kind;

/// Adds what is of checkpoints that have an entry from `first` on; returns the files that show it.
pub(super) fn add(
    session: &Session,
    note: &SignedCheckpoint,
    first: u64,
    wanted: &Wanted,
    outside: &mut Outside,
) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let view = session.view();
    let size = note.unverified().size();
    for stamped in session.timestamps(size)? {
        let facts = &stamped.record.facts;
        if facts.at.size <= first || wanted.withholds(Kind::Timestamp) {
            continue;
        }
        let seq = stamped.record.index;
        let proof = consistency(&view, &facts.at, size, note.clone())?;
        let body = body(session, facts.at.size, &facts.at.root)?;
        let file = |what: &str, bytes: Vec<u8>| (timestamp_name(seq, what), bytes);
        files.push(file("token", stamped.token));
        files.push(file("body", body.body().into_bytes()));
        files.push(file("consistency", proof.into_bytes()));
        outside.timestamps.push(TimestampLine {
            seq,
            checkpoint: facts.at,
            at: facts.time,
            authority: facts.authority.to_string(),
        });
    }
    for witnessed in session.witnessed(size)? {
        let facts = &witnessed.facts;
        if facts.at.size <= first || wanted.withholds(Kind::Witness) {
            continue;
        }
        let seq = witnessed.index;
        let proof = consistency(&view, &facts.at, size, note.clone())?;
        let damaged = |error: &dyn std::fmt::Display| {
            Error::verification("database-damaged", "a witness's line is damaged")
                .because(error.to_string())
        };
        let line = NoteSignature::parse(facts.line.as_str()).map_err(|error| damaged(&error))?;
        let mut signed = session.note(facts.at.size)?;
        signed.add(line).map_err(|error| damaged(&error))?;
        let file = |what: &str, text: String| (witness_name(seq, what), text.into_bytes());
        files.push(file("checkpoint", signed.to_string()));
        files.push(file("consistency", proof));
        outside.witnesses.push(WitnessLine {
            seq,
            checkpoint: facts.at,
            at: witnessed.time,
            vkey: facts.vkey.to_string(),
        });
    }
    Ok(files)
}

fn body(session: &Session, size: u64, root: &Digest) -> Result<Checkpoint> {
    Checkpoint::new(origin(&session.id().0), size, Hash::from(root.0)).map_err(|error| {
        Error::verification("log-damaged", "a checkpoint is damaged").because(error)
    })
}
