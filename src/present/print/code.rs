//! Reads the QR codes of a finished PDF back, from the rectangles that a printer will be given.

use image::{GrayImage, Luma};

use super::ink::{CODE_BEGINS, CODE_ENDS};
use crate::crypto::secret::SecretText;
use crate::exchange::qr_image;

/// Thousandths of a point in a pixel: 150 to the inch, what a poor scanner gives.
const PIXEL: u32 = 480;
/// White around a code, in pixels: wider than any quiet zone that is drawn.
const MARGIN: u32 = 40;
/// The longest side of a code on paper, in pixels: more than a page's.
const LONGEST: u32 = 2500;

/// The texts of all codes in a PDF of this module's making, in the order of its pages. `None` where
/// one can't be read.
#[must_use]
pub fn read_all(pdf: &[u8]) -> Option<Vec<SecretText>> {
    let mut codes = Vec::new();
    let mut rest = pdf;
    while let Some(begins) = find(rest, CODE_BEGINS.as_bytes()) {
        let after = rest.get(begins + CODE_BEGINS.len()..)?;
        let ends = find(after, CODE_ENDS.as_bytes())?;
        let picture = picture(&rectangles(after.get(..ends)?)?)?;
        codes.push(qr_image::read_grey(picture).ok()?);
        rest = after.get(ends..)?;
    }
    Some(codes)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Left, bottom, width and height in thousandths of a point.
type Rectangle = [u32; 4];

/// The `re` operators' operands (ISO 32000-1, table 59).
fn rectangles(operators: &[u8]) -> Option<Vec<Rectangle>> {
    let lines = std::str::from_utf8(operators).ok()?.lines();
    lines
        .filter_map(|line| line.strip_suffix(" re"))
        .map(|operands| {
            let mut numbers = operands.split(' ').map(thousandths);
            let mut next = || numbers.next().flatten();
            Some([next()?, next()?, next()?, next()?])
        })
        .collect()
}

/// `12.345` as 12345.
fn thousandths(number: &str) -> Option<u32> {
    let (whole, part) = number.split_once('.')?;
    let whole: u32 = whole.parse().ok()?;
    let part: u32 = part.parse().ok().filter(|_| part.len() == 3)?;
    whole.checked_mul(1000)?.checked_add(part)
}

/// Blackens every pixel whose middle lies in a rectangle.
fn picture(rectangles: &[Rectangle]) -> Option<GrayImage> {
    let left = rectangles.iter().map(|[x, ..]| *x).min()?;
    let right = rectangles.iter().map(|[x, _, w, _]| x + w).max()?;
    let bottom = rectangles.iter().map(|[_, y, ..]| *y).min()?;
    let top = rectangles.iter().map(|[_, y, _, h]| y + h).max()?;
    let side = |length: u32| Some(length / PIXEL + 1).filter(|side| *side <= LONGEST);
    let (width, height) = (side(right - left)?, side(top - bottom)?);
    let mut picture =
        GrayImage::from_pixel(width + 2 * MARGIN, height + 2 * MARGIN, Luma([u8::MAX]));
    // Pixel number n has its middle at n + 1/2.
    let first = |from: u32| (from + PIXEL / 2) / PIXEL;
    for [x, y, w, h] in rectangles {
        let (from_left, from_top) = (x - left, top - (y + h));
        for row in first(from_top)..first(from_top + h) {
            for column in first(from_left)..first(from_left + w) {
                if let Some(pixel) = picture.get_pixel_mut_checked(column + MARGIN, row + MARGIN) {
                    *pixel = Luma([0]);
                }
            }
        }
    }
    Some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        assert_eq!(thousandths("12.345"), Some(12345));
        assert_eq!(thousandths("0.000"), Some(0));
        for bad in [
            "12",
            "12.34",
            "12.3456",
            "-1.000",
            "a.000",
            "1.0e3",
            "99999999.000",
            "",
        ] {
            assert_eq!(thousandths(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_file_without_codes_has_none_and_a_spoilt_code_is_not_read() {
        assert!(read_all(b"%PDF-1.7").is_some_and(|codes| codes.is_empty()));
        assert!(read_all(b"/Code BMC\n1.000 1.000 1.000 1.000 re\nf\n").is_none());
        assert!(read_all(b"/Code BMC\n1.000 1.000 1.000 1.000 re\nf\nEMC\n").is_none());
        assert!(read_all(b"/Code BMC\nf\nEMC\n").is_none());
    }
}
