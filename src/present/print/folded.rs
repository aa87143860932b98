//! A sheet that is printed on one side and folded in three, so that a secret is inside.
//!
//! The lowest third is folded up over the middle one, print on print; then the uppermost is folded
//! back. What is outside afterwards: the uppermost third's print, and blank paper.

use super::document::{ABOVE_FOOTER, Document, MARGIN, Type};
use super::fonts::Face;
use super::ink::{Area, Stroke};

/// White that a QR code needs on each side.
const QUIET: f64 = 10.5;
/// From a code to the text beside it.
const BESIDE: f64 = 10.0;

/// The three thirds, without their margins.
pub struct Thirds {
    /// Outside once folded.
    pub outside: Area,
    /// Inside: the secret.
    pub inside: Area,
    /// Inside: what lies on the secret, as high as it.
    pub cover: Area,
}

/// Draws the two folds, and says what fits between them.
pub fn thirds(document: &mut Document) -> Thirds {
    let third = document.height / 3.0;
    let fold = |document: &mut Document, y: f64, text: &str| {
        document.line((4.0, y), (document.width - 4.0, y), Stroke::FOLD);
        let set = Type::new(Face::Regular, 6.5).pale();
        // At the right, away from the codes' quiet zones.
        document.text_ending_at((document.width - MARGIN, y - 1.2), text, set);
    };
    fold(
        document,
        third,
        "Fold second, backwards: the part above stays outside",
    );
    fold(
        document,
        2.0 * third,
        "Fold first: the lower edge up, print on print",
    );
    let area = |y: f64, height: f64| Area {
        x: MARGIN,
        y,
        width: document.width - 2.0 * MARGIN,
        height,
    };
    let height = third - QUIET - ABOVE_FOOTER - 2.0;
    Thirds {
        outside: area(14.0, third - 14.0 - 9.0),
        // As far above the fold as the cover is below it.
        inside: area(2.0 * third - QUIET - height, height),
        cover: area(2.0 * third + QUIET, height),
    }
}

/// A third in two: a square for a QR code, its quiet zone outside of it, and what is beside.
pub fn code_and_text(area: Area) -> (Area, Area) {
    let side = area.height;
    let square = Area {
        width: side,
        height: side,
        ..area
    };
    let x = area.x + side + BESIDE;
    let text = Area {
        x,
        width: area.x + area.width - x,
        ..area
    };
    (square, text)
}

/// The frame at the right of what is outside, and the text left of it.
pub fn text_and_frame(area: Area) -> (Area, Area) {
    const FRAME: f64 = 68.0;
    let text = Area {
        width: area.width - FRAME - 9.0,
        ..area
    };
    let frame = Area {
        x: area.x + area.width - FRAME,
        width: FRAME,
        ..area
    };
    (text, frame)
}

/// What somebody does who found it.
pub fn bring(to: &str, ledger: &str, call: Option<&str>) -> String {
    let call = call.map_or_else(String::new, |call| format!(" Call {call}."));
    format!("Bring it today to {to}, or to a custodian of \u{201c}{ledger}\u{201d}.{call}")
}

/// Boxes along a frame's lower edge, filled in by hand once the sheet is folded.
pub fn filled_in_by_hand(document: &mut Document, frame: Area, boxes: &[(f64, &str)]) {
    const HEIGHT: f64 = 12.0;
    let boxes: Vec<_> = boxes
        .iter()
        .map(|(share, label)| (*share, *label, None))
        .collect();
    let row = Area {
        y: frame.y + frame.height - HEIGHT,
        height: HEIGHT,
        ..frame
    };
    document.fields(row, &boxes);
}
