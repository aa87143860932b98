//! `location …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::asked::Asked;
use super::context::Context;
use super::item;
use super::location_map;
use super::out_items;
use super::output::{self, Done};
use super::table_import::{self, Rows, Standing, TableFile};
use super::when;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::exchange::table::{CsvTable, Row};
use crate::ledger::{People, Session};
use crate::present::custody;
use crate::state::places::{AccessRecord, LocationRecord};
use crate::state::records::{list as records, read};
use crate::state::rules::leaf_key;
use crate::statement::Claim;
use crate::statement::register::{
    Location, LocationKind, LocationPersonal, Remark, RetireLocation,
};
use crate::statement::text::{Name, Text};

/// How many accesses of a location `show` shows.
const SHOWN: usize = 10;

/// `location …`.
#[derive(Debug, Subcommand)]
pub enum LocationCommand {
    /// Register a location
    Add(AddLocation),
    /// Change what the register has of a location
    Set(SetLocation),
    /// End the use of a location, once nothing is in it
    #[command(
        after_help = "Examples:\n  rootkeep location retire london-a --reason \"The office closes\""
    )]
    Retire {
        /// Its name
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Every location
    #[command(after_help = "Examples:\n  rootkeep location list")]
    List,
    /// One location: who reaches it, what is in it, its last accesses
    #[command(after_help = "Examples:\n  rootkeep location show london-a")]
    Show {
        /// Its name
        id: String,
    },
    /// Draw who reaches what: sites on their time zones, locations, what is in them, people
    #[command(
        after_help = "Examples:\n  rootkeep location map --out map.svg\n  rootkeep location map --out map.html"
    )]
    Map {
        /// Into a new file that only you can read: FILE.svg, or FILE.html for a page with it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Take locations over from a table
    ///
    /// Its columns: id, kind, site, timezone, access, dual_control, depends_on_aws, description.
    #[command(after_help = "Examples:\n  rootkeep location import locations.csv --preview")]
    Import(TableFile),
}

/// What a location is, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindArg {
    /// A safe
    Safe,
    /// A box at a bank
    BankBox,
    /// A lockable cabinet or drawer
    Cabinet,
    /// A room that only some can enter
    Room,
    /// Somewhere else
    Other,
}

impl KindArg {
    fn kind(self) -> LocationKind {
        match self {
            Self::Safe => LocationKind::Safe,
            Self::BankBox => LocationKind::BankBox,
            Self::Cabinet => LocationKind::Cabinet,
            Self::Room => LocationKind::Room,
            Self::Other => LocationKind::Other,
        }
    }
}

