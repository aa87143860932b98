//! `man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use super::args::Cli;
use super::output::Done;
use crate::error::{Error, Result};

/// `man`.
#[derive(Debug, Args)]
pub struct ManCommand {
    /// A directory; made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(command: &ManCommand) -> Result<Done> {
    let failed = |error: std::io::Error| {
        Error::failed(
            "cannot-write",
            format!("cannot write to {}", command.out.display()),
        )
        .because(error)
    };
    std::fs::create_dir_all(&command.out).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &command.out).map_err(failed)?;
    Ok(Done::Yes)
}
