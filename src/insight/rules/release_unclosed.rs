//! RK043: every release was closed.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::policy::{RequestState, request_state};
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 43,
    name: "release-unclosed",
    severity: Severity::Medium,
    title: "Every release was closed",
    why: "A release that nobody closed has no end on record: what was seen, used and put back is not known.",
    fix: "`rootkeep close ID --outcome used|unused|aborted --note TEXT`; of a task: `rootkeep task close ID --outcome done --began TIME --note TEXT`",
    source: "NIST SP 800-53 AC-6(9), AU-12; M14",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (leaf, request) in &world.requests {
        let lapsed = request_state(request, world.now) == RequestState::Lapsed;
        looked.at(
            || About::Entry(*leaf),
            lapsed.then(|| {
                let ended = request.window_ends().unwrap_or(request.made_at);
                format!(
                    "the release that {} has asked for ended at {ended}, and nobody has closed it",
                    world.name(&request.author)
                )
            }),
        );
    }
    for (leaf, task) in &world.tasks {
        let over = task.expires().filter(|end| *end < world.now);
        let open = over.filter(|_| task.closed.is_none());
        looked.at(
            || About::Entry(*leaf),
            open.map(|end| {
                let asked = world.name(&task.author);
                format!(
                    "the task that {asked} has asked for ended at {end}, and nobody has closed it"
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
        let mut world = good();
        release(&mut world, PASSWORD, 3);
        holds(&RULE, &world);
    }

    #[test]
    fn fails() {
        let mut world = good();
        release(&mut world, PASSWORD, 3);
        world.requests[0].1.closed = None;
        breaks(&RULE, &world, "nobody has closed it");
    }
}
