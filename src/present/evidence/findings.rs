//! What the posture rules found, what was accepted, and which rules say nothing.

use super::html::Html;
use super::names::{self, count, length};
use super::{end_part, part};
use crate::exchange::evidence::model::{Evidence, FindingLine};

/// The whole part.
pub fn write(html: &mut Html, evidence: &Evidence) {
    part(html, "findings");
    if evidence.findings.is_empty() {
        html.put("<p>The rules found nothing at the checkpoint.</p>\n");
    } else {
        html.table(
            "sortable",
            "What the rules found, at the checkpoint",
            &[
                "No.",
                "Severity",
                "Rule",
                "About",
                "What was found",
                "Standing",
            ],
            evidence.findings.len(),
        );
        for (place, finding) in evidence.findings.iter().enumerate() {
            row(html, place, finding);
        }
        html.end_table();
    }
    accepted(html, evidence);
    rules(html, evidence);
    end_part(html);
}

fn row(html: &mut Html, place: usize, finding: &FindingLine) {
    html.open("tr", &[("id", &format!("f{place}"))]);
    html.put("<td class=\"number\">")
        .shown(place + 1)
        .put("</td><td>");
    severity(html, &finding.severity);
    html.put("</td><td><code>")
        .text(&finding.rule)
        .put("</code> ")
        .text(&finding.title);
    html.put("</td><td>")
        .element("bdi", &[], &finding.about)
        .put("</td><td>");
    html.element("bdi", &[], &finding.message).put("</td><td>");
    match &finding.accepted {
        Some(accepted) => html.put("accepted until ").shown(accepted.until),
        None => html.put("<strong>open</strong>"),
    };
    html.put("</td></tr>\n");
}

fn severity(html: &mut Html, severity: &str) {
    let (class, shape) = match severity {
        "critical" => ("state bad", "\u{25b2}\u{25b2}"),
        "high" => ("state bad", "\u{25b2}"),
        "medium" => ("state warn", "\u{25c6}"),
        _ => ("state pale", "\u{25cb}"),
    };
    html.put("<span class=\"")
        .put(class)
        .put("\"><span aria-hidden=\"true\">")
        .put(shape);
    html.put("</span> ").text(severity).put("</span>");
}

fn accepted(html: &mut Html, evidence: &Evidence) {
    html.put("<h3 id=\"accepted\" tabindex=\"-1\">Accepted risks</h3>\n");
    let accepted = || {
        evidence
            .findings
            .iter()
            .enumerate()
            .filter_map(|(at, one)| Some((at, one, one.accepted.as_ref()?)))
    };
    if accepted().next().is_none() {
        html.put("<p>Governance has accepted no finding.</p>\n");
        return;
    }
    html.table(
        "",
        "Findings that governance has accepted",
        &["Finding", "About", "Until", "In effect since entry", "Why"],
        accepted().count(),
    );
    for (place, finding, accepted) in accepted() {
        html.put("<tr><td>")
            .open("a", &[("href", &format!("#f{place}"))]);
        html.text(&finding.rule)
            .put(" ")
            .shown(place + 1)
            .put("</a></td><td>");
        html.element("bdi", &[], &finding.about).put("</td><td>");
        html.shown(accepted.until).put("</td><td class=\"number\">");
        let here = evidence
            .statements
            .iter()
            .any(|line| line.seq == accepted.since);
        if here {
            names::link(html, accepted.since);
        } else {
            html.shown(accepted.since);
        }
        html.put("</td><td>");
        html.element("bdi", &[], accepted.why.as_deref().unwrap_or("withheld"));
        html.put("</td></tr>\n");
    }
    html.end_table();
}

fn rules(html: &mut Html, evidence: &Evidence) {
    let rules = &evidence.rules;
    html.put("<h3>Rules that found nothing</h3>\n<p>");
    html.text(&count(
        length(rules.passed.len()),
        "rule was held to something and found nothing",
        "rules were held to something and found nothing",
    ));
    html.put(": ");
    for (place, rule) in rules.passed.iter().enumerate() {
        html.put(if place > 0 { " " } else { "" })
            .element("code", &[], rule);
    }
    html.put(if rules.passed.is_empty() { "none" } else { "" })
        .put(".</p>\n");
    html.put("<h3>Rules that say nothing</h3>\n");
    if rules.not_applicable.is_empty() {
        html.put("<p>Every rule had something to be held to.</p>\n");
        return;
    }
    html.table(
        "",
        "Rules without a verdict, and why",
        &["Rule", "Why", "Of how many things"],
        rules.not_applicable.len(),
    );
    for one in &rules.not_applicable {
        html.put("<tr><th scope=\"row\"><code>")
            .text(&one.rule)
            .put("</code></th><td>");
        html.element("bdi", &[], &one.reason)
            .put("</td><td class=\"number\">")
            .shown(one.count)
            .put("</td></tr>\n");
    }
    html.end_table();
}
