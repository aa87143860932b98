//! `man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use serde_json::json;

use super::args::Cli;
use super::context::Context;
use super::output::{self, Done};
use crate::error::{Error, Result};

/// `man`.
#[derive(Debug, Args)]
pub struct ManCommand {
    /// A directory; made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(context: &Context, command: &ManCommand) -> Result<Done> {
    let failed = |error: std::io::Error| {
        Error::failed(
            "cannot-write",
            format!("cannot write to {}", command.out.display()),
        )
        .because(error)
    };
    std::fs::create_dir_all(&command.out).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &command.out).map_err(failed)?;
    if context.global.json {
        output::object(
            "man",
            json!({"directory": command.out.display().to_string()}),
        )?;
    }
    Ok(Done::Yes)
}
