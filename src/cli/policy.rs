//! `policy …`.

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::error::Result;
use crate::present::describe;
use crate::state::rules::PolicyRecord;
use crate::statement::Claim;
use crate::statement::quorums::SetPolicy;

/// `policy …`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// The policy in effect
    #[command(after_help = "Examples:\n  rootkeep policy show")]
    Show,
    /// Propose another one; what is not given stays
    Set(PolicySet),
}

/// `policy set`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep policy set --window-max 4h --request-hours 48")]
pub struct PolicySet {
    /// Days after which what waits for governance expires
    #[arg(long, value_name = "DAYS")]
    pending_days: Option<u32>,
    /// Hours after which a request expires that is not in effect
    #[arg(long, value_name = "HOURS")]
    request_hours: Option<u32>,
    /// The longest window of a request
    #[arg(long, value_name = "DURATION")]
    window_max: Option<String>,
}

pub fn run(context: &Context, command: PolicyCommand) -> Result<Done> {
    match command {
        PolicyCommand::Show => show(context),
        PolicyCommand::Set(set) => self::set(context, &set),
    }
}

fn show(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let policy = PolicyRecord::load(&session.view())?;
    let settings = policy.settings;
    if context.global.json {
        output::object(
            "policy",
            json!({
                "revision": settings.revision,
                "pending_days": settings.pending_days,
                "request_hours": settings.request_hours,
                "window_max_secs": settings.window_max_secs,
                "since": policy.index,
            }),
        )?;
        return Ok(Done::Yes);
    }
    output::data(&format!(
        "rules, revision {}, in effect since entry #{}\n  what waits for governance expires after  {} days\n  a request expires after                  {} hours\n  a window is at most                      {}\n",
        settings.revision,
        policy.index,
        settings.pending_days,
        settings.request_hours,
        describe::duration(u64::from(settings.window_max_secs))
    ))?;
    Ok(Done::Yes)
}

fn set(context: &Context, command: &PolicySet) -> Result<Done> {
    let window = command.window_max.as_deref();
    let window = window.map(super::request::parse_duration).transpose()?;
    let mut session = context.open_to_act()?;
    let mut policy = PolicyRecord::load(&session.view())?.settings;
    policy.pending_days = command.pending_days.unwrap_or(policy.pending_days);
    policy.request_hours = command.request_hours.unwrap_or(policy.request_hours);
    policy.window_max_secs = window.unwrap_or(policy.window_max_secs);
    let entered = session.enter(Claim::PolicySet(SetPolicy { policy }), Vec::new())?;
    context.report(session, &entered, "proposed a policy", json!({}))
}
