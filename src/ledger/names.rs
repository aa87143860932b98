//! From what people type to what statements name, and back. Names come from cards' personal parts,
//! each held to the commitment in the trusted state.

use std::collections::BTreeMap;

use super::Session;
use super::trusted::damaged;
use crate::crypto::card::{Card, CardPersonal};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::part::Part;
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::custody::SecretRecord;
use crate::state::people::{CardRecord, Custodian, Person};
use crate::state::records::{list, read};
use crate::state::rules::{Binding, Quorum};
use crate::statement::header::leaf_hash;
use crate::statement::{SecretName, UntrustedStatement};
use crate::store::Entry;

/// Everyone in the ledger, by id, with names.
#[derive(Clone, Debug)]
pub struct People {
    known: BTreeMap<Id, (Custodian, Option<CardPersonal>, Option<Person>)>,
}

impl People {
    /// Reads everyone; names that don't fit their commitment are refused.
    ///
    /// # Errors
    /// Verification, code `part-mismatch`.
    pub fn load(records: &dyn Records) -> Result<Self> {
        let mut known = BTreeMap::new();
        for (id, custodian) in Custodian::all(records)? {
            let person = read::<Person>(records, &id.to_hex())?;
            let card = person
                .as_ref()
                .and_then(|person| person.salt.clone().zip(person.bytes.clone()))
                .map(|(salt, bytes)| CardPersonal::read(&Part { salt, bytes }, &custodian.personal))
                .transpose()?;
            known.insert(id, (custodian, card, person));
        }
        Ok(Self { known })
    }

    /// The same people without their names: each is called by the first digits of the id.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        for (id, (_, card, person)) in &mut self.known {
            let short: String = id.to_hex().chars().take(8).collect();
            *card = Some(CardPersonal {
                name: format!("custodian {short}"),
                contact: None,
                timezone: card.take().and_then(|card| card.timezone),
            });
            *person = None;
        }
        self
    }

    /// Whether two identities are one person's: the same, or one took the other's place.
    #[must_use]
    pub fn is_same_person(&self, one: &Id, other: &Id) -> bool {
        let follows = |id: &Id, before: &Id| {
            let mut at = *id;
            // A newcomer replaces whoever was there before: no chain comes back to itself.
            for _ in 0..self.known.len() {
                match self
                    .known
                    .get(&at)
                    .and_then(|(custodian, ..)| custodian.replaces)
                {
                    Some(old) if old == *before => return true,
                    Some(old) => at = old,
                    None => return false,
                }
            }
            false
        };
        one == other || follows(one, other) || follows(other, one)
    }

    /// What to call someone: the name on the card, with the first digits of the id where another's looks
    /// the same; or those digits alone.
    #[must_use]
    pub fn name(&self, id: &Id) -> String {
        let short: String = id.to_hex().chars().take(8).collect();
        let Some((_, Some(card), _)) = self.known.get(id) else {
            return format!("custodian {short}");
        };
        let alike = self.known.iter().any(|(other, (_, known, _))| {
            let named = |known: &CardPersonal| look_alike(&known.name, &card.name);
            other != id && known.as_ref().is_some_and(named)
        });
        if alike {
            format!("{} [{short}]", card.name)
        } else {
            card.name.clone()
        }
    }

    /// Names of several, separated by commas.
    #[must_use]
    pub fn names(&self, ids: &[Id]) -> String {
        ids.iter()
            .map(|id| self.name(id))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Finds someone by name (any case), by at least six digits of the id, or as [`Self::name`] shows
    /// them.
    ///
    /// # Errors
    /// Not found, code `no-custodian`; usage, code `ambiguous`.
    pub fn find(&self, typed: &str) -> Result<Id> {
        let wanted = typed.to_lowercase();
        let named = |card: &Option<CardPersonal>, name: &str| {
            card.as_ref()
                .is_some_and(|card| card.name.to_lowercase() == name)
        };
        // Nobody else's card can say what is shown of an id.
        let shown = wanted
            .strip_suffix(']')
            .and_then(|shown| shown.rsplit_once(" ["));
        if let Some((name, digits)) = shown.filter(|(_, digits)| !digits.is_empty()) {
            // Fewer digits than are shown could be what somebody else's card says.
            let whole = digits.len() == 8;
            let mut of_id = self.known.iter().filter(|(id, (_, card, _))| {
                let shown = id.to_hex().starts_with(digits) && named(card, name);
                shown || (!whole && named(card, &wanted))
            });
            if let (Some((id, _)), None) = (of_id.next(), of_id.next()) {
                return Ok(*id);
            }
        }
        let by_name = |card: &Option<CardPersonal>| named(card, &wanted);
        let by_id = |id: &Id| wanted.len() >= 6 && id.to_hex().starts_with(&wanted);
        let mut found: Vec<(&Id, &Custodian)> = self
            .known
            .iter()
            .filter(|(id, (_, card, _))| by_name(card) || by_id(id))
            .map(|(id, (custodian, ..))| (id, custodian))
            .collect();
        // Somebody who left does not stand in the way of a newcomer of the same name, nor does a card
        // that is only proposed in the way of who is here.
        for counts in [|who: &Custodian| who.retired.is_none(), Custodian::in_force] {
            let here: Vec<_> = found
                .iter()
                .copied()
                .filter(|(_, who)| counts(who))
                .collect();
            if found.len() > 1 && here.len() == 1 {
                found = here;
            }
        }
        match found.as_slice() {
            [(id, _)] => Ok(**id),
            [] => Err(Error::not_found(
                "no-custodian",
                format!("there is no custodian `{}`", typed.escape_debug()),
            )
            .hint("rootkeep custodian list")),
            _ => Err(Error::usage(
                "ambiguous",
                format!("`{}` fits several custodians", typed.escape_debug()),
            )
            .hint("type the first digits of the id instead: rootkeep custodian list --json")),
        }
    }

    /// One person.
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<(&Custodian, Option<&CardPersonal>, Option<&Person>)> {
        self.known
            .get(id)
            .map(|(custodian, card, person)| (custodian, card.as_ref(), person.as_ref()))
    }

    /// Everyone, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &Custodian, Option<&CardPersonal>)> {
        self.known
            .iter()
            .map(|(id, (custodian, card, _))| (id, custodian, card.as_ref()))
    }
}

