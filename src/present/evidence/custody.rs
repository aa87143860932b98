//! The custody map: people on one side, locations and secrets on the other, and the same as tables.

use std::collections::{BTreeMap, BTreeSet};

use super::html::{Drawing, Html, visible};
use super::names::{self, Names};
use super::timeline::number;
use super::{end_part, part, withheld};
use crate::crypto::fixed::Id;
use crate::exchange::evidence::model::{Custody, Evidence, SecretLine};

const WIDTH: f64 = 960.0;
/// Where people end, and where things begin.
const PEOPLE: f64 = 230.0;
const THINGS: f64 = 520.0;
const TOP: f64 = 34.0;
const ROW: f64 = 26.0;
/// A character's width at the size that the style sheet sets, for a wide face.
const CHARACTER: f64 = 8.2;

/// By what secrets are alike: holders, of them who has proven the share, and the rule.
type Alike<'a> = (&'a [Id], &'a [Id], &'a str);

/// A location, or secrets with the same holders and the same rule.
struct Thing<'a> {
    label: String,
    secret: bool,
    people: BTreeSet<&'a Id>,
    /// Holders who have not shown that their share is alive.
    unproven: BTreeSet<&'a Id>,
}

/// The whole part.
pub fn write(html: &mut Html, evidence: &Evidence, names: &Names<'_>) {
    part(html, "custody");
    withheld::notice(
        html,
        evidence,
        "What is withheld is not on this map, and it can lack places, things and secrets",
        |kind| !withheld::is_sealed(kind),
    );
    let custody = &evidence.custody;
    let things = things(custody);
    if things.is_empty() {
        html.put("<p>No location and no secret was in use at the checkpoint.</p>\n");
    } else {
        html.put("<figure>\n").drawing(&draw(&things, names));
        html.put("<figcaption>Who can open which location, and who holds a share of which secret, at the checkpoint. A dashed line is a share that its holder has not yet shown to be alive. The tables below say the same.</figcaption>\n</figure>\n");
    }
    locations(html, custody, names);
    items(html, custody);
    secrets(html, custody, names);
    end_part(html);
}

fn things(custody: &Custody) -> Vec<Thing<'_>> {
    let mut things: Vec<Thing<'_>> = custody
        .locations
        .iter()
        .map(|one| Thing {
            label: format!("{} ({}, {})", one.location, one.kind, one.site),
            secret: false,
            people: one.access.iter().collect(),
            unproven: BTreeSet::new(),
        })
        .collect();
    let mut alike: BTreeMap<Alike<'_>, Vec<&SecretLine>> = BTreeMap::new();
    for secret in &custody.secrets {
        let key = (
            secret.holders.as_slice(),
            secret.proven.as_slice(),
            secret.rule.as_str(),
        );
        alike.entry(key).or_default().push(secret);
    }
    for ((holders, proven, _), secrets) in alike {
        let label = match secrets.as_slice() {
            [one] => one.name.clone(),
            [first, rest @ ..] => format!("{} and {} more", first.name, rest.len()),
            [] => continue,
        };
        things.push(Thing {
            label,
            secret: true,
            people: holders.iter().collect(),
            unproven: holders.iter().filter(|one| !proven.contains(one)).collect(),
        });
    }
    things
}

