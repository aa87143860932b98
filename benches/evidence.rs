//! What evidence of a quarter takes: 5,000 statements out of a long log. The export as a person runs it, with its
//! peak of memory; its verification beside the Ed25519 verifications that are the least it needs, on all cores, in
//! the same run, in turns.
//!
//! `cargo bench --bench evidence`; `-- --before 1000000` puts so many entries before the quarter [default:
//! 20,000]; `-- --quick` only shows that it runs.
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

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use measure::{paired, row, show, timed};
use rootkeep::crypto::fixed::Digest;
use rootkeep::exchange::evidence::bundle::envelope_name;
use rootkeep::exchange::evidence::trust::Trust;
use rootkeep::exchange::evidence::verify::{self, Demands};
use rootkeep::statement::decisions::About;
use rootkeep::statement::notes::CorrectPersonal;
use rootkeep::statement::{Claim, UntrustedStatement};
use world::{ADA, PASSWORD, World, close_claim, text};

const BATCH: usize = 500;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let given = arguments
        .iter()
        .position(|argument| argument == "--before")
        .map(|at| arguments[at + 1].parse().unwrap());
    let (before, quarter, rounds) = if quick {
        (given.unwrap_or(200), 100, 1)
    } else {
        (given.unwrap_or(20_000), 5_000, 5)
    };
    let world = World::ready();
    grow(&world, before);
    world.clock.forward(100 * 86_400);
    let from = day(&world);
    work(&world, quarter);
    let to = day(&world);
    println!("{quarter} statements, {before} before them, {rounds} each");
    row("work", "ours", "floor", "ratio", "target");

    let bundle = world.dir.path().join("quarter.zip");
    let mut peak = 0;
    let mut times = Vec::new();
    for _ in 0..rounds {
        let _was_there = fs::remove_file(&bundle);
        let (time, memory) = export(&world, &from, &to, &bundle);
        times.push(time);
        peak = peak.max(memory);
    }
    let time = measure::median(times);
    row("evidence export", &show(time), "", "", "< 3 s");
    row(
        "  its peak of memory",
        &format!("{peak} MB"),
        "",
        "",
        "< 150 MB",
    );
    let bytes = fs::read(&bundle).unwrap();
    row(
        "  the bundle",
        &format!("{} MB", bytes.len() / 1_000_000),
        "",
        "",
        "",
    );

    let files = verify::unpack(&bytes).unwrap();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let trust: Trust =
        rootkeep::exchange::evidence::bundle::read_lined(&files["trust.json"], "it").unwrap();
    let verdict = verify::verify(&files, &Demands::default(), threads);
    assert!(verdict.is_good(), "{:?}", verdict.problems);
    let first = verdict.evidence.unwrap().range;
    let signed: Vec<_> = (first.first..first.end)
        .map(|seq| {
            let statement = UntrustedStatement::parse(&files[&envelope_name(seq)]).unwrap();
            let key = trust.key(&statement.claimed_author()).unwrap().sign;
            let (message, signature) = statement.signature_of(&key).unwrap();
            (key, message, signature)
        })
        .collect();
    let floor = || {
        timed(|| {
            std::thread::scope(|scope| {
                for part in signed.chunks(signed.len().div_ceil(threads)) {
                    scope.spawn(move || {
                        for (key, message, signature) in part {
                            key.verify(message, signature).unwrap();
                        }
                    });
                }
            });
        })
    };
    let with_page = Demands {
        page: Some(rootkeep::present::evidence::page),
        ..Demands::default()
    };
    let both = [
        ("evidence verify", &with_page),
        ("  all but its page", &Demands::default()),
    ];
    for (work, demands) in both {
        let ours = || {
            timed(|| {
                let files = verify::unpack(&bytes).unwrap();
                assert!(verify::verify(&files, demands, threads).is_good());
            })
        };
        let pair = paired(rounds, ours, floor);
        let ratio = format!("{:.2}", pair.ratio);
        row(work, &show(pair.ours), &show(pair.floor), &ratio, ">= 0.8");
    }
}

fn day(world: &World) -> String {
    let now = world.session(ADA).now().unwrap();
    now.to_chrono().format("%Y-%m-%d").to_string()
}

/// So many entries by one person: corrections of those before them.
fn grow(world: &World, count: usize) {
    let mut session = world.session(ADA);
    let mut left = count;
    while left > 0 {
        let now = left.min(BATCH);
        let (size, _) = session.head().unwrap();
        let batch = u64::try_from(BATCH).unwrap();
        let before = session
            .view()
            .entries(size.saturating_sub(batch), batch)
            .unwrap();
        let subjects: Vec<_> = before.iter().map(|entry| entry.hash).collect();
        let claims = subjects.iter().cycle().take(now).map(correction).collect();
        session.enter_all(claims, |_, error| error).unwrap();
        left -= now;
    }
}

fn correction(subject: &Digest) -> Claim {
    Claim::Correct(
        About { subject: *subject },
        Some(CorrectPersonal {
            reason: text("a typing error"),
            text: text("the bag's number is 4711, not 4171"),
        }),
    )
}

/// A quarter's work: requests, each with two sign-offs and its end, and corrections.
fn work(world: &World, count: usize) {
    for _ in 0..count / 5 {
        let request = world.request(&[PASSWORD]);
        world.sign_all(request.leaf, &[1, 2]);
        let mut session = world.session(ADA);
        session
            .enter(close_claim(request.leaf), Vec::new())
            .unwrap();
        session
            .enter(correction(&request.leaf), Vec::new())
            .unwrap();
    }
}

/// How long the program runs, and its peak of memory in MB.
fn export(world: &World, from: &str, to: &str, out: &Path) -> (Duration, u64) {
    let mut peak = 0;
    let time = timed(|| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_rootkeep"))
            .args(["--batch", "-q", "-L"])
            .arg(world.ledger())
            .arg("-i")
            .arg(world.identity(ADA))
            .args([
                "evidence",
                "export",
                "--unrecorded",
                "--from",
                from,
                "--to",
                to,
                "--out",
            ])
            .arg(out)
            .env_clear()
            .env("HOME", world.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let status = format!("/proc/{}/status", program.id());
        loop {
            if let Ok(text) = fs::read_to_string(&status) {
                let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
                let now: u64 = kilobytes.map_or(0, |number| number.parse().unwrap());
                peak = peak.max(now / 1000);
            }
            if let Some(done) = program.try_wait().unwrap() {
                assert!(done.success());
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    (time, peak)
}
