//! What the map promises, whatever is in it.

use super::draw::{Drawing, everybody, initials, utc};
use super::svg::{HEAD, INITIALS, NAME, PALE, SITE, Svg, TAG, TEXT, TITLE};
use super::*;

fn thing<'a>(id: &'a str, state: ThingState<'a>) -> Thing<'a> {
    Thing {
        id,
        kind: "hardware token",
        picture: ThingPicture::Token,
        serves: "111122223333, and what else there is to be said of it",
        state,
    }
}

fn map<'a>(sites: &'a [(String, i32)], places: &'a [String], people: &'a [String]) -> Map<'a> {
    let place = |id| Place {
        id,
        kind: "a safe in the cellar, behind the second door",
        picture: PlacePicture::Safe,
        dual_control: true,
        depends_on_aws: true,
        items: places
            .iter()
            .chain(places)
            .map(|id| thing(id, ThingState::Attention("battery check due")))
            .collect(),
        access: people
            .iter()
            .map(|person| Access {
                person,
                by: By::Share,
            })
            .collect(),
    };
    Map {
        ledger: "Acme",
        as_of: "2025-11-21",
        sites: sites
            .iter()
            .map(|(name, offset)| Site {
                name,
                timezone: "America/Argentina/ComodRivadavia",
                offset_minutes: *offset,
                places: places.iter().map(|id| place(id.as_str())).collect(),
            })
            .collect(),
        people: people
            .iter()
            .map(|name| Person {
                name,
                note: "a long way from here, holder, witness, reviewer",
            })
            .collect(),
    }
}

fn many(prefix: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{prefix} {number} with a name that is far too long to stand"))
        .collect()
}

fn full() -> (Vec<(String, i32)>, Vec<String>, Vec<String>) {
    let sites = many("Site", 8)
        .into_iter()
        .zip([0, 540, -300, 330, 60, -480, 765, 0]);
    (sites.collect(), many("Place", 4), many("Person", 12))
}

/// Left, right, upper and lower end of every text that stands upright, at its widest.
fn boxes(drawn: &str) -> Vec<(f64, f64, f64, f64, String)> {
    let measure = Svg::new();
    let attribute = |line: &str, name: &str| -> String {
        let begin = line.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
        line[begin..].split('"').next().unwrap().to_owned()
    };
    let mut slanted = false;
    let mut found = Vec::new();
    for line in drawn.lines() {
        slanted = (slanted || line.contains("rotate(")) && !line.starts_with("</g>");
        if slanted || !line.starts_with("<text") {
            continue;
        }
        let class = attribute(line, "class");
        let set = [TITLE, SITE, NAME, TEXT, PALE, TAG, INITIALS, HEAD]
            .into_iter()
            .find(|set| class.split(' ').any(|word| word == set.class))
            .unwrap();
        let text = line.split_once('>').unwrap().1.split('<').next().unwrap();
        let x: f64 = attribute(line, "x").parse().unwrap();
        let y: f64 = attribute(line, "y").parse().unwrap();
        let width = measure.measure(text, set);
        let left = if set.class == "tag" || set.class == "initials" {
            x - width / 2.0
        } else {
            x
        };
        found.push((
            left,
            left + width,
            y - set.size * 0.8,
            y + set.size * 0.2,
            text.to_owned(),
        ));
    }
    found
}

#[test]
fn no_text_lies_on_another_where_all_is_full() {
    let (sites, places, people) = full();
    let boxes = boxes(&Drawing::of(&map(&sites, &places, &people)));
    assert!(
        boxes.len() > 8 * 4 * 8 * 2,
        "only {} texts were seen",
        boxes.len()
    );
    for (number, one) in boxes.iter().enumerate() {
        for other in &boxes[number + 1..] {
            let apart =
                one.1 <= other.0 || other.1 <= one.0 || one.3 <= other.2 || other.3 <= one.2;
            assert!(apart, "{one:?} lies on {other:?}");
        }
    }
}

