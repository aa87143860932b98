//! `shell`: one person in one ledger, unlocked once, and many commands.
//!
//! Each command is parsed by the same definition and run by the same code as outside, opens the ledger
//! for itself and lets go of it. Between them only what [`Kept`] has is in memory.

mod complete;
mod editor;
mod names;
pub mod words;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Args, CommandFactory, Parser};

use super::args::{Cli, Global};
use super::attention::Attention;
use super::context::Context;
use super::hidden::{self, Hidden};
use super::kept::Kept;
use super::output::{self, Done};
use super::request::parse_duration;
use super::status;
use super::terminal::Terminal;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::describe;
use crate::statement::Claim;
use editor::{LineEditor, Typed};

/// The shortest and the longest time without input, seconds.
const IDLE: std::ops::RangeInclusive<u32> = 1..=7200;

/// Commands that make no sense within a ledger that is unlocked.
const NOT_HERE: [&str; 6] = ["shell", "demo", "completions", "man", "init", "identity"];

/// What the shell itself understands.
const OWN_WORDS: [&str; 3] = ["lock", "exit", "quit"];

/// Flags that are given once, to the shell.
const ONCE: [&str; 2] = ["identity", "ledger"];

/// The most of a ledger's name that a prompt shows.
const NAME_IN_PROMPT: usize = 40;

/// Terminals on which the editor edits nothing.
const UNABLE: [&str; 3] = ["dumb", "cons25", "emacs"];

/// `shell`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep -i alice.key shell\n  rootkeep -L acme.ledger -i alice.key shell --idle 5m"
)]
pub struct ShellCommand {
    /// Lock after so long without input: from 1s to 2h, such as 90s or 5m
    #[arg(long, value_name = "DURATION", default_value = "10m")]
    idle: String,
}

/// Why the shell takes no more commands.
enum End {
    /// Somebody has left it.
    Left,
    /// It is locked; why, in words.
    Locked(String),
}

pub fn run(context: &Context, command: &ShellCommand) -> Result<Done> {
    let idle = idle(&command.idle)?;
    check_terminal(&context.terminal)?;
    check_flags(&context.global)?;
    let (identity, directory) = (context.identity_path()?, context.ledger_path()?);
    let shell = Shell {
        global: context.global.clone(),
        kept: Rc::new(Kept::locked(identity.clone(), directory.clone())),
        attention: Attention::watch(Duration::from_secs(idle.into()))?,
        identity,
        directory,
        idle,
    };
    let mut prompt = shell.unlock()?;
    loop {
        let End::Locked(why) = shell.converse(&prompt)? else {
            return Ok(Done::Yes);
        };
        shell.kept.lock();
        output::clear_screen();
        match shell.locked(&why) {
            Some(again) => prompt = again,
            None => return Ok(Done::Yes),
        }
    }
}

fn idle(typed: &str) -> Result<u32> {
    let seconds = parse_duration(typed)?;
    if IDLE.contains(&seconds) {
        return Ok(seconds);
    }
    Err(Error::usage(
        "bad-duration",
        format!(
            "a shell locks after 1s to 2h, not after `{}`",
            typed.escape_debug()
        ),
    )
    .hint("--idle 10m"))
}

/// That somebody sits at a terminal on which a line can be edited.
fn check_terminal(terminal: &Terminal) -> Result<()> {
    let no =
        |message: String, hint: &str| Err(Error::usage("shell-needs-terminal", message).hint(hint));
    if !terminal.interactive {
        return no(
            "shell needs a terminal; for scripts call rootkeep once per command".to_owned(),
            "run it at a terminal, without --batch",
        );
    }
    let term = std::env::var("TERM").unwrap_or_default();
    if UNABLE.contains(&term.to_lowercase().as_str()) {
        return no(
            format!("shell needs a terminal on which a line can be edited, and TERM is `{term}`"),
            "use another terminal, or call rootkeep once per command",
        );
    }
    Ok(())
}

