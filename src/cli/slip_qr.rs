//! Small slips as QR codes: drawn as pictures beside the file, and read back from pictures.

use std::path::{Path, PathBuf};

use super::fresh;
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::error::{Error, Result};
use crate::exchange::{qr_image, slip_frames};
use crate::ledger::{read_bounded, write_private_new};
use crate::present::qr::{Drawing, Medium};

/// Pixels for a module.
const MODULE: usize = 4;

/// Pictures of a slip, drawn before anything is written.
pub struct Pictures(Vec<(PathBuf, SecretBytes)>);

impl Pictures {
    /// Of a slip's file, to lie beside it: `OUT.1of3.png` and so on; none where none are asked for.
    ///
    /// # Errors
    /// Refused, codes `too-large-for-qr`, `exists`; failed.
    pub fn draw(out: &Path, file: &[u8], asked: bool) -> Result<Self> {
        if !asked {
            return Ok(Self(Vec::new()));
        }
        let frames = slip_frames::write(file)?;
        let count = frames.len();
        let failed = |error| Error::failed("cannot-draw", "cannot draw a QR code").because(error);
        (1..)
            .zip(frames)
            .map(|(number, text)| {
                let mut name = out.as_os_str().to_owned();
                name.push(format!(".{number}of{count}.png"));
                let path = PathBuf::from(name);
                fresh::check(&path)?;
                let drawing =
                    Drawing::new(&SecretText::new(text), Medium::Screen).map_err(failed)?;
                Ok((path, drawing.png(MODULE).map_err(failed)?))
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// Writes them; returns where they are.
    ///
    /// # Errors
    /// Failed.
    pub fn write(self) -> Result<Vec<String>> {
        self.0
            .into_iter()
            .map(|(path, png)| {
                write_private_new(&path, png.expose())?;
                Ok(path.display().to_string())
            })
            .collect()
    }
}

/// The slips that pictures are of, each with a name to report it by.
pub fn read(pictures: &[PathBuf]) -> Vec<(String, Result<Vec<u8>>)> {
    let (mut texts, mut bad) = (Vec::new(), Vec::new());
    for path in pictures {
        match read_one(path) {
            Ok(text) => texts.push(text),
            Err(error) => bad.push((path.display().to_string(), Err(error))),
        }
    }
    let mut slips = slip_frames::read(&texts);
    slips.extend(bad);
    slips
}

fn read_one(path: &Path) -> Result<String> {
    let limit = u64::try_from(qr_image::MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = SecretBytes::new(read_bounded(path, limit)?);
    let text = qr_image::read(&bytes).map_err(|error| {
        Error::usage(
            "bad-picture",
            format!("no part of a slip can be read from {}", path.display()),
        )
        .because(error)
    })?;
    // What a slip's frame says is encrypted.
    Ok(text.expose().to_owned())
}
