//! Draws QR codes for a terminal and as PNG, and reads each back before handing it out.
//!
//! A code that can't be scanned is found out at the safe, years later; so every drawing is decoded
//! again from its final form (the characters, the PNG's bytes) and compared. Symbols follow
//! ISO/IEC 18004, the quiet zone of four modules included. Modules and pixels are wiped here after
//! use; copies inside the libraries can't be. Pure: text in, drawing out.

use std::fmt;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use crate::crypto::secret::{SecretBytes, SecretText};
use crate::exchange::qr_image;

/// The margin that ISO/IEC 18004 demands on each side, in modules.
pub const QUIET_ZONE: usize = 4;
/// Pixels for a module in a PNG, smallest and largest.
pub const MODULE_PIXELS: std::ops::RangeInclusive<usize> = 2..=32;

/// What a drawing is for, which decides how much damage it survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A screen: clean and near, and small is what matters. Level L, 7 percent.
    Screen,
    /// Paper in a safe: folds and stains over years. Level Q, 25 percent.
    Paper,
}

/// The terminal's ground, since characters draw in its own colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Light text on a dark ground: blocks are the light modules.
    Dark,
    /// Dark text on a light ground: blocks are the dark modules.
    Light,
    /// Either: black on white by escape sequences (xterm's 256 colours, whose 16 and 231 themes
    /// don't change). For a terminal only, never for a file.
    Painted,
}

/// Why nothing was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawError {
    /// More text than one QR code holds.
    TooLong,
    /// A module size outside [`MODULE_PIXELS`].
    ModulePixels {
        /// What was asked for.
        asked: usize,
    },
    /// The PNG encoder failed.
    Encoder,
    /// The drawing doesn't read back as the text.
    NotReadBack,
}

impl fmt::Display for DrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("the text is longer than one QR code holds"),
            Self::ModulePixels { asked } => write!(
                f,
                "a module has {} to {} pixels, not {asked}",
                MODULE_PIXELS.start(),
                MODULE_PIXELS.end()
            ),
            Self::Encoder => f.write_str("the PNG could not be encoded"),
            Self::NotReadBack => f.write_str(
                "the QR code did not read back as what was drawn, so it was thrown away",
            ),
        }
    }
}

impl std::error::Error for DrawError {}

/// A QR code whose modules were decoded and found to be the text.
pub struct Drawing {
    text: SecretText,
    side: usize,
    dark: Zeroizing<Vec<bool>>,
}

impl fmt::Debug for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drawing [redacted]")
    }
}

impl Drawing {
    /// Lays the text out as modules.
    ///
    /// # Errors
    /// [`DrawError::TooLong`], or [`DrawError::NotReadBack`] where decoding gives another text.
    pub fn new(text: &SecretText, medium: Medium) -> Result<Self, DrawError> {
        let level = match medium {
            Medium::Screen => EcLevel::L,
            Medium::Paper => EcLevel::Q,
        };
        let code = QrCode::with_error_correction_level(text.expose().as_bytes(), level)
            .map_err(|_| DrawError::TooLong)?;
        let side = code.width();
        let dark = code
            .into_colors()
            .into_iter()
            .map(|module| module == Color::Dark)
            .collect();
        let drawing = Self {
            text: text.clone(),
            side,
            dark: Zeroizing::new(dark),
        };
        drawing.compare(|x, y| drawing.is_dark(x, y))?;
        Ok(drawing)
    }

