//! A small world to tell stories in: people with plain age identities, a clock that can be set, and
//! a ledger between them, all in one directory that goes when the world goes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use age::secrecy::ExposeSecret;
use ring::rand::SystemRandom;

use rootkeep::crypto::card::{self, Card, CardPersonal};
use rootkeep::crypto::fixed::{Base64, Digest, Id};
use rootkeep::crypto::identity::Identity;
use rootkeep::crypto::member_key::MemberKey;
use rootkeep::crypto::possession::{self, ShareContext};
use rootkeep::crypto::recipient::{AgeHost, NoPassphrase, Prompter, Recipient};
use rootkeep::crypto::secret::{Key32, SecretBytes, SecretText};
use rootkeep::crypto::slip39::Mnemonic;
use rootkeep::crypto::words;
use rootkeep::error::{Error, Result};
use rootkeep::ledger::{
    self, Clock, Durability, Entered, FirstUse, Founding, Opening, SealRequest, Sealed, Session,
};
use rootkeep::state::custody::Epoch;
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::accounts::{
    AccountFacts, AccountNames, AccountState, Import, ImportPersonal, Partition,
};
use rootkeep::statement::decisions::{Proof, SentShare, SignOff};
use rootkeep::statement::people::{Add, AddPersonal, Role};
use rootkeep::statement::quorums::{Define, Group};
use rootkeep::statement::releases::{Close, ClosePersonal, Outcome, RequestPersonal};
use rootkeep::statement::secrets::Share;
use rootkeep::statement::text::{Name, Text};
use rootkeep::statement::{Claim, Time};

/// The founders' places among the people.
pub const ADA: usize = 0;
pub const BEA: usize = 1;
pub const CY: usize = 2;
pub const DAN: usize = 3;
pub const EVE: usize = 4;

pub const MANAGEMENT: &str = "111122223333";
pub const MEMBER: &str = "444455556666";
pub const PASSWORD: &str = "111122223333/password";
pub const MFA: &str = "111122223333/mfa-seed";
pub const PASSWORD_TEXT: &[u8] = b"correct horse battery staple";
pub const MFA_TEXT: &[u8] = b"otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP&issuer=AWS";

/// A directory that goes when it is dropped.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    /// In another place than that for temporary files, which may be small.
    pub fn within(place: &Path) -> Self {
        let path = place.join(format!("rootkeep-it-{}", random_id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _gone_or_left = fs::remove_dir_all(&self.0);
    }
}

/// A clock that stands still until it is set.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// Saturday, 21 November 2026, 09:30:00 UTC.
    pub const START: i64 = 1_795_253_400;

    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(Self::START)))
    }

    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub fn seconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Result<Time> {
        Time::from_seconds(self.seconds()).ok_or_else(|| Error::failed("bad-clock", "no such time"))
    }
}

/// Nobody is at the keyboard.
struct Nobody;

impl Prompter for Nobody {
    fn message(&self, _: &str) {}
    fn confirm(&self, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }
    fn public_text(&self, _: &str) -> Option<String> {
        None
    }
    fn passphrase(&self, _: &str) -> std::result::Result<SecretText, NoPassphrase> {
        Err(NoPassphrase::NobodyThere)
    }
}

pub fn host() -> AgeHost {
    AgeHost::new(BTreeSet::new(), Arc::new(Nobody))
}

pub fn rng() -> SystemRandom {
    SystemRandom::new()
}

pub fn random_id() -> Id {
    Id::random(&rng()).unwrap()
}

pub fn text(words: &str) -> Text {
    Text::new(words).unwrap()
}

pub fn name(word: &str) -> Name {
    Name::new(word).unwrap()
}

/// Someone with an identity and a card.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub id: Id,
    pub card: Card,
    pub part: rootkeep::crypto::part::Part,
    pub personal: CardPersonal,
}

const NAMES: [&str; 17] = [
    "ada", "bea", "cy", "dan", "eve", "fay", "gus", "hal", "ida", "jo", "kim", "lee", "mia", "ned",
    "ola", "pia", "quin",
];

/// People, a clock, and perhaps a ledger.
pub struct World {
    pub dir: TempDir,
    pub clock: TestClock,
    pub people: Vec<Person>,
    pub host: AgeHost,
    pub id: Option<Digest>,
    /// What it was copied from goes with the last copy.
    _template: Option<Arc<World>>,
}

