//! Reads the one QR code in a picture: a screenshot of the AWS console, a photograph of a sheet.
//!
//! A picture comes from outside, so its size is bound before it is decoded, and whatever the
//! libraries make of it ends as text or as an error. The symbols are ISO/IEC 18004's; finding and
//! decoding them is rqrr's work. Pixels are wiped here after use; copies inside the libraries can't
//! be. Pure: bytes in, secret text out.

use std::fmt;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use zeroize::{Zeroize, Zeroizing};

use crate::crypto::secret::{SecretBytes, SecretText};

/// The largest picture that is read, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The largest picture that is read, in pixels.
pub const MAX_PIXELS: u64 = 25_000_000;
/// What a decoder may allocate: 16 bits of four channels for every pixel, and as much for itself.
const MAX_ALLOCATION: u64 = MAX_PIXELS * 16;
/// The sides to which a large picture is scaled down: a photograph's grain and blur average out.
const SMALLER_SIDES: [u32; 2] = [1600, 800];
/// A picture below this side is scaled up where nothing was found: modules of one or two pixels are
/// easily missed.
const SMALL_SIDE: u32 = 600;
/// The most QR code corners in a picture; each code has three. rqrr compares each with all others,
/// so that a wall of them would keep it busy for hours.
const MAX_CORNERS: usize = 99;

/// Why no text came out of a picture. Nothing of the picture is in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrImageError {
    /// More bytes than [`MAX_BYTES`].
    TooManyBytes {
        /// How many were given.
        bytes: usize,
    },
    /// Neither PNG nor JPEG by its first bytes.
    NotAPicture,
    /// More pixels than [`MAX_PIXELS`].
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// It begins as PNG or JPEG but can't be decoded.
    Damaged,
    /// Too many patterns that might be corners of QR codes.
    TooBusy,
    /// No QR code.
    NoneFound,
    /// A QR code is there but can't be made out.
    Unreadable,
    /// More than one QR code.
    Several {
        /// How many different ones.
        count: usize,
    },
    /// The QR code holds bytes that are not UTF-8.
    NotText,
}

impl fmt::Display for QrImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyBytes { bytes } => {
                write!(f, "the picture has {bytes} bytes; at most {MAX_BYTES} are read")
            }
            Self::NotAPicture => f.write_str("this is neither a PNG nor a JPEG picture"),
            Self::TooManyPixels { width, height } => write!(
                f,
                "the picture has {width} by {height} pixels; at most {MAX_PIXELS} are read: scale it \
                 down or crop it to the QR code"
            ),
            Self::Damaged => f.write_str("the picture is damaged and cannot be decoded"),
            Self::TooBusy => f.write_str(
                "the picture has so many patterns like a QR code's corners that it was not searched; \
                 crop it to the QR code",
            ),
            Self::NoneFound => f.write_str("no QR code found in the picture"),
            Self::Unreadable => f.write_str(
                "a QR code is in the picture but cannot be made out; take it again, straight from \
                 above, sharp and evenly lit, or crop it to the code and its white margin",
            ),
            Self::Several { count } => {
                write!(f, "{count} QR codes found in the picture; crop it to the one that is meant")
            }
            Self::NotText => f.write_str("the QR code holds bytes that are not UTF-8 text"),
        }
    }
}

impl std::error::Error for QrImageError {}

/// Reads the one QR code in a PNG or JPEG picture. Tries it as it is and at every smaller size, so
/// that a second code isn't overlooked because the first was easy to read; where that finds none,
/// larger; and where that finds none, all of it with light and dark exchanged.
///
/// # Errors
/// [`QrImageError`]: a picture out of bounds or damaged, no code, or more than one.
pub fn read(untrusted: &SecretBytes) -> Result<SecretText, QrImageError> {
    Picture::decode(untrusted.expose())?.only_code()
}

/// As [`read`], of grey pixels that were drawn here; they are wiped.
///
/// # Errors
/// [`QrImageError`]: no code, or more than one.
pub fn read_grey(pixels: GrayImage) -> Result<SecretText, QrImageError> {
    Picture(pixels).only_code()
}

