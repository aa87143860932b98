//! RK032: the register and the organization have the same accounts.

use std::collections::BTreeMap;

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::account_id::AccountId;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 32,
    name: "estate-and-ledger",
    severity: Severity::Medium,
    title: "The register and the organization have the same accounts",
    why: "An account that the ledger doesn't know has a root user that nobody looks after; one that has gone leaves secrets behind.",
    fix: "`rootkeep account import --organizations FILE`; what belongs to accounts that are gone: `rootkeep secret destroy SECRET --reason TEXT`, `rootkeep item destroy ITEM --witness NAME`",
    source: "NIST SP 800-53 CM-8; M1, M4",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let mut named: BTreeMap<AccountId, &str> = BTreeMap::new();
    for ((account, _), _) in world.secrets_by_account() {
        named.entry(account).or_insert("a secret");
    }
    for ((account, _), _) in world.things_by_account() {
        named.entry(account).or_insert("an item");
    }
    for account in world.mailboxes.values().flat_map(|one| &one.facts.accounts) {
        named.entry(*account).or_insert("a mailbox");
    }
    for account in world.phones.values().flat_map(|one| &one.facts.accounts) {
        named.entry(*account).or_insert("a phone");
    }
    for account in world.roots.keys() {
        named.entry(*account).or_insert("a report of AWS");
    }
    for (account, what) in named {
        let wrong = match world.accounts.get(&account) {
            None => Some(format!(
                "{what} is of it, and the listing of the organization doesn't have it"
            )),
            Some(record) if record.gone => Some(format!(
                "it is gone from the organization, and {what} is still of it"
            )),
            Some(_) => None,
        };
        looked.at(|| About::Account(account), wrong);
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
        world.accounts.remove(&M);
        breaks(&RULE, &world, "listing of the organization doesn't have it");
        let mut world = good();
        gone(&mut world, M);
        breaks(&RULE, &world, "gone from the organization");
    }
}
