//! Frameworks: each control with how it stands and what supports it.

use super::html::Html;
use super::names;
use super::{end_part, part};
use crate::exchange::evidence::model::{ControlLine, ControlState, Evidence, FrameworkLine};

/// The whole part.
pub fn write(html: &mut Html, evidence: &Evidence) {
    part(html, "controls");
    if evidence.frameworks.is_empty() {
        html.put("<p>No framework was asked for.</p>\n");
    } else {
        html.put(
            "<p>The descriptions are ours, not the standards\u{2019}. A control is <em>supported</em> where entries of this bundle \
             speak for it and no finding is open against it: whether that satisfies the control is for you to judge.</p>\n",
        );
    }
    for framework in &evidence.frameworks {
        one(html, framework, evidence);
    }
    end_part(html);
}

fn one(html: &mut Html, framework: &FrameworkLine, evidence: &Evidence) {
    html.put("<h3>")
        .text(&framework.title)
        .put(" <span class=\"version\">");
    html.text(&framework.version)
        .put("</span></h3>\n<p>")
        .put(relation(&framework.relation));
    html.put("</p>\n");
    let caption = format!("Controls of {} {}", framework.title, framework.version);
    html.table(
        "controls titled",
        &caption,
        &[
            "Control",
            "What it is about",
            "How it stands",
            "Rules",
            "Findings",
            "Entries",
        ],
        framework.controls.len(),
    );
    for control in &framework.controls {
        row(html, control, evidence);
    }
    html.end_table();
}

fn relation(word: &str) -> &'static str {
    match word {
        "mapped" => "Ids are the framework\u{2019}s own; what is listed addresses them.",
        "modelled-on" => "The ids are ours, modelled on the framework.",
        "supports" => "What is listed supports these controls in part; none is met by it alone.",
        _ => "How the ids are meant is not known to this page.",
    }
}

fn row(html: &mut Html, control: &ControlLine, evidence: &Evidence) {
    html.put("<tr><th scope=\"row\">")
        .text(&control.id)
        .put("</th><td>");
    html.element("bdi", &[], &control.about).put("</td><td>");
    state(html, control.state);
    html.put("</td><td>");
    for (place, rule) in control.rules.iter().enumerate() {
        html.put(if place > 0 { " " } else { "" })
            .element("code", &[], rule);
        if evidence.rules.not_looked.contains(rule) {
            html.put(" <span class=\"none\">had nothing to look at</span>");
        }
    }
    html.put("</td><td>");
    findings(html, control, evidence);
    html.put("</td><td class=\"entries\">");
    names::entries(html, &control.statements);
    html.put("</td></tr>\n");
}

/// Findings by their numbers, those of one rule together.
fn findings(html: &mut Html, control: &ControlLine, evidence: &Evidence) {
    let mut before = None;
    for finding in &control.findings {
        let found = usize::try_from(*finding)
            .ok()
            .and_then(|at| evidence.findings.get(at));
        let rule = found.map_or("?", |found| found.rule.as_str());
        if before == Some(rule) {
            html.put(", ");
        } else {
            html.put(if before.is_some() { "; " } else { "" });
            html.element("code", &[], rule).put(" no.&nbsp;");
        }
        before = Some(rule);
        html.open("a", &[("href", &format!("#f{finding}"))])
            .shown(finding.saturating_add(1))
            .close("a");
    }
}

/// How a control stands: a shape and words, so that nothing hangs on a colour.
fn state(html: &mut Html, state: ControlState) {
    let (class, shape, words) = match state {
        ControlState::Supported => ("state good", "\u{25cf}", "supported"),
        ControlState::Findings => ("state bad", "\u{25b2}", "open findings"),
        ControlState::Accepted => ("state warn", "\u{25c6}", "accepted as risk"),
        ControlState::NotLookedAt => ("state pale", "\u{25cb}", "not looked at"),
        ControlState::NoEvidence => ("state pale", "\u{25cb}", "no evidence here"),
    };
    html.put("<span class=\"")
        .put(class)
        .put("\"><span aria-hidden=\"true\">")
        .put(shape);
    html.put("</span> ").put(words).put("</span>");
}
