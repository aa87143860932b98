//! The three faces that paper is set in, and which character is which glyph of them.
//!
//! The faces are Noto's, reduced by `assets/fonts/make.sh` and built in (SIL Open Font License 1.1,
//! `assets/fonts/OFL.txt`). Only what setting text needs is read of them: the character map
//! (OpenType `cmap`, format 4) and the advance widths (`hmtx`). They are our own files, so what
//! doesn't fit the format is an error of the build, found by the tests.

use std::borrow::Cow;

use subsetter::GlyphRemapper;

/// A face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Running text.
    Regular,
    /// Titles, and what matters.
    Bold,
    /// What is compared or typed: numbers of bags and accounts, words of a share. Its zero has a
    /// stroke, and `1`, `l` and `I` differ.
    Mono,
}

impl Face {
    /// All of them, in the order of the PDF's font names.
    pub const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Mono];

    /// Its PDF resource name, and its PostScript name.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Regular => ("F1", "NotoSans-Regular"),
            Self::Bold => ("F2", "NotoSans-Bold"),
            Self::Mono => ("F3", "NotoSansMono-Regular"),
        }
    }

    fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf"),
            Self::Bold => include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf"),
            Self::Mono => include_bytes!("../../../assets/fonts/NotoSansMono-Regular.ttf"),
        }
    }
}

/// What is read of a face.
struct Tables {
    file: &'static [u8],
    characters: &'static [u8],
    widths: &'static [u8],
    /// How many glyphs have a width of their own; the last one's holds for the rest.
    own_widths: u16,
}

impl Tables {
    fn of(file: &'static [u8]) -> Option<Self> {
        let cmap = table(file, b"cmap")?;
        let own_widths = u16_at(table(file, b"hhea")?, 34)?;
        Some(Self {
            file,
            characters: format_4(cmap)?,
            widths: table(file, b"hmtx")?,
            own_widths,
        })
    }

    /// OpenType, `cmap`, "Format 4: Segment mapping to delta values".
    fn glyph(&self, character: char) -> Option<u16> {
        let code = u16::try_from(u32::from(character)).ok()?;
        let map = self.characters;
        let doubled = usize::from(u16_at(map, 6)?);
        let (ends, starts) = (14, 16 + doubled);
        let (deltas, ranges) = (starts + doubled, starts + 2 * doubled);
        let segment = (0..doubled)
            .step_by(2)
            .find(|at| u16_at(map, ends + at).is_some_and(|end| code <= end))?;
        let start = u16_at(map, starts + segment)?;
        let from_start = usize::from(code.checked_sub(start)?);
        let delta = u16_at(map, deltas + segment)?;
        let range = u16_at(map, ranges + segment)?;
        let glyph = if range == 0 {
            code.wrapping_add(delta)
        } else {
            match u16_at(map, ranges + segment + usize::from(range) + 2 * from_start)? {
                0 => 0,
                glyph => glyph.wrapping_add(delta),
            }
        };
        (glyph != 0).then_some(glyph)
    }

    /// In thousandths of the size: the faces have 1000 units to the em.
    fn width(&self, glyph: u16) -> Option<u16> {
        let place = glyph.min(self.own_widths.checked_sub(1)?);
        u16_at(self.widths, 4 * usize::from(place))
    }
}

/// One face of a document: its tables, and the glyphs that the document used so far.
pub struct Font {
    tables: Tables,
    glyphs: GlyphRemapper,
    /// What each used glyph stands for, in the order of the numbers given to them.
    characters: Vec<char>,
}

/// A glyph as it is written in this document's PDF.
#[derive(Clone, Copy)]
pub struct Glyph {
    /// Its number in the reduced face.
    pub number: u16,
    /// In thousandths of the size.
    pub width: u16,
}

impl Font {
    /// `None` where the built-in file isn't what is expected.
    #[must_use]
    pub fn open(face: Face) -> Option<Self> {
        let mut font = Self {
            tables: Tables::of(face.file())?,
            glyphs: GlyphRemapper::new(),
            characters: Vec::new(),
        };
        // In one order for all documents: numbers given by first use would tell, in a buffer that
        // nobody wipes, which letters a secret begins with.
        for character in ' '..='~' {
            font.glyph(character)?;
        }
        Some(font)
    }

    /// Its width in thousandths of the size. `None` where the face has no such character.
    #[must_use]
    pub fn width(&self, character: char) -> Option<u16> {
        self.tables.width(self.tables.glyph(character)?)
    }

    /// The glyph of a character, which from now on is part of the document.
    pub fn glyph(&mut self, character: char) -> Option<Glyph> {
        let old = self.tables.glyph(character)?;
        let number = self.glyphs.remap(old);
        // Number 0 is "no glyph"; the first that is used has 1.
        if usize::from(number) > self.characters.len() {
            self.characters.push(character);
        }
        Some(Glyph {
            number,
            width: self.tables.width(old)?,
        })
    }

    /// The face reduced to the glyphs that were used. `None` where the file is not what is expected.
    #[must_use]
    pub fn reduced(&self) -> Option<Vec<u8>> {
        subsetter::subset(self.tables.file, 0, &self.glyphs).ok()
    }

