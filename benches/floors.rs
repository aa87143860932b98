//! How far the library is from the floor under it: the bare primitives that the same work can't do
//! without, measured in the same run, in turns, so that a busy machine is busy for both.
//!
//! `cargo bench --bench floors`, or `-- NAME` for one item of append, bulk, seal, reshare, drill, rekey,
//! open, verify, wide, commands; `-- --quick` only shows that it runs.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod measure;
#[path = "../tests/it/world.rs"]
mod world;

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use age::secrecy::SecretString;
use ring::rand::SecureRandom;
use ring::{pbkdf2, signature};
use rootkeep::crypto::ed25519::SigningKey;
use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::crypto::identity::Identity;
use rootkeep::crypto::member_key::MemberKey;
use rootkeep::crypto::secret::{Key32, SecretBytes};
use rootkeep::ledger::{DrillRequest, SealRequest, Session};
use rootkeep::policy::{self, CheckNow, LogView};
use rootkeep::state::Table;
use rootkeep::state::custody::{AccountRecord, Epoch, SecretRecord};
use rootkeep::state::records::{list, read};
use rootkeep::state::rules::Quorum;
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::accounts::{
    AccountFacts, AccountNames, AccountState, Import, ImportPersonal, JoinedMethod, Partition,
};
use rootkeep::statement::decisions::About;
use rootkeep::statement::drills::{DrillKind, Scope};
use rootkeep::statement::notes::{AttachPersonal, CorrectPersonal};
use rootkeep::statement::secrets::{Seal, Share};
use rootkeep::statement::{Claim, Draft, Seen, Time};
use rootkeep::store::{Access, Cosigner, Store};

use measure::{Paired, line, median, paired, row, show, timed};
use world::{World, rng, text};

/// How much of everything.
#[derive(Clone, Copy)]
struct Sizes {
    rounds: usize,
    appends: usize,
    bulk: usize,
    statements: usize,
    secrets: usize,
    accounts: usize,
    seals: usize,
    reshared: usize,
    drilled: usize,
    attached_mib: usize,
    opens: usize,
}

const FULL: Sizes = Sizes {
    rounds: 7,
    appends: 100,
    bulk: 1000,
    statements: 20_000,
    secrets: 10_000,
    accounts: 10_000,
    seals: 10,
    reshared: 10_000,
    drilled: 10_000,
    attached_mib: 1024,
    opens: 20,
};
const QUICK: Sizes = Sizes {
    rounds: 2,
    appends: 10,
    bulk: 50,
    statements: 300,
    secrets: 100,
    accounts: 100,
    seals: 1,
    reshared: 6,
    drilled: 20,
    attached_mib: 16,
    opens: 2,
};

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let only = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let sizes = if quick { QUICK } else { FULL };
    let wanted = |name: &str| only.is_none_or(|only| name == only);
    row("work", "ours", "floor", "ratio", "target");
    if wanted("append") {
        append(sizes);
    }
    if wanted("bulk") {
        bulk(sizes);
    }
    if wanted("seal") {
        seal(sizes, "3-of-5", 3, 5);
        seal(sizes, "16-of-16", 16, 16);
    }
    if wanted("reshare") {
        reshare(sizes);
    }
    if wanted("drill") {
        drill(sizes);
    }
    if wanted("rekey") {
        rekey(sizes);
    }
    if wanted("open") {
        open(sizes);
    }
    if wanted("commands") {
        commands("100 statements", &grown(100, 10, 10), sizes);
    }
    if wanted("verify") {
        let world = grown(sizes.statements, sizes.secrets / 500, sizes.accounts / 50);
        verify(sizes, "a usual ledger", &world, ">= 0.90");
    }
    if wanted("commands") || wanted("verify") || wanted("wide") {
        let world = grown(sizes.statements, sizes.secrets, sizes.accounts);
        if wanted("commands") {
            let label = format!(
                "{} statements, {} secrets, {} accounts",
                sizes.statements, sizes.secrets, sizes.accounts
            );
            commands(&label, &world, sizes);
        }
        if wanted("verify") || wanted("wide") {
            verify(sizes, "as many secrets as can be", &world, "-");
        }
    }
}

