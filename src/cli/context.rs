//! What commands share: where ledger and identity are, opening them, reporting an entry.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::Global;
use super::kept::Kept;
use super::looks;
use super::named::named;
use super::output::{self, Done};
use super::terminal::{Terminal, words_mistyped};
use super::waiting::{self, Enrolment, Waiting};
use crate::crypto::card::Card;
use crate::crypto::fixed::Digest;
use crate::crypto::identity::Identity;
use crate::crypto::recipient::AgeHost;
use crate::crypto::words;
use crate::error::{Error, Result};
use crate::ledger::{
    Entered, FirstUse, Opening, People, PinPlace, Remote, Session, SystemClock, read_bounded,
};
use crate::present::describe;
use crate::statement::people::{Add, Replace};
use crate::statement::slips::SLIP_LIMIT;
use crate::statement::{Claim, Statement};
use crate::store::Entry;

/// What every command is given.
pub struct Context {
    /// As typed.
    pub global: Global,
    /// The person at the keyboard.
    pub terminal: Terminal,
    /// In a shell: what is unlocked already.
    kept: Option<Rc<Kept>>,
    /// Whoever the ledger knows, once it was opened for an act.
    people: RefCell<Option<People>>,
}

/// How many lines anybody's window shows at once.
const ONE_LOOK: usize = 20;

impl Context {
    /// From the global flags.
    pub fn new(global: Global) -> Self {
        Self {
            terminal: Terminal::detect(global.batch),
            global,
            kept: None,
            people: RefCell::new(None),
        }
    }

    /// For a command of a shell: who types it, and in which ledger, is in `global`.
    pub fn in_shell(global: Global, terminal: Terminal, kept: Rc<Kept>) -> Self {
        Self {
            global,
            terminal,
            kept: Some(kept),
            people: RefCell::new(None),
        }
    }

    /// Tells progress, or what to do next, unless asked to be quiet.
    pub fn say(&self, text: &str) {
        if !self.global.quiet && !self.global.json {
            output::talk(&output::plain(text));
        }
    }

    /// Warns, however quiet. Scripts read warnings in the field of that name.
    pub fn warn(&self, text: &str) {
        if !self.global.json {
            output::talk(&format!("warning: {}", output::plain(text)));
        }
    }

    /// Shows what somebody is about to agree to: to whoever is asked, however quiet.
    pub fn show_before_asking(&self, lines: &[String]) {
        let say = |line: &str| {
            if self.terminal.interactive {
                output::talk(line);
            } else {
                self.say(line);
            }
        };
        let items: Vec<String> = lines.iter().map(|line| output::item(line)).collect();
        let shown: usize = items.iter().map(|item| item.lines().count()).sum();
        items.iter().for_each(|item| say(item));
        if shown > ONE_LOOK {
            // What was said first may have left the screen.
            say("In short, once more:");
            items
                .iter()
                .take(ONE_LOOK / 4)
                .for_each(|item| say(item.lines().next().unwrap_or_default()));
            if let Some(more) = items
                .len()
                .checked_sub(ONE_LOOK / 4)
                .filter(|more| *more > 0)
            {
                say(&format!("… and {more} more, above: read those too"));
            }
        }
    }

    /// How the program is called here, in a command that is shown to be typed next: with the ledger
    /// and the identity where they were named, or with somebody else's identity. A shell has its own.
    pub fn program(&self, identity: Option<&str>) -> String {
        let mut words = "rootkeep".to_owned();
        if self.kept.is_some() && identity.is_none() {
            return words;
        }
        if let Some(ledger) = &self.global.ledger {
            words.push_str(&format!(" -L {}", ledger.display()));
        }
        let own = self.global.identity.as_deref().map(Path::to_string_lossy);
        if let Some(identity) = identity.map(Into::into).or(own) {
            words.push_str(&format!(" -i {identity}"));
        }
        words
    }

