//! `man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use serde_json::json;

use super::args::Cli;
use super::context::Context;
use super::output::{self, Done};
use crate::error::{Error, Result};

/// The table of `docs/cli.md`.
const EXIT_STATUS: [(&str, &str); 7] = [
    ("0", "Done."),
    (
        "1",
        "Could not: input or output, disk full, locked, internal.",
    ),
    ("2", "Usage."),
    (
        "3",
        "Refused: not allowed, not yet signed off, expired, withdrawn.",
    ),
    (
        "4",
        "Verification failed: tampering, a bad signature, a fork, a wrong share, a state that does not fit the pin.",
    ),
    ("5", "Not found."),
    (
        "6",
        "Attention: status has something overdue, or somebody who left is a custodian.",
    ),
];

const ENVIRONMENT: [(&str, &str); 2] = [
    (
        "ROOTKEEP_LEDGER",
        "The ledger, where -L is not given and there is not just one *.ledger in the working directory.",
    ),
    ("ROOTKEEP_IDENTITY", "Your identity, where -i is not given."),
];

const FILES: [(&str, &str); 6] = [
    (
        "*.ledger/",
        "A ledger: ledger.db, an encrypted database; keys/, its keys, each encrypted to a member; lock.",
    ),
    (
        "NAME.key",
        "An identity: keep it to yourself, and keep a copy.",
    ),
    (
        "NAME.card",
        "Its card, for the others, and beside it for your own first act.",
    ),
    (
        "NAME.key.LEDGER.pin",
        "What you have seen of a ledger. Keep it with your identity.",
    ),
    (
        "~/.config/rootkeep/plugins",
        "Names of age plugins that may be run, one a line.",
    ),
    (
        "~/.local/state/rootkeep/",
        "Pins, where the directory of the identity can't be written.",
    ),
];

/// `man`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep man --out ~/.local/share/man/man1")]
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
    // A page for `help` would list every command once more.
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    collect(&root, &mut Vec::new(), &mut pages).map_err(failed)?;
    for (name, page) in pages {
        std::fs::write(command.out.join(name), page).map_err(failed)?;
    }
    if context.global.json {
        output::object(
            "man",
            json!({"directory": command.out.display().to_string()}),
        )?;
    }
    Ok(Done::Yes)
}

/// The pages of a command and of those below it: file name and text.
fn collect(
    command: &clap::Command,
    above: &mut Vec<String>,
    pages: &mut Vec<(String, Vec<u8>)>,
) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    // The examples have a section of their own.
    let man = Man::new(command.clone().after_help(None));
    let mut page = Vec::new();
    man.render(&mut page)?;
    page.extend(own_sections(command, above).into_bytes());
    pages.push((man.get_filename(), page));
    above.push(name.to_owned());
    for subcommand in command.get_subcommands() {
        collect(subcommand, above, pages)?;
    }
    above.pop();
    Ok(())
}

/// What the help text of a command does not say, or says of all of them.
fn own_sections(command: &clap::Command, above: &[String]) -> String {
    let mut roff = Roff::new();
    terms(&mut roff, "EXIT STATUS", &EXIT_STATUS);
    if let Some(examples) = command.get_after_help() {
        roff.control("SH", ["EXAMPLES"]);
        roff.control("nf", []);
        for line in examples.to_string().lines().skip(1) {
            roff.text([roman(line.trim_start())]);
        }
        roff.control("fi", []);
    }
    terms(&mut roff, "ENVIRONMENT", &ENVIRONMENT);
    terms(&mut roff, "FILES", &FILES);
    let below = command
        .get_subcommands()
        .filter_map(clap::Command::get_display_name);
    let also: Vec<String> = above
        .iter()
        .map(String::as_str)
        .chain(below)
        .chain(["age"])
        .map(|name| format!("{name}(1)"))
        .collect();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(also.join(", "))]);
    roff.to_roff()
}

fn terms(roff: &mut Roff, heading: &str, terms: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, text) in terms {
        roff.control("TP", []);
        roff.text([bold(*term)]);
        roff.text([roman(*text)]);
    }
}
