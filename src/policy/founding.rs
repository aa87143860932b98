//! Genesis, the governance secret, and the founders' sign-offs.

use std::collections::BTreeSet;

use super::{Judge, Verdict, refusal};
use crate::crypto::card::Card;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::part::PartName;
use crate::crypto::recipient::Recipient;
use crate::error::{Error, Result};
use crate::state::people::{CardRecord, Custodian, GovernanceRecord, LedgerRecord, ONE, Person};
use crate::state::rules::PolicyRecord;
use crate::statement::decisions::SignOff;
use crate::statement::founding::{
    Charter, FiledCard, GenesisPersonal, GovernanceSeal, POLICY_REVISION, PolicySettings,
};
use crate::statement::people::Role;
use crate::statement::secrets::Share;

/// How many founders there may be, and later holders of the governance secret: its split has one group of at most 16.
pub(super) const FOUNDERS: std::ops::RangeInclusive<usize> = 2..=16;

/// The secret id of the governance secret.
pub const GOVERNANCE_SECRET: Id = Id([0; 16]);

impl Judge<'_> {
    pub(super) fn genesis(
        &mut self,
        charter: &Charter,
        personal: Option<&GenesisPersonal>,
    ) -> Result<Verdict> {
        if self.index != 0 {
            return Err(refusal::malformed(
                "a genesis is the first entry of a log and no other",
            ));
        }
        let id = Digest::of_all(&[
            b"rootkeep/ledger/v1\n",
            &self.statement.parts().facts.bytes.0,
        ]);
        if self.statement.header().ledger != id {
            return Err(Error::verification(
                "other-ledger",
                "the genesis does not carry the digest of its own charter",
            ));
        }
        check_settings(&charter.policy)?;
        let cards = founders_cards(charter)?;
        if cards.first().map(|card| card.id) != Some(self.author()) {
            return Err(refusal::malformed(
                "a genesis is made by the first founder in its charter",
            ));
        }
        let people = personal.map(|personal| personal.people.as_slice());
        for (place, card) in cards.iter().enumerate() {
            let filed = match people {
                None => None,
                Some(people) => Some(filed_for(people, place, card)?),
            };
            self.put_founder(card, filed)?;
        }
        self.state.put(
            ONE,
            &PolicyRecord {
                settings: charter.policy,
                index: 0,
            },
        )?;
        self.state.put(
            ONE,
            &LedgerRecord {
                id,
                genesis: self.leaf(),
                log_key: charter.log_key,
                threshold: charter.threshold,
                founders: cards.iter().map(|card| card.id).collect(),
                signed: Vec::new(),
                active: None,
                governance: None,
                rekeys: Vec::new(),
                writer: None,
                listed: None,
            },
        )?;
        Ok(Verdict::waits_for(cards.len()))
    }

    fn put_founder(&mut self, card: &Card, filed: Option<&FiledCard>) -> Result<()> {
        let key = card.id.to_hex();
        self.state.put(
            &key,
            &Custodian {
                recipient: card.recipient.as_str().to_owned(),
                sign: card.sign,
                age: card.age.as_str().to_owned(),
                personal: card.personal,
                roles: Role::FOUNDER.to_vec(),
                enrolment: self.leaf(),
                approved: Some(0),
                accepted: None,
                from: Some(0),
                retired: None,
                cause: None,
                distrust_from: None,
                replaces: None,
                acknowledged: None,
            },
        )?;
        self.state.put(
            &key,
            &Person {
                salt: filed.map(|filed| filed.salt.clone()),
                bytes: filed.map(|filed| filed.bytes.clone()),
                identified_by: None,
                away: Vec::new(),
            },
        )?;
        self.state.put(
            &key,
            &CardRecord {
                envelope: crate::crypto::fixed::Base64(card.envelope().to_vec()),
            },
        )
    }

    pub(super) fn governance_seal(&mut self, seal: &GovernanceSeal) -> Result<Verdict> {
        let mut ledger = self.ledger()?;
        if self.index != 1 || ledger.governance.is_some() {
            return Err(refusal::malformed(
                "the governance secret is sealed right after the genesis",
            ));
        }
        if ledger.founders.first() != Some(&self.author()) || seal.epoch != 1 {
            return Err(refusal::malformed(
                "the first founder seals the first epoch of the governance secret",
            ));
        }
        Recipient::parse_native(&seal.recovery)?;
        if !in_places(&seal.shares, &ledger.founders) {
            return Err(refusal::malformed(
                "every founder has one governance share, in order",
            ));
        }
        ledger.governance = Some(GovernanceRecord {
            epoch: seal.epoch,
            index: self.index,
            maker: None,
            recovery: seal.recovery.clone(),
            payload: seal.payload,
            shares: seal.shares.clone(),
        });
        self.state.put(ONE, &ledger)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn sign_genesis(&mut self, sign: &SignOff) -> Result<Verdict> {
        let mut ledger = self.ledger()?;
        let author = self.author();
        if !ledger.founders.contains(&author) {
            return Err(refusal::not_in_quorum("of the governance secret"));
        }
        if ledger.signed.contains(&author) {
            return Err(refusal::twice());
        }
        if self.statement.header().seen.size < 2 {
            return Err(refusal::not_seen());
        }
        self.check_governance_proofs(&ledger, None, sign)?;
        ledger.signed.push(author);
        let missing = ledger.founders.len().saturating_sub(ledger.signed.len());
        if missing == 0 {
            ledger.active = Some(self.index);
        }
        self.state.put(ONE, &ledger)?;
        Ok(Verdict::waits_for(missing))
    }
}

