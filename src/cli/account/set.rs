//! `account set`: what people know of accounts and no file of AWS's says.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::table;
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::{Session, read_regular};
use crate::present::accounts;
use crate::state::estate::RegistryRecord;
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::registry::{
    Answers, CredentialState, Credentials, Registered, RegisteredWords, Scp,
    SetAccounts as SetClaim, SetAccountsPersonal,
};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// The most bytes of a file that is evidence.
const EVIDENCE: u64 = 64 << 20;
/// How many accounts are shown one by one.
const NAMED: usize = 20;

/// Whether a root user has credentials, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum CredentialsArg {
    /// It never had any
    NeverSet,
    /// They were deleted, centrally
    Deleted,
    /// It has them
    Present,
}

/// Security questions, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AnswersArg {
    /// None were ever set
    NotSet,
    /// They are set, and the answers recorded
    Recorded,
}

/// `account set`: what is not given stays as it was.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep account set 222233334444 --credentials deleted --since 2026-11-21 --evidence audit.json\n  rootkeep account set --csv accounts.csv --preview"
)]
pub struct SetAccounts {
    /// Which accounts
    #[arg(
        value_name = "ACCOUNT",
        required_unless_present = "csv",
        conflicts_with = "csv"
    )]
    accounts: Vec<String>,
    /// Whether the root user has credentials
    #[arg(long, conflicts_with = "csv")]
    credentials: Option<CredentialsArg>,
    /// Since when that is so
    #[arg(long, value_name = "DATE", requires = "credentials")]
    since: Option<String>,
    /// The file that shows it; its digest is kept
    #[arg(long, value_name = "FILE", requires = "credentials")]
    evidence: Option<PathBuf>,
    /// What shows it, in words
    #[arg(long, value_name = "TEXT", conflicts_with = "csv")]
    shown_by: Option<String>,
    /// The service control policy that keeps the root user from acting
    #[arg(
        long,
        value_name = "TEXT",
        requires = "scp_since",
        conflicts_with = "csv"
    )]
    scp: Option<String>,
    /// Since when it applies
    #[arg(long, value_name = "DATE", requires = "scp")]
    scp_since: Option<String>,
    /// It lets sessions of central root access through
    #[arg(long, requires = "scp")]
    scp_exempts_assumed_root: bool,
    /// No such policy applies any more
    #[arg(long, conflicts_with_all = ["scp", "csv"])]
    no_scp: bool,
    /// The security questions that AWS Support may ask
    #[arg(long, conflicts_with = "csv")]
    answers: Option<AnswersArg>,
    /// When somebody last saw that the contacts at AWS are right
    #[arg(long, value_name = "DATE", conflicts_with = "csv")]
    contacts_checked: Option<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT", conflicts_with = "csv")]
    note: Option<String>,
    /// A table of accounts instead
    ///
    /// Its columns: account, credentials, since, evidence_digest, shown_by, scp, scp_since, scp_exempts,
    /// answers, contacts_checked, note. A column that it does not have changes nothing; an empty cell
    /// empties.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Only say what would change
    #[arg(long)]
    preview: bool,
}

/// What is known of one account: facts, and words.
pub type Entry = (Registered, RegisteredWords);

/// What the register has of an account; nothing, where it has nothing.
pub fn known(session: &Session, account: AccountId) -> Result<Entry> {
    super::find(session, account)?;
    let record = RegistryRecord::load(&session.view(), &account)?;
    let (facts, words) = match record {
        Some(record) => (Some(record.facts), record.personal),
        None => (None, None),
    };
    Ok((
        facts.unwrap_or(Registered {
            account,
            credentials: None,
            scp: None,
            answers: None,
            contacts_checked: None,
        }),
        words.unwrap_or(RegisteredWords {
            account,
            evidence: None,
            note: None,
        }),
    ))
}

