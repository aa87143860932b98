//! `what-if`: who is locked out when people and sites are gone, and what still opens.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::who_can::line;
use crate::error::{Error, Result};
use crate::insight::reach::estate::{Estate, Who};
use crate::insight::reach::what_if::{AccountOpens, Opens, WhatIf, what_if};
use crate::insight::reach::{self, Lost, Route};
use crate::ledger::People;
use crate::present::reach::{self as present, Names};
use crate::statement::text::Name;

/// So many of each kind are printed, unless all are asked for.
const SHOWN: usize = 12;

/// `what-if`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep what-if --without alice --without location:london-a\n  rootkeep what-if --without site:london"
)]
pub struct WhatIfCommand {
    /// A person, location:NAME or site:NAME that is gone (repeatable)
    #[arg(long, value_name = "NAME|location:ID|site:NAME", required = true)]
    without: Vec<String>,
    /// Everything, however much
    #[arg(long)]
    all: bool,
}

pub fn run(context: &Context, command: &WhatIfCommand) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let estate = reach::read(&session.view(), session.now()?)?;
    let names = Names::new(&estate, &people);
    let (lost, without) = lost(&estate, &people, &command.without)?;
    let found = what_if(&estate, &lost)?;
    let report = Report {
        estate: &estate,
        names,
        found: &found,
        without,
        most: if command.all { usize::MAX } else { SHOWN },
    };
    if context.global.json {
        output::object("what-if", report.fields())?;
    } else {
        output::data(&output::plain(&report.text()))?;
    }
    Ok(Done::Yes)
}

/// Who and what is meant, and how each is called.
fn lost(estate: &Estate, people: &People, typed: &[String]) -> Result<(Lost, Vec<String>)> {
    let mut lost = Lost::default();
    let mut called = Vec::new();
    for word in typed {
        called.push(match word.split_once(':') {
            Some(("site", site)) => {
                let site = Name::new(site)?;
                let place = estate.sites.iter().position(|known| *known == site);
                let place = place.ok_or_else(|| missing("no-site", "site", &site))?;
                let of_site = estate.places.iter().enumerate();
                let of_site = of_site.filter(|(_, location)| location.site == place);
                lost.places.extend(of_site.map(|(place, _)| place));
                format!("site:{site}")
            }
            Some(("location", location)) => {
                let location = Name::new(location)?;
                let place = estate
                    .places
                    .iter()
                    .position(|known| known.name == location);
                let place = place.ok_or_else(|| missing("no-location", "location", &location))?;
                lost.places.insert(place);
                format!("location:{location}")
            }
            _ => {
                let (place, name) = somebody(estate, people, word)?;
                lost.people.extend(place);
                name
            }
        });
    }
    Ok((lost, called))
}

fn missing(code: &'static str, what: &str, name: &Name) -> Error {
    Error::not_found(code, format!("there is no {what} `{name}`")).hint("rootkeep location list")
}

/// Somebody of the estate: a custodian, or somebody else by the words that the register has for them. On a
/// custodian nothing may depend.
fn somebody(estate: &Estate, people: &People, typed: &str) -> Result<(Option<usize>, String)> {
    let wanted = typed.to_lowercase();
    for (place, person) in estate.people.iter().enumerate() {
        if let Who::Other(text) = &person.who
            && text.to_lowercase() == wanted
        {
            return Ok((Some(place), text.clone()));
        }
    }
    let id = people.find(typed)?;
    let is_same = |who: &Who| matches!(who, Who::Custodian(one) if people.is_same_person(one, &id));
    let place = estate.people.iter().position(|person| is_same(&person.who));
    Ok((place, people.name(&id)))
}

struct Report<'a> {
    estate: &'a Estate,
    names: Names<'a>,
    found: &'a WhatIf,
    /// Who and what is gone, as it is called.
    without: Vec<String>,
    most: usize,
}

