//! What the bundle is: the title, the verdict's box, the facts of the export, and the keys to be compared.

use super::html::Html;
use super::names::{self, Names, count, grouped};
use super::{end_part, part};
use crate::exchange::evidence::bundle::Bundle;
use crate::exchange::evidence::model::Evidence;
use crate::exchange::evidence::trust::{Trust, TrustedKey};

/// The page's title.
#[must_use]
pub fn title(evidence: &Evidence) -> String {
    match &evidence.ledger.name {
        Some(name) => format!("Custody evidence: {name}"),
        None => format!(
            "Custody evidence: ledger {}",
            evidence.ledger.id.to_hex().get(..8).unwrap_or("")
        ),
    }
}

/// What the page begins with.
pub fn title_and_verdict(html: &mut Html, evidence: &Evidence) {
    html.put("<header class=\"title\">\n<p class=\"kind\">Evidence bundle \u{b7} Rootkeep custody ledger</p>\n<h1>");
    html.element("bdi", &[], &title(evidence)).put("</h1>\n");
    html.put("<p class=\"period\">").shown(evidence.query.from);
    html.put(" to ").shown(evidence.query.to).put(" \u{b7} ");
    html.text(&count(
        names::length(evidence.statements.len()),
        "entry of the log",
        "entries of the log",
    ));
    html.put("</p>\n</header>\n");
    verdict(html);
}

/// The whole part.
pub fn write(html: &mut Html, bundle: &Bundle, names: &Names<'_>) {
    part(html, "about");
    facts(html, bundle, names);
    keys(html, &bundle.trust, names);
    end_part(html);
}

fn verdict(html: &mut Html) {
    html.put(
        "<section id=\"verdict\" class=\"verdict\" aria-labelledby=\"verdict-title\">\n\
         <h2 id=\"verdict-title\">Self-check</h2>\n\
         <p id=\"verdict-status\" role=\"status\">Not checked yet: this page checks itself in a browser with JavaScript.</p>\n\
         <div id=\"verdict-details\"></div>\n\
         <div class=\"limits\">\n<p>What no page can check about itself:</p>\n<ul>\n\
         <li><strong>Whose keys these are.</strong> The signatures are held against keys that came with this bundle. \
         Compare the <a href=\"#keys\">fingerprints</a> with ones that you got from the custodians themselves.</li>\n\
         <li><strong>That this is the page that was exported.</strong> Whoever can change this file can change its check. \
         <code>SHA256SUMS</code> and its signature cover this file; <code>VERIFY.md</code> has the commands, with tools that are not ours.</li>\n\
         <li><strong>The exporter\u{2019}s words.</strong> Summaries, findings, controls and the custody map were worked out \
         by the exporter\u{2019}s program. The signed statements under them are what was checked.</li>\n\
         </ul>\n</div>\n</section>\n",
    );
}

fn facts(html: &mut Html, bundle: &Bundle, names: &Names<'_>) {
    let evidence = &bundle.evidence;
    html.put("<dl class=\"facts\">\n<dt>Ledger</dt><dd>");
    if let Some(name) = &evidence.ledger.name {
        html.element("bdi", &[], name).put("<br>");
    }
    html.put("<code>")
        .shown(evidence.ledger.id)
        .put("</code><br>Governed by ");
    html.shown(evidence.ledger.threshold).put(" of ");
    html.shown(evidence.ledger.governors)
        .put("</dd>\n<dt>Period</dt><dd>");
    html.shown(evidence.query.from).put(" to ");
    html.shown(evidence.query.to);
    html.put(", both included. All times on this page are UTC.</dd>\n<dt>Asked for</dt><dd>");
    query(html, evidence);
    html.put("</dd>\n<dt>In this bundle</dt><dd>");
    range(html, evidence);
    html.put("</dd>\n<dt>As of</dt><dd>");
    names::time(html, evidence.as_of);
    html.put(", the last entry of the checkpoint</dd>\n<dt>Checkpoint</dt><dd>");
    html.text(&count(evidence.checkpoint.size, "entry", "entries"));
    html.put(", root <code>")
        .shown(evidence.checkpoint.root)
        .put("</code><br>");
    cosigned(html, evidence, names);
    html.put("</dd>\n<dt>Continues</dt><dd>");
    match &evidence.previous {
        Some(previous) => {
            html.put("the bundle before, made at ");
            html.text(&count(previous.size, "entry", "entries"));
            html.put(", root <code>")
                .shown(previous.root)
                .put("</code>");
        }
        None => {
            html.put("no bundle before this one");
        }
    }
    html.put("</dd>\n<dt>Exported by</dt><dd>");
    names.put(html, &evidence.exporter);
    html.put(", with ")
        .text(&evidence.program)
        .put("</dd>\n</dl>\n");
}

fn query(html: &mut Html, evidence: &Evidence) {
    let query = &evidence.query;
    if query.scope.is_empty() {
        html.put("Statements of every kind");
    } else {
        html.put("Statements of these kinds: ");
        names::texts(html, &query.scope);
    }
    if !query.withheld.is_empty() {
        html.put("; without the contents of ");
        names::texts(html, &query.withheld);
    }
    html.put(if query.redacted {
        "; without names and other personal parts"
    } else {
        "; with personal parts"
    });
}

fn range(html: &mut Html, evidence: &Evidence) {
    let range = evidence.range;
    match range.end.checked_sub(1).filter(|last| *last >= range.first) {
        Some(last) => {
            html.put("Every entry from ");
            names::link(html, range.first);
            html.put(" to ");
            names::link(html, last);
            html.put(": ").text(&grouped(range.disclosed));
            html.put(" disclosed, ").text(&grouped(range.headers));
            html.put(" as signed headers alone");
        }
        None => {
            html.put("No entry: nothing was recorded in the period");
        }
    }
}

fn cosigned(html: &mut Html, evidence: &Evidence, names: &Names<'_>) {
    if evidence.checkpoint.cosigned.is_empty() {
        html.put("Cosigned by nobody");
        return;
    }
    html.put("Cosigned by ");
    for (place, one) in evidence.checkpoint.cosigned.iter().enumerate() {
        if place > 0 {
            html.put(", ");
        }
        names.put(html, &one.custodian);
        html.put(" (");
        names::time(html, one.at);
        html.put(")");
    }
}

fn keys(html: &mut Html, trust: &Trust, names: &Names<'_>) {
    html.put(
        "<h3 id=\"keys\" tabindex=\"-1\">Fingerprints to compare</h3>\n\
         <p>Ask each custodian for the fingerprint of the key that signs for them, by a way that does not lead through the exporter. \
         <code>ssh-keygen -l</code> shows it in this form.</p>\n",
    );
    html.table(
        "keys titled",
        "Keys that signatures are held against",
        &[
            "Custodian",
            "Fingerprint",
            "Counts from entry",
            "until",
            "Distrusted from",
        ],
        trust.custodians.len(),
    );
    for key in &trust.custodians {
        key_row(html, key, names);
    }
    html.end_table();
}

fn key_row(html: &mut Html, key: &TrustedKey, names: &Names<'_>) {
    html.put("<tr><th scope=\"row\">");
    names.put(html, &key.id);
    html.put("</th><td><code>")
        .text(&key.fingerprint)
        .put("</code></td>");
    for index in [key.from, key.until, key.distrusted] {
        html.put("<td class=\"number\">");
        names::number(html, index);
        html.put("</td>");
    }
    html.put("</tr>\n");
}
