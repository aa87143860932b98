//! `SHA256SUMS`: a line for each file, as `sha256sum` writes and checks it, in order of name.

use std::collections::BTreeMap;

use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

/// The lines for these files.
pub fn of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    files
        .map(|(name, bytes)| line(&Digest::of(bytes), name))
        .collect()
}

fn line(digest: &Digest, name: &str) -> String {
    format!("{digest}  {name}\n")
}

/// Reads the lines: each in the one spelling, in order, each name once.
///
/// # Errors
/// Verification, code `bad-sums`, naming the line.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<&str, Digest>> {
    let bad = |number: usize| {
        Error::verification(
            "bad-sums",
            format!("line {number} of SHA256SUMS is not as it is written"),
        )
    };
    let text = std::str::from_utf8(bytes).map_err(|_| bad(1))?;
    let mut sums: BTreeMap<&str, Digest> = BTreeMap::new();
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let read = || {
            let (digest, name) = whole.strip_suffix('\n')?.split_once("  ")?;
            Some((Digest::parse(digest).ok()?, name))
        };
        let (digest, name) = read().ok_or_else(|| bad(index + 1))?;
        let follows = sums.last_key_value().is_none_or(|(last, _)| *last < name);
        if !follows || line(&digest, name) != whole {
            return Err(bad(index + 1));
        }
        sums.insert(name, digest);
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_in_one_spelling_and_order() {
        let good = of([("a", &b"1"[..]), ("b", &b"2"[..])].into_iter());
        assert_eq!(read(good.as_bytes()).unwrap().len(), 2);
        let (one, two) = good.split_at(good.len() / 2);
        for other in [
            format!("{two}{one}"),
            format!("{one}{one}"),
            good.to_uppercase(),
            good.replace("  ", " "),
            good.trim_end().to_owned(),
            format!("{good}\n"),
        ] {
            assert!(read(other.as_bytes()).is_err(), "{other}");
        }
    }
}
