//! `print form`: the record of an access by pen.

use clap::Args;
use serde_json::json;

use super::imprint::Foot;
use super::onto::{Onto, not_drawn, notices};
use crate::cli::context::Context;
use crate::cli::location;
use crate::cli::output::{self, Done};
use crate::error::Result;
use crate::present::print::form::{self, AccessForm};
use crate::statement::text::Name;

/// What a printer's queue shows of it.
const TITLE: &str = "Record of an access";

/// `print form`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep print form london-a --out form.pdf\n  rootkeep print form london-a --number P-2026-007 --to-printer"
)]
pub struct PrintForm {
    /// The location
    location: String,
    /// The form's own number
    #[arg(long, value_name = "TEXT")]
    number: Option<String>,
    #[command(flatten)]
    onto: Onto,
}

pub fn run(context: &Context, command: &PrintForm) -> Result<Done> {
    let target = command.onto.target()?;
    let session = context.open()?;
    let place = location::find(&session, &command.location)?;
    let items: Vec<&str> = place.items.iter().map(Name::as_str).collect();
    let blank = AccessForm {
        number: command.number.as_deref(),
        location: Some(place.facts.location.as_str()),
        site: Some(place.facts.site.as_str()),
        timezone: Some(&place.facts.timezone),
        items: &items,
    };
    let foot = Foot::new(&session)?;
    let paper = command.onto.paper();
    let printed = form::draw(&blank, &foot.imprint(), paper).map_err(not_drawn)?;
    target.deliver(TITLE, paper, &printed)?;
    let warnings = notices(&printed);
    for warning in &warnings {
        context.warn(warning);
    }
    let at = &place.facts.location;
    if context.global.json {
        let fields = json!({
            "location": at, "number": command.number, "items": items,
            "pages": printed.pages, "warnings": warnings,
        });
        output::object("print.form", output::merge(fields, target.fields()))?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "form for an access of {at}, {} pages: {}\n",
        printed.pages,
        target.done()
    )))?;
    context.say(&format!(
        "To enter it afterwards: rootkeep safe log {at}. It is recorded late, and counts once its witness has signed."
    ));
    Ok(Done::Yes)
}
