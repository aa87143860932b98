//! `request`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::asked::Asked;
use super::context::Context;
use super::custodian::{is_away, local_hour};
use super::output::{self, Done};
use super::request_list::{self, ListRequests};
use super::secret::{default_epoch, newer_epoch};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::policy;
use crate::present::describe;
use crate::state::custody::{RequestRecord, SecretRecord};
use crate::state::records::read;
use crate::state::rules::Quorum;
use crate::statement::SecretName;
use crate::statement::releases::RequestPersonal;
use crate::statement::text::Text;

/// What only looks at requests.
#[derive(Debug, Subcommand)]
pub enum Looking {
    /// Every request: waiting, in effect, over
    List(ListRequests),
}

/// `request`.
#[derive(Debug, Args)]
#[command(
    subcommand_negates_reqs = true,
    override_usage = "rootkeep request [OPTIONS] <SECRET>...\n       rootkeep request list [OPTIONS]",
    after_help = "Examples:\n  rootkeep request 111122223333/password --purpose \"Change the support plan\" --ticket OPS-1234\n  rootkeep request 111122223333/password 111122223333/mfa-seed --purpose \"New MFA device\""
)]
pub struct RequestCommand {
    #[command(subcommand)]
    looking: Option<Looking>,
    /// SUBJECT/KIND[:LABEL] (several: each secret's own quorum must agree)
    #[arg(required = true)]
    secret: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// What will be done
    #[arg(long, value_name = "TEXT")]
    task: Option<String>,
    /// Where it was agreed
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
    /// How long it may be revealed once in effect, such as 30m or 2h
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    window: String,
    /// Who reveals and uses it [default: you]
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Another epoch than the newest confirmed one; only with a single secret
    #[arg(long, value_name = "N")]
    epoch: Option<u32>,
}

pub fn run(context: &Context, command: &RequestCommand) -> Result<Done> {
    if let Some(Looking::List(list)) = &command.looking {
        return request_list::run(context, list);
    }
    let window = parse_duration(&command.window)?;
    if command.epoch.is_some() && command.secret.len() > 1 {
        return Err(Error::usage(
            "one-epoch",
            "--epoch goes with a single secret",
        ));
    }
    let names = command
        .secret
        .iter()
        .map(|name| name.parse())
        .collect::<Result<Vec<SecretName>>>()?;
    let terminal = &context.terminal;
    let purpose = Asked::new(
        terminal,
        command.purpose.as_ref(),
        "What for",
        "--purpose TEXT",
    )?;
    let task = command.task.clone().map(Text::new).transpose()?;
    let ticket = command.ticket.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let operator = match &command.operator {
        Some(name) => people.find(name)?,
        None => session.member(),
    };
    let mut wanted = Vec::new();
    let mut warnings = Vec::new();
    for name in &names {
        let (secret, _) = session.find_secret(name)?;
        let epoch = match command.epoch {
            Some(epoch) => epoch,
            None => default_epoch(&session, &secret)?,
        };
        context.say(&format!("{name}, epoch {epoch}"));
        if let Some(newer) = newer_epoch(&session, &secret, epoch)? {
            warnings.push(format!(
                "{name} has a newer epoch {newer} that nobody has confirmed; this asks for epoch {epoch}. For the newer one: --epoch {newer}"
            ));
        }
        wanted.push((secret, epoch));
    }
    for warning in &warnings {
        context.warn(warning);
    }
    let personal = RequestPersonal {
        purpose: purpose.text(terminal)?,
        task,
        ticket,
    };
    let entered = session.request(&wanted, operator, window, personal)?;
    let calls = match RequestRecord::load(&session.view(), &entered.leaf)? {
        Some(request) => whom_to_call(&session, &people, &request)?,
        None => Vec::new(),
    };
    if !context.global.json {
        for line in rules(&session, &people, &wanted)? {
            context.say(&line);
        }
        for line in call_lines(&calls, &people) {
            context.say(&line);
        }
    }
    let call: Vec<Value> = calls
        .iter()
        .map(|call| {
            json!({"name": people.name(&call.who), "contact": call.contact, "local_time": call.hour, "away_until": call.away, "secrets": call.secrets})
        })
        .collect();
    let headline = format!("requested: {}", entered.id.short());
    context.report(
        session,
        &entered,
        &headline,
        json!({"call": call, "operator": operator, "warnings": warnings}),
    )
}