impl World {
    /// So many people, and no ledger.
    pub fn of_people(count: usize) -> Self {
        let mut world = Self {
            dir: TempDir::new(),
            clock: TestClock::new(),
            people: Vec::new(),
            host: host(),
            id: None,
            _template: None,
        };
        for name in NAMES.iter().take(count) {
            world.newcomer(name);
        }
        world
    }

    /// A ledger whose first founder alone has signed.
    pub fn founded(founders: usize, threshold: u8) -> Self {
        let mut world = Self::of_people(founders);
        let cards = world
            .people
            .iter()
            .map(|p| (p.card.clone(), p.part.clone(), p.personal.clone()))
            .collect();
        world.id = Some(world.found(threshold, cards).unwrap());
        world
    }

    pub fn found(
        &self,
        threshold: u8,
        cards: Vec<(Card, rootkeep::crypto::part::Part, CardPersonal)>,
    ) -> Result<Digest> {
        let identity = Identity::load(&self.identity(0), &self.host)?;
        ledger::found(Founding {
            directory: &self.ledger(),
            name: text("Example Corp root custody"),
            threshold,
            cards,
            identity: &identity,
            host: &self.host,
            state_dir: None,
            clock: &self.clock,
        })
    }

    /// A ledger that every founder has signed.
    pub fn active(founders: usize, threshold: u8) -> Self {
        let world = Self::founded(founders, threshold);
        let genesis = world.genesis();
        for founder in 1..founders {
            let entered = world.session(founder).sign_off(genesis).unwrap();
            assert_eq!(entered.effective, founder + 1 == founders);
        }
        world
    }

    /// Five founders (any three decide), `engineers` (two of ada, bea, cy), `board` (dan and eve),
    /// the register, the management account's password sealed to the engineers and its MFA seed to
    /// the board. A copy of one that was made once.
    pub fn ready() -> Self {
        static TEMPLATE: Mutex<Weak<World>> = Mutex::new(Weak::new());
        let mut slot = TEMPLATE.lock().unwrap();
        let template = slot
            .upgrade()
            .unwrap_or_else(|| Arc::new(Self::make_ready()));
        *slot = Arc::downgrade(&template);
        let mut world = template.copy();
        world._template = Some(template);
        world
    }

    fn make_ready() -> Self {
        let world = Self::active(5, 3);
        world.quorum("engineers", 2, &[0, 1, 2]);
        world.quorum("board", 2, &[3, 4]);
        world.import(0);
        world
            .seal(0, PASSWORD, Some("engineers"), PASSWORD_TEXT)
            .unwrap();
        world.seal(3, MFA, Some("board"), MFA_TEXT).unwrap();
        world
    }

    /// The same people and the same ledger somewhere else, with a clock of their own.
    pub fn copy(&self) -> Self {
        self.copy_within(&std::env::temp_dir())
    }

    pub fn copy_within(&self, place: &Path) -> Self {
        let dir = TempDir::within(place);
        copy_dir(self.dir.path(), dir.path());
        let clock = TestClock::new();
        clock.set(self.clock.seconds());
        Self {
            dir,
            clock,
            people: self.people.clone(),
            host: self.host.clone(),
            id: self.id,
            _template: self._template.clone(),
        }
    }

    /// One more person, in no ledger; returns their place among the people.
    pub fn newcomer(&mut self, name: &str) -> usize {
        let identity = age::x25519::Identity::generate();
        let recipient = Recipient::parse_native(&identity.to_public().to_string()).unwrap();
        let personal = CardPersonal {
            name: name.to_owned(),
            contact: Some(format!("{name}@example.com")),
            timezone: None,
        };
        let (card, part) = Card::issue(&rng(), recipient, &personal, &self.host).unwrap();
        self.people.push(Person {
            name: name.to_owned(),
            id: card.id,
            card: card.clone(),
            part: part.clone(),
            personal,
        });
        let place = self.people.len() - 1;
        let line = format!(
            "# identity of {name}\n{}\n",
            identity.to_string().expose_secret()
        );
        ledger::write_private(&self.identity(place), line.as_bytes(), Durability::Rename).unwrap();
        let file = card::write_file(&card, &part).unwrap();
        ledger::write_private(&self.card_file(place), &file, Durability::Rename).unwrap();
        place
    }

    pub fn ledger(&self) -> PathBuf {
        self.dir.path().join("example.ledger")
    }

    pub fn identity(&self, place: usize) -> PathBuf {
        self.dir
            .path()
            .join(format!("{}.key", self.people[place].name))
    }

