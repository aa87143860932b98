//! From what the pin remembers to the head: every leaf between is verified, the state's hashes are
//! advanced by it, and tables that don't match are refused.

use std::collections::BTreeSet;

use super::Session;
use super::judging::judge;
use super::pin::Pin;
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::words;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::log::{self, Frontier, Hash};
use crate::policy::{self, LeafInfo, LogView};
use crate::state::erasure::ErasedRecord;
use crate::state::imports::ImportRecord;
use crate::state::people::Custodian;
use crate::state::shard::{self, Shard, Shards};
use crate::state::{Change, Memory, Overlay, Records, Table};
use crate::statement::founding::Charter;
use crate::statement::{Claim, Kind, Parts, Statement, UntrustedStatement};
use crate::store::{Checker, View};

/// What a person who has no pin of a ledger has to say before the first act in it.
#[derive(Clone, Debug, Default)]
pub struct FirstUse {
    /// The genesis code, as the others read it aloud.
    pub genesis_code: Option<String>,
    /// The own card's fingerprint, where the own card is not at hand.
    pub fingerprint: Option<String>,
}

/// How a ledger stands to what its reader's pin remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgainstPin {
    /// There is no pin of it.
    Nothing,
    /// It holds all that the pin saw.
    Continues,
    /// It ends before what the pin saw. Whether that went on from here can't be told from a pin.
    Older {
        /// How many entries it has.
        size: u64,
        /// How many the pin saw.
        seen: u64,
    },
}

impl Session {
    /// The head: size and root as the database has them.
    ///
    /// # Errors
    /// Verification where the tree is damaged.
    pub fn head(&self) -> Result<(u64, Digest)> {
        head(&self.view())
    }

    /// That the log still contains what the pin saw. Cheap: O(log n).
    pub(super) fn check_against_pin(&self) -> Result<()> {
        let AgainstPin::Older { size, seen } = self.against_pin()? else {
            return Ok(());
        };
        Err(Error::verification(
            "rolled-back",
            format!(
                "the ledger has {size} entries, and you have seen {seen} of it: it was rolled back"
            ),
        )
        .hint("this is an old copy, or somebody has cut the log: find the newer copy")
        .hint(self.put_aside()))
    }

    /// When a pin that refuses a ledger is put aside, and which file it is.
    fn put_aside(&self) -> String {
        let files = self.pins.files(&self.id);
        format!(
            "if a copy was promoted to writer, and the others agree that this is it: put your pin aside ({}), and give the genesis code again",
            files.join(", ")
        )
    }

    /// How the log stands to what the pin saw. Cheap: O(log n).
    ///
    /// # Errors
    /// Verification, codes `other-ledger`, `forked`, where it is no continuation of it.
    pub fn against_pin(&self) -> Result<AgainstPin> {
        let Some(pin) = &self.pin else {
            return Ok(AgainstPin::Nothing);
        };
        if pin.ledger != self.id {
            return Err(Error::verification(
                "other-ledger",
                "your pin is of another ledger",
            ));
        }
        let view = self.view();
        let (size, root) = head(&view)?;
        if size < pin.size {
            let seen = pin.size;
            return Ok(AgainstPin::Older { size, seen });
        }
        let forked = || {
            Error::verification("forked", "the ledger is not a continuation of what you have seen")
                .hint("somebody has changed an entry that you had seen, or has written elsewhere: with another copy that you have, rootkeep compare OTHER")
                .hint(self.put_aside())
        };
        let proof = log::consistency_proof(&view, pin.size, size)
            .map_err(|error| forked().because(error))?;
        log::verify_consistency(
            pin.size,
            size,
            &proof,
            &Hash::from(pin.root.0),
            &Hash::from(root.0),
        )
        .map_err(|error| forked().because(error))?;
        Ok(AgainstPin::Continues)
    }