fn correction(subject: Digest) -> Claim {
    Claim::Correct(
        About { subject },
        Some(CorrectPersonal {
            reason: text("a typing error"),
            text: text("the bag's number is 4711, not 4171"),
        }),
    )
}

/// The floor's table: rows of so many bytes in a database like the ledger's.
struct Floor {
    connection: rusqlite::Connection,
    bytes: Vec<u8>,
}

impl Floor {
    fn new(directory: &Path, bytes: usize) -> Self {
        let connection = world::raw(&directory.join("floor.db"), &Key32::new([7; 32]));
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 CREATE TABLE leaf (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;",
            )
            .unwrap();
        let bytes = (0..bytes).map(|at| (at % 251) as u8).collect();
        Self { connection, bytes }
    }

    fn insert(&self, rows: usize) {
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO leaf (bytes) VALUES (?1)")
            .unwrap();
        for _ in 0..rows {
            statement.execute([&self.bytes]).unwrap();
        }
    }

    fn insert_at_once(&self, rows: usize) {
        self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        self.insert(rows);
        self.connection.execute_batch("COMMIT").unwrap();
    }
}

/// How many bytes of an entry were signed and hashed.
fn entry_bytes(session: &Session, seq: u64) -> usize {
    let entry = session.view().entry(seq).unwrap().unwrap();
    let parts = [Some(&entry.facts), entry.personal.as_ref()];
    entry.envelope.len()
        + parts
            .into_iter()
            .flatten()
            .map(|part| part.salt.0.len() + part.bytes.0.len())
            .sum::<usize>()
}

fn append(sizes: Sizes) {
    let world = World::ready();
    let mut session = world.session(0);
    let genesis = world.genesis();
    let first = session.enter(correction(genesis), Vec::new()).unwrap();
    let floor = Floor::new(world.dir.path(), entry_bytes(&session, first.seq));
    // Each corrects the one before, so that they are spread as those of many authors would be.
    let mut subject = first.leaf;
    let each = |total: Duration| total / sizes.appends as u32;
    let pair = paired(
        sizes.rounds * 3,
        || {
            each(timed(|| {
                for _ in 0..sizes.appends {
                    subject = session.enter(correction(subject), Vec::new()).unwrap().leaf;
                }
            }))
        },
        || each(timed(|| floor.insert(sizes.appends))),
    );
    line("append: one statement, durable", &pair, ">= 0.60");
}

fn bulk(sizes: Sizes) {
    let world = World::ready();
    let mut session = world.session(0);
    let genesis = world.genesis();
    let first = session.enter(correction(genesis), Vec::new()).unwrap();
    let floor = Floor::new(world.dir.path(), entry_bytes(&session, first.seq));
    // Each corrects the one before, so that they are spread as those of many authors would be.
    let mut subject = first.leaf;
    let each = |total: Duration| total / sizes.bulk as u32;
    let pair = paired(
        3,
        || {
            each(timed(|| {
                for _ in 0..sizes.bulk {
                    subject = session.enter(correction(subject), Vec::new()).unwrap().leaf;
                }
            }))
        },
        || each(timed(|| floor.insert_at_once(sizes.bulk))),
    );
    line(
        &format!(
            "bulk: {} statements, each a transaction of ours",
            sizes.bulk
        ),
        &pair,
        "-",
    );
}

/// A SLIP-39 Feistel: four rounds of PBKDF2, 2,500 iterations each.
fn feistel() {
    let mut half = [5u8; 16];
    for round in 0..4u8 {
        let salt = half;
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            NonZeroU32::new(2500).unwrap(),
            &salt,
            &[round],
            &mut half,
        );
    }
    std::hint::black_box(half);
}

