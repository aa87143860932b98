//! RK022: a policy that denies root in member accounts is on record.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 22,
    name: "root-denied",
    severity: Severity::Medium,
    title: "A policy that denies root in member accounts is on record",
    why: "A service control policy stops the root user even where somebody has its password and MFA.",
    fix: "attach one (runbook disable-root-by-scp), then `rootkeep account set ID --scp NAME --scp-since DATE`",
    source: "AWS: organizations, example SCPs; M16",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let members = || {
        let all = world.used_accounts();
        all.filter(|(_, account)| !account.facts.management)
    };
    let bare = members().filter(|(id, _)| !world.root(id).denied).count();
    if bare > 0 && bare == members().count() {
        let none = "no policy that denies root in any member account is on record";
        looked.at(|| About::Org, Some(none.to_owned()));
        return looked;
    }
    for (id, _) in members() {
        let denied = world.root(id).denied;
        looked.at(
            || About::Account(*id),
            (!denied).then(|| "no policy that denies its root user is on record".to_owned()),
        );
    }
    if looked.at == 0 {
        looked.skip("there is no member account");
    }
    looked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::rules::fixtures::*;
    use crate::statement::account_id::AccountId;

    #[test]
    fn passes() {
        holds(&RULE, &good());
    }

    #[test]
    fn fails() {
        let mut world = good();
        root(&mut world, B).denied = false;
        breaks(&RULE, &world, "in any member account");
        let other = world.accounts[&B].clone();
        world.accounts.insert(AccountId::of(333_333_333_333), other);
        root(&mut world, B).denied = true;
        breaks(&RULE, &world, "that denies its root user");
        world.accounts.retain(|id, _| *id == M);
        says_nothing(&RULE, &world);
    }
}
