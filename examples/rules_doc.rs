//! Prints docs/rules.md from the rules: `cargo run --example rules_doc > docs/rules.md`.

fn main() {
    print!("{}", rootkeep::insight::rules::document::markdown());
}
