//! Accounts, secrets and releases, as records.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, decode, read};
use super::rules::SplitRule;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::statement::account_id::AccountId;
use crate::statement::accounts::{AccountFacts, AccountNames};
use crate::statement::names::SecretName;
use crate::statement::releases::Outcome;
use crate::statement::secrets::Share;
use crate::statement::{SecretKind, Time};

/// An account of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// As the last listing had it.
    pub facts: AccountFacts,
    /// Its names; `None` once erased.
    pub names: Option<AccountNames>,
    /// Index of the import that last changed it.
    pub index: u64,
    /// Whether the last listing no longer had it.
    pub gone: bool,
    /// Indices of the imports that changed it.
    pub events: Vec<u64>,
}

impl Record for AccountRecord {
    const TABLE: Table = Table::Account;
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRecord {
    /// Its full name.
    pub name: SecretName,
    /// Its quorum.
    pub quorum: Id,
    /// Other accounts that one MFA device serves, as the newest epoch has it.
    pub serves: Vec<AccountId>,
    /// The newest epoch.
    pub epoch: u32,
}

impl Record for SecretRecord {
    const TABLE: Table = Table::Secret;
}

impl SecretRecord {
    /// What kind of secret.
    #[must_use]
    pub fn kind(&self) -> SecretKind {
        self.name.kind
    }
}

/// One sealing of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// Leaf hash of its seal.
    pub seal: Digest,
    /// Index of that leaf.
    pub index: u64,
    /// When it was sealed.
    pub made_at: Time,
    /// Who sealed it.
    pub sealer: Id,
    /// The quorum's form that it was split for.
    pub quorum_index: u64,
    /// How many groups are needed.
    pub groups_needed: u8,
    /// Each group's threshold.
    pub thresholds: Vec<u8>,
    /// In order.
    pub shares: Vec<Share>,
    /// Digest of the payload.
    pub payload: Digest,
    /// Who found that it works.
    pub confirmed: Vec<Id>,
    /// Index at which its destruction took effect.
    pub destroyed: Option<u64>,
    /// Who may know the value.
    pub knowers: Vec<Id>,
    /// Holders whose own program has proven the share.
    pub proven: Vec<Id>,
    /// The epoch whose value it has, where it was split anew and not sealed anew.
    pub reshared_from: Option<u32>,
    /// Who has sent shares to whom, over all requests: operator and holder, each pair once.
    pub sent: Vec<(Id, Id)>,
}

impl Record for Epoch {
    const TABLE: Table = Table::Epoch;
}

impl Epoch {
    /// The key of an epoch's record.
    #[must_use]
    pub fn key(secret: &Id, epoch: u32) -> String {
        format!("{secret}/{epoch:010}")
    }

    /// Secret and number of an epoch's record, by its key.
    ///
    /// # Errors
    /// Verification, code `bad-state`.
    pub fn parse_key(key: &str) -> Result<(Id, u32)> {
        let damaged = || Error::verification("bad-state", "an epoch's key is damaged");
        let (secret, number) = key.split_once('/').ok_or_else(damaged)?;
        Ok((Id::parse(secret)?, number.parse().map_err(|_| damaged())?))
    }

    /// An epoch by secret and number.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, secret: &Id, epoch: u32) -> Result<Option<Self>> {
        read(records, &Self::key(secret, epoch))
    }

    /// Which shares are enough.
    #[must_use]
    pub fn rule(&self) -> SplitRule {
        SplitRule {
            groups_needed: self.groups_needed,
            thresholds: self.thresholds.clone(),
            holders: self
                .shares
                .iter()
                .map(|share| ((share.group, share.member), share.holder))
                .collect(),
        }
    }

    /// Notes that `holder` has sent their shares to `operator`.
    pub fn add_sent(&mut self, operator: Id, holder: Id) {
        if !self.sent.contains(&(operator, holder)) {
            self.sent.push((operator, holder));
        }
    }

    /// Whose shares `operator` has been sent.
    #[must_use]
    pub fn sent_to(&self, operator: &Id) -> BTreeSet<Id> {
        let to = self.sent.iter().filter(|(to, _)| to == operator);
        to.map(|(_, holder)| *holder).collect()
    }

    /// Notes that somebody may know the value.
    pub fn add_knower(&mut self, who: Id) {
        if !self.knowers.contains(&who) {
            self.knowers.push(who);
        }
    }
}

/// One secret of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedRecord {
    /// The secret.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// The quorum.
    pub quorum: Id,
}

/// A share that somebody sent to the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// By whom.
    pub from: Id,
    /// Of which secret.
    pub secret: Id,
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
    /// Digest of the age file.
    pub blob: Digest,
}

/// One showing of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The secret.
    pub secret: Id,
    /// Index of the reveal.
    pub index: u64,
    /// When.
    pub at: Time,
}

