//! `keys/`: the data key wrapped for everyone who may open the ledger, and what recovery needs. A
//! projection of the log: whoever writes repairs it (docs/formats.md, section 12). Work goes through one
//! handle of the directory itself, so that nobody can lead it elsewhere in the meantime, and only files
//! with this program's own names are touched.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};

use crate::crypto::age_file;
use crate::crypto::card::Card;
use crate::crypto::fixed::Id;
use crate::crypto::recipient::{AgeHost, Recipient};
use crate::crypto::secret::{Key32, SecretText};
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::people::{CardRecord, Custodian, LedgerRecord};
use crate::state::records::read;
use crate::store::View;

/// The most that is read of a key file.
pub const LIMIT: u64 = 64 << 10;

/// The data key for the recovery identity.
const RECOVERY: &str = "recovery.age";
/// The recovery identity, for the governance secret.
const GOVERNANCE_PAYLOAD: &str = "governance-payload.age";

/// The `keys` directory of a ledger.
#[derive(Clone, Debug)]
pub struct Keys {
    directory: PathBuf,
}

impl Keys {
    /// Of the ledger at `ledger`.
    #[must_use]
    pub fn of(ledger: &Path) -> Self {
        Self {
            directory: ledger.join("keys"),
        }
    }

    /// Everyone for whom there is a wrapped data key.
    ///
    /// # Errors
    /// Failed, code `not-a-ledger`, where the directory can't be read.
    pub fn members(&self) -> Result<Vec<Id>> {
        let mut members: Vec<Id> = self
            .open()?
            .names()?
            .iter()
            .filter_map(|name| name.strip_suffix(".member.age"))
            .filter_map(|id| Id::parse(id).ok())
            .collect();
        members.sort();
        Ok(members)
    }

    /// A custodian's sealed member key.
    ///
    /// # Errors
    /// Not found, failed.
    pub fn sealed_member_key(&self, member: &Id) -> Result<Vec<u8>> {
        let name = format!("{member}.member.age");
        self.open()?.read(&name)?.ok_or_else(|| no_file(&name))
    }

    /// The data key, wrapped for a custodian.
    ///
    /// # Errors
    /// Not found, failed.
    pub fn wrapped_data_key(&self, member: &Id) -> Result<Vec<u8>> {
        let name = format!("{member}.age");
        self.open()?.read(&name)?.ok_or_else(|| no_file(&name))
    }

