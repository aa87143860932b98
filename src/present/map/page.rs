//! The map as a page of HTML: the same SVG, light and dark, as wide as the window.

use super::svg::escaped;
use super::{Map, draw};

/// What comes before the title. What the page may load is said in it: nothing.
const HEAD: &str = include_str!("page.html");

/// The whole page.
pub fn of(map: &Map<'_>) -> String {
    let title = escaped(&format!("Custody map of {}", map.ledger));
    let drawing = draw(map);
    format!("{HEAD}<title>{title}</title>\n</head>\n<body>\n{drawing}</body>\n</html>\n")
}
