//! The facade: a ledger opened by one person, with their pin and their keys.
//!
//! A [`Session`] is what every command works with. It unlocks the person's identity once, proves
//! that the ledger continues what the person's pin remembers, and appends through the policy.

mod acts;
mod as_of;
mod comparing;
mod copying;
mod drilling;
mod erasing;
mod files;
mod founding;
mod glance;
mod governing;
mod judging;
mod keys;
mod names;
mod notes;
mod other;
mod outside;
mod own_share;
mod pin;
mod proving;
mod reading;
mod rekeying;
mod releasing;
mod remote;
mod resharing;
mod reviewing;
mod sealing;
mod signing;
mod slips;
mod trusted;
mod verify;
mod workers;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::SystemRandom;

use crate::crypto::card;
use crate::crypto::ed25519::{PublicKey, SigningKey};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::identity::Identity;
use crate::crypto::member_key::MemberKey;
use crate::crypto::recipient::AgeHost;
use crate::crypto::secret::Key32;
use crate::error::{Error, Result};
use crate::statement::Time;
use crate::store::{Access, Checker, Store, View};

pub use acts::Entered;
pub use copying::Alone;
pub use drilling::DrillRequest;
pub use files::{
    Durability, lay_out, publish, read_bounded, read_regular, replace, temporary_beside,
    write_private, write_private_new,
};
pub use founding::{Founding, found};
pub use glance::Glance;
pub use keys::{LIMIT as KEY_FILE_LIMIT, is_key_file};
pub use names::People;
pub use notes::VerifierKeys;
pub use other::{Other, Side};
pub use outside::Stamped;
pub use pin::{Pin, PinPlace};
pub use reading::{LeafPlace, Reading};
pub use releasing::{Revealed, SignPreview};
pub use remote::Remote;
pub use sealing::{SealRequest, Sealed};
pub use signing::Unproven;
pub use slips::{Arrival, Arrived, Imported, Made};
pub use trusted::{AgainstPin, FirstUse};
pub use verify::{Progress, Report, VerifyProblem};

/// What tells the time. A library's caller brings it; a release build has only the system's.
pub trait Clock {
    /// Now, to the second.
    ///
    /// # Errors
    /// Failed, code `bad-clock`, where the clock shows no usable time.
    fn now(&self) -> Result<Time>;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Result<Time> {
        Time::from_chrono(chrono::Utc::now()).ok_or_else(|| {
            Error::failed("bad-clock", "this machine's clock shows no usable time")
                .hint("set the clock, then do it again")
        })
    }
}

/// How a person comes to a ledger, or to a slip.
pub struct Opening {
    /// The person's identity.
    pub identity: Identity,
    /// Plugins and the person at the keyboard.
    pub host: AgeHost,
    /// Where pins go when the identity's own directory can't be written.
    pub state_dir: Option<PathBuf>,
    /// The person's own card, if it is not beside the identity.
    pub card: Option<PathBuf>,
    /// The clock.
    pub clock: Box<dyn Clock>,
}

impl Opening {
    /// Where this person's pins are, and what they and the own card say of the own key.
    fn known(&self) -> Result<(PinPlace, OwnKey)> {
        let identity = self.identity.path();
        let pins = PinPlace::new(identity, self.state_dir.clone());
        let own = OwnKey::find(&pins.all()?, identity, self.card.as_deref())?;
        Ok((pins, own))
    }
}

/// A ledger, opened by one person.
pub struct Session {
    directory: PathBuf,
    store: Store,
    access: Access,
    id: Digest,
    log_key: SigningKey,
    data_key: Key32,
    identity: Identity,
    member: Id,
    member_key: Arc<MemberKey>,
    /// Whether the own public key came from a pin or an own card, not only from the ledger.
    own_key_known: bool,
    pins: PinPlace,
    pin: Option<Pin>,
    /// What every record that is read is held to, while something is decided.
    checker: Option<Checker>,
    host: AgeHost,
    clock: Box<dyn Clock>,
    rng: SystemRandom,
    keys: keys::Keys,
    known: Option<acts::Known>,
    migrated: Option<PathBuf>,
    /// Whether the key files still have two keys.
    interrupted_rekey: bool,
    /// Held until the session ends.
    lock: File,
}

impl Session {
    /// Opens the ledger in a directory.
    ///
    /// # Errors
    /// Not found, code `not-a-ledger`; refused, codes `not-a-member`, `newer-schema`; verification,
    /// codes `wrong-member-key`, `wrong-data-key`, `rolled-back`, `forked`, `other-ledger`.
    pub fn open(directory: &Path, opening: Opening) -> Result<Self> {
        let session = Self::open_any(directory, opening)?;
        session.check_against_pin()?;
        Ok(session)
    }

