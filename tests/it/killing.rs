//! Killing the program at every moment of what it does: one command again and again, each time dead at
//! another moment, from at once to a little after it would have ended.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The rounds of one operation. The first is left to end by itself: that says how long it takes.
pub struct Kills {
    what: &'static str,
    all: u32,
    round: u32,
    usual: Duration,
    done: u32,
    killed: u32,
}

impl Kills {
    /// So many rounds besides the first; ROOTKEEP_KILL_ROUNDS for a longer run.
    pub fn of(what: &'static str, usual: u32) -> Self {
        let longer = std::env::var("ROOTKEEP_KILL_ROUNDS");
        Self {
            what,
            all: longer.map_or(usual, |rounds| rounds.parse().unwrap()),
            round: 0,
            usual: Duration::ZERO,
            done: 0,
            killed: 0,
        }
    }

    /// The next round's number, while there is one.
    pub fn again(&mut self) -> Option<u32> {
        let round = self.round;
        self.round += 1;
        if round <= self.all {
            return Some(round);
        }
        eprintln!(
            "{}: killed {} times, done {} times",
            self.what, self.killed, self.done
        );
        assert!(self.killed > 0, "{} was never killed", self.what);
        None
    }

    /// Runs this round's command, and kills it at this round's moment; whether it has ended by itself
    /// before, and has said that it was done.
    pub fn strike(&mut self, command: Command, input: &[u8]) -> bool {
        let began = Instant::now();
        let mut child = start(command, input);
        let moment = match self.round - 1 {
            0 => Duration::MAX,
            // By the golden section they are spread evenly, however many there are.
            round => self
                .usual
                .mul_f64(1.2 * (f64::from(round) * 0.618_034).fract()),
        };
        while child.try_wait().unwrap().is_none() && began.elapsed() < moment {
            std::thread::sleep(Duration::from_micros(100));
        }
        let took = began.elapsed();
        let _dead_or_done = child.kill();
        let output = child.wait_with_output().unwrap();
        let done = output.status.success();
        if done {
            self.done += 1;
            // The machine may be less busy by now, or, below, busier.
            self.usual = took;
        } else {
            assert_eq!(
                output.status.code(),
                None,
                "{} failed by itself: {output:?}",
                self.what
            );
            self.killed += 1;
            self.usual = self.usual.max(moment);
        }
        done
    }
}

/// Starts a command and gives it its input.
pub fn start(mut command: Command, input: &[u8]) -> Child {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may be dead already.
    let _unread = child.stdin.take().unwrap().write_all(input);
    child
}
