//! Slips at the ledger: what is handed to somebody who is away, and bringing in what comes back.

use std::collections::BTreeSet;

use super::Session;
use super::acts::{Act, Entered};
use super::copying::check_place;
use super::judging::judge;
use super::signing;
use super::trusted::{damaged, lacks_personal};
use crate::crypto::age_file;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::recipient::Recipient;
use crate::error::{Error, Result};
use crate::policy::{self, LeafInfo, LogView};
use crate::state::erasure::ErasedRecord;
use crate::state::imports::ImportRecord;
use crate::state::people::{Custodian, ONE, Person};
use crate::state::records::read;
use crate::state::{Change, Overlay, Records, Table};
use crate::statement::founding::FiledCard;
use crate::statement::imports::{IMPORT_LIMIT, Import};
use crate::statement::people::Role;
use crate::statement::slips::{self, AnswerSlip, BareEntry, SLIP_LIMIT, SlipBody, SlipHead};
use crate::statement::{Claim, Draft, Header, Kind, Parts, Statement, Time, UntrustedStatement};

/// A statement that was made away from the ledger, in its slip.
#[derive(Clone, Debug)]
pub struct Made {
    /// The age file.
    pub file: Vec<u8>,
    /// The statement's id.
    pub id: Id,
    /// Its leaf hash: what a receipt is about.
    pub leaf: Digest,
    /// Its kind.
    pub kind: Kind,
    /// Who brings it in.
    pub answer_to: Id,
}

/// What became of one slip.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// It is in the log, by this import.
    Entered(Entered),
    /// It was there before, at this index.
    Already(u64),
    /// It is not in the log, and why.
    Refused(Error),
}

/// One slip, and what became of it.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Its statement, where it could be read: id, kind and author.
    pub statement: Option<(Id, Kind, Id)>,
    /// What became of it.
    pub arrival: Arrival,
}

/// What an import did.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The import's own entry; none where nothing was brought in.
    pub import: Option<Entered>,
    /// The slips, in the order that they were given in.
    pub slips: Vec<Arrived>,
}

/// A statement out of a slip, of which nothing is believed yet.
struct Candidate {
    untrusted: UntrustedStatement,
    leaf: Digest,
    parts: Parts,
    blobs: Vec<Vec<u8>>,
}

impl Session {
    /// Packs the log for somebody who is away, to decide on `subject` or to state something of their
    /// own: an age file to their own recipient.
    ///
    /// # Errors
    /// As [`Session::on_verified`]; refused, codes `reader`, `retired`, `slip-too-large`.
    pub fn write_slip(&mut self, to: Id, subject: Option<Digest>) -> Result<Vec<u8>> {
        let made_at = self.now()?;
        self.on_verified(|session| {
            let view = session.view();
            policy::author_key(&view, Kind::Sign, &session.member)?;
            let standing = |id: &Id| {
                Custodian::load(&view, id)?
                    .filter(|custodian| !custodian.has(Role::Reader))
                    .ok_or_else(|| Error::refused("reader", "a reader only reads"))
            };
            standing(&session.member)?;
            let reader = standing(&to)?;
            if reader.retired.is_some() {
                return Err(Error::refused(
                    "retired",
                    "whom the slip is for was retired",
                ));
            }
            let body = session.slip_body(&to, subject.as_ref())?;
            let head = SlipHead {
                v: 1,
                ledger: session.id,
                by: session.member,
                to,
                made_at,
                subject,
                body: body.digest()?,
            };
            let bytes = slips::write_request(&head, body, session.member_key.signing())?;
            age_file::encrypt(&Recipient::parse(&reader.recipient)?, &bytes, &session.host)
        })
    }

