//! RK031: nobody who has left can still open a location, read a mailbox or answer a phone.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::crypto::fixed::Id;
use crate::statement::SecretKind;
use crate::statement::findings::About;
use crate::statement::names::Subject;
use crate::statement::text::Name;

/// The rule.
pub const RULE: Rule = Rule {
    number: 31,
    name: "retired-access",
    severity: Severity::High,
    title: "Nobody who has left can still open a location, read a mailbox or answer a phone",
    why: "A combination, a key or a group membership doesn't leave with the person.",
    fix: "`rootkeep location set ID --access NAME`, and change the combination; `rootkeep mailbox set ID --member NAME`, `rootkeep phone set ID --holder NAME`, `rootkeep privilege set NAME --member NAME`",
    source: "NIST SP 800-53 PE-2, PE-3; ISO 27001 5.18, 7.2; M11",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    let gone = |people: &[Id]| -> Option<String> {
        let gone: Vec<Id> = people
            .iter()
            .filter(|id| !world.in_force(id))
            .copied()
            .collect();
        (!gone.is_empty()).then(|| world.people(&gone))
    };
    for (name, location) in &world.locations {
        let listed = gone(&location.facts.access)
            .map(|who| format!("{who} has left, and is still on its list"));
        let know = combination(world, name);
        let wrong = listed.or_else(|| {
            gone(&know).map(|who| format!("{who} has left, and may know its combination"))
        });
        looked.at(|| About::Location(name.clone()), wrong);
    }
    for (name, mailbox) in &world.mailboxes {
        let wrong =
            gone(&mailbox.facts.members).map(|who| format!("{who} has left, and still reads it"));
        looked.at(|| About::Mailbox(name.clone()), wrong);
    }
    for (name, phone) in &world.phones {
        let wrong =
            gone(&phone.facts.holders).map(|who| format!("{who} has left, and still answers it"));
        looked.at(|| About::Phone(name.clone()), wrong);
    }
    for (name, privilege) in &world.privileges {
        let wrong =
            gone(&privilege.facts.people).map(|who| format!("{who} has left, and still has it"));
        looked.at(|| About::Privilege(name.clone()), wrong);
    }
    looked
}

/// Who may know the newest combination of a location.
fn combination(world: &World, location: &Name) -> Vec<Id> {
    let of = Subject::Location(location.clone());
    let secrets = world.secrets.iter().filter(|(_, secret)| {
        secret.kind() == SecretKind::Combination && secret.name.subject == of
    });
    let newest = secrets.filter_map(|(id, _)| world.live(id).next_back());
    newest
        .flat_map(|(_, epoch)| epoch.knowers.iter().copied())
        .collect()
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
        retire(&mut world, id(5));
        breaks(&RULE, &world, "p5 has left, and is still on its list");
        let mut world = good();
        retire(&mut world, id(7));
        breaks(&RULE, &world, "p7 has left, and still reads it");
    }
}
