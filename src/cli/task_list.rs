//! `task list`, `task show`.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::task;
use super::waiting::Waiting;
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::{People, Session};
use crate::policy::{self, TaskState};
use crate::present::describe;
use crate::present::tasks::{self as present, Commands};
use crate::state::records::list as records;
use crate::state::tasks::{Left, LeftRecord, TaskRecord};
use crate::statement::account_id::AccountId;
use crate::statement::{Claim, Time};

/// `task list`.
#[derive(Debug, Args)]
pub struct ListTasks {
    /// Only those of this account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Only those that stand so (repeatable)
    #[arg(
        long,
        value_name = "STATE",
        value_parser = TaskState::ALL.map(TaskState::as_str)
    )]
    state: Vec<String>,
}

/// A task, where it stands, and why it was asked for.
struct Listed {
    record: TaskRecord,
    state: TaskState,
    purpose: Option<String>,
}

impl Listed {
    fn load(session: &Session, leaf: &Digest, record: TaskRecord, now: Time) -> Result<Self> {
        let statement = session.proven(record.index)?;
        let purpose = match statement.claim() {
            Claim::TaskRequest(_, Some(told)) => Some(told.purpose.to_string()),
            _ => None,
        };
        Ok(Self {
            state: policy::task_state(&session.view(), leaf, &record, now)?,
            record,
            purpose,
        })
    }

    /// Until when it may be begun, while it may.
    fn until(&self) -> Option<Time> {
        let open = self.state == TaskState::Open;
        self.record.begin_by().filter(|_| open)
    }

    fn fields(&self, people: &People) -> Value {
        let record = &self.record;
        let closed = record.closed.as_ref();
        json!({
            "id": record.id, "seq": record.index, "state": self.state.as_str(), "until": self.until(),
            "account": record.account, "task": record.task, "author": people.name(&record.author),
            "operator": people.name(&record.operator), "second": record.second.map(|id| people.name(&id)),
            "made_at": record.made_at, "seconds": record.seconds, "window_hours": record.window_hours,
            "effective_at": record.effect.map(|effect| effect.at), "purpose": self.purpose,
            "outcome": closed.map(|closed| closed.outcome), "began": closed.and_then(|closed| closed.began),
            "ended": closed.and_then(|closed| closed.ended),
            "credentials": closed.and_then(|closed| closed.credentials), "strayed": record.strayed(),
        })
    }

    /// How it stands, and once it is closed, how it ended.
    fn standing(&self) -> String {
        match &self.record.closed {
            Some(closed) => format!("{}, {}", self.state.as_str(), closed.outcome.as_str()),
            None => self.state.as_str().to_owned(),
        }
    }

    fn row(&self, people: &People) -> Vec<String> {
        vec![
            self.record.id.short(),
            format!("#{}", self.record.index),
            self.standing(),
            self.until()
                .map_or_else(String::new, |until| until.to_string()),
            self.record.account.to_string(),
            self.record.task.as_str().to_owned(),
            output::plain(&people.name(&self.record.operator)),
            output::plain(self.purpose.as_deref().unwrap_or_default()),
        ]
    }
}

pub fn list(context: &Context, command: &ListTasks) -> Result<Done> {
    let only = command.account.as_ref().map(AccountId::new).transpose()?;
    let session = context.open()?;
    let people = session.people()?;
    let now = session.now()?;
    let mut all: Vec<(String, TaskRecord)> = records::<TaskRecord>(&session.view(), "")?;
    all.sort_by_key(|(_, task)| task.index);
    let mut listed = Vec::new();
    for (key, record) in all {
        if only.is_some_and(|account| account != record.account) {
            continue;
        }
        let one = Listed::load(&session, &Digest::parse(&key)?, record, now)?;
        if command.state.is_empty()
            || command
                .state
                .iter()
                .any(|state| state == one.state.as_str())
        {
            listed.push(one);
        }
    }
    let mut roots = records::<LeftRecord>(&session.view(), "")?;
    roots.retain(|(id, _)| only.is_none_or(|account| account.to_string() == *id));
    let unclosed = listed.iter().any(|one| one.state == TaskState::Unclosed);
    if context.global.json {
        let tasks: Vec<Value> = listed.iter().map(|one| one.fields(&people)).collect();
        let left: Vec<Value> = roots
            .iter()
            .map(|(id, root)| root_fields(id, root))
            .collect();
        output::object("task.list", json!({"tasks": tasks, "left": left}))?;
    } else {
        let rows: Vec<Vec<String>> = listed.iter().map(|one| one.row(&people)).collect();
        let headings = [
            "ID", "ENTRY", "STATE", "UNTIL", "ACCOUNT", "TASK", "OPERATOR", "PURPOSE",
        ];
        output::data(&output::table(&headings, &rows))?;
        for (id, root) in &roots {
            output::data(&root_lines(id, root))?;
        }
    }
    Ok(if unclosed { Done::Attention } else { Done::Yes })
}