#[test]
fn nothing_stands_outside_of_the_picture() {
    let (sites, places, people) = full();
    let drawn = Drawing::of(&map(&sites, &places, &people));
    let size = |name: &str| -> f64 {
        let begin = drawn.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
        drawn[begin..].split('"').next().unwrap().parse().unwrap()
    };
    let (width, height) = (size("width"), size("height"));
    for (left, right, upper, lower, text) in boxes(&drawn) {
        let inside = left >= 0.0 && right <= width && upper >= 0.0 && lower <= height;
        assert!(
            inside,
            "{text} at {left} {right} {upper} {lower} of {width} {height}"
        );
    }
}

#[test]
fn sites_stand_from_west_to_east_whatever_their_order() {
    let (mut sites, places, people) = full();
    let drawn = Drawing::of(&map(&sites, &places, &people));
    sites.reverse();
    assert_eq!(drawn, Drawing::of(&map(&sites, &places, &people)));
    let order: Vec<usize> = [
        "UTC\u{2212}8",
        "UTC\u{2212}5",
        "UTC+0",
        "UTC+1",
        "UTC+5:30",
        "UTC+9",
        "UTC+12:45",
    ]
    .iter()
    .map(|zone| drawn.find(&format!("\u{b7} {zone}<")).unwrap())
    .collect();
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn the_same_map_gives_the_same_bytes() {
    let (sites, places, people) = full();
    let map = map(&sites, &places, &people);
    assert_eq!(Drawing::of(&map), Drawing::of(&map));
}

#[test]
fn names_are_data_and_never_markup() {
    let (mut sites, mut places, mut people) = full();
    let nasty = "</text><script>alert(1)</script>\"'&\u{0}";
    sites[0].0 = nasty.to_owned();
    places[0] = nasty.to_owned();
    people[0] = nasty.to_owned();
    let mut map = map(&sites, &places, &people);
    (map.ledger, map.as_of) = (nasty, nasty);
    let drawn = Drawing::of(&map);
    assert!(!drawn.contains("<script") && !drawn.contains('\u{0}'));
    let open = drawn.matches("<text").count();
    assert_eq!(open, drawn.matches("</text>").count());
    assert_eq!(drawn.matches("<g").count(), drawn.matches("</g>").count());
}

#[test]
fn one_who_only_stands_at_a_location_is_in_the_table_too() {
    let (sites, places, people) = full();
    let mut map = map(&sites, &places, &people);
    map.people.clear();
    assert_eq!(everybody(&map).len(), 12);
    map.people = vec![Person {
        name: &people[3],
        note: "",
    }];
    assert_eq!(everybody(&map).first(), Some(&(people[3].as_str(), "")));
}

#[test]
fn a_page_holds_the_map_and_loads_nothing() {
    let (mut sites, places, people) = full();
    let nasty = "</title><script src=//example.com>";
    sites[0].0 = nasty.to_owned();
    let mut map = map(&sites, &places, &people);
    map.ledger = nasty;
    let page = page(&map);
    assert!(page.contains(&draw(&map)));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for loads in ["<script", "<link", "<img", "url(", "@import", "src=\""] {
        assert!(!page.contains(loads), "{loads}");
    }
    assert!(page.contains("default-src 'none'"));
    assert_eq!(page.matches("prefers-color-scheme: dark").count(), 2);
}

#[test]
fn an_empty_ledger_has_a_map() {
    let drawn = Drawing::of(&map(&[], &[], &[]));
    assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>\n"));
}

#[test]
fn offsets_and_initials_read_as_people_write_them() {
    for (minutes, text) in [
        (0, "UTC+0"),
        (-300, "UTC\u{2212}5"),
        (330, "UTC+5:30"),
        (-210, "UTC\u{2212}3:30"),
    ] {
        assert_eq!(utc(minutes), text);
    }
    for (name, letters) in [
        ("Alice Okafor", "AO"),
        ("alice", "A"),
        ("Ana Maria de Souza", "AS"),
        ("\u{4f50}\u{85e4} \u{82b1}", "\u{4f50}\u{82b1}"),
        ("", ""),
    ] {
        assert_eq!(initials(name), letters);
    }
}
