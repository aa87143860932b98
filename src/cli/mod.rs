//! The command line: arguments, prompts, output, exit codes; no rule of custody is decided here.
//!
//! One file for each command or family of commands; `context` is what they share.

mod access_form;
mod account;
mod alarm;
mod args;
mod asked;
mod attach;
mod attachment;
mod attention;
mod backup;
mod calendar;
mod card;
mod ceremony;
mod check;
mod checkpoint;
mod close;
mod compare;
mod completions;
mod contact;
mod context;
mod copy;
mod custodian;
mod demo;
mod drill;
mod drill_finish;
mod drill_list;
mod drill_plan;
mod drill_prove;
mod drill_record;
mod drill_start;
mod due;
mod erase;
mod event;
mod evidence;
mod find;
mod finding;
mod fresh;
mod genesis;
mod hidden;
mod identity;
mod improvement;
mod init;
mod item;
mod item_photo;
mod kept;
mod last;
mod leavers;
mod lessons;
mod location;
mod location_map;
mod log;
mod looks;
mod mailbox;
mod man;
mod named;
mod out_items;
mod output;
mod phone;
mod policy;
mod posture;
mod print;
mod privilege;
mod progress;
mod quorum;
mod reconcile;
mod recover;
mod rekey;
mod request;
mod request_list;
mod reshare;
mod restore;
mod reveal;
mod review;
mod review_list;
mod review_show;
mod runbook;
mod safe;
mod seal;
mod seal_codes;
mod seal_copies;
mod secret;
mod secret_compare;
mod shares;
mod shell;
mod show;
mod sign;
mod slip;
mod slip_import;
mod slip_make;
mod slip_qr;
mod status;
mod steps;
mod table_import;
mod task;
mod task_list;
mod terminal;
mod verify;
mod waiting;
mod what_if;
mod when;
mod who_can;

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
            let json = std::env::args_os().any(|argument| argument == "--json");
            return ExitCode::from(not_parsed(&error, json));
        }
    };
    ExitCode::from(perform(&Context::new(cli.global), cli.command))
}

/// Runs a command and shows its error. Its exit status.
fn perform(context: &Context, command: Command) -> u8 {
    match run(context, command) {
        Ok(done) => done.exit_code(),
        Err(error) => {
            let error = context.by_name(error);
            output::print_error(&error, context.global.json);
            error.exit_code()
        }
    }
}

/// Help and version go to stdout; what was typed wrongly is an error like every other. The exit status.
fn not_parsed(error: &clap::Error, json: bool) -> u8 {
    use clap::error::ErrorKind;
    let asked_for = !error.use_stderr();
    if asked_for || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // A closed pipe: nobody reads any more.
        let _unheard = error.print();
        return if asked_for { 0 } else { 2 };
    }
    // Where the environment names one, clap counts it among what the command needs.
    let rendered = error.render().to_string();
    output::print_usage(&rendered.replacen(" --identity <FILE>", "", 1), json);
    2
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
        Command::Account(command) => account::run(context, &command),
        Command::Posture(command) => posture::run(context, &command),
        Command::Alarm(command) => alarm::run(context, command),
        Command::Location(command) => location::run(context, command),
        Command::Item(command) => item::run(context, command),
        Command::Safe(command) => safe::run(context, command),
        Command::Mailbox(command) => mailbox::run(context, command),
        Command::Phone(command) => phone::run(context, command),
        Command::Seal(command) => seal::run(context, &command),
        Command::Secret(command) => secret::run(context, command),
        Command::Request(command) => request::run(context, &command),
        Command::Drill(command) => drill::run(context, command),
        Command::Check(command) => check::run(context, &command),
        Command::Finding(command) => finding::run(context, &command),
        Command::Improvement(command) => improvement::run(context, &command),
        Command::Runbook(command) => runbook::run(context, &command),
        Command::Ceremony(command) => ceremony::run(context, &command),
        Command::Privilege(command) => privilege::run(context, &command),
        Command::Review(command) => review::run(context, &command),
        Command::Task(command) => task::run(context, &command),
        Command::Reconcile(command) => reconcile::run(context, &command),
        Command::Event(command) => event::run(context, &command),
        Command::WhoCan(command) => who_can::run(context, &command),
        Command::WhatIf(command) => what_if::run(context, &command),
        Command::Calendar(command) => calendar::run(context, &command),
        Command::Rekey => rekey::run(context),
        Command::Reshare(command) => reshare::run(context, &command),
        Command::Reveal(command) => reveal::run(context, &command),
        Command::Close(command) => close::run(context, &command),
        Command::Recover(command) => recover::run(context, &command),
        Command::Print(command) => print::run(context, &command),
        Command::Shares(command) => shares::run(context, command),
        Command::Slip(command) => slip::run(context, command),
        Command::Log(command) => log::run(context, &command),
        Command::Show(command) => show::run(context, &command),
        Command::Find(command) => find::run(context, &command),
        Command::Correct(command) => attach::correct(context, &command),
        Command::Erase(command) => erase::run(context, &command),
        Command::Attach(command) => attach::attach(context, &command),
        Command::Attachment(command) => attachment::run(context, &command),
        Command::Verify(command) => verify::run(context, &command),
        Command::Checkpoint(command) => checkpoint::run(context, &command),
        Command::Status(command) => status::run(context, &command),
        Command::Backup(command) => backup::run(context, &command),
        Command::Evidence(command) => evidence::run(context, &command),
        Command::Restore(command) => restore::run(context, &command),
        Command::Copy(command) => copy::run(context, &command),
        Command::Compare(command) => compare::run(context, &command),
        Command::Shell(command) => shell::run(context, &command),
        Command::Demo(command) => demo::run(context, &command),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(context, &command),
    }
}
