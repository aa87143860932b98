//! `evidence verify --parts`: what was handed over of single entries, once it fits.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::exchange::evidence::verify::handed_over::Handed;
use crate::ledger::read_regular;

/// More than anybody hands over by itself.
const LIMIT: u64 = 256 << 20;

/// Files of parts, by what they were called.
pub fn read(paths: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>> {
    let named = |path: &PathBuf| Ok((called(path), read_regular(path, LIMIT)?));
    paths.iter().map(named).collect()
}

fn called(path: &Path) -> String {
    path.display().to_string()
}

/// What fits, for other programs.
pub fn json(handed: &[Handed]) -> Vec<Value> {
    let one = |one: &Handed| {
        json!({
            "seq": one.seq, "kind": one.kind, "facts": one.facts, "personal": one.personal,
            "lacks_personal": one.lacks_personal,
        })
    };
    handed.iter().map(one).collect()
}

/// What fits, to be read.
pub fn text(handed: &[Handed]) -> Result<String> {
    let mut text = String::new();
    for one in handed {
        text.push_str(&format!(
            "handed over of #{} ({}), and as it was signed{}\n",
            one.seq,
            one.kind,
            if one.lacks_personal {
                "; its personal part was not handed over"
            } else {
                ""
            }
        ));
        for part in std::iter::once(&one.facts).chain(&one.personal) {
            let pretty = serde_json::to_string_pretty(part).map_err(|error| {
                Error::failed("internal", "a part can't be written").because(error)
            })?;
            for line in pretty.lines() {
                text.push_str(&format!("  {line}\n"));
            }
        }
    }
    Ok(text)
}