/// What goes with each command does not go with all of them.
fn check_flags(global: &Global) -> Result<()> {
    for (given, flag) in [(global.json, "--json"), (!global.with.is_empty(), "--with")] {
        if given {
            return Err(Error::usage(
                "not-for-shell",
                format!("{flag} goes with a command in the shell, not with the shell"),
            )
            .hint(format!("leave out {flag}")));
        }
    }
    Ok(())
}

struct Shell {
    /// As typed to the shell itself.
    global: Global,
    kept: Rc<Kept>,
    attention: Arc<Attention>,
    identity: PathBuf,
    directory: PathBuf,
    /// Seconds.
    idle: u32,
}

impl Shell {
    /// What a command is given that was typed with these flags.
    fn context(&self, typed: Global) -> Context {
        let terminal = Terminal::detect(typed.batch).attended(Arc::clone(&self.attention));
        let shell = self.global.clone();
        let global = Global {
            ledger: Some(self.directory.clone()),
            identity: Some(self.identity.clone()),
            quiet: typed.quiet || shell.quiet,
            plugin: [shell.plugin, typed.plugin].concat(),
            code: typed.code.or(shell.code),
            own_card: typed.own_card.or(shell.own_card),
            own_fingerprint: typed.own_fingerprint.or(shell.own_fingerprint),
            ..typed
        };
        Context::in_shell(global, terminal, Rc::clone(&self.kept))
    }

    /// Unlocks the identity by opening the ledger, says what there is, and makes the prompt.
    fn unlock(&self) -> Result<String> {
        self.attention.begin();
        let context = self.context(Global::default());
        let session = context.open()?;
        context.say(&status::at_a_glance(&context, &session)?);
        context.say(&format!(
            "help lists the commands, Tab completes; lock, exit. Locks after {} without input.",
            describe::duration(self.idle.into())
        ));
        prompt(&session)
    }

    /// Takes commands, until there is an end to it.
    fn converse(&self, prompt: &str) -> Result<End> {
        let mut editor = LineEditor::new(Rc::clone(&self.kept), Arc::clone(&self.attention))?;
        loop {
            let line = match editor.read(prompt)? {
                Typed::Line(line) => line,
                Typed::Dropped => continue,
                Typed::End => return Ok(End::Left),
                Typed::Nobody => return Ok(self.nobody()),
            };
            let end = match words::words(&line) {
                Ok(words) => self.obey(words),
                Err(error) => {
                    output::print_error(&error, false);
                    None
                }
            };
            self.attention.answered();
            if let Some(end) = end {
                return Ok(end);
            }
            if self.attention.was_lost() {
                return Ok(self.nobody());
            }
        }
    }

    /// Nobody has typed for too long.
    fn nobody(&self) -> End {
        let time = describe::duration(self.idle.into());
        End::Locked(format!("locked after {time} without input"))
    }

    fn obey(&self, mut words: Vec<String>) -> Option<End> {
        // What the program shows to be typed next begins so.
        if words.first().is_some_and(|word| word == "rootkeep") {
            words.remove(0);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => {}
            ["lock"] => return Some(End::Locked("locked".to_owned())),
            ["exit" | "quit"] => return Some(End::Left),
            words => self.command(words),
        }
        None
    }

    fn command(&self, words: &[&str]) {
        let json = words.contains(&"--json");
        if let Err(error) = check_here(words) {
            return output::print_error(&error, json);
        }
        match Cli::try_parse_from(as_typed_outside(words)) {
            Ok(cli) => {
                // Its error was shown; a shell has no exit status of its own.
                let _shown = super::perform(&self.context(cli.global), cli.command);
            }
            Err(error) => {
                super::not_parsed(&error, json);
                if words == ["help"] {
                    output::talk("In the shell also: lock, exit (or quit, or Ctrl-D)");
                }
            }
        }
    }

    /// Waits until somebody unlocks it again; `None` where nobody will.
    fn locked(&self, why: &str) -> Option<String> {
        loop {
            let answer = hidden::ask(
                &format!("{why}; Enter to unlock again, Ctrl-D to leave"),
                None,
            );
            match answer {
                Hidden::Line(_) => match self.unlock() {
                    Ok(prompt) => return Some(prompt),
                    Err(error) => {
                        // It may have been unlocked before that went wrong.
                        self.kept.lock();
                        output::print_error(&error, false);
                    }
                },
                Hidden::NotGiven if self.attention.interrupted() => self.attention.answered(),
                Hidden::NotGiven | Hidden::NoTerminal => return None,
            }
        }
    }
}

