//! Progress bars where work is long.

use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;

/// A bar that says what is done and how long it will take; hidden where nobody looks.
pub fn bar(context: &Context, doing: &str, things: &str) -> ProgressBar {
    if context.global.json || context.global.quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let template = format!("{doing} {{bar:40}} {{pos}}/{{len}} {things}, {{eta}} to go");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