fn scrypt_file(passphrase: &str, plaintext: &[u8]) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(10);
    age::encrypt(&recipient, plaintext).unwrap()
}

fn scrypt_opens(passphrase: &str, file: &[u8]) {
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    identity.set_max_work_factor(12);
    age::decrypt(&identity, file).unwrap();
}

/// The first floor makes what is stored; the second also tests it as the design asks: one payload
/// decrypted, one Feistel undone. age measures scrypt(10) whenever it is given a passphrase, so that
/// an encryption and a decryption are each two of it, in the floors as in ours.
fn seal(sizes: Sizes, label: &str, threshold: u8, members: usize) {
    let world = World::active(members, 3.min(threshold));
    let places: Vec<usize> = (0..members).collect();
    world.quorum("all", threshold, &places);
    let mut session = world.session(0);
    let recipients: Vec<age::x25519::Recipient> = (0..members)
        .map(|_| age::x25519::Identity::generate().to_public())
        .collect();
    let share = [b'a'; 230];
    let passphrase = "ab".repeat(32);
    let mut count = 0;
    let mut ours = || {
        timed(|| {
            for _ in 0..sizes.seals {
                count += 1;
                session
                    .seal(SealRequest {
                        name: format!("mailbox:m{count}/password").parse().unwrap(),
                        quorum: Some("all"),
                        serves: Vec::new(),
                        plaintext: &SecretBytes::copy_of(world::PASSWORD_TEXT),
                    })
                    .unwrap();
            }
        }) / sizes.seals as u32
    };
    let floor = |tested: bool| {
        timed(|| {
            for _ in 0..sizes.seals {
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        let file = scrypt_file(&passphrase, world::PASSWORD_TEXT);
                        if tested {
                            scrypt_opens(&passphrase, &file);
                        }
                    });
                    feistel();
                    if tested {
                        feistel();
                    }
                    for recipient in &recipients {
                        age::encrypt(recipient, &share).unwrap();
                    }
                });
            }
        }) / sizes.seals as u32
    };
    let pair = paired(sizes.rounds, &mut ours, || floor(false));
    line(
        &format!("seal: {label}, against making it"),
        &pair,
        ">= 0.80",
    );
    let pair = paired(sizes.rounds, &mut ours, || floor(true));
    line(
        &format!("seal: {label}, against making and testing it"),
        &pair,
        ">= 0.80",
    );
}

/// The first floor opens what was sent and makes what is stored anew; the second also tests it, as that
/// of [`seal`] does. Both work on as many secrets at once as there are cores. The same secrets are split
/// anew in each round.
fn reshare(sizes: Sizes) {
    let rounds = 3;
    let world = World::active(5, 3);
    world.quorum("engineers", 2, &[0, 1, 2]);
    let secrets = sealed_by_hand(&world, sizes.reshared / rounds);
    let mut ours = || {
        let asked = signed_resharing(&world, &secrets);
        let mut session = world.session(0);
        timed(|| {
            let done = session.carry_out_reshare(&asked, &mut |_, _| ()).unwrap();
            assert_eq!(done.len(), secrets.len());
        }) / secrets.len() as u32
    };
    let one = SplitAnew::new(3, 2);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let floor = |tested: bool| {
        let left = AtomicUsize::new(secrets.len());
        let take = || left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        timed(|| {
            std::thread::scope(|scope| {
                for _ in 0..cores {
                    scope.spawn(|| {
                        while take().is_ok() {
                            one.work(tested);
                        }
                    });
                }
            });
        }) / secrets.len() as u32
    };
    let mut untested = Vec::new();
    let pair = paired(rounds, &mut ours, || {
        untested.push(floor(false));
        floor(true)
    });
    let work = |floor: &str| {
        format!(
            "reshare: {rounds} times {} secrets, 2-of-3, against {floor}",
            secrets.len()
        )
    };
    let untested = median(untested);
    let making = Paired {
        ours: pair.ours,
        floor: untested,
        ratio: untested.as_secs_f64() / pair.ours.as_secs_f64(),
    };
    line(&work("making them"), &making, "-");
    line(&work("making and testing them"), &pair, ">= 0.70");
}

