//! `item …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::asked::Asked;
use super::context::Context;
use super::item_photo::{self, Photo};
use super::location;
use super::out_items;
use super::output::{self, Done};
use super::table_import::{self, Rows, Standing, TableFile};
use super::when;
use crate::error::{Error, Result};
use crate::exchange::table::{CsvTable, Row};
use crate::ledger::{People, Session};
use crate::present::{custody, describe};
use crate::state::custody::SecretRecord;
use crate::state::places::{AccessRecord, ItemRecord, LocationRecord, Place};
use crate::state::records::{list as records, read};
use crate::state::rules::leaf_key;
use crate::statement::account_id::AccountId;
use crate::statement::register::{
    AddItem, AddItemPersonal, CheckItem, DestroyItem, HeldSecret, ItemKind, MoveItem, Remark,
};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;
use crate::statement::{Claim, SecretName};

/// `item …`.
#[derive(Debug, Subcommand)]
pub enum ItemCommand {
    /// Register a thing
    Add(AddItemCommand),
    /// Record that a battery was checked
    #[command(
        after_help = "Examples:\n  rootkeep item check token-1 --battery-checked 2026-11-21 --battery-expires 2028-11-01"
    )]
    Check {
        /// Its name
        id: String,
        /// When it was checked
        #[arg(long, value_name = "DATE")]
        battery_checked: String,
        /// When it is to be replaced
        #[arg(long, value_name = "DATE")]
        battery_expires: Option<String>,
    },
    /// Record where a thing is now, without an access; counts once the witness has signed
    #[command(
        after_help = "Examples:\n  rootkeep item move token-1 --location tokyo-a --witness bob --reason \"Carried there\""
    )]
    Move {
        /// Its name
        id: String,
        /// Where it is now
        #[arg(long, value_name = "NAME")]
        location: String,
        /// The bag that it is in now
        #[arg(long, value_name = "NUMBER")]
        bag: Option<String>,
        /// Who watched
        #[arg(long, value_name = "NAME")]
        witness: String,
        /// How it came there
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Record that a thing was destroyed; counts once the witness has signed
    #[command(
        after_help = "Examples:\n  rootkeep item destroy sheet-1 --witness bob --note \"Shredded, burnt\""
    )]
    Destroy {
        /// Its name
        id: String,
        /// Who watched
        #[arg(long, value_name = "NAME")]
        witness: String,
        /// How
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Attach a photograph of a thing (PNG, JPEG; at most 8 MiB) that shows no secret
    #[command(after_help = "Examples:\n  rootkeep item photo sheet-1 bag-front.jpg")]
    Photo {
        /// Its name
        id: String,
        /// The picture
        file: PathBuf,
    },
    /// Every thing
    #[command(
        after_help = "Examples:\n  rootkeep item list\n  rootkeep item list --location london-a"
    )]
    List {
        /// Only what is there
        #[arg(long, value_name = "NAME")]
        location: Option<String>,
    },
    /// One thing, with all that happened to it
    #[command(after_help = "Examples:\n  rootkeep item show sheet-1")]
    Show {
        /// Its name
        id: String,
    },
    /// Take things over from a table
    ///
    /// Its columns: id, kind, for, account, copy, location, bag, sealed_by, witness, sealed_at,
    /// battery_checked, battery_expires, label.
    #[command(after_help = "Examples:\n  rootkeep item import items.csv --preview")]
    Import(TableFile),
}

/// `item add`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep item add token-1 --kind mfa-token --account 111122223333 --location london-a\n  rootkeep item add sheet-1 --kind qr-sheet --for 111122223333/mfa-seed --location tokyo --bag A1"
)]
pub struct AddItemCommand {
    /// Its name, for good: small letters, digits and hyphens
    id: String,
    /// What it is: qr-sheet, mfa-token, identity-token, share-card, key, phone, laptop, medium, document, other
    #[arg(long)]
    kind: String,
    /// The secret whose value is on it
    #[arg(long = "for", value_name = "SECRET")]
    holds: Option<String>,
    /// The account that it serves
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Which of several copies
    #[arg(long, value_name = "N")]
    copy: Option<u32>,
    /// Where it is
    #[arg(long, value_name = "NAME")]
    location: String,
    /// The number of its tamper-evident bag
    #[arg(long, value_name = "NUMBER")]
    bag: Option<String>,
    /// Who sealed the bag
    #[arg(long, value_name = "NAME")]
    sealed_by: Option<String>,
    /// Who watched
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
    /// When: by the location's clock, or RFC 3339
    #[arg(long, value_name = "TIME")]
    sealed_at: Option<String>,
    /// When its battery was checked
    #[arg(long, value_name = "DATE")]
    battery_checked: Option<String>,
    /// When its battery is to be replaced
    #[arg(long, value_name = "DATE")]
    battery_expires: Option<String>,
    /// What is written on it
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
}