    /// Verifies everything since the pin and brings the pin up to the head.
    ///
    /// # Errors
    /// Refused, code `genesis-code-needed`, where there is no pin and no code; verification where
    /// anything is not as it ought to be.
    pub fn trust(&mut self, first: &FirstUse) -> Result<()> {
        if self.pin.is_some() {
            self.on_verified(Self::check_small_tables)?;
            return self.tidy();
        }
        self.first_trust(first)?;
        let trusted = self.on_verified(Self::check_small_tables);
        if trusted.is_err() {
            self.pin = None;
        }
        trusted?;
        self.tidy()
    }

    /// A re-keying that was cut short has left two keys in the key files: the database says which counts.
    fn tidy(&mut self) -> Result<()> {
        if self.interrupted_rekey && self.access == crate::store::Access::Write {
            self.finish_rekey()?;
            self.interrupted_rekey = false;
        }
        // Who reads meanwhile is in the way: then a later act does it.
        let _later = self.remove_remains();
        Ok(())
    }

    /// People, quorums, policy and what waits are read at once, so that an edit is met before any act;
    /// the records of large tables are met when they are read.
    fn check_small_tables(&self) -> Result<()> {
        for table in Table::ALL {
            if Shard::covering(table, "").is_some() {
                self.view().list(table, "")?;
            }
        }
        Ok(())
    }

    /// Verifies what is new since the pin and lets `act` read in that very moment of the database, with
    /// every record held to what the log makes of it: so that nobody can change a recipient, or a name,
    /// between the verifying and the reading. What this session reads after it is of the same moment,
    /// and held to the same, until it writes.
    ///
    /// # Errors
    /// Verification where anything is not as it ought to be; what `act` says.
    pub fn on_verified<T>(&mut self, act: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.checker = None;
        self.store.read_from_now()?;
        let (pin, checker) = self.advance(&self.store.view())?;
        self.checker = Some(checker);
        let done = act(self)?;
        self.remember(pin)?;
        Ok(done)
    }

    /// As [`advance_in`], from this session's pin.
    fn advance(&self, view: &View<'_>) -> Result<(Pin, Checker)> {
        advance_in(
            self.pin.as_ref(),
            None,
            view,
            self.id,
            self.member,
            self.member_key.signing().public(),
        )
    }

    /// Saves a pin where it is newer than the one there is.
    pub(super) fn remember(&mut self, pin: Pin) -> Result<()> {
        if self.pin.as_ref() != Some(&pin) {
            // Another program of the same person may have seen more in the meantime.
            if self
                .pins
                .find(&self.id, &self.member)?
                .is_none_or(|saved| saved.size <= pin.size)
            {
                self.pins.save(&pin)?;
            }
            self.pin = Some(pin);
        }
        Ok(())
    }

    /// Without a pin: the genesis code decides whether this is the ledger that the others mean, and
    /// the own card whether the member key is the own.
    fn first_trust(&mut self, first: &FirstUse) -> Result<()> {
        let custodian = Custodian::load(&self.view(), &self.member)?
            .ok_or_else(|| Error::refused("not-a-member", "you are not in this ledger"))?;
        check_first_use(first, &self.id, self.own_key_known, || {
            let card = self.card_of(&self.member)?;
            if card.sign == custodian.sign {
                return Ok(card.fingerprint());
            }
            Err(Error::verification(
                "state-mismatch",
                "your card in the ledger is another",
            ))
        })?;
        // An empty pin: everything from the first leaf on is still to be verified.
        self.pin = Some(Pin::new(
            self.id,
            self.member,
            self.member_key.signing().public(),
            0,
            Digest(log::empty_root().into()),
            shard::root(&Shards::new()),
        ));
        Ok(())
    }

    /// An entry that a decision rests on: read from its envelope and proven to be in the log.
    ///
    /// # Errors
    /// Not found; verification where envelope, parts or proof are not good.
    pub fn proven(&self, seq: u64) -> Result<Statement> {
        let view = self.view();
        let (size, root) = head(&view)?;
        let entry = view
            .entry(seq)?
            .ok_or_else(|| Error::not_found("no-entry", format!("there is no entry {seq}")))?;
        let parts = entry.parts();
        let statement = UntrustedStatement::parse(&entry.envelope)?.with_parts(parts)?;
        if lacks_personal(&statement) && ErasedRecord::load(&view, &statement.leaf())?.is_none() {
            return Err(personal_missing().because(format!("entry {seq}")));
        }
        let proof = log::inclusion_proof(&view, seq, size).map_err(damaged)?;
        log::verify_inclusion(
            &Hash::from(statement.leaf().0),
            seq,
            size,
            &proof,
            &Hash::from(root.0),
        )
        .map_err(damaged)?;
        Ok(statement)
    }

