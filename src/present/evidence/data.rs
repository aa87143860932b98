//! What the self-check reads: what of the evidence it can check, and each entry as it was signed, with its proof.

use std::collections::BTreeMap;

use serde::Serialize;

use super::html::Html;
use crate::crypto::part::Part;
use crate::error::{Error, Result};
use crate::exchange::evidence::bundle::Bundle;
use crate::exchange::evidence::model::{Head, LedgerLine, PersonLine, Range, StatementLine};
use crate::exchange::evidence::trust::Trust;
use crate::log::Hash;
use crate::statement::Seen;

/// What of the evidence can be checked.
#[derive(Serialize)]
struct Checked<'a> {
    ledger: &'a LedgerLine,
    checkpoint: &'a Head,
    previous: &'a Option<Seen>,
    range: &'a Range,
    statements: &'a [StatementLine],
    people: &'a [PersonLine],
}

#[derive(Serialize)]
struct Data<'a> {
    checkpoint: &'a str,
    consistency: Option<&'a str>,
    trust: &'a Trust,
    /// The hashes of all audit paths, each once, in base64: entries that are neighbours have most in common.
    hashes: Vec<String>,
    statements: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    seq: u64,
    /// Its bytes; a good one is ASCII.
    envelope: &'a str,
    facts: Option<&'a Part>,
    personal: Option<&'a Part>,
    /// Places in `hashes`, from the leaf up.
    path: Vec<usize>,
}

/// Both blocks.
///
/// # Errors
/// As of the page.
pub fn write(html: &mut Html, bundle: &Bundle) -> Result<()> {
    let mut hashes = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut place = |hash: &Hash| {
        let text = hash.to_base64();
        *places.entry(text.clone()).or_insert_with(|| {
            hashes.push(text);
            hashes.len() - 1
        })
    };
    let mut statements = Vec::new();
    for one in &bundle.statements {
        statements.push(Row {
            seq: one.seq,
            envelope: std::str::from_utf8(&one.envelope).map_err(|error| {
                Error::verification(
                    "bad-envelope",
                    format!("the envelope of entry {} is not text", one.seq),
                )
                .because(error)
            })?,
            facts: one.facts.as_ref(),
            personal: one.personal.as_ref(),
            path: one.path.iter().map(&mut place).collect(),
        });
    }
    let evidence = &bundle.evidence;
    html.data(
        "evidence",
        &json(&Checked {
            ledger: &evidence.ledger,
            checkpoint: &evidence.checkpoint,
            previous: &evidence.previous,
            range: &evidence.range,
            statements: &evidence.statements,
            people: &evidence.people,
        })?,
    );
    html.data(
        "bundle",
        &json(&Data {
            checkpoint: &bundle.checkpoint,
            consistency: bundle.consistency.as_deref(),
            trust: &bundle.trust,
            hashes,
            statements,
        })?,
    );
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::failed("internal", "cannot write JSON").because(error))
}
