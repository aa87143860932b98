//! RK039: what is sealed was found to work.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 39,
    name: "epoch-confirmed",
    severity: Severity::Medium,
    title: "What is sealed was found to work",
    why: "A password that was mistyped when it was sealed is found out when it is needed.",
    fix: "at the next release that signs in: `rootkeep secret confirm SECRET --epoch N`",
    source: "NIST SP 800-53 CP-4; M15",
    look,
};

/// So long a sealing may wait for its first use.
const DAYS: u64 = 14;

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let since = world.days_ago(DAYS);
    for (id, secret) in &world.secrets {
        let Some((number, newest)) = world.live(id).next_back() else {
            continue;
        };
        let other = |who: &Id| *who != newest.sealer;
        let works = newest.confirmed.iter().any(other) || newest.reshared_from.is_some();
        looked.at(
            || About::Secret(*id),
            (!works && newest.made_at < since).then(|| {
                format!(
                    "epoch {number} of {} was sealed on {}, and nobody but its sealer has found that it works",
                    secret.name,
                    newest.made_at.to_chrono().date_naive()
                )
            }),
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
        epoch(&mut world, PASSWORD).confirmed.clear();
        breaks(
            &RULE,
            &world,
            "nobody but its sealer has found that it works",
        );
    }
}
