//! RK005: a root user with a password has MFA.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::SecretKind;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 5,
    name: "mfa",
    severity: Severity::Critical,
    title: "A root user with a password has MFA",
    why: "Without MFA the password alone, or the mailbox alone, is the account.",
    fix: "register an MFA device (runbook root-only-task), then `rootkeep seal ACCOUNT/mfa-seed --quorum QUORUM --qr IMAGE`, or `rootkeep item add NAME --kind mfa-token --account ID --location NAME`",
    source: "CIS AWS Foundations 3.0 1.5, 5.0 1.4, 7.0 2.5; Security Hub IAM.9; M5",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let (sealed, things) = (world.secrets_by_account(), world.things_by_account());
    for (id, account, root) in world.rooted_accounts() {
        if root.password != Some(true) && !account.facts.management {
            looked.skip(match root.password {
                Some(_) => "it has no password",
                None => "whether it has a password is not known",
            });
            continue;
        }
        let key = (id, SecretKind::MfaSeed);
        let here = sealed.contains_key(&key) || things.contains_key(&key);
        let wrong = match root.mfa {
            Some(true) => None,
            Some(false) => Some("AWS says that its root user has no MFA device".to_owned()),
            None if here => None,
            None => Some("no MFA of its root user is on record".to_owned()),
        };
        looked.at(|| About::Account(id), wrong);
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
        root(&mut world, M).mfa = Some(false);
        breaks(&RULE, &world, "has no MFA");
        root(&mut world, M).mfa = None;
        holds(&RULE, &world);
        destroy(&mut world, SEED);
        world.items.clear();
        breaks(&RULE, &world, "on record");
    }
}
