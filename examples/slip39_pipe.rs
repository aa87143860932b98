//! SLIP-39 over a pipe: one JSON command a line in, one JSON answer a line out.
//!
//! For `tests/interop/slip39_oracle.py`, which holds it against PyPI's `shamir-mnemonic`. The keys
//! that pass through here are test data: this program is no way to handle a real one.
//!
//! ```text
//! {"split": {"key": "<64 hex>", "groups_needed": 1, "groups": [[2, 3]]}}  ->  {"groups": [["..."]]}
//! {"combine": ["<words>", ...]}         ->  {"key": "<64 hex>", "wrong": [0], "unchecked": []}
//! {"parse": "<words>"}                  ->  {"header": {...}}
//! anything refused                      ->  {"error": "..."}
//! ```

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

use ring::rand::SystemRandom;
use rootkeep::crypto::secret::Key32;
use rootkeep::crypto::slip39::{self, Group, Mnemonic, Scheme};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let answer = answer(&line?).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Result<Value, Box<dyn Error>> {
    let command: Value = serde_json::from_str(line)?;
    if let Some(split) = command.get("split") {
        return self::split(split);
    }
    if let Some(shares) = command.get("combine") {
        return combine(serde_json::from_value(shares.clone())?);
    }
    if let Some(share) = command.get("parse").and_then(Value::as_str) {
        return parse(share);
    }
    Err("a command is split, combine or parse".into())
}

fn split(arguments: &Value) -> Result<Value, Box<dyn Error>> {
    let field = |name: &str| arguments.get(name).cloned().unwrap_or_default();
    let groups: Vec<(u8, u8)> = serde_json::from_value(field("groups"))?;
    let groups = groups
        .into_iter()
        .map(|(threshold, members)| Group { threshold, members })
        .collect();
    let scheme = Scheme {
        groups_needed: serde_json::from_value(field("groups_needed"))?,
        groups,
    };
    let key: String = serde_json::from_value(field("key"))?;
    let key = Key32::from_hex(&key).ok_or("a key is 64 lower-case hex digits")?;
    let groups: Vec<Vec<String>> = slip39::split(&SystemRandom::new(), &key, &scheme)?
        .iter()
        .map(|group| {
            group
                .iter()
                .map(|share| share.text().expose().to_owned())
                .collect()
        })
        .collect();
    Ok(json!({ "groups": groups }))
}

fn combine(texts: Vec<String>) -> Result<Value, Box<dyn Error>> {
    let shares: Vec<Mnemonic> = texts
        .iter()
        .map(|text| Mnemonic::parse_typed(text))
        .collect::<Result<_, _>>()?;
    let combined = slip39::combine(&shares)?;
    let wrong: Vec<usize> = combined
        .wrong
        .iter()
        .map(|wrong| wrong.share.position)
        .collect();
    let unchecked: Vec<usize> = combined
        .unchecked
        .iter()
        .map(|name| name.position)
        .collect();
    Ok(json!({ "key": combined.key.to_hex().expose(), "wrong": wrong, "unchecked": unchecked }))
}

fn parse(text: &str) -> Result<Value, Box<dyn Error>> {
    let share = Mnemonic::parse_typed(text)?;
    let header = share.header();
    Ok(json!({ "header": {
        "identifier": header.identifier,
        "extendable": header.extendable,
        "iteration_exponent": header.iteration_exponent,
        "group": header.group,
        "groups_needed": header.groups_needed,
        "groups": header.groups,
        "member": header.member,
        "threshold": header.threshold,
    }}))
}
