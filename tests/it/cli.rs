//! The program itself, run as people and scripts run it: in a directory of its own, with nothing
//! of this machine's environment but PATH.

use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use rootkeep::crypto::card;
use rootkeep::crypto::identity::Identity;
use rootkeep::crypto::member_key::MemberKey;
use rootkeep::crypto::secret::{Key32, SecretText};
use serde_json::Value;

use crate::world::{self, TempDir};

#[path = "cli_coming_and_going.rs"]
mod coming_and_going;
#[path = "cli_copies.rs"]
mod copies;
#[path = "cli_custody.rs"]
mod custody;
#[path = "cli_drills.rs"]
mod drills;
#[path = "cli_environment.rs"]
mod environment;
#[path = "cli_exit_codes.rs"]
mod exit_codes;
#[path = "cli_input.rs"]
mod input;
#[path = "cli_json.rs"]
mod json;
#[path = "cli_keyboard.rs"]
mod keyboard;
#[path = "cli_looking.rs"]
mod looking;
#[path = "cli_media.rs"]
mod media;
#[path = "cli_people.rs"]
mod people;
#[path = "cli_printing.rs"]
mod printing;
#[path = "cli_secrecy.rs"]
mod secrecy;
#[path = "cli_seeds.rs"]
mod seeds;
#[path = "cli_slips.rs"]
mod slips;
#[path = "cli_status.rs"]
mod status;
#[path = "cli_streams.rs"]
mod streams;
#[path = "cli_telling.rs"]
mod telling;
#[path = "cli_terminal.rs"]
mod terminal;
#[path = "cli_text.rs"]
mod text;
#[path = "cli_things.rs"]
mod things;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_rootkeep");
pub const ORGANIZATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/organizations.json");
pub const MFA_QR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/mfa-qr.png");
pub const PASSWORD: &str = "111122223333/password";
pub const MFA: &str = "111122223333/mfa-seed";
/// What is sealed as the password: a word that is nowhere else.
pub const PLAINTEXT: &str = "Zebrafish-4711-plaintext";
/// Every founder of the ledger that the tests begin with; `mallory` is in no ledger.
pub const FOUNDERS: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];

/// A directory with identities, cards and perhaps a ledger, and everything that was said in it.
pub struct Desk {
    dir: TempDir,
    said: RefCell<Vec<Run>>,
}

/// What one run of the program did.
#[derive(Clone)]
pub struct Run {
    pub typed: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    /// Nobody and nothing.
    pub fn bare() -> Self {
        Self {
            dir: TempDir::new(),
            said: RefCell::default(),
        }
    }

    /// Six people with plain identities and their cards, and no ledger.
    pub fn of_people() -> Self {
        let desk = Self::bare();
        for name in FOUNDERS.iter().chain(&["mallory"]) {
            desk.ok(&["identity", "new", name, "--out", ".", "--plain"]);
        }
        desk
    }

    /// `acme.ledger`, founded by alice with a threshold of three, and signed by nobody else.
    pub fn founded() -> Self {
        let desk = Self::of_people();
        desk.found(&[]);
        desk
    }

    /// alice founds `acme.ledger`, with more flags.
    pub fn found(&self, flags: &[&str]) -> Run {
        let mut words = flags.to_vec();
        words.extend(["init", "acme.ledger", "--name", "Acme", "--threshold", "3"]);
        let cards: Vec<String> = FOUNDERS.iter().map(|name| format!("{name}.card")).collect();
        for card in &cards {
            words.extend(["--card", card]);
        }
        self.ok_as("alice", &words)
    }