    pub fn card_file(&self, place: usize) -> PathBuf {
        self.dir
            .path()
            .join(format!("{}.card", self.people[place].name))
    }

    /// Removes someone's pins.
    pub fn unpin(&self, place: usize) {
        for entry in fs::read_dir(self.dir.path()).unwrap().flatten() {
            let file = entry.file_name().into_string().unwrap();
            if file.starts_with(&format!("{}.key.", self.people[place].name))
                && file.ends_with(".pin")
            {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }

    pub fn id(&self, place: usize) -> Id {
        self.people[place].id
    }

    pub fn ledger_id(&self) -> Digest {
        self.id.unwrap()
    }

    pub fn code(&self) -> String {
        words::spell(&self.ledger_id())
    }

    pub fn first_use(&self) -> FirstUse {
        FirstUse {
            genesis_code: Some(self.code()),
            fingerprint: None,
        }
    }

    /// Opens the ledger as someone, without deciding to trust it yet.
    pub fn open(&self, place: usize) -> Result<Session> {
        self.open_at(place, &self.ledger())
    }

    pub fn open_at(&self, place: usize, directory: &Path) -> Result<Session> {
        Session::open(directory, self.opening(place)?)
    }

    /// How someone comes to a ledger or a slip.
    pub fn opening(&self, place: usize) -> Result<Opening> {
        Ok(Opening {
            identity: Identity::load(&self.identity(place), &self.host)?,
            host: self.host.clone(),
            state_dir: None,
            card: None,
            clock: Box::new(self.clock.clone()),
        })
    }

    /// Opens the ledger as someone who has a pin of it, or says why not.
    pub fn trusted(&self, place: usize) -> Result<Session> {
        let mut session = self.open(place)?;
        session.trust(&FirstUse::default())?;
        Ok(session)
    }

    /// Gives the ledger a new key. A process that another test has started at this moment may hold the
    /// lock for as long as it takes to become the program that it will be.
    pub fn rekeyed(&self, place: usize) -> Entered {
        for _ in 0..500 {
            match self.session(place).rekey() {
                Ok((_, entered)) => return entered,
                Err(error) if error.code() == "locked" => {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        panic!("the lock is still held");
    }

    /// Opens the ledger as someone who has heard the genesis code.
    pub fn session(&self, place: usize) -> Session {
        let mut session = self.open(place).unwrap();
        session.trust(&self.first_use()).unwrap();
        session
    }

    pub fn genesis(&self) -> Digest {
        self.open(0).unwrap().view().entry(0).unwrap().unwrap().hash
    }

    /// Makes a statement and lets others sign it; returns the last entry, which put it into effect.
    pub fn decide(&self, author: usize, claim: Claim, signers: &[usize]) -> Entered {
        let proposed = self.session(author).enter(claim, Vec::new()).unwrap();
        self.sign_all(proposed.leaf, signers)
    }

    pub fn sign_all(&self, subject: Digest, signers: &[usize]) -> Entered {
        let mut last = None;
        for (count, signer) in signers.iter().enumerate() {
            let entered = self.session(*signer).sign_off(subject).unwrap();
            assert_eq!(
                entered.effective,
                count + 1 == signers.len(),
                "after {} sign-offs",
                count + 1
            );
            last = Some(entered);
        }
        last.unwrap()
    }

    pub fn define(&self, quorum: Id, word: &str, threshold: u8, members: &[usize]) -> Claim {
        Claim::QuorumDefine(Define {
            quorum,
            name: name(word),
            groups_needed: 1,
            groups: vec![Group {
                label: name("all"),
                threshold,
                members: members.iter().map(|place| self.id(*place)).collect(),
            }],
        })
    }

    /// Defines a quorum with the sign-offs of ada, bea and cy.
    pub fn quorum(&self, word: &str, threshold: u8, members: &[usize]) -> Id {
        let id = random_id();
        self.decide(0, self.define(id, word, threshold, members), &[0, 1, 2]);
        id
    }

    pub fn import(&self, author: usize) -> Entered {
        self.session(author)
            .enter(import_claim(), Vec::new())
            .unwrap()
    }

    pub fn seal(
        &self,
        author: usize,
        secret: &str,
        quorum: Option<&str>,
        plaintext: &[u8],
    ) -> Result<Sealed> {
        self.session(author).seal(SealRequest {
            name: secret.parse().unwrap(),
            quorum,
            serves: Vec::new(),
            plaintext: &SecretBytes::copy_of(plaintext),
        })
    }

    /// A secret's id, by name.
    pub fn secret(&self, secret: &str) -> Id {
        self.open(0)
            .unwrap()
            .find_secret(&secret.parse().unwrap())
            .unwrap()
            .0
    }

    /// What the tables say of a secret's epoch, as someone reads them who trusts nothing yet.
    pub fn epoch(&self, place: usize, secret: &Id, number: u32) -> Epoch {
        let session = self.open(place).unwrap();
        Epoch::load(&session.view(), secret, number)
            .unwrap()
            .unwrap()
    }

    /// ada asks for secrets, for an hour.
    pub fn request(&self, secrets: &[&str]) -> Entered {
        self.request_by(0, secrets, 0, 3600).unwrap()
    }

    pub fn request_by(
        &self,
        author: usize,
        secrets: &[&str],
        operator: usize,
        window: u32,
    ) -> Result<Entered> {
        let wanted: Vec<(Id, u32)> = secrets
            .iter()
            .map(|secret| (self.secret(secret), 1))
            .collect();
        self.session(author)
            .request(&wanted, self.id(operator), window, purpose())
    }

    /// Someone is proposed with roles by ada, with the sign-offs of ada, bea and cy; returns the
    /// entry that put it into effect, as far as governance goes.
    pub fn enrol(&self, place: usize, roles: &[Role]) -> Entered {
        let proposed = self.propose(place, roles);
        for signer in [0, 1] {
            assert!(
                !self
                    .session(signer)
                    .sign_off(proposed.leaf)
                    .unwrap()
                    .effective
            );
        }
        self.session(2).sign_off(proposed.leaf).unwrap()
    }

    /// ada proposes someone; nobody has signed.
    pub fn propose(&self, place: usize, roles: &[Role]) -> Entered {
        self.session(0)
            .enter(self.add_claim(place, roles), Vec::new())
            .unwrap()
    }

    pub fn add_claim(&self, place: usize, roles: &[Role]) -> Claim {
        let person = &self.people[place];
        Claim::CustodianAdd(
            Add {
                card: Base64(person.card.envelope().to_vec()),
                roles: roles.to_vec(),
            },
            Some(AddPersonal {
                salt: person.part.salt.clone(),
                bytes: person.part.bytes.clone(),
                identified_by: Some(text("passport, by ada, in person")),
            }),
        )
    }

    /// That the whole ledger verifies, as someone sees it.
    pub fn assert_good(&self, place: usize) {
        let report = self.session(place).verify(&mut |_, _| {}).unwrap();
        assert_eq!(report.problems, Vec::new());
    }

    /// Which of someone's shares a secret's epoch has, opened with their identity.
    pub fn shares_of(
        &self,
        place: usize,
        secret: &Id,
        epoch: u32,
    ) -> Vec<(ShareContext, Share, Mnemonic)> {
        let session = self.open(place).unwrap();
        let view = session.view();
        let identity = Identity::load(&self.identity(place), &self.host).unwrap();
        let record = Epoch::load(&view, secret, epoch).unwrap().unwrap();
        record
            .shares
            .into_iter()
            .filter(|share| share.holder == self.id(place))
            .map(|share| {
                let blob = view.blob(&share.blob).unwrap().unwrap();
                let plain = SecretText::from_utf8(&identity.decrypt(&blob).unwrap()).unwrap();
                let context = ShareContext {
                    ledger: self.ledger_id(),
                    secret: *secret,
                    epoch,
                    group: share.group,
                    member: share.member,
                };
                (context, share, Mnemonic::parse(plain.expose()).unwrap())
            })
            .collect()
    }

    /// A sign-off with good proofs by someone's own shares, about `subject`, that sends `blobs`.
    pub fn craft_sign(
        &self,
        place: usize,
        secrets: &[Id],
        about: Digest,
        proves: Digest,
        blob: &[u8],
    ) -> (SignOff, Vec<Vec<u8>>) {
        let mut sign = SignOff {
            subject: about,
            proofs: Vec::new(),
            shares: Vec::new(),
        };
        let mut blobs = Vec::new();
        for secret in secrets {
            for (context, share, mnemonic) in self.shares_of(place, secret, 1) {
                let bytes = [blob, &share.blob.0].concat();
                sign.proofs
                    .push(prove(&mnemonic, &context, &self.id(place), &proves));
                sign.shares.push(SentShare {
                    secret: *secret,
                    epoch: context.epoch,
                    group: context.group,
                    member: context.member,
                    blob: Digest::of(&bytes),
                });
                blobs.push(bytes);
            }
        }
        (sign, blobs)
    }

    /// The ledger's data key, as every member can have it.
    pub fn data_key(&self, place: usize) -> Key32 {
        let keys = self.ledger().join("keys");
        let member = self.member_key(place);
        let wrapped = fs::read(keys.join(format!("{}.age", self.id(place)))).unwrap();
        let line = SecretText::from_utf8(&member.decrypt(&wrapped).unwrap()).unwrap();
        Key32::from_hex(line.expose().trim_end()).unwrap()
    }

    pub fn member_key(&self, place: usize) -> MemberKey {
        let identity = Identity::load(&self.identity(place), &self.host).unwrap();
        MemberKey::unseal(&self.people[place].card.sealed, &identity).unwrap()
    }

    /// The database, opened past the program.
    pub fn raw(&self, place: usize) -> rusqlite::Connection {
        raw(&self.ledger().join("ledger.db"), &self.data_key(place))
    }

    /// Everything in the database, table by table, and the names in `keys`.
    pub fn contents(&self, place: usize) -> Vec<String> {
        let mut all = dump(&self.raw(place));
        let mut keys: Vec<String> = fs::read_dir(self.ledger().join("keys"))
            .unwrap()
            .flatten()
            .map(|entry| {
                format!(
                    "{:?} {}",
                    entry.file_name(),
                    Digest::of(&fs::read(entry.path()).unwrap())
                )
            })
            .collect();
        keys.sort();
        all.extend(keys);
        all
    }

    /// That `act` fails with this code and writes nothing.
    pub fn refused<T>(&self, code: &str, act: impl FnOnce() -> Result<T>) -> Error {
        let before = self.contents(0);
        let error = match act() {
            Ok(_) => panic!("it was not refused; expected `{code}`"),
            Err(error) => error,
        };
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(
            before,
            self.contents(0),
            "`{code}` was given, but something was written"
        );
        error
    }
}

pub fn prove(share: &Mnemonic, context: &ShareContext, custodian: &Id, subject: &Digest) -> Proof {
    let key = possession::key(share.text(), context).unwrap();
    Proof {
        secret: context.secret,
        epoch: context.epoch,
        group: context.group,
        member: context.member,
        proof: Base64(possession::prove(&key, context, custodian, subject)),
    }
}

pub fn raw(path: &Path, key: &Key32) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA key = \"x'{}'\"; PRAGMA synchronous = OFF;",
            key.to_hex().expose()
        ))
        .unwrap();
    connection
}

/// The tables of the schema.
pub const TABLES: [&str; 7] = [
    "meta",
    "leaf",
    "blob",
    "cosignature",
    "state",
    "shard",
    "undo",
];

fn dump(connection: &rusqlite::Connection) -> Vec<String> {
    let mut all = Vec::new();
    for table in TABLES {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<String> = (0..columns)
                .map(|at| format!("{:?}", row.get::<_, rusqlite::types::Value>(at).unwrap()))
                .collect();
            all.push(format!(
                "{table} {}",
                Digest::of(values.join("|").as_bytes())
            ));
        }
    }
    all
}

pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub fn purpose() -> RequestPersonal {
    RequestPersonal {
        purpose: text("close an account"),
        task: None,
        ticket: Some(text("OPS-1")),
    }
}

pub fn close_claim(request: Digest) -> Claim {
    Claim::Close(
        Close {
            request,
            outcome: Outcome::Used,
            rotated: true,
        },
        Some(ClosePersonal {
            note: text("The plan is changed"),
        }),
    )
}

pub fn import_claim() -> Claim {
    let account = |id: &str, management| AccountFacts {
        id: AccountId::new(id).unwrap(),
        state: AccountState::Active,
        partition: Partition::Aws,
        management,
        joined_method: Some(rootkeep::statement::accounts::JoinedMethod::Created),
        joined_at: None,
    };
    let names = |id: &str, name: &str| AccountNames {
        id: AccountId::new(id).unwrap(),
        name: text(name),
        email: text(&format!("{name}@example.com")),
    };
    Claim::AccountImport(
        Import {
            organization: Some(text("o-example")),
            at: None,
            accounts: vec![account(MANAGEMENT, true), account(MEMBER, false)],
            gone: Vec::new(),
        },
        Some(ImportPersonal {
            file_digest: Digest::of(b"the file"),
            file_bytes: 8,
            accounts: vec![names(MANAGEMENT, "management"), names(MEMBER, "member")],
        }),
    )
}
