//! What who-can takes: thirty people in quorums of every shape, and 10,000 accounts, of one shape and each
//! of its own.
//!
//! `cargo bench --bench reach`; `-- --quick` only shows that it runs. The accounts, secrets and mailboxes
//! are copies of real records, laid over a small ledger's.
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

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use rootkeep::crypto::fixed::Id;
use rootkeep::error::Result;
use rootkeep::insight::reach::formula::{Formula, Formulas};
use rootkeep::insight::reach::sets::Solver;
use rootkeep::insight::reach::{self, Lost, Reach, Route};
use rootkeep::state::custody::{AccountRecord, Epoch, SecretRecord};
use rootkeep::state::places::MailboxRecord;
use rootkeep::state::records::{Record, Records, Table, read};
use rootkeep::statement::Claim;
use rootkeep::statement::account_id::AccountId;
use rootkeep::statement::accounts::{Import, ImportPersonal};
use rootkeep::statement::names::Subject;
use rootkeep::statement::register::{Mailbox, MailboxPersonal};

use measure::{median, show, timed};
use world::{ADA, CY, EVE, MANAGEMENT, MFA, PASSWORD, World, import_claim, name, text};

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (accounts, rounds) = if quick { (100, 1) } else { (10_000, 5) };
    thirty_people(if quick { 1 } else { 21 });
    let world = World::ready();
    println!("\n{accounts} accounts, each with a password, an MFA seed and a mailbox of its own");
    for (word, own) in [
        ("of one shape", false),
        ("each with its own knowers and readers", true),
    ] {
        many_accounts(&world, word, accounts, own, rounds);
    }
    program(&world, accounts, rounds);
}

/// A rule by its people.
type Shape = fn(&mut Formulas, &[Formula]) -> Formula;

fn thirty_people(rounds: usize) {
    let shapes: [(&str, Shape); 7] = [
        ("15 of 30", |all, people| all.at_least(15, people.to_vec())),
        ("2 of 30", |all, people| all.at_least(2, people.to_vec())),
        ("2 of 3 groups, each 5 of 10", |all, people| {
            let groups: Vec<Formula> = people
                .chunks(10)
                .map(|group| all.at_least(5, group.to_vec()))
                .collect();
            all.at_least(2, groups)
        }),
        ("8 of 15 groups, each 1 of 2", |all, people| {
            let groups: Vec<Formula> = people
                .chunks(2)
                .map(|group| all.at_least(1, group.to_vec()))
                .collect();
            all.at_least(8, groups)
        }),
        ("10 of 20 and 10 of the last 20", |all, people| {
            let one = all.at_least(10, people[..20].to_vec());
            let other = all.at_least(10, people[10..].to_vec());
            all.all([one, other])
        }),
        ("2 of 3 interleaved groups, each 5 of 10", |all, people| {
            let groups: Vec<Formula> = (0..3)
                .map(|first| {
                    let group = people.iter().skip(first).step_by(3).copied();
                    all.at_least(5, group.collect::<Vec<_>>())
                })
                .collect();
            all.at_least(2, groups)
        }),
        (
            "4 quorums across each other, each 8 of 15",
            |all, people| {
                let quorums: Vec<Formula> = [1, 7, 11, 13]
                    .map(|step| {
                        let members = (0..15).map(|n| people[n * step % 30]);
                        all.at_least(8, members.collect::<Vec<_>>())
                    })
                    .to_vec();
                all.all(quorums)
            },
        ),
    ];
    println!(
        "{:<44} {:>16} {:>9} {:>10}",
        "thirty people", "sets", "survives", "time"
    );
    for (word, shape) in shapes {
        let mut told = String::new();
        let times = (0..rounds).map(|_| {
            timed(|| {
                let mut formulas = Formulas::new();
                let people: Vec<Formula> = (0..30).map(|one| formulas.one(one)).collect();
                let rule = shape(&mut formulas, &people);
                let mut solver = Solver::new();
                let sets = solver.sets(&formulas, rule, 200);
                let loss = solver.loss(&formulas, rule);
                told = match (sets, loss) {
                    (Ok(sets), Ok(loss)) => {
                        format!("{:>16} {:>9}", sets.total.unwrap(), loss.survives.unwrap())
                    }
                    (Err(error), _) | (_, Err(error)) => format!("{:>26}", error.code()),
                };
            })
        });
        let time = median(times.collect());
        println!("{word:<44} {told} {:>10}", show(time));
    }
}

/// Records laid over others.
struct Grown<'b> {
    base: &'b dyn Records,
    more: BTreeMap<Table, BTreeMap<String, Vec<u8>>>,
}

impl Grown<'_> {
    fn put<R: Record>(&mut self, key: String, record: &R) {
        let bytes = serde_json::to_vec(record).unwrap();
        self.more.entry(R::TABLE).or_default().insert(key, bytes);
    }
}