/// Whose agreement each secret needs, in lines.
fn rules(session: &Session, people: &People, wanted: &[(Id, u32)]) -> Result<Vec<String>> {
    let view = session.view();
    let mut lines = vec!["Needed, each for its own secret (your own share counts):".to_owned()];
    for (secret, _) in wanted {
        let record = read::<SecretRecord>(&view, &secret.to_hex())?;
        let quorum = match &record {
            Some(record) => Quorum::load(&view, &record.quorum)?,
            None => None,
        };
        if let (Some(record), Some(quorum)) = (record, quorum) {
            lines.push(output::plain(&format!(
                "  {}: {}",
                record.name,
                describe::rule(&quorum, people)
            )));
        }
    }
    Ok(lines)
}

/// Someone who can sign.
struct Call {
    who: Id,
    contact: Option<String>,
    hour: Option<String>,
    away: Option<String>,
    secrets: Vec<String>,
}

/// Who can still sign a request, in lines.
pub fn still_to_call(
    session: &Session,
    people: &People,
    request: &RequestRecord,
) -> Result<Vec<String>> {
    let mut calls = whom_to_call(session, people, request)?;
    calls.retain(|call| !request.yes.contains(&call.who) && !request.no.contains(&call.who));
    Ok(call_lines(&calls, people))
}

fn whom_to_call(session: &Session, people: &People, request: &RequestRecord) -> Result<Vec<Call>> {
    let view = session.view();
    let rules = policy::split_rules(&view, request)?;
    let everyone: BTreeSet<Id> = rules.iter().flat_map(|rule| rule.people()).collect();
    let mut calls = Vec::new();
    for who in everyone {
        let Some((custodian, card, _)) = people.get(&who) else {
            continue;
        };
        if !custodian.in_force() {
            continue;
        }
        let mut secrets = Vec::new();
        for (wanted, rule) in request.secrets.iter().zip(&rules) {
            if rule.people().contains(&who) {
                secrets.push(describe::secret_name(session, &wanted.secret)?);
            }
        }
        calls.push(Call {
            who,
            contact: card.and_then(|card| card.contact.clone()),
            hour: card.and_then(local_hour),
            away: is_away(people, &who),
            secrets,
        });
    }
    // Those who are there first, then by name.
    calls.sort_by_key(|call| (call.away.is_some(), people.name(&call.who)));
    Ok(calls)
}

fn call_lines(calls: &[Call], people: &People) -> Vec<String> {
    let mut lines = vec!["Call, to sign:".to_owned()];
    for call in calls {
        let mut line = format!("  {:<20}", people.name(&call.who));
        for text in [&call.hour, &call.contact].into_iter().flatten() {
            line.push_str(&format!("  {text}"));
        }
        if let Some(until) = &call.away {
            line.push_str(&format!("  away until {until}"));
        }
        line.push_str(&format!("  for {}", call.secrets.join(" and ")));
        lines.push(output::plain(&line));
    }
    lines
}

/// Reads `90s`, `30m`, `2h`, `1d`, or plain seconds.
pub fn parse_duration(text: &str) -> Result<u32> {
    let bad = || {
        Error::usage(
            "bad-duration",
            format!("`{}` is not a duration", text.escape_debug()),
        )
        .hint("such as 90s, 30m, 2h or 1d")
    };
    let (digits, unit) = match text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, _)) => text.split_at_checked(at).ok_or_else(bad)?,
        None => (text, "s"),
    };
    let number: u32 = digits.parse().map_err(|_| bad())?;
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(bad()),
    };
    number.checked_mul(factor).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for (text, seconds) in [
            ("90", 90),
            ("90s", 90),
            ("30m", 1800),
            ("2h", 7200),
            ("1d", 86_400),
        ] {
            assert_eq!(parse_duration(text).unwrap(), seconds);
        }
        for bad in ["", "h", "1.5h", "-1h", "1w", "2h30m", "99999999d", "1 h"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }
}
