//! A machine that never sees the ledger: one slip, opened by the person it is for. The whole log in it
//! is judged here by the rules that hold everywhere, and held to the person's own pin; so that what
//! is agreed to on it was decided on what is true, not on what the slip's writer says.

mod judged;

use std::collections::BTreeMap;

use ring::rand::SystemRandom;

use super::judging::judge;
use super::pin::{Pin, PinPlace};
use super::reading::{LeafPlace, Reading};
use super::resharing::Done;
use super::signing::{Signer, Unproven};
use super::slips::Made;
use super::trusted::{FirstUse, check_first_use, check_own_key};
use super::{Clock, Opening, People};
use crate::crypto::age_file;
use crate::crypto::card::Card;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::identity::Identity;
use crate::crypto::member_key::MemberKey;
use crate::crypto::recipient::{AgeHost, Recipient};
use crate::error::{Error, Result};
use crate::policy::{self, LogView};
use crate::state::Records;
use crate::state::people::Custodian;
use crate::statement::drills::Answer;
use crate::statement::secrets::Prove;
use crate::statement::slips::{AnswerSlip, SLIP_LIMIT, SlipHead, UntrustedRequestSlip};
use crate::statement::{Claim, Draft, Seen, Statement, Time};
use judged::JudgedLog;

/// A request slip, opened by the person it is for, its log judged from the first leaf to the last.
pub struct Remote {
    head: SlipHead,
    log: JudgedLog,
    /// The own shares that the subject concerns, by digest.
    blobs: BTreeMap<Digest, Vec<u8>>,
    identity: Identity,
    member_key: MemberKey,
    /// Whether the own public key came from a pin or an own card, not only from the slip.
    own_key_known: bool,
    own_card: Card,
    answer_to: Recipient,
    pins: PinPlace,
    pin: Option<Pin>,
    host: AgeHost,
    clock: Box<dyn Clock>,
    rng: SystemRandom,
}

impl Remote {
    /// Opens a slip's age file: decrypts it, judges its whole log, and holds it to the person's pin.
    ///
    /// # Errors
    /// Refused, codes `not-for-you`, `slip-too-large`; verification, codes `cannot-decrypt`,
    /// `not-a-slip`, `slip-altered`, `illegal-entry`, `other-ledger`, `bad-checkpoint`, `rolled-back`,
    /// `forked`, `wrong-member-key` and those of the log's rules.
    pub fn open(file: &[u8], opening: Opening) -> Result<Self> {
        let (pins, own) = opening.known()?;
        let bytes = opening
            .identity
            .decrypt_up_to(SLIP_LIMIT, file)
            .map_err(|error| opening.host.declined().unwrap_or(error))?;
        let slip = UntrustedRequestSlip::parse(bytes.expose())?;
        let untrusted = slip.head()?;
        let head = untrusted.untrusted().clone();
        if !own.is_empty() && !own.known.iter().any(|(id, _)| *id == head.to) {
            return Err(Error::refused(
                "not-for-you",
                "neither your pins nor your own card belong to the person that the slip is for",
            )
            .hint("if your card is another, name it with --own-card FILE"));
        }
        let mut body = slip.into_body();
        let log = JudgedLog::judge(&head, &mut body)?;
        untrusted.verify(&policy::author_key(
            &log.state,
            crate::statement::Kind::Sign,
            &head.by,
        )?)?;
        log.check_checkpoint(&body.checkpoint)?;
        let own_card = log.card_of(&head.to)?;
        let member_key = MemberKey::unseal(&own_card.sealed, &opening.identity)?;
        own.check(&head.to, &member_key)?;
        check_own_key(&log.state, &head.to, &member_key.signing().public())?;
        let remote = Self {
            blobs: log.own_blobs(&head, body.blobs)?,
            answer_to: log.answer_to(&head.by)?,
            pin: pins.find(&head.ledger, &head.to)?,
            own_key_known: !own.is_empty(),
            head,
            log,
            identity: opening.identity,
            member_key,
            own_card,
            pins,
            host: opening.host,
            clock: opening.clock,
            rng: SystemRandom::new(),
        };
        remote.check_against_pin()?;
        Ok(remote)
    }

