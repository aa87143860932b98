//! RK048: whoever has privilege over root users signs in with MFA.

use super::rule::{Looked, Rule, Severity};
use super::world::World;
use crate::statement::findings::About;
use crate::statement::reviews::Mfa;

/// The rule.
pub const RULE: Rule = Rule {
    number: 48,
    name: "privilege-mfa",
    severity: Severity::Critical,
    title: "Whoever has privilege over root users signs in with MFA",
    why: "Who can change a root user's address or act as root has the account: a password alone must not be enough.",
    fix: "give it MFA at AWS, then `rootkeep privilege set NAME --mfa hardware`",
    source: "CIS AWS Foundations 3.0 1.10; NIST SP 800-53 IA-2(1); M22",
    look,
};

fn look(world: &World) -> Looked {
    let mut looked = Looked::default();
    for (name, privilege) in &world.privileges {
        looked.at(
            || About::Privilege(name.clone()),
            (privilege.facts.mfa == Mfa::None).then(|| "it is signed in to without MFA".to_owned()),
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
        privilege(&mut world, "org-admin").mfa = Mfa::None;
        breaks(&RULE, &world, "without MFA");
    }
}