    /// The used glyphs' numbers, characters and widths.
    pub fn used(&self) -> impl Iterator<Item = (u16, char, u16)> {
        (1u16..)
            .zip(&self.characters)
            .map(|(number, character)| (number, *character, self.width(*character).unwrap_or(0)))
    }
}

/// How a character that no face has is shown.
#[must_use]
pub fn replacement(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// Text with each character that `is_known` doesn't know replaced by its [`replacement`], set apart
/// by spaces; and the replaced characters. Nothing is dropped silently.
pub fn with_replacements(text: &str, is_known: impl Fn(char) -> bool) -> (Cow<'_, str>, Vec<char>) {
    if text.chars().all(&is_known) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut shown = String::new();
    let mut unknown = Vec::new();
    let mut apart = true;
    for character in text.chars() {
        if is_known(character) {
            if !apart && character != ' ' {
                shown.push(' ');
            }
            apart = true;
            shown.push(character);
        } else {
            if !shown.is_empty() && !shown.ends_with(' ') {
                shown.push(' ');
            }
            apart = false;
            shown.push_str(&replacement(character));
            unknown.push(character);
        }
    }
    (Cow::Owned(shown), unknown)
}

/// OpenType, "Organization of an OpenType Font": the directory of tables.
fn table(file: &'static [u8], tag: &[u8; 4]) -> Option<&'static [u8]> {
    let count = usize::from(u16_at(file, 4)?);
    let record = (0..count).find_map(|number| {
        let at = 12 + 16 * number;
        file.get(at..at + 16)
            .filter(|record| record.starts_with(tag))
    })?;
    let offset = usize::try_from(u32_at(record, 8)?).ok()?;
    let length = usize::try_from(u32_at(record, 12)?).ok()?;
    file.get(offset..offset.checked_add(length)?)
}

fn format_4(cmap: &'static [u8]) -> Option<&'static [u8]> {
    let count = usize::from(u16_at(cmap, 2)?);
    (0..count).find_map(|number| {
        let offset = usize::try_from(u32_at(cmap, 4 + 8 * number + 4)?).ok()?;
        let map = cmap.get(offset..)?;
        (u16_at(map, 0)? == 4).then_some(map)
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|pair| u16::from_be_bytes(*pair))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|four| u32::from_be_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_opens_and_has_the_characters_that_paper_needs() {
        for face in Face::ALL {
            let font = Font::open(face).unwrap();
            for character in "AZaz09 @:/-–—“”‘’…·•×ÄÖÜßéèñøŁőžșțẽĐðΩωЖжЇї€£¥№½".chars()
            {
                let width = font.width(character);
                assert!(width.is_some_and(|w| w > 0), "{face:?} {character:?}");
            }
            for character in ['東', '\u{0}', '\n', '\u{202e}', '\u{200b}', '\u{ad}', '🔑'] {
                assert_eq!(font.width(character), None, "{face:?} {character:?}");
            }
        }
        assert!(
            "←↑→↓□■○●≥≤≠−"
                .chars()
                .all(|c| Font::open(Face::Mono).unwrap().width(c) == Some(600))
        );
    }

    #[test]
    fn widths_are_those_of_the_files() {
        let font = Font::open(Face::Regular).unwrap();
        // `hmtx` of Noto Sans 2.004 as fonttools reads it.
        for (character, width) in [(' ', 260), ('A', 639), ('i', 258), ('€', 572), ('Ж', 854)] {
            assert_eq!(font.width(character), Some(width), "{character:?}");
        }
    }

    #[test]
    fn the_numbers_of_ascii_do_not_depend_on_what_is_written() {
        let mut font = Font::open(Face::Mono).unwrap();
        let numbers: Vec<u16> = "zebra!"
            .chars()
            .map(|c| font.glyph(c).unwrap().number)
            .collect();
        let mut other = Font::open(Face::Mono).unwrap();
        other.glyph('Ω').unwrap();
        let again: Vec<u16> = "zebra!"
            .chars()
            .map(|c| other.glyph(c).unwrap().number)
            .collect();
        assert_eq!(numbers, again);
        assert_eq!(
            other.used().last().map(|(_, c, w)| (c, w)),
            Some(('Ω', 600))
        );
    }

    #[test]
    fn what_a_face_lacks_is_shown_by_its_number() {
        let latin = |c: char| c.is_ascii();
        for (text, shown, unknown) in [
            ("Tokyo", "Tokyo", ""),
            ("東京", "U+6771 U+4EAC", "東京"),
            ("a東b", "a U+6771 b", "東"),
            ("a 東 b", "a U+6771 b", "東"),
            ("金庫 2", "U+91D1 U+5EAB 2", "金庫"),
            ("🔑", "U+1F511", "🔑"),
            ("", "", ""),
        ] {
            let (replaced, missing) = with_replacements(text, latin);
            assert_eq!(
                (&*replaced, missing.iter().collect::<String>()),
                (shown, unknown.to_owned())
            );
        }
    }
}
