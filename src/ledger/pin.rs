//! Pins: what one person's program remembers of a ledger, outside it (docs/formats.md, section 14).
//!
//! A pin lies beside the identity, or in the user's state directory where the identity is on media
//! that can't be written. Losing one costs a verification from genesis, never a secret.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files;
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};

const SCHEMA: &str = "rootkeep/v1/pin";

/// One person's memory of one ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    schema: String,
    /// The ledger.
    pub ledger: Digest,
    /// Who this person is in it.
    pub member: Id,
    /// The person's own public key.
    pub sign: PublicKey,
    /// Size of the last checkpoint seen.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// Digest of the trust state at it.
    pub trust: Digest,
}

impl Pin {
    /// A pin at a checkpoint.
    #[must_use]
    pub fn new(
        ledger: Digest,
        member: Id,
        sign: PublicKey,
        size: u64,
        root: Digest,
        trust: Digest,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            ledger,
            member,
            sign,
            size,
            root,
            trust,
        }
    }
}

/// Where the pins of one identity are.
#[derive(Clone, Debug)]
pub struct PinPlace {
    identity: PathBuf,
    fallback: Option<PathBuf>,
}

impl PinPlace {
    /// Beside `identity`, or in `state_dir` where that can't be written.
    #[must_use]
    pub fn new(identity: &Path, state_dir: Option<PathBuf>) -> Self {
        Self {
            identity: identity.to_owned(),
            fallback: state_dir,
        }
    }

    /// Every pin of this identity, in both places.
    ///
    /// # Errors
    /// Verification, code `bad-pin`: a pin that can't be read must not pass for no pin.
    pub fn all(&self) -> Result<Vec<Pin>> {
        let mut pins = Vec::new();
        for (directory, prefix) in self.places() {
            let Ok(entries) = fs::read_dir(&directory) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                if is_pin_of(&prefix, name) {
                    pins.push(read(&entry.path())?);
                }
            }
        }
        Ok(pins)
    }

    /// The newest pin that a member has of a ledger.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub fn find(&self, ledger: &Digest, member: &Id) -> Result<Option<Pin>> {
        Ok(self
            .all()?
            .into_iter()
            .filter(|pin| pin.ledger == *ledger && pin.member == *member)
            .max_by_key(|pin| pin.size))
    }

    /// Writes a pin, whole or not at all.
    ///
    /// # Errors
    /// Failed, code `pin-not-written`.
    pub fn save(&self, pin: &Pin) -> Result<()> {
        let bytes = serde_json::to_vec(pin)
            .map_err(|error| Error::failed("internal", "cannot write JSON").because(error))?;
        let short: String = pin.ledger.to_hex().chars().take(16).collect();
        let mut last = Error::failed("pin-not-written", "the pin could not be written");
        for (directory, prefix) in self.places() {
            let path = directory.join(format!("{prefix}{short}.pin"));
            match files::write_private(&path, &bytes, files::Durability::Rename) {
                Ok(()) => return Ok(()),
                Err(error) => last = last.because(error),
            }
        }
        Err(last.hint("give the identity a directory that can be written, or set XDG_STATE_HOME"))
    }

    fn places(&self) -> Vec<(PathBuf, String)> {
        let name = self.identity.file_name().map_or_else(
            || "identity".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        let beside = match self.identity.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let mut places = vec![(beside, format!("{name}."))];
        if let Some(fallback) = &self.fallback {
            // There, identities of other directories may have the same name.
            let path =
                std::path::absolute(&self.identity).unwrap_or_else(|_| self.identity.clone());
            let digest = Digest::of(path.as_os_str().as_encoded_bytes()).to_hex();
            let mark: String = digest.chars().take(8).collect();
            places.push((fallback.clone(), format!("{name}-{mark}.")));
        }
        places
    }
}

/// `NAME.` and 16 hex digits and `.pin`: so that `alice` does not take the pins of `alice.old`.
fn is_pin_of(prefix: &str, name: &str) -> bool {
    name.strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(".pin"))
        .is_some_and(|short| short.len() == 16 && short.bytes().all(|c| c.is_ascii_hexdigit()))
}

fn read(path: &Path) -> Result<Pin> {
    let bad = || {
        Error::verification("bad-pin", format!("{} is not a pin", path.display())).hint(
            "if you know why, remove it: the next act then verifies from genesis and asks for the genesis code",
        )
    };
    let bytes = files::read_bounded(path, 64 << 10)?;
    let pin: Pin = serde_json::from_slice(&bytes).map_err(|error| bad().because(error))?;
    if pin.schema == SCHEMA {
        Ok(pin)
    } else {
        Err(bad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_belongs_to_one_identity_file() {
        assert!(is_pin_of("alice.", "alice.0123456789abcdef.pin"));
        assert!(!is_pin_of("alice.", "alice.old.0123456789abcdef.pin"));
        assert!(!is_pin_of("alice.", "alice.pin"));
        assert!(!is_pin_of("alice.", "bob.0123456789abcdef.pin"));
    }
}