    /// As [`Self::proven`], by leaf hash.
    ///
    /// # Errors
    /// As [`Self::proven`].
    pub fn proven_by_hash(&self, leaf: &Digest) -> Result<(u64, Statement)> {
        let entry = self.view().entry_by_hash(leaf)?.ok_or_else(|| {
            Error::not_found(
                "no-entry",
                format!("there is no entry with leaf hash {leaf}"),
            )
        })?;
        let statement = self.proven(entry.seq)?;
        if statement.leaf() == *leaf {
            Ok((entry.seq, statement))
        } else {
            Err(damaged("an entry's hash is not its own"))
        }
    }
}

/// That the others' genesis code is this ledger's, and, where nothing else tells the own key, that the
/// own card here has the fingerprint of the own card.
pub(super) fn check_first_use(
    first: &FirstUse,
    ledger: &Digest,
    own_key_known: bool,
    own_fingerprint: impl FnOnce() -> Result<Digest>,
) -> Result<()> {
    let code = first.genesis_code.as_deref().ok_or_else(|| {
        Error::refused("genesis-code-needed", "you have no pin of this ledger yet")
            .hint("let another custodian read the genesis code aloud, then add: --code \"WORDS\"")
    })?;
    words::compare(code, ledger, "genesis code")?;
    if own_key_known {
        return Ok(());
    }
    let typed = first.fingerprint.as_deref().ok_or_else(|| {
        Error::refused("card-needed", "your own card is not beside your identity")
            .hint("name it with --own-card FILE, or add --own-fingerprint \"WORDS\"")
    })?;
    words::compare(typed, &own_fingerprint()?, "fingerprint")
}

/// Verifies every leaf from the pin to the head of `view` in full, and that the state's hashes are what
/// these leaves make of those that the pin holds. Returns the pin at the head, and what holds each
/// record that is read to its hash.
///
/// `known` are the hashes at the pin, where this session has them from its own last entry and nobody has
/// changed the database since.
pub(super) fn advance_in(
    pin: Option<&Pin>,
    known: Option<Shards>,
    view: &View<'_>,
    ledger: Digest,
    member: Id,
    own_key: PublicKey,
) -> Result<(Pin, Checker)> {
    let pin = pin.ok_or_else(|| {
        Error::refused("genesis-code-needed", "you have no pin of this ledger yet")
    })?;
    let (size, root) = head(view)?;
    if let Some(shards) = known.filter(|_| pin.size == size && pin.root == root) {
        return Ok((pin.clone(), Checker::new(shards, BTreeSet::new())));
    }
    let stored = view.shards()?;
    let own = (&member, &own_key);
    let shards = match pin.state {
        Some(expected) if pin.size > 0 => match from_pin(pin, &expected, &stored, view, own)? {
            Some(shards) => shards,
            // What was erased since is in the pin's digest of the state, and in nothing else any more.
            None if erases(view)? => from_first(pin, view, own)?,
            None => return Err(shard::mismatch()),
        },
        // Nothing is known of the state: it is made from the first leaf on.
        _ => from_first(pin, view, own)?,
    };
    if shards != stored {
        return Err(shard::mismatch());
    }
    let pin = Pin::new(ledger, member, own_key, size, root, shard::root(&shards));
    Ok((pin, Checker::new(shards, BTreeSet::new())))
}

