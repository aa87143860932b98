//! `location map`: the register drawn, from the ledger as it stands.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Offset, TimeZone};
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use super::print::imprint::Foot;
use super::{custodian, fresh, location, secret, when};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::{People, Session, write_private_new};
use crate::present::custody;
use crate::present::map::{
    self, Access, By, Map, Person, Place, PlacePicture, Site, Thing, ThingPicture, ThingState,
};
use crate::state::custody::SecretRecord;
use crate::state::places::{self, ItemRecord, LocationRecord};
use crate::state::records::{list, read};
use crate::state::rules::Binding;
use crate::statement::names::Subject;
use crate::statement::register::{ItemKind, LocationKind};
use crate::statement::text::Name;
use crate::statement::{SecretKind, SecretName, Time};

/// What is drawn into which file.
#[derive(Clone, Copy)]
enum Format {
    Svg,
    Html,
}

impl Format {
    fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("html") => Ok(Self::Html),
            _ => Err(Error::usage(
                "bad-format",
                format!("{} is neither .svg nor .html", path.display()),
            )
            .hint("--out map.svg, or --out map.html for a page with it")),
        }
    }
}

/// The texts of an item.
struct Item {
    record: ItemRecord,
    serves: String,
    picture: ThingPicture,
}

/// A location, what belongs to it, and who reaches it.
struct Spot {
    record: LocationRecord,
    items: Vec<Item>,
    access: Vec<(String, By)>,
}

pub fn run(context: &Context, out: &Path) -> Result<Done> {
    let format = Format::of(out)?;
    fresh::check(out)?;
    let session = context.open()?;
    let people = session.people()?;
    let now = session.now()?;
    let spots = spots(&session, &people)?;
    let notes = notes(&people);
    let as_of = format!(
        "as registered on {}, {} entries",
        when::clock(now, chrono_tz::UTC),
        session.head()?.0
    );
    let foot = Foot::new(&session)?;
    let drawn = Map {
        ledger: foot.ledger(),
        as_of: &as_of,
        sites: sites(&spots, now),
        people: notes
            .iter()
            .map(|(name, note)| Person { name, note })
            .collect(),
    };
    let text = match format {
        Format::Svg => map::draw(&drawn),
        Format::Html => map::page(&drawn),
    };
    write_private_new(out, text.as_bytes())?;
    let items: usize = spots.iter().map(|spot| spot.items.len()).sum();
    if context.global.json {
        let fields = json!({
            "file": out, "sites": drawn.sites.len(), "locations": spots.len(),
            "items": items, "people": notes.len(),
        });
        output::object("location.map", fields)?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "map of {} locations with {items} items: {}\n",
        spots.len(),
        out.display()
    )))?;
    context.say("Treat it as confidential: it says where everything is.");
    Ok(Done::Yes)
}

/// The locations in use, in order of name.
fn spots(session: &Session, people: &People) -> Result<Vec<Spot>> {
    let view = session.view();
    let mut of_location: BTreeMap<Name, Vec<Item>> = BTreeMap::new();
    for (_, record) in list::<ItemRecord>(&view, "")? {
        let at = match &record.place {
            places::Place::At(at) | places::Place::Out { from: at, .. } => at.clone(),
            places::Place::Destroyed => continue,
        };
        let secret = match &record.facts.holds {
            Some(holds) => read::<SecretRecord>(&view, &holds.secret.to_hex())?,
            None => None,
        };
        let account = record.facts.account.as_ref();
        let serves = match &secret {
            Some(secret) => secret.name.to_string(),
            None => account.map_or_else(String::new, ToString::to_string),
        };
        let picture = picture(record.facts.kind, secret.map(|secret| secret.kind()));
        of_location.entry(at).or_default().push(Item {
            record,
            serves,
            picture,
        });
    }
    let mut spots = Vec::new();
    for (_, record) in list::<LocationRecord>(&view, "")? {
        if record.retired {
            continue;
        }
        let mut items = of_location
            .remove(&record.facts.location)
            .unwrap_or_default();
        items.sort_by(|one, other| one.record.facts.item.cmp(&other.record.facts.item));
        let access = access(session, people, &record)?;
        spots.push(Spot {
            record,
            items,
            access,
        });
    }
    Ok(spots)
}

