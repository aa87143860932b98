//! Files of AWS's, from flags or a directory, read as what they are. A file that is nothing known is an
//! error: it would otherwise be left out in silence.

use std::fs;
use std::path::{Path, PathBuf};

use crate::aws::answer::{self, MAX_BYTES};
use crate::aws::estate_files::{self, Asked, Role};
use crate::aws::{contacts, organizations};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::insight::estate::EstateFile;
use crate::ledger::read_bounded;
use crate::statement::Time;
use crate::statement::estate::Source;

/// The most files of a directory.
const MOST: usize = 1_000_000;
/// The most bytes of a file that says a time.
const TIME_BYTES: u64 = 64;

/// A file that is to be read, and what it is said to be.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub role: Role,
}

/// The organisation's listing.
#[derive(Debug)]
pub struct Listing {
    /// Where it was.
    pub path: PathBuf,
    /// Of its bytes.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// As of when it is: as was said, or when the file was written.
    pub at: Time,
    /// Its accounts.
    pub accounts: Vec<organizations::Account>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The listing, if there was one.
    pub listing: Option<Listing>,
    /// The other files.
    pub files: Vec<EstateFile>,
}

/// Every file of a directory, in the order of names, but for those whose names begin with a dot.
///
/// # Errors
/// Failed; usage, codes `unknown-file` and `too-many-files`.
pub fn in_directory(directory: &Path) -> Result<Vec<Wanted>> {
    let failed = |error: std::io::Error| {
        let what = format!("cannot read the directory {}", directory.display());
        Error::failed("cannot-read", what).because(error)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with('.')) {
            continue;
        }
        // A pipe in its place would hold everybody up.
        let role = name.and_then(estate_files::role);
        let Some(role) = role.filter(|_| path.is_file()) else {
            let what = format!(
                "{} is no file with a name that says what it is",
                path.display()
            );
            return Err(Error::usage("unknown-file", what)
                .hint("names are such as 111122223333-credential-report.csv: docs/aws.md has all")
                .hint("move what doesn't belong there somewhere else"));
        };
        if found.len() == MOST {
            return Err(Error::usage(
                "too-many-files",
                format!("{} has more than {MOST} files", directory.display()),
            ));
        }
        found.push(Wanted { path, role });
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Reads files, one after another, and calls `read` after each. `as_of` is for those that don't say
/// themselves as of when they are.
///
/// # Errors
/// Usage, codes `bad-listing`, `bad-file`, `as-of-needed`, `bad-time`; not found; failed.
pub fn gather(wanted: &[Wanted], as_of: Option<Time>, mut read: impl FnMut()) -> Result<Gathered> {
    let mut gathered = Gathered::default();
    let as_of = match as_of {
        Some(time) => Some(time),
        None => written_down(wanted)?,
    };
    for Wanted { path, role } in wanted {
        match role {
            Role::AsOf => {}
            Role::Listing => gathered.listing = Some(listing(path, as_of)?),
            Role::Answer(asked) => gathered.files.push(answer(path, *asked, as_of)?),
        }
        read();
    }
    Ok(gathered)
}

/// The time in the file of that name, where there is one.
fn written_down(wanted: &[Wanted]) -> Result<Option<Time>> {
    let Some(Wanted { path, .. }) = wanted.iter().find(|file| file.role == Role::AsOf) else {
        return Ok(None);
    };
    let bytes = read_bounded(path, TIME_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    Time::parse(text.trim())
        .map(Some)
        .map_err(|error| error.because(format!("in {}", path.display())))
}

fn listing(path: &Path, as_of: Option<Time>) -> Result<Listing> {
    let limit = u64::try_from(organizations::MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = read_bounded(path, limit)?;
    let accounts = organizations::parse(&bytes).map_err(|error| {
        Error::usage(
            "bad-listing",
            format!("{} is not a whole listing of accounts", path.display()),
        )
        .because(error)
        .hint("aws organizations list-accounts --output json > organizations.json")
    })?;
    Ok(Listing {
        path: path.to_owned(),
        digest: Digest::of(&bytes),
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        at: as_of.map_or_else(|| written(path), Ok)?,
        accounts,
    })
}

/// When a file was last written, by the machine that it is on.
fn written(path: &Path) -> Result<Time> {
    let written = fs::metadata(path).and_then(|file| file.modified()).ok();
    let time = written.and_then(|written| Time::from_chrono(written.into()));
    time.ok_or_else(|| as_of_needed(path))
}

fn as_of_needed(path: &Path) -> Error {
    Error::usage(
        "as-of-needed",
        format!("{} doesn't say as of when it is", path.display()),
    )
    .hint("--as-of TIME, such as 2026-11-21T09:30:00Z: when the command was run")
    .hint("of a directory: write that into a file as-of.txt in it")
}

fn answer(path: &Path, mut asked: Asked, as_of: Option<Time>) -> Result<EstateFile> {
    let bytes = read_bounded(path, u64::try_from(MAX_BYTES).unwrap_or(u64::MAX))?;
    if asked.source == Source::AlternateContact && asked.contact.is_none() {
        asked.source = contacts::source_of(&bytes);
    }
    let (said, own) = estate_files::read(asked, &bytes).map_err(|error| {
        Error::usage(
            "bad-file",
            format!("{} can't be taken over", path.display()),
        )
        .because(error)
        .hint(format!("make it anew: {}", answer::command(asked.source)))
    })?;
    let at = own.or(as_of).ok_or_else(|| as_of_needed(path))?;
    Ok(EstateFile {
        name: path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        asked,
        digest: Digest::of(&bytes),
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        at,
        said,
    })
}