fn draw(things: &[Thing<'_>], names: &Names<'_>) -> Drawing {
    let people: BTreeSet<&Id> = things
        .iter()
        .flat_map(|thing| thing.people.iter().copied())
        .collect();
    let mut people: Vec<(String, &Id)> = people
        .into_iter()
        .map(|id| (names.person(id), id))
        .collect();
    people.sort();
    let rows = people.len().max(things.len());
    let height = TOP + ROW * number(rows) + 8.0;
    let title = format!(
        "Custody map: {} people, {} locations and groups of secrets",
        people.len(),
        things.len()
    );
    let mut svg = Drawing::new("custody", (WIDTH, height), &title);
    // What has fewer rows stands in the middle of the other.
    let at = |place: usize, of: usize| {
        TOP + ROW * (number(place) + (number(rows) - number(of)) / 2.0) + ROW / 2.0
    };
    svg.text("head", (0.0, 16.0), "People");
    svg.text("head", (THINGS, 16.0), "Locations and secrets");
    for (place, thing) in things.iter().enumerate() {
        for (row, (_, id)) in people.iter().enumerate() {
            if thing.people.contains(id) {
                let class = match (thing.secret, thing.unproven.contains(id)) {
                    (false, _) => "line location",
                    (true, false) => "line secret",
                    (true, true) => "line secret unproven",
                };
                svg.curve(
                    class,
                    (PEOPLE, at(row, people.len())),
                    (THINGS - 16.0, at(place, things.len())),
                );
            }
        }
    }
    for (row, (name, _)) in people.iter().enumerate() {
        let y = at(row, people.len());
        svg.shape(
            "circle",
            "person",
            &[("cx", PEOPLE), ("cy", y), ("r", 4.0)],
            None,
        );
        svg.text("name", (0.0, y + 4.0), &cut(name, PEOPLE - 14.0));
    }
    for (place, thing) in things.iter().enumerate() {
        let y = at(place, things.len());
        if thing.secret {
            svg.shape(
                "circle",
                "secret",
                &[("cx", THINGS - 11.0), ("cy", y), ("r", 5.0)],
                None,
            );
        } else {
            let square = [
                ("x", THINGS - 16.0),
                ("y", y - 5.0),
                ("width", 10.0),
                ("height", 10.0),
            ];
            svg.shape("rect", "location", &square, None);
        }
        svg.text(
            "thing",
            (THINGS, y + 4.0),
            &cut(&thing.label, WIDTH - THINGS),
        );
    }
    svg.finish();
    svg
}

/// As much of a text as there is room for; the tables have the whole.
fn cut(text: &str, room: f64) -> String {
    let text = visible(text);
    let fits = (1..200)
        .take_while(|most| number(*most) * CHARACTER <= room)
        .count();
    if text.chars().count() <= fits {
        return text;
    }
    let kept: String = text.chars().take(fits.saturating_sub(1)).collect();
    format!("{}\u{2026}", kept.trim_end())
}

fn locations(html: &mut Html, custody: &Custody, names: &Names<'_>) {
    html.put("<h3>Locations</h3>\n");
    if custody.locations.is_empty() {
        html.put("<p>None at the checkpoint.</p>\n");
        return;
    }
    html.table(
        "sortable titled",
        "Locations in use",
        &[
            "Location",
            "Kind",
            "Site",
            "Can be opened by",
            "Two together",
            "Accesses ever",
            "Lock counter",
        ],
        custody.locations.len(),
    );
    for one in &custody.locations {
        html.put("<tr><th scope=\"row\">")
            .text(&one.location)
            .put("</th><td>");
        html.text(&one.kind)
            .put("</td><td>")
            .text(&one.site)
            .put("</td><td>");
        names.list(html, &one.access);
        html.put("</td><td>")
            .put(if one.dual_control { "yes" } else { "no" });
        html.put("</td><td class=\"number\">")
            .shown(one.accesses)
            .put("</td><td class=\"number\">");
        names::number(html, one.counter);
        html.put("</td></tr>\n");
    }
    html.end_table();
}

fn items(html: &mut Html, custody: &Custody) {
    html.put("<h3>Items</h3>\n");
    if custody.items.is_empty() {
        html.put("<p>None at the checkpoint.</p>\n");
        return;
    }
    html.table(
        "sortable titled",
        "Items that were not destroyed",
        &[
            "Item",
            "Kind",
            "Location",
            "Where it is",
            "Bag",
            "Battery checked",
        ],
        custody.items.len(),
    );
    for one in &custody.items {
        html.put("<tr><th scope=\"row\">")
            .text(&one.item)
            .put("</th><td>");
        html.text(&one.kind)
            .put("</td><td>")
            .text(&one.location)
            .put("</td><td>");
        html.put(if one.out { "taken out" } else { "in its place" })
            .put("</td><td>");
        names::text(html, one.bag.as_deref());
        html.put("</td><td>");
        names::text(
            html,
            one.battery_checked.map(|day| day.to_string()).as_deref(),
        );
        html.put("</td></tr>\n");
    }
    html.end_table();
}

fn secrets(html: &mut Html, custody: &Custody, names: &Names<'_>) {
    html.put("<h3>Sealed secrets</h3>\n<p>Nothing of a secret is in this bundle but who holds a share of it.</p>\n");
    if custody.secrets.is_empty() {
        html.put("<p>None at the checkpoint.</p>\n");
        return;
    }
    html.table(
        "sortable titled",
        "Sealed secrets",
        &[
            "Secret",
            "Kind",
            "Epoch",
            "Sealed",
            "Rule for opening",
            "Holders",
            "Shown to be alive",
        ],
        custody.secrets.len(),
    );
    for one in &custody.secrets {
        html.open("tr", &[("id", &format!("secret-{}", one.id))]);
        html.put("<th scope=\"row\">")
            .element("bdi", &[], &one.name)
            .put("</th><td>");
        html.text(&one.kind)
            .put("</td><td class=\"number\">")
            .shown(one.epoch)
            .put("</td><td class=\"when\">");
        names::time(html, one.sealed_at);
        html.put("</td><td>")
            .element("bdi", &[], &one.rule)
            .put("</td><td>");
        names.list(html, &one.holders);
        html.put("</td><td class=\"number\">")
            .shown(one.proven.len())
            .put(" of ");
        html.shown(one.holders.len()).put("</td></tr>\n");
    }
    html.end_table();
}
