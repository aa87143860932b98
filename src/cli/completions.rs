//! `completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use super::output::{self, Done};
use crate::error::Result;

/// `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep completions bash > ~/.local/share/bash-completion/completions/rootkeep"
)]
pub struct CompletionsCommand {
    /// For which shell
    shell: Shell,
}

pub fn run(command: &CompletionsCommand) -> Result<Done> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Cli::command(), "rootkeep", &mut script);
    output::data(&String::from_utf8_lossy(&script))?;
    Ok(Done::Yes)
}
