//! `check`.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::when;
use crate::error::Result;
use crate::insight::rules::{self, Finding, Report, World};
use crate::ledger::{People, Session};
use crate::present::findings as present;
use crate::state::findings::AcceptedRecord;
use crate::state::records::list;
use crate::statement::findings::RuleId;

/// `check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep check\n  rootkeep --json check --rule RK005 --as-of 2027-03-31"
)]
pub struct CheckCommand {
    /// By this rule alone, such as RK005
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// As it will be by the end of that day (UTC) if nothing changes [default: now]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Every finding, what was accepted, and why some rules say nothing
    #[arg(long)]
    all: bool,
    /// Every rule, without a ledger
    #[arg(long, conflicts_with_all = ["rule", "as_of", "all"])]
    rules: bool,
}

/// How many findings of one rule are shown without `--all`.
const SHOWN: usize = 5;

pub fn run(context: &Context, command: &CheckCommand) -> Result<Done> {
    if command.rules {
        return every_rule(context);
    }
    let only: Option<RuleId> = command.rule.as_deref().map(known).transpose()?;
    let session = context.open()?;
    let now = when::as_of(command.as_of.as_deref(), session.now()?)?;
    let people = session.people()?;
    let world = World::load(&session.view(), &people, now)?;
    let accepted: Vec<AcceptedRecord> = list(&session.view(), "")?
        .into_iter()
        .map(|(_, record)| record)
        .collect();
    let report = Report::of(&world, &accepted, only)?;
    if context.global.json {
        json(&session, &people, &report)?;
    } else {
        text(&session, &people, &report, command.all || only.is_some())?;
    }
    Ok(if report.findings.is_empty() {
        Done::Yes
    } else {
        Done::Attention
    })
}

/// The id of a rule that there is.
pub fn known(typed: &str) -> Result<RuleId> {
    let id: RuleId = typed.to_uppercase().parse()?;
    if rules::ALL.iter().any(|rule| rule.id().ok() == Some(id)) {
        return Ok(id);
    }
    Err(
        crate::error::Error::not_found("no-rule", format!("there is no rule {id}"))
            .hint("every rule: rootkeep check --rules"),
    )
}

fn every_rule(context: &Context) -> Result<Done> {
    if context.global.json {
        let all: Vec<Value> = rules::ALL
            .iter()
            .map(|rule| {
                json!({
                    "rule": format!("RK{:03}", rule.number), "name": rule.name,
                    "severity": rule.severity.as_str(), "title": rule.title, "why": rule.why,
                    "fix": rule.fix, "source": rule.source,
                })
            })
            .collect();
        output::object("check.rules", json!({"rules": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = rules::ALL
        .iter()
        .map(|rule| {
            vec![
                format!("RK{:03}", rule.number),
                rule.severity.to_string(),
                rule.title.to_owned(),
            ]
        })
        .collect();
    output::data(&output::table(&["RULE", "WEIGHS", "ASKS THAT"], &rows))?;
    Ok(Done::Yes)
}

fn json(session: &Session, people: &People, report: &Report) -> Result<()> {
    let fields = |finding: &Finding| -> Result<Value> {
        let fields = json!({
            "rule": finding.id, "severity": finding.rule.severity.as_str(),
            "subject": present::about(session, &finding.about, people)?,
            "message": finding.message, "fix": finding.rule.fix, "source": finding.rule.source,
        });
        Ok(match &finding.accepted {
            None => fields,
            Some(accepted) => {
                let by = json!({"until": accepted.until, "since": accepted.since});
                output::merge(fields, by)
            }
        })
    };
    let all = |findings: &[Finding]| findings.iter().map(fields).collect::<Result<Vec<_>>>();
    let not_applicable: Vec<Value> = report
        .not_applicable
        .iter()
        .map(|(rule, reason, count)| {
            json!({"rule": format!("RK{:03}", rule.number), "reason": reason, "count": count})
        })
        .collect();
    output::object(
        "check",
        json!({
            "findings": all(&report.findings)?, "accepted": all(&report.accepted)?,
            "not_applicable": not_applicable, "rules": report.rules, "passed": report.passed,
        }),
    )
}

fn text(session: &Session, people: &People, report: &Report, all: bool) -> Result<()> {
    let mut text = String::new();
    for group in report.findings.chunk_by(|one, other| one.id == other.id) {
        section(&mut text, session, people, group, all)?;
    }
    if all {
        for group in report.accepted.chunk_by(|one, other| one.id == other.id) {
            section(&mut text, session, people, group, true)?;
        }
        for (rule, reason, count) in &report.not_applicable {
            let times = if *count > 1 {
                format!(" ({count} times)")
            } else {
                String::new()
            };
            text.push_str(&format!(
                "RK{:03}  says nothing: {reason}{times}\n",
                rule.number
            ));
        }
        if !report.not_applicable.is_empty() {
            text.push('\n');
        }
    }
    let rules = output::count(number(report.rules), "rule", "rules");
    text.push_str(&format!(
        "{rules}: {} passed; findings: {}",
        report.passed,
        present::weights(report)
    ));
    if !report.accepted.is_empty() {
        text.push_str(&format!("; {} accepted", report.accepted.len()));
    }
    let silent = report.not_applicable.len();
    if silent > 0 && !all {
        let reasons = output::count(number(silent), "reason", "reasons");
        text.push_str(&format!("; {reasons} to say nothing of something: --all"));
    }
    text.push('\n');
    output::data(&output::plain(&text))
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// What one rule has found.
fn section(
    text: &mut String,
    session: &Session,
    people: &People,
    group: &[Finding],
    all: bool,
) -> Result<()> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    let rule = first.rule;
    let accepted = if first.accepted.is_some() {
        ", accepted"
    } else {
        ""
    };
    text.push_str(&format!(
        "{}  {}{accepted}: {}\n",
        first.id, rule.severity, rule.title
    ));
    let shown = if all { group.len() } else { SHOWN };
    for finding in group.iter().take(shown) {
        let about = present::about(session, &finding.about, people)?;
        let until = finding.accepted.as_ref();
        let until = until.map_or_else(String::new, |it| {
            format!(" (accepted until {}, #{})", it.until, it.since)
        });
        text.push_str(&output::item(&format!(
            "  {about}: {}{until}",
            finding.message
        )));
        text.push('\n');
    }
    if group.len() > shown {
        text.push_str(&format!("  and {} more: --all\n", group.len() - shown));
    }
    if first.accepted.is_none() {
        text.push_str(&output::item(&format!("  to do: {}", rule.fix)));
        text.push('\n');
    }
    text.push('\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::args::Cli;
    use crate::insight::rules;

    /// A word of an example as somebody might type it.
    fn typed(word: &str) -> &str {
        match word {
            "K" | "N" => "2",
            "ACCOUNT" | "ID" => "111122223333",
            "KIND" => "possession",
            _ => word.split('|').next().unwrap_or(word),
        }
    }

    #[test]
    fn what_is_to_be_typed_about_a_finding_is_a_command() {
        let mut wrong = Vec::new();
        for rule in rules::ALL {
            for command in rule.fix.split('`').skip(1).step_by(2) {
                if let Err(error) = Cli::try_parse_from(command.split(' ').map(typed)) {
                    wrong.push(format!("{}: {command}: {:?}", rule.name, error.kind()));
                }
            }
            let quoted = rule.fix.matches("rootkeep ").count();
            assert_eq!(
                quoted,
                rule.fix.matches("`rootkeep ").count(),
                "{}",
                rule.name
            );
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
