//! `status`.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};

use super::checkpoint::timestamp;
use super::context::Context;
use super::custodian::standing;
use super::drill_list;
use super::due::{Calendar, Due};
use super::event;
use super::last;
use super::out_items;
use super::output::{self, Done};
use super::review_list::{self, Waits};
use super::steps::{self, Secrets, Step};
use super::waiting::Waiting;
use super::when;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Kind as ErrorKind, Result};
use crate::insight::backups;
use crate::ledger::Session;
use crate::policy::{self, RequestState, TaskState, request_state};
use crate::present::describe;
use crate::state::Table;
use crate::state::ceremonies::CeremonyRecord;
use crate::state::custody::{OpenRecord, RequestRecord};
use crate::state::drills::{DrillRecord, JointRecord};
use crate::state::people::LedgerRecord;
use crate::state::places::{LocationRecord, WitnessRecord};
use crate::state::records::list;
use crate::state::reviews::{ReviewRecord, ReviewsRecord};
use crate::state::rules::{PolicyRecord, Proposal};
use crate::state::tasks::TaskRecord;
use crate::statement::{Claim, Kind, Time};

/// `status`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep status\n  rootkeep --json status --as-of 2027-03-31")]
pub struct StatusCommand {
    /// What is due by the end of that day (UTC), such as 2027-03-31 [default: now]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

/// How many things one line names.
const SHOWN_AT_A_GLANCE: usize = 3;

/// Something that waits for somebody.
struct Item {
    id: String,
    seq: u64,
    what: String,
    waits_for: Vec<String>,
    state: String,
    until: Option<Time>,
    /// What a sign-off would be of, where one is waited for.
    subject: Option<Digest>,
}

pub fn run(context: &Context, command: &StatusCommand) -> Result<Done> {
    let session = context.open()?;
    let as_of = when::as_of(command.as_of.as_deref(), session.now()?)?;
    let view = session.view();
    let (entries, root) = session.head()?;
    let ledger = LedgerRecord::load(&view)?;
    let active = ledger
        .as_ref()
        .is_some_and(|ledger| ledger.active.is_some());
    let people = session.people()?;
    let in_force = people.iter().filter(|(_, who, _)| who.in_force()).count();
    let (pending, overdue) = open_items(&session)?;
    let calendar = Calendar::load(&session, &people, as_of)?;
    let secrets_steps = Secrets::load(context, &session, &people)?;
    let to_do = [
        ("to sign", "to_sign", to_sign(context, &session, &pending)?),
        (
            "to accept",
            "enrolments",
            steps::enrolments(context, &session, &people)?,
        ),
        ("unconfirmed", "unconfirmed", secrets_steps.unconfirmed),
        ("to prove", "to_prove", secrets_steps.to_prove),
        ("to prove", "to_answer", steps::drills(context, &session)?),
        ("reshare", "reshare", secrets_steps.reshare),
        (
            "departed",
            "departures",
            steps::departures(context, &session, &people)?,
        ),
        (
            "struck",
            "struck",
            review_list::steps(context, &session, &people)?,
        ),
        (
            "unexplained",
            "unexplained",
            event::steps(context, &session)?,
        ),
    ];
    let now = session.now()?;
    let kept = [
        ("backup", "backup", backups::backup(&view, now)?),
        (
            "restore drill",
            "restore_drill",
            backups::restored(&view, now)?,
        ),
    ];
    let (accounts, secrets) = (view.count(Table::Account)?, view.count(Table::Secret)?);
    let me = people
        .get(&session.member())
        .map_or("unknown", |(who, ..)| standing(who));
    if context.global.json {
        let list = |items: &[Item]| -> Vec<Value> {
            items
                .iter()
                .map(|item| json!({"id": item.id, "seq": item.seq, "what": item.what, "waits_for": item.waits_for, "state": item.state, "until": item.until}))
                .collect()
        };
        let steps: serde_json::Map<String, Value> = to_do
            .iter()
            .map(|(_, field, steps)| ((*field).to_owned(), steps.iter().map(Step::json).collect()))
            .collect();
        let comes_round = |all: &[Due]| all.iter().map(|due| due.json(context)).collect::<Vec<_>>();
        let all_overdue = [list(&overdue), comes_round(&calendar.overdue)].concat();
        let fields = json!({
                "ledger": session.id(), "active": active, "entries": entries, "root": root,
                "accounts": accounts, "secrets": secrets, "custodians": in_force,
                "you": people.name(&session.member()),
                "copy": session.is_copy()?, "timestamp": timestamp::newest(&session)?, "pending": list(&pending), "due": comes_round(&calendar.due), "overdue": all_overdue,
        });
        let kept: serde_json::Map<String, Value> = kept
            .iter()
            .map(|(_, field, last)| ((*field).to_owned(), json!(last.as_ref().map(last::json))))
            .collect();
        let fields = output::merge(fields, Value::Object(kept));
        output::object("status", output::merge(fields, Value::Object(steps)))?;
    } else {
        let mut text = format!(
            "{}  {}{}\n{entries} entries, {accounts} accounts, {secrets} secrets, {in_force} custodians in force\nyou are {} ({me})\n",
            session.directory().display(),
            if active {
                "active"
            } else {
                "NOT ACTIVE: founders have yet to sign the genesis"
            },
            if session.is_copy()? {
                ", a read-only copy"
            } else {
                ""
            },
            people.name(&session.member()),
        );
        for (heading, items) in [("waiting", &pending), ("overdue", &overdue)] {
            for item in items {
                text.push_str(&format!(
                    "{heading}  {}  #{} {}, {}{}{}\n",
                    item.id,
                    item.seq,
                    item.what,
                    item.state,
                    if item.waits_for.is_empty() {
                        String::new()
                    } else {
                        format!(" ({})", item.waits_for.join(", "))
                    },
                    item.until.map_or_else(String::new, |until| format!(
                        " until {}",
                        describe::time(until)
                    ))
                ));
            }
        }
        for (heading, all) in [("due", &calendar.due), ("overdue", &calendar.overdue)] {
            for due in all {
                text.push_str(&due_line(heading, due, context));
            }
        }
        for (heading, _, steps) in &to_do {
            for step in steps {
                text.push_str(&format!("{heading}  {}: {}\n", step.about, step.next));
            }
        }
        for (what, _, last) in &kept {
            text.push_str(&match last {
                Some(last) => last::line(last, what, now, entries),
                None => format!("last {what}  never\n"),
            });
        }
        if let Some(last) = timestamp::last_dated(&session)? {
            text.push_str(&last::line(&last, "time-stamp", now, entries));
        }
        let nothing = to_do.iter().all(|(.., steps)| steps.is_empty());
        let on_time = calendar.due.is_empty() && calendar.overdue.is_empty();
        if pending.is_empty() && overdue.is_empty() && nothing && on_time {
            text.push_str("nothing waits\n");
        }
        output::data(&output::plain(&text))?;
    }
    Ok(if overdue.is_empty() && calendar.overdue.is_empty() {
        Done::Yes
    } else {
        Done::Attention
    })
}

fn due_line(heading: &str, due: &Due, context: &Context) -> String {
    let who = match due.who.as_slice() {
        [] => String::new(),
        who => format!(" ({})", who.join(", ")),
    };
    let also = due
        .also
        .map_or_else(String::new, |also| format!(", which is {also} too"));
    let last = due.last.map_or_else(
        || "never done".to_owned(),
        |when| format!("last {}", describe::day(when)),
    );
    format!(
        "{heading}  {}{also}{who}, by {}, {last}: {}\n",
        due.what,
        describe::day(due.until),
        due.next(context)
    )
}

/// How many entries there are, what waits for the person who looks, and what is overdue: in one line.
pub fn at_a_glance(context: &Context, session: &Session) -> Result<String> {
    let (entries, _) = session.head()?;
    let (pending, overdue) = open_items(session)?;
    let steps = to_sign(context, session, &pending)?;
    let mut waiting: Vec<&str> = steps.iter().map(|step| step.about.as_str()).collect();
    let more = format!("{} more", steps.len().saturating_sub(SHOWN_AT_A_GLANCE));
    if waiting.len() > SHOWN_AT_A_GLANCE {
        waiting.truncate(SHOWN_AT_A_GLANCE);
        waiting.push(&more);
    }
    let mut line = format!("{entries} entries; ");
    line.push_str(&match waiting.as_slice() {
        [] => "nothing waits for you to sign".to_owned(),
        some => format!("for you to sign: {}", some.join(", ")),
    });
    if !overdue.is_empty() {
        line.push_str(&format!("; {} overdue: status", overdue.len()));
    }
    Ok(line)
}

/// What of all that waits the person who looks can sign.
fn to_sign(context: &Context, session: &Session, pending: &[Item]) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for item in pending {
        let Some(subject) = item.subject else {
            continue;
        };
        match session.may_decide(&subject) {
            Ok(()) => {}
            Err(error) if error.code() == "not-judged" => {
                let id = &item.id;
                steps.push(Step::new(
                    format!("{id}  #{} {}", item.seq, item.what),
                    format!("{} review show {id}", context.program(None)),
                    json!({"id": id, "seq": item.seq, "what": item.what}),
                ));
                continue;
            }
            Err(error) if error.kind() == ErrorKind::Refused => continue,
            Err(error) => return Err(error),
        }
        let id = if item.seq == 0 { "genesis" } else { &item.id };
        steps.push(Step::new(
            format!("{}  #{} {}", item.id, item.seq, item.what),
            format!("{} sign {id}", context.program(None)),
            json!({"id": item.id, "seq": item.seq, "what": item.what}),
        ));
    }
    Ok(steps)
}