pub fn run(context: &Context, command: ItemCommand) -> Result<Done> {
    match command {
        ItemCommand::Add(add) => self::add(context, &add),
        ItemCommand::Check {
            id,
            battery_checked,
            battery_expires,
        } => check(context, &id, &battery_checked, battery_expires.as_deref()),
        ItemCommand::Move {
            id,
            location,
            bag,
            witness,
            reason,
        } => {
            let to = Destination {
                location,
                bag,
                witness,
            };
            moved(context, &id, to, reason.as_ref())
        }
        ItemCommand::Destroy { id, witness, note } => {
            destroy(context, &id, &witness, note.as_ref())
        }
        ItemCommand::Photo { id, file } => item_photo::run(context, &id, &file),
        ItemCommand::List { location } => list(context, location.as_deref()),
        ItemCommand::Show { id } => show(context, &id),
        ItemCommand::Import(file) => table_import::run::<Items>(context, &file),
    }
}

/// An item by name.
pub fn find(session: &Session, name: &str) -> Result<ItemRecord> {
    let name = Name::new(name)?;
    ItemRecord::load(&session.view(), &name)?.ok_or_else(|| {
        Error::not_found("no-item", format!("there is no item `{name}`")).hint("rootkeep item list")
    })
}

fn kind(word: &str) -> Result<ItemKind> {
    ItemKind::parse(word).ok_or_else(|| {
        let words: Vec<&str> = ItemKind::ALL.iter().map(|one| one.as_str()).collect();
        Error::usage(
            "bad-kind",
            format!("`{}` is no kind of item", word.escape_debug()),
        )
        .hint(format!("the kinds are: {}", words.join(", ")))
    })
}

impl AddItemCommand {
    fn facts(&self, session: &Session, people: &People) -> Result<AddItem> {
        let date = |text: &Option<String>| text.as_deref().map(Date::parse).transpose();
        let person =
            |name: &Option<String>| name.as_deref().map(|name| people.find(name)).transpose();
        let location = location::find(session, &self.location)?;
        let zone = location::zone(&location);
        let now = session.now()?;
        Ok(AddItem {
            item: Name::new(&*self.id)?,
            kind: kind(&self.kind)?,
            holds: self
                .holds
                .as_deref()
                .map(|secret| held(session, secret))
                .transpose()?,
            account: self.account.as_deref().map(AccountId::new).transpose()?,
            copy: self.copy,
            location: location.facts.location,
            bag: self.bag.clone().map(Text::new).transpose()?,
            sealed_by: person(&self.sealed_by)?,
            witness: person(&self.witness)?,
            sealed_at: self
                .sealed_at
                .as_deref()
                .map(|text| when::parse(text, zone, now))
                .transpose()?,
            battery_checked: date(&self.battery_checked)?,
            battery_expires: date(&self.battery_expires)?,
        })
    }
}

/// The newest epoch of a secret.
fn held(session: &Session, secret: &str) -> Result<HeldSecret> {
    let name: SecretName = secret.parse()?;
    let (secret, record) = session.find_secret(&name)?;
    Ok(HeldSecret {
        secret,
        epoch: record.epoch,
    })
}

fn add(context: &Context, command: &AddItemCommand) -> Result<Done> {
    kind(&command.kind)?;
    let label = command.label.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let facts = command.facts(&session, &session.people()?)?;
    let (item, at) = (facts.item.clone(), facts.location.clone());
    let claim = Claim::ItemAdd(facts, Some(AddItemPersonal { label }));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("registered {item} in {at}");
    context.report(session, &entered, &headline, json!({"item": item}))
}

fn check(context: &Context, id: &str, checked: &str, expires: Option<&str>) -> Result<Done> {
    let battery_checked = Date::parse(checked)?;
    let battery_expires = expires.map(Date::parse).transpose()?;
    let mut session = context.open_to_act()?;
    let item = find(&session, id)?.facts.item;
    let claim = Claim::ItemCheck(CheckItem {
        item: item.clone(),
        battery_checked,
        battery_expires,
    });
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("the battery of {item} was checked");
    context.report(session, &entered, &headline, json!({"item": item}))
}

/// Where a thing went, as typed.
struct Destination {
    location: String,
    bag: Option<String>,
    witness: String,
}

fn moved(context: &Context, id: &str, to: Destination, reason: Option<&String>) -> Result<Done> {
    let terminal = &context.terminal;
    let reason = Asked::new(terminal, reason, "How did it come there", "--reason TEXT")?;
    let bag = to.bag.map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let item = find(&session, id)?.facts.item;
    let location = location::find(&session, &to.location)?.facts.location;
    let witness = session.people()?.find(&to.witness)?;
    let note = reason.text(terminal)?;
    let headline = format!("written down that {item} is in {location}");
    let moved = MoveItem {
        item: item.clone(),
        location,
        bag,
        witness,
    };
    let claim = Claim::ItemMove(moved, Some(Remark { note }));
    let entered = session.enter(claim, Vec::new())?;
    context.report(session, &entered, &headline, json!({"item": item}))
}

