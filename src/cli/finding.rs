//! `finding …`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::asked::Asked;
use super::check::known;
use super::context::Context;
use super::output::{self, Done};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::insight::rules::{Report, World};
use crate::ledger::{People, Reading, Session};
use crate::policy::{self, GOVERNANCE_SECRET};
use crate::present::findings as present;
use crate::state::findings::AcceptedRecord;
use crate::state::records::list as records;
use crate::state::rules::{PolicyRecord, Proposal};
use crate::statement::findings::{About, AcceptFinding, RuleId};
use crate::statement::register::Remark;
use crate::statement::time::Date;
use crate::statement::{Claim, Kind, Statement};

/// `finding …`.
#[derive(Debug, Subcommand)]
pub enum FindingCommand {
    /// Propose that a finding is accepted for a time; it counts once governance has signed
    Accept(AcceptOne),
    /// What is accepted, and until when; and what governance has yet to sign
    #[command(after_help = "Examples:\n  rootkeep finding list")]
    List,
}

/// `finding accept`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep finding accept RK006 --about account:111122223333 --until 2027-06-30\n  rootkeep finding accept RK038 --about entry:4eb276f8 --until 2027-01-31 --reason \"Fire drill\""
)]
pub struct AcceptOne {
    /// The rule, such as RK006
    #[arg(value_name = "RULE")]
    rule: String,
    /// What the finding is about, as `check` shows it
    #[arg(long, value_name = "SUBJECT")]
    about: String,
    /// The last day on which it is accepted; a day that is over ends it
    #[arg(long, value_name = "DATE")]
    until: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub fn run(context: &Context, command: &FindingCommand) -> Result<Done> {
    match command {
        FindingCommand::Accept(command) => accept(context, command),
        FindingCommand::List => list(context),
    }
}

fn accept(context: &Context, command: &AcceptOne) -> Result<Done> {
    let terminal = &context.terminal;
    let rule = known(&command.rule)?;
    let until = Date::parse(&command.until)?;
    let reason = Asked::new(terminal, command.reason.as_ref(), "Why", "--reason TEXT")?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let about = typed(context, &session, &people, &command.about)?;
    let shown = present::about(&session, &about, &people)?;
    warn_of_nothing(context, &session, &people, rule, &about, until)?;
    let facts = AcceptFinding { rule, about, until };
    let note = reason.text(terminal)?;
    let claim = Claim::FindingAccept(facts, Some(Remark { note }));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("proposed to accept what {rule} finds about {shown}, until {until}");
    let fields = json!({"rule": rule, "subject": shown, "until": until});
    context.report(session, &entered, &headline, fields)
}

/// Says where there is no such finding, or where this ends what was accepted.
fn warn_of_nothing(
    context: &Context,
    session: &Session,
    people: &People,
    rule: RuleId,
    about: &About,
    until: Date,
) -> Result<()> {
    let now = session.now()?;
    if until.0 < now.to_chrono().date_naive() {
        context.warn(&format!(
            "{until} is over: this ends what was accepted of {rule}"
        ));
        return Ok(());
    }
    let world = World::load(&session.view(), people, now)?;
    let report = Report::of(&world, &[], Some(rule))?;
    if !report
        .findings
        .iter()
        .any(|finding| finding.about == *about)
    {
        context.warn(&format!(
            "{rule} finds nothing about that now; what it finds: rootkeep check --rule {rule}"
        ));
    }
    Ok(())
}

/// What a finding is about, as `check` shows it: people, quorums and secrets by name, entries by id.
fn typed(context: &Context, session: &Session, people: &People, text: &str) -> Result<About> {
    Ok(match text.split_once(':') {
        Some(("custodian", name)) => About::Custodian(people.find(name)?),
        Some(("quorum", "governance")) => About::Quorum(GOVERNANCE_SECRET),
        Some(("secret", "governance")) => About::Secret(GOVERNANCE_SECRET),
        Some(("quorum", name)) => About::Quorum(session.find_quorum(name)?.0),
        Some(("secret", name)) => About::Secret(session.find_secret(&name.parse()?)?.0),
        Some(("entry", id)) => About::Entry(context.entry(session, id)?.hash),
        _ => text.parse().map_err(|error: Error| {
            error.hint("give it as `rootkeep check` shows it, before the colon and the blank")
        })?,
    })
}

/// What governance has yet to decide on.
fn waiting(session: &Session) -> Result<Vec<Statement>> {
    let (view, now) = (session.view(), session.now()?);
    let days = u64::from(PolicyRecord::load(&view)?.settings.pending_days);
    let mut all = Vec::new();
    for (leaf, proposal) in records::<Proposal>(&view, "")? {
        let lasts = now <= proposal.made_at.plus(days * 86_400);
        let is_one = proposal.kind == Kind::FindingAccept.as_str();
        if is_one && lasts && policy::not_overtaken(&view, &proposal).is_ok() {
            all.push(session.statement(&Digest::parse(&leaf)?)?);
        }
    }
    all.sort_by_key(|(seq, _)| *seq);
    Ok(all.into_iter().map(|(_, statement)| statement).collect())
}

fn reason(claim: &Claim) -> Option<String> {
    match claim {
        Claim::FindingAccept(_, Some(remark)) => Some(remark.note.as_str().to_owned()),
        _ => None,
    }
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let today = session.now()?.to_chrono().date_naive();
    let waiting = waiting(&session)?;
    let mut all = records::<AcceptedRecord>(&session.view(), "")?;
    all.sort_by_key(|(_, record)| (record.facts.until, record.since));
    let (mut fields, mut rows): (Vec<Value>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    for (_, record) in &all {
        let facts = &record.facts;
        let over = facts.until.0 < today;
        let about = present::about(&session, &facts.about, &people)?;
        let (_, statement) = session.statement(&record.leaf)?;
        let reason = reason(statement.claim());
        let by = people.name(&statement.header().author);
        fields.push(json!({
            "rule": facts.rule, "subject": about, "until": facts.until, "since": record.since,
            "id": statement.header().id, "proposed_by": by, "reason": reason,
            "state": if over { "over" } else { "accepted" },
        }));
        rows.push(vec![
            facts.rule.to_string(),
            output::plain(&about),
            if over {
                format!("over since {}", facts.until)
            } else {
                format!("until {}", facts.until)
            },
            output::plain(&by),
            output::plain(reason.as_deref().unwrap_or("withheld")),
        ]);
    }
    let mut waits = Vec::new();
    for statement in &waiting {
        let Claim::FindingAccept(facts, _) = statement.claim() else {
            continue;
        };
        let about = present::about(&session, &facts.about, &people)?;
        let header = statement.header();
        let by = people.name(&header.author);
        let reason = reason(statement.claim());
        waits.push(json!({
            "rule": facts.rule, "subject": about, "until": facts.until, "id": header.id,
            "proposed_by": by, "reason": reason,
        }));
        rows.push(vec![
            facts.rule.to_string(),
            output::plain(&about),
            format!("not yet: sign {}", header.id.short()),
            output::plain(&by),
            output::plain(reason.as_deref().unwrap_or("withheld")),
        ]);
    }
    if context.global.json {
        output::object(
            "finding.list",
            json!({"accepted": fields, "waiting": waits}),
        )?;
    } else {
        let table = output::table(&["RULE", "ABOUT", "ACCEPTED", "PROPOSED BY", "WHY"], &rows);
        output::data(&table)?;
    }
    Ok(Done::Yes)
}
