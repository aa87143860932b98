//! The command line: arguments, prompts, output, exit codes; no rule of custody is decided here.
//!
//! One file for each command or family of commands; `context` is what they share.

mod account;
mod args;
mod attach;
mod card;
mod checkpoint;
mod close;
mod completions;
mod context;
mod custodian;
mod demo;
mod find;
mod genesis;
mod identity;
mod init;
mod log;
mod man;
mod output;
mod policy;
mod quorum;
mod recover;
mod request;
mod reveal;
mod seal;
mod secret;
mod shares;
mod show;
mod sign;
mod status;
mod terminal;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use context::Context;
use output::Done;

/// Runs the program on the process's own arguments.
#[must_use]
pub fn main() -> ExitCode {
    crate::crypto::hardening::forbid_core_dumps();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout and errors to stderr, and exits with 0 or 2.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _closed_pipe = error.print();
            return ExitCode::from(code);
        }
    };
    let json = cli.global.json;
    let context = Context::new(cli.global);
    match run(&context, cli.command) {
        Ok(done) => ExitCode::from(done.exit_code()),
        Err(error) => {
            output::print_error(&error, json);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(context: &Context, command: Command) -> crate::error::Result<Done> {
    match command {
        Command::Identity(command) => identity::run(context, command),
        Command::Card(command) => card::run(context, &command),
        Command::Init(command) => init::run(context, &command),
        Command::Sign(command) => sign::sign(context, &command),
        Command::Reject(command) => sign::reject(context, &command),
        Command::Withdraw(command) => sign::withdraw(context, &command),
        Command::Custodian(command) => custodian::run(context, command),
        Command::Reader(command) => custodian::reader(context, command),
        Command::Quorum(command) => quorum::run(context, command),
        Command::Policy(command) => policy::run(context, command),
        Command::Account(command) => account::run(context, command),
        Command::Seal(command) => seal::run(context, &command),
        Command::Secret(command) => secret::run(context, command),
        Command::Request(command) => request::run(context, &command),
        Command::Reveal(command) => reveal::run(context, &command),
        Command::Close(command) => close::run(context, &command),
        Command::Recover(command) => recover::run(context, &command),
        Command::Shares(command) => shares::run(context, command),
        Command::Log(command) => log::run(context, &command),
        Command::Show(command) => show::run(context, &command),
        Command::Find(command) => find::run(context, &command),
        Command::Correct(command) => attach::correct(context, &command),
        Command::Attach(command) => attach::attach(context, &command),
        Command::Verify(command) => verify::run(context, &command),
        Command::Checkpoint(command) => checkpoint::run(context, &command),
        Command::Status(command) => status::run(context, &command),
        Command::Demo(command) => demo::run(context, &command),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
    }
}
