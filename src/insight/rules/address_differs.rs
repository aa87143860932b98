//! RK049: the register's mailbox is the one that AWS has.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 49,
    name: "address-differs",
    severity: Severity::Medium,
    title: "The register's mailbox is the one that AWS has",
    why: "If the two differ, the people on the list are not those who can reset the password.",
    fix: "`rootkeep mailbox set NAME --address ADDRESS --account ID`; or change it at AWS (runbook change-mailbox)",
    source: "M1, M9",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (name, mailbox) in &world.mailboxes {
        let Some(personal) = &mailbox.personal else {
            looked.skip("its address was erased");
            continue;
        };
        for account in &mailbox.facts.accounts {
            let Some(names) = world.accounts.get(account).and_then(|it| it.names.as_ref()) else {
                looked.skip("the address of its root user is not on record");
                continue;
            };
            let same = plain(names.email.as_str()) == plain(personal.address.as_str());
            looked.at(
                || About::Account(*account),
                (!same).then(|| {
                    format!("the mailbox {name} has another address than AWS has for its root user")
                }),
            );
        }
    }
    looked
}

/// In lower case and without what stands behind a plus sign, which reaches the same mailbox.
fn plain(address: &str) -> String {
    let lower = address.to_lowercase();
    match lower.split_once('@') {
        Some((local, domain)) => {
            let local = local.split('+').next().unwrap_or(local);
            format!("{local}@{domain}")
        }
        None => lower,
    }
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
        rename(&mut world, M, "other@example.com");
        breaks(&RULE, &world, "another address");
        rename(&mut world, M, "Root+aws@example.com");
        holds(&RULE, &world);
    }
}