fn destroy(context: &Context, id: &str, witness: &str, note: Option<&String>) -> Result<Done> {
    let terminal = &context.terminal;
    let note = Asked::new(terminal, note, "How was it destroyed", "--note TEXT")?;
    let mut session = context.open_to_act()?;
    let item = find(&session, id)?.facts.item;
    let witness = session.people()?.find(witness)?;
    let note = note.text(terminal)?;
    let destroy = DestroyItem {
        item: item.clone(),
        witness,
    };
    let claim = Claim::ItemDestroy(destroy, Some(Remark { note }));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("written down that {item} was destroyed");
    context.report(session, &entered, &headline, json!({"item": item}))
}

/// What is in a location, in order of name.
pub fn there(session: &Session, location: &LocationRecord) -> Result<Vec<ItemRecord>> {
    let view = session.view();
    let names = location.items.iter();
    names
        .map(|item| {
            ItemRecord::load(&view, item)?
                .ok_or_else(|| Error::verification("bad-state", "an item has no record"))
        })
        .collect()
}

/// Where an item is, in words.
pub fn place(item: &ItemRecord) -> String {
    match &item.place {
        Place::At(location) => location.to_string(),
        Place::Out { from, since, .. } => {
            format!("OUT of {from} since {}", describe::time(*since))
        }
        Place::Destroyed => "destroyed".to_owned(),
    }
}

/// The secret with its epoch, or the account, that an item is for.
pub fn serves(session: &Session, item: &ItemRecord) -> Result<String> {
    Ok(match (&item.facts.holds, &item.facts.account) {
        (Some(holds), _) => {
            let secret = read::<SecretRecord>(&session.view(), &holds.secret.to_hex())?;
            secret.map_or_else(String::new, |secret| {
                format!("{} epoch {}", secret.name, holds.epoch)
            })
        }
        (None, Some(account)) => account.to_string(),
        (None, None) => String::new(),
    })
}

fn fields(session: &Session, item: &ItemRecord, people: &People) -> Result<Value> {
    let facts = &item.facts;
    let (at, out) = match &item.place {
        Place::At(location) => (Some(location), None),
        Place::Out { from, since, .. } => {
            let overdue = session.now()? > out_items::until(session, *since)?;
            let out = json!({"from": from, "since": since, "overdue": overdue});
            (None, Some(out))
        }
        Place::Destroyed => (None, None),
    };
    Ok(json!({
        "id": facts.item, "kind": facts.kind, "for": serves(session, item)?, "copy": facts.copy,
        "location": at, "out": out, "destroyed": item.place == Place::Destroyed,
        "bag": facts.bag, "broken": item.broken,
        "sealed_by": facts.sealed_by.as_ref().map(|id| people.name(id)),
        "witness": facts.witness.as_ref().map(|id| people.name(id)),
        "sealed_at": facts.sealed_at, "battery_checked": facts.battery_checked,
        "battery_expires": facts.battery_expires,
        "label": item.personal.as_ref().and_then(|personal| personal.label.as_ref()),
    }))
}

fn list(context: &Context, only: Option<&str>) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let items = match only {
        Some(location) => there(&session, &location::find(&session, location)?)?,
        None => {
            let all = records::<ItemRecord>(&session.view(), "")?;
            let mut items: Vec<ItemRecord> = all.into_iter().map(|(_, item)| item).collect();
            items.sort_by(|one, other| one.facts.item.cmp(&other.facts.item));
            items
        }
    };
    if context.global.json {
        let all = items
            .iter()
            .map(|item| fields(&session, item, &people))
            .collect::<Result<Vec<Value>>>()?;
        output::object("item.list", json!({"items": all}))?;
        return Ok(Done::Yes);
    }
    let rows = items
        .iter()
        .map(|item| {
            let bag = item.facts.bag.as_ref().map_or("", Text::as_str);
            let broken = if item.broken { " BROKEN" } else { "" };
            Ok(vec![
                item.facts.item.to_string(),
                item.facts.kind.as_str().to_owned(),
                serves(&session, item)?,
                place(item),
                output::plain(&format!("{bag}{broken}")),
            ])
        })
        .collect::<Result<Vec<Vec<String>>>>()?;
    output::data(&output::table(
        &["ITEM", "KIND", "FOR", "WHERE", "BAG"],
        &rows,
    ))?;
    Ok(Done::Yes)
}