    /// Modules on a side, the quiet zone not counted: 21 to 177.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether the module in this column and row is dark; outside of the code all are light.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let place = y.checked_mul(self.side).and_then(|row| row.checked_add(x));
        x < self.side
            && place
                .and_then(|place| self.dark.get(place))
                .copied()
                .unwrap_or(false)
    }

    /// The drawing in half blocks, two rows of modules a line, with its quiet zone.
    ///
    /// # Errors
    /// [`DrawError::NotReadBack`] where the characters decode to another text.
    pub fn terminal(&self, ground: Ground) -> Result<SecretText, DrawError> {
        let wide = self.side + 2 * QUIET_ZONE;
        // A half block has three bytes; the escape sequences of a line have fewer than 32.
        let mut out = String::with_capacity(wide.div_ceil(2) * (wide * 3 + 32));
        for y in (0..wide).step_by(2) {
            out.push_str(if ground == Ground::Painted { PAINT } else { "" });
            for x in 0..wide {
                let inked = |y| self.is_dark_in_frame(x, y) != (ground == Ground::Dark);
                out.push(half_block(inked(y), inked(y + 1)));
            }
            out.push_str(if ground == Ground::Painted {
                UNPAINT
            } else {
                ""
            });
            out.push('\n');
        }
        let out = SecretText::new(out);
        self.compare_terminal(&out, ground)?;
        Ok(out)
    }

    /// The drawing as a grey PNG with `module` pixels for a module, and its quiet zone.
    ///
    /// # Errors
    /// [`DrawError::ModulePixels`] out of bounds; [`DrawError::NotReadBack`] where the PNG's bytes,
    /// read as a stranger's picture would be, give another text.
    pub fn png(&self, module: usize) -> Result<SecretBytes, DrawError> {
        if !MODULE_PIXELS.contains(&module) {
            return Err(DrawError::ModulePixels { asked: module });
        }
        let side = (self.side + 2 * QUIET_ZONE) * module;
        let mut pixels = Zeroizing::new(Vec::with_capacity(side * side));
        for y in 0..side {
            pixels.extend((0..side).map(|x| {
                if self.is_dark_in_frame(x / module, y / module) {
                    u8::MIN
                } else {
                    u8::MAX
                }
            }));
        }
        let length = u32::try_from(side).map_err(|_| DrawError::Encoder)?;
        let mut png = Zeroizing::new(Vec::with_capacity(side * side / 4));
        PngEncoder::new(&mut *png)
            .write_image(&pixels, length, length, ExtendedColorType::L8)
            .map_err(|_| DrawError::Encoder)?;
        let png = SecretBytes::new(std::mem::take(&mut *png));
        let read = qr_image::read(&png).map_err(|_| DrawError::NotReadBack)?;
        if read.expose() != self.text.expose() {
            return Err(DrawError::NotReadBack);
        }
        Ok(png)
    }

    /// As [`Self::is_dark`], counted from the quiet zone's outer edge.
    fn is_dark_in_frame(&self, x: usize, y: usize) -> bool {
        match (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE)) {
            (Some(x), Some(y)) => self.is_dark(x, y),
            _ => false,
        }
    }

    fn compare(&self, is_dark: impl Fn(usize, usize) -> bool) -> Result<(), DrawError> {
        let read = qr_image::read_modules(self.side, is_dark).ok_or(DrawError::NotReadBack)?;
        if read.expose() == self.text.expose().as_bytes() {
            Ok(())
        } else {
            Err(DrawError::NotReadBack)
        }
    }

    /// Turns the characters into modules again: what a camera would see of them.
    fn compare_terminal(&self, drawn: &SecretText, ground: Ground) -> Result<(), DrawError> {
        let wide = self.side + 2 * QUIET_ZONE;
        let mut seen: Vec<Zeroizing<Vec<bool>>> = Vec::with_capacity(wide + 1);
        for line in drawn.expose().lines() {
            let blocks = match ground {
                Ground::Painted => line
                    .strip_prefix(PAINT)
                    .and_then(|line| line.strip_suffix(UNPAINT))
                    .ok_or(DrawError::NotReadBack)?,
                Ground::Dark | Ground::Light => line,
            };
            for lower in [false, true] {
                let row = blocks.chars().map(|block| {
                    halves(block).map(|(above, below)| {
                        (if lower { below } else { above }) != (ground == Ground::Dark)
                    })
                });
                let row: Option<Vec<bool>> = row.collect();
                seen.push(Zeroizing::new(row.ok_or(DrawError::NotReadBack)?));
            }
        }
        let at = |x: usize, y: usize| seen.get(y).and_then(|row| row.get(x)).copied();
        let inside = QUIET_ZONE..QUIET_ZONE + self.side;
        let framed = (0..wide).all(|y| {
            (0..wide)
                .all(|x| (inside.contains(&x) && inside.contains(&y)) || at(x, y) == Some(false))
        });
        if !framed {
            return Err(DrawError::NotReadBack);
        }
        self.compare(|x, y| at(x + QUIET_ZONE, y + QUIET_ZONE).unwrap_or(false))
    }
}

/// Black text on white (ECMA-48 SGR with xterm's 256 colours: 16 is black, 231 white).
const PAINT: &str = "\u{1b}[38;5;16;48;5;231m";
/// Back to the terminal's own colours.
const UNPAINT: &str = "\u{1b}[0m";

