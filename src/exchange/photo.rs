//! Photographs of things, as they are attached: PNG or JPEG by their first bytes, of bounded size, and
//! showing no code that is a secret.

use image::ImageFormat;

use super::qr_image::{self, QrImageError};
use crate::crypto::secret::SecretBytes;
use crate::error::{Error, Result};

/// The largest photograph that is taken, in bytes.
pub const MAX_BYTES: u64 = 8 << 20;

/// What media type a photograph has.
///
/// # Errors
/// Usage, code `bad-photo`, where it is none or can't be decoded; refused, code `photo-shows-secret`,
/// where it shows the code of an MFA device: what is attached is read by all who read the ledger.
pub fn media_type(untrusted: &[u8]) -> Result<&'static str> {
    let media = match image::guess_format(untrusted) {
        Ok(ImageFormat::Png) => "image/png",
        Ok(ImageFormat::Jpeg) => "image/jpeg",
        _ => {
            return Err(Error::usage(
                "bad-photo",
                "this is neither a PNG nor a JPEG picture",
            ));
        }
    };
    match qr_image::read(&SecretBytes::copy_of(untrusted)) {
        Ok(text) if !is_otpauth(text.expose()) => Ok(media),
        Err(QrImageError::NoneFound | QrImageError::Unreadable | QrImageError::NotText) => {
            Ok(media)
        }
        Ok(_) => Err(shows_secret("the photo shows the code of an MFA device")),
        Err(QrImageError::Several { .. }) => Err(shows_secret(
            "the photo shows several QR codes, and they were not looked at",
        )),
        Err(error) => Err(Error::usage("bad-photo", "the photo can't be taken").because(error)),
    }
}

fn is_otpauth(text: &str) -> bool {
    let head = text.trim_start().get(..7);
    head.is_some_and(|head| head.eq_ignore_ascii_case("otpauth"))
}

fn shows_secret(message: &str) -> Error {
    Error::refused("photo-shows-secret", message)
        .hint("whoever reads the ledger sees what is attached: take the photo with the code folded inside, or cover it")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, GrayImage, Luma};
    use qrcode::QrCode;

    use super::*;

    fn encoded(picture: GrayImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture)
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    }

    fn blank(width: u32) -> GrayImage {
        GrayImage::from_pixel(width, 300, Luma([200]))
    }

    /// Codes side by side.
    fn showing(texts: &[&str]) -> GrayImage {
        let mut ground =
            GrayImage::from_pixel(400 * u32::try_from(texts.len()).unwrap(), 400, Luma([255]));
        for (place, text) in (0i64..).zip(texts) {
            let code = QrCode::new(text).unwrap();
            let (side, colours) = (u32::try_from(code.width()).unwrap(), code.to_colors());
            let code = GrayImage::from_fn(side * 6, side * 6, |x, y| {
                let at = usize::try_from(y / 6 * side + x / 6).unwrap();
                Luma([colours[at].select(0, 255)])
            });
            image::imageops::overlay(&mut ground, &code, place * 400 + 20, 20);
        }
        ground
    }

    const SEED: &str = "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

    #[test]
    fn png_and_jpeg_are_told_apart_by_their_bytes() {
        let png = encoded(blank(300), ImageFormat::Png);
        assert_eq!(media_type(&png).unwrap(), "image/png");
        let jpeg = encoded(blank(300), ImageFormat::Jpeg);
        assert_eq!(media_type(&jpeg).unwrap(), "image/jpeg");
        for other in [&b"GIF89a"[..], b"", b"%PDF-1.7", &png[..40]] {
            assert_eq!(media_type(other).unwrap_err().code(), "bad-photo");
        }
    }

    #[test]
    fn a_photo_that_shows_a_seed_is_refused() {
        for seen in [
            showing(&[SEED]),
            showing(&["otpauth-migration://offline?data=CjEKCkhlbGxv"]),
            showing(&[SEED, "https://example.com"]),
        ] {
            let error = media_type(&encoded(seen, ImageFormat::Png)).unwrap_err();
            assert_eq!(error.code(), "photo-shows-secret");
        }
        let harmless = encoded(showing(&["https://example.com/bag/4711"]), ImageFormat::Png);
        assert_eq!(media_type(&harmless).unwrap(), "image/png");
    }
}
