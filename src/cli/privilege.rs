//! `privilege …`: who can do what on a management account.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::location::custodians;
use super::output::{self, Done};
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::present::reviews as present;
use crate::state::records::{list as records, read};
use crate::state::reviews::PrivilegeRecord;
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::reviews::{Mfa, Power, Privilege, PrivilegeKind, PrivilegePersonal};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// `privilege …`.
#[derive(Debug, Subcommand)]
pub enum PrivilegeCommand {
    /// Register a privilege, or change what the register has of one
    #[command(
        after_help = "Examples:\n  rootkeep privilege set org-admin --account 111122223333 --kind role --may scp --member alice\n  rootkeep privilege set org-admin --member alice --member bob --rotated 2026-11-21"
    )]
    Set(SetPrivilege),
    /// Record that a privilege is there no more
    #[command(after_help = "Examples:\n  rootkeep privilege end org-admin")]
    End {
        /// Its name in the register
        #[arg(value_name = "PRIVILEGE")]
        privilege: String,
    },
    /// Every privilege
    #[command(after_help = "Examples:\n  rootkeep privilege list")]
    List,
}

/// What a privilege is held by, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindArg {
    /// A user
    User,
    /// A role that people take on
    Role,
    /// A role for when nothing else works
    BreakGlass,
    /// Anything else
    Other,
}

/// What it allows, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PowerArg {
    /// To change the root user's address
    RootEmail,
    /// To act as the root user of a member account
    AssumeRoot,
    /// To switch central root access on and off
    Features,
    /// To name delegated administrators
    Delegation,
    /// To change service control policies
    Scp,
}

/// What it is signed in to with, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum MfaArg {
    /// A device of its own
    Hardware,
    /// A program that makes codes
    Virtual,
    /// Nothing
    None,
}