    fn open(&self) -> Result<Handle> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(CWD, &self.directory, flags, Mode::empty())
            .map(Handle)
            .map_err(|error| {
                Error::not_found(
                    "not-a-ledger",
                    format!(
                        "{} is not a ledger's: it has no keys",
                        self.directory.display()
                    ),
                )
                .because(error)
            })
    }

    /// Makes the directory what the log says it is: adds what is missing, mends what differs,
    /// removes what is no longer due.
    ///
    /// # Errors
    /// Failed where the disk or age fails.
    pub fn repair(&self, view: &View<'_>, data_key: &Key32, host: &AgeHost) -> Result<()> {
        let mut wanted = BTreeMap::new();
        self.want_members(view, &mut wanted)?;
        self.want_governance(view, &mut wanted)?;
        let handle = self.open()?;
        // Nobody can see whom an age file is for: with another payload beside it, the recovery file is
        // for an identity of before. It comes first, so that the payload says that it was done.
        if let Some(Content::Exact(payload)) = wanted.get(GOVERNANCE_PAYLOAD)
            && let Some(Content::DataKeyFor(recipient)) = wanted.get(RECOVERY)
            && handle.read(GOVERNANCE_PAYLOAD)?.as_ref() != Some(payload)
        {
            handle.write(RECOVERY, &wrap(&[data_key], recipient, host)?)?;
        }
        for (name, content) in &wanted {
            let there = handle.read(name)?;
            match content {
                Content::Exact(bytes) => {
                    if there.as_ref() != Some(bytes) {
                        handle.write(name, bytes)?;
                    }
                }
                Content::DataKeyFor(recipient) => {
                    if there.is_none() {
                        handle.write(name, &wrap(&[data_key], recipient, host)?)?;
                    }
                }
            }
        }
        for name in handle.names()? {
            if is_key_file(&name) && !wanted.contains_key(&name) {
                handle.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Wraps the data key, or two of them, anew for everyone who may open the ledger, and for recovery.
    ///
    /// # Errors
    /// Failed where the disk or age fails.
    pub fn rewrap(&self, view: &View<'_>, data_keys: &[&Key32], host: &AgeHost) -> Result<()> {
        let mut wanted = BTreeMap::new();
        self.want_members(view, &mut wanted)?;
        self.want_governance(view, &mut wanted)?;
        let handle = self.open()?;
        for (name, content) in &wanted {
            if let Content::DataKeyFor(recipient) = content {
                handle.write(name, &wrap(data_keys, recipient, host)?)?;
            }
        }
        Ok(())
    }

    /// Removes what a program that was killed has left half written. Nobody else may have the ledger open.
    ///
    /// # Errors
    /// Failed where the disk fails.
    pub fn remove_half_written(&self) -> Result<()> {
        let handle = self.open()?;
        for name in handle.names()?.iter().filter(|name| is_half_written(name)) {
            handle.remove(name)?;
        }
        Ok(())
    }

    /// Makes the directory what the log says it is, and wraps the data key anew for everybody: for a
    /// directory whose files come from elsewhere.
    ///
    /// # Errors
    /// As [`Self::repair`].
    pub fn renew(&self, view: &View<'_>, data_key: &Key32, host: &AgeHost) -> Result<()> {
        let handle = self.open()?;
        for name in handle.names()?.iter().filter(|name| is_key_file(name)) {
            handle.remove(name)?;
        }
        self.repair(view, data_key, host)
    }

    fn want_members(
        &self,
        records: &dyn Records,
        wanted: &mut BTreeMap<String, Content>,
    ) -> Result<()> {
        for (id, custodian) in Custodian::all(records)? {
            if !custodian.may_open() {
                continue;
            }
            let Some(card) = read::<CardRecord>(records, &id.to_hex())? else {
                continue;
            };
            let card = Card::parse(&card.envelope.0)?;
            wanted.insert(format!("{id}.member.age"), Content::Exact(card.sealed));
            wanted.insert(format!("{id}.age"), Content::DataKeyFor(custodian.age));
        }
        Ok(())
    }

    fn want_governance(
        &self,
        view: &View<'_>,
        wanted: &mut BTreeMap<String, Content>,
    ) -> Result<()> {
        let Some(governance) = LedgerRecord::load(view)?.and_then(|ledger| ledger.governance)
        else {
            return Ok(());
        };
        wanted.insert(
            RECOVERY.to_owned(),
            Content::DataKeyFor(governance.recovery),
        );
        if let Some(payload) = view.blob(&governance.payload)? {
            wanted.insert(GOVERNANCE_PAYLOAD.to_owned(), Content::Exact(payload));
        }
        for share in &governance.shares {
            if let Some(bytes) = view.blob(&share.blob)? {
                let name = format!("governance-{:02}-{:02}.age", share.group, share.member);
                wanted.insert(name, Content::Exact(bytes));
            }
        }
        Ok(())
    }
}

/// Whether a file of `keys/` has a name that this program gives (docs/formats.md, section 12):
/// anything else in the directory is left alone.
#[must_use]
pub fn is_key_file(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".age") else {
        return false;
    };
    let id = stem.strip_suffix(".member").unwrap_or(stem);
    let place = stem.strip_prefix("governance-").is_some_and(|rest| {
        rest == "payload"
            || rest.split_once('-').is_some_and(|(group, member)| {
                [group, member]
                    .iter()
                    .all(|digits| digits.len() == 2 && digits.bytes().all(|c| c.is_ascii_digit()))
            })
    });
    stem == "recovery" || place || Id::parse(id).is_ok()
}

/// The name of a key file until it is whole.
fn temporary(name: &str) -> Result<String> {
    let random = Id::random(&ring::rand::SystemRandom::new())?;
    Ok(format!(".{name}.{random}.tmp"))
}

/// Whether a name is one that [`temporary`] gives.
fn is_half_written(name: &str) -> bool {
    name.strip_prefix('.')
        .and_then(|name| name.strip_suffix(".tmp")?.rsplit_once('.'))
        .is_some_and(|(name, random)| is_key_file(name) && Id::parse(random).is_ok())
}

fn no_file(name: &str) -> Error {
    Error::not_found("no-file", format!("there is no file keys/{name}"))
}

/// The directory itself, wherever its name leads by now.
struct Handle(OwnedFd);

impl Handle {
    fn names(&self) -> Result<Vec<String>> {
        let read = || -> rustix::io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in Dir::read_from(&self.0)? {
                names.extend(entry?.file_name().to_str().map(str::to_owned));
            }
            Ok(names)
        };
        read().map_err(|error| cannot_read("keys").because(error))
    }

    /// A regular file's bytes; `None` where there is no file of that name.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(cannot_read(name).because(error)),
        };
        let kind = rustix::fs::fstat(&file)
            .map(|stat| FileType::from_raw_mode(stat.st_mode))
            .map_err(|error| cannot_read(name).because(error))?;
        if kind != FileType::RegularFile {
            return Err(cannot_read(name).because("it is not a regular file"));
        }
        let mut bytes = Vec::new();
        File::from(file)
            .take(LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| cannot_read(name).because(error))?;
        if u64::try_from(bytes.len()).map_or(true, |length| length > LIMIT) {
            return Err(cannot_read(name).because(format!("it has more than {LIMIT} bytes")));
        }
        Ok(Some(bytes))
    }

    /// Whole and on the disk, or not at all.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let half = temporary(name)?;
        let write = || -> std::io::Result<()> {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mode = Mode::RUSR | Mode::WUSR;
            let mut file = File::from(rustix::fs::openat(&self.0, &half, flags, mode)?);
            file.write_all(bytes)?;
            file.sync_all()?;
            rustix::fs::renameat(&self.0, &half, &self.0, name)?;
            Ok(rustix::fs::fsync(&self.0)?)
        };
        write().map_err(|error| {
            // Already gone where the rename was done.
            let _nothing_left = rustix::fs::unlinkat(&self.0, &half, AtFlags::empty());
            Error::failed("cannot-write", format!("cannot write keys/{name}")).because(error)
        })
    }

    fn remove(&self, name: &str) -> Result<()> {
        rustix::fs::unlinkat(&self.0, name, AtFlags::empty()).map_err(|error| {
            Error::failed(
                "cannot-write",
                "a key file that is no longer due could not be removed",
            )
            .because(error)
        })
    }
}

