//! `keys/`: the data key wrapped for everyone who may open the ledger, and what recovery needs. A
//! projection of the log: whoever writes repairs it (docs/formats.md, section 12).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::{self, Durability};
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
const LIMIT: u64 = 64 << 10;

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
        files::read_bounded(&self.directory.join(format!("{member}.member.age")), LIMIT)
    }

    /// The data key, wrapped for a custodian.
    ///
    /// # Errors
    /// Not found, failed.
    pub fn wrapped_data_key(&self, member: &Id) -> Result<Vec<u8>> {
        files::read_bounded(&self.directory.join(format!("{member}.age")), LIMIT)
    }

    fn names(&self) -> Result<Vec<String>> {
        let entries = fs::read_dir(&self.directory).map_err(|error| {
            Error::not_found(
                "not-a-ledger",
                format!(
                    "{} is not a ledger's: it has no keys",
                    self.directory.display()
                ),
            )
            .because(error)
        })?;
        Ok(entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str().map(str::to_owned))
            .collect())
    }

    /// Makes the directory what the log says it is: adds what is missing, mends what differs,
    /// removes what is no longer due.
    ///
    /// # Errors
    /// Failed where the disk or age fails.
    pub fn repair(&self, view: &View<'_>, data_key: &Key32, host: &AgeHost) -> Result<()> {
        let there = self.names()?;
        let mut wanted = BTreeMap::new();
        self.want_members(view, &mut wanted)?;
        self.want_governance(view, &mut wanted)?;
        for (name, content) in &wanted {
            let path = self.directory.join(name);
            let present = there.contains(name);
            match content {
                Content::Exact(bytes) => {
                    if !present || files::read_bounded(&path, LIMIT)? != *bytes {
                        files::write_private(&path, bytes, Durability::Synced)?;
                    }
                }
                Content::DataKeyFor(recipient) => {
                    if !present {
                        let wrapped = wrap(data_key, recipient, host)?;
                        files::write_private(&path, &wrapped, Durability::Synced)?;
                    }
                }
            }
        }
        for name in there.iter().filter(|name| !wanted.contains_key(*name)) {
            fs::remove_file(self.directory.join(name)).map_err(|error| {
                Error::failed(
                    "cannot-write",
                    "a key file that is no longer due could not be removed",
                )
                .because(error)
            })?;
        }
        Ok(())
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
            "recovery.age".to_owned(),
            Content::DataKeyFor(governance.recovery),
        );
        if let Some(payload) = view.blob(&governance.payload)? {
            wanted.insert("governance-payload.age".to_owned(), Content::Exact(payload));
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

/// What a key file ought to hold.
enum Content {
    /// These bytes.
    Exact(Vec<u8>),
    /// The data key for this recipient; its bytes differ each time.
    DataKeyFor(String),
}

fn wrap(data_key: &Key32, recipient: &str, host: &AgeHost) -> Result<Vec<u8>> {
    let line = SecretText::new(format!("{}\n", data_key.to_hex().expose()));
    age_file::encrypt(
        &Recipient::parse_native(recipient)?,
        line.expose().as_bytes(),
        host,
    )
}

/// Reads a data key out of what was wrapped.
///
/// # Errors
/// Verification, code `bad-data-key`.
pub fn unwrap(plaintext: &crate::crypto::secret::SecretBytes) -> Result<Key32> {
    SecretText::from_utf8(plaintext)
        .and_then(|text| text.expose().strip_suffix('\n').and_then(Key32::from_hex))
        .ok_or_else(|| {
            Error::verification("bad-data-key", "what was wrapped for you is not a data key")
                .hint("somebody may have put another ciphertext in its place")
        })
}
