//! Which files there are: those that are named, and those in directories that look like CloudTrail's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The most files of one reading.
const MAX_FILES: usize = 250_000;
/// How deep directories may lie in one another.
const MAX_DEPTH: usize = 64;
/// How many that are passed over are named.
const NAMED: usize = 100;

/// The files to read.
#[derive(Debug, Default)]
pub struct Found {
    /// Each with its length, in the order of names.
    pub files: Vec<(PathBuf, u64)>,
    /// What was passed over, and why; the first of them.
    pub skipped: Vec<(PathBuf, &'static str)>,
    /// How many were.
    pub skipped_count: usize,
}

/// Finds the files that paths name. In a directory, symbolic links and what is no file are passed over,
/// and so is what is not called like a file of CloudTrail's.
///
/// # Errors
/// Failed where something can't be read; usage, codes `special-file`, `too-many-files`.
pub fn find(paths: &[PathBuf]) -> Result<Found> {
    let mut files = BTreeMap::new();
    let mut found = Found::default();
    for path in paths {
        // What is named may be a link: whoever typed it knows.
        let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if about.is_dir() {
            walk(path, 0, &mut files, &mut found)?;
        } else if about.is_file() {
            add(path.clone(), about.len(), &mut files)?;
        } else {
            return Err(Error::usage(
                "special-file",
                format!("{} is neither a file nor a directory", path.display()),
            ));
        }
    }
    found.files = files.into_iter().collect();
    Ok(found)
}

fn walk(
    directory: &Path,
    depth: usize,
    files: &mut BTreeMap<PathBuf, u64>,
    found: &mut Found,
) -> Result<()> {
    if depth > MAX_DEPTH {
        skip(directory, "it is too deep", found);
        return Ok(());
    }
    let failed = |error: std::io::Error| unreadable(directory, &error);
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let sort = entry.file_type().map_err(failed)?;
        if sort.is_symlink() {
            skip(&path, "it is a symbolic link", found);
        } else if sort.is_dir() {
            // Digests of files, for checking their signatures: no records.
            if entry.file_name() == "CloudTrail-Digest" {
                skip(&path, "it holds digests, no records", found);
            } else {
                walk(&path, depth + 1, files, found)?;
            }
        } else if !sort.is_file() {
            skip(&path, "it is no file", found);
        } else if is_called_so(&path) {
            let about = entry.metadata().map_err(failed)?;
            add(path, about.len(), files)?;
        } else {
            skip(
                &path,
                "it is not called .json, .json.gz, .gz, .jsonl or .ndjson",
                found,
            );
        }
    }
    Ok(())
}

fn add(path: PathBuf, length: u64, files: &mut BTreeMap<PathBuf, u64>) -> Result<()> {
    files.insert(path, length);
    if files.len() > MAX_FILES {
        return Err(Error::usage(
            "too-many-files",
            format!("there are more than {MAX_FILES} files"),
        )
        .hint("reconcile by a shorter period: name the directories of a month"));
    }
    Ok(())
}

fn skip(path: &Path, why: &'static str, found: &mut Found) {
    found.skipped_count += 1;
    if found.skipped.len() < NAMED {
        found.skipped.push((path.to_owned(), why));
        found.skipped.sort();
    }
}

fn is_called_so(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("json" | "gz" | "jsonl" | "ndjson"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::failed("cannot-read", format!("cannot read {}", path.display())).because(error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A directory that goes when it is dropped.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("rootkeep-{name}-{}", std::process::id()));
            let _gone = fs::remove_dir_all(&path);
            fs::create_dir(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn directories_are_walked_in_order_and_links_in_them_are_not_followed() {
        let place = Place::new("walk");
        let at = |name: &str| place.0.join(name);
        fs::create_dir_all(at("b/CloudTrail-Digest")).unwrap();
        for name in [
            "b/2.json",
            "a.json.gz",
            "b/1.ndjson",
            "b/note.txt",
            "b/CloudTrail-Digest/d.json.gz",
        ] {
            fs::write(at(name), "x").unwrap();
        }
        symlink(&place.0, at("b/loop")).unwrap();
        symlink(at("a.json.gz"), at("link.json")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe.json"), rustix::fs::Mode::RUSR).unwrap();
        let found = find(&[place.0.clone(), at("a.json.gz")]).unwrap();
        let names: Vec<PathBuf> = found.files.into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, ["a.json.gz", "b/1.ndjson", "b/2.json"].map(at));
        assert_eq!(found.skipped_count, 5);
        // What is named by itself may be called anything, or be a link.
        assert_eq!(
            find(&[at("b/note.txt"), at("link.json")])
                .unwrap()
                .files
                .len(),
            2
        );
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        let place = Place::new("named");
        let at = |name: &str| place.0.join(name);
        symlink(at("self"), at("self")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), rustix::fs::Mode::RUSR).unwrap();
        for (name, code) in [
            ("self", "cannot-read"),
            ("none", "cannot-read"),
            ("pipe", "special-file"),
        ] {
            let error = find(&[at(name)]).unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.message().contains(name), "{error}");
        }
    }
}
