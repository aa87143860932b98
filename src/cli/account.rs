//! `account …`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use crate::aws::organizations;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::{Session, read_bounded};
use crate::state::custody::{AccountRecord, SecretRecord};
use crate::state::records::{list as records, read};
use crate::statement::account_id::AccountId;
use crate::statement::accounts::{
    AccountFacts, AccountNames, AccountState, Import, ImportPersonal, Partition,
};
use crate::statement::names::Subject;
use crate::statement::text::Text;
use crate::statement::{Claim, Time};

/// `account …`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Take accounts over from what AWS's own CLI hands out
    Import(ImportAccounts),
    /// Every account
    #[command(after_help = "Examples:\n  rootkeep account list")]
    List,
    /// One account and its secrets
    #[command(after_help = "Examples:\n  rootkeep account show 111122223333")]
    Show {
        /// Twelve digits
        id: String,
    },
}

/// `account import`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep account import --organizations organizations.json --preview\n  rootkeep account import --organizations organizations.json"
)]
pub struct ImportAccounts {
    /// What `aws organizations list-accounts --output json` wrote
    #[arg(long, value_name = "FILE", required = true)]
    organizations: PathBuf,
    /// Only say what would change
    #[arg(long)]
    preview: bool,
}

pub fn run(context: &Context, command: AccountCommand) -> Result<Done> {
    match command {
        AccountCommand::Import(import) => self::import(context, &import),
        AccountCommand::List => list(context),
        AccountCommand::Show { id } => show(context, &id),
    }
}

/// What an import would change.
struct Plan {
    organization: Option<String>,
    changed: Vec<(AccountFacts, AccountNames)>,
    added: usize,
    gone: Vec<AccountId>,
    file_digest: Digest,
    file_bytes: u64,
}

