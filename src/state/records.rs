//! Records by table and key, wherever they are kept.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// The tables of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// The one record of the ledger itself.
    Ledger,
    /// The one record of the policy.
    Policy,
    /// By custodian id.
    Custodian,
    /// By quorum id.
    Quorum,
    /// By secret name: which secret id and quorum it has.
    Binding,
    /// By leaf hash: what waits for governance.
    Proposal,
    /// By leaf hash: how what waited for governance ended.
    Outcome,
    /// By custodian id: names and contacts.
    Person,
    /// By custodian id: the card in force.
    Card,
    /// By account id.
    Account,
    /// By secret id.
    Secret,
    /// By secret id and epoch.
    Epoch,
    /// By leaf hash.
    Request,
    /// By leaf hash: requests that are not over.
    Open,
    /// By leaf hash of the corrected statement and index of the correction.
    Note,
    /// The one import that is not complete.
    Import,
    /// By leaf hash: what waits for the witness that it names.
    Witness,
    /// By name.
    Location,
    /// By name, under the beginning of its hash.
    Item,
    /// By leaf hash: openings of locations.
    Access,
    /// By name.
    Mailbox,
    /// By name.
    Phone,
    /// By name.
    Plan,
    /// By leaf hash.
    Drill,
    /// By leaf hash of a drill: the sealings that it asks for.
    Asked,
    /// By leaf hash: what waits for everyone who took part.
    Joint,
    /// By leaf hash of what has the lesson, and its number.
    Improvement,
    /// By digest: blobs that an entry has brought, whatever became of them.
    Brought,
    /// By name.
    Runbook,
    /// By leaf hash.
    Ceremony,
    /// By name.
    Privilege,
    /// The one record of reviews as a whole.
    Reviews,
    /// By leaf hash.
    Review,
    /// By leaf hash of a review: its groups.
    Layout,
    /// By leaf hash of a review, group and name: who was struck.
    Struck,
    /// By rule, and what the finding is about.
    Accepted,
    /// By account id: what files said of its root user and contacts.
    Root,
    /// The one record of central root access.
    Features,
    /// By account id: what people have said of it.
    Registry,
    /// The one record of what the estate is held to.
    Posture,
    /// By name.
    Alarm,
    /// By leaf hash: tasks on root users.
    Task,
    /// By account id: what tasks left at its root user.
    Left,
    /// By leaf hash: comparings of CloudTrail with the ledger.
    Reconcile,
    /// By AWS's id and account: events that nothing explained.
    Event,
    /// By leaf hash: statements whose personal part was erased.
    Erased,
    /// By leaf hash: time-stamps of checkpoints.
    Timestamp,
    /// By digest: cosignatures of outside witnesses.
    Witnessed,
}

impl Table {
    /// All tables, in order.
    pub const ALL: [Self; 48] = [
        Self::Ledger,
        Self::Policy,
        Self::Custodian,
        Self::Quorum,
        Self::Binding,
        Self::Proposal,
        Self::Outcome,
        Self::Person,
        Self::Card,
        Self::Account,
        Self::Secret,
        Self::Epoch,
        Self::Request,
        Self::Open,
        Self::Note,
        Self::Import,
        Self::Witness,
        Self::Location,
        Self::Item,
        Self::Access,
        Self::Mailbox,
        Self::Phone,
        Self::Plan,
        Self::Drill,
        Self::Asked,
        Self::Joint,
        Self::Improvement,
        Self::Brought,
        Self::Runbook,
        Self::Ceremony,
        Self::Privilege,
        Self::Reviews,
        Self::Review,
        Self::Layout,
        Self::Struck,
        Self::Accepted,
        Self::Root,
        Self::Features,
        Self::Registry,
        Self::Posture,
        Self::Alarm,
        Self::Task,
        Self::Left,
        Self::Reconcile,
        Self::Event,
        Self::Erased,
        Self::Timestamp,
        Self::Witnessed,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Policy => "policy",
            Self::Custodian => "custodian",
            Self::Quorum => "quorum",
            Self::Binding => "binding",
            Self::Proposal => "proposal",
            Self::Outcome => "outcome",
            Self::Person => "person",
            Self::Card => "card",
            Self::Account => "account",
            Self::Secret => "secret",
            Self::Epoch => "epoch",
            Self::Request => "request",
            Self::Open => "open",
            Self::Note => "note",
            Self::Import => "import",
            Self::Witness => "witness",
            Self::Location => "location",
            Self::Item => "item",
            Self::Access => "access",
            Self::Mailbox => "mailbox",
            Self::Phone => "phone",
            Self::Plan => "plan",
            Self::Drill => "drill",
            Self::Asked => "asked",
            Self::Joint => "joint",
            Self::Improvement => "improvement",
            Self::Brought => "brought",
            Self::Runbook => "runbook",
            Self::Ceremony => "ceremony",
            Self::Privilege => "privilege",
            Self::Reviews => "reviews",
            Self::Review => "review",
            Self::Layout => "layout",
            Self::Struck => "struck",
            Self::Accepted => "accepted",
            Self::Root => "root",
            Self::Features => "features",
            Self::Registry => "registry",
            Self::Posture => "posture",
            Self::Alarm => "alarm",
            Self::Task => "task",
            Self::Left => "left",
            Self::Reconcile => "reconcile",
            Self::Event => "event",
            Self::Erased => "erased",
            Self::Timestamp => "timestamp",
            Self::Witnessed => "witnessed",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == word)
    }
}

/// A place to read records from.
pub trait Records {
    /// One record's bytes.
    ///
    /// # Errors
    /// Failed where the storage fails.
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>>;

    /// All records of a table whose keys begin with `prefix`, in the order of keys.
    ///
    /// # Errors
    /// Failed where the storage fails.
    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>>;
}

impl<R: Records + ?Sized> Records for &R {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        (**self).get(table, key)
    }

    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        (**self).list(table, prefix)
    }
}

/// A type of record, and the table it lives in.
pub trait Record: Serialize + DeserializeOwned {
    /// Its table.
    const TABLE: Table;
}

/// Reads one record as its type.
///
/// # Errors
/// Verification, code `bad-state`, where the bytes are no such record.
pub fn read<R: Record>(records: &dyn Records, key: &str) -> Result<Option<R>> {
    records
        .get(R::TABLE, key)?
        .map(|bytes| decode(R::TABLE, &bytes))
        .transpose()
}

/// Reads all records of a type whose keys begin with `prefix`.
///
/// # Errors
/// As [`read`].
pub fn list<R: Record>(records: &dyn Records, prefix: &str) -> Result<Vec<(String, R)>> {
    records
        .list(R::TABLE, prefix)?
        .into_iter()
        .map(|(key, bytes)| Ok((key, decode(R::TABLE, &bytes)?)))
        .collect()
}

/// Reads a part of one record, leaving the rest unread.
///
/// # Errors
/// As [`read`].
pub fn read_part<T: DeserializeOwned>(
    records: &dyn Records,
    table: Table,
    key: &str,
) -> Result<Option<T>> {
    records
        .get(table, key)?
        .map(|bytes| decode(table, &bytes))
        .transpose()
}

pub(super) fn decode<T: DeserializeOwned>(table: Table, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::verification(
            "bad-state",
            format!("a record of the table `{}` is damaged", table.as_str()),
        )
        .because(error)
        .hint("see what else is wrong: rootkeep verify --rebuild")
    })
}