impl Records for Grown<'_> {
    fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>> {
        match self.more.get(&table).and_then(|all| all.get(key)) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => self.base.get(table, key),
        }
    }

    fn list(&self, table: Table, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        let mut all: BTreeMap<String, Vec<u8>> =
            self.base.list(table, prefix)?.into_iter().collect();
        all.extend(self.more.get(&table).cloned().unwrap_or_default());
        Ok(all.into_iter().collect())
    }
}

fn many_accounts(world: &World, word: &str, count: usize, own: bool, rounds: usize) {
    let session = world.session(ADA);
    let (view, now) = (session.view(), session.now().unwrap());
    let mut grown = Grown {
        base: &view,
        more: BTreeMap::new(),
    };
    let account: AccountRecord = read(&view, MANAGEMENT).unwrap().unwrap();
    let secrets = [PASSWORD, MFA].map(|secret| {
        let id = world.secret(secret);
        let record: SecretRecord = read(&view, &id.to_hex()).unwrap().unwrap();
        let epoch = Epoch::load(&view, &id, 1).unwrap().unwrap();
        (record, epoch)
    });
    for number in 0..count {
        let id = account_id(number);
        let mut account = account.clone();
        account.facts.id = id;
        account.facts.management = false;
        grown.put(id.to_string(), &account);
        let mut readers = vec![world.id(CY), world.id(EVE)];
        readers.sort();
        for (kind, (secret, epoch)) in (0u8..).zip(&secrets) {
            let mut bytes = [kind + 1; 16];
            bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
            let secret_id = Id(bytes);
            let (mut secret, mut epoch) = (secret.clone(), epoch.clone());
            secret.name.subject = Subject::Account(id);
            if own {
                // Five people, in one of 32 sets for each of two secrets.
                let set = (number >> (5 * kind)) % 32;
                epoch.knowers = (0..5)
                    .filter(|n| set & (1 << n) != 0)
                    .map(|n| world.id(n))
                    .collect();
            }
            grown.put(secret_id.to_hex(), &secret);
            grown.put(Epoch::key(&secret_id, 1), &epoch);
        }
        let mailbox = name(&format!("root-{number}"));
        let others = if own {
            vec![text(&format!("owner {number}"))]
        } else {
            Vec::new()
        };
        grown.put(
            mailbox.to_string(),
            &MailboxRecord {
                facts: Mailbox {
                    mailbox,
                    members: readers,
                    accounts: vec![id],
                    closed: false,
                },
                personal: Some(MailboxPersonal {
                    address: text("root@example.com"),
                    others,
                }),
                events: vec![1],
            },
        );
    }
    let mut answered = 0;
    let mut reading = Vec::new();
    let mut answering = Vec::new();
    for _ in 0..rounds {
        let mut estate = None;
        reading.push(timed(|| estate = Some(reach::read(&grown, now).unwrap())));
        let estate = estate.unwrap();
        answering.push(timed(|| {
            let nothing = Lost::default();
            let mut reach = Reach::new(&estate, &nothing).unwrap();
            for account in estate.accounts.iter().filter(|one| one.in_use) {
                let answer = reach.brief(account, &Route::ALL).unwrap();
                answered += usize::from(answer.fewest.is_some());
            }
        }));
    }
    assert!(answered >= rounds * count);
    println!(
        "{word:<44} read {:>10}   answered {:>10}",
        show(median(reading)),
        show(median(answering))
    );
}

fn account_id(number: usize) -> AccountId {
    AccountId::new(format!("{:012}", 500_000_000_000 + number)).unwrap()
}

/// The program itself, on a ledger into which as many accounts were imported.
fn program(world: &World, count: usize, rounds: usize) {
    let Claim::AccountImport(import, Some(personal)) = import_claim() else {
        panic!("an import");
    };
    let (facts, names) = (&import.accounts[0], &personal.accounts[0]);
    let mut accounts: Vec<_> = (0..count)
        .map(|number| {
            let (mut facts, mut names) = (facts.clone(), names.clone());
            facts.id = account_id(number);
            facts.management = false;
            names.id = facts.id;
            (facts, names)
        })
        .collect();
    accounts.sort_by_key(|(facts, _)| facts.id);
    let (accounts, names) = accounts.into_iter().unzip();
    let claim = Claim::AccountImport(
        Import { accounts, ..import },
        Some(ImportPersonal {
            accounts: names,
            ..personal
        }),
    );
    world.session(ADA).enter(claim, Vec::new()).unwrap();
    let times = (0..rounds).map(|_| {
        timed(|| {
            let done = Command::new(env!("CARGO_BIN_EXE_rootkeep"))
                .args(["--batch", "who-can", "--all", "-L"])
                .arg(world.ledger())
                .arg("-i")
                .arg(world.identity(ADA))
                .env_clear()
                .env("HOME", world.dir.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            assert!(done.status.success(), "{done:?}");
            assert!(String::from_utf8_lossy(&done.stdout).lines().count() > count);
        })
    });
    let time = median(times.collect());
    println!(
        "\nrootkeep who-can --all, as it is typed, with {count} more accounts: {} (target < 2 s)",
        show(time)
    );
}