/// Decodes a bare square of modules, without margin; `is_dark` takes column and row. `None` where
/// it is no QR code.
#[must_use]
pub fn read_modules(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> Option<SecretBytes> {
    let grid = rqrr::Grid::new(rqrr::SimpleGrid::from_func(side, is_dark));
    decoded(&grid)
}

/// Grey pixels that are wiped.
struct Picture(GrayImage);

impl Drop for Picture {
    fn drop(&mut self) {
        self.0.as_mut().zeroize();
    }
}

impl Picture {
    fn decode(bytes: &[u8]) -> Result<Self, QrImageError> {
        if bytes.len() > MAX_BYTES {
            return Err(QrImageError::TooManyBytes { bytes: bytes.len() });
        }
        let format = image::guess_format(bytes).map_err(|_| QrImageError::NotAPicture)?;
        if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
            return Err(QrImageError::NotAPicture);
        }
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_ALLOCATION);
        reader.limits(limits);
        // Reads the header alone; the pixels come once their number is known.
        let decoder = reader.into_decoder().map_err(|_| QrImageError::Damaged)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(QrImageError::TooManyPixels { width, height });
        }
        let colours = unwound(|| DynamicImage::from_decoder(decoder))
            .and_then(Result::ok)
            .ok_or(QrImageError::Damaged)?;
        Ok(Self::on_white(colours))
    }

    /// Greys the picture, and lays it on white where it is transparent: black on nothing would be
    /// black on black otherwise.
    fn on_white(colours: DynamicImage) -> Self {
        if !colours.color().has_alpha() {
            return Self(colours.into_luma8());
        }
        let mut grey = colours.into_luma_alpha8();
        let pixels = grey.pixels().map(|pixel| {
            let [luma, alpha] = pixel.0.map(u16::from);
            let [_, mixed] = ((luma * alpha + 255 * (255 - alpha)) / 255).to_be_bytes();
            mixed
        });
        let flat = GrayImage::from_raw(grey.width(), grey.height(), pixels.collect());
        grey.as_mut().zeroize();
        Self(flat.unwrap_or_default())
    }

    fn only_code(&self) -> Result<SecretText, QrImageError> {
        let mut found = Found::default();
        for tone in [Tone::AsItIs, Tone::Exchanged] {
            for side in self.sides() {
                found.look_into(&self.scaled_to(side), tone);
            }
            if let Some(side) = self.larger_side().filter(|_| found.contents.is_empty()) {
                found.look_into(&self.scaled_to(side), tone);
            }
            if !found.contents.is_empty() {
                break;
            }
        }
        found.only_one()
    }

    fn longer_side(&self) -> u32 {
        self.0.width().max(self.0.height())
    }

    /// Its own longer side and the smaller ones.
    fn sides(&self) -> impl Iterator<Item = u32> {
        let own = self.longer_side();
        std::iter::once(own).chain(SMALLER_SIDES.into_iter().filter(move |side| *side < own))
    }

    fn larger_side(&self) -> Option<u32> {
        let own = self.longer_side();
        (own <= SMALL_SIDE).then(|| own.saturating_mul(3))
    }

    fn scaled_to(&self, side: u32) -> Self {
        let own = self.longer_side();
        if side == own {
            return Self(self.0.clone());
        }
        let scale = |length: u32| {
            let scaled = u64::from(length) * u64::from(side) / u64::from(own.max(1));
            u32::try_from(scaled).unwrap_or(side).max(1)
        };
        let (width, height) = (scale(self.0.width()), scale(self.0.height()));
        Self(imageops::resize(
            &self.0,
            width,
            height,
            FilterType::Triangle,
        ))
    }

    /// Hands every pixel to rqrr, which asks for column and row.
    fn prepared(&self, tone: Tone) -> Option<(usize, usize, impl FnMut(usize, usize) -> u8)> {
        let width = usize::try_from(self.0.width()).ok()?;
        let height = usize::try_from(self.0.height()).ok()?;
        let pixels = self.0.as_raw();
        let grey = move |x: usize, y: usize| {
            let pixel = pixels.get(y * width + x).copied().unwrap_or(u8::MAX);
            if tone == Tone::Exchanged {
                u8::MAX - pixel
            } else {
                pixel
            }
        };
        (width > 0 && height > 0).then_some((width, height, grey))
    }
}

