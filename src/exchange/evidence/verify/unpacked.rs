//! A bundle that was unpacked into a folder.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use super::Files;
use crate::error::{Error, Result};
use crate::exchange::evidence::container::{BYTES_LIMIT, MEMBERS_LIMIT, is_name};
use crate::ledger::read_regular;

/// A bundle's folders are not deeper.
const DEPTH: usize = 3;

/// Reads every file below a folder.
///
/// # Errors
/// Verification, code `bad-container`, for what no bundle has: links, too much; failed, not found
/// where a file can't be read.
pub fn read(folder: &Path) -> Result<Files<'static>> {
    let mut files = Files::new();
    let mut left = BYTES_LIMIT;
    add(folder, "", DEPTH, &mut left, &mut files)?;
    Ok(files)
}

fn add(
    folder: &Path,
    prefix: &str,
    depth: usize,
    left: &mut u64,
    files: &mut Files<'static>,
) -> Result<()> {
    let bad = |name: &str, why: &str| {
        Error::verification("bad-container", format!("`{}` {why}", name.escape_debug()))
    };
    let cannot = |error: std::io::Error| {
        Error::failed("cannot-read", format!("cannot read {}", folder.display())).because(error)
    };
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let own = entry.file_name();
        let name = format!("{prefix}{}", own.to_string_lossy());
        if files.len() >= MEMBERS_LIMIT {
            return Err(bad(prefix, "has more files than a bundle has"));
        }
        let kind = entry.file_type().map_err(cannot)?;
        if !is_name(&name) {
            // Such as a desktop leaves behind: it is named as a file too many, and not read.
            files.insert(name.escape_debug().to_string(), Cow::Borrowed(&[]));
            continue;
        }
        if kind.is_dir() && depth > 1 {
            add(&entry.path(), &format!("{name}/"), depth - 1, left, files)?;
        } else if kind.is_file() {
            let bytes = read_regular(&entry.path(), *left)?;
            *left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            files.insert(name, Cow::Owned(bytes));
        } else {
            return Err(bad(&name, "is neither a file nor a folder of a bundle"));
        }
    }
    Ok(())
}