fn as_typed_outside<'w>(words: &[&'w str]) -> impl Iterator<Item = &'w str> {
    std::iter::once("rootkeep").chain(words.iter().copied())
}

/// That a command has a place in the shell, whatever else is wrong with it.
fn check_here(words: &[&str]) -> Result<()> {
    let lenient = Cli::command().ignore_errors(true);
    let Ok(matches) = lenient.try_get_matches_from(as_typed_outside(words)) else {
        // Help is asked for.
        return Ok(());
    };
    if let Some(name) = matches.subcommand_name().filter(|name| not_in_shell(name)) {
        return Err(Error::usage(
            "not-in-shell",
            format!("`{name}` makes no sense in the shell, which is one person in one ledger"),
        )
        .hint(format!(
            "leave the shell (exit), or in another window: rootkeep {name}"
        )));
    }
    let typed = |flag: &&str| matches.value_source(flag) == Some(ValueSource::CommandLine);
    if ONCE.iter().any(typed) {
        return Err(Error::usage(
            "one-person",
            "the shell is one person in one ledger: -i and -L are given once, to the shell itself",
        )
        .hint("leave them out; somebody else at this keyboard signs off with --with FILE")
        .hint("for another person or another ledger: leave the shell (exit)"));
    }
    Ok(())
}

fn not_in_shell(command: &str) -> bool {
    NOT_HERE.contains(&command)
}

/// The ledger's name and the person's.
fn prompt(session: &Session) -> Result<String> {
    let name = match session.proven(0)?.claim() {
        Claim::Genesis(_, Some(personal)) => personal.name.to_string(),
        _ => session.directory().display().to_string(),
    };
    let person = session.people()?.name(&session.member());
    let one_line = |text: &str| output::plain(text).replace('\n', " ");
    let mut short: String = one_line(&name).chars().take(NAME_IN_PROMPT).collect();
    if short.chars().count() < name.chars().count() {
        short.push('…');
    }
    Ok(format!("{short} · {}> ", one_line(&person)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_without_input_has_bounds() {
        for (typed, seconds) in [("1s", 1), ("90", 90), ("10m", 600), ("2h", 7200)] {
            assert_eq!(idle(typed).unwrap(), seconds);
        }
        for typed in ["0s", "0", "7201s", "3h", "soon"] {
            assert_eq!(idle(typed).unwrap_err().code(), "bad-duration", "{typed}");
        }
    }

    #[test]
    fn who_and_where_are_given_once() {
        for words in [
            vec!["-i", "bob.key", "status"],
            vec!["status", "-i", "bob.key"],
            vec!["status", "--identity=bob.key"],
            vec!["-L", "other.ledger", "secret", "list"],
            vec!["secret", "list", "--ledger", "other.ledger"],
        ] {
            assert_eq!(
                check_here(&words).unwrap_err().code(),
                "one-person",
                "{words:?}"
            );
        }
        check_here(&["--json", "-q", "status"]).unwrap();
        check_here(&["sign", "4eb2", "--with", "bob.key"]).unwrap();
    }

    #[test]
    fn what_has_no_place_here_says_so() {
        for words in [
            vec!["shell"],
            vec!["demo"],
            vec!["init", "new.ledger"],
            vec!["-q", "identity"],
            vec!["man", "--out", "x"],
            vec!["completions", "bash"],
            vec!["identity", "new", "x", "--out", "."],
        ] {
            assert_eq!(
                check_here(&words).unwrap_err().code(),
                "not-in-shell",
                "{words:?}"
            );
        }
    }

    #[test]
    fn the_shells_own_words_are_no_commands() {
        let root = Cli::command();
        for word in OWN_WORDS {
            assert!(root.find_subcommand(word).is_none(), "{word}");
        }
        for name in NOT_HERE {
            assert!(root.find_subcommand(name).is_some(), "{name} is gone");
        }
    }
}
