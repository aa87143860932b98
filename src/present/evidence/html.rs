//! Writing HTML: markup is this program's own literals, everything else is escaped. What is in a bundle was
//! written by others, so that there is no way to put it down unescaped.

use std::fmt::{Display, Write};

use crate::crypto::unseen::is_unseen;

/// A table of more rows than these is laid out once it comes near to being seen.
const FEW: usize = 60;
/// A table of up to so many rows stays on one page of paper.
const SHORT: usize = 8;

/// A page while it is written.
#[derive(Default)]
pub struct Html {
    out: String,
}

impl Html {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The text so far.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// Markup of this program: a literal.
    pub fn put(&mut self, markup: &'static str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    /// Text between tags: escaped, and what a reader would not see is shown by its number.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for character in visible(text).chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                _ => self.out.push(character),
            }
        }
        self
    }

    /// Text in an attribute's quotes: quotes are escaped too.
    fn quoted(&mut self, text: &str) -> &mut Self {
        let mut inner = Self::new();
        inner.text(text);
        for character in inner.out.chars() {
            match character {
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                _ => self.out.push(character),
            }
        }
        self
    }

    /// A number, an id, a time.
    pub fn shown(&mut self, value: impl Display) -> &mut Self {
        self.text(&value.to_string())
    }

    /// The opening tag.
    pub fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.put("<").put(tag);
        for (name, value) in attributes {
            self.put(" ").put(name).put("=\"").quoted(value).put("\"");
        }
        self.put(">")
    }

    /// The closing tag.
    pub fn close(&mut self, tag: &'static str) -> &mut Self {
        self.put("</").put(tag).put(">")
    }

    /// An element with text in it.
    pub fn element(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) -> &mut Self {
        self.open(tag, attributes).text(text).close(tag)
    }

    /// A table's head: its caption, its columns, and how many rows are to come.
    pub fn table(
        &mut self,
        class: &'static str,
        caption: &str,
        columns: &[&str],
        rows: usize,
    ) -> &mut Self {
        let wide = match rows {
            0..=SHORT => "wide short",
            _ if rows > FEW => "wide many",
            _ => "wide",
        };
        self.put("<div class=\"").put(wide);
        self.put("\" tabindex=\"0\" role=\"region\"");
        self.put(" aria-label=\"Table: ").quoted(caption).put("\">");
        self.open("table", &[("class", class)]);
        self.element("caption", &[], caption);
        self.put("<thead><tr>");
        for column in columns {
            self.element("th", &[("scope", "col")], column);
        }
        self.put("</tr></thead><tbody>\n")
    }

    /// A table's end.
    pub fn end_table(&mut self) -> &mut Self {
        self.put("</tbody></table></div>\n")
    }

    /// A drawing of ours, made of escaped text alone.
    pub fn drawing(&mut self, svg: &Drawing) -> &mut Self {
        self.out.push_str(&svg.out);
        self
    }

    /// JSON in a block that nothing executes: `<` can't stand in it, so that nothing in it ends it.
    pub fn data(&mut self, id: &'static str, json: &str) -> &mut Self {
        self.put("<script type=\"application/json\" id=\"")
            .put(id)
            .put("\">");
        self.out.push_str(&json.replace('<', "\\u003c"));
        self.put("</script>\n")
    }
}

/// An SVG while it is drawn.
#[derive(Default)]
pub struct Drawing {
    out: String,
}

impl Drawing {
    /// An image with a title, so many units wide and high.
    #[must_use]
    pub fn new(class: &'static str, (width, height): (f64, f64), title: &str) -> Self {
        let mut drawing = Self::default();
        // Writing to a string doesn't fail.
        let _ = write!(
            drawing.out,
            "<svg class=\"{class}\" role=\"img\" viewBox=\"0 0 {width:.0} {height:.0}\">\n<title>{}</title>\n",
            escaped(title)
        );
        drawing
    }

    /// A shape of a class: a literal name, and numbers as its attributes.
    pub fn shape(
        &mut self,
        tag: &'static str,
        class: &'static str,
        numbers: &[(&'static str, f64)],
        title: Option<&str>,
    ) {
        let _ = write!(self.out, "<{tag} class=\"{class}\"");
        for (name, number) in numbers {
            let _ = write!(self.out, " {name}=\"{number:.1}\"");
        }
        let _ = match title {
            Some(title) => writeln!(self.out, "><title>{}</title></{tag}>", escaped(title)),
            None => writeln!(self.out, "/>"),
        };
    }

    /// A curve from one place to another, level at both ends.
    pub fn curve(&mut self, class: &'static str, from: (f64, f64), to: (f64, f64)) {
        let middle = (from.0 + to.0) / 2.0;
        let _ = writeln!(
            self.out,
            "<path class=\"{class}\" d=\"M{:.1} {:.1}C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}\"/>",
            from.0, from.1, from.1, to.1, to.0, to.1
        );
    }

    /// One line of text.
    pub fn text(&mut self, class: &'static str, (x, y): (f64, f64), text: &str) {
        let _ = writeln!(
            self.out,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(text)
        );
    }

    /// Its end.
    pub fn finish(&mut self) {
        self.out.push_str("</svg>\n");
    }
}

fn escaped(text: &str) -> String {
    let mut html = Html::new();
    html.text(text);
    html.finish()
}

/// Text with everything that a reader would not see, or that reorders what is seen, shown by its number.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.push_str(&format!("\u{27e8}U+{:04X}\u{27e9}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn is_hidden(character: char) -> bool {
    let not_a_character = u32::from(character) & 0xfffe == 0xfffe;
    character.is_control() || is_unseen(character) || not_a_character
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn text_can_not_become_markup() {
        let hostile = "</td><script>alert('1' & \"2\")</script>";
        let mut html = Html::new();
        html.element("td", &[("title", hostile)], hostile);
        let out = html.finish();
        assert_eq!(out.matches('<').count(), 2, "{out}");
        assert!(out.contains(">&lt;/td&gt;&lt;script&gt;alert('1' &amp; \"2\")"));
        let (title, _) = out.split_once("\">").unwrap();
        assert_eq!(title.matches(['"', '\'']).count(), 1, "{out}");
        assert!(title.contains("&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)"));
    }

    #[test]
    fn what_is_not_seen_is_shown_by_its_number() {
        assert_eq!(
            visible("a\u{202e}b\u{0}c\nd"),
            "a\u{27e8}U+202E\u{27e9}b\u{27e8}U+0000\u{27e9}c\u{27e8}U+000A\u{27e9}d"
        );
        assert_eq!(
            visible("\u{e0041}\u{ffff}"),
            "\u{27e8}U+E0041\u{27e9}\u{27e8}U+FFFF\u{27e9}"
        );
        assert_eq!(visible("Zürich 東京 שלום 🔑"), "Zürich 東京 שלום 🔑");
    }

    #[test]
    fn data_ends_where_this_program_ends_it() {
        let text = "</script><!--<script>";
        let mut html = Html::new();
        html.data("x", &serde_json::to_string(text).unwrap());
        let out = html.finish();
        assert_eq!(out.matches("</script").count(), 1);
        let json = out.split_once('>').unwrap().1.split_once('<').unwrap().0;
        assert_eq!(serde_json::from_str::<String>(json).unwrap(), text);
    }
}
