//! RK020: each use of a root password belongs to a release.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::state::custody::RequestRecord;
use crate::statement::account_id::AccountId;
use crate::statement::findings::About;
use crate::statement::names::Subject;
use crate::statement::{SecretKind, Time};

/// The rule.
pub const RULE: Rule = Rule {
    number: 20,
    name: "root-used",
    severity: Severity::High,
    title: "Each use of a root password belongs to a release",
    why: "A root user that signed in when nobody had asked for it is an incident, or a release that nobody wrote down.",
    fix: "find out who it was (runbook root-alarm), and look at that day: `rootkeep reconcile cloudtrail FILE`",
    source: "CIS AWS Foundations 3.0 1.7, 5.0 1.6, 7.0 2.7; M17",
    look,
};

/// A release is looked for so far around what the report says.
const AROUND: u64 = 4 * 3600;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (id, _) in world.used_accounts() {
        let Some(used) = world.root(id).last_used else {
            looked.skip("when its password was last used is not known");
            continue;
        };
        if world.founded.is_none_or(|founded| used < founded) {
            looked.skip("its password was last used before this ledger was founded");
            continue;
        }
        let explained = world
            .requests
            .iter()
            .any(|(_, request)| releases(world, request, id, used));
        looked.at(
            || About::Account(*id),
            (!explained).then(|| {
                format!("its root password was used at {used}, and no release covers that")
            }),
        );
    }
    looked
}

fn releases(world: &World, request: &RequestRecord, account: &AccountId, used: Time) -> bool {
    let (Some(effect), Some(end)) = (request.effect, request.window_ends()) else {
        return false;
    };
    let of_account = request.secrets.iter().any(|wanted| {
        let secret = world.secrets.get(&wanted.secret);
        secret.is_some_and(|secret| {
            secret.kind() == SecretKind::Password
                && secret.name.subject == Subject::Account(*account)
        })
    });
    of_account && used.plus(AROUND) >= effect.at && used <= end.plus(AROUND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::rules::fixtures::*;

    #[test]
    fn passes() {
        let mut world = good();
        root(&mut world, M).last_used = Some(ago(&world, 40));
        release(&mut world, PASSWORD, 40);
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        root(&mut world, M).last_used = Some(ago(&world, 40));
        breaks(&RULE, &world, "no release covers that");
        release(&mut world, PASSWORD, 40);
        holds(&RULE, &world);
    }
}
