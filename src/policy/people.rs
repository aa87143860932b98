//! Enrolment, acceptance, retirement, absence.

use std::collections::BTreeSet;

use super::{Judge, Verdict, may, refusal};
use crate::crypto::card::Card;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::part::PartName;
use crate::error::{Error, Result};
use crate::state::people::{CardRecord, Custodian, ONE, Person};
use crate::state::records::{Records, Table, list, read};
use crate::state::rules::{Quorum, leaf_key};
use crate::statement::Claim;
use crate::statement::people::{Add, AddPersonal, Away, Cause, Leavers, Replace, Retire, Role};
use crate::statement::quorums::Rekey;

impl Judge<'_> {
    /// The database has a new key already; this is for the record.
    pub(super) fn rekey(&mut self, rekey: &Rekey) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "giving the ledger a new key")?;
        let mut ledger = self.ledger()?;
        if u32::try_from(ledger.rekeys.len() + 1).ok() != Some(rekey.number) {
            return Err(refusal::malformed("new keys are counted one by one"));
        }
        ledger.rekeys.push(self.index);
        self.state.put(ONE, &ledger)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn custodian_add(
        &mut self,
        add: &Add,
        personal: Option<&AddPersonal>,
    ) -> Result<Verdict> {
        check_roles(&add.roles)?;
        let card = Card::parse(&add.card.0)?;
        self.enrol(&card, &add.roles, None, personal)
    }

    /// Files a newcomer's card, and the proposal that it waits for.
    fn enrol(
        &mut self,
        card: &Card,
        roles: &[Role],
        replaces: Option<Id>,
        personal: Option<&AddPersonal>,
    ) -> Result<Verdict> {
        self.check_new_card(card)?;
        if let Some(personal) = personal {
            personal.part().check(PartName::Card, &card.personal)?;
            card.read_personal(&personal.part())?;
        }
        let verdict = self.propose()?;
        let key = card.id.to_hex();
        self.state.put(
            &key,
            &Custodian {
                recipient: card.recipient.as_str().to_owned(),
                sign: card.sign,
                age: card.age.as_str().to_owned(),
                personal: card.personal,
                roles: roles.to_vec(),
                enrolment: self.leaf(),
                approved: None,
                accepted: None,
                from: None,
                retired: None,
                cause: None,
                distrust_from: None,
                replaces,
                acknowledged: None,
            },
        )?;
        self.state.put(
            &key,
            &Person {
                salt: personal.map(|personal| personal.salt.clone()),
                bytes: personal.map(|personal| personal.bytes.clone()),
                identified_by: personal
                    .and_then(|personal| personal.identified_by.as_ref())
                    .map(ToString::to_string),
                away: Vec::new(),
            },
        )?;
        self.state.put(
            &key,
            &CardRecord {
                envelope: Base64(card.envelope().to_vec()),
            },
        )?;
        Ok(verdict)
    }

    /// A card may come again only while nothing ever came of its earlier enrolment.
    fn check_new_card(&self, card: &Card) -> Result<()> {
        for (id, known) in Custodian::all(&self.state)? {
            let untouched =
                known.approved.is_none() && known.from.is_none() && known.retired.is_none();
            // The same person's same keys; anything else under the id would be somebody else's.
            let again = id == card.id
                && known.sign == card.sign
                && known.recipient == card.recipient.as_str()
                && known.age == card.age.as_str();
            let clashes = id == card.id
                || known.sign == card.sign
                || known.recipient == card.recipient.as_str()
                || known.age == card.age.as_str();
            // Whoever proposes a card that is not theirs, and takes it back, is not in the way.
            let over = untouched
                && self
                    .state
                    .get(Table::Proposal, &leaf_key(&known.enrolment))?
                    .is_none();
            if clashes && !over && !(again && untouched) {
                return Err(Error::refused(
                    "card-known",
                    "this card's id, key or recipient belongs to a custodian already",
                )
                .hint("a newcomer makes a fresh identity: rootkeep identity new NAME --out DIR"));
            }
        }
        Ok(())
    }

    /// Governance has agreed to a card.
    pub(super) fn approve(&mut self, subject: &Digest, card: &Base64) -> Result<Verdict> {
        let card = Card::parse(&card.0)?;
        let mut custodian = Custodian::load(&self.state, &card.id)?
            .filter(|custodian| custodian.enrolment == *subject)
            .ok_or_else(|| refusal::lapsed("the same card was proposed again since"))?;
        custodian.approved = Some(self.index);
        let complete = custodian.accepted.is_some() || custodian.has(Role::Reader);
        if complete {
            custodian.from = Some(self.index);
        }
        self.state.put(&card.id.to_hex(), &custodian)?;
        if complete {
            self.take_places(&card.id, &custodian)?;
        }
        Ok(Verdict {
            effective: complete,
            needs: usize::from(!complete),
        })
    }

    pub(super) fn custodian_accept(&mut self, subject: &Digest) -> Result<Verdict> {
        let author = self.author();
        let mut custodian = Custodian::load(&self.state, &author)?
            .ok_or_else(|| refusal::unknown_author(&author))?;
        if custodian.has(Role::Reader) {
            return Err(refusal::reader());
        }
        if custodian.enrolment != *subject {
            return Err(refusal::unknown_subject());
        }
        if custodian.accepted.is_some() || custodian.from.is_some() {
            return Err(refusal::twice());
        }
        custodian.accepted = Some(self.index);
        if custodian.approved.is_some() {
            custodian.from = Some(self.index);
        }
        let complete = custodian.from.is_some();
        self.state.put(&author.to_hex(), &custodian)?;
        if complete {
            self.take_places(&author, &custodian)?;
        }
        Ok(Verdict {
            effective: complete,
            needs: usize::from(!complete),
        })
    }

    pub(super) fn custodian_replace(
        &mut self,
        replace: &Replace,
        personal: Option<&AddPersonal>,
    ) -> Result<Verdict> {
        let old = Custodian::load(&self.state, &replace.old)?
            .ok_or_else(|| refusal::unknown_author(&replace.old))?;
        let card = Card::parse(&replace.card.0)?;
        self.enrol(&card, &old.roles, Some(replace.old), personal)
    }

    pub(super) fn check_replace(&self, replace: &Replace) -> Result<()> {
        if replace.cause == Cause::Left {
            return Err(refusal::malformed(
                "who has left is retired and not replaced",
            ));
        }
        let old = Custodian::load(&self.state, &replace.old)?
            .ok_or_else(|| refusal::unknown_author(&replace.old))?;
        if old.from.is_none() {
            return Err(refusal::malformed(
                "only who is in force goes on with another identity",
            ));
        }
        self.check_departure(&replace.old, replace.distrust_from)
    }

    /// The old identity ends here; the new one takes its places once its own acceptance is in.
    pub(super) fn replace(&mut self, subject: &Digest, replace: &Replace) -> Result<Verdict> {
        self.end_identity(&replace.old, replace.cause, replace.distrust_from)?;
        self.approve(subject, &replace.card)
    }

    /// In every quorum, whoever goes on with another identity stands where the old one stood.
    fn take_places(&mut self, id: &Id, custodian: &Custodian) -> Result<()> {
        let Some(old) = custodian.replaces else {
            return Ok(());
        };
        for (key, mut quorum) in list::<Quorum>(&self.state, "")? {
            if !quorum.has(&old) {
                continue;
            }
            let members = quorum
                .groups
                .iter_mut()
                .flat_map(|group| &mut group.members);
            for member in members.filter(|member| **member == old) {
                *member = *id;
            }
            quorum.index = self.index;
            self.state.put(&key, &quorum)?;
        }
        Ok(())
    }

    pub(super) fn check_retire(&self, retire: &Retire) -> Result<()> {
        if retire.cause == Cause::Renewed {
            return Err(refusal::malformed(
                "who goes on with another identity is replaced and not retired",
            ));
        }
        self.check_departure(&retire.custodian, retire.distrust_from)
    }

    /// Whether an identity can end here.
    fn check_departure(&self, id: &Id, distrust_from: Option<u64>) -> Result<()> {
        let custodian =
            Custodian::load(&self.state, id)?.ok_or_else(|| refusal::unknown_author(id))?;
        if custodian.retired.is_some() {
            return Err(refusal::retired(&custodian));
        }
        if distrust_from.is_some_and(|from| from > self.index) {
            return Err(refusal::malformed(
                "entries can be distrusted only from one that exists",
            ));
        }
        let ledger = self.ledger()?;
        if let Some(rule) = may::governance_rule(&ledger) {
            let mut left: BTreeSet<_> = self.in_force(&rule.people())?;
            left.remove(id);
            if !rule.met_by(&left) {
                return Err(Error::refused(
                    "governance-would-die",
                    "without this custodian the governance quorum could never be met again",
                )
                .hint("first give the governance secret to others: rootkeep quorum define governance --threshold K --member NAME ..."));
            }
        }
        Ok(())
    }

    pub(super) fn retire(&mut self, retire: &Retire) -> Result<()> {
        self.end_identity(&retire.custodian, retire.cause, retire.distrust_from)
    }

    fn end_identity(&mut self, id: &Id, cause: Cause, distrust_from: Option<u64>) -> Result<()> {
        let mut custodian =
            Custodian::load(&self.state, id)?.ok_or_else(|| refusal::unknown_author(id))?;
        custodian.retired = Some(self.index);
        custodian.cause = Some(cause);
        custodian.distrust_from = distrust_from;
        self.state.put(&id.to_hex(), &custodian)
    }

    pub(super) fn custodian_acknowledge(&mut self) -> Result<Verdict> {
        let author = self.author();
        let mut custodian = Custodian::load(&self.state, &author)?
            .ok_or_else(|| refusal::unknown_author(&author))?;
        custodian.acknowledged = Some(self.time());
        self.state.put(&author.to_hex(), &custodian)?;
        Ok(Verdict::AT_ONCE)
    }

    /// What the comparison found is the author's claim; the list itself stays outside.
    pub(super) fn leavers_compare(&mut self, leavers: &Leavers) -> Result<Verdict> {
        self.needs_one_of(
            &[Role::Keeper, Role::Reviewer],
            "comparing the custodians with who left",
        )?;
        let ordered = leavers
            .found
            .windows(2)
            .all(|pair| pair.first() < pair.last());
        if !ordered || u64::try_from(leavers.found.len()).unwrap_or(u64::MAX) > leavers.rows.into()
        {
            return Err(refusal::malformed(
                "custodians who were found stand in order, each once, and are not more than the list has",
            ));
        }
        for id in &leavers.found {
            Custodian::load(&self.state, id)?.ok_or_else(|| refusal::unknown_author(id))?;
        }
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn custodian_away(&mut self, away: &Away) -> Result<Verdict> {
        if away.custodian != self.author() {
            self.needs_role(Role::Keeper, "saying when another is away")?;
        }
        if away.from > away.to {
            return Err(refusal::malformed("an absence ends before it begins"));
        }
        let key = away.custodian.to_hex();
        let mut person = read::<Person>(&self.state, &key)?
            .ok_or_else(|| refusal::unknown_author(&away.custodian))?;
        person.away.push(away.clone());
        self.state.put(&key, &person)?;
        Ok(Verdict::AT_ONCE)
    }
}

/// That the card of an enrolment is still the one that was proposed by it.
///
/// # Errors
/// Refused, code `lapsed`.
pub fn enrolment_stands(records: &dyn Records, subject: &Digest, claim: &Claim) -> Result<()> {
    let (Claim::CustodianAdd(Add { card, .. }, _)
    | Claim::CustodianReplace(Replace { card, .. }, _)) = claim
    else {
        return Ok(());
    };
    let card = Card::parse(&card.0)?;
    match Custodian::load(records, &card.id)? {
        Some(custodian) if custodian.retired.is_some() => {
            Err(refusal::lapsed("the newcomer was retired since"))
        }
        Some(custodian) if custodian.enrolment == *subject => Ok(()),
        _ => Err(refusal::lapsed("the same card was proposed again since")),
    }
}

fn check_roles(roles: &[Role]) -> Result<()> {
    let ordered = roles.windows(2).all(|pair| pair.first() < pair.last());
    let reader_alone = !roles.contains(&Role::Reader) || roles.len() == 1;
    if roles.is_empty() || !ordered || !reader_alone {
        return Err(refusal::malformed(
            "roles are distinct and in order, at least one, and a reader has no other",
        ));
    }
    Ok(())
}