/// `privilege set`: what is not given stays as it was.
#[derive(Debug, Args)]
pub struct SetPrivilege {
    /// Its name in the register, for good
    #[arg(value_name = "PRIVILEGE")]
    privilege: String,
    /// The account that it is on
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// What it is held by
    #[arg(long)]
    kind: Option<KindArg>,
    /// What it allows (repeatable)
    #[arg(long)]
    may: Vec<PowerArg>,
    /// A custodian who has it (repeatable)
    #[arg(long, value_name = "NAME")]
    member: Vec<String>,
    /// Somebody else who has it (repeatable)
    #[arg(long, value_name = "TEXT")]
    other: Vec<String>,
    /// Nobody else has it any more
    #[arg(long, conflicts_with = "other")]
    no_other: bool,
    /// What it is signed in to with
    #[arg(long)]
    mfa: Option<MfaArg>,
    /// When its keys were last changed, such as 2026-11-21
    #[arg(long, value_name = "DATE")]
    rotated: Option<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(context: &Context, command: &PrivilegeCommand) -> Result<Done> {
    match command {
        PrivilegeCommand::Set(command) => set(context, command),
        PrivilegeCommand::End { privilege } => end(context, privilege),
        PrivilegeCommand::List => list(context),
    }
}

fn find(session: &Session, name: &Name) -> Result<Option<PrivilegeRecord>> {
    read(&session.view(), name.as_str())
}

fn set(context: &Context, command: &SetPrivilege) -> Result<Done> {
    let name = Name::new(&*command.privilege)?;
    let account = command.account.as_ref().map(AccountId::new).transpose()?;
    let rotated = command.rotated.as_deref().map(Date::parse).transpose()?;
    let note = command.note.clone().map(Text::new).transpose()?;
    let others = command.other.iter().map(|text| Text::new(text.as_str()));
    let others: Vec<Text> = others.collect::<Result<_>>()?;
    let session = context.open_to_act()?;
    let people = session.people()?;
    let before = find(&session, &name)?;
    let (mut facts, mut personal) = match before {
        Some(before) => (before.facts, before.personal),
        None => (new(name, account)?, None),
    };
    facts.account = account.unwrap_or(facts.account);
    facts.kind = command.kind.map_or(facts.kind, KindArg::kind);
    if !command.may.is_empty() {
        facts.may = command.may.iter().map(|power| power.power()).collect();
        facts.may.sort();
        facts.may.dedup();
    }
    if !command.member.is_empty() {
        facts.people = custodians(&people, &command.member)?;
    }
    facts.mfa = command.mfa.map_or(facts.mfa, MfaArg::mfa);
    facts.rotated = rotated.or(facts.rotated);
    facts.ended = false;
    let mut told = personal.take().unwrap_or(PrivilegePersonal {
        others: Vec::new(),
        note: None,
    });
    if !others.is_empty() || command.no_other {
        told.others = others;
    }
    told.note = note.or(told.note);
    enter(context, session, facts, told, "registered")
}

fn new(name: Name, account: Option<AccountId>) -> Result<Privilege> {
    let account = account.ok_or_else(|| {
        Error::usage("missing-value", "a privilege is on an account").hint("--account ACCOUNT")
    })?;
    Ok(Privilege {
        privilege: name,
        account,
        kind: PrivilegeKind::Other,
        may: Vec::new(),
        people: Vec::new(),
        mfa: Mfa::None,
        rotated: None,
        ended: false,
    })
}

fn end(context: &Context, typed: &str) -> Result<Done> {
    let name = Name::new(typed)?;
    let session = context.open_to_act()?;
    let record = find(&session, &name)?.ok_or_else(|| {
        Error::not_found("no-privilege", format!("there is no privilege `{name}`"))
            .hint("rootkeep privilege list")
    })?;
    let facts = Privilege {
        ended: true,
        ..record.facts
    };
    let told = record.personal.unwrap_or(PrivilegePersonal {
        others: Vec::new(),
        note: None,
    });
    enter(context, session, facts, told, "ended")
}

fn enter(
    context: &Context,
    mut session: Session,
    facts: Privilege,
    personal: PrivilegePersonal,
    what: &str,
) -> Result<Done> {
    let name = facts.privilege.clone();
    let claim = Claim::PrivilegeSet(facts, Some(personal));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("{what} the privilege {name}");
    context.report(session, &entered, &headline, json!({"privilege": name}))
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let all = records::<PrivilegeRecord>(&session.view(), "")?.into_iter();
    let all: Vec<PrivilegeRecord> = all.map(|(_, record)| record).collect();
    if context.global.json {
        let fields: Vec<Value> = all.iter().map(|one| fields(one, &people)).collect();
        output::object("privilege.list", json!({"privileges": fields}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all.iter().map(|one| row(one, &people)).collect();
    let headings = [
        "PRIVILEGE",
        "ACCOUNT",
        "KIND",
        "MAY",
        "PEOPLE",
        "MFA",
        "ROTATED",
        "",
    ];
    output::data(&output::table(&headings, &rows))?;
    Ok(Done::Yes)
}

fn fields(record: &PrivilegeRecord, people: &People) -> Value {
    let PrivilegeRecord {
        facts, personal, ..
    } = record;
    let names: Vec<String> = facts.people.iter().map(|id| people.name(id)).collect();
    json!({
        "id": facts.privilege, "account": facts.account, "kind": facts.kind, "may": facts.may,
        "members": names, "others": personal.as_ref().map(|personal| &personal.others),
        "mfa": facts.mfa, "rotated": facts.rotated, "ended": facts.ended,
        "note": personal.as_ref().and_then(|personal| personal.note.as_ref()),
    })
}

fn row(record: &PrivilegeRecord, people: &People) -> Vec<String> {
    let facts = &record.facts;
    let others = record.personal.iter().flat_map(|personal| &personal.others);
    let own = facts.people.iter().map(|id| people.name(id));
    let who: Vec<String> = own.chain(others.map(ToString::to_string)).collect();
    vec![
        facts.privilege.to_string(),
        facts.account.to_string(),
        facts.kind.as_str().to_owned(),
        present::powers(&facts.may),
        output::plain(&who.join(", ")),
        facts.mfa.as_str().to_owned(),
        facts
            .rotated
            .map_or_else(|| "never".to_owned(), |date| date.to_string()),
        if facts.ended { "ended" } else { "" }.to_owned(),
    ]
}

impl KindArg {
    fn kind(self) -> PrivilegeKind {
        match self {
            Self::User => PrivilegeKind::User,
            Self::Role => PrivilegeKind::Role,
            Self::BreakGlass => PrivilegeKind::BreakGlass,
            Self::Other => PrivilegeKind::Other,
        }
    }
}

impl PowerArg {
    fn power(self) -> Power {
        match self {
            Self::RootEmail => Power::RootEmail,
            Self::AssumeRoot => Power::AssumeRoot,
            Self::Features => Power::Features,
            Self::Delegation => Power::Delegation,
            Self::Scp => Power::Scp,
        }
    }
}

impl MfaArg {
    fn mfa(self) -> Mfa {
        match self {
            Self::Hardware => Mfa::Hardware,
            Self::Virtual => Mfa::Virtual,
            Self::None => Mfa::None,
        }
    }
}
