//! RK030: a password is changed after a release, where the posture says so.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::state::custody::Epoch;
use crate::statement::SecretKind;
use crate::statement::drills::Found;
use crate::statement::findings::About;
use crate::statement::releases::Outcome;

/// The rule.
pub const RULE: Rule = Rule {
    number: 30,
    name: "password-rotated",
    severity: Severity::Medium,
    title: "A password is changed after a release, where the posture says so",
    why: "Whoever was shown it knows it.",
    fix: "change it at AWS (runbook change-known-password), then `rootkeep seal ACCOUNT/password --stdin`",
    source: "M2",
    look,
};

fn look(world: &World) -> Looked {
    if !world.standards.rotate {
        return Looked::nothing(
            "the posture doesn't ask for it: rootkeep posture set --rotate-after-release yes",
        );
    }
    let mut looked = Looked::default();
    for (leaf, request) in &world.requests {
        let (Some(Outcome::Used), Some(closed)) = (request.closed, request.closed_at) else {
            continue;
        };
        if request.reshare {
            continue;
        }
        for wanted in &request.secrets {
            let Some(secret) = world.secrets.get(&wanted.secret) else {
                continue;
            };
            if secret.kind() != SecretKind::Password {
                continue;
            }
            let in_drill = world.drills.iter().filter_map(|one| one.drill.as_ref()).any(|(_, drill)| {
                drill.finished.is_some() && drill.found.iter().any(|found| matches!(&found.found, Found::SignIn { request, .. } if request == leaf))
            });
            if in_drill {
                looked.skip("a release for a drill alone asks for no new password");
                continue;
            }
            // A later epoch with another value, sealed since the release took effect.
            let since = request.effect.map_or(closed, |effect| effect.at);
            let all = world
                .epochs
                .get(&wanted.secret)
                .map_or(&[][..], Vec::as_slice);
            let anew = |(number, epoch): &(u32, Epoch)| {
                *number > wanted.epoch && epoch.reshared_from.is_none() && epoch.made_at >= since
            };
            let gone = all
                .iter()
                .any(|(number, epoch)| *number == wanted.epoch && epoch.destroyed.is_some());
            let rotated = gone || all.iter().any(anew);
            looked.at(
                || About::Entry(*leaf),
                (!rotated).then(|| {
                    format!(
                        "{} was released on {}, and no new one was sealed since",
                        secret.name,
                        closed.to_chrono().date_naive()
                    )
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
        let mut world = good();
        world.standards.rotate = true;
        release(&mut world, PASSWORD, 3);
        seal_again(&mut world, PASSWORD, 2);
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        world.standards.rotate = true;
        release(&mut world, PASSWORD, 3);
        breaks(&RULE, &world, "no new one was sealed since");
        seal_again(&mut world, PASSWORD, 2);
        holds(&RULE, &world);
        world.standards.rotate = false;
        says_nothing(&RULE, &world);
    }
}