/// Whether two names could be taken for one another: they differ in nothing but the case of letters,
/// and in letters outside ASCII, many of which look like others.
fn look_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    one.chars().count() == other.chars().count()
        && one
            .chars()
            .zip(other.chars())
            .all(|(a, b)| a == b || !a.is_ascii() || !b.is_ascii())
}

impl Session {
    /// Everyone, with names.
    ///
    /// # Errors
    /// As [`People::load`].
    pub fn people(&self) -> Result<People> {
        People::load(&self.view())
    }

    /// The card that the ledger has for a custodian.
    pub(super) fn card_of(&self, id: &Id) -> Result<Card> {
        let record = read::<CardRecord>(&self.view(), &id.to_hex())?.ok_or_else(|| {
            Error::not_found("no-custodian", "the ledger has no card of that custodian")
        })?;
        Card::parse(&record.envelope.0)
    }

    /// The fingerprint of a custodian's card, in words.
    ///
    /// # Errors
    /// Not found; verification.
    pub fn card_words(&self, id: &Id) -> Result<String> {
        self.card_of(id).map(|card| card.words())
    }

    /// A secret by its full name.
    ///
    /// # Errors
    /// Not found, code `no-secret`.
    pub fn find_secret(&self, name: &SecretName) -> Result<(Id, SecretRecord)> {
        let no = || {
            Error::not_found("no-secret", format!("there is no secret {name}"))
                .hint("rootkeep secret list")
        };
        let view = self.view();
        let binding = read::<Binding>(&view, &name.to_string())?.ok_or_else(no)?;
        let record = read::<SecretRecord>(&view, &binding.secret.to_hex())?.ok_or_else(no)?;
        Ok((binding.secret, record))
    }

    /// A quorum by name.
    ///
    /// # Errors
    /// Not found, code `no-quorum`.
    pub fn find_quorum(&self, name: &str) -> Result<(Id, Quorum)> {
        let view = self.view();
        for (key, quorum) in list::<Quorum>(&view, "")? {
            if quorum.name == name {
                return Ok((Id::parse(&key)?, quorum));
            }
        }
        if name == "governance" {
            return Err(Error::refused(
                "governance-quorum",
                "the governance quorum decides on people, quorums and policy; it holds no other secrets",
            )
            .hint("define one: rootkeep quorum define NAME --threshold K --member NAME ..."));
        }
        Err(Error::not_found(
            "no-quorum",
            format!("there is no quorum `{}`", name.escape_debug()),
        )
        .hint("rootkeep quorum list"))
    }

    /// An entry by what a person types: `genesis`, an index, or the first digits of an id or hash. Its id
    /// and hash are those of its envelope, whatever the columns beside it say.
    ///
    /// # Errors
    /// Not found, code `no-entry`; usage, code `ambiguous`; verification, code `log-damaged`.
    pub fn find_entry(&self, typed: &str) -> Result<Entry> {
        let entry = self.entry_by_columns(typed)?;
        let envelope = UntrustedStatement::parse(&entry.envelope)?;
        let header = envelope.untrusted_header();
        let own = leaf_hash(&entry.envelope) == entry.hash
            && header.id == entry.id
            && header.kind == entry.kind
            && header.author == entry.author;
        if own {
            Ok(entry)
        } else {
            Err(damaged(
                "the columns of an entry are not those of its envelope",
            ))
        }
    }

    fn entry_by_columns(&self, typed: &str) -> Result<Entry> {
        let view = self.view();
        let none = || {
            let error = Error::not_found(
                "no-entry",
                format!("there is no entry `{}`", typed.escape_debug()),
            );
            if typed.parse::<u64>().is_ok() {
                return error.hint(format!("for entry number {typed}: '#{typed}'"));
            }
            error.hint("rootkeep log shows ids; at least four digits are needed")
        };
        if typed == "genesis" {
            return view.entry(0)?.ok_or_else(none);
        }
        if let Some(index) = typed.strip_prefix('#') {
            let seq = index.parse().map_err(|_| none())?;
            return view.entry(seq)?.ok_or_else(none);
        }
        let hex = typed
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if typed.len() < 4 || typed.len() > 64 || !hex {
            return Err(none());
        }
        if typed.len() == 64 {
            return view.entry_by_hash(&Digest::parse(typed)?)?.ok_or_else(none);
        }
        match view.entries_by_id_prefix(typed, 2)?.as_slice() {
            [entry] => Ok(entry.clone()),
            [] => Err(none()),
            _ => Err(
                Error::usage("ambiguous", format!("`{typed}` fits several entries"))
                    .hint("type more digits"),
            ),
        }
    }
}
