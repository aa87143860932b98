//! RK002: the mailbox of a root user is read by several people.

use std::collections::BTreeSet;

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::account_id::AccountId;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 2,
    name: "mailbox-group",
    severity: Severity::High,
    title: "The mailbox of a root user is read by several people",
    why: "A password is reset by whoever reads the mailbox; where that is one person, the account depends on one person, and one person can take it.",
    fix: "`rootkeep mailbox add NAME --address ADDRESS --account ID --member NAME --member NAME`; in the mail system, make it a group",
    source: "AWS: root user best practices, use a group e-mail address; M1, M12",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let mut covered: BTreeSet<AccountId> = BTreeSet::new();
    for (name, mailbox) in &world.mailboxes {
        covered.extend(&mailbox.facts.accounts);
        let known = mailbox
            .personal
            .as_ref()
            .map(|personal| personal.others.len());
        let people = mailbox.facts.members.len() + known.unwrap_or_default();
        let least = world.standards.mailbox_people;
        looked.at(
            || About::Mailbox(name.clone()),
            (people < least).then(|| format!("{people} people read it; at least {least} ought to")),
        );
    }
    for (id, _, _) in world.rooted_accounts() {
        let there = covered.contains(&id);
        looked.at(
            || About::Account(id),
            (!there).then(|| "who reads the mailbox of its root user is not on record".to_owned()),
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
        mailbox(&mut world, "mail-m").members = vec![id(7)];
        breaks(&RULE, &world, "1 people read it");
        mailbox(&mut world, "mail-m").members = vec![id(7), id(8)];
        holds(&RULE, &world);
        mailbox(&mut world, "mail-m").accounts.clear();
        breaks(&RULE, &world, "not on record");
    }
}
