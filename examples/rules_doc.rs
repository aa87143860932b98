//! Prints docs/rules.md from the rules: `cargo run --example rules_doc > docs/rules.md`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let page = rootkeep::insight::rules::document::markdown();
    std::io::stdout().write_all(page.as_bytes())
}
