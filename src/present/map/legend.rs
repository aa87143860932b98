//! What the map's pictures, shapes and tags mean.

use super::pictures::{picture, place_path, shape, tag, thing_path};
use super::svg::{HEAD, PALE, Svg, TAG, count};
use super::{By, PlacePicture, ThingPicture};

/// A line's height.
const LINE: f64 = 22.0;
/// White below a group.
const BELOW: f64 = 10.0;

/// What is explained.
#[derive(Clone, Copy)]
enum Sign {
    Picture(&'static str, &'static str),
    Shape(By),
    Tag(&'static str, &'static str),
}

type Group = (&'static str, Vec<(Sign, &'static str)>);

/// Draws it, its first baseline at a place.
pub fn draw(svg: &mut Svg, place: (f64, f64), width: f64) {
    let (x, mut y) = place;
    for (title, lines) in groups() {
        svg.text((x, y), title, HEAD);
        y += LINE;
        for (sign, meaning) in lines {
            let indent = match sign {
                Sign::Picture(path, class) => {
                    picture(svg, (x, y - 13.0), path, class);
                    28.0
                }
                Sign::Shape(by) => {
                    shape(svg, (x + 9.0, y - 4.0), 7.0, by, "plain");
                    28.0
                }
                Sign::Tag(text, class) => {
                    let end = x + svg.measure(text, TAG) + 10.0;
                    tag(svg, (end, y - 11.0), text, class);
                    74.0
                }
            };
            svg.fitted((x + indent, y), width - indent, meaning, PALE);
            y += LINE;
        }
        y += BELOW;
    }
}

/// How high it is.
pub fn height() -> f64 {
    let groups = groups();
    let heights = groups
        .iter()
        .map(|(_, lines)| BELOW + LINE * count(lines.len() + 1));
    heights.sum()
}

fn groups() -> [Group; 3] {
    let thing = |picture| {
        let (path, class) = thing_path(picture);
        Sign::Picture(path, class)
    };
    let place = |picture| Sign::Picture(place_path(picture), "place");
    [
        (
            "Locations",
            vec![
                (place(PlacePicture::Safe), "safe"),
                (place(PlacePicture::Vault), "vault, deposit box"),
                (place(PlacePicture::Cabinet), "cabinet, drawer"),
                (place(PlacePicture::Room), "room"),
                (Sign::Tag("2 people", "dual"), "dual control"),
            ],
        ),
        (
            "Items",
            vec![
                (thing(ThingPicture::QrSheet), "MFA: QR sheet"),
                (thing(ThingPicture::Token), "MFA: hardware token"),
                (thing(ThingPicture::Phone), "phone"),
                (thing(ThingPicture::Envelope), "password, codes"),
                (thing(ThingPicture::Share), "share of a secret"),
                (thing(ThingPicture::Stick), "stick, disk"),
            ],
        ),
        (
            "Who reaches it",
            vec![
                (Sign::Shape(By::Held), "combination or key"),
                (Sign::Shape(By::Share), "share of the combination"),
                (Sign::Shape(By::Seen), "has seen the combination"),
            ],
        ),
    ]
}
