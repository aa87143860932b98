//! RK003: each account's root user has a mailbox of its own.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::account_id::AccountId;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 3,
    name: "mailbox-shared",
    severity: Severity::Medium,
    title: "Each account's root user has a mailbox of its own",
    why: "Whoever reads a mailbox that several accounts share can reset all of their passwords at once.",
    fix: "give each account an address of its own (runbook change-mailbox), then `rootkeep mailbox set NAME --account ID`",
    source: "AWS: root user best practices; M1",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (name, mailbox) in &world.mailboxes {
        let rooted = |account: &&AccountId| {
            let management = world
                .accounts
                .get(account)
                .is_some_and(|it| it.facts.management);
            management || !world.root(account).is_bare()
        };
        let accounts = mailbox.facts.accounts.iter().filter(rooted).count();
        looked.at(
            || About::Mailbox(name.clone()),
            (accounts > 1)
                .then(|| format!("{accounts} accounts whose root users have credentials share it")),
        );
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
        mailbox(&mut world, "mail-m").accounts = vec![M, B];
        holds(&RULE, &world);
        world.roots.remove(&B);
        breaks(&RULE, &world, "2 accounts");
    }
}
