//! RK035: more than one person has cosigned the log lately.

use super::rule::Found;
use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 35,
    name: "cosigned",
    severity: Severity::High,
    title: "More than one person has cosigned the log lately",
    why: "What one person alone has seen, one person alone can take back: another's cosignature pins it.",
    fix: "with another's identity: `rootkeep checkpoint --cosign`",
    source: "C2SP tlog-cosignature; NIST SP 800-53 AU-9(3), AU-10",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked {
        at: 1,
        ..Looked::default()
    };
    let days = world.standards.cosign_days;
    if let Some((since, who)) = &world.alone_since
        && *since < world.days_ago(days)
    {
        looked.found.push(Found {
            about: About::Ledger,
            message: format!(
                "nobody but {} has cosigned the log since {since}",
                world.name(who)
            ),
        });
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
        world.alone_since = Some((ago(&world, 36), id(1)));
        breaks(&RULE, &world, "nobody but p1");
        world.alone_since = Some((ago(&world, 34), id(1)));
        holds(&RULE, &world);
    }
}