/// What waits, and what should have been closed.
fn open_items(session: &Session) -> Result<(Vec<Item>, Vec<Item>)> {
    let view = session.view();
    let now = session.now()?;
    let (mut pending, mut overdue) = (Vec::new(), Vec::new());
    let days = u64::from(PolicyRecord::load(&view)?.settings.pending_days);
    let people = session.people()?;
    if let Some(ledger) = LedgerRecord::load(&view)?
        && ledger.active.is_none()
        && let Some(genesis) = view.entry(0)?
    {
        let missing: Vec<Id> = ledger
            .founders
            .iter()
            .filter(|id| !ledger.signed.contains(id))
            .copied()
            .collect();
        pending.push(Item {
            id: genesis.id.short(),
            seq: 0,
            what: "genesis".to_owned(),
            waits_for: missing.iter().map(|id| people.name(id)).collect(),
            state: "waits for founders: rootkeep sign genesis".to_owned(),
            until: None,
            subject: Some(genesis.hash),
        });
    }
    for (key, proposal) in list::<Proposal>(&view, "")? {
        let until = proposal.made_at.plus(days * 86_400);
        let subject = Digest::parse(&key)?;
        let stands = policy::not_overtaken(&view, &proposal)
            .and_then(|()| policy::enrolment_stands(&view, &subject, &proposal.claim()?));
        if now <= until && stands.is_ok() {
            pending.push(Item {
                id: proposal.id.short(),
                seq: proposal.index,
                what: proposal.kind.clone(),
                waits_for: Waiting::of(session, &people, &subject)?.names,
                state: "waits for governance".to_owned(),
                until: Some(until),
                subject: Some(subject),
            });
        }
    }
    let mut closings = BTreeSet::new();
    for (key, waits) in list::<WitnessRecord>(&view, "")? {
        if let Claim::SafeClose(closed, _) = waits.claim()? {
            closings.insert(closed.access);
        }
        pending.push(Item {
            id: waits.id.short(),
            seq: waits.index,
            what: waits.kind.clone(),
            waits_for: vec![people.name(&waits.witness)],
            state: "waits for its witness".to_owned(),
            until: None,
            subject: Some(Digest::parse(&key)?),
        });
    }
    for (key, joint) in list::<JointRecord>(&view, "")? {
        pending.push(Item {
            id: joint.id.short(),
            seq: joint.index,
            what: joint.kind.clone(),
            waits_for: joint.missing().map(|id| people.name(id)).collect(),
            state: "waits for those who took part".to_owned(),
            until: None,
            subject: Some(Digest::parse(&key)?),
        });
    }
    for (_, ceremony) in list::<CeremonyRecord>(&view, "")? {
        if ceremony.finished.is_none() && ceremony.finishing.is_none() {
            pending.push(Item {
                id: ceremony.id.short(),
                seq: ceremony.index,
                what: format!("ceremony {}", ceremony.runbook),
                waits_for: ceremony.present.iter().map(|id| people.name(id)).collect(),
                state: format!("goes on: rootkeep ceremony run {}", ceremony.id.short()),
                until: None,
                subject: None,
            });
        }
    }
    for (_, drill) in list::<DrillRecord>(&view, "")? {
        if drill.finished.is_none() && drill.finishing.is_none() {
            let waits = drill_list::unanswered(&people, &drill);
            pending.push(Item {
                id: drill.id.short(),
                seq: drill.index,
                what: format!("{} drill", drill.drill.as_str()),
                waits_for: waits.iter().map(|id| people.name(id)).collect(),
                state: format!(
                    "goes on: rootkeep drill {} {}",
                    if waits.is_empty() { "show" } else { "prove" },
                    drill.id.short()
                ),
                until: None,
                subject: None,
            });
        }
    }
    if let Some(leaf) = ReviewsRecord::load(&view)?.running
        && let Some(review) = ReviewRecord::load(&view, &leaf)?
    {
        let waits = Waits::of(session, &people, &leaf, &review)?;
        pending.push(Item {
            id: review.id.short(),
            seq: review.index,
            what: Kind::ReviewStart.as_str().to_owned(),
            state: match waits.needed {
                1 => "waits for one of its reviewers".to_owned(),
                _ => "waits for two of its reviewers".to_owned(),
            },
            waits_for: waits.names,
            until: None,
            subject: Some(leaf),
        });
    }
    for (name, location) in list::<LocationRecord>(&view, "")? {
        if let Some(open) = location.open
            && !closings.contains(&open.access)
        {
            pending.push(Item {
                id: view
                    .entry(open.index)?
                    .map_or(name, |entry| entry.id.short()),
                seq: open.index,
                what: format!("{} is open", location.facts.location),
                waits_for: vec![people.name(&open.author)],
                state: "to be closed: rootkeep safe close".to_owned(),
                until: None,
                subject: None,
            });
        }
    }
    for out in out_items::all(session)? {
        let access = out.taken_by(session)?;
        let item = Item {
            id: view
                .entry(access.index)?
                .map_or_else(String::new, |entry| entry.id.short()),
            seq: access.index,
            what: format!("{} is out of {}", out.item, out.from),
            waits_for: vec![people.name(&access.author)],
            state: "to be put back: rootkeep safe open, or rootkeep item move".to_owned(),
            until: Some(out.until),
            subject: None,
        };
        if now > out.until {
            overdue.push(item);
        } else {
            pending.push(item);
        }
    }
    for (key, _) in list::<OpenRecord>(&view, "")? {
        let Some(request) = RequestRecord::load(&view, &Digest::parse(&key)?)? else {
            continue;
        };
        let mut item = Item {
            id: request.id.short(),
            seq: request.index,
            what: if request.reshare {
                "reshare"
            } else {
                "request"
            }
            .to_owned(),
            waits_for: Vec::new(),
            state: String::new(),
            until: Some(request.window_ends().unwrap_or_else(|| request.lapses_at())),
            subject: None,
        };
        match request_state(&request, now) {
            RequestState::Waiting if policy::lapsed(&view, &request)?.is_some() => {}
            RequestState::Waiting => {
                item.state = "waits for sign-offs".to_owned();
                let subject = Digest::parse(&key)?;
                item.waits_for = Waiting::of(session, &people, &subject)?.names;
                item.subject = Some(subject);
                pending.push(item);
            }
            RequestState::Effective => {
                item.state = if request.reshare {
                    "to be carried out, then closed"
                } else {
                    "may be revealed"
                }
                .to_owned();
                pending.push(item);
            }
            RequestState::Lapsed => {
                item.state = format!(
                    "to be closed: rootkeep close {}; its window was open",
                    item.id
                );
                overdue.push(item);
            }
            _ => {}
        }
    }
    for (key, task) in list::<TaskRecord>(&view, "")? {
        let state = policy::task_state(&view, &Digest::parse(&key)?, &task, now)?;
        let item = |state, until| Item {
            id: task.id.short(),
            seq: task.index,
            what: format!("task {} on {}", task.task.as_str(), task.account),
            waits_for: vec![people.name(&task.operator)],
            state,
            until,
            subject: None,
        };
        match state {
            TaskState::Open => {
                let word = "may be done, then closed: rootkeep task show";
                pending.push(item(word.to_owned(), task.begin_by()));
            }
            TaskState::Unclosed => {
                let word = "to be closed: rootkeep task close; its time is over";
                overdue.push(item(word.to_owned(), task.expires()));
            }
            TaskState::Closing if task.expires().is_some_and(|end| now > end) => {
                let word = "its end is not signed, and its time is over: rootkeep task show";
                overdue.push(item(word.to_owned(), task.expires()));
            }
            _ => {}
        }
    }
    Ok((pending, overdue))
}
