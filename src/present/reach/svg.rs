//! The picture as SVG: people on the left, things in the middle, routes on the right. The same input gives
//! the same bytes; colours follow the viewer's light or dark scheme.

use super::Picture;
use crate::insight::reach::ways::Factor;
use crate::present::map::svg::{NAME, PALE, Svg, TEXT, TITLE, count, escaped};

const STYLE: &str = include_str!("style.css");

const MARGIN: f64 = 28.0;
const TOP: f64 = 90.0;
const ROW: f64 = 30.0;
const BOX: f64 = 22.0;
/// Where people end, things begin and end, routes begin and end.
const PEOPLE: f64 = 190.0;
const THINGS: (f64, f64) = (300.0, 600.0);
const ROUTES: (f64, f64) = (690.0, 932.0);
const WIDTH: f64 = 960.0;

/// Draws it.
#[must_use]
pub fn draw(picture: &Picture) -> String {
    let rows = picture.people.len().max(picture.things.len());
    let rows = rows.max(picture.routes.len()).max(1);
    let height = TOP + ROW * count(rows) + MARGIN;
    let mut svg = Svg::new();
    let title = format!("Who can reach the root user of {}", picture.title);
    svg.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"who-can\" role=\"img\" \
         width=\"{WIDTH:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>",
        escaped(&title)
    ));
    let room = WIDTH - 2.0 * MARGIN;
    svg.fitted((MARGIN, 44.0), room, &picture.title, TITLE);
    let below = "Who can reach its root user, and with what";
    svg.fitted((MARGIN, 64.0), room, below, PALE);
    let at = |place: usize, of: usize| {
        // What has fewer rows stands in the middle of the others.
        TOP + ROW * (count(place) + (count(rows) - count(of)) / 2.0) + ROW / 2.0
    };
    let people = picture.people.len();
    let things = picture.things.len();
    let routes = picture.routes.len();
    for (place, thing) in picture.things.iter().enumerate() {
        let class = class(thing.factor);
        for (row, has) in thing.people.iter().enumerate() {
            if *has {
                let (from, to) = (at(row, people), at(place, things));
                line(&mut svg, class, (PEOPLE + 8.0, from), (THINGS.0, to));
            }
        }
        for (row, (_, factors)) in picture.routes.iter().enumerate() {
            if factors.contains(&thing.factor) {
                let (from, to) = (at(place, things), at(row, routes));
                line(&mut svg, class, (THINGS.1, from), (ROUTES.0, to));
            }
        }
    }
    for (row, name) in picture.people.iter().enumerate() {
        let y = at(row, people);
        svg.put(format_args!(
            "<circle class=\"person\" cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4\"/>",
            PEOPLE + 8.0
        ));
        svg.fitted((MARGIN, y + 4.0), PEOPLE - MARGIN, name, NAME);
    }
    for (place, thing) in picture.things.iter().enumerate() {
        let y = at(place, things);
        card(&mut svg, class(thing.factor), THINGS, y);
        let room = THINGS.1 - THINGS.0 - 20.0;
        svg.fitted((THINGS.0 + 10.0, y + 4.0), room, &thing.label, TEXT);
    }
    for (row, (route, factors)) in picture.routes.iter().enumerate() {
        let y = at(row, routes);
        card(&mut svg, "route", ROUTES, y);
        svg.fitted((ROUTES.0 + 10.0, y + 4.0), 70.0, route.as_str(), NAME);
        let words: Vec<&str> = factors.iter().map(|factor| factor.as_str()).collect();
        let place = (ROUTES.0 + 84.0, y + 4.0);
        let room = ROUTES.1 - ROUTES.0 - 90.0;
        svg.fitted(place, room, &words.join(" + "), PALE);
    }
    svg.put(format_args!("</svg>"));
    svg.finish()
}

fn line(svg: &mut Svg, class: &str, from: (f64, f64), to: (f64, f64)) {
    let middle = (from.0 + to.0) / 2.0;
    svg.put(format_args!(
        "<path class=\"line {class}\" d=\"M{:.1} {:.1}C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}\"/>",
        from.0, from.1, from.1, to.1, to.0, to.1
    ));
}

fn card(svg: &mut Svg, class: &str, (left, right): (f64, f64), y: f64) {
    svg.put(format_args!(
        "<rect class=\"card {class}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{BOX:.1}\" rx=\"5\"/>",
        y - BOX / 2.0,
        right - left
    ));
}

fn class(factor: Factor) -> &'static str {
    match factor {
        Factor::Password => "password",
        Factor::Mfa => "mfa",
        Factor::Mailbox => "mailbox",
        Factor::Phone => "phone",
        Factor::Answers => "answers",
        Factor::Management => "management",
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::example;
    use super::*;

    #[test]
    fn everybody_and_everything_is_drawn_once() {
        let picture = example();
        let drawn = draw(&picture);
        assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>\n"));
        assert_eq!(drawn.matches("class=\"person\"").count(), 5);
        assert_eq!(drawn.matches("<rect class=\"card ").count(), 5 + 3);
        // Ten marks, and what each of three routes takes.
        assert_eq!(drawn.matches("<path class=\"line ").count(), 10 + 4 + 3 + 1);
        assert!(drawn.contains("Erin &lt;erin@example.com&gt;"), "{drawn}");
        assert_eq!(drawn, draw(&picture));
    }

    #[test]
    fn nobody_and_nothing_is_a_picture_too() {
        let nothing = Picture {
            title: String::new(),
            people: Vec::new(),
            things: Vec::new(),
            routes: Vec::new(),
        };
        assert!(draw(&nothing).contains("height=\"148\""));
    }
}
