//! `print inventory`: what is registered in one location.

use chrono_tz::Tz;
use clap::Args;
use serde_json::json;

use super::imprint::Foot;
use super::onto::{Onto, not_drawn, notices};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::{item, location, when};
use crate::error::Result;
use crate::ledger::{People, Session};
use crate::present::custody;
use crate::present::print::inventory::{self, Inventory, Item, Sealed};
use crate::state::places::{ItemRecord, LocationRecord, Place};
use crate::state::records::list;

/// What a printer's queue shows of it.
const TITLE: &str = "Inventory of a location";

/// `print inventory`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep print inventory london-a --out inventory.pdf\n  rootkeep print inventory london-a --to-printer=office"
)]
pub struct PrintInventory {
    /// The location
    location: String,
    #[command(flatten)]
    onto: Onto,
}

/// The texts of a row.
struct Row {
    id: String,
    serves: String,
    bag: Option<String>,
    sealed: Option<(String, String, Option<String>)>,
    state: String,
}

pub fn run(context: &Context, command: &PrintInventory) -> Result<Done> {
    let target = command.onto.target()?;
    let session = context.open()?;
    let people = session.people()?;
    let place = location::find(&session, &command.location)?;
    let zone = location::zone(&place);
    let known = belonging(&session, &place)?;
    let rows = known
        .iter()
        .map(|item| row(&session, &people, item, zone))
        .collect::<Result<Vec<Row>>>()?;
    let items: Vec<Item<'_>> = known
        .iter()
        .zip(&rows)
        .map(|(record, row)| Item {
            id: &row.id,
            kind: custody::item_kind(record.facts.kind),
            serves: &row.serves,
            bag: row.bag.as_deref(),
            sealed: row.sealed.as_ref().map(|(at, by, witness)| Sealed {
                at,
                by,
                witness: witness.as_deref(),
            }),
            state: &row.state,
        })
        .collect();
    let facts = &place.facts;
    let access = people.names(&facts.access);
    let as_of = format!("as registered on {}", when::clock(session.now()?, zone));
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    let listed = Inventory {
        location: facts.location.as_str(),
        facts: &[
            ("kind", custody::location_kind(facts.kind)),
            ("site", facts.site.as_str()),
            ("time zone", &facts.timezone),
            ("combination or key", &access),
            ("two needed", yes(facts.dual_control)),
        ],
        as_of: &as_of,
        items: &items,
    };
    let foot = Foot::new(&session)?;
    let paper = command.onto.paper();
    let printed = inventory::draw(&listed, &foot.imprint(), paper).map_err(not_drawn)?;
    target.deliver(TITLE, paper, &printed)?;
    let warnings = notices(&printed);
    for warning in &warnings {
        context.warn(warning);
    }
    if context.global.json {
        let ids: Vec<&String> = rows.iter().map(|row| &row.id).collect();
        let fields = json!({
            "location": facts.location, "items": ids,
            "pages": printed.pages, "warnings": warnings,
        });
        output::object("print.inventory", output::merge(fields, target.fields()))?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "inventory of {}, {} {}: {}\n",
        facts.location,
        rows.len(),
        if rows.len() == 1 { "item" } else { "items" },
        target.done()
    )))?;
    Ok(Done::Yes)
}

/// What is in a location, and what was taken out of it and not put back; by name.
fn belonging(session: &Session, location: &LocationRecord) -> Result<Vec<ItemRecord>> {
    let own = &location.facts.location;
    let mut items: Vec<ItemRecord> = list::<ItemRecord>(&session.view(), "")?
        .into_iter()
        .map(|(_, item)| item)
        .filter(|item| match &item.place {
            Place::At(at) => at == own,
            Place::Out { from, .. } => from == own,
            Place::Destroyed => false,
        })
        .collect();
    items.sort_by(|one, other| one.facts.item.cmp(&other.facts.item));
    Ok(items)
}

fn row(session: &Session, people: &People, item: &ItemRecord, zone: Tz) -> Result<Row> {
    let facts = &item.facts;
    let mut serves = item::serves(session, item)?;
    if let Some(copy) = facts.copy {
        serves.push_str(&format!(", copy {copy}"));
    }
    if let Some(expires) = facts.battery_expires {
        let comma = if serves.is_empty() { "" } else { ", " };
        serves.push_str(&format!("{comma}battery to be replaced by {expires}"));
    }
    let mut state = match &item.place {
        Place::Out { since, .. } => format!("out since {}", when::clock(*since, zone)),
        Place::At(_) | Place::Destroyed => "here".to_owned(),
    };
    if item.broken {
        state.push_str(", seal broken");
    }
    let sealed = facts.sealed_by.as_ref().map(|by| {
        (
            facts
                .sealed_at
                .map_or_else(String::new, |at| when::clock(at, zone)),
            people.name(by),
            facts.witness.as_ref().map(|id| people.name(id)),
        )
    });
    Ok(Row {
        id: facts.item.to_string(),
        serves,
        bag: facts.bag.as_ref().map(ToString::to_string),
        sealed,
        state,
    })
}
