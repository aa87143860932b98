//! Runbooks in words: what was proposed, and the script itself.

use super::describe::free;
use crate::crypto::fixed::Id;
use crate::exchange::runbook::{Role, Runbook, Step};
use crate::statement::drills::Noted;
use crate::statement::runbooks::AddRunbook;
use crate::statement::text::{Name, Text};

/// In one line.
#[must_use]
pub fn claim(add: &AddRunbook) -> String {
    format!(
        "proposes version {} of the runbook {}",
        add.version, add.runbook
    )
}

/// What else a signer ought to read.
pub fn details(id: &Id, add: &AddRunbook, personal: Option<&Noted>, lines: &mut Vec<String>) {
    lines.push(format!("  file      {}", add.file));
    if let Some(note) = personal.and_then(|personal| personal.note.as_ref()) {
        lines.push(format!("  note      {}", free(note.as_str())));
    }
    lines.push(format!(
        "  to read it before you agree: rootkeep runbook show {}",
        id.short()
    ));
    lines.push(
        "  a copy of the file that you were given has the digest above (sha256sum)".to_owned(),
    );
}

/// The whole script, as it is read aloud.
#[must_use]
pub fn text(runbook: &Runbook) -> String {
    let confirmed = match runbook.aws_confirmed {
        Some(date) => format!("on {date}"),
        None => "never".to_owned(),
    };
    let mut text = format!(
        "{}\n\n{}\n\nname       {}\nwritten    {}\nconfirmed by AWS Support: {confirmed}\n",
        line(&runbook.title),
        runbook.scenario,
        runbook.name,
        runbook.written,
    );
    for source in &runbook.sources {
        text.push_str(&format!("source     {}\n", line(source)));
    }
    section(&mut text, "Before you begin", &runbook.before);
    text.push_str("\nRoles\n");
    for role in &runbook.roles {
        text.push_str(&format!("  {}\n", self::role(role)));
    }
    for (number, step) in (1u32..).zip(&runbook.steps) {
        text.push_str(&format!("\n{number}. {} ({})\n", step.id, names(&step.by)));
        text.push_str(&self::step(step));
    }
    text
}

fn section(text: &mut String, heading: &str, items: &[Text]) {
    if !items.is_empty() {
        text.push_str(&format!("\n{heading}\n"));
    }
    for item in items {
        text.push_str(&labelled("  - ", "    ", item));
    }
}

fn role(role: &Role) -> String {
    let people = match role.people {
        1 => String::new(),
        many => format!(" ({many} people)"),
    };
    let apart = if role.apart_from.is_empty() {
        String::new()
    } else {
        format!("; not also {}", names(&role.apart_from))
    };
    format!("{}{people}: {}{apart}", role.id, line(&role.who))
}

fn step(step: &Step) -> String {
    let mut text = labelled("   do       ", "            ", &step.act);
    if let Some(observe) = &step.observe {
        text.push_str(&labelled("   observe  ", "            ", observe));
    }
    for value in &step.record {
        text.push_str(&format!(
            "   record   {}: {}\n",
            value.id,
            line(&value.what)
        ));
    }
    for stop in &step.stop {
        text.push_str(&labelled("   STOP     ", "            ", stop));
    }
    text
}

/// A text whose lines all begin in one column.
fn labelled(first: &str, then: &str, text: &Text) -> String {
    format!(
        "{first}{}\n",
        text.as_str().replace('\n', &format!("\n{then}"))
    )
}

fn line(text: &Text) -> String {
    text.as_str()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn names(names: &[Name]) -> String {
    let words: Vec<&str> = names.iter().map(Name::as_str).collect();
    words.join(", ")
}