    /// As [`Self::open`], whatever the pin remembers: for what may be older than it, or a fork of it,
    /// and is to be compared with it.
    ///
    /// # Errors
    /// As [`Self::open`], but for `rolled-back` and `forked`.
    pub fn open_any(directory: &Path, opening: Opening) -> Result<Self> {
        let access = access_of(directory)?;
        let mut lock = lock(directory, Lock::Shared)?;
        let keys = keys::Keys::of(directory);
        let (pins, own) = opening.known()?;
        let (member, member_key) = unlock_member(&keys, &own, &opening.identity)
            .map_err(|error| opening.host.declined().unwrap_or(error))?;
        let mut data_keys = keys::unwrap(&member_key.decrypt(&keys.wrapped_data_key(&member)?)?)?;
        let database = directory.join("ledger.db");
        let mut migrated = None;
        let opened = match rekeying::open_with_any(&database, &data_keys, access) {
            Err(error) if error.code() == "older-schema" && access == Access::Write => {
                drop(lock);
                // A ledger of a schema from before re-keying has one key.
                let key = data_keys.first().ok_or_else(keys::no_data_key)?;
                migrated = Some(migrate(directory, &database, key)?);
                lock = self::lock(directory, Lock::Shared)?;
                rekeying::open_with_any(&database, &data_keys, access)
            }
            other => other,
        };
        let (store, place) = opened?;
        let interrupted_rekey = data_keys.len() > 1;
        let data_key = data_keys.swap_remove(place);
        if access == Access::Write {
            copying::ready_for_many(&store)?;
        }
        let (id, log_key) = own_facts(&store.view())?;
        Ok(Self {
            log_key,
            pin: pins.find(&id, &member)?,
            own_key_known: !own.is_empty(),
            directory: directory.to_owned(),
            store,
            access,
            id,
            data_key,
            identity: opening.identity,
            member,
            member_key: Arc::new(member_key),
            pins,
            checker: None,
            host: opening.host,
            clock: opening.clock,
            rng: SystemRandom::new(),
            keys,
            known: None,
            migrated,
            interrupted_rekey,
            lock,
        })
    }

    /// The ledger's id.
    #[must_use]
    pub fn id(&self) -> Digest {
        self.id
    }

    /// Who has opened it.
    #[must_use]
    pub fn member(&self) -> Id {
        self.member
    }

    /// The rows, to read from. From [`Self::trust`] on, and until this session writes, records that are
    /// not what the log says are refused; otherwise nothing is checked.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let view = self.store.view();
        match &self.checker {
            Some(checker) => view.checked_by(checker),
            None => view,
        }
    }

    /// The pin, where there is one.
    #[must_use]
    pub fn pin(&self) -> Option<&Pin> {
        self.pin.as_ref()
    }

    /// The ledger's directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Changes an entry of this ledger behind the log's back, as the keeper of a machine could; for
    /// `demo` alone.
    ///
    /// # Errors
    /// Failed where the database fails.
    pub fn forge(self, seq: u64, from: &str, to: &str) -> Result<()> {
        let path = self.store.path().to_owned();
        drop(self.store);
        crate::store::forge_personal(&path, &self.data_key, seq, from, to)
    }

    /// Where opening has kept the database as it was before it was brought to a newer schema version,
    /// if it was.
    #[must_use]
    pub fn migrated(&self) -> Option<&Path> {
        self.migrated.as_deref()
    }

    /// Whether a token may have to be touched for what this person does.
    #[must_use]
    pub fn is_on_hardware(&self) -> bool {
        self.identity.is_on_hardware()
    }

    /// The time by this session's clock.
    ///
    /// # Errors
    /// As [`Clock::now`].
    pub fn now(&self) -> Result<Time> {
        self.clock.now()
    }

    /// The public key of the ledger's own checkpoint line.
    #[must_use]
    pub fn log_public_key(&self) -> PublicKey {
        self.log_key.public()
    }
}

/// The ledger's id, and the key of the log's own checkpoint line.
fn own_facts(view: &View<'_>) -> Result<(Digest, SigningKey)> {
    let damaged = || Error::verification("database-damaged", "the ledger's own facts are damaged");
    let id = Digest::from_slice(&view.meta("ledger")?).ok_or_else(damaged)?;
    let seed = view.meta("log_seed")?;
    let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| damaged())?;
    Ok((id, SigningKey::from_seed(&Key32::new(seed))?))
}

/// What is known of the person's own key before the ledger is believed.
struct OwnKey {
    /// Member ids and public keys, from pins and the own card.
    known: Vec<(Id, PublicKey)>,
}

impl OwnKey {
    fn find(pins: &[Pin], identity: &Path, card: Option<&Path>) -> Result<Self> {
        let mut known: Vec<(Id, PublicKey)> =
            pins.iter().map(|pin| (pin.member, pin.sign)).collect();
        let beside = identity.with_extension("card");
        let path = card.or_else(|| beside.exists().then_some(beside.as_path()));
        if let Some(path) = path {
            let (card, ..) = card::read_file(&files::read_regular(path, 1 << 20)?)?;
            known.push((card.id, card.sign));
        }
        known.sort_unstable();
        known.dedup();
        Ok(Self { known })
    }

    fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Refuses a member key that is not the one that this person knows as the own.
    fn check(&self, member: &Id, key: &MemberKey) -> Result<()> {
        let public = key.signing().public();
        let known_otherwise = self
            .known
            .iter()
            .any(|(id, sign)| id == member && *sign != public);
        if known_otherwise {
            return Err(Error::verification(
                "wrong-member-key",
                "the member key in this ledger is not yours: its public key differs from your pin or card",
            )
            .hint("somebody has put another key in the place of yours: don't work with this copy of the ledger"));
        }
        Ok(())
    }
}

/// Whoever has left has no key file any more, like whoever was never here.
const GONE: &str = "if you were in this ledger before, your identity may have been retired or replaced: ask another custodian (rootkeep custodian list), or use your new identity";

/// Finds the own sealed member key and opens it with the identity.
fn unlock_member(keys: &keys::Keys, own: &OwnKey, identity: &Identity) -> Result<(Id, MemberKey)> {
    let members = keys.members()?;
    let mut candidates: Vec<Id> = own
        .known
        .iter()
        .map(|(id, _)| *id)
        .filter(|id| members.contains(id))
        .collect();
    if own.is_empty() {
        candidates.clone_from(&members);
    } else if candidates.is_empty() {
        // Trying the others would let a card with this recipient and somebody else's key pass.
        return Err(Error::refused(
            "not-a-member",
            "neither your pins nor your own card belong to a member of this ledger",
        )
        .hint(GONE)
        .hint("if your card is another, name it with --own-card FILE")
        .hint("newcomers can open a ledger once governance has signed their enrolment"));
    }
    let mut last = None;
    for member in candidates {
        match MemberKey::unseal(&keys.sealed_member_key(&member)?, identity) {
            Ok(key) => {
                own.check(&member, &key)?;
                return Ok((member, key));
            }
            Err(error) if error.code() == "cannot-decrypt" => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    let error = Error::refused(
        "not-a-member",
        format!(
            "the identity {} opens no key of this ledger",
            identity.path().display()
        ),
    )
    .hint("check -i FILE; newcomers can open a ledger once governance has signed their enrolment")
    .hint(GONE);
    Err(match last {
        Some(cause) => error.because(cause),
        None => error,
    })
}

/// Whether the ledger's media can be written.
fn access_of(directory: &Path) -> Result<Access> {
    if !directory.join("ledger.db").is_file() {
        return Err(Error::not_found(
            "not-a-ledger",
            format!("{} is not a ledger", directory.display()),
        )
        .hint("name it with -L DIR, or found one: rootkeep init DIR --name TEXT --threshold K --card FILE ..."));
    }
    let writable = rustix::fs::access(directory, rustix::fs::Access::WRITE_OK).is_ok()
        && rustix::fs::access(directory.join("ledger.db"), rustix::fs::Access::WRITE_OK).is_ok();
    Ok(if writable {
        Access::Write
    } else {
        Access::ReadOnlyMedia
    })
}

/// Brings the database up to this program's schema version while nobody else has it open.
fn migrate(directory: &Path, database: &Path, key: &Key32) -> Result<PathBuf> {
    let _alone = lock(directory, Lock::Exclusive)?;
    Store::migrate(database, key, verify::fill)
}

/// For how long a lock that somebody else holds is waited for, and how often it is tried.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// How the ledger's `lock` is held (docs/formats.md, section 12).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    /// While the ledger is open.
    Shared,
    /// While its files are replaced.
    Exclusive,
}

fn lock(directory: &Path, how: Lock) -> Result<File> {
    let path = directory.join("lock");
    // A pipe in its place would hold everybody up.
    let regular = std::fs::metadata(&path).and_then(|there| match there.is_file() {
        true => File::open(&path),
        false => Err(std::io::Error::other("it is not a regular file")),
    });
    let lock = regular.map_err(|error| {
        Error::not_found(
            "not-a-ledger",
            format!("{} has no lock file", directory.display()),
        )
        .because(error)
    })?;
    let take = || match how {
        Lock::Shared => lock.try_lock_shared(),
        Lock::Exclusive => lock.try_lock(),
    };
    let mut taken = take();
    // A command of somebody else's that is about to end is waited for.
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        if !matches!(taken, Err(std::fs::TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(PAUSE);
        taken = take();
    }
    match (taken, how) {
        (Ok(()), _) => Ok(lock),
        (Err(std::fs::TryLockError::WouldBlock), Lock::Shared) => Err(Error::failed(
            "locked",
            "the ledger is being re-keyed, restored or migrated",
        )
        .hint("try again when that is done")),
        (Err(std::fs::TryLockError::WouldBlock), Lock::Exclusive) => Err(Error::failed(
            "locked",
            "somebody else has the ledger open, and this needs it alone",
        )
        .hint("let the others finish, then do it again")),
        (Err(std::fs::TryLockError::Error(error)), _) => {
            Err(Error::failed("locked", "the ledger's lock can't be taken").because(error))
        }
    }
}