/// One holder answers a drill, against age's own decrypting of the same files on all cores.
fn drill(sizes: Sizes) {
    let rounds = 3;
    let world = World::active(5, 3);
    world.quorum("engineers", 3, &[0, 1, 2, 3, 4]);
    let secrets = sealed_by_hand(&world, sizes.drilled);
    let holder = 1;
    let files: Vec<Vec<u8>> = {
        let session = world.session(holder);
        let view = session.view();
        let own = |secret: &Id| {
            let epoch = Epoch::load(&view, secret, 1).unwrap().unwrap();
            let mut shares = epoch.shares.into_iter();
            shares
                .find(|share| share.holder == world.id(holder))
                .unwrap()
                .blob
        };
        let blobs = secrets.iter().map(own);
        blobs
            .map(|blob| view.blob(&blob).unwrap().unwrap())
            .collect()
    };
    let key = std::fs::read_to_string(world.identity(holder)).unwrap();
    let key: age::x25519::Identity = key.lines().last().unwrap().parse().unwrap();
    let ours = || {
        let request = DrillRequest {
            drill: DrillKind::Possession,
            scope: Scope::All,
            plan: None,
            sample: None,
            people: Vec::new(),
            note: None,
        };
        let started = world.session(0).start_drill(request).unwrap();
        let mut session = world.session(holder);
        timed(|| {
            let (_, bad) = session
                .answer_drill(started.leaf, None, &mut |_, _| ())
                .unwrap();
            assert!(bad.is_empty());
        })
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let floor = || {
        let next = AtomicUsize::new(0);
        timed(|| {
            std::thread::scope(|scope| {
                for _ in 0..cores {
                    scope.spawn(|| {
                        while let Some(file) = files.get(next.fetch_add(1, SeqCst)) {
                            std::hint::black_box(age::decrypt(&key, file).unwrap());
                        }
                    });
                }
            });
        })
    };
    let pair = paired(rounds, ours, floor);
    let work = format!(
        "drill: one of 5 holders proves {} shares, against age decrypting them",
        secrets.len()
    );
    line(&work, &pair, ">= 0.80");
}

/// Secrets that can really be opened.
fn sealed_by_hand(world: &World, count: usize) -> Vec<Id> {
    let mut session = world.session(0);
    let mut seal = |place| {
        let request = SealRequest {
            name: format!("mailbox:m{place}/password").parse().unwrap(),
            quorum: Some("engineers"),
            serves: Vec::new(),
            plaintext: &SecretBytes::copy_of(world::PASSWORD_TEXT),
        };
        session.seal(request).unwrap().secret
    };
    (0..count).map(&mut seal).collect()
}

/// A resharing that two of the holders have signed.
fn signed_resharing(world: &World, secrets: &[Id]) -> Digest {
    let asked = world
        .session(0)
        .reshare(secrets, world.id(0), 3600, world::purpose())
        .unwrap();
    world.sign_all(asked.leaf, &[1, 2]);
    asked.leaf
}

/// The bare work of splitting one secret anew.
struct SplitAnew {
    passphrase: String,
    payload: Vec<u8>,
    identity: age::x25519::Identity,
    holders: usize,
    sent: Vec<Vec<u8>>,
}

impl SplitAnew {
    const SHARE: [u8; 230] = [b'a'; 230];

    fn new(holders: usize, senders: usize) -> Self {
        let passphrase = "ab".repeat(32);
        let identity = age::x25519::Identity::generate();
        let encrypted = |bytes: &[u8]| age::encrypt(&identity.to_public(), bytes).unwrap();
        Self {
            payload: scrypt_file(&passphrase, world::PASSWORD_TEXT),
            passphrase,
            holders,
            // To the operator, and in that to the request's own recipient.
            sent: vec![encrypted(&encrypted(&Self::SHARE)); senders],
            identity,
        }
    }

    fn work(&self, tested: bool) {
        for sent in &self.sent {
            let inner = age::decrypt(&self.identity, sent).unwrap();
            age::decrypt(&self.identity, &inner).unwrap();
        }
        feistel();
        scrypt_opens(&self.passphrase, &self.payload);
        let file = scrypt_file(&self.passphrase, world::PASSWORD_TEXT);
        feistel();
        if tested {
            scrypt_opens(&self.passphrase, &file);
            feistel();
        }
        for _ in 0..self.holders {
            age::encrypt(&self.identity.to_public(), &Self::SHARE).unwrap();
        }
    }
}

/// A ledger whose bulk is attached files, under a new key; SQLCipher's own way to that is an export.
fn rekey(sizes: Sizes) {
    let world = World::active(5, 3).copy_within(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let mut session = world.session(0);
    let genesis = world.genesis();
    let mut bytes = vec![0u8; 16 << 20];
    for place in 0..sizes.attached_mib / 16 {
        rng().fill(&mut bytes).unwrap();
        let personal = AttachPersonal {
            name: text(&format!("minutes-{place}.pdf")),
            digest: Digest::of(&bytes),
            bytes: bytes.len() as u64,
            media: text("application/pdf"),
        };
        let claim = Claim::Attach(About { subject: genesis }, Some(personal));
        session.enter(claim, vec![bytes.clone()]).unwrap();
    }
    drop(session);
    let database = world.ledger().join("ledger.db");
    let size = std::fs::metadata(&database).unwrap().len() >> 20;
    let pair = paired(
        3,
        || {
            let session = world.session(0);
            timed(|| session.rekey().unwrap())
        },
        || {
            let key = world.data_key(0);
            let exported = world.dir.path().join("exported.db");
            let took = timed(|| export(&database, &key, &exported));
            std::fs::remove_file(&exported).unwrap();
            took
        },
    );
    let work = format!("rekey: {size} MiB, against sqlcipher_export");
    line(&work, &pair, ">= 0.50");
}

/// As durable as ours: the new file is on the disk.
fn export(database: &Path, key: &Key32, to: &Path) {
    let connection = rusqlite::Connection::open(database).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA key = \"x'{}'\"; ATTACH DATABASE '{}' AS exported KEY \"x'{}'\";",
            key.to_hex().expose(),
            to.display(),
            "07".repeat(32)
        ))
        .unwrap();
    connection
        .query_row("SELECT sqlcipher_export('exported')", [], |_| Ok(()))
        .unwrap();
    connection
        .execute_batch("DETACH DATABASE exported")
        .unwrap();
    std::fs::File::open(to).unwrap().sync_all().unwrap();
}

