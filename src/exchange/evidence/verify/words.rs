//! What a bundle says beside its entries: as far as it can be made again, it is; no file is there that a bundle
//! does not have.

use super::{Evidence, Files, Problem, Trust, Verdict};
use crate::exchange::evidence::gather::{SEALED, missing};
use crate::exchange::evidence::model::{PersonLine, Shown};
use crate::exchange::evidence::{bundle, csv_tables, guide, oscal};
use crate::statement::Kind;

/// The files beside those of entries, outsiders and signatures.
const NAMES: [&str; 10] = [
    bundle::EVIDENCE,
    bundle::TRUST,
    bundle::CHECKPOINT,
    bundle::CONSISTENCY,
    bundle::PAGE,
    bundle::SUMS,
    "policy",
    "allowed_signers",
    RESULTS,
    "VERIFY.md",
];
const RESULTS: &str = "assessment-results.json";
/// Where files lie that are looked at one by one.
const FOLDERS: [&str; 5] = [
    "statements/",
    "proofs/",
    "timestamps/",
    "witnesses/",
    bundle::SIGNATURES,
];

/// What it says of people and of what is left out, and that no other file is there.
pub(super) fn check(files: &Files<'_>, evidence: &Evidence, trust: &Trust, verdict: &mut Verdict) {
    people(evidence, trust, verdict);
    shown(evidence, verdict);
    for name in files.keys() {
        let known = NAMES.contains(&name.as_str())
            || FOLDERS.iter().any(|folder| name.starts_with(folder))
            || csv_tables::is_table(name);
        if !known {
            verdict.file(name, "stray-file", format!("{name} is no file of a bundle"));
        }
    }
    if evidence.frameworks.is_empty() && files.contains_key(RESULTS) {
        verdict.file(
            RESULTS,
            "stray-file",
            "no framework was asked for, and there are results of one",
        );
    }
}

/// The views, made again from `evidence.json`. Another version may word things otherwise; and what is not good need
/// not be told again in other forms.
pub(super) fn views(files: &Files<'_>, evidence: &Evidence, trust: &Trust, verdict: &mut Verdict) {
    if !verdict.made_again || !verdict.is_good() {
        return;
    }
    let mut views = csv_tables::csv_files(evidence).unwrap_or_default();
    views.push((
        "VERIFY.md".to_owned(),
        guide::text(evidence, trust).into_bytes(),
    ));
    match oscal::assessment_results(evidence) {
        Ok(Some(results)) => views.push((RESULTS.to_owned(), results)),
        Ok(None) => {}
        Err(error) => verdict.error(RESULTS, &error),
    }
    for (name, made) in views {
        if files.get(&name).map(AsRef::as_ref) != Some(made.as_slice()) {
            verdict.file(
                &name,
                "view-differs",
                format!("{name} is not what evidence.json says"),
            );
        }
    }
    if missing::of(evidence) != evidence.missing {
        verdict.file(
            bundle::EVIDENCE,
            "missing-differs",
            "what it says is missing is not what is",
        );
    }
}

/// The same people, of the same standing, in both files.
fn people(evidence: &Evidence, trust: &Trust, verdict: &mut Verdict) {
    let same = |(person, key): (&PersonLine, &crate::exchange::evidence::trust::TrustedKey)| {
        person.id == key.id
            && person.name == key.name
            && person.from == key.from
            && person.until == key.until
            && person.distrusted == key.distrusted
    };
    if evidence.people.len() != trust.custodians.len()
        || !evidence.people.iter().zip(&trust.custodians).all(same)
    {
        verdict.file(
            bundle::EVIDENCE,
            "people-differ",
            "its people are not those of trust.json",
        );
    }
}

/// Parts are left out as was asked for, and not otherwise.
fn shown(evidence: &Evidence, verdict: &mut Verdict) {
    let query = &evidence.query;
    for line in &evidence.statements {
        let sealed = SEALED.iter().any(|kind| kind.as_str() == line.kind);
        let in_scope = query.scope.is_empty() || query.scope.contains(&line.kind);
        let hidden = sealed || !in_scope || query.withheld.contains(&line.kind);
        let has_personal = Kind::parse(&line.kind).is_ok_and(crate::statement::Claim::has_personal);
        let good = match line.shown {
            Shown::Header => hidden,
            Shown::Facts => !hidden && query.redacted && has_personal,
            Shown::Erased => !hidden && has_personal,
            Shown::All => !(hidden || query.redacted && has_personal),
        };
        if !good || (line.erased.is_some() && line.shown != Shown::Erased) {
            verdict.add(Problem {
                file: Some(bundle::EVIDENCE.to_owned()),
                seq: Some(line.seq),
                code: "shown-otherwise".to_owned(),
                message: format!(
                    "entry {} shows more or less than the query asks for",
                    line.seq
                ),
            });
        }
    }
}
