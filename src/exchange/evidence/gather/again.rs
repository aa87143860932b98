//! A bundle made again from another copy of its ledger, and held to it, so that whoever signs it second signs what
//! their own ledger says.

use std::collections::BTreeMap;

use super::Wanted;
use crate::error::{Error, Result};
use crate::exchange::evidence::bundle::{CHECKPOINT, EVIDENCE, SIGNATURES, SUMS};
use crate::exchange::evidence::frameworks::{self, Framework};
use crate::exchange::evidence::model::Evidence;
use crate::exchange::evidence::verify::Files;
use crate::log::SignedCheckpoint;
use crate::statement::Kind;

/// What a bundle that is good was asked to have. `brought` are frameworks that are not built in.
///
/// # Errors
/// Usage, code `framework-missing`; verification where the bundle is not good.
pub fn wanted(files: &Files<'_>, evidence: &Evidence, brought: Vec<Framework>) -> Result<Wanted> {
    let kinds = |words: &[String]| -> Result<Vec<Kind>> {
        words.iter().map(|word| Kind::parse(word)).collect()
    };
    let note = files
        .get(CHECKPOINT)
        .and_then(|bytes| SignedCheckpoint::parse(bytes).ok());
    let note =
        note.ok_or_else(|| Error::verification("bad-checkpoint", "the checkpoint is none"))?;
    let query = &evidence.query;
    Ok(Wanted {
        from: query.from,
        to: query.to,
        since: evidence.previous.map(|at| (at, evidence.range.first)),
        note: Some(note),
        scope: kinds(&query.scope)?,
        withheld: kinds(&query.withheld)?,
        redacted: query.redacted,
        bags: query.bags,
        frameworks: these(evidence, brought)?,
    })
}

/// The frameworks that a bundle goes by, in its order.
fn these(evidence: &Evidence, mut brought: Vec<Framework>) -> Result<Vec<Framework>> {
    let named = evidence
        .frameworks
        .iter()
        .map(|line| line.framework.as_str());
    named
        .map(|name| {
            if let Some(at) = brought.iter().position(|one| one.framework == name) {
                return Ok(brought.swap_remove(at));
            }
            if frameworks::names().any(|known| known == name) {
                return Framework::find(name);
            }
            Err(Error::usage(
                "framework-missing",
                format!("the bundle goes by the framework `{name}`, which is not built in"),
            )
            .hint("bring the exporter's file of it: --framework FILE.json"))
        })
        .collect()
}

/// What of a bundle is not as it was made again: names of files, and for `evidence.json` its members.
#[must_use]
pub fn differences(theirs: &Files<'_>, ours: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let apart = |name: &str| name == SUMS || name.starts_with(SIGNATURES);
    let names = theirs.keys().chain(ours.keys());
    let mut names: Vec<&String> = names.filter(|name| !apart(name)).collect();
    names.sort();
    names.dedup();
    let mut differ = Vec::new();
    for name in names {
        let (their, our) = (
            theirs.get(name).map(AsRef::as_ref),
            ours.get(name).map(Vec::as_slice),
        );
        if their == our {
            continue;
        }
        match (their, our) {
            (Some(their), Some(our)) if name == EVIDENCE => differ.extend(members(their, our)),
            _ => differ.push(name.clone()),
        }
    }
    differ
}

/// The members that two spellings of `evidence.json` differ in.
fn members(their: &[u8], our: &[u8]) -> Vec<String> {
    type Members = BTreeMap<String, serde_json::Value>;
    let read = |bytes: &[u8]| serde_json::from_slice::<Members>(bytes).unwrap_or_default();
    let (their, our) = (read(their), read(our));
    let mut names: Vec<&String> = their.keys().chain(our.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| their.get(*name) != our.get(*name))
        .map(|name| format!("{EVIDENCE}, field `{name}`"))
        .collect()
}