fn cannot_read(name: &str) -> Error {
    Error::failed("cannot-read", format!("cannot read keys/{name}"))
}

/// What a key file ought to hold.
enum Content {
    /// These bytes.
    Exact(Vec<u8>),
    /// The data key for this recipient; its bytes differ each time.
    DataKeyFor(String),
}

/// One key a line: while a new key is taking over, it and then the old one.
fn wrap(data_keys: &[&Key32], recipient: &str, host: &AgeHost) -> Result<Vec<u8>> {
    let mut lines = zeroize::Zeroizing::new(String::with_capacity(data_keys.len() * 65));
    for key in data_keys {
        lines.push_str(key.to_hex().expose());
        lines.push('\n');
    }
    age_file::encrypt(&Recipient::parse_native(recipient)?, lines.as_bytes(), host)
}

/// Reads the data keys out of what was wrapped: one, or two while a new one is taking over.
///
/// # Errors
/// Verification, code `bad-data-key`.
pub fn unwrap(plaintext: &crate::crypto::secret::SecretBytes) -> Result<Vec<Key32>> {
    let text = SecretText::from_utf8(plaintext).ok_or_else(no_data_key)?;
    let lines = text.expose().strip_suffix('\n').ok_or_else(no_data_key)?;
    let keys: Option<Vec<Key32>> = lines.split('\n').map(Key32::from_hex).collect();
    keys.filter(|keys| keys.len() <= 2).ok_or_else(no_data_key)
}

/// What was wrapped is something else.
pub fn no_data_key() -> Error {
    Error::verification("bad-data-key", "what was wrapped for you is not a data key")
        .hint("somebody may have put another ciphertext in its place")
}
