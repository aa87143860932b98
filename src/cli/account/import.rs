//! `account import`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use serde_json::{Value, json};

use super::listing::Plan;
use crate::aws::estate_files::{Asked, Role};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::{progress, when};
use crate::error::{Error, Result};
use crate::exchange::gathering::{self, Gathered, Listing, Wanted};
use crate::insight::estate::{self, Counts, Differences};
use crate::ledger::{Clock, SystemClock};
use crate::present::accounts;
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::estate::Source;

/// How many accounts a preview names one by one.
const NAMED: usize = 20;

/// `account import`.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("files").multiple(true).required(true)),
    after_help = "Examples:\n  rootkeep account import --organizations organizations.json --preview\n  rootkeep account import --from collected"
)]
pub struct ImportFiles {
    /// What `aws organizations list-accounts --output json` wrote
    #[arg(long, value_name = "FILE", group = "files")]
    organizations: Option<PathBuf>,
    /// A credential report: the CSV, or what `aws iam get-credential-report` wrote
    #[arg(long, value_name = "FILE", group = "files")]
    credential_report: Option<PathBuf>,
    /// What `aws iam get-account-summary` wrote
    #[arg(long, value_name = "FILE", group = "files", requires = "account")]
    account_summary: Option<PathBuf>,
    /// What `aws iam list-mfa-devices` wrote, of the root user
    #[arg(long, value_name = "FILE", group = "files", requires = "account")]
    mfa_devices: Option<PathBuf>,
    /// What `aws iam list-virtual-mfa-devices` wrote
    #[arg(long, value_name = "FILE", group = "files", requires = "account")]
    virtual_mfa_devices: Option<PathBuf>,
    /// What `aws account get-contact-information` or `get-alternate-contact` wrote (repeatable)
    #[arg(long, value_name = "FILE", group = "files", requires = "account")]
    contacts: Vec<PathBuf>,
    /// What `aws iam list-organizations-features` wrote
    #[arg(long, value_name = "FILE", group = "files")]
    organizations_features: Option<PathBuf>,
    /// What `aws organizations list-delegated-administrators` wrote, for IAM
    #[arg(long, value_name = "FILE", group = "files")]
    delegated_administrators: Option<PathBuf>,
    /// A directory of such files, each named for what it is, as docs/aws.md says
    #[arg(long, value_name = "DIR", group = "files")]
    from: Option<PathBuf>,
    /// The account that files are of which don't say it
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// When the commands were run, for files that don't say it
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Only say what would change
    #[arg(long)]
    preview: bool,
}

impl ImportFiles {
    fn wanted(&self) -> Result<Vec<Wanted>> {
        let account = self.account.as_ref().map(AccountId::new).transpose()?;
        let mut wanted = match &self.from {
            Some(directory) => gathering::in_directory(directory)?,
            None => Vec::new(),
        };
        let mut add = |path: &Path, role| {
            wanted.push(Wanted {
                path: path.to_owned(),
                role,
            });
        };
        if let Some(path) = &self.organizations {
            add(path, Role::Listing);
        }
        for (path, source) in [
            (&self.credential_report, Source::CredentialReport),
            (&self.account_summary, Source::AccountSummary),
            (&self.mfa_devices, Source::MfaDevices),
            (&self.virtual_mfa_devices, Source::VirtualMfaDevices),
            (&self.organizations_features, Source::OrganizationsFeatures),
            (
                &self.delegated_administrators,
                Source::DelegatedAdministrators,
            ),
        ] {
            if let Some(path) = path {
                add(path, answer(source, account));
            }
        }
        for path in &self.contacts {
            add(path, answer(Source::AlternateContact, account));
        }
        Ok(wanted)
    }
}

fn answer(source: Source, account: Option<AccountId>) -> Role {
    Role::Answer(Asked {
        source,
        account,
        contact: None,
    })
}

pub fn run(context: &Context, command: &ImportFiles) -> Result<Done> {
    let gathered = gather(context, command)?;
    let mut session = if command.preview {
        context.open()?
    } else {
        context.open_to_act()?
    };
    let now = session.now()?;
    let plan = gathered.listing.as_ref();
    let plan = plan
        .map(|listing| Plan::of(&session, listing, now))
        .transpose()?;
    let none = BTreeSet::new();
    let listed = plan.as_ref().map_or(&none, |plan| &plan.listed);
    let differences = estate::differences(&session.view(), &gathered.files, listed, now)?;
    let told = Told::new(&gathered, plan.as_ref(), &differences);
    told.headlines.iter().for_each(|line| context.say(line));
    let claims = claims(gathered.listing.as_ref(), plan, differences)?;
    if claims.is_empty() || command.preview {
        return nothing_done(context, &told, command.preview);
    }
    context.show_before_asking(&told.lines);
    context.terminal.confirm("Take this over?")?;
    let entered = session.enter_all(claims, |_, error| error)?;
    let Some(last) = entered.last() else {
        return Ok(Done::Yes);
    };
    let done = told.headlines.iter().map(|line| format!("imported {line}"));
    let headline = done.collect::<Vec<String>>().join("\n");
    context.report(session, last, &headline, told.fields)
}