    /// Plugins that the user allowed, by flag or in the file `plugins` of the configuration
    /// directory, one name a line.
    pub fn host(&self) -> Result<AgeHost> {
        let mut allowed: BTreeSet<String> = self.global.plugin.iter().cloned().collect();
        if let Some(path) = config_dir().map(|dir| dir.join("plugins"))
            && path.exists()
        {
            let bytes = crate::ledger::read_bounded(&path, 64 << 10)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            allowed.extend(
                text.lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty() && !line.starts_with('#'))
                    .map(str::to_owned),
            );
        }
        Ok(AgeHost::new(allowed, Arc::new(self.terminal.clone())))
    }

    /// The user's identity file.
    pub fn identity_path(&self) -> Result<PathBuf> {
        self.global.identity.clone().ok_or_else(|| {
            Error::usage("identity-needed", "whose identity?")
                .hint("-i FILE, or set ROOTKEEP_IDENTITY; to make one: rootkeep identity new NAME --out DIR")
        })
    }

    /// The ledger's directory, with a ledger in it.
    pub fn ledger_path(&self) -> Result<PathBuf> {
        let path = self.ledger_meant()?;
        if path.join("ledger.db").is_file() {
            return Ok(path);
        }
        Err(Error::not_found(
            "not-a-ledger",
            format!("{} is not a ledger", path.display()),
        )
        .hint("name it with -L DIR, or found one: rootkeep init DIR --name TEXT --threshold K --card FILE ..."))
    }

    /// Named, or the only one here, or the environment's.
    fn ledger_meant(&self) -> Result<PathBuf> {
        if let Some(path) = &self.global.ledger {
            return Ok(path.clone());
        }
        let entries = std::fs::read_dir(".").map_err(|error| {
            Error::failed("cannot-read", "cannot read this directory").because(error)
        })?;
        let found: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "ledger") && path.is_dir())
            .collect();
        let elsewhere = std::env::var_os("ROOTKEEP_LEDGER").filter(|path| !path.is_empty());
        match (found.as_slice(), elsewhere) {
            ([one], _) => Ok(one.clone()),
            (_, Some(path)) => Ok(PathBuf::from(path)),
            ([], None) => Err(Error::not_found("not-a-ledger", "there is no ledger here")
                .hint("-L DIR, or set ROOTKEEP_LEDGER")),
            (several, None) => Err(
                Error::usage("which-ledger", "there are several ledgers here").hint(
                    several
                        .iter()
                        .map(|path| format!("-L {}", path.display()))
                        .collect::<Vec<_>>()
                        .join("   or   "),
                ),
            ),
        }
    }

    /// Opens the ledger as the user.
    pub fn open(&self) -> Result<Session> {
        let session = self.open_as(&self.identity_path()?, self.global.own_card.clone())?;
        if session.pin().is_none() {
            self.warn("you have no pin of this ledger here, so nothing shows that this is the newest copy; your first act will ask for the genesis code");
        }
        Ok(session)
    }

    fn open_as(&self, identity: &Path, card: Option<PathBuf>) -> Result<Session> {
        self.open_at(&self.ledger_path()?, identity, card, Session::open)
    }

    /// Opens a ledger in some directory as the user, whatever the pin remembers.
    pub fn open_any(&self, directory: &Path) -> Result<Session> {
        let card = self.global.own_card.clone();
        self.open_at(directory, &self.identity_path()?, card, Session::open_any)
    }

    fn open_at(
        &self,
        directory: &Path,
        identity: &Path,
        card: Option<PathBuf>,
        open: fn(&Path, Opening) -> Result<Session>,
    ) -> Result<Session> {
        if let Some(card) = &card {
            super::card::read(card)?;
        }
        let session = self.terminal.retry(passphrase_mistyped, || {
            let (identity, host) = self.identity(identity)?;
            let session = open(directory, opening(identity.clone(), &host, card.clone()))?;
            if let Some(kept) = &self.kept {
                kept.keep(&identity, &host, &session);
            }
            Ok(session)
        })?;
        if let Some(kept) = session.migrated() {
            output::talk(&output::plain(&format!(
                "This ledger was made by an older rootkeep and has been brought up to date. Its database as it\nwas is {}: when `rootkeep verify` is good, you can remove it.",
                kept.display()
            )));
        }
        Ok(session)
    }

    /// Unlocks the user's identity where there is no ledger yet.
    pub fn unlock(&self, path: &Path) -> Result<(Identity, AgeHost)> {
        self.terminal
            .retry(passphrase_mistyped, || self.identity(path))
    }

    /// An identity, and what it may ask and run: as a shell keeps it unlocked, else from its file.
    fn identity(&self, path: &Path) -> Result<(Identity, AgeHost)> {
        let host = self.host()?;
        let kept = self.kept.as_ref();
        if let Some(unlocked) = kept.and_then(|kept| kept.identity(path, &host)) {
            return Ok(unlocked);
        }
        Ok((Identity::load(path, &host)?, host))
    }

    /// Opens the ledger for an act: everything since the user's pin is verified first.
    pub fn open_to_act(&self) -> Result<Session> {
        let identity = self.identity_path()?;
        self.check_own_card(&identity)?;
        let mut session = self.open_as(&identity, self.global.own_card.clone())?;
        self.trust(&mut session)?;
        self.people.replace(Some(session.people()?));
        Ok(session)
    }

    /// An error of an act, with everybody who is known in it by name.
    pub fn by_name(&self, error: Error) -> Error {
        match self.people.borrow().as_ref() {
            Some(people) => named(&error, people),
            None => error,
        }
    }

    /// A first act is held to the own card. Where it is not found, as beside an SSH key, that is said
    /// before a passphrase is asked for.
    fn check_own_card(&self, identity: &Path) -> Result<()> {
        let beside = identity.with_extension("card");
        let known = self.global.own_card.is_some()
            || self.global.own_fingerprint.is_some()
            || beside.exists()
            || !identity.exists()
            || !PinPlace::new(identity, state_dir()).all()?.is_empty();
        if known {
            return Ok(());
        }
        if self.terminal.interactive {
            self.say(&format!(
                "note: your own card is not at {}; without --own-card FILE its fingerprint will be asked for",
                beside.display()
            ));
            return Ok(());
        }
        Err(Error::refused(
            "card-needed",
            format!("your own card is not at {}", beside.display()),
        )
        .hint("name it with --own-card FILE, or add --own-fingerprint \"WORDS\""))
    }

    /// Opens a request slip, and decides whether its log is to be trusted.
    pub fn open_slip(&self, path: &Path) -> Result<Remote> {
        let mut remote = self.look_into_slip(path)?;
        let ledger = remote.id();
        self.first_use(&ledger, |first| remote.trust(first))?;
        self.people.replace(Some(remote.people()?));
        Ok(remote)
    }

    /// Opens a request slip without deciding yet whether its log is to be trusted.
    pub fn look_into_slip(&self, path: &Path) -> Result<Remote> {
        let identity = self.identity_path()?;
        self.check_own_card(&identity)?;
        if let Some(card) = &self.global.own_card {
            super::card::read(card)?;
        }
        let file = read_slip(path)?;
        let opened = self.terminal.retry(passphrase_mistyped, || {
            let (identity, host) = self.identity(&identity)?;
            let card = self.global.own_card.clone();
            Remote::open(&file, opening(identity, &host, card))
        });
        opened.map_err(|error| looks::not_a_slip(error, path, &file))
    }

    fn trust(&self, session: &mut Session) -> Result<()> {
        let ledger = session.id();
        self.first_use(&ledger, |first| session.trust(first))
    }

    /// Lets `trust` decide, and asks for what it lacks.
    fn first_use(
        &self,
        ledger: &Digest,
        mut trust: impl FnMut(&FirstUse) -> Result<()>,
    ) -> Result<()> {
        let mut first = FirstUse {
            genesis_code: self.global.code.clone(),
            fingerprint: self.global.own_fingerprint.clone(),
        };
        let mut outcome = trust(&first);
        let missing = |outcome: &Result<()>, code: &str| {
            let lacks = outcome.as_ref().is_err_and(|error| error.code() == code);
            lacks && self.terminal.interactive
        };
        if missing(&outcome, "genesis-code-needed") {
            output::talk(
                "You have no pin of this ledger yet. Let another custodian read you the genesis code\n(rootkeep show genesis) by voice, then type it here.",
            );
            let (question, flag) = ("Genesis code, twelve words", "--code WORDS");
            let code = self
                .terminal
                .words(question, flag, ledger, "genesis code")?;
            first.genesis_code = Some(code);
            outcome = trust(&first);
        }
        if missing(&outcome, "card-needed") {
            let (question, flag) = ("Your own card's fingerprint", "--own-fingerprint WORDS");
            outcome = self.terminal.retry(words_mistyped, || {
                first.fingerprint = Some(self.terminal.ask(question, flag)?);
                trust(&first)
            });
        }
        outcome
    }

    /// Reports an entry, lets those at the keyboard sign it, and says what is still missing.
    pub fn report(
        &self,
        session: Session,
        entered: &Entered,
        headline: &str,
        more: Value,
    ) -> Result<Done> {
        let headline = format!("{headline}\nentry #{}  id {}", entered.seq, entered.id);
        self.report_about(session, entered, &entered.leaf, &headline, more)
    }

    /// As [`Self::report`]; what others at the keyboard would sign is `subject`, and the headline says
    /// which entry was made.
    pub fn report_about(
        &self,
        session: Session,
        entered: &Entered,
        subject: &Digest,
        headline: &str,
        more: Value,
    ) -> Result<Done> {
        let directory = session.directory().to_owned();
        let id = session
            .view()
            .entry_by_hash(subject)?
            .map_or(entered.id, |entry| entry.id);
        let waiting = if entered.effective {
            Waiting::default()
        } else {
            Waiting::of(&session, &session.people()?, subject)?
        };
        // Their own sessions open the same ledger: this one lets go first.
        drop(session);
        if !self.global.json {
            // What is durable is said before anybody else is asked for anything.
            output::data(&format!("{}\n", output::plain(headline)))?;
        }
        let AtKeyboard {
            effective,
            needs,
            last,
            waiting,
        } = self
            .sign_at_keyboard(entered, subject, waiting)
            .map_err(|error| {
                // What was entered before is durable: whoever is told of the failure is told of that.
                error.hint(format!(
                    "entry #{} ({}) is in the ledger; to go on: rootkeep sign {}",
                    entered.seq,
                    entered.id.short(),
                    id.short()
                ))
            })?;
        let last = last.as_ref().unwrap_or(entered);
        let warnings: Vec<String> = entered
            .warnings
            .iter()
            .map(|warning| format!("the entry is recorded, but: {warning}"))
            .collect();
        for warning in &warnings {
            self.warn(warning);
        }
        if self.global.json {
            let mut fields = output::merge(output::entered_fields(entered), more);
            if let Some(map) = fields.as_object_mut() {
                if let Some(all) = map
                    .entry("warnings")
                    .or_insert_with(|| json!([]))
                    .as_array_mut()
                {
                    all.extend(warnings.into_iter().map(Value::from));
                }
                map.insert("effective".to_owned(), json!(effective));
                map.insert("needs".to_owned(), json!(needs));
                map.insert(
                    "checkpoint".to_owned(),
                    json!({"size": last.size, "root": last.root}),
                );
            }
            output::object(entered.kind.as_str(), fields)?;
            return Ok(Done::Yes);
        }
        if effective && (last.seq != entered.seq) {
            output::data("in effect\n")?;
        }
        if !effective {
            let program = format!("rootkeep -L {}", directory.display());
            let next = not_yet(needs, &waiting, &program, &id.short());
            output::data(&output::plain(&next))?;
        }
        Ok(Done::Yes)
    }

    /// `--with`: others at this keyboard sign off what was just entered.
    fn sign_at_keyboard(
        &self,
        entered: &Entered,
        subject: &Digest,
        waiting: Waiting,
    ) -> Result<AtKeyboard> {
        let mut now = AtKeyboard {
            effective: entered.effective,
            needs: entered.needs,
            last: None,
            waiting,
        };
        let mut paths = self.global.with.clone();
        loop {
            if paths.is_empty() {
                let nobody = now.waiting.names.is_empty() && now.waiting.enrolment.is_none();
                match self.next_at_keyboard(now.effective || nobody)? {
                    Some(path) => paths.push(path),
                    None => break,
                }
            }
            let path = paths.remove(0);
            let mut session = self.open_as(&path, None)?;
            self.trust(&mut session)?;
            let people = session.people()?;
            if let Err(error) = session.may_decide(subject) {
                return Err(match session.view().entry_by_hash(subject)? {
                    Some(entry) => waiting::explained(&session, &entry, error),
                    None => error,
                });
            }
            let preview = session.preview(subject)?;
            self.show_before_asking(&describe::statement(&session, &preview.statement, &people)?);
            let name = people.name(&session.member());
            self.say(&format!("{name}'s turn"));
            self.confirm_card(&preview.statement, None)?;
            match self
                .terminal
                .confirm(&format!("{name}, do you agree to this?"))
            {
                Err(error) if error.code() == "not-confirmed" => {
                    // A no from one is no reason to hide what the other has entered.
                    output::talk(&output::plain(&format!("{name} has not signed")));
                    continue;
                }
                answer => answer?,
            }
            let signed = session.sign_off(*subject)?;
            self.say(&format!("{name} has signed: entry #{}", signed.seq));
            for line in super::safe::to_look_at(&session, subject)? {
                self.warn(&line);
            }
            for line in super::erase::still_held(&session, subject)? {
                self.warn(&line);
            }
            (now.effective, now.needs) = (signed.effective, signed.needs);
            if !signed.effective {
                now.waiting = Waiting::of(&session, &session.people()?, subject)?;
            }
            now.last = Some(signed);
        }
        Ok(now)
    }

    /// An enrolment is signed only by who has heard the newcomer's fingerprint.
    pub fn confirm_card(&self, statement: &Statement, typed: Option<&String>) -> Result<()> {
        let (Claim::CustodianAdd(Add { card, .. }, _)
        | Claim::CustodianReplace(Replace { card, .. }, _)) = statement.claim()
        else {
            return Ok(());
        };
        let card = Card::parse(&card.0)?;
        let fingerprint = card.fingerprint();
        if let Some(words) = typed {
            return words::compare(words, &fingerprint, "fingerprint");
        }
        let question = "The fingerprint, as the newcomer reads it to you";
        let flag = "--fingerprint \"WORDS\"";
        self.terminal
            .words(question, flag, &fingerprint, "fingerprint")
            .map(|_| ())
    }

    /// On a terminal, offers the keyboard to the next person.
    fn next_at_keyboard(&self, effective: bool) -> Result<Option<PathBuf>> {
        if effective || !self.terminal.interactive || self.global.json {
            return Ok(None);
        }
        let answer = self.terminal.ask(
            "Is somebody here who can sign now? Their identity file (Enter: nobody)",
            "--with FILE",
        );
        match answer {
            Ok(path) => Ok((!path.is_empty()).then(|| PathBuf::from(path))),
            // The end of input is nobody.
            Err(error) if error.code() == "not-confirmed" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The entry that somebody means: ids and hashes are read aloud and copied by hand, so that
    /// their case doesn't matter.
    pub fn entry(&self, session: &Session, typed: &str) -> Result<Entry> {
        session.find_entry(&typed.to_lowercase())
    }
}

/// How a statement stands once those at the keyboard have signed it.
struct AtKeyboard {
    effective: bool,
    needs: usize,
    /// The last of their entries.
    last: Option<Entered>,
    waiting: Waiting,
}

/// What a statement waits for, and who types what.
fn not_yet(needs: usize, waiting: &Waiting, program: &str, id: &str) -> String {
    let accept = format!("{program} -i THEIR.key custodian accept");
    let mut text = match &waiting.enrolment {
        Some(Enrolment::Approved(name)) => {
            return format!("not in effect yet: now {name} accepts: {accept}\n");
        }
        Some(Enrolment::Accepted) => {
            format!("not in effect yet: governance signs with {program} sign {id}\n")
        }
        Some(Enrolment::Proposed) => format!(
            "not in effect yet: governance signs with {program} sign {id}, and then the newcomer accepts: {accept}\n"
        ),
        None => {
            let people = if needs == 1 { "person" } else { "people" };
            format!("not in effect yet: {needs} more {people} must sign: {program} sign {id}\n")
        }
    };
    if !waiting.words.is_empty() {
        text.push_str(&format!("who can sign: {}\n", waiting.words));
    }
    text
}

/// How the user comes to a ledger or a slip on this machine.
fn opening(identity: Identity, host: &AgeHost, card: Option<PathBuf>) -> Opening {
    Opening {
        identity,
        host: host.clone(),
        state_dir: state_dir(),
        card,
        clock: Box::new(SystemClock),
    }
}

/// Reads a slip's age file. age adds 16 bytes to every 64 KiB.
pub fn read_slip(path: &Path) -> Result<Vec<u8>> {
    let limit = u64::try_from(SLIP_LIMIT + (1 << 20)).unwrap_or(u64::MAX);
    read_bounded(path, limit)
}

/// Whether an identity did not open with what was typed. The passphrase of an SSH key is asked for
/// when something is decrypted with it, so that only the cause tells.
fn passphrase_mistyped(error: &Error) -> bool {
    let ssh = |cause: &String| cause.contains("decrypt an encrypted key");
    error.code() == "wrong-passphrase" || error.causes().iter().any(ssh)
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn xdg(variable: &str, fallback: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| home().map(|home| home.join(fallback)))
        .map(|path| path.join("rootkeep"))
}

fn config_dir() -> Option<PathBuf> {
    xdg("XDG_CONFIG_HOME", ".config")
}

/// Where pins go when the identity's own directory can't be written.
pub fn state_dir() -> Option<PathBuf> {
    let dir = xdg("XDG_STATE_HOME", ".local/state")?;
    // Without it, pins can still lie beside the identity.
    let _beside_identity = std::fs::create_dir_all(&dir);
    Some(dir)
}
