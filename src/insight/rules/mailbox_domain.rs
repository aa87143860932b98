//! RK001: a root user's address is in a domain of the company.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;

/// The rule.
pub const RULE: Rule = Rule {
    number: 1,
    name: "mailbox-domain",
    severity: Severity::High,
    title: "A root user's address is in a domain of the company",
    why: "Whoever runs the domain can reset the password; a personal or third-party mailbox leaves with its owner.",
    fix: "change the address to a group in the company's domain (runbook change-mailbox); a new domain: `rootkeep posture set --domain DOMAIN`",
    source: "AWS: root user best practices, use a group e-mail address; M1",
    look,
};

fn look(world: &World) -> Looked {
    if world.standards.domains.is_empty() {
        return Looked::nothing(
            "no domains of the company are on record: rootkeep posture set --domain DOMAIN",
        );
    }
    let mut looked = Looked::default();
    for (id, account) in world.used_accounts() {
        let Some(names) = &account.names else {
            looked.skip("its address was erased");
            continue;
        };
        let domain = names.email.as_str().rsplit('@').next().unwrap_or_default();
        let ours = world.standards.domains.iter().any(|own| is_in(domain, own));
        looked.at(
            || About::Account(*id),
            (!ours).then(|| {
                format!("the root user's address is at {domain}, which is no domain of the company")
            }),
        );
    }
    looked
}

fn is_in(domain: &str, own: &str) -> bool {
    let domain = domain.to_lowercase();
    domain == own
        || domain
            .strip_suffix(own)
            .is_some_and(|rest| rest.ends_with('.'))
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
        rename(&mut world, M, "root@gmail.example");
        breaks(&RULE, &world, "gmail.example");
        rename(&mut world, M, "root@notexample.com");
        breaks(&RULE, &world, "notexample.com");
        world.standards.domains.clear();
        says_nothing(&RULE, &world);
    }
}
