//! The small pictures of locations and items, the shapes of what opens a location, and tags.

use super::svg::{Svg, TAG, escaped};
use super::{By, PlacePicture, ThingPicture};

/// A circle for a dial or a keyring, a square for a share, a diamond for what was seen once.
pub fn shape(svg: &mut Svg, centre: (f64, f64), radius: f64, by: By, class: &str) {
    let (x, y) = centre;
    match by {
        By::Held => svg.put(format_args!(
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"/>"
        )),
        By::Share => {
            let half = radius * 0.94;
            let side = half * 2.0;
            svg.put(format_args!(
                "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{side:.1}\" height=\"{side:.1}\" rx=\"2\"/>",
                x - half,
                y - half
            ));
        }
        By::Seen => {
            let far = radius * 1.22;
            svg.put(format_args!(
                "<path class=\"{class}\" d=\"M{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}Z\"/>",
                y - far,
                x + far,
                y + far,
                x - far
            ));
        }
    }
}

/// An outline, by its upper left corner.
pub fn picture(svg: &mut Svg, place: (f64, f64), path: &str, class: &str) {
    svg.put(format_args!(
        "<path class=\"picture {class}\" transform=\"translate({:.1} {:.1})\" d=\"{path}\"/>",
        place.0, place.1
    ));
}

/// A filled label that ends at a place. Returns where it begins.
pub fn tag(svg: &mut Svg, place: (f64, f64), text: &str, class: &str) -> f64 {
    let width = svg.measure(text, TAG) + 10.0;
    let (x, y) = (place.0 - width, place.1);
    svg.put(format_args!(
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"15\" rx=\"7.5\"/>"
    ));
    let (middle, baseline) = (x + width / 2.0, y + 11.0);
    svg.put(format_args!(
        "<text class=\"tag on\" x=\"{middle:.1}\" y=\"{baseline:.1}\">{}</text>",
        escaped(text)
    ));
    x
}

/// A location's outline in a square of 18 pixels.
pub fn place_path(picture: PlacePicture) -> &'static str {
    match picture {
        PlacePicture::Safe => {
            "M1 1h16v14h-16zM4 15v2M14 15v2M9 5a3 3 0 1 0 .01 0M9 3v2M9 11v2M4 8h2M12 8h2"
        }
        PlacePicture::Vault => "M1 6L9 1l8 5zM3 8v6M7 8v6M11 8v6M15 8v6M1 16.5h16",
        PlacePicture::Cabinet => "M2 1h14v16h-14zM2 6.3h14M2 11.6h14M8 3.7h2M8 9h2M8 14.3h2",
        PlacePicture::Room => "M4 16.5v-15h10v15M1 16.5h16M11 9v.6",
        PlacePicture::Other => "M9 1l8 8l-8 8l-8-8z",
    }
}

/// An item's outline in such a square, and its class: what kind of secret it holds.
pub fn thing_path(picture: ThingPicture) -> (&'static str, &'static str) {
    match picture {
        ThingPicture::QrSheet => (
            "M2 2h5v5h-5zM11 2h5v5h-5zM2 11h5v5h-5zM11 11h2v2M16 11v2M11 16h2M16 15v1h-1",
            "mfa",
        ),
        ThingPicture::Token => ("M1 6h12v6h-12zM13 7.5h4v3h-4M4 9h.5M7 9h3", "mfa"),
        ThingPicture::Phone => ("M5 1h8v16h-8zM8 14.5h2", "phone"),
        ThingPicture::Envelope => ("M1 4h16v11h-16zM1 4.5l8 6l8-6", "password"),
        ThingPicture::Share => (
            "M9 1.5a7.5 7.5 0 1 0 7.5 7.5h-7.5zM12 1.5a6 6 0 0 1 4.5 4.5h-4.5z",
            "share",
        ),
        ThingPicture::Stick => ("M5 7h8v10h-8zM6.5 7v-5h5v5M8 4h.3M9.7 4h.3", "other"),
        ThingPicture::Other => ("M9 2a7 7 0 1 0 .01 0", "other"),
    }
}