    fn slip_body(&self, to: &Id, subject: Option<&Digest>) -> Result<SlipBody> {
        let view = self.view();
        let (size, _) = self.head()?;
        let (mut entries, mut bytes) = (Vec::new(), 0);
        for seq in 0..size {
            let entry = view
                .entry(seq)?
                .ok_or_else(|| damaged("an entry is missing"))?;
            // In base64, which is what a slip has of it: told before all of it is in memory.
            bytes += (entry.envelope.len() + entry.facts.bytes.0.len()) / 3 * 4;
            if bytes > SLIP_LIMIT {
                return Err(slips::too_large(bytes));
            }
            entries.push(BareEntry {
                envelope: Base64(entry.envelope),
                facts: entry.facts,
            });
        }
        let personal = match subject {
            Some(subject) => self.proven_by_hash(subject)?.1.parts().personal.clone(),
            None => None,
        };
        let blobs = signing::own_shares(&view, to, subject)?
            .iter()
            .map(|digest| {
                view.blob(digest)?.map(Base64).ok_or_else(|| {
                    Error::refused(
                        "blob-missing",
                        "the ciphertext of a share that this needs is gone: its secret was destroyed",
                    )
                })
            })
            .collect::<Result<_>>()?;
        Ok(SlipBody {
            entries,
            personal,
            people: filed_cards(&view)?,
            checkpoint: self.note(size)?.to_string(),
            blobs,
        })
    }

    /// Brings statements in that were made away from the ledger: those that the rules admit, in an
    /// order in which they do, in one transaction with the import that announces them. `files` are
    /// answer slips, encrypted to this person. Into a read-only copy come decisions about its promotion.
    ///
    /// # Errors
    /// Usage, code `too-many-slips`; as [`Session::enter`]. Then nothing was written. What is wrong
    /// with one slip is told with it, and is in the others' way only where they need it.
    pub fn import(&mut self, files: &[Vec<u8>]) -> Result<Imported> {
        self.writable_media()?;
        if files.len() > IMPORT_LIMIT {
            return Err(Error::usage(
                "too-many-slips",
                format!("at most {IMPORT_LIMIT} slips are brought in at once"),
            ));
        }
        let made_at = self.clock.now()?;
        let opened: Vec<Result<Candidate>> =
            files.iter().map(|file| self.open_answer(file)).collect();
        self.checker = None;
        let mut act = Act::begin(
            &mut self.store,
            self.pin.as_ref(),
            self.known.take(),
            (self.id, self.member, self.member_key.signing()),
            made_at,
        )?;
        act.is_own_key(Kind::Import)?;
        if Custodian::load(&act.view(), &self.member)?.is_some_and(|who| who.has(Role::Reader)) {
            return Err(Error::refused("reader", "a reader only reads"));
        }
        let (admitted, mut slips) = {
            let view = act.view();
            let trial = Trial::new(&view, act.seen().size, self.member, made_at);
            trial.run(opened)?
        };
        if admitted.is_empty() {
            return Ok(Imported {
                import: None,
                slips: slips.into_iter().map(Slip::unmoved).collect(),
            });
        }
        let claim = Claim::Import(Import {
            statements: admitted
                .iter()
                .map(|(statement, _)| statement.leaf())
                .collect(),
        });
        let (import, _) = Draft::new(&self.rng, claim, Vec::new())?.sign(
            self.id,
            self.member,
            self.member_key.signing(),
            made_at,
            act.seen(),
        )?;
        let mut entries = vec![act.append(&import, &[])?];
        for (statement, blobs) in &admitted {
            entries.push(act.append(statement, blobs)?);
        }
        let (pin, known) = act.commit()?;
        self.entered(&mut entries, pin, known);
        let mut entries = entries.into_iter();
        let import = entries.next();
        let entries: Vec<Entered> = entries.collect();
        let subjects: Vec<Digest> = admitted.iter().map(|(one, _)| decided(one)).collect();
        for slip in &mut slips {
            slip.settle(&entries, &subjects);
        }
        Ok(Imported {
            import,
            slips: slips.into_iter().map(Slip::unmoved).collect(),
        })
    }

    /// What an answer says of itself, and its index where it is in the log. Nothing of it is checked but
    /// that it is of this ledger.
    ///
    /// # Errors
    /// Refused, code `not-for-you`; verification, codes `not-a-slip`, `other-ledger` and others.
    pub fn read_answer(&self, file: &[u8]) -> Result<(Header, Option<u64>)> {
        let candidate = self.open_answer(file)?;
        let there = self.view().find(&candidate.leaf)?;
        let header = candidate.untrusted.untrusted_header().clone();
        Ok((header, there.map(|leaf| leaf.index)))
    }

