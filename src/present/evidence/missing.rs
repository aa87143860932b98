//! What is missing: the exporter's list, and what follows from the bundle itself.

use super::html::Html;
use super::names::{Names, count, length};
use super::{end_part, part};
use crate::exchange::evidence::bundle::Bundle;
use crate::exchange::evidence::model::{Evidence, Shown};

/// From the gravest to the least.
pub const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// The whole part.
pub fn write(html: &mut Html, bundle: &Bundle, names: &Names<'_>) {
    let evidence = &bundle.evidence;
    part(html, "missing");
    if evidence.missing.is_empty() {
        html.put("<p>The exporter\u{2019}s program names nothing as missing.</p>\n");
    } else {
        html.put("<ol class=\"missing\">\n");
        for missing in &evidence.missing {
            html.put("<li><span>").element("bdi", &[], &missing.text);
            html.put("</span> <code>")
                .text(&missing.code)
                .put("</code></li>\n");
        }
        html.put("</ol>\n");
    }
    html.put("<dl class=\"counts\">\n");
    for (number, what, address) in counts(bundle) {
        html.put("<div><dt>").put(what).put("</dt><dd>");
        let Some(number) = number else {
            html.put("not compared</dd></div>\n");
            continue;
        };
        if number > 0 {
            html.put("<a href=\"").put(address).put("\">");
            html.shown(number).put("</a>");
        } else {
            html.put("0");
        }
        html.put("</dd></div>\n");
    }
    html.put("</dl>\n");
    cosigners(html, bundle, names);
    end_part(html);
}

/// How many, where that can be known, of what, and where on the page.
fn counts(bundle: &Bundle) -> Vec<(Option<u64>, &'static str, &'static str)> {
    let evidence = &bundle.evidence;
    let open = |severity: &str| {
        let found = evidence.findings.iter();
        length(
            found
                .filter(|one| one.accepted.is_none() && one.severity == severity)
                .count(),
        )
    };
    let grave: u64 = SEVERITIES.iter().take(2).map(|one| open(one)).sum();
    let rest = length(
        evidence
            .findings
            .iter()
            .filter(|one| one.accepted.is_none())
            .count(),
    ) - grave;
    let erased = evidence
        .statements
        .iter()
        .filter(|line| line.shown == Shown::Erased);
    vec![
        (Some(grave), "open findings, critical or high", "#findings"),
        (Some(rest), "open findings, medium or low", "#findings"),
        (
            (!evidence.outside.trails.is_empty()).then_some(evidence.outside.open_events),
            "root events that nobody explained",
            "#outside",
        ),
        (
            Some(evidence.range.headers),
            "entries shown as headers alone",
            "#statements",
        ),
        (
            Some(length(erased.count())),
            "entries with an erased personal part",
            "#erased",
        ),
        (
            Some(length(super::completeness::late(evidence).len())),
            "entries written down more than a day late",
            "#late",
        ),
    ]
}

/// Whether as many custodians in force vouch for the checkpoint as decide in the ledger.
fn cosigners(html: &mut Html, bundle: &Bundle, names: &Names<'_>) {
    let in_force: Vec<_> = bundle
        .trust
        .custodians
        .iter()
        .filter(|one| one.from.is_some() && one.until.is_none())
        .collect();
    let has = |evidence: &Evidence, id| {
        evidence
            .checkpoint
            .cosigned
            .iter()
            .any(|one| one.custodian == id)
    };
    let with = length(
        in_force
            .iter()
            .filter(|one| has(&bundle.evidence, one.id))
            .count(),
    );
    let without: Vec<_> = in_force
        .iter()
        .filter(|one| !has(&bundle.evidence, one.id))
        .map(|one| one.id)
        .collect();
    let needed = u64::from(bundle.trust.threshold).min(length(in_force.len()));
    let class = if with < needed {
        "notice bad"
    } else {
        "notice"
    };
    html.open("p", &[("class", class)]);
    html.text(&format!(
        "{} in force {} cosigned the checkpoint; the ledger\u{2019}s governance stands for {needed}.",
        count(with, "custodian", "custodians"),
        if with == 1 { "has" } else { "have" },
    ));
    if with < needed {
        html.put(" Too few: one person\u{2019}s view of the log may be all that is here.");
    }
    if !without.is_empty() {
        html.put(" Not cosigned by: ");
        names.list(html, &without);
        html.put(".");
    }
    html.put("</p>\n");
}
