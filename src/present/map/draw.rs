//! Where everything of the map stands.

use std::collections::BTreeSet;

use super::pictures::{picture, place_path, shape, tag, thing_path};
use super::svg::{HEAD, INITIALS, NAME, PALE, SITE, Svg, TAG, TEXT, TITLE, count, escaped};
use super::{Access, By, Map, Person, Place, Site, Thing, ThingState, legend};

const STYLE: &str = include_str!("style.css");

/// White around it all.
const MARGIN: f64 = 28.0;
/// What stands left of the sites: the legend, and people's names.
const GUTTER: f64 = 210.0;
/// Between columns.
const GAP: f64 = 16.0;
/// Columns are as wide as this, or wider where there are few.
const NARROW: f64 = 214.0;
const WIDE: f64 = 300.0;
/// What the columns share where there are few.
const SHARED: f64 = 900.0;
/// The least width of a location's column in the table.
const LEAST_CELL: f64 = 20.0;
/// Where the sites begin.
const TOP: f64 = 96.0;
const SITE_HEAD: f64 = 52.0;
const CARD_HEAD: f64 = 44.0;
const ITEM: f64 = 31.0;
const TAGS: f64 = 20.0;
const BADGE: f64 = 10.0;
/// From one badge to the next, and from one row of them to the next.
const BADGE_STEP: f64 = 25.0;
const ROW: f64 = 30.0;
/// The most room for the slanted names over the table, and the least.
const TABLE_HEAD: std::ops::RangeInclusive<f64> = 46.0..=92.0;
/// What of it is not names.
const TABLE_AIR: f64 = 26.0;
/// The names' slant in degrees, its sine and its cosine.
const SLANT: (f64, f64, f64) = (38.0, 0.616, 0.788);
/// Names end before the picture does.
const EDGE: f64 = 10.0;
/// How many people have a colour of their own.
const COLOURS: usize = 12;

/// A map while it is drawn.
pub struct Drawing<'a> {
    svg: Svg,
    sites: Vec<&'a Site<'a>>,
    people: Vec<(&'a str, &'a str)>,
    column: f64,
}

impl<'a> Drawing<'a> {
    /// The whole SVG.
    pub fn of(map: &'a Map<'a>) -> String {
        let mut sites: Vec<&Site<'_>> = map.sites.iter().collect();
        sites.sort_by_key(|site| (site.offset_minutes, site.name));
        let most = sites
            .iter()
            .map(|site| site.places.len())
            .max()
            .unwrap_or(0);
        let column = (SHARED / count(sites.len().max(1)))
            .clamp(NARROW, WIDE)
            .max(LEAST_CELL * count(most));
        let people = everybody(map);
        let mut drawing = Self {
            svg: Svg::new(),
            sites,
            people,
            column,
        };
        drawing.whole(map);
        drawing.svg.finish()
    }