fn import(context: &Context, command: &ImportAccounts) -> Result<Done> {
    let path = &command.organizations;
    let limit = u64::try_from(organizations::MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = read_bounded(path, limit)?;
    let listed = organizations::parse(&bytes).map_err(|error| {
        Error::usage(
            "bad-listing",
            format!("{} is not a whole listing of accounts", path.display()),
        )
        .because(error)
        .hint("aws organizations list-accounts --output json > organizations.json")
    })?;
    let mut session = context.open_to_act()?;
    let plan = plan(&session, &listed, &bytes)?;
    let (added, changed, gone) = (plan.added, plan.changed.len() - plan.added, plan.gone.len());
    context.say(&format!(
        "{}: {added} new, {changed} changed, {gone} gone",
        path.display()
    ));
    if plan.changed.is_empty() && plan.gone.is_empty() || command.preview {
        return nothing_done(context, &plan, command.preview);
    }
    context.show_before_asking(&changes(&plan));
    context.terminal.confirm("Take this over?")?;
    let (facts, names) = plan.changed.into_iter().unzip();
    let claim = Claim::AccountImport(
        Import {
            organization: plan.organization.map(Text::new).transpose()?,
            accounts: facts,
            gone: plan.gone,
        },
        Some(ImportPersonal {
            file_digest: plan.file_digest,
            file_bytes: plan.file_bytes,
            accounts: names,
        }),
    );
    let entered = session.enter(claim, Vec::new())?;
    context.report(
        session,
        &entered,
        &format!("imported accounts: {added} new, {changed} changed, {gone} gone"),
        json!({"added": added, "changed": changed, "gone": gone}),
    )
}

fn nothing_done(context: &Context, plan: &Plan, asked: bool) -> Result<Done> {
    if context.global.json {
        output::object(
            "account.import",
            json!({"added": plan.added, "changed": plan.changed.len() - plan.added, "gone": plan.gone.len(), "seq": Value::Null}),
        )?;
    } else {
        if asked {
            for line in changes(plan) {
                output::data(&format!("{}\n", output::item(&line)))?;
            }
        }
        output::data(if asked {
            "nothing was written\n"
        } else {
            "nothing has changed\n"
        })?;
    }
    Ok(Done::Yes)
}

/// What would change, in lines.
fn changes(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<String> = plan
        .changed
        .iter()
        .take(20)
        .map(|(facts, names)| {
            format!(
                "  {}  {:<18} {:<24} {}",
                facts.id,
                state_word(facts.state),
                names.name,
                names.email
            )
        })
        .collect();
    if plan.changed.len() > 20 {
        lines.push(format!("  and {} more", plan.changed.len() - 20));
    }
    lines.extend(plan.gone.iter().map(|id| format!("  {id}  gone")));
    lines
}

fn plan(session: &Session, listed: &[organizations::Account], bytes: &[u8]) -> Result<Plan> {
    let mut known: BTreeMap<String, AccountRecord> = records::<AccountRecord>(&session.view(), "")?
        .into_iter()
        .collect();
    let mut plan = Plan {
        organization: listed
            .iter()
            .find_map(|account| account.organization.clone()),
        changed: Vec::new(),
        added: 0,
        gone: Vec::new(),
        file_digest: Digest::of(bytes),
        file_bytes: u64::try_from(bytes.len()).unwrap_or(0),
    };
    for account in listed {
        let (facts, names) = translate(account)?;
        match known.remove(&facts.id.to_string()) {
            Some(record)
                if record.facts == facts
                    && record.names.as_ref() == Some(&names)
                    && !record.gone => {}
            Some(_) => plan.changed.push((facts, names)),
            None => {
                plan.added += 1;
                plan.changed.push((facts, names));
            }
        }
    }
    for (id, record) in known {
        if !record.gone {
            plan.gone.push(AccountId::new(id)?);
        }
    }
    Ok(plan)
}

fn translate(account: &organizations::Account) -> Result<(AccountFacts, AccountNames)> {
    let id = account.id;
    let facts = AccountFacts {
        id,
        state: account.state,
        partition: account.partition.unwrap_or(Partition::Aws),
        management: account.is_management(),
        joined_method: account.joined_method,
        joined_at: account.joined_at.and_then(Time::from_chrono),
    };
    let names = AccountNames {
        id,
        name: Text::new(account.name.clone())?,
        email: Text::new(account.email.clone())?,
    };
    Ok((facts, names))
}

fn state_word(state: AccountState) -> String {
    state.name().to_lowercase().replace('_', "-")
}

fn fields(record: &AccountRecord) -> Value {
    json!({
        "id": record.facts.id,
        "name": record.names.as_ref().map(|names| &names.name),
        "email": record.names.as_ref().map(|names| &names.email),
        "state": record.facts.state,
        "partition": record.facts.partition,
        "management": record.facts.management,
        "joined_method": record.facts.joined_method,
        "joined_at": record.facts.joined_at,
        "gone": record.gone,
        "since": record.index,
    })
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let accounts = records::<AccountRecord>(&session.view(), "")?;
    if context.global.json {
        let all: Vec<Value> = accounts.iter().map(|(_, record)| fields(record)).collect();
        output::object("account.list", json!({"accounts": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = accounts
        .iter()
        .map(|(id, record)| {
            let names = record.names.as_ref();
            let mark = if record.facts.management {
                "management"
            } else {
                ""
            };
            vec![
                id.clone(),
                if record.gone {
                    "gone".to_owned()
                } else {
                    state_word(record.facts.state)
                },
                output::plain(names.map_or("(erased)", |names| names.name.as_str())),
                output::plain(names.map_or("", |names| names.email.as_str())),
                mark.to_owned(),
            ]
        })
        .collect();
    output::data(&output::table(
        &["ACCOUNT", "STATE", "NAME", "ROOT E-MAIL", ""],
        &rows,
    ))?;
    Ok(Done::Yes)
}

fn show(context: &Context, id: &str) -> Result<Done> {
    let account = AccountId::new(id)?;
    let session = context.open()?;
    let record =
        read::<AccountRecord>(&session.view(), &account.to_string())?.ok_or_else(|| {
            Error::not_found("no-account", format!("account {id} is not in the register"))
                .hint("rootkeep account import --organizations FILE")
        })?;
    let secrets: Vec<String> = records::<SecretRecord>(&session.view(), "")?
        .into_iter()
        .filter(|(_, secret)| {
            secret.name.subject == Subject::Account(account) || secret.serves.contains(&account)
        })
        .map(|(_, secret)| secret.name.to_string())
        .collect();
    if context.global.json {
        let fields = output::merge(fields(&record), json!({"secrets": secrets}));
        output::object("account", fields)?;
        return Ok(Done::Yes);
    }
    let names = record.names.as_ref();
    output::data(&output::plain(&format!(
        "{id}  {}{}\n  name         {}\n  root e-mail  {}\n  secrets      {}\n  since entry  #{}\n",
        if record.gone {
            "gone".to_owned()
        } else {
            state_word(record.facts.state)
        },
        if record.facts.management {
            ", the management account"
        } else {
            ""
        },
        names.map_or("(erased)", |names| names.name.as_str()),
        names.map_or("(erased)", |names| names.email.as_str()),
        if secrets.is_empty() {
            "none".to_owned()
        } else {
            secrets.join(", ")
        },
        record.index
    )))?;
    Ok(Done::Yes)
}
