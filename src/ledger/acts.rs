//! Saying something: from a draft to a durable entry, in one transaction.

use super::Session;
use super::copying::{check_place, is_promotion};
use super::judging::judge;
use super::pin::Pin;
use super::trusted::{advance_in, damaged, head};
use super::verify;
use crate::crypto::ed25519::SigningKey;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::policy;
use crate::state::people::Custodian;
use crate::state::shard::{self, Shards};
use crate::statement::decisions::{About, RejectPersonal};
use crate::statement::people::Role;
use crate::statement::text::Text;
use crate::statement::{Claim, Draft, Kind, Seen, Statement, Time, UntrustedStatement};
use crate::store::{Access, Batch, Checker, Cosigner, Store, View};

/// An entry that was made, as every command that appends reports it.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The statement's id.
    pub id: Id,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its index.
    pub seq: u64,
    /// Its kind.
    pub kind: Kind,
    /// Whether it (for a sign-off: its subject) is in effect.
    pub effective: bool,
    /// How many further people are needed at least.
    pub needs: usize,
    /// Size of the log with it.
    pub size: u64,
    /// The log's root with it.
    pub root: Digest,
    /// What could not be done after the entry was durable: the entry stands all the same.
    pub warnings: Vec<Error>,
}

impl Session {
    /// Makes an entry: verifies what is new, asks the policy, appends, cosigns, and moves the pin.
    ///
    /// # Errors
    /// Whatever the policy refuses; failed where the disk fails. Then nothing was written.
    pub fn enter(&mut self, claim: Claim, blobs: Vec<Vec<u8>>) -> Result<Entered> {
        let draft = Draft::new(&self.rng, claim, blobs)?;
        self.enter_draft(draft)
    }

    /// Makes several entries, all of them or none. `place` says of which claim an error is.
    ///
    /// # Errors
    /// As [`Self::enter`].
    pub fn enter_all(
        &mut self,
        claims: Vec<Claim>,
        place: impl Fn(usize, Error) -> Error,
    ) -> Result<Vec<Entered>> {
        let drafts = claims
            .into_iter()
            .map(|claim| Draft::new(&self.rng, claim, Vec::new()))
            .collect::<Result<Vec<_>>>()?;
        self.enter_drafts(drafts, place)
    }

    pub(super) fn enter_draft(&mut self, draft: Draft) -> Result<Entered> {
        self.enter_drafts(vec![draft], |_, error| error)?
            .pop()
            .ok_or_else(|| Error::failed("internal", "an entry was lost"))
    }

    /// Makes several entries in one transaction: all of them, or none. `place` says of which an error is.
    pub(super) fn enter_drafts(
        &mut self,
        drafts: Vec<Draft>,
        place: impl Fn(usize, Error) -> Error,
    ) -> Result<Vec<Entered>> {
        self.writable_media()?;
        let made_at = self.clock.now()?;
        self.checker = None;
        // The act borrows the store alone, so that the rest of the session stays readable.
        let mut act = Act::begin(
            &mut self.store,
            self.pin.as_ref(),
            self.known.take(),
            (self.id, self.member, self.member_key.signing()),
            made_at,
        )?;
        let mut all = Vec::with_capacity(drafts.len());
        for (which, draft) in drafts.into_iter().enumerate() {
            let (statement, blobs) = draft.sign(
                self.id,
                self.member,
                self.member_key.signing(),
                made_at,
                act.seen(),
            )?;
            act.is_own_key(statement.kind())?;
            let entered = act.append(&statement, &blobs);
            all.push(entered.map_err(|error| place(which, error))?);
        }
        let (pin, known) = act.commit()?;
        self.entered(&mut all, pin, known);
        Ok(all)
    }

    /// What follows once entries are durable: what fails from here on is said, and mended by the next
    /// act.
    pub(super) fn entered(&mut self, entries: &mut [Entered], pin: Pin, known: Known) {
        self.known = Some(known);
        let mut warnings = Vec::new();
        warnings.extend(self.remember(pin).err());
        warnings.extend(self.remove_remains().err());
        let keys = entries.iter().any(|entered| touches_keys(entered.kind));
        if keys && !self.is_copy().unwrap_or(true) {
            warnings.extend(self.repair_keys().err());
        }
        if let Some(last) = entries.last_mut() {
            last.warnings.extend(warnings);
        }
    }

