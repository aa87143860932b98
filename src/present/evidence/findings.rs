//! What the posture rules found, what was accepted, and which rules say nothing.

use std::collections::BTreeMap;

use super::html::Html;
use super::names::{Names, count, length};
use super::{end_part, part};
use crate::exchange::evidence::model::{Evidence, FindingLine};
use crate::insight::rules;

/// The whole part.
pub fn write(html: &mut Html, evidence: &Evidence, names: &Names<'_>) {
    part(html, "findings");
    if evidence.findings.is_empty() {
        html.put("<p>The rules found nothing at the checkpoint.</p>\n");
    } else {
        found(html, &evidence.findings, names);
    }
    accepted(html, evidence, names);
    verdicts(html, evidence);
    end_part(html);
}

/// A finding, and its place in the list.
type Placed<'a> = (usize, &'a FindingLine);

/// Findings of one rule together, and of these the ones that say the same in one row.
fn found(html: &mut Html, findings: &[FindingLine], names: &Names<'_>) {
    html.table(
        "grouped titled",
        "Findings",
        &["No., about", "What was found", "Standing"],
        findings.len(),
    );
    let rules = together(findings.iter().enumerate(), |one| {
        (&one.rule, &one.severity)
    });
    for (place, rule) in rules.iter().enumerate() {
        html.put(if place > 0 { "</tbody><tbody>\n" } else { "" });
        group(html, rule);
        let alike = together(rule.iter().copied(), |one| (&one.message, &one.accepted));
        for alike in &alike {
            row(html, alike, names);
        }
    }
    html.end_table();
}

/// What is alike, in the order of the first of each kind.
fn together<'a, K: Ord>(
    findings: impl Iterator<Item = Placed<'a>>,
    key: impl Fn(&'a FindingLine) -> K,
) -> Vec<Vec<Placed<'a>>> {
    let mut groups: Vec<Vec<Placed<'a>>> = Vec::new();
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    for (place, finding) in findings {
        let at = *places.entry(key(finding)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push((place, finding)),
            None => groups.push(vec![(place, finding)]),
        }
    }
    groups
}

/// A rule's heading, with how many findings of it there are.
fn group(html: &mut Html, findings: &[Placed<'_>]) {
    let Some((_, first)) = findings.first() else {
        return;
    };
    html.put("<tr class=\"group\"><th colspan=\"3\" scope=\"rowgroup\">");
    severity(html, &first.severity);
    html.put(" <code>").text(&first.rule).put("</code> ");
    html.text(&first.title).put(" <span class=\"many\">");
    let open = findings
        .iter()
        .filter(|(_, one)| one.accepted.is_none())
        .count();
    html.text(&count(length(findings.len()), "finding", "findings"));
    if open < findings.len() {
        html.put(", ").shown(open).put(" open");
    }
    html.put("</span></th></tr>\n");
}

fn row(html: &mut Html, alike: &[Placed<'_>], names: &Names<'_>) {
    let Some((_, first)) = alike.first() else {
        return;
    };
    html.put("<tr><td>");
    for (at, (place, finding)) in alike.iter().enumerate() {
        html.put(if at > 0 { ", " } else { "" });
        html.open("span", &[("id", &format!("f{place}")), ("tabindex", "-1")]);
        html.put("<span class=\"no\">").shown(place + 1);
        html.put("</span>&nbsp;");
        names.about(html, &finding.about);
        html.put("</span>");
    }
    html.put("</td><td>")
        .text(&first.message)
        .put("</td><td class=\"when\">");
    match &first.accepted {
        Some(accepted) => html
            .put("accepted until <span class=\"day\">")
            .shown(accepted.until)
            .put("</span>"),
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

fn accepted(html: &mut Html, evidence: &Evidence, names: &Names<'_>) {
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
        "titled",
        "Findings that governance has accepted",
        &["Finding", "About", "Until", "In effect since entry", "Why"],
        accepted().count(),
    );
    for (place, finding, accepted) in accepted() {
        html.put("<tr><td>")
            .open("a", &[("href", &format!("#f{place}"))]);
        html.text(&finding.rule)
            .put(" no.&nbsp;")
            .shown(place + 1)
            .put("</a></td><td>");
        names.about(html, &finding.about);
        html.put("</td><td class=\"when\">");
        html.shown(accepted.until).put("</td><td class=\"number\">");
        names.entry(html, accepted.since);
        html.put("</td><td>");
        html.element("bdi", &[], accepted.why.as_deref().unwrap_or("withheld"));
        html.put("</td></tr>\n");
    }
    html.end_table();
}

fn verdicts(html: &mut Html, evidence: &Evidence) {
    let rules = &evidence.rules;
    html.put("<h3>Rules that found nothing</h3>\n");
    listed(
        html,
        &rules.passed,
        "rule was held to something and found nothing",
        "rules were held to something and found nothing",
    );
    if !rules.not_looked.is_empty() {
        html.put("<h3>Rules that had nothing to look at</h3>\n");
        listed(
            html,
            &rules.not_looked,
            "rule would have found nothing in any case, and supports no control",
            "rules would have found nothing in any case, and support no control",
        );
    }
    html.put("<h3>Rules that say nothing</h3>\n");
    if rules.not_applicable.is_empty() {
        html.put("<p>Every rule had something to be held to.</p>\n");
        return;
    }
    html.table(
        "titled",
        "Rules without a verdict, and why",
        &[
            "Rule",
            "What it asks for",
            "Why it says nothing",
            "Of how many things",
        ],
        rules.not_applicable.len(),
    );
    for one in &rules.not_applicable {
        html.put("<tr><th scope=\"row\"><code>")
            .text(&one.rule)
            .put("</code></th><td>")
            .put(title(&one.rule))
            .put("</td><td>");
        html.element("bdi", &[], &one.reason)
            .put("</td><td class=\"number\">")
            .shown(one.count)
            .put("</td></tr>\n");
    }
    html.end_table();
}

/// How many rules, and which.
fn listed(html: &mut Html, rules: &[String], one: &str, more: &str) {
    html.put("<p>").text(&count(length(rules.len()), one, more));
    html.put(if rules.is_empty() {
        ".</p>\n"
    } else {
        ":</p>\n<ul class=\"rules\">\n"
    });
    for rule in rules {
        html.put("<li><code>").text(rule).put("</code> ");
        html.text(title(rule)).put("</li>\n");
    }
    html.put(if rules.is_empty() { "" } else { "</ul>\n" });
}

/// What a rule asks for.
fn title(id: &str) -> &'static str {
    let named = rules::ALL.iter().find(|rule| {
        let own = rule.id();
        own.is_ok_and(|own| own.to_string() == id)
    });
    named.map_or("a rule that this version does not know", |rule| rule.title)
}
