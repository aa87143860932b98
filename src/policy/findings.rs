//! What of an access does not fit the register. A finding refuses nothing: it stays with the access.

use std::collections::BTreeSet;

use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::state::Records;
use crate::state::custody::SecretRecord;
use crate::state::places::{Finding, ItemRecord, LocationRecord, Place};
use crate::state::records::read;
use crate::statement::SecretKind;
use crate::statement::accesses::{Handled, SealState, Went};
use crate::statement::register::ItemKind;
use crate::statement::text::Name;

/// Who was at a location, beside who is registered as having its combination or key.
pub(super) fn who_was_there(
    location: &LocationRecord,
    opener: Id,
    there: &BTreeSet<Id>,
    findings: &mut Vec<Finding>,
) {
    let access = &location.facts.access;
    if !access.contains(&opener) {
        findings.push(Finding::Unlisted { custodian: opener });
    }
    let listed = there.iter().filter(|id| access.contains(id)).count();
    if location.facts.dual_control && listed < 2 {
        findings.push(Finding::NotTwo);
    }
}

/// Whether a location has something in it that makes sign-in codes.
pub(super) fn holds_mfa(records: &dyn Records, location: &LocationRecord) -> Result<bool> {
    for name in &location.items {
        let Some(item) = ItemRecord::load(records, name)? else {
            continue;
        };
        let held = match &item.facts.holds {
            Some(holds) => read::<SecretRecord>(records, &holds.secret.to_hex())?,
            None => None,
        };
        let seed = held.is_some_and(|held| held.kind() == SecretKind::MfaSeed);
        if seed || item.facts.kind == ItemKind::MfaToken {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a release in effect has opened.
#[derive(Default)]
pub(super) struct Released {
    pub(super) secrets: BTreeSet<Id>,
    /// What they belong to, and what they are.
    pub(super) subjects: BTreeSet<(String, SecretKind)>,
}

impl Released {
    /// Whether it was for what an item holds; for a token without a secret here, whether it was for the
    /// MFA of the same account.
    pub(super) fn covers(&self, item: &ItemRecord, opens: &[(String, SecretKind)]) -> bool {
        match &item.facts.holds {
            Some(holds) => self.secrets.contains(&holds.secret),
            None => opens.iter().any(|(subject, _)| {
                let same = |(released, _): &(String, SecretKind)| released == subject;
                self.subjects.iter().any(same)
            }),
        }
    }
}

/// The accounts, or whatever else, that a secret is a way into, each with what it is.
pub(super) fn factors_of(secret: &SecretRecord) -> Vec<(String, SecretKind)> {
    let kind = match secret.kind() {
        SecretKind::Password => SecretKind::Password,
        SecretKind::MfaSeed | SecretKind::RecoveryCodes => SecretKind::MfaSeed,
        SecretKind::SecurityAnswers | SecretKind::Combination | SecretKind::Note => {
            return Vec::new();
        }
    };
    let own = secret.name.subject.to_string();
    let served = secret.serves.iter().map(ToString::to_string);
    std::iter::once(own)
        .chain(served)
        .map(|subject| (subject, kind))
        .collect()
}

/// What an access says of an item, beside the register.
pub(super) fn look_at(
    handled: &Handled,
    item: &ItemRecord,
    location: &Name,
    findings: &mut Vec<Finding>,
) {
    let name = handled.item.clone();
    match (&item.place, handled.went) {
        (Place::Destroyed, _) => findings.push(Finding::Destroyed { item: name.clone() }),
        (Place::At(at), Went::In) if at != location => findings.push(Finding::TwoPlaces {
            item: name.clone(),
            at: at.clone(),
        }),
        (Place::At(at), Went::Out | Went::Stayed) if at != location => {
            findings.push(Finding::NotThere { item: name.clone() });
        }
        (Place::Out { .. }, Went::Out | Went::Stayed) => {
            findings.push(Finding::NotThere { item: name.clone() });
        }
        _ => {}
    }
    // What is put in may be in a new bag; then its number is the registered one from now on.
    let fresh = handled.went == Went::In && (item.broken || item.facts.bag.is_none());
    match (&handled.bag, &item.facts.bag) {
        (Some(typed), registered) if !fresh && Some(typed) != registered.as_ref() => {
            findings.push(Finding::BagMismatch {
                item: name.clone(),
                registered: registered.clone(),
                typed: typed.clone(),
            });
        }
        (None, Some(_)) if !item.broken => {
            findings.push(Finding::BagNotRead { item: name.clone() });
        }
        _ => {}
    }
    if handled.seal == Some(SealState::Broken) {
        findings.push(Finding::SealBroken { item: name });
    }
}
