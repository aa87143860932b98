//! `checkpoint --request` and `--cosignature`: what an outside witness has seen.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::error::{Error, Result};
use crate::ledger::{Session, read_regular};
use crate::present::{describe, outside};
use crate::state::outside::WitnessedRecord;

/// The longest answer: a whole checkpoint with its lines.
const LIMIT: u64 = 1 << 20;

/// `checkpoint --request`.
pub fn request(context: &Context, witness: Option<&str>, old: Option<u64>) -> Result<Done> {
    // What a witness is shown is what this person's program has verified.
    let session = context.open_to_act()?;
    let known = witness.map(|vkey| session.known_to_witness(vkey));
    let known = known.transpose()?.unwrap_or(0);
    let body = session.witness_request(old.unwrap_or(known))?;
    if context.global.json {
        let head = body.checkpoint().unverified();
        let root = crate::crypto::fixed::Digest((*head.root()).into());
        output::object(
            "checkpoint.request",
            json!({
                "checkpoint": {"size": head.size(), "root": root}, "old": body.old_size(),
                "body": body.to_string(),
            }),
        )?;
    } else {
        output::data(&body.to_string())?;
    }
    Ok(Done::Yes)
}

/// `checkpoint --cosignature FILE --witness VKEY`.
pub fn cosignature(context: &Context, witness: Option<&str>, path: &Path) -> Result<Done> {
    let vkey = witness.ok_or_else(|| {
        Error::usage("missing", "whose cosignature it is has to be said")
            .hint("--witness VKEY, as the witness publishes it")
    })?;
    let file = read_regular(path, LIMIT)?;
    let mut session = context.open_to_act()?;
    let (entered, witness) = session.witness(vkey, &file)?;
    let headline = format!(
        "{} has cosigned the checkpoint of {}\nwhether that witness is to be trusted is yours to say: docs/time.md",
        outside::name(&witness),
        output::count(witness.at.size, "entry", "entries"),
    );
    let more = json!({"witness": {
        "name": outside::name(&witness), "vkey": witness.vkey, "size": witness.at.size,
        "root": witness.at.root, "line": witness.line,
    }});
    context.report(session, &entered, &headline, more)
}

/// The newest cosignature of each witness.
pub fn newest(session: &Session) -> Result<Vec<Value>> {
    let all = last(session)?;
    let fields = |one: &WitnessedRecord| {
        json!({
            "seq": one.index, "name": one.name, "vkey": one.facts.vkey,
            "size": one.facts.at.size, "root": one.facts.at.root, "time": one.time,
        })
    };
    Ok(all.iter().map(fields).collect())
}

/// Which witnesses have cosigned, in a line.
pub fn line(session: &Session) -> Result<Option<String>> {
    let all = last(session)?;
    if all.is_empty() {
        return Ok(None);
    }
    let one = |one: &WitnessedRecord| {
        format!(
            "{} at {} ({})",
            one.name,
            output::count(one.facts.at.size, "entry", "entries"),
            describe::day(one.time)
        )
    };
    let all: Vec<String> = all.iter().map(one).collect();
    Ok(Some(format!("outside witnesses: {}", all.join(", "))))
}

fn last(session: &Session) -> Result<Vec<WitnessedRecord>> {
    let mut newest: BTreeMap<String, WitnessedRecord> = BTreeMap::new();
    for one in WitnessedRecord::all(&session.view())? {
        let key = one.facts.vkey.to_string();
        let older = newest
            .get(&key)
            .is_none_or(|before| before.facts.at.size <= one.facts.at.size);
        if older {
            newest.insert(key, one);
        }
    }
    Ok(newest.into_values().collect())
}
