//! Work for all cores, beside one thread that reads the database for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

use crate::error::{Error, Result};

/// Starts threads that do what is sent to them. They end when nothing is sent any more; one that fails
/// badly says so as an error, so that whoever waits for it is told.
pub(super) fn start<'s, W: Send + 's, D: Send + 's>(
    scope: &'s Scope<'s, '_>,
    threads: usize,
    act: impl Fn(W) -> Result<D> + Copy + Send + 's,
) -> (Sender<W>, Receiver<Result<D>>) {
    let (to, work) = channel::<W>();
    let (from, made) = channel();
    let work = Arc::new(Mutex::new(work));
    for _ in 0..threads {
        let (work, from) = (Arc::clone(&work), from.clone());
        scope.spawn(move || {
            loop {
                let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(one) = next else { return };
                let done = catch_unwind(AssertUnwindSafe(|| act(one)))
                    .unwrap_or_else(|_| Err(Error::failed("internal", "a worker failed")));
                if from.send(done).is_err() {
                    return;
                }
            }
        });
    }
    (to, made)
}
