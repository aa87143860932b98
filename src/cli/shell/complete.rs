//! What a word that is being typed could become: commands and flags as the arguments' own definition
//! has them, names as the ledger has them, files.

use std::ops::ControlFlow;
use std::rc::Rc;

use clap::{Arg, Command, CommandFactory, ValueHint};
use rustyline::completion::{FilenameCompleter, Pair};

use super::names::{self, Name, Sort};
use super::words::{self, Open, Split};
use super::{OWN_WORDS, not_in_shell};
use crate::cli::args::Cli;
use crate::cli::kept::Kept;
use crate::cli::output;

/// Completes words for one person in one ledger.
pub struct Completer {
    root: Command,
    kept: Rc<Kept>,
    files: FilenameCompleter,
}

impl Completer {
    /// Names come from the ledger while it is unlocked.
    pub fn new(kept: Rc<Kept>) -> Self {
        Self {
            root: commands(),
            kept,
            files: FilenameCompleter::new(),
        }
    }

    /// Where the word begins that ends at `position`, and what could be there instead: as much as fits
    /// into the room.
    pub fn complete(&self, line: &str, position: usize, room: Room) -> (usize, Vec<Pair>) {
        let nothing = (position, Vec::new());
        let typed = line.get(..position).unwrap_or(line);
        let Ok(mut split) = Split::new(typed) else {
            return nothing;
        };
        let (word, start) = match split.open {
            Some(_) => split.words.pop().map(|word| (word.text, word.start)),
            None => None,
        }
        .unwrap_or((String::new(), position));
        let before: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
        let wanted = Wanted::after(&self.root, &before, &word);
        if wanted.file {
            let in_quotes = matches!(split.open, Some(Open::Quote(_)));
            let (start, files) = self.files.complete_path(line, position).unwrap_or(nothing);
            return (
                start,
                shown(files.into_iter().filter(is_plain), room, in_quotes),
            );
        }
        let begins = |text: &str| text.to_lowercase().starts_with(&word.to_lowercase());
        let mut names: Vec<Name> = wanted
            .words
            .into_iter()
            .filter(|text| begins(text))
            .map(|text| Name { text, about: None })
            .collect();
        let named = wanted.sorts.iter().find_map(|sort| {
            let read = self.kept.glance(|records| names::all(records, *sort));
            // Who only types is not told of what is wrong: the command itself will say it.
            let mut named = read?.unwrap_or_default();
            named.retain(|name| begins(&name.text));
            (!named.is_empty()).then_some(named)
        });
        names.extend(named.unwrap_or_default());
        let pairs = names.into_iter().map(pair).filter(is_plain);
        (start, shown(pairs, room, false))
    }
}

/// Where candidates are listed. A list that is longer would wait in its middle for a key, and hear
/// nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Characters.
    pub columns: usize,
    /// What the list may take.
    pub lines: usize,
}

impl Room {
    /// How many of these can be listed, in columns of one width; two at least.
    fn holds(self, pairs: &[Pair]) -> usize {
        // Outside ASCII a character may take two columns.
        let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        let widths = pairs.iter().map(|pair| width(&pair.display));
        let widest: usize = widths.max().unwrap_or(0).max(HOW_MANY_MORE);
        ((self.columns / (widest + BETWEEN)).max(1) * self.lines).max(2)
    }
}

/// The space between two columns.
const BETWEEN: usize = 2;

/// How wide it is to say how many more there are.
const HOW_MANY_MORE: usize = 14;

/// The commands of the shell, as they are typed in it.
fn commands() -> Command {
    let mut root = Cli::command();
    root.build();
    root
}

/// What the word at a place is to be.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// One of these.
    words: Vec<String>,
    /// Or a name of the first of these sorts that has one.
    sorts: Vec<Sort>,
    /// A file.
    file: bool,
}

impl Wanted {
    /// After the words before it, for a `word` of which the beginning is there.
    fn after(root: &Command, before: &[&str], word: &str) -> Self {
        let before = match before {
            ["rootkeep", rest @ ..] => rest,
            all => all,
        };
        let mut place = Place {
            path: vec![root],
            values: 0,
            flag: None,
        };
        for word in before {
            if place.step(word).is_break() {
                return Self::default();
            }
        }
        place.wants(word)
    }