/// The state's hashes at the head, from those at the pin; `None` where the records at the pin are not the
/// pinned ones.
fn from_pin(
    pin: &Pin,
    expected: &Digest,
    stored: &Shards,
    view: &View<'_>,
    (member, own_key): (&Id, &PublicKey),
) -> Result<Option<Shards>> {
    let (undone, touched) = undone_to(view, pin.size)?;
    let checker = Checker::new(stored.clone(), touched.clone());
    let base = view.checked_by(&checker);
    let mut state = Overlay::new(&base);
    undone.into_iter().for_each(|change| state.apply(change));
    let mut shards = stored.clone();
    hash_again(&mut shards, touched, &state)?;
    if shard::root(&shards) != *expected {
        return Ok(None);
    }
    fold(pin, pin.size, view, &mut state)?;
    hash_again(&mut shards, state.touched(), &state)?;
    check_own_key(&state, member, own_key)?;
    Ok(Some(shards))
}

/// The state's hashes at the head, from the first leaf on.
fn from_first(pin: &Pin, view: &View<'_>, (member, own_key): (&Id, &PublicKey)) -> Result<Shards> {
    let nothing = Memory::default();
    let mut state = Overlay::new(&nothing);
    fold(pin, 0, view, &mut state)?;
    let mut shards = Shards::new();
    hash_again(&mut shards, state.touched(), &state)?;
    check_own_key(&state, member, own_key)?;
    Ok(shards)
}

/// Whether anybody has ever proposed to erase something.
fn erases(view: &View<'_>) -> Result<bool> {
    Ok(!view.indices_of_kind(Kind::Erase, 0)?.is_empty())
}

/// What takes the records back to how they were when the log had `size` leaves, and the shards that
/// these are in.
fn undone_to(view: &View<'_>, size: u64) -> Result<(Vec<Change>, BTreeSet<Shard>)> {
    let changes: Vec<Change> = view
        .undo_back_to(size)?
        .into_iter()
        .map(|row| Change {
            table: row.table,
            key: row.key,
            value: row.old,
        })
        .collect();
    let keys = changes
        .iter()
        .map(|change| (change.table, change.key.as_str()));
    let touched = shard::touched(keys);
    Ok((changes, touched))
}

/// Hashes some shards as they are in `state`.
fn hash_again(shards: &mut Shards, which: BTreeSet<Shard>, state: &Overlay<'_>) -> Result<()> {
    for shard in which {
        match shard::hash(&state.list(shard.table, &shard.prefix)?) {
            Some(hash) => shards.insert(shard, hash),
            None => shards.remove(&shard),
        };
    }
    Ok(())
}

/// Verifies the leaves from `from` to the head, on a state as it was before them.
fn fold(pin: &Pin, from: u64, view: &View<'_>, state: &mut Overlay<'_>) -> Result<()> {
    let (size, root) = head(view)?;
    let mut tree = Frontier::load(view, from).map_err(damaged)?;
    let (mut next, mut lacking) = (from, Vec::new());
    let as_pinned = |tree: &Frontier| {
        if tree.size() == pin.size && Digest(tree.root().into()) != pin.root {
            return Err(damaged("the log is not a continuation of your pin"));
        }
        Ok(())
    };
    as_pinned(&tree)?;
    while next < size {
        for entry in view.entries(next, 256)? {
            let at = |error: Error| error.because(format!("entry {}", entry.seq));
            if entry.seq != next {
                return Err(at(damaged("an entry is missing")));
            }
            let past = Past {
                view: view.before(entry.seq)?,
                tree: &tree,
            };
            let statement = check_statement(state, &entry.envelope, entry.parts()).map_err(at)?;
            if lacks_personal(&statement) {
                lacking.push((entry.seq, statement.leaf()));
            }
            for change in check_next(state, &past, &statement, entry.seq).map_err(at)? {
                state.apply(change);
            }
            tree.push(Hash::from(statement.leaf().0)).map_err(damaged)?;
            as_pinned(&tree)?;
            next += 1;
        }
    }
    if Digest(tree.root().into()) != root {
        return Err(damaged("the tree does not fit the entries"));
    }
    for (seq, leaf) in lacking {
        if ErasedRecord::load(state, &leaf)?.is_none() {
            return Err(personal_missing().because(format!("entry {seq}")));
        }
    }
    check_no_import(state)
}