/// Whether dark modules are dark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    AsItIs,
    Exchanged,
}

/// What all attempts together found.
#[derive(Default)]
struct Found {
    contents: Vec<SecretBytes>,
    unreadable: bool,
    busy: bool,
}

impl Found {
    fn look_into(&mut self, picture: &Picture, tone: Tone) {
        let Some((width, height, grey)) = picture.prepared(tone) else {
            return;
        };
        let outcome = unwound(|| {
            let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
            // rqrr writes a dark pixel as 1.
            if corners(width, height, |x, y| prepared.get_pixel_at(x, y) == 1) > MAX_CORNERS {
                return None;
            }
            Some(
                prepared
                    .detect_grids()
                    .iter()
                    .map(decoded)
                    .collect::<Vec<_>>(),
            )
        });
        match outcome {
            Some(Some(grids)) => grids.into_iter().for_each(|grid| self.add(grid)),
            // Grain can look like corners: at a smaller size it is gone.
            Some(None) => self.busy = true,
            None => self.unreadable = true,
        }
    }

    /// The same code is seen again at another size.
    fn add(&mut self, grid: Option<SecretBytes>) {
        let Some(content) = grid else {
            self.unreadable = true;
            return;
        };
        if !self
            .contents
            .iter()
            .any(|known| known.expose() == content.expose())
        {
            self.contents.push(content);
        }
    }

    fn only_one(mut self) -> Result<SecretText, QrImageError> {
        match (self.contents.len(), self.contents.pop()) {
            (1, Some(content)) => SecretText::from_utf8(&content).ok_or(QrImageError::NotText),
            (0, _) if self.unreadable => Err(QrImageError::Unreadable),
            (0, _) if self.busy => Err(QrImageError::TooBusy),
            (0, _) => Err(QrImageError::NoneFound),
            (count, _) => Err(QrImageError::Several { count }),
        }
    }
}

/// How many corner patterns (ISO/IEC 18004, "finder pattern") a picture seems to have: places where
/// dark, light, dark, light, dark run 1:1:3:1:1 along a row, and again down the middle column.
fn corners(width: usize, height: usize, is_dark: impl Fn(usize, usize) -> bool) -> usize {
    let mut count = 0usize;
    // The middles of the row above, so that a corner's rows count once.
    let mut above: Vec<(usize, usize)> = Vec::new();
    for y in 0..height {
        let mut here = Vec::new();
        for (left, right) in middles(width, |x| is_dark(x, y)) {
            let middle = left + (right - left) / 2;
            let column = middles(height, |y| is_dark(middle, y));
            if !column
                .iter()
                .any(|(top, bottom)| (*top..*bottom).contains(&y))
            {
                continue;
            }
            if !above.iter().any(|(l, r)| *l < right && left < *r) {
                count += 1;
            }
            here.push((left, right));
        }
        if count > MAX_CORNERS {
            break;
        }
        above = here;
    }
    count
}

/// The middle runs (start, end) of all 1:1:3:1:1 patterns along a line, each run off by up to three
/// quarters of a module, which is what rqrr allows.
fn middles(length: usize, is_dark: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, bool)> = Vec::new();
    for place in 0..length {
        let dark = is_dark(place);
        match runs.last_mut() {
            Some((run, same)) if *same == dark => *run += 1,
            _ => runs.push((1, dark)),
        }
    }
    let mut found = Vec::new();
    let mut start = 0usize;
    for window in runs.windows(5) {
        let [(a, dark), (b, _), (c, _), (d, _), (e, _)] = window else {
            continue;
        };
        let module = (a + b + d + e) / 4;
        let near = |run: usize, modules: usize| run.abs_diff(modules * module) <= module * 3 / 4;
        if *dark && near(*c, 3) && [a, b, d, e].into_iter().all(|run| near(*run, 1)) {
            found.push((start + a + b, start + a + b + c));
        }
        start += a;
    }
    found
}

