//! Whether somebody is still at the keyboard of a shell: Ctrl-C while a command works or asks, and
//! time that goes by without input. A command of its own has no need of it: Ctrl-C ends the process.

use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpid, kill_process};
use rustix::time::{ClockId, clock_gettime};
use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::error::{Error, Result};

/// The exit status of a process that Ctrl-C has ended.
const ENDED_BY_CTRL_C: i32 = 130;

/// How long to wait before looking again whether an answer is still wanted.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// When to call again whoever has not heard the first call.
const AGAIN: Duration = Duration::from_secs(1);

/// Watches the keyboard until it is dropped.
#[derive(Debug)]
pub struct Attention {
    limit: Duration,
    waiting: Mutex<Waiting>,
    interrupted: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// When input was last seen, while it is waited for.
    since: Option<Duration>,
    /// Whether none came in time.
    gone: bool,
}

impl Waiting {
    /// Notices at `now` that nobody has typed for as long as `limit`: then the reader is to be called.
    fn look(&mut self, now: Duration, limit: Duration) -> bool {
        let over = |since: Duration| now.saturating_sub(since) >= limit;
        if !self.since.is_some_and(over) {
            return false;
        }
        self.gone = true;
        self.since = Some((now + AGAIN).saturating_sub(limit));
        true
    }
}

impl Attention {
    /// Begins to watch. From here on Ctrl-C is a wish that questions and countdowns obey; a second
    /// one, before the first was obeyed, ends the process.
    ///
    /// # Errors
    /// Failed, code `no-signals`, where the system lets nobody listen to Ctrl-C.
    pub fn watch(limit: Duration) -> Result<Arc<Self>> {
        let cannot = |error: std::io::Error| {
            Error::failed("no-signals", "cannot watch the keyboard").because(error)
        };
        let interrupted = Arc::new(AtomicBool::new(false));
        // They act in the order in which they are registered.
        flag::register_conditional_shutdown(SIGINT, ENDED_BY_CTRL_C, Arc::clone(&interrupted))
            .map_err(cannot)?;
        flag::register(SIGINT, Arc::clone(&interrupted)).map_err(cannot)?;
        let attention = Arc::new(Self {
            limit,
            waiting: Mutex::default(),
            interrupted,
        });
        let (watched, pause) = (Arc::downgrade(&attention), pause(limit));
        let watch = move || {
            while let Some(attention) = watched.upgrade() {
                attention.look();
                drop(attention);
                std::thread::sleep(pause);
            }
        };
        std::thread::Builder::new().spawn(watch).map_err(cannot)?;
        Ok(attention)
    }

    /// Whoever reads the keyboard is called back as by Ctrl-C: that ends a line that is half typed.
    fn look(&self) {
        // Held until the signal is there, so that it never comes after `input_ended`.
        let mut waiting = self.waiting();
        if waiting.look(now(), self.limit) {
            let _nobody = kill_process(getpid(), Signal::INT);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Input is waited for; or there was some, and more is waited for.
    pub fn input(&self) {
        self.waiting().since = Some(now());
    }

    /// No input is waited for.
    pub fn input_ended(&self) {
        self.waiting().since = None;
    }

    /// Whether nobody has typed for too long, since this was last asked.
    pub fn was_lost(&self) -> bool {
        std::mem::take(&mut self.waiting().gone)
    }

    /// Whether there was a Ctrl-C that has not been answered.
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// A Ctrl-C was answered, or is to count no more.
    pub fn answered(&self) {
        self.interrupted.store(false, Ordering::SeqCst);
    }

    /// Somebody is there: what was before counts no more.
    pub fn begin(&self) {
        *self.waiting() = Waiting::default();
        self.answered();
    }

    /// Waits until something can be read. False where nobody will answer: Ctrl-C, or nobody is there.
    pub fn wait(&self, input: impl AsFd) -> bool {
        self.input();
        let there = loop {
            if self.interrupted() {
                break false;
            }
            let mut sources = [PollFd::new(&input, PollFlags::IN)];
            match poll(&mut sources, Some(&LOOK)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // Whatever is wrong with it, whoever reads will say so.
                _ => break true,
            }
        };
        self.input_ended();
        there
    }
}

/// How often to look at the clock.
fn pause(limit: Duration) -> Duration {
    (limit / 10).clamp(Duration::from_millis(100), Duration::from_secs(1))
}

/// A clock that goes on while the machine sleeps: a lid that was closed is no input.
fn now() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_there_once_the_time_is_over_and_only_while_input_is_waited_for() {
        let (limit, second) = (Duration::from_secs(60), Duration::from_secs(1));
        let mut waiting = Waiting {
            since: Some(100 * second),
            gone: false,
        };
        assert!(!waiting.look(160 * second - Duration::from_millis(1), limit));
        assert!(!waiting.gone);
        assert!(waiting.look(160 * second, limit));
        assert!(waiting.gone);
        assert!(
            !waiting.look(160 * second, limit),
            "called once, not for ever"
        );
        assert!(waiting.look(161 * second, limit), "nobody heard it");
        let mut working = Waiting::default();
        assert!(!working.look(1000 * second, limit));
        assert!(!working.gone);
    }

    #[test]
    fn the_clock_is_looked_at_often_enough_for_the_shortest_time() {
        assert_eq!(pause(Duration::from_secs(1)), Duration::from_millis(100));
        assert_eq!(pause(Duration::from_secs(7200)), Duration::from_secs(1));
    }

    #[test]
    fn what_is_there_can_be_read_at_once() {
        let attention = Attention {
            limit: Duration::from_secs(60),
            waiting: Mutex::default(),
            interrupted: Arc::default(),
        };
        let (reader, mut writer) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut writer, b"Yes\n").unwrap();
        assert!(attention.wait(&reader));
        attention.interrupted.store(true, Ordering::SeqCst);
        assert!(!attention.wait(&reader), "Ctrl-C comes first");
        attention.answered();
        assert!(attention.wait(&reader));
        assert!(attention.waiting().since.is_none());
    }
}
