//! `demo`: the whole story, by the program's own commands, in a fresh directory.

use std::path::PathBuf;

use clap::Args;

use super::context::Context;
use super::output::Done;
use crate::error::Result;

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// Where; must not exist [default: rootkeep-demo]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub fn run(_context: &Context, _command: &DemoCommand) -> Result<Done> {
    Ok(Done::Yes)
}
