//! Text in SVG: escaped, and cut to a width whatever font the viewer has.

use std::fmt::{Arguments, Write};

use crate::present::print::fonts::{Face, Font, with_replacements};

/// How much wider than the measured face a viewer's may be: DejaVu Sans and Verdana are the widest
/// of those that stand in for it.
const WIDER: f64 = 1.17;

/// How a text is set; each has a class of its name in the style sheet.
#[derive(Clone, Copy)]
pub struct Set {
    /// The class.
    pub class: &'static str,
    /// Its size in pixels.
    pub size: f64,
    /// Whether it is bold.
    pub bold: bool,
}

/// How the map's texts are set.
pub const TITLE: Set = set("title", 22.0, true);
/// See [`TITLE`].
pub const SITE: Set = set("site", 16.0, true);
/// See [`TITLE`].
pub const NAME: Set = set("name", 12.5, true);
/// See [`TITLE`].
pub const TEXT: Set = set("text", 11.0, false);
/// See [`TITLE`].
pub const PALE: Set = set("pale", 10.0, false);
/// See [`TITLE`].
pub const TAG: Set = set("tag", 9.5, true);
/// See [`TITLE`].
pub const INITIALS: Set = set("initials", 9.0, true);
/// See [`TITLE`].
pub const HEAD: Set = set("head", 11.0, true);

const fn set(class: &'static str, size: f64, bold: bool) -> Set {
    Set { class, size, bold }
}

/// An SVG while it is written.
pub struct Svg {
    out: String,
    faces: [Option<Font>; 2],
}

impl Svg {
    /// Empty.
    pub fn new() -> Self {
        Self {
            out: String::new(),
            faces: [Font::open(Face::Regular), Font::open(Face::Bold)],
        }
    }

    /// The text so far.
    pub fn finish(self) -> String {
        self.out
    }

    /// Writes markup, whose texts are escaped already.
    pub fn put(&mut self, markup: Arguments<'_>) {
        // Writing to a string doesn't fail.
        let _ = self.out.write_fmt(markup);
        self.out.push('\n');
    }

    /// One line of text.
    pub fn text(&mut self, place: (f64, f64), text: &str, set: Set) {
        let (x, y) = place;
        let (class, text) = (set.class, escaped(text));
        self.put(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
        ));
    }

    /// One line of text no wider than `width`; cut, it tells the whole where the pointer rests.
    pub fn fitted(&mut self, place: (f64, f64), width: f64, text: &str, set: Set) {
        let shown = self.cut(text, width, set);
        if shown == text {
            self.text(place, text, set);
        } else {
            self.put(format_args!("<g><title>{}</title>", escaped(text)));
            self.text(place, &shown, set);
            self.put(format_args!("</g>"));
        }
    }

    /// The text, with an ellipsis where it is wider than `width`.
    pub fn cut(&self, text: &str, width: f64, set: Set) -> String {
        if self.measure(text, set) <= width {
            return text.to_owned();
        }
        let mut room = width - self.measure("\u{2026}", set);
        let mut kept = String::new();
        for character in text.chars() {
            room -= self.advance(character, set);
            if room < 0.0 {
                break;
            }
            kept.push(character);
        }
        format!("{}\u{2026}", kept.trim_end())
    }

    /// The most that a text may take.
    pub fn measure(&self, text: &str, set: Set) -> f64 {
        text.chars().map(|c| self.advance(c, set)).sum()
    }

    fn advance(&self, character: char, set: Set) -> f64 {
        let [regular, bold] = &self.faces;
        let face = if set.bold { bold } else { regular };
        let own = face.as_ref().and_then(|font| font.width(character));
        // What our face lacks is drawn by another: an ideograph is as wide as it is high.
        let thousandths = own.map_or(1000.0, f64::from);
        let shown_as = if is_shown(character) { 1.0 } else { 6.0 };
        thousandths * shown_as * set.size * WIDER / 1000.0
    }
}

/// A number of things as a length's factor.
pub fn count(things: usize) -> f64 {
    u32::try_from(things).map_or(f64::MAX, f64::from)
}

/// Text as XML 1.0 has it (sections 2.2 and 2.4). What XML doesn't allow, and what turns the direction
/// of writing round, is shown by its number.
pub fn escaped(text: &str) -> String {
    let (shown, _) = with_replacements(text, is_shown);
    let mut safe = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}

fn is_shown(character: char) -> bool {
    let turns = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    let not_a_character = u32::from(character) & 0xfffe == 0xfffe;
    !(character.is_control() || turns || not_a_character || character == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: Set = Set {
        class: "t",
        size: 10.0,
        bold: false,
    };

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(
            escaped("</title><script>alert(\"1\" & '2')</script>"),
            "&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;"
        );
    }

    #[test]
    fn what_xml_forbids_or_turns_writing_round_is_shown_by_its_number() {
        assert_eq!(escaped("a\u{0}b"), "a U+0000 b");
        assert_eq!(escaped("a\nb"), "a U+000A b");
        assert_eq!(escaped("\u{202e}evil"), "U+202E evil");
        assert_eq!(escaped("\u{ffff}"), "U+FFFF");
        assert_eq!(escaped("東京 Zürich 🔑"), "東京 Zürich 🔑");
    }

    #[test]
    fn long_text_is_cut_and_told_whole() {
        let mut svg = Svg::new();
        svg.fitted((1.0, 2.0), 40.0, "root-account-mfa-device", SET);
        svg.fitted((1.0, 2.0), 40.0, "root", SET);
        let out = svg.finish();
        assert!(
            out.contains("<title>root-account-mfa-device</title>"),
            "{out}"
        );
        assert!(out.contains(">root-\u{2026}</text>"), "{out}");
        assert!(out.contains(">root</text>"), "{out}");
        assert_eq!(out.matches("<title>").count(), 1);
    }

    #[test]
    fn a_cut_text_is_never_wider_than_asked_for() {
        let svg = Svg::new();
        for text in [
            "MMMMMMMM",
            "iiiiiiiiiiiiiiiiiiiiiiiii",
            "東京の金庫の鍵",
            "a\u{202e}b\u{202e}c",
        ] {
            for width in [15.0, 30.0, 45.0, 90.0] {
                let cut = svg.cut(text, width, SET);
                assert!(svg.measure(&cut, SET) <= width, "{text} {width} {cut}");
            }
        }
    }
}
