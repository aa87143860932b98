//! `demo`: the whole story, by the program's own commands, in a fresh directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::Args;
use serde_json::Value;

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::identity::Identity;
use crate::error::{Error, Result};
use crate::ledger::{Opening, Session, SystemClock, write_private_new};

/// What AWS's own CLI would have written.
const ORGANIZATIONS: &[u8] = include_bytes!("../../examples/organizations.json");
/// What AWS would have shown.
const MFA_QR: &[u8] = include_bytes!("../../examples/mfa-qr.png");

/// The founders, where they are, and how to reach them.
const FOUNDERS: [(&str, &str, &str); 5] = [
    ("alice", "Europe/London", "+44 20 7946 0001"),
    ("bob", "Europe/London", "+44 20 7946 0002"),
    ("carol", "America/New_York", "+1 212 555 0103"),
    ("dave", "America/New_York", "+1 212 555 0104"),
    ("erin", "Asia/Tokyo", "+81 3 5555 0105"),
];
const LEDGER: &str = "acme.ledger";
const PASSWORD: &str = "111122223333/password";
const SEED: &str = "111122223333/mfa-seed";
const PURPOSE: &str = "Change the support plan";

/// `demo`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep demo")]
pub struct DemoCommand {
    /// Where; must not exist [default: the first free of rootkeep-demo, rootkeep-demo-2, ...]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub fn run(_context: &Context, command: &DemoCommand) -> Result<Done> {
    let stage = Stage::new(command.dir.as_deref())?;
    stage.identities()?;
    stage.founding()?;
    stage.quorums()?;
    stage.accounts()?;
    stage.sealing()?;
    let request = stage.asking()?;
    stage.agreeing(&request)?;
    stage.using(&request)?;
    stage.looking()?;
    stage.forgery(&request)?;
    stage.farewell()?;
    Ok(Done::Yes)
}

/// Where the story plays.
struct Stage {
    dir: PathBuf,
    program: PathBuf,
}

impl Stage {
    fn new(dir: Option<&Path>) -> Result<Self> {
        let dir = match dir {
            Some(dir) => dir.to_owned(),
            None => free_directory(),
        };
        fs::create_dir(&dir).map_err(|error| {
            Error::failed("cannot-write", format!("cannot make {}", dir.display()))
                .because(error)
                .hint("name a directory that does not exist: rootkeep demo --dir DIR")
        })?;
        let program = std::env::current_exe().map_err(|error| {
            Error::failed("internal", "the program can't find itself").because(error)
        })?;
        output::data(&format!(
            "Everything below happens for real, in {}/\n",
            dir.display()
        ))?;
        Ok(Self { dir, program })
    }