fn show(context: &Context, id: &str) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let item = find(&session, id)?;
    let mut history = Vec::new();
    for seq in &item.events {
        let statement = session.proven(*seq)?;
        let what = describe::line(&session, &statement, &people)?;
        let access = read::<AccessRecord>(&session.view(), &leaf_key(&statement.leaf()))
            .ok()
            .flatten();
        let findings: Vec<String> = access
            .iter()
            .flat_map(|access| &access.findings)
            .filter(|finding| finding.is_about(&item.facts.item))
            .map(|finding| custody::finding(finding, &people))
            .collect();
        history.push((*seq, what, findings, statement));
    }
    let photos = item_photo::of(&session, &item)?;
    if context.global.json {
        let more = json!({"photos": photos.iter().map(Photo::json).collect::<Vec<_>>(), "history": history.iter().map(|(seq, line, findings, statement)| json!({
            "seq": seq, "made_at": statement.header().made_at, "what": line,
            "findings": findings,
            "by": people.name(&statement.header().author),
        })).collect::<Vec<_>>()});
        let all = output::merge(fields(&session, &item, &people)?, more);
        output::object("item", all)?;
        return Ok(Done::Yes);
    }
    let facts = &item.facts;
    let mut text = format!("{}  ({})\n", facts.item, facts.kind.as_str());
    let mut line = |what: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text.push_str(&format!("  {what:<10} {}\n", output::one_line(&value)));
        }
    };
    line("for", Some(serves(&session, &item)?));
    line("copy", facts.copy.map(|copy| copy.to_string()));
    line("where", Some(place(&item)));
    let broken = if item.broken {
        ", the seal is broken"
    } else {
        ""
    };
    line(
        "bag",
        facts.bag.as_ref().map(|bag| format!("{bag}{broken}")),
    );
    line(
        "sealed by",
        facts.sealed_by.as_ref().map(|id| people.name(id)),
    );
    line("witness", facts.witness.as_ref().map(|id| people.name(id)));
    line("sealed at", facts.sealed_at.map(describe::time));
    line(
        "battery",
        facts.battery_checked.map(|date| format!("checked {date}")),
    );
    line(
        "",
        facts
            .battery_expires
            .map(|date| format!("to be replaced by {date}")),
    );
    let label = item.personal.as_ref();
    line(
        "label",
        label.and_then(|personal| personal.label.as_ref().map(ToString::to_string)),
    );
    for photo in &photos {
        line("photo", Some(photo.line()));
    }
    for (seq, what, findings, statement) in &history {
        let by = people.name(&statement.header().author);
        let at = describe::time(statement.header().made_at);
        let what = output::one_line(what);
        text.push_str(&format!("  #{seq} {at}  {by} {what}\n"));
        for finding in findings {
            text.push_str(&format!("      ! {}\n", output::one_line(finding)));
        }
    }
    output::data(&output::plain(&text))?;
    Ok(Done::Yes)
}

/// Items in a table.
struct Items;

impl Rows for Items {
    const SCHEMA: &'static str = "item.import";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "kind",
        "for",
        "account",
        "copy",
        "location",
        "bag",
        "sealed_by",
        "witness",
        "sealed_at",
        "battery_checked",
        "battery_expires",
        "label",
    ];
    const NEEDED: &'static [&'static str] = &["id", "kind", "location"];

    fn claim(table: &CsvTable, row: &Row, session: &Session, people: &People) -> Result<Claim> {
        let cell = |column: &str| table.cell(row, column).map(str::to_owned);
        let copy = cell("copy")
            .map(|copy| copy.parse())
            .transpose()
            .map_err(|_| Error::usage("bad-csv", "the cell under `copy` is no number"))?;
        let typed = AddItemCommand {
            id: table_import::needed(table, row, "id")?.to_owned(),
            kind: table_import::needed(table, row, "kind")?.to_owned(),
            holds: cell("for"),
            account: cell("account"),
            copy,
            location: table_import::needed(table, row, "location")?.to_owned(),
            bag: cell("bag"),
            sealed_by: cell("sealed_by"),
            witness: cell("witness"),
            sealed_at: cell("sealed_at"),
            battery_checked: cell("battery_checked"),
            battery_expires: cell("battery_expires"),
            label: cell("label"),
        };
        let label = typed.label.clone().map(Text::new).transpose()?;
        let facts = typed.facts(session, people)?;
        Ok(Claim::ItemAdd(facts, Some(AddItemPersonal { label })))
    }

    /// A table brings new things; what happened to one since is not undone by an old table.
    fn standing(session: &Session, claim: &Claim) -> Result<Standing> {
        let Claim::ItemAdd(facts, _) = claim else {
            return Ok(Standing::New);
        };
        let before = ItemRecord::load(&session.view(), &facts.item)?;
        Ok(before.map_or(Standing::New, |_| Standing::Same))
    }
}
