//! RK032: the register and the organization have the same accounts.

use std::collections::BTreeMap;

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::state::custody::AccountRecord;
use crate::statement::account_id::AccountId;
use crate::statement::accounts::AccountState;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 32,
    name: "estate-and-ledger",
    severity: Severity::Medium,
    title: "The register and the organization have the same accounts",
    why: "An account that the ledger doesn't know has a root user that nobody looks after; one that has gone leaves secrets behind; one that went without having been closed was taken out by somebody, or left out of a listing.",
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
    let mut named: BTreeMap<AccountId, Option<&str>> = named
        .into_iter()
        .map(|(account, what)| (account, Some(what)))
        .collect();
    // An account is closed for months before it goes: one that just went was taken out, or left out.
    for (account, _) in world.accounts.iter().filter(|(_, one)| went_unclosed(one)) {
        named.entry(*account).or_default();
    }
    for (account, what) in named {
        let record = world.accounts.get(&account);
        let wrong = match (record, what) {
            (None, Some(what)) => Some(format!(
                "{what} is of it, and the listing of the organization doesn't have it"
            )),
            (Some(record), what) if record.gone => Some(how_gone(record, what)),
            _ => None,
        };
        looked.at(|| About::Account(account), wrong);
    }
    looked
}

/// Whether the last listing that had it had it in use.
fn went_unclosed(record: &AccountRecord) -> bool {
    let used = matches!(
        record.facts.state,
        AccountState::Active | AccountState::PendingActivation
    );
    record.gone && used
}

fn how_gone(record: &AccountRecord, what: Option<&str>) -> String {
    let mut said = "it is gone from the organization".to_owned();
    if went_unclosed(record) {
        said.push_str(", and the last listing that had it had it in use: who took it out?");
    }
    if let Some(what) = what {
        said.push_str(&format!("; {what} is still of it"));
    }
    said
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
        breaks(&RULE, &world, "had it in use");
    }
}