pub fn run(context: &Context, command: &SetAccounts) -> Result<Done> {
    let mut session = if command.preview {
        context.open()?
    } else {
        context.open_to_act()?
    };
    let wanted = match &command.csv {
        Some(path) => table::read(&session, path)?,
        None => command.typed(&session)?,
    };
    let (mut set, mut lines) = (Vec::new(), Vec::new());
    let (mut new, mut changed, mut same) = (0u64, 0u64, 0u64);
    for entry in wanted {
        let before = known(&session, entry.0.account)?;
        let was = RegistryRecord::load(&session.view(), &entry.0.account)?;
        if before == entry {
            same += 1;
            continue;
        }
        let counter = if was.is_some() {
            &mut changed
        } else {
            &mut new
        };
        *counter += 1;
        if set.len() < NAMED {
            lines.extend(difference(&before, &entry));
        }
        set.push(entry);
    }
    if let Some(more) = set.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("  and {more} accounts more"));
    }
    let fields = json!({"new": new, "changed": changed, "same": same});
    let headline = format!("accounts: {new} new, {changed} changed, {same} as before");
    if command.preview || set.is_empty() {
        if context.global.json {
            output::object("account.set", output::merge(fields, json!({"seq": null})))?;
            return Ok(Done::Yes);
        }
        for line in &lines {
            output::data(&format!("{}\n", output::item(line)))?;
        }
        output::data(&format!("{headline}\n"))?;
        return Ok(Done::Yes);
    }
    context.show_before_asking(&lines);
    if command.csv.is_some() {
        context.say(&headline);
        context.terminal.confirm("Take this over?")?;
    }
    let (accounts, words) = set.into_iter().unzip();
    let claim = Claim::AccountSet(
        SetClaim { accounts },
        Some(SetAccountsPersonal { accounts: words }),
    );
    let entered = session.enter(claim, Vec::new())?;
    context.report(session, &entered, &headline, fields)
}

fn difference(before: &Entry, after: &Entry) -> Vec<String> {
    let known = |(facts, words): &Entry| accounts::registered(facts, Some(words), 0);
    let mut lines = vec![format!("  {}", after.0.account)];
    let changes = accounts::changes(&known(before), &known(after));
    lines.extend(
        changes
            .iter()
            .map(|change| format!("    {}", change.line())),
    );
    lines
}

impl SetAccounts {
    fn typed(&self, session: &Session) -> Result<Vec<Entry>> {
        let ids = self.accounts.iter().map(AccountId::new);
        let mut ids: Vec<AccountId> = ids.collect::<Result<_>>()?;
        ids.sort();
        ids.dedup();
        let credentials = self.typed_credentials()?;
        let scp = self.typed_scp()?;
        let text = |text: &Option<String>| text.clone().map(Text::new).transpose();
        let (shown_by, note) = (text(&self.shown_by)?, text(&self.note)?);
        let checked = self.contacts_checked.as_deref();
        let checked = checked.map(Date::parse).transpose()?;
        let nothing = credentials.is_none()
            && scp.is_none()
            && !self.no_scp
            && self.answers.is_none()
            && checked.is_none()
            && shown_by.is_none()
            && note.is_none();
        if nothing {
            return Err(
                Error::usage("missing-value", "nothing is said of the accounts")
                    .hint("--credentials, --scp, --answers, --contacts-checked or --note"),
            );
        }
        let mut all = Vec::new();
        for id in ids {
            let (mut facts, mut words) = known(session, id)?;
            if let Some(credentials) = &credentials {
                facts.credentials = Some(credentials.clone());
                // Words about another state would not fit.
                words.evidence = None;
            }
            if self.no_scp {
                facts.scp = None;
            }
            facts.scp = scp.clone().or(facts.scp);
            facts.answers = self.answers.map(AnswersArg::answers).or(facts.answers);
            facts.contacts_checked = checked.or(facts.contacts_checked);
            words.evidence = shown_by.clone().or(words.evidence);
            words.note = note.clone().or(words.note);
            all.push((facts, words));
        }
        Ok(all)
    }

    fn typed_credentials(&self) -> Result<Option<Credentials>> {
        let Some(state) = self.credentials else {
            return Ok(None);
        };
        let evidence = self.evidence.as_deref();
        let evidence = evidence
            .map(|path| read_regular(path, EVIDENCE))
            .transpose()?;
        Ok(Some(Credentials {
            state: state.state(),
            since: self.since.as_deref().map(Date::parse).transpose()?,
            evidence: evidence.map(|bytes| Digest::of(&bytes)),
        }))
    }

    fn typed_scp(&self) -> Result<Option<Scp>> {
        let (Some(name), Some(since)) = (&self.scp, &self.scp_since) else {
            return Ok(None);
        };
        Ok(Some(Scp {
            name: Name::new(&**name)?,
            exempts_assumed_root: self.scp_exempts_assumed_root,
            since: Date::parse(since)?,
        }))
    }
}

impl CredentialsArg {
    fn state(self) -> CredentialState {
        match self {
            Self::NeverSet => CredentialState::NeverSet,
            Self::Deleted => CredentialState::Deleted,
            Self::Present => CredentialState::Present,
        }
    }
}

impl AnswersArg {
    fn answers(self) -> Answers {
        match self {
            Self::NotSet => Answers::NotSet,
            Self::Recorded => Answers::Recorded,
        }
    }
}
