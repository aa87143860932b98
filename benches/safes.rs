//! What the register's commands take on a ledger of 10,000 items and 100,000 accesses, as the program is
//! run by a person, beside the same commands on a ledger of a few: in the same run, in turns.
//!
//! `cargo bench --bench safes`; `-- --quick` only shows that it runs. Most of its time goes into making
//! the ledger, entry by entry, by the library's own rules.
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

use std::process::{Command, Stdio};
use std::time::Duration;

use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::identity::Identity;
use rootkeep::crypto::member_key::MemberKey;
use rootkeep::policy::{self, CheckNow, LogView};
use rootkeep::statement::accesses::{Handled, Happened, Logged, LoggedPersonal, Opened, Went};
use rootkeep::statement::decisions::SignOff;
use rootkeep::statement::register::{
    AddItem, AddItemPersonal, ItemKind, Location, LocationKind, LocationPersonal,
};
use rootkeep::statement::{Claim, Draft, Seen, Time};
use rootkeep::store::{Access, Batch, Cosigner, Store};

use measure::{median, paired, row, show, timed};
use world::{ADA, BEA, World, name, text};

/// How much there is, and how often each command is run.
#[derive(Clone, Copy)]
struct Sizes {
    locations: usize,
    items: usize,
    accesses: usize,
    rounds: usize,
}

const FULL: Sizes = Sizes {
    locations: 100,
    items: 10_000,
    accesses: 100_000,
    rounds: 21,
};
const FEW: Sizes = Sizes {
    locations: 2,
    items: 4,
    accesses: 8,
    rounds: 0,
};
const QUICK: Sizes = Sizes {
    locations: 3,
    items: 30,
    accesses: 60,
    rounds: 2,
};

/// So many entries become durable together.
const BATCH: usize = 20_000;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let sizes = if quick { QUICK } else { FULL };
    let mut grown = None;
    let took = timed(|| grown = Some(Safes::grown(sizes)));
    let (many, few) = (grown.unwrap(), Safes::grown(FEW));
    println!(
        "{} locations, {} items, {} accesses, made in {}; {} each",
        sizes.locations,
        sizes.items,
        sizes.accesses,
        show(took),
        sizes.rounds
    );
    let unlock = many.unlocking(sizes.rounds);
    println!("besides {} for unlocking a native identity", show(unlock));
    row("command", "ours", "of a few", "ratio", "target");
    for words in [
        &["item", "show", "item-1"][..],
        &["location", "show", "place-1"],
        &["safe", "list", "--limit", "20"],
        &["safe", "list", "--location", "place-1", "--limit", "20"],
        &["item", "list", "--location", "place-1"],
        &["status"],
    ] {
        let pair = paired(
            sizes.rounds,
            || many.run(words).saturating_sub(unlock),
            || few.run(words).saturating_sub(unlock),
        );
        row(
            &words.join(" "),
            &show(pair.ours),
            &show(pair.floor),
            &format!("{:.2}", pair.ratio),
            "< 30 ms",
        );
    }
}

/// A ledger of places, things and accesses.
struct Safes {
    world: World,
}

impl Safes {
    fn grown(sizes: Sizes) -> Self {
        let world = World::active(5, 3);
        let mut store = Store::open(
            &world.ledger().join("ledger.db"),
            &world.data_key(ADA),
            Access::Write,
        )
        .unwrap();
        let mut claims = register(&world, sizes)
            .into_iter()
            .map(|claim| Entry::Said(Box::new(claim)))
            .chain((0..sizes.accesses).flat_map(|place| [Entry::Access(place), Entry::Witnessed]));
        loop {
            let mut batch = store.begin().unwrap();
            let mut writer = Writer::new(&world, &batch, sizes);
            let mut written = 0;
            for entry in claims.by_ref().take(BATCH) {
                writer.write(&mut batch, entry);
                written += 1;
            }
            batch.commit().unwrap();
            if written < BATCH {
                break;
            }
        }
        drop(store);
        Self { world }
    }