    fn value(path: &[&Command], arg: &Arg) -> Self {
        let possible = arg.get_possible_values();
        let words = possible.iter().filter(|value| !value.is_hide_set());
        Self {
            words: words.map(|value| value.get_name().to_owned()).collect(),
            sorts: sorts(path, arg),
            file: matches!(
                arg.get_value_hint(),
                ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath
            ),
        }
    }
}

/// How far the words of a line lead.
struct Place<'c> {
    /// The command, below those that it belongs to.
    path: Vec<&'c Command>,
    /// How many values without a flag it has.
    values: usize,
    /// The flag that waits for its value.
    flag: Option<&'c Arg>,
}

impl<'c> Place<'c> {
    fn command(&self) -> Option<&'c Command> {
        self.path.last().copied()
    }

    /// Goes on by a word that is typed already; ends where it is none of this command's.
    fn step(&mut self, word: &str) -> ControlFlow<()> {
        let Some(command) = self.command() else {
            return ControlFlow::Break(());
        };
        if self.flag.take().is_some() {
            return ControlFlow::Continue(());
        }
        if word.starts_with('-') {
            self.flag = command
                .get_arguments()
                .find(|arg| is_flag(arg, word))
                .filter(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set());
        } else if let Some(below) = command.find_subcommand(word).filter(|_| self.values == 0) {
            self.path.push(below);
        } else if command.get_positionals().next().is_some() {
            self.values += 1;
        } else {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn wants(&self, word: &str) -> Wanted {
        let Some(command) = self.command() else {
            return Wanted::default();
        };
        if let Some(flag) = self.flag {
            return Wanted::value(&self.path, flag);
        }
        if word.starts_with('-') {
            return Wanted {
                words: flags(command),
                ..Wanted::default()
            };
        }
        let mut wanted = match positional(command, self.values) {
            Some(arg) => Wanted::value(&self.path, arg),
            None => Wanted::default(),
        };
        if self.values == 0 {
            let below = command.get_subcommands().map(Command::get_name);
            let at_root = self.path.len() == 1;
            let here = |name: &&str| !(at_root && not_in_shell(name));
            wanted.words.extend(below.filter(here).map(str::to_owned));
            if at_root {
                wanted.words.extend(OWN_WORDS.map(str::to_owned));
            }
        }
        wanted
    }
}

/// Whether a flag is called so.
fn is_flag(arg: &Arg, word: &str) -> bool {
    match word.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => arg.get_short().is_some_and(|short| word.ends_with(short)),
    }
}

/// The flags of a command, without those that have no place in a shell.
fn flags(command: &Command) -> Vec<String> {
    command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && !super::ONCE.contains(&arg.get_id().as_str()))
        .filter_map(|arg| arg.get_long())
        .map(|long| format!("--{long}"))
        .collect()
}

/// The argument that takes the value at a place; the last one may take several.
fn positional(command: &Command, place: usize) -> Option<&Arg> {
    let mut last = None;
    for (at, arg) in command.get_positionals().enumerate() {
        if at == place {
            return Some(arg);
        }
        last = Some(arg);
    }
    last.filter(|arg| {
        arg.get_num_args()
            .is_some_and(|takes| takes.max_values() > 1)
    })
}