    fn open_answer(&self, file: &[u8]) -> Result<Candidate> {
        let bytes = self.member_key.decrypt_up_to(SLIP_LIMIT, file)?;
        let (untrusted, parts, blobs) = AnswerSlip::parse(bytes.expose())?.into_parts()?;
        if untrusted.untrusted_header().ledger != self.id {
            return Err(Error::verification(
                "other-ledger",
                "the slip is of another ledger",
            ));
        }
        Ok(Candidate {
            leaf: untrusted.leaf(),
            untrusted,
            parts,
            blobs,
        })
    }
}

/// Everybody's card parts, in order of id.
fn filed_cards(records: &dyn Records) -> Result<Vec<FiledCard>> {
    let mut people = Vec::new();
    for (custodian, known) in Custodian::all(records)? {
        let person = read::<Person>(records, &custodian.to_hex())?;
        let part = person.and_then(|person| person.salt.zip(person.bytes));
        let Some((salt, bytes)) = part else {
            if ErasedRecord::load(records, &known.enrolment)?.is_some() {
                continue;
            }
            return Err(damaged("a card has no personal part"));
        };
        people.push(FiledCard {
            custodian,
            salt,
            bytes,
        });
    }
    Ok(people)
}

/// What a statement decides on: a sign-off's subject, else itself.
fn decided(statement: &Statement) -> Digest {
    match statement.claim() {
        Claim::Sign(sign) => sign.subject,
        _ => statement.leaf(),
    }
}

/// One slip on its way in.
struct Slip {
    statement: Option<(Id, Kind, Id)>,
    state: SlipState,
}

enum SlipState {
    /// Waits for another attempt; what the last one said.
    Waits(Box<Candidate>, Error),
    /// The rules admit it as the statement of this place.
    Admitted(usize),
    /// It is settled.
    Settled(Arrival),
}

impl Slip {
    fn new(opened: Result<Candidate>) -> Self {
        match opened {
            Ok(candidate) => Self {
                statement: Some((
                    candidate.untrusted.untrusted_header().id,
                    candidate.untrusted.kind(),
                    candidate.untrusted.claimed_author(),
                )),
                state: SlipState::Waits(
                    Box::new(candidate),
                    Error::failed("internal", "the slip was not tried"),
                ),
            },
            Err(error) => Self {
                statement: None,
                state: SlipState::Settled(Arrival::Refused(error)),
            },
        }
    }

    /// From the entries that were made: a sign-off's state is its subject's after all of them.
    fn settle(&mut self, entries: &[Entered], subjects: &[Digest]) {
        let SlipState::Admitted(place) = self.state else {
            return;
        };
        let last = subjects
            .iter()
            .rposition(|subject| Some(subject) == subjects.get(place));
        if let (Some(entry), Some(last)) =
            (entries.get(place), last.and_then(|last| entries.get(last)))
        {
            let mut entry = entry.clone();
            (entry.effective, entry.needs) = (last.effective, last.needs);
            self.state = SlipState::Settled(Arrival::Entered(entry));
        }
    }

    fn unmoved(self) -> Arrived {
        Arrived {
            statement: self.statement,
            arrival: match self.state {
                SlipState::Settled(arrival) => arrival,
                SlipState::Waits(_, why) => Arrival::Refused(why),
                SlipState::Admitted(_) => {
                    Arrival::Refused(Error::failed("internal", "an admitted slip was lost"))
                }
            },
        }
    }
}

/// Which of several statements the rules would admit after an import, and in which order: found by
/// trying until none goes in any more.
struct Trial<'t> {
    base: &'t crate::store::View<'t>,
    state: Overlay<'t>,
    /// Index of the import that would announce them.
    index: u64,
    importer: Id,
    made_at: Time,
    ids: BTreeSet<Id>,
    admitted: Vec<(Statement, Vec<Vec<u8>>)>,
}

