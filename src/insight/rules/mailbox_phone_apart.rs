//! RK008: the mailbox and the phone of an account are with different people.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::statement::account_id::AccountId;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 8,
    name: "mailbox-phone-apart",
    severity: Severity::Medium,
    title: "The mailbox and the phone of an account are with different people",
    why: "Mailbox and phone together are what AWS Support accepts when MFA is lost: in one pair of hands they are the account.",
    fix: "`rootkeep phone set NAME --holder NAME`, or `rootkeep mailbox set NAME --member NAME`",
    source: "AWS: root user best practices, restrict access to the recovery mechanisms; M7, M9",
    look,
};

fn look(world: &World) -> Looked {
    let mut readers: BTreeMap<AccountId, (BTreeSet<Id>, BTreeSet<&str>)> = BTreeMap::new();
    for mailbox in world.mailboxes.values() {
        for account in &mailbox.facts.accounts {
            let (people, others) = readers.entry(*account).or_default();
            people.extend(&mailbox.facts.members);
            let named = mailbox
                .personal
                .iter()
                .flat_map(|personal| &personal.others);
            others.extend(named.map(|other| other.as_str()));
        }
    }
    let mut looked = Looked::default();
    for (name, phone) in &world.phones {
        for account in &phone.facts.accounts {
            let Some((people, others)) = readers.get(account) else {
                looked.skip("who reads its mailbox is not on record");
                continue;
            };
            let both: Vec<Id> = phone
                .facts
                .holders
                .iter()
                .filter(|id| people.contains(id))
                .copied()
                .collect();
            let named = phone.personal.iter().flat_map(|personal| &personal.others);
            let others = named
                .filter(|other| others.contains(other.as_str()))
                .count();
            looked.at(
                || About::Account(*account),
                (!both.is_empty() || others > 0).then(|| {
                    let who = if both.is_empty() {
                        "somebody else".to_owned()
                    } else {
                        world.people(&both)
                    };
                    format!("{who} reads its mailbox and answers its phone {name}")
                }),
            );
        }
    }
    looked
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
        phone(&mut world, "desk").holders = vec![id(7), id(9)];
        breaks(&RULE, &world, "p7 reads its mailbox and answers");
    }
}
