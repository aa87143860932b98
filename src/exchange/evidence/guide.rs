//! `VERIFY.md`: how to check a bundle with tools that others wrote.

use super::model::{Evidence, Shown};
use super::trust::Trust;

const GUIDE: &str = include_str!("guide.md");

/// The guide, with the names and keys of this bundle.
#[must_use]
pub fn text(evidence: &Evidence, trust: &Trust) -> String {
    let mut keys = String::new();
    for one in &trust.custodians {
        keys.push_str(&format!(
            "| `{}` | `{}` | {} |\n",
            one.id,
            one.fingerprint,
            one.name.replace('|', "\\|")
        ));
    }
    // An entry whose parts are here shows more.
    let disclosed = evidence
        .statements
        .iter()
        .find(|line| line.shown != Shown::Header);
    let first = disclosed.map_or(evidence.range.first, |line| line.seq);
    let previous = evidence.previous.as_ref().map_or_else(
        || "This bundle continues none: there is no `consistency` file.".to_owned(),
        |seen| {
            format!(
                "It has to continue the checkpoint of the bundle before: size {}, root `{}`.",
                seen.size, seen.root
            )
        },
    );
    GUIDE
        .replace("{keys}", &keys)
        .replace("{exporter}", &evidence.exporter.to_string())
        .replace("{first}", &format!("{first:08}"))
        .replace("{threshold}", &evidence.ledger.threshold.to_string())
        .replace("{size}", &evidence.checkpoint.size.to_string())
        .replace("{root}", &evidence.checkpoint.root.to_string())
        .replace("{log}", &trust.log().to_string())
        .replace("{previous}", &previous)
}
