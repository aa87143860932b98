//! Every entry: what it says in a line, who signed, and what was signed, to be unfolded.

use super::html::Html;
use super::json;
use super::names::{self, Names};
use super::rows::Rows;
use super::{end_part, part};
use crate::crypto::part::Part;
use crate::exchange::evidence::bundle::{Bundle, Enclosed, parts_name};
use crate::exchange::evidence::model::{Shown, SignedLine, StatementLine};

/// So many are laid out together, once they come near to being seen: one by one, a quarter's entries take a browser
/// three times as long.
const TOGETHER: usize = 50;

/// The whole part.
pub fn write(html: &mut Html, bundle: &Bundle, names: &Names<'_>, rows: &Rows) {
    part(html, "statements");
    html.put("<p>In the order of the log. Each is one signed statement; the line under it is the exporter\u{2019}s summary, and what was signed unfolds below that.</p>\n");
    html.put("<div id=\"statement-list\">\n");
    let mut enclosed = bundle.statements.iter().peekable();
    for together in bundle.evidence.statements.chunks(TOGETHER) {
        html.put("<ol class=\"statements\">\n");
        for line in together {
            while enclosed.next_if(|one| one.seq < line.seq).is_some() {}
            let own = enclosed.next_if(|one| one.seq == line.seq);
            statement(html, line, own, (names, rows));
        }
        html.put("</ol>\n");
    }
    html.put("</div>\n");
    end_part(html);
}

fn statement(
    html: &mut Html,
    line: &StatementLine,
    own: Option<&Enclosed>,
    (names, rows): (&Names<'_>, &Rows),
) {
    html.open(
        "li",
        &[("id", &format!("s{}", line.seq)), ("tabindex", "-1")],
    );
    html.put("<p class=\"line\"><a class=\"seq\" href=\"#s")
        .shown(line.seq)
        .put("\">");
    html.shown(line.seq)
        .put("</a><code class=\"kind\">")
        .text(&line.kind)
        .put("</code><bdi class=\"author\">");
    html.text(&names.person(&line.author)).put("</bdi>");
    names::time(html, line.made_at);
    html.put("<span class=\"shown\">")
        .put(shown(line.shown))
        .put("</span>");
    if let Some((table, row)) = rows.place(line.seq) {
        html.open("a", &[("href", &format!("#r{row}"))]);
        html.put("in ").put(table.title()).close("a");
    }
    html.put("</p><p class=\"text\">");
    html.text(line.text.as_deref().unwrap_or("what it says is withheld"))
        .put("</p>");
    others(html, line, names, rows.needed(line.seq));
    if let Some(own) = own {
        signed(html, line, own);
    }
    html.put("</li>\n");
}

fn shown(shown: Shown) -> &'static str {
    match shown {
        Shown::All => "disclosed",
        Shown::Facts => "facts only",
        Shown::Erased => "personal part erased",
        Shown::Header => "header only",
    }
}

/// What other entries say of it.
fn others(html: &mut Html, line: &StatementLine, names: &Names<'_>, needed: Option<&str>) {
    if !line.signed.is_empty() || needed.is_some() {
        html.put("<p class=\"others\">Agreed to by ");
        said(html, &line.signed, names);
        html.put(if line.signed.is_empty() {
            "nobody here"
        } else {
            ""
        });
        if let Some(needed) = needed {
            html.put("; needed: ").text(needed);
        }
        html.put("</p>");
    }
    if !line.rejected.is_empty() {
        html.put("<p class=\"others\">Refused by ");
        said(html, &line.rejected, names);
        html.put("</p>");
    }
    if !line.corrected.is_empty() {
        html.put("<p class=\"others\">Corrected by ");
        for (place, seq) in line.corrected.iter().enumerate() {
            html.put(if place > 0 { ", " } else { "" });
            names.entry(html, *seq);
        }
        html.put("</p>");
    }
    if let Some(erased) = &line.erased {
        html.put("<p class=\"others\">Personal part erased by ");
        names.put(html, &erased.by);
        html.put(" (");
        names.entry(html, erased.seq);
        html.put("): ");
        html.element(
            "bdi",
            &[],
            erased.why.as_deref().unwrap_or("why is withheld"),
        );
        html.put("</p>");
    }
}

fn said(html: &mut Html, said: &[SignedLine], names: &Names<'_>) {
    for (place, one) in said.iter().enumerate() {
        html.put(if place > 0 { ", " } else { "" });
        names.put(html, &one.custodian);
        html.put(" (");
        names.entry(html, one.seq);
        html.put(")");
    }
}

/// What was signed: `view.js` unfolds it, and `check.js` knows its form.
fn signed(html: &mut Html, line: &StatementLine, own: &Enclosed) {
    html.put("<details><summary aria-label=\"What was signed, entry ")
        .shown(line.seq);
    html.put("\">What was signed</summary><noscript>\n<dl><dt>Leaf</dt><dd><code>")
        .shown(line.leaf)
        .put("</code></dd>");
    html.put("<dt>Author</dt><dd><code>")
        .shown(line.author)
        .put("</code></dd>");
    if let Some(at) = line.happened_at {
        html.put("<dt>Happened</dt><dd>");
        names::time(html, at);
        html.put("</dd>");
    }
    html.put("</dl>\n");
    for (name, part) in [("Facts", &own.facts), ("Personal part", &own.personal)] {
        if let Some(part) = part {
            html.put("<p class=\"name\">").put(name).put("</p>");
            set_out(html, part, own.seq);
        }
    }
    html.put("</noscript></details>");
}

fn set_out(html: &mut Html, part: &Part, seq: u64) {
    let bytes = &part.bytes.0;
    let whole = bytes.len() <= json::LIMIT;
    let text = String::from_utf8_lossy(bytes.get(..json::LIMIT).unwrap_or(bytes));
    html.put("<pre tabindex=\"0\">");
    for (place, line) in json::indented(&text).split('\n').enumerate() {
        html.put(if place > 0 { "\n" } else { "" }).text(line);
    }
    html.put("</pre>");
    if !whole {
        html.put("<p>The first ")
            .shown(json::LIMIT)
            .put(" of ")
            .shown(bytes.len());
        html.put(" bytes; the whole is in the bundle under <code>")
            .text(&parts_name(seq))
            .put("</code>.</p>");
    }
    html.put("\n");
}