/// What a value names, by what the help calls it.
fn sorts(path: &[&Command], arg: &Arg) -> Vec<Sort> {
    let family = path.get(1).map_or("", |command| command.get_name());
    let called = arg.get_value_names().and_then(|names| names.first());
    match (called.map_or("", |name| name.as_str()), family) {
        // What is sealed for the first time begins with its account.
        ("SECRET", _) => vec![Sort::Secret, Sort::Account],
        ("ACCOUNT", _) => vec![Sort::Account],
        ("LOCATION" | "LOCATION=BAG", _) | ("ID", "location") => vec![Sort::Location],
        ("ITEM" | "ITEM=NUMBER" | "ITEM=intact|broken", _) | ("ID", "item") => vec![Sort::Item],
        ("ID", "safe") if arg.is_positional() => vec![Sort::Location],
        ("ID", "mailbox") => vec![Sort::Mailbox],
        ("ID", "phone") => vec![Sort::Phone],
        ("ID", "alarm") => vec![Sort::Alarm],
        ("ID", "drill") if arg.is_positional() => vec![Sort::Drill],
        ("ID", "ceremony") if arg.is_positional() => vec![Sort::Ceremony],
        ("NAME|location:ID|site:NAME", _) => vec![Sort::Person],
        ("PLAN" | "PLAN|KIND", _) => vec![Sort::Plan],
        ("PRIVILEGE", _) => vec![Sort::Privilege],
        ("EVENT", _) => vec![Sort::Event],
        ("ID", "review") => vec![Sort::Review],
        ("ID", "task") => vec![Sort::Task],
        ("ID", "reconcile") => vec![Sort::Reconciled],
        ("RUNBOOK", _) => vec![Sort::Runbook, Sort::Waiting],
        ("RUNBOOK|CEREMONY", _) => vec![Sort::Runbook, Sort::Performed],
        ("ID", _) => vec![Sort::Waiting],
        ("NAME", "quorum") if arg.is_positional() => vec![Sort::Quorum],
        ("NAME", _) => match arg.get_id().as_str() {
            "quorum" => vec![Sort::Quorum],
            "location" => vec![Sort::Location],
            "plugin" | "site" | "to_printer" => vec![],
            _ => vec![Sort::Person],
        },
        _ => vec![],
    }
}

fn pair(name: Name) -> Pair {
    Pair {
        display: match name.about {
            Some(about) => format!("{} {about}", name.text),
            None => name.text.clone(),
        },
        replacement: words::quoted(&name.text),
    }
}

/// Names come from others: what a terminal would obey is not offered.
fn is_plain(pair: &Pair) -> bool {
    let plain = |text: &str| output::plain(text) == text && !text.contains('\n');
    plain(&pair.display) && plain(&pair.replacement)
}