    /// How long the program runs.
    fn run(&self, words: &[&str]) -> Duration {
        let world = &self.world;
        timed(|| {
            let done = Command::new(env!("CARGO_BIN_EXE_rootkeep"))
                .arg("--batch")
                .arg("-L")
                .arg(world.ledger())
                .arg("-i")
                .arg(world.identity(ADA))
                .args(words)
                .env_clear()
                .env("HOME", world.dir.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            assert!([Some(0), Some(6)].contains(&done.status.code()), "{done:?}");
            assert!(!done.stdout.is_empty());
        })
    }

    fn unlocking(&self, rounds: usize) -> Duration {
        let world = &self.world;
        let once = || {
            timed(|| {
                let identity = Identity::load(&world.identity(ADA), &world.host).unwrap();
                let member = MemberKey::unseal(&world.people[ADA].card.sealed, &identity).unwrap();
                let file = format!("keys/{}.age", world.id(ADA));
                let wrapped = std::fs::read(world.ledger().join(file)).unwrap();
                member.decrypt(&wrapped).unwrap()
            })
        };
        median((0..rounds.max(1)).map(|_| once()).collect())
    }
}

fn register(world: &World, sizes: Sizes) -> Vec<Claim> {
    let place = |number: usize| name(&format!("place-{number}"));
    let locations = (0..sizes.locations).map(|number| {
        Claim::LocationSet(
            Location {
                location: place(number),
                kind: LocationKind::Safe,
                site: name(&format!("site-{}", number % 7)),
                timezone: "Europe/London".to_owned(),
                access: vec![world.id(ADA)],
                dual_control: false,
                depends_on_aws: false,
            },
            Some(LocationPersonal { description: None }),
        )
    });
    let items = (0..sizes.items).map(|number| {
        Claim::ItemAdd(
            AddItem {
                item: name(&format!("item-{number}")),
                kind: ItemKind::Document,
                holds: None,
                account: None,
                copy: None,
                location: place(number % sizes.locations),
                bag: Some(text(&format!("BAG-{number:07}"))),
                sealed_by: None,
                witness: None,
                sealed_at: None,
                battery_checked: None,
                battery_expires: None,
            },
            Some(AddItemPersonal { label: None }),
        )
    });
    locations.chain(items).collect()
}

/// What is to be written.
enum Entry {
    Said(Box<Claim>),
    /// The access of this number, logged by ada.
    Access(usize),
    /// What was logged last, signed by bea.
    Witnessed,
}

/// Writes entries into one transaction.
struct Writer<'w> {
    world: &'w World,
    sizes: Sizes,
    keys: [MemberKey; 2],
    time: Time,
    size: u64,
    last: Digest,
}

impl<'w> Writer<'w> {
    fn new(world: &'w World, batch: &Batch<'_>, sizes: Sizes) -> Self {
        let size = batch.view().size().unwrap();
        let last = batch.view().entry(size - 1).unwrap().unwrap().hash;
        Self {
            world,
            sizes,
            keys: [world.member_key(ADA), world.member_key(BEA)],
            time: Time::from_seconds(world.clock.seconds()).unwrap(),
            size,
            last,
        }
    }

    fn write(&mut self, batch: &mut Batch<'_>, entry: Entry) {
        let (author, claim) = match entry {
            Entry::Said(claim) => (ADA, *claim),
            Entry::Access(place) => (ADA, self.access(place)),
            Entry::Witnessed => {
                let sign = SignOff {
                    subject: self.last,
                    proofs: Vec::new(),
                    shares: Vec::new(),
                };
                (BEA, Claim::Sign(sign))
            }
        };
        let (id, key) = (self.world.id(author), self.keys[author].signing());
        let seen = Seen {
            size: self.size,
            root: batch.view().root_at(self.size).unwrap(),
        };
        let draft = Draft::new(&world::rng(), claim, Vec::new()).unwrap();
        let (statement, blobs) = draft
            .sign(self.world.ledger_id(), id, key, self.time, seen)
            .unwrap();
        let view = batch.view();
        let ruled = policy::judge(&view, &view, &mut CheckNow, &statement, self.size).unwrap();
        let cosigner = Cosigner {
            ledger: self.world.ledger_id(),
            custodian: id,
            key,
            time: self.time,
        };
        self.last = statement.leaf();
        batch.append(ruled, &blobs, &cosigner).unwrap();
        self.size += 1;
    }

    /// One in three takes something out, the next brings it back, the third only looks.
    fn access(&self, number: usize) -> Claim {
        let sizes = self.sizes;
        let turn = number / 3;
        let at = turn % sizes.locations;
        let of_place = sizes.items / sizes.locations;
        let item = at + turn / sizes.locations % of_place * sizes.locations;
        let went = [Went::Out, Went::In, Went::Stayed][number % 3];
        // A minute after the one before, and all of them over.
        let ago = 60 * (sizes.accesses - number) as i64;
        let when = Time::from_seconds(self.time.seconds() - ago).unwrap();
        Claim::SafeLog(
            Logged {
                opened: Opened {
                    location: name(&format!("place-{at}")),
                    opened_at: when,
                    witness: self.world.id(BEA),
                    request: None,
                },
                happened: Happened {
                    closed_at: when,
                    items: vec![Handled {
                        item: name(&format!("item-{item}")),
                        went,
                        seal: None,
                        bag: Some(text(&format!("BAG-{item:07}"))),
                    }],
                    counter: None,
                    present: Vec::new(),
                },
            },
            Some(LoggedPersonal {
                purpose: text("Quarterly check"),
                others: Vec::new(),
                exceptions: Vec::new(),
                note: None,
            }),
        )
    }
}