/// What put a request or a task into effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InEffect {
    /// Index of the leaf.
    pub index: u64,
    /// The latest time of what was asked for and of those who agreed: no signer's clock alone says when the
    /// window begins, and it counts from here.
    pub at: Time,
}

/// From how many bytes on it is worth while not to parse a record again.
const LARGE: usize = 64 << 10;
/// Of how many requests that is remembered.
const PARSED_LIMIT: usize = 8;

thread_local! {
    /// Large records as they were read last, by leaf hash, with their bytes. Each entry of a resharing is
    /// judged by its record, which has megabytes where it names thousands of secrets.
    static PARSED: RefCell<BTreeMap<Digest, (Vec<u8>, RequestRecord)>> = RefCell::default();
}

/// A request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Its statement's id.
    pub id: Id,
    /// Index of its leaf.
    pub index: u64,
    /// Who asked.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// Who reveals.
    pub operator: Id,
    /// One-time recipient.
    pub recipient: String,
    /// Digest of the one-time identity's age file.
    pub identity: Digest,
    /// Seconds of the window.
    pub window_secs: u32,
    /// Hours that it may wait, by the policy it was made under.
    pub request_hours: u32,
    /// Whether the secrets are to be split anew, and shown to nobody.
    pub reshare: bool,
    /// What is asked for.
    pub secrets: Vec<WantedRecord>,
    /// Who has said yes.
    pub yes: Vec<Id>,
    /// The latest time of it and of the yeses until it was in effect.
    pub latest: Time,
    /// Who has said no.
    pub no: Vec<Id>,
    /// What they sent.
    pub sent: Vec<Sent>,
    /// When the last sign-off that was needed came in.
    pub effect: Option<InEffect>,
    /// What was shown.
    pub shown: Vec<Shown>,
    /// How it was closed.
    pub closed: Option<Outcome>,
    /// When.
    pub closed_at: Option<Time>,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Whether too many said no.
    pub rejected: bool,
}

impl Record for RequestRecord {
    const TABLE: Table = Table::Request;
}

impl RequestRecord {
    /// A request by leaf hash.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, leaf: &Digest) -> Result<Option<Self>> {
        let Some(bytes) = records.get(Self::TABLE, &leaf.to_hex())? else {
            return Ok(None);
        };
        if bytes.len() < LARGE {
            return decode(Self::TABLE, &bytes).map(Some);
        }
        PARSED.with_borrow_mut(|parsed| {
            if let Some((_, record)) = parsed.get(leaf).filter(|(known, _)| *known == bytes) {
                return Ok(Some(record.clone()));
            }
            let record: Self = decode(Self::TABLE, &bytes)?;
            if parsed.len() >= PARSED_LIMIT {
                parsed.clear();
            }
            parsed.insert(*leaf, (bytes, record.clone()));
            Ok(Some(record))
        })
    }

    /// When it was made, or the later moment at which it took effect.
    #[must_use]
    pub fn began(&self) -> Time {
        self.effect.map_or(self.made_at, |effect| effect.at)
    }

    /// Until when it may be signed into effect.
    #[must_use]
    pub fn lapses_at(&self) -> Time {
        self.made_at.plus(u64::from(self.request_hours) * 3600)
    }

    /// Until when it may be revealed, once in effect.
    #[must_use]
    pub fn window_ends(&self) -> Option<Time> {
        self.effect
            .map(|effect| effect.at.plus(u64::from(self.window_secs)))
    }

    /// Whether nothing can come of it any more at `time`: its one-time identity and the shares sent
    /// to it may go.
    #[must_use]
    pub fn over(&self, time: Time) -> bool {
        self.closed.is_some()
            || self.withdrawn
            || self.rejected
            || match self.window_ends() {
                Some(end) => time > end,
                None => time > self.lapses_at(),
            }
    }

    /// Blobs that go once it is over.
    #[must_use]
    pub fn passing_blobs(&self) -> BTreeSet<Digest> {
        self.sent
            .iter()
            .map(|sent| sent.blob)
            .chain([self.identity])
            .collect()
    }
}

/// That a request is not yet closed, withdrawn or rejected.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenRecord {
    /// Index of the request.
    pub index: u64,
    /// Whether its passing blobs are still kept.
    pub kept: bool,
}

impl Record for OpenRecord {
    const TABLE: Table = Table::Open;
}

/// A correction of, or a file attached to, a statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteRecord {
    /// Index of the correcting or attaching leaf.
    pub index: u64,
    /// Its kind.
    pub kind: String,
    /// Its author.
    pub author: Id,
}

impl Record for NoteRecord {
    const TABLE: Table = Table::Note;
}

/// A blob that was brought. The record stays when the blob goes, so that nobody brings it again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BroughtRecord {
    /// Index of the leaf that brought it.
    pub index: u64,
    /// Whether it is a file, which is never let go.
    pub kept: bool,
}

impl Record for BroughtRecord {
    const TABLE: Table = Table::Brought;
}