/// Decodes into memory that is wiped and large enough never to move.
fn decoded<G: rqrr::BitGrid>(grid: &rqrr::Grid<G>) -> Option<SecretBytes> {
    let mut content = Zeroizing::new(Vec::with_capacity(rqrr::MAX_PAYLOAD_SIZE));
    unwound(|| grid.decode_to(&mut *content))?.ok()?;
    Some(SecretBytes::new(std::mem::take(&mut *content)))
}

/// Runs a library over hostile input: should it panic, that is one more way of "can't be read".
fn unwound<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

#[cfg(test)]
#[allow(
    clippy::as_conversions,
    reason = "tests count and draw with small numbers"
)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Luma, LumaA, Rgb};
    use qrcode::{Color, EcLevel, QrCode};

    const URI: &str = "otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Amazon%20Web%20Services";

    /// A code with its quiet zone, `module` pixels for a module.
    fn code(text: &[u8], module: u32) -> GrayImage {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let (width, colours) = (u32::try_from(code.width()).unwrap(), code.to_colors());
        GrayImage::from_fn((width + 8) * module, (width + 8) * module, |x, y| {
            let (x, y) = ((x / module).wrapping_sub(4), (y / module).wrapping_sub(4));
            let dark = x < width && y < width && colours[(y * width + x) as usize] == Color::Dark;
            Luma([if dark { 0 } else { 255 }])
        })
    }

    #[test]
    fn pixels_that_were_drawn_here_are_read_without_a_file() {
        assert_eq!(read_grey(code(URI.as_bytes(), 4)).unwrap().expose(), URI);
        let white = GrayImage::from_pixel(100, 100, Luma([255]));
        assert_eq!(read_grey(white).unwrap_err(), QrImageError::NoneFound);
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> SecretBytes {
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        SecretBytes::new(bytes)
    }

    fn png(picture: GrayImage) -> SecretBytes {
        encoded(&DynamicImage::from(picture), ImageFormat::Png)
    }

    fn reads(picture: GrayImage) -> Result<String, QrImageError> {
        read(&png(picture)).map(|text| text.expose().to_owned())
    }

    /// `code` laid on a larger ground with its corner at (x, y).
    fn laid_on(ground: &mut GrayImage, code: &GrayImage, x: i64, y: i64) {
        imageops::overlay(ground, code, x, y);
    }

    /// A photograph: turned, tilted, dim towards one side, grainy, blurred.
    fn photographed(
        code: &GrayImage,
        width: u32,
        height: u32,
        fill: f32,
        degrees: f32,
        grain: u32,
    ) -> GrayImage {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let scale = code.width() as f32 / (height as f32 * fill);
        let mut random = 1u32;
        let sharp = GrayImage::from_fn(width, height, |x, y| {
            let (dx, dy) = (
                x as f32 - width as f32 / 2.0,
                y as f32 - height as f32 / 2.0,
            );
            let tilt = 1.0 + dy / height as f32 * 0.15;
            let u = (dx * cos + dy * sin) * scale * tilt + code.width() as f32 / 2.0;
            let v = (dy * cos - dx * sin) * scale * tilt + code.height() as f32 / 2.0;
            let inside =
                u >= 0.0 && v >= 0.0 && u < code.width() as f32 && v < code.height() as f32;
            let ink = if inside {
                code.get_pixel(u as u32, v as u32).0[0]
            } else {
                235
            };
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let light = 0.55 + 0.4 * x as f32 / width as f32;
            let level = (30.0 + 0.8 * f32::from(ink)) * light;
            Luma([(level as u32 + (random >> 16) % (grain + 1)).min(255) as u8])
        });
        imageops::blur(&sharp, 1.2)
    }

    #[test]
    fn a_clean_code_is_read_at_every_size_from_png_and_jpeg() {
        for module in [1, 2, 3, 5, 8, 20] {
            assert_eq!(
                reads(code(URI.as_bytes(), module)).as_deref(),
                Ok(URI),
                "{module}"
            );
        }
        let jpeg = encoded(
            &DynamicImage::from(code(URI.as_bytes(), 5)),
            ImageFormat::Jpeg,
        );
        assert_eq!(read(&jpeg).unwrap().expose(), URI);
    }

    #[test]
    fn light_on_dark_turned_and_mirrored_codes_are_read() {
        let plain = code(URI.as_bytes(), 4);
        let mut inverted = plain.clone();
        imageops::invert(&mut inverted);
        for (name, picture) in [
            ("inverted", inverted),
            ("rotated by 90", imageops::rotate90(&plain)),
            ("rotated by 180", imageops::rotate180(&plain)),
            ("mirrored", imageops::flip_horizontal(&plain)),
        ] {
            assert_eq!(reads(picture).as_deref(), Ok(URI), "{name}");
        }
    }

    #[test]
    fn photographs_are_read() {
        let sheet = code(URI.as_bytes(), 6);
        for (width, height, fill, degrees, grain) in [
            (1600, 1200, 0.8, 3.0, 20),
            (1600, 1200, 0.5, -12.0, 30),
            (2000, 1500, 0.7, 38.0, 40),
            (3000, 2250, 0.9, 7.0, 60),
            (640, 480, 0.9, 2.0, 10),
        ] {
            let photo = photographed(&sheet, width, height, fill, degrees, grain);
            let jpeg = encoded(&DynamicImage::from(photo), ImageFormat::Jpeg);
            let text = read(&jpeg).unwrap_or_else(|e| panic!("{width} {fill} {degrees}: {e}"));
            assert_eq!(text.expose(), URI);
        }
    }

    #[test]
    fn black_on_transparent_and_colour_pictures_are_read() {
        let grey = code(URI.as_bytes(), 4);
        let clear = ImageBuffer::from_fn(grey.width(), grey.height(), |x, y| {
            LumaA([0, 255 - grey.get_pixel(x, y).0[0]])
        });
        let blue = ImageBuffer::from_fn(grey.width(), grey.height(), |x, y| {
            let light = grey.get_pixel(x, y).0[0];
            Rgb([light, light, 128 + light / 2])
        });
        for picture in [
            DynamicImage::ImageLumaA8(clear),
            DynamicImage::ImageRgb8(blue),
        ] {
            assert_eq!(
                read(&encoded(&picture, ImageFormat::Png)).unwrap().expose(),
                URI
            );
        }
    }

    #[test]
    fn a_picture_without_a_code_says_so() {
        let white = GrayImage::from_pixel(300, 200, Luma([255]));
        let dot = GrayImage::from_pixel(1, 1, Luma([0]));
        let line = GrayImage::from_fn(1, 500, |_, y| Luma([if y % 2 == 0 { 0 } else { 255 }]));
        for picture in [white, dot, line] {
            assert_eq!(reads(picture), Err(QrImageError::NoneFound));
        }
    }

    #[test]
    fn more_than_one_code_is_refused_with_their_number() {
        for (modules, count) in [(vec![4, 4], 2), (vec![2, 9], 2), (vec![3, 3, 3], 3)] {
            let mut page = GrayImage::from_pixel(1800, 700, Luma([255]));
            for (place, module) in (0i64..).zip(&modules) {
                laid_on(
                    &mut page,
                    &code(format!("{URI}{place}").as_bytes(), *module),
                    place * 600,
                    40,
                );
            }
            assert_eq!(
                reads(page),
                Err(QrImageError::Several { count }),
                "{modules:?}"
            );
        }
        assert_eq!(
            QrImageError::Several { count: 2 }.to_string(),
            "2 QR codes found in the picture; crop it to the one that is meant"
        );
    }

    #[test]
    fn a_code_with_too_much_damage_is_unreadable() {
        let mut picture = code(URI.as_bytes(), 6);
        let (middle, half) = (picture.width() / 2, picture.width() / 5);
        for y in middle - half..middle + half {
            for x in middle - half..middle + half {
                picture.put_pixel(x, y, Luma([if (x / 6 + y / 6) % 2 == 0 { 0 } else { 255 }]));
            }
        }
        assert_eq!(reads(picture), Err(QrImageError::Unreadable));
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        assert_eq!(reads(code(b"\xff\xfe\xfd", 6)), Err(QrImageError::NotText));
    }

    #[test]
    fn files_of_another_kind_and_damaged_files_are_refused() {
        let refused = |bytes: &[u8]| read(&SecretBytes::copy_of(bytes)).unwrap_err();
        for bytes in [
            &b""[..],
            b"x",
            b"GIF89a",
            b"<svg/>",
            b"%PDF-1.7",
            URI.as_bytes(),
        ] {
            assert_eq!(refused(bytes), QrImageError::NotAPicture);
        }
        let whole = png(code(URI.as_bytes(), 4));
        let whole = whole.expose();
        for length in [8, 20, 40, whole.len() / 2] {
            assert_eq!(refused(&whole[..length]), QrImageError::Damaged, "{length}");
        }
        assert_eq!(refused(b"\xff\xd8\xff\xe0"), QrImageError::Damaged);
    }

    #[test]
    fn bytes_are_bound_on_both_sides() {
        let mut bytes = png(code(URI.as_bytes(), 2)).expose().to_vec();
        bytes.resize(MAX_BYTES, 0);
        assert_eq!(read(&SecretBytes::copy_of(&bytes)).unwrap().expose(), URI);
        bytes.push(0);
        let refused = read(&SecretBytes::new(bytes)).unwrap_err();
        assert_eq!(
            refused,
            QrImageError::TooManyBytes {
                bytes: MAX_BYTES + 1
            }
        );
    }

    #[test]
    fn pixels_are_bound_on_both_sides_before_any_is_decoded() {
        let most = GrayImage::from_pixel(25_000, 1000, Luma([255]));
        assert_eq!(most.len() as u64, MAX_PIXELS);
        assert!(Picture::decode(png(most).expose()).is_ok());
        let more = GrayImage::from_pixel(25_001, 1000, Luma([255]));
        let bytes = png(more);
        let refused = QrImageError::TooManyPixels {
            width: 25_001,
            height: 1000,
        };
        assert_eq!(read(&bytes).unwrap_err(), refused);
        // The header alone is enough to refuse it: signature and IHDR, and no pixels after.
        let header = SecretBytes::copy_of(&bytes.expose()[..bytes.len() - 12]);
        assert_eq!(read(&header).unwrap_err(), refused);
    }

    #[test]
    fn a_wall_of_corners_is_refused_and_not_searched() {
        let wall = |module: u32, side: u32| {
            GrayImage::from_fn(side, side, |x, y| {
                let (x, y) = (x / module % 9, y / module % 9);
                let depth = x.min(6u32.wrapping_sub(x)).min(y.min(6u32.wrapping_sub(y)));
                let light = x > 6 || y > 6 || depth == 1;
                Luma([if light { 255 } else { 0 }])
            })
        };
        for (module, side) in [(1, 300), (2, 300), (4, 900), (3, 2500)] {
            assert_eq!(
                reads(wall(module, side)),
                Err(QrImageError::TooBusy),
                "{module}"
            );
        }
    }

    #[test]
    fn a_code_has_three_corners_and_a_wall_as_many_as_it_has() {
        for module in [1, 2, 5] {
            let picture = code(URI.as_bytes(), module);
            let side = picture.width() as usize;
            let dark = |x: usize, y: usize| picture.get_pixel(x as u32, y as u32).0[0] < 128;
            let count = corners(side, side, dark);
            assert!((3..=8).contains(&count), "{module}: {count}");
        }
    }

    #[test]
    fn hostile_pictures_never_panic() {
        let whole = png(code(URI.as_bytes(), 2));
        let mut random = 7u32;
        for _ in 0..100 {
            let mut bytes = whole.expose().to_vec();
            for _ in 0..4 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let place = random as usize % bytes.len();
                bytes[place] = (random >> 24) as u8;
            }
            let _either = read(&SecretBytes::new(bytes));
        }
        // Past the checksums: flipped modules instead of flipped bytes.
        for flips in 1..25 {
            let mut picture = code(URI.as_bytes(), 2);
            for _ in 0..flips * 4 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let (x, y) = (random % picture.width(), (random >> 12) % picture.height());
                picture.put_pixel(x, y, Luma([(random >> 24) as u8]));
            }
            let _either = reads(picture);
        }
    }
}
