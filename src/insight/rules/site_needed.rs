//! RK011: the loss of no one site locks everybody out.

use super::by_reach;
use super::rule::{Looked, Rule, Severity};
use super::world::World;

/// The rule.
pub const RULE: Rule = Rule {
    number: 11,
    name: "site-needed",
    severity: Severity::High,
    title: "The loss of no one site locks everybody out",
    why: "A fire or a locked building takes a whole site; copies elsewhere keep the way in.",
    fix: "put a copy into another site: `rootkeep print sheet ID --location NAME --bag NUMBER --copy N --out FILE`; what then: `rootkeep what-if --without site:NAME`",
    source: "AWS: root user best practices; M5, M6, M12",
    look,
};

fn look(world: &World) -> Looked {
    by_reach::look(world, |reach| {
        let site = reach.needs_site.as_ref()?;
        Some(format!("without the site {site} nobody gets in"))
    })
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
        reach(&mut world, M).needs_site = Some("tokyo".to_owned());
        breaks(&RULE, &world, "without the site tokyo");
    }
}
