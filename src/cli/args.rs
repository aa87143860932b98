//! What can be typed. Doc comments are the help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// An offline custody ledger for AWS root credentials.
///
/// Exit codes: 0 done, 1 could not, 2 usage, 3 refused, 4 verification failed, 5 not found,
/// 6 attention.
#[derive(Debug, Parser)]
#[command(name = "rootkeep", version, arg_required_else_help = true)]
#[command(after_help = "Examples:\n  rootkeep demo\n  rootkeep help seal")]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// The ledger's directory [default: the only *.ledger here, else ROOTKEEP_LEDGER]
    #[arg(
        short = 'L',
        long,
        global = true,
        value_name = "DIR",
        help_heading = "For every command"
    )]
    pub ledger: Option<PathBuf>,
    /// Your identity: what `age -i` takes
    #[arg(
        short,
        long,
        global = true,
        env = "ROOTKEEP_IDENTITY",
        value_name = "FILE",
        hide_env_values = true,
        help_heading = "For every command"
    )]
    pub identity: Option<PathBuf>,
    /// A second person at this keyboard, who signs off at once (repeatable)
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "For every command"
    )]
    pub with: Vec<PathBuf>,
    /// One JSON object on stdout; errors as one object on stderr
    #[arg(long, global = true, help_heading = "For every command")]
    pub json: bool,
    /// Never ask: what is missing is an error that names the flag
    #[arg(long, global = true, help_heading = "For every command")]
    pub batch: bool,
    /// No progress and no hints; warnings, errors and what was asked for stay
    #[arg(short, long, global = true, help_heading = "For every command")]
    pub quiet: bool,
    /// Allow the age plugin of this name (repeatable)
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        help_heading = "For every command"
    )]
    pub plugin: Vec<String>,
    /// The genesis code as read aloud, for your first act in a ledger
    #[arg(long, global = true, value_name = "WORDS", help_heading = "First use")]
    pub code: Option<String>,
    /// Your own card, where it is not beside your identity
    #[arg(
        long = "own-card",
        global = true,
        value_name = "FILE",
        help_heading = "First use"
    )]
    pub own_card: Option<PathBuf>,
    /// Your own card's fingerprint in words, where the card is not at hand
    #[arg(
        long = "own-fingerprint",
        global = true,
        value_name = "WORDS",
        help_heading = "First use"
    )]
    pub own_fingerprint: Option<String>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an identity and its card
    #[command(subcommand)]
    Identity(super::identity::IdentityCommand),
    /// Look at a card
    #[command(subcommand)]
    Card(super::card::CardCommand),
    /// Found a ledger
    Init(super::init::InitCommand),
    /// Agree to a request, or to anything that waits for sign-offs
    #[command(visible_alias = "approve")]
    Sign(super::sign::SignCommand),
    /// Say no
    Reject(super::sign::RejectCommand),
    /// Take your own statement back
    Withdraw(super::sign::WithdrawCommand),
    /// People: add, accept, retire, replace, acknowledge, leavers, away, list, show
    #[command(subcommand)]
    Custodian(super::custodian::CustodianCommand),
    /// Someone who only reads
    #[command(subcommand)]
    Reader(super::custodian::ReaderCommand),
    /// Threshold rules: define, list, show
    #[command(subcommand)]
    Quorum(super::quorum::QuorumCommand),
    /// The ledger's policy: show, set
    #[command(subcommand)]
    Policy(super::policy::PolicyCommand),
    /// What the estate is held to: show, set
    #[command(subcommand)]
    Posture(super::posture::PostureCommand),
    /// The register of accounts: import, set, list, show
    #[command(subcommand)]
    Account(super::account::AccountCommand),
    /// Safes and other places: add, set, retire, list, show, import
    #[command(subcommand)]
    Location(super::location::LocationCommand),
    /// Things in them: add, check, move, destroy, list, show, import
    #[command(subcommand)]
    Item(super::item::ItemCommand),
    /// The safe-access log: open, close, log, list
    #[command(subcommand)]
    Safe(super::safe::SafeCommand),
    /// Mailboxes of root users: add, set, list, import
    #[command(subcommand)]
    Mailbox(super::mailbox::MailboxCommand),
    /// Phones of root users: add, set, list, import
    #[command(subcommand)]
    Phone(super::phone::PhoneCommand),
    /// Alarms on use of root users: add, set, list, import
    #[command(subcommand)]
    Alarm(super::alarm::AlarmCommand),
    /// Seal a secret to its quorum
    Seal(super::seal::SealCommand),
    /// Secrets: confirm, list, show, prove, destroy
    #[command(subcommand)]
    Secret(super::secret::SecretCommand),
    /// Ask for secrets; list what was asked for
    Request(super::request::RequestCommand),
    /// New shares for the same value, which nobody is shown
    Reshare(super::reshare::ReshareCommand),
    /// A new data key for database and members, as after somebody has left
    #[command(after_help = "Examples:\n  rootkeep -i alice.key rekey")]
    Rekey,
    /// Show a secret of a request in effect
    Reveal(super::reveal::RevealCommand),
    /// End a release
    Close(super::close::CloseCommand),
    /// From share words on stdin to the key; needs no ledger
    Recover(super::recover::RecoverCommand),
    /// Your own encrypted shares
    #[command(subcommand)]
    Shares(super::shares::SharesCommand),
    /// Sheets of paper: sheet, share, inventory, form, script
    #[command(subcommand)]
    Print(super::print::PrintCommand),
    /// Work with people who never see the ledger, by files on a stick
    #[command(subcommand)]
    Slip(super::slip::SlipCommand),
    /// Drills: plan, unplan, start, prove, step, record, finish, list, show
    #[command(subcommand)]
    Drill(super::drill::DrillCommand),
    /// What drills have taught: list, close
    #[command(subcommand)]
    Improvement(super::improvement::ImprovementCommand),
    /// What breaks a rule of good custody, and what to do about it
    Check(super::check::CheckCommand),
    /// Findings that are accepted for a time: accept, list
    #[command(subcommand)]
    Finding(super::finding::FindingCommand),
    /// Scripts that people go by, one for each scenario: add, check, list, show
    #[command(subcommand)]
    Runbook(super::runbook::RunbookCommand),
    /// A runbook performed by people in a room: start, run, step, finish, list, show
    #[command(subcommand)]
    Ceremony(super::ceremony::CeremonyCommand),
    /// Tasks on the root users of member accounts: request, close, list, show
    #[command(subcommand)]
    Task(super::task::TaskCommand),
    /// Who can do what on a management account: set, end, list
    #[command(subcommand)]
    Privilege(super::privilege::PrivilegeCommand),
    /// Who has access to what, judged by two: plan, unplan, start, confirm, strike, done, list, show
    #[command(subcommand)]
    Review(super::review::ReviewCommand),
    /// What AWS has logged, beside what there was to be: cloudtrail, list, void
    #[command(subcommand)]
    Reconcile(super::reconcile::ReconcileCommand),
    /// Events that nothing explained: list, show, explain
    #[command(subcommand)]
    Event(super::event::EventCommand),
    /// Who can reach an account's root user, and how many people and sites can be lost
    WhoCan(super::who_can::WhoCanCommand),
    /// Who is locked out when people and sites are gone, and what still opens
    WhatIf(super::what_if::WhatIfCommand),
    /// What comes round, as a file for calendars
    Calendar(super::calendar::CalendarCommand),
    /// The log
    Log(super::log::LogCommand),
    /// One entry, whole
    Show(super::show::ShowCommand),
    /// Entries that contain a text
    Find(super::find::FindCommand),
    /// Say that an entry is wrong, and what is right
    Correct(super::attach::CorrectCommand),
    /// Propose that what an entry says of people is erased, for good
    Erase(super::erase::EraseCommand),
    /// Add a file to an entry
    Attach(super::attach::AttachCommand),
    /// Attached files: get
    #[command(subcommand)]
    Attachment(super::attachment::AttachmentCommand),
    /// Check everything again
    Verify(super::verify::VerifyCommand),
    /// The signed head of the log
    Checkpoint(super::checkpoint::CheckpointCommand),
    /// What waits, what is open
    Status(super::status::StatusCommand),
    /// The whole ledger as one file, verified
    Backup(super::backup::BackupCommand),
    /// Evidence for an auditor: export, verify, cosign
    #[command(subcommand)]
    Evidence(super::evidence::EvidenceCommand),
    /// A ledger again from a backup, in a new directory
    Restore(super::restore::RestoreCommand),
    /// A read-only copy for another site; promote
    Copy(super::copy::CopyCommand),
    /// Which of two copies is ahead, or that they are forks
    Compare(super::compare::CompareCommand),
    /// Unlock once, then type many commands
    Shell(super::shell::ShellCommand),
    /// Play the whole story in a fresh directory
    Demo(super::demo::DemoCommand),
    /// Completions for a shell
    Completions(super::completions::CompletionsCommand),
    /// Manual pages
    Man(super::man::ManCommand),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every command that does something, by its words.
    fn leaves(command: &clap::Command, words: &str, found: &mut Vec<(String, String)>) {
        let mut below = command.get_subcommands().peekable();
        if below.peek().is_none() {
            let help = command.get_after_help().map(ToString::to_string);
            found.push((words.to_owned(), help.unwrap_or_default()));
        }
        for command in below {
            leaves(command, &format!("{words} {}", command.get_name()), found);
        }
    }

    /// As a shell splits it: words in double quotes are one, and what follows `<` or `>` is a file.
    fn split(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
        for c in line.split(['<', '>']).next().unwrap().chars() {
            match c {
                '"' | '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(std::mem::take(&mut word)),
                c => word.push(c),
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_command_has_examples_that_are_understood() {
        let mut found = Vec::new();
        leaves(&Cli::command(), "rootkeep", &mut found);
        assert!(found.len() > 30);
        for (words, help) in found {
            let mut lines = help.lines();
            assert_eq!(lines.next(), Some("Examples:"), "{words}");
            let examples: Vec<&str> = lines.collect();
            assert!((1..=2).contains(&examples.len()), "{words}");
            for example in examples {
                assert!(
                    example.len() <= 99,
                    "a wrapped line is not copied: {example}"
                );
                let line = split(example.trim_start());
                let without_flags = line.join(" ").replace("-i ", "");
                let about = words.split(' ').all(|word| without_flags.contains(word));
                assert!(about, "{words}: {example}");
                Cli::try_parse_from(line).unwrap_or_else(|error| panic!("{example}: {error}"));
            }
        }
    }
}
