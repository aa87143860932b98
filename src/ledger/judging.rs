//! Asking the policy: the rules are gone through on one thread, and where they need many signatures, all
//! cores check these meanwhile.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender};
use std::thread::{self, Scope};

use super::workers;
use crate::crypto::ed25519::PublicKey;
use crate::error::{Error, Result};
use crate::policy::{self, CheckNow, LogView, Ruled, SignatureCheck};
use crate::state::Records;
use crate::statement::Statement;

/// So many are checked at once: to start threads for them would take longer.
const FEW: usize = 16;
/// How many signatures a thread is handed at once.
const HANDFUL: usize = 64;

/// As [`policy::judge`], with every signature checked once this returns.
///
/// # Errors
/// As [`policy::judge`].
pub(super) fn judge<'s>(
    records: &dyn Records,
    log: &dyn LogView,
    statement: &'s Statement,
    index: u64,
) -> Result<Ruled<'s>> {
    thread::scope(|scope| {
        let mut checks = Checks {
            scope,
            at_once: 0,
            gathered: Vec::new(),
            cores: None,
        };
        let ruled = policy::judge(records, log, &mut checks, statement, index)?;
        checks.finish()?;
        Ok(ruled)
    })
}

/// One signature to check.
struct Job {
    key: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// The threads that check, and how many handfuls they have.
struct Cores {
    work: Sender<Vec<Job>>,
    done: Receiver<Result<()>>,
    under_way: usize,
}

/// The signatures of one judgement.
struct Checks<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    at_once: usize,
    gathered: Vec<Job>,
    cores: Option<Cores>,
}

impl Checks<'_, '_> {
    fn hand_over(&mut self) {
        let scope = self.scope;
        let cores = self.cores.get_or_insert_with(|| {
            let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            let (work, done) = workers::start(scope, threads, |jobs: Vec<Job>| {
                jobs.iter().try_for_each(|job| {
                    let checked = job.key.verify(&job.message, &job.signature);
                    checked.map_err(policy::bad_proof)
                })
            });
            Cores {
                work,
                done,
                under_way: 0,
            }
        });
        cores.under_way += 1;
        // Fails only where nobody works any more, which is seen at the end.
        let _nobody_works = cores.work.send(std::mem::take(&mut self.gathered));
    }

    /// Waits until all are checked.
    fn finish(mut self) -> Result<()> {
        if !self.gathered.is_empty() {
            self.hand_over();
        }
        let Some(cores) = self.cores else {
            return Ok(());
        };
        for _ in 0..cores.under_way {
            cores
                .done
                .recv()
                .map_err(|_| Error::failed("internal", "nobody checks signatures any more"))??;
        }
        Ok(())
    }
}

impl SignatureCheck for Checks<'_, '_> {
    fn check(&mut self, key: &PublicKey, message: Vec<u8>, signature: &[u8]) -> Result<()> {
        if self.at_once < FEW {
            self.at_once += 1;
            return CheckNow.check(key, message, signature);
        }
        self.gathered.push(Job {
            key: *key,
            message,
            signature: signature.to_vec(),
        });
        if self.gathered.len() >= HANDFUL {
            self.hand_over();
        }
        Ok(())
    }
}
