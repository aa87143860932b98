//! `posture …`: what the estate is held to.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::error::Result;
use crate::present::estate;
use crate::state::estate::PostureRecord;
use crate::statement::Claim;
use crate::statement::posture::{HardwareMfa, SetPosture, TimestampEvery};
use crate::statement::text::Text;

/// `posture …`.
#[derive(Debug, Subcommand)]
pub enum PostureCommand {
    /// What the estate is held to
    #[command(after_help = "Examples:\n  rootkeep posture show")]
    Show,
    /// Propose something else to governance; what is not given stays
    Set(PostureSet),
}

/// Which root users, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum HardwareArg {
    /// None
    None,
    /// Those of management accounts
    Management,
    /// All
    All,
}

/// How often, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EveryArg {
    /// Never
    None,
    /// Once in each calendar month
    Month,
    /// Once in each calendar quarter
    Quarter,
}

/// `posture set`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep posture set --domain example.com --hardware-mfa all\n  rootkeep posture set --mailbox-min 3 --timestamp-every quarter"
)]
pub struct PostureSet {
    /// A mail domain of the organisation's own (repeatable: all of them)
    #[arg(long, value_name = "TEXT")]
    domain: Vec<String>,
    /// Which root users need an MFA device of hardware
    #[arg(long)]
    hardware_mfa: Option<HardwareArg>,
    /// Whether a password is to be changed after it was released
    #[arg(long, value_name = "BOOL")]
    rotate_after_release: Option<bool>,
    /// How many people at least read a mailbox
    #[arg(long, value_name = "N")]
    mailbox_min: Option<u8>,
    /// For how many hours a thing may be out of its location
    #[arg(long, value_name = "HOURS")]
    item_out: Option<u32>,
    /// Within how many days a checkpoint is to be cosigned by others
    #[arg(long, value_name = "DAYS")]
    checkpoint_days: Option<u32>,
    /// After how many days a proof of a share is stale
    #[arg(long, value_name = "DAYS")]
    stale_share_days: Option<u32>,
    /// How often an outsider is to time-stamp the log
    #[arg(long)]
    timestamp_every: Option<EveryArg>,
    /// For how many days what a statement says of people can't be erased
    #[arg(long, value_name = "DAYS")]
    retention_days: Option<u32>,
}

pub fn run(context: &Context, command: &PostureCommand) -> Result<Done> {
    match command {
        PostureCommand::Show => show(context),
        PostureCommand::Set(set) => self::set(context, set),
    }
}

fn show(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let PostureRecord { posture, index } = PostureRecord::load(&session.view())?;
    if context.global.json {
        let fields = json!({"posture": posture, "since": index});
        output::object("posture", fields)?;
        return Ok(Done::Yes);
    }
    let since = match index {
        Some(index) => format!("in effect since entry #{index}"),
        None => "as goes without saying: governance has set nothing".to_owned(),
    };
    output::data(&format!("what the estate is held to, {since}\n"))?;
    for line in estate::posture(&posture) {
        output::data(&format!("{}\n", output::plain(&line)))?;
    }
    Ok(Done::Yes)
}

fn set(context: &Context, command: &PostureSet) -> Result<Done> {
    let domains = command
        .domain
        .iter()
        .map(|name| Text::new(name.to_lowercase()));
    let mut domains: Vec<Text> = domains.collect::<Result<_>>()?;
    domains.sort();
    domains.dedup();
    let mut session = context.open_to_act()?;
    let mut posture = PostureRecord::load(&session.view())?.posture;
    if !domains.is_empty() {
        posture.domains = domains;
    }
    let hardware = command.hardware_mfa.map(HardwareArg::which);
    posture.hardware_mfa = hardware.unwrap_or(posture.hardware_mfa);
    posture.rotate_after_release = command
        .rotate_after_release
        .unwrap_or(posture.rotate_after_release);
    posture.mailbox_min = command.mailbox_min.unwrap_or(posture.mailbox_min);
    posture.item_out_hours = command.item_out.unwrap_or(posture.item_out_hours);
    posture.checkpoint_days = command.checkpoint_days.unwrap_or(posture.checkpoint_days);
    posture.stale_share_days = command.stale_share_days.unwrap_or(posture.stale_share_days);
    let every = command.timestamp_every.map(EveryArg::every);
    posture.timestamp_every = every.unwrap_or(posture.timestamp_every);
    posture.retention_days = command.retention_days.unwrap_or(posture.retention_days);
    let entered = session.enter(Claim::PostureSet(SetPosture { posture }), Vec::new())?;
    context.report(
        session,
        &entered,
        "proposed what the estate is held to",
        json!({}),
    )
}

impl HardwareArg {
    fn which(self) -> HardwareMfa {
        match self {
            Self::None => HardwareMfa::None,
            Self::Management => HardwareMfa::Management,
            Self::All => HardwareMfa::All,
        }
    }
}

impl EveryArg {
    fn every(self) -> TimestampEvery {
        match self {
            Self::None => TimestampEvery::None,
            Self::Month => TimestampEvery::Month,
            Self::Quarter => TimestampEvery::Quarter,
        }
    }
}
