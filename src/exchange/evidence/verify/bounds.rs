//! What a program wrote that follows no rule costs no more than its bytes: before a view is made again, what a view
//! says many times is short, and is there once.

use super::keys::is_one_line;
use super::{Evidence, Verdict};
use crate::error::Result;
use crate::exchange::evidence::bundle::EVIDENCE;
use crate::exchange::evidence::frameworks::MAX_STATEMENTS;
use crate::insight::rules;

/// Names of secrets are one short line; rules are those of this version, each once; what controls point to is there,
/// each once.
pub(super) fn check(evidence: &Evidence, verdict: &mut Verdict) {
    for secret in &evidence.custody.secrets {
        if !is_one_line(&secret.name) {
            verdict.file(
                EVIDENCE,
                "bad-name",
                format!(
                    "the name of secret {} is not one line of visible text",
                    secret.id
                ),
            );
        }
    }
    let known = rules::ALL
        .iter()
        .map(|rule| Ok(rule.id()?.to_string()))
        .collect::<Result<Vec<String>>>()
        .unwrap_or_default();
    let own = &evidence.rules;
    let verdicts: Vec<&String> = own.passed.iter().chain(&own.not_looked).collect();
    let mut named = evidence.findings.iter().map(|finding| &finding.rule);
    if !each_once(&verdicts, &known) || !named.all(|rule| known.contains(rule)) {
        verdict.file(
            EVIDENCE,
            "bad-rule",
            "its findings, and the rules that found nothing, are not by the rules that there are, each once",
        );
    }
    let rising = |places: &[u64], end: usize| {
        places.is_sorted_by(|one, next| one < next)
            && places
                .last()
                .is_none_or(|last| usize::try_from(*last).is_ok_and(|last| last < end))
    };
    let controls = evidence.frameworks.iter().flat_map(|one| &one.controls);
    for control in controls {
        if !rising(&control.findings, evidence.findings.len())
            || !rising(&control.statements, usize::MAX)
            || control.statements.len() > MAX_STATEMENTS
            || !each_once(&control.rules.iter().collect::<Vec<_>>(), &known)
        {
            verdict.file(
                EVIDENCE,
                "bad-control",
                format!(
                    "what control {} points to is not there, each once and in order",
                    control.id
                ),
            );
        }
    }
}

fn each_once(rules: &[&String], known: &[String]) -> bool {
    rules.len() <= known.len()
        && rules.iter().enumerate().all(|(place, rule)| {
            let before = rules.get(..place).unwrap_or_default();
            known.contains(rule) && !before.contains(rule)
        })
}