    /// Refused before anything is decrypted or asked for in vain.
    pub(super) fn writable(&self) -> Result<()> {
        self.writable_media()?;
        self.no_copy()
    }

    /// As [`Self::writable`], for a decision: about its own promotion, a copy takes one.
    pub(super) fn writable_about(&self, subject: &Digest) -> Result<()> {
        if is_promotion(&self.view(), subject)? {
            return self.writable_media();
        }
        self.writable()
    }

    pub(super) fn writable_media(&self) -> Result<()> {
        match self.access {
            Access::Write => Ok(()),
            Access::ReadOnlyMedia => Err(Error::failed(
                "read-only",
                "the ledger is on read-only media: nothing can be written",
            )
            .hint("copy it to a disk that can be written, or work on the writer's machine")),
        }
    }

    /// Makes `keys/` what the log says it is.
    ///
    /// # Errors
    /// As [`Self::on_verified`]; failed where the disk or age fails.
    pub fn repair_keys(&mut self) -> Result<()> {
        self.writable()?;
        self.on_verified(|session| {
            session
                .keys
                .repair(&session.view(), &session.data_key, &session.host)
        })
    }

    /// Declines a statement that waits.
    ///
    /// # Errors
    /// As [`Self::enter`].
    pub fn reject(&mut self, subject: Digest, reason: Text) -> Result<Entered> {
        self.enter(
            Claim::Reject(About { subject }, Some(RejectPersonal { reason })),
            Vec::new(),
        )
    }

    /// Takes an own statement back.
    ///
    /// # Errors
    /// As [`Self::enter`].
    pub fn withdraw(&mut self, subject: Digest) -> Result<Entered> {
        self.enter(Claim::Withdraw(About { subject }), Vec::new())
    }

    /// Accepts the own enrolment.
    ///
    /// # Errors
    /// As [`Self::enter`].
    pub fn accept(&mut self) -> Result<Entered> {
        let custodian = Custodian::load(&self.view(), &self.member)?
            .ok_or_else(|| Error::refused("not-a-member", "nobody has proposed your card here"))?;
        self.enter(
            Claim::CustodianAccept(About {
                subject: custodian.enrolment,
            }),
            Vec::new(),
        )
    }

    /// Adds the own cosignature to the head, without an entry.
    ///
    /// # Errors
    /// Refused for whoever is not in force or only reads; verification where the log does not
    /// continue what the pin saw; failed where the disk fails.
    pub fn cosign_head(&mut self) -> Result<(u64, Digest)> {
        self.writable()?;
        let time = self.clock.now()?;
        self.checker = None;
        let pin = {
            let batch = self.store.begin()?;
            let view = batch.view();
            let (pin, checker) = advance_in(
                self.pin.as_ref(),
                None,
                &view,
                self.id,
                self.member,
                self.member_key.signing().public(),
            )?;
            let view = view.checked_by(&checker);
            policy::author_key(&view, Kind::Sign, &self.member)?;
            let custodian = Custodian::load(&view, &self.member)?;
            if custodian.is_some_and(|custodian| custodian.has(Role::Reader)) {
                return Err(Error::refused("reader", "a reader only reads"));
            }
            let (size, root) = head(&view)?;
            let cosigner = Cosigner {
                ledger: self.id,
                custodian: self.member,
                key: self.member_key.signing(),
                time,
            };
            batch.cosign(size, root, &cosigner)?;
            batch.commit()?;
            pin
        };
        let at = (pin.size, pin.root);
        self.remember(pin)?;
        Ok(at)
    }
}

/// A write transaction of one person, with the log verified up to where it begins. Dropped without
/// [`Act::commit`], it leaves nothing behind.
pub(super) struct Act<'s> {
    batch: Batch<'s>,
    checker: Checker,
    cosigner: Cosigner<'s>,
    /// SQLite's own number of the database's version, read inside the transaction: later it could be
    /// that of somebody else's change.
    version: i64,
    size: u64,
    root: Digest,
    /// Blobs that what was erased had brought; `None` where nothing was erased.
    erased: Option<Vec<Digest>>,
}

