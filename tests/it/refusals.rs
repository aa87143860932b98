//! Every refusal has its own code and writes nothing: no entry, no row of any table, no key file.

mod altered_ledgers;
mod founding;
mod governance;
mod people;
mod releases;
mod roles;
mod seals;
mod sign_offs;
mod statements;
mod too_late;

use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::secret::SecretBytes;
use rootkeep::error::Result;
use rootkeep::ledger::Entered;
use rootkeep::statement::Claim;
use rootkeep::statement::decisions::SignOff;
use rootkeep::statement::founding::PolicySettings;
use rootkeep::statement::quorums::SetPolicy;
use rootkeep::statement::releases::Form;
use rootkeep::statement::secrets::{Destroy, DestroyPersonal};

use crate::world::*;

impl World {
    fn sign(&self, place: usize, subject: Digest) -> Result<Entered> {
        self.session(place).sign_off(subject)
    }

    fn enter(&self, place: usize, claim: Claim) -> Result<Entered> {
        self.session(place).enter(claim, Vec::new())
    }

    fn reveal(&self, place: usize, request: Digest, secret: &str) -> Result<SecretBytes> {
        self.session(place)
            .reveal(&request, &self.secret(secret), Form::Text, |_| Ok(()))
            .map(|shown| shown.plaintext)
    }

    /// A sign-off past the program's own checks, as another program could make it.
    fn force(&self, place: usize, sign: SignOff, blobs: Vec<Vec<u8>>) -> Result<Entered> {
        self.session(place).enter(Claim::Sign(sign), blobs)
    }

    /// A release's sign-off as it ought to be, and what it sends.
    fn good_sign(&self, place: usize, secret: &str, request: Digest) -> (SignOff, Vec<Vec<u8>>) {
        self.craft_sign(place, &[self.secret(secret)], request, request, b"x")
    }

    fn set_policy(&self, settings: PolicySettings) -> Entered {
        self.decide(ADA, policy(settings), &[ADA, BEA, CY])
    }
}

fn policy(settings: PolicySettings) -> Claim {
    Claim::PolicySet(SetPolicy { policy: settings })
}

fn settings(pending_days: u32, request_hours: u32, window_max_secs: u32) -> PolicySettings {
    PolicySettings {
        revision: 1,
        pending_days,
        request_hours,
        window_max_secs,
    }
}

fn destroy(world: &World, secret: &str) -> Claim {
    Claim::SecretDestroy(
        Destroy {
            secret: world.secret(secret),
            epoch: None,
        },
        Some(DestroyPersonal {
            reason: text("rotated"),
        }),
    )
}