/// In order, and as many as can be shown; what they all begin with stays what all begin with. The only
/// one is whole, and a space may follow.
fn shown(pairs: impl Iterator<Item = Pair>, room: Room, in_quotes: bool) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = pairs.collect();
    pairs.sort_by(|one, other| one.replacement.cmp(&other.replacement));
    pairs.dedup_by(|one, other| one.replacement == other.replacement);
    if let [only] = pairs.as_mut_slice()
        && !only.replacement.ends_with('/')
        && !in_quotes
    {
        only.replacement.push(' ');
    }
    let most = room.holds(&pairs);
    if pairs.len() > most
        && let Some(last) = pairs.pop()
    {
        // Sorted, the first and the last have in common what all have in common.
        let hidden = pairs.split_off(most - 1).len() + 1;
        pairs.push(Pair {
            display: format!("… {hidden} more"),
            ..last
        });
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(line: &str) -> Wanted {
        let mut split = Split::new(line).unwrap();
        let word = match split.open {
            Some(_) => split.words.pop().unwrap().text,
            None => String::new(),
        };
        let before: Vec<&str> = split.words.iter().map(|word| word.text.as_str()).collect();
        Wanted::after(&commands(), &before, &word)
    }

    fn words_at(line: &str) -> Vec<String> {
        wanted(line).words
    }

    #[track_caller]
    fn offers(line: &str, expected: &[&str]) {
        let words = words_at(line);
        for word in expected {
            assert!(words.iter().any(|known| known == word), "{line}: {words:?}");
        }
    }

    #[test]
    fn commands_come_from_the_definition_of_the_arguments() {
        offers("", &["sign", "request", "help", "lock", "exit"]);
        offers("rootkeep ", &["sign"]);
        offers("custodian ", &["add", "list", "show"]);
        offers("slip make ", &["accept", "reject"]);
        offers("-q --json slip ", &["make", "import"]);
        offers("--with bob.key request ", &["list"]);
        offers("help ", &["sign", "custodian"]);
        offers("help custodian ", &["add"]);
        assert_eq!(words_at("approve "), words_at("sign "));
    }

    #[test]
    fn what_makes_no_sense_in_a_shell_is_not_offered() {
        let words = words_at("");
        for name in super::super::NOT_HERE {
            assert!(!words.iter().any(|word| word == name), "{name}");
        }
        let flags = words_at("status --");
        assert!(
            !flags
                .iter()
                .any(|flag| flag == "--identity" || flag == "--ledger")
        );
    }

    #[test]
    fn flags_are_those_of_the_command_and_those_of_every_command() {
        offers("request -", &["--purpose", "--window", "--with", "--json"]);
        offers("request 111122223333/password --", &["--purpose"]);
        offers("custodian retire -", &["--lost", "--note", "--help"]);
        assert!(!words_at("sign -").contains(&"--purpose".to_owned()));
    }

    #[test]
    fn a_value_is_what_its_flag_or_its_place_takes() {
        let sorts = |line: &str| wanted(line).sorts;
        let secrets = vec![Sort::Secret, Sort::Account];
        for line in [
            "request ",
            "request a/password ",
            "request --window 1h ",
            "secret show ",
            "seal --quorum x ",
            "reveal 4eb2 ",
            "reshare ",
        ] {
            assert_eq!(sorts(line), secrets, "{line}");
        }
        for line in [
            "sign ",
            "reject ",
            "show ",
            "withdraw ",
            "reveal ",
            "close ",
            "correct ",
            "slip make reject x.slip --id ",
        ] {
            assert_eq!(sorts(line), [Sort::Waiting], "{line}");
        }
        for line in [
            "custodian show ",
            "custodian away ",
            "quorum define x --member ",
            "request x --operator ",
            "log --author ",
            "slip request --for ",
        ] {
            assert_eq!(sorts(line), [Sort::Person], "{line}");
        }
        for line in ["quorum show ", "seal x --quorum "] {
            assert_eq!(sorts(line), [Sort::Quorum], "{line}");
        }
        for line in [
            "location show ",
            "item add x --location ",
            "safe open ",
            "safe close ",
            "safe list --location ",
        ] {
            assert_eq!(sorts(line), [Sort::Location], "{line}");
        }
        for line in [
            "print form ",
            "print sheet 4eb2 --location ",
            "seal x --print ",
            "print form --to-printer ",
        ] {
            assert_eq!(sorts(line), [Sort::Location], "{line}");
        }
        assert_eq!(sorts("print script "), [Sort::Runbook, Sort::Performed]);
        assert_eq!(sorts("print sheet "), [Sort::Waiting]);
        assert_eq!(sorts("print sheet 4eb2 "), secrets);
        for line in ["item show ", "safe close x --took ", "safe close x --bag "] {
            assert_eq!(sorts(line), [Sort::Item], "{line}");
        }
        for line in ["account show ", "seal x --serves "] {
            assert_eq!(sorts(line), [Sort::Account], "{line}");
        }
        for line in [
            "find ",
            "request x --purpose ",
            "--plugin ",
            "sign 4eb2 ",
            "status ",
            "nonsense ",
            "log --to ",
        ] {
            assert_eq!(wanted(line), Wanted::default(), "{line}");
        }
        for line in [
            "--with ",
            "slip show ",
            "slip import a.slip ",
            "backup --out ",
            "attach 4eb2 ",
        ] {
            assert!(wanted(line).file, "{line}");
        }
        offers("close 4eb2 --outcome ", &["used", "unused", "aborted"]);
        offers("custodian add x.card --role ", &["keeper", "holder"]);
        offers("request list --state ", &["waiting"]);
    }

    /// Whoever gives a value a new name in the help decides here what completes it.
    #[test]
    fn every_value_that_names_something_is_known_here() {
        fn values(command: &Command, found: &mut Vec<String>) {
            for arg in command
                .get_arguments()
                .filter(|arg| arg.get_action().takes_values())
            {
                let file = arg.get_value_hint() != ValueHint::default();
                if !file && arg.get_possible_values().is_empty() {
                    found.extend(
                        arg.get_value_names()
                            .unwrap()
                            .iter()
                            .map(ToString::to_string),
                    );
                }
            }
            command
                .get_subcommands()
                .for_each(|below| values(below, found));
        }
        let mut found = Vec::new();
        values(&commands(), &mut found);
        found.sort();
        found.dedup();
        let named = [
            "ACCOUNT",
            "EVENT",
            "ID",
            "ITEM",
            "ITEM=NUMBER",
            "ITEM=intact|broken",
            "LOCATION",
            "LOCATION=BAG",
            "NAME",
            "NAME|location:ID|site:NAME",
            "PLAN",
            "PLAN|KIND",
            "PRIVILEGE",
            "RUNBOOK",
            "RUNBOOK|CEREMONY",
            "SECRET",
        ];
        let free = [
            "ADDRESS",
            "ARN",
            "BOOL",
            "CHECKPOINT",
            "COLUMN",
            "COMMAND",
            "DATE",
            "DAYS",
            "DURATION",
            "ENTRY",
            "FINGERPRINT",
            "G",
            "HOURS",
            "ID.N",
            "IANA",
            "K",
            "KIND",
            "LABEL=K:NAME,...",
            "LENGTH",
            "N",
            "NAME=FROM-TO",
            "NAME|AFFILIATION[|ROLE...]",
            "NUMBER",
            "PERIOD",
            "RECIPIENT",
            "REASON",
            "ROLE=NAME",
            "RULE",
            "SCOPE",
            "SEQ",
            "STEP",
            "SUBJECT",
            "TARGET",
            "TEXT",
            "TEXT[|NAME[|DATE]]",
            "TIME",
            "TIME|EXPECTED|HAPPENED|DECIDED BY",
            "TYPE",
            "TZ",
            "VKEY",
            "WHAT",
            "WHAT=TEXT",
            "WHEN",
            "WORDS",
        ];
        for name in &named {
            assert!(found.iter().any(|known| known == name), "{name} is gone");
        }
        let new: Vec<&String> = found
            .iter()
            .filter(|name| !named.contains(&name.as_str()) && !free.contains(&name.as_str()))
            .collect();
        assert!(new.is_empty(), "{new:?}");
    }

    const ROOM: Room = Room {
        columns: 80,
        lines: 20,
    };

    fn pairs(texts: &[&str]) -> Vec<Pair> {
        texts
            .iter()
            .map(|text| {
                pair(Name {
                    text: (*text).to_owned(),
                    about: None,
                })
            })
            .collect()
    }

    #[test]
    fn what_cannot_be_shown_is_counted_and_still_counts_for_what_all_begin_with() {
        let many: Vec<String> = (100..200).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let room = Room {
            columns: 5,
            lines: 10,
        };
        let shown = shown(pairs(&many).into_iter(), room, false);
        assert_eq!(shown.len(), 10);
        assert_eq!(shown[9].display, "… 91 more");
        assert_eq!(
            (shown[0].replacement.as_str(), shown[9].replacement.as_str()),
            ("100", "199")
        );
    }

    #[test]
    fn as_much_is_listed_as_the_window_holds() {
        let holds = |columns, lines, texts: &[&str]| Room { columns, lines }.holds(&pairs(texts));
        assert_eq!(holds(80, 20, &["sign", "show"]), 5 * 20);
        assert_eq!(holds(80, 20, &["111122223333/password"]), 3 * 20);
        assert_eq!(holds(80, 20, &["東京東京東京東京東京東京東京東京"]), 2 * 20);
        assert_eq!(holds(3, 20, &["sign"]), 20);
        assert_eq!(holds(80, 0, &["sign"]), 2);
    }

    #[test]
    fn the_only_one_is_whole_and_what_a_terminal_would_obey_is_none() {
        let one = |texts: &[&str]| shown(pairs(texts).into_iter().filter(is_plain), ROOM, false);
        assert_eq!(one(&["Ada Lovelace"])[0].replacement, "'Ada Lovelace' ");
        assert_eq!(one(&["bob", "bob"])[0].replacement, "bob ");
        assert_eq!(one(&["bo", "bob"])[0].replacement, "bo");
        assert!(one(&["\u{1b}[2J", "a\u{202e}b", "a\nb"]).is_empty());
    }
}