/// The character whose upper and lower half are inked so.
fn half_block(above: bool, below: bool) -> char {
    match (above, below) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

/// Which halves of a character are inked.
fn halves(block: char) -> Option<(bool, bool)> {
    match block {
        '█' => Some((true, true)),
        '▀' => Some((true, false)),
        '▄' => Some((false, true)),
        ' ' => Some((false, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Amazon%20Web%20Services";

    fn draw(text: &str, medium: Medium) -> Result<Drawing, DrawError> {
        Drawing::new(&SecretText::new(text.into()), medium)
    }

    #[test]
    fn a_png_of_every_module_size_reads_back() {
        let drawing = draw(URI, Medium::Paper).unwrap();
        for module in [2, 3, 5, 8, 32] {
            let png = drawing.png(module).unwrap();
            assert_eq!(qr_image::read(&png).unwrap().expose(), URI);
            let picture = image::load_from_memory(png.expose()).unwrap().into_luma8();
            let side = u32::try_from((drawing.side() + 8) * module).unwrap();
            assert_eq!(picture.dimensions(), (side, side));
            let margin = u32::try_from(4 * module).unwrap();
            assert!(picture.enumerate_pixels().all(|(x, y, p)| {
                p.0 == [255]
                    || (x >= margin && y >= margin && x < side - margin && y < side - margin)
            }));
        }
    }

    #[test]
    fn the_module_size_is_bound_on_both_sides() {
        let drawing = draw("x", Medium::Paper).unwrap();
        assert_eq!(
            drawing.png(1).unwrap_err(),
            DrawError::ModulePixels { asked: 1 }
        );
        assert!(drawing.png(2).is_ok() && drawing.png(32).is_ok());
        assert_eq!(
            drawing.png(33).unwrap_err(),
            DrawError::ModulePixels { asked: 33 }
        );
    }

    #[test]
    fn texts_of_every_length_and_kind_are_drawn() {
        for length in [0usize, 1, 33, 250, 1000, 1600] {
            let text: String = ('!'..='~').cycle().take(length).collect();
            for medium in [Medium::Screen, Medium::Paper] {
                let drawing = draw(&text, medium).unwrap_or_else(|e| panic!("{length}: {e}"));
                drawing
                    .png(3)
                    .unwrap_or_else(|e| panic!("{length} {medium:?}: {e}"));
                drawing.terminal(Ground::Painted).unwrap();
            }
        }
        for text in [
            "Zürich",
            "東京の金庫",
            "0123456789",
            "ABC DEF",
            "line\nline",
        ] {
            let drawing = draw(text, Medium::Paper).unwrap_or_else(|e| panic!("{text}: {e}"));
            drawing.png(4).unwrap_or_else(|e| panic!("{text}: {e}"));
        }
    }

    /// ISO/IEC 18004, table 7: version 40 holds 2,953 bytes at level L and 1,663 at level Q.
    #[test]
    fn length_is_bound_on_both_sides() {
        for (medium, most) in [(Medium::Screen, 2953), (Medium::Paper, 1663)] {
            assert!(draw(&"~".repeat(most), medium).is_ok());
            assert_eq!(
                draw(&"~".repeat(most + 1), medium).unwrap_err(),
                DrawError::TooLong
            );
        }
    }

    #[test]
    fn a_terminal_drawing_reads_back_on_every_ground() {
        let drawing = draw(URI, Medium::Screen).unwrap();
        for ground in [Ground::Dark, Ground::Light, Ground::Painted] {
            let text = drawing.terminal(ground).unwrap();
            assert_eq!(
                text.expose().lines().count(),
                (drawing.side() + 8).div_ceil(2)
            );
        }
        let dark = drawing.terminal(Ground::Dark).unwrap();
        assert!(dark.expose().starts_with("████"));
        assert!(!dark.expose().contains('\u{1b}'));
        assert!(
            drawing
                .terminal(Ground::Light)
                .unwrap()
                .expose()
                .starts_with("    ")
        );
    }

    #[test]
    fn a_terminal_drawing_with_one_wrong_character_is_noticed_in_the_quiet_zone_and_on_its_ground()
    {
        let drawing = draw("x", Medium::Screen).unwrap();
        let good = drawing.terminal(Ground::Light).unwrap();
        assert!(drawing.compare_terminal(&good, Ground::Light).is_ok());
        for bad in [
            good.expose().replacen(' ', "▀", 1),
            good.expose().replacen(' ', "x", 1),
            good.expose().lines().skip(1).collect(),
            String::new(),
        ] {
            let bad = SecretText::new(bad);
            assert_eq!(
                drawing.compare_terminal(&bad, Ground::Light),
                Err(DrawError::NotReadBack)
            );
        }
        assert!(drawing.compare_terminal(&good, Ground::Dark).is_err());
        assert!(drawing.compare_terminal(&good, Ground::Painted).is_err());
    }

    #[test]
    fn modules_of_another_text_are_noticed() {
        let (one, two) = (
            draw("one", Medium::Screen).unwrap(),
            draw("two", Medium::Screen).unwrap(),
        );
        assert_eq!(
            one.compare(|x, y| two.is_dark(x, y)),
            Err(DrawError::NotReadBack)
        );
        assert_eq!(one.compare(|_, _| false), Err(DrawError::NotReadBack));
    }

    #[test]
    fn the_example_picture_holds_an_aws_root_device() {
        let png = SecretBytes::copy_of(include_bytes!("../../examples/mfa-qr.png"));
        let uri = qr_image::read(&png).unwrap();
        let otp = crate::aws::otpauth::OtpAuth::parse(&uri).unwrap();
        assert_eq!(
            otp.label,
            "Amazon Web Services:root-account-mfa-device@111122223333"
        );
        assert_eq!(otp.seed.len(), 40);
        assert_eq!(otp.to_uri().expose(), uri.expose());
    }

    #[test]
    fn a_drawing_prints_as_redacted() {
        assert_eq!(
            format!("{:?}", draw("x", Medium::Screen).unwrap()),
            "Drawing [redacted]"
        );
    }
}
