//! The log that a slip carries, every entry of which the rules have admitted.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::card::Card;
use crate::crypto::card::CardPersonal;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::recipient::Recipient;
use crate::error::{Error, Result};
use crate::ledger::signing;
use crate::ledger::trusted::{
    check_next, check_no_import, check_statement, damaged, lacks_personal,
};
use crate::log::{self, Algorithm, Hash, MemoryNodes, SignedCheckpoint, VerifierKey};
use crate::policy::{LeafInfo, LogView};
use crate::state::erasure::ErasedRecord;
use crate::state::people::{CardRecord, Custodian, LedgerRecord, Person};
use crate::state::records::{list, read};
use crate::state::{Change, Memory, Record};
use crate::statement::people::Role;
use crate::statement::slips::{SlipBody, SlipHead};
use crate::statement::{Parts, Statement};

/// A log in memory, every entry of which the rules have admitted.
#[derive(Default)]
pub(super) struct JudgedLog {
    pub(super) state: Memory,
    pub(super) nodes: MemoryNodes,
    statements: Vec<Statement>,
    places: BTreeMap<Digest, usize>,
    ids: BTreeSet<Id>,
}

impl JudgedLog {
    /// Judges all of a slip's log, under the ledger, with the personal parts that came along.
    pub(super) fn judge(head: &SlipHead, body: &mut SlipBody) -> Result<Self> {
        let mut log = Self::default();
        for entry in std::mem::take(&mut body.entries) {
            let seq = log.size();
            let leaf = crate::statement::header::leaf_hash(&entry.envelope.0);
            let parts = Parts {
                facts: entry.facts,
                personal: body.personal.take_if(|_| head.subject == Some(leaf)),
            };
            log.push(&entry.envelope.0, parts)
                .map_err(|error| error.because(format!("entry {seq} of the slip's log")))?;
        }
        check_no_import(&log.state)?;
        let ledger = LedgerRecord::load(&log.state)?
            .ok_or_else(|| Error::verification("log-damaged", "the slip's log has no genesis"))?;
        if ledger.id != head.ledger {
            return Err(Error::verification(
                "other-ledger",
                "the slip says that it is of another ledger than its log is",
            ));
        }
        if body.personal.is_some() {
            return Err(Error::verification(
                "stray-part",
                "the slip has a personal part of nothing that it is about",
            ));
        }
        if let Some(subject) = &head.subject {
            let (_, statement) = log.at(subject)?;
            let erased = ErasedRecord::load(&log.state, subject)?.is_some();
            if lacks_personal(statement) && !erased {
                return Err(Error::verification(
                    "personal-missing",
                    "the slip lacks the personal part of what it is about",
                ));
            }
        }
        log.take_names(body)?;
        Ok(log)
    }

    fn push(&mut self, envelope: &[u8], parts: Parts) -> Result<()> {
        let statement = check_statement(&self.state, envelope, parts)?;
        let seq = self.size();
        let changes = check_next(&self.state, &*self, &statement, seq)?;
        self.state.apply(changes);
        self.nodes
            .push(Hash::from(statement.leaf().0))
            .map_err(damaged)?;
        self.ids.insert(statement.header().id);
        self.places.insert(statement.leaf(), self.statements.len());
        self.statements.push(statement);
        Ok(())
    }

    /// Names, each held to the commitment on its card; everybody's, so that no two that look alike
    /// pass for one.
    fn take_names(&mut self, body: &SlipBody) -> Result<()> {
        let mut everybody = Custodian::all(&self.state)?;
        // Nobody has the names that were erased.
        let mut named = Vec::with_capacity(everybody.len());
        for (_, custodian) in &everybody {
            named.push(ErasedRecord::load(&self.state, &custodian.enrolment)?.is_none());
        }
        let mut named = named.into_iter();
        everybody.retain(|_| named.next() == Some(true));
        let given = body.people.iter().map(|filed| filed.custodian);
        if !given.eq(everybody.iter().map(|(id, _)| *id)) {
            return Err(Error::verification(
                "names-missing",
                "the slip does not have everybody's name, each once",
            ));
        }
        let mut changes = Vec::new();
        for (filed, (id, custodian)) in body.people.iter().zip(&everybody) {
            CardPersonal::read(&filed.part(), &custodian.personal)?;
            let key = id.to_hex();
            let mut person = read::<Person>(&self.state, &key)?
                .ok_or_else(|| damaged("a custodian has no record of their own"))?;
            person.salt = Some(filed.salt.clone());
            person.bytes = Some(filed.bytes.clone());
            changes.push(Change {
                table: Person::TABLE,
                key,
                value: Some(crate::crypto::canonical::write(&person)?),
            });
        }
        self.state.apply(changes);
        Ok(())
    }

    pub(super) fn size(&self) -> u64 {
        self.nodes.size()
    }

    /// The newest entry.
    pub(super) fn newest(&self) -> Result<Digest> {
        self.statements
            .last()
            .map(Statement::leaf)
            .ok_or_else(|| Error::verification("log-damaged", "the slip's log is empty"))
    }

    pub(super) fn at(&self, leaf: &Digest) -> Result<(u64, &Statement)> {
        let none = || {
            Error::not_found(
                "no-entry",
                format!("the slip's log has no entry with leaf hash {leaf}"),
            )
        };
        let place = *self.places.get(leaf).ok_or_else(none)?;
        let statement = self.statements.get(place).ok_or_else(none)?;
        Ok((u64::try_from(place).map_err(|_| none())?, statement))
    }

