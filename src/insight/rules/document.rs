//! docs/rules.md, from the rules themselves.

use super::{ALL, Severity};

/// The page.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         `rootkeep check` holds the ledger to these rules and says what breaks them; it exits with 6 where \
         something does. This page is made from the rules: `cargo run --example rules_doc > docs/rules.md`.\n\n\
         A rule's id never changes, and is never given to another. Where a rule can say nothing, because \
         something is not on record, or doesn't exist in a partition of AWS, `check` says that and why.\n\n\
         A finding that is to stay for a time is accepted by governance: \
         `rootkeep finding accept RK006 --about account:111122223333 --until 2027-06-30 --reason TEXT`. It is \
         shown as accepted, with who agreed, until that day is over (at most 400 days).\n\n",
    );
    for severity in Severity::ALL {
        let (word, means) = (severity.as_str(), meaning(severity));
        page.push_str(&format!("- **{word}**: {means}\n"));
    }
    page.push_str("\n| id | rule | weighs |\n|---|---|---|\n");
    for rule in ALL {
        let (number, title) = (rule.number, rule.title);
        let severity = rule.severity.as_str();
        page.push_str(&format!(
            "| [RK{number:03}](#rk{number:03}) | {title} | {severity} |\n"
        ));
    }
    for rule in ALL {
        page.push_str(&format!(
            "\n## RK{:03}\n\n**{}.** `{}`, {}\n\n{}\n\n*What to do:* {}\n\n*Source:* {}\n",
            rule.number,
            rule.title,
            rule.name,
            rule.severity.as_str(),
            rule.why,
            rule.fix,
            rule.source,
        ));
    }
    page
}

fn meaning(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => {
            "one person, or nobody known, can take an account, or nobody can get in"
        }
        Severity::High => "one more fault, and that is so",
        Severity::Medium => "practice that keeps the others from happening was left out",
        Severity::Low => "worth knowing",
    }
}