/// `location add`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep location add london-a --kind safe --site london --timezone Europe/London --access bob"
)]
pub struct AddLocation {
    /// Its name, for good: small letters, digits and hyphens
    id: String,
    /// What it is
    #[arg(long)]
    kind: KindArg,
    /// The building, or whatever else falls together
    #[arg(long, value_name = "NAME")]
    site: String,
    /// IANA name of its time zone
    #[arg(long, value_name = "TZ")]
    timezone: String,
    /// Who has its combination or key (repeatable)
    #[arg(long, required = true, value_name = "NAME")]
    access: Vec<String>,
    /// Two of them are needed to open it
    #[arg(long)]
    dual_control: bool,
    /// Reaching it needs something that AWS hosts, such as the building's door system
    #[arg(long)]
    depends_on_aws: bool,
    /// How to find it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

/// `location set`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep location set london-a --access alice --access bob\n  rootkeep location set london-a --dual-control true"
)]
pub struct SetLocation {
    /// Its name
    id: String,
    /// What it is
    #[arg(long)]
    kind: Option<KindArg>,
    /// The building, or whatever else falls together
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// IANA name of its time zone
    #[arg(long, value_name = "TZ")]
    timezone: Option<String>,
    /// Who has its combination or key from now on, all of them (repeatable)
    #[arg(long, value_name = "NAME")]
    access: Vec<String>,
    /// Whether two of them are needed to open it
    #[arg(long, value_name = "BOOL")]
    dual_control: Option<bool>,
    /// Whether reaching it needs something that AWS hosts
    #[arg(long, value_name = "BOOL")]
    depends_on_aws: Option<bool>,
    /// How to find it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

pub fn run(context: &Context, command: LocationCommand) -> Result<Done> {
    match command {
        LocationCommand::Add(add) => self::add(context, &add),
        LocationCommand::Set(set) => self::set(context, &set),
        LocationCommand::Retire { id, reason } => retire(context, &id, reason.as_ref()),
        LocationCommand::List => list(context),
        LocationCommand::Show { id } => show(context, &id),
        LocationCommand::Map { out } => location_map::run(context, &out),
        LocationCommand::Import(file) => table_import::run::<Locations>(context, &file),
    }
}

/// Custodians by name, in the order that statements have them.
pub fn custodians(people: &People, names: &[String]) -> Result<Vec<Id>> {
    let mut ids = names
        .iter()
        .map(|name| people.find(name))
        .collect::<Result<Vec<Id>>>()?;
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// A location by name.
pub fn find(session: &Session, name: &str) -> Result<LocationRecord> {
    let name = Name::new(name)?;
    LocationRecord::load(&session.view(), &name)?.ok_or_else(|| {
        Error::not_found("no-location", format!("there is no location `{name}`"))
            .hint("rootkeep location list")
    })
}

/// The time zone of a location.
pub fn zone(location: &LocationRecord) -> chrono_tz::Tz {
    location.facts.timezone.parse().unwrap_or(chrono_tz::UTC)
}

fn add(context: &Context, command: &AddLocation) -> Result<Done> {
    let location = Name::new(&*command.id)?;
    let site = Name::new(&*command.site)?;
    let description = command.description.clone().map(Text::new).transpose()?;
    let session = context.open_to_act()?;
    if LocationRecord::load(&session.view(), &location)?.is_some() {
        return Err(Error::refused(
            "location-known",
            format!("there is a location `{location}`, or there was"),
        )
        .hint(format!("to change it: rootkeep location set {location}")));
    }
    let set = Location {
        kind: command.kind.kind(),
        site,
        timezone: command.timezone.clone(),
        access: custodians(&session.people()?, &command.access)?,
        dual_control: command.dual_control,
        depends_on_aws: command.depends_on_aws,
        location,
    };
    enter(context, session, set, description)
}

fn set(context: &Context, command: &SetLocation) -> Result<Done> {
    let site = command.site.as_deref().map(Name::new).transpose()?;
    let description = command.description.clone().map(Text::new).transpose()?;
    let session = context.open_to_act()?;
    let before = find(&session, &command.id)?;
    let mut facts = before.facts;
    if let Some(kind) = command.kind {
        facts.kind = kind.kind();
    }
    facts.site = site.unwrap_or(facts.site);
    facts.timezone = command.timezone.clone().unwrap_or(facts.timezone);
    if !command.access.is_empty() {
        facts.access = custodians(&session.people()?, &command.access)?;
    }
    facts.dual_control = command.dual_control.unwrap_or(facts.dual_control);
    facts.depends_on_aws = command.depends_on_aws.unwrap_or(facts.depends_on_aws);
    let description = description.or(before.personal.and_then(|personal| personal.description));
    enter(context, session, facts, description)
}

fn enter(
    context: &Context,
    mut session: Session,
    facts: Location,
    description: Option<Text>,
) -> Result<Done> {
    let name = facts.location.clone();
    if facts.dual_control && facts.access.len() < 2 {
        context.warn(&format!(
            "two people are needed to open {name}, and fewer have access to it"
        ));
    }
    let claim = Claim::LocationSet(facts, Some(LocationPersonal { description }));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("registered {name}");
    context.report(session, &entered, &headline, json!({"location": name}))
}

fn retire(context: &Context, id: &str, reason: Option<&String>) -> Result<Done> {
    let terminal = &context.terminal;
    let reason = Asked::new(terminal, reason, "Why", "--reason TEXT")?;
    let mut session = context.open_to_act()?;
    let location = find(&session, id)?.facts.location;
    let note = reason.text(terminal)?;
    let claim = Claim::LocationRetire(
        RetireLocation {
            location: location.clone(),
        },
        Some(Remark { note }),
    );
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("{location} is used no more");
    context.report(session, &entered, &headline, json!({"location": location}))
}

fn standing(record: &LocationRecord) -> &'static str {
    match (record.retired, &record.open) {
        (true, _) => "retired",
        (false, Some(_)) => "OPEN",
        (false, None) => "closed",
    }
}

fn fields(record: &LocationRecord, people: &People) -> Value {
    let facts = &record.facts;
    let description = record.personal.as_ref();
    json!({
        "id": facts.location, "kind": facts.kind, "site": facts.site, "timezone": facts.timezone,
        "access": facts.access.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
        "dual_control": facts.dual_control, "depends_on_aws": facts.depends_on_aws,
        "description": description.and_then(|personal| personal.description.as_ref()),
        "state": standing(record), "accesses": record.accesses, "counter": record.counter,
    })
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let all = records::<LocationRecord>(&session.view(), "")?;
    if context.global.json {
        let all: Vec<Value> = all
            .iter()
            .map(|(_, record)| fields(record, &people))
            .collect();
        output::object("location.list", json!({"locations": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(name, record)| {
            let facts = &record.facts;
            let dual = if facts.dual_control {
                ", two needed"
            } else {
                ""
            };
            vec![
                name.clone(),
                facts.kind.as_str().to_owned(),
                facts.site.to_string(),
                facts.timezone.clone(),
                output::plain(&format!("{}{dual}", people.names(&facts.access))),
                standing(record).to_owned(),
            ]
        })
        .collect();
    output::data(&output::table(
        &["LOCATION", "KIND", "SITE", "TIME ZONE", "ACCESS", "STATE"],
        &rows,
    ))?;
    Ok(Done::Yes)
}

/// The newest accesses of a location, the newest first.
pub fn newest(
    session: &Session,
    location: &LocationRecord,
    limit: usize,
) -> Result<Vec<AccessRecord>> {
    let view = session.view();
    let (mut next, mut found) = (location.last, Vec::new());
    while let Some(leaf) = next.filter(|_| found.len() < limit) {
        let access = read::<AccessRecord>(&view, &leaf_key(&leaf))?
            .ok_or_else(|| Error::verification("bad-state", "an access has no record"))?;
        next = access.previous;
        found.push(access);
    }
    Ok(found)
}

fn show(context: &Context, id: &str) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let record = find(&session, id)?;
    let name = record.facts.location.clone();
    let items = item::there(&session, &record)?;
    let out = out_items::of(&session, &record)?;
    let accesses = newest(&session, &record, SHOWN)?;
    if context.global.json {
        let more = json!({
            "items": items.iter().map(|item| &item.facts.item).collect::<Vec<_>>(),
            "out": out.iter().map(|out| json!({"item": out.item, "since": out.since})).collect::<Vec<_>>(),
            "last_accesses": accesses.iter().map(|access| json!({
                "seq": access.index, "opened_at": access.opened.opened_at,
                "closed_at": access.happened.closed_at, "by": people.name(&access.author),
                "witness": people.name(&access.witness),
                "findings": access.findings.iter().map(|finding| custody::finding(finding, &people)).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        });
        output::object("location", output::merge(fields(&record, &people), more))?;
        return Ok(Done::Yes);
    }
    let (facts, zone) = (&record.facts, zone(&record));
    let mut text = format!(
        "{name}  ({})\n  kind       {}\n  site       {}\n  time zone  {}\n  access     {}{}\n",
        standing(&record),
        facts.kind.as_str(),
        facts.site,
        facts.timezone,
        people.names(&facts.access),
        if facts.dual_control {
            " (two needed)"
        } else {
            ""
        },
    );
    if facts.depends_on_aws {
        text.push_str("  reaching it depends on AWS\n");
    }
    if let Some(description) = record.personal.and_then(|personal| personal.description) {
        let description = output::one_line(description.as_str());
        text.push_str(&format!("  where      {description}\n"));
    }
    if let Some(counter) = record.counter {
        text.push_str(&format!("  counter    {counter}\n"));
    }
    if let Some(open) = &record.open {
        text.push_str(&format!(
            "  OPEN       since {} by {}, witness {}; to close it: safe close {name}\n",
            when::clock(open.opened.opened_at, zone),
            people.name(&open.author),
            people.name(&open.opened.witness)
        ));
    }
    for item in &items {
        let bag = item.facts.bag.as_ref().map_or("-", Text::as_str);
        let bag = output::one_line(bag);
        let broken = if item.broken { ", SEAL BROKEN" } else { "" };
        text.push_str(&format!(
            "  item       {} ({}), bag {bag}{broken}\n",
            item.facts.item,
            item.facts.kind.as_str()
        ));
    }
    for out in &out {
        text.push_str(&format!(
            "  OUT        {} since {}\n",
            out.item,
            when::clock(out.since, zone)
        ));
    }
    for access in &accesses {
        text.push_str(&format!(
            "  access     #{} {} by {}, witness {}\n",
            access.index,
            when::clock(access.opened.opened_at, zone),
            people.name(&access.author),
            people.name(&access.witness)
        ));
        for finding in &access.findings {
            let finding = output::one_line(&custody::finding(finding, &people));
            text.push_str(&format!("             ! {finding}\n"));
        }
    }
    output::data(&output::plain(&text))?;
    Ok(Done::Yes)
}

/// Locations in a table.
struct Locations;

impl Rows for Locations {
    const SCHEMA: &'static str = "location.import";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "kind",
        "site",
        "timezone",
        "access",
        "dual_control",
        "depends_on_aws",
        "description",
    ];
    const NEEDED: &'static [&'static str] = &["id", "kind", "site", "timezone", "access"];

    fn claim(table: &CsvTable, row: &Row, session: &Session, people: &People) -> Result<Claim> {
        let kind = table_import::needed(table, row, "kind")?;
        let location = Name::new(table_import::needed(table, row, "id")?)?;
        let before = LocationRecord::load(&session.view(), &location)?;
        let timezone = table_import::needed(table, row, "timezone")?.to_owned();
        if timezone.parse::<chrono_tz::Tz>().is_err() {
            return Err(Error::usage(
                "bad-csv",
                format!("`{}` is no IANA time zone", timezone.escape_debug()),
            )
            .hint("such as Europe/London, America/New_York, Asia/Tokyo or UTC"));
        }
        // A column that the table does not have changes nothing.
        let yes = |column: &str, was: fn(&Location) -> bool| match &before {
            Some(before) if !table.has(column) => Ok(was(&before.facts)),
            _ => table_import::yes(table, row, column),
        };
        let dual_control = yes("dual_control", |was| was.dual_control)?;
        let depends_on_aws = yes("depends_on_aws", |was| was.depends_on_aws)?;
        let description = match before.and_then(|before| before.personal) {
            Some(was) if !table.has("description") => was.description,
            _ => table_import::text(table, row, "description")?,
        };
        let facts = Location {
            location,
            kind: LocationKind::parse(kind).ok_or_else(|| {
                let words: Vec<&str> = LocationKind::ALL.iter().map(|one| one.as_str()).collect();
                Error::usage(
                    "bad-csv",
                    format!("`{}` is no kind of location", kind.escape_debug()),
                )
                .hint(format!("the kinds are: {}", words.join(", ")))
            })?,
            site: Name::new(table_import::needed(table, row, "site")?)?,
            timezone,
            access: custodians(people, &table_import::several(table, row, "access"))?,
            dual_control,
            depends_on_aws,
        };
        Ok(Claim::LocationSet(
            facts,
            Some(LocationPersonal { description }),
        ))
    }

    fn standing(session: &Session, claim: &Claim) -> Result<Standing> {
        let Claim::LocationSet(facts, personal) = claim else {
            return Ok(Standing::New);
        };
        let before = LocationRecord::load(&session.view(), &facts.location)?;
        Ok(match before {
            None => Standing::New,
            Some(before) if before.facts == *facts && before.personal == *personal => {
                Standing::Same
            }
            Some(_) => Standing::Changed,
        })
    }
}