    fn whole(&mut self, map: &Map<'_>) {
        // The title and the legend want the room of two columns.
        let columns = count(self.sites.len().max(2));
        let width = 2.0 * MARGIN + GUTTER + columns * (self.column + GAP) - GAP;
        let cards_end = self.cards_end();
        let rows_begin = cards_end + self.table_head();
        let rows_end = rows_begin + ROW * count(self.people.len());
        let height = rows_end + MARGIN;
        let title = format!("Custody map of {}", map.ledger);
        self.svg.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"custody-map\" role=\"img\" \
             width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n\
             <title>{}</title>\n<style>\n{STYLE}</style>\n\
             <rect class=\"ground\" width=\"100%\" height=\"100%\"/>",
            escaped(&title)
        ));
        let room = width - 2.0 * MARGIN;
        self.svg.fitted((MARGIN, 44.0), room, &title, TITLE);
        self.svg.fitted((MARGIN, 64.0), room, map.as_of, PALE);
        legend::draw(&mut self.svg, (MARGIN, TOP + 20.0), GUTTER - GAP);
        for (number, site) in self.sites.clone().into_iter().enumerate() {
            self.site(self.column_at(number), rows_end, site);
        }
        self.table(rows_begin, rows_end, width - EDGE);
        self.svg.put(format_args!("</svg>"));
    }

    fn column_at(&self, number: usize) -> f64 {
        MARGIN + GUTTER + count(number) * (self.column + GAP)
    }

    fn cards_end(&self) -> f64 {
        let ends = self.sites.iter().map(|site| {
            let cards: f64 = site
                .places
                .iter()
                .map(|place| self.card_height(place) + GAP)
                .sum();
            TOP + SITE_HEAD + cards
        });
        ends.fold(TOP + 10.0 + legend::height(), f64::max) + 12.0
    }

    /// As much as the longest name over the table needs.
    fn table_head(&self) -> f64 {
        let (_, sine, _) = SLANT;
        let places = self.sites.iter().flat_map(|site| &site.places);
        let longest = places
            .map(|place| self.svg.measure(place.id, PALE))
            .fold(0.0, f64::max);
        (longest * sine + TABLE_AIR).clamp(*TABLE_HEAD.start(), *TABLE_HEAD.end())
    }

    // ---- a site and its locations ------------------------------------------------------------

    fn site(&mut self, x: f64, end: f64, site: &Site<'_>) {
        let width = self.column;
        self.svg.put(format_args!(
            "<rect class=\"column\" x=\"{:.1}\" y=\"{TOP:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\"/>",
            x - 6.0,
            width + 12.0,
            end - TOP
        ));
        self.svg
            .fitted((x + 6.0, TOP + 22.0), width - 12.0, site.name, SITE);
        let zone = format!("{} \u{b7} {}", site.timezone, utc(site.offset_minutes));
        self.svg
            .fitted((x + 6.0, TOP + 39.0), width - 12.0, &zone, PALE);
        let mut y = TOP + SITE_HEAD;
        for place in &site.places {
            self.card((x, y), place);
            y += self.card_height(place) + GAP;
        }
    }

    fn card(&mut self, place_at: (f64, f64), place: &Place<'_>) {
        let ((x, y), width, height) = (place_at, self.column, self.card_height(place));
        self.svg.put(format_args!(
            "<rect class=\"card\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>"
        ));
        picture(
            &mut self.svg,
            (x + 10.0, y + 12.0),
            place_path(place.picture),
            "place",
        );
        let own_row = self.tags_have_a_row(place);
        let tags_at = if own_row {
            y + CARD_HEAD - 2.0
        } else {
            y + 10.0
        };
        let mut right = x + width - 8.0;
        for (text, class) in tags(place) {
            right = tag(&mut self.svg, (right, tags_at), text, class) - 4.0;
        }
        let left = x + 38.0;
        let room = x + width - left - 8.0;
        self.svg.fitted((left, y + 21.0), room, place.id, NAME);
        self.svg.fitted((left, y + 35.0), room, place.kind, PALE);
        let mut at = y + CARD_HEAD + if own_row { TAGS } else { 0.0 };
        for item in &place.items {
            self.item((x, at), item);
            at += ITEM;
        }
        self.badges((x, at), &place.access);
    }

    fn card_height(&self, place: &Place<'_>) -> f64 {
        let tags = if self.tags_have_a_row(place) {
            TAGS
        } else {
            0.0
        };
        let badges = place.access.len().div_ceil(self.badges_in_a_row());
        CARD_HEAD + tags + ITEM * count(place.items.len()) + BADGE_STEP * count(badges) + 6.0
    }

    /// Whether the tags don't fit beside the location's id.
    fn tags_have_a_row(&self, place: &Place<'_>) -> bool {
        let tags: f64 = tags(place)
            .map(|(text, _)| self.svg.measure(text, TAG) + 14.0)
            .sum();
        tags > 0.0 && self.svg.measure(place.id, NAME) + tags > self.column - 54.0
    }

    fn badges_in_a_row(&self) -> usize {
        let fits = |badges: &usize| BADGE_STEP * count(*badges) <= self.column - 20.0;
        (1..).take_while(fits).count().max(1)
    }

    fn item(&mut self, place: (f64, f64), item: &Thing<'_>) {
        let ((x, y), width) = (place, self.column);
        let whole = format!("{}: {}, {}", item.id, item.kind, item.serves);
        self.svg
            .put(format_args!("<g><title>{}</title>", escaped(&whole)));
        let (path, class) = thing_path(item.picture);
        picture(&mut self.svg, (x + 11.0, y + 5.0), path, class);
        let mut right = x + width - 8.0;
        match item.state {
            ThingState::Here => {}
            ThingState::Out => right = tag(&mut self.svg, (right, y + 3.0), "out", "out") - 4.0,
            ThingState::Attention(what) => {
                let what = self.svg.cut(what, width / 3.0, TAG);
                right = tag(&mut self.svg, (right, y + 3.0), &what, "warn") - 4.0;
            }
        }
        let left = x + 38.0;
        let id = self.svg.cut(item.id, right - left, TEXT);
        self.svg.text((left, y + 13.0), &id, TEXT);
        let room = x + width - left - 8.0;
        let below = format!("{} \u{b7} {}", item.kind, item.serves);
        let below = self.svg.cut(&below, room, PALE);
        self.svg.text((left, y + 25.5), &below, PALE);
        self.svg.put(format_args!("</g>"));
    }

    fn badges(&mut self, place: (f64, f64), access: &[Access<'_>]) {
        let (x, y) = (place.0 + 12.0 + BADGE, place.1 + 4.0 + BADGE);
        let in_a_row = self.badges_in_a_row();
        for (row, accesses) in access.chunks(in_a_row).enumerate() {
            for (number, access) in accesses.iter().enumerate() {
                let person = self
                    .people
                    .iter()
                    .position(|(name, _)| *name == access.person);
                let centre = (x + BADGE_STEP * count(number), y + BADGE_STEP * count(row));
                let title = format!("{}: {}", access.person, by_name(access.by));
                self.badge(centre, person.unwrap_or_default(), access.by, &title);
            }
        }
    }

    /// A person's initials in the person's colour; the shape says what is held.
    fn badge(&mut self, centre: (f64, f64), person: usize, by: By, title: &str) {
        let colour = format!("p{}", person % COLOURS);
        let name = self.people.get(person).map_or("", |(name, _)| *name);
        self.svg
            .put(format_args!("<g><title>{}</title>", escaped(title)));
        shape(&mut self.svg, centre, BADGE, by, &colour);
        self.initials(centre, name);
        self.svg.put(format_args!("</g>"));
    }

    fn initials(&mut self, centre: (f64, f64), name: &str) {
        self.svg.put(format_args!(
            "<text class=\"initials\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            centre.0,
            centre.1 + INITIALS.size * 0.36,
            escaped(&initials(name))
        ));
    }

    // ---- who reaches what --------------------------------------------------------------------

    fn table(&mut self, rows_begin: f64, end: f64, edge: f64) {
        let (angle, sine, cosine) = SLANT;
        self.svg
            .text((MARGIN, rows_begin - 12.0), "Who reaches what", HEAD);
        let width = GUTTER - GAP + count(self.sites.len()) * (self.column + GAP);
        for number in 0..=self.people.len() {
            let y = rows_begin + ROW * count(number);
            self.svg.put(format_args!(
                "<path class=\"line\" d=\"M{MARGIN:.1} {y:.1}h{width:.1}\"/>"
            ));
        }
        for (number, site) in self.sites.clone().into_iter().enumerate() {
            let cell = self.column / count(site.places.len().max(1));
            for (place_number, place) in site.places.iter().enumerate() {
                let x = self.column_at(number) + cell * (count(place_number) + 0.5);
                self.svg.put(format_args!(
                    "<path class=\"line guide\" d=\"M{x:.1} {rows_begin:.1}V{end:.1}\"/>\
                     <g transform=\"translate({:.1} {:.1}) rotate(-{angle})\">",
                    x - 1.0,
                    rows_begin - 8.0
                ));
                let room = ((TABLE_HEAD.end() - TABLE_AIR) / sine).min((edge - x) / cosine);
                self.svg.fitted((0.0, 0.0), room, place.id, PALE);
                self.svg.put(format_args!("</g>"));
                self.marks((x, rows_begin), place);
            }
        }
        for (number, (name, note)) in self.people.clone().into_iter().enumerate() {
            let y = rows_begin + ROW * count(number);
            let title = format!("{name}, {note}");
            self.svg
                .put(format_args!("<g><title>{}</title>", escaped(&title)));
            let (colour, middle) = (number % COLOURS, y + ROW / 2.0);
            self.svg.put(format_args!(
                "<rect class=\"p{colour}\" x=\"{MARGIN:.1}\" y=\"{:.1}\" width=\"28\" height=\"18\" rx=\"9\"/>",
                middle - 9.0
            ));
            self.initials((MARGIN + 14.0, middle), name);
            self.svg.put(format_args!("</g>"));
            let (x, room) = (MARGIN + 36.0, GUTTER - 48.0);
            let baseline = if note.is_empty() { 19.0 } else { 13.5 };
            self.svg.fitted((x, y + baseline), room, name, TEXT);
            self.svg.fitted((x, y + 25.0), room, note, PALE);
        }
    }

    fn marks(&mut self, top: (f64, f64), place: &Place<'_>) {
        for (number, (name, _)) in self.people.clone().into_iter().enumerate() {
            let held: BTreeSet<u8> = place
                .access
                .iter()
                .filter(|access| access.person == name)
                .map(|access| by_order(access.by))
                .collect();
            let kinds: Vec<By> = ALL_BY
                .into_iter()
                .filter(|by| held.contains(&by_order(*by)))
                .collect();
            let y = top.1 + ROW * (count(number) + 0.5);
            let first = top.0 - 7.0 * (count(kinds.len().max(1)) - 1.0);
            for (place_in_cell, by) in kinds.into_iter().enumerate() {
                let centre = (first + 14.0 * count(place_in_cell), y);
                let title = format!("{name}, {}: {}", place.id, by_name(by));
                self.svg
                    .put(format_args!("<g><title>{}</title>", escaped(&title)));
                shape(
                    &mut self.svg,
                    centre,
                    6.0,
                    by,
                    &format!("p{}", number % COLOURS),
                );
                self.svg.put(format_args!("</g>"));
            }
        }
    }
}

