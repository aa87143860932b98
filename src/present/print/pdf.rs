//! The PDF (ISO 32000-1, version 1.7) that drawn pages become.
//!
//! Pages are copied once, into a buffer that is large enough never to move and becomes the
//! [`SecretBytes`] that is handed out. Streams stay uncompressed: a compressor would keep its own
//! copies. No date, no random id: the same pages give the same bytes.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::PrintError;
use super::fonts::{Face, Font};
use super::ink::{Ink, POINTS};
use crate::crypto::secret::SecretBytes;

/// The file.
///
/// # Errors
/// [`PrintError::Fonts`].
pub fn write(
    title: &str,
    (width, height): (f64, f64),
    fonts: &[(Face, Font)],
    pages: &[Ink],
) -> Result<SecretBytes, PrintError> {
    let files: Option<Vec<Vec<u8>>> = fonts.iter().map(|(_, font)| font.reduced()).collect();
    let files = files.ok_or(PrintError::Fonts)?;
    let streams = pages.iter().map(|page| page.bytes().len());
    let streams: usize = streams.chain(files.iter().map(Vec::len)).sum();
    // Beside the streams: a page's objects take half a kilobyte, a font's map and widths few.
    let mut pdf = Pdf::with_capacity(streams + 1024 * pages.len() + 256 * 1024);
    let mut next = 1;
    let mut new_ref = || {
        let made = Ref::new(next);
        next += 1;
        made
    };
    let (catalog_id, tree_id, info_id) = (new_ref(), new_ref(), new_ref());

    let mut catalog = pdf.catalog(catalog_id);
    catalog.pages(tree_id).lang(TextStr("en-GB"));
    let mut viewer = catalog.viewer_preferences();
    viewer.display_doc_title(true);
    // ISO 32000-1, table 150: a scaled page would fold in the wrong places.
    viewer.pair(Name(b"PrintScaling"), Name(b"None"));
    viewer.finish();
    catalog.finish();
    pdf.document_info(info_id)
        .title(TextStr(title))
        .creator(TextStr("Rootkeep"));

    let mut named = Vec::new();
    for ((face, font), file) in fonts.iter().zip(&files) {
        let ids = [(); 5].map(|()| new_ref());
        write_font(&mut pdf, ids, *face, font, file);
        let [id, ..] = ids;
        named.push((face.names().0, id));
    }
    let mut page_ids = Vec::new();
    for page in pages {
        let (page_id, content_id) = (new_ref(), new_ref());
        page_ids.push(page_id);
        let mut written = pdf.page(page_id);
        written
            .parent(tree_id)
            .media_box(Rect::new(0.0, 0.0, points(width), points(height)))
            .contents(content_id);
        let mut resources = written.resources();
        let mut names = resources.fonts();
        for (name, id) in &named {
            names.pair(Name(name.as_bytes()), *id);
        }
        names.finish();
        resources.finish();
        written.finish();
        pdf.stream(content_id, page.bytes()).finish();
    }
    pdf.pages(tree_id)
        .count(i32::try_from(page_ids.len()).unwrap_or(i32::MAX))
        .kids(page_ids);
    Ok(SecretBytes::new(pdf.finish()))
}

/// A composite font (ISO 32000-1, section 9.7) whose character codes are glyph numbers.
fn write_font(pdf: &mut Pdf, ids: [Ref; 5], face: Face, font: &Font, file: &[u8]) {
    let [id, descendant_id, descriptor_id, file_id, map_id] = ids;
    let system = SystemInfo {
        registry: Str(b"Adobe"),
        ordering: Str(b"Identity"),
        supplement: 0,
    };
    // ISO 32000-1, section 9.6.4: six letters before the name of a face that is not whole.
    let name = format!("ROOTKP+{}", face.names().1);
    let name = Name(name.as_bytes());
    pdf.type0_font(id)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant_id)
        .to_unicode(map_id);
    let mut descendant = pdf.cid_font(descendant_id);
    descendant
        .subtype(CidFontType::Type2)
        .base_font(name)
        .system_info(system)
        .font_descriptor(descriptor_id)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    descendant
        .widths()
        .consecutive(1, font.used().map(|(_, _, width)| f32::from(width)));
    descendant.finish();
    let mut flags = FontFlags::SYMBOLIC;
    flags.set(FontFlags::FIXED_PITCH, face == Face::Mono);
    // All three faces' own numbers (`hhea`, `OS/2`, `head`), the box rounded outward.
    pdf.font_descriptor(descriptor_id)
        .name(name)
        .flags(flags)
        .bbox(Rect::new(-650.0, -400.0, 2800.0, 1250.0))
        .italic_angle(0.0)
        .ascent(1069.0)
        .descent(-293.0)
        .cap_height(714.0)
        .stem_v(if face == Face::Bold { 140.0 } else { 80.0 })
        .font_file2(file_id);
    pdf.stream(file_id, file).pair(
        Name(b"Length1"),
        i32::try_from(file.len()).unwrap_or(i32::MAX),
    );
    let mut map = UnicodeCmap::<u16>::new(Name(b"Rootkeep"), system);
    for (number, character, _) in font.used() {
        map.pair(number, character);
    }
    pdf.cmap(map_id, &map.finish());
}

/// pdf-writer takes page sizes as `f32`.
#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a page is far smaller than f32's range, and there is no other conversion"
)]
fn points(millimetres: f64) -> f32 {
    (millimetres * POINTS) as f32
}
