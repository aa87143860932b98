//! RK028: enough shares of every secret were lately proven to be there.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 28,
    name: "share-unproven",
    severity: Severity::High,
    title: "Enough shares of every secret were lately proven to be there",
    why: "A share that can't be decrypted any more looks like every other, until it is needed.",
    fix: "`rootkeep drill start possession`, then `rootkeep drill prove ID`",
    source: "NIST SP 800-53 CP-4, SC-12; M15",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for ((secret, epoch), proven) in &world.proven {
        let all_there = proven.alive && proven.unproven.is_empty();
        looked.at(
            || About::Secret(*secret),
            (!all_there).then(|| {
                let name = world.secret_name(secret);
                let who = world.people(&proven.unproven);
                if proven.alive {
                    format!("the shares of {who} in epoch {epoch} of {name} were not proven lately")
                } else if proven.unproven.is_empty() {
                    format!(
                        "the holders in force of epoch {epoch} of {name} are not enough to open it"
                    )
                } else {
                    format!(
                        "epoch {epoch} of {name} is not provably alive: not proven lately by {who}"
                    )
                }
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
        proof(&mut world, PASSWORD).unproven = vec![id(2)];
        breaks(&RULE, &world, "the shares of p2 in epoch 1");
        proof(&mut world, PASSWORD).alive = false;
        breaks(&RULE, &world, "not provably alive");
    }
}