    /// Where there is no pin: decides whether this is the ledger that the others mean.
    ///
    /// # Errors
    /// Refused, codes `genesis-code-needed`, `card-needed`; verification, code `words-differ`.
    pub fn trust(&mut self, first: &FirstUse) -> Result<()> {
        if self.pin.is_none() {
            check_first_use(first, &self.head.ledger, self.own_key_known, || {
                Ok(self.own_card.fingerprint())
            })?;
            self.pin = Some(self.pin_at_head());
        }
        Ok(())
    }

    /// The ledger's id.
    #[must_use]
    pub fn id(&self) -> Digest {
        self.head.ledger
    }

    /// Whom the slip is for.
    #[must_use]
    pub fn member(&self) -> Id {
        self.head.to
    }

    /// Who wrote it, about what, and when.
    #[must_use]
    pub fn head(&self) -> &SlipHead {
        &self.head
    }

    /// Size and root of the log in it.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen {
            size: self.log.size(),
            root: Digest(self.log.nodes.root().into()),
        }
    }

    /// Everyone, with names.
    ///
    /// # Errors
    /// As [`People::load`].
    pub fn people(&self) -> Result<People> {
        People::load(&self.log.state)
    }

    /// The time by this machine's clock.
    ///
    /// # Errors
    /// As [`Clock::now`].
    pub fn now(&self) -> Result<Time> {
        self.clock.now()
    }

    /// What the slip is about.
    ///
    /// # Errors
    /// Usage, code `no-subject`, where it only hands the log over.
    pub fn subject(&self) -> Result<(Digest, &Statement)> {
        let subject = self.head.subject.ok_or_else(|| {
            Error::usage(
                "no-subject",
                "the slip asks for no sign-off: it only has the log",
            )
            .hint("to state something of your own: rootkeep slip make KIND")
        })?;
        Ok((subject, self.log.at(&subject)?.1))
    }

    /// An entry by what a person types: `genesis`, `#` and an index, or the first digits of an id.
    ///
    /// # Errors
    /// Not found, code `no-entry`; usage, code `ambiguous`.
    pub fn find(&self, typed: &str) -> Result<Digest> {
        self.log.find_typed(&typed.to_lowercase())
    }

    /// Agrees to the slip's subject, exactly as in the ledger, and writes the answer.
    ///
    /// # Errors
    /// As [`Self::make`]; verification, codes `wrong-share`, `cannot-decrypt`.
    pub fn sign(&mut self) -> Result<Made> {
        let (subject, _) = self.subject()?;
        self.trusted()?;
        let (sign, blobs) = self.signer()?.agree_to(&subject)?;
        self.make(Claim::Sign(sign), blobs)
    }

    /// Proofs of every own share of some secrets, or of all where none is named, for the newest entry; and
    /// what could not be proven.
    ///
    /// # Errors
    /// Usage, code `no-shares`, where the slip is about something; as [`Self::sign`].
    pub fn prove(&self, secrets: &[Id]) -> Result<(Prove, Vec<Unproven>)> {
        if self.head.subject.is_some() {
            return Err(Error::usage(
                "no-shares",
                "a slip that asks for a decision has only the shares for that",
            )
            .hint("ask for one without an ID: rootkeep slip request --for NAME --out FILE"));
        }
        self.trusted()?;
        let newest = self.log.newest()?;
        self.signer()?.prove_all(&newest, secrets)
    }

    /// The answer to the drill that the slip is about: a proof of each own share that it asks for, or that its
    /// nonce picks.
    ///
    /// # Errors
    /// Usage, code `no-subject`; not found, code `not-a-drill`; refused, code `not-in-quorum`.
    pub fn answer_drill(&self, sample: Option<u32>, done: Done<'_>) -> Result<Answer> {
        let (drill, _) = self.subject()?;
        self.trusted()?;
        self.signer()?.answer(&drill, sample, done)
    }

    fn signer(&self) -> Result<Signer<'_>> {
        Ok(Signer {
            source: self,
            member: self.head.to,
            identity: &self.identity,
            host: &self.host,
            now: self.clock.now()?,
        })
    }

    /// Makes a statement on what the slip has of the log, lets the rules judge it as its next entry,
    /// moves the pin to the slip's head, and writes the answer to whoever wrote the slip.
    ///
    /// # Errors
    /// Whatever the policy refuses; refused, code `genesis-code-needed`, before [`Self::trust`].
    pub fn make(&mut self, claim: Claim, blobs: Vec<Vec<u8>>) -> Result<Made> {
        let pinned = self.trusted()?.size;
        let draft = Draft::new(&self.rng, claim, blobs)?;
        let (statement, blobs) = draft.sign(
            self.head.ledger,
            self.head.to,
            self.member_key.signing(),
            self.clock.now()?,
            self.seen(),
        )?;
        let size = self.log.size();
        judge(&self.log.state, &self.log, &statement, size)?;
        let answer = AnswerSlip::new(statement.envelope(), statement.parts(), blobs).write()?;
        let file = age_file::encrypt(&self.answer_to, &answer, &self.host)?;
        if pinned < size {
            self.pins.save(&self.pin_at_head())?;
        } else {
            self.keep_pin()?;
        }
        Ok(Made {
            file,
            id: statement.header().id,
            leaf: statement.leaf(),
            kind: statement.kind(),
            answer_to: self.head.by,
        })
    }

    /// Saves what [`Self::trust`] has confirmed, where there was no pin before.
    ///
    /// # Errors
    /// Refused, code `genesis-code-needed`, before [`Self::trust`]; failed, code `pin-not-written`.
    pub fn keep_pin(&self) -> Result<()> {
        let pin = self.trusted()?;
        match self.pins.find(&self.head.ledger, &self.head.to)? {
            Some(_) => Ok(()),
            None => self.pins.save(pin),
        }
    }

    /// What the acceptance of the own enrolment is about.
    ///
    /// # Errors
    /// Refused, code `not-a-member`.
    pub fn own_enrolment(&self) -> Result<Digest> {
        Custodian::load(&self.log.state, &self.head.to)?
            .map(|custodian| custodian.enrolment)
            .ok_or_else(|| Error::refused("not-a-member", "nobody has proposed your card here"))
    }

    fn trusted(&self) -> Result<&Pin> {
        self.pin.as_ref().ok_or_else(|| {
            Error::refused("genesis-code-needed", "you have no pin of this ledger yet")
        })
    }

    fn pin_at_head(&self) -> Pin {
        let Seen { size, root } = self.seen();
        let sign = self.member_key.signing().public();
        // Without names, the state here is not the ledger's: its root is left open.
        Pin::new(self.head.ledger, self.head.to, sign, size, root, root).without_state()
    }

    /// That the slip's log continues what the pin saw.
    fn check_against_pin(&self) -> Result<()> {
        let Some(pin) = &self.pin else { return Ok(()) };
        let size = self.log.size();
        if size < pin.size {
            return Err(Error::verification(
                "rolled-back",
                format!(
                    "the slip's log has {size} entries, and you have seen {} of it: it is older than what you have seen",
                    pin.size
                ),
            )
            .hint("ask for a fresh one: rootkeep slip request"));
        }
        if self.log.root_at(pin.size)? == pin.root {
            return Ok(());
        }
        Err(Error::verification(
            "forked",
            "the slip's log is not a continuation of what you have seen",
        )
        .hint("somebody has changed an entry that you had seen: compare with the others' copies and pins"))
    }
}

impl Reading for Remote {
    fn ledger(&self) -> Digest {
        self.head.ledger
    }

    fn records(&self) -> Box<dyn Records + '_> {
        Box::new(&self.log.state)
    }

    fn place(&self, leaf: &Digest) -> Result<Option<LeafPlace>> {
        Ok(self.log.at(leaf).ok().map(|(seq, statement)| LeafPlace {
            seq,
            id: statement.header().id,
            kind: statement.header().kind.clone(),
        }))
    }

    fn statement(&self, leaf: &Digest) -> Result<(u64, Statement)> {
        let (seq, statement) = self.log.at(leaf)?;
        Ok((seq, statement.clone()))
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        Ok(self.blobs.get(digest).cloned())
    }
}