fn open(sizes: Sizes) {
    let world = World::ready();
    let key = world.data_key(0);
    let path = world.ledger().join("ledger.db");
    let pair = paired(
        sizes.rounds * sizes.opens,
        || timed(|| Store::open(&path, &key, Access::Write).unwrap()),
        || {
            timed(|| {
                let connection = rusqlite::Connection::open(&path).unwrap();
                connection
                    .execute_batch(&format!("PRAGMA key = \"x'{}'\"", key.to_hex().expose()))
                    .unwrap();
                connection
                    .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
                    .unwrap()
            })
        },
    );
    line("open: the database", &pair, "-");
}

/// A ledger with so many entries, written in one transaction through the library's own rules.
fn grown(statements: usize, secrets: usize, accounts: usize) -> World {
    let world = World::active(5, 3);
    let quorum_id = world.quorum("engineers", 2, &[0, 1, 2]);
    let session = world.session(0);
    let quorum = Quorum::load(&session.view(), &quorum_id).unwrap().unwrap();
    let seed = session.view().meta("log_seed").unwrap();
    drop(session);
    let member = world.member_key(0);
    let log_key = SigningKey::from_seed(&Key32::new(seed.try_into().unwrap())).unwrap();
    let genesis = world.genesis();
    let mut store = Store::open(
        &world.ledger().join("ledger.db"),
        &world.data_key(0),
        Access::Write,
    )
    .unwrap();
    let mut batch = store.begin().unwrap();
    let time = Time::from_seconds(world.clock.seconds()).unwrap();
    let mut size = batch.view().size().unwrap();
    let mut write = |claim: Claim, blobs: Vec<Vec<u8>>| {
        let draft = Draft::new(&world::rng(), claim, blobs).unwrap();
        let seen = Seen {
            size,
            root: batch.view().root_at(size).unwrap(),
        };
        let (statement, blobs) = draft
            .sign(world.ledger_id(), world.id(0), member.signing(), time, seen)
            .unwrap();
        let view = batch.view();
        let ruled = policy::judge(&view, &view, &mut CheckNow, &statement, size).unwrap();
        let cosigner = Cosigner {
            ledger: world.ledger_id(),
            custodian: world.id(0),
            key: member.signing(),
            time,
        };
        let leaf = statement.leaf();
        batch.append(ruled, &blobs, &cosigner).unwrap();
        size += 1;
        leaf
    };
    for first in (0..accounts).step_by(1000) {
        write(import(first, 1000.min(accounts - first)), Vec::new());
    }
    for place in 0..secrets {
        let (claim, blobs) = sealed(&quorum_id, &quorum, place, accounts, &log_key);
        write(claim, blobs);
    }
    // Each corrects the one before: notes are spread as those of many authors would be.
    let mut subject = genesis;
    for _ in secrets + accounts.div_ceil(1000)..statements {
        subject = write(correction(subject), Vec::new());
    }
    batch.commit().unwrap();
    drop(store);
    // The first act verifies everything since the pin, once.
    drop(world.session(0));
    world
}

