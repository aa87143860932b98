//! Sheets of paper as PDF: pure functions of what stands on them.
//!
//! | sheet | what for |
//! |---|---|
//! | [`sheet::draw`] | a sealed MFA backup: one virtual device's QR code, folded inside, for a bag in a safe |
//! | [`share::draw`] | one custodian's share of a sealed secret, as words and as QR code |
//! | [`inventory::draw`] | what is registered in one location, to be compared with what lies there |
//! | [`form::draw`] | the record of an access by pen, for when no computer runs |
//! | [`script::draw`] | a runbook, to be performed and filled in by hand |
//! | [`annotated::draw`] | a runbook with what was recorded as it was performed |
//!
//! Each returns [`Printed`]: the PDF, what its fonts could not draw, and what had to be shortened.
//! Text can be selected; fonts are embedded, reduced to what is used. No time or chance is in it: the
//! same input gives the same bytes. Every QR code has been read back from the finished file.

pub mod annotated;
mod blocks;
mod code;
mod document;
mod flow;
mod folded;
pub(in crate::present) mod fonts;
pub mod form;
mod ink;
pub mod inventory;
mod pdf;
pub mod script;
pub mod share;
pub mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod wrap;

use std::fmt;

use crate::crypto::secret::SecretBytes;
use crate::present::qr::DrawError;

/// The size of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// ISO 216: 210 by 297 mm.
    A4,
    /// ANSI A: 8.5 by 11 inches.
    Letter,
}

impl Paper {
    /// Width and height of a page held upright, in millimetres.
    #[must_use]
    pub fn size(self) -> (f64, f64) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::Letter => (215.9, 279.4),
        }
    }
}

/// What stands at the foot of every page.
#[derive(Clone, Copy, Debug)]
pub struct Imprint<'a> {
    /// The ledger's name.
    pub ledger: &'a str,
    /// The start of its id.
    pub ledger_id: &'a str,
    /// The entry that this paper goes back to, as `entry #42`.
    pub entry: Option<&'a str>,
    /// How far the log went, as `43 2f9c11…`.
    pub checkpoint: Option<&'a str>,
    /// When it was printed, with its zone.
    pub printed: Option<&'a str>,
    /// Whether "SAMPLE" stands on every page: made-up data.
    pub sample: bool,
}

/// A finished document.
#[derive(Debug)]
pub struct Printed {
    /// The file. It holds the secret where the sheet does.
    pub pdf: SecretBytes,
    /// How many pages it has.
    pub pages: usize,
    /// Characters that no font has, each once: `U+6771` and so on stand in their places.
    pub undrawn: Vec<char>,
    /// Texts that were too long for their place and end in an ellipsis. Never a secret.
    pub shortened: Vec<String>,
}

/// Why nothing was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintError {
    /// The built-in fonts can't be read.
    Fonts,
    /// A QR code can't be drawn.
    Code(DrawError),
    /// A QR code's modules would be too small for paper.
    CodeTooFine,
    /// A QR code in the finished file does not read back as what was drawn.
    NotReadBack,
}

impl fmt::Display for PrintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fonts => f.write_str("the fonts of this program are damaged"),
            Self::Code(error) => error.fmt(f),
            Self::CodeTooFine => {
                f.write_str("the text is too long for a QR code that paper could hold")
            }
            Self::NotReadBack => f.write_str(
                "a QR code in the finished PDF did not read back as what was drawn, so the PDF was \
                 thrown away",
            ),
        }
    }
}

impl std::error::Error for PrintError {}
