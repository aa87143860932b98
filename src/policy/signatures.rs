//! When signatures are checked: at once, or gathered for all cores.

use crate::crypto::ed25519::PublicKey;
use crate::error::Result;

/// Takes signatures that a rule depends on.
pub trait SignatureCheck {
    /// Checks `signature` over `message` under `key`, now or later.
    ///
    /// # Errors
    /// Verification, code `bad-signature`, where it is checked now.
    fn check(&mut self, key: &PublicKey, message: Vec<u8>, signature: &[u8]) -> Result<()>;
}

/// Checks at once.
pub struct CheckNow;

impl SignatureCheck for CheckNow {
    fn check(&mut self, key: &PublicKey, message: Vec<u8>, signature: &[u8]) -> Result<()> {
        key.verify(&message, signature)
    }
}