    /// A ledger in use: the quorums `engineers` (two of alice, bob, carol) and `board` (dave and
    /// erin), the register, a password and an MFA seed. A copy of one that was made once.
    pub fn ready() -> Self {
        static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let desk = Self::make_ready();
            let path = desk.path("").join(".");
            // The template stays until the process ends.
            std::mem::forget(desk);
            path
        });
        let desk = Self::bare();
        copy(template, desk.dir.path());
        desk
    }

    /// The same people and files somewhere else.
    pub fn copy(&self) -> Self {
        let desk = Self::bare();
        copy(self.dir.path(), desk.dir.path());
        desk
    }

    fn make_ready() -> Self {
        let desk = Self::founded();
        let code = desk.code();
        for name in ["bob", "carol", "dave", "erin"] {
            desk.ok_as(name, &["sign", "genesis", "--code", &code]);
        }
        desk.quorum("engineers", &["alice", "bob", "carol"]);
        desk.quorum("board", &["dave", "erin"]);
        desk.ok_as(
            "alice",
            &["account", "import", "--organizations", ORGANIZATIONS],
        );
        desk.fed(
            "alice",
            &["seal", PASSWORD, "--quorum", "engineers", "--stdin"],
            PLAINTEXT.as_bytes(),
        )
        .succeeded();
        desk.ok_as("dave", &["seal", MFA, "--quorum", "board", "--qr", MFA_QR]);
        desk
    }

    /// A quorum of any two of `members`, in effect.
    pub fn quorum(&self, name: &str, members: &[&str]) {
        let mut words = define(name, members);
        words.extend([
            "--with",
            "alice.key",
            "--with",
            "bob.key",
            "--with",
            "dave.key",
        ]);
        self.ok_as("alice", &words);
    }

    /// alice proposes mallory; nobody has signed.
    pub fn propose_mallory(&self, role: &str) -> Value {
        let words = ["--json", "custodian", "add", "mallory.card", "--role", role];
        self.ok_as("alice", &words).json()
    }

    /// The genesis code.
    pub fn code(&self) -> String {
        let shown = self.ok_as("alice", &["--json", "show", "genesis"]).json();
        shown["code"].as_str().unwrap().to_owned()
    }

    /// A request for `secrets` by alice, whose id is returned; nobody has signed.
    pub fn request(&self, secrets: &[&str]) -> String {
        let mut words = vec!["--json", "request", "--purpose", "Change the support plan"];
        words.extend(secrets);
        self.ok_as("alice", &words).json()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// As [`Self::request`] for the password, in effect.
    pub fn released(&self) -> String {
        let id = self.request(&[PASSWORD]);
        self.ok_as("bob", &["sign", &id]);
        self.ok_as("carol", &["sign", &id]);
        id
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program, as it would be started here.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words);
        self.clean(&mut command);
        command
    }

    /// A command that finds nothing but PATH in its environment.
    pub fn clean(&self, command: &mut Command) {
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.path().join("home"))
            .env("TZ", "UTC")
            .stdin(Stdio::null());
    }

    /// Runs the program, without a terminal and without input.
    pub fn run(&self, words: &[&str]) -> Run {
        self.finish(words, self.command(words).output().unwrap())
    }

    /// Runs the program as somebody.
    pub fn run_as(&self, name: &str, words: &[&str]) -> Run {
        let identity = format!("{name}.key");
        let mut all = vec!["-i", &identity];
        all.extend(words);
        self.run(&all)
    }

    /// As [`Self::run_as`], with input.
    pub fn fed(&self, name: &str, words: &[&str], input: &[u8]) -> Run {
        let identity = format!("{name}.key");
        let mut all = vec!["-i", &identity];
        all.extend(words);
        let mut child = self
            .command(&all)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It may refuse before it has read everything.
        let _closed_early = child.stdin.take().unwrap().write_all(input);
        self.finish(&all, child.wait_with_output().unwrap())
    }

    /// Keeps what was said.
    pub fn finish(&self, words: &[&str], output: Output) -> Run {
        let run = Run {
            typed: words.join(" "),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        self.said.borrow_mut().push(run.clone());
        run
    }

    /// Types what the program says is next, with more words, as a shell would.
    pub fn typed(&self, next: &Value, more: &[&str]) -> Run {
        let mut words = vec![next.as_str().unwrap().to_owned()];
        words.extend(more.iter().map(|word| format!("'{word}'")));
        let line = words.join(" ").replacen("rootkeep", PROGRAM, 1);
        let mut command = Command::new("sh");
        self.clean(command.args(["-c", &line]));
        self.finish(&[&line], command.output().unwrap())
    }

    pub fn ok(&self, words: &[&str]) -> Run {
        self.run(words).succeeded()
    }

    pub fn ok_as(&self, name: &str, words: &[&str]) -> Run {
        self.run_as(name, words).succeeded()
    }

    /// Runs as somebody with `--json`, wants this exit code and this error code, and holds what is
    /// said to what scripts and people may expect of an error; returns the error.
    pub fn refused(&self, name: &str, words: &[&str], exit: i32, code: &str) -> Value {
        let before = self.entries();
        let mut all = vec!["--json", "--batch"];
        all.extend(words);
        let error = self.run_as(name, &all).error(exit, code);
        let people = self.run_as(name, words);
        assert_eq!(people.code, exit, "{people:?}");
        assert!(people.err.contains("error: "), "{people:?}");
        assert_eq!(people.out, "", "an error is no data");
        assert_eq!(
            self.entries(),
            before,
            "`{}` has written an entry",
            all.join(" ")
        );
        error
    }

    /// The ledger's data key, as every member can have it.
    pub fn data_key(&self, name: &str) -> Key32 {
        let host = world::host();
        let identity = Identity::load(&self.path(&format!("{name}.key")), &host).unwrap();
        let (card, ..) =
            card::read_file(&fs::read(self.path(&format!("{name}.card"))).unwrap()).unwrap();
        let member = MemberKey::unseal(&card.sealed, &identity).unwrap();
        let wrapped = fs::read(self.path(&format!("acme.ledger/keys/{}.age", card.id))).unwrap();
        let line = SecretText::from_utf8(&member.decrypt(&wrapped).unwrap()).unwrap();
        Key32::from_hex(line.expose().trim_end()).unwrap()
    }

    /// The database, opened past the program.
    pub fn raw(&self, name: &str) -> rusqlite::Connection {
        world::raw(&self.path("acme.ledger/ledger.db"), &self.data_key(name))
    }

    /// The words of somebody's share of the password, as `age -d` would show them.
    pub fn share_words(&self, name: &str) -> String {
        let out = format!("shares-of-{name}");
        self.ok_as(name, &["shares", "export", "--out", &out]);
        let host = world::host();
        let identity = Identity::load(&self.path(&format!("{name}.key")), &host).unwrap();
        fs::read_dir(self.path(&out))
            .unwrap()
            .flatten()
            .filter_map(|entry| identity.decrypt(&fs::read(entry.path()).unwrap()).ok())
            .filter_map(|bytes| SecretText::from_utf8(&bytes))
            .map(|text| text.expose().trim().to_owned())
            .find(|text| text.split(' ').count() == 33)
            .unwrap()
    }

    /// How many entries there are, where there is a ledger that alice can open.
    pub fn entries(&self) -> Option<u64> {
        if !self.path("acme.ledger").exists() {
            return None;
        }
        let run = self.command(&["-L", "acme.ledger", "-i", "alice.key", "--json", "status"]);
        let output = { run }.output().unwrap();
        let status: Value = serde_json::from_slice(&output.stdout).ok()?;
        status["entries"].as_u64()
    }

    /// Gives a lock back that a test has held. A process that another test has started at this moment
    /// may hold it too, until it has become the program that it will be.
    pub fn unlock(&self, lock: fs::File) {
        drop(lock);
        for _ in 0..1000 {
            if self.entries().is_some() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the lock is still held");
    }

    /// Everything that was said here.
    pub fn said(&self) -> Vec<Run> {
        self.said.borrow().clone()
    }

    /// The names of every file here, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut all = Vec::new();
        walk(self.dir.path(), &mut all);
        let base = self.dir.path();
        let mut names: Vec<String> = all
            .iter()
            .map(|path| path.strip_prefix(base).unwrap().display().to_string())
            .collect();
        names.sort();
        names
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }
}