/// The people of the table, and those who are named only at a location.
pub(super) fn everybody<'a>(map: &'a Map<'a>) -> Vec<(&'a str, &'a str)> {
    let mut people: Vec<(&str, &str)> = map
        .people
        .iter()
        .map(|Person { name, note }| (*name, *note))
        .collect();
    let places = map.sites.iter().flat_map(|site| &site.places);
    for access in places.flat_map(|place| &place.access) {
        if !people.iter().any(|(name, _)| *name == access.person) {
            people.push((access.person, ""));
        }
    }
    people
}

fn tags(place: &Place<'_>) -> impl Iterator<Item = (&'static str, &'static str)> {
    let dual = place.dual_control.then_some(("2 people", "dual"));
    let aws = place.depends_on_aws.then_some(("needs AWS", "warn"));
    dual.into_iter().chain(aws)
}

/// `UTC+0`, `UTC−5`, `UTC+5:30`.
pub(super) fn utc(minutes: i32) -> String {
    let sign = if minutes < 0 { '\u{2212}' } else { '+' };
    let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
    if rest == 0 {
        format!("UTC{sign}{hours}")
    } else {
        format!("UTC{sign}{hours}:{rest:02}")
    }
}

/// The first letters of the first and the last word.
pub(super) fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .take(2)
        .collect()
}

const ALL_BY: [By; 3] = [By::Held, By::Share, By::Seen];

fn by_order(by: By) -> u8 {
    match by {
        By::Held => 0,
        By::Share => 1,
        By::Seen => 2,
    }
}

fn by_name(by: By) -> &'static str {
    match by {
        By::Held => "combination or key",
        By::Share => "share of the combination",
        By::Seen => "has seen the combination",
    }
}
