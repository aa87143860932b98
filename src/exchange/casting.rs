//! Whether the people in a room can perform a runbook: every role that acts is taken by as many as it
//! asks for, and nobody takes two that it keeps apart.

use super::runbook::{Role, Runbook};
use crate::error::{Error, Result};
use crate::statement::text::Name;

/// Somebody in the room.
#[derive(Clone, Debug)]
pub struct Cast<'a> {
    /// What errors call them.
    pub who: String,
    /// The roles that they take.
    pub roles: &'a [Name],
}

/// Holds a cast to its runbook.
///
/// # Errors
/// Usage, codes `no-such-role`, `role-open`; refused, code `roles-apart`.
pub fn check(runbook: &Runbook, cast: &[Cast<'_>]) -> Result<()> {
    for one in cast {
        for role in one.roles {
            let role = find(runbook, role)?;
            let both = one
                .roles
                .iter()
                .find(|other| role.apart_from.contains(other));
            if let Some(other) = both {
                return Err(Error::refused(
                    "roles-apart",
                    format!("{} can't be {} and {other}", one.who, role.id),
                )
                .because("the runbook keeps these roles apart"));
            }
        }
    }
    let mut open = Vec::new();
    for role in runbook.roles.iter().filter(|role| acts(runbook, role)) {
        let takers = cast
            .iter()
            .filter(|one| one.roles.contains(&role.id))
            .count();
        if takers < usize::from(role.people) {
            open.push(role);
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let error = Error::usage("role-open", "not every role of the runbook is taken");
    Err(open.into_iter().fold(error, |error, role| {
        let people = match role.people {
            1 => String::new(),
            many => format!(" ({many} people)"),
        };
        error.hint(format!("--role {}=NAME{people}: {}", role.id, role.who))
    }))
}

fn find<'r>(runbook: &'r Runbook, role: &Name) -> Result<&'r Role> {
    let mut roles = runbook.roles.iter();
    roles.find(|known| known.id == *role).ok_or_else(|| {
        let known: Vec<&str> = runbook.roles.iter().map(|role| role.id.as_str()).collect();
        Error::usage(
            "no-such-role",
            format!("{} has no role `{role}`", runbook.name),
        )
        .hint(format!("its roles: {}", known.join(", ")))
    })
}

fn acts(runbook: &Runbook, role: &Role) -> bool {
    runbook.steps.iter().any(|step| step.by.contains(&role.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = r#"
schema = "rootkeep/v1/runbook"
name = "tea"
title = "Tea"
scenario = "Somebody is thirsty."
written = 2026-11-21
[[roles]]
id = "pourer"
who = "Pours"
apart_from = ["taster"]
[[roles]]
id = "taster"
who = "Tastes"
people = 2
[[roles]]
id = "guest"
who = "Watches"
[[steps]]
id = "pour"
by = ["pourer"]
do = "Pour."
[[steps]]
id = "taste"
by = ["taster"]
do = "Taste."
"#;

    fn code(cast: &[(&str, &[&str])]) -> String {
        let runbook = Runbook::parse(SCRIPT.as_bytes(), "tea.toml").unwrap();
        let roles: Vec<Vec<Name>> = cast
            .iter()
            .map(|(_, roles)| roles.iter().map(|role| Name::new(*role).unwrap()).collect())
            .collect();
        let cast: Vec<Cast<'_>> = cast
            .iter()
            .zip(&roles)
            .map(|((who, _), roles)| Cast {
                who: (*who).to_owned(),
                roles,
            })
            .collect();
        check(&runbook, &cast).map_or_else(|error| error.code().to_owned(), |()| "good".to_owned())
    }

    #[test]
    fn every_role_that_acts_is_taken_by_as_many_as_it_asks_for() {
        let (ada, ben, cy): ((&str, &[&str]), _, _) = (
            ("ada", &["pourer"]),
            ("ben", ["taster"]),
            ("cy", ["taster"]),
        );
        assert_eq!(code(&[ada, (ben.0, &ben.1), (cy.0, &cy.1)]), "good");
        assert_eq!(code(&[ada, (ben.0, &ben.1)]), "role-open");
        assert_eq!(code(&[(ben.0, &ben.1), (cy.0, &cy.1)]), "role-open");
    }

    #[test]
    fn nobody_takes_two_roles_that_are_kept_apart() {
        let both: &[&str] = &["pourer", "taster"];
        assert_eq!(code(&[("ada", both), ("ben", &["taster"])]), "roles-apart");
    }

    #[test]
    fn a_role_is_one_of_the_runbook() {
        assert_eq!(code(&[("ada", &["king"])]), "no-such-role");
    }
}