impl Report<'_> {
    fn secret(&self, one: &Opens) -> String {
        let secret = self.estate.secrets.get(one.place);
        secret.map_or_else(String::new, |secret| secret.name.to_string())
    }

    fn place(&self, one: &Opens) -> String {
        let place = self.estate.places.get(one.place);
        place.map_or_else(String::new, |place| format!("location:{}", place.name))
    }

    fn account(&self, one: &AccountOpens) -> String {
        let account = self.estate.accounts.get(one.place);
        account.map_or_else(String::new, |account| self.names.account(account))
    }

    fn fields(&self) -> Value {
        let words =
            |routes: &[Route]| -> Vec<&str> { routes.iter().map(|route| route.as_str()).collect() };
        let accounts = self.found.accounts.iter().filter_map(|one| {
            let account = self.estate.accounts.get(one.place)?;
            Some(json!({
                "account": account.id, "name": account.name,
                "opened_by": words(&one.before), "opens_by": words(&one.after),
                "locked_out": !one.before.is_empty() && one.after.is_empty(),
                "survives_loss_of": one.losses.people.survives,
                "survives_loss_of_sites": one.losses.sites.survives,
                "survives_loss_of_any": one.losses.both.survives,
                "locked_out_without": self.names.set(&one.losses.people.too_many),
                "locked_out_without_sites": self.names.set(&one.losses.sites.too_many),
                "locked_out_without_any": self.names.set(&one.losses.both.too_many),
            }))
        });
        let opens = |name: String, one: &Opens| {
            json!({
                "name": name, "opened": one.before, "opens": one.after,
                "locked_out": one.before && !one.after,
            })
        };
        let secrets = self.found.secrets.iter();
        let places = self.found.places.iter();
        json!({
            "without": self.without,
            "accounts": accounts.collect::<Vec<_>>(),
            "secrets": secrets.map(|one| opens(self.secret(one), one)).collect::<Vec<_>>(),
            "locations": places
                .map(|one| opens(self.place(one).replace("location:", ""), one))
                .collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let gone = present::in_one_line(&self.without);
        let mut text = format!("without {}\n\n", output::one_line(&gone));
        let accounts = &self.found.accounts;
        let locked = |one: &&AccountOpens| !one.before.is_empty() && one.after.is_empty();
        let lines = accounts.iter().filter(locked).map(|one| {
            let was: Vec<&str> = one.before.iter().map(|route| route.as_str()).collect();
            format!("account {}  [was {}]", self.account(one), was.join(", "))
        });
        let mut shut: Vec<String> = lines.collect();
        let lost = |one: &&Opens| one.before && !one.after;
        let secrets = self.found.secrets.iter();
        shut.extend(secrets.filter(lost).map(|one| self.secret(one)));
        let places = self.found.places.iter();
        shut.extend(places.filter(lost).map(|one| self.place(one)));
        self.list(&mut text, "locked out", &shut);
        text.push('\n');
        self.still(&mut text);
        let never = accounts.iter().filter(|one| one.before.is_empty());
        let never: Vec<String> = never
            .map(|one| format!("account {}", self.account(one)))
            .collect();
        if !never.is_empty() {
            text.push('\n');
            self.list(&mut text, "never did", &never);
        }
        text
    }

    /// What still opens: accounts that open alike stand together.
    fn still(&self, text: &mut String) {
        let mut alike: BTreeMap<(Vec<Route>, String), Vec<String>> = BTreeMap::new();
        for one in self
            .found
            .accounts
            .iter()
            .filter(|one| !one.after.is_empty())
        {
            let more = present::how_many_lost(&one.losses.people, &self.names, "person", "people");
            let same = alike.entry((one.after.clone(), more));
            same.or_default().push(self.account(one));
        }
        let mut label = "still opens";
        for ((routes, more), accounts) in &alike {
            let routes: Vec<&str> = routes.iter().map(|route| route.as_str()).collect();
            let count = u64::try_from(accounts.len()).unwrap_or(u64::MAX);
            let count = output::count(count, "account", "accounts");
            let told = format!(
                "{count} by {}; can be lost besides: {more}",
                routes.join(", ")
            );
            line(text, label, &told);
            self.list(
                text,
                "",
                &accounts
                    .iter()
                    .map(|one| format!("- {one}"))
                    .collect::<Vec<_>>(),
            );
            label = "";
        }
        let rest = self.counts();
        if alike.is_empty() || !rest.is_empty() {
            self.list(text, label, &rest);
        }
    }

    /// How many secrets and locations still open.
    fn counts(&self) -> Vec<String> {
        let count = |all: &[Opens], one: &str, many: &str| {
            let open = all.iter().filter(|one| one.after).count();
            let number = output::count(u64::try_from(open).unwrap_or(u64::MAX), one, many);
            (open > 0).then(|| format!("{number} of {}", all.len()))
        };
        let secrets = count(&self.found.secrets, "secret", "secrets");
        let places = count(&self.found.places, "location", "locations");
        secrets.into_iter().chain(places).collect()
    }

    fn list(&self, text: &mut String, label: &str, all: &[String]) {
        if all.is_empty() {
            line(text, label, "nothing");
        }
        for (place, one) in all.iter().take(self.most).enumerate() {
            line(text, if place == 0 { label } else { "" }, one);
        }
        if all.len() > self.most {
            line(
                text,
                "",
                &format!("… and {} more: --all", all.len() - self.most),
            );
        }
    }
}