impl<'s> Act<'s> {
    /// Begins the transaction, and verifies what is new since the pin.
    ///
    /// # Errors
    /// As [`advance_in`]; failed where the database fails.
    pub(super) fn begin(
        store: &'s mut Store,
        pin: Option<&Pin>,
        known: Option<Known>,
        (ledger, member, key): (Digest, Id, &'s SigningKey),
        made_at: Time,
    ) -> Result<Self> {
        let batch = store.begin()?;
        let version = batch.view().data_version()?;
        let known = known.filter(|known| known.version == version);
        let (before, checker) = advance_in(
            pin,
            known.map(|known| known.shards),
            &batch.view(),
            ledger,
            member,
            key.public(),
        )?;
        Ok(Self {
            batch,
            checker,
            cosigner: Cosigner {
                ledger,
                custodian: member,
                key,
                time: made_at,
            },
            version,
            size: before.size,
            root: before.root,
            erased: None,
        })
    }

    /// The rows as the transaction sees them, each held to its hash.
    pub(super) fn view(&self) -> View<'_> {
        self.batch.view().checked_by(&self.checker)
    }

    /// The log as it stands in the transaction.
    pub(super) fn seen(&self) -> Seen {
        Seen {
            size: self.size,
            root: self.root,
        }
    }

    /// That the key this person signs with is the one that the log has for them: the rules ask the
    /// log about the author's standing as for anybody else's statement.
    ///
    /// # Errors
    /// Refused by standing; verification, code `wrong-member-key`.
    pub(super) fn is_own_key(&self, kind: Kind) -> Result<()> {
        let key = policy::author_key(&self.view(), kind, &self.cosigner.custodian)?;
        if key == self.cosigner.key.public() {
            return Ok(());
        }
        Err(Error::verification(
            "wrong-member-key",
            "the member key that was sealed to you is not the one that this ledger has for you",
        ))
    }

    /// Lets the rules judge a statement whose signature and parts are good, appends and cosigns it.
    ///
    /// # Errors
    /// Whatever the policy refuses; failed where the disk fails.
    pub(super) fn append(&mut self, statement: &Statement, blobs: &[Vec<u8>]) -> Result<Entered> {
        let view = self.view();
        check_place(&view, statement.claim())?;
        let ruled = judge(&view, &view, statement, self.size)?;
        let (effective, needs) = (ruled.effective(), ruled.needs());
        if let Some(leaf) = ruled.erases() {
            let brought = brought_by(&view, leaf)?;
            self.erased.get_or_insert_default().extend(brought);
        }
        let appended = self.batch.append(ruled, blobs, &self.cosigner)?;
        self.checker.update(appended.shards);
        self.size = appended.seq + 1;
        self.root = appended.root;
        Ok(Entered {
            id: statement.header().id,
            leaf: statement.leaf(),
            seq: appended.seq,
            kind: statement.kind(),
            effective,
            needs,
            size: self.size,
            root: self.root,
            warnings: Vec::new(),
        })
    }

    /// Makes all of it durable; returns the pin at the new head.
    ///
    /// # Errors
    /// Failed; then nothing of it is there.
    pub(super) fn commit(self) -> Result<(Pin, Known)> {
        let shards = match &self.erased {
            Some(blobs) => verify::make_again(&self.batch, blobs)?,
            None => self.checker.into_expected(),
        };
        let pin = Pin::new(
            self.cosigner.ledger,
            self.cosigner.custodian,
            self.cosigner.key.public(),
            self.size,
            self.root,
            shard::root(&shards),
        );
        self.batch.commit()?;
        let version = self.version;
        Ok((pin, Known { version, shards }))
    }
}

/// The blobs that only a statement's personal part names.
fn brought_by(view: &View<'_>, leaf: &Digest) -> Result<Vec<Digest>> {
    let entry = view
        .entry_by_hash(leaf)?
        .ok_or_else(|| damaged("an entry is missing"))?;
    let statement = UntrustedStatement::parse(&entry.envelope)?.with_parts(entry.into_parts())?;
    let facts = &statement.parts().facts.bytes.0;
    let stays = Claim::parse(statement.kind(), facts, None)?.blobs();
    let brought = statement.claim().blobs().into_iter();
    Ok(brought.filter(|blob| !stays.contains(blob)).collect())
}

/// The shards' hashes after this session's own last entry, good while nobody else has written.
pub(super) struct Known {
    /// SQLite's own number of the database's version, as this connection sees it.
    version: i64,
    shards: Shards,
}

/// Which kinds can change who may open the ledger.
fn touches_keys(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Genesis
            | Kind::GovernanceSeal
            | Kind::Sign
            | Kind::CustodianAdd
            | Kind::CustodianReplace
            | Kind::CustodianAccept
    )
}
