//! `index.html` of an evidence bundle: one file that loads nothing, reads without JavaScript, and checks itself
//! where there is JavaScript (docs/formats.md, section 18). A pure function of the bundle.
//!
//! | file | what of the page |
//! |---|---|
//! | `about.rs` | what the bundle is, and the box for the verdict |
//! | `missing.rs` | what is not there |
//! | `completeness.rs` | what complete means, what the log was held against, populations |
//! | `timeline.rs`, `custody.rs` | pictures, each with its table |
//! | `controls.rs`, `findings.rs` | frameworks; findings, accepted risks, rules |
//! | `tables.rs`, `statements.rs` | everything else, row by row |
//! | `rows.rs` | which entries a row is made of |
//! | `view.js` | sorting, filtering, unfolding |
//! | `data.rs`, `sha256.js`, `check.js` | the self-check, and what it reads |
//! | `page.css` | the looks |
//!
//! A quarter has 5,000 entries, and a browser's time goes by elements: what is folded is in `noscript`, which a
//! browser with JavaScript keeps as one text until it is unfolded, and what is far off the screen is not laid out.

mod about;
mod completeness;
mod controls;
mod custody;
mod data;
mod findings;
mod html;
mod json;
mod missing;
mod names;
mod rows;
mod statements;
mod tables;
mod timeline;
mod withheld;

use data_encoding::BASE64;

use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::exchange::evidence::bundle::Bundle;

use html::Html;
use names::Names;
use rows::Rows;

const STYLE: &str = include_str!("page.css");
const VIEW: &str = include_str!("view.js");
const SHA256: &str = include_str!("sha256.js");
const CHECK: &str = include_str!("check.js");

/// The page's parts: address, title.
const PARTS: [(&str, &str); 12] = [
    ("missing", "What is missing"),
    ("about", "About this bundle"),
    ("completeness", "What complete means"),
    ("timeline", "Timeline"),
    ("custody", "Custody map"),
    ("controls", "Controls"),
    ("findings", "Findings"),
    ("accesses", "Accesses"),
    ("releases", "Releases"),
    ("drills", "Drills"),
    ("ceremonies", "Ceremonies and reviews"),
    ("statements", "Statements"),
];

/// The whole page.
///
/// # Errors
/// Failed, code `internal`, where the bundle can't be written as JSON; verification, code `bad-envelope`, where an
/// envelope is not text.
pub fn page(bundle: &Bundle) -> Result<String> {
    let names = Names::new(&bundle.evidence);
    let rows = Rows::new(bundle);
    let mut html = Html::new();
    head(&mut html, bundle);
    html.put("<body>\n<a class=\"skip\" href=\"#page\">Skip to the evidence</a>\n");
    contents(&mut html);
    html.put("<main id=\"page\" tabindex=\"-1\">\n");
    about::title_and_verdict(&mut html, &bundle.evidence);
    missing::write(&mut html, bundle, &names);
    about::write(&mut html, bundle, &names);
    completeness::write(&mut html, &bundle.evidence, &names);
    timeline::write(&mut html, &bundle.evidence);
    custody::write(&mut html, &bundle.evidence, &names);
    controls::write(&mut html, &bundle.evidence);
    findings::write(&mut html, &bundle.evidence, &names);
    tables::write(&mut html, &bundle.evidence, &names, &rows);
    statements::write(&mut html, bundle, &names, &rows);
    html.put("</main>\n");
    // The page is in use before what the self-check reads is there.
    script(&mut html, VIEW);
    data::write(&mut html, bundle)?;
    script(&mut html, SHA256);
    script(&mut html, CHECK);
    html.put("</body>\n</html>\n");
    Ok(html.finish())
}

/// What the page may run and show is said by digest: nothing else, and nothing from elsewhere.
fn head(html: &mut Html, bundle: &Bundle) {
    let source = |text: &str| format!("'sha256-{}'", BASE64.encode(&Digest::of(text.as_bytes()).0));
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; form-action 'none'; base-uri 'none'",
        [VIEW, SHA256, CHECK].map(source).join(" "),
        source(STYLE)
    );
    html.put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.open(
        "meta",
        &[
            ("http-equiv", "Content-Security-Policy"),
            ("content", &policy),
        ],
    );
    html.put("\n");
    html.put("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.put("<meta name=\"referrer\" content=\"no-referrer\">\n");
    html.put("<link rel=\"icon\" href=\"data:,\">\n");
    let evidence = &bundle.evidence;
    html.put("<title>").text(&about::title(evidence));
    html.put(", ").shown(evidence.query.from).put(" to ");
    html.shown(evidence.query.to).put("</title>\n");
    html.put("<style>").put(STYLE).put("</style>\n</head>\n");
}

fn script(html: &mut Html, script: &'static str) {
    html.put("<script>").put(script).put("</script>\n");
}

fn contents(html: &mut Html) {
    html.put("<nav class=\"contents\" aria-label=\"Contents\"><p>Contents</p><ol>");
    for (id, title) in PARTS {
        html.put("<li><a href=\"#").put(id).put("\">").put(title);
        html.put("</a></li>");
    }
    html.put("</ol></nav>\n");
}

/// A part's beginning: its heading carries the address that the contents point to.
fn part(html: &mut Html, id: &'static str) {
    let title = PARTS
        .iter()
        .find(|(part, _)| *part == id)
        .map_or("", |(_, title)| title);
    html.put("<section aria-labelledby=\"")
        .put(id)
        .put("\">\n<h2 id=\"");
    html.put(id)
        .put("\" tabindex=\"-1\">")
        .put(title)
        .put("</h2>\n");
}

fn end_part(html: &mut Html) {
    html.put("</section>\n");
}