    pub(super) fn find_typed(&self, typed: &str) -> Result<Digest> {
        let none = || {
            Error::not_found(
                "no-entry",
                format!("the slip's log has no entry `{}`", typed.escape_debug()),
            )
            .hint("an id has 32 digits, and at least four of them are needed")
        };
        if typed == "genesis" {
            return self
                .statements
                .first()
                .map(Statement::leaf)
                .ok_or_else(none);
        }
        if let Some(index) = typed.strip_prefix('#') {
            let index: usize = index.parse().map_err(|_| none())?;
            return self
                .statements
                .get(index)
                .map(Statement::leaf)
                .ok_or_else(none);
        }
        if typed.len() < 4 {
            return Err(none());
        }
        let mut fits = self.statements.iter().filter(|statement| {
            statement.header().id.to_hex().starts_with(typed) || statement.leaf().to_hex() == typed
        });
        match (fits.next(), fits.next()) {
            (Some(one), None) => Ok(one.leaf()),
            (None, _) => Err(none()),
            _ => Err(
                Error::usage("ambiguous", format!("`{typed}` fits several entries"))
                    .hint("type more digits"),
            ),
        }
    }

    pub(super) fn card_of(&self, id: &Id) -> Result<Card> {
        let record = read::<CardRecord>(&self.state, &id.to_hex())?.ok_or_else(|| {
            Error::refused(
                "not-a-member",
                "nobody has proposed your card in that ledger",
            )
        })?;
        Card::parse(&record.envelope.0)
    }

    /// The member-key recipient of whoever wrote the slip.
    pub(super) fn answer_to(&self, by: &Id) -> Result<Recipient> {
        let custodian = Custodian::load(&self.state, by)?
            .filter(|custodian| !custodian.has(Role::Reader))
            .ok_or_else(|| {
                Error::refused(
                    "reader",
                    "the slip's writer only reads: nothing that answers it could be brought in",
                )
            })?;
        Recipient::parse_native(&custodian.age)
    }

    /// The slip's ciphertexts are the person's own shares that the subject concerns, and no other:
    /// nothing else is decrypted.
    pub(super) fn own_blobs(
        &self,
        head: &SlipHead,
        given: Vec<crate::crypto::fixed::Base64>,
    ) -> Result<BTreeMap<Digest, Vec<u8>>> {
        let wanted = signing::own_shares(&self.state, &head.to, head.subject.as_ref())?;
        let given: Vec<(Digest, Vec<u8>)> = given
            .into_iter()
            .map(|blob| (Digest::of(&blob.0), blob.0))
            .collect();
        if !given.iter().map(|(digest, _)| digest).eq(&wanted) {
            return Err(Error::verification(
                "blob-mismatch",
                "the slip's ciphertexts are not your own shares that it concerns",
            ));
        }
        Ok(given.into_iter().collect())
    }

    /// The note is of this log's head: signed by the log's key, cosigned by a custodian in force, and
    /// by nobody else than custodians.
    pub(super) fn check_checkpoint(&self, note: &str) -> Result<()> {
        let bad = |why: &dyn std::fmt::Display| {
            Error::verification(
                "bad-checkpoint",
                "the slip's checkpoint is not that of its log",
            )
            .because(why)
        };
        let signed = SignedCheckpoint::parse(note.as_bytes()).map_err(|why| bad(&why))?;
        let ledger = LedgerRecord::load(&self.state)?.ok_or_else(|| bad(&"there is no genesis"))?;
        let origin = log::origin(&ledger.id.0);
        let key = VerifierKey::new(origin, Algorithm::Ed25519, *ledger.log_key.as_bytes());
        let checkpoint = signed.verify_log(&key).map_err(|why| bad(&why))?;
        if checkpoint.size() != self.size() || *checkpoint.root() != self.nodes.root() {
            return Err(bad(&"another size or root"));
        }
        let last = self.size().saturating_sub(1);
        let (mut lines, mut in_force) = (1, false);
        for (id, custodian) in list::<Custodian>(&self.state, "")? {
            let name = log::custodian_name(&ledger.id.0, &Id::parse(&id)?.0);
            let key = VerifierKey::new(name, Algorithm::CosignatureV1, *custodian.sign.as_bytes());
            if signed.verify_cosignature(&key).is_ok() {
                lines += 1;
                let began = custodian.from.is_some() || custodian.accepted == Some(last);
                let still = custodian.retired.is_none_or(|index| index >= last);
                in_force |= began && still && !custodian.has(Role::Reader);
            }
        }
        if lines != signed.signatures().len() || !in_force {
            return Err(bad(
                &"a cosignature is not good, or none is by a custodian in force",
            ));
        }
        Ok(())
    }
}

/// The log before its next entry, as the rules ask for it.
impl LogView for JudgedLog {
    fn find(&self, leaf: &Digest) -> Result<Option<LeafInfo>> {
        Ok(self.at(leaf).ok().map(|(index, statement)| LeafInfo {
            index,
            author: statement.header().author,
            kind: statement.kind(),
            made_at: statement.header().made_at,
        }))
    }

    fn knows(&self, id: &Id) -> Result<bool> {
        Ok(self.ids.contains(id))
    }

    fn root_at(&self, size: u64) -> Result<Digest> {
        log::root(&self.nodes, size)
            .map(|root| Digest(root.into()))
            .map_err(damaged)
    }
}