/// Reads the founders' cards out of a charter and checks that they are enough, and distinct.
///
/// # Errors
/// Refused, code `malformed`; verification where a card is not good.
pub fn founders_cards(charter: &Charter) -> Result<Vec<Card>> {
    let cards: Vec<Card> = charter
        .founders
        .iter()
        .map(|founder| Card::parse(&founder.card.0))
        .collect::<Result<_>>()?;
    let threshold = usize::from(charter.threshold);
    if !FOUNDERS.contains(&cards.len()) || threshold < 2 || threshold > cards.len() {
        return Err(refusal::malformed(
            "a ledger has 2 to 16 founders, and a threshold of at least 2 and at most all of them",
        )
        .hint("rootkeep init DIR --name TEXT --threshold K --card FILE --card FILE ..."));
    }
    let ids: BTreeSet<Id> = cards.iter().map(|card| card.id).collect();
    let keys: BTreeSet<_> = cards.iter().map(|card| card.sign).collect();
    let recipients: BTreeSet<_> = cards.iter().map(|card| card.recipient.as_str()).collect();
    if [ids.len(), keys.len(), recipients.len()] != [cards.len(); 3] {
        return Err(refusal::malformed(
            "two of the founders' cards have the same id, key or recipient",
        )
        .hint("one person holds one card; each founder brings an own identity"));
    }
    Ok(cards)
}

/// Whether `holders` have the places of one group, in their order.
pub(super) fn in_places(shares: &[Share], holders: &[Id]) -> bool {
    shares.len() == holders.len()
        && (0u8..)
            .zip(shares.iter().zip(holders))
            .all(|(member, (share, holder))| {
                share.group == 0 && share.member == member && share.holder == *holder
            })
}

fn filed_for<'p>(people: &'p [FiledCard], place: usize, card: &Card) -> Result<&'p FiledCard> {
    let filed = people
        .get(place)
        .filter(|filed| filed.custodian == card.id)
        .ok_or_else(|| refusal::malformed("the founders' names are not in the charter's order"))?;
    filed.part().check(PartName::Card, &card.personal)?;
    card.read_personal(&filed.part())?;
    Ok(filed)
}

pub(super) fn check_settings(settings: &PolicySettings) -> Result<()> {
    if settings.revision != POLICY_REVISION {
        return Err(refusal::malformed(
            "this version knows policy revision 1 only",
        ));
    }
    let good = (1..=365).contains(&settings.pending_days)
        && (1..=720).contains(&settings.request_hours)
        && (60..=604_800).contains(&settings.window_max_secs);
    if good {
        Ok(())
    } else {
        Err(refusal::malformed(
            "a policy has 1 to 365 pending days, 1 to 720 request hours, a window of 60 s to 7 days",
        ))
    }
}
