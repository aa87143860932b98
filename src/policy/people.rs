//! Enrolment, acceptance, retirement, absence.

use std::collections::BTreeSet;

use super::{Judge, Verdict, may, refusal};
use crate::crypto::card::Card;
use crate::crypto::fixed::{Base64, Digest};
use crate::crypto::part::PartName;
use crate::error::{Error, Result};
use crate::state::people::{CardRecord, Custodian, ONE, Person};
use crate::state::records::{Records, Table, read};
use crate::state::rules::leaf_key;
use crate::statement::Claim;
use crate::statement::people::{Add, AddPersonal, Away, Retire, Role};
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
        self.check_new_card(&card)?;
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
                roles: add.roles.clone(),
                enrolment: self.leaf(),
                approved: None,
                accepted: None,
                from: None,
                retired: None,
                cause: None,
                distrust_from: None,
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
            let untouched = known.approved.is_none() && known.from.is_none();
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

    pub(super) fn check_enrolment_stands(&self, subject: &Digest, claim: &Claim) -> Result<()> {
        let Claim::CustodianAdd(add, _) = claim else {
            return Ok(());
        };
        let card = Card::parse(&add.card.0)?;
        match Custodian::load(&self.state, &card.id)? {
            Some(custodian) if custodian.enrolment == *subject => Ok(()),
            _ => Err(refusal::lapsed("the same card was proposed again since")),
        }
    }

    /// Governance has agreed.
    pub(super) fn approve(&mut self, subject: &Digest, add: &Add) -> Result<Verdict> {
        let card = Card::parse(&add.card.0)?;
        let mut custodian = Custodian::load(&self.state, &card.id)?
            .filter(|custodian| custodian.enrolment == *subject)
            .ok_or_else(|| refusal::lapsed("the same card was proposed again since"))?;
        custodian.approved = Some(self.index);
        let complete = custodian.accepted.is_some() || custodian.has(Role::Reader);
        if complete {
            custodian.from = Some(self.index);
        }
        self.state.put(&card.id.to_hex(), &custodian)?;
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
        Ok(Verdict {
            effective: complete,
            needs: usize::from(!complete),
        })
    }

    pub(super) fn check_retire(&self, retire: &Retire) -> Result<()> {
        let custodian = Custodian::load(&self.state, &retire.custodian)?
            .ok_or_else(|| refusal::unknown_author(&retire.custodian))?;
        if custodian.retired.is_some() {
            return Err(refusal::retired(&custodian));
        }
        if retire.distrust_from.is_some_and(|from| from > self.index) {
            return Err(refusal::malformed(
                "entries can be distrusted only from one that exists",
            ));
        }
        let ledger = self.ledger()?;
        if let Some(rule) = may::governance_rule(&ledger) {
            let mut left: BTreeSet<_> = self.in_force(&rule.people())?;
            left.remove(&retire.custodian);
            if !rule.met_by(&left) {
                return Err(Error::refused(
                    "governance-would-die",
                    "without this custodian the governance quorum could never be met again",
                )
                .hint("first give the governance secret to others, then retire"));
            }
        }
        Ok(())
    }

    pub(super) fn retire(&mut self, retire: &Retire) -> Result<()> {
        let mut custodian = Custodian::load(&self.state, &retire.custodian)?
            .ok_or_else(|| refusal::unknown_author(&retire.custodian))?;
        custodian.retired = Some(self.index);
        custodian.cause = Some(retire.cause);
        custodian.distrust_from = retire.distrust_from;
        self.state.put(&retire.custodian.to_hex(), &custodian)
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