fn account_id(place: usize) -> AccountId {
    // Spread, as AWS's are.
    let number = 100_000_000_000 + place * 7_919_993_009 % 900_000_000_000;
    AccountId::new(format!("{number:012}")).unwrap()
}

fn import(first: usize, count: usize) -> Claim {
    let places = first..first + count;
    Claim::AccountImport(
        Import {
            organization: Some(text("o-example")),
            at: None,
            accounts: places
                .clone()
                .map(|place| AccountFacts {
                    id: account_id(place),
                    state: AccountState::Active,
                    partition: Partition::Aws,
                    management: place == 0,
                    joined_method: Some(JoinedMethod::Created),
                    joined_at: None,
                })
                .collect(),
            gone: Vec::new(),
        },
        Some(ImportPersonal {
            file_digest: Digest::of(b"the file"),
            file_bytes: 8,
            accounts: places
                .map(|place| AccountNames {
                    id: account_id(place),
                    name: text(&format!("workload-{place}")),
                    email: text(&format!("root+{place}@example.com")),
                })
                .collect(),
        }),
    )
}

/// A seal with the form and size of a real one, whose blobs are no age files.
fn sealed(
    quorum_id: &Id,
    quorum: &Quorum,
    place: usize,
    accounts: usize,
    key: &SigningKey,
) -> (Claim, Vec<Vec<u8>>) {
    let blob =
        |name: &str, bytes: usize| format!("{name} {place} {}", "x".repeat(bytes)).into_bytes();
    let payload = blob("payload", 250);
    let mut blobs = vec![payload.clone()];
    let mut shares = Vec::new();
    for member in 0..3u8 {
        let bytes = blob(&format!("share {member}"), 400);
        shares.push(Share {
            group: 0,
            member,
            holder: quorum.groups[0].members[usize::from(member)],
            key: key.public(),
            blob: Digest::of(&bytes),
        });
        blobs.push(bytes);
    }
    let claim = Claim::Seal(Seal {
        secret: world::random_id(),
        subject: rootkeep::statement::names::Subject::Account(account_id(place % accounts)),
        kind: rootkeep::statement::SecretKind::Password,
        label: (place >= accounts).then(|| world::name(&format!("n{}", place / accounts))),
        serves: Vec::new(),
        epoch: 1,
        quorum: *quorum_id,
        quorum_index: quorum.index,
        groups_needed: 1,
        thresholds: vec![2],
        payload: Digest::of(&payload),
        shares,
    });
    (claim, blobs)
}

