//! Progress bars where work is long.

use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;
use crate::error::Result;
use crate::ledger::Progress;

/// Does work that verifies entries, under a bar.
pub fn verifying<T>(context: &Context, work: impl FnOnce(Progress<'_>) -> Result<T>) -> Result<T> {
    let bar = bar(context, "verifying", "entries");
    let done = work(&mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    Ok(done)
}

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