impl Run {
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// The one JSON object on stdout, with nothing on stderr.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.err, "", "`{}` talks beside its JSON", self.typed);
        self.object()
    }

    /// The one JSON object on stdout.
    #[track_caller]
    pub fn object(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("not one JSON object: {error}: {self:?}"));
        let schema = value["schema"].as_str().unwrap_or_default();
        assert!(schema.starts_with("rootkeep/v1/"), "{self:?}");
        assert!(
            self.out.ends_with("}\n") && self.out.lines().count() == 1,
            "{self:?}"
        );
        value
    }

    /// The one JSON object on stderr, with this exit code and this error code.
    #[track_caller]
    pub fn error(&self, exit: i32, code: &str) -> Value {
        assert_eq!(self.code, exit, "{self:?}");
        assert_eq!(self.out, "", "an error is no data: {self:?}");
        let value: Value = serde_json::from_str(&self.err)
            .unwrap_or_else(|error| panic!("not one JSON object: {error}: {self:?}"));
        let error = &value["error"];
        assert_eq!(value.as_object().unwrap().len(), 1, "{self:?}");
        assert_eq!(error["code"], code, "{self:?}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{self:?}");
        assert!(
            error["causes"].is_array() && error["hints"].is_array(),
            "{self:?}"
        );
        assert_eq!(error.as_object().unwrap().len(), 4, "{self:?}");
        error.clone()
    }

    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "$ rootkeep {}\n(exit {})\n-- stdout\n{}\n-- stderr\n{}",
            self.typed, self.code, self.out, self.err
        )
    }
}

/// What is typed to define a quorum of any two of `members`.
pub fn define<'a>(name: &'a str, members: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["quorum", "define", name, "--threshold", "2"];
    for member in members {
        words.extend(["--member", member]);
    }
    words
}

/// Copies what is in one directory into another.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn walk(directory: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, all);
        }
        all.push(path);
    }
}

/// A field that is there, of any type but null.
#[track_caller]
pub fn has(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(
            value.get(field).is_some_and(|field| !field.is_null()),
            "no `{field}` in {value}"
        );
    }
}