fn root_fields(id: &str, root: &LeftRecord) -> Value {
    let left = |left: &Option<Left>| {
        left.as_ref()
            .map(|left| json!({"credentials": left.credentials, "at": left.at, "seq": left.index}))
    };
    json!({
        "account": id, "recovered": left(&root.recovered), "deleted": left(&root.deleted),
        "audited": left(&root.audited),
    })
}

/// What is left to be done at an account.
fn root_lines(id: &str, root: &LeftRecord) -> String {
    root.recovered.as_ref().map_or_else(String::new, |left| {
        format!(
            "{id}  recovered {} and not deleted again: rootkeep task request {id} delete-credentials\n",
            describe::time(left.at)
        )
    })
}

pub fn show(context: &Context, typed: &str) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let (entry, record) = task::find(context, &session, typed)?;
    let statement = session.proven(entry.seq)?;
    let listed = Listed::load(&session, &entry.hash, record, session.now()?)?;
    let commands = match (statement.claim(), listed.state) {
        (Claim::TaskRequest(request, told), TaskState::Open) => {
            Some(present::commands(&session, request, told.as_ref())?)
        }
        _ => None,
    };
    let waits = match policy::task_closing(&session.view(), &entry.hash)? {
        Some(waits) => vec![people.name(&waits.witness)],
        None => Waiting::of(&session, &people, &entry.hash)?.names,
    };
    if context.global.json {
        let more = json!({
            "waits_for": waits,
            "commands": commands.as_ref().map(|commands| json!({"first": commands.first, "then": commands.then})),
        });
        output::object("task", output::merge(listed.fields(&people), more))?;
        return Ok(Done::Yes);
    }
    output::data(&format!("#{}\n", entry.seq))?;
    for line in describe::statement(&session, &statement, &people)? {
        output::data(&format!("{}\n", output::item(&line)))?;
    }
    for line in standing(&listed, &waits, &people) {
        output::data(&format!("  {}\n", output::plain(&line)))?;
    }
    if let Some(commands) = &commands {
        output::data(&output::plain(&how_to(&listed.record, commands)))?;
    }
    Ok(Done::Yes)
}

fn standing(listed: &Listed, waits: &[String], people: &People) -> Vec<String> {
    let record = &listed.record;
    let mut lines = vec![format!("state     {}", listed.state.as_str())];
    if let Some(effect) = &record.effect {
        let at = describe::time(effect.at);
        lines.push(format!("effective {at}, at #{}", effect.index));
    }
    if let Some(until) = listed.until() {
        lines.push(format!("begin by  {}", describe::time(until)));
    }
    if !waits.is_empty() {
        lines.push(format!("waits for {}", waits.join(", ")));
    }
    if let Some(closed) = &record.closed {
        let mut line = format!(
            "closed    {} by {} at #{}",
            closed.outcome.as_str(),
            people.name(&closed.by),
            closed.index
        );
        if let Some(witness) = &closed.witness {
            line.push_str(&format!(", signed by {}", people.name(witness)));
        }
        lines.push(line);
        for (label, at) in [("began", closed.began), ("ended", closed.ended)] {
            if let Some(at) = at {
                lines.push(format!("{label:<9} {}", describe::time(at)));
            }
        }
        if let Some(credentials) = closed.credentials {
            lines.push(format!("left      {}", present::left(credentials)));
        }
    }
    if record.strayed() {
        lines.push(format!("!         {}", present::STRAYED));
    }
    lines
}

/// What whoever does it types, on the machine that is connected.
fn how_to(record: &TaskRecord, commands: &Commands) -> String {
    let mut text = String::from(
        "\nOn the machine that is connected, with the role for this, in the management or the delegated account:\n\n",
    );
    for command in &commands.first {
        text.push_str(&format!("    {command}\n"));
    }
    if !commands.then.is_empty() {
        text.push_str(
            "\n(An older AWS CLI needs --region REGION too: the global endpoint refuses this.) Put the three values of the\nanswer into the environment of that one terminal. They are a live session: write them nowhere else.\n\n",
        );
        for command in &commands.then {
            text.push_str(&format!("    {command}\n"));
        }
    }
    text.push_str(&format!(
        "\nThen here: rootkeep task close {} --outcome done --began TIME --note TEXT\n",
        record.id.short()
    ));
    text
}