/// Reads all files, under a bar.
fn gather(context: &Context, command: &ImportFiles) -> Result<Gathered> {
    let wanted = command.wanted()?;
    let as_of = command.as_of.as_deref();
    let as_of = as_of
        .map(|text| when::parse(text, chrono_tz::UTC, SystemClock.now()?))
        .transpose()?;
    let bar = progress::bar(context, "reading", "files");
    bar.set_length(u64::try_from(wanted.len()).unwrap_or(0));
    let gathered = gathering::gather(&wanted, as_of, || bar.inc(1));
    bar.finish_and_clear();
    let gathered = gathered?;
    if gathered.listing.is_none() && gathered.files.is_empty() {
        return Err(Error::usage("no-files", "there is no file to take over")
            .hint("docs/aws.md says which command writes which file"));
    }
    Ok(gathered)
}

fn claims(
    listing: Option<&Listing>,
    plan: Option<Plan>,
    differences: Differences,
) -> Result<Vec<Claim>> {
    let mut claims = Vec::new();
    if let (Some(listing), Some(plan)) = (listing, plan.filter(|plan| !plan.is_nothing())) {
        claims.push(plan.claim(listing)?);
    }
    let imports = differences.imports.into_iter();
    claims.extend(imports.map(|(facts, personal)| Claim::EstateImport(facts, Some(personal))));
    Ok(claims)
}

/// What is said of an import.
struct Told {
    headlines: Vec<String>,
    lines: Vec<String>,
    fields: Value,
}

impl Told {
    fn new(gathered: &Gathered, plan: Option<&Plan>, differences: &Differences) -> Self {
        let mut told = Self {
            headlines: Vec::new(),
            lines: Vec::new(),
            fields: json!({}),
        };
        if let Some(plan) = plan {
            let (added, changed, gone) = (plan.added, plan.changed(), plan.gone());
            told.headlines.push(format!(
                "accounts: {added} new, {changed} changed, {gone} gone"
            ));
            told.lines.extend(plan.lines());
            let fields =
                json!({"added": added, "changed": changed, "gone": gone, "as_of": plan.at});
            told.fields = output::merge(told.fields, fields);
        }
        if !gathered.files.is_empty() {
            told.headlines
                .push(headline(gathered.files.len(), differences.counts));
            told.lines.extend(lines(differences));
            let estate = fields(gathered.files.len(), differences.counts);
            told.fields = output::merge(told.fields, json!({"estate": estate}));
        }
        told
    }
}

fn headline(files: usize, counts: Counts) -> String {
    let Counts {
        added,
        changed,
        again,
        same,
        older,
    } = counts;
    let mut text = format!("{files} files: {added} new, {changed} changed");
    for (count, what) in [
        (again, "as before, as of later"),
        (same, "known already"),
        (older, "older than what is known"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}

fn fields(files: usize, counts: Counts) -> Value {
    json!({
        "files": files, "added": counts.added, "changed": counts.changed, "again": counts.again,
        "same": counts.same, "older": counts.older,
    })
}

/// What would change about root users, contacts and central root access, in lines.
fn lines(differences: &Differences) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((before, after)) = &differences.features {
        let changes = accounts::changes(&accounts::features(before), &accounts::features(after));
        lines.extend(changes.iter().map(|change| format!("  {}", change.line())));
    }
    let mut left = 0usize;
    let mut named = 0usize;
    for (account, before, after) in &differences.roots {
        let changes = accounts::changes(&accounts::root(before), &accounts::root(after));
        if changes.is_empty() {
            continue;
        }
        if named == NAMED {
            left += 1;
            continue;
        }
        named += 1;
        lines.push(format!("  {account}"));
        lines.extend(
            changes
                .iter()
                .map(|change| format!("    {}", change.line())),
        );
    }
    if left > 0 {
        lines.push(format!("  and {left} accounts more"));
    }
    lines
}

fn nothing_done(context: &Context, told: &Told, asked: bool) -> Result<Done> {
    if context.global.json {
        let fields = output::merge(told.fields.clone(), json!({"seq": Value::Null}));
        output::object("account.import", fields)?;
        return Ok(Done::Yes);
    }
    if asked {
        for line in &told.lines {
            output::data(&format!("{}\n", output::item(line)))?;
        }
    }
    output::data(if asked {
        "nothing was written\n"
    } else {
        "nothing has changed\n"
    })?;
    Ok(Done::Yes)
}
