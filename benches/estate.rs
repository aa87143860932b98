//! What it takes to bring 10,000 accounts in, as the program is run by a person: the listing, a credential
//! report and an account summary of each, 20,001 files of one directory; and to look at them afterwards.
//! Beside each time is what reading the files' bytes alone takes, or the same command on a few accounts,
//! in the same run, in turns.
//!
//! `cargo bench --bench estate`; `-- --quick` only shows that it runs.
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

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use measure::{paired, row, show, timed};
use world::{ADA, TempDir, World};

const FULL: usize = 10_000;
const FEW: usize = 10;
const QUICK: usize = 30;
const HEADING: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (count, rounds) = if quick { (QUICK, 1) } else { (FULL, 5) };
    let (many, few) = (Estate::of(count), Estate::of(FEW));
    println!("{count} accounts, {rounds} each; beside it: the files' bytes, or {FEW} accounts");
    row("command", "ours", "floor", "ratio", "target");
    let line = |what: &str,
                ours: &mut dyn FnMut() -> Duration,
                floor: &mut dyn FnMut() -> Duration,
                target: &str| {
        let pair = paired(rounds, ours, floor);
        let ratio = format!("{:.2}", pair.ratio);
        row(what, &show(pair.ours), &show(pair.floor), &ratio, target);
    };
    line(
        "account import --from, all of it new",
        &mut || many.import(&many.world.copy()),
        &mut || many.read(),
        "< 3 s",
    );
    many.import(&many.world);
    few.import(&few.world);
    line(
        "account import --from, nothing of it new",
        &mut || many.import(&many.world),
        &mut || many.read(),
        "< 3 s",
    );
    for words in [
        &["account", "list"][..],
        &["account", "show", "100000000001", "--history"],
    ] {
        line(
            &words.join(" "),
            &mut || run(&many.world, words),
            &mut || run(&few.world, words),
            "",
        );
    }
}

/// A ledger, and the files of so many accounts.
struct Estate {
    world: World,
    files: TempDir,
}

impl Estate {
    fn of(count: usize) -> Self {
        let files = TempDir::new();
        let write = |name: &str, text: &str| fs::write(files.path().join(name), text).unwrap();
        write("as-of.txt", "2026-01-02T03:04:05Z");
        let mut listing = String::from(r#"{"Accounts":["#);
        for number in 0..count {
            let id = format!("{}", 100_000_000_000 + number);
            let comma = if number == 0 { "" } else { "," };
            write!(
                listing,
                r#"{comma}{{"Id":"{id}","Arn":"arn:aws:organizations::100000000000:account/o-example12345/{id}","Email":"root+{id}@example.com","Name":"account {number}","State":"ACTIVE","JoinedMethod":"CREATED","JoinedTimestamp":1622541600.5}}"#
            )
            .unwrap();
            write(
                &format!("{id}-credential-report.csv"),
                &format!(
                    "{HEADING}\n<root_account>,arn:aws:iam::{id}:root,2020-01-02T03:04:05+00:00,true,2025-06-07T08:09:10+00:00,2021-01-02T03:04:05Z,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\nadmin,arn:aws:iam::{id}:user/admin,2020-01-02T03:04:05+00:00,false,N/A,N/A,N/A,false,true,2020-01-02T03:04:05+00:00,2025-06-07T08:09:10+00:00,us-east-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
                ),
            );
            write(
                &format!("{id}-account-summary.json"),
                &format!(
                    r#"{{"SummaryMap":{{"Users":{number},"AccountMFAEnabled":1,"AccountAccessKeysPresent":0,"AccountPasswordPresent":1,"AccountSigningCertificatesPresent":0}}}}"#
                ),
            );
        }
        listing.push_str("]}");
        write("organizations.json", &listing);
        Self {
            world: World::active(5, 3),
            files,
        }
    }

    fn import(&self, world: &World) -> Duration {
        let from = self.files.path().to_str().unwrap();
        run(world, &["account", "import", "--from", from])
    }

    fn read(&self) -> Duration {
        let paths: Vec<PathBuf> = fs::read_dir(self.files.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        timed(|| {
            paths
                .iter()
                .map(|path| fs::read(path).unwrap().len())
                .sum::<usize>()
        })
    }
}

/// How long the program runs.
fn run(world: &World, words: &[&str]) -> Duration {
    let home: &Path = world.dir.path();
    timed(|| {
        let done = Command::new(env!("CARGO_BIN_EXE_rootkeep"))
            .args(["--batch", "-L"])
            .arg(world.ledger())
            .arg("-i")
            .arg(world.identity(ADA))
            .args(words)
            .env_clear()
            .env("HOME", home)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    })
}
