//! RK007: password and MFA are in different places, hands and quorums.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::state::places::ItemRecord;
use crate::statement::SecretKind;
use crate::statement::account_id::AccountId;
use crate::statement::findings::About;
use crate::statement::text::Name;

/// The rule.
pub const RULE: Rule = Rule {
    number: 7,
    name: "factors-apart",
    severity: Severity::High,
    title: "Password and MFA are in different places, hands and quorums",
    why: "Whoever has both has the account: different places, different procedures, different people.",
    fix: "`rootkeep item move ITEM --location NAME --witness NAME`, or seal one to another quorum whose members hold no share of the other",
    source: "AWS: root user best practices, restrict access to the recovery mechanisms; M7, M21",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let (sealed, things) = (world.secrets_by_account(), world.things_by_account());
    for (id, _, _) in world.rooted_accounts() {
        let of = |kind| sealed.get(&(id, kind)).map_or(&[][..], Vec::as_slice);
        let (passwords, seeds) = (of(SecretKind::Password), of(SecretKind::MfaSeed));
        let places = |kind| places(&things, id, kind);
        let (password_places, mfa_places) =
            (places(SecretKind::Password), places(SecretKind::MfaSeed));
        if passwords.is_empty() && password_places.is_empty()
            || seeds.is_empty() && mfa_places.is_empty()
        {
            looked.skip("not both of its factors are in custody here");
            continue;
        }
        let mut wrong = Vec::new();
        if let Some(place) = password_places.intersection(&mfa_places).next() {
            wrong.push(format!("password and MFA are both in {place}"));
        }
        let quorum = |secrets: &[Id]| -> BTreeSet<Id> {
            secrets
                .iter()
                .filter_map(|id| Some(world.secrets.get(id)?.quorum))
                .collect()
        };
        if let Some(one) = quorum(passwords).intersection(&quorum(seeds)).next() {
            let name = world
                .quorums
                .get(one)
                .map_or("one quorum", |quorum| quorum.name.as_str());
            wrong.push(format!("password and MFA are both released by {name}"));
        } else {
            let hands = |secrets: &[Id], places: &BTreeSet<&Name>| -> BTreeSet<Id> {
                let mut hands: BTreeSet<Id> =
                    secrets.iter().flat_map(|id| world.holders(id)).collect();
                let at = places
                    .iter()
                    .filter_map(|place| world.locations.get(*place));
                hands.extend(at.flat_map(|place| place.facts.access.iter().copied()));
                hands
            };
            let both: Vec<Id> = hands(passwords, &password_places)
                .intersection(&hands(seeds, &mfa_places))
                .copied()
                .collect();
            if !both.is_empty() {
                wrong.push(format!(
                    "{} has a hand in both password and MFA",
                    world.people(&both)
                ));
            }
        }
        looked.at(
            || About::Account(id),
            (!wrong.is_empty()).then(|| wrong.join("; ")),
        );
    }
    looked
}

type Things<'w> = BTreeMap<(AccountId, SecretKind), Vec<(&'w Name, &'w ItemRecord)>>;

fn places<'w>(things: &Things<'w>, account: AccountId, kind: SecretKind) -> BTreeSet<&'w Name> {
    let of = things.get(&(account, kind)).map_or(&[][..], Vec::as_slice);
    of.iter()
        .filter_map(|(_, item)| item.place.location())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::rules::fixtures::*;

    #[test]
    fn passes() {
        holds(&RULE, &good());
    }

    #[test]
    fn fails() {
        let mut world = good();
        secret(&mut world, SEED).quorum = ENGINEERS;
        breaks(&RULE, &world, "both released by engineers");
        let mut world = good();
        share_to(&mut world, SEED, id(1));
        breaks(&RULE, &world, "p1 has a hand in both");
        let mut world = good();
        put(&mut world, "envelope", PASSWORD, "tokyo-safe");
        breaks(&RULE, &world, "both in tokyo-safe");
    }
}