/// The log before one entry, as the rules ask for it when a pin is brought up to date.
struct Past<'p> {
    view: View<'p>,
    tree: &'p Frontier,
}

impl LogView for Past<'_> {
    fn find(&self, leaf: &Digest) -> Result<Option<LeafInfo>> {
        self.view.find(leaf)
    }

    fn knows(&self, id: &Id) -> Result<bool> {
        self.view.knows(id)
    }

    fn root_at(&self, size: u64) -> Result<Digest> {
        if size == self.tree.size() {
            return Ok(Digest(self.tree.root().into()));
        }
        self.view.root_at(size)
    }
}

/// What the next entry of a log changes, where the rules admit it.
pub(super) fn check_next(
    state: &dyn Records,
    past: &dyn LogView,
    statement: &Statement,
    seq: u64,
) -> Result<Vec<Change>> {
    let ruled = judge(state, past, statement, seq).map_err(|why| {
        match why.kind() {
            // A refusal is for whoever asks; in a log it means that somebody wrote past the rules.
            ErrorKind::Refused | ErrorKind::Usage => Error::verification(
                "illegal-entry",
                "the log holds an entry that the rules refuse",
            )
            .because(why)
            .hint("somebody has written it past the program: rootkeep verify names it"),
            _ => why,
        }
    })?;
    Ok(ruled.into_changes())
}

/// That the log does not end in the midst of an import.
pub(super) fn check_no_import(state: &dyn Records) -> Result<()> {
    match ImportRecord::load(state)? {
        None => Ok(()),
        Some(import) => Err(damaged(format!(
            "the import at entry {} has announced {} more",
            import.index,
            import.left.len()
        ))),
    }
}

/// The key that signs for this person is the one that the log has for them.
pub(super) fn check_own_key(state: &dyn Records, member: &Id, own_key: &PublicKey) -> Result<()> {
    match Custodian::load(state, member)? {
        Some(custodian) if custodian.sign == *own_key => Ok(()),
        _ => Err(Error::verification(
            "wrong-member-key",
            "the member key that was sealed to you is not the one that this ledger has for you",
        )),
    }
}

/// Size and root of a view.
pub(super) fn head(view: &View<'_>) -> Result<(u64, Digest)> {
    let size = view.size()?;
    Ok((size, policy::LogView::root_at(view, size)?))
}

/// Whether a statement is without the personal part that it commits to: erased, withheld, or taken away.
pub(super) fn lacks_personal(statement: &Statement) -> bool {
    statement.header().personal.is_some() && statement.parts().personal.is_none()
}

fn personal_missing() -> Error {
    Error::verification(
        "personal-missing",
        "a personal part is missing that nobody has erased",
    )
}

/// Signature and parts of an entry, under the keys of `state`; its personal part may be missing.
pub(super) fn check_statement(
    state: &dyn Records,
    envelope: &[u8],
    parts: Parts,
) -> Result<Statement> {
    let untrusted = UntrustedStatement::parse(envelope)?;
    let key = match untrusted.kind() {
        Kind::Genesis => charter_author(&parts.facts.bytes.0)?,
        kind => policy::author_key(state, kind, &untrusted.claimed_author())?,
    };
    untrusted.verify(&key, parts)
}

/// The key that a genesis must be signed with: that of the first card in its own charter.
pub(super) fn charter_author(facts: &[u8]) -> Result<crate::crypto::ed25519::PublicKey> {
    let Claim::Genesis(charter, _) = Claim::parse(Kind::Genesis, facts, None)? else {
        return Err(Error::verification("bad-json", "the facts are no charter"));
    };
    first_card(&charter).map(|card| card.sign)
}

fn first_card(charter: &Charter) -> Result<crate::crypto::card::Card> {
    policy::founders_cards(charter)?
        .into_iter()
        .next()
        .ok_or_else(|| Error::verification("bad-json", "the charter has no founders"))
}

pub(super) fn damaged(why: impl std::fmt::Display) -> Error {
    Error::verification(
        "log-damaged",
        "the log is damaged or was changed from outside",
    )
    .because(why)
    .hint("rootkeep verify names what is wrong")
}