/// Who has the combination or key, who holds a share of the sealed combination, who has seen it.
fn access(
    session: &Session,
    people: &People,
    location: &LocationRecord,
) -> Result<Vec<(String, By)>> {
    let facts = &location.facts;
    let here = |id: &Id| {
        people
            .get(id)
            .is_some_and(|(custodian, ..)| custodian.retired.is_none())
    };
    let (mut shares, mut seen) = (Vec::new(), Vec::new());
    let subject = Subject::Location(facts.location.clone());
    for (name, binding) in list::<Binding>(&session.view(), &format!("{subject}/"))? {
        let name: SecretName = name.parse()?;
        if name.subject != subject || name.kind != SecretKind::Combination {
            continue;
        }
        if let Some((_, epoch)) = secret::epochs(session, &binding.secret)?.pop() {
            shares.extend(epoch.shares.iter().map(|share| share.holder).filter(here));
            let more = epoch.knowers.into_iter().filter(here);
            seen.extend(more.filter(|id| !facts.access.contains(id)));
        }
    }
    let mut access = Vec::new();
    for (ids, by) in [
        (facts.access.clone(), By::Held),
        (shares, By::Share),
        (seen, By::Seen),
    ] {
        let mut names: Vec<String> = ids.iter().map(|id| people.name(id)).collect();
        names.sort();
        names.dedup();
        access.extend(names.into_iter().map(|name| (name, by)));
    }
    Ok(access)
}

/// Everybody in force, with time zone and roles.
fn notes(people: &People) -> Vec<(String, String)> {
    let mut notes: Vec<(String, String)> = people
        .iter()
        .filter(|(_, custodian, _)| custodian.in_force())
        .map(|(id, custodian, card)| {
            let zone = card.and_then(|card| card.timezone.clone());
            let roles = custodian::roles(custodian).join(", ");
            let note: Vec<String> = zone.into_iter().chain([roles]).collect();
            (people.name(id), note.join(" \u{b7} "))
        })
        .collect();
    notes.sort();
    notes
}

/// Locations of one site and one time zone stand together.
fn sites(spots: &[Spot], now: Time) -> Vec<Site<'_>> {
    let mut sites: BTreeMap<(&str, &str), Site<'_>> = BTreeMap::new();
    for spot in spots {
        let facts = &spot.record.facts;
        let zone = location::zone(&spot.record);
        let local = zone.from_utc_datetime(&now.to_chrono().naive_utc());
        let site = sites
            .entry((facts.site.as_str(), &facts.timezone))
            .or_insert_with(|| Site {
                name: facts.site.as_str(),
                timezone: &facts.timezone,
                offset_minutes: local.offset().fix().local_minus_utc() / 60,
                places: Vec::new(),
            });
        site.places.push(place(spot, now));
    }
    sites.into_values().collect()
}

fn place(spot: &Spot, now: Time) -> Place<'_> {
    let facts = &spot.record.facts;
    Place {
        id: facts.location.as_str(),
        kind: custody::location_kind(facts.kind),
        picture: match facts.kind {
            LocationKind::Safe => PlacePicture::Safe,
            LocationKind::BankBox => PlacePicture::Vault,
            LocationKind::Cabinet => PlacePicture::Cabinet,
            LocationKind::Room => PlacePicture::Room,
            LocationKind::Other => PlacePicture::Other,
        },
        dual_control: facts.dual_control,
        depends_on_aws: facts.depends_on_aws,
        items: spot.items.iter().map(|item| thing(item, now)).collect(),
        access: spot
            .access
            .iter()
            .map(|(person, by)| Access { person, by: *by })
            .collect(),
    }
}

fn thing(item: &Item, now: Time) -> Thing<'_> {
    let facts = &item.record.facts;
    let today = now.to_chrono().date_naive();
    let flat = facts.battery_expires.is_some_and(|date| date.0 < today);
    let state = if item.record.broken {
        ThingState::Attention("seal broken")
    } else if matches!(item.record.place, places::Place::Out { .. }) {
        ThingState::Out
    } else if flat {
        ThingState::Attention("battery")
    } else {
        ThingState::Here
    };
    Thing {
        id: facts.item.as_str(),
        kind: custody::item_kind(facts.kind),
        picture: item.picture,
        serves: &item.serves,
        state,
    }
}

/// By what it is; of paper, by what stands on it.
fn picture(kind: ItemKind, holds: Option<SecretKind>) -> ThingPicture {
    match (kind, holds) {
        (ItemKind::QrSheet, _) => ThingPicture::QrSheet,
        (ItemKind::MfaToken, _) => ThingPicture::Token,
        (ItemKind::ShareCard, _) => ThingPicture::Share,
        (ItemKind::Phone, _) => ThingPicture::Phone,
        (ItemKind::Medium, _) => ThingPicture::Stick,
        (ItemKind::Document | ItemKind::Other, Some(secret)) if secret != SecretKind::Note => {
            ThingPicture::Envelope
        }
        _ => ThingPicture::Other,
    }
}