impl<'t> Trial<'t> {
    fn new(base: &'t crate::store::View<'t>, index: u64, importer: Id, made_at: Time) -> Self {
        Self {
            base,
            state: Overlay::new(base),
            index,
            importer,
            made_at,
            ids: BTreeSet::new(),
            admitted: Vec::new(),
        }
    }

    #[allow(clippy::type_complexity)]
    fn run(
        mut self,
        opened: Vec<Result<Candidate>>,
    ) -> Result<(Vec<(Statement, Vec<Vec<u8>>)>, Vec<Slip>)> {
        let mut slips: Vec<Slip> = opened.into_iter().map(Slip::new).collect();
        let mut moved = true;
        while moved {
            moved = false;
            for slip in &mut slips {
                moved |= self.attempt(slip)?;
            }
        }
        Ok((self.admitted, slips))
    }

    /// Tries one slip; whether it has gone in.
    fn attempt(&mut self, slip: &mut Slip) -> Result<bool> {
        let SlipState::Waits(candidate, why) = &mut slip.state else {
            return Ok(false);
        };
        let twin = |(one, _): &(Statement, Vec<Vec<u8>>)| one.leaf() == candidate.leaf;
        if let Some(place) = self.admitted.iter().position(twin) {
            let seq = self.index + 1 + u64::try_from(place).unwrap_or(0);
            slip.state = SlipState::Settled(Arrival::Already(seq));
            return Ok(false);
        }
        if let Some(there) = self.base.find(&candidate.leaf)? {
            slip.state = SlipState::Settled(Arrival::Already(there.index));
            return Ok(false);
        }
        match self.admit(candidate) {
            Ok(admitted) => {
                self.admitted.push(admitted);
                slip.state = SlipState::Admitted(self.admitted.len() - 1);
                Ok(true)
            }
            Err(error) => {
                *why = error;
                Ok(false)
            }
        }
    }

    fn admit(&mut self, candidate: &Candidate) -> Result<(Statement, Vec<Vec<u8>>)> {
        let untrusted = candidate.untrusted.clone();
        let key = policy::author_key(&self.state, untrusted.kind(), &untrusted.claimed_author())?;
        let statement = untrusted.verify(&key, candidate.parts.clone())?;
        if lacks_personal(&statement) {
            return Err(Error::verification(
                "personal-missing",
                "the slip lacks its statement's personal part",
            ));
        }
        policy::check_blobs(&statement, &candidate.blobs)?;
        check_place(self.base, statement.claim())?;
        let changes = self.judge(&statement)?;
        for change in changes {
            self.state.apply(change);
        }
        self.ids.insert(statement.header().id);
        Ok((statement, candidate.blobs.clone()))
    }

    /// As the next statement that an import has announced.
    fn judge(&self, statement: &Statement) -> Result<Vec<Change>> {
        let mut state = Overlay::new(&self.state);
        state.put(
            ONE,
            &ImportRecord {
                index: self.index,
                importer: self.importer,
                made_at: self.made_at,
                left: vec![statement.leaf()],
            },
        )?;
        let before = u64::try_from(self.admitted.len()).unwrap_or(u64::MAX);
        let index = self.index.saturating_add(1).saturating_add(before);
        let ruled = judge(&state, self, statement, index)?;
        let mut changes = ruled.into_changes();
        changes.retain(|change| change.table != Table::Import);
        Ok(changes)
    }
}

/// The log as it would be: none of the trial's statements can have seen another.
impl LogView for Trial<'_> {
    fn find(&self, leaf: &Digest) -> Result<Option<LeafInfo>> {
        self.base.find(leaf)
    }

    fn knows(&self, id: &Id) -> Result<bool> {
        Ok(self.ids.contains(id) || self.base.knows(id)?)
    }

    fn root_at(&self, size: u64) -> Result<Digest> {
        if size > self.index {
            return Err(Error::verification(
                "false-seen",
                "the author has seen a longer log than this one",
            )
            .hint("this copy of the ledger is behind, or two copies have gone different ways: compare their checkpoints"));
        }
        self.base.root_at(size)
    }
}
