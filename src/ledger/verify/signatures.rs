//! The signatures that the fold meets: gathered, and checked by whichever core is free.

use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use crate::crypto::ed25519::PublicKey;
use crate::error::Result;
use crate::policy::SignatureCheck;

/// One signature to check, and how to name it.
pub(super) struct Job {
    pub(super) seq: u64,
    pub(super) code: &'static str,
    pub(super) what: &'static str,
    pub(super) key: PublicKey,
    pub(super) message: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl Job {
    fn is_good(&self) -> bool {
        self.key.verify(&self.message, &self.signature).is_ok()
    }
}

/// A signature that is not good: its entry, and how to name it.
pub(super) type Failure = (u64, &'static str, &'static str);

/// Checks what comes in, until nothing more can.
pub(super) fn work(receiver: &Mutex<Receiver<Vec<Job>>>, failures: &Mutex<Vec<Failure>>) {
    loop {
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(jobs) = next else { return };
        for job in jobs.iter().filter(|job| !job.is_good()) {
            failures
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((job.seq, job.code, job.what));
        }
    }
}

/// Gathers the policy's signatures for the workers.
pub(super) struct Gather<'j> {
    pub(super) seq: u64,
    pub(super) jobs: &'j mut Vec<Job>,
}

impl SignatureCheck for Gather<'_> {
    fn check(&mut self, key: &PublicKey, message: Vec<u8>, signature: &[u8]) -> Result<()> {
        self.jobs.push(Job {
            seq: self.seq,
            code: "bad-proof",
            what: "a possession proof is false",
            key: *key,
            message,
            signature: signature.to_vec(),
        });
        Ok(())
    }
}