    /// Runs one command, showing it and what it says.
    fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.spawn(arguments)?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        for line in said.lines() {
            output::data(&format!("    {line}\n"))?;
        }
        if output.status.success() {
            return Ok(said);
        }
        Err(Error::failed("demo", "a command of the demo failed")
            .because(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }

    /// Runs one command that is expected to refuse.
    fn refused(&self, arguments: &[&str]) -> Result<()> {
        let output = self.spawn(arguments)?;
        if output.status.success() {
            return Err(Error::failed(
                "demo",
                "a command of the demo ought to have refused",
            ));
        }
        let said = [output.stdout, output.stderr].concat();
        for line in String::from_utf8_lossy(&said).lines() {
            output::data(&format!("    {line}\n"))?;
        }
        output::data(&format!(
            "    (exit {})\n",
            output.status.code().unwrap_or(-1)
        ))
    }

    fn spawn(&self, arguments: &[&str]) -> Result<Output> {
        let shown: Vec<String> = arguments.iter().map(|argument| quoted(argument)).collect();
        output::data(&format!("  $ rootkeep {}\n", shown.join(" ")))?;
        self.silently(arguments)
    }

    fn silently(&self, arguments: &[&str]) -> Result<Output> {
        Command::new(&self.program)
            .args(["--batch", "--quiet"])
            .args(arguments)
            .current_dir(&self.dir)
            .env_remove("ROOTKEEP_LEDGER")
            .env_remove("ROOTKEEP_IDENTITY")
            .output()
            .map_err(|error| {
                Error::failed("internal", "the program can't start itself").because(error)
            })
    }

    fn identities(&self) -> Result<()> {
        chapter("Five people, each with an identity of their own")?;
        tell(
            "Each makes an identity and hands the others a card. (With --plain, so that this demo asks nothing; yours would have a passphrase, or be an SSH key or a hardware token.)",
        )?;
        for (name, zone, phone) in FOUNDERS {
            self.run(&[
                "identity",
                "new",
                name,
                "--out",
                ".",
                "--plain",
                "--timezone",
                zone,
                "--contact",
                phone,
            ])?;
        }
        tell("The words are read aloud, so that nobody slips another card in.")
    }

    fn founding(&self) -> Result<()> {
        chapter("Alice founds the ledger; nothing is in force until all five have signed")?;
        let mut arguments = vec![
            "-i",
            "alice.key",
            "init",
            LEDGER,
            "--name",
            "Acme root custody",
            "--threshold",
            "3",
        ];
        let cards: Vec<String> = FOUNDERS
            .iter()
            .map(|(name, ..)| format!("{name}.card"))
            .collect();
        for card in &cards {
            arguments.extend(["--card", card]);
        }
        self.run(&arguments)?;
        let output = self.silently(&["-i", "alice.key", "show", "genesis", "--json"])?;
        let code = field(&String::from_utf8_lossy(&output.stdout), "code")?;
        tell("Alice reads the genesis code aloud. With a wrong one, the others' programs refuse:")?;
        self.refused(&[
            "-i",
            "bob.key",
            "sign",
            "genesis",
            "--code",
            "academic acid acne acquire acrobat activity actress adapt adequate adjust admit adorn",
        ])?;
        tell("With the right one, they sign.")?;
        for (name, ..) in FOUNDERS.iter().skip(1) {
            self.run(&[
                "-i",
                &format!("{name}.key"),
                "sign",
                "genesis",
                "--code",
                &code,
            ])?;
        }
        Ok(())
    }

    fn quorums(&self) -> Result<()> {
        chapter("Who must agree: engineers for the password, the board for the MFA")?;
        tell("Three of the five founders sign each rule, at one keyboard.")?;
        for (name, members) in [
            ("engineers", ["alice", "bob", "carol"].as_slice()),
            ("board", &["dave", "erin"]),
        ] {
            let mut arguments = vec![
                "-i",
                "alice.key",
                "quorum",
                "define",
                name,
                "--threshold",
                "2",
            ];
            for member in members {
                arguments.extend(["--member", member]);
            }
            arguments.extend([
                "--with",
                "alice.key",
                "--with",
                "bob.key",
                "--with",
                "dave.key",
            ]);
            self.run(&arguments)?;
        }
        self.run(&["-i", "alice.key", "quorum", "list"])?;
        Ok(())
    }

    fn accounts(&self) -> Result<()> {
        chapter("The organisation's accounts come in from AWS's own JSON")?;
        write_private_new(&self.dir.join("organizations.json"), ORGANIZATIONS)?;
        self.run(&[
            "-i",
            "alice.key",
            "account",
            "import",
            "--organizations",
            "organizations.json",
        ])?;
        self.run(&["-i", "alice.key", "account", "list"])?;
        Ok(())
    }

    fn sealing(&self) -> Result<()> {
        chapter("The management account's root password and MFA seed are sealed, apart")?;
        tell(
            "A password that AWS takes and a person can type; shown once, for Alice to set it at AWS.",
        )?;
        self.run(&[
            "-i",
            "alice.key",
            "seal",
            PASSWORD,
            "--quorum",
            "engineers",
            "--generate",
            "24",
            "--show-once",
        ])?;
        tell("The MFA seed comes from the picture that AWS shows.")?;
        write_private_new(&self.dir.join("mfa-qr.png"), MFA_QR)?;
        self.run(&[
            "-i",
            "dave.key",
            "seal",
            SEED,
            "--quorum",
            "board",
            "--qr",
            "mfa-qr.png",
        ])?;
        self.run(&["-i", "alice.key", "secret", "list"])?;
        Ok(())
    }

    fn asking(&self) -> Result<String> {
        chapter("Months later: Alice has a task that only root can do")?;
        let said = self.run(&[
            "-i",
            "alice.key",
            "request",
            PASSWORD,
            SEED,
            "--purpose",
            PURPOSE,
            "--ticket",
            "OPS-1234",
        ])?;
        let id = said
            .lines()
            .find_map(|line| line.strip_prefix("requested: "))
            .map(str::to_owned)
            .ok_or_else(|| Error::failed("demo", "the request has no id"))?;
        tell("Alone she can't: the key is not there until k people have each sent a share.")?;
        self.refused(&["-i", "alice.key", "reveal", &id, PASSWORD])?;
        Ok(id)
    }

    fn agreeing(&self, request: &str) -> Result<()> {
        chapter("The people sign, each with a share that only they can open")?;
        for name in ["bob", "carol", "dave", "erin"] {
            self.run(&["-i", &format!("{name}.key"), "sign", request])?;
        }
        Ok(())
    }

    fn using(&self, request: &str) -> Result<()> {
        chapter("Revealed, used, closed")?;
        self.run(&["-i", "alice.key", "reveal", request, PASSWORD])?;
        self.run(&["-i", "alice.key", "reveal", request, SEED, "--totp"])?;
        self.run(&[
            "-i",
            "alice.key",
            "close",
            request,
            "--outcome",
            "used",
            "--note",
            "Support plan changed, signed out",
        ])?;
        tell("After that, nothing more can be revealed.")?;
        self.refused(&["-i", "alice.key", "reveal", request, PASSWORD])
    }

    fn looking(&self) -> Result<()> {
        chapter("Every step is in the log, and the log is good")?;
        self.run(&["-i", "erin.key", "log"])?;
        self.run(&["-i", "erin.key", "verify"])?;
        Ok(())
    }

    /// In a copy: what verify says when the keeper of the machine rewrites history.
    fn forgery(&self, request: &str) -> Result<()> {
        chapter("And if somebody with the key and an SQL tool rewrites an entry?")?;
        tell(&format!(
            "In a copy of the ledger, the request's purpose `{PURPOSE}` becomes another one."
        ))?;
        let copy = self.dir.join("forged.ledger");
        copy_directory(&self.dir.join(LEDGER), &copy)?;
        let host = crate::crypto::recipient::AgeHost::new(
            std::collections::BTreeSet::new(),
            std::sync::Arc::new(super::terminal::Terminal::detect(true)),
        );
        let session = Session::open(
            &copy,
            Opening {
                identity: Identity::load(&self.dir.join("alice.key"), &host)?,
                host,
                state_dir: None,
                card: None,
                clock: Box::new(SystemClock),
            },
        )?;
        let seq = session.find_entry(request)?.seq;
        session.forge(seq, PURPOSE, "Water the office plant")?;
        self.refused(&["-L", "forged.ledger", "-i", "erin.key", "verify"])
    }

    fn farewell(&self) -> Result<()> {
        let dir = self.dir.display();
        output::data(&format!(
            "\nYours to play with: cd {dir}, then for example\n  rootkeep -L {LEDGER} -i alice.key status\n  rootkeep -L {LEDGER} -i bob.key secret show {PASSWORD}\n(If rootkeep is not in your PATH, it is {})\n",
            self.program.display()
        ))
    }
}

fn chapter(title: &str) -> Result<()> {
    output::data(&format!("\n== {title}\n\n"))
}

fn tell(text: &str) -> Result<()> {
    output::data(&format!("  {text}\n"))
}

fn quoted(argument: &str) -> String {
    if argument.contains(' ') {
        format!("\"{argument}\"")
    } else {
        argument.to_owned()
    }
}

fn field(json: &str, name: &str) -> Result<String> {
    serde_json::from_str::<Value>(json)
        .ok()
        .and_then(|value| value.get(name)?.as_str().map(str::to_owned))
        .ok_or_else(|| Error::failed("demo", format!("a command of the demo gave no `{name}`")))
}

fn free_directory() -> PathBuf {
    let first = PathBuf::from("rootkeep-demo");
    let others = (2u32..).map(|number| PathBuf::from(format!("rootkeep-demo-{number}")));
    std::iter::once(first.clone())
        .chain(others)
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or(first)
}

fn copy_directory(from: &Path, to: &Path) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::failed("cannot-write", format!("cannot copy to {}", to.display())).because(error)
    };
    fs::create_dir(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)?.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target).map_err(failed)?;
        }
    }
    Ok(())
}
