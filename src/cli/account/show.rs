//! `account show`: all that is known of one account, and how that came about.

use serde_json::{Value, json};

use super::list;
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::insight::roots;
use crate::ledger::{People, Session};
use crate::policy::{self, TaskState};
use crate::present::accounts::{self, Event, Known, state_word};
use crate::present::describe;
use crate::state::custody::{AccountRecord, SecretRecord};
use crate::state::estate::{FeaturesRecord, RegistryRecord, RootRecord};
use crate::state::records::list as records;
use crate::state::tasks::TaskRecord;
use crate::statement::account_id::AccountId;
use crate::statement::names::Subject;

/// What is known of one account.
struct Account {
    record: AccountRecord,
    root: Option<RootRecord>,
    registered: Option<RegistryRecord>,
    secrets: Vec<String>,
    /// Tasks on its root user, in the order of the log, and where each stands.
    tasks: Vec<(TaskRecord, TaskState)>,
    /// Of the organisation, where the account is its management account.
    features: Option<FeaturesRecord>,
}

impl Account {
    fn find(session: &Session, id: AccountId) -> Result<Self> {
        let view = session.view();
        let record = super::find(session, id)?;
        let management = record.facts.management;
        let secrets = records::<SecretRecord>(&view, "")?.into_iter();
        Ok(Self {
            root: RootRecord::load(&view, &id)?,
            registered: RegistryRecord::load(&view, &id)?,
            secrets: secrets
                .filter(|(_, secret)| {
                    secret.name.subject == Subject::Account(id) || secret.serves.contains(&id)
                })
                .map(|(_, secret)| secret.name.to_string())
                .collect(),
            tasks: tasks(session, id)?,
            features: management
                .then(|| FeaturesRecord::load(&view))
                .transpose()?,
            record,
        })
    }

    /// What AWS's files say.
    fn by_files(&self) -> Vec<Known> {
        let root = self.root.iter().flat_map(accounts::root);
        let features = self.features.iter().flat_map(accounts::features);
        root.chain(features).collect()
    }

    /// What people say.
    fn by_people(&self) -> Vec<Known> {
        self.registered.as_ref().map_or_else(Vec::new, |record| {
            let since = record.events.last().copied().unwrap_or_default();
            accounts::registered(&record.facts, record.personal.as_ref(), since)
        })
    }

    /// Indices of the entries that have changed anything about it, in order.
    fn events(&self) -> Vec<u64> {
        let root = self.root.iter().flat_map(|record| &record.events);
        let registered = self.registered.iter().flat_map(|record| &record.events);
        let mut all: Vec<u64> = self
            .record
            .events
            .iter()
            .chain(root)
            .chain(registered)
            .copied()
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn tasks(session: &Session, id: AccountId) -> Result<Vec<(TaskRecord, TaskState)>> {
    let (view, now) = (session.view(), session.now()?);
    let mut tasks = Vec::new();
    for (leaf, task) in records::<TaskRecord>(&view, "")? {
        if task.account == id {
            let state = policy::task_state(&view, &Digest::parse(&leaf)?, &task, now)?;
            tasks.push((task, state));
        }
    }
    tasks.sort_by_key(|(task, _)| task.index);
    Ok(tasks)
}

pub fn run(context: &Context, id: &str) -> Result<Done> {
    let id = AccountId::new(id)?;
    let session = context.open()?;
    let account = Account::find(&session, id)?;
    if context.global.json {
        let state = roots::of(&session.view(), &id, session.now()?)?.credentials();
        let more = json!({
            "secrets": account.secrets,
            "tasks": account.tasks.iter().map(|(task, state)| json!({
                "id": task.id, "task": task.task, "state": state.as_str(),
            })).collect::<Vec<Value>>(),
            "by_files": account.by_files().iter().map(known_fields).collect::<Vec<Value>>(),
            "by_people": account.by_people().iter().map(known_fields).collect::<Vec<Value>>(),
        });
        let fields = output::merge(list::fields(&account.record, state), more);
        output::object("account", fields)?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&text(id, &account)))?;
    Ok(Done::Yes)
}

fn text(id: AccountId, account: &Account) -> String {
    let record = &account.record;
    let names = record.names.as_ref();
    let state = if record.gone {
        "gone".to_owned()
    } else {
        state_word(record.facts.state)
    };
    let management = if record.facts.management {
        ", the management account"
    } else {
        ""
    };
    let secrets = match account.secrets.as_slice() {
        [] => "none".to_owned(),
        some => some.join(", "),
    };
    let mut text = format!(
        "{id}  {state}{management}\n  name         {}\n  root e-mail  {}\n  secrets      {secrets}\n  since entry  #{}\n",
        names.map_or("(erased)", |names| names.name.as_str()),
        names.map_or("(erased)", |names| names.email.as_str()),
        record.index
    );
    for (task, state) in &account.tasks {
        text.push_str(&format!(
            "  task         {} {}, {}\n",
            task.id.short(),
            task.task.as_str(),
            state.as_str()
        ));
    }
    for (heading, known) in [
        ("what AWS's files say", account.by_files()),
        ("what people say", account.by_people()),
    ] {
        if known.is_empty() {
            continue;
        }
        text.push_str(&format!("{heading}\n"));
        for known in known {
            let value = output::one_line(&known.value);
            let from = accounts::provenance(&known);
            text.push_str(&format!("  {}: {value}  ({from})\n", known.field));
        }
    }
    text
}

fn known_fields(known: &Known) -> Value {
    json!({
        "field": known.field, "value": known.value, "source": known.source.map(|(source, _)| source),
        "as_of": known.source.map(|(_, at)| at), "seq": known.index,
    })
}

/// What each entry has changed, the newest first.
pub fn history(context: &Context, id: &str) -> Result<Done> {
    let id = AccountId::new(id)?;
    let session = context.open()?;
    let account = Account::find(&session, id)?;
    let mut entries = Vec::new();
    for index in account.events() {
        entries.push((index, session.proven(index)?));
    }
    let mut events = accounts::history(id, &entries);
    events.reverse();
    let people = session.people()?;
    if context.global.json {
        let all: Vec<Value> = events
            .iter()
            .map(|event| event_fields(event, &people))
            .collect();
        output::object("account.history", json!({"id": id, "events": all}))?;
        return Ok(Done::Yes);
    }
    for event in &events {
        let said = if event.changes.is_empty() {
            ": nothing else than was known"
        } else {
            ""
        };
        output::data(&output::plain(&format!(
            "#{}  {}  {}, by {}{said}\n",
            event.index,
            describe::time(event.made_at),
            event.kind,
            people.name(&event.author),
        )))?;
        for change in &event.changes {
            let line = output::one_line(&change.line());
            output::data(&format!("  {}\n", output::plain(&line)))?;
        }
    }
    Ok(Done::Yes)
}

fn event_fields(event: &Event, people: &People) -> Value {
    let changes: Vec<Value> = event
        .changes
        .iter()
        .map(|change| json!({"field": change.field, "from": change.from, "to": change.to}))
        .collect();
    json!({
        "seq": event.index, "kind": event.kind, "by": people.name(&event.author),
        "made_at": event.made_at, "changes": changes,
    })
}
