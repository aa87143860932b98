//! A slip's age file as texts that fit into QR codes, and back (docs/formats.md, section 16). Pure.
//!
//! Each frame says which of how many it is and of which file, so that they are read in any order, and
//! frames of several slips together.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;

use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

/// The most bytes of a file that is drawn as QR codes.
pub const FRAMES_LIMIT: usize = 12 << 10;
/// How many characters of base64 a frame has, so that a telephone reads it from a screen.
const CHUNK: usize = 900;
const MARK: &str = "rootkeep-slip";

/// The frames of a file.
///
/// # Errors
/// Refused, code `too-large-for-qr`, above [`FRAMES_LIMIT`].
pub fn write(file: &[u8]) -> Result<Vec<String>> {
    if file.len() > FRAMES_LIMIT {
        return Err(Error::refused(
            "too-large-for-qr",
            format!(
                "the slip has {} bytes; QR codes carry at most {FRAMES_LIMIT}",
                file.len()
            ),
        )
        .hint("carry the file on a stick: leave out --qr"));
    }
    let digest = Digest::of(file);
    let text = BASE64URL_NOPAD.encode(file);
    let chunks: Vec<&str> = (0..text.len())
        .step_by(CHUNK)
        .filter_map(|at| text.get(at..text.len().min(at + CHUNK)))
        .collect();
    let count = chunks.len();
    Ok((1..)
        .zip(chunks)
        .map(|(number, chunk)| format!("{MARK} {number}/{count} {digest}\n{chunk}"))
        .collect())
}

/// One frame, taken apart.
struct Frame<'t> {
    number: usize,
    count: usize,
    file: Digest,
    chunk: &'t str,
}

impl<'t> Frame<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (head, chunk) = text.split_once('\n')?;
        let rest = head.strip_prefix(MARK)?.strip_prefix(' ')?;
        let (place, file) = rest.split_once(' ')?;
        let (number, count) = place.split_once('/')?;
        let frame = Self {
            number: number.parse().ok()?,
            count: count.parse().ok()?,
            file: Digest::parse(file).ok()?,
            chunk,
        };
        let good = (1..=frame.count).contains(&frame.number)
            && frame.count <= FRAMES_LIMIT.div_ceil(CHUNK) * 2
            && chunk.len() <= CHUNK;
        good.then_some(frame)
    }
}

/// The files that frames are of, each with what its frames give, in the order of the first frames.
#[must_use]
pub fn read(texts: &[String]) -> Vec<(String, Result<Vec<u8>>)> {
    let mut found: Vec<(String, Result<Digest>)> = Vec::new();
    let mut files: BTreeMap<Digest, Vec<Frame<'_>>> = BTreeMap::new();
    for text in texts {
        match Frame::read(text) {
            Some(frame) => {
                if !files.contains_key(&frame.file) {
                    let short: String = frame.file.to_hex().chars().take(8).collect();
                    found.push((format!("QR {short}"), Ok(frame.file)));
                }
                files.entry(frame.file).or_default().push(frame);
            }
            None => found.push(("QR".to_owned(), Err(not_a_frame()))),
        }
    }
    let file = |digest| join(&digest, files.get(&digest).map_or(&[], Vec::as_slice));
    found
        .into_iter()
        .map(|(name, digest)| (name, digest.and_then(file)))
        .collect()
}

fn not_a_frame() -> Error {
    Error::verification("not-a-frame", "a QR code holds no part of a slip")
}

fn join(digest: &Digest, frames: &[Frame<'_>]) -> Result<Vec<u8>> {
    let count = frames.first().map_or(0, |frame| frame.count);
    let chunk = |number| {
        frames
            .iter()
            .find(|frame| (frame.number, frame.count) == (number, count))
            .map(|frame| frame.chunk)
    };
    let missing: Vec<String> = (1..=count)
        .filter(|number| chunk(*number).is_none())
        .map(|number| number.to_string())
        .collect();
    if !missing.is_empty() {
        return Err(Error::usage(
            "frame-missing",
            format!(
                "of {count} QR codes these are missing: {}",
                missing.join(", ")
            ),
        ));
    }
    let text: String = (1..=count).filter_map(chunk).collect();
    let file = BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|error| not_a_frame().because(error))?;
    if Digest::of(&file) == *digest {
        Ok(file)
    } else {
        Err(Error::verification(
            "frames-altered",
            "the QR codes together are not the file that they say they are of",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(texts: &[String]) -> Result<Vec<u8>> {
        let mut files = read(texts);
        assert_eq!(files.len(), 1);
        files.remove(0).1
    }

    #[test]
    fn files_go_there_and_back_in_any_order_and_mixed() {
        for length in [0, 1, 674, 675, 676, FRAMES_LIMIT] {
            let file = vec![7; length];
            let mut frames = write(&file).unwrap();
            frames.reverse();
            frames.extend(frames.clone());
            if length > 0 {
                assert_eq!(one(&frames).unwrap(), file);
            }
        }
        assert!(write(&vec![7; FRAMES_LIMIT + 1]).is_err());
        let (a, b) = (write(&[1; 2000]).unwrap(), write(&[2; 2000]).unwrap());
        let mixed: Vec<String> = a.into_iter().zip(b).flat_map(|(a, b)| [b, a]).collect();
        let files = read(&mixed);
        assert_eq!(files[0].1.as_ref().unwrap(), &[2; 2000]);
        assert_eq!(files[1].1.as_ref().unwrap(), &[1; 2000]);
    }

    #[test]
    fn what_is_missing_or_changed_is_named() {
        let frames = write(&[7; 2000]).unwrap();
        assert_eq!(frames.len(), 3);
        let error = one(&frames[..2]).unwrap_err();
        assert_eq!(error.code(), "frame-missing");
        assert!(error.message().ends_with(": 3"), "{error}");
        let mut other = frames.clone();
        other[1] = other[1].replace("Bwc", "Awc");
        assert_eq!(one(&other).unwrap_err().code(), "frames-altered");
        for bad in [
            "",
            "otpauth://totp/x",
            "rootkeep-slip 0/1 00\nAA",
            &frames[0].replace("1/3", "4/3"),
            &frames[0].replace("1/3", "1/99999999999"),
            &frames[0].replace("rootkeep-slip", "rootkeep"),
        ] {
            assert_eq!(
                one(&[bad.to_owned()]).unwrap_err().code(),
                "not-a-frame",
                "{bad}"
            );
        }
    }
}