fn verify(sizes: Sizes, label: &str, world: &World, target: &str) {
    let session = world.session(0);
    let report = session.verify(&mut |_, _| {}).unwrap();
    assert_eq!(report.problems, Vec::new());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let key = SigningKey::from_seed(&Key32::new([3; 32])).unwrap();
    // A statement's, a checkpoint's and a cosignature's, on average.
    let message = [b'm'; 350];
    let signature_bytes = key.sign(&message);
    let share = report.signatures as usize / cores;
    let pair = paired(
        sizes.rounds,
        || timed(|| session.verify(&mut |_, _| {}).unwrap()),
        || {
            timed(|| {
                std::thread::scope(|scope| {
                    for _ in 0..cores {
                        scope.spawn(|| {
                            let public = signature::UnparsedPublicKey::new(
                                &signature::ED25519,
                                key.public().as_bytes().to_vec(),
                            );
                            for _ in 0..share {
                                public.verify(&message, &signature_bytes).unwrap();
                            }
                        });
                    }
                });
            })
        },
    );
    let work = format!(
        "verify: {label}, {} statements, {} signatures",
        report.entries, report.signatures
    );
    line(&work, &pair, target);
}

/// What whole commands do on a ledger, besides unlocking the identity.
fn commands(label: &str, world: &World, sizes: Sizes) {
    println!("on a ledger of {label}:");
    let unlock = median(
        (0..sizes.opens)
            .map(|_| {
                timed(|| {
                    let identity = Identity::load(&world.identity(0), &world.host).unwrap();
                    let member =
                        MemberKey::unseal(&world.people[0].card.sealed, &identity).unwrap();
                    let wrapped =
                        std::fs::read(world.ledger().join(format!("keys/{}.age", world.id(0))))
                            .unwrap();
                    member.decrypt(&wrapped).unwrap()
                })
            })
            .collect(),
    );
    row(
        "  unlocking a native identity, the data key with it",
        &show(unlock),
        "",
        "",
        "",
    );
    let command = |name: &str, work: &dyn Fn()| {
        let time = median((0..sizes.opens).map(|_| timed(work)).collect());
        let besides = time.saturating_sub(unlock);
        row(&format!("  {name}"), &show(besides), "", "", "< 15 ms");
    };
    let size = world.open(0).unwrap().head().unwrap().0;
    command("open", &|| drop(world.open(0).unwrap()));
    command("open, trust", &|| drop(world.session(0)));
    command("status", &|| {
        let session = world.open(0).unwrap();
        session.head().unwrap();
        session.people().unwrap();
        let view = session.view();
        view.count(Table::Account).unwrap();
        view.count(Table::Secret).unwrap();
    });
    command("show with its proof", &|| {
        let session = world.session(0);
        session.proven(size / 2).unwrap();
        session.proof(size / 2).unwrap();
    });
    command("secret and account by name", &|| {
        let session = world.session(0);
        session
            .find_secret(&format!("{}/password", account_id(1)).parse().unwrap())
            .unwrap();
        read::<AccountRecord>(&session.view(), &account_id(1).to_string())
            .unwrap()
            .unwrap();
    });
    let genesis = world.genesis();
    command("enter one statement", &|| {
        world
            .session(0)
            .enter(correction(genesis), Vec::new())
            .unwrap();
    });
    command("list every secret", &|| {
        list::<SecretRecord>(&world.session(0).view(), "").unwrap();
    });
    command("find a text", &|| {
        world
            .session(0)
            .view()
            .containing("no such text", 100)
            .unwrap();
    });
}
