//! `account list`.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::error::Result;
use crate::insight::roots::{self, Root};
use crate::present::accounts::state_word;
use crate::state::custody::AccountRecord;

use crate::state::records::list as records;
use crate::statement::accounts::AccountState;
use crate::statement::registry::CredentialState;

/// A state of AWS's, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateArg {
    /// Made, not yet usable
    PendingActivation,
    /// In use
    Active,
    /// Suspended
    Suspended,
    /// Being closed
    PendingClosure,
    /// Closed
    Closed,
    /// No longer in the organisation's listing
    Gone,
}

/// Whether a root user has credentials, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HasArg {
    /// It never had any
    NeverSet,
    /// They were deleted
    Deleted,
    /// It has them
    Present,
    /// Nobody has said
    Unknown,
}

/// `account list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep account list\n  rootkeep account list --state active --credentials present"
)]
pub struct ListAccounts {
    /// Only accounts in this state (repeatable)
    #[arg(long)]
    state: Vec<StateArg>,
    /// Only accounts whose root user's credentials are so (repeatable)
    #[arg(long)]
    credentials: Vec<HasArg>,
    /// Only management accounts
    #[arg(long)]
    management: bool,
}

/// An account, and whether its root user has credentials.
struct Listed {
    record: AccountRecord,
    credentials: Option<CredentialState>,
}

impl ListAccounts {
    fn wants(&self, listed: &Listed) -> bool {
        let Listed {
            record,
            credentials,
        } = listed;
        let state = if record.gone {
            StateArg::Gone
        } else {
            StateArg::of(record.facts.state)
        };
        (self.state.is_empty() || self.state.contains(&state))
            && (self.credentials.is_empty() || self.credentials.contains(&HasArg::of(*credentials)))
            && (!self.management || record.facts.management)
    }
}

impl StateArg {
    fn of(state: AccountState) -> Self {
        match state {
            AccountState::PendingActivation => Self::PendingActivation,
            AccountState::Active => Self::Active,
            AccountState::Suspended => Self::Suspended,
            AccountState::PendingClosure => Self::PendingClosure,
            AccountState::Closed => Self::Closed,
        }
    }
}

impl HasArg {
    fn of(state: Option<CredentialState>) -> Self {
        match state {
            Some(CredentialState::NeverSet) => Self::NeverSet,
            Some(CredentialState::Deleted) => Self::Deleted,
            Some(CredentialState::Present) => Self::Present,
            None => Self::Unknown,
        }
    }
}

pub fn run(context: &Context, filter: &ListAccounts) -> Result<Done> {
    let session = context.open()?;
    let view = session.view();
    let roots = roots::all(&view, session.now()?)?;
    let all = records::<AccountRecord>(&view, "")?.into_iter();
    let all = all.map(|(_, record)| Listed {
        credentials: roots.get(&record.facts.id).and_then(Root::credentials),
        record,
    });
    let all: Vec<Listed> = all.filter(|listed| filter.wants(listed)).collect();
    if context.global.json {
        let all: Vec<Value> = all
            .iter()
            .map(|listed| fields(&listed.record, listed.credentials))
            .collect();
        output::object("account.list", json!({"accounts": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    output::data(&output::table(
        &["ACCOUNT", "STATE", "NAME", "ROOT E-MAIL", "CREDENTIALS", ""],
        &rows,
    ))?;
    Ok(Done::Yes)
}

/// What every output has of an account.
pub fn fields(record: &AccountRecord, credentials: Option<CredentialState>) -> Value {
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
        "credentials": credentials,
    })
}

fn row(listed: &Listed) -> Vec<String> {
    let record = &listed.record;
    let names = record.names.as_ref();
    let state = if record.gone {
        "gone".to_owned()
    } else {
        state_word(record.facts.state)
    };
    let credentials = listed.credentials.map(CredentialState::as_str);
    let mark = if record.facts.management {
        "management"
    } else {
        ""
    };
    vec![
        record.facts.id.to_string(),
        state,
        output::plain(names.map_or("(erased)", |names| names.name.as_str())),
        output::plain(names.map_or("", |names| names.email.as_str())),
        credentials.unwrap_or("unknown").replace('-', " "),
        mark.to_owned(),
    ]
}
